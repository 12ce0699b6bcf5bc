package portal

import (
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/plan"
)

// Charge is duty or tax of an offer in the words that customers read.
type Charge struct {
	plan.Charge
	Word string // what it is
	Text string // what it comes to and who takes it, "" if nothing is due
}

// Charges words duty and tax of an offer, in this order. The console shows merchants the
// same words that their customers get.
func Charges(p *i18n.Printer, o plan.Option) []Charge {
	out := []Charge{{Charge: o.Duty, Word: p.T("portal.sum.duty")}, {Charge: o.Tax, Word: p.T("portal.sum.tax")}}
	for i := range out {
		out[i].Text = chargeText(p, out[i].Charge)
	}
	return out
}

func chargeText(p *i18n.Printer, c plan.Charge) string {
	switch c.Due {
	case plan.DueNever:
		return ""
	case plan.DueUnknown:
		return p.T("portal.quote.due.unknown")
	}
	amount := c.Amount.Format(string(p.Lang()))
	if c.AtLeast {
		amount = p.T("portal.quote.at_least", "Amount", amount)
	}
	due := p.T("portal.quote.due." + string(c.Due))
	switch p.Lang() {
	case i18n.SimplifiedChinese, "zh-Hant", "ja":
		return amount + "（" + due + "）"
	}
	return amount + " (" + due + ")"
}
