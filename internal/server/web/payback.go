package web

import (
	"cmp"
	"context"
	"crypto/rand"
	"net/http"
	"strconv"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/flow/casework"
	"godwit.dev/godwit/internal/flow/pay"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/web/ui"
)

// refundsBeside is how many refunds stand beside an order.
const refundsBeside = 20

// mayPayBack reports whether the reader may give money back of orders.
func (r *request) mayPayBack() bool {
	return r.s.Casework != nil && r.actor.May(auth.ReadOrders) && r.actor.May(auth.WriteCases) && r.actor.May(auth.ApproveRefunds)
}

// paybackPage asks what of an order goes back, and shows what that comes to. It
// writes nothing.
func (s *server) paybackPage(w http.ResponseWriter, r *request) error {
	o, err := r.soldOrder()
	if err != nil {
		return err
	}
	return r.drawPayback(w, http.StatusOK, o, ui.Form{})
}

// paybackGive gives what was seen: where it comes to another sum by now, that is
// shown instead.
func (s *server) paybackGive(w http.ResponseWriter, r *request) error {
	o, err := r.soldOrder()
	if err != nil {
		return err
	}
	p, err := r.payback(o)
	if err != nil {
		return r.paybackMended(w, o, err)
	}
	form, err := s.Cases.Begin(r.Context(), r.actor, o.Shop, o.ID, cmp.Or(r.FormValue("key"), rand.Text()), nil)
	if err != nil {
		return err
	}
	if !form.Became() {
		q, err := s.Casework.QuotePayback(r.Context(), r.actor, p)
		if err != nil {
			return r.paybackMended(w, o, err)
		}
		if r.FormValue("seen") != q.Total.String() {
			return r.paybackMended(w, o, errs.Field("seen", "error.payback_seen"))
		}
		form, err = s.Cases.Become(r.Context(), r.actor, form.ID, func(ctx context.Context, x *cases.Form) error {
			c, _, err := s.Casework.PayBack(ctx, r.actor, p)
			x.Case = c.ID
			return err
		})
		if err != nil {
			return r.paybackMended(w, o, err)
		}
	}
	return r.see(w, "/orders/"+id64(o.ID)+"#refunds", r.told("told.paid_back"))
}

// paybackMended draws the form again where it was wrong; other errors pass.
func (r *request) paybackMended(w http.ResponseWriter, o order.Order, err error) error {
	f, ok := r.formErrors(err)
	if !ok {
		return err
	}
	return r.drawPayback(w, http.StatusUnprocessableEntity, o, f)
}

// payback reads what is to go back.
func (r *request) payback(o order.Order) (casework.Payback, error) {
	p := casework.Payback{
		Order: o.ID, All: r.FormValue("all") != "", Units: map[int64]int64{}, Credit: r.FormValue("credit") != "",
		Reason: cmp.Or(r.FormValue("reason"), decision.OtherReason.String()), Why: strings.TrimSpace(r.FormValue("why")),
	}
	for _, l := range o.Lines {
		if n, err := strconv.ParseInt(cmp.Or(strings.TrimSpace(r.FormValue("qty-"+id64(l.ID))), "0"), 10, 64); err != nil {
			return p, errs.Field("units", "error.case_quantity")
		} else if n != 0 {
			p.Units[l.ID] = n
		}
	}
	for name, to := range map[string]*int64{"postage": &p.Postage, "goodwill": &p.Goodwill} {
		text := strings.TrimSpace(r.FormValue(name))
		if text == "" {
			continue
		}
		a, err := money.Parse(text, o.Currency)
		if err != nil {
			return p, errs.Field(name, "error.amount")
		}
		*to = a.Minor
	}
	if n := r.formNumber("t"); n != 0 {
		tk, err := r.s.Tickets.ByNumber(r.Context(), r.actor, n)
		if err != nil {
			return p, err
		}
		p.Ticket = tk.ID
	}
	return p, nil
}

