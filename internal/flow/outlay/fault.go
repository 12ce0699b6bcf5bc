package outlay

import (
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/recovery"
)

// Faults returns the lines of a case whose units turned out to be faulty, with what it cost for them by the entries of the
// case: what happened where that is known, otherwise what was expected. Several lines of one article share its cost by units.
func Faults(c cases.Case, entries []Entry) []recovery.Fault {
	cost, units := map[string]money.Amount{}, map[string]int64{}
	for _, e := range entries {
		if e.Dim == ByProduct {
			cost[e.Key.Key] = money.Amount{Minor: cost[e.Key.Key].Minor + e.Cost() + e.Happened - e.Planned, Currency: e.Currency}
		}
	}
	for _, l := range c.Lines {
		units[l.SKU] += max(l.Count(cases.Authorised), l.Count(cases.Asked))
	}
	var out []recovery.Fault
	for _, l := range c.Lines {
		n := recovery.FaultyUnits(c, l)
		if n == 0 {
			continue
		}
		share := cost[l.SKU]
		share.Minor = share.Minor * n / max(units[l.SKU], n)
		out = append(out, recovery.Fault{Case: c.ID, Line: l.Number, OrderRow: l.OrderRow, Units: n, Cost: share})
	}
	return out
}
