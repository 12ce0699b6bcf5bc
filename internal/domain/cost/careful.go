package cost

import (
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/fx"
)

// Shares of what goods were sold for, in hundredths, that stand where nobody gave
// a figure. A way across a border is dear and slow; what comes back sells for half.
const (
	freightAtHome = 20
	freightAbroad = 50
	handling      = 5
	anew          = 60
	daysAtHome    = 5
	daysAbroad    = 25
)

var resale = [3]int64{50, 30, 5}

// careful are the built-in figures: one way back, to where the goods came from.
func careful(f Facts, known map[string]int64) decision.Costs {
	var worth, units int64
	items := make(map[string]decision.Item, len(f.Items))
	for _, i := range f.Items {
		worth += i.Price * i.Qty
		units += i.Qty
		item := decision.Item{Cost: percent(i.Price, anew)}
		if cost, ok := known[i.SKU]; ok {
			item.Cost = cost
		}
		for g, pct := range resale {
			item.Resale[g] = percent(i.Price, pct)
		}
		items[i.SKU] = item
	}
	freight, days := percent(worth, freightAbroad), daysAbroad
	if f.From == f.To && f.From != "" {
		freight, days = percent(worth, freightAtHome), daysAtHome
	}
	c := decision.Costs{
		Items: items, Credit: decision.Whole,
		Replace: []decision.Sender{{From: decision.Origin, Freight: freight, Days: days}},
	}
	c.Routes[decision.Origin] = &decision.RouteCost{Freight: freight, Days: days}
	if units > 0 {
		c.Handling = percent(worth/units, handling)
	}
	return c
}

// percent returns hundredths of an amount, rounded up.
func percent(amount, pct int64) int64 { return (amount*pct + 99) / 100 }

// convert brings an amount to another currency, rounded up; false without a rate.
func convert(t fx.Table, n int64, from, to string) (int64, bool) {
	a, err := money.New(n, from)
	if err != nil {
		return 0, false
	}
	b, _, err := t.Convert(a, to, fx.Up)
	if err != nil {
		return 0, false
	}
	return b.Minor, true
}
