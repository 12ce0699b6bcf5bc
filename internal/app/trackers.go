package app

import (
	"godwit.dev/godwit/internal/adapter/carrier/aftership"
	"godwit.dev/godwit/internal/adapter/carrier/easypost"
	"godwit.dev/godwit/internal/adapter/carrier/generic"
	"godwit.dev/godwit/internal/adapter/carrier/karrio"
	"godwit.dev/godwit/internal/adapter/carrier/seventeentrack"
	"godwit.dev/godwit/internal/adapter/carrier/simulator"
	"godwit.dev/godwit/internal/base/outbound"
	"godwit.dev/godwit/internal/flow/tracking"
)

// trackWorkers is how many connections to tracking services work at a time; most
// of it is waiting.
const trackWorkers = 4

// Trackers lists the services that know of parcels, in the order in which people
// see them.
func Trackers() []tracking.Driver {
	return []tracking.Driver{aftership.Driver(), seventeentrack.Driver(), easypost.Driver(), karrio.Driver(), generic.Driver(), simulator.Driver(nil)}
}

// buildTracking builds what asks services about parcels.
func (c *Core) buildTracking() {
	s := c.Store
	drivers := c.Trackers
	if drivers == nil {
		drivers = Trackers()
	}
	c.Tracking = tracking.New(tracking.Config{
		Store: s, Hooks: c.Hooks, Parcels: c.Shipments, Journal: s, Queue: s, IDs: c.IDs, Now: c.Now, Log: c.Log,
		Client: outbound.New(outbound.Options{Allow: c.Networks, HTTPS: true, MaxRedirects: -1}), Drivers: drivers,
	})
	c.Hooks.Processors[tracking.HookKind] = c.Tracking.Receive
}
