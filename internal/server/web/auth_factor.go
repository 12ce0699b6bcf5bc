package web

import (
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/boombuler/barcode/qr"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/web/ui"
)

// Names of the cookies that hold what a browser has begun.
const (
	stepCookie    = "step"
	passkeyCookie = "passkey"
	ssoCookie     = "sso"
	browserCookie = "browser" // outlives sessions: by it a browser is known again
)

// browserLife is how long a browser keeps its cookie: as long as browsers keep any
// (RFC 6265bis section 5.5).
const browserLife = 400 * 24 * time.Hour

// visit is where the request comes from. A browser that is new here gets its token
// with the session; see signIn.
func (r *request) visit() auth.Visit {
	if r.browser == "" {
		r.browser = r.kept(browserCookie)
	}
	if r.browser == "" {
		r.browser = auth.NewBrowser()
	}
	return auth.Visit{Address: r.address(), UserAgent: r.UserAgent(), Origin: r.base(), Browser: r.browser}
}

// kept returns the token of a ceremony that this browser began, or "".
func (r *request) kept(kind string) string {
	c, err := r.Cookie(r.s.cookieName(kind))
	if err != nil {
		return ""
	}
	return c.Value
}

// entered goes on after a first proof: into the console, or to the second step.
func (s *server) entered(w http.ResponseWriter, r *request, e auth.Entry, next string) error {
	var told *ui.Flash
	if e.Exposed {
		told = &ui.Flash{Tone: ui.ToneWarn, Text: r.printer.T("told.exposed")}
	}
	if e.Need == auth.NeedNothing {
		if err := s.replace(w, r, e.Session); err != nil {
			return err
		}
		return r.see(w, next, told)
	}
	s.setCookie(w, stepCookie, e.Pending, auth.PendingLife)
	return r.see(w, "/sign-in/"+string(e.Need)+"?"+url.Values{"next": {next}}.Encode(), told)
}

// enter keeps a new session in the browser and leads on. The session of whoever
// was signed in before is not left behind.
func (s *server) enter(w http.ResponseWriter, r *request, session, next string) error {
	if err := s.replace(w, r, session); err != nil {
		return err
	}
	return r.see(w, next, nil)
}

func (s *server) replace(w http.ResponseWriter, r *request, session string) error {
	if r.signed() {
		if err := s.Auth.SignOut(r.Context(), r.actor, r.token()); err != nil {
			return err
		}
	}
	r.signIn(w, session)
	for _, kind := range []string{stepCookie, passkeyCookie, ssoCookie} {
		if r.kept(kind) != "" {
			s.setCookie(w, kind, "", 0)
		}
	}
	return nil
}

// stale leads whoever has taken too long, or comes with nothing begun, back to
// the start.
func (s *server) stale(w http.ResponseWriter, r *request, err error) error {
	if !errs.Is(err, errs.Denied) {
		return err
	}
	s.setCookie(w, stepCookie, "", 0)
	return r.see(w, "/sign-in", &ui.Flash{Tone: ui.ToneWarn, Text: r.worded(err)})
}

// refused words what is wrong with a proof: a wrong one, or one too soon.
func (r *request) refused(err error) (ui.Form, int, bool) {
	if errs.Is(err, errs.Unavailable) && r.worded(err) != "" {
		return wholeForm(r.worded(err)), http.StatusTooManyRequests, true
	}
	f, ok := r.formErrors(err)
	return f, http.StatusUnprocessableEntity, ok
}

// factorPage asks for the second step of a sign-in.
func (s *server) factorPage(w http.ResponseWriter, r *request) error {
	p, err := s.Auth.Pending(r.Context(), r.kept(stepCookie))
	if err == nil && p.Need != auth.NeedFactor {
		return r.see(w, "/sign-in/enrol?"+r.URL.RawQuery, nil)
	}
	if err != nil {
		return s.stale(w, r, err)
	}
	return s.drawFactor(w, r, p, local(r.FormValue("next"), "/"), http.StatusOK, ui.Form{})
}

func (s *server) drawFactor(w http.ResponseWriter, r *request, p auth.Pending, next string, status int, f ui.Form) error {
	page, err := r.page(w, r.printer.T("factor.title"), "")
	if err != nil {
		return err
	}
	return r.draw(w, status, ui.FactorPage(ui.Factor{
		Page: page, Form: f, Next: next, App: p.Factors.TOTP, Passkey: len(p.Factors.Passkeys) > 0, Codes: p.Factors.Codes > 0,
	}))
}

// factor takes the second step: a code or a passkey.
func (s *server) factor(w http.ResponseWriter, r *request) error {
	next, step := local(r.PostFormValue("next"), "/"), r.kept(stepCookie)
	var session string
	var err error
	if answer := r.PostFormValue("passkey"); answer != "" {
		session, err = s.Auth.FinishByPasskey(r.Context(), step, r.kept(passkeyCookie), []byte(answer), r.visit())
	} else {
		session, err = s.Auth.FinishByCode(r.Context(), step, r.PostFormValue("code"), r.visit())
	}
	if err == nil {
		return s.enter(w, r, session, next)
	}
	p, gone := s.Auth.Pending(r.Context(), step)
	r.noteSignIn(p.Person.Email, err)
	f, status, ok := r.refused(err)
	if !ok {
		return s.stale(w, r, err)
	}
	if gone != nil {
		return s.stale(w, r, gone)
	}
	return s.drawFactor(w, r, p, next, status, atFields(f, "code"))
}

// factorOptions challenges the passkeys of a pending sign-in.
func (s *server) factorOptions(w http.ResponseWriter, r *request) error {
	p, err := s.Auth.Pending(r.Context(), r.kept(stepCookie))
	if err != nil {
		return err
	}
	options, token, err := s.Auth.BeginPasskeyFinish(r.Context(), p, r.visit())
	return s.challenge(w, r, options, token, err)
}

