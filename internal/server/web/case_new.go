package web

import (
	"cmp"
	"context"
	"crypto/rand"
	"net/http"
	"strconv"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/flow/casework"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/web/ui"
)

// caseNew asks what a case about an order is about, and shows the ways out of what
// was filled in. It writes nothing.
func (s *server) caseNew(w http.ResponseWriter, r *request) error {
	o, err := r.soldOrder()
	if err != nil {
		return err
	}
	return r.drawCaseNew(w, http.StatusOK, o, ui.Form{})
}

// caseOpen opens a case about an order, once for a form.
func (s *server) caseOpen(w http.ResponseWriter, r *request) error {
	o, err := r.soldOrder()
	if err != nil {
		return err
	}
	wish := r.wish(o)
	if len(wish.Items) == 0 {
		return r.drawCaseNew(w, http.StatusUnprocessableEntity, o, ui.Form{Errors: map[string]string{"items": r.printer.T("cases.pick_one")}})
	}
	form, err := s.Cases.Begin(r.Context(), r.actor, o.Shop, o.ID, cmp.Or(r.FormValue("key"), rand.Text()), nil)
	if err != nil {
		return err
	}
	if !form.Became() {
		form, err = s.Cases.Become(r.Context(), r.actor, form.ID, func(ctx context.Context, x *cases.Form) error {
			c, _, err := s.Casework.Open(ctx, r.actor, wish)
			x.Case = c.ID
			return err
		})
	}
	if err != nil {
		f, ok := r.formErrors(err)
		if !ok {
			return err
		}
		return r.drawCaseNew(w, http.StatusUnprocessableEntity, o, f)
	}
	return r.see(w, "/cases/"+id64(form.Case), r.told("cases.said.opened"))
}

// soldOrder reads the order that a path names.
func (r *request) soldOrder() (order.Order, error) {
	n, err := r.number("order")
	if err != nil {
		return order.Order{}, err
	}
	if !r.actor.May(auth.ReadOrders) { // for whoever may not read orders there are none
		return order.Order{}, errs.New(errs.NotFound, "error.not_found")
	}
	return r.s.Orders.Get(r.Context(), r.actor, order.ID(n))
}

// wish reads what a case is to be about.
func (r *request) wish(o order.Order) casework.Wish {
	w := casework.Wish{
		Order: o.ID, Kind: cases.Kind(cmp.Or(r.FormValue("kind"), string(cases.Return))), Wants: r.FormValue("wants"), Evidence: r.Form["evidence"],
		Words: r.FormValue("words"), Gift: r.FormValue("gift") != "",
	}
	for _, l := range o.Lines {
		n, err := strconv.ParseInt(r.FormValue("qty-"+id64(l.ID)), 10, 64)
		if err == nil && n > 0 {
			w.Items = append(w.Items, casework.Item{Row: l.ID, Quantity: n, Reason: cmp.Or(r.FormValue("reason-"+id64(l.ID)), decision.ChangedMind.String())})
		}
	}
	return w
}

func (r *request) drawCaseNew(w http.ResponseWriter, status int, o order.Order, f ui.Form) error {
	if err := r.ParseForm(); err != nil {
		return errs.Wrap(errs.Invalid, err, "error.invalid")
	}
	page, err := r.page(w, r.printer.T("cases.new"), ui.SectionCases)
	if err != nil {
		return err
	}
	wish := r.wish(o)
	v := ui.CaseNew{Page: page, OrderID: int64(o.ID), Order: o.Number, Key: cmp.Or(r.FormValue("key"), rand.Text()), Words: wish.Words, Gift: wish.Gift, Form: f}
	r.fillCaseNew(&v, o, wish)
	if r.FormValue("advise") != "" && len(f.Errors) == 0 {
		if len(wish.Items) == 0 {
			v.Form = ui.Form{Errors: map[string]string{"items": r.printer.T("cases.pick_one")}}
			return r.draw(w, http.StatusUnprocessableEntity, ui.CaseNewPage(v))
		}
		adv, err := r.s.Casework.Advise(r.Context(), r.actor, wish)
		if err != nil {
			bad, ok := r.formErrors(err)
			if !ok {
				return err
			}
			v.Form = bad
			return r.draw(w, http.StatusUnprocessableEntity, ui.CaseNewPage(v))
		}
		v.Advised, v.View.Page = true, page
		r.caseOffers(&v.View, cases.Case{}, adv)
	}
	return r.draw(w, status, ui.CaseNewPage(v))
}

// fillCaseNew fills the lists of the form with what was chosen.
func (r *request) fillCaseNew(v *ui.CaseNew, o order.Order, wish casework.Wish) {
	asked := map[int64]casework.Item{}
	for _, it := range wish.Items {
		asked[it.Row] = it
	}
	option := func(key, word, now string) ui.Option {
		return ui.Option{Value: word, Label: r.printer.T(key + word), Selected: word == now}
	}
	for _, l := range o.Lines {
		x := ui.CasePick{Row: l.ID, Title: cmp.Or(l.Title, l.SKU), SKU: l.SKU, Bought: l.Quantity, Asked: asked[l.ID].Quantity, Price: r.money(l.Price, o.Currency)}
		if len(o.Lines) == 1 && !r.Form.Has("qty-"+id64(l.ID)) {
			x.Asked = l.Quantity
		}
		for reason := decision.ChangedMind; reason <= decision.OtherReason; reason++ {
			x.Reasons = append(x.Reasons, option("cases.reason.", reason.String(), asked[l.ID].Reason))
		}
		v.Lines = append(v.Lines, x)
	}
	for _, k := range cases.Kinds() {
		v.Kinds = append(v.Kinds, option("cases.kind.", string(k), string(wish.Kind)))
	}
	v.Wants = []ui.Option{{Label: r.printer.T("cases.wants_any"), Selected: wish.Wants == ""}}
	for m := decision.Refund; m <= decision.Repair; m++ {
		v.Wants = append(v.Wants, option("cases.remedy.", m.String(), wish.Wants))
	}
	for _, e := range decision.EvidenceWords() {
		x := option("cases.proof.", e, "")
		for _, given := range wish.Evidence {
			x.Selected = x.Selected || given == e
		}
		v.Evidence = append(v.Evidence, x)
	}
}
