package app

import (
	"context"

	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/fx"
	"godwit.dev/godwit/internal/domain/recovery"
	"godwit.dev/godwit/internal/flow/recoup"
	"godwit.dev/godwit/internal/platform/auth"
)

// buildRecovery makes what gets money back from carriers and suppliers. It comes after the cases that it reads.
func (c *Core) buildRecovery() {
	s := c.Store
	c.Recovery = recovery.New(recovery.Config{Store: s, Ledger: c.Ledger, Convert: c.convert, Journal: s, IDs: c.IDs, Now: c.Now})
	c.Recoup = recoup.New(recoup.Config{
		Store: s, Claims: c.Recovery, Cases: c.Cases, Orders: c.Orders, Shipments: c.Shipments, Products: c.Products, Tickets: c.Tickets, Now: c.Now,
	})
}

// convert returns a sum in another currency by the rates of now, for books: to the nearest.
func (c *Core) convert(ctx context.Context, w auth.WorkspaceID, a money.Amount, to string) (money.Amount, error) {
	if a.Currency == to {
		return a, nil
	}
	t, err := c.Rates.Table(ctx, auth.ForSystem(w))
	if err != nil {
		return money.Amount{}, err
	}
	out, _, err := t.Convert(a, to, fx.HalfUp)
	return out, err
}
