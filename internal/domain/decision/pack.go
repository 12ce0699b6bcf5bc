package decision

import (
	"encoding/binary"
	"errors"
	"maps"
	"slices"
	"time"
)

// Pack writes a case in a compact form that Unpacker reads: for keeping the inputs
// of decisions by the million. It holds all that decides; times lose what is finer
// than a second, as in the written form.
func Pack(c *Case) []byte {
	p := packer{b: make([]byte, 0, 512)}
	p.b = append(p.b, packVersion)
	p.text(c.ID)
	p.time(c.Now)
	p.text(c.Market.Country)
	p.text(c.Market.Region)
	p.text(c.Market.Zone.String())
	p.num(int64(len(c.Market.Holidays)))
	for _, d := range c.Market.Holidays {
		p.num(int64(d))
	}
	optional(&p, c.ShopDays)
	p.order(&c.Order)
	p.claim(&c.Claim)
	p.costs(&c.Costs)
	p.text(c.Buyer.Tier)
	p.num(c.Buyer.Returns)
	p.num(c.Buyer.Disputes)
	p.policy(&c.Policy) // last: many cases have the same
	return p.b
}

// packVersion is the one that is written; the first had no caps.
const packVersion = 2

var errPacked = errors.New("packed case is cut off or of another version")

type packer struct{ b []byte }

func (p *packer) num(n int64) { p.b = binary.AppendVarint(p.b, n) }

func (p *packer) text(s string) {
	p.num(int64(len(s)))
	p.b = append(p.b, s...)
}

func (p *packer) flag(v bool) {
	if v {
		p.b = append(p.b, 1)
		return
	}
	p.b = append(p.b, 0)
}

// time writes an instant; the zero time is a 0 of its own.
func (p *packer) time(t time.Time) {
	p.flag(!t.IsZero())
	if !t.IsZero() {
		p.num(t.Unix())
	}
}

func optional[T ~int | ~int64](p *packer, v *T) {
	p.flag(v != nil)
	if v != nil {
		p.num(int64(*v))
	}
}

func (p *packer) order(o *Order) {
	p.text(o.Currency)
	p.num(int64(o.Shipment))
	for _, t := range []time.Time{o.PlacedAt, o.DeliveredAt, o.ShipBy, o.DeliverBy, o.ExtraUntil, o.InformedAt} {
		p.time(t)
	}
	p.flag(o.Incomplete)
	p.num(int64(len(o.Delays)))
	for _, d := range o.Delays {
		p.time(d.To)
		p.num(int64(d.Answer))
	}
	p.num(int64(len(o.Lines)))
	for _, l := range o.Lines {
		p.text(l.Line)
		p.text(l.SKU)
		for _, n := range []int64{l.Qty, l.Settled, int64(l.Flags), l.Goods, l.Discount, l.Tax, l.Duty} {
			p.num(n)
		}
	}
	p.num(o.Shipping)
	p.num(o.Standard)
	p.num(int64(len(o.Payments)))
	for _, m := range o.Payments {
		p.text(m.Method)
		p.num(m.Left)
		p.flag(m.Closed)
		p.num(int64(m.Until))
		p.num(int64(m.Days))
		p.flag(m.Dispute)
	}
}

func (p *packer) claim(c *Claim) {
	p.num(int64(c.Kind))
	p.num(int64(c.Reason))
	p.num(int64(c.Wants))
	p.num(int64(c.Evidence))
	p.time(c.OpenedAt)
	p.time(c.Discovered)
	p.time(c.ReturnedAt)
	p.flag(c.Major)
	p.num(int64(len(c.Lines)))
	for _, a := range c.Lines {
		p.text(a.Line)
		p.num(a.Qty)
	}
	p.num(int64(len(c.Prior)))
	for _, x := range c.Prior {
		p.num(int64(x.Remedy))
		p.time(x.At)
		p.flag(x.Failed)
	}
}

func (p *packer) costs(c *Costs) {
	for _, r := range c.Routes {
		p.flag(r != nil)
		if r != nil {
			p.num(r.Freight)
			p.num(r.Fee)
			p.num(int64(r.Days))
			p.num(int64(r.DutyBack))
		}
	}
	p.num(c.Handling)
	p.num(int64(len(c.Items)))
	for _, sku := range slices.Sorted(maps.Keys(c.Items)) {
		i := c.Items[sku]
		p.text(sku)
		p.num(i.Cost)
		for _, n := range i.Resale {
			p.num(n)
		}
	}
	p.num(int64(len(c.Replace)))
	for _, s := range c.Replace {
		p.num(int64(s.From))
		p.num(s.Freight)
		p.num(int64(s.Days))
	}
	p.flag(c.Repair != nil)
	if r := c.Repair; r != nil {
		p.num(r.Cost)
		p.num(r.Freight)
		p.num(int64(r.Days))
	}
	p.num(int64(c.TaxBack))
	p.num(int64(c.Credit))
}

