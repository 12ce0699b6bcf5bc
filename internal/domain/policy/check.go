package policy

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/decision"
)

// checker collects what is wrong with a document, each with its place in it.
type checker struct {
	currency string
	problems []error
}

func (c *checker) say(place, key string, args ...any) {
	c.problems = append(c.problems, errs.Field(place, key, args...))
}

// Check finds everything that is wrong with a document: words that are none,
// amounts that do not fit the currency, and clauses that promise less than the law
// of a market that they reach. All of it is errs.Invalid, and each problem names
// its place: "rules.sale.windows.refund".
func (d Document) Check(law *decision.Law) error {
	c := &checker{currency: d.Currency}
	if _, ok := money.Digits(d.Currency); !ok {
		c.say("currency", "error.currency", "currency", d.Currency)
		return errors.Join(c.problems...)
	}
	if len(d.Rules) > maxRules {
		c.say("rules", "error.policy_rules", "most", maxRules)
		return errors.Join(c.problems...)
	}
	c.clauses("terms", d.Terms)
	if len(d.Terms.Windows) == 0 {
		c.say("terms.windows", "error.required")
	}
	if d.Terms.Fallback == nil {
		c.say("terms.fallback", "error.required")
	}
	if d.Terms.Trigger == "" {
		c.say("terms.trigger", "error.required")
	}
	known := map[string]bool{}
	for _, r := range d.Rules {
		place := "rules." + r.Name
		switch {
		case !ruleName.MatchString(r.Name):
			c.say("rules", "error.policy_name", "name", r.Name)
		case known[r.Name]:
			c.say(place, "error.policy_twice", "name", r.Name)
		}
		known[r.Name] = true
		c.when(place+".when", r.When)
		for _, g := range r.Goods {
			oneOf(c, place+".goods", g, decision.ParseFlag, flagWords())
		}
		if len(r.Goods) > 0 && len(r.When.SKUs)+len(r.When.Categories) == 0 {
			c.say(place+".goods", "error.policy_goods")
		}
		c.clauses(place, r.Clauses)
	}
	if len(c.problems) == 0 {
		c.floor(law, d)
	}
	return errors.Join(c.problems...)
}

