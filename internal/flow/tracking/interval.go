package tracking

import (
	"time"

	"godwit.dev/godwit/internal/domain/shipment"
)

const (
	day = 24 * time.Hour
	// lastLook is when a parcel that came to its end is asked about once more: what a
	// courier scanned by mistake is corrected within a day.
	lastLook = day
	// givenUp is how long after its last sign of life a number is asked about no more.
	givenUp = 120 * day
	// called is how much longer a number may be silent whose service calls us.
	called = 4
)

// Interval says how long after it was last heard of a parcel is asked about:
// quickly when a courier has it, slowly between countries, and more slowly the
// longer it is silent. Zero is never again. Where the service calls us, only
// silence is looked into, for the call may have been lost. It is a pure function.
func Interval(v shipment.Shipment, webhooks bool, now time.Time) time.Duration {
	seen := v.LastScanAt
	for _, t := range []time.Time{v.Since, v.CreatedAt} {
		if seen.Before(t) {
			seen = t
		}
	}
	silent := now.Sub(seen)
	if !v.Status.Open() {
		if v.Status == shipment.Cancelled || silent >= lastLook {
			return 0
		}
		return lastLook
	}
	if silent > givenUp {
		return 0
	}
	d := interval(v.Status)
	switch {
	case silent > 20*day:
		d = max(4*d, day)
	case silent > 5*day:
		d = max(2*d, 12*time.Hour)
	}
	if webhooks {
		d = max(called*d, 6*time.Hour)
	}
	return min(d, 2*day)
}

func interval(s shipment.Status) time.Duration {
	switch s {
	case shipment.OutForDelivery:
		return 30 * time.Minute
	case shipment.AttemptFailed, shipment.Held:
		return 3 * time.Hour
	case shipment.ReadyForPickup, shipment.InCustoms, shipment.PickedUp:
		return 6 * time.Hour
	case shipment.Returning:
		return 12 * time.Hour
	}
	return 8 * time.Hour // announced, unknown, in transit
}
