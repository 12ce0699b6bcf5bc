package aftership

import (
	"time"

	"godwit.dev/godwit/internal/flow/tracking"
	"godwit.dev/godwit/internal/platform/connector"
)

// Driver speaks version 2026-07 of the Tracking API.
func Driver() tracking.Driver {
	return tracking.Driver{
		Name: "aftership", Title: "AfterShip", Docs: "https://www.aftership.com/docs/tracking/2026-07/quickstart/api-quick-start",
		Options: []connector.Option{
			{Name: "api_key", Kind: connector.Secret, Required: true},
			{Name: "webhook_secret", Kind: connector.Secret},
			{Name: "address", Kind: connector.URL, Default: "https://api.aftership.com/tracking/2026-07", Required: true},
		},
		Capabilities: tracking.Capabilities{Webhooks: true, Register: true, Poll: true, Detect: true, RegisterBatch: 1, PollBatch: 50},
		Rate:         connector.Rate{Requests: 10, Per: time.Second}, // "Rate limit": 10 requests a second for each organisation
		Scheme:       "aftership", HookSecret: "webhook_secret", Source: Source(), Open: open,
	}
}
