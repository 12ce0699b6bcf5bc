package decision

import (
	"slices"
)

// Decision is what Decide found.
type Decision struct {
	ID      string
	Rights  []Right // that are alive, in the order of their kinds
	Offers  []Offer // the cheapest for the merchant first
	Refused []Refusal
}

// Right is what the law gives now.
type Right struct {
	Basis    Basis
	Law      string
	Until    Day   // its last day, or Never
	Lines    []int // of the claim, that it reaches
	Remedies []Remedy
	RefundBy Day  // or Never
	Verified bool // its figures were read at their source

	later    []Remedy // that come only after the others failed
	payer    Payer    // of the way back, unless the goods are at fault
	outbound outbound
	burden   bool // the customer shows the cause
}

// Offer is one remedy for some of the lines.
type Offer struct {
	Remedy  Remedy
	Route   Route
	From    Route   // where a new unit is sent from, or NoRoute
	Lines   []Asked // with the units that it covers
	Basis   Basis   // 0: the policy alone
	Law     string  // "": the policy alone
	Money   Money
	Postage Payer // who pays the way back; 0: nothing comes back
	To      []Allocation
	Cost    int64 // that the merchant expects, may be negative
	Days    int
	Needs   Evidence // that is still missing
	Auto    bool     // it may run without a person
}

// Money is what a remedy moves: plus is paid to the customer, minus is borne by
// them.
type Money struct {
	Goods, Tax, Duty, Out, Back, Fee, Bonus, Total int64
}

// Allocation is the part of the money that goes one way.
type Allocation struct {
	Method string
	Amount int64
}

// Code says why a line does not have a remedy.
type Code uint8

// The codes, in the order in which the first that applies is given.
const (
	UnitSettled Code = iota + 1
	NotApplicable
	DisputeOpen
	RepairFirst
	ExtraPeriodFirst
	NotOffered
	FinalSale
	Exempt
	WindowOver
	NotLate
	EvidenceMissing
	NoStock
	NoRepair
	NoWayBack
	AboveThreshold
	AbovePaid
)

var codeWords = words[Code]{"", "unit_settled", "not_applicable", "dispute_open", "repair_first", "extra_period_first", "not_offered", "final_sale",
	"exempt", "window_over", "not_late", "evidence_missing", "no_stock", "no_repair", "no_route", "above_threshold", "above_paid"}

// String returns the word of the code.
func (c Code) String() string { return codeWords.of(c) }

// Refusal says why lines do not have a remedy that was wanted or that the policy
// names.
type Refusal struct {
	Remedy Remedy
	Lines  []int // of the claim
	Code   Code
	Clause string // the law, or where in the case it stands: policy.final_sale
}

// place is where the goods are.
type place uint8

const (
	gone place = iota
	withMerchant
	withCustomer
	withCarrier
)

// unit is a line of the claim with the units that the case covers: the next n
// after those that are settled.
type unit struct {
	line  *Line
	asked int64
	from  int64
	n     int64
}

// view is a case as the rules see it.
type view struct {
	*Case
	calendar
	units                               []unit
	opened, now, delivered, placed      Day
	where                               place
	fault                               bool
	dispute, review, wholeOrder, routes bool
	tier                                Tier
	rights                              []Right
	pending                             *Right // a late delivery whose further period has not passed
}

// Decide returns the rights, offers and refusals of a case that Check accepts.
func Decide(law *Law, c *Case) Decision {
	v := look(c)
	v.findRights(law.at(c.Market.Country, c.Market.Region))
	d := Decision{ID: c.ID, Rights: v.rights}
	for r := Refund; r <= Repair; r++ {
		v.decide(r, &d)
	}
	slices.SortStableFunc(d.Offers, func(a, b Offer) int {
		switch {
		case a.Cost != b.Cost:
			return sign(a.Cost - b.Cost)
		case a.Days != b.Days:
			return a.Days - b.Days
		}
		return int(a.Remedy) - int(b.Remedy)
	})
	return d
}

func sign(n int64) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}

