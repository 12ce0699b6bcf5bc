package promise

import (
	"time"

	"godwit.dev/godwit/internal/domain/hours"
)

// Clock is one target of one ticket as it stands.
type Clock struct {
	Target   Target
	Rule     string // the name of the rule that promised it
	Place    int    // of the rule in the book
	Calendar string // by which open time is counted; "" is around the clock
	Thread   int64  // the ticket in which what is counted was said
	Minutes  int    // of open time that were promised
	From     time.Time
	Soon     time.Time     // from when it is called soon; zero for never
	Due      time.Time     // zero while it is paused, and if the calendar never opens that long
	Left     time.Duration // of open time, while it is paused
	Paused   string        // why it stands still; "" if it runs
	Ended    time.Time     // when it was kept or, after Due, broken; zero before
}

// State is how a clock stands at an instant.
type State string

// The states.
const (
	Fine   State = "fine"
	Near   State = "soon"
	Late   State = "late"
	Paused State = "paused"
	Kept   State = "kept"
	Broken State = "broken" // it ended late
)

// State returns how the clock stands. At the very instant at which it is due it is late:
// the promised time is used up.
func (c Clock) State(now time.Time) State {
	switch {
	case !c.Ended.IsZero() && (c.Due.IsZero() || !c.Ended.After(c.Due)):
		return Kept
	case !c.Ended.IsZero():
		return Broken
	case c.Paused != "":
		return Paused
	case !c.Due.IsZero() && !now.Before(c.Due):
		return Late
	case !c.Soon.IsZero() && !now.Before(c.Soon):
		return Near
	}
	return Fine
}

// Runs reports whether the clock is on its way to an instant at which it is due.
func (c Clock) Runs() bool { return c.Ended.IsZero() && c.Paused == "" && !c.Due.IsZero() }

// NextDue returns the earliest instant at which one of the running clocks is due, zero if
// none runs.
func NextDue(clocks []Clock) time.Time {
	var out time.Time
	for _, c := range clocks {
		if c.Runs() && (out.IsZero() || c.Due.Before(out)) {
			out = c.Due
		}
	}
	return out
}

// Clocks returns the clocks of a ticket, in the order of Targets. Of a target that several
// threads have, the earliest due counts; one that runs goes before one that is paused, and
// both before one that has ended.
func (d *Desk) Clocks(s Subject, r Record) []Clock {
	var out []Clock
	var closed []hours.Interval
	for _, p := range d.Promises(s) {
		if p.Minutes == 0 {
			continue
		}
		if closed == nil {
			closed = append([]hours.Interval{}, d.closed(s)...)
		}
		best, found := Clock{}, false
		for i := range r.Threads {
			c, ok := d.clock(p, s, &r.Threads[i], closed)
			if ok && (!found || c.before(best)) {
				best, found = c, true
			}
		}
		if found {
			out = append(out, best)
		}
	}
	return out
}

// before reports whether a clock counts rather than another one of its target.
func (c Clock) before(o Clock) bool {
	rank := func(c Clock) int {
		switch {
		case c.Runs():
			return 0
		case c.Ended.IsZero():
			return 1
		}
		return 2
	}
	if a, b := rank(c), rank(o); a != b {
		return a < b
	}
	if c.Due.Equal(o.Due) {
		return c.Left < o.Left
	}
	return c.Due.Before(o.Due)
}

// clock returns the clock of one target in one thread, if it has one.
func (d *Desk) clock(p Promised, s Subject, t *Thread, closed []hours.Interval) (Clock, bool) {
	rule := d.Book.Rules[p.Rule]
	c := Clock{Target: p.Target, Rule: rule.Name, Place: p.Rule, Calendar: p.Calendar, Thread: t.Ticket, Minutes: p.Minutes}
	solved := t.standing() == Solved
	switch p.Target {
	case First:
		c.From, c.Ended = t.First, t.Answered
	case Next:
		c.From = t.Asked
	case Resolution:
		c.From = t.Opened
		if solved {
			c.Ended = t.Away[len(t.Away)-1].From
		}
	case Update:
		if c.From = t.Opened; t.Updated.After(c.From) {
			c.From = t.Updated
		}
	}
	if c.From.IsZero() || solved && c.Ended.IsZero() {
		return c, false
	}
	wall, _ := d.calendar(rule, s)
	pauses, since, why := t.pauses(rule.Pauses[p.Target])
	pauses = append(pauses, closed...)
	open := time.Duration(p.Minutes) * time.Minute
	if c.Ended.IsZero() && !since.IsZero() {
		if used := wall.Open(c.From, since, pauses); used < open {
			c.Paused, c.Left = why, open-used
			return c, true
		}
	}
	c.Due, _ = due(wall, c.From, open, pauses)
	if soon := time.Duration(rule.Soon) * time.Minute; soon > 0 && soon < open && c.Ended.IsZero() {
		c.Soon, _ = due(wall, c.From, open-soon, pauses)
	}
	return c, true
}

// due is hours.Chain.Due in UTC, zero if it never is.
func due(wall hours.Chain, from time.Time, open time.Duration, pauses []hours.Interval) (time.Time, bool) {
	at, ok := wall.Due(from, open, pauses)
	if !ok {
		return time.Time{}, false
	}
	return at.UTC(), true
}
