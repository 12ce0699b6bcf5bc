package web

import (
	"net/http"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/web/ui"
)

// setupForm is what the first run asks for.
type setupForm struct {
	founding auth.Founding
}

func readSetup(r *request) setupForm {
	return setupForm{auth.Founding{
		Workspace: r.PostFormValue("workspace"), Name: r.PostFormValue("name"), Email: r.PostFormValue("email"),
		Password: r.PostFormValue("password"), Language: r.language("lang"), Zone: r.PostFormValue("zone"),
	}}
}

// setupPage shows the first run's form. Once there is a workspace the page does
// not exist.
func (s *server) setupPage(w http.ResponseWriter, r *request) error {
	first, err := s.firstRun(r.Context())
	if err != nil {
		return err
	}
	if !first {
		return errs.New(errs.NotFound, "error.not_found")
	}
	return s.drawSetup(w, r, setupForm{auth.Founding{Language: string(r.printer.Lang()), Zone: likelyZone(r.printer.Lang())}}, ui.Form{})
}

func (s *server) drawSetup(w http.ResponseWriter, r *request, in setupForm, f ui.Form) error {
	page, err := r.page(w, r.printer.T("setup.title"), "")
	if err != nil {
		return err
	}
	return r.draw(w, formStatus(f), ui.SetupPage(ui.Setup{
		Page: page, Form: f, WorkspaceName: in.founding.Workspace, Name: in.founding.Name, Email: in.founding.Email,
		Langs: langOptions(in.founding.Language), Zones: zoneOptions(in.founding.Zone, r.now),
	}))
}

// setup founds the workspace and signs its owner in. Of two at the same moment
// one founds it, and the page has gone for the other.
func (s *server) setup(w http.ResponseWriter, r *request) error {
	in := readSetup(r)
	_, owner, err := s.Auth.FoundFirst(r.Context(), in.founding)
	if err != nil {
		f, ok := r.formErrors(err)
		if !ok {
			return err
		}
		return s.drawSetup(w, r, in, f)
	}
	e, err := s.Auth.Enter(r.Context(), owner.Email, in.founding.Password, r.visit())
	if err != nil {
		return err
	}
	r.signIn(w, e.Session)
	return r.see(w, "/", nil)
}

// formStatus is the status of a form's page: one that comes back with errors was
// understood and refused.
func formStatus(f ui.Form) int {
	if len(f.Errors) > 0 {
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}
