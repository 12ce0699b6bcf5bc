package app

import (
	"context"
	"time"

	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/mailroom"
	"godwit.dev/godwit/internal/flow/proactive"
	"godwit.dev/godwit/internal/platform/action"
	"godwit.dev/godwit/internal/platform/auth"
)

// buildProactive makes what writes to customers before they ask. It comes after the
// portal, whose pages its letters lead to.
func (c *Core) buildProactive() {
	c.Proactive = proactive.New(proactive.Config{
		Store: c.Store, Orders: c.Orders, Shipments: c.Shipments, Customers: c.Customers, Page: c.pageOf, Expected: c.Portal.Expect, Reachable: func() bool { return c.Portal.Address != "" },
		Actions: c.Actions, Courier: courier{mailroom.Courier{Post: c.Post, Now: c.Now, Grace: c.Grace}}, Journal: c.Store, Queue: c.Store, IDs: c.IDs, Now: c.Now,
	})
}

// pageOf tells what a customer's page knows of an order and one of its parcels, in the
// words of letters.
func (c *Core) pageOf(ctx context.Context, o order.Order, v shipment.Shipment) (proactive.Page, error) {
	sub, status, stop, err := c.Portal.Updates(ctx, o.Workspace, o)
	if err != nil {
		return proactive.Page{}, err
	}
	p, err := c.Portal.Parcel(ctx, v)
	if err != nil {
		return proactive.Page{}, err
	}
	out := proactive.Page{Status: status, Stop: stop, Language: sub.Language, Parcel: proactive.Parcel{
		Status: p.Status, Reason: p.Reason, Number: p.Number, Carrier: p.Carrier, Link: p.Link, Pickup: p.PickupAt, Papers: p.Papers, Country: p.At, Expected: p.Expected,
	}}
	switch {
	case sub.On():
		out.Wish = proactive.Wanted
	case !sub.EndedAt.IsZero():
		out.Wish = proactive.Ended
	}
	return out, nil
}

// courier sends letters of package proactive as replies are sent.
type courier struct{ mail mailroom.Courier }

func (c courier) Send(ctx context.Context, box ticket.Mailbox, l proactive.Letter, mark func(context.Context) error) action.Outcome {
	out := mailroom.Letter{
		From: ticket.Address{Name: box.Name, Address: box.Address}, To: []ticket.Address{{Name: l.Name, Address: l.To}},
		Subject: l.Subject, Key: l.Key, Text: l.Body, Signature: box.Signature, Language: string(l.Language), Date: l.SentAt, Generated: true, Unsubscribe: l.Stop,
	}
	if box.Settings.Copy {
		out.EnvelopeCC = box.Address
	}
	return c.mail.Send(ctx, box, out, mark)
}

func (c courier) Resolve(ctx context.Context, box ticket.Mailbox, key string, since time.Time) action.Outcome {
	return c.mail.Resolve(ctx, box, key, since)
}

// letters looks at whether the shops that write to customers by themselves can.
func (x *examination) letters(ctx context.Context, w auth.Workspace) error {
	list, err := x.core.Proactive.Settings(ctx, auth.ForSystem(w.ID))
	if err != nil {
		return err
	}
	public := x.core.Portal.Address != "" || x.Serve.Address != ""
	for _, s := range list {
		switch {
		case !s.Policy.On:
		case s.Box == "":
			x.add("letters", Uneasy, w.Slug+": "+s.Shop.Name+" has no mailbox that sends, so nothing is written to its customers", "Connect one at Settings, Mailboxes, or switch it off at Settings, Proactive messages.")
		case !public:
			x.add("letters", Uneasy, w.Slug+": "+s.Shop.Name+" cannot write to its customers: no public address for the links of letters is set", "Start godwit serve with --address.")
		}
	}
	return nil
}
