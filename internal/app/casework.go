package app

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/hold"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/casework"
	"godwit.dev/godwit/internal/platform/auth"
)

// buildCasework makes what carries cases from wish to money, goods and letters, and joins it to the cases, the refunds and
// the tickets that it works on.
func (c *Core) buildCasework() {
	s := c.Store
	c.Casework = casework.New(casework.Config{Log: c.Log,
		Store: s, Orders: c.Orders, Parcels: c.Shipments, Customers: c.Customers, Policies: c.Policies, Costs: c.Costs, Books: c.Costs, Cases: func() *cases.Service { return c.Cases }, Refunds: c.Refunds,
		Left: c.Refunds.Left, Alone: c.paysAlone,
		Category: func(ctx context.Context, o order.Order, sku string) (string, error) {
			kinds, err := c.categories(ctx, o.Workspace, []string{sku})
			return kinds[sku], err
		},
		Guaranteed: c.Warranty.Windows,
		Expect:     c.expectGoods,
		Repairs:    c.Warranty,
		Send:       c.sendGoods, Sent: s.OutgoingShipments,
		Posted: func(ctx context.Context, x cases.Case, r cases.Resolution) (bool, error) {
			return c.Goods.Posted(ctx, x, r)
		},
		Secured: c.secured,
		Desk:    caseDesk{c}, IDs: c.IDs, Now: c.Now,
	})
	c.Refunds.Moved, c.Warranty.Moved = c.Casework.Moved, c.Casework.Mended
	c.Cases = cases.New(cases.Config{Log: c.Log,
		Store: s, Orders: c.Orders, Journal: s, IDs: c.IDs, Now: c.Now, Acknowledge: c.Casework.Acknowledge, Carry: c.Casework.Carry, After: c.afterCase,
	})
}

// secured reports whether a sum is held for the goods of a resolution.
func (c *Core) secured(ctx context.Context, x cases.Case, r cases.Resolution) (bool, error) {
	list, err := c.Store.CardHoldsOf(ctx, x.Workspace, x.ID)
	return slices.ContainsFunc(list, func(h hold.Hold) bool {
		return h.Resolution == r.Number && (h.State == hold.Held || h.State == hold.Lapsed)
	}), err
}

// afterCase takes a case on, looks at what is held for it, and expects no goods any more for what has lapsed.
func (c *Core) afterCase(ctx context.Context, actor auth.Actor, x cases.Case, events []cases.Event) error {
	if err := c.Casework.Follow(ctx, actor, x, events); err != nil {
		return err
	}
	if slices.ContainsFunc(x.Resolutions, func(r cases.Resolution) bool { return r.Offer != nil && r.Offer.Hold }) {
		if err := c.Store.WakeCardHolds(ctx, x.Workspace, x.ID, c.Now()); err != nil {
			return err
		}
	}
	return c.Goods.CallOff(ctx, x)
}

// expectGoods tells the warehouse what comes back: by the customer, or with the carrier in a parcel that has turned back.
func (c *Core) expectGoods(ctx context.Context, x cases.Case, r cases.Resolution, route string) error {
	if route != decision.Carrier.String() {
		return c.Goods.Expect(ctx, x, r, route)
	}
	list, err := c.Casework.TurnedParcels(ctx, x, r)
	if err != nil || len(list) == 0 {
		return err // it has not turned back yet; Casework.Turned is told when it does
	}
	return c.Goods.Await(ctx, x, r, list)
}

// Raise implements casework.Desk. An order whose customer has no address is seen in the list of parcels alone.
func (d caseDesk) Raise(ctx context.Context, o order.Order, key, note string) error {
	_, err := d.core.Tickets.Raise(ctx, auth.ForSystem(o.Workspace), ticket.Case{Order: o, Subject: i18n.For(i18n.English).T("case.letter.subject", "Order", o.Number), Note: note, Key: key})
	if errs.Is(err, errs.Invalid) {
		return nil
	}
	return err
}

// paysAlone tells whether a refund needs nobody's approval any more: the decision lets it run by itself, or a person whose
// role approves as much has approved its resolution; but above the sum for four eyes another one looks at it.
func (c *Core) paysAlone(ctx context.Context, x cases.Case, r cases.Resolution, f refund.Refund) (bool, error) {
	if r.Offer != nil && r.Offer.Auto {
		return c.Refunds.Alone(ctx, f.Workspace, "", f.Total())
	}
	decider := x.Decider(r)
	if decider == 0 {
		return false, nil
	}
	p, err := c.Store.Person(ctx, f.Workspace, decider)
	if errs.Is(err, errs.NotFound) {
		return false, nil // they have left: somebody who is here approves it
	}
	if err != nil {
		return false, err
	}
	return c.Refunds.Alone(ctx, f.Workspace, p.Role, f.Total())
}

