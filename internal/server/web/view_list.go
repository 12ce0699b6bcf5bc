package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/domain/triage"
	"godwit.dev/godwit/internal/server/web/ui"
)

// viewsPage lists the saved views that the reader may use.
func (s *server) viewsPage(w http.ResponseWriter, r *request) error {
	page, err := r.page(w, r.printer.T("views.title"), ui.SectionInbox)
	if err != nil {
		return err
	}
	h, err := r.house()
	if err != nil {
		return err
	}
	st, err := r.seat()
	if err != nil {
		return err
	}
	fields := r.conditionFields(h)
	v := ui.Views{Page: page}
	for _, x := range st.views {
		u := withCount(r.uiView(x), st)
		row := ui.ViewRow{Key: u.Key, Name: u.Name, Shared: u.Shared, Own: u.Own, Count: u.Count, Summary: r.summary(fields, uiCondition(x.Condition))}
		row.Owner = h.workspace.Name
		if !u.Shared {
			row.Owner = r.person.Name
		}
		v.Rows = append(v.Rows, row)
	}
	return r.draw(w, http.StatusOK, ui.ViewsPage(v))
}

// conditionOrder is the order in which the fields of conditions are offered.
var conditionOrder = []string{
	"status", "assignee", "team", "tag", "priority", "topic", "mood", "alarm", "subject", "shop", "mailbox", "channel", "language", "waiting", "unread", "order",
	"bucket", "created", "activity", "inbound", "due",
}

// conditionFields lists what a view may test, with the values there are.
func (r *request) conditionFields(h *house) []ui.ConditionField {
	ops := ticket.ConditionOps()
	var out []ui.ConditionField
	for _, key := range conditionOrder {
		f := ui.ConditionField{Key: key, Label: r.printer.T("cond." + key), Kind: "choice", Ops: ops[key], Options: r.conditionChoices(h, key)}
		switch {
		case slices.Contains(f.Ops, "older"), slices.Contains(f.Ops, "within"):
			f.Kind = "age"
		case f.Options == nil:
			f.Kind = "text"
		}
		out = append(out, f)
	}
	for _, x := range h.fields {
		f := ui.ConditionField{Key: "f." + x.Key, Label: x.Label, Kind: "text", Ops: ops["field"]}
		switch x.Type {
		case ticket.SelectField:
			f.Kind = "choice"
			for _, o := range x.Options {
				f.Options = append(f.Options, ui.Option{Value: o, Label: o})
			}
		case ticket.CheckField:
			f.Kind, f.Options = "choice", []ui.Option{{Value: "1", Label: r.printer.T("cond.yes")}}
		}
		out = append(out, f)
	}
	return out
}

// conditionChoices lists the values of a field; nil for one that takes free text.
func (r *request) conditionChoices(h *house, key string) []ui.Option {
	var out []ui.Option
	scope := r.actor.Scope()
	add := func(value, label string) { out = append(out, ui.Option{Value: value, Label: label}) }
	t := r.printer.T
	switch key {
	case "status":
		for _, x := range ticket.Statuses() {
			add(string(x), t("status."+string(x)))
		}
	case "bucket":
		add(string(ticket.InOpen), t("view.open"))
		add(string(ticket.InWaiting), t("view.pending"))
		add(string(ticket.InSnoozed), t("view.snoozed"))
		add(string(ticket.InDone), t("view.solved"))
		add(string(ticket.InSpam), t("view.spam"))
	case "channel":
		add(string(ticket.Email), t("channel.email"))
	case "priority":
		for _, x := range []ticket.Priority{ticket.Low, ticket.Normal, ticket.High, ticket.Urgent} {
			add(x.String(), t("priority."+x.String()))
		}
	case "topic":
		out = r.topicOptions("")
	case "mood":
		for _, x := range []triage.Mood{triage.Negative, triage.Neutral, triage.Positive} {
			add(string(x), t("mood."+string(x)))
		}
	case "alarm":
		for _, x := range triage.Alarms() {
			add(string(x), t("reason."+string(alarmReason(x))))
		}
	case "waiting":
		for _, x := range ticket.Waits() {
			add(string(x), t("waiting."+string(x)))
		}
	case "assignee":
		add("me", t("cond.me"))
		for _, o := range r.peopleOptions(h, 0) {
			add(o.Value, o.Label)
		}
	case "team":
		for _, o := range h.teams {
			add(id64(o.ID), o.Name)
		}
	case "shop":
		for _, o := range h.shops {
			if scope.Sees(o.Resource()) {
				add(id64(o.ID), o.Name)
			}
		}
	case "mailbox":
		for _, o := range h.boxes {
			if scope.Sees(o.Resource()) {
				add(id64(o.ID), o.Address)
			}
		}
	case "tag":
		for _, o := range h.tags {
			add(o.Name, o.Name)
		}
	case "unread":
		add("1", t("cond.yes"))
		add("0", t("cond.no"))
	}
	return out
}

// uiCondition returns a kept condition as the form shows it: ages in days where
// they are whole ones.
func uiCondition(c ticket.Condition) ui.Condition {
	out := ui.Condition{Group: c.Group, All: c.All, Field: c.Field, Op: c.Op, Value: c.Value}
	if hours, err := strconv.Atoi(c.Value); err == nil && (c.Op == "older" || c.Op == "newer") {
		out.Value = ageText(hours)
	}
	for _, child := range c.Children {
		out.Children = append(out.Children, uiCondition(child))
	}
	return out
}

func ageText(hours int) string {
	if hours > 0 && hours%24 == 0 {
		return strconv.Itoa(hours/24) + "d"
	}
	return strconv.Itoa(hours) + "h"
}

// parseAge reads "3d", "4h" or a number of hours. It reports false for any other
// text.
func parseAge(s string) (hours int, ok bool) {
	s = strings.ToLower(strings.ReplaceAll(s, " ", ""))
	unit := 1
	switch {
	case strings.HasSuffix(s, "d"):
		s, unit = strings.TrimSuffix(s, "d"), 24
	case strings.HasSuffix(s, "h"):
		s = strings.TrimSuffix(s, "h")
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > 100_000/unit {
		return 0, false
	}
	return n * unit, true
}

// summary words a condition in one sentence.
func (r *request) summary(fields []ui.ConditionField, c ui.Condition) string {
	if !c.Group {
		return r.testSummary(fields, c)
	}
	var parts []string
	for _, child := range c.Children {
		text := r.summary(fields, child)
		if child.Group && len(child.Children) > 1 {
			text = "(" + text + ")"
		}
		if text != "" {
			parts = append(parts, text)
		}
	}
	if len(parts) == 0 {
		return r.printer.T("cond.all")
	}
	word := "cond.or"
	if c.All {
		word = "cond.and"
	}
	return strings.Join(parts, r.printer.T(word))
}

func (r *request) testSummary(fields []ui.ConditionField, c ui.Condition) string {
	i := slices.IndexFunc(fields, func(f ui.ConditionField) bool { return f.Key == c.Field })
	if i < 0 {
		return c.Field
	}
	f, value := fields[i], c.Value
	if hours, ok := parseAge(value); ok && f.Kind == "age" {
		value = r.printer.N("cond.hours", int64(hours))
		if hours > 0 && hours%24 == 0 {
			value = r.printer.N("cond.days", int64(hours/24))
		}
	}
	for _, o := range f.Options {
		if o.Value == c.Value {
			value = o.Label
		}
	}
	if c.Op == "empty" || c.Op == "set" {
		value = ""
	}
	return strings.TrimSpace(f.Label + " " + r.printer.T("op."+c.Op) + " " + value)
}
