package api

import (
	"slices"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/platform/auth"
)

func tokenGroup() group {
	manage := may(auth.ManageTokens)
	return group{"Tokens", "A token is a key to this API. It acts for a person, within its scopes.", []operation{
		{"tokenList", "GET", "/tokens", manage, do((*server).tokenList), "List tokens", "The tokens of the workspace, also those that work no more, newest first."},
		{"tokenCreate", "POST", "/tokens", manage, do((*server).tokenCreate).created(), "Make a token",
			"Makes a token for yourself with scopes that you hold. The secret is shown this once. A token made with a token lives no longer than that one."},
		{"tokenGet", "GET", "/tokens/{token}", manage, do((*server).tokenGet), "Get a token", "One token, without its secret."},
		{"tokenRevoke", "DELETE", "/tokens/{token}", manage, do((*server).tokenRevoke), "Revoke a token", "Ends a token at once. To revoke it again changes nothing."},
	}}
}

// Token is a key to the API.
type Token struct {
	ID        Ref[aToken]  `json:"id"`
	PersonID  Ref[aPerson] `json:"person_id" doc:"Whom it acts for."`
	Name      string       `json:"name" example:"Warehouse sync"`
	Scopes    []string     `json:"scopes" nullable:"false" example:"tickets.read,orders.read"`
	Prefix    string       `json:"prefix" example:"gwt_k3x9qa" doc:"The beginning of the secret, to tell tokens apart."`
	CreatedAt time.Time    `json:"created_at"`
	SeenAt    *time.Time   `json:"seen_at" doc:"When it was last used, within ten minutes."`
	ExpiresAt *time.Time   `json:"expires_at"`
	RevokedAt *time.Time   `json:"revoked_at"`
}

func tokenRecord(t auth.Token) Token {
	return Token{
		refTo[aToken](t.ID), refTo[aPerson](t.Person), t.Name, names(t.Scopes), t.Prefix, at(t.CreatedAt), optTime(t.SeenAt), optTime(t.ExpiresAt), optTime(t.RevokedAt),
	}
}

func (s *server) tokenList(c *call, in *struct{ Paging }) (*pageOut[Token], error) {
	tokens, err := s.Auth.Tokens(c, c.actor)
	if err != nil {
		return nil, err
	}
	tokens, next, err := part(tokens, func(t auth.Token) int64 { return int64(t.ID) }, in.Paging)
	if err != nil {
		return nil, err
	}
	return page(c, convert(tokens, tokenRecord), next), nil
}

// TokenDraft is a token to be made.
type TokenDraft struct {
	Name      string     `json:"name" minLength:"1" maxLength:"200" example:"Warehouse sync"`
	Scopes    []string   `json:"scopes" nullable:"false" minItems:"1" maxItems:"100" example:"tickets.read,orders.read" doc:"Names of permissions that you hold."`
	ExpiresAt *time.Time `json:"expires_at,omitempty" doc:"When it ends; never by default."`
}

// NewSecret is a token with its secret.
type NewSecret struct {
	Token  Token  `json:"token"`
	Secret string `json:"secret" example:"gwt_..." doc:"Shown this once: send it as Authorization: Bearer."`
}

func (s *server) tokenCreate(c *call, in *struct{ Body TokenDraft }) (*recordOut[NewSecret], error) {
	n := auth.NewToken{Name: in.Body.Name, Scopes: convert(in.Body.Scopes, func(p string) auth.Permission { return auth.Permission(p) })}
	if in.Body.ExpiresAt != nil {
		n.ExpiresAt = in.Body.ExpiresAt.UTC()
	}
	secret, t, err := s.Auth.CreateToken(c, c.actor, n)
	if err != nil {
		return nil, err
	}
	return &recordOut[NewSecret]{Body: NewSecret{tokenRecord(t), secret}}, nil
}

// TokenPath names a token.
type TokenPath struct {
	Token Ref[aToken] `path:"token" doc:"The token's id."`
}

func (s *server) tokenGet(c *call, in *struct{ TokenPath }) (*recordOut[Token], error) {
	tokens, err := s.Auth.Tokens(c, c.actor)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(tokens, func(t auth.Token) bool { return t.ID == auth.TokenID(in.Token.num()) })
	if i < 0 {
		return nil, errs.New(errs.NotFound, "error.not_found")
	}
	return record(tokenRecord(tokens[i])), nil
}

func (s *server) tokenRevoke(c *call, in *struct{ TokenPath }) (*noneOut, error) {
	return &noneOut{}, s.Auth.RevokeToken(c, c.actor, auth.TokenID(in.Token.num()))
}
