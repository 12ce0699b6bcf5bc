package decision

import (
	"slices"
)

// offer works out a remedy for the lines whose basis is the given one. It returns
// why there is no such offer where that can only be said of all of them together.
func (v *view) offer(r Remedy, right *Right, bases []int, basis int, shipped bool) (Offer, Code, string) {
	o := Offer{Remedy: r}
	if right != nil {
		o.Basis, o.Law = right.Basis, right.Law
	}
	var units int64
	var paid Money // of the units: goods after discount, tax, duty
	for i := range v.units {
		if bases[i] != basis {
			continue
		}
		u := &v.units[i]
		o.Lines = append(o.Lines, Asked{u.line.Line, u.n})
		units += u.n
		paid.Goods += part(u.line.Goods-u.line.Discount, u.from, u.n, u.line.Qty)
		paid.Tax += part(u.line.Tax, u.from, u.n, u.line.Qty)
		paid.Duty += part(u.line.Duty, u.from, u.n, u.line.Qty)
	}
	v.components(&o, right, paid, shipped)
	back, ok := v.wayBack(&o, right == nil, units, paid.Goods)
	if !ok {
		return o, NoWayBack, "costs.routes"
	}
	o.Postage = v.postage(o.Route, right)
	if o.Postage == Customer && v.Policy.Label != nil {
		o.Money.Back = -min(*v.Policy.Label, back.Freight)
	}
	if r == Refund && right == nil && !v.fault && o.Route != NoRoute {
		fee := v.Policy.Fee
		if v.tier.Fee != nil {
			fee = *v.tier.Fee
		}
		o.Money.Fee = -fee.of(o.Money.Goods)
	}
	m := &o.Money
	m.Total = m.Goods + m.Tax + m.Duty + m.Out + m.Back + m.Fee + m.Bonus
	if r == FullKeep && m.Total > v.Policy.KeepBelow {
		return o, AboveThreshold, "policy.keep_below"
	}
	if m.Total > v.left() {
		return o, AbovePaid, "order.payments.left"
	}
	arrival := v.allocate(&o, right != nil)
	v.cost(&o, back, bases, basis, units)
	o.Days += back.Days + arrival
	if right != nil && right.Basis >= Reject {
		o.Needs = v.Policy.Evidence[v.Claim.Reason] &^ v.Claim.Evidence &^ ProofOfPurchase
		if right.burden {
			o.Needs |= ExpertReport &^ v.Claim.Evidence
		}
	}
	o.Auto = v.auto(&o)
	return o, 0, ""
}

// components fills in what is paid before the way back is known.
func (v *view) components(o *Offer, right *Right, paid Money, shipped bool) {
	m := &o.Money
	switch o.Remedy {
	case PartialKeep:
		m.Goods, m.Tax = v.Policy.Partial.of(paid.Goods), v.Policy.Partial.of(paid.Tax)
	case Refund, FullKeep, StoreCredit:
		m.Goods, m.Tax = paid.Goods, paid.Tax
		if right != nil || v.fault || v.Policy.Duty || o.Remedy == StoreCredit {
			m.Duty = paid.Duty
		}
		if o.Remedy == StoreCredit {
			m.Bonus = v.Policy.Bonus.of(paid.Goods)
		}
		if !v.wholeOrder || shipped {
			return
		}
		switch {
		case v.fault:
			m.Out = v.Order.Shipping
		case right == nil:
		case right.outbound == outPaid:
			m.Out = v.Order.Shipping
		case right.outbound == outStandard:
			m.Out = min(v.Order.Shipping, v.Order.Standard)
		}
	}
}

// wayBack chooses the route of an offer and returns what it costs; false if there
// is none and there must be.
func (v *view) wayBack(o *Offer, policy bool, units, worth int64) (RouteCost, bool) {
	switch {
	case o.Remedy == FullKeep, o.Remedy == PartialKeep, v.where == gone, v.where == withMerchant:
		return RouteCost{}, true
	case v.where == withCarrier:
		o.Route = Carrier
		if c := v.Costs.Routes[Carrier]; c != nil {
			return *c, true
		}
		return RouteCost{}, true
	case o.Remedy == Replace && worth <= v.Policy.KeepBelow:
		return RouteCost{}, true
	}
	var best RouteCost
	var least int64
	for route := DropOff; route <= Origin; route++ { // in the order of their names
		c := v.Costs.Routes[route]
		if c == nil {
			continue
		}
		cost := c.Freight + c.Fee*units - c.DutyBack.of(o.Money.Duty)
		if o.Route == NoRoute || cost < least || cost == least && c.Days < best.Days {
			o.Route, best, least = route, *c, cost
		}
	}
	needed := policy || o.Remedy == Exchange || o.Remedy == Repair
	return best, o.Route != NoRoute || !needed
}