func (p *packer) policy(c *Policy) {
	packMap(p, c.Windows, func(n int) { p.num(int64(n)) })
	packMap(p, c.Postage, func(n Payer) { p.num(int64(n)) })
	packMap(p, c.Evidence, func(n Evidence) { p.num(int64(n)) })
	packMap(p, c.Auto, p.num)
	optional(p, c.Label)
	p.num(int64(c.Fee))
	p.flag(c.Duty)
	p.num(int64(len(c.FinalSale)))
	for _, sku := range c.FinalSale {
		p.text(sku)
	}
	for _, n := range []int64{int64(c.NoReturn), c.KeepBelow, int64(c.Partial), int64(c.Bonus), int64(c.Fallback.Days)} {
		p.num(n)
	}
	p.text(c.Fallback.Method)
	optional(p, c.Review.Returns)
	optional(p, c.Review.Disputes)
	p.num(int64(len(c.Tiers)))
	for _, name := range slices.Sorted(maps.Keys(c.Tiers)) {
		t := c.Tiers[name]
		p.text(name)
		p.num(int64(t.Days))
		optional(p, t.Fee)
		optional(p, t.Auto)
	}
	p.flag(c.Cap != nil)
	if c.Cap != nil {
		p.num(c.Cap.Limit)
		p.num(c.Cap.Spent)
	}
}

func packMap[K ~uint8, V any](p *packer, m map[K]V, put func(V)) {
	p.num(int64(len(m)))
	for _, k := range slices.Sorted(maps.Keys(m)) {
		p.num(int64(k))
		put(m[k])
	}
}

// Unpacker reads packed cases. It remembers zones and policies, which cases then
// share: what it returned must not be written to. The zero Unpacker is ready; it
// is for one goroutine.
type Unpacker struct {
	policies map[string]*Policy
	zones    map[string]*time.Location
}

// remembered is how many policies an Unpacker keeps before it begins anew.
const remembered = 4096

// Unpack reads a case. The data must not change while the case is used.
func (u *Unpacker) Unpack(data []byte, c *Case) (err error) {
	if len(data) == 0 || data[0] < 1 || data[0] > packVersion {
		return errPacked
	}
	s := &unpacking{s: string(data[1:])}
	*c = Case{ID: s.text(), Now: s.time(), Market: Market{Country: s.text(), Region: s.text()}}
	if c.Market.Zone, err = u.zone(s.text()); err != nil {
		return err
	}
	for range s.count() {
		c.Market.Holidays = append(c.Market.Holidays, Day(s.num()))
	}
	c.ShopDays = given[int](s)
	s.order(&c.Order)
	s.claim(&c.Claim)
	s.costs(&c.Costs)
	c.Buyer = Buyer{Tier: s.text(), Returns: s.num(), Disputes: s.num()}
	if s.bad || !c.sound() {
		return errPacked
	}
	if data[0] == 1 {
		s.s += "\x00" // no cap
	}
	if p, ok := u.policies[s.s]; ok {
		c.Policy = *p
		return nil
	}
	key := s.s
	p := s.policy()
	if s.bad || len(s.s) > 0 {
		return errPacked
	}
	if u.policies == nil || len(u.policies) >= remembered {
		u.policies = make(map[string]*Policy)
	}
	u.policies[key] = p
	c.Policy = *p
	return nil
}

// sound reports whether lines can be found and divided.
func (c *Case) sound() bool {
	for _, l := range c.Order.Lines {
		if l.Qty < 1 || l.Settled < 0 || l.Settled > l.Qty {
			return false
		}
	}
	for _, a := range c.Claim.Lines {
		if a.Qty < 1 || !slices.ContainsFunc(c.Order.Lines, func(l Line) bool { return l.Line == a.Line }) {
			return false
		}
	}
	return true
}

func (u *Unpacker) zone(name string) (*time.Location, error) {
	if z := u.zones[name]; z != nil {
		return z, nil
	}
	z, err := time.LoadLocation(name)
	if err != nil {
		return nil, err
	}
	if u.zones == nil {
		u.zones = make(map[string]*time.Location)
	}
	u.zones[name] = z
	return z, nil
}

// unpacking is the rest of a packed case.
type unpacking struct {
	s   string
	bad bool
}

func (s *unpacking) num() int64 {
	var n uint64
	for i := 0; i < len(s.s) && i < binary.MaxVarintLen64; i++ {
		b := s.s[i]
		n |= uint64(b&0x7f) << (7 * i)
		if b < 0x80 {
			s.s = s.s[i+1:]
			return int64(n>>1) ^ -int64(n&1)
		}
	}
	s.bad, s.s = true, ""
	return 0
}

// count reads how many of something follow, each of at least one byte.
func (s *unpacking) count() int {
	n := s.num()
	if n < 0 || n > int64(len(s.s)) {
		s.bad, s.s = true, ""
		return 0
	}
	return int(n)
}

