package decision

import (
	"encoding/json"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/money"
)

// Freeze writes a case as Read reads it, word for word and cent for cent: reading it again gives an equal case, and so the
// same decision, on any machine and on any day.
func Freeze(c *Case) (json.RawMessage, error) {
	digits, _ := money.Digits(c.Order.Currency)
	f := freezer{digits}
	id, err := json.Marshal(c.ID)
	if err != nil {
		return nil, err
	}
	w := written{ID: id, Now: instant(c.Now), Order: f.order(&c.Order), Case: f.claim(&c.Claim), Policy: f.policy(&c.Policy), Costs: f.costs(&c.Costs)}
	fill(&w.Market).Country = c.Market.Country
	w.Market.Region, w.Market.Zone = c.Market.Region, c.Market.Zone.String()
	for _, d := range c.Market.Holidays {
		w.Market.Holidays = append(w.Market.Holidays, d.String())
	}
	if c.ShopDays != nil {
		fill(&w.Shop).ReturnDays = c.ShopDays
	}
	if b := c.Buyer; b != (Buyer{}) {
		fill(&w.Buyer).Tier = b.Tier
		w.Buyer.Returns, w.Buyer.Disputes = b.Returns, b.Disputes
	}
	return json.Marshal(w)
}

// fill makes what a pointer is to point at.
func fill[T any](p **T) *T {
	*p = new(T)
	return *p
}

type freezer struct{ digits int }

func (f freezer) amount(n int64) *string {
	s := decimal(n, f.digits)
	return &s
}

// some is amount, and nothing of nothing.
func (f freezer) some(n int64) *string {
	if n == 0 {
		return nil
	}
	return f.amount(n)
}

func instant(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	s := t.UTC().Format(time.RFC3339Nano)
	return &s
}

func share(s Share) *string {
	if s == 0 {
		return nil
	}
	t := decimal(int64(s), 9)
	t = strings.TrimSuffix(strings.TrimRight(t, "0"), ".")
	return &t
}

func (f freezer) order(o *Order) *writtenOrder {
	w := &writtenOrder{
		Currency: o.Currency, PlacedAt: instant(o.PlacedAt), Shipment: o.Shipment.String(), DeliveredAt: instant(o.DeliveredAt),
		ShipBy: instant(o.ShipBy), DeliverBy: instant(o.DeliverBy), ExtraUntil: instant(o.ExtraUntil),
	}
	for _, d := range o.Delays {
		grow(&w.Delays).To = instant(d.To)
		w.Delays[len(w.Delays)-1].Answer = answerWords.of(d.Answer)
	}
	if !o.InformedAt.IsZero() || o.Incomplete {
		complete := !o.Incomplete
		fill(&w.Informed).At = instant(o.InformedAt)
		w.Informed.Complete = &complete
	}
	for _, l := range o.Lines {
		x := grow(&w.Lines)
		x.Line, x.SKU, x.Qty, x.Settled, x.Flags = l.Line, l.SKU, &l.Qty, l.Settled, flagWords.list(l.Flags)
		x.Goods, x.Discount, x.Tax, x.Duty = f.amount(l.Goods), f.some(l.Discount), f.some(l.Tax), f.some(l.Duty)
	}
	if o.Shipping != 0 || o.Standard != 0 {
		fill(&w.Shipping).Paid = f.amount(o.Shipping)
		w.Shipping.Standard = f.amount(o.Standard)
	}
	for _, p := range o.Payments {
		x, open := grow(&w.Payments), !p.Closed
		x.Method, x.Left, x.Refundable, x.Days, x.Dispute = p.Method, f.amount(p.Left), &open, p.Days, p.Dispute
		x.Until = or(p.Until.String())
	}
	return w
}

// grow appends a zero value and returns it.
func grow[T any](list *[]T) *T {
	var zero T
	*list = append(*list, zero)
	return &(*list)[len(*list)-1]
}

