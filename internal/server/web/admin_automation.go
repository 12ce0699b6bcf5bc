package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/automation"
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
		{"GET", "/admin/automation/trials/{tried}", manage, none, (*server).ruleTrialPage},
		{"GET", "/admin/automation/trials/{tried}/now", manage.unasked(), none, (*server).ruleTrialNow},
		{"POST", "/admin/automation/trials/{tried}", manage, form, (*server).ruleTrialStop},
	}
}

const (
	tryDays    = 30
	mostDays   = 366
	deedsShow  = 50
	trialsShow = 10
	atTimes    = "times" // in the place of an event: the rule fires by the calendar
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
		e = ruleForm(automation.Rule{Definition: automation.Definition{When: automation.When{Event: "ticket.received"}, Then: []automation.Step{{Do: automation.Tag}}, Hourly: 100}})
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
	e := &ui.RuleEdit{ID: int64(x.ID), Version: x.Version, Shipped: x.Shipped, On: x.On, Owner: int64(x.Owner), Name: x.Name, Event: x.When.Event, After: strconv.Itoa(x.When.After), Weekdays: x.When.Days, Time: x.When.Time, If: x.If, Stop: x.Stop, Hourly: strconv.Itoa(x.Hourly)}
	if x.When.Timed() {
		e.Event = atTimes
	}
	for _, s := range x.Then {
		e.Steps = append(e.Steps, stepForm(s))
	}
	return e
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
	event := d.When.Event
	if event == atTimes {
		d.When = automation.When{Days: v["weekday"], Time: v.Get("time")}
	}
	e := &ui.RuleEdit{Name: d.Name, Event: event, Weekdays: v["weekday"], Time: v.Get("time"), After: v.Get("after"), If: v.Get("if"), Stop: d.Stop, Hourly: v.Get("hourly"), Shipped: v.Get("shipped")}
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
	if do == "save" || do == "try" || strings.HasPrefix(do, "step") {
		return s.automationForm(w, r, do)
	}
	x, err := s.rule(r, r.PostFormValue("rule"))
	if err != nil {
		return err
	}
	switch do {
	case "on", "off":
		_, err = s.Automation.Switch(ctx, r.actor, x.ID, do == "on")
	case "up", "down", "place":
		err = s.moveRule(r, x.ID, do)
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

// moveRule moves a rule up or down by one, or to the place that the form names. One that does not exist changes nothing.
func (s *server) moveRule(r *request, id automation.ID, how string) error {
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
	switch how {
	case "up":
		j = i - 1
	case "place":
		n, err := strconv.Atoi(r.PostFormValue("place"))
		if err != nil {
			return errs.New(errs.NotFound, "error.not_found")
		}
		j = n - 1
	}
	if i < 0 || j < 0 || j >= len(order) || i == j {
		return nil // it stands there already
	}
	order = slices.Insert(slices.Delete(order, i, i+1), j, id)
	return s.Automation.Order(r.Context(), r.actor, order)
}

func (s *server) automationForm(w http.ResponseWriter, r *request, do string) error {
	e, d := r.readRule()
	if strings.HasPrefix(do, "step") {
		e.Steps = editSteps(e.Steps, do)
		return s.drawAutomation(w, r, e, ui.Form{})
	}
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
		if t, err = s.Automation.StartTrial(r.Context(), r.actor, automation.ID(e.ID), d, r.now.AddDate(0, 0, -e.Days)); err == nil {
			return r.see(w, ui.TrialPath(int64(t.ID)), nil)
		}
	}
	f := ui.Form{}
	if err != nil {
		var ok bool
		if f, ok = r.formErrors(err); !ok {
			return err
		}
		f = atFields(f, "name", "after", "if", "hourly")
		for _, field := range []string{"when.after", "when.days", "when.time"} {
			if text := f.Errors[field]; text != "" {
				f = wholeForm(text)
			}
		}
	}
	return s.drawAutomation(w, r, e, f)
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
	e.Events = append(e.Events, ui.Option{Value: atTimes, Label: p.T("rule.at_times"), Selected: e.Event == atTimes})
	for _, x := range automation.Weekdays() {
		e.Week = append(e.Week, ui.Option{Value: x, Label: p.T("promise.day." + x), Selected: slices.Contains(e.Weekdays, x)})
	}
	for _, k := range automation.Kinds() {
		e.Events = append(e.Events, ui.Option{Value: k, Label: automation.EventWords(p, k), Selected: k == e.Event})
	}
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
	if e.Event == atTimes {
		d.When = automation.When{Days: e.Weekdays, Time: e.Time}
	} else {
		d.When.After, _ = strconv.Atoi(e.After)
	}
	d.Hourly, _ = strconv.Atoi(e.Hourly)
	for _, x := range e.Steps {
		d.Then = append(d.Then, readStep(x.Do, x.What, x.Text))
	}
	var err error
	if e.Reading, err = s.ruleReading(r, d); err != nil {
		return err
	}
	furnishSteps(p, e, n)
	if e.Days == 0 {
		e.Days = tryDays
	}
	if e.ID == 0 {
		return nil
	}
	trials, err := s.Automation.Trials(r.Context(), r.actor, automation.ID(e.ID))
	if err != nil {
		return err
	}
	for _, t := range trials[:min(len(trials), trialsShow)] {
		e.Trials = append(e.Trials, trialRow(t))
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
		row := ui.RuleDeed{At: d.At, Number: d.Number, Outcome: d.Outcome, What: p.T("rule.outcome." + d.Outcome), Why: r.ruleWhy(d.Why)}
		e.Deeds = append(e.Deeds, row)
	}
	return err
}
