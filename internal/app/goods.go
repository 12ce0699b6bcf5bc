package app

import (
	"context"
	"errors"
	"time"

	"godwit.dev/godwit/internal/flow/goods"
)

// buildGoods makes what brings goods back. It comes after the cases that it counts for.
func (c *Core) buildGoods() {
	c.Goods = goods.New(goods.Config{
		Store: c.Store, Cases: c.Cases, Orders: c.Orders, Products: c.Products, Shipments: c.Shipments, Customers: c.Customers, Rates: c.Rates, Came: c.Casework.Came, Journal: c.Store, IDs: c.IDs, Now: c.Now,
	})
}

// goodsEvery is how often what carriers said of parcels that come back, and of those that go out for cases, is told to their
// cases.
const goodsEvery = 20 * time.Second

// followGoods tells cases what the carriers of their goods say, both ways, until ctx ends. What is wrong in one workspace keeps
// no other back.
func (c *Core) followGoods(ctx context.Context) {
	tick := time.NewTicker(goodsEvery)
	defer tick.Stop()
	for {
		list, err := c.Store.Workspaces(ctx)
		for _, w := range list {
			err = errors.Join(err, c.Goods.Follow(ctx, w.ID), c.Outgoing.Follow(ctx, w.ID), c.Warranty.Follow(ctx, w.ID))
		}
		if err != nil && ctx.Err() == nil {
			c.Log.Error("follow the goods of cases", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
