package automation

import (
	"slices"
	"strconv"
	"time"

	"godwit.dev/godwit/internal/base/errs"
)

// Weekdays are the words of weekdays, Monday first.
func Weekdays() []string { return slices.Clone(weekdays) }

// Timed reports whether a rule acts by the calendar: it answers no event, and is asked about each ticket that is not closed.
func (w When) Timed() bool { return w.Time != "" || len(w.Days) > 0 }

// clock returns the time of day of a When that is timed, and whether it is one.
func (w When) clock() (hour, minute int, ok bool) {
	if len(w.Time) != 5 || w.Time[2] != ':' {
		return 0, 0, false
	}
	hour, err := strconv.Atoi(w.Time[:2])
	minute, merr := strconv.Atoi(w.Time[3:])
	return hour, minute, err == nil && merr == nil && hour >= 0 && hour < 24 && minute >= 0 && minute < 60
}

// on returns the weekdays from Sunday on.
func (w When) on() (days [7]bool) {
	for _, d := range w.Days {
		if i := slices.Index(weekdays, d); i >= 0 {
			days[(i+1)%7] = true
		}
	}
	return days
}

// checkTimes judges a When that is timed.
func (w When) checkTimes() error {
	if w.Event != "" {
		return errs.Field("when.event", "error.rule_both")
	}
	if w.After != 0 {
		return errs.Field("when.after", "error.rule_after", "max", 0)
	}
	if _, _, ok := w.clock(); !ok {
		return errs.Field("when.time", "error.rule_time")
	}
	for i, d := range w.Days {
		if !slices.Contains(weekdays, d) || slices.Contains(w.Days[:i], d) {
			return errs.Field("when.days", "error.rule_days")
		}
	}
	if len(w.Days) == 0 {
		return errs.Field("when.days", "error.rule_days")
	}
	return nil
}

// Next returns the first instant after another at which a rule that is timed fires, by the wall of a zone: the first one at
// which a clock there shows the time of a chosen weekday, or more. So a time that the clocks leave out fires when they go
// on, and one that they show twice fires once. It is zero for a rule that is not timed.
func (w When) Next(after time.Time, zone *time.Location) time.Time {
	hour, minute, ok := w.clock()
	days := w.on()
	if !ok || days == [7]bool{} {
		return time.Time{}
	}
	y, m, d := after.In(zone).Date()
	for n := -2; ; n++ { // the wall may have left out a whole day, or gone back over midnight
		wall := time.Date(y, m, d+n, hour, minute, 0, 0, time.UTC)
		if !days[wall.Weekday()] {
			continue
		}
		if at := reached(wall, zone); at.After(after) {
			return at
		}
	}
}

// Newest returns the last instant at which a rule that is timed fires, from one at which it does until another.
func (w When) Newest(from, until time.Time, zone *time.Location) time.Time {
	for {
		next := w.Next(from, zone)
		if next.IsZero() || next.After(until) {
			return from
		}
		from = next
	}
}

// reached returns the first instant at which the wall of a zone shows a date and time, written as if in UTC, or more.
func reached(wall time.Time, zone *time.Location) time.Time {
	at := wall.Add(-30 * time.Hour).In(zone) // no zone is so far from UTC
	for {
		_, offset := at.Zone()
		_, end := at.ZoneBounds()
		u := wall.Add(-time.Duration(offset) * time.Second)
		if u.Before(at) {
			u = at // the clocks went over it
		}
		if end.IsZero() || u.Before(end) {
			return u.In(zone)
		}
		at = end
	}
}