func (f freezer) claim(c *Claim) *writtenClaim {
	w := &writtenClaim{
		Kind: c.Kind.String(), Reason: c.Reason.String(), Wants: c.Wants.String(), OpenedAt: instant(c.OpenedAt), Evidence: evidenceWords.list(c.Evidence),
		Major: c.Major, DiscoveredAt: instant(c.Discovered), ReturnedAt: instant(c.ReturnedAt),
	}
	for _, l := range c.Lines {
		x := grow(&w.Lines)
		x.Line, x.Qty = l.Line, &l.Qty
	}
	for _, p := range c.Prior {
		x := grow(&w.Prior)
		x.Remedy, x.At, x.Failed = p.Remedy.String(), instant(p.At), p.Failed
	}
	return w
}

func (f freezer) policy(p *Policy) *writtenPolicy {
	w := &writtenPolicy{
		Windows: map[string]int{}, Postage: map[string]string{}, Fee: share(p.Fee), Duty: p.Duty, FinalSale: p.FinalSale, NoReturn: flagWords.list(p.NoReturn),
		Evidence: map[string][]string{}, KeepBelow: f.some(p.KeepBelow), Partial: share(p.Partial), Bonus: share(p.Bonus), Auto: map[string]string{},
	}
	for k, v := range p.Windows {
		w.Windows[k.String()] = v
	}
	for k, v := range p.Postage {
		w.Postage[k.String()] = v.String()
	}
	if p.Label != nil {
		w.Label = f.amount(*p.Label)
	}
	for k, v := range p.Evidence {
		w.Evidence[k.String()] = append([]string{}, evidenceWords.list(v)...)
	}
	fill(&w.Fallback).Method = p.Fallback.Method
	w.Fallback.Days = p.Fallback.Days
	for k, v := range p.Auto {
		w.Auto[k.String()] = decimal(v, f.digits)
	}
	if p.Review != (Review{}) {
		fill(&w.Review).Returns = p.Review.Returns
		w.Review.Disputes = p.Review.Disputes
	}
	for k, v := range p.Tiers {
		t := writtenTier{Days: v.Days}
		if v.Fee != nil {
			fee := decimal(int64(*v.Fee), 9)
			t.Fee = &fee
		}
		if v.Auto != nil {
			t.Auto = f.amount(*v.Auto)
		}
		if w.Tiers == nil {
			w.Tiers = map[string]writtenTier{}
		}
		w.Tiers[k] = t
	}
	if p.Cap != nil {
		w.Cap = &writtenCap{decimal(p.Cap.Limit, f.digits), decimal(p.Cap.Spent, f.digits)}
	}
	return w
}

func (f freezer) costs(c *Costs) *writtenCosts {
	w := &writtenCosts{Routes: map[string]writtenRoute{}, Handling: f.some(c.Handling), Items: map[string]writtenItem{}, Replace: map[string]writtenSender{}, TaxBack: share(c.TaxBack)}
	for i, r := range c.Routes {
		if r != nil {
			w.Routes[Route(i).String()] = writtenRoute{f.some(r.Freight), f.some(r.Fee), r.Days, share(r.DutyBack)}
		}
	}
	for k, v := range c.Items {
		item := writtenItem{Cost: f.some(v.Cost)}
		item.Resale.A, item.Resale.B, item.Resale.C = f.some(v.Resale[0]), f.some(v.Resale[1]), f.some(v.Resale[2])
		w.Items[k] = item
	}
	for _, s := range c.Replace {
		w.Replace[s.From.String()] = writtenSender{f.some(s.Freight), s.Days}
	}
	if c.Repair != nil {
		fill(&w.Repair).Cost = f.some(c.Repair.Cost)
		w.Repair.Freight, w.Repair.Days = f.some(c.Repair.Freight), c.Repair.Days
	}
	credit := decimal(int64(c.Credit), 9)
	w.Credit = &credit
	return w
}
