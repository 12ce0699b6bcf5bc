package plan

import (
	"math/big"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
)

func tooLarge() error { return errs.New(errs.Invalid, "error.amount_too_large") }

// customs estimates duty and tax of one basket. Goods are in the basket's
// currency, freight in the one that is shown.
type customs struct {
	doc     Document
	basket  Basket
	goods   *big.Rat
	freight *big.Rat
	grams   int64
	sum     *sums
	levies  Levies
}

// charge fills in duty and tax of an option.
func (c customs) charge(o *Option, s Way, w Warehouse, now time.Time) error {
	show := c.basket.Show
	o.Duty, o.Tax = Charge{Due: DueNever}, Charge{Due: DueNever}
	o.Duty.Amount.Currency, o.Tax.Amount.Currency = show, show
	if Territory(w.Country) == Territory(c.basket.Country) {
		return nil
	}
	y, m, n := now.UTC().Date()
	l, ok := c.levies.Of(c.basket.Country, c.origin(w), time.Date(y, m, n, 0, 0, 0, 0, time.UTC))
	if !ok {
		o.Duty.Due, o.Tax.Due = DueUnknown, DueUnknown
		return nil
	}
	for _, x := range []*Charge{&o.Duty, &o.Tax} {
		x.Status, x.Source, x.CheckedOn, x.Note = l.Status, l.Source, l.CheckedOn, l.Note
	}
	o.Tax.Name = l.Tax
	goods, err := c.sum.in(c.goods, c.basket.Currency, l.Currency)
	if err != nil {
		return err
	}
	freight, err := c.sum.in(c.freight, show, l.Currency)
	if err != nil {
		return err
	}
	duty, whole := c.duty(l, goods, freight, &o.Duty)
	tax := c.tax(l, goods, freight, duty, whole, &o.Tax)
	for _, x := range []struct {
		sum    *big.Rat
		charge *Charge
	}{{duty, &o.Duty}, {tax, &o.Tax}} {
		back, err := c.sum.in(x.sum, l.Currency, show)
		if err != nil {
			return err
		}
		if x.charge.Amount, err = shown(back, show); err != nil {
			return err
		}
		if s.DutyPaid && x.charge.Due == DueDoor {
			x.charge.Due = DueSeller
		}
	}
	return nil
}

// origin is the country that all goods are made in, or that they are sent from if
// nobody says; several are none.
func (c customs) origin(w Warehouse) string {
	var found []string
	for _, i := range c.basket.Items {
		o := i.Origin
		if o == "" {
			o = w.Country
		}
		if !slices.Contains(found, o) {
			found = append(found, o)
		}
	}
	if len(found) == 1 {
		return found[0]
	}
	return ""
}

func within(x *big.Rat, limit *int64) bool { return limit != nil && x.Cmp(whole(*limit)) <= 0 }

// duty returns the duty in the levy's currency, and whether all of it is known.
// Limits are compared with the goods alone.
func (c customs) duty(l Levy, goods, freight *big.Rat, out *Charge) (*big.Rat, bool) {
	none := new(big.Rat)
	fees := whole(l.PerParcel)
	value := new(big.Rat).Set(goods)
	if l.CIF {
		value.Add(value, freight)
	}
	settle := func(x *big.Rat) *big.Rat {
		if x = x.Add(x, fees); x.Sign() > 0 {
			out.Due = DueDoor
		}
		return x
	}
	switch {
	case l.Duty == "none", within(goods, l.DutyFree):
		return settle(none), true
	case within(goods, l.LineLimit):
		return settle(whole(l.PerLine * c.lines())), true
	case l.Duty == "tiers":
		for _, t := range l.Tiers {
			if t.UpTo != nil && !within(goods, t.UpTo) {
				continue
			}
			base := value
			if t.Excess && l.DutyFree != nil {
				base = new(big.Rat).Sub(value, whole(*l.DutyFree))
			}
			x := new(big.Rat).Mul(base, share(t.Pct))
			x.Sub(x, whole(t.Less))
			if least := new(big.Rat).SetFrac64(l.PerKilo*c.grams, 1000); x.Cmp(least) < 0 {
				x = least
			}
			return settle(x), true
		}
	}
	return c.tariff(l, value, settle, out)
}

