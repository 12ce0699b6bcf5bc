package simulate

import (
	"fmt"
	"time"
)

// rates are units of a currency for one US dollar, rounded as a shop's price
// list would be; step is the amount prices are rounded up to, less one minor
// unit where the country likes it.
var rates = map[string]struct {
	rate  float64
	step  int64 // minor units
	minus int64
}{
	"USD": {1, 100, 1}, "CAD": {1.37, 100, 1}, "GBP": {0.79, 100, 1}, "EUR": {0.93, 100, 10},
	"MXN": {17.6, 1000, 100}, "BRL": {5.1, 100, 10}, "PLN": {4.0, 100, 1}, "UAH": {40, 1000, 0},
	"TRY": {32, 1000, 10}, "AED": {3.67, 100, 0}, "SAR": {3.75, 100, 0}, "JPY": {150, 100, 20},
	"KRW": {1350, 1000, 100}, "SGD": {1.35, 100, 10}, "TWD": {32, 1000, 0}, "HKD": {7.8, 100, 0},
	"THB": {36, 1000, 0}, "VND": {25000, 10000, 1000}, "IDR": {16000, 100000, 0},
	"RUB": {92, 10000, 1000}, "KZT": {450, 10000, 1000},
}

// taxes are the VAT rates contained in prices, in tenths of a percent.
var taxes = map[string]int64{
	"GB": 200, "DE": 190, "AT": 200, "FR": 200, "ES": 210, "MX": 160, "IT": 220, "PL": 230, "NL": 210,
	"UA": 200, "TR": 200, "AE": 50, "SA": 150, "JP": 100, "KR": 100, "SG": 90, "TW": 50, "HK": 0,
	"TH": 70, "VN": 80, "ID": 110, "RU": 200, "KZ": 120,
}

// Price returns a list price in US cents as a price list in a currency has it, in its
// minor units.
func Price(cents int64, currency string) int64 { return price(cents, currency) }

// PerDollar returns the currencies of the price lists with how much of each a US dollar
// was taken for.
func PerDollar() map[string]float64 {
	out := map[string]float64{}
	for currency, r := range rates {
		out[currency] = r.rate
	}
	return out
}

func price(cents int64, currency string) int64 {
	r, ok := rates[currency]
	if !ok {
		return cents
	}
	exact := float64(cents) * r.rate
	if zeroDecimal(currency) {
		exact /= 100
	}
	return (int64(exact)+r.step-1)/r.step*r.step - r.minus
}

func zeroDecimal(currency string) bool {
	return currency == "JPY" || currency == "KRW" || currency == "VND"
}

// wish is what a story asks of its order.
type wish struct {
	shop    string
	state   string
	product string // "" for any
	asked   time.Time
}

// order invents an order that stood in w.state when its customer wrote at
// w.asked. It has no number yet: numbers rise with time, and are given last.
func (h *history) order(d dice, c Customer, w wish) Order {
	o := Order{Shop: w.shop, Customer: c.ID, Country: c.Country, Currency: h.localeOf(c).currency, Address: c.Address, State: w.state}
	if w.shop == "amazon" {
		o.Currency = map[string]string{"DE": "EUR", "US": "USD"}[c.Country]
	}
	h.basket(d, &o, w.product)
	h.totals(d, &o)
	o.Payment = payment(d, o)
	h.schedule(d, &o, w)
	return o
}

// number draws an order number of the shop's platform that is not in use.
func (h *history) number(d dice, shop string) string {
	for {
		var n string
		switch shop {
		case "shopify":
			h.shopify++
			n = fmt.Sprintf("#GW%d", 1000+h.shopify)
		case "amazon":
			n = d.digits("11") + d.digits("%-%######-%######")
		default:
			n = d.digits("%#######-00##-") + fmt.Sprint(d.between(1, 2))
		}
		if !h.numbers[n] {
			h.numbers[n] = true
			return n
		}
	}
}

