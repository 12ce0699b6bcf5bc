package policy

import (
	"slices"
	"strings"

	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/fx"
)

// Decide returns what a document says of some facts. It is pure: the rates are
// given. The version is left to who knows it.
func (d Document) Decide(f Facts, rates fx.Table) Terms {
	return NewDecider(d, rates).Decide(f)
}

// of returns what a rule says of some facts, or the terms at the top for -1.
func (d Document) of(rule int, f Facts, rates fx.Table) Terms {
	x := exchange{from: d.Currency, to: f.Currency, rates: rates}
	if rule < 0 {
		return d.Terms.terms(f, "", nil, &x)
	}
	r := d.Rules[rule]
	t := d.Terms.over(r.Clauses).terms(f, r.Name, r.Goods, &x)
	if r.Cap != nil {
		t.Cap.Rule = r.Name
	}
	return t
}

// exchange brings amounts of the document to the order's currency.
type exchange struct {
	from, to string
	rates    fx.Table
	used     *Rate
}

// meets reports whether facts meet all conditions; a price that cannot be compared
// meets none.
func (w *When) meets(f Facts, price int64, priced bool, currency string) bool {
	switch {
	case !w.reaches(f.Market, f.Region),
		len(w.Shops) > 0 && !slices.Contains(w.Shops, shopKey(f)),
		len(w.Categories) > 0 && !slices.ContainsFunc(w.Categories, func(c string) bool { return strings.EqualFold(strings.TrimSpace(c), strings.TrimSpace(f.Category)) }),
		len(w.SKUs) > 0 && !slices.ContainsFunc(w.SKUs, func(s string) bool { return names(s, f.SKU) }),
		len(w.Kinds) > 0 && !slices.Contains(w.Kinds, f.Kind),
		len(w.Reasons) > 0 && !slices.Contains(w.Reasons, f.Reason),
		len(w.Tiers) > 0 && !slices.Contains(w.Tiers, f.Tier),
		!w.Days.holds(int64(f.Days)), !w.Returns.holds(f.Returns), !w.Disputes.holds(f.Disputes):
		return false
	case w.Price == nil:
		return true
	case !priced:
		return false
	}
	from, to := w.Price.From.minor(currency), w.Price.To.minor(currency)
	return price >= from && (w.Price.To == "" || price <= to)
}

func shopKey(f Facts) string { return id.Format("shp", int64(f.Shop)) }

// names reports whether an SKU is the one that is written, or begins with it.
func names(written, sku string) bool {
	written, sku = strings.ToUpper(strings.TrimSpace(written)), strings.ToUpper(strings.TrimSpace(sku))
	if begin, ok := strings.CutSuffix(written, "*"); ok {
		return strings.HasPrefix(sku, begin)
	}
	return written == sku
}

// reaches reports whether a place is among the markets of a rule.
func (w *When) reaches(country, region string) bool {
	in := func(list []string) bool {
		return slices.ContainsFunc(list, func(m string) bool {
			return m == country || m == "EU" && decision.InUnion(country) || region != "" && m == country+"-"+region
		})
	}
	return (len(w.Markets) == 0 || in(w.Markets)) && !in(w.Except)
}

// minor returns the amount in minor units; 0 for one that is absent or that Check
// refuses.
func (a Amount) minor(currency string) int64 {
	if a == "" {
		return 0
	}
	m, err := money.Parse(string(a), currency)
	if err != nil {
		return 0
	}
	return m.Minor
}

// percent reads "12.5%".
func percent(s string) (decision.Share, bool) {
	n, ok := strings.CutSuffix(strings.TrimSpace(s), "%")
	units, places, _ := strings.Cut(strings.TrimSpace(n), ".")
	if !ok || units == "" || len(units) > 3 || len(places) > 4 || strings.HasSuffix(strings.TrimSpace(n), ".") {
		return 0, false
	}
	units = strings.Repeat("0", 3-len(units)) + units
	share, err := decision.ParseShare(units[:1] + "." + units[1:] + places)
	return share, err == nil
}

// share is percent of what Check has accepted.
func share(s string) decision.Share {
	n, _ := percent(s)
	return n
}

