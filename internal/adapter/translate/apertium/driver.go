package apertium

import (
	"time"

	"godwit.dev/godwit/internal/flow/translating"
	"godwit.dev/godwit/internal/platform/connector"
)

// Driver runs the apertium of this machine. It has no settings: which program runs is not for
// anybody in a browser to say.
func Driver() translating.Driver { return driver(program) }

func driver(name string) translating.Driver {
	return translating.Driver{
		Name: "apertium", Title: "Apertium", Docs: "https://wiki.apertium.org/wiki/Main_Page",
		Capabilities: translating.Capabilities{Local: true, Sentences: 200, Characters: 20_000},
		Rate:         connector.Rate{Requests: 50, Per: time.Second},
		Open:         func(connector.Settings) (translating.Engine, error) { return open(name), nil },
	}
}
