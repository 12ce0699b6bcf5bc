package plan

import (
	"cmp"
	"math/big"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/fx"
	"godwit.dev/godwit/internal/domain/order"
)

// MaxItems is the most lines of one basket.
const MaxItems = 200

// Item is goods in a basket.
type Item struct {
	SKU      string
	Quantity int64
	Price    int64 // of one, in minor units of the basket's currency
	Grams    int64 // of one; 0 is not known
	Length   int64 // of one, in millimetres; 0 is not known
	Width    int64
	Height   int64
	HS       string // digits
	Origin   string // country that it is made in
}

// Basket is what is to be sent, and where.
type Basket struct {
	Items    []Item
	Currency string // of the prices of its items
	Show     string // the currency of the answer; the basket's if empty
	Language string // of the names of services
	Country  string
	Region   string
	Postcode string
}

// Due says when a charge is paid, and by whom.
type Due string

// When charges are due.
const (
	DueNever    Due = "never"    // nothing is taken: within one territory, or below a limit
	DueCheckout Due = "checkout" // the shop takes it
	DueDoor     Due = "door"     // the carrier or customs takes it of the recipient
	DueSeller   Due = "seller"   // the merchant pays it
	DueUnknown  Due = "unknown"  // no rule or rate is known
)

// Charge is an estimate of duty or tax with what it rests on.
type Charge struct {
	Name      string // of the tax there
	Amount    money.Amount
	Due       Due
	AtLeast   bool   // a part of it is not known
	Status    string // sourced, verify, general_knowledge, merchant
	Source    string
	CheckedOn string // when the rule was last checked
	Note      string
}

// Terms is how goods go back.
type Terms struct {
	Days    int
	Law     bool // the law of the destination gives more than the merchant does
	Free    bool
	Country string
}

// Option is one way of sending a basket.
type Option struct {
	Service   string
	Title     string
	Warehouse string
	Zone      string
	Price     money.Amount // of sending
	Free      bool
	Grams     int64 // that are paid for
	Leaves    time.Time
	From      time.Time // the first day on which it should come: midnight in UTC names the day there
	To        time.Time
	DaysFrom  int // from the day of the order at the warehouse
	DaysTo    int
	Duty      Charge
	Tax       Charge
	Total     money.Amount // price, and duty and tax unless the merchant pays them
	Returns   Terms
	Rates     []fx.Cross // that sums were converted by
}

// Refusal says why a service is no option.
type Refusal struct {
	Service string
	Key     string // of a text: plan.no.*
}

// Offer is the options for a basket, cheapest first, then fastest, and why other
// services are none.
type Offer struct {
	Options []Option
	Refused []Refusal
}

// Quote says how a basket can be sent. It fails with errs.Invalid if the basket
// cannot be one, and with errs.Unavailable if a rate of exchange is missing. No
// options are no error. It is pure.
func Quote(d Document, b Basket, now time.Time, rates fx.Table, levies Levies) (Offer, error) {
	var offer Offer
	if err := b.tidy(); err != nil {
		return offer, err
	}
	zone, ok := d.zoneOf(b)
	for _, s := range d.Services {
		refuse := func(key string) { offer.Refused = append(offer.Refused, Refusal{s.Key, "plan.no." + key}) }
		i := slices.IndexFunc(s.Rates, func(r ZoneRate) bool { return r.Zone == zone })
		if !ok || i < 0 {
			refuse("zone")
			continue
		}
		w, stocked := d.warehouse(s, b)
		if !stocked {
			refuse("stock")
			continue
		}
		grams, why := d.weigh(s, b)
		if why != "" {
			refuse(why)
			continue
		}
		rate := s.Rates[i]
		k := slices.IndexFunc(rate.Steps, func(x Step) bool { return grams <= x.To })
		if k < 0 {
			refuse("weight")
			continue
		}
		o := Option{Service: s.Key, Title: s.Title(b.Language), Warehouse: w.Key, Zone: zone, Grams: grams}
		if err := d.price(&o, s, rate, rate.Steps[k].Price, w, b, now, rates, levies); err != nil {
			return offer, err
		}
		d.days(&o, s, rate, w, b, now)
		o.Returns = d.terms(b.Country)
		offer.Options = append(offer.Options, o)
	}
	slices.SortStableFunc(offer.Options, func(a, b Option) int {
		return cmp.Or(cmp.Compare(a.Total.Minor, b.Total.Minor), a.To.Compare(b.To), strings.Compare(a.Service, b.Service))
	})
	return offer, nil
}

const (
	mostQuantity = 100_000
	mostPrice    = 1e12
)

// tidy brings a basket into one form, and checks it.
func (b *Basket) tidy() error {
	b.Country, b.Currency = strings.ToUpper(strings.TrimSpace(b.Country)), strings.ToUpper(b.Currency)
	if b.Show = strings.ToUpper(b.Show); b.Show == "" {
		b.Show = b.Currency
	}
	for _, c := range []string{b.Currency, b.Show} {
		if _, ok := money.Digits(c); !ok {
			return errs.Field("currency", "error.currency", "currency", c)
		}
	}
	if !country(b.Country) {
		return errs.Field("country", "error.country", "country", b.Country)
	}
	if len(b.Items) == 0 || len(b.Items) > MaxItems {
		return errs.Field("items", "error.basket", "most", MaxItems)
	}
	for _, i := range b.Items {
		if i.Quantity < 1 || i.Quantity > mostQuantity || i.Price < 0 || i.Price > mostPrice || min(i.Grams, i.Length, i.Width, i.Height) < 0 || max(i.Grams, i.Length, i.Width, i.Height) > 1e8 {
			return errs.Field("items", "error.basket_item", "sku", i.SKU)
		}
	}
	return nil
}

