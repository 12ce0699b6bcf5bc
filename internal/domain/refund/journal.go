package refund

import (
	"time"

	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// SubjectKind is the kind of subject of this package's events in the journal.
const SubjectKind = "refund"

// Kinds of event that this package announces; all carry a Summary.
const (
	IsRequested = "refund.requested"
	IsMoved     = "refund.moved"      // its state changed
	IsNoted     = "refund.noted"      // something else about it changed
	IsReversed  = "refund.reversed"   // the bank sent back what had succeeded
	IsTwice     = "refund.paid_twice" // the customer got the same money twice
	IsSettled   = "refund.settled"    // what they got twice came back, was written off, or was not twice
)

// Summary is what a refund's event tells: the state that the event caused.
type Summary struct {
	Order      order.ID     `json:"order,omitzero"`
	Shop       order.ShopID `json:"shop,omitzero"`
	Case       int64        `json:"case,omitzero"`
	What       Happening    `json:"what"`
	State      State        `json:"state"`
	Was        State        `json:"was,omitempty"`
	Allocation int          `json:"allocation,omitzero"`
	Attempt    int          `json:"attempt,omitzero"`
	Code       string       `json:"code,omitempty"`
	Reference  string       `json:"reference,omitempty"`
	Amount     int64        `json:"amount"`       // of the refund, in minor units
	Owed       int64        `json:"owed"`         // of it, still
	Out        int64        `json:"out,omitzero"` // what the customer has too much, in minor units
	Currency   string       `json:"currency"`
}

func announce(actor auth.Actor, r Refund, e Event, now time.Time) event.Event {
	sum := Summary{r.Order, r.Shop, r.Case, e.Kind, e.State, e.Was, e.Allocation, e.Attempt, e.Code, e.Reference, r.Total().Minor, r.Owed(), r.Out(), r.Currency}
	record := func(kind string) event.Event {
		x := event.New(kind, actor, event.Subject{Kind: SubjectKind, ID: int64(r.ID)}, 0, sum)
		x.At = now
		return x
	}
	switch {
	case e.Kind == WasRequested:
		return record(IsRequested)
	case e.Kind == WasReversed:
		return record(IsReversed)
	case e.Kind == WasPaidTwice:
		return record(IsTwice)
	case settles[e.Kind] != "" && !r.Allocations[e.Allocation-1].Twice[e.Twice-1].Live():
		return record(IsSettled)
	case e.State != e.Was:
		return record(IsMoved)
	}
	return record(IsNoted)
}
