package policy

import (
	"maps"
	"slices"
	"strings"

	"godwit.dev/godwit/internal/domain/decision"
)

// falsehood is a clause that promises less than the law, and where.
type falsehood struct {
	place, key string
	laws       []string
	args       []any
	markets    []string
}

// floors holds a document against the laws of the markets that it reaches.
type floors struct {
	found []*falsehood
}

// floor adds what is false by law. Each rule is looked at with the terms under it,
// for each market and reason that it reaches: those for which no earlier rule
// always decides.
func (c *checker) floor(law *decision.Law, d Document) {
	var fs floors
	var all []decision.Floor
	for _, market := range law.Markets() {
		all = append(all, law.Floor(market))
	}
	rules := append(slices.Clip(d.Rules), Rule{Clauses: d.Terms})
	for i, r := range rules {
		place, terms := "terms", d.Terms
		if i < len(d.Rules) {
			place, terms = "rules."+r.Name, d.Terms.over(r.Clauses)
		}
		said := saying{place: place, rule: r, terms: terms, fs: &fs}
		for _, f := range all {
			said.floor = f
			for _, reason := range decision.Reasons() {
				if !r.decides(f.Market, reason) || slices.ContainsFunc(rules[:i], func(e Rule) bool { return e.always() && e.decides(f.Market, reason) }) {
					continue
				}
				said.reason = reason
				if reason.ChangeOfMind() {
					said.changeOfMind()
				} else if reason.Defect() {
					said.defect()
				}
			}
		}
	}
	for _, f := range fs.found {
		laws := f.laws
		if len(laws) > mostLaws {
			laws = append(slices.Clip(laws[:mostLaws]), "…")
		}
		c.say(f.place, f.key, append([]any{"markets", strings.Join(short(f.markets), ", "), "law", strings.Join(laws, "; ")}, f.args...)...)
	}
}

// mostLaws is how many laws one problem names; the markets are named all.
const mostLaws = 3

// short writes the members of the Union as one, where all of them are there.
func short(markets []string) []string {
	union := decision.Union()
	for _, m := range union {
		if !slices.Contains(markets, m) {
			return markets
		}
	}
	rest := slices.DeleteFunc(slices.Clone(markets), decision.InUnion)
	return append([]string{"EU"}, rest...)
}

// decides reports whether a rule may decide a case of a market and a reason.
func (r *Rule) decides(market string, reason decision.Reason) bool {
	country, region, _ := strings.Cut(market, "-")
	return r.When.reaches(country, region) && (len(r.When.Reasons) == 0 || slices.Contains(r.When.Reasons, reason.String()))
}

// always reports whether a rule asks for nothing but markets and reasons, so that
// no rule after it decides where it does.
func (r *Rule) always() bool {
	w := r.When
	return len(w.Shops)+len(w.Categories)+len(w.SKUs)+len(w.Kinds)+len(w.Tiers) == 0 && w.Price == nil && w.Days == nil && w.Returns == nil && w.Disputes == nil
}

// saying is what a rule says in a market for a reason.
type saying struct {
	place  string
	rule   Rule
	terms  Clauses
	floor  decision.Floor
	reason decision.Reason
	fs     *floors
}

// false notes a clause; the same one for several markets and reasons is one.
func (s *saying) false(clause, key, law string, args ...any) {
	place := s.place + "." + clause
	for _, f := range s.fs.found {
		if f.place == place && f.key == key && slices.Equal(f.args, args) {
			if !slices.Contains(f.markets, s.floor.Market) {
				f.markets = append(f.markets, s.floor.Market)
			}
			if !slices.Contains(f.laws, law) {
				f.laws = append(f.laws, law)
			}
			return
		}
	}
	s.fs.found = append(s.fs.found, &falsehood{place: place, key: key, laws: []string{law}, args: args, markets: []string{s.floor.Market}})
}