func foldRegion(s string) string { return strings.ToUpper(strings.Join(strings.Fields(s), " ")) }

func foldPostcode(s string) string {
	return strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(s))
}

// zoneOf returns the zone of an address: by the longest beginning of its postcode,
// else by its region, else by its country.
func (d Document) zoneOf(b Basket) (string, bool) {
	best, zone, found := -1, "", false
	take := func(strength int, key string) {
		if strength > best {
			best, zone, found = strength, key, true
		}
	}
	post, region := foldPostcode(b.Postcode), foldRegion(b.Region)
	for _, z := range d.Zones {
		if slices.Contains(z.Countries, b.Country) {
			take(0, z.Key)
		}
		for _, r := range z.Regions[b.Country] {
			if region != "" && foldRegion(r) == region {
				take(1, z.Key)
			}
		}
		for _, p := range z.Postcodes[b.Country] {
			if p = foldPostcode(p); post != "" && strings.HasPrefix(post, p) {
				take(1+len(p), z.Key)
			}
		}
	}
	return zone, found
}

// warehouse returns the first of a service's warehouses that has the whole basket.
func (d Document) warehouse(s Way, b Basket) (Warehouse, bool) {
	for _, key := range s.From {
		i := slices.IndexFunc(d.Warehouses, func(w Warehouse) bool { return w.Key == key })
		if i < 0 {
			continue
		}
		w := d.Warehouses[i]
		if w.Stock == nil {
			return w, true
		}
		need := map[string]int64{}
		enough := true
		for _, it := range b.Items {
			need[it.SKU] += it.Quantity
			enough = enough && w.Stock[it.SKU] >= need[it.SKU]
		}
		if enough {
			return w, true
		}
	}
	return Warehouse{}, false
}

// weigh returns the grams that a service charges for: what the basket weighs or,
// if it is more, what its volume stands for. Otherwise it says why it does not
// take the basket.
func (d Document) weigh(s Way, b Basket) (int64, string) {
	grams, volume := int64(0), new(big.Int)
	for _, i := range b.Items {
		one := i.Grams
		if one == 0 {
			if one = d.DefaultGrams; one == 0 {
				return 0, "unweighed"
			}
		}
		side := max(i.Length, i.Width, i.Height)
		around := i.Length + i.Width + i.Height - side
		if s.MaxSide > 0 && side > s.MaxSide || s.MaxGirth > 0 && side+2*around > s.MaxGirth {
			return 0, "size"
		}
		grams += one * i.Quantity
		v := new(big.Int).Mul(big.NewInt(i.Length), big.NewInt(i.Width))
		v.Mul(v, big.NewInt(i.Height)).Mul(v, big.NewInt(i.Quantity))
		volume.Add(volume, v)
	}
	if s.MaxGrams > 0 && grams > s.MaxGrams {
		return 0, "weight"
	}
	if s.VolumeDivisor > 0 { // mm³ / 1000 are cm³; times 1000 g; rounded up to the gram
		div := big.NewInt(s.VolumeDivisor)
		volume.Add(volume, new(big.Int).Sub(div, big.NewInt(1))).Div(volume, div)
		if !volume.IsInt64() {
			return 0, "weight"
		}
		grams = max(grams, volume.Int64())
	}
	return grams, ""
}

// days fills in when an option arrives.
func (d Document) days(o *Option, s Way, r ZoneRate, w Warehouse, b Basket, now time.Time) {
	zone, err := time.LoadLocation(w.Zone)
	if err != nil {
		zone = time.UTC
	}
	y, m, n := now.In(zone).Date()
	ordered := time.Date(y, m, n, 0, 0, 0, 0, time.UTC)
	o.Leaves = d.Dispatch(w, now)
	o.From, o.To = d.Arrival(s, b.Country, o.Leaves, r.Days[0]), d.Arrival(s, b.Country, o.Leaves, r.Days[1])
	o.DaysFrom, o.DaysTo = int(o.From.Sub(ordered)/(24*time.Hour)), int(o.To.Sub(ordered)/(24*time.Hour))
}

// terms returns how goods go back: what the merchant gives or, if it is more, the
// days in which the law of the destination lets buyers change their mind.
func (d Document) terms(country string) Terms {
	t := Terms{Days: d.Returns.Days, Free: d.Returns.Free, Country: d.Returns.Country}
	if law := withdrawal()[country]; law > t.Days {
		t.Days, t.Law = law, true
	}
	return t
}

// Promise is what a customer who took an option was told.
func (o Option) Promise(quote, source string, now time.Time) order.Promise {
	return order.Promise{
		Quote: quote, Service: o.Title, Currency: o.Price.Currency, Price: o.Price.Minor, Duty: o.Duty.Amount.Minor, Tax: o.Tax.Amount.Minor,
		Paid: o.Duty.Due == DueSeller || o.Tax.Due == DueSeller, From: o.From, To: o.To, DaysFrom: o.DaysFrom, DaysTo: o.DaysTo, Source: source, QuotedAt: now,
	}
}
