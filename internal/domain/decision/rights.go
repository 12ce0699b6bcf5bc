package decision

import (
	"slices"
	"time"
)

// findRights lists the rights that are alive.
func (v *view) findRights(m *market) {
	if m == nil {
		return
	}
	if m.late != nil {
		v.late(m.late)
	}
	if m.withdraw != nil {
		v.withdraw(m.withdraw)
	}
	if m.reject != "" && v.defective() {
		v.add(Right{Basis: Reject, Law: m.reject, Until: v.delivered + 30, Remedies: []Remedy{Refund}, RefundBy: Never, Verified: true, payer: Merchant, outbound: outPaid}, nil)
	}
	if m.conform != nil && v.defective() {
		v.conform(m.conform)
	}
	if len(v.rights) > 0 && v.rights[0].Basis == LateDelivery && len(v.rights[0].Remedies) == 0 {
		v.pending = &v.rights[0]
	}
}

// defective reports whether goods that were delivered are not what was sold.
func (v *view) defective() bool {
	return v.Claim.Reason.defect() && v.delivered != Never
}

// add lists a right for the covered lines that it reaches, if it is alive and
// reaches any.
func (v *view) add(r Right, reaches func(*Line) bool) {
	if r.Until != Never && v.opened > r.Until {
		return
	}
	for i, u := range v.units {
		if u.n > 0 && (reaches == nil || reaches(u.line)) {
			r.Lines = append(r.Lines, i)
		}
	}
	if len(r.Lines) > 0 {
		v.rights = append(v.rights, r)
	}
}

// late adds the right of whoever waits too long.
func (v *view) late(rule *lateRule) {
	if v.delivered != Never || !v.isLate(rule.kind) {
		return
	}
	r := Right{Basis: LateDelivery, Law: rule.law, Until: Never, Remedies: []Remedy{Refund}, RefundBy: Never, Verified: rule.verified, payer: Merchant, outbound: outPaid}
	switch {
	case rule.working:
		r.RefundBy = v.addWorking(v.opened, rule.refund)
	case rule.refund > 0:
		r.RefundBy = v.opened + Day(rule.refund)
	}
	if rule.kind == lateEU && (v.Order.ExtraUntil.IsZero() || v.now <= DayOf(v.Order.ExtraUntil, v.Market.Zone)) {
		r.Remedies = nil
	}
	v.add(r, nil)
}

func (v *view) isLate(kind lateKind) bool {
	switch kind {
	case lateEU:
		return v.after(v.promised())
	case lateRU:
		return v.promised() != Never && v.after(v.promised())
	case lateCAON:
		by := v.promised()
		if by == Never {
			by = v.placed + carriageDefault
		}
		return v.aboveFifty() && v.now > by+30
	case lateUS:
		return v.where == withMerchant && v.unsent()
	}
	return false
}

// unsent applies the rule of 16 CFR 435.2: each notice of delay that is accepted,
// or the first that is left unanswered and goes to at most thirty days, moves the
// day by which the goods must be sent; any other answer ends the contract.
func (v *view) unsent() bool {
	first := v.placed + carriageDefault
	if !v.Order.ShipBy.IsZero() {
		first = DayOf(v.Order.ShipBy, v.Market.Zone)
	}
	by := first
	for i, d := range v.Order.Delays {
		to := DayOf(d.To, v.Market.Zone)
		if d.Answer != Accepted && (d.Answer != Silent || i != 0 || to > first+30) {
			return true
		}
		by = to
	}
	return v.now > by
}

// aboveFifty reports whether the contract is above CAD 50. What was paid in other
// money cannot be compared without a rate, and counts as above.
func (v *view) aboveFifty() bool {
	if v.Order.Currency != "CAD" {
		return true
	}
	paid := v.Order.Shipping
	for _, l := range v.Order.Lines {
		paid += l.Goods - l.Discount + l.Tax + l.Duty
	}
	return paid > minPaidOfCAON*100
}

// withdraw adds the right to change one's mind.
func (v *view) withdraw(rule *withdrawRule) {
	until, alive := v.withdrawUntil(rule)
	if !alive {
		return
	}
	r := Right{Basis: Withdraw, Law: rule.law, Until: until, Remedies: []Remedy{Refund}, RefundBy: Never, Verified: rule.verified, payer: rule.payer, outbound: rule.outbound}
	if rule.freeIfNever && !v.informed() {
		r.payer = Merchant
	}
	returned := Never
	if !v.Claim.ReturnedAt.IsZero() {
		returned = DayOf(v.Claim.ReturnedAt, v.Market.Zone)
	}
	switch {
	case rule.clock == fromOpened:
		r.RefundBy = v.opened + Day(rule.refund)
	case returned == Never:
	case rule.clock == fromReturned:
		r.RefundBy = returned + Day(rule.refund)
	case rule.clock == fromReturnedWorking:
		r.RefundBy = v.addWorking(returned, rule.refund)
	}
	v.add(r, func(l *Line) bool { return l.Flags&rule.exempt == 0 })
}