// challenge answers the script with the options of a passkey's challenge.
func (s *server) challenge(w http.ResponseWriter, r *request, options any, token string, err error) error {
	if err != nil {
		return err
	}
	raw, err := auth.PasskeyOptions(options)
	if err != nil {
		return err
	}
	s.setCookie(w, passkeyCookie, token, auth.PendingLife)
	w.Header().Set("Content-Type", "application/json")
	return r.send(w, http.StatusOK, raw)
}

// enrolPage leads whoever must have a second factor to one, before anything else.
func (s *server) enrolPage(w http.ResponseWriter, r *request) error {
	p, err := s.Auth.Pending(r.Context(), r.kept(stepCookie))
	if err == nil && p.Need != auth.NeedEnrol {
		return r.see(w, "/sign-in/factor?"+r.URL.RawQuery, nil)
	}
	if err != nil {
		return s.stale(w, r, err)
	}
	return s.drawEnrol(w, r, p, local(r.FormValue("next"), "/"), http.StatusOK, ui.Form{})
}

func (s *server) drawEnrol(w http.ResponseWriter, r *request, p auth.Pending, next string, status int, f ui.Form) error {
	page, err := r.page(w, r.printer.T("enrol.title"), "")
	if err != nil {
		return err
	}
	v := ui.Enrol{Page: page, Form: f, Next: next, Name: r.device(r.UserAgent())}
	if p.Policy.Way != auth.StrongWay {
		d, err := s.Auth.DraftPending(r.Context(), p)
		if err != nil {
			return err
		}
		if v.Draft, err = drawn(d); err != nil {
			return err
		}
	}
	return r.draw(w, status, ui.EnrolPage(v))
}

// drawn makes the picture that an authenticator app scans (ISO/IEC 18004).
func drawn(d auth.Draft) (*ui.AppDraft, error) {
	code, err := qr.Encode(d.URI, qr.M, qr.Unicode)
	if err != nil {
		return nil, errs.Wrap(errs.Internal, err, "error.internal")
	}
	size := code.Bounds().Dx()
	out := &ui.AppDraft{Secret: d.Secret, Size: size}
	for y := range size {
		for x := range size {
			if c, _, _, _ := code.At(x, y).RGBA(); c == 0 {
				out.Dots = append(out.Dots, [2]int{x, y})
			}
		}
	}
	return out, nil
}

// enrol takes a first factor and signs its person in.
func (s *server) enrol(w http.ResponseWriter, r *request) error {
	next, step := local(r.PostFormValue("next"), "/"), r.kept(stepCookie)
	var codes []string
	var session string
	var err error
	if answer := r.PostFormValue("passkey"); answer != "" {
		codes, session, err = s.Auth.EnrolByPasskey(r.Context(), step, r.kept(passkeyCookie), r.PostFormValue("name"), []byte(answer), r.visit())
	} else {
		codes, session, err = s.Auth.EnrolByApp(r.Context(), step, r.PostFormValue("code"), r.visit())
	}
	if err == nil {
		if err := s.replace(w, r, session); err != nil {
			return err
		}
		return s.drawCodes(w, r, codes, next)
	}
	f, status, ok := r.refused(err)
	if !ok {
		return s.stale(w, r, err)
	}
	p, gone := s.Auth.Pending(r.Context(), step)
	if gone != nil {
		return s.stale(w, r, gone)
	}
	return s.drawEnrol(w, r, p, next, status, atFields(f, "code"))
}

// enrolOptions starts the registration of a first passkey.
func (s *server) enrolOptions(w http.ResponseWriter, r *request) error {
	p, err := s.Auth.Pending(r.Context(), r.kept(stepCookie))
	if err != nil {
		return err
	}
	options, token, err := s.Auth.BeginPendingPasskey(r.Context(), p, r.visit())
	return s.challenge(w, r, options, token, err)
}

// drawCodes shows recovery codes, this once.
func (s *server) drawCodes(w http.ResponseWriter, r *request, codes []string, next string) error {
	page, err := r.page(w, r.printer.T("codes.title"), "")
	if err != nil {
		return err
	}
	page.Me = ui.Person{} // the page stands alone: nothing leads away before the codes are kept
	return r.draw(w, http.StatusOK, ui.CodesPage(ui.Codes{Page: page, Codes: codes, Next: next}))
}

// passkeySignInOptions challenges whichever passkey the browser has for us.
func (s *server) passkeySignInOptions(w http.ResponseWriter, r *request) error {
	options, token, err := s.Auth.BeginPasskeySignIn(r.Context(), r.visit())
	return s.challenge(w, r, options, token, err)
}

// passkeySignIn opens a session by a passkey alone.
func (s *server) passkeySignIn(w http.ResponseWriter, r *request) error {
	next := local(r.PostFormValue("next"), "/")
	session, err := s.Auth.EnterByPasskey(r.Context(), r.kept(passkeyCookie), []byte(r.PostFormValue("passkey")), r.visit())
	if err == nil {
		return s.enter(w, r, session, next)
	}
	r.noteSignIn("", err)
	if f, status, ok := r.refused(err); ok {
		return s.drawSignIn(w, r, next, "", status, whole(f))
	}
	if errs.Is(err, errs.Denied) {
		s.Log.InfoContext(r.Context(), "passkey refused", "request", r.id, "error", errors.Unwrap(err))
		return s.drawSignIn(w, r, next, "", http.StatusUnprocessableEntity, wholeForm(r.worded(err)))
	}
	return err
}
