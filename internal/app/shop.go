package app

import (
	"path/filepath"
	"strings"

	"godwit.dev/godwit/internal/adapter/commerce/generic"
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
		drivers = append(Shops(), generic.Driver(c.dropFolder()))
	}
	c.Shops = commerce.NewService(commerce.Config{
		Store: s, Orders: c.Orders, Customers: c.Customers, Products: c.Products, Promises: c.Plans, Hooks: c.Hooks, Journal: s, Queue: s, IDs: c.IDs,
		Client: outbound.New(outbound.Options{Allow: c.Networks, HTTPS: true}), Drivers: drivers, Address: c.Address, Now: c.Now, Log: c.Log,
	})
	c.Hooks.Processors[commerce.HookKind] = c.Shops.Receive
}

// dropFolder is below which files of shops are dropped: where the operator says, else beside the SQLite file, else nowhere.
func (c *Core) dropFolder() string {
	if c.Drop != "" {
		return c.Drop
	}
	if file, ok := strings.CutPrefix(c.Database, "sqlite:"); ok {
		return filepath.Join(filepath.Dir(file), "drop")
	}
	return ""
}