// postage says who pays the way back.
func (v *view) postage(route Route, right *Right) Payer {
	own := v.Policy.Postage[v.Claim.Reason]
	switch {
	case route == NoRoute:
		return 0
	case right != nil && (v.fault || own == Merchant):
		return Merchant
	case right != nil:
		return right.payer
	case own != 0:
		return own
	case v.fault:
		return Merchant
	}
	return Customer
}

// left is what was paid and not refunded yet, by all means together.
func (v *view) left() int64 {
	var sum int64
	for _, p := range v.Order.Payments {
		sum += p.Left
	}
	return sum
}

// allocate divides the total over the means of payment, in their order, the rest
// to the fallback, and returns in how many days the slowest arrives. By law the
// fallback is the bank: credit needs the customer's own wish.
func (v *view) allocate(o *Offer, law bool) (days int) {
	rest := o.Money.Total
	switch {
	case rest <= 0:
		return 0
	case o.Remedy == StoreCredit:
		o.To = []Allocation{{"store_credit", rest}}
		return 0
	case o.Remedy > StoreCredit:
		return 0
	}
	for _, p := range v.Order.Payments {
		if p.Closed || p.Until != Never && p.Until < v.now {
			continue
		}
		if n := min(rest, p.Left); n > 0 {
			o.To = append(o.To, Allocation{p.Method, n})
			days = max(days, p.Days)
			rest -= n
		}
	}
	if rest > 0 {
		method := v.Policy.Fallback.Method
		if law {
			method = "bank"
		}
		o.To = append(o.To, Allocation{method, rest})
		days = max(days, v.Policy.Fallback.Days)
	}
	return days
}

// cost fills in what the merchant expects to lose, where a new unit comes from,
// and how long sending or repairing takes.
func (v *view) cost(o *Offer, back RouteCost, bases []int, basis int, units int64) {
	m := &o.Money
	o.Cost = m.Total
	if o.Remedy == StoreCredit {
		o.Cost = v.Costs.Credit.of(m.Total)
	}
	o.Cost -= v.Costs.TaxBack.of(m.Tax) + back.DutyBack.of(m.Duty)
	var resale, anew int64
	grade := v.grade()
	for i, u := range v.units {
		if bases[i] == basis {
			item := v.Costs.Items[u.line.SKU]
			resale += item.Resale[grade] * u.n
			anew += item.Cost * u.n
		}
	}
	if o.Route != NoRoute {
		if o.Postage == Merchant || v.Policy.Label != nil {
			o.Cost += back.Freight
		}
		o.Cost += back.Fee * units
		if o.Remedy != Repair {
			o.Cost += v.Costs.Handling*units - resale
		}
	} else if v.where == withMerchant && (o.Remedy == Refund || o.Remedy == StoreCredit) {
		o.Cost -= resale
	}
	switch o.Remedy {
	case Replace, Exchange:
		from := slices.MinFunc(v.Costs.Replace, func(a, b Sender) int {
			switch {
			case a.Freight != b.Freight:
				return sign(a.Freight - b.Freight)
			case a.Days != b.Days:
				return a.Days - b.Days
			}
			return int(a.From) - int(b.From)
		})
		o.From, o.Days = from.From, from.Days
		o.Cost += anew + from.Freight
	case Repair:
		o.Days = v.Costs.Repair.Days
		o.Cost += v.Costs.Repair.Cost*units + v.Costs.Repair.Freight
	}
}

// grade is what goods that come back are worth: index into Item.Resale.
func (v *view) grade() int {
	if v.where != withCustomer {
		return 0
	}
	switch v.Claim.Reason {
	case NotAsDescribed:
		return 1
	case Damaged, Defective:
		return 2
	}
	return 0
}

// auto reports whether an offer may run without a person.
func (v *view) auto(o *Offer) bool {
	switch {
	case o.Needs != 0:
		return false
	case o.Remedy == Refund && (o.Basis == Withdraw || o.Basis == LateDelivery):
		return true // nobody may make the customer wait for approval
	case v.review:
		return false
	}
	limit, ok := v.Policy.Auto[o.Remedy]
	if !ok && o.Remedy == FullKeep {
		limit, ok = v.Policy.Auto[Refund]
	}
	if v.tier.Auto != nil {
		limit, ok = *v.tier.Auto, true
	}
	amount := o.Cost
	if o.Remedy <= StoreCredit {
		amount = o.Money.Total
	}
	return ok && limit >= amount && v.within(o)
}

// Capped reports whether an offer counts against a cap: it pays, and is not one that nobody may be made to wait for.
func (o *Offer) Capped() bool {
	return o.Remedy <= StoreCredit && o.Money.Total > 0 && !(o.Remedy == Refund && (o.Basis == Withdraw || o.Basis == LateDelivery))
}

// within reports whether an offer keeps within the cap.
func (v *view) within(o *Offer) bool {
	c := v.Policy.Cap
	return c == nil || !o.Capped() || o.Money.Total <= c.Limit-c.Spent
}
