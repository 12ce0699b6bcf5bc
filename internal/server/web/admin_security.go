package web

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/web/ui"
)

// policyPage shows how people sign in to the workspace.
func (s *server) policyPage(w http.ResponseWriter, r *request) error {
	p, _, err := s.Auth.Security(r.Context(), r.actor)
	if err != nil {
		return err
	}
	return s.drawPolicy(w, r, p, ui.Form{})
}

func (s *server) drawPolicy(w http.ResponseWriter, r *request, p auth.Policy, f ui.Form) error {
	page, err := r.page(w, r.printer.T("admin.security"), ui.SectionAdmin)
	if err != nil {
		return err
	}
	kept, proven, err := s.Auth.Security(r.Context(), r.actor)
	if err != nil {
		return err
	}
	h, err := r.house()
	if err != nil {
		return err
	}
	v := ui.Policy{
		Page: page, Form: f, Way: string(p.Way), Everyone: p.Everyone, Lasting: string(p.Lasting), SSO: p.SSO.On, Issuer: p.SSO.Issuer, ClientID: p.SSO.ClientID, SecretSet: kept.SSO.HasSecret(),
		Domains: strings.Join(p.SSO.Domains, "\n"), Create: p.SSO.Create, Role: string(p.SSO.Role), Back: r.base() + auth.SSOBack, Door: r.base() + "/sign-in/sso/to/" + h.workspace.Slug,
	}
	for _, role := range p.Roles {
		v.Needed = append(v.Needed, ui.Role(role))
	}
	people, err := s.Auth.People(r.Context(), r.actor)
	if err != nil {
		return err
	}
	for _, x := range proven {
		i := slices.IndexFunc(people, func(p auth.Person) bool { return p.ID == x.Person })
		if i < 0 {
			continue
		}
		v.People = append(v.People, ui.ProvenRow{
			Person: uiPerson(people[i]), App: x.TOTP > 0, Passkeys: int64(x.Passkeys), SSO: x.Linked > 0, Lacks: kept.Requires(people[i].Role) && x.TOTP+x.Passkeys == 0,
		})
	}
	return r.draw(w, formStatus(f), ui.PolicyPage(v))
}

// policySave changes how people sign in to the workspace.
func (s *server) policySave(w http.ResponseWriter, r *request) error {
	p := auth.Policy{Way: auth.Way(r.PostFormValue("way")), Lasting: auth.Lasting(r.PostFormValue("lasting")), Everyone: r.PostFormValue("factor") == "all", SSO: auth.SSO{
		On: r.PostFormValue("sso") == "1", Issuer: r.PostFormValue("issuer"), ClientID: r.PostFormValue("client_id"), Secret: r.PostFormValue("secret"),
		Domains: strings.Fields(strings.ReplaceAll(r.PostFormValue("domains"), ",", " ")), Create: r.PostFormValue("create") == "1", Role: auth.Role(r.PostFormValue("role")),
	}}
	if r.PostFormValue("factor") == "roles" {
		for _, role := range r.PostForm["roles"] {
			p.Roles = append(p.Roles, auth.Role(role))
		}
	}
	if err := s.Auth.SaveSecurity(r.Context(), r.actor, p); err != nil {
		f, ok := r.formErrors(err)
		if !ok {
			return err
		}
		return s.drawPolicy(w, r, p, atFields(f, "issuer", "client_id", "domains", "way", "lasting", "role"))
	}
	return r.saved(w, "/admin/security", r.told("told.saved"))
}

// personSessions shows where somebody is signed in, and by what.
func (s *server) personSessions(w http.ResponseWriter, r *request) error {
	n, err := r.number("person")
	if err != nil {
		return err
	}
	p, list, err := s.Auth.SessionsOf(r.Context(), r.actor, auth.PersonID(n))
	if err != nil {
		return err
	}
	page, err := r.page(w, p.Name, ui.SectionAdmin)
	if err != nil {
		return err
	}
	v := ui.PersonSessions{Page: page, Person: uiPerson(p)}
	for _, x := range list {
		v.Sessions = append(v.Sessions, ui.SessionRow{
			ID: base64.RawURLEncoding.EncodeToString(x.Hash), Device: r.device(x.UserAgent), Address: x.Address, SeenAt: x.SeenAt, Since: x.CreatedAt,
			Current: slices.Equal(x.Hash, auth.TokenHash(r.token())),
		})
	}
	return r.draw(w, http.StatusOK, ui.PersonSessionsPage(v))
}

// personSessionsEnd ends one of somebody's sessions or all of them.
func (s *server) personSessionsEnd(w http.ResponseWriter, r *request) error {
	n, err := r.number("person")
	if err != nil {
		return err
	}
	var hash []byte
	if text := r.PostFormValue("session"); text != "" {
		if hash, err = base64.RawURLEncoding.DecodeString(text); err != nil {
			return errs.New(errs.NotFound, "error.not_found")
		}
	}
	if err := s.Auth.EndSessionsOf(r.Context(), r.actor, auth.PersonID(n), hash); err != nil {
		return err
	}
	return r.see(w, "/admin/people/"+id64(n)+"/sessions", r.told("told.session_ended"))
}

// personFactorsRemove takes the second factors of somebody away who has lost them.
func (s *server) personFactorsRemove(w http.ResponseWriter, r *request) error {
	n, err := r.number("person")
	if err != nil {
		return err
	}
	if err := s.Auth.RemoveFactors(r.Context(), r.actor, auth.PersonID(n)); err != nil {
		return err
	}
	return r.see(w, "/admin/people/"+id64(n)+"/sessions", r.told("told.factors_removed"))
}
