package ui

import (
	"slices"

	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/hold"
)

// Hold is a sum on the customer's card: one that may be asked for, or one that was.
type Hold struct{ hold.Hold }

// HoldTerms are what a customer agrees to, in words.
func HoldTerms(t *i18n.Printer, h hold.Hold) string {
	return t.T("portal.hold.terms", "Sum", h.Sum().Format(string(t.Lang())), "Day", t.Date(h.DueAt, nil, i18n.Medium))
}

// offered reports whether it is only offered.
func (h Hold) offered() bool { return h.ID == 0 }

// says is the key of the sentence that tells how far it is, "" for nothing that a customer has to know.
func (h Hold) says() string {
	switch h.State {
	case hold.Asked:
		return "portal.hold.wait"
	case hold.Held, hold.Lapsed, hold.Taking, hold.Unpaid:
		return "case.letter.hold_began"
	case hold.Taken, hold.Returning:
		return "case.letter.hold_taken"
	case hold.Released:
		return "case.letter.hold_ended"
	case hold.Returned:
		return "case.letter.hold_back"
	case hold.Failed:
		return "portal.hold.failed"
	}
	return ""
}

// holdSays is the key of the sentence on a hold of a case. Once the exchange has left, what counts is whether the goods have.
func (v Case) holdSays(h Hold) string {
	key := h.says()
	left := slices.ContainsFunc(v.Sendings, func(s Sending) bool { return s.State == "sent" || s.State == "delivered" })
	switch {
	case key != "case.letter.hold_began" || !left:
		return key
	case v.Case.Phase == cases.AwaitingGoods:
		return "case.letter.hold_ends"
	}
	return ""
}

func (h Hold) tone() tone {
	switch h.State {
	case hold.Released, hold.Returned:
		return good
	case hold.Asked, hold.Failed, hold.Taken:
		return asks
	}
	return moving
}

// said is what it says, with the sum and the day.
func (h Hold) said(p Page, key string) string {
	sum := h.Sum()
	if h.State == hold.Taken || h.State == hold.Returning || h.State == hold.Returned {
		sum = h.ToTake()
	}
	return p.T(key, "Sum", sum.Format(string(p.Lang())), "Day", p.Date(h.DueAt, nil, i18n.Medium))
}
