package ui

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/policy"
)

// Policy is a shop's return policy as its customers read it in one market. Every sentence is drawn from the terms by which
// cases are decided.
type Policy struct {
	Page
	Market    string // DE, GB-SCT
	Countries []Choice
	Notice    policy.Notice
	Floor     decision.Floor
	Currency  string // of the terms' amounts
	Start     string // where a return begins
	Withdraw  string // where one withdraws by law, "" where there is no such function
}

// clause is one thing that a policy says: a sentence, or a heading with its list.
type clause struct {
	Text  string
	Items []string
}

// Place names a market: a country, or a region with a law of its own.
func (p Page) Place(market string) string {
	country, region, _ := strings.Cut(market, "-")
	if region == "" {
		return p.Country(country)
	}
	return p.Country(country) + " (" + region + ")"
}

// heading says of which cases a part speaks.
func (v Policy) heading(i int) string {
	w := v.Notice.Says[i].When
	switch {
	case !w.Always():
		return ""
	case i > 0:
		return v.T("portal.policy.other")
	}
	return v.T("portal.policy.general")
}

// label writes a word and what it names.
func (p Page) label(word, value string) string { return word + colon(p.Lang()) + value }

// asked are the conditions of a part.
func (v Policy) asked(s policy.Said) []string {
	w := s.When
	var out []string
	add := func(key string, list []string) {
		if len(list) > 0 {
			out = append(out, v.label(v.T(key), v.List(list)))
		}
	}
	add("portal.policy.categories", v.aparts(w.Categories))
	add("portal.policy.items", v.aparts(w.SKUs))
	add("portal.policy.groups", v.aparts(w.Tiers))
	var why []string
	for _, k := range w.Kinds {
		why = append(why, v.kind(k))
	}
	add("portal.return.reason", append(why, v.reasons(w.Reasons)...))
	if p := w.Price; p != nil {
		out = append(out, v.label(v.T("portal.policy.price"), v.between(v.sum(p.From), v.sum(p.To))))
	}
	for _, x := range []struct {
		key  string
		span *policy.Span
	}{{"portal.policy.days", w.Days}, {"portal.policy.returns", w.Returns}, {"portal.policy.disputes", w.Disputes}} {
		if x.span != nil {
			to := ""
			if x.span.To != nil {
				to = v.Number(int64(*x.span.To))
			}
			out = append(out, v.label(v.T(x.key), v.between(v.Number(int64(x.span.From)), to)))
		}
	}
	return out
}

// between writes a range; without an end it is open.
func (p Page) between(from, to string) string {
	switch {
	case to == "":
		return "≥ " + from
	case from == "":
		return "≤ " + to
	}
	return from + " – " + to
}

// sum writes an amount of the document.
func (v Policy) sum(a policy.Amount) string {
	m, err := money.Parse(string(a), v.Notice.Currency)
	if a == "" || err != nil {
		return ""
	}
	return m.Format(string(v.Lang()))
}

func (p Page) aparts(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = p.apart(s)
	}
	return out
}

// kind names a kind of case in the customers' words.
func (p Page) kind(kind string) string {
	switch cases.Kind(kind) {
	case cases.Withdrawal:
		return p.T("portal.withdraw.title")
	case cases.Exchange:
		return p.T("portal.remedy.exchange")
	case cases.Warranty:
		return p.T("portal.policy.warranty")
	case cases.Damaged:
		return p.T("portal.reason.damaged") + " / " + p.T("portal.reason.wrong_item") + " / " + p.T("portal.reason.missing_item")
	case cases.NotReceived:
		return p.T("portal.reason.not_received")
	case cases.AtDoor:
		return p.T("portal.reason.refused")
	case cases.Goodwill:
		return p.T("portal.reason.other")
	}
	return p.T("portal.slip.title")
}

func (p Page) reasons(words []string) []string {
	var out []string
	for _, w := range words {
		out = append(out, p.T("portal.reason."+w))
	}
	return out
}

