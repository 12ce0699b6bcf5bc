package policy

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"godwit.dev/godwit/internal/base/errs"
)

// Fields are a document as a form has it: what is typed, by the names of fields.
// The terms' names begin with "terms.", those of the rules with "rules.0." and so
// on; the rest of a name is that of the clause in the document. A field "own" names
// the tables and lists that a rule gives without anything in them, which differs from none.
type Fields map[string][]string

// Get returns the first value of a field.
func (f Fields) Get(name string) string {
	if v := f[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// Rules counts the rules that a form has.
func (f Fields) Rules() int {
	n, _ := strconv.Atoi(f.Get("rules"))
	return max(min(n, maxRules), 0)
}

// RuleAt is how the names of a rule's fields begin.
func RuleAt(rule int) string { return "rules." + strconv.Itoa(rule) + "." }

// TermsAt is how the names of the terms' fields begin.
const TermsAt = "terms."

// Fields writes a document as a form has it. FromFields reads it back without a
// loss, but for the order of words in lists that are sets.
func (d Document) Fields() Fields {
	f := Fields{"currency": {d.Currency}, "rules": {strconv.Itoa(len(d.Rules))}}
	d.Terms.fields(f, TermsAt)
	for i, r := range d.Rules {
		at := RuleAt(i)
		f[at+"name"] = []string{r.Name}
		f.list(at+"goods", r.Goods)
		r.When.fields(f, at+"when.")
		r.Clauses.fields(f, at)
	}
	return f
}

func (f Fields) set(name, value string) {
	if value != "" {
		f[name] = []string{value}
	}
}

func (f Fields) list(name string, values []string) {
	if len(values) > 0 {
		f[name] = values
	}
}

func (f Fields) lines(name string, values []string) { f.set(name, strings.Join(values, "\n")) }

func (f Fields) flag(name string, b *bool) {
	if b != nil {
		f[name] = []string{strconv.FormatBool(*b)}
	}
}

func (f Fields) own(at, clause string, is bool) {
	if is {
		f[at+"own"] = append(f[at+"own"], clause)
	}
}

func (f Fields) span(name string, s *Span) {
	if s != nil {
		f[name+".from"] = []string{strconv.Itoa(s.From)}
		if s.To != nil {
			f[name+".to"] = []string{strconv.Itoa(*s.To)}
		}
	}
}

func (w When) fields(f Fields, at string) {
	f.set(at+"markets", strings.Join(w.Markets, ", "))
	f.set(at+"except", strings.Join(w.Except, ", "))
	f.list(at+"shops", w.Shops)
	f.lines(at+"categories", w.Categories)
	f.lines(at+"skus", w.SKUs)
	f.lines(at+"tiers", w.Tiers)
	f.list(at+"kinds", w.Kinds)
	f.list(at+"reasons", w.Reasons)
	if w.Price != nil {
		f.set(at+"price.from", string(w.Price.From))
		f.set(at+"price.to", string(w.Price.To))
	}
	f.span(at+"days", w.Days)
	f.span(at+"returns", w.Returns)
	f.span(at+"disputes", w.Disputes)
}

func (c Clauses) fields(f Fields, at string) {
	f.own(at, "windows", c.Windows != nil && len(c.Windows) == 0)
	for word, days := range c.Windows {
		f[at+"windows."+word] = []string{strconv.Itoa(days)}
	}
	f.own(at, "postage", c.Postage != nil && len(c.Postage) == 0)
	for word, payer := range c.Postage {
		f[at+"postage."+word] = []string{payer}
	}
	f.own(at, "no_return", c.NoReturn != nil && len(c.NoReturn) == 0)
	f.list(at+"no_return", c.NoReturn)
	f.own(at, "evidence", c.Evidence != nil && len(c.Evidence) == 0)
	for word, list := range c.Evidence {
		f.list(at+"evidence."+word, list)
	}
	f.own(at, "auto", c.Auto != nil && len(c.Auto) == 0)
	for word, limit := range c.Auto {
		f[at+"auto."+word] = []string{string(limit)}
	}
	f.own(at, "tiers", c.Tiers != nil && len(c.Tiers) == 0)
	for i, name := range slices.Sorted(maps.Keys(c.Tiers)) {
		row, t := at+"tiers."+strconv.Itoa(i)+".", c.Tiers[name]
		f[row+"name"] = []string{name}
		if t.Days != 0 {
			f[row+"days"] = []string{strconv.Itoa(t.Days)}
		}
		f.set(row+"fee", t.Fee)
		f.set(row+"auto", string(t.Auto))
	}
	f.own(at, "review", c.Review != nil && c.Review.Returns == nil && c.Review.Disputes == nil)
	if r := c.Review; r != nil {
		for name, n := range map[string]*int64{"returns": r.Returns, "disputes": r.Disputes} {
			if n != nil {
				f[at+"review."+name] = []string{strconv.FormatInt(*n, 10)}
			}
		}
	}
	if c.Cap != nil {
		f.set(at+"cap.amount", string(c.Cap.Amount))
		f.set(at+"cap.per", c.Cap.Per)
	}
	for name, value := range map[string]string{"label": string(c.Label), "fee": c.Fee, "keep_below": string(c.KeepBelow), "partial": c.Partial, "bonus": c.Bonus, "trigger": c.Trigger, "hold_share": c.HoldShare} {
		f.set(at+name, value)
	}
	if c.SendWithin != 0 {
		f[at+"send_within"] = []string{strconv.Itoa(c.SendWithin)}
	}
	f.flag(at+"duty", c.Duty)
	f.flag(at+"final_sale", c.FinalSale)
	f.flag(at+"hold_card", c.HoldCard)
	if c.Fallback != nil {
		f.set(at+"fallback.method", c.Fallback.Method)
		f[at+"fallback.days"] = []string{strconv.Itoa(c.Fallback.Days)}
	}
}

// typed reads fields and collects what is no number.
type typed struct {
	Fields
	at, place string
	wrong     []error
}

func (t *typed) text(name string) string { return strings.TrimSpace(t.Get(t.at + name)) }

// percent reads a share; who types 10 in a field of percent means 10%.
func (t *typed) percent(name string) string {
	s := t.text(name)
	if s == "" || strings.HasSuffix(s, "%") {
		return s
	}
	return s + "%"
}

func (t *typed) number(name string) (int, bool) {
	s := t.text(name)
	if s == "" {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		t.wrong = append(t.wrong, errs.Field(t.place+name, "error.policy_number", "text", s))
	}
	return n, err == nil
}

func (t *typed) flag(name string) *bool {
	if b, err := strconv.ParseBool(t.text(name)); err == nil {
		return &b
	}
	return nil
}

// owns reports whether a part gives a table: it names it, or says something in it.
func (t *typed) owns(clause string) bool {
	if t.at == TermsAt || slices.Contains(t.Fields[t.at+"own"], clause) || len(t.list(clause)) > 0 {
		return true
	}
	for key, v := range t.Fields {
		if strings.HasPrefix(key, t.at+clause+".") && strings.TrimSpace(strings.Join(v, "")) != "" {
			return true
		}
	}
	return false
}

// split reads words between commas or spaces, lines a text of lines.
func (t *typed) split(name string) []string {
	if list := strings.FieldsFunc(t.text(name), func(r rune) bool { return strings.ContainsRune(", \t\r\n，、", r) }); len(list) > 0 {
		return list
	}
	return nil
}

func (t *typed) lines(name string) []string {
	var out []string
	for line := range strings.Lines(t.text(name)) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}

func (t *typed) list(name string) []string {
	var out []string
	for _, v := range t.Fields[t.at+name] {
		if v != "" && !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}

// words are the last parts of the fields below a name that say something, in order.
func (t *typed) words(name string) []string {
	var out []string
	for key := range t.Fields {
		word, ok := strings.CutPrefix(key, t.at+name+".")
		if ok && strings.TrimSpace(t.Get(key)) != "" && !strings.Contains(word, ".") {
			out = append(out, word)
		}
	}
	slices.Sort(out)
	return out
}

func (t *typed) span(name string) *Span {
	from, a := t.number(name + ".from")
	to, b := t.number(name + ".to")
	switch {
	case b:
		return &Span{From: from, To: &to}
	case a:
		return &Span{From: from}
	}
	return nil
}

// FromFields reads a document from a form. What is no number is said of each field
// by its place in the document, as Check does; such a field is left out.
func FromFields(f Fields) (Document, error) {
	d := Document{Currency: strings.ToUpper(strings.TrimSpace(f.Get("currency")))}
	t := typed{Fields: f, at: TermsAt, place: TermsAt}
	d.Terms = t.clauses()
	for i := range f.Rules() {
		t.at = RuleAt(i)
		r := Rule{Name: t.text("name")}
		t.place = "rules." + r.Name + "."
		r.Goods = t.list("goods")
		r.When = t.when()
		r.Clauses = t.clauses()
		d.Rules = append(d.Rules, r)
	}
	return d, errors.Join(t.wrong...)
}

func (t *typed) when() When {
	w := When{
		Markets: t.split("when.markets"), Except: t.split("when.except"), Shops: t.list("when.shops"), Categories: t.lines("when.categories"), SKUs: t.lines("when.skus"),
		Kinds: t.list("when.kinds"), Reasons: t.list("when.reasons"), Tiers: t.lines("when.tiers"), Days: t.span("when.days"), Returns: t.span("when.returns"), Disputes: t.span("when.disputes"),
	}
	if from, to := t.text("when.price.from"), t.text("when.price.to"); from+to != "" {
		w.Price = &Range{From: Amount(from), To: Amount(to)}
	}
	return w
}

func (t *typed) clauses() Clauses {
	c := Clauses{
		Label: Amount(t.text("label")), Fee: t.percent("fee"), KeepBelow: Amount(t.text("keep_below")), Partial: t.percent("partial"), Bonus: t.percent("bonus"), Trigger: t.text("trigger"),
		Duty: t.flag("duty"), FinalSale: t.flag("final_sale"), HoldCard: t.flag("hold_card"), HoldShare: t.percent("hold_share"),
	}
	c.SendWithin, _ = t.number("send_within")
	if t.owns("windows") {
		c.Windows = map[string]int{}
		for _, word := range t.words("windows") {
			if days, ok := t.number("windows." + word); ok {
				c.Windows[word] = days
			}
		}
	}
	if t.owns("postage") {
		c.Postage = map[string]string{}
		for _, word := range t.words("postage") {
			c.Postage[word] = t.text("postage." + word)
		}
	}
	if t.owns("no_return") {
		c.NoReturn = append([]string{}, t.list("no_return")...)
	}
	if t.owns("evidence") {
		c.Evidence = map[string][]string{}
		for _, word := range t.words("evidence") {
			c.Evidence[word] = t.list("evidence." + word)
		}
	}
	if t.owns("auto") {
		c.Auto = map[string]Amount{}
		for _, word := range t.words("auto") {
			c.Auto[word] = Amount(t.text("auto." + word))
		}
	}
	if t.owns("tiers") {
		c.Tiers = t.tiers()
	}
	if t.owns("review") {
		c.Review = &Review{Returns: t.count("review.returns"), Disputes: t.count("review.disputes")}
	}
	if method := t.text("fallback.method"); method != "" {
		c.Fallback = &Fallback{Method: method}
		c.Fallback.Days, _ = t.number("fallback.days")
	}
	if amount := t.text("cap.amount"); amount != "" {
		c.Cap = &Cap{Amount: Amount(amount), Per: t.text("cap.per")}
	}
	if t.at == TermsAt { // nothing stands under them: to say nothing is to say none
		c.lean()
	}
	return c
}

func (t *typed) count(name string) *int64 {
	if n, ok := t.number(name); ok {
		return new(int64(n))
	}
	return nil
}

func (t *typed) tiers() map[string]Tier {
	out := map[string]Tier{}
	for i := range maxTiers {
		row := "tiers." + strconv.Itoa(i) + "."
		if name := t.text(row + "name"); name != "" {
			days, _ := t.number(row + "days")
			out[name] = Tier{Days: days, Fee: t.percent(row + "fee"), Auto: Amount(t.text(row + "auto"))}
		}
	}
	return out
}

// maxTiers is how many groups of customers a form has at one place.
const maxTiers = 50

// lean drops tables that say nothing.
func (c *Clauses) lean() {
	if len(c.Windows) == 0 {
		c.Windows = nil
	}
	if len(c.Postage) == 0 {
		c.Postage = nil
	}
	if len(c.NoReturn) == 0 {
		c.NoReturn = nil
	}
	if len(c.Evidence) == 0 {
		c.Evidence = nil
	}
	if len(c.Auto) == 0 {
		c.Auto = nil
	}
	if len(c.Tiers) == 0 {
		c.Tiers = nil
	}
	if r := c.Review; r != nil && r.Returns == nil && r.Disputes == nil {
		c.Review = nil
	}
}

// HasRemarks reports whether a text holds remarks, which a form does not keep.
func HasRemarks(text string) bool {
	var n yaml.Node
	return yaml.Unmarshal([]byte(text), &n) == nil && remarked(&n)
}

func remarked(n *yaml.Node) bool {
	return n.HeadComment+n.LineComment+n.FootComment != "" || slices.ContainsFunc(n.Content, remarked)
}
