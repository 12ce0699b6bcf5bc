package cost

import (
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/fx"
	"godwit.dev/godwit/internal/domain/product"
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

// CarefulShares are the built-in shares of the price by the names of the book's
// figures, in hundredths, for pages that show them beside a merchant's own.
func CarefulShares() map[string]int64 {
	return map[string]int64{"anew": anew, "resale_a": resale[0], "resale_b": resale[1], "resale_c": resale[2], "handling": handling,
		"freight_home": freightAtHome, "freight_abroad": freightAbroad, "tax_back": 0, "credit": 100}
}

// Source says who gave a figure.
type Source string

// The sources.
const (
	Careful Source = "careful" // built in
	Own     Source = "own"     // the book's
	Catalog Source = "catalog" // the product's
)

// Figures are what ways out cost, with who gave each of them.
type Figures struct {
	decision.Costs
	Routes     [decision.Origin + 1]Source // "" where the way is not available
	Handling   Source
	Repair     Source // "" where there is none
	TaxBack    Source
	Credit     Source
	Goods      map[string]Source // what units cost anew, by SKU
	Resale     map[string]Source // what they are worth again
	Replace    []Source          // of each sender
	NoRate     bool              // the book is in a currency without a rate to the order's: its amounts are left out
	GramsKnown bool              // the weight of all units is known
}

// figures works out what the ways out for some goods cost. The book goes before
// what the products say, and that before the careful shares.
func figures(f Facts, b *Book, known map[string]product.Variant, costs map[string]int64, x exchange) Figures {
	out := Figures{Handling: Careful, TaxBack: Careful, Credit: Careful, Goods: map[string]Source{}, Resale: map[string]Source{}, GramsKnown: true}
	out.NoRate = b.Currency != "" && !x.ok
	if out.NoRate {
		b = &Book{Anew: b.Anew, ResaleA: b.ResaleA, ResaleB: b.ResaleB, ResaleC: b.ResaleC, TaxBack: b.TaxBack, Credit: b.Credit}
	}
	var worth, units, grams int64
	out.Items = make(map[string]decision.Item, len(f.Items))
	for _, i := range f.Items {
		own := b.article(i.SKU)
		worth += i.Price * i.Qty
		units += i.Qty
		each := max(i.Grams, 0)
		if v := known[i.SKU]; each == 0 {
			each = v.Grams
		}
		if own.Grams > 0 {
			each = own.Grams
		}
		grams += each * i.Qty
		out.GramsKnown = out.GramsKnown && each > 0
		out.item(i, b, own, costs, x)
	}
	out.ways(f, b, worth, grams, x)
	if out.Costs.Handling = 0; units > 0 {
		out.Costs.Handling = percent(worth/units, handling)
	}
	if b.Handling != nil {
		out.Costs.Handling, out.Handling = x.up(*b.Handling), Own
	}
	if r := b.Repair; r != nil {
		out.Costs.Repair, out.Repair = &decision.RepairCost{Cost: x.up(r.Cost), Freight: x.up(r.Freight), Days: r.Days}, Own
	}
	if s, ok := b.TaxBack.share(); ok {
		out.Costs.TaxBack, out.TaxBack = s, Own
	}
	out.Costs.Credit = decision.Whole
	if s, ok := b.Credit.share(); ok {
		out.Costs.Credit, out.Credit = s, Own
	}
	return out
}

// item adds what a unit of an article costs anew and is worth again.
func (out *Figures) item(i Item, b *Book, own Goods, costs map[string]int64, x exchange) {
	item := decision.Item{Cost: percent(i.Price, anew)}
	out.Goods[i.SKU], out.Resale[i.SKU] = Careful, Careful
	if s, ok := b.Anew.share(); ok {
		item.Cost, out.Goods[i.SKU] = part(i.Price, s, fx.Up), Own
	}
	if n, ok := costs[i.SKU]; ok {
		item.Cost, out.Goods[i.SKU] = n, Catalog
	}
	if own.Cost != nil {
		item.Cost, out.Goods[i.SKU] = x.up(*own.Cost), Own
	}
	shares := [3]Percent{b.ResaleA, b.ResaleB, b.ResaleC}
	for g, n := range [3]*int64{own.ResaleA, own.ResaleB, own.ResaleC} {
		item.Resale[g] = percent(i.Price, resale[g])
		if s, ok := shares[g].share(); ok {
			item.Resale[g], out.Resale[i.SKU] = part(i.Price, s, fx.Down), Own
		}
		if n != nil {
			item.Resale[g], out.Resale[i.SKU] = x.down(*n), Own
		}
	}
	out.Items[i.SKU] = item
}

// ways adds the ways back and where new units may be sent from. The way to where
// goods came from always is; any other is where the book has a lane.
func (out *Figures) ways(f Facts, b *Book, worth, grams int64, x exchange) {
	freight, days := percent(worth, freightAbroad), daysAbroad
	if f.From == f.To && f.From != "" {
		freight, days = percent(worth, freightAtHome), daysAtHome
	}
	out.Costs.Routes[decision.Origin], out.Routes[decision.Origin] = &decision.RouteCost{Freight: freight, Days: days}, Careful
	for _, route := range Routes(Back) {
		if l := b.lane(Back, route, f); l != nil {
			out.Costs.Routes[route] = &decision.RouteCost{Freight: x.up(l.freight(grams, out.GramsKnown)), Fee: x.up(l.Fee), Days: l.Days, DutyBack: l.DutyBack.or(0)}
			out.Routes[route] = Own
		}
	}
	for _, route := range Routes(Out) {
		l := b.lane(Out, route, f)
		switch {
		case l != nil:
			out.Costs.Replace = append(out.Costs.Replace, decision.Sender{From: route, Freight: x.up(l.freight(grams, out.GramsKnown) + l.Fee), Days: l.Days})
			out.Replace = append(out.Replace, Own)
		case route == decision.Origin:
			out.Costs.Replace = append(out.Costs.Replace, decision.Sender{From: route, Freight: freight, Days: days})
			out.Replace = append(out.Replace, Careful)
		}
	}
}

// percent returns hundredths of an amount, rounded up.
func percent(amount, pct int64) int64 { return (amount*pct + 99) / 100 }

// part returns a share of an amount, rounded to whichever side is careful.
func part(amount int64, s decision.Share, r fx.Rounding) int64 {
	n := amount * int64(s/(decision.Whole/100_00)) // hundredths of a percent: what a book has
	if r == fx.Up {
		n += 99_99
	}
	return n / 100_00
}

// exchange brings the book's amounts to the currency of the facts.
type exchange struct {
	table    fx.Table
	from, to string
	ok       bool // there is a rate, or none is needed
}

func (x exchange) up(n int64) int64 { return x.round(n, fx.Up) }

func (x exchange) down(n int64) int64 { return x.round(n, fx.Down) }

func (x exchange) round(n int64, r fx.Rounding) int64 {
	out, _ := convert(x.table, n, x.from, x.to, r)
	return out
}

// convert brings an amount to another currency; false without a rate.
func convert(t fx.Table, n int64, from, to string, r fx.Rounding) (int64, bool) {
	if from == to {
		return n, true
	}
	a, err := money.New(n, from)
	if err != nil {
		return 0, false
	}
	b, _, err := t.Convert(a, to, r)
	if err != nil {
		return 0, false
	}
	return b.Minor, true
}