func (c Clauses) terms(f Facts, rule string, goods []string, x *exchange) Terms {
	t := Terms{Rule: rule, Trigger: c.Trigger, SendDays: c.SendWithin, HoldCard: c.HoldCard != nil && *c.HoldCard, HoldShare: share(c.HoldShare)}
	for _, g := range goods {
		flag, _ := decision.ParseFlag(g)
		t.Flags |= flag
	}
	p := decision.Policy{
		Windows: make(map[decision.Remedy]int, len(c.Windows)), Fee: share(c.Fee), Duty: c.Duty != nil && *c.Duty,
		Partial: share(c.Partial), Bonus: share(c.Bonus), Fallback: decision.Fallback{Method: "bank", Days: 5},
	}
	for word, days := range c.Windows {
		remedy, _ := decision.ParseRemedy(word)
		p.Windows[remedy] = days
	}
	if len(c.Postage) > 0 {
		p.Postage = make(map[decision.Reason]decision.Payer, len(c.Postage))
	}
	for word, payer := range c.Postage {
		reason, _ := decision.ParseReason(word)
		p.Postage[reason], _ = decision.ParsePayer(payer)
	}
	if len(c.Evidence) > 0 {
		p.Evidence = make(map[decision.Reason]decision.Evidence, len(c.Evidence))
	}
	for word, list := range c.Evidence {
		reason, _ := decision.ParseReason(word)
		for _, e := range list {
			bit, _ := decision.ParseEvidence(e)
			p.Evidence[reason] |= bit
		}
	}
	for _, g := range c.NoReturn {
		flag, _ := decision.ParseFlag(g)
		p.NoReturn |= flag
	}
	if c.FinalSale != nil && *c.FinalSale {
		p.FinalSale = []string{f.SKU}
	}
	if c.Fallback != nil {
		p.Fallback = decision.Fallback{Method: c.Fallback.Method, Days: c.Fallback.Days}
	}
	if c.Review != nil {
		p.Review = decision.Review{Returns: c.Review.Returns, Disputes: c.Review.Disputes}
	}
	c.amounts(&p, x)
	if c.Cap != nil {
		p.Cap = &decision.Cap{}
		p.Cap.Limit, _ = x.amount(c.Cap.Amount) // without a rate nothing runs alone
		t.Cap = &CapTerms{Per: c.Cap.Per, Limit: c.Cap.Amount.minor(x.from), Currency: x.from, Of: p.Cap.Limit}
	}
	t.Policy, t.Rate = p, x.used
	return t
}

// amounts fills in what is money; without a rate it stays out.
func (c Clauses) amounts(p *decision.Policy, x *exchange) {
	if c.Label != "" {
		if n, ok := x.amount(c.Label); ok {
			p.Label = &n
		} else {
			p.Label = new(int64) // without a rate nothing is charged
		}
	}
	p.KeepBelow, _ = x.amount(c.KeepBelow)
	if len(c.Auto) > 0 {
		p.Auto = make(map[decision.Remedy]int64, len(c.Auto))
	}
	for word, limit := range c.Auto {
		if n, ok := x.amount(limit); ok {
			remedy, _ := decision.ParseRemedy(word)
			p.Auto[remedy] = n
		}
	}
	if len(c.Tiers) > 0 {
		p.Tiers = make(map[string]decision.Tier, len(c.Tiers))
	}
	for name, tier := range c.Tiers {
		out := decision.Tier{Days: tier.Days}
		if tier.Fee != "" {
			fee := share(tier.Fee)
			out.Fee = &fee
		}
		if n, ok := x.amount(tier.Auto); ok && tier.Auto != "" {
			out.Auto = &n
		}
		p.Tiers[name] = out
	}
}

// amount brings an amount to the order's currency; false without a rate.
func (x *exchange) amount(a Amount) (int64, bool) {
	return x.convert(a.minor(x.from), x.from, x.to)
}

func (x *exchange) convert(n int64, from, to string) (int64, bool) {
	if from == to || n == 0 {
		return n, true
	}
	a, err := money.New(n, from)
	if err != nil {
		return 0, false
	}
	b, cross, err := x.rates.Convert(a, to, fx.HalfUp)
	if err != nil {
		return 0, false
	}
	if x.used == nil {
		x.used = &Rate{From: cross.From, To: cross.To, Value: cross.Value().FloatString(8), Day: cross.Day}
		for _, s := range cross.Sources() {
			x.used.Sources = append(x.used.Sources, string(s))
		}
	}
	return b.Minor, true
}
