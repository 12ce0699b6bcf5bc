package shipment

import "time"

// Sign is a sign of life of a parcel: that of its label or a scan, or its end.
type Sign struct {
	At      time.Time
	Status  Status
	Country string // where it was, if that is known
}

// Signs returns the signs of life that events add up to, in order and each at a
// time of its own; the end is the last one. What comes after an end is left out,
// unless a correction opened the parcel again.
func Signs(r Route, events []Event) []Sign {
	s := unseen(r)
	var out []Sign
	note := func() {
		at := s.Since
		if s.Status.Open() && s.LastScanAt.After(at) {
			at = s.LastScanAt
		}
		sign := Sign{at, s.Status, s.Place.Country}
		switch n := len(out); {
		case at.IsZero():
		case n > 0 && !out[n-1].Status.Open() && !s.Status.Open(): // the end stands
			out[n-1].Status = s.Status
		case n > 0 && !at.After(out[n-1].At):
			out[n-1].Status, out[n-1].Country = sign.Status, sign.Country
		default:
			out = append(out, sign)
		}
	}
	note()
	for _, e := range sorted(r, events) {
		s.step(r, e.Event)
		note()
	}
	return out
}
