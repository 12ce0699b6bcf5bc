package app

import (
	"context"

	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/clocks"
	"godwit.dev/godwit/internal/flow/routing"
	"godwit.dev/godwit/internal/flow/translating"
)

// buildRouting makes what gives tickets to people. It comes before the tickets.
func (c *Core) buildRouting() {
	c.Routing = routing.New(routing.Config{
		Store: c.Store, Tickets: func() routing.Tickets { return c.Tickets }, People: c.Auth, Journal: c.Store, Queue: c.Store, Log: c.Log, Now: c.Now,
	})
}

// upkeep is what follows each change of a ticket: its promises, its place in the queue, and
// what it says in other languages.
type upkeep struct {
	clocks       *clocks.Service
	routing      *routing.Service
	translations *translating.Service
}

// Keep implements ticket.Clocks.
func (u upkeep) Keep(ctx context.Context, t *ticket.Ticket, s ticket.Shift) error {
	if err := u.clocks.Keep(ctx, t, s); err != nil {
		return err
	}
	if err := u.routing.Keep(ctx, t); err != nil {
		return err
	}
	return u.translations.Keep(ctx, t)
}
