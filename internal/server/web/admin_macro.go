package web

import (
	"net/http"
	"strings"

	"godwit.dev/godwit/internal/domain/ticket"
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
			ID: int64(m.ID), Name: m.Name, Folder: m.Folder, Preview: ticket.Preview(m.Body("")), Uses: m.Uses, Actions: r.macroActs(h, m.Actions),
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

// macroPage shows the form of a macro, or of a new one.
func (s *server) macroPage(w http.ResponseWriter, r *request) error {
	if r.PathValue("macro") == "new" {
		return s.drawMacro(w, r, ticket.Macro{}, ui.Form{})
	}
	m, err := s.storedMacro(r)
	if err != nil {
		return err
	}
	return s.drawMacro(w, r, m, ui.Form{})
}

func (s *server) storedMacro(r *request) (ticket.Macro, error) {
	n, err := r.number("macro")
	if err != nil {
		return ticket.Macro{}, err
	}
	return s.Tickets.Macro(r.Context(), r.actor, ticket.MacroID(n))
}

func (s *server) drawMacro(w http.ResponseWriter, r *request, m ticket.Macro, f ui.Form) error {
	title := m.Name
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
		Page: page, Form: f, ID: int64(m.ID), Name: m.Name, Folder: m.Folder, Body: m.Body(""), Then: ui.Status(a.Status), Waiting: ui.Waiting(a.Waiting),
		AddTags: strings.Join(a.AddTags, ", "), Teams: teamChoices(h, []auth.TeamID{a.Team}),
		People: append([]ui.Option{{Value: "me", Label: r.printer.T("macro.self"), Selected: a.Self}}, r.peopleOptions(h, a.Assignee)...),
	}
	if a.Priority != nil {
		v.Priority = ui.Priority(a.Priority.String())
	}
	if err := s.macroExample(r, h, m, &v); err != nil {
		return err
	}
	return r.draw(w, formStatus(f), ui.MacroEditPage(v))
}

// macroVariables are the names that a macro's text may use.
var macroVariables = []string{
	"customer.name", "customer.first_name", "ticket.number", "shop.name", "order.number", "order.total", "order.tracking", "order.link", "agent.name",
}

// macroExample fills a page with the macro as a real ticket would have it.
func (s *server) macroExample(r *request, h *house, m ticket.Macro, v *ui.MacroEdit) error {
	values, of, err := s.exampleValues(r, h)
	if err != nil {
		return err
	}
	v.ExampleOf = of
	for _, name := range macroVariables {
		v.Variables = append(v.Variables, ui.Variable{Name: name, Label: r.printer.T("var." + name), Value: values[name]})
	}
	body, unfilled := ticket.Expand(m.Body(""), values)
	v.Example = ui.Preview{Body: body, Notes: r.macroActs(h, m.Actions)}
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

// readMacro reads the form over what is stored: bodies in other languages stay.
func (r *request) readMacro(old ticket.Macro) ticket.Macro {
	m := old
	m.Name, m.Folder = r.PostFormValue("name"), r.PostFormValue("folder")
	m.Bodies = map[string]string{}
	for lang, body := range old.Bodies {
		m.Bodies[lang] = body
	}
	m.Bodies[""] = strings.ReplaceAll(r.PostFormValue("body"), "\r\n", "\n")
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
	return m
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
	m := r.readMacro(old)
	var err error
	flash := r.told("told.saved")
	switch do := r.PostFormValue("do"); {
	case do == "preview":
		return s.drawMacro(w, r, m, ui.Form{})
	case do == "delete" && old.ID != 0:
		flash = r.told("told.deleted", "Name", old.Name)
		err = s.Tickets.DeleteMacro(r.Context(), r.actor, old.ID)
	default:
		_, err = s.Tickets.SaveMacro(r.Context(), r.actor, m)
	}
	if err != nil {
		f, ok := r.formErrors(err)
		if !ok {
			return err
		}
		return s.drawMacro(w, r, m, f)
	}
	return r.saved(w, "/admin/macros", flash)
}
