package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/automation"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/domain/triage"
	"godwit.dev/godwit/internal/flow/automating"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/web/ui"
)

// automationRoutes is the table of rules.
func automationRoutes() []route {
	manage := may(auth.ManageTeams)
	return []route{
		{"GET", "/admin/automation", manage, none, (*server).automationPage},
		{"POST", "/admin/automation", manage, form, (*server).automationSave},
		{"POST", "/admin/automation/reading", manage.unasked(), form, (*server).automationReading},
	}
}

const (
	tryDays   = 30
	mostDays  = 366
	deedsShow = 50
)

// automationPage shows the rules in their order, and one of them as a form with what it did and said.
func (s *server) automationPage(w http.ResponseWriter, r *request) error {
	q := r.URL.Query()
	var e *ui.RuleEdit
	switch {
	case q.Has("rule"):
		x, err := s.rule(r, q.Get("rule"))
		if err != nil {
			return err
		}
		e = ruleForm(x)
		if v, _ := strconv.Atoi(q.Get("version")); v > 0 && v != x.Version {
			list, err := s.Automation.Versions(r.Context(), r.actor, x.ID)
			if err != nil {
				return err
			}
			i := slices.IndexFunc(list, func(y automating.Version) bool { return y.Version == v })
			if i < 0 {
				return errs.New(errs.NotFound, "error.not_found")
			}
			x.Definition = list[i].Definition
			e = ruleForm(x)
			e.Old = v
		}
	case q.Has("shipped"):
		for _, x := range automation.ShippedRules() {
			if x.Key == q.Get("shipped") {
				e = ruleForm(automation.Rule{Definition: x.Made(r.printer), Shipped: x.Key})
			}
		}
		if e == nil {
			return errs.New(errs.NotFound, "error.not_found")
		}
	case q.Has("new"):
		e = ruleForm(automation.Rule{Definition: automation.Definition{When: automation.When{Event: "ticket.received"}, Hourly: 100}})
	}
	return s.drawAutomation(w, r, e, ui.Form{})
}

// rule returns the rule that a form or an address names.
func (s *server) rule(r *request, id string) (automation.Rule, error) {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return automation.Rule{}, errs.New(errs.NotFound, "error.not_found")
	}
	return s.Automation.Rule(r.Context(), r.actor, automation.ID(n))
}

