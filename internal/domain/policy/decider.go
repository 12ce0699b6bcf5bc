package policy

import (
	"slices"

	"godwit.dev/godwit/internal/domain/fx"
)

// Decider is a document that decides many times: what rules say in a currency is
// worked out once. It is for one goroutine, and what it returns is shared and must
// not be written to.
type Decider struct {
	doc    Document
	rates  fx.Table
	priced bool
	known  map[decided]Terms
}

type decided struct {
	rule     int
	currency string
}

// NewDecider returns a Decider.
func NewDecider(d Document, rates fx.Table) *Decider {
	return &Decider{
		doc: d, rates: rates, known: map[decided]Terms{},
		priced: slices.ContainsFunc(d.Rules, func(r Rule) bool { return r.When.Price != nil }),
	}
}

// AsksCategory reports whether a rule goes by the category of goods.
func (d Document) AsksCategory() bool {
	return slices.ContainsFunc(d.Rules, func(r Rule) bool { return len(r.When.Categories) > 0 })
}

// Decide is Document.Decide.
func (d *Decider) Decide(f Facts) Terms {
	price, priced := f.Price, true
	if d.priced {
		x := exchange{from: d.doc.Currency, to: f.Currency, rates: d.rates}
		price, priced = x.convert(f.Price, f.Currency, d.doc.Currency)
	}
	rule := slices.IndexFunc(d.doc.Rules, func(r Rule) bool { return r.When.meets(f, price, priced, d.doc.Currency) })
	key := decided{rule, f.Currency}
	t, ok := d.known[key]
	if !ok {
		t = d.doc.of(rule, f, d.rates)
		d.known[key] = t
	}
	if len(t.Policy.FinalSale) > 0 {
		t.Policy.FinalSale = []string{f.SKU}
	}
	return t
}
