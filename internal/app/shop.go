package app

import (
	"godwit.dev/godwit/internal/base/outbound"
	"godwit.dev/godwit/internal/flow/commerce"
)

// shopWorkers is how many shops are talked with at a time; most of it is waiting.
const shopWorkers = 8

// buildShops builds what keeps the copies of shops. Hooks and orders are there already.
func (c *Core) buildShops() {
	s := c.Store
	drivers := c.Drivers
	if drivers == nil {
		drivers = Shops()
	}
	c.Shops = commerce.NewService(commerce.Config{
		Store: s, Orders: c.Orders, Customers: c.Customers, Products: c.Products, Hooks: c.Hooks, Journal: s, Queue: s, IDs: c.IDs,
		Client: outbound.New(outbound.Options{Allow: c.Networks, HTTPS: true}), Drivers: drivers, Address: c.Address, Now: c.Now, Log: c.Log,
	})
	c.Hooks.Processors[commerce.HookKind] = c.Shops.Receive
}
