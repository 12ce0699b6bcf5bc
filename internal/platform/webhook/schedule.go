package webhook

import (
	"net/http"
	"time"
)

// schedule is how long after each failed attempt the next one comes: ten tries
// over about three days, so that a weekend's outage is bridged.
var schedule = []time.Duration{
	5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, time.Hour,
	3 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour, 24 * time.Hour,
}

const (
	// brokenAfter is after how many failures in a row, of whatever delivery, an
	// endpoint is asked with one delivery at a time.
	brokenAfter = 5
	// deadAfter is how long an endpoint may only fail before it is switched off.
	deadAfter = 5 * 24 * time.Hour
	// keepOld is how long a secret stays valid after another took its place.
	keepOld = 24 * time.Hour
	// longestWait bounds what a receiver may ask for by Retry-After.
	longestWait = 24 * time.Hour
)

// wait returns the pause after the n-th failure, from 1, and false if that was
// the last try. Dice in [0, 1) spreads it by a tenth either way, so that
// deliveries which failed together do not come back together.
func wait(n int, dice float64) (time.Duration, bool) {
	if n > len(schedule) {
		return 0, false
	}
	return spread(schedule[max(n, 1)-1], dice), true
}

func spread(d time.Duration, dice float64) time.Duration {
	return d + time.Duration((dice-0.5)*float64(d)/5)
}

// Outcome is how an attempt went.
type Outcome struct {
	At         time.Time
	Took       time.Duration
	Status     int    // of the answer; 0 if there was none
	Answer     string // the beginning of the answer's body, redacted
	Err        string // catalogue key or words of what kept the answer away
	RetryAfter time.Duration
}

// OK reports whether the receiver took the delivery: any status from 200 to 299.
func (o Outcome) OK() bool { return o.Status >= 200 && o.Status < 300 }

// Settle is the whole rule of what follows from an attempt: the endpoint and the
// delivery as they are afterwards. Dice is a number in [0, 1).
func Settle(e Endpoint, d Delivery, o Outcome, dice float64) (Endpoint, Delivery) {
	d.Attempt++
	d.Status = o.Status
	if o.OK() {
		d.State, d.DoneAt = Delivered, o.At
		e.Streak, e.FailingSince, e.DueAt, e.OKAt = 0, time.Time{}, time.Time{}, o.At
		return e, d
	}
	e.Streak++
	e.FailedAt = o.At
	if e.FailingSince.IsZero() {
		e.FailingSince = o.At
	}
	asked := min(o.RetryAfter, longestWait)
	if pause, again := wait(d.Attempt, dice); again {
		d.DueAt = o.At.Add(max(pause, asked))
	} else {
		d.State, d.DoneAt = Failed, o.At
	}
	if e.Streak >= brokenAfter {
		// From here on the endpoint has a schedule of its own, whichever delivery is
		// its next probe.
		pause, _ := wait(min(e.Streak-brokenAfter+1, len(schedule)), dice)
		e.DueAt = o.At.Add(max(pause, asked))
	}
	if e.State != On {
		return e, d
	}
	switch {
	case o.Status == http.StatusGone:
		e.State, e.DisabledAt = Gone, o.At
	case o.At.Sub(e.FailingSince) >= deadAfter:
		e.State, e.DisabledAt = Dead, o.At
	}
	return e, d
}
