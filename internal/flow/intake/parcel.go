package intake

import "time"

// Statuses of a shipment; see docs/states.md.
const (
	Announced      = "announced"
	PickedUp       = "picked_up"
	InTransit      = "in_transit"
	InCustoms      = "in_customs"
	OutForDelivery = "out_for_delivery"
	ReadyForPickup = "ready_for_pickup"
	AttemptFailed  = "attempt_failed"
	Held           = "held"
	Delivered      = "delivered"
	Returning      = "returning"
	Returned       = "returned"
	Lost           = "lost"
	Destroyed      = "destroyed"
	Cancelled      = "cancelled"
)

// Attributes of a shipment, which stand beside its status.
const (
	Delayed         = "delayed"
	PollingExpired  = "polling_expired"
	DoubtfulArrival = "delivery_doubtful"
	NumberUnknown   = "number_unknown" // the carrier does not know the number, or not yet
)

// Shipment is one parcel, as a shop or a carrier knows it.
type Shipment struct {
	Head
	VendorSubstatus string    `json:"vendor_substatus,omitempty"`
	Attributes      []string  `json:"attributes,omitempty"`
	Cause           string    `json:"cause,omitempty"`     // carrier, shipper, recipient, customs, force_majeure
	Direction       string    `json:"direction,omitempty"` // out, back
	Carrier         string    `json:"carrier,omitempty"`   // the vendor's word
	Service         string    `json:"service,omitempty"`
	Numbers         []string  `json:"numbers,omitempty"`
	URLs            []string  `json:"urls,omitempty"`
	Origin          *Address  `json:"origin,omitempty"`
	Destination     *Address  `json:"destination,omitempty"`
	Expected        *Window   `json:"expected,omitempty"`
	ShippedAt       time.Time `json:"shipped_at,omitzero"`
	DeliveredAt     time.Time `json:"delivered_at,omitzero"`
	SignedBy        string    `json:"signed_by,omitempty"`
	Grams           int64     `json:"grams,omitempty"`
	Lines           []Line    `json:"lines,omitempty"`
	Legs            []Leg     `json:"legs,omitempty"`
	Events          []Event   `json:"events,omitempty"` // in the vendor's order
}

// Leg is one carrier's part of the way.
type Leg struct {
	Carrier string   `json:"carrier,omitempty"`
	Numbers []string `json:"numbers,omitempty"`
	Country string   `json:"country,omitempty"`
}

// Event is one scan, or what a carrier says instead.
type Event struct {
	ID      string    `json:"id,omitempty"`
	At      time.Time `json:"at,omitzero"`
	Local   string    `json:"local,omitempty"` // the time as written, where it names no zone
	Status  string    `json:"status"`
	Code    string    `json:"code,omitempty"` // the vendor's word
	Detail  string    `json:"detail,omitempty"`
	Text    string    `json:"text,omitempty"`
	Cause   string    `json:"cause,omitempty"`
	Reason  string    `json:"reason,omitempty"` // ours: a reason of package shipment
	Carrier string    `json:"carrier,omitempty"`
	Place   *Address  `json:"place,omitempty"`
	Lat     string    `json:"lat,omitempty"`
	Lon     string    `json:"lon,omitempty"`
}

// Last is the event that happened last, whatever the order in which they stand; of none it is an unknown one.
func Last(events []Event) Event {
	last := Event{Status: Unknown}
	for _, e := range events {
		if last.At.IsZero() || e.At.After(last.At) {
			last = e
		}
	}
	return last
}

// DeliveredAt is when a parcel was first delivered, zero if its events do not say so.
func DeliveredAt(events []Event) time.Time {
	var at time.Time
	for _, e := range events {
		if e.Status == Delivered && (at.IsZero() || e.At.Before(at)) {
			at = e.At
		}
	}
	return at
}
