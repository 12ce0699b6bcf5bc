package hours

import (
	"fmt"
	"slices"
	"time"
)

// Span is a part of a day in wall time: minutes after midnight, the end not
// included and at most 1440.
type Span struct{ From, To int }

// Interval is a part of time from one instant to another that is not included.
type Interval struct{ From, To time.Time }

// Calendar says when a desk is open. Make one with New.
type Calendar struct {
	zone     *time.Location
	weekly   [7][]Span // by time.Weekday, in order and apart
	holidays []int64   // days since 1970-01-01, in order
	closures []stretch
}

// stretch is an Interval in nanoseconds since 1970.
type stretch struct{ from, to int64 }

// Horizon is how far Due looks for open time: beyond it a calendar counts as never
// open.
const Horizon = 10 // years

const (
	minute = int64(time.Minute)
	day    = 24 * 60 * minute
)

// New returns a calendar. Spans may be unsorted, touch and overlap; they then
// count once. It fails if a span is not within a day or ends before it begins.
// Holidays are dates whose hours are not looked at. Closures may overlap and be
// empty.
func New(zone *time.Location, weekly [7][]Span, holidays []time.Time, closures []Interval) (*Calendar, error) {
	c := &Calendar{zone: zone, closures: stretches(closures)}
	for weekday, spans := range weekly {
		spans = slices.Clone(spans)
		slices.SortFunc(spans, func(a, b Span) int { return a.From - b.From })
		for _, s := range spans {
			if s.From < 0 || s.To > 1440 || s.From >= s.To {
				return nil, fmt.Errorf("%s: hours from minute %d to %d are not within a day", time.Weekday(weekday), s.From, s.To)
			}
			if kept := c.weekly[weekday]; len(kept) > 0 && s.From <= kept[len(kept)-1].To {
				kept[len(kept)-1].To = max(kept[len(kept)-1].To, s.To)
				continue
			}
			c.weekly[weekday] = append(c.weekly[weekday], s)
		}
	}
	for _, h := range holidays {
		y, m, d := h.Date()
		c.holidays = append(c.holidays, time.Date(y, m, d, 0, 0, 0, 0, time.UTC).UnixNano()/day)
	}
	slices.Sort(c.holidays)
	return c, nil
}

// Zone returns the zone of the calendar's wall.
func (c *Calendar) Zone() *time.Location { return c.zone }

// Due returns the earliest instant, not before from, until which so much open time
// has passed since from, pauses left out, in the calendar's zone. No time at all
// is due at from, whether open or not. It reports false if the calendar is not
// open that long within Horizon.
func (c *Calendar) Due(from time.Time, open time.Duration, pauses []Interval) (time.Time, bool) {
	if open <= 0 {
		return from.In(c.zone), true
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
	return time.Unix(0, due).In(c.zone), left == 0
}

// Open returns how much open time lies in [from, to), pauses left out.
func (c *Calendar) Open(from, to time.Time, pauses []Interval) time.Duration {
	var sum int64
	c.walk(from, to, pauses, func(s stretch) bool {
		sum += s.to - s.from
		return true
	})
	return time.Duration(sum)
}

// walk calls yield with each stretch of open time in [from, to), in order, until
// it returns false.
func (c *Calendar) walk(from, to time.Time, pauses []Interval, yield func(stretch) bool) {
	shut := c.closures
	if len(pauses) > 0 {
		shut = union(append(stretches(pauses), shut...))
	}
	end := to.UnixNano()
	for at := from.In(c.zone); at.UnixNano() < end; {
		_, change := at.ZoneBounds()
		until := end
		if !change.IsZero() {
			until = min(until, change.UnixNano())
		}
		_, offset := at.Zone()
		if !c.even(stretch{at.UnixNano(), until}, int64(offset)*int64(time.Second), &shut, yield) {
			return
		}
		if until == end {
			return
		}
		at = change
	}
}

// even walks through time in which the zone's offset does not change.
func (c *Calendar) even(s stretch, offset int64, shut *[]stretch, yield func(stretch) bool) bool {
	for date := floor(s.from+offset, day); date*day-offset < s.to; date++ {
		if _, closed := slices.BinarySearch(c.holidays, date); closed {
			continue
		}
		midnight := date*day - offset
		for _, span := range c.weekly[weekday(date)] {
			open := stretch{max(s.from, midnight+int64(span.From)*minute), min(s.to, midnight+int64(span.To)*minute)}
			if open.from < open.to && !without(open, shut, yield) {
				return false
			}
		}
	}
	return true
}

// without yields what is left of an open stretch. What is shut before it is over
// for good, since open stretches come in order.
func without(open stretch, shut *[]stretch, yield func(stretch) bool) bool {
	for len(*shut) > 0 && (*shut)[0].to <= open.from {
		*shut = (*shut)[1:]
	}
	for _, s := range *shut {
		if s.from >= open.to {
			break
		}
		if s.from > open.from && !yield(stretch{open.from, s.from}) {
			return false
		}
		open.from = max(open.from, s.to)
		if open.from >= open.to {
			return true
		}
	}
	return yield(open)
}

// stretches brings intervals into order, those that overlap together.
func stretches(list []Interval) []stretch {
	out := make([]stretch, 0, len(list))
	for _, i := range list {
		if s := (stretch{i.From.UnixNano(), i.To.UnixNano()}); s.from < s.to {
			out = append(out, s)
		}
	}
	return union(out)
}

func union(list []stretch) []stretch {
	slices.SortFunc(list, func(a, b stretch) int {
		switch {
		case a.from < b.from:
			return -1
		case a.from > b.from:
			return 1
		}
		return 0
	})
	out := list[:0]
	for _, s := range list {
		if n := len(out); n > 0 && s.from <= out[n-1].to {
			out[n-1].to = max(out[n-1].to, s.to)
			continue
		}
		out = append(out, s)
	}
	return out
}

func floor(n, d int64) int64 {
	q := n / d
	if n%d < 0 {
		q--
	}
	return q
}

// weekday of a date; 1970-01-01 was a Thursday.
func weekday(date int64) time.Weekday { return time.Weekday((date%7 + 7 + 4) % 7) }
