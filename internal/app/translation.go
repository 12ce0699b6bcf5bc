package app

import (
	"time"

	"godwit.dev/godwit/internal/adapter/translate/apertium"
	"godwit.dev/godwit/internal/adapter/translate/chat"
	"godwit.dev/godwit/internal/adapter/translate/deepl"
	"godwit.dev/godwit/internal/adapter/translate/google"
	"godwit.dev/godwit/internal/adapter/translate/libretranslate"
	"godwit.dev/godwit/internal/base/outbound"
	"godwit.dev/godwit/internal/flow/translating"
)

// translateWorkers is how many tickets are translated at a time; most of it is waiting.
const translateWorkers = 2

// translatePatience is how long the answer of a provider may take to begin: a model writes the
// whole of it first.
const translatePatience = time.Minute

// Translators lists the providers of translations, in the order in which people see them.
func Translators() []translating.Driver {
	return []translating.Driver{apertium.Driver(), libretranslate.Driver(), deepl.Driver(), google.Driver(), chat.Driver()}
}

// buildTranslation makes what has messages and replies translated. It comes before the tickets.
func (c *Core) buildTranslation() {
	drivers := c.Translators
	if drivers == nil {
		drivers = Translators()
	}
	client := outbound.New(outbound.Options{Allow: c.Networks, HTTPS: true, MaxRedirects: -1, HeaderTimeout: translatePatience})
	c.Translations = translating.New(translating.Config{
		Store: c.Store, Tickets: func() translating.Tickets { return c.Tickets }, Journal: c.Store, Queue: c.Store, Habits: c.Habits, IDs: c.IDs, Client: client, Drivers: drivers, Log: c.Log, Now: c.Now,
	})
}