func (h *history) basket(d dice, o *Order, wanted string) {
	lines := []int{1, 1, 1, 1, 1, 2, 2, 3}[d.n(8)]
	all := h.m.Products
	used := map[string]bool{}
	for i := range lines {
		p := all[d.n(len(all))]
		if i == 0 && wanted != "" {
			p = h.product(wanted)
		}
		if used[p.Key] {
			continue
		}
		used[p.Key] = true
		lang := map[string]string{"amazonDE": "de", "ozonRU": "ru", "ozonKZ": "ru"}[o.Shop+o.Country]
		if lang == "" {
			lang = "en"
		}
		l := Line{
			Product: p.Key, Title: p.Titles[lang], Variant: d.pick(p.Variants),
			Qty: []int{1, 1, 1, 1, 1, 1, 2, 2, 3}[d.n(9)], UnitPrice: price(p.Cents, o.Currency),
		}
		l.SKU = fmt.Sprintf("%s-%02d", p.SKU, 1+indexOf(p.Variants, l.Variant))
		o.Lines = append(o.Lines, l)
	}
}

func indexOf(list []string, s string) int {
	for i, x := range list {
		if x == s {
			return i
		}
	}
	return 0
}

// totals fills in discounts, taxes, duty and shipping, each on its line, and
// the sums of the order.
func (h *history) totals(d dice, o *Order) {
	unit := int64(1) // smallest amount that is charged
	switch o.Currency {
	case "RUB", "KZT", "IDR", "TWD":
		unit = 100
	case "VND":
		unit = 1000
	}
	percent := int64(0)
	if d.chance(0.18) {
		percent = []int64{5, 10, 10, 15, 20}[d.n(5)]
	}
	tax, included := taxes[o.Country], o.Country != "US" && o.Country != "CA" && o.Country != "BR"
	if o.Country == "US" {
		tax = []int64{0, 60, 70, 82, 88}[d.n(5)]
	} else if o.Country == "CA" {
		tax = []int64{50, 130}[d.n(2)]
	}
	duties := o.Shop == "shopify" && (o.Country == "BR" || o.Country == "US" || o.Country == "TR") && d.chance(0.6)
	o.TaxIncluded = included
	for i := range o.Lines {
		l := &o.Lines[i]
		gross := l.UnitPrice * int64(l.Qty)
		l.Discount = gross * percent / 100 / unit * unit
		net := gross - l.Discount
		if included {
			l.Tax = net * tax / (1000 + tax)
		} else {
			l.Tax = net * tax / 1000
		}
		if duties {
			l.Duty = net * 8 / 100 / unit * unit
		}
		o.Subtotal += gross
		o.Discount += l.Discount
		o.Tax += l.Tax
		o.Duty += l.Duty
	}
	if o.Shop != "ozon" && o.Subtotal < price(6000, o.Currency) {
		o.Shipping = price([]int64{390, 490, 690}[d.n(3)], o.Currency)
	}
	o.Total = o.Subtotal - o.Discount + o.Shipping + o.Duty
	if !included {
		o.Total += o.Tax
	}
}

func payment(d dice, o Order) Payment {
	methods := map[string][]string{
		"DE": {"paypal", "klarna", "card", "sepa_debit"}, "AT": {"eps", "paypal", "card"}, "NL": {"ideal", "ideal", "paypal"},
		"PL": {"blik", "przelewy24", "card"}, "BR": {"pix", "card", "boleto"}, "MX": {"card", "oxxo", "spei"},
		"JP": {"card", "konbini", "paypay"}, "KR": {"kakaopay", "card"}, "RU": {"sbp", "card"}, "KZ": {"kaspi", "card"},
		"TR": {"card"}, "ID": {"gopay", "bank_transfer"}, "TH": {"promptpay", "card"}, "VN": {"momo", "card"}, "SG": {"alipay", "card"},
	}[o.Country]
	if len(methods) == 0 {
		methods = []string{"card", "card", "paypal", "apple_pay"}
	}
	if o.Shop == "amazon" {
		methods = []string{"marketplace"}
	}
	return Payment{Method: d.pick(methods), Status: "paid", Reference: "pay_" + d.digits("?????#####??##")}
}

// transit returns how many days a parcel of the shop takes to a country.
func transit(d dice, shop, country string) int {
	switch {
	case shop == "amazon":
		return d.between(2, 5)
	case shop == "ozon" && country == "RU":
		return d.between(9, 19)
	case shop == "ozon":
		return d.between(8, 16)
	case country == "BR" || country == "MX":
		return d.between(14, 26)
	}
	return d.between(6, 14)
}

