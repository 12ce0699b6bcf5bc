package ui

import (
	"time"

	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/warranty"
)

// Warranty is the page that says what covers an order's goods, and takes registrations.
type Warranty struct {
	Flow
	Covered []warranty.Covered
	Wrong   string
	At      int // place in Covered of the form that was refused; -1 is none
	Serial  string
}

// CoverLine is one thing that covers a unit, in words.
type CoverLine struct{ What, Until string }

// CoverLines says what covers a unit in a customer's language.
func CoverLines(t *i18n.Printer, c warranty.Coverage, now time.Time) []CoverLine {
	today := decision.DayOf(now, time.UTC)
	date := func(d decision.Day) string { return t.Date(d.Time(), time.UTC, i18n.Medium) }
	var out []CoverLine
	add := func(what string, p *warranty.Part) {
		if p == nil {
			return
		}
		l := CoverLine{What: what}
		switch {
		case p.Waiting && p.Until == decision.Never:
			l.Until = t.T("portal.warranty.waiting")
		case p.Waiting:
			l.Until = t.T("portal.warranty.waiting_by", "Day", date(p.Until))
		case p.Until == decision.Never:
			l.Until = t.T("portal.warranty.endless")
		case p.Until < today:
			l.Until = t.T("portal.warranty.ended", "Day", date(p.Until))
		default:
			l.Until = t.T("portal.warranty.until", "Day", date(p.Until))
		}
		out = append(out, l)
	}
	add(t.T("portal.warranty.law"), c.Statutory)
	add(t.T("portal.warranty.promised"), c.Commercial)
	add(t.T("portal.warranty.plan"), c.Plan)
	add(t.T("portal.warranty.repair"), c.Repair)
	return out
}

// open reports whether a unit can be registered: it came, and nobody has registered it.
func (v Warranty) open(c warranty.Covered) bool {
	return c.Unit == nil && c.Delivered != decision.Never
}

// came reports whether anything was delivered.
func (v Warranty) came() bool {
	for _, c := range v.Covered {
		if c.Delivered != decision.Never {
			return true
		}
	}
	return false
}

// registered says when a unit was registered, and under which serial number.
func (v Warranty) registered(u *warranty.Unit) string {
	text := v.T("portal.warranty.registered", "Day", v.Date(u.RegisteredAt, nil, i18n.Medium))
	if u.Serial != "" {
		text += " · " + v.apart(u.Serial)
	}
	return text
}

// typed is what stood in the form of a unit that was refused.
func (v Warranty) typed(i int) string {
	if v.At == i {
		return v.Serial
	}
	return ""
}
