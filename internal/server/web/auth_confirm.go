package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/web/ui"
)

// Fields of the page that asks for a proof. Their prefix keeps them apart from
// those of the form that the page may carry along.
const (
	proofPrefix   = "proof_"
	proofTo       = proofPrefix + "to"
	proofSend     = proofPrefix + "send"
	proofPassword = proofPrefix + "password"
	proofCode     = proofPrefix + "code"
	proofPasskey  = proofPrefix + "passkey"
)

// errProof says that the request needs a proof that is not too old.
var errProof = errors.New("prove yourself first")

// fresh lets only those pass, of those whom the rule lets in, who have proved
// themselves lately.
func (rl rule) fresh() rule {
	rl.proof = true
	return rl
}

// proved judges whether the person has proved themself lately.
func (r *request) proved() error {
	err := r.s.Auth.StepUp(r.Context(), r.actor, r.token())
	var e *errs.Error
	if errors.As(err, &e) && e.Key == "error.step_up" {
		return errProof
	}
	return err
}

// toProof asks for a proof and goes on afterwards: a page is led back to, a form
// is carried along and sent again.
func (s *server) toProof(w http.ResponseWriter, r *request) error {
	if r.wantsJSON() || r.htmx() {
		back := "/"
		if u, err := url.Parse(r.Referer()); err == nil && u.Host == r.Host {
			back = local(u.RequestURI(), "/")
		}
		to := "/confirm?" + url.Values{"next": {back}}.Encode()
		if r.htmx() {
			w.Header().Set("HX-Redirect", to)
			w.WriteHeader(http.StatusForbidden)
			return nil
		}
		s.json(w, r, http.StatusForbidden, map[string]string{"error": r.printer.T("error.step_up"), "confirm": to})
		return nil
	}
	if r.Method == http.MethodGet {
		return r.see(w, "/confirm?"+url.Values{"next": {r.URL.RequestURI()}}.Encode(), nil)
	}
	return s.drawConfirm(w, r, ui.Confirm{Next: r.URL.RequestURI(), Send: true, Fields: carried(r.PostForm)}, http.StatusForbidden)
}

// carried lists the fields of a form but for those of the proof.
func carried(form url.Values) []ui.Field {
	var out []ui.Field
	for name, values := range form {
		if strings.HasPrefix(name, proofPrefix) {
			continue
		}
		for _, v := range values {
			out = append(out, ui.Field{Name: name, Value: v})
		}
	}
	slices.SortStableFunc(out, func(a, b ui.Field) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// confirmPage asks for a proof before a page.
func (s *server) confirmPage(w http.ResponseWriter, r *request) error {
	return s.drawConfirm(w, r, ui.Confirm{Next: local(r.FormValue("next"), "/")}, http.StatusOK)
}

func (s *server) drawConfirm(w http.ResponseWriter, r *request, v ui.Confirm, status int) (err error) {
	if v.Page, err = r.page(w, r.printer.T("confirm.title"), ""); err != nil {
		return err
	}
	can, err := s.Auth.Proofs(r.Context(), r.actor)
	if err != nil {
		return err
	}
	v.Email, v.Password, v.Code, v.Passkey = r.person.Email, can.Password, can.Code, can.Passkey
	if can.SSO { // a form cannot travel to the issuer and back: the person returns to its page
		back := v.Next
		if v.Send {
			back = "/"
			if u, err := url.Parse(r.Referer()); err == nil && u.Host == r.Host {
				back = local(u.RequestURI(), "/")
			}
		}
		v.SSO = "/confirm/sso?" + url.Values{"next": {back}}.Encode()
	}
	return r.draw(w, status, ui.ConfirmPage(v))
}

// confirm takes a proof and goes on. The browser repeats a form that was carried
// along, body and all: that is what 307 asks for (RFC 9110 section 15.4.8).
func (s *server) confirm(w http.ResponseWriter, r *request) error {
	to, send := local(r.PostFormValue(proofTo), "/"), r.PostFormValue(proofSend) == "1"
	var next string
	var err error
	switch passkey, code := r.PostFormValue(proofPasskey), r.PostFormValue(proofCode); {
	case passkey != "":
		next, err = s.Auth.ProveByPasskey(r.Context(), r.actor, r.token(), r.kept(passkeyCookie), []byte(passkey), r.visit())
	case code != "":
		next, err = s.Auth.ProveByCode(r.Context(), r.actor, r.token(), code, r.visit())
	default:
		next, err = s.Auth.ProveByPassword(r.Context(), r.actor, r.token(), r.PostFormValue(proofPassword), r.visit())
	}
	if err != nil {
		r.noteSignIn("", err)
		f, status, ok := r.refused(err)
		if !ok {
			return err
		}
		proof := map[string]string{}
		for field, text := range f.Errors {
			if field == "password" || field == "code" {
				field = proofPrefix + field
			}
			proof[field] = text
		}
		v := ui.Confirm{Form: atFields(ui.Form{Errors: proof}, proofPassword, proofCode), Next: to, Send: send}
		if send {
			v.Fields = carried(r.PostForm)
		}
		return s.drawConfirm(w, r, v, status)
	}
	r.signIn(w, next)
	if send {
		http.Redirect(w, r.Request, to, http.StatusTemporaryRedirect)
		return nil
	}
	return r.see(w, to, nil)
}

// confirmOptions challenges the actor's passkeys.
func (s *server) confirmOptions(w http.ResponseWriter, r *request) error {
	options, token, err := s.Auth.BeginPasskeyProof(r.Context(), r.actor, r.visit())
	return s.challenge(w, r, options, token, err)
}

// confirmSSO sends the actor to their issuer for a proof.
func (s *server) confirmSSO(w http.ResponseWriter, r *request) error {
	to, token, err := s.Auth.StartSSOProof(r.Context(), r.actor, r.token(), local(r.FormValue("next"), "/"), r.visit())
	if err != nil {
		return err
	}
	s.setCookie(w, ssoCookie, token, auth.PendingLife)
	http.Redirect(w, r.Request, to, http.StatusSeeOther)
	return nil
}
