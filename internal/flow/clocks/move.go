package clocks

import (
	"time"

	"godwit.dev/godwit/internal/domain/forecast"
	"godwit.dev/godwit/internal/domain/promise"
	"godwit.dev/godwit/internal/platform/auth"
)

// manner is how a ticket comes to owe an answer, or no longer to.
type manner int

// The manners.
const (
	worked    manner = iota // somebody wrote
	undone                  // a message turned out not to count, or counts again
	withdrawn               // nobody did: it is spam, is merged away, or other promises hold
)

// owes returns the clock of the answer that a ticket owes, nil if it owes none: of a first
// and a next answer, the one that was asked for first.
func owes(rows []Row) *Row {
	var out *Row
	for i, r := range rows {
		if (r.Target == promise.First || r.Target == promise.Next) && (out == nil || r.From.Before(out.From)) {
			out = &rows[i]
		}
	}
	return out
}

// moved says what a change of the answer that is owed means for the desk.
func moved(team auth.TeamID, was, is *Row, now time.Time, how manner) []forecast.Move {
	switch {
	case was == nil && is == nil || was != nil && is != nil && !is.From.After(was.From):
		return nil
	case was == nil && how == undone: // the answer that was counted was none
		return []forecast.Move{{Team: team, At: now, Done: -1}}
	case was == nil:
		return []forecast.Move{came(team, is, 1)}
	case is == nil && how == withdrawn:
		return []forecast.Move{came(team, was, -1)}
	case is == nil:
		return []forecast.Move{{Team: team, At: now, Done: 1}}
	}
	return []forecast.Move{{Team: team, At: now, Done: 1}, came(team, is, 1)}
}

func came(team auth.TeamID, r *Row, n int) forecast.Move {
	lead := forecast.Beyond
	if r.Runs() {
		lead = forecast.Slots(r.Due.Sub(r.From))
	}
	return forecast.Move{Team: team, At: r.From, Lead: lead, Came: n}
}