func look(c *Case) *view {
	zone := c.Market.Zone
	v := &view{
		Case: c, calendar: calendar{c.Market.Holidays},
		opened: DayOf(c.Claim.OpenedAt, zone), now: DayOf(c.Now, zone), placed: DayOf(c.Order.PlacedAt, zone), delivered: Never,
	}
	if c.Order.Shipment == Delivered && c.Claim.Kind != NotReceived {
		v.delivered = DayOf(c.Order.DeliveredAt, zone)
	}
	v.where = whereabouts(c)
	v.fault = c.Claim.Reason.defect() || c.Claim.Reason == Late || c.Claim.Kind == NotReceived
	v.units = make([]unit, 0, len(c.Claim.Lines))
	for _, a := range c.Claim.Lines {
		i := slices.IndexFunc(c.Order.Lines, func(l Line) bool { return l.Line == a.Line })
		l := &c.Order.Lines[i]
		v.units = append(v.units, unit{line: l, asked: a.Qty, from: l.Settled, n: min(a.Qty, l.Qty-l.Settled)})
	}
	v.wholeOrder = true
	for i := range c.Order.Lines {
		l := &c.Order.Lines[i]
		left := l.Qty - l.Settled
		for _, u := range v.units {
			if u.line == l {
				left -= u.n
			}
		}
		v.wholeOrder = v.wholeOrder && left == 0
	}
	for _, p := range c.Order.Payments {
		v.dispute = v.dispute || p.Dispute
	}
	if n := c.Policy.Review.Returns; n != nil && c.Buyer.Returns >= *n {
		v.review = true
	}
	if n := c.Policy.Review.Disputes; n != nil && c.Buyer.Disputes >= *n {
		v.review = true
	}
	v.tier = c.Policy.Tiers[c.Buyer.Tier]
	for route := DropOff; route <= Origin; route++ {
		v.routes = v.routes || c.Costs.Routes[route] != nil
	}
	return v
}

func whereabouts(c *Case) place {
	s := c.Order.Shipment
	switch {
	case c.Claim.Reason == MissingItem, s == Lost, s == Destroyed, c.Claim.Kind == NotReceived && s == Delivered:
		return gone
	case s == Unknown, s == Announced, s == Cancelled:
		return withMerchant
	case s == Delivered:
		return withCustomer
	}
	return withCarrier
}

// after reports whether now is after a promise, or the days after the order
// without one.
func (v *view) after(promise Day) bool {
	if promise == Never {
		promise = v.placed + carriageDefault
	}
	return v.now > promise
}

// applies reports whether a remedy makes sense for goods where they are.
func (v *view) applies(r Remedy) bool {
	switch r {
	case FullKeep, PartialKeep, Exchange:
		return v.where == withCustomer
	case Replace:
		return v.fault
	case Repair:
		return v.where == withCustomer && (v.Claim.Reason == Damaged || v.Claim.Reason == Defective)
	}
	return true
}

// decide adds what there is of a remedy.
func (v *view) decide(r Remedy, d *Decision) {
	wanted := r == v.Claim.Wants
	_, named := v.Policy.Windows[r]
	refuse := func(i int, code Code, clause string) {
		if wanted || named {
			d.refuse(r, i, code, clause)
		}
	}
	const byPolicy, nothing = -1, -2
	bases := make([]int, len(v.units))
	for i := range v.units {
		u := &v.units[i]
		bases[i] = nothing
		if u.n < u.asked && wanted {
			d.refuse(r, i, UnitSettled, "order.lines.settled")
		}
		settled := u.n < u.asked && wanted // and nothing more is said of it
		if u.n == 0 {
			continue
		}
		if !v.applies(r) {
			if wanted && !settled {
				d.refuse(r, i, NotApplicable, "case")
			}
			continue
		}
		right := v.rightTo(r, i)
		code, clause := v.refusal(r, i, right)
		switch {
		case code != 0 && !settled:
			refuse(i, code, clause)
		case code != 0:
		case right >= 0:
			bases[i] = right
		default:
			bases[i] = byPolicy
		}
	}
	shipped := false // what the way out cost goes back once
	for basis := range len(v.rights) + 1 {
		if basis == len(v.rights) {
			basis = byPolicy
		}
		if !slices.Contains(bases, basis) {
			continue
		}
		var right *Right
		if basis >= 0 {
			right = &v.rights[basis]
		}
		o, code, clause := v.offer(r, right, bases, basis, shipped)
		if code == 0 {
			shipped = shipped || o.Money.Out != 0
			d.Offers = append(d.Offers, o)
			continue
		}
		for i, b := range bases {
			if b != basis || v.units[i].n < v.units[i].asked && wanted {
				continue
			}
			if code != AboveThreshold || wanted {
				refuse(i, code, clause)
			}
		}
	}
}

