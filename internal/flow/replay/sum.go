package replay

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/policy"
)

// Result is what another policy would have changed.
type Result struct {
	Since     time.Time     `json:"since"`
	Total     int64         `json:"total"`   // that there are
	Cases     int64         `json:"cases"`   // that were decided again
	Unread    int64         `json:"unread"`  // whose input cannot be read
	Changed   int64         `json:"changed"` // of which an offer differs
	Granted   int64         `json:"granted"` // the customer gets what they wanted, and did not
	Refused   int64         `json:"refused"` // the other way round
	Alone     int64         `json:"alone"`   // it runs without a person, and did not
	Looked    int64         `json:"looked"`  // the other way round
	Customers int64         `json:"customers"`
	Worse     int64         `json:"worse"` // customers who get less in at least one case
	Money     []Money       `json:"money"`
	Markets   []Group       `json:"markets"`
	Products  []Group       `json:"products"`
	Laws      []Group       `json:"laws"` // that give a right in cases that change
	Examples  []Example     `json:"examples"`
	Stopped   bool          `json:"stopped"` // before all were done
	Took      time.Duration `json:"took"`    // nanoseconds
}

// Money compares sums of one currency, in minor units: what customers are paid and
// what the outcome costs the merchant.
type Money struct {
	Currency   string `json:"currency"`
	PaidBefore int64  `json:"paid_before"`
	PaidAfter  int64  `json:"paid_after"`
	CostBefore int64  `json:"cost_before"`
	CostAfter  int64  `json:"cost_after"`
}

// Group is the changed cases of a market, product or law.
type Group struct {
	Key     string  `json:"key"`
	Cases   int64   `json:"cases"`
	Changed int64   `json:"changed"`
	Refused int64   `json:"refused"`
	Money   []Money `json:"money"`
}

// Example is a case that changes.
type Example struct {
	Case   cases.ID `json:"case"`
	Part   int      `json:"part"`
	Rule   string   `json:"rule"` // of the policy that is tried
	Before Outcome  `json:"before"`
	After  Outcome  `json:"after"`
	opened time.Time
}

// Outcome is what came of a decision.
type Outcome struct {
	Remedy   string `json:"remedy"` // "": nothing was offered
	Paid     int64  `json:"paid"`
	Cost     int64  `json:"cost"`
	Currency string `json:"currency"`
	Law      string `json:"law"`
	Auto     bool   `json:"auto"`
	wanted   bool
}

const (
	mostExamples = 20
	mostProducts = 50
)

type tally struct {
	cases, changed, refused int64
	money                   map[string]*Money
}

func (t *tally) pay(currency string, before, after Outcome) {
	if t.money == nil {
		t.money = make(map[string]*Money, 1)
	}
	m := t.money[currency]
	if m == nil {
		m = &Money{Currency: currency}
		t.money[currency] = m
	}
	m.PaidBefore += before.Paid
	m.PaidAfter += after.Paid
	m.CostBefore += before.Cost
	m.CostAfter += after.Cost
}

// sum adds up what one worker decides.
type sum struct {
	law      *decision.Law
	policy   *policy.Decider
	unpacker decision.Unpacker

	r                       Result
	all                     tally
	markets, products, laws map[string]*tally
	touched                 map[customer.ID]bool // whether they get less
}

func newSum(law *decision.Law, p *policy.Decider) *sum {
	return &sum{law: law, policy: p, markets: map[string]*tally{}, products: map[string]*tally{}, laws: map[string]*tally{}, touched: map[customer.ID]bool{}}
}

func (s *sum) page(p page) {
	for _, in := range p.inputs {
		s.replay(in, p.categories)
	}
}

func (s *sum) replay(in Input, categories map[string]string) {
	var c decision.Case
	if err := s.unpacker.Unpack(in.Data, &c); err != nil || asked(&c) == nil {
		s.r.Unread++
		return
	}
	s.r.Cases++
	old := decision.Decide(s.law, &c)
	sku := asked(&c).SKU
	terms := s.policy.Decide(Facts(&c, in.Shop, categories[sku]))
	c.Policy = under(terms.Policy, c.Policy.Cap)
	tried := decision.Decide(s.law, &c)
	market := of(s.markets, c.Market.Country)
	product := of(s.products, sku)
	market.cases++
	product.cases++
	before, after := outcome(&c, &old), outcome(&c, &tried)
	s.all.pay(c.Order.Currency, before, after)
	market.pay(c.Order.Currency, before, after)
	product.pay(c.Order.Currency, before, after)
	if alike(old.Offers, tried.Offers) {
		return
	}
	s.r.Changed++
	groups := []*tally{market, product}
	for i := range tried.Rights {
		if law := tried.Rights[i].Law; !slices.ContainsFunc(tried.Rights[:i], func(r decision.Right) bool { return r.Law == law }) {
			t := of(s.laws, law)
			t.cases++
			t.pay(c.Order.Currency, before, after)
			groups = append(groups, t)
		}
	}
	lost := before.wanted && !after.wanted
	for _, g := range groups {
		g.changed++
		if lost {
			g.refused++
		}
	}
	switch {
	case lost:
		s.r.Refused++
	case after.wanted && !before.wanted:
		s.r.Granted++
	}
	switch {
	case after.Auto && !before.Auto:
		s.r.Alone++
	case before.Auto && !after.Auto:
		s.r.Looked++
	}
	if in.Customer != 0 {
		s.touched[in.Customer] = s.touched[in.Customer] || lost || after.Paid < before.Paid
	}
	if len(s.r.Examples) < mostExamples {
		s.r.Examples = append(s.r.Examples, Example{Case: in.Case, Part: in.Part, Rule: terms.Rule, Before: before, After: after, opened: in.OpenedAt})
	}
}

