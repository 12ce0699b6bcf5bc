package web

import (
	"godwit.dev/godwit/internal/domain/promise"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/server/web/ui"
)

// dueKinds are the words of chips for targets.
var dueKinds = map[promise.Target]string{promise.First: "first", promise.Next: "next", promise.Resolution: "resolve", promise.Update: "update"}

// clocks draws the promises about a ticket: the next as a chip, and all of them.
func (r *request) clocks(tk ticket.Ticket) (chips []ui.Due, list []ui.Clock, err error) {
	if r.s.Clocks == nil {
		return nil, nil, nil
	}
	st, err := r.s.Clocks.Of(r.Context(), r.actor, tk)
	if err != nil {
		return nil, nil, err
	}
	var next *ui.Due
	for _, c := range st.Clocks {
		list = append(list, r.uiClock(c))
		d := ui.Due{At: c.Due, Kind: dueKinds[c.Target], Paused: c.Paused != ""}
		switch {
		case d.Paused && next == nil:
			d.At = c.From
			next = &d
		case c.Runs() && (next == nil || next.Paused || d.At.Before(next.At)):
			next = &d
		}
	}
	if next != nil {
		chips = append(chips, *next)
	}
	return chips, list, nil
}

func (r *request) uiClock(c promise.Clock) ui.Clock {
	return ui.Clock{
		Target: string(c.Target), State: string(c.State(r.now)), From: c.From, Due: c.Due, Ended: c.Ended, Left: c.Left, Waiting: c.Paused,
		Minutes: c.Minutes, Rule: c.Rule, Calendar: c.Calendar,
	}
}

// rowDue is the chip of a ticket in a list; lists know no more than the instant.
func rowDue(t ticket.Ticket) *ui.Due {
	if t.DueAt.IsZero() {
		return nil
	}
	return &ui.Due{At: t.DueAt, Kind: "any"}
}
