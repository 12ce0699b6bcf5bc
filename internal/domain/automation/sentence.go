package automation

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/base/money"
)

// reader says expressions in plain words.
type reader struct {
	*i18n.Printer
	event string // the kind that the rule answers: it tells what the values before and after are
}

// says tells that a node holds or, with no, that it does not. A denial goes into the verbs, by way of groups as De Morgan
// has it, and never stands before a sentence.
func (r reader) says(n *node, no bool) string {
	for n.op == "not" {
		n, no = n.kids[0], !no
	}
	if n.op == "" {
		return r.test(n, no)
	}
	op := turned(n.op, no)
	var parts []clause
	r.clauses(n, no, op, &parts)
	out := parts[0].text
	for i, x := range parts[1:] {
		key := "rule.says.comma"
		if i+2 == len(parts) {
			if key = "rule.says." + op; parts[i].lists {
				key += "_listed" // or its own "or" would seem to go on
			}
		}
		out = r.T(key, "A", out, "B", x.text)
	}
	return out
}

// turned is the word that joins tests, or those that are denied.
func turned(op string, no bool) string {
	if (op == "and") != no {
		return "and"
	}
	return "or"
}

// clause is a part of a sentence.
type clause struct {
	text  string
	lists bool // it names several values
}

// clauses adds the parts of a group that are joined by one word; those joined by the other stand in parentheses.
func (r reader) clauses(n *node, no bool, op string, out *[]clause) {
	for n.op == "not" {
		n, no = n.kids[0], !no
	}
	switch {
	case n.op == "":
		*out = append(*out, clause{r.test(n, no), len(n.want) > 1})
	case turned(n.op, no) == op:
		for _, k := range n.kids {
			r.clauses(k, no, op, out)
		}
	default:
		*out = append(*out, clause{text: r.T("rule.says.group", "What", r.says(n, no))})
	}
}

// Forms of a test that the signs are read as, and what each is when it is denied.
var (
	signForms = map[string]string{"=": "is", "!=": "not", "in": "among", "has": "has", "<": "less", "<=": "most", ">": "more", ">=": "least", "": "yes"}
	denied    = map[string]string{"is": "not", "not": "is", "among": "neither", "has": "lacks", "less": "least", "most": "more", "more": "most", "least": "less", "yes": "no", "none": "some", "some": "none"}
)

// test says a test, or that it fails.
func (r reader) test(n *node, no bool) string {
	f, form := n.field, signForms[n.sign]
	if form == "among" && len(n.want) == 1 {
		form = "is"
	}
	if (form == "is" || form == "not") && f.Type != Number && f.Type != Money && n.want[0].text == "" {
		form = map[string]string{"is": "none", "not": "some"}[form]
	}
	if no {
		form = denied[form]
	}
	var text string
	switch f.Type {
	case Number:
		text = r.number(f, form, n.want[0].number)
	case Money:
		text = r.T("rule.sum."+form, "Fact", f.Label(r.Printer), "Value", r.sum(f, n.want[0]))
		if no && n.sign != "!=" { // another currency is neither equal nor less nor more
			return r.T("rule.says.or_other_sum", "What", text)
		}
	default:
		words := make([]string, len(n.want))
		for i, w := range n.want {
			if words[i] = r.value(f, w); form == "has" || form == "lacks" { // a part of a word is none that has a name
				words[i] = r.T("rule.says.value", "Value", w.text)
			}
		}
		joint := "rule.or."
		if form == "neither" {
			joint = "rule.nor."
		}
		key := "rule.is." + form
		if own := "rule.if." + strings.ReplaceAll(f.Name, ".", "_") + "." + form; r.Has(own) {
			key = own
		}
		text = r.T(key, "Fact", f.Label(r.Printer), "Value", list(r.Printer, words, joint))
	}
	if no && f.get(&Facts{}).none {
		return r.T("rule.says.or_unknown", "What", text)
	}
	return text
}