func of(m map[string]*tally, key string) *tally {
	t := m[key]
	if t == nil {
		t = &tally{}
		m[key] = t
	}
	return t
}

// outcome is what the customer wanted, where it was offered, or the cheapest offer.
func outcome(c *decision.Case, d *decision.Decision) Outcome {
	out := Outcome{Currency: c.Order.Currency}
	remedy := c.Claim.Wants
	out.wanted = slices.ContainsFunc(d.Offers, func(o decision.Offer) bool { return o.Remedy == remedy })
	if !out.wanted {
		if len(d.Offers) == 0 {
			return out
		}
		remedy = d.Offers[0].Remedy
	}
	out.Remedy, out.Auto = remedy.String(), true
	for i := range d.Offers { // one by law and one by the policy may stand beside each other
		if o := &d.Offers[i]; o.Remedy == remedy {
			out.Paid += o.Money.Total
			out.Cost += o.Cost
			out.Auto = out.Auto && o.Auto
			out.Law = cmp.Or(out.Law, o.Law)
		}
	}
	return out
}

// alike reports whether two lists of offers say the same, in whichever order.
func alike(a, b []decision.Offer) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		x := &a[i]
		if !slices.ContainsFunc(b, func(y decision.Offer) bool {
			return x.Remedy == y.Remedy && x.Basis == y.Basis && x.Law == y.Law && x.Money == y.Money && x.Postage == y.Postage && x.Route == y.Route && x.Auto == y.Auto && x.Needs == y.Needs && slices.Equal(x.Lines, y.Lines) && slices.Equal(x.To, y.To)
		}) {
			return false
		}
	}
	return true
}

// add takes up what another worker added up.
func (s *sum) add(o *sum) {
	a, b := &s.r, &o.r
	a.Cases += b.Cases
	a.Unread += b.Unread
	a.Changed += b.Changed
	a.Granted += b.Granted
	a.Refused += b.Refused
	a.Alone += b.Alone
	a.Looked += b.Looked
	a.Examples = append(a.Examples, b.Examples...)
	s.all.add(&o.all)
	for _, both := range [][2]map[string]*tally{{s.markets, o.markets}, {s.products, o.products}, {s.laws, o.laws}} {
		for key, t := range both[1] {
			of(both[0], key).add(t)
		}
	}
	for id, worse := range o.touched {
		s.touched[id] = s.touched[id] || worse
	}
}

func (t *tally) add(o *tally) {
	t.cases += o.cases
	t.changed += o.changed
	t.refused += o.refused
	for currency, m := range o.money {
		t.pay(currency, Outcome{Paid: m.PaidBefore, Cost: m.CostBefore}, Outcome{Paid: m.PaidAfter, Cost: m.CostAfter})
	}
}

func (t *tally) sums() []Money {
	var out []Money
	for _, currency := range slices.Sorted(maps.Keys(t.money)) {
		out = append(out, *t.money[currency])
	}
	return out
}

// result is the same however the work was shared out.
func (s *sum) result() Result {
	r := s.r
	r.Customers = int64(len(s.touched))
	for _, worse := range s.touched {
		if worse {
			r.Worse++
		}
	}
	r.Money = s.all.sums()
	r.Markets, r.Laws = groups(s.markets, 0), groups(s.laws, 0)
	r.Products = groups(s.products, mostProducts)
	slices.SortFunc(r.Examples, func(a, b Example) int {
		return cmp.Or(a.opened.Compare(b.opened), cmp.Compare(a.Case, b.Case), cmp.Compare(a.Part, b.Part))
	})
	r.Examples = r.Examples[:min(len(r.Examples), mostExamples)]
	return r
}

// groups lists tallies of which something changes, the most changed first.
func groups(m map[string]*tally, most int) []Group {
	var out []Group
	for key, t := range m {
		if t.changed > 0 {
			out = append(out, Group{Key: key, Cases: t.cases, Changed: t.changed, Refused: t.refused, Money: t.sums()})
		}
	}
	slices.SortFunc(out, func(a, b Group) int { return cmp.Or(cmp.Compare(b.Changed, a.Changed), cmp.Compare(a.Key, b.Key)) })
	if most > 0 && len(out) > most {
		out = out[:most]
	}
	return out
}
