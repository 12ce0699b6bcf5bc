package decision

import (
	"maps"
	"slices"
	"strings"
)

// Floor is what the law of a market gives in an ordinary case, in figures: what a
// policy may not say less than. Rights that a merchant's information takes away
// (a clause shown in time, a copy of the contract) are no floor and not named.
type Floor struct {
	Market   string // DE, GB-SCT
	AsOf     string // the day of the text that was read, 2026-06-28 or less of it (2024, 2023-01); "" is not known
	Withdraw *WithdrawFloor
	Reject   string // the law by which faulty goods go back for a refund within thirty days, or ""
	Conform  *ConformFloor
	Late     string // the law on orders that come too late, or ""
}

// WithdrawFloor is the right to change one's mind.
type WithdrawFloor struct {
	Law      string
	Days     int  // after delivery
	Working  bool // of which Saturday and Sunday are none
	Exempt   Flags
	Payer    Payer // of the way back
	Verified bool
}

// Span is the most calendar days that the right lasts in a market without
// holidays, counted from any day of the week.
func (w *WithdrawFloor) Span() int {
	if !w.Working {
		return w.Days
	}
	return w.Days + 2*((w.Days+4)/5)
}

// ConformFloor is the right to goods as they were sold.
type ConformFloor struct {
	Law      string
	Months   int // 0: no end, or Days
	Days     int
	Burden   int      // months after which the customer shows the cause; 0 is never
	First    []Remedy // of the customer's choice
	Second   []Remedy // when the first failed or cannot be
	Verified bool
}

// Span is the fewest days that the right lasts; 0 is without an end.
func (c *ConformFloor) Span() int {
	if c.Days > 0 {
		return c.Days
	}
	return c.Months * 365 / 12
}

// Laws are those that give it, each once, in the order of the rights.
func (f Floor) Laws() []string {
	var out []string
	add := func(law string) {
		if law != "" && !slices.Contains(out, law) {
			out = append(out, law)
		}
	}
	if f.Withdraw != nil {
		add(f.Withdraw.Law)
	}
	add(f.Reject)
	if f.Conform != nil {
		add(f.Conform.Law)
	}
	add(f.Late)
	return out
}

// Markets lists the places whose law is known, by name: countries, and regions
// that have a law of their own ("US-CA").
func (l *Law) Markets() []string {
	out := slices.Sorted(maps.Keys(l.markets))
	return slices.DeleteFunc(out, func(name string) bool { return name == "EU" })
}

// Floor returns what the law of a market gives; that of its country for a region
// without one of its own.
func (l *Law) Floor(name string) Floor {
	country, region, _ := strings.Cut(name, "-")
	f := Floor{Market: name}
	m := l.at(country, region)
	if m == nil {
		return f
	}
	f.AsOf = m.asOf
	if w := m.withdraw; w != nil && w.info != infoJP && w.info != infoCAON && !w.uninformed {
		f.Withdraw = &WithdrawFloor{Law: w.law, Days: w.days, Working: w.working, Exempt: w.exempt, Payer: w.payer, Verified: w.verified}
	}
	f.Reject = m.reject
	if c := m.conform; c != nil {
		f.Conform = &ConformFloor{Law: c.law, Months: c.months, Days: c.days, Burden: c.burden, First: slices.Clone(c.first), Second: slices.Clone(c.second), Verified: c.verified}
		switch c.odd {
		case fromDiscovery:
			f.Conform.Months = 0 // months holds the same days
		case complexGoods, byAge:
			f.Conform.First = []Remedy{Repair} // what is left of them in time
		}
	}
	if m.late != nil {
		f.Late = m.late.law
	}
	return f
}

// InUnion reports whether a country is a member of the European Union.
func InUnion(country string) bool { return slices.Contains(members, country) }

// Union lists the members of the European Union.
func Union() []string { return slices.Clone(members) }

// Remedies returns all remedies in their order.
func Remedies() []Remedy { return values(remedyWords) }

// Reasons returns all reasons in their order.
func Reasons() []Reason { return values(reasonWords) }

// FlagList returns each flag of a set.
func FlagList(set Flags) []Flags { return singles(set, len(flagWords)) }

// EvidenceList returns each kind of evidence of a set.
func EvidenceList(set Evidence) []Evidence { return singles(set, len(evidenceWords)) }

// AllFlags and AllEvidence are the sets of everything.
const (
	AllFlags    Flags    = NonDurable<<1 - 1
	AllEvidence Evidence = ExpertReport<<1 - 1
)

// String returns the word of a single flag.
func (f Flags) String() string { return strings.Join(flagWords.list(f), " ") }

// String returns the word of a single kind of evidence.
func (e Evidence) String() string { return strings.Join(evidenceWords.list(e), " ") }

// ParseRemedy finds the remedy of a word.
func ParseRemedy(word string) (Remedy, bool) { return remedyWords.find(word) }

// ParseReason finds the reason of a word.
func ParseReason(word string) (Reason, bool) { return reasonWords.find(word) }

// ParseKind finds the kind of a word.
func ParseKind(word string) (Kind, bool) { return kindWords.find(word) }

// ParseRoute reads the word of a way back.
func ParseRoute(word string) (Route, bool) { return routeWords.find(word) }

// ParsePayer finds the payer of a word.
func ParsePayer(word string) (Payer, bool) { return payerWords.find(word) }

// ParseFlag finds the flag of a word.
func ParseFlag(word string) (Flags, bool) { return flagWords.bit(word) }

// ParseEvidence finds the kind of evidence of a word.
func ParseEvidence(word string) (Evidence, bool) { return evidenceWords.bit(word) }

// Defect reports whether by a reason the goods are not what was sold.
func (r Reason) Defect() bool { return r.defect() }

// ChangeOfMind reports whether a reason is the customer's alone.
func (r Reason) ChangeOfMind() bool { return !r.defect() && r != Late }

func values[T ~uint8 | ~uint16](w words[T]) []T {
	out := make([]T, 0, len(w))
	for i := 1; i < len(w); i++ {
		out = append(out, T(i))
	}
	return out
}

func singles[T ~uint8 | ~uint16](set T, n int) []T {
	var out []T
	for i := range n {
		if set&(1<<i) != 0 {
			out = append(out, 1<<i)
		}
	}
	return out
}
