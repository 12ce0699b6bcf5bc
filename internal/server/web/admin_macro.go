package web

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/habit"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/domain/triage"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/web/ui"
)

// macrosPage shows the macros with what each does.
func (s *server) macrosPage(w http.ResponseWriter, r *request) error {
	page, err := r.page(w, r.printer.T("admin.macros"), ui.SectionAdmin)
	if err != nil {
		return err
	}
	h, err := r.house()
	if err != nil {
		return err
	}
	macros, err := s.Tickets.Macros(r.Context(), r.actor)
	if err != nil {
		return err
	}
	v := ui.Macros{Page: page}
	for _, m := range macros {
		v.Rows = append(v.Rows, ui.MacroRow{
			ID: int64(m.ID), Name: r.macroName(m), Folder: r.macroFolder(m), Preview: ticket.Preview(m.Body(string(r.printer.Lang()))), Uses: m.Uses,
			Shipped: m.OfLibrary(), Off: m.Off, Actions: r.macroActs(h, m.Actions),
		})
	}
	return r.draw(w, http.StatusOK, ui.MacrosPage(v))
}

// macroActs words what a macro does besides its text.
func (r *request) macroActs(h *house, a ticket.MacroActions) []string {
	var out []string
	add := func(key, value string) {
		if value != "" {
			out = append(out, r.printer.T(key, "Value", value))
		}
	}
	status := ""
	if a.Status != "" {
		status = r.printer.T("status." + string(a.Status))
		if a.Status == ticket.Pending && a.Waiting != "" {
			status += " (" + r.printer.T("waiting."+string(a.Waiting)) + ")"
		}
	}
	add("macro.act.status", status)
	add("macro.act.tags", strings.Join(a.AddTags, ", "))
	if a.Self {
		out = append(out, r.printer.T("macro.act.self"))
	} else {
		add("macro.act.assign", h.person[a.Assignee].Name)
	}
	add("macro.act.team", h.team[a.Team])
	if a.Priority != nil {
		add("macro.act.priority", r.printer.T("priority."+a.Priority.String()))
	}
	return out
}

// macroPage shows the form of a macro with one of its texts, or of a new one.
func (s *server) macroPage(w http.ResponseWriter, r *request) error {
	if r.PathValue("macro") == "new" {
		return s.drawMacro(w, r, ticket.Macro{}, "", ui.Form{})
	}
	m, err := s.storedMacro(r)
	if err != nil {
		return err
	}
	key := m.Source()
	if q := r.URL.Query(); q.Has("text") {
		key = q.Get("text")
	}
	return s.drawMacro(w, r, m, key, ui.Form{})
}

func (s *server) storedMacro(r *request) (ticket.Macro, error) {
	n, err := r.number("macro")
	if err != nil {
		return ticket.Macro{}, err
	}
	return s.Tickets.Macro(r.Context(), r.actor, ticket.MacroID(n))
}

// newText is the key under which the page offers a text in a language that is still to be chosen.
const newText = "new"

func (s *server) drawMacro(w http.ResponseWriter, r *request, m ticket.Macro, key string, f ui.Form) error {
	title := r.macroName(m)
	if m.ID == 0 {
		title = r.printer.T("macro.new")
	}
	page, err := r.page(w, title, ui.SectionAdmin)
	if err != nil {
		return err
	}
	h, err := r.house()
	if err != nil {
		return err
	}
	a := m.Actions
	v := ui.MacroEdit{
		Page: page, Form: f, ID: int64(m.ID), Name: m.Name, Folder: m.Folder, Then: ui.Status(a.Status), Waiting: ui.Waiting(a.Waiting),
		Shipped: m.OfLibrary(), Copied: m.Shipped != "" && !m.OfLibrary(), Off: m.Off,
		AddTags: strings.Join(a.AddTags, ", "), Teams: teamChoices(h, []auth.TeamID{a.Team}),
		People: append([]ui.Option{{Value: "me", Label: r.printer.T("macro.self"), Selected: a.Self}}, r.peopleOptions(h, a.Assignee)...),
	}
	if a.Priority != nil {
		v.Priority = ui.Priority(a.Priority.String())
	}
	r.macroText(&v, m, key)
	r.macroFits(&v, m.Fits)
	if err := s.macroExample(r, h, m.Bodies[key], &v); err != nil {
		return err
	}
	v.Example.Notes = append(r.macroActs(h, a), v.Example.Notes...)
	return r.draw(w, formStatus(f), ui.MacroEditPage(v))
}

