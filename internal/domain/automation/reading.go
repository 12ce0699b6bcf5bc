package automation

import (
	"slices"
	"strings"

	"godwit.dev/godwit/internal/base/i18n"
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
		return p.T("rule.says.always", "When", r.When, "Then", strings.Join(r.Then, p.T("rule.says.semicolon")), "Last", r.Last)
	}
	return p.T("rule.says.whole", "When", r.When, "If", r.If, "Then", strings.Join(r.Then, p.T("rule.says.semicolon")), "Last", r.Last)
}

// Read says in plain words what a definition does. What cannot be read of an expression stands as it was written.
func (d Definition) Read(p *i18n.Printer, n Names) Reading {
	r := Reading{When: d.When.says(p)}
	if e, err := Parse(d.If); err != nil {
		r.If = d.If
	} else if !e.Always() {
		r.If = reader{p, d.When.Event}.says(e.root, false)
	}
	for _, s := range d.Then {
		r.Then = append(r.Then, s.Read(p, n))
	}
	r.Last = p.N("rule.says.goes_on", int64(d.Hourly))
	if d.Stop {
		r.Last = p.N("rule.says.stops", int64(d.Hourly))
	}
	return r
}

// says tells when a rule acts.
func (w When) says(p *i18n.Printer) string {
	if w.Timed() {
		return p.T("rule.says.times", "Days", w.saysDays(p), "Time", w.Time)
	}
	if w.After > 0 {
		return p.T("rule.says.after", "Event", EventWords(p, w.Event), "Span", span(p, "rule.unit.", "hours", float64(w.After)))
	}
	return p.T("rule.says.when", "Event", EventWords(p, w.Event))
}

// saysDays names the weekdays of a rule that is timed.
func (w When) saysDays(p *i18n.Printer) string {
	var days []string
	for _, d := range weekdays {
		if slices.Contains(w.Days, d) {
			days = append(days, d)
		}
	}
	switch {
	case len(days) == 7:
		return p.T("rule.on.daily")
	case slices.Equal(days, weekdays[:5]):
		return p.T("rule.on.workdays")
	}
	for i, d := range days {
		days[i] = p.T("rule.on." + d)
	}
	return p.T("rule.on.days", "Days", list(p, days, "rule.all."))
}

// EventWords says in plain words that an event of a kind happened. One that no rule can answer is called by its name.
func EventWords(p *i18n.Printer, kind string) string {
	if CanAnswer(kind) {
		return p.T("rule.event." + strings.ReplaceAll(kind, ".", "_"))
	}
	return p.T("rule.event.other", "Kind", kind)
}

// Label is what people call a fact.
func (f *Field) Label(p *i18n.Printer) string {
	return p.T("rule.fact." + strings.ReplaceAll(f.Name, ".", "_"))
}

// Read says in plain words what a step does.
func (s Step) Read(p *i18n.Printer, n Names) string {
	named := func(name string) string {
		if name == "" {
			return p.T("rule.says.gone")
		}
		return name
	}
	quoted := func(name string) string {
		if name == "" {
			return p.T("rule.says.gone")
		}
		return p.T("rule.says.value", "Value", name)
	}
	// A sentence goes on after what is quoted: it keeps its own end.
	text := strings.TrimRight(strings.Join(strings.Fields(s.Text), " "), ".。")
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
		return p.T("rule.do.team", "Name", quoted(n.Teams[s.Team]))
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
		return p.T("rule.do.snooze", "Span", span(p, "rule.unit.", "hours", float64(s.Hours)))
	case Reply:
		return p.T("rule.do.reply", "Name", quoted(n.Macros[s.Macro]))
	case Note:
		return p.T("rule.do.note", "Text", text)
	case Notify:
		return p.T("rule.do.notify", "Name", named(n.People[s.Person]), "Text", text)
	case Call:
		return p.T("rule.do.call", "Word", s.Word)
	case Open:
		return p.T("rule.do.open", "Text", text)
	}
	return string(s.Do)
}