// tariff sums up the duty of each line by its HS code: at the merchant's own rate,
// else at the table's. A line without either leaves the sum too low, and said so.
func (c customs) tariff(l Levy, value *big.Rat, settle func(*big.Rat) *big.Rat, out *Charge) (*big.Rat, bool) {
	x, known, some := new(big.Rat), true, false
	for _, i := range c.basket.Items {
		part := new(big.Rat)
		if c.goods.Sign() > 0 { // freight is spread over the lines by their value
			part.Quo(new(big.Rat).Mul(whole(i.Price), whole(i.Quantity)), c.goods).Mul(part, value)
		}
		if own, ok := c.own(i.HS); ok {
			x.Add(x, part.Mul(part, own))
			some, out.Status, out.Source, out.CheckedOn = true, "merchant", "", ""
			continue
		}
		t, ok := c.levies.tariff(i.HS)
		pct, listed := t.Pct[l.Duty]
		if !ok || !listed {
			known = known && part.Sign() == 0
			continue
		}
		some = true
		if out.Status != "merchant" {
			out.Status, out.Source, out.CheckedOn = t.Status, t.Source, t.CheckedOn
		}
		at := new(big.Rat).Add(share(pct), share(l.ExtraPct))
		if l.Duty == "us" {
			at.Add(at, section301(i))
		}
		x.Add(x, part.Mul(part, at))
	}
	x = settle(x)
	if !known {
		out.AtLeast = true
		if !some || out.Due == DueNever {
			out.Due = DueUnknown
		}
	}
	return x, known
}

// lines is the number of tariff lines in a parcel; goods without an HS code count
// by their SKU.
func (c customs) lines() int64 {
	seen := map[string]bool{}
	for _, i := range c.basket.Items {
		key := "sku " + i.SKU
		if len(i.HS) >= 6 {
			key = i.HS[:6]
		}
		seen[key] = true
	}
	return int64(len(seen))
}

// own returns the merchant's rate for goods into the country: that of the longest
// beginning of the HS code.
func (c customs) own(hs string) (*big.Rat, bool) {
	best := -1
	var rate *big.Rat
	for _, x := range c.doc.Duties {
		if x.Country == c.basket.Country && strings.HasPrefix(hs, x.HS) && len(x.HS) > best {
			pct, _ := percent(x.Pct)
			best, rate = len(x.HS), share(pct)
		}
	}
	return rate, best >= 0
}

// section301 is what the United States add to goods made in China: 25 % on lists
// 1 to 3, 7.5 % on list 4A (apparel, footwear), nothing on 4B (telephones,
// computers, toys) while it is suspended. tariffschart.com, guide of 2026.
func section301(i Item) *big.Rat {
	if i.Origin != "CN" {
		return new(big.Rat)
	}
	for _, hs := range []string{"8517", "8471", "9503"} {
		if strings.HasPrefix(i.HS, hs) {
			return new(big.Rat)
		}
	}
	for _, hs := range []string{"61", "62", "63", "64"} {
		if strings.HasPrefix(i.HS, hs) {
			return big.NewRat(75, 1000)
		}
	}
	return big.NewRat(25, 100)
}

// tax returns the tax in the levy's currency. A seller who is registered takes it
// at the checkout up to a limit, of goods and freight; else it is taken at the
// border, of goods, freight and duty.
func (c customs) tax(l Levy, goods, freight, duty *big.Rat, whole bool, out *Charge) *big.Rat {
	x := new(big.Rat)
	switch {
	case l.TaxPct.Digits == 0 && l.Tax != "":
		out.Due = DueUnknown
		return x
	case l.TaxPct.Digits == 0, within(goods, l.TaxFree):
		return x
	}
	base := new(big.Rat).Add(goods, freight)
	due := DueDoor
	if l.Collect != "" && within(goods, l.CollectLimit) && slices.Contains(c.doc.Registrations, l.Collect) {
		due = DueCheckout
	} else {
		base.Add(base, duty)
		out.AtLeast = !whole
	}
	pct := share(l.TaxPct)
	if l.TaxInside {
		pct.Quo(pct, new(big.Rat).Sub(big.NewRat(1, 1), pct))
	}
	if x.Mul(base, pct); within(x, l.TaxWaived) {
		out.AtLeast = false
		return new(big.Rat)
	}
	out.Due = due
	return x
}
