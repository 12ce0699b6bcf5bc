package app

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/hold"
	"godwit.dev/godwit/internal/flow/casework"
	"godwit.dev/godwit/internal/flow/outgoing"
	"godwit.dev/godwit/internal/flow/pay"
	"godwit.dev/godwit/internal/platform/auth"
)

// holding joins holds to the cases that they secure, the parcels that go out and the letters about them.
func (c *Core) holding() pay.Holding {
	return pay.Holding{Store: c.Store, Ledger: c.Ledger, Goods: c.holdGoods, Moved: c.holdMoved, Remind: func(ctx context.Context, h hold.Hold) error {
		return c.tellHold(ctx, h, casework.HoldEnds, h.Sum())
	}}
}

// canHold tells policies whether an account can hold, and which providers could.
func (c *Core) canHold(ctx context.Context, w auth.WorkspaceID) (bool, []string, error) {
	can, err := c.Pay.CanHold(ctx, w, 0)
	return can, c.Pay.Holders(), err
}

// holdGoods says how far the exchange of a hold is.
func (c *Core) holdGoods(ctx context.Context, h hold.Hold) (hold.Goods, error) {
	system := auth.ForSystem(h.Workspace)
	x, err := c.Cases.Get(ctx, system, h.Case)
	if err != nil {
		return hold.Goods{}, err
	}
	i := slices.IndexFunc(x.Resolutions, func(r cases.Resolution) bool { return r.Number == h.Resolution })
	if i < 0 {
		return hold.Goods{Over: true}, nil
	}
	r := x.Resolutions[i]
	g := hold.Goods{
		Over: !r.Stand.Alive() || r.Forgone || x.Phase == cases.Closed && r.Stand != cases.Done,
		Missing: h.Missing(func(line int) int64 {
			l := x.Lines[line-1]
			return l.Count(cases.Received) - l.Count(cases.Unexpected)
		}),
		Moving: slices.ContainsFunc(x.Met, func(t cases.Trigger) bool { return t != cases.AtApproval }),
	}
	if !g.Moving {
		if g.Moving, err = c.Goods.Posted(ctx, x, r); err != nil {
			return g, err
		}
	}
	if r.Parcel != 0 {
		p, err := c.Outgoing.Get(ctx, system, outgoing.ID(r.Parcel))
		if err != nil {
			return g, err
		}
		g.Sent = p.State == outgoing.Sent || p.State == outgoing.Delivered
		g.Over = g.Over || p.State == outgoing.Cancelled
	}
	return g, nil
}

// holdMoved takes a case on by what became of its hold, and writes to the customer and to people.
func (c *Core) holdMoved(ctx context.Context, h hold.Hold, was hold.State) error {
	system := auth.ForSystem(h.Workspace)
	switch {
	case h.State == hold.Held:
		if err := c.tellHold(ctx, h, casework.HoldBegan, h.Sum()); err != nil {
			return err
		}
		_, err := c.Cases.Secure(ctx, system, h.Case, h.Resolution)
		return err
	case h.State == hold.Released && !h.HeldAt.IsZero():
		return c.tellHold(ctx, h, casework.HoldEnded, h.Sum())
	case h.State == hold.Taken && was != hold.Returning:
		if err := c.tellHold(ctx, h, casework.HoldTaken, h.ToTake()); err != nil {
			return err
		}
		return c.endHeld(ctx, h)
	case h.State == hold.Returned:
		return c.tellHold(ctx, h, casework.HoldBack, h.ToTake())
	case h.State == hold.Unpaid:
		x, err := c.Cases.Get(ctx, system, h.Case)
		if err != nil {
			return err
		}
		return caseDesk{c}.Task(ctx, x, "", i18n.For(i18n.English).T("case.task.unpaid", "Case", h.Number, "Sum", h.ToTake().Format("en"), "Code", h.Code))
	}
	return nil
}

// endHeld awaits the goods of an exchange no more that were charged: its case closes when nothing else of it lives.
func (c *Core) endHeld(ctx context.Context, h hold.Hold) error {
	_, err := c.Cases.Forgo(ctx, auth.ForSystem(h.Workspace), h.Case, h.Resolution, "charged to the customer's card")
	if errs.Is(err, errs.Conflict) { // they came, or nobody awaits them
		return nil
	}
	return err
}