// list joins values by the words of a key.
func list(p *i18n.Printer, words []string, joint string) string {
	if len(words) == 0 {
		return ""
	}
	out := words[0]
	for i, w := range words[1:] {
		key := joint + "comma"
		if i+2 == len(words) {
			key = joint + "last"
		}
		out = p.T(key, "A", out, "B", w)
	}
	return out
}

// value writes a word as it stands in a sentence.
func (r reader) value(f *Field, v value) string {
	if v.text == "" {
		return r.T("rule.says.nothing")
	}
	text := r.word(f, v.text)
	if f.bare && text != v.text {
		return text
	}
	return r.T("rule.says.value", "Value", text)
}

// word is what people call a value of a fact: one that Godwit knows by its name in their language, another as it is.
func (r reader) word(f *Field, text string) string {
	low := strings.ToLower(text)
	words := f.Words
	switch f.Name {
	case "ticket.market", "customer.country":
		return r.Country(text)
	case "ticket.language", "customer.language":
		return r.Language(text)
	case "now.weekday":
		return r.Weekday(time.Weekday((slices.Index(weekdays, low) + 1) % 7))
	case "event.from", "event.to":
		words = r.told()
	}
	if words != "" && r.Has(words+low) {
		return r.T(words + low)
	}
	return text
}

// told is the beginning of the catalogue keys of the values that the rule's event tells.
func (r reader) told() string {
	for _, x := range []struct{ event, words string }{
		{"ticket.status", "status."}, {"ticket.reopened", "status."}, {"ticket.priority", "priority."}, {"ticket.sorted", "priority."}, {"ticket.topic", "topic."},
		{"shipment.", "parcel."}, {"case.", "cases.phase."}, {"refund.", "refunds.state."}, {"hold.", "cases.hold.state."},
	} {
		if strings.HasPrefix(r.event, x.event) {
			return x.words
		}
	}
	return ""
}

func (r reader) sum(f *Field, v value) string {
	a, err := money.New(v.sum.Minor, v.sum.Currency)
	if err != nil { // Parse takes none whose currency is unknown
		return f.write(v)
	}
	return a.Format(string(r.Lang()))
}

// number says a test of a number in the words of its fact.
func (r reader) number(f *Field, form string, x float64) string {
	key := "rule.if." + strings.ReplaceAll(f.Name, ".", "_")
	if f.unit == "clock" {
		if form == "is" || form == "not" {
			return r.T(key+"."+form, "Hour", figure(r.Printer, x))
		}
		// The hour is a whole number: from 9 on is later than half past eight, whatever is written.
		late, up := form == "more" || form == "least", form == "more" || form == "most"
		if up {
			x = math.Floor(x) + 1
		} else {
			x = math.Ceil(x)
		}
		if late {
			return r.T(key+".least", "Hour", figure(r.Printer, x))
		}
		return r.T(key+".less", "Hour", figure(r.Printer, x))
	}
	unit := "rule.unit_of."
	if form == "is" || form == "not" {
		unit = "rule.unit."
	}
	amount := span(r.Printer, unit, f.unit, x)
	if own := key + "." + form; r.Has(own) {
		return r.T(own, "Span", amount)
	}
	return r.T(key, "Amount", r.T("rule.amount."+form, "Span", amount))
}

// span writes an amount of a unit; hours that are whole days, from two on, as days.
func span(p *i18n.Printer, key, unit string, x float64) string {
	if days := x / 24; unit == "hours" && days >= 2 && days == math.Trunc(days) {
		unit, x = "days", days
	}
	if whole(x) {
		return p.N(key+unit, int64(x))
	}
	return p.T(key+unit, "Count", figure(p, x))
}

// whole reports whether a number can be counted.
func whole(x float64) bool { return x == math.Trunc(x) && math.Abs(x) < 1e15 }

// figure writes a number with the decimals that it has.
func figure(p *i18n.Printer, x float64) string {
	if whole(x) {
		return p.Number(int64(x))
	}
	_, decimals, _ := strings.Cut(strconv.FormatFloat(x, 'f', -1, 64), ".")
	return p.Decimal(x, len(decimals))
}
