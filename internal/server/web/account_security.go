package web

import (
	"net/http"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/web/ui"
)

// securityPage shows what the reader proves themself with.
func (s *server) securityPage(w http.ResponseWriter, r *request) error {
	return s.drawSecurity(w, r, http.StatusOK, ui.Form{})
}

func (s *server) drawSecurity(w http.ResponseWriter, r *request, status int, f ui.Form) error {
	page, err := r.page(w, r.printer.T("security.title"), ui.SectionAccount)
	if err != nil {
		return err
	}
	have, err := s.Auth.Factors(r.Context(), r.actor)
	if err != nil {
		return err
	}
	v := ui.Security{Page: page, Form: f, App: have.TOTP, Codes: have.Codes, Any: have.Any(), Name: r.device(r.UserAgent())}
	for _, k := range have.Passkeys {
		v.Passkeys = append(v.Passkeys, ui.PasskeyRow{
			ID: int64(k.ID), Name: k.Name, Since: k.CreatedAt, SeenAt: k.SeenAt, Cloned: !k.ClonedAt.IsZero(), Synced: k.Record.Flags.BackupState,
		})
	}
	return r.draw(w, status, ui.SecurityPage(v))
}

// secured ends a change of the reader's factors: by the recovery codes if there
// are new ones, and the session goes on under its new token.
func (s *server) secured(w http.ResponseWriter, r *request, next string, codes []string, told string) error {
	r.signIn(w, next)
	if len(codes) > 0 {
		return s.drawCodes(w, r, codes, "/account/security")
	}
	return r.see(w, "/account/security", r.told(told))
}

// insecure shows what kept a change of the reader's factors from being made.
func (s *server) insecure(w http.ResponseWriter, r *request, err error) error {
	f, status, ok := r.refused(err)
	if !ok {
		return err
	}
	return s.drawSecurity(w, r, status, whole(f))
}

// appPage shows a new secret for an authenticator app.
func (s *server) appPage(w http.ResponseWriter, r *request) error {
	return s.drawApp(w, r, http.StatusOK, ui.Form{})
}

func (s *server) drawApp(w http.ResponseWriter, r *request, status int, f ui.Form) error {
	d, err := s.Auth.DraftApp(r.Context(), r.actor)
	if err != nil {
		return s.insecure(w, r, err)
	}
	page, err := r.page(w, r.printer.T("app.title"), ui.SectionAccount)
	if err != nil {
		return err
	}
	draft, err := drawn(d)
	if err != nil {
		return err
	}
	return r.draw(w, status, ui.AppPage(ui.App{Page: page, Form: f, Draft: draft}))
}

// appConfirm puts the new authenticator app into use.
func (s *server) appConfirm(w http.ResponseWriter, r *request) error {
	codes, next, err := s.Auth.ConfirmApp(r.Context(), r.actor, r.token(), r.PostFormValue("code"), r.visit())
	if err == nil {
		return s.secured(w, r, next, codes, "told.app_added")
	}
	f, status, ok := r.refused(err)
	if !ok {
		return err
	}
	if errs.Is(err, errs.Conflict) {
		return s.insecure(w, r, err)
	}
	return s.drawApp(w, r, status, atFields(f, "code"))
}

// appRemove takes the reader's authenticator app away.
func (s *server) appRemove(w http.ResponseWriter, r *request) error {
	next, err := s.Auth.RemoveApp(r.Context(), r.actor, r.token())
	if err != nil {
		return s.insecure(w, r, err)
	}
	return s.secured(w, r, next, nil, "told.app_removed")
}

// codesRenew replaces the reader's recovery codes.
func (s *server) codesRenew(w http.ResponseWriter, r *request) error {
	codes, err := s.Auth.RenewCodes(r.Context(), r.actor)
	if err != nil {
		return s.insecure(w, r, err)
	}
	return s.drawCodes(w, r, codes, "/account/security")
}

// passkeyOptions starts the registration of a passkey.
func (s *server) passkeyOptions(w http.ResponseWriter, r *request) error {
	options, token, err := s.Auth.BeginPasskey(r.Context(), r.actor, r.visit())
	return s.challenge(w, r, options, token, err)
}

// passkeyAdd keeps a passkey that the browser has made.
func (s *server) passkeyAdd(w http.ResponseWriter, r *request) error {
	codes, next, err := s.Auth.FinishPasskey(r.Context(), r.actor, r.token(), r.kept(passkeyCookie), r.PostFormValue("name"), []byte(r.PostFormValue("passkey")), r.visit())
	if err != nil {
		return s.insecure(w, r, err)
	}
	s.setCookie(w, passkeyCookie, "", 0)
	return s.secured(w, r, next, codes, "told.passkey_added")
}

// passkeySave renames a passkey or removes it.
func (s *server) passkeySave(w http.ResponseWriter, r *request) error {
	n, err := r.number("passkey")
	if err != nil {
		return err
	}
	if r.PostFormValue("do") == "remove" {
		next, err := s.Auth.RemovePasskey(r.Context(), r.actor, r.token(), auth.PasskeyID(n))
		if err != nil {
			return s.insecure(w, r, err)
		}
		return s.secured(w, r, next, nil, "told.passkey_removed")
	}
	if err := s.Auth.RenamePasskey(r.Context(), r.actor, auth.PasskeyID(n), r.PostFormValue("name")); err != nil {
		return s.insecure(w, r, err)
	}
	return r.see(w, "/account/security", r.told("told.saved"))
}