// informed reports whether the customer had all of the legal information.
func (v *view) informed() bool { return !v.Order.InformedAt.IsZero() && !v.Order.Incomplete }

// withdrawUntil returns the last day to withdraw, Never where none is in sight,
// and whether there is such a right at all.
func (v *view) withdrawUntil(rule *withdrawRule) (until Day, alive bool) {
	told := Never
	if !v.Order.InformedAt.IsZero() {
		told = DayOf(v.Order.InformedAt, v.Market.Zone)
	}
	switch rule.info {
	case infoJP:
		if v.informed() {
			return Never, false
		}
	case infoCAON:
		switch {
		case !v.aboveFifty() || v.informed():
			return Never, false
		case told == Never:
			return v.placed + 30, true
		case v.delivered != Never:
			return told + Day(rule.days), true
		}
	}
	if v.delivered == Never {
		return Never, true
	}
	roll := func(d Day) Day {
		if rule.roll {
			return v.roll(d)
		}
		return d
	}
	until = roll(v.delivered + Day(rule.days))
	switch rule.info {
	case infoEU:
		switch {
		case v.informed() && told <= v.delivered:
		case v.informed() && told <= v.delivered.addMonths(12):
			until = roll(told + Day(rule.days))
		default:
			until = roll((v.delivered + Day(rule.days)).addMonths(12))
		}
	case infoRU:
		if told == Never || told > v.delivered {
			until = roll(v.delivered.addMonths(3))
		}
	case infoKR:
		if told == Never {
			return Never, true
		}
		until = max(v.delivered, told) + Day(rule.days)
	}
	if rule.working {
		until = v.addWorking(v.delivered, rule.days)
	}
	return until, true
}

// startOfRepairRule is when a repair began to add twelve months in the European
// Union: Directive (EU) 2024/1799 art. 22.
var startOfRepairRule = Date(2026, time.July, 31)

// conform adds the rights of whoever was delivered something else than was sold.
func (v *view) conform(rule *conformRule) {
	r := Right{Basis: Conformity, Law: rule.law, Until: Never, RefundBy: Never, Verified: rule.verified, payer: Merchant, outbound: outPaid}
	if rule.months > 0 {
		months := rule.months
		if rule.odd == afterRepair && slices.ContainsFunc(v.Claim.Prior, func(p Prior) bool { return p.Remedy == Repair && DayOf(p.At, v.Market.Zone) >= startOfRepairRule }) {
			months += 12
		}
		r.Until = v.delivered.addMonths(months)
	}
	r.burden = rule.burden > 0 && v.opened > v.delivered.addMonths(rule.burden)
	switch rule.odd {
	case fromDiscovery:
		start := v.delivered
		if !v.Claim.Discovered.IsZero() {
			start = DayOf(v.Claim.Discovered, v.Market.Zone)
		}
		v.choices(&r, rule.first, rule.second, rule.major)
		lasting, passing := r, r
		lasting.Until, passing.Until = start+Day(rule.days), start+30
		v.add(lasting, func(l *Line) bool { return l.Flags&NonDurable == 0 })
		v.add(passing, func(l *Line) bool { return l.Flags&NonDurable != 0 })
	case complexGoods:
		if v.opened <= v.delivered+15 {
			v.choices(&r, rule.first, nil, false)
			v.add(r, nil)
			return
		}
		simple, hard := r, r
		v.choices(&simple, rule.first, nil, false)
		v.choices(&hard, []Remedy{Repair}, []Remedy{Replace, Refund}, true)
		v.add(simple, func(l *Line) bool { return l.Flags&Complex == 0 })
		v.add(hard, func(l *Line) bool { return l.Flags&Complex != 0 })
	case byAge:
		first := []Remedy{Repair}
		if v.opened <= v.delivered+15 {
			first = append(first, Replace)
		}
		if v.opened <= v.delivered+7 {
			first = append(first, Refund)
		}
		v.choices(&r, first, nil, false)
		v.add(r, nil)
	default:
		v.choices(&r, rule.first, rule.second, rule.major)
		v.add(r, nil)
	}
}

// choices fills in the remedies of a right: those of second choice are open once
// an attempt failed, where none of the first can be, or at once by rule for a
// major defect.
func (v *view) choices(r *Right, first, second []Remedy, major bool) {
	r.Remedies = first
	if len(second) == 0 {
		return
	}
	open := major && v.Claim.Major || slices.ContainsFunc(v.Claim.Prior, func(p Prior) bool { return p.Failed }) || !slices.ContainsFunc(first, v.possible)
	if !open {
		r.later = second
		return
	}
	r.Remedies = append(slices.Clip(first), second...)
}

// possible reports whether there is what a cure needs.
func (v *view) possible(r Remedy) bool {
	code, _ := v.supplies(r)
	return v.applies(r) && code == 0
}