// macroText fills a page with one text of a macro, the others to go to, and the languages that it can be in.
func (r *request) macroText(v *ui.MacroEdit, m ticket.Macro, key string) {
	t := r.printer.T
	lang, address := ticket.TextOf(key)
	if key == newText {
		lang = ""
	}
	v.Key, v.Body, v.Language, v.Draft, v.Behind = key, m.Bodies[key], lang, m.Marks[key].Draft, m.Marks[key].Behind != 0
	if src := m.Source(); src != key && m.Bodies[src] != "" {
		v.Source, v.SourceOf = m.Bodies[src], r.textName(src)
	}
	for _, k := range slices.Sorted(maps.Keys(m.Bodies)) {
		state := m.Marks[k].State()
		o := ui.Option{Value: k, Label: r.textName(k), Selected: k == key, Group: string(state)}
		if state != ticket.TextReady {
			o.Label += " · " + t("macro.state."+string(state))
		}
		v.Texts = append(v.Texts, o)
	}
	v.Languages = []ui.Option{{Label: t("macro.text.any"), Selected: lang == ""}}
	known := lang == ""
	for _, l := range i18n.Customer() {
		v.Languages = append(v.Languages, ui.Option{Value: string(l), Label: i18n.NativeName(l), Selected: string(l) == lang})
		known = known || string(l) == lang
	}
	if !known {
		v.Languages = append(v.Languages, ui.Option{Value: lang, Label: r.printer.Language(lang), Selected: true})
	}
	v.Addresses = []ui.Option{{Label: t("macro.address.any"), Selected: address == ""}}
	for _, x := range []habit.Formality{habit.Formal, habit.Informal} {
		v.Addresses = append(v.Addresses, ui.Option{Value: string(x), Label: t("macro.address." + string(x)), Selected: x == address})
	}
}

// macroFits fills a page with the messages that a macro answers.
func (r *request) macroFits(v *ui.MacroEdit, f ticket.Fits) {
	t := r.printer.T
	for _, x := range triage.Topics() {
		v.Topics = append(v.Topics, ui.Option{Value: string(x), Label: t("topic." + string(x)), Selected: slices.Contains(f.Topics, x)})
	}
	for _, x := range triage.Alarms() {
		v.Alarms = append(v.Alarms, ui.Option{Value: string(x), Label: t("reason." + string(alarmReason(x))), Selected: slices.Contains(f.Alarms, x)})
	}
	v.Moods = []ui.Option{{Label: t("macro.mood.any")}}
	for _, x := range []triage.Mood{triage.Negative, triage.Neutral, triage.Positive} {
		v.Moods = append(v.Moods, ui.Option{Value: string(x), Label: t("mood." + string(x)), Selected: f.Mood == x})
	}
}

// macroExample fills a page with a text as a real ticket would have it.
func (s *server) macroExample(r *request, h *house, text string, v *ui.MacroEdit) error {
	values, of, err := s.exampleValues(r, h)
	if err != nil {
		return err
	}
	v.ExampleOf = of
	for _, name := range ticket.Variables() {
		v.Variables = append(v.Variables, ui.Variable{Name: name, Label: r.printer.T("var." + name), Value: values[name]})
	}
	body, unfilled := ticket.Expand(text, values)
	v.Example = ui.Preview{Body: body}
	if len(unfilled) > 0 {
		v.Example.Notes = append(v.Example.Notes, r.printer.T("macro.unfilled", "Names", strings.Join(unfilled, ", ")))
	}
	return nil
}

// exampleValues returns the variables of the newest open ticket, and a sentence
// that says whose they are.
func (s *server) exampleValues(r *request, h *house) (map[string]string, string, error) {
	var list []ticket.Ticket
	if r.actor.May(auth.ReadTickets) {
		var err error
		if list, _, err = s.Tickets.List(r.Context(), r.actor, ticket.ListQuery{Bucket: ticket.InOpen, Limit: 1}, ticket.Cursor{}); err != nil {
			return nil, "", err
		}
	}
	if len(list) == 0 {
		return map[string]string{
			"customer.name": "Ada Lovelace", "customer.first_name": "Ada", "ticket.number": "1", "shop.name": h.workspace.Name,
			"order.number": "1042", "order.total": r.money(4990, "EUR"), "order.tracking": "YT2612345678", "order.link": "https://shop.example/p/…", "agent.name": r.person.Name,
		}, r.printer.T("macro.example_made"), nil
	}
	values, err := r.variables(list[0])
	return values, r.printer.T("macro.example_of", "Number", id64(list[0].Number)), err
}

// readMacro reads the form over what is stored, and returns the key of its text: the other texts stay. A text whose
// language is changed goes from the one to the other.
func (r *request) readMacro(old ticket.Macro) (ticket.Macro, string) {
	key := ticket.TextKey(r.PostFormValue("language"), habit.Formality(r.PostFormValue("address")))
	m := old
	if was := r.PostFormValue("was"); was != key && was != newText {
		m = m.With(was, "", false)
	}
	m = m.With(key, strings.ReplaceAll(r.PostFormValue("body"), "\r\n", "\n"), r.PostFormValue("draft") != "")
	m.Name, m.Folder, m.Off = r.PostFormValue("name"), r.PostFormValue("folder"), r.PostFormValue("off") != ""
	m.Fits = ticket.Fits{Mood: triage.Mood(r.PostFormValue("mood"))}
	for _, x := range r.PostForm["topics"] {
		m.Fits.Topics = append(m.Fits.Topics, triage.Topic(x))
	}
	for _, x := range r.PostForm["alarms"] {
		m.Fits.Alarms = append(m.Fits.Alarms, triage.Alarm(x))
	}
	m.Actions = ticket.MacroActions{
		Status: ticket.Status(r.PostFormValue("then")), Waiting: ticket.Waiting(r.PostFormValue("waiting")), Team: auth.TeamID(r.formNumber("team")),
		Self: r.PostFormValue("assignee") == "me", Assignee: auth.PersonID(r.formNumber("assignee")),
	}
	for _, t := range strings.Split(r.PostFormValue("add_tags"), ",") {
		if t = ticket.TagName(t); t != "" {
			m.Actions.AddTags = append(m.Actions.AddTags, t)
		}
	}
	if p, ok := ticket.ParsePriority(r.PostFormValue("priority")); ok {
		m.Actions.Priority = &p
	}
	return m, key
}

