package web

import (
	"bytes"
	"encoding/base64"
	"net/http"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/web/ui"
)

// accountPage shows the reader's own settings and sessions.
func (s *server) accountPage(w http.ResponseWriter, r *request) error {
	return s.drawAccount(w, r, r.person, ui.Form{})
}

func (s *server) drawAccount(w http.ResponseWriter, r *request, p auth.Person, f ui.Form) error {
	page, err := r.page(w, r.printer.T("nav.account"), ui.SectionAccount)
	if err != nil {
		return err
	}
	sessions, err := s.Auth.Sessions(r.Context(), r.actor)
	if err != nil {
		return err
	}
	page.Me.Name, page.Theme = p.Name, ui.Theme(p.Settings.Theme)
	v := ui.Account{
		Page: page, Form: f, Langs: langOptions(string(r.printer.Lang())), Zones: zoneOptions(p.Zone, r.now), Signature: p.Settings.Signature,
	}
	here := auth.TokenHash(r.token())
	for _, x := range sessions {
		row := ui.SessionRow{
			ID: base64.RawURLEncoding.EncodeToString(x.Hash), Device: r.device(x.UserAgent), Address: x.Address,
			SeenAt: x.SeenAt, Since: x.CreatedAt, Current: bytes.Equal(x.Hash, here),
		}
		if row.Current {
			v.Sessions = append([]ui.SessionRow{row}, v.Sessions...)
			continue
		}
		v.Sessions = append(v.Sessions, row)
	}
	return r.draw(w, formStatus(f), ui.AccountPage(v))
}

// account saves the reader's own settings.
func (s *server) account(w http.ResponseWriter, r *request) error {
	name, lang, zone, theme := r.PostFormValue("name"), r.language("lang"), r.PostFormValue("zone"), r.PostFormValue("theme")
	signature := r.PostFormValue("signature")
	p := r.person
	p.Name, p.Language, p.Zone, p.Settings.Signature = name, lang, zone, signature
	kept, err := keptTheme(theme)
	if err == nil {
		_, err = s.Auth.SaveProfile(r.Context(), r.actor, auth.Profile{Name: &name, Language: &lang, Zone: &zone, Settings: func(x *auth.Settings) {
			x.Signature, x.Theme = strings.TrimSpace(signature), kept
		}})
	}
	if err != nil {
		f, ok := r.formErrors(err)
		if !ok {
			return err
		}
		return s.drawAccount(w, r, p, atFields(f, "name", "lang", "zone", "signature"))
	}
	s.cache.forget(r.actor.Workspace)
	r.printer = i18n.For(i18n.Lang(lang)) // the outcome is read in the language just chosen
	return r.see(w, "/account", r.told("told.saved"))
}

// keptTheme returns a theme as it is kept; one that follows the device is "".
func keptTheme(theme string) (string, error) {
	switch ui.Theme(theme) {
	case ui.ThemeLight, ui.ThemeDark:
		return theme, nil
	case ui.ThemeAuto, "":
		return "", nil
	}
	return "", errs.Field("theme", "error.theme")
}

// accountTheme keeps the colours that the reader has just picked.
func (s *server) accountTheme(w http.ResponseWriter, r *request) error {
	kept, err := keptTheme(r.PostFormValue("theme"))
	if err != nil {
		return err
	}
	if _, err := s.Auth.SaveProfile(r.Context(), r.actor, auth.Profile{Settings: func(x *auth.Settings) { x.Theme = kept }}); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// accountPassword changes the reader's password and ends all other sessions.
func (s *server) accountPassword(w http.ResponseWriter, r *request) error {
	err := s.Auth.ChangePassword(r.Context(), r.actor, r.token(), r.PostFormValue("current"), r.PostFormValue("password"))
	if err == nil {
		return r.see(w, "/account", r.told("told.password"))
	}
	r.noteWrongPassword(err)
	f, ok := r.formErrors(err)
	if errs.Is(err, errs.Unavailable) && r.worded(err) != "" {
		f, ok = wholeForm(r.worded(err)), true
	}
	if !ok {
		return err
	}
	return s.drawAccount(w, r, r.person, f)
}

// sessionEnd ends one of the reader's sessions; one that has ended stays so.
func (s *server) sessionEnd(w http.ResponseWriter, r *request) error {
	hash, err := base64.RawURLEncoding.DecodeString(r.PathValue("session"))
	if err != nil {
		return errs.New(errs.NotFound, "error.not_found")
	}
	if err := s.Auth.EndSession(r.Context(), r.actor, hash); err != nil {
		return err
	}
	return r.see(w, "/account", r.told("told.session_ended"))
}

// sessionEndOthers ends all of the reader's sessions but this one.
func (s *server) sessionEndOthers(w http.ResponseWriter, r *request) error {
	if err := s.Auth.EndOtherSessions(r.Context(), r.actor, r.token()); err != nil {
		return err
	}
	return r.see(w, "/account", r.told("told.sessions_ended"))
}

// told is the good outcome of a request, for the next page.
func (r *request) told(key string, args ...any) *ui.Flash {
	return &ui.Flash{Tone: ui.ToneGood, Text: r.printer.T(key, args...)}
}

// device words a User-Agent.
func (r *request) device(agent string) string { return auth.Device(r.printer, agent) }