// windows are how long each remedy is offered.
func (v Policy) windows(p decision.Policy) []string {
	var out []string
	for _, r := range decision.Remedies() {
		if days, ok := p.Windows[r]; ok {
			out = append(out, v.label(v.T("portal.remedy."+r.String()), v.Number(int64(days))))
		}
	}
	return out
}

// clauses are everything that a part promises and asks.
func (v Policy) clauses(s policy.Said) []clause {
	p := s.Terms.Policy
	out := []clause{{v.T("portal.policy.days"), v.windows(p)}}
	say := func(key string, args ...any) { out = append(out, clause{Text: v.T(key, args...)}) }
	list := func(key string, items []string) {
		if len(items) > 0 {
			out = append(out, clause{v.T(key), items})
		}
	}
	var pays [2][]string
	for _, r := range decision.Reasons() {
		payer := cmp.Or(p.Postage[r], map[bool]decision.Payer{true: decision.Merchant, false: decision.Customer}[!r.ChangeOfMind()])
		if payer == decision.Merchant {
			pays[0] = append(pays[0], v.T("portal.reason."+r.String()))
		} else {
			pays[1] = append(pays[1], v.T("portal.reason."+r.String()))
		}
	}
	list("portal.postage.merchant", pays[0])
	list("portal.postage.customer", pays[1])
	if p.Label != nil {
		say("portal.policy.label", "Amount", v.money(*p.Label, v.Currency))
	}
	if p.Fee > 0 {
		say("portal.policy.fee", "Share", v.share(p.Fee))
	}
	if p.Duty {
		say("portal.policy.duty")
	}
	if len(p.FinalSale) > 0 {
		say("portal.policy.final")
	}
	list("portal.policy.no_return", v.flags(p.NoReturn))
	list("portal.policy.goods", v.flags(s.Terms.Flags))
	var needs []string
	for _, r := range decision.Reasons() {
		if e := p.Evidence[r]; e != 0 {
			needs = append(needs, v.label(v.T("portal.reason."+r.String()), v.evidence(EvidenceWords(e))))
		}
	}
	list("portal.policy.needs", needs)
	if p.KeepBelow > 0 {
		say("portal.policy.keep", "Amount", v.money(p.KeepBelow, v.Currency))
	}
	if _, offered := p.Windows[decision.PartialKeep]; offered && p.Partial > 0 {
		say("portal.policy.partial", "Share", v.share(p.Partial))
	}
	if _, offered := p.Windows[decision.StoreCredit]; offered && p.Bonus > 0 {
		say("portal.policy.bonus", "Share", v.share(p.Bonus))
	}
	return append(out, v.payment(s.Terms)...)
}

// payment are the clauses on when and how money comes.
func (v Policy) payment(t policy.Terms) []clause {
	p := t.Policy
	var out []clause
	if slices.Contains(cases.Triggers(), cases.Trigger(t.Trigger)) {
		out = append(out, clause{Text: v.T("portal.policy.trigger." + t.Trigger)})
	}
	out = append(out, clause{Text: v.label(v.T("portal.policy.send"), v.Number(int64(cmp.Or(t.SendDays, cases.SendWithin))))})
	if t.HoldCard {
		text := v.T("portal.policy.hold")
		if t.HoldShare > 0 && t.HoldShare < decision.Whole {
			text = v.T("portal.policy.hold_share", "Share", v.share(t.HoldShare))
		}
		out = append(out, clause{Text: text})
	}
	out = append(out, clause{v.T("portal.policy.fallback"), []string{v.T("portal.to." + p.Fallback.Method), v.label(v.T("portal.policy.arrive"), v.Number(int64(p.Fallback.Days)))}})
	var auto []string
	for _, r := range decision.Remedies() {
		if n, ok := p.Auto[r]; ok {
			auto = append(auto, v.label(v.T("portal.remedy."+r.String()), v.money(n, v.Currency)))
		}
	}
	if len(auto) > 0 {
		out = append(out, clause{v.T("portal.policy.auto"), auto})
	}
	var review []string
	if n := p.Review.Returns; n != nil {
		review = append(review, v.label(v.T("portal.policy.returns"), v.Number(*n)))
	}
	if n := p.Review.Disputes; n != nil {
		review = append(review, v.label(v.T("portal.policy.disputes"), v.Number(*n)))
	}
	if len(review) > 0 {
		out = append(out, clause{v.T("portal.policy.review"), review})
	}
	for _, name := range slices.Sorted(maps.Keys(p.Tiers)) {
		t := p.Tiers[name]
		var items []string
		if t.Days > 0 {
			items = append(items, v.label(v.T("portal.policy.more"), v.Number(int64(t.Days))))
		}
		if t.Fee != nil {
			items = append(items, v.label(v.T("portal.policy.kept"), v.share(*t.Fee)))
		}
		if t.Auto != nil {
			items = append(items, v.label(v.T("portal.policy.auto"), v.money(*t.Auto, v.Currency)))
		}
		if len(items) > 0 {
			out = append(out, clause{v.label(v.T("portal.policy.groups"), v.apart(name)), items})
		}
	}
	return out
}

