package shipment

import (
	"time"

	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// SubjectKind is the kind of subject of this package's events.
const SubjectKind = "shipment"

// Kinds of event that this package announces, one for each status but unknown;
// all carry a Summary of the state that a tracking event caused.
const (
	IsAnnounced      = "shipment.announced"
	IsPickedUp       = "shipment.picked_up"
	IsInTransit      = "shipment.in_transit"
	IsInCustoms      = "shipment.in_customs"
	IsOutForDelivery = "shipment.out_for_delivery"
	IsReadyForPickup = "shipment.ready_for_pickup"
	IsAttemptFailed  = "shipment.attempt_failed"
	IsHeld           = "shipment.held"
	IsDelivered      = "shipment.delivered"
	IsReturning      = "shipment.returning"
	IsReturned       = "shipment.returned"
	IsLost           = "shipment.lost"
	IsDestroyed      = "shipment.destroyed"
	IsCancelled      = "shipment.cancelled"
)

// Kinds of event that tell of a risk that began; they carry a Summary too, in
// which At is when it began.
const (
	IsOverdue      = "shipment.overdue"
	IsStalled      = "shipment.stalled"
	IsPresumedLost = "shipment.presumed_lost"
	IsContradicted = "shipment.contradicted"
)

// Summary is what a shipment's event tells: the state that it caused.
type Summary struct {
	Number     string    `json:"number"`
	Carrier    string    `json:"carrier,omitempty"`
	Direction  Direction `json:"direction"`
	Order      order.ID  `json:"order,omitzero"`
	Shop       int64     `json:"shop,omitzero"`
	Status     Status    `json:"status"`
	Was        Status    `json:"was"`
	At         int64     `json:"at"` // when it happened, Unix milliseconds
	Cause      Cause     `json:"cause,omitempty"`
	Reason     Reason    `json:"reason,omitempty"`
	Country    string    `json:"country,omitempty"`
	City       string    `json:"city,omitempty"`
	Attempts   int       `json:"attempts,omitempty"`
	Correction bool      `json:"correction,omitempty"`
	Risk       Risk      `json:"risk,omitempty"`
}

// announce tells of a state that an event caused. now is when it became known.
func announce(actor auth.Actor, v Shipment, was Status, c Change, now time.Time) event.Event {
	sum := Summary{
		Number: v.Number, Carrier: v.Carrier, Direction: v.Direction, Order: v.Order, Shop: int64(v.Shop), Status: c.State.Status, Was: was,
		At: milli(c.State.Since), Cause: c.State.Cause, Reason: c.State.Reason, Country: c.Event.Place.Country, City: c.Event.Place.City,
		Attempts: c.State.Attempts, Correction: c.Event.Correction,
	}
	record := func(kind string) event.Event {
		e := event.New(kind, actor, event.Subject{Kind: SubjectKind, ID: int64(v.ID)}, 0, sum)
		e.At = now
		return e
	}
	switch c.State.Status {
	case Announced:
		return record(IsAnnounced)
	case PickedUp:
		return record(IsPickedUp)
	case InCustoms:
		return record(IsInCustoms)
	case OutForDelivery:
		return record(IsOutForDelivery)
	case ReadyForPickup:
		return record(IsReadyForPickup)
	case AttemptFailed:
		return record(IsAttemptFailed)
	case Held:
		return record(IsHeld)
	case Delivered:
		return record(IsDelivered)
	case Returning:
		return record(IsReturning)
	case Returned:
		return record(IsReturned)
	case Lost:
		return record(IsLost)
	case Destroyed:
		return record(IsDestroyed)
	case Cancelled:
		return record(IsCancelled)
	}
	return record(IsInTransit)
}

// announceRisk tells that a graver risk began at since. now is when that was seen.
func announceRisk(actor auth.Actor, v Shipment, since, now time.Time) event.Event {
	sum := Summary{
		Number: v.Number, Carrier: v.Carrier, Direction: v.Direction, Order: v.Order, Shop: int64(v.Shop), Status: v.Status, Was: v.Status,
		At: milli(since), Cause: v.Cause, Reason: v.Reason, Country: v.Place.Country, City: v.Place.City, Attempts: v.Attempts, Risk: v.Risk,
	}
	record := func(kind string) event.Event {
		e := event.New(kind, actor, event.Subject{Kind: SubjectKind, ID: int64(v.ID)}, 0, sum)
		e.At = now
		return e
	}
	switch v.Risk {
	case Overdue:
		return record(IsOverdue)
	case PresumedLost:
		return record(IsPresumedLost)
	case Contradicted:
		return record(IsContradicted)
	}
	return record(IsStalled)
}
