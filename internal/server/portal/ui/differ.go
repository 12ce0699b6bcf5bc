package ui

import (
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/cases"
)

// differSum says what the customer was to get and what they would get, "" for what gives goods.
func (v Case) differSum(d cases.Difference) string {
	was, err := d.Was.Components.Total(d.Was.Currency)
	becomes, err2 := d.Becomes.Components.Total(d.Was.Currency)
	if err != nil || err2 != nil || d.Was.Currency == "" {
		return ""
	}
	return v.T("portal.differ.sum", "Was", was.Format(string(v.Lang())), "New", becomes.Format(string(v.Lang())))
}

func (v Case) differUntil(d cases.Difference) string {
	return v.T("portal.differ.until", "Day", v.Date(d.Until, nil, i18n.Medium))
}

// differParts are the components of what the customer would get.
func (v Case) differParts(d cases.Difference) []sum {
	c := d.Becomes.Components
	return v.components(d.Was.Currency, []part{{"portal.sum.goods", c.Goods}, {"portal.sum.tax", c.Tax}, {"portal.sum.duty", c.Duty}, {"portal.sum.shipping", c.ShippingOut},
		{"portal.sum.back", c.ShippingBack}, {"portal.sum.fee", c.Fee}, {"portal.sum.bonus", c.Bonus + c.Goodwill}})
}

// differTitle names the goods of units that differ.
func (v Case) differTitle(f cases.Found) string {
	for _, l := range v.Case.Lines {
		if l.Number == f.Line {
			return l.Title + l.Foreign
		}
	}
	return ""
}
