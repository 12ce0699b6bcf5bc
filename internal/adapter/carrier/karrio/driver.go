package karrio

import (
	"time"

	"godwit.dev/godwit/internal/flow/tracking"
	"godwit.dev/godwit/internal/platform/connector"
)

// Driver speaks version 1 of the API, of a server of one's own or of the vendor's.
func Driver() tracking.Driver {
	return tracking.Driver{
		Name: "karrio", Title: "Karrio", Docs: "https://docs.karrio.io/reference/api/trackers",
		Options: []connector.Option{
			{Name: "api_key", Kind: connector.Secret, Required: true},
			{Name: "webhook_secret", Kind: connector.Secret},
			{Name: "address", Kind: connector.URL, Default: "https://api.karrio.io", Required: true},
		},
		Capabilities: tracking.Capabilities{Webhooks: true, Register: true, Poll: true, RegisterBatch: 1, PollBatch: 1},
		Rate:         connector.Rate{Requests: 60, Per: time.Minute, Burst: 10}, // the server names none; ours is 1 a second
		Scheme:       "karrio", HookSecret: "webhook_secret", Source: Source(), Open: open,
	}
}
