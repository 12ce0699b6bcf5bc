package decision

import "godwit.dev/godwit/internal/base/money"

// Why is the reason for an offer, to be worded in the language of whoever reads
// it: a key of the catalogue and what goes into its sentence.
type Why struct {
	Key  string
	Args []any // name, value, name, value
}

// Explain returns the reason for an offer of a case.
func Explain(c *Case, o *Offer) Why {
	key := "decide.why." + o.Remedy.String()
	switch o.Remedy {
	case Refund, FullKeep, Replace, Repair:
		if o.Basis != 0 {
			key += ".law"
		} else {
			key += ".policy"
		}
	}
	if o.Remedy == Refund && o.Route == NoRoute {
		key += ".stays"
	}
	digits, _ := money.Digits(c.Order.Currency)
	amount := func(n int64) string { return decimal(n, digits) + "\u00a0" + c.Order.Currency }
	return Why{key, []any{"law", o.Law, "days", o.Days, "total", amount(o.Money.Total), "cost", amount(o.Cost), "bonus", amount(o.Money.Bonus)}}
}
