package app

import (
	"context"
	"time"

	"godwit.dev/godwit/internal/flow/goods"
)

// buildGoods makes what brings goods back. It comes after the cases that it counts for.
func (c *Core) buildGoods() {
	c.Goods = goods.New(goods.Config{
		Store: c.Store, Cases: c.Cases, Orders: c.Orders, Products: c.Products, Shipments: c.Shipments, Rates: c.Rates, Came: c.Casework.Came, Journal: c.Store, IDs: c.IDs, Now: c.Now,
	})
}

// goodsEvery is how often what carriers said of parcels that come back is told to their cases.
const goodsEvery = 20 * time.Second

// followGoods tells cases what the carriers of their goods say, until ctx ends.
func (c *Core) followGoods(ctx context.Context) {
	tick := time.NewTicker(goodsEvery)
	defer tick.Stop()
	for {
		list, err := c.Store.Workspaces(ctx)
		for _, w := range list {
			if err == nil {
				err = c.Goods.Follow(ctx, w.ID)
			}
		}
		if err != nil && ctx.Err() == nil {
			c.Log.Error("follow goods", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
