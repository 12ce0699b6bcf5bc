package ticket

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
)

// Case is something about an order that people should look into, before its
// customer asks.
type Case struct {
	Order   order.Order
	Subject string
	Note    string
	Key     string // the same case is raised once
}

// raiseLook is how many of an order's newest tickets are looked at.
const raiseLook = 20

// Raise notes a case on the newest ticket of its order that is not done, or opens
// one for the order's customer. Nothing is sent to anybody. A repeat with the same
// Key changes nothing and returns where the case was noted. An order without a
// mail address is errs.Invalid. It is for the system and its rules alone.
func (s *Service) Raise(ctx context.Context, actor auth.Actor, c Case) (Ticket, error) {
	if actor.Kind != auth.System && actor.Kind != auth.Rule {
		return Ticket{}, errs.New(errs.Denied, "error.denied")
	}
	var out Ticket
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.Store.RaiseOnce(ctx, actor.Workspace, c.Order.ID, c.Key); err != nil {
			return err
		}
		tickets, err := s.Store.TicketsOfOrder(ctx, actor.Workspace, c.Order.ID, raiseLook)
		if err != nil {
			return err
		}
		for _, t := range tickets {
			if t.MergedInto == 0 && t.Bucket() != InDone && t.Bucket() != InSpam {
				out = t
				_, err := s.Note(ctx, actor, t.ID, NewNote{Body: c.Note})
				return err
			}
		}
		if out, err = s.openCase(ctx, actor, c); err == nil {
			_, err = s.Note(ctx, actor, out.ID, NewNote{Body: c.Note})
		}
		return err
	})
	if errors.Is(err, ErrRaised) {
		return out, nil
	}
	if err != nil {
		return Ticket{}, fmt.Errorf("raise case: %w", err)
	}
	return out, nil
}

// ErrRaised is what a store says of a case that was raised before.
var ErrRaised = errors.New("raised before")

// openCase opens a ticket in which nothing was said yet.
func (s *Service) openCase(ctx context.Context, actor auth.Actor, c Case) (Ticket, error) {
	to := customer.FoldEmail(c.Order.Email)
	if !strings.Contains(to, "@") {
		return Ticket{}, errs.Field("customer", "error.address", "address", c.Order.Email)
	}
	cust, _, err := s.Customers.Ensure(ctx, actor.Workspace, customer.Identity{Kind: "email", Value: to}, c.Order.ShipTo.Name, "")
	if err != nil {
		return Ticket{}, err
	}
	number, err := s.Store.NextNumber(ctx, actor.Workspace)
	if err != nil {
		return Ticket{}, err
	}
	boxes, err := s.Store.Mailboxes(ctx, actor.Workspace)
	if err != nil {
		return Ticket{}, err
	}
	now := s.Now()
	ch := &change{s: s, actor: actor, now: now, saved: true, T: Ticket{
		ID: ID(s.IDs.Next()), Workspace: actor.Workspace, Number: number, Channel: Email, Customer: cust.ID, Order: c.Order.ID, Shop: c.Order.Shop,
		Subject: cut(c.Subject, 300), Language: cust.Language, Status: New, LastAt: now, CreatedAt: now, Fields: map[string]string{},
	}}
	if box := boxFor(boxes, c.Order.Shop); box != nil {
		ch.T.Mailbox, ch.T.Team = box.ID, box.Team
	}
	if err := s.Store.AddTicket(ctx, ch.T); err != nil {
		return Ticket{}, err
	}
	if err := s.Store.AddParticipants(ctx, actor.Workspace, ch.T.ID, []Participant{{Address: to, Name: c.Order.ShipTo.Name, Verified: true}}); err != nil {
		return Ticket{}, err
	}
	ch.log("ticket.opened", map[string]any{"number": number, "channel": Email, "subject": ch.T.Subject})
	var out Ticket
	return out, ch.save(ctx, &out)
}

// boxFor returns the mailbox of a shop, else one of no shop, else none.
func boxFor(boxes []Mailbox, shop order.ShopID) *Mailbox {
	var best *Mailbox
	for i := range boxes {
		switch b := &boxes[i]; {
		case b.Disabled:
		case b.Shop == shop && shop != 0:
			return b
		case b.Shop == 0 && best == nil:
			best = b
		}
	}
	return best
}