func (r *request) drawPayback(w http.ResponseWriter, status int, o order.Order, f ui.Form) error {
	if err := r.ParseForm(); err != nil {
		return errs.Wrap(errs.Invalid, err, "error.invalid")
	}
	page, err := r.page(w, r.printer.T("payback.title", "Number", o.Number), ui.SectionOrders)
	if err != nil {
		return err
	}
	left, err := r.s.Casework.QuotePayback(r.Context(), r.actor, casework.Payback{Order: o.ID})
	if err != nil {
		return err
	}
	v := ui.Payback{
		Page: page, Form: f, OrderID: int64(o.ID), Order: o.Number, Currency: o.Currency, Key: cmp.Or(r.FormValue("key"), rand.Text()), Ticket: r.formNumber("t"),
		All: r.FormValue("all") != "", Credit: r.FormValue("credit") != "", Postage: r.FormValue("postage"), Goodwill: r.FormValue("goodwill"), Why: r.FormValue("why"),
		Left: r.money(left.Left, o.Currency), PostageLeft: r.moneyOr(left.Postage, o.Currency), None: left.Left == 0,
	}
	for _, l := range o.Lines {
		asked := cmp.Or(r.FormValue("qty-"+id64(l.ID)), "0")
		if v.All {
			asked = id64(left.Free[l.ID])
		}
		v.Lines = append(v.Lines, ui.PaybackLine{
			Row: l.ID, Title: cmp.Or(l.Title, l.SKU), SKU: l.SKU, Bought: l.Quantity, Free: left.Free[l.ID], Asked: asked, Price: r.money(l.Price, o.Currency),
		})
	}
	for reason := decision.ChangedMind; reason <= decision.OtherReason; reason++ {
		v.Reasons = append(v.Reasons, ui.Option{Value: reason.String(), Label: r.printer.T("cases.reason." + reason.String()), Selected: reason.String() == cmp.Or(r.FormValue("reason"), decision.OtherReason.String())})
	}
	if asked := r.FormValue("quote") != "" || r.FormValue("seen") != ""; asked && (len(f.Errors) == 0 || f.Errors["seen"] != "" || f.Errors["why"] != "") {
		if err := r.quotePayback(&v, o); err != nil {
			bad, ok := r.formErrors(err)
			if !ok {
				return err
			}
			v.Form, status = bad, http.StatusUnprocessableEntity
		}
	}
	return r.draw(w, status, ui.PaybackPage(v))
}

// quotePayback adds what the form comes to.
func (r *request) quotePayback(v *ui.Payback, o order.Order) error {
	p, err := r.payback(o)
	if err != nil {
		return err
	}
	q, err := r.s.Casework.QuotePayback(r.Context(), r.actor, p)
	if err != nil {
		return err
	}
	if q.Total.Minor == 0 {
		return errs.Field("units", "error.payback_nothing")
	}
	v.Quote = &ui.PaybackQuote{Total: r.money(q.Total.Minor, q.Currency), Seen: q.Total.String(), Parts: r.components(q.Components, q.Currency), Alone: q.Alone}
	for _, way := range q.Ways {
		x := ui.PaybackWay{To: r.wayName(refund.Allocation{Target: way.Target}.Way()), Method: r.destination(way.Method), Amount: r.money(way.Amount, q.Currency)}
		if way.Why != "" {
			x.Why = r.printer.T("refunds.fallback." + way.Why)
		}
		x.Arrives = r.arrival(refund.Allocation{Target: way.Target, State: refund.Approved})
		v.Quote.Ways = append(v.Quote.Ways, x)
	}
	return nil
}

// arrival says between which days an allocation should be there, or "".
func (r *request) arrival(a refund.Allocation) string {
	m, known := refund.MethodOf(a.Method)
	if !known || a.To != refund.ToPayment || a.State == refund.Failed || a.State == refund.Reversed || a.State == refund.Cancelled {
		return ""
	}
	leaves := a.LeftAt
	if leaves.IsZero() {
		leaves = latest(r.now, a.NotBefore)
	}
	from, to, ok := m.Arrival(leaves)
	if !ok || a.State == refund.Succeeded && !to.After(r.now) {
		return ""
	}
	day := func(t time.Time) string { return r.printer.Date(t, r.zone, i18n.Medium) }
	if from.Equal(to) {
		return day(to)
	}
	return day(from) + " – " + day(to)
}

// orderRefunds are the refunds of an order, the newest first: how far each is, when
// its money should be there, and why it is stuck.
func (r *request) orderRefunds(id order.ID) ([]ui.RefundBrief, error) {
	if r.s.Refunds == nil || !r.actor.May(auth.ReadCases) {
		return nil, nil
	}
	list, err := r.s.Refunds.List(r.Context(), r.actor, refund.Filter{Order: id}, 0, refundsBeside)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	ways := pay.Ways{}
	if ways, err = r.payWays(); err != nil {
		return nil, err
	}
	var out []ui.RefundBrief
	for _, x := range list {
		b := ui.RefundBrief{ID: int64(x.ID), State: string(x.State()), Lane: string(x.Lane()), Amount: r.money(x.Total().Minor, x.Currency), At: x.CreatedAt}
		if b.Lane != string(refund.LaneDone) {
			b.Why, b.Code = r.refundWhy(refund.Waiting{Refund: x, Lane: x.Lane()}, ways)
		}
		for _, a := range x.Allocations {
			if when := r.arrival(a); when != "" && b.Arrives == "" {
				b.Arrives = when
			}
		}
		out = append(out, b)
	}
	return out, nil
}
