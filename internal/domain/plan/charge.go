package plan

import (
	_ "embed"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/fx"
)

//go:embed data/returns.csv
var returnsTable string

// withdrawal is the days in which the law of a country lets buyers change their
// mind about what they bought at a distance.
var withdrawal = sync.OnceValue(func() map[string]int {
	rows, err := table(returnsTable)
	if err != nil {
		panic(err) // it is part of the program, and tested
	}
	out := map[string]int{}
	for _, r := range rows {
		n, err := strconv.Atoi(r["days"])
		if err != nil {
			panic(err)
		}
		if r["market"] != "EU" {
			out[r["market"]] = n
			continue
		}
		for m := range strings.FieldsSeq(union) {
			if _, ok := out[m]; !ok {
				out[m] = n
			}
		}
	}
	return out
})

// Territories within which goods move without customs.
const (
	union    = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
	eurasian = "RU BY KZ AM KG"
)

func digits(currency string) int { n, _ := money.Digits(currency); return n }

// Territory names the customs territory of a country: goods that stay within one meet no customs. Parts of countries that lie
// outside theirs (the Canary Islands, the Channel Islands) are not told apart.
func Territory(country string) string {
	for _, t := range []string{union, eurasian} {
		if slices.Contains(strings.Fields(t), country) {
			return t
		}
	}
	return country
}

// sums converts between the currencies of one quote and notes by which rates.
type sums struct {
	rates fx.Table
	used  []fx.Cross
}

// in returns an exact number of minor units in another currency.
func (s *sums) in(x *big.Rat, from, to string) (*big.Rat, error) {
	if from == to {
		return x, nil
	}
	unit, cross, err := s.rates.Exact(money.Amount{Minor: 1, Currency: from}, to)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(s.used, func(c fx.Cross) bool { return c.From == from && c.To == to }) {
		s.used = append(s.used, cross)
	}
	return new(big.Rat).Mul(x, unit), nil
}

func whole(n int64) *big.Rat { return new(big.Rat).SetInt64(n) }

func share(pct fx.Decimal) *big.Rat {
	r := new(big.Rat).SetFrac(big.NewInt(pct.Digits), big.NewInt(100))
	for range pct.Scale {
		r.Quo(r, whole(10))
	}
	return r
}

// price fills in what an option costs: sending, duty, tax and their sum.
func (d Document) price(o *Option, s Way, rate ZoneRate, price int64, w Warehouse, b Basket, now time.Time, rates fx.Table, levies Levies) error {
	sum := &sums{rates: rates}
	goods := new(big.Rat)
	for _, i := range b.Items {
		goods.Add(goods, new(big.Rat).Mul(whole(i.Price), whole(i.Quantity)))
	}
	free, err := rate.free(goods, b.Currency, d.Currency, sum)
	if err != nil {
		return err
	}
	if o.Free = free; free {
		price = 0
	}
	freight, err := sum.in(whole(price), d.Currency, b.Show)
	if err != nil {
		return err
	}
	c := customs{doc: d, basket: b, goods: goods, freight: freight, grams: weight(d, b), sum: sum, levies: levies}
	if err := c.charge(o, s, w, now); err != nil {
		return err
	}
	if o.Price, err = shown(freight, b.Show); err != nil {
		return err
	}
	o.Total = o.Price
	for _, x := range []Charge{o.Duty, o.Tax} {
		if x.Due == DueCheckout || x.Due == DueDoor {
			if o.Total, err = o.Total.Add(x.Amount); err != nil {
				return err
			}
		}
	}
	o.Rates = sum.used
	return nil
}

// shown rounds a figure, once: halves away from zero.
func shown(x *big.Rat, currency string) (money.Amount, error) {
	n, ok := fx.HalfUp.Round(x)
	if !ok {
		return money.Amount{}, tooLarge()
	}
	return money.New(n, currency)
}

// free reports whether goods of a sum are sent for nothing: by the threshold in
// the currency that they are sold in, else by that in the plan's.
func (r ZoneRate) free(goods *big.Rat, currency, plan string, sum *sums) (bool, error) {
	if from, ok := r.Free[currency]; ok {
		return goods.Cmp(whole(from)) >= 0, nil
	}
	from, ok := r.Free[plan]
	if !ok {
		return false, nil
	}
	x, err := sum.in(goods, currency, plan)
	return err == nil && x.Cmp(whole(from)) >= 0, err
}

func weight(d Document, b Basket) int64 {
	grams := int64(0)
	for _, i := range b.Items {
		if i.Grams == 0 {
			i.Grams = d.DefaultGrams
		}
		grams += i.Grams * i.Quantity
	}
	return grams
}
