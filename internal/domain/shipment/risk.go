package shipment

import "time"

// Patience says how long a parcel may be silent in the status that it is in
// before it counts as at risk; 0 is for ever. It is a pure function.
type Patience func(Shipment) time.Duration

const day = 24 * time.Hour

// DefaultPatience goes by status and service alone. The days are those after
// which services of that kind are commonly asked about; what is learnt from a
// lane's own history takes its place.
func DefaultPatience(s Shipment) time.Duration {
	switch s.Status {
	case Unknown, Announced:
		return LabelPatience
	case PickedUp, InTransit:
		switch {
		case s.Service == "express":
			return 3 * day
		case s.Service == "economy":
			return 12 * day
		case s.Origin.Country != "" && s.Origin.Country == s.To.Country:
			return 4 * day
		}
		return 7 * day
	case InCustoms, ReadyForPickup:
		return 5 * day
	case OutForDelivery, AttemptFailed:
		return 2 * day
	case Held:
		return day
	case Returning:
		return 20 * day
	}
	return 0
}

// riskAt returns when a parcel counts as at risk unless news come before. One
// that is delayed, unknown to its carrier or of doubtful end is since its last
// sign of life; zero is never.
func riskAt(s Shipment, patience Patience) time.Time {
	seen := s.LastScanAt
	if seen.Before(s.Since) {
		seen = s.Since
	}
	if seen.IsZero() {
		seen = s.CreatedAt
	}
	if s.Doubtful {
		return seen
	}
	if !s.Status.Open() {
		return time.Time{}
	}
	if s.Delayed || s.NotFound || s.PollingExpired {
		return seen
	}
	var at time.Time
	if d := patience(s); d > 0 && s.Number != "" { // nobody tells of a parcel without one
		at = seen.Add(d)
	}
	if due := s.Expected.To; !due.IsZero() && (at.IsZero() || due.Before(at)) {
		at = due
	}
	return at
}

// AtRisk reports whether somebody should look after the parcel.
func (s Shipment) AtRisk(now time.Time) bool { return !s.RiskAt.IsZero() && !s.RiskAt.After(now) }

// Silent returns for how many whole days nothing was heard of an open parcel.
func (s Shipment) Silent(now time.Time) int {
	seen := s.LastScanAt
	if seen.IsZero() {
		seen = s.Since
	}
	if !s.Status.Open() || seen.IsZero() || now.Before(seen) {
		return 0
	}
	return int(now.Sub(seen) / day)
}
