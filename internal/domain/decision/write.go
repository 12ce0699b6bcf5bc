package decision

import (
	"strconv"

	"godwit.dev/godwit/internal/base/money"
)

// Written is a decision as it is written: in the words of docs/decisions.md, with
// amounts as decimals of the order's currency.
type Written struct {
	Rights  []WrittenRight  `json:"rights"`
	Offers  []WrittenOffer  `json:"offers"`
	Refused []WrittenRefuse `json:"refused"`
}

// WrittenRight is a Right as it is written.
type WrittenRight struct {
	Right    string   `json:"right"`
	Law      string   `json:"law"`
	Until    *string  `json:"until"`
	Lines    []string `json:"lines"`
	Remedies []string `json:"remedies"`
	RefundBy *string  `json:"refund_by"`
	Verified bool     `json:"verified"`
}

// WrittenLine is a line with its units.
type WrittenLine struct {
	Line string `json:"line"`
	Qty  int64  `json:"qty"`
}

// WrittenMoney is Money as it is written.
type WrittenMoney struct {
	Goods string `json:"goods"`
	Tax   string `json:"tax"`
	Duty  string `json:"duty"`
	Out   string `json:"shipping_out"`
	Back  string `json:"shipping_back"`
	Fee   string `json:"fee"`
	Bonus string `json:"bonus"`
	Total string `json:"total"`
}

// WrittenAllocation is an Allocation as it is written.
type WrittenAllocation struct {
	Method string `json:"method"`
	Amount string `json:"amount"`
}

// WrittenOffer is an Offer as it is written.
type WrittenOffer struct {
	Remedy  string              `json:"remedy"`
	Route   string              `json:"route"`
	From    *string             `json:"from"`
	Lines   []WrittenLine       `json:"lines"`
	Law     *string             `json:"law"`
	Money   WrittenMoney        `json:"money"`
	Postage *string             `json:"postage"`
	To      []WrittenAllocation `json:"to"`
	Cost    string              `json:"cost"`
	Days    int                 `json:"days"`
	Needs   []string            `json:"needs"`
	Auto    bool                `json:"auto"`
	Why     string              `json:"why"`
}

// WrittenRefuse is a Refusal as it is written.
type WrittenRefuse struct {
	Remedy string   `json:"remedy"`
	Lines  []string `json:"lines"`
	Code   string   `json:"code"`
	Clause string   `json:"clause"`
}

// Write returns a decision on a case as it is written; why words the reason of an
// offer.
func Write(c *Case, d *Decision, why func(*Offer) string) Written {
	digits, _ := money.Digits(c.Order.Currency)
	amount := func(n int64) string { return decimal(n, digits) }
	lines := func(list []int) []string {
		out := make([]string, 0, len(list))
		for _, i := range list {
			out = append(out, c.Claim.Lines[i].Line)
		}
		return out
	}
	a := Written{Rights: make([]WrittenRight, 0, len(d.Rights)), Offers: make([]WrittenOffer, 0, len(d.Offers)), Refused: make([]WrittenRefuse, 0, len(d.Refused))}
	for _, r := range d.Rights {
		remedies := make([]string, 0, len(r.Remedies))
		for _, m := range r.Remedies {
			remedies = append(remedies, m.String())
		}
		a.Rights = append(a.Rights, WrittenRight{r.Basis.String(), r.Law, or(r.Until.String()), lines(r.Lines), remedies, or(r.RefundBy.String()), r.Verified})
	}
	for i := range d.Offers {
		o := &d.Offers[i]
		m := o.Money
		w := WrittenOffer{
			Remedy: o.Remedy.String(), Route: o.Route.String(), Lines: make([]WrittenLine, 0, len(o.Lines)), Law: or(o.Law), Postage: or(o.Postage.String()),
			Money: WrittenMoney{amount(m.Goods), amount(m.Tax), amount(m.Duty), amount(m.Out), amount(m.Back), amount(m.Fee), amount(m.Bonus), amount(m.Total)},
			To:    make([]WrittenAllocation, 0, len(o.To)), Cost: amount(o.Cost), Days: o.Days, Needs: append([]string{}, evidenceWords.list(o.Needs)...), Auto: o.Auto, Why: why(o),
		}
		if o.From != NoRoute {
			w.From = or(o.From.String())
		}
		for _, l := range o.Lines {
			w.Lines = append(w.Lines, WrittenLine(l))
		}
		for _, t := range o.To {
			w.To = append(w.To, WrittenAllocation{t.Method, amount(t.Amount)})
		}
		a.Offers = append(a.Offers, w)
	}
	for _, r := range d.Refused {
		a.Refused = append(a.Refused, WrittenRefuse{r.Remedy.String(), lines(r.Lines), r.Code.String(), r.Clause})
	}
	return a
}

// or returns nil for a text that says nothing.
func or(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// decimal writes an amount of minor units with the digits of its currency.
func decimal(n int64, digits int) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	s := strconv.FormatInt(n, 10)
	if digits == 0 {
		return sign + s
	}
	for len(s) <= digits {
		s = "0" + s
	}
	return sign + s[:len(s)-digits] + "." + s[len(s)-digits:]
}
