package decision

// AddMonths returns the same day of the month n months on, or the last of that month where it is shorter. Never stays.
func (d Day) AddMonths(n int) Day {
	if d == Never {
		return d
	}
	return d.addMonths(n)
}

// RepairedTerm is a repair under the right to goods as they were sold.
type RepairedTerm struct {
	Claimed Day // when the customer told us of the defect
	Done    Day
}

// ConformTerm is how long the right to goods as they were sold lasts for goods that were delivered on a day.
type ConformTerm struct {
	Law      string
	Until    Day  // the last day; Never: no fixed end
	Burden   Day  // until when the seller shows that the goods were right; Never: no such day
	Extended bool // by twelve months, after a repair: (EU) 2019/771 art. 10(2a)
	Hidden   bool // Until is for defects that can be seen; for hidden ones the days begin at their discovery
	Verified bool
}

// ConformTerm returns the term in a market by name (DE, GB-SCT), and false where no law is known or nothing was delivered.
// A repair counts once, where it was claimed within the term and done from the day on from which such repairs count.
func (l *Law) ConformTerm(market string, delivered Day, repairs []RepairedTerm) (ConformTerm, bool) {
	c := l.Floor(market).Conform
	if c == nil || delivered == Never {
		return ConformTerm{}, false
	}
	t := ConformTerm{Law: c.Law, Until: Never, Burden: Never, Verified: c.Verified, Hidden: c.Days > 0}
	switch {
	case c.Days > 0:
		t.Until = delivered + Day(c.Days)
	case c.Months > 0:
		t.Until = delivered.AddMonths(c.Months)
	}
	if c.Burden > 0 {
		t.Burden = delivered.AddMonths(c.Burden)
	}
	country := market
	if len(country) > 2 {
		country = country[:2]
	}
	if t.Until == Never || !InUnion(country) {
		return t, true
	}
	for _, r := range repairs {
		if r.Done >= startOfRepairRule && r.Claimed <= t.Until {
			t.Until, t.Extended = delivered.AddMonths(c.Months+12), true
			break
		}
	}
	return t, true
}

// RepairRuleFrom is the day from which Directive (EU) 2024/1799 is applied.
func RepairRuleFrom() Day { return startOfRepairRule }
