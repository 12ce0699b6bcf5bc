package cost

import (
	"cmp"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/decision"
)

// Bounds of one book.
const (
	MaxLanes = 2000
	MaxGoods = 20000
	maxBands = 20
	maxDays  = 365
	maxGrams = 1_000_000
	// maxAmount keeps sums of many units within what decisions compute with.
	maxAmount = 1_000_000_000
)

// Book is a merchant's own figures. Amounts are minor units of Currency. What is
// absent stands as the careful built-in figure does.
type Book struct {
	Currency string  `json:"currency"`           // ISO 4217
	Lanes    []Lane  `json:"lanes,omitempty"`    // the order does not matter
	Handling *int64  `json:"handling,omitempty"` // inspection and grading, a unit
	Anew     Percent `json:"anew,omitempty"`     // of the price, that goods without a cost of their own cost anew
	ResaleA  Percent `json:"resale_a,omitempty"` // of the price, that goods without a value of their own are worth again
	ResaleB  Percent `json:"resale_b,omitempty"`
	ResaleC  Percent `json:"resale_c,omitempty"`
	Repair   *Repair `json:"repair,omitempty"`
	TaxBack  Percent `json:"tax_back,omitempty"` // of refunded tax, that comes back
	Credit   Percent `json:"credit,omitempty"`   // of its face value, that store credit costs
	Goods    []Goods `json:"goods,omitempty"`    // by SKU
}

// The ways of a lane.
const (
	Back = "back" // goods come back
	Out  = "out"  // a new unit goes out
)

// Lane is what parcels of one way cost.
type Lane struct {
	Way      string  `json:"way"`                 // Back, Out
	From     string  `json:"from,omitempty"`      // the customer's country, ISO 3166-1 alpha-2; "" is any
	To       string  `json:"to,omitempty"`        // the country that the order was sent from; "" is any
	Route    string  `json:"route"`               // drop_off, local_hub, local_warehouse, origin; out: of the last two
	Bands    []Band  `json:"bands"`               // the lightest first
	Fee      int64   `json:"fee,omitempty"`       // of the hub or counter, a unit
	Days     int     `json:"days"`                // on the way
	DutyBack Percent `json:"duty_back,omitempty"` // of refunded duty, that comes back by this way
}

// Band is the freight of a parcel up to a weight. Heavier than the last band is
// several parcels of it.
type Band struct {
	Grams   int64 `json:"grams"`
	Freight int64 `json:"freight"`
}

// Repair is what the repair of a unit costs.
type Repair struct {
	Cost    int64 `json:"cost"`    // a unit
	Freight int64 `json:"freight"` // back to the customer
	Days    int   `json:"days"`
}

// Goods are the figures of an article; nil is not given.
type Goods struct {
	SKU     string `json:"sku"`
	Cost    *int64 `json:"cost,omitempty"`     // of a new unit
	ResaleA *int64 `json:"resale_a,omitempty"` // worth again as new
	ResaleB *int64 `json:"resale_b,omitempty"` // with signs of use
	ResaleC *int64 `json:"resale_c,omitempty"` // for parts
	Grams   int64  `json:"grams,omitempty"`    // of one, packed
}

// Percent is hundredths from 0 to 100 with at most two decimals, with or without
// the sign: "12.5%"; "" is not given.
type Percent string

func (p Percent) share() (decision.Share, bool) {
	text := strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(string(p)), "%"))
	whole, part, dot := strings.Cut(text, ".")
	if whole == "" || len(whole) > 3 || len(part) > 2 || dot && part == "" {
		return 0, false
	}
	n, err := strconv.ParseUint(whole+part+strings.Repeat("0", 2-len(part)), 10, 32)
	if err != nil || n > 100_00 {
		return 0, false
	}
	return decision.Share(n) * (decision.Whole / 100_00), true
}

// or returns the share, or another where none is given.
func (p Percent) or(other decision.Share) decision.Share {
	if s, ok := p.share(); ok {
		return s
	}
	return other
}

var country = regexp.MustCompile(`^[A-Z]{2}$`)

// Tidy returns the book with its bands and goods in order and its words trimmed,
// so that what means the same is written the same.
func (b Book) Tidy() Book {
	b.Currency = strings.ToUpper(strings.TrimSpace(b.Currency))
	b.Lanes, b.Goods = slices.Clone(b.Lanes), slices.Clone(b.Goods)
	for i := range b.Lanes {
		l := &b.Lanes[i]
		l.From, l.To = strings.ToUpper(strings.TrimSpace(l.From)), strings.ToUpper(strings.TrimSpace(l.To))
		l.Way, l.Route = strings.TrimSpace(l.Way), strings.TrimSpace(l.Route)
		l.Bands = slices.Clone(l.Bands)
		slices.SortStableFunc(l.Bands, func(x, y Band) int { return cmp.Compare(x.Grams, y.Grams) })
	}
	for i := range b.Goods {
		b.Goods[i].SKU = strings.TrimSpace(b.Goods[i].SKU)
	}
	slices.SortStableFunc(b.Lanes, func(x, y Lane) int {
		return cmp.Or(strings.Compare(x.Way, y.Way), strings.Compare(x.From, y.From), strings.Compare(x.To, y.To), strings.Compare(x.Route, y.Route))
	})
	slices.SortStableFunc(b.Goods, func(x, y Goods) int { return strings.Compare(x.SKU, y.SKU) })
	return b
}

// checker collects what is wrong with a book.
type checker []error

func (c *checker) say(place, key string, args ...any) {
	*c = append(*c, errs.Field(place, key, args...))
}

func (c *checker) amount(place string, n *int64) {
	if n != nil && (*n < 0 || *n > maxAmount) {
		c.say(place, "error.cost_amount")
	}
}