// share writes a part of one in percent, with as many places as it has.
func (p Page) share(s decision.Share) string {
	places := 0
	for unit := decision.Whole / 100; places < 4 && s%unit != 0; places++ {
		unit /= 10
	}
	return p.Percent(float64(s)/float64(decision.Whole), places)
}

func (p Page) flags(set decision.Flags) []string {
	var out []string
	for _, f := range decision.FlagList(set) {
		out = append(out, p.T("portal.policy.goods."+f.String()))
	}
	return out
}

// law says what the law of the market gives.
func (v Policy) law() []clause {
	var out []clause
	f := v.Floor
	if w := f.Withdraw; w != nil {
		key := "portal.policy.days"
		if w.Working {
			key = "portal.policy.working"
		}
		items := []string{v.label(v.T(key), v.Number(int64(w.Days)))}
		if w.Payer == decision.Merchant {
			items = append(items, v.T("portal.postage.merchant"))
		}
		if list := v.flags(w.Exempt); len(list) > 0 {
			items = append(items, v.label(v.T("portal.policy.no_return"), v.List(list)))
		}
		out = append(out, clause{v.T("portal.why.withdraw", "Law", v.apart(w.Law)), items})
	}
	if f.Reject != "" {
		out = append(out, clause{v.T("portal.why.reject", "Law", v.apart(f.Reject)), []string{v.label(v.T("portal.policy.days"), v.Number(policy.RejectDays))}})
	}
	if c := f.Conform; c != nil {
		long := v.T("portal.policy.open")
		switch {
		case c.Days > 0:
			long = v.label(v.T("portal.policy.days"), v.Number(int64(c.Days)))
		case c.Months > 0:
			long = v.label(v.T("portal.policy.months"), v.Number(int64(c.Months)))
		}
		items := []string{long}
		for _, r := range c.First {
			items = append(items, v.T("portal.remedy."+r.String()))
		}
		out = append(out, clause{v.T("portal.why.conformity", "Law", v.apart(c.Law)), items})
	}
	if f.Late != "" {
		out = append(out, clause{Text: v.T("portal.why.late_delivery", "Law", v.apart(f.Late))})
	}
	if len(out) == 0 {
		out = append(out, clause{Text: v.T("portal.policy.none")})
	}
	return out
}

// above names the laws that stand above what the shop promises, and as of when they are known; "" where none is.
func (v Policy) above() string {
	laws := v.Floor.Laws()
	if len(laws) == 0 {
		return ""
	}
	text := v.T("portal.policy.above", "Laws", v.List(v.aparts(laws)))
	if v.Floor.AsOf == "" {
		return text
	}
	day := v.Floor.AsOf
	if t, err := time.Parse(time.DateOnly, day); err == nil {
		day = v.Printer.Date(t, time.UTC, i18n.Long)
	}
	return text + " " + v.label(v.T("portal.policy.as_of"), day)
}

// Alternate is the same page in another language.
type Alternate struct {
	Language i18n.Lang
	URL      string
}
