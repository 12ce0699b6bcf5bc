package ui

import (
	"strconv"
	"time"
)

// Clock is one promise about a ticket.
type Clock struct {
	Target   string // first, next, resolution, update
	State    string // fine, soon, late, paused, kept, broken
	From     time.Time
	Due      time.Time // zero while it is paused, and if its calendar never opens that long
	Ended    time.Time
	Left     time.Duration // while it is paused
	Waiting  string        // why it is paused: a waiting reason
	Minutes  int           // that were promised
	Rule     string
	Calendar string // "" is around the clock
}

func (c Clock) tone() string {
	switch c.State {
	case "late", "broken":
		return string(ToneBad)
	case "soon":
		return string(ToneWarn)
	case "kept":
		return string(ToneGood)
	}
	return ""
}

func (c Clock) icon() string {
	switch c.State {
	case "late", "broken":
		return "triangle-alert"
	case "paused":
		return "circle-pause"
	case "kept":
		return "check"
	}
	return "clock"
}

// Open writes a span of open time: 45 min, 8 h, 1 h 30 min.
func (p Page) Open(d time.Duration) string {
	h, m := int(d/time.Hour), int(d%time.Hour/time.Minute)
	hours, minutes := p.T("age.h", "N", strconv.Itoa(h)), p.T("age.m", "N", strconv.Itoa(m))
	switch {
	case h == 0:
		return minutes
	case m == 0:
		return hours
	}
	return hours + " " + minutes
}

func (p Page) promisedBy(c Clock) string {
	span := p.Open(time.Duration(c.Minutes) * time.Minute)
	if c.Calendar == "" {
		return p.T("promise.by_clock", "Time", span, "Rule", c.Rule)
	}
	return p.T("promise.by", "Time", span, "Rule", c.Rule, "Calendar", c.Calendar)
}
