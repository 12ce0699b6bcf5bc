package clocks

import (
	"context"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/promise"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/job"
)

// RecountJob is the kind of job that sets clocks anew, and Queue the one that it waits on.
const (
	RecountJob = "clocks.recount"
	Queue      = "clocks"
)

// recounted says whose clocks a job sets anew: those of all open tickets if it names nobody.
type recounted struct {
	Customers []customer.ID `json:"customers,omitempty"`
	Orders    []order.ID    `json:"orders,omitempty"`
}

// Recount asks for all clocks of a workspace to be set anew. It joins the transaction in
// ctx; asking again before that has begun changes nothing.
func (s *Service) Recount(ctx context.Context, w auth.WorkspaceID) error {
	if err := s.Queue.Enqueue(ctx, job.New(w, RecountJob, recounted{}).On(Queue).WithKey("recount")); err != nil {
		return err
	}
	return s.moved(ctx, w)
}

// OfCustomers asks for the clocks of some customers' open tickets to be set anew, since a
// tier or a country is another one, or a ticket has another customer. It joins the
// transaction in ctx in which that changed. Where no rule asks for either, no clock moves.
func (s *Service) OfCustomers(ctx context.Context, w auth.WorkspaceID, list ...customer.ID) error {
	return s.recountSome(ctx, w, recounted{Customers: list})
}

// OfOrders is OfCustomers for the tickets of orders that go to another country than before.
func (s *Service) OfOrders(ctx context.Context, w auth.WorkspaceID, list ...order.ID) error {
	return s.recountSome(ctx, w, recounted{Orders: list})
}

func (s *Service) recountSome(ctx context.Context, w auth.WorkspaceID, whose recounted) error {
	d, err := s.desk(ctx, w)
	if err != nil {
		return err
	}
	if asksTraits(d.version.Book) {
		if err := s.Queue.Enqueue(ctx, job.New(w, RecountJob, whose).On(Queue)); err != nil {
			return err
		}
	}
	return s.moved(ctx, w)
}

// moved lets whoever decides by what is due know, in the transaction in ctx.
func (s *Service) moved(ctx context.Context, w auth.WorkspaceID) error {
	if s.Moved == nil {
		return nil
	}
	return s.Moved(ctx, w)
}

// recountPage is how many tickets are counted anew in one transaction. Few: each is locked.
const recountPage = 20

// Work sets clocks anew. A ticket that moves meanwhile is met again, or sets its clocks by
// itself. What a new book calls late is told to nobody; what is late by a customer's new
// tier or country is told like anything else.
func (s *Service) Work(ctx context.Context, j job.Job) error {
	var whose recounted
	if err := j.Decode(&whose); err != nil {
		return errs.Wrap(errs.Invalid, err, "error.invalid")
	}
	type pages = func(after ticket.Cursor) ([]ticket.Cursor, error)
	var walks []pages
	for _, c := range whose.Customers {
		walks = append(walks, func(after ticket.Cursor) ([]ticket.Cursor, error) {
			return s.Store.OpenTicketsOfCustomer(ctx, j.Workspace, c, after, recountPage)
		})
	}
	for _, o := range whose.Orders {
		walks = append(walks, func(after ticket.Cursor) ([]ticket.Cursor, error) {
			return s.Store.OpenTicketsOfOrder(ctx, j.Workspace, o, after, recountPage)
		})
	}
	quiet := len(walks) == 0
	if quiet {
		for _, bucket := range []ticket.Bucket{ticket.InOpen, ticket.InWaiting, ticket.InSnoozed} {
			walks = append(walks, func(after ticket.Cursor) ([]ticket.Cursor, error) {
				return s.Store.OpenTickets(ctx, j.Workspace, bucket, after, recountPage)
			})
		}
	}
	for _, page := range walks {
		if err := s.recountAll(ctx, j.Workspace, page, quiet); err != nil {
			return err
		}
	}
	return nil
}

// recountAll walks through pages of tickets, each in a transaction, and lets it be known in
// the same one.
func (s *Service) recountAll(ctx context.Context, w auth.WorkspaceID, pages func(after ticket.Cursor) ([]ticket.Cursor, error), quiet bool) error {
	for after, more := (ticket.Cursor{}), true; more; {
		page, err := pages(after)
		if err != nil || len(page) == 0 {
			return err
		}
		if err := s.Store.InTx(ctx, func(ctx context.Context) error {
			for _, c := range page {
				if err := s.recount(ctx, w, c.ID, quiet); err != nil {
					return err
				}
			}
			return s.moved(ctx, w)
		}); err != nil {
			return err
		}
		more, after = len(page) == recountPage, page[len(page)-1]
	}
	return nil
}

func (s *Service) recount(ctx context.Context, w auth.WorkspaceID, id ticket.ID, quiet bool) error {
	t, err := s.Store.Ticket(ctx, w, id)
	if err != nil {
		return err
	}
	d, err := s.desk(ctx, w)
	if err != nil {
		return err
	}
	r, err := s.Store.ClockRecord(ctx, w, id)
	if fresh := errs.Is(err, errs.NotFound); fresh {
		if r, err = s.grow(ctx, t, promise.Record{}, true, ticket.Shift{At: s.Now()}); err == nil {
			err = s.Store.PutClockRecord(ctx, w, id, r)
		}
	}
	if err != nil {
		return err
	}
	return s.set(ctx, d, &t, r, s.Now(), quiet, withdrawn)
}
