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

// admin leads to the first administration page that the reader may open.
func (s *server) admin(w http.ResponseWriter, r *request) error {
	if open := r.adminOpen(); len(open) > 0 {
		return r.see(w, "/admin/"+open[0], nil)
	}
	return errs.New(errs.Denied, "error.denied")
}

// saved ends a change of the administration: pages of this workspace name things
// anew, and the reader goes on to path.
func (r *request) saved(w http.ResponseWriter, path string, f *ui.Flash) error {
	r.s.cache.forget(r.actor.Workspace)
	return r.see(w, path, f)
}

// peoplePage shows who works here and who is invited.
func (s *server) peoplePage(w http.ResponseWriter, r *request) error {
	return s.drawPeople(w, r, ui.People{Role: ui.Agent}, nil)
}

// drawPeople completes a page that holds what became of a form.
func (s *server) drawPeople(w http.ResponseWriter, r *request, v ui.People, chosen []auth.TeamID) error {
	var err error
	if v.Page, err = r.page(w, r.printer.T("admin.people"), ui.SectionAdmin); err != nil {
		return err
	}
	h, err := r.house()
	if err != nil {
		return err
	}
	people, err := s.Auth.People(r.Context(), r.actor)
	if err != nil {
		return err
	}
	people = slices.DeleteFunc(people, func(p auth.Person) bool { return p.Status == auth.Invited || p.Revoked() })
	lists := make([]ticket.ListQuery, len(people))
	for i, p := range people {
		lists[i] = ticket.ListQuery{Assignee: p.ID, Bucket: ticket.InOpen}
	}
	open, err := s.countLists(r, lists)
	if err != nil {
		return err
	}
	for i, p := range people {
		v.People = append(v.People, ui.PersonRow{
			Person: uiPerson(p), Teams: teamChoices(h, memberOf(h, p.ID)), Active: p.Status == auth.Active, SeenAt: p.SeenAt,
			Open: open[i], Self: p.ID == r.actor.Person(), Limits: h.limits(p.Restricted, p.Limits), Locked: !r.mayAll(h.granted(p.Role)),
		})
	}
	invites, err := s.Auth.OpenInvites(r.Context(), r.actor)
	if err != nil {
		return err
	}
	for _, i := range invites {
		v.Invites = append(v.Invites, ui.InviteRow{ID: int64(i.Person), Email: i.Email, Role: ui.Role(i.Role), ExpiresAt: i.ExpiresAt})
	}
	v.Teams = teamChoices(h, chosen)
	return r.draw(w, formStatus(v.Form), ui.PeoplePage(v))
}

// countLists counts lists for a table, in one statement for each 50 of them; who
// reads no tickets counts none.
func (s *server) countLists(r *request, lists []ticket.ListQuery) ([]int64, error) {
	if !r.actor.May(auth.ReadTickets) {
		return make([]int64, len(lists)), nil
	}
	var out []int64
	for part := range slices.Chunk(lists, 50) {
		counts, err := s.Tickets.Counts(r.Context(), r.actor, part, ticket.CountLimit)
		if err != nil {
			return nil, err
		}
		for _, n := range counts {
			out = append(out, int64(n))
		}
	}
	return out, nil
}

func memberOf(h *house, p auth.PersonID) []auth.TeamID {
	var out []auth.TeamID
	for _, t := range h.teams {
		if slices.Contains(t.Members, p) {
			out = append(out, t.ID)
		}
	}
	return out
}

func teamChoices(h *house, chosen []auth.TeamID) []ui.Option {
	out := make([]ui.Option, 0, len(h.teams))
	for _, t := range h.teams {
		out = append(out, ui.Option{Value: id64(t.ID), Label: t.Name, Selected: slices.Contains(chosen, t.ID)})
	}
	return out
}

// formIDs reads the identifiers of a repeated field; what is no number is left out.
func formIDs[T ~int64](r *request, field string) []T {
	var out []T
	for _, text := range r.PostForm[field] {
		if n, err := strconv.ParseInt(text, 10, 64); err == nil && n > 0 {
			out = append(out, T(n))
		}
	}
	return out
}

// personInvite makes an invite link and shows it, this once.
func (s *server) personInvite(w http.ResponseWriter, r *request) error {
	email, role, teams := strings.TrimSpace(r.PostFormValue("email")), auth.Role(r.PostFormValue("role")), formIDs[auth.TeamID](r, "teams")
	token, _, err := s.Auth.Invite(r.Context(), r.actor, email, "", role, false, teams)
	if taken(err) {
		token, _, err = s.Auth.InviteAgain(r.Context(), r.actor, email, role, teams)
	}
	s.cache.forget(r.actor.Workspace)
	if err != nil {
		f, ok := r.formErrors(err)
		if !ok {
			return err
		}
		return s.drawPeople(w, r, ui.People{Form: f, Email: email, Role: ui.Role(role)}, teams)
	}
	return s.drawPeople(w, r, ui.People{Link: r.base() + "/invite/" + token, Role: ui.Agent}, nil)
}

