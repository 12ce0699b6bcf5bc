package hours

import (
	"time"
)

// Chain is several desks that take over from each other, such as three teams around
// the world: it is open whenever one of its calendars is, and where two are open at
// once the time counts once. Its zone is that of the first. An empty chain is never
// open.
type Chain []*Calendar

// lap is how far ahead the calendars of a chain are laid over each other at a time.
const lap = 8 * 24 * time.Hour

// Zone returns the zone of the first calendar's wall, UTC for an empty chain.
func (c Chain) Zone() *time.Location {
	if len(c) == 0 {
		return time.UTC
	}
	return c[0].zone
}

// Due is Calendar.Due for the chain.
func (c Chain) Due(from time.Time, open time.Duration, pauses []Interval) (time.Time, bool) {
	if len(c) == 1 || open <= 0 && len(c) > 0 {
		return c[0].Due(from, open, pauses)
	}
	left, due := int64(open), int64(0)
	c.walk(from, from.AddDate(Horizon, 0, 0), pauses, func(s stretch) bool {
		if n := s.to - s.from; n < left {
			left -= n
			return true
		}
		due, left = s.from+left, 0
		return false
	})
	return time.Unix(0, due).In(c.Zone()), left == 0
}

// Open is Calendar.Open for the chain.
func (c Chain) Open(from, to time.Time, pauses []Interval) time.Duration {
	var sum int64
	c.walk(from, to, pauses, func(s stretch) bool {
		sum += s.to - s.from
		return true
	})
	return time.Duration(sum)
}

// walk is Calendar.walk for the chain, lap by lap.
func (c Chain) walk(from, to time.Time, pauses []Interval, yield func(stretch) bool) {
	for ; len(c) > 0 && from.Before(to); from = from.Add(lap) {
		until := from.Add(lap)
		if until.After(to) {
			until = to
		}
		var open []stretch
		for _, one := range c {
			one.walk(from, until, pauses, func(s stretch) bool {
				open = append(open, s)
				return true
			})
		}
		for _, s := range union(open) {
			if !yield(s) {
				return
			}
		}
	}
}
