package plan

import (
	"time"

	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
)

// Outcome is what became of a promise.
type Outcome string

// The outcomes.
const (
	Unpromised Outcome = "unpromised" // no day was promised
	Open       Outcome = "open"       // it is on its way, and its last day is not over
	Overdue    Outcome = "overdue"    // it is on its way, and should have come
	Early      Outcome = "early"      // it came before the first day
	InTime     Outcome = "in_time"
	Late       Outcome = "late"
	Failed     Outcome = "failed" // it is lost, destroyed or went back
)

// Kept compares what was promised with what happened. Days are how many days
// after the last day it came, or is overdue; before the first day they are
// negative. A day is one at the destination as far as zone tells, nil is UTC. It
// is pure.
func Kept(p order.Promise, v shipment.Shipment, zone *time.Location, now time.Time) (out Outcome, days int) {
	if p.To.IsZero() {
		return Unpromised, 0
	}
	if zone == nil {
		zone = time.UTC
	}
	dayOf := func(t time.Time) time.Time {
		y, m, d := t.In(zone).Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	between := func(a, b time.Time) int { return int(b.Sub(a) / (24 * time.Hour)) }
	switch v.Status {
	case shipment.Lost, shipment.Destroyed, shipment.Returning, shipment.Returned, shipment.Cancelled:
		return Failed, 0
	}
	came := v.DeliveredAt
	if came.IsZero() {
		if late := between(p.To, dayOf(now)); late > 0 {
			return Overdue, late
		}
		return Open, 0
	}
	switch day := dayOf(came); {
	case day.Before(p.From):
		return Early, between(p.From, day)
	case day.After(p.To):
		return Late, between(p.To, day)
	}
	return InTime, 0
}
