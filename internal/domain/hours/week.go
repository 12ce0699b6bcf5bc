package hours

import "time"

// Weekdays are the names of the days of the week as they are written down, Monday first.
func Weekdays() []string { return []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"} }

// ParseSpan reads a part of a day from two wall times, HH:MM, of which the second may be
// 24:00. It reports false for what is none, or ends before it begins.
func ParseSpan(from, to string) (Span, bool) {
	a, ok := wallTime(from)
	b, also := wallTime(to)
	return Span{a, b}, ok && also && a < b
}

// wallTime reads HH:MM as minutes after midnight, 24:00 among them.
func wallTime(s string) (int, bool) {
	if s == "24:00" {
		return 1440, true
	}
	t, err := time.Parse("15:04", s)
	return t.Hour()*60 + t.Minute(), err == nil && len(s) == 5
}

// Next returns the first open time at or after an instant: from the instant itself if it
// is open then, until it is next shut; stretches that touch are one. Of a calendar that is
// not shut within a year the end is a year after. It reports false if the calendar does
// not open within a year.
func (c *Calendar) Next(from time.Time) (Interval, bool) {
	return first(c.zone, func(yield func(stretch) bool) { c.walk(from, from.AddDate(1, 0, 0), nil, yield) })
}

// Next is Calendar.Next for the chain, pauses left out.
func (c Chain) Next(from time.Time, pauses []Interval) (Interval, bool) {
	return first(c.Zone(), func(yield func(stretch) bool) { c.walk(from, from.AddDate(1, 0, 0), pauses, yield) })
}

// first returns the first stretch of a walk, with those that touch it.
func first(zone *time.Location, walk func(yield func(stretch) bool)) (Interval, bool) {
	var s stretch
	found := false
	walk(func(next stretch) bool {
		switch {
		case !found:
			s, found = next, true
		case next.from == s.to:
			s.to = next.to
		default:
			return false
		}
		return true
	})
	return Interval{time.Unix(0, s.from).In(zone), time.Unix(0, s.to).In(zone)}, found
}
