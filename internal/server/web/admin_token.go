package web

import (
	"net/http"
	"strconv"
	"time"

	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/web/ui"
)

// tokenLife is how many days a new token lives unless its maker says otherwise.
const tokenLife = "90"

// tokensPage lists the API tokens.
func (s *server) tokensPage(w http.ResponseWriter, r *request) error {
	return s.drawTokens(w, r, ui.Tokens{Life: tokenLife}, nil)
}

func (s *server) drawTokens(w http.ResponseWriter, r *request, v ui.Tokens, chosen []auth.Permission) error {
	var err error
	if v.Page, err = r.page(w, r.printer.T("admin.tokens"), ui.SectionAdmin); err != nil {
		return err
	}
	h, err := r.house()
	if err != nil {
		return err
	}
	list, err := s.Auth.Tokens(r.Context(), r.actor)
	if err != nil {
		return err
	}
	for _, t := range list {
		v.Rows = append(v.Rows, ui.TokenRow{
			ID: int64(t.ID), Name: t.Name, Prefix: t.Prefix, Owner: h.person[t.Person].Name, Grants: grantKeys(t.Scopes), SeenAt: t.SeenAt, ExpiresAt: t.ExpiresAt,
			Revoked: !t.RevokedAt.IsZero(), Expired: !t.Live(r.now),
		})
	}
	v.Grants = r.grants(chosen, false)
	return r.draw(w, formStatus(v.Form), ui.TokensPage(v))
}

// tokenAdd makes a token and shows its secret, this once.
func (s *server) tokenAdd(w http.ResponseWriter, r *request) error {
	n := auth.NewToken{Name: r.PostFormValue("name"), Scopes: formGrants(r, "scopes")}
	life := r.PostFormValue("expires")
	if days, err := strconv.Atoi(life); err == nil && days > 0 && days <= 3650 {
		n.ExpiresAt = r.now.Add(time.Duration(days) * 24 * time.Hour)
	} else if life != "0" {
		life, n.ExpiresAt = tokenLife, r.now.Add(90*24*time.Hour)
	}
	secret, _, err := s.Auth.CreateToken(r.Context(), r.actor, n)
	if err != nil {
		f, ok := r.formErrors(err)
		if !ok {
			return err
		}
		return s.drawTokens(w, r, ui.Tokens{Form: atFields(f, "name", "scopes"), Name: n.Name, Life: life}, n.Scopes)
	}
	return s.drawTokens(w, r, ui.Tokens{Secret: secret, Life: tokenLife}, nil)
}

// tokenRevoke ends a token.
func (s *server) tokenRevoke(w http.ResponseWriter, r *request) error {
	n, err := r.number("key")
	if err != nil {
		return err
	}
	list, err := s.Auth.Tokens(r.Context(), r.actor)
	if err != nil {
		return err
	}
	name := ""
	for _, t := range list {
		if t.ID == auth.TokenID(n) {
			name = t.Name
		}
	}
	if err := s.Auth.RevokeToken(r.Context(), r.actor, auth.TokenID(n)); err != nil {
		return err
	}
	return r.saved(w, "/admin/tokens", r.told("told.token_revoked", "Name", name))
}
