package web

import (
	"slices"
	"strconv"
	"strings"

	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/automation"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/domain/triage"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/web/ui"
)

// editSteps does to the steps of a form what a button says: step-add, or step-up, step-down and step-drop with the place of
// one. What names no step changes nothing.
func editSteps(steps []ui.RuleStep, do string) []ui.RuleStep {
	verb, place, _ := strings.Cut(do, ":")
	i, err := strconv.Atoi(place)
	switch {
	case verb == "step-add" && len(steps) < automation.MaxSteps:
		return append(steps, ui.RuleStep{Do: string(automation.Tag)})
	case err != nil || i < 0 || i >= len(steps):
	case verb == "step-drop":
		return slices.Delete(steps, i, i+1)
	case verb == "step-up" && i > 0:
		steps[i-1], steps[i] = steps[i], steps[i-1]
	case verb == "step-down" && i+1 < len(steps):
		steps[i+1], steps[i] = steps[i], steps[i+1]
	}
	return steps
}

// furnishSteps gives each step what can be chosen in it, and the fields that it needs.
func furnishSteps(p *i18n.Printer, e *ui.RuleEdit, n automation.Names) {
	var topics, priorities, statuses []ui.Option
	for _, t := range triage.Topics() {
		topics = append(topics, ui.Option{Value: "topic:" + string(t), Label: p.T("topic." + string(t))})
	}
	for _, x := range []ticket.Priority{ticket.Low, ticket.Normal, ticket.High, ticket.Urgent} {
		priorities = append(priorities, ui.Option{Value: "priority:" + x.String(), Label: p.T("priority." + x.String())})
	}
	for _, x := range ticket.Statuses()[1:] {
		statuses = append(statuses, ui.Option{Value: "status:" + string(x), Label: p.T("status." + string(x))})
		if x == ticket.Pending {
			for _, for_ := range ticket.Waits() {
				statuses = append(statuses, ui.Option{Value: "status:" + string(x) + "/" + string(for_), Label: p.T("status."+string(x)) + ": " + p.T("waiting."+string(for_))})
			}
		}
	}
	people := named("person:", n.People)
	lists := map[automation.Verb][]ui.Option{
		automation.Topic: topics, automation.Priority: priorities, automation.Raise: priorities, automation.Status: statuses,
		automation.Team: named("team:", n.Teams), automation.Reply: named("macro:", n.Macros), automation.Notify: people, automation.Assign: people,
	}
	texts := map[automation.Verb]string{
		automation.Tag: "rule.field_tag", automation.Untag: "rule.field_tag", automation.Call: "rule.field_word", automation.Snooze: "rule.field_hours",
		automation.Note: "rule.field_text", automation.Notify: "rule.field_text", automation.Open: "rule.field_text",
	}
	e.More = len(e.Steps) < automation.MaxSteps
	for i := range e.Steps {
		s := &e.Steps[i]
		do := automation.Verb(s.Do)
		for _, v := range automation.Verbs() {
			s.Verbs = append(s.Verbs, ui.Option{Value: string(v), Label: p.T("rule.verb." + string(v)), Selected: v == do})
		}
		if list, ok := lists[do]; ok {
			none := ui.Option{Selected: s.What == ""}
			if do == automation.Assign {
				none.Label = p.T("rule.nobody")
			}
			s.Whats = append([]ui.Option{none}, list...)
			for j := range s.Whats {
				s.Whats[j].Selected = s.Whats[j].Value == s.What
			}
		}
		if key := texts[do]; key != "" {
			s.TextLabel, s.Long = p.T(key), key == "rule.field_text"
		}
	}
}

// stepForm is a step as a line of a form: what it does, to which record or with which word, and a text.
func stepForm(s automation.Step) ui.RuleStep {
	out := ui.RuleStep{Do: string(s.Do), Text: s.Text}
	switch s.Do {
	case automation.Topic, automation.Priority, automation.Raise, automation.Status:
		out.What = s.Word
		if s.Wait != "" {
			out.What += "/" + s.Wait
		}
		kind := map[automation.Verb]string{automation.Topic: "topic", automation.Status: "status"}[s.Do]
		if kind == "" {
			kind = "priority"
		}
		out.What = kind + ":" + out.What
	case automation.Tag, automation.Untag, automation.Call:
		out.Text = s.Word
	case automation.Snooze:
		out.Text = strconv.Itoa(s.Hours)
	case automation.Team:
		out.What = "team:" + id64(s.Team)
	case automation.Assign, automation.Notify:
		if s.Person != 0 {
			out.What = "person:" + id64(s.Person)
		}
	case automation.Reply:
		out.What = "macro:" + id64(s.Macro)
	}
	return out
}

// readStep reads a line of a form. What does not fit the verb is left for the check to name.
func readStep(do, what, text string) automation.Step {
	s := automation.Step{Do: automation.Verb(do)}
	kind, word, _ := strings.Cut(what, ":")
	n, _ := strconv.ParseInt(word, 10, 64)
	switch s.Do {
	case automation.Tag, automation.Untag, automation.Call:
		s.Word = strings.TrimSpace(text)
	case automation.Topic:
		if kind == "topic" {
			s.Word = word
		}
	case automation.Priority, automation.Raise:
		if kind == "priority" {
			s.Word = word
		}
	case automation.Status:
		if kind == "status" {
			s.Word, s.Wait, _ = strings.Cut(word, "/")
		}
	case automation.Snooze:
		s.Hours, _ = strconv.Atoi(strings.TrimSpace(text)) // what is no number is no time
	case automation.Team:
		if kind == "team" {
			s.Team = auth.TeamID(n)
		}
	case automation.Assign, automation.Notify:
		if kind == "person" {
			s.Person = auth.PersonID(n)
		}
	case automation.Reply:
		if kind == "macro" {
			s.Macro = ticket.MacroID(n)
		}
	}
	if s.Do == automation.Note || s.Do == automation.Notify || s.Do == automation.Open {
		s.Text = strings.TrimSpace(text)
	}
	return s
}

// named makes options of names, by name.
func named[T ~int64](prefix string, names map[T]string) []ui.Option {
	var out []ui.Option
	for id, name := range names {
		out = append(out, ui.Option{Value: prefix + id64(id), Label: name})
	}
	slices.SortFunc(out, func(a, b ui.Option) int {
		if c := strings.Compare(a.Label, b.Label); c != 0 {
			return c
		}
		return strings.Compare(a.Value, b.Value)
	})
	return out
}
