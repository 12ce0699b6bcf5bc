package casework

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/ledger"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
)

// maxWhy bounds the reason of a payback, in bytes.
const maxWhy = 2000

// Payback is money that a person gives back of an order by their own judgement, with no goods to come back: units of its
// lines, the postage of the way out, a gesture. All sums are in minor units of the order's currency.
type Payback struct {
	Order    order.ID
	All      bool            // every unit that no other resolution pays for, and all postage that is left; Units and Postage do not count
	Units    map[int64]int64 // by order.Line.ID
	Postage  int64
	Goodwill int64  // beyond what was paid
	Credit   bool   // as store credit, which the customer agreed to
	Reason   string // in the words of package decision
	Why      string // which is frozen into the case
	Ticket   ticket.ID
}

// Quote is what a payback comes to.
type Quote struct {
	Currency   string
	Free       map[int64]int64 // by line: units that no other resolution pays for
	Units      map[int64]int64 // by line: those that are paid back
	Postage    int64           // that is left to give back
	Left       int64           // what of the order may still go back, goodwill apart
	Components ledger.Components
	Total      money.Amount
	Ways       []refund.Planned // where it would go, in order
	Alone      bool             // it leaves without another person's approval
}

// QuotePayback says what a payback comes to and where it would go, and writes nothing. A zero one tells what is left. It
// fails with errs.Invalid by field as PayBack does. It needs WriteCases and ApproveRefunds, and sight of the order.
func (s *Service) QuotePayback(ctx context.Context, a auth.Actor, p Payback) (Quote, error) {
	q, _, err := s.quote(ctx, a, p)
	if err != nil {
		return q, fmt.Errorf("quote payback: %w", err)
	}
	return q, nil
}

func (s *Service) quote(ctx context.Context, a auth.Actor, p Payback) (Quote, *scene, error) {
	for _, need := range []auth.Permission{auth.WriteCases, auth.ApproveRefunds} {
		if err := a.Can(need); err != nil {
			return Quote{}, nil, err
		}
	}
	if a.Kind == auth.Customer {
		return Quote{}, nil, errs.New(errs.Denied, "error.denied")
	}
	o, err := s.Orders.Get(ctx, a, p.Order)
	if err != nil {
		return Quote{}, nil, err
	}
	sc, err := s.look(ctx, o, 0, false, s.clock())
	if err != nil {
		return Quote{}, nil, err
	}
	held, err := s.Store.UnitsHeld(ctx, a.Workspace, o.ID)
	if err != nil {
		return Quote{}, nil, err
	}
	given, err := s.Refunds.List(ctx, auth.ForSystem(a.Workspace), refund.Filter{Order: o.ID}, 0, refund.MaxPage)
	if err != nil {
		return Quote{}, nil, err
	}
	q := Quote{Currency: o.Currency, Free: map[int64]int64{}, Units: map[int64]int64{}, Postage: o.Shipping, Total: money.Amount{Currency: o.Currency}}
	for _, f := range given {
		if f.State() != refund.Cancelled {
			q.Postage -= max(f.Components.ShippingOut, 0)
		}
	}
	q.Postage = max(q.Postage, 0)
	for _, pay := range sc.payments {
		q.Left += max(pay.Left, 0)
	}
	if err := q.fill(p, sc, held); err != nil {
		return q, sc, err
	}
	if q.Total.Minor == 0 {
		return q, sc, nil
	}
	if q.Ways, err = refund.Plan(q.Total.Minor, sc.payments, refund.Wish{Credit: p.Credit, Beyond: q.Components.Goodwill}, sc.now); err != nil {
		return q, sc, err
	}
	role := a.Role
	if a.Kind != auth.Agent {
		role = ""
	}
	q.Alone, err = s.Refunds.Alone(ctx, a.Workspace, role, q.Total)
	return q, sc, err
}

// fill adds up what is paid back, by component.
func (q *Quote) fill(p Payback, sc *scene, held []cases.Claimed) error {
	if p.Goodwill < 0 {
		return errs.Field("goodwill", "error.refund_sum")
	}
	postage := p.Postage
	if p.All {
		postage = min(q.Postage, q.Left)
	}
	if postage < 0 || postage > q.Postage {
		return errs.Field("postage", "error.payback_postage", "max", money.Amount{Minor: q.Postage, Currency: q.Currency}.String())
	}
	q.Components = ledger.Components{ShippingOut: postage, Goodwill: p.Goodwill}
	for row := range p.Units {
		if !slices.ContainsFunc(sc.order.Lines, func(l order.Line) bool { return l.ID == row }) {
			return errs.New(errs.NotFound, "error.not_found")
		}
	}
	for i, l := range sc.order.Lines {
		var taken []int64
		for _, u := range held {
			if u.OrderRow == l.ID {
				taken = append(taken, u.Unit)
			}
		}
		for n := l.Quantity; n > 0; n-- { // the most that follow each other
			if cases.FirstFree(taken, l.Quantity, n) != 0 {
				q.Free[l.ID] = n
				break
			}
		}
		n := p.Units[l.ID]
		if p.All {
			n = q.Free[l.ID]
		}
		if n < 0 || n > q.Free[l.ID] {
			return errs.Field("units", "error.payback_units", "max", q.Free[l.ID])
		}
		if n == 0 {
			continue
		}
		q.Units[l.ID] = n
		first := cases.FirstFree(taken, l.Quantity, n)
		for _, u := range sc.units {
			if u.Line == i && u.Number >= first && u.Number < first+n {
				q.Components.Goods, q.Components.Tax, q.Components.Duty = q.Components.Goods+u.Paid.Goods, q.Components.Tax+u.Paid.Tax, q.Components.Duty+u.Paid.Duty
			}
		}
	}
	var err error
	q.Total, err = q.Components.Total(q.Currency)
	return err
}