// changeOfMind looks at what a customer who changes their mind is told, during the
// days in which the law lets them.
func (s *saying) changeOfMind() {
	w := s.floor.Withdraw
	if w == nil || s.rule.When.Days != nil && s.rule.When.Days.From > w.Span() || s.exempt(w) {
		return
	}
	window, offered := s.terms.Windows[decision.Refund.String()]
	switch {
	case !offered:
		s.false("windows", "error.policy_floor_none", w.Law, "days", w.Days)
	case window < w.Span():
		s.false("windows.refund", "error.policy_floor_window", w.Law, "days", w.Span(), "said", window)
	}
	if f := s.terms.FinalSale; f != nil && *f {
		s.false("final_sale", "error.policy_floor_final", w.Law)
	}
	for _, word := range s.terms.NoReturn {
		if flag, _ := decision.ParseFlag(word); flag&w.Exempt == 0 {
			s.false("no_return."+word, "error.policy_floor_goods", w.Law, "kind", word)
		}
	}
	if e := s.terms.Evidence[s.reason.String()]; len(e) > 0 {
		s.false("evidence."+s.reason.String(), "error.policy_floor_proof", w.Law)
	}
	if s.terms.Postage[s.reason.String()] == decision.Customer.String() && w.Payer == decision.Merchant {
		s.false("postage."+s.reason.String(), "error.policy_floor_postage", w.Law)
	}
	// A fee is never kept of what the law gives back. With a longer window it falls on the days after; without one it could
	// only fall on days that the law makes free.
	if share(s.terms.Fee) > 0 && window <= w.Span() {
		s.false("fee", "error.policy_floor_fee", w.Law, "days", w.Span())
	}
	for _, name := range slices.Sorted(maps.Keys(s.terms.Tiers)) {
		tier := s.terms.Tiers[name]
		if share(tier.Fee) > 0 && window+tier.Days <= w.Span() {
			s.false("tiers."+name+".fee", "error.policy_floor_fee", w.Law, "days", w.Span())
		}
	}
}

// exempt reports whether the goods of the rule are of a kind that the law leaves out.
func (s *saying) exempt(w *decision.WithdrawFloor) bool {
	return slices.ContainsFunc(s.rule.Goods, func(word string) bool {
		flag, _ := decision.ParseFlag(word)
		return flag&w.Exempt != 0
	})
}

// defect looks at what a customer is told whose goods are not what was sold. A
// window of a rule that does not speak of such goods is the merchant's own promise
// and no limit of theirs; one of a rule that does would be read as one.
func (s *saying) defect() {
	c, law := s.floor.Conform, s.floor.Reject
	if c != nil {
		law = c.Law
	}
	if law == "" {
		return
	}
	if s.terms.Postage[s.reason.String()] == decision.Customer.String() {
		s.false("postage."+s.reason.String(), "error.policy_floor_postage", law)
	}
	if slices.Contains(s.terms.Evidence[s.reason.String()], decision.ExpertReport.String()) {
		s.false("evidence."+s.reason.String(), "error.policy_floor_expert", law)
	}
	if !slices.Contains(s.rule.When.Reasons, s.reason.String()) {
		return
	}
	if window, ok := s.terms.Windows[decision.Refund.String()]; ok && s.floor.Reject != "" && window < RejectDays {
		s.false("windows.refund", "error.policy_floor_window", s.floor.Reject, "days", RejectDays, "said", window)
	}
	if c == nil || s.rule.When.Days != nil && c.Span() > 0 && s.rule.When.Days.From > c.Span() {
		return
	}
	var first []string
	offered := false
	for _, r := range c.First {
		first = append(first, r.String())
		window, ok := s.terms.Windows[r.String()]
		offered = offered || ok
		if ok && window < c.Span() && !(r == decision.Refund && s.floor.Reject != "") {
			s.false("windows."+r.String(), "error.policy_floor_window", c.Law, "days", c.Span(), "said", window)
		}
	}
	if !offered {
		s.false("windows", "error.policy_floor_remedy", c.Law, "remedies", strings.Join(first, ", "))
	}
}

// RejectDays is how long faulty goods may be sent back for a refund: CRA 2015 s. 22(3).
const RejectDays = 30