// taken reports whether an address is refused because somebody has it.
func taken(err error) bool {
	return slices.ContainsFunc(errs.Fields(err), func(e *errs.Error) bool { return e.Key == "error.address_taken" })
}

// base is the address under which people reach this door.
func (r *request) base() string {
	if r.s.Address != "" {
		return strings.TrimRight(r.s.Address, "/")
	}
	if r.s.Secure || r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// personSave changes the role, the teams and limits, and whether somebody may sign in.
func (s *server) personSave(w http.ResponseWriter, r *request) error {
	n, err := r.number("person")
	if err != nil {
		return err
	}
	people, err := s.Auth.People(r.Context(), r.actor)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(people, func(p auth.Person) bool { return p.ID == auth.PersonID(n) })
	if i < 0 {
		return errs.New(errs.NotFound, "error.not_found")
	}
	was := people[i]
	role, teams := auth.Role(r.PostFormValue("role")), formIDs[auth.TeamID](r, "teams")
	update := auth.PersonUpdate{Teams: &teams}
	if role != "" {
		update.Role = &role
	}
	if r.PostFormValue("limits") == "1" {
		h, err := r.house()
		if err != nil {
			return err
		}
		restricted, limits := formLimits(r, h)
		update.Restricted, update.Limits = &restricted, &limits
	}
	// The button for it comes after the field that holds the state as it is.
	if list := r.PostForm["active"]; len(list) > 0 {
		active := list[len(list)-1] == "1"
		update.Active = &active
	}
	if err := s.Auth.UpdatePerson(r.Context(), r.actor, was.ID, update); err != nil {
		f, ok := r.formErrors(err)
		if !ok {
			return err
		}
		return s.drawPeople(w, r, ui.People{Form: whole(f), Role: ui.Agent}, nil)
	}
	key := "told.person_saved"
	if update.Active != nil && *update.Active != (was.Status == auth.Active) {
		if key = "told.person_disabled"; *update.Active {
			key = "told.person_enabled"
		}
	}
	return r.saved(w, "/admin/people", r.told(key, "Name", was.Name))
}

// personReset makes a link by which somebody who has joined sets a new password,
// and shows it, this once.
func (s *server) personReset(w http.ResponseWriter, r *request) error {
	n, err := r.number("person")
	if err != nil {
		return err
	}
	people, err := s.Auth.People(r.Context(), r.actor)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(people, func(p auth.Person) bool { return p.ID == auth.PersonID(n) && p.Status == auth.Active })
	if i < 0 {
		return errs.New(errs.NotFound, "error.not_found")
	}
	token, err := s.Auth.Reinvite(r.Context(), r.actor, people[i].ID)
	if err != nil {
		return err
	}
	return s.drawPeople(w, r, ui.People{Link: r.base() + "/invite/" + token, Reset: people[i].Name, Role: ui.Agent}, nil)
}

// whole makes the errors of single fields those of the whole form, for pages
// that hold the same field several times.
func whole(f ui.Form) ui.Form {
	if f.Errors[""] != "" || len(f.Errors) == 0 {
		return f
	}
	var texts []string
	for _, t := range f.Errors {
		texts = append(texts, t)
	}
	slices.Sort(texts)
	return wholeForm(strings.Join(texts, " "))
}

// atFields keeps the errors of the fields that a page marks and makes those of
// others the whole form's, so that none goes unseen.
func atFields(f ui.Form, marked ...string) ui.Form {
	out, rest := map[string]string{}, map[string]string{}
	for field, text := range f.Errors {
		if slices.Contains(marked, field) {
			out[field] = text
		} else {
			rest[field] = text
		}
	}
	if len(rest) > 0 {
		out[""] = whole(ui.Form{Errors: rest}).Errors[""]
	}
	return ui.Form{Errors: out}
}

// inviteRevoke takes an invitation back.
func (s *server) inviteRevoke(w http.ResponseWriter, r *request) error {
	n, err := r.number("person")
	if err != nil {
		return err
	}
	if err := s.Auth.Revoke(r.Context(), r.actor, auth.PersonID(n)); err != nil {
		f, ok := r.formErrors(err)
		if !ok {
			return err
		}
		return s.drawPeople(w, r, ui.People{Form: f, Role: ui.Agent}, nil)
	}
	return r.saved(w, "/admin/people", r.told("told.invite_revoked"))
}