// ruleForm is a rule as its form.
func ruleForm(x automation.Rule) *ui.RuleEdit {
	e := &ui.RuleEdit{ID: int64(x.ID), Version: x.Version, Shipped: x.Shipped, On: x.On, Owner: int64(x.Owner), Name: x.Name, Event: x.When.Event, After: strconv.Itoa(x.When.After), If: x.If, Stop: x.Stop, Hourly: strconv.Itoa(x.Hourly)}
	for _, s := range x.Then {
		e.Steps = append(e.Steps, stepForm(s))
	}
	return e
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

// readRule reads the form of a rule. What is no number is one that Check refuses.
func (r *request) readRule() (*ui.RuleEdit, automation.Definition) {
	v := r.PostForm
	number := func(name string) int {
		n, err := strconv.Atoi(strings.TrimSpace(v.Get(name)))
		if err != nil {
			return -1
		}
		return n
	}
	d := automation.Definition{
		Name: v.Get("name"), When: automation.When{Event: v.Get("event"), After: number("after")}, If: strings.TrimSpace(v.Get("if")), Stop: v.Get("stop") == "yes", Hourly: number("hourly"),
	}
	e := &ui.RuleEdit{Name: d.Name, Event: d.When.Event, After: v.Get("after"), If: v.Get("if"), Stop: d.Stop, Hourly: v.Get("hourly"), Shipped: v.Get("shipped")}
	e.ID, _ = strconv.ParseInt(v.Get("rule"), 10, 64)
	e.Version, _ = strconv.Atoi(v.Get("version"))
	e.Owner, _ = strconv.ParseInt(v.Get("owner"), 10, 64)
	at := func(name string, i int) string {
		if list := v[name]; i < len(list) {
			return list[i]
		}
		return ""
	}
	for i, do := range v["do_step"] {
		if do != "" {
			d.Then = append(d.Then, readStep(do, at("what", i), at("text", i)))
			e.Steps = append(e.Steps, ui.RuleStep{Do: do, What: at("what", i), Text: at("text", i)})
		}
	}
	return e, d
}

// automationSave saves a rule, tries it on the past, moves it, or turns it on or off.
func (s *server) automationSave(w http.ResponseWriter, r *request) error {
	if err := r.ParseForm(); err != nil {
		return errs.Field("", "error.required")
	}
	ctx, do := r.Context(), r.PostFormValue("do")
	if do == "save" || do == "try" {
		return s.automationForm(w, r, do)
	}
	x, err := s.rule(r, r.PostFormValue("rule"))
	if err != nil {
		return err
	}
	switch do {
	case "on", "off":
		_, err = s.Automation.Switch(ctx, r.actor, x.ID, do == "on")
	case "up", "down":
		err = s.moveRule(r, x.ID, do == "up")
	case "delete":
		err = s.Automation.Delete(ctx, r.actor, x.ID)
	default:
		err = errs.New(errs.NotFound, "error.not_found")
	}
	if err == nil {
		return r.saved(w, "/admin/automation", r.told("told.saved"))
	}
	f, ok := r.formErrors(err)
	if !ok {
		return err
	}
	return s.drawAutomation(w, r, nil, whole(f))
}

// moveRule exchanges a rule with the one before or after it.
func (s *server) moveRule(r *request, id automation.ID, up bool) error {
	list, err := s.Automation.Rules(r.Context(), r.actor)
	if err != nil {
		return err
	}
	order := make([]automation.ID, len(list))
	for i, x := range list {
		order[i] = x.ID
	}
	i := slices.Index(order, id)
	j := i + 1
	if up {
		j = i - 1
	}
	if i < 0 || j < 0 || j >= len(order) {
		return nil // it stands there already
	}
	order[i], order[j] = order[j], order[i]
	return s.Automation.Order(r.Context(), r.actor, order)
}

func (s *server) automationForm(w http.ResponseWriter, r *request, do string) error {
	e, d := r.readRule()
	var err error
	if do == "save" {
		var x automation.Rule
		x, err = s.Automation.Save(r.Context(), r.actor, automating.Draft{Rule: automation.ID(e.ID), Seen: e.Version, Owner: auth.PersonID(e.Owner), Shipped: e.Shipped, Definition: d})
		if err == nil {
			return r.saved(w, ui.RulePath(int64(x.ID)), r.told("told.saved"))
		}
	} else {
		days, _ := strconv.Atoi(r.PostFormValue("days"))
		e.Days = min(max(days, 1), mostDays)
		var t automating.Trial
		if t, err = s.Automation.Try(r.Context(), r.actor, d, r.now.AddDate(0, 0, -e.Days), nil); err == nil {
			e.Trial = ruleTrial(t)
		}
	}
	f := ui.Form{}
	if err != nil {
		var ok bool
		if f, ok = r.formErrors(err); !ok {
			return err
		}
		f = atFields(f, "name", "after", "if", "hourly")
		if text := f.Errors["when.after"]; text != "" {
			f = wholeForm(text)
		}
	}
	return s.drawAutomation(w, r, e, f)
}

func ruleTrial(t automating.Trial) *ui.RuleTrial {
	out := &ui.RuleTrial{Tickets: t.Tickets, Events: t.Events, Acts: t.Acts, Over: t.Over, Unlike: t.Unlike, Today: t.Today, Took: strconv.FormatFloat(t.Took.Seconds(), 'f', 2, 64), Stopped: t.Stopped}
	for _, x := range t.Examples {
		out.Examples = append(out.Examples, ui.RuleExample{Number: x.Number, Who: x.Who, At: x.At})
	}
	return out
}

// automationReading says in plain words what the form would do, what is wrong with it, and what may be written next.
func (s *server) automationReading(w http.ResponseWriter, r *request) error {
	if err := r.ParseForm(); err != nil {
		return errs.Field("", "error.required")
	}
	_, d := r.readRule()
	v, err := s.ruleReading(r, d)
	if err != nil {
		return err
	}
	return r.draw(w, http.StatusOK, ui.RuleReadingNow(ui.Page{Printer: r.printer, Now: r.now, Zone: r.zone}, v))
}

func (s *server) ruleReading(r *request, d automation.Definition) (v ui.RuleReading, err error) {
	n, err := s.Automation.Names(r.Context(), r.actor)
	if err != nil {
		return v, err
	}
	v.Text = d.Read(r.printer, n).Text(r.printer)
	if _, err := automation.Parse(d.If); err != nil {
		if f, ok := r.formErrors(err); ok {
			v.Wrong = f.Errors["if"]
		}
	}
	if v.Next = automation.Complete(d.If); len(v.Next) > 12 {
		v.Next = v.Next[:12]
	}
	return v, nil
}

func (s *server) drawAutomation(w http.ResponseWriter, r *request, e *ui.RuleEdit, f ui.Form) error {
	ctx := r.Context()
	n, err := s.Automation.Names(ctx, r.actor)
	if err != nil {
		return err
	}
	list, err := s.Automation.Rules(ctx, r.actor)
	if err != nil {
		return err
	}
	out := ui.Automation{Form: f, Edit: e}
	if out.Page, err = r.page(w, r.printer.T("admin.automation"), ui.SectionAdmin); err != nil {
		return err
	}
	taken := map[string]bool{}
	for i, x := range list {
		taken[x.Shipped] = true
		row := ui.RuleRow{ID: int64(x.ID), Name: x.Name, On: x.On, Reading: x.Read(r.printer, n).Text(r.printer), Owner: n.People[x.Owner], First: i == 0, Last: i == len(list)-1}
		if x.Off != "" {
			row.Off = r.printer.T("rule.off_itself")
		}
		out.Rules = append(out.Rules, row)
	}
	for _, x := range automation.ShippedRules() {
		if !taken[x.Key] {
			out.Shipped = append(out.Shipped, ui.ShippedRule{Key: x.Key, Name: x.Name(r.printer), Reading: x.Made(r.printer).Read(r.printer, n).Text(r.printer)})
		}
	}
	if e != nil {
		if err := s.furnishRule(r, e, n); err != nil {
			return err
		}
	}
	return r.draw(w, formStatus(f), ui.AutomationPage(out))
}

// furnishRule gives the form of a rule all that can be chosen, what it reads as, and what it did and said.
func (s *server) furnishRule(r *request, e *ui.RuleEdit, n automation.Names) error {
	p := r.printer
	for _, k := range automation.Kinds() {
		e.Events = append(e.Events, ui.Option{Value: k, Label: automation.EventWords(p, k), Selected: k == e.Event})
	}
	for _, v := range automation.Verbs() {
		e.Verbs = append(e.Verbs, ui.Option{Value: string(v), Label: p.T("rule.verb." + string(v))})
	}
	group := func(label string, list ...ui.Option) {
		if len(list) > 0 {
			e.Whats = append(e.Whats, ui.RuleChoices{Label: label, List: list})
		}
	}
	var topics, priorities, statuses, teams, people, macros []ui.Option
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
	teams, people, macros = named("team:", n.Teams), named("person:", n.People), named("macro:", n.Macros)
	group(p.T("rule.verb.topic"), topics...)
	group(p.T("rule.verb.priority"), priorities...)
	group(p.T("rule.verb.status"), statuses...)
	group(p.T("rule.verb.team"), teams...)
	group(p.T("rule.verb.assign"), people...)
	group(p.T("rule.verb.reply"), macros...)
	for id, name := range n.People {
		e.Owners = append(e.Owners, ui.Option{Value: id64(id), Label: name, Selected: int64(id) == e.Owner || e.Owner == 0 && id == r.actor.Person()})
	}
	slices.SortFunc(e.Owners, func(a, b ui.Option) int { return strings.Compare(a.Label, b.Label) })
	for _, f := range automation.Fields() {
		row := ui.RuleFact{Name: f.Name, Label: f.Label(p), Signs: strings.Join(f.Type.Signs(), "  ")}
		if f.Type != automation.Truth {
			row.Values = f.Example()
		}
		e.Facts = append(e.Facts, row)
	}
	d := automation.Definition{Name: e.Name, When: automation.When{Event: e.Event}, If: strings.TrimSpace(e.If), Stop: e.Stop}
	d.When.After, _ = strconv.Atoi(e.After)
	d.Hourly, _ = strconv.Atoi(e.Hourly)
	for _, x := range e.Steps {
		d.Then = append(d.Then, readStep(x.Do, x.What, x.Text))
	}
	var err error
	if e.Reading, err = s.ruleReading(r, d); err != nil {
		return err
	}
	for range max(2, 3-len(e.Steps)) {
		e.Steps = append(e.Steps, ui.RuleStep{})
	}
	if e.Days == 0 {
		e.Days = tryDays
	}
	if e.ID == 0 {
		return nil
	}
	versions, err := s.Automation.Versions(r.Context(), r.actor, automation.ID(e.ID))
	if err != nil {
		return err
	}
	for _, v := range versions {
		e.Versions = append(e.Versions, ui.RuleVersion{Version: v.Version, At: v.SavedAt, By: n.People[v.SavedBy], Reading: v.Read(p, n).Text(p)})
	}
	deeds, err := s.Automation.Deeds(r.Context(), r.actor, automation.ID(e.ID), 0, deedsShow)
	for _, d := range deeds {
		row := ui.RuleDeed{At: d.At, Number: d.Number, Outcome: d.Outcome, What: p.T("rule.outcome." + d.Outcome)}
		if d.Why.Key != "" {
			args := make([]any, len(d.Why.Args))
			for i, a := range d.Why.Args {
				args[i] = a
			}
			row.Why = p.T(d.Why.Key, args...)
		}
		e.Deeds = append(e.Deeds, row)
	}
	return err
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
