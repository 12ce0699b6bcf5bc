package app

import (
	"context"

	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/flow/clocks"
	"godwit.dev/godwit/internal/platform/auth"
)

// buildClocks makes what keeps the promises about tickets. It comes before the tickets.
func (c *Core) buildClocks() {
	c.Clocks = clocks.New(clocks.Config{
		Store: c.Store, Places: places{c}, Journal: c.Store, Queue: c.Store, Log: c.Log, Now: c.Now,
		Moved: func(ctx context.Context, w auth.WorkspaceID) error { return c.Routing.Wake(ctx, w) },
	})
}

// places are the teams and shops that a book of promises may speak of.
type places struct{ *Core }

func (p places) Teams(ctx context.Context, w auth.WorkspaceID) ([]auth.Team, error) {
	return p.Store.Teams(ctx, w)
}

func (p places) Shops(ctx context.Context, a auth.Actor) ([]order.Shop, error) {
	return p.Orders.Shops(ctx, a)
}
