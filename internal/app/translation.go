package app

import (
	"godwit.dev/godwit/internal/adapter/translate/apertium"
	"godwit.dev/godwit/internal/base/outbound"
	"godwit.dev/godwit/internal/flow/translating"
)

// translateWorkers is how many tickets are translated at a time; most of it is waiting.
const translateWorkers = 2

// Translators lists the providers of translations, in the order in which people see them.
func Translators() []translating.Driver {
	return []translating.Driver{apertium.Driver()}
}

// buildTranslation makes what has messages and replies translated. It comes before the tickets.
func (c *Core) buildTranslation() {
	drivers := c.Translators
	if drivers == nil {
		drivers = Translators()
	}
	c.Translations = translating.New(translating.Config{
		Store: c.Store, Tickets: func() translating.Tickets { return c.Tickets }, Journal: c.Store, Queue: c.Store, IDs: c.IDs, Client: outbound.New(outbound.Options{Allow: c.Networks, HTTPS: true, MaxRedirects: -1}), Drivers: drivers, Log: c.Log, Now: c.Now,
	})
}
