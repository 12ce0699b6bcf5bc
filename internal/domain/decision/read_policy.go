package decision

import (
	"maps"
	"slices"
)

// sorted returns the keys of a map in order, so that the first problem is always
// the same one.
func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func (s *scan) policy(w *writtenPolicy) Policy {
	p := Policy{
		Fee: s.share(w.Fee, "policy.fee"), Duty: w.Duty, FinalSale: w.FinalSale, NoReturn: set(s, flagWords, w.NoReturn, "policy.no_return"),
		KeepBelow: s.money(w.KeepBelow, "policy.keep_below"), Partial: s.share(w.Partial, "policy.partial"), Bonus: s.share(w.Bonus, "policy.bonus"),
	}
	s.given(w.Windows != nil, "policy.windows")
	p.Windows = make(map[Remedy]int, len(w.Windows))
	for _, k := range sorted(w.Windows) {
		p.Windows[word(s, remedyWords, k, "policy.windows")] = s.span(w.Windows[k], "policy.windows."+k)
	}
	p.Postage = make(map[Reason]Payer, len(w.Postage))
	for _, k := range sorted(w.Postage) {
		p.Postage[word(s, reasonWords, k, "policy.postage")] = word(s, payerWords, w.Postage[k], "policy.postage."+k)
	}
	if w.Label != nil {
		label := s.money(w.Label, "policy.label")
		p.Label = &label
	}
	p.Evidence = make(map[Reason]Evidence, len(w.Evidence))
	for _, k := range sorted(w.Evidence) {
		p.Evidence[word(s, reasonWords, k, "policy.evidence")] = set(s, evidenceWords, w.Evidence[k], "policy.evidence."+k)
	}
	if s.given(w.Fallback != nil, "policy.fallback") {
		p.Fallback = Fallback{Method: w.Fallback.Method, Days: s.span(w.Fallback.Days, "policy.fallback.days")}
		if m := p.Fallback.Method; m != "bank" && m != "store_credit" {
			s.fail("policy.fallback.method", "must be bank or store_credit, not %q", m)
		}
	}
	p.Auto = make(map[Remedy]int64, len(w.Auto))
	for _, k := range sorted(w.Auto) {
		limit := w.Auto[k]
		p.Auto[word(s, remedyWords, k, "policy.auto")] = s.money(&limit, "policy.auto."+k)
	}
	if w.Review != nil {
		p.Review = Review{Returns: w.Review.Returns, Disputes: w.Review.Disputes}
	}
	p.Tiers = make(map[string]Tier, len(w.Tiers))
	for _, k := range sorted(w.Tiers) {
		t := w.Tiers[k]
		tier := Tier{Days: s.span(t.Days, "policy.tiers."+k+".days")}
		if t.Fee != nil {
			fee := s.share(t.Fee, "policy.tiers."+k+".fee")
			tier.Fee = &fee
		}
		if t.Auto != nil {
			auto := s.money(t.Auto, "policy.tiers."+k+".auto")
			tier.Auto = &auto
		}
		p.Tiers[k] = tier
	}
	if w.Cap != nil {
		p.Cap = &Cap{Limit: s.money(&w.Cap.Limit, "policy.cap.limit"), Spent: s.money(&w.Cap.Spent, "policy.cap.spent")}
	}
	return p
}

func (s *scan) costs(w *writtenCosts) Costs {
	c := Costs{Credit: Whole}
	if w == nil {
		c.Routes[Origin] = &RouteCost{}
		return c
	}
	for _, k := range sorted(w.Routes) {
		route, path := word(s, routeWords, k, "costs.routes"), "costs.routes."+k
		if route == NoRoute {
			s.fail("costs.routes", "must not hold %q", k)
		}
		r := w.Routes[k]
		c.Routes[route] = &RouteCost{Freight: s.money(r.Freight, path+".freight"), Fee: s.money(r.Fee, path+".fee"), Days: s.span(r.Days, path+".days"), DutyBack: s.share(r.DutyBack, path+".duty_back")}
	}
	c.Handling = s.money(w.Handling, "costs.handling")
	c.Items = make(map[string]Item, len(w.Items))
	for _, k := range sorted(w.Items) {
		item, path := w.Items[k], "costs.items."+k
		c.Items[k] = Item{Cost: s.money(item.Cost, path+".cost"), Resale: [3]int64{
			s.money(item.Resale.A, path+".resale.A"), s.money(item.Resale.B, path+".resale.B"), s.money(item.Resale.C, path+".resale.C")}}
	}
	for _, k := range sorted(w.Replace) {
		from, path := word(s, routeWords, k, "costs.replace"), "costs.replace."+k
		if from != LocalStore && from != Origin {
			s.fail("costs.replace", "must hold only local_warehouse and origin, not %q", k)
		}
		r := w.Replace[k]
		c.Replace = append(c.Replace, Sender{From: from, Freight: s.money(r.Freight, path+".freight"), Days: s.span(r.Days, path+".days")})
	}
	if w.Repair != nil {
		c.Repair = &RepairCost{Cost: s.money(w.Repair.Cost, "costs.repair.cost"), Freight: s.money(w.Repair.Freight, "costs.repair.freight"), Days: s.span(w.Repair.Days, "costs.repair.days")}
	}
	c.TaxBack = s.share(w.TaxBack, "costs.tax_back")
	if w.Credit != nil {
		c.Credit = s.share(w.Credit, "costs.credit")
	}
	return c
}