// caseDesk is the tickets in which customers are written to about their cases.
type caseDesk struct{ core *Core }

// Begin opens a ticket with the customer's words, or adds them to the customer's open one on the order.
func (d caseDesk) Begin(ctx context.Context, a auth.Actor, o order.Order, w casework.Wish) (ticket.ID, error) {
	if w.Ticket != 0 || !strings.Contains(o.Email, "@") {
		return w.Ticket, nil
	}
	t := i18n.For(i18n.Lang(cmp.Or(w.Language, "und-"+cmp.Or(o.ShipTo.Country, "US"))))
	subject := t.T("case.letter.subject", "Order", o.Number)
	if a.Kind != auth.Customer {
		note := cmp.Or(strings.TrimSpace(w.Words), subject)
		x, err := d.core.Tickets.Raise(ctx, auth.ForSystem(a.Workspace), ticket.Case{Order: o, Subject: subject, Note: note, Key: fmt.Sprintf("case.%d", d.core.IDs.Next())})
		return x.ID, err
	}
	words := strings.TrimSpace(w.Words)
	if words == "" {
		words = subject
	}
	return d.receive(ctx, o, string(t.Lang()), subject, words)
}

// receive takes words of a customer as if they had written them.
func (d caseDesk) receive(ctx context.Context, o order.Order, language, subject, words string) (ticket.ID, error) {
	w, err := d.core.Store.Workspace(ctx, o.Workspace)
	if err != nil {
		return 0, err
	}
	boxes, err := d.core.Store.Mailboxes(ctx, o.Workspace)
	if err != nil {
		return 0, err
	}
	now := d.core.Now()
	in := ticket.Inbound{
		Channel: ticket.Email, Form: ticket.Plain, From: ticket.Address{Name: o.ShipTo.Name, Address: o.Email}, Order: o.ID, Shop: o.Shop, Subject: subject, Body: words, Language: language,
		Key: fmt.Sprintf("case.%d@portal.invalid", d.core.IDs.Next()), Origin: ticket.Origin{Source: "portal"}, SentAt: now, ReceivedAt: now,
	}
	for _, b := range boxes {
		if !b.Disabled && (b.Shop == o.Shop || b.Shop == 0) && (in.Mailbox == 0 || b.Shop == o.Shop) {
			in.Mailbox, in.Delivered, in.Recipients.To = b.ID, []string{b.Address}, []ticket.Address{{Address: b.Address}}
		}
	}
	out, err := d.core.Tickets.Receive(ctx, w, []ticket.Inbound{in})
	if err != nil {
		return 0, err
	}
	return out[0].Ticket, nil
}

// Said implements casework.Desk.
func (d caseDesk) Said(ctx context.Context, a auth.Actor, c cases.Case, words string) error {
	list := c.Orders()
	if a.Kind != auth.Customer || len(list) == 0 || c.Ticket == 0 {
		return nil // an agent writes down what is in the thread already
	}
	o, err := d.core.Orders.Get(ctx, auth.ForSystem(c.Workspace), list[0])
	if err != nil || !strings.Contains(o.Email, "@") {
		return err
	}
	t, err := d.core.Tickets.Get(ctx, auth.ForSystem(c.Workspace), c.Ticket)
	if err == nil {
		_, err = d.receive(ctx, o, t.Language, t.Subject, words)
	}
	return err
}

// Write implements casework.Desk.
func (d caseDesk) Write(ctx context.Context, c cases.Case, key, body string) error {
	if c.Ticket == 0 {
		return errs.New(errs.Conflict, "error.no_recipient")
	}
	r := ticket.NewReply{Body: body, Key: key}
	if list := c.Orders(); len(list) > 0 && !c.Gift {
		o, err := d.core.Orders.Get(ctx, auth.ForSystem(c.Workspace), list[0])
		if err != nil {
			return err
		}
		if strings.Contains(o.Email, "@") {
			r.To = []ticket.Address{{Name: o.ShipTo.Name, Address: o.Email}}
		}
	}
	_, err := d.core.Tickets.Reply(ctx, auth.ForSystem(c.Workspace), c.Ticket, r)
	return err
}

// Task implements casework.Desk.
func (d caseDesk) Task(ctx context.Context, c cases.Case, _, note string) error {
	if c.Ticket == 0 {
		return nil // it stands in the queue of cases all the same
	}
	_, err := d.core.Tickets.Note(ctx, auth.ForSystem(c.Workspace), c.Ticket, ticket.NewNote{Body: note})
	return err
}
