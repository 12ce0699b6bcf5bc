package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/web/ui"
)

// viewSample is how many matching tickets the editor shows.
const viewSample = 5

// viewPage shows the editor of a saved view, or of a new one.
func (s *server) viewPage(w http.ResponseWriter, r *request) error {
	if r.PathValue("view") == "new" {
		root := ui.Condition{Group: true, All: true, Children: []ui.Condition{{Field: "status", Op: "is", Value: string(ticket.Open)}}}
		return s.drawView(w, r, ui.ViewEdit{Root: root, Sort: ui.SortNewest}, false)
	}
	v, err := s.storedView(r)
	if err != nil {
		return err
	}
	return s.drawView(w, r, ui.ViewEdit{
		Key: viewKey(v.ID), Name: v.Name, Shared: v.Person == 0, Sort: ui.Sort(v.Sort), Root: rooted(uiCondition(v.Condition)),
	}, true)
}

// rooted makes a condition the group that a form's root always is.
func rooted(c ui.Condition) ui.Condition {
	if c.Group {
		return c
	}
	return ui.Condition{Group: true, All: true, Children: []ui.Condition{c}}
}

func (s *server) storedView(r *request) (ticket.View, error) {
	id, err := parseViewKey(r.PathValue("view"))
	if err != nil {
		return ticket.View{}, err
	}
	return s.Tickets.View(r.Context(), r.actor, id)
}

// drawView completes the editor; count asks for what matches now.
func (s *server) drawView(w http.ResponseWriter, r *request, v ui.ViewEdit, count bool) error {
	title := v.Name
	if v.Key == "" {
		title = r.printer.T("views.new")
	}
	var err error
	if v.Page, err = r.page(w, title, ui.SectionInbox); err != nil {
		return err
	}
	h, err := r.house()
	if err != nil {
		return err
	}
	v.Fields, v.MayShare, v.Count = r.conditionFields(h), r.actor.May(auth.ManageMacros), -1
	if count && len(v.Errors) == 0 {
		if err := s.countView(r, &v); err != nil {
			return err
		}
	}
	return r.draw(w, formStatus(v.Form), ui.ViewEditPage(v))
}

// countView fills in how many tickets match, and some of them. A condition that
// does not hold together yet is marked instead.
func (s *server) countView(r *request, v *ui.ViewEdit) error {
	c, err := keptCondition(v.Root)
	if err == nil {
		err = c.Check()
	}
	if err != nil {
		f, ok := r.formErrors(err)
		if ok {
			v.Form = whole(f)
			return nil
		}
		return err
	}
	q := ticket.ListQuery{Cond: &c, Oldest: v.Sort == ui.SortOldest, Due: v.Sort == ui.SortDue, Limit: viewSample}
	n, err := s.Tickets.Count(r.Context(), r.actor, q, ticket.CountLimit)
	if err != nil {
		return err
	}
	list, _, err := s.Tickets.List(r.Context(), r.actor, q, ticket.Cursor{})
	if err != nil {
		return err
	}
	v.Count = int64(n)
	for _, t := range list {
		v.Sample = append(v.Sample, ticketRef(t))
	}
	return nil
}

// keptCondition returns a form's condition as it is kept: ages in hours.
func keptCondition(c ui.Condition) (ticket.Condition, error) {
	out := ticket.Condition{Group: c.Group, All: c.All, Field: c.Field, Op: c.Op, Value: strings.TrimSpace(c.Value)}
	switch c.Op {
	case "older", "newer":
		hours, ok := parseAge(c.Value)
		if !ok {
			return out, errs.Field("condition", "error.age")
		}
		out.Value = strconv.Itoa(hours)
	case "empty", "set":
		out.Value = ""
	}
	for _, child := range c.Children {
		kept, err := keptCondition(child)
		if err != nil {
			return out, err
		}
		out.Children = append(out.Children, kept)
	}
	return out, nil
}

// settled makes the tests of a tree fit their fields: after another field was
// chosen, an operator or value of the old one becomes the new one's first.
func settled(c ui.Condition, fields []ui.ConditionField) ui.Condition {
	if c.Group {
		children := make([]ui.Condition, 0, len(c.Children))
		for _, child := range c.Children {
			children = append(children, settled(child, fields))
		}
		c.Children = children
		return c
	}
	i := slices.IndexFunc(fields, func(f ui.ConditionField) bool { return f.Key == c.Field })
	if i < 0 {
		return c
	}
	f := fields[i]
	if !slices.Contains(f.Ops, c.Op) && len(f.Ops) > 0 {
		c.Op = f.Ops[0]
	}
	if f.Kind == "choice" && len(f.Options) > 0 && !slices.ContainsFunc(f.Options, func(o ui.Option) bool { return o.Value == c.Value }) {
		c.Value = f.Options[0].Value
	}
	return c
}

// viewAdd makes a view, or redraws the editor of one that is not saved.
func (s *server) viewAdd(w http.ResponseWriter, r *request) error {
	return s.viewDo(w, r, ticket.View{Person: r.actor.Person()})
}

// viewSave changes or deletes a view, or redraws its editor.
func (s *server) viewSave(w http.ResponseWriter, r *request) error {
	old, err := s.storedView(r)
	if err != nil {
		return err
	}
	return s.viewDo(w, r, old)
}

func (s *server) viewDo(w http.ResponseWriter, r *request, old ticket.View) error {
	h, err := r.house()
	if err != nil {
		return err
	}
	fields := r.conditionFields(h)
	v := ui.ViewEdit{
		Name: r.PostFormValue("name"), Shared: r.PostFormValue("shared") == "1", Sort: ui.Sort(r.PostFormValue("sort")),
		Root: settled(ui.ParseCondition(r.PostForm), fields),
	}
	if old.ID != 0 {
		v.Key = viewKey(old.ID)
	}
	verb, _, _ := strings.Cut(r.PostFormValue("do"), ":")
	switch {
	case verb == "preview" || verb == "change":
		return s.drawView(w, r, v, verb == "preview")
	case verb == "add" || verb == "group" || verb == "remove":
		v.Root = v.Root.Apply(r.PostFormValue("do"), fields)
		return s.drawView(w, r, v, false)
	case verb == "delete" && old.ID != 0:
		if err := s.Tickets.DeleteView(r.Context(), r.actor, old.ID); err != nil {
			return err
		}
		return r.saved(w, "/views", r.told("told.deleted", "Name", old.Name))
	}
	kept, err := s.keepView(r, old, v)
	if err != nil {
		f, ok := r.formErrors(err)
		if !ok {
			return err
		}
		v.Form = atFields(f, "name", "sort")
		return s.drawView(w, r, v, false)
	}
	return r.saved(w, "/inbox/"+viewKey(kept.ID), r.told("told.saved"))
}

// keepView saves a form as a view. Whoever may not share leaves a shared view
// to those who may: the verb refuses.
func (s *server) keepView(r *request, old ticket.View, v ui.ViewEdit) (ticket.View, error) {
	c, err := keptCondition(v.Root)
	if err != nil {
		return old, err
	}
	next := old
	next.Name, next.Condition, next.Sort = v.Name, c, string(ui.SortNewest)
	if v.Sort == ui.SortOldest || v.Sort == ui.SortDue {
		next.Sort = string(v.Sort)
	}
	if r.actor.May(auth.ManageMacros) {
		if next.Person = r.actor.Person(); v.Shared {
			next.Person = 0
		}
	}
	return s.Tickets.SaveView(r.Context(), r.actor, next)
}