var (
	ruleName   = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,59}$`)
	marketName = regexp.MustCompile(`^[A-Z]{2}(-[A-Z0-9]{1,3})?$`)
)

func flagWords() string { return decision.AllFlags.String() }

// oneOf checks that a word is known.
func oneOf[T any](c *checker, place, word string, parse func(string) (T, bool), all string) {
	if _, ok := parse(word); !ok {
		c.say(place, "error.policy_word", "word", word, "words", all)
	}
}

func list[T fmt.Stringer](of []T) string {
	var out []string
	for _, v := range of {
		out = append(out, v.String())
	}
	return strings.Join(out, " ")
}

func (c *checker) when(place string, w When) {
	if max(len(w.Markets), len(w.Except), len(w.Shops), len(w.Categories), len(w.SKUs), len(w.Tiers)) > maxList {
		c.say(place, "error.policy_list", "most", maxList)
	}
	for _, markets := range [][]string{w.Markets, w.Except} {
		for _, m := range markets {
			if !marketName.MatchString(m) {
				c.say(place+".markets", "error.country", "country", m)
			}
		}
	}
	for _, texts := range [][]string{w.Shops, w.Categories, w.SKUs, w.Tiers} {
		for _, t := range texts {
			if s := strings.TrimSpace(t); s == "" || s == "*" || len(s) > 200 {
				c.say(place, "error.policy_empty")
			}
		}
	}
	for _, k := range w.Kinds {
		oneOf(c, place+".kinds", k, decision.ParseKind, list(caseKinds()))
	}
	for _, r := range w.Reasons {
		oneOf(c, place+".reasons", r, decision.ParseReason, list(decision.Reasons()))
	}
	if w.Price != nil {
		c.amount(place+".price.from", w.Price.From)
		c.amount(place+".price.to", w.Price.To)
		if w.Price.To != "" && w.Price.To.minor(c.currency) < w.Price.From.minor(c.currency) {
			c.say(place+".price", "error.policy_span")
		}
	}
	for i, s := range []*Span{w.Days, w.Returns, w.Disputes} {
		if s != nil && (s.From < 0 || s.From > maxDays || s.To != nil && *s.To < s.From) {
			c.say(place+"."+[]string{"days", "returns", "disputes"}[i], "error.policy_span")
		}
	}
}

func caseKinds() []decision.Kind {
	var out []decision.Kind
	for _, k := range cases.Kinds() {
		kind, _ := decision.ParseKind(string(k))
		out = append(out, kind)
	}
	return out
}

func (c *checker) amount(place string, a Amount) {
	if a == "" {
		return
	}
	if m, err := money.Parse(string(a), c.currency); err != nil || m.Minor < 0 || m.Minor > maxAmount {
		c.say(place, "error.policy_amount", "amount", string(a), "currency", c.currency)
	}
}

// maxAmount keeps sums of many lines within what decisions compute with.
const maxAmount = 1_000_000_000_000

func (c *checker) percent(place, s string) {
	if _, ok := percent(s); s != "" && !ok {
		c.say(place, "error.policy_percent", "share", s)
	}
}

func (c *checker) days(place string, n int) {
	if n < 0 || n > maxDays {
		c.say(place, "error.policy_days", "most", maxDays)
	}
}

func (c *checker) clauses(place string, t Clauses) {
	for _, word := range slices.Sorted(maps.Keys(t.Windows)) {
		oneOf(c, place+".windows", word, decision.ParseRemedy, list(decision.Remedies()))
		if word == decision.FullKeep.String() {
			c.say(place+".windows", "error.policy_full_keep")
		}
		c.days(place+".windows."+word, t.Windows[word])
	}
	for _, word := range slices.Sorted(maps.Keys(t.Postage)) {
		oneOf(c, place+".postage", word, decision.ParseReason, list(decision.Reasons()))
		oneOf(c, place+".postage."+word, t.Postage[word], decision.ParsePayer, "customer merchant")
	}
	for _, g := range t.NoReturn {
		oneOf(c, place+".no_return", g, decision.ParseFlag, flagWords())
	}
	for _, word := range slices.Sorted(maps.Keys(t.Evidence)) {
		oneOf(c, place+".evidence", word, decision.ParseReason, list(decision.Reasons()))
		for _, e := range t.Evidence[word] {
			oneOf(c, place+".evidence."+word, e, decision.ParseEvidence, decision.AllEvidence.String())
		}
	}
	for _, word := range slices.Sorted(maps.Keys(t.Auto)) {
		oneOf(c, place+".auto", word, decision.ParseRemedy, list(decision.Remedies()))
		c.amount(place+".auto."+word, t.Auto[word])
	}
	for _, name := range slices.Sorted(maps.Keys(t.Tiers)) {
		tier := t.Tiers[name]
		c.days(place+".tiers."+name+".days", tier.Days)
		c.percent(place+".tiers."+name+".fee", tier.Fee)
		c.amount(place+".tiers."+name+".auto", tier.Auto)
	}
	c.amount(place+".label", t.Label)
	c.amount(place+".keep_below", t.KeepBelow)
	for i, s := range []string{t.Fee, t.Partial, t.Bonus} {
		c.percent(place+"."+[]string{"fee", "partial", "bonus"}[i], s)
	}
	if f := t.Fallback; f != nil {
		if f.Method != "bank" && f.Method != "store_credit" {
			c.say(place+".fallback.method", "error.policy_word", "word", f.Method, "words", "bank store_credit")
		}
		c.days(place+".fallback.days", f.Days)
	}
	if t.Trigger != "" && !slices.Contains(cases.Triggers(), cases.Trigger(t.Trigger)) {
		var all []string
		for _, x := range cases.Triggers() {
			all = append(all, string(x))
		}
		c.say(place+".trigger", "error.policy_word", "word", t.Trigger, "words", strings.Join(all, " "))
	}
	if c.percent(place+".hold_share", t.HoldShare); t.HoldShare != "" && share(t.HoldShare) == 0 { // a hold of nothing secures nothing
		c.say(place+".hold_share", "error.policy_percent", "share", t.HoldShare)
	}
	c.days(place+".send_within", t.SendWithin)
	if k := t.Cap; k != nil {
		if k.Amount == "" {
			c.say(place+".cap.amount", "error.required")
		}
		c.amount(place+".cap.amount", k.Amount)
		if !slices.Contains(Periods(), k.Per) {
			c.say(place+".cap.per", "error.policy_word", "word", k.Per, "words", strings.Join(Periods(), " "))
		}
	}
	if r := t.Review; r != nil && (r.Returns != nil && *r.Returns < 0 || r.Disputes != nil && *r.Disputes < 0) {
		c.say(place+".review", "error.policy_span")
	}
}
