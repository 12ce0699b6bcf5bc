package automating

import (
	"context"
	"fmt"
	"slices"

	"godwit.dev/godwit/internal/domain/automation"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

const otherPage = 500

// readOthers asks about every event that is not about a ticket itself.
func (s *Service) readOthers(ctx context.Context, w auth.WorkspaceID, try *trying, tell func(int64)) ([]pastSum, error) {
	sum := make([]pastSum, 1)
	var after event.ID
	for done := int64(0); ; {
		list, err := s.Store.PastOf(ctx, w, try.when.Event, try.since, after, otherPage)
		if err != nil {
			return sum, fmt.Errorf("read events: %w", err)
		}
		if len(list) == 0 {
			return sum, nil
		}
		if err := s.othersPage(ctx, w, try, list, &sum[0]); err != nil {
			return sum, err
		}
		done, after = done+int64(len(list)), list[len(list)-1].ID
		tell(done)
	}
}

// othersPage asks about a page of events.
func (s *Service) othersPage(ctx context.Context, w auth.WorkspaceID, try *trying, list []event.Event, sum *pastSum) error {
	var tickets []ticket.ID
	var orders []order.ID
	for _, e := range list {
		if e.TicketID != 0 {
			tickets = append(tickets, ticket.ID(e.TicketID))
		} else if o := orderOf(e); o != 0 {
			orders = append(orders, o)
		}
	}
	slices.Sort(orders)
	orders = slices.Compact(orders)
	subjects, err := s.Store.PastSubjectsOf(ctx, w, tickets, orders)
	if err != nil {
		return fmt.Errorf("read tickets: %w", err)
	}
	tickets = tickets[:0]
	for _, x := range subjects {
		tickets = append(tickets, x.Ticket)
	}
	told, err := s.Store.PastEventsOf(ctx, w, tickets)
	if err != nil {
		return fmt.Errorf("read the journal: %w", err)
	}
	var facts map[order.ID]automation.Facts
	if try.opens {
		if facts, err = s.Store.FactsOfOrders(ctx, w, orders); err != nil {
			return fmt.Errorf("read orders: %w", err)
		}
	}
	journal := map[ticket.ID][]PastEvent{}
	for _, e := range told {
		journal[e.Ticket] = append(journal[e.Ticket], e)
	}
	for _, e := range list {
		try.other(e, subjects, journal, facts, sum)
	}
	return nil
}

// other asks about an event as the newest ticket was that stood open when the rule would have answered it.
func (y *trying) other(e event.Event, subjects []Subject, journal map[ticket.ID][]PastEvent, facts map[order.ID]automation.Facts, sum *pastSum) {
	sum.events++
	at := y.when.ActsAt(e.At)
	if at.After(y.now) {
		return
	}
	o := orderOf(e)
	for _, x := range slices.Backward(subjects) {
		mine := e.TicketID != 0 && x.Ticket == ticket.ID(e.TicketID)
		if !mine && (e.TicketID != 0 || o == 0 || x.Order != o) {
			continue
		}
		events := journal[x.Ticket]
		f := x.Facts
		f.Ticket = blank(x.Facts.Ticket, events)
		n, form := 0, ""
		for ; n < len(events) && !events[n].At.After(at); n++ {
			y.fold(&f.Ticket, events[n])
			form = newest(form, events[n])
		}
		done := f.Ticket.Status == string(ticket.Solved) || f.Ticket.Status == string(ticket.Closed)
		if x.Facts.Ticket.Created.After(at) || !mine && (done || f.Ticket.Spam) {
			continue
		}
		if f.Now, f.Event = at.In(y.zone), eventFacts(e); y.cond.Holds(&f) && !(y.replies && (f.Ticket.Spam || written(form, f.Event.Form))) {
			sum.acts = append(sum.acts, Example{x.Ticket, x.Number, x.Order, at})
		}
		return
	}
	f, known := facts[o]
	if !y.opens || !known {
		sum.without++
		return
	}
	if f.Now, f.Event = at.In(y.zone), eventFacts(e); y.cond.Holds(&f) {
		sum.acts = append(sum.acts, Example{Order: o, At: at})
	}
}
