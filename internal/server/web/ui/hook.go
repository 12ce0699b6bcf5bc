package ui

import "time"

// Webhooks is the admin page of what goes out to other programs and comes in.
type Webhooks struct {
	Page
	Form
	Rows        []WebhookRow
	Hooks       []HookRow
	URL         string // of a refused new endpoint
	Description string
	Kinds       string
	Name        string // of a refused new connection
	Schemes     []Option
	Off         int64 // endpoints that were switched off because they failed
}

// WebhookRow is one endpoint.
type WebhookRow struct {
	ID          int64
	URL         string
	Description string
	Kinds       string
	State       string // "on", "off", "gone", "dead"
	Failing     bool
	Waiting     int64
	OKAt        time.Time
}

// HookRow is one connection.
type HookRow struct {
	ID       int64
	Name     string
	Scheme   string
	Disabled bool
}

// WebhookEdit is the page of one endpoint.
type WebhookEdit struct {
	Page
	Form
	WebhookRow
	Secret     string // shown once
	DisabledAt time.Time
	FailedAt   time.Time
	Replaying  bool
	Since      string // of a refused replay
	Types      []string
	Log        []DeliveryRow
	Older      string // path of the next page of the log; "" at the end
}

// DeliveryRow is one delivery of the log.
type DeliveryRow struct {
	Event   int64
	Kind    string
	State   string // "waiting", "delivered", "failed"
	Attempt int64
	Status  int
	At      time.Time
	DueAt   time.Time
}

// DeliveryView is the page of one delivery.
type DeliveryView struct {
	Page
	WebhookRow
	DeliveryRow
	MessageID string
	Body      string
	Attempts  []AttemptRow
}

// AttemptRow is one try at a delivery.
type AttemptRow struct {
	At      time.Time
	Took    string
	Status  int
	Answer  string
	Problem string // worded
}

// HookEdit is the page of one connection.
type HookEdit struct {
	Page
	Form
	HookRow
	Address string
	Secret  string // shown once
	Log     []ReceivedRow
	Refused []RefusedRow
	Older   string
}

// ReceivedRow is one hook that came in.
type ReceivedRow struct {
	ID      int64
	Key     string
	Topic   string
	State   string // "waiting", "done", "failed"
	At      time.Time
	Problem string
}

// RefusedRow counts what was turned away on a day.
type RefusedRow struct {
	LastAt time.Time
	Reason string // "forged", "malformed", "oversized"
	Count  int64
}

// ReceivedView is the page of one hook that came in.
type ReceivedView struct {
	Page
	Hook HookRow
	ReceivedRow
	ContentType string
	Body        string
}

// toneOf gives a state of an endpoint, a delivery or a hook its tone.
func toneOf(state string) Tone {
	switch state {
	case "on", "delivered", "done":
		return ToneGood
	case "gone", "dead", "failed":
		return ToneBad
	case "waiting":
		return ToneWarn
	}
	return ToneNone
}
