package seventeentrack

import (
	"time"

	"godwit.dev/godwit/internal/flow/tracking"
	"godwit.dev/godwit/internal/platform/connector"
)

// Driver speaks version 2.4 of the Tracking API.
func Driver() tracking.Driver {
	return tracking.Driver{
		Name: "17track", Title: "17TRACK", Docs: "https://asset.17track.net/api/document/v2.4_en/index.html",
		Options: []connector.Option{
			{Name: "api_key", Kind: connector.Secret, Required: true},
			{Name: "address", Kind: connector.URL, Default: "https://api.17track.net/track/v2.4", Required: true},
		},
		Capabilities: tracking.Capabilities{Webhooks: true, Register: true, Poll: true, Detect: true, Quota: true, RegisterBatch: 40, PollBatch: 40},
		Rate:         connector.Rate{Requests: 3, Per: time.Second}, // "Request limit": 3 requests a second
		Scheme:       "17track", HookSecret: "api_key", Source: Source(), Open: open,
	}
}
