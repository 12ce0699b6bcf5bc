package recovery

import (
	"time"

	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// SubjectKind is the kind of subject of this package's events.
const SubjectKind = "recovery"

// Kinds of event that this package announces; all carry a Summary.
const (
	IsOpened = "recovery.opened"
	IsMoved  = "recovery.moved" // its state changed
	IsNoted  = "recovery.noted" // something else about it changed
	IsPaid   = "recovery.paid"  // money came
	IsDue    = "recovery.due"   // its deadline is near, or the party's answer is late
)

// Summary is what a claim's event tells. Sums are minor units.
type Summary struct {
	Against   Against      `json:"against"`
	Party     string       `json:"party"`
	Cause     Cause        `json:"cause"`
	State     State        `json:"state"`
	Was       State        `json:"was,omitempty"`
	Shop      order.ShopID `json:"shop,omitzero"`
	Order     order.ID     `json:"order,omitzero"` // of its first item
	Batch     string       `json:"batch,omitempty"`
	Reference string       `json:"reference,omitempty"`
	Asked     int64        `json:"asked"`
	Granted   int64        `json:"granted"`
	Received  int64        `json:"received"`
	Currency  string       `json:"currency"`
	Deadline  int64        `json:"deadline,omitzero"` // by which something must happen, Unix milliseconds
	Paid      string       `json:"paid,omitempty"`    // a payment as it came: "12.34 USD"
	Why       string       `json:"why,omitempty"`
	Added     string       `json:"added,omitempty"`   // the paper of a document that was put to it
	Removed   string       `json:"removed,omitempty"` // likewise, taken off
}

// news is what happened to a claim.
type news struct {
	kind                 string
	was                  State
	paid, added, removed string
}

func announce(actor auth.Actor, c Claim, n news, now time.Time) event.Event {
	sum := Summary{
		Against: c.Against, Party: c.Name, Cause: c.Cause, State: c.State, Was: n.was, Shop: c.Shop, Batch: c.Batch, Reference: c.Reference, Asked: c.Asked, Granted: c.Granted, Received: c.Received,
		Currency: c.Currency, Paid: n.paid, Why: c.Why, Added: n.added, Removed: n.removed,
	}
	if len(c.Items) > 0 {
		sum.Order = c.Items[0].Order
	}
	if at := c.Clock(); !at.IsZero() {
		sum.Deadline = at.UnixMilli()
	}
	record := func(kind string) event.Event {
		e := event.New(kind, actor, event.Subject{Kind: SubjectKind, ID: int64(c.ID)}, 0, sum)
		e.At = now
		return e
	}
	switch n.kind {
	case IsOpened:
		return record(IsOpened)
	case IsMoved:
		return record(IsMoved)
	case IsPaid:
		return record(IsPaid)
	case IsDue:
		return record(IsDue)
	}
	return record(IsNoted)
}