func (c *Core) tellHold(ctx context.Context, h hold.Hold, what casework.Occasion, sum money.Amount) error {
	return c.Casework.TellHold(ctx, h.Workspace, h.Case, what, casework.Held{Sum: sum, Day: h.DueAt}, fmt.Sprintf("hold.%d.%d.%s", h.ID, h.Attempt, what))
}

// HoldDesk is what the customer's page asks of holds, as the system: whoever calls has seen to it that the case is theirs.
type HoldDesk struct{ *Core }

// Securable returns the sums that may be held so that goods of a case go out at once; none where no account can.
func (d HoldDesk) Securable(ctx context.Context, x cases.Case) ([]hold.Hold, error) {
	var out []hold.Hold
	for _, r := range x.Resolutions {
		if !x.Securable(r) {
			continue
		}
		if can, err := d.Pay.CanHold(ctx, x.Workspace, x.Shop); err != nil || !can {
			return nil, err
		}
		worth, err := d.Cases.Worth(ctx, x, r)
		if err != nil {
			return nil, err
		}
		h := hold.Hold{Workspace: x.Workspace, Case: x.ID, Number: x.Number, Resolution: r.Number, Shop: x.Shop, Order: x.Lines[r.Units[0].Line-1].Order, DueAt: r.SendBy}
		if h.DueAt.IsZero() { // they say that the goods are on their way
			h.DueAt = d.Now().AddDate(0, 0, max(r.Offer.SendDays, cases.SendWithin))
		}
		o, err := d.Orders.Get(ctx, auth.ForSystem(x.Workspace), h.Order)
		if err != nil {
			return nil, err
		}
		h.Currency = o.Currency
		for _, u := range worth {
			held := hold.Share(money.Amount{Minor: u.Paid.Goods + u.Paid.Tax, Currency: o.Currency}, r.Offer.Held)
			h.Units = append(h.Units, hold.Unit{Line: u.Line, Unit: u.Unit, Paid: held})
			h.Amount += held
		}
		if h.Amount > 0 {
			out = append(out, h)
		}
	}
	return out, nil
}

// Holds returns the holds of a case, the newest first.
func (d HoldDesk) Holds(ctx context.Context, x cases.Case) ([]hold.Hold, error) {
	return d.Pay.Holds(ctx, auth.ForSystem(x.Workspace), x.ID)
}

// Ask asks the customer of a case for a hold, on the terms that they were shown; the page leads back to an address.
func (d HoldDesk) Ask(ctx context.Context, x cases.Case, h hold.Hold, back string) (hold.Hold, error) {
	o, err := d.Orders.Get(ctx, auth.ForSystem(x.Workspace), h.Order)
	if err != nil {
		return h, err
	}
	var what []string
	for _, l := range x.Lines {
		if slices.ContainsFunc(h.Units, func(u hold.Unit) bool { return u.Line == l.Number }) {
			what = append(what, l.Title)
		}
	}
	email := ""
	if strings.Contains(o.Email, "@") && !x.Gift {
		email = o.Email
	}
	return d.Pay.AskHold(ctx, x.Workspace, h, strings.Join(what, ", "), email, back)
}

// Answer takes the customer's word where the provider has no page of its own.
func (d HoldDesk) Answer(ctx context.Context, h hold.Hold, agrees bool) error {
	return d.Pay.AnswerHold(ctx, h.Workspace, h.ID, agrees)
}

// Look asks the provider how far a hold is, and takes it on.
func (d HoldDesk) Look(ctx context.Context, h hold.Hold) (hold.Hold, error) {
	return d.Pay.WorkHold(ctx, h.Workspace, h.ID)
}

// holdEvery is how often it is looked whether something is due about a hold.
const holdEvery = 10 * time.Second

// carryHolds carries the holds of all workspaces, until ctx ends.
func (c *Core) carryHolds(ctx context.Context) {
	tick := time.NewTicker(holdEvery)
	defer tick.Stop()
	for {
		list, err := c.Store.Workspaces(ctx)
		for _, w := range list {
			if err == nil {
				err = c.Pay.WorkHolds(ctx, w.ID)
			}
		}
		if err != nil && ctx.Err() == nil {
			c.Log.Error("carry holds", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
