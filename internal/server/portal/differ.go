package portal

import (
	"net/http"
	"strconv"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/cases"
)

// differ takes what the customer says of goods that came otherwise than they were announced: they agree with what their
// refund becomes, or say why not, with photos. What was answered before stays as it is.
func (d *door) differ(w http.ResponseWriter, r *request, v visitor, c cases.Case, agrees bool) error {
	n, bad := strconv.Atoi(r.PostFormValue("difference"))
	if bad != nil || n < 1 || n > len(c.Differences) {
		return errs.New(errs.NotFound, "error.not_found")
	}
	var err error
	if agrees {
		_, err = d.Casework.Agree(r.Context(), v.Actor, c.ID, n)
	} else {
		words := bound(r.PostFormValue("words"), mostWords)
		if words == "" {
			return d.drawCase(w, r, v, c, http.StatusUnprocessableEntity, r.printer.T("portal.case.words"))
		}
		_, err = r.files(func(f cases.NewFile) error {
			_, err := d.Cases.Attach(r.Context(), v.Actor, c.ID, f)
			return err
		})
		if wrong := r.wrongFile(err); wrong != "" {
			return d.drawCase(w, r, v, c, http.StatusUnprocessableEntity, wrong)
		}
		if err == nil || errs.Is(err, errs.Conflict) {
			_, err = d.Casework.Disagree(r.Context(), v.Actor, c.ID, n, words)
		}
	}
	if err != nil && !errs.Is(err, errs.Conflict) { // a conflict: it was decided in the meantime, which the page says
		return err
	}
	return r.to(w, "/case/"+strconv.FormatInt(int64(c.ID), 10))
}