// refuse adds a line to the refusal of a remedy by a code.
func (d *Decision) refuse(r Remedy, line int, code Code, clause string) {
	for i := len(d.Refused) - 1; i >= 0 && d.Refused[i].Remedy == r; i-- {
		if d.Refused[i].Code == code {
			d.Refused[i].Lines = append(d.Refused[i].Lines, line)
			slices.Sort(d.Refused[i].Lines)
			return
		}
	}
	d.Refused = append(d.Refused, Refusal{Remedy: r, Lines: []int{line}, Code: code, Clause: clause})
}

// rightTo returns the first right that gives a line a remedy, or -1.
func (v *view) rightTo(r Remedy, line int) int {
	if r == FullKeep {
		r = Refund
	}
	for i := range v.rights {
		if slices.Contains(v.rights[i].Remedies, r) && slices.Contains(v.rights[i].Lines, line) {
			return i
		}
	}
	return -1
}

// refusal returns why a line does not have a remedy, as far as that can be said of
// a line alone; 0 if it may.
func (v *view) refusal(r Remedy, line, right int) (Code, string) {
	if v.dispute && r <= StoreCredit {
		return DisputeOpen, "order.payments.dispute"
	}
	missing, clause := v.supplies(r)
	if right >= 0 {
		return missing, clause
	}
	code, why := v.byPolicy(r, line)
	if code == 0 {
		return missing, clause
	}
	key := r
	if key == FullKeep {
		key = Refund
	}
	for i := range v.rights {
		if slices.Contains(v.rights[i].later, key) && slices.Contains(v.rights[i].Lines, line) {
			return RepairFirst, v.rights[i].Law
		}
	}
	if v.pending != nil && key == Refund {
		return ExtraPeriodFirst, v.pending.Law
	}
	return code, why
}

// supplies returns what lacks for a remedy.
func (v *view) supplies(r Remedy) (Code, string) {
	switch {
	case (r == Replace || r == Exchange) && len(v.Costs.Replace) == 0:
		return NoStock, "costs.replace"
	case r == Repair && v.Costs.Repair == nil:
		return NoRepair, "costs.repair"
	case (r == Repair || r == Exchange) && !v.routes:
		return NoWayBack, "costs.routes"
	}
	return 0, ""
}

// byPolicy returns why the policy does not give a line a remedy, 0 if it does.
func (v *view) byPolicy(r Remedy, i int) (Code, string) {
	p := &v.Policy
	if r == FullKeep {
		r = Refund
	}
	window, ok := p.Windows[r]
	shop := r == Refund && v.ShopDays != nil
	if !ok && !shop {
		return NotOffered, "policy.windows"
	}
	l := v.units[i].line
	if !v.fault {
		if slices.Contains(p.FinalSale, l.SKU) {
			return FinalSale, "policy.final_sale"
		}
		if l.Flags&p.NoReturn != 0 {
			return Exempt, "policy.no_return"
		}
	}
	if v.delivered != Never {
		last, clause := Never, "policy.windows"
		if ok {
			last = v.delivered + Day(window+v.tier.Days)
		}
		if shop && v.delivered+Day(*v.ShopDays) > last {
			last, clause = v.delivered+Day(*v.ShopDays), "shop.return_days"
		}
		if v.opened > last {
			return WindowOver, clause
		}
	}
	if s := v.Order.Shipment; v.Claim.Kind == NotReceived && s != Lost && s != Destroyed && s != Returned && s != Delivered && !v.after(v.promised()) {
		return NotLate, "order.deliver_by"
	}
	if p.Evidence[v.Claim.Reason]&^v.Claim.Evidence != 0 {
		return EvidenceMissing, "policy.evidence"
	}
	return 0, ""
}

// promised is the day by which the order was to be delivered, or Never.
func (v *view) promised() Day {
	if v.Order.DeliverBy.IsZero() {
		return Never
	}
	return DayOf(v.Order.DeliverBy, v.Market.Zone)
}
