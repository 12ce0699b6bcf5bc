package web

import (
	"net/http"
	"net/url"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/watch"
	"godwit.dev/godwit/internal/server/web/ui"
)

// ssoDoor is where the sign-in page leads for single sign-on: straight on if one
// workspace has it, to the question which one if several do, "" if none.
func (s *server) ssoDoor(r *request, next string) (string, error) {
	doors, err := s.Auth.SSODoors(r.Context())
	switch {
	case err != nil || len(doors) == 0:
		return "", err
	case len(doors) == 1:
		return ssoPath(doors[0], next), nil
	}
	return "/sign-in/sso?" + url.Values{"next": {next}}.Encode(), nil
}

func ssoPath(slug, next string) string {
	return "/sign-in/sso/to/" + url.PathEscape(slug) + "?" + url.Values{"next": {next}}.Encode()
}

// ssoPage asks for the workspace.
func (s *server) ssoPage(w http.ResponseWriter, r *request) error {
	return s.drawSSO(w, r, ui.SSO{Next: local(r.FormValue("next"), "/")})
}

func (s *server) drawSSO(w http.ResponseWriter, r *request, v ui.SSO) (err error) {
	if v.Page, err = r.page(w, r.printer.T("sso.title"), ""); err != nil {
		return err
	}
	return r.draw(w, formStatus(v.Form), ui.SSOPage(v))
}

// ssoFind leads on to a workspace's issuer. A form may not lead to another host
// under our policy, so a page does.
func (s *server) ssoFind(w http.ResponseWriter, r *request) error {
	next, slug := local(r.PostFormValue("next"), "/"), strings.ToLower(strings.TrimSpace(r.PostFormValue("workspace")))
	if slug == "" {
		return s.drawSSO(w, r, ui.SSO{Next: next, Form: ui.Form{Errors: map[string]string{"workspace": r.printer.T("error.name_empty")}}})
	}
	return s.drawSSO(w, r, ui.SSO{Next: next, Workspace: slug, Go: ssoPath(slug, next)})
}

// ssoStart sends the browser to the issuer.
func (s *server) ssoStart(w http.ResponseWriter, r *request) error {
	next := local(r.FormValue("next"), "/")
	to, token, err := s.Auth.StartSSO(r.Context(), r.PathValue("workspace"), next, r.visit())
	if errs.Is(err, errs.NotFound) {
		return s.drawSSO(w, r, ui.SSO{Next: next, Workspace: r.PathValue("workspace"), Form: ui.Form{Errors: map[string]string{"workspace": r.printer.T("error.sso_none")}}})
	}
	if err != nil {
		return err
	}
	s.setCookie(w, ssoCookie, token, auth.PendingLife)
	http.Redirect(w, r.Request, to, http.StatusSeeOther)
	return nil
}

// ssoBack takes somebody back from the issuer.
func (s *server) ssoBack(w http.ResponseWriter, r *request) error {
	end, err := s.Auth.EndSSO(r.Context(), r.kept(ssoCookie), r.URL.Query(), r.visit())
	s.setCookie(w, ssoCookie, "", 0)
	if errs.Is(err, errs.Denied) {
		r.note(watch.SignIn)
		s.Log.InfoContext(r.Context(), "single sign-on refused", "request", r.id, "error", err)
		if end.Proof {
			return r.see(w, "/confirm?"+url.Values{"next": {local(end.Next, "/")}}.Encode(), &ui.Flash{Tone: ui.ToneBad, Text: r.worded(err)})
		}
		return s.drawSignIn(w, r, local(end.Next, "/"), "", http.StatusUnprocessableEntity, wholeForm(r.worded(err)))
	}
	if err != nil {
		return err
	}
	if end.Proof {
		r.signIn(w, end.Session)
		return r.see(w, local(end.Next, "/"), nil)
	}
	return s.entered(w, r, end.Entry, local(end.Next, "/"))
}
