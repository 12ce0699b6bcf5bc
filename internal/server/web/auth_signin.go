package web

import (
	"context"
	"net/http"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/server/web/ui"
)

// firstRun reports whether there is no workspace yet. That it was founded never
// changes back, so it is asked of the store only until then.
func (s *server) firstRun(ctx context.Context) (bool, error) {
	if s.founded.Load() {
		return false, nil
	}
	empty, err := s.Auth.Empty(ctx)
	if err == nil && !empty {
		s.founded.Store(true)
	}
	return empty, err
}

// signInPage shows the form of sign-in; who is signed in goes on.
func (s *server) signInPage(w http.ResponseWriter, r *request) error {
	next := local(r.FormValue("next"), "/")
	if r.signed() {
		return r.see(w, next, nil)
	}
	first, err := s.firstRun(r.Context())
	if err != nil {
		return err
	}
	if first {
		return r.see(w, "/setup", nil)
	}
	return s.drawSignIn(w, r, next, "", http.StatusOK, ui.Form{})
}

func (s *server) drawSignIn(w http.ResponseWriter, r *request, next, email string, status int, f ui.Form) error {
	page, err := r.page(w, r.printer.T("signin.title"), "")
	if err != nil {
		return err
	}
	sso, err := s.ssoDoor(r, next)
	if err != nil {
		return err
	}
	return r.draw(w, status, ui.SignInPage(ui.SignIn{Page: page, Form: f, Email: email, Next: next, SSO: sso, Hints: s.Demo}))
}

// signIn opens a session, or leads to the second step. The answer is the same for an unknown address, a wrong
// password and a disabled person.
func (s *server) signIn(w http.ResponseWriter, r *request) error {
	email, next := r.PostFormValue("email"), local(r.PostFormValue("next"), "/")
	e, err := s.Auth.Enter(r.Context(), email, r.PostFormValue("password"), r.visit())
	r.noteSignIn(email, err)
	switch {
	case errs.Is(err, errs.Denied):
		return s.drawSignIn(w, r, next, email, http.StatusUnprocessableEntity, wholeForm(r.worded(err)))
	case errs.Is(err, errs.Unavailable) && r.worded(err) != "":
		return s.drawSignIn(w, r, next, email, http.StatusTooManyRequests, wholeForm(r.worded(err)))
	case err != nil:
		return err
	}
	return s.entered(w, r, e, next)
}

// wholeForm is the error of a form that is no single field's.
func wholeForm(text string) ui.Form { return ui.Form{Errors: map[string]string{"": text}} }

// signOut ends the session.
func (s *server) signOut(w http.ResponseWriter, r *request) error {
	if err := s.Auth.SignOut(r.Context(), r.actor, r.token()); err != nil {
		return err
	}
	r.signOut(w)
	return r.see(w, "/sign-in", &ui.Flash{Tone: ui.ToneGood, Text: r.printer.T("told.signed_out")})
}