func (s *unpacking) text() string {
	n := s.count()
	out := s.s[:n]
	s.s = s.s[n:]
	return out
}

func (s *unpacking) flag() bool {
	if s.s == "" {
		s.bad = true
		return false
	}
	v := s.s[0] != 0
	s.s = s.s[1:]
	return v
}

func (s *unpacking) time() time.Time {
	if !s.flag() {
		return time.Time{}
	}
	return time.Unix(s.num(), 0).UTC()
}

func given[T ~int | ~int64](s *unpacking) *T {
	if !s.flag() {
		return nil
	}
	n := T(s.num())
	return &n
}

func (s *unpacking) order(o *Order) {
	o.Currency, o.Shipment = s.text(), Shipment(s.num())
	o.PlacedAt, o.DeliveredAt, o.ShipBy, o.DeliverBy, o.ExtraUntil, o.InformedAt = s.time(), s.time(), s.time(), s.time(), s.time(), s.time()
	o.Incomplete = s.flag()
	for range s.count() {
		o.Delays = append(o.Delays, Delay{To: s.time(), Answer: Answer(s.num())})
	}
	o.Lines = make([]Line, s.count())
	for i := range o.Lines {
		o.Lines[i] = Line{Line: s.text(), SKU: s.text(), Qty: s.num(), Settled: s.num(), Flags: Flags(s.num()), Goods: s.num(), Discount: s.num(), Tax: s.num(), Duty: s.num()}
	}
	o.Shipping, o.Standard = s.num(), s.num()
	o.Payments = make([]Payment, s.count())
	for i := range o.Payments {
		o.Payments[i] = Payment{Method: s.text(), Left: s.num(), Closed: s.flag(), Until: Day(s.num()), Days: int(s.num()), Dispute: s.flag()}
	}
}

func (s *unpacking) claim(c *Claim) {
	c.Kind, c.Reason, c.Wants, c.Evidence = Kind(s.num()), Reason(s.num()), Remedy(s.num()), Evidence(s.num())
	c.OpenedAt, c.Discovered, c.ReturnedAt, c.Major = s.time(), s.time(), s.time(), s.flag()
	c.Lines = make([]Asked, s.count())
	for i := range c.Lines {
		c.Lines[i] = Asked{s.text(), s.num()}
	}
	for range s.count() {
		c.Prior = append(c.Prior, Prior{Remedy: Remedy(s.num()), At: s.time(), Failed: s.flag()})
	}
}

func (s *unpacking) costs(c *Costs) {
	for i := range c.Routes {
		if s.flag() {
			c.Routes[i] = &RouteCost{Freight: s.num(), Fee: s.num(), Days: int(s.num()), DutyBack: Share(s.num())}
		}
	}
	c.Handling = s.num()
	n := s.count()
	c.Items = make(map[string]Item, n)
	for range n {
		sku := s.text()
		c.Items[sku] = Item{Cost: s.num(), Resale: [3]int64{s.num(), s.num(), s.num()}}
	}
	for range s.count() {
		c.Replace = append(c.Replace, Sender{From: Route(s.num()), Freight: s.num(), Days: int(s.num())})
	}
	if s.flag() {
		c.Repair = &RepairCost{Cost: s.num(), Freight: s.num(), Days: int(s.num())}
	}
	c.TaxBack, c.Credit = Share(s.num()), Share(s.num())
}

func (s *unpacking) policy() *Policy {
	p := &Policy{
		Windows:  unpackMap[Remedy](s, func() int { return int(s.num()) }),
		Postage:  unpackMap[Reason](s, func() Payer { return Payer(s.num()) }),
		Evidence: unpackMap[Reason](s, func() Evidence { return Evidence(s.num()) }),
		Auto:     unpackMap[Remedy](s, s.num),
		Label:    given[int64](s), Fee: Share(s.num()), Duty: s.flag(),
	}
	for range s.count() {
		p.FinalSale = append(p.FinalSale, s.text())
	}
	p.NoReturn, p.KeepBelow, p.Partial, p.Bonus = Flags(s.num()), s.num(), Share(s.num()), Share(s.num())
	p.Fallback.Days = int(s.num())
	p.Fallback.Method = s.text()
	p.Review = Review{Returns: given[int64](s), Disputes: given[int64](s)}
	n := s.count()
	p.Tiers = make(map[string]Tier, n)
	for range n {
		name := s.text()
		p.Tiers[name] = Tier{Days: int(s.num()), Fee: given[Share](s), Auto: given[int64](s)}
	}
	if s.flag() {
		p.Cap = &Cap{Limit: s.num(), Spent: s.num()}
	}
	return p
}

func unpackMap[K ~uint8, V any](s *unpacking, read func() V) map[K]V {
	n := s.count()
	out := make(map[K]V, n)
	for range n {
		k := K(s.num())
		out[k] = read()
	}
	return out
}
