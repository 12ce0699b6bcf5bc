package ui

import "time"

// CaseHold is a sum that is, or was, held on a customer's card, and what its reader may do about it.
type CaseHold struct {
	State, Sum, Taken, Provider, Code, Note string
	Terms, Language                         string // that the customer agreed to, as they read them
	Due, Ends                               time.Time
	Release, Take, Return                   bool
}

// next is the key of what follows by itself, or is to be done; "" for nothing.
func (h CaseHold) next() string {
	switch h.State {
	case "asked":
		return "cases.hold.next.asked"
	case "held":
		return "cases.hold.next.held"
	case "lapsed":
		return "cases.hold.next.lapsed"
	case "failed":
		return "cases.hold.next.failed"
	case "taken":
		return "cases.hold.next.taken"
	case "unpaid":
		return "cases.hold.next.unpaid"
	}
	return ""
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
