package web

import (
	"net/http"
	"strconv"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/ledger"
	"godwit.dev/godwit/internal/flow/goods"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/web/ui"
)

// caseDiffers draws what came otherwise than it was announced: what the customer is asked, and what may be asked.
func (r *request) caseDiffers(v *ui.CaseView, c cases.Case) error {
	for _, d := range c.Differences {
		x := ui.CaseDifference{
			Number: d.Number, Stand: string(d.Stand), Open: d.Stand.Open(), Found: r.findings(c, d.Found), Until: d.Until, Note: d.Note, Words: d.Words, Why: d.Why,
			Was: r.moneyOr(sumOf(d.Was), d.Was.Currency), Becomes: r.moneyOr(sumOf(d.Becomes), d.Was.Currency),
		}
		v.Differences = append(v.Differences, x)
	}
	v.MayDecide = r.actor.May(auth.ApproveRefunds)
	if r.s.Goods == nil || !r.actor.May(auth.WriteCases) {
		return nil
	}
	p, ok, err := r.s.Goods.Odd(r.Context(), r.actor, c)
	if err != nil || !ok {
		return err
	}
	v.Odd = ui.CaseOdd{Parcel: int64(p.ID), RMA: goods.Spaced(p.RMA), Found: r.findings(c, p.Found(100)), Damaged: p.Damaged() > 0}
	return nil
}

func sumOf(m cases.Money) int64 {
	a, err := m.Components.Total(m.Currency)
	if err != nil {
		return 0
	}
	return a.Minor
}

// findings words units that differ.
func (r *request) findings(c cases.Case, found []cases.Found) []ui.CaseFound {
	var out []ui.CaseFound
	for _, f := range found {
		x := ui.CaseFound{Is: string(f.Is), Quantity: f.Quantity}
		for _, l := range c.Lines {
			if l.Number == f.Line {
				x.Title = l.Title
			}
		}
		out = append(out, x)
	}
	return out
}

// caseDiffer asks the customer about what came, or lets the promise stand.
func (s *server) caseDiffer(w http.ResponseWriter, r *request) error {
	c, err := r.afterSale()
	if err != nil {
		return err
	}
	parcel := goods.ParcelID(r.formNumber("parcel"))
	p, err := s.Goods.Get(r.Context(), r.actor, parcel)
	if err != nil {
		return err
	}
	if p.Case != c.ID {
		return errs.New(errs.NotFound, "error.not_found")
	}
	if r.FormValue("do") == "let" {
		if _, err := s.Goods.Overlook(r.Context(), r.actor, parcel, r.FormValue("note")); err != nil {
			return r.caseMended(w, err)
		}
		return r.caseDone(w, c.ID, "settled")
	}
	less := int64(0)
	if text := strings.TrimSpace(r.FormValue("less")); text != "" {
		if less, err = strconv.ParseInt(text, 10, 64); err != nil {
			return r.caseMended(w, errs.Field("less", "error.invalid"))
		}
	}
	if _, err := s.Goods.Differ(r.Context(), r.actor, parcel, less, r.FormValue("note")); err != nil {
		return r.caseMended(w, err)
	}
	return r.caseDone(w, c.ID, "differ")
}

// caseSettle decides a difference, or takes that the customer said yes.
func (s *server) caseSettle(w http.ResponseWriter, r *request) error {
	c, err := r.afterSale()
	if err != nil {
		return err
	}
	n := int(r.formNumber("difference"))
	if n < 1 || n > len(c.Differences) {
		return errs.New(errs.NotFound, "error.not_found")
	}
	var lowered *ledger.Components
	switch r.FormValue("do") {
	case "agree":
		_, err = s.Casework.Agree(r.Context(), r.actor, c.ID, n)
	case "lower":
		lowered = &c.Differences[n-1].Becomes.Components
		fallthrough
	default:
		_, err = s.Cases.SettleDifference(r.Context(), r.actor, c.ID, n, lowered, r.FormValue("settle_why"))
	}
	if err != nil {
		return r.caseMended(w, err)
	}
	return r.caseDone(w, c.ID, "settled")
}
