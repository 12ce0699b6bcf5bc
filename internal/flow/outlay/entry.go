package outlay

import (
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/order"
)

// Dim is what costs are told by.
type Dim string

// The dimensions.
const (
	ByLane    Dim = "lane" // the customer's country and the way back: "DE local_hub"
	ByProduct Dim = "product"
	ByReason  Dim = "reason"
	ByRemedy  Dim = "remedy"
	ByMarket  Dim = "market"
)

// Dims returns all dimensions.
func Dims() []Dim { return []Dim{ByLane, ByProduct, ByReason, ByRemedy, ByMarket} }

// Sums are costs in minor units of one currency. Cost is their sum less Recovered.
type Sums struct {
	Cases     int64 `json:"cases"`     // resolutions, without repairs in vain; one of several articles counts for each
	Refunds   int64 `json:"refunds"`   // paid to customers, without tax and duty
	Tax       int64 `json:"tax"`       // tax and duty that were paid back and do not come back
	Goods     int64 `json:"goods"`     // sent instead
	Freight   int64 `json:"freight"`   // both ways
	Handling  int64 `json:"handling"`  // inspection, fees, repair
	Credit    int64 `json:"credit"`    // what store credit costs
	Recovered int64 `json:"recovered"` // what goods that come back are worth
	Known     int64 `json:"known"`     // resolutions of which what happened is known
	Planned   int64 `json:"planned"`   // what those were expected to cost
	Happened  int64 `json:"happened"`  // and did cost
}

// Cost is what it all was expected to cost.
func (s Sums) Cost() int64 {
	return s.Refunds + s.Tax + s.Goods + s.Freight + s.Handling + s.Credit - s.Recovered
}

// Fields are the figures in the order of the store's columns.
func (s *Sums) Fields() []*int64 {
	return []*int64{&s.Cases, &s.Refunds, &s.Tax, &s.Goods, &s.Freight, &s.Handling, &s.Credit, &s.Recovered, &s.Known, &s.Planned, &s.Happened}
}

// add adds n times other sums.
func (s *Sums) add(o Sums, n int64) {
	to := s.Fields()
	for i, x := range o.Fields() {
		*to[i] += n * *x
	}
}

// Key is what sums are told of.
type Key struct {
	Dim      Dim          `json:"dim"`
	Week     int64        `json:"week"`
	Key      string       `json:"key"`
	Market   string       `json:"market"`
	Currency string       `json:"currency"`
	Shop     order.ShopID `json:"shop,omitzero"`
}

// Entry is what a case adds to the sums of a key.
type Entry struct {
	Key
	Sums
}

// WeekOf returns the week of an instant in UTC, counted from the Monday before the epoch.
func WeekOf(t time.Time) int64 { return (t.Unix()/86400 + 3) / 7 }

// DayOf returns the Monday of a week.
func DayOf(week int64) time.Time { return time.Unix((week*7-3)*86400, 0).UTC() }

var reader decision.Reader

// Entries returns what a case adds: its resolutions that are waiting for their
// trigger, under way or done, by the decision that is frozen into it, and the bills
// of repairs that came to nothing. What was decided without costs adds nothing.
func Entries(c cases.Case) []Entry {
	var inputs []json.RawMessage
	if json.Unmarshal(c.Decision.Input, &inputs) != nil {
		return nil
	}
	var out []Entry
	for _, r := range c.Resolutions {
		alive := r.Stand == cases.Waiting || r.Stand == cases.Executing || r.Stand == cases.Done
		if !alive && !vain(r) || r.Offer == nil || r.Offer.Part >= len(inputs) || len(r.Units) == 0 {
			continue
		}
		in, err := reader.Read(inputs[r.Offer.Part])
		if err != nil {
			continue
		}
		out = append(out, entries(c, r, &in)...)
	}
	return merge(out)
}

// vain reports whether a resolution is a repair that came to nothing and has cost something. What is done instead counts as
// the resolution, and this as what it cost beside.
func vain(r cases.Resolution) bool {
	return r.Means == cases.Repair && r.Spent > 0 && (r.Stand == cases.Lapsed || r.Stand == cases.Failed || r.Stand == cases.Undone)
}

// entries returns what one resolution adds.
func entries(c cases.Case, r cases.Resolution, in *decision.Case) []Entry {
	sums, worth := expected(r, in)
	if vain(r) {
		sums = Sums{Handling: r.Spent, Known: 1, Planned: mending(r, in), Happened: r.Spent}
	} else if goods, ok := brought(c, r, in); ok && r.Stand == cases.Done {
		sums.Known, sums.Planned = 1, sums.Cost()
		sums.Happened = sums.Planned + sums.Recovered - goods
		if r.Means == cases.Repair && r.Spent > 0 { // the bills take the place of the cost book
			sums.Happened += r.Spent - mending(r, in)
		}
	}
	route := r.Offer.Route
	if route == "" {
		route = decision.NoRoute.String()
	}
	base := Key{Shop: c.Shop, Week: WeekOf(c.OpenedAt), Market: in.Market.Country, Currency: in.Order.Currency}
	var out []Entry
	for dim, key := range map[Dim]string{ByLane: base.Market + " " + route, ByReason: c.Lines[r.Units[0].Line-1].Reason, ByRemedy: r.Offer.Remedy, ByMarket: base.Market} {
		k := base
		k.Dim, k.Key = dim, key
		out = append(out, Entry{k, sums})
	}
	return append(out, split(base, sums, worth)...)
}

