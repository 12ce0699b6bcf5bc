package easypost

import (
	"time"

	"godwit.dev/godwit/internal/flow/tracking"
	"godwit.dev/godwit/internal/platform/connector"
)

// Driver speaks version 2 of the API.
func Driver() tracking.Driver {
	return tracking.Driver{
		Name: "easypost", Title: "EasyPost", Docs: "https://docs.easypost.com/docs/trackers",
		Options: []connector.Option{
			{Name: "api_key", Kind: connector.Secret, Required: true},
			{Name: "webhook_secret", Kind: connector.Secret},
			{Name: "address", Kind: connector.URL, Default: "https://api.easypost.com/v2", Required: true},
		},
		Capabilities: tracking.Capabilities{Webhooks: true, Register: true, Poll: true, Detect: true, RegisterBatch: 1, PollBatch: 1},
		Rate:         connector.Rate{Requests: 5, Per: time.Second}, // half of what the "Rate limiting guide" names for an account
		Scheme:       "easypost", HookSecret: "webhook_secret", Source: Source(), Open: open,
	}
}
