package ui

import "time"

// CaseHold is a sum that is, or was, held on a customer's card, and what its reader may do about it.
type CaseHold struct {
	State, Sum, Taken, Provider, Code, Note string
	Due, Ends                               time.Time
	Release, Take, Return                   bool
}

func (h CaseHold) tone() string {
	switch h.State {
	case "unpaid":
		return "late"
	case "taken", "lapsed":
		return "warn"
	case "released", "returned":
		return "good"
	case "failed":
		return ""
	}
	return "info"
}