// article is a SKU with what it was sold for, by which costs are split.
type article struct {
	sku   string
	worth int64
}

// split shares sums out over the articles of a resolution, to the cent.
func split(base Key, sums Sums, list []article) []Entry {
	var total, before int64
	for _, a := range list {
		total += a.worth
	}
	var out []Entry
	for _, a := range list {
		part := Sums{}
		to := part.Fields()
		for i, n := range sums.Fields() {
			if total > 0 {
				*to[i] = *n*(before+a.worth)/total - *n*before/total
			}
		}
		before += a.worth
		part.Cases, part.Known = sums.Cases, sums.Known
		k := base
		k.Dim, k.Key = ByProduct, a.sku
		out = append(out, Entry{k, part})
	}
	return out
}

// expected works out what a resolution was expected to cost, and its articles.
func expected(r cases.Resolution, in *decision.Case) (Sums, []article) {
	s := Sums{Cases: 1}
	var list []article
	var units, anew int64
	for _, g := range r.Units {
		l, ok := line(in, g.Line)
		if !ok {
			continue
		}
		units += g.Quantity
		anew += in.Costs.Items[l.SKU].Cost * g.Quantity
		worth := max((l.Goods-l.Discount)/max(l.Qty, 1)*g.Quantity, 1)
		if i := slices.IndexFunc(list, func(a article) bool { return a.sku == l.SKU }); i >= 0 {
			list[i].worth += worth
		} else {
			list = append(list, article{l.SKU, worth})
		}
	}
	m := r.Money.Components
	paid, err := m.Total(in.Order.Currency)
	if err != nil {
		return s, list
	}
	total := paid.Minor
	route, _ := decision.ParseRoute(r.Offer.Route)
	way := in.Costs.Routes[route]
	back := int64(0)
	if way != nil {
		back = part(m.Duty, way.DutyBack)
		s.Handling = way.Fee * units
		if r.Offer.Postage == decision.Merchant.String() || in.Policy.Label != nil {
			s.Freight = way.Freight
		}
	}
	if r.Comes() && r.Means != cases.Repair {
		s.Handling += in.Costs.Handling * units
	}
	switch {
	case r.Means == cases.StoreCredit:
		s.Credit = part(total, in.Costs.Credit)
		s.Tax = -part(m.Tax, in.Costs.TaxBack) - back
	case r.Means.Pays():
		s.Refunds, s.Tax = total-m.Tax-m.Duty, m.Tax+m.Duty-part(m.Tax, in.Costs.TaxBack)-back
	}
	switch r.Offer.Remedy {
	case decision.Replace.String(), decision.Exchange.String():
		s.Goods = anew
		for _, x := range in.Costs.Replace {
			if x.From.String() == r.Offer.From {
				s.Freight += x.Freight
			}
		}
	case decision.Repair.String():
		if x := in.Costs.Repair; x != nil {
			s.Handling += x.Cost * units
			s.Freight += x.Freight
		}
	}
	if r.Offer.Basis != "" || r.Offer.Cost != 0 { // what a person gave freely names no cost
		s.Recovered = max(s.Cost()-r.Offer.Cost, 0)
	}
	return s, list
}

// mending is what the cost book says that a repair costs, with the way of its unit.
func mending(r cases.Resolution, in *decision.Case) int64 {
	x := in.Costs.Repair
	if x == nil {
		return 0
	}
	sum := x.Freight
	for _, g := range r.Units {
		sum += x.Cost * g.Quantity
	}
	return sum
}

// part is a share of an amount, rounded down: what is said to come back does.
func part(n int64, s decision.Share) int64 {
	return n / 1000 * int64(s) / int64(decision.Whole/1000)
}

// line finds a line of a case in its frozen input.
func line(in *decision.Case, number int) (decision.Line, bool) {
	name := strconv.Itoa(number)
	i := slices.IndexFunc(in.Order.Lines, func(l decision.Line) bool { return l.Line == name })
	if i < 0 {
		return decision.Line{}, false
	}
	return in.Order.Lines[i], true
}

// brought is what the goods of a resolution turned out to be worth; false while
// that is not known.
func brought(c cases.Case, r cases.Resolution, in *decision.Case) (int64, bool) {
	if !r.Returns() {
		return 0, true
	}
	var worth int64
	for _, g := range r.Units {
		l, ok := line(in, g.Line)
		if !ok {
			return 0, false
		}
		left := g.Quantity
		for _, p := range c.Placed {
			if p.Line != g.Line || left == 0 {
				continue
			}
			n := min(p.Quantity, left)
			left -= n
			switch p.As {
			case cases.RestockNew, cases.RestockSecond, cases.Refurbish, cases.Relabel, cases.ConsolidateHome, cases.Redispatch:
				worth += in.Costs.Items[l.SKU].Resale[grade(p)] * n
			}
		}
		if left > 0 {
			return 0, false
		}
	}
	return worth, true
}

// grade is the place of what was found in the table of what goods are worth.
func grade(p cases.Placed) int {
	switch {
	case p.Grade == "C":
		return 2
	case p.Grade == "B", p.Grade == "" && p.As != cases.RestockNew:
		return 1
	}
	return 0
}

// merge adds up entries of the same key, in order.
func merge(list []Entry) []Entry {
	sums := map[Key]*Sums{}
	for _, e := range list {
		if sums[e.Key] == nil {
			sums[e.Key] = &Sums{}
		}
		sums[e.Key].add(e.Sums, 1)
	}
	return ordered(sums)
}
