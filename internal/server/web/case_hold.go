package web

import (
	"net/http"

	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/hold"
	"godwit.dev/godwit/internal/server/web/ui"
)

// caseHolds adds the sums that are, or were, held on the customer's card for a case.
func (r *request) caseHolds(v *ui.CaseView, c cases.Case) error {
	list, err := r.s.Pay.Holds(r.Context(), r.actor, c.ID)
	for i, h := range list {
		x := ui.CaseHold{State: string(h.State), Sum: r.money(h.Amount, h.Currency), Due: h.DueAt, Code: h.Code, Note: h.Note, Terms: h.Terms, Language: h.Language}
		if h.State == hold.Held {
			x.Ends = h.EndsAt
		}
		if d, ok := r.s.Pay.Driver(h.Provider); ok {
			x.Provider = r.provider(d)
		}
		if h.Take > 0 {
			x.Taken = r.money(h.Take, h.Currency)
		}
		if i == 0 {
			x.Release, x.Take, x.Return = hold.CanGo(h.State, hold.Releasing), h.State == hold.Unpaid, hold.CanGo(h.State, hold.Returning)
		}
		v.Holds = append(v.Holds, x)
	}
	return err
}

// caseHold releases what is held for a case, asks for it once more, or pays it back.
func (s *server) caseHold(w http.ResponseWriter, r *request) error {
	c, err := r.afterSale()
	if err != nil {
		return err
	}
	if _, err := s.Pay.DecideHold(r.Context(), r.actor, c.ID, r.FormValue("do"), r.FormValue("hold_why")); err != nil {
		f, ok := r.formErrors(err)
		if !ok {
			return err
		}
		return r.drawCase(w, http.StatusUnprocessableEntity, c, f.Under("hold_"))
	}
	return r.caseDone(w, c.ID, "held")
}