// schedule lays the dates of an order so that it is in the wished state at the
// time its customer asks about it, and carries it on to where it stands at the
// end of the history.
func (h *history) schedule(d dice, o *Order, w wish) {
	day := 24 * time.Hour
	hours := func(lo, hi int) time.Duration { return time.Duration(d.between(lo*60, hi*60)) * time.Minute }
	days := transit(d, o.Shop, o.Country)
	ship, travel := hours(8, 60), time.Duration(days)*day+hours(-6, 6)
	var age time.Duration // of the order when the customer asks
	switch w.state {
	case "unpaid":
		age = hours(1, 30)
	case "processing", "cancelled":
		age, ship = hours(2, 20), max(ship, 30*time.Hour)
	case "transit":
		age = ship + travel*time.Duration(d.between(30, 90))/100
	case "delayed", "customs":
		travel += time.Duration(d.between(9, 16)) * day
		age = ship + travel - time.Duration(d.between(1, 5))*day
	case "lost":
		age = ship + time.Duration(days+d.between(14, 25))*day
	case "pickup":
		age = ship + travel + hours(5, 60)
	default: // delivered, refunded
		age = ship + travel + time.Duration(d.between(0, 9))*day + hours(2, 20)
	}
	o.PlacedAt = w.asked.Add(-age).Truncate(time.Second)
	o.PaidAt = o.PlacedAt.Add(time.Duration(d.between(20, 400)) * time.Second)
	o.PromisedAt = o.PlacedAt.Add(time.Duration(days+3) * day).Truncate(day)
	now := h.m.config.Now
	switch w.state {
	case "unpaid":
		o.PaidAt, o.Payment.Status, o.Status = time.Time{}, "pending", "unpaid"
		return
	case "cancelled":
		o.CancelledAt, o.Status, o.Payment.Status, o.Refunded = w.asked.Add(hours(5, 20)), "cancelled", "refunded", o.Total
		if o.CancelledAt.After(now) {
			o.CancelledAt, o.Status, o.Payment.Status, o.Refunded = time.Time{}, "processing", "paid", 0
		}
		return
	}
	o.Status = "processing"
	shipped := o.PaidAt.Add(ship)
	if shipped.After(now) {
		return
	}
	kinds := carriersFor(o.Shop, o.Country)
	f := Fulfillment{ShippedAt: shipped, Status: "in_transit"}
	f.Carrier, f.Service, f.Tracking = d.tracking(d.pick(kinds), o.Country)
	o.Status = "shipped"
	arrives := shipped.Add(travel)
	f.ArrivesAt = arrives
	switch {
	case w.state == "lost":
		if now.Sub(shipped) > time.Duration(days+30)*day {
			f.Status = "lost"
		}
	case w.state == "pickup" && now.Sub(arrives) < 5*day:
		f.Status = "ready_for_pickup"
	case w.state == "customs" && now.Before(arrives):
		f.Status = "in_customs"
	case !arrives.After(now):
		f.Status, f.DeliveredAt, o.Status = "delivered", arrives, "delivered"
	case now.Sub(shipped) < 20*time.Hour:
		f.Status = "announced"
	}
	if w.state == "refunded" && o.Status == "delivered" {
		o.Status, o.Payment.Status, o.Refunded = "refunded", "refunded", o.Total
	}
	o.Fulfillments = []Fulfillment{f}
	h.split(o, w)
}

// split sends the rest of some orders of several articles a day or two later, in a
// parcel of its own.
func (h *history) split(o *Order, w wish) {
	first := o.Fulfillments[0]
	d := newDice(h.m.config.Seed, "split", int(o.PlacedAt.Unix()))
	if len(o.Lines) < 2 || o.State != "delivered" && o.State != "transit" || d.chance(0.4) {
		return
	}
	wait := time.Duration(d.between(20*60, 50*60)) * time.Minute
	second := Fulfillment{ShippedAt: first.ShippedAt.Add(wait), ArrivesAt: first.ArrivesAt.Add(wait), Status: "in_transit"}
	second.Carrier, second.Service, second.Tracking = d.tracking(d.pick(carriersFor(o.Shop, o.Country)), o.Country)
	arrived := !first.DeliveredAt.IsZero()
	if arrived && (!second.ArrivesAt.Before(w.asked) || second.ArrivesAt.After(h.m.config.Now)) || !arrived && second.ShippedAt.After(h.m.config.Now) {
		return // the customer speaks of one that came whole, or the rest has not left
	}
	if arrived {
		second.Status, second.DeliveredAt = "delivered", second.ArrivesAt
	}
	o.Fulfillments = append(o.Fulfillments, second)
}
