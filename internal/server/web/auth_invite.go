package web

import (
	"net/http"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/web/ui"
)

// invitePage lets an invited person choose a name and a password, and one who has
// joined set a new password. A link that is
// unknown, used or expired leads nowhere.
func (s *server) invitePage(w http.ResponseWriter, r *request) error {
	link, person, err := s.Auth.InvitedFrom(r.Context(), r.PathValue("token"), r.visit())
	if err != nil {
		return err
	}
	return s.drawInvite(w, r, link, person, person.Name, string(r.printer.Lang()), person.Zone, ui.Form{})
}

func (s *server) drawInvite(w http.ResponseWriter, r *request, link auth.Invite, p auth.Person, name, language, zone string, f ui.Form) error {
	space, err := s.Auth.Workspace(r.Context(), auth.ForSystem(p.Workspace))
	if err != nil {
		return err
	}
	roles, err := s.Auth.Roles(r.Context(), auth.ForSystem(p.Workspace))
	if err != nil {
		return err
	}
	title, reset := r.printer.T("invite.title", "Workspace", space.Name), link.Purpose == "reset"
	if reset {
		title = r.printer.T("invite.reset_title")
	}
	page := ui.Page{
		Printer: r.printer, Title: title, Now: r.now, Zone: r.zone,
		Path: r.URL.RequestURI(), Workspace: space.Name, Roles: (&house{roles: roles}).roleNames(),
	}
	return r.draw(w, formStatus(f), ui.InvitePage(ui.Invite{
		Page: page, Form: f, Reset: reset, Token: r.PathValue("token"), InvitedBy: space.Name, Email: p.Email, Role: ui.Role(p.Role), Name: name,
		Langs: langOptions(language), Zones: zoneOptions(zone, r.now),
	}))
}

// invite takes an invitation up, once, and signs the person in.
func (s *server) invite(w http.ResponseWriter, r *request) error {
	token, name, zone := r.PathValue("token"), r.PostFormValue("name"), r.PostFormValue("zone")
	e, err := s.Auth.Accept(r.Context(), token, auth.Joining{Name: name, Password: r.PostFormValue("password"), Language: r.language("lang"), Zone: zone}, r.visit())
	if errs.Is(err, errs.Invalid) {
		link, person, gone := s.Auth.Invited(r.Context(), token)
		if gone != nil {
			return gone
		}
		f, _ := r.formErrors(err)
		return s.drawInvite(w, r, link, person, name, r.language("lang"), zone, f)
	}
	if err != nil {
		return err
	}
	return s.entered(w, r, e, "/")
}