func (c *checker) percent(place string, p Percent) {
	if _, ok := p.share(); p != "" && !ok {
		c.say(place, "error.policy_percent", "share", string(p))
	}
}

func (c *checker) days(place string, n int) {
	if n < 0 || n > maxDays {
		c.say(place, "error.policy_days", "most", maxDays)
	}
}

// Check finds everything that is wrong with a tidy book. All of it is
// errs.Invalid, each with its place: "lanes.3.bands.1.grams", counted from 1.
func (b Book) Check() error {
	var c checker
	if _, ok := money.Digits(b.Currency); !ok {
		c.say("currency", "error.currency", "currency", b.Currency)
	}
	if len(b.Lanes) > MaxLanes {
		c.say("lanes", "error.policy_list", "most", MaxLanes)
	} else {
		c.lanes(b.Lanes)
	}
	if len(b.Goods) > MaxGoods {
		c.say("goods", "error.policy_list", "most", MaxGoods)
	} else {
		c.goods(b.Goods)
	}
	c.amount("handling", b.Handling)
	for _, x := range []struct {
		place string
		share Percent
	}{{"anew", b.Anew}, {"resale_a", b.ResaleA}, {"resale_b", b.ResaleB}, {"resale_c", b.ResaleC}, {"tax_back", b.TaxBack}, {"credit", b.Credit}} {
		c.percent(x.place, x.share)
	}
	if r := b.Repair; r != nil {
		c.amount("repair.cost", &r.Cost)
		c.amount("repair.freight", &r.Freight)
		c.days("repair.days", r.Days)
	}
	return errors.Join(c...)
}

func (c *checker) lanes(list []Lane) {
	type key struct{ way, from, to, route string }
	known := map[key]bool{}
	for i, l := range list {
		place := "lanes." + strconv.Itoa(i+1)
		route, ok := decision.ParseRoute(l.Route)
		switch {
		case l.Way != Back && l.Way != Out:
			c.say(place+".way", "error.policy_word", "word", l.Way, "words", Back+" "+Out)
		case !ok || !slices.Contains(Routes(l.Way), route):
			var all []string
			for _, r := range Routes(l.Way) {
				all = append(all, r.String())
			}
			c.say(place+".route", "error.policy_word", "word", l.Route, "words", strings.Join(all, " "))
		}
		for _, x := range [...][2]string{{"from", l.From}, {"to", l.To}} {
			if x[1] != "" && !country.MatchString(x[1]) {
				c.say(place+"."+x[0], "error.country", "country", x[1])
			}
		}
		if k := (key{l.Way, l.From, l.To, l.Route}); known[k] {
			c.say(place, "error.cost_twice")
		} else {
			known[k] = true
		}
		if len(l.Bands) == 0 || len(l.Bands) > maxBands {
			c.say(place+".bands", "error.cost_bands", "most", maxBands)
		}
		last := int64(0)
		for j, b := range l.Bands {
			at := place + ".bands." + strconv.Itoa(j+1)
			if b.Grams <= last || b.Grams > maxGrams {
				c.say(at+".grams", "error.cost_grams", "most", maxGrams)
			}
			last = b.Grams
			c.amount(at+".freight", &b.Freight)
		}
		c.amount(place+".fee", &l.Fee)
		c.days(place+".days", l.Days)
		c.percent(place+".duty_back", l.DutyBack)
	}
}

func (c *checker) goods(list []Goods) {
	known := make(map[string]bool, len(list))
	for i, g := range list {
		place := "goods." + strconv.Itoa(i+1)
		switch {
		case g.SKU == "" || len(g.SKU) > 200:
			c.say(place+".sku", "error.required")
		case known[g.SKU]:
			c.say(place+".sku", "error.cost_twice")
		}
		known[g.SKU] = true
		c.amount(place+".cost", g.Cost)
		c.amount(place+".resale_a", g.ResaleA)
		c.amount(place+".resale_b", g.ResaleB)
		c.amount(place+".resale_c", g.ResaleC)
		if g.Grams < 0 || g.Grams > maxGrams {
			c.say(place+".grams", "error.cost_grams", "most", maxGrams)
		}
	}
}

// Routes are the routes that a way may have, in order.
func Routes(way string) []decision.Route {
	if way == Out {
		return []decision.Route{decision.LocalStore, decision.Origin}
	}
	return []decision.Route{decision.DropOff, decision.LocalHub, decision.LocalStore, decision.Origin}
}

// lane returns the lane that fits the most exactly, the customer's country before
// the one of the sender; nil is none.
func (b *Book) lane(way string, route decision.Route, f Facts) *Lane {
	var best *Lane
	most := -1
	for i := range b.Lanes {
		l := &b.Lanes[i]
		if l.Way != way || l.Route != route.String() || l.From != "" && l.From != f.From || l.To != "" && l.To != f.To {
			continue
		}
		fit := 0
		if l.From != "" {
			fit += 2
		}
		if l.To != "" {
			fit++
		}
		if fit > most {
			best, most = l, fit
		}
	}
	return best
}

// freight is what parcels of a weight cost; a weight that is not known is one
// parcel of the heaviest band.
func (l *Lane) freight(grams int64, known bool) int64 {
	last := l.Bands[len(l.Bands)-1]
	if !known {
		return last.Freight
	}
	for _, b := range l.Bands {
		if grams <= b.Grams {
			return b.Freight
		}
	}
	return last.Freight * ((grams + last.Grams - 1) / last.Grams)
}

// article returns the figures of an article; the goods of a tidy book are in order.
func (b *Book) article(sku string) Goods {
	i, ok := slices.BinarySearchFunc(b.Goods, sku, func(g Goods, sku string) int { return strings.Compare(g.SKU, sku) })
	if !ok {
		return Goods{}
	}
	return b.Goods[i]
}