// PayBack opens a case of goodwill about an order and gives what was asked for at once, by the judgement of a person: the
// units are held like those of any other resolution, and the refund waits for another person where the actor's role, or
// the sum for four eyes, wants one. It needs a reason, which is frozen into the case. It fails with errs.Invalid by field
// for a sum that is nothing, or more than was paid, and with errs.Conflict while a payment is disputed; then nothing is
// written. It needs WriteCases and ApproveRefunds, and sight of the order. A repeat is another refund: whoever takes it
// from outside keeps a key.
func (s *Service) PayBack(ctx context.Context, a auth.Actor, p Payback) (c cases.Case, f refund.Refund, err error) {
	if p.Why = strings.TrimSpace(p.Why); p.Why == "" || len(p.Why) > maxWhy {
		return c, f, errs.Field("why", "error.case_why")
	}
	if _, ok := decision.ReasonOf(p.Reason); !ok {
		return c, f, errs.Field("reason", "error.invalid")
	}
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := a.Can(auth.WriteCases); err != nil {
			return err
		}
		if err := s.Refunds.Hold(ctx, a.Workspace, p.Order); err != nil {
			return err
		}
		q, sc, err := s.quote(ctx, a, p)
		if err != nil {
			return err
		}
		if q.Total.Minor == 0 {
			return errs.Field("amount", "error.refund_sum")
		}
		if c, err = s.payback(ctx, a, p, q, sc); err != nil {
			return err
		}
		r := c.Resolutions[len(c.Resolutions)-1]
		if r.Refund == 0 {
			return errs.Wrap(errs.Conflict, fmt.Errorf("no refund: %s", r.Code), "error.refund_above")
		}
		f, err = s.Refunds.Get(ctx, a, r.Refund)
		return err
	})
	if err != nil {
		return cases.Case{}, refund.Refund{}, fmt.Errorf("pay back: %w", err)
	}
	return c, f, nil
}

// payback opens the case and gives the money.
func (s *Service) payback(ctx context.Context, a auth.Actor, p Payback, q Quote, sc *scene) (cases.Case, error) {
	w := Wish{Order: p.Order, Kind: cases.Goodwill, Wants: decision.Refund.String(), Words: p.Why, Ticket: p.Ticket}
	g := Grant{Means: cases.RefundOriginal, Components: q.Components}
	for _, l := range sc.order.Lines {
		if n := q.Units[l.ID]; n > 0 {
			w.Items = append(w.Items, Item{Row: l.ID, Quantity: n, Reason: p.Reason})
		}
	}
	switch beside := len(w.Items) == 0; {
	case beside && len(sc.order.Lines) == 0:
		return cases.Case{}, errs.Field("units", "error.case_quantity")
	case beside:
		w.Items = []Item{{Row: sc.order.Lines[0].ID, Quantity: 1, Reason: p.Reason}}
		if g.Means = cases.Allowance; p.Credit {
			g.Means = cases.AllowanceCredit
		}
	case p.Credit:
		g.Means = cases.StoreCredit
	}
	w, _, parts, _, err := s.study(ctx, a, w)
	if err != nil {
		return cases.Case{}, err
	}
	d, err := frozen(parts)
	if err != nil {
		return cases.Case{}, err
	}
	if s.Desk != nil {
		if w.Ticket, err = s.Desk.Begin(ctx, a, sc.order, w); err != nil {
			return cases.Case{}, fmt.Errorf("open the case's ticket: %w", err)
		}
	}
	n := cases.NewCase{Kind: w.Kind, Ticket: w.Ticket, Wants: w.Wants, OpenedAt: w.OpenedAt}
	for _, it := range w.Items {
		n.Items = append(n.Items, cases.Item{Order: p.Order, OrderRow: it.Row, Quantity: it.Quantity, Reason: it.Reason})
	}
	c, err := s.Cases().Open(ctx, a, n)
	if err != nil {
		return c, err
	}
	system := auth.ForSystem(a.Workspace)
	if _, err = s.Cases().Submit(ctx, system, c.ID, nil); err != nil { // by the system: nobody has asked for it, and so nobody is told that it was received
		return c, err
	}
	if c, err = s.Cases().Offer(ctx, system, c.ID, d, c.Deadline, nil); err != nil {
		return c, err
	}
	return s.grant(ctx, a, c, g, p.Why)
}
