package web

import (
	"net/http"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/ledger"
	"godwit.dev/godwit/internal/flow/casework"
)

// caseMended draws the page again where a form was wrong; other errors pass.
func (r *request) caseMended(w http.ResponseWriter, err error) error {
	f, ok := r.formErrors(err)
	if !ok {
		return err
	}
	c, again := r.afterSale()
	if again != nil {
		return again
	}
	return r.drawCase(w, http.StatusUnprocessableEntity, c, f)
}

func (r *request) caseDone(w http.ResponseWriter, id cases.ID, said string) error {
	return r.see(w, "/cases/"+id64(id), r.told("cases.said."+said))
}

// caseApprove lets an offer go on, with a reason where the customer did not choose it.
func (s *server) caseApprove(w http.ResponseWriter, r *request) error {
	c, err := r.afterSale()
	if err != nil {
		return err
	}
	if _, err := s.Casework.Approve(r.Context(), r.actor, c.ID, r.formNumber("resolution"), r.FormValue("why")); err != nil {
		return r.caseMended(w, err)
	}
	return r.caseDone(w, c.ID, "approved")
}

// caseGrant gives what was not offered.
func (s *server) caseGrant(w http.ResponseWriter, r *request) error {
	c, err := r.afterSale()
	if err != nil {
		return err
	}
	g := casework.Grant{Means: cases.Means(r.FormValue("means"))}
	if g.Means.Pays() {
		if g.Components, err = r.granted(c); err != nil {
			return r.caseMended(w, err)
		}
	}
	if _, err := s.Casework.Grant(r.Context(), r.actor, c.ID, g, r.FormValue("grant_why")); err != nil {
		return r.caseMended(w, err)
	}
	return r.caseDone(w, c.ID, "approved")
}

// granted reads the sum that a person gives and divides it: what was paid for the
// units comes first, what goes beyond is goodwill.
func (r *request) granted(c cases.Case) (ledger.Components, error) {
	kept, err := r.s.Casework.Kept(c)
	if err != nil {
		return ledger.Components{}, err
	}
	if len(kept.Parts) == 0 {
		return ledger.Components{}, errs.Field("amount", "error.case_quantity")
	}
	a, err := money.Parse(strings.TrimSpace(r.FormValue("amount")), kept.Parts[0].Case.Order.Currency)
	if err != nil || a.Minor <= 0 {
		return ledger.Components{}, errs.Field("amount", "error.amount")
	}
	var goods int64
	for _, p := range kept.Parts {
		for _, asked := range p.Case.Claim.Lines {
			for _, l := range p.Case.Order.Lines {
				if l.Line == asked.Line && l.Qty > 0 {
					goods += (l.Goods - l.Discount) * asked.Qty / l.Qty
				}
			}
		}
	}
	out := ledger.Components{Goods: min(a.Minor, goods)}
	out.Goodwill = a.Minor - out.Goods
	return out, nil
}

// caseAsk asks the customer for evidence or words.
func (s *server) caseAsk(w http.ResponseWriter, r *request) error {
	c, err := r.afterSale()
	if err != nil {
		return err
	}
	note := strings.TrimSpace(r.FormValue("note"))
	if _, err := s.Casework.Ask(r.Context(), r.actor, c.ID, r.Form["evidence"], note); err != nil {
		return r.caseMended(w, err)
	}
	return r.caseDone(w, c.ID, "asked")
}

// caseDecline refuses a case by a reason that the customer reads.
func (s *server) caseDecline(w http.ResponseWriter, r *request) error {
	c, err := r.afterSale()
	if err != nil {
		return err
	}
	codes := map[int]string{}
	for _, l := range c.Lines {
		codes[l.Number] = r.FormValue("code")
	}
	if _, err := s.Casework.Decline(r.Context(), r.actor, c.ID, codes, r.FormValue("decline_why")); err != nil {
		return r.caseMended(w, err)
	}
	return r.caseDone(w, c.ID, "declined")
}

// caseFinish tells that what people had to do is done, or could not be.
func (s *server) caseFinish(w http.ResponseWriter, r *request) error {
	c, err := r.afterSale()
	if err != nil {
		return err
	}
	if _, err := s.Casework.Finish(r.Context(), r.actor, c.ID, r.formNumber("resolution"), r.FormValue("done") == "yes", strings.TrimSpace(r.FormValue("finish_why"))); err != nil {
		return r.caseMended(w, err)
	}
	return r.caseDone(w, c.ID, "finished")
}

// caseClose ends a case in which nothing is under way.
func (s *server) caseClose(w http.ResponseWriter, r *request) error {
	c, err := r.afterSale()
	if err != nil {
		return err
	}
	reason := cases.Completed
	if c.Phase == cases.Declined {
		reason = cases.WasDeclined
	}
	if _, err := s.Cases.Close(r.Context(), r.actor, c.ID, reason, 0); err != nil {
		return err
	}
	return r.caseDone(w, c.ID, "closed")
}

// caseReopen takes a closed case up again.
func (s *server) caseReopen(w http.ResponseWriter, r *request) error {
	c, err := r.afterSale()
	if err != nil {
		return err
	}
	if _, err := s.Cases.Reopen(r.Context(), r.actor, c.ID, strings.TrimSpace(r.FormValue("reopen_why"))); err != nil {
		return r.caseMended(w, err)
	}
	return r.caseDone(w, c.ID, "reopened")
}

// caseForgo awaits goods no more that the customer was given something for.
func (s *server) caseForgo(w http.ResponseWriter, r *request) error {
	c, err := r.afterSale()
	if err != nil {
		return err
	}
	if _, err := s.Cases.Forgo(r.Context(), r.actor, c.ID, r.formNumber("resolution"), r.FormValue("why")); err != nil {
		return r.caseMended(w, err)
	}
	return r.caseDone(w, c.ID, "forgone")
}
