package portal

import (
	"net/http"
	"slices"
	"strconv"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/warranty"
)

// mend takes what the customer says of a repair of their case: they agree to its price or do not, or have their unit back.
// What was answered before stays as it is.
func (d *door) mend(w http.ResponseWriter, r *request, v visitor, c cases.Case) error {
	n, bad := strconv.ParseInt(r.PostFormValue("repair"), 10, 64)
	if bad != nil || d.Warranty == nil {
		return errs.New(errs.NotFound, "error.not_found")
	}
	list, err := d.Warranty.RepairsOf(r.Context(), c)
	if err != nil {
		return err
	}
	id := warranty.RepairID(n)
	if !slices.ContainsFunc(list, func(x warranty.Repair) bool { return x.ID == id }) {
		return errs.New(errs.NotFound, "error.not_found")
	}
	if verb := r.PathValue("verb"); verb == "repair_back" {
		_, err = d.Warranty.GotBack(r.Context(), v.Actor, id)
	} else {
		_, err = d.Warranty.AnswerPrice(r.Context(), v.Actor, id, verb == "repair_agree", "")
	}
	if err != nil && !errs.Is(err, errs.Conflict) { // a conflict: it went on in the meantime, which the page says
		return err
	}
	return r.to(w, "/case/"+strconv.FormatInt(int64(c.ID), 10))
}