// macroAdd makes a macro, or shows the example of one that is not saved.
func (s *server) macroAdd(w http.ResponseWriter, r *request) error {
	return s.macroDo(w, r, ticket.Macro{})
}

// macroSave changes or deletes a macro, or shows how it would be.
func (s *server) macroSave(w http.ResponseWriter, r *request) error {
	old, err := s.storedMacro(r)
	if err != nil {
		return err
	}
	return s.macroDo(w, r, old)
}

func (s *server) macroDo(w http.ResponseWriter, r *request, old ticket.Macro) error {
	m, key := r.readMacro(old)
	var err error
	flash := r.told("told.saved")
	switch do := r.PostFormValue("do"); {
	case do == "preview":
		return s.drawMacro(w, r, m, key, ui.Form{})
	case do == "delete" && old.ID != 0:
		flash = r.told("told.deleted", "Name", old.Name)
		if old.Shipped != "" {
			flash = r.told("macro.told_reset", "Name", old.Name)
		}
		err = s.Tickets.DeleteMacro(r.Context(), r.actor, old.ID)
	default:
		_, err = s.Tickets.SaveMacro(r.Context(), r.actor, m)
	}
	if err != nil {
		f, ok := r.formErrors(err)
		if !ok {
			return err
		}
		return s.drawMacro(w, r, m, key, f)
	}
	return r.saved(w, "/admin/macros", flash)
}

// macroTable shows which macro is written in which language. It is narrowed to a language, a folder, and a state, which
// leaves the macros that are so in any language that is shown.
func (s *server) macroTable(w http.ResponseWriter, r *request) error {
	page, err := r.page(w, r.printer.T("macro.languages"), ui.SectionAdmin)
	if err != nil {
		return err
	}
	table, err := s.Tickets.MacroTable(r.Context(), r.actor)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	shown := table.Languages
	if only := q.Get("language"); slices.Contains(shown, only) {
		shown = []string{only}
	}
	t := r.printer.T
	v := ui.MacroTable{Page: page}
	for _, l := range shown {
		v.Languages = append(v.Languages, r.printer.Language(l))
	}
	counts, folders := map[ticket.TextState]int64{}, map[string]string{}
	for _, m := range table.Macros {
		folders[m.Folder] = r.macroFolder(m)
		if q.Get("folder") != "" && q.Get("folder") != m.Folder {
			continue
		}
		row := ui.MacroTexts{ID: int64(m.ID), Name: r.macroName(m), Folder: r.macroFolder(m)}
		fits := q.Get("state") == ""
		for _, l := range shown {
			state, key := m.State(l)
			counts[state]++
			fits = fits || string(state) == q.Get("state")
			row.Cells = append(row.Cells, ui.MacroCell{Key: key, Label: t("macro.state." + string(state)), State: string(state)})
		}
		if fits {
			v.Rows = append(v.Rows, row)
		}
	}
	tones := map[ticket.TextState]ui.Tone{ticket.TextReady: ui.ToneGood, ticket.TextBehind: ui.ToneWarn, ticket.TextMissing: ui.ToneBad}
	states := []ui.Option{{Label: t("macro.all_states")}}
	for _, x := range ticket.TextStates() {
		v.Counts = append(v.Counts, ui.MacroCount{Label: t("macro.state." + string(x)), Count: counts[x], Tone: tones[x]})
		states = append(states, ui.Option{Value: string(x), Label: t("macro.state." + string(x)), Selected: string(x) == q.Get("state")})
	}
	languages := []ui.Option{{Label: t("macro.all_languages")}}
	for _, l := range table.Languages {
		languages = append(languages, ui.Option{Value: l, Label: r.printer.Language(l), Selected: len(shown) == 1 && l == shown[0]})
	}
	places := []ui.Option{{Label: t("macro.all_folders")}}
	for _, f := range slices.Sorted(maps.Keys(folders)) {
		if f != "" {
			places = append(places, ui.Option{Value: f, Label: folders[f], Selected: f == q.Get("folder")})
		}
	}
	v.Filters = []ui.Select{{Name: "language", Label: t("macro.language"), Options: languages}, {Name: "state", Label: t("macro.state"), Options: states}, {Name: "folder", Label: t("macro.folder"), Options: places}}
	return r.draw(w, http.StatusOK, ui.MacroTablePage(v))
}
