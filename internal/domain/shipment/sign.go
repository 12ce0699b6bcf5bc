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
	out := NextSign(nil, s)
	for _, e := range sorted(r, events) {
		s.step(r, e.Event)
		out = NextSign(out, s)
	}
	return out
}

// NextSign returns the signs of life of a parcel after an event that is newer than all
// that they come from: s is its state then. It may write into the signs given.
func NextSign(signs []Sign, s State) []Sign {
	at := s.Since
	if s.Status.Open() && s.LastScanAt.After(at) {
		at = s.LastScanAt
	}
	last := len(signs) - 1
	switch {
	case at.IsZero():
	case last >= 0 && !signs[last].Status.Open() && !s.Status.Open(): // the end stands
		signs[last].Status = s.Status
	case last >= 0 && !at.After(signs[last].At):
		signs[last].Status, signs[last].Country = s.Status, s.Place.Country
	default:
		signs = append(signs, Sign{at, s.Status, s.Place.Country})
	}
	return signs
}
