package automation

import (
	"slices"
	"strconv"
	"strings"

	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
)

// Reading is a rule in plain words.
type Reading struct {
	When string
	If   string   // "" if it asks nothing
	Then []string // in turn
	Last string   // how often at most, and whether later rules answer too
}

// Names are what people call the records that rules name. One that is not there is "".
type Names struct {
	Teams  map[auth.TeamID]string
	People map[auth.PersonID]string
	Macros map[ticket.MacroID]string
}

// Text is the reading as one paragraph.
func (r Reading) Text(p *i18n.Printer) string {
	if r.If == "" {
		return p.T("rule.says.always", "When", r.When, "Then", strings.Join(r.Then, "; "), "Last", r.Last)
	}
	return p.T("rule.says.whole", "When", r.When, "If", r.If, "Then", strings.Join(r.Then, "; "), "Last", r.Last)
}

// Read says in plain words what a definition does. What cannot be read of an expression stands as it was written.
func (d Definition) Read(p *i18n.Printer, n Names) Reading {
	r := Reading{When: p.T("rule.says.when", "Event", EventWords(p, d.When.Event))}
	if d.When.After > 0 {
		r.When = p.T("rule.says.after", "Event", EventWords(p, d.When.Event), "Hours", strconv.Itoa(d.When.After))
	}
	if e, err := Parse(d.If); err != nil {
		r.If = d.If
	} else if !e.Always() {
		r.If = e.root.read(p)
	}
	for _, s := range d.Then {
		r.Then = append(r.Then, s.Read(p, n))
	}
	r.Last = p.T("rule.says.goes_on", "N", strconv.Itoa(d.Hourly))
	if d.Stop {
		r.Last = p.T("rule.says.stops", "N", strconv.Itoa(d.Hourly))
	}
	return r
}

// worded are the kinds of event that have words of their own; others are called by their names.
var worded = []string{
	"ticket.opened", "ticket.received", "ticket.replied", "ticket.bounced", "ticket.noted", "ticket.status", "ticket.reopened", "ticket.assigned", "ticket.team", "ticket.priority", "ticket.topic", "ticket.sorted",
	"ticket.tags", "ticket.order", "ticket.woke", "ticket.promise_soon", "ticket.promise_broken", "order.created", "order.updated",
	"shipment.delivered", "shipment.overdue", "shipment.stalled", "shipment.presumed_lost", "shipment.contradicted", "shipment.attempt_failed", "shipment.lost", "shipment.returned",
	"case.opened", "case.moved", "refund.requested", "refund.moved", "goods.moved", "replacement.moved", "repair.late",
}

// EventWords says in plain words that an event of a kind happens.
func EventWords(p *i18n.Printer, kind string) string {
	if slices.Contains(worded, kind) {
		return p.T("rule.event." + strings.ReplaceAll(kind, ".", "_"))
	}
	return p.T("rule.event.other", "Kind", kind)
}

// Label is what people call a fact.
func (f *Field) Label(p *i18n.Printer) string {
	return p.T("rule.fact." + strings.ReplaceAll(f.Name, ".", "_"))
}

var signWords = map[string]string{"=": "rule.is.equal", "!=": "rule.is.other", "<": "rule.is.less", "<=": "rule.is.most", ">": "rule.is.more", ">=": "rule.is.least", "in": "rule.is.among", "has": "rule.is.having"}

func (n *node) read(p *i18n.Printer) string {
	switch n.op {
	case "and", "or":
		parts := make([]string, len(n.kids))
		for i, k := range n.kids {
			if parts[i] = k.read(p); k.op == "and" || k.op == "or" {
				parts[i] = "(" + parts[i] + ")"
			}
		}
		joint := p.T("rule.says.and")
		if n.op == "or" {
			joint = p.T("rule.says.or")
		}
		return strings.Join(parts, " "+joint+" ")
	case "not":
		return p.T("rule.says.not", "What", n.kids[0].read(p))
	}
	if n.sign == "" {
		return n.field.Label(p)
	}
	var list []string
	for _, w := range n.want {
		list = append(list, n.field.say(p, w))
	}
	return p.T(signWords[n.sign], "Fact", n.field.Label(p), "Value", strings.Join(list, ", "))
}

// say writes a value as people read it.
func (f *Field) say(p *i18n.Printer, v value) string {
	switch {
	case f.Type == Number:
		return f.write(v)
	case f.Type == Money:
		if a, err := money.New(v.sum.Minor, v.sum.Currency); err == nil {
			return a.Format(string(p.Lang()))
		}
		return f.write(v)
	case v.text == "":
		return p.T("rule.says.nothing")
	case f.Words != "":
		return p.T("rule.says.value", "Value", p.T(f.Words+v.text))
	}
	return p.T("rule.says.value", "Value", v.text)
}

// ChoiceLabel is what people call a choice of a fact.
func (f *Field) ChoiceLabel(p *i18n.Printer, choice string) string {
	if f.Words == "" {
		return choice
	}
	return p.T(f.Words + choice)
}

// Read says in plain words what a step does.
func (s Step) Read(p *i18n.Printer, n Names) string {
	named := func(name string) string {
		if name == "" {
			return p.T("rule.says.gone")
		}
		return name
	}
	switch s.Do {
	case Tag:
		return p.T("rule.do.tag", "Word", ticket.TagName(s.Word))
	case Untag:
		return p.T("rule.do.untag", "Word", ticket.TagName(s.Word))
	case Topic:
		return p.T("rule.do.topic", "Word", p.T("topic."+s.Word))
	case Priority:
		return p.T("rule.do.priority", "Word", p.T("priority."+s.Word))
	case Raise:
		return p.T("rule.do.raise", "Word", p.T("priority."+s.Word))
	case Team:
		return p.T("rule.do.team", "Name", named(n.Teams[s.Team]))
	case Assign:
		if s.Person == 0 {
			return p.T("rule.do.unassign")
		}
		return p.T("rule.do.assign", "Name", named(n.People[s.Person]))
	case Status:
		if s.Wait != "" {
			return p.T("rule.do.wait", "Word", p.T("status."+s.Word), "For", p.T("waiting."+s.Wait))
		}
		return p.T("rule.do.status", "Word", p.T("status."+s.Word))
	case Snooze:
		return p.T("rule.do.snooze", "Hours", strconv.Itoa(s.Hours))
	case Reply:
		return p.T("rule.do.reply", "Name", named(n.Macros[s.Macro]))
	case Note:
		return p.T("rule.do.note", "Text", s.Text)
	case Notify:
		return p.T("rule.do.notify", "Name", named(n.People[s.Person]), "Text", s.Text)
	case Call:
		return p.T("rule.do.call", "Word", s.Word)
	case Open:
		return p.T("rule.do.open", "Text", s.Text)
	}
	return string(s.Do)
}
