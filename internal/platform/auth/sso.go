package auth

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"godwit.dev/godwit/internal/base/errs"
)

const (
	// SSOBack is where issuers send people back to, below the console's address.
	SSOBack = "/sign-in/sso/back"
	// tripLife is how long somebody may stay at the issuer.
	tripLife = 10 * time.Minute
	// ssoPatience bounds what an issuer may keep a request waiting.
	ssoPatience = 15 * time.Second
)

// ssoAlgorithms are the signatures that are taken: those by a key that the issuer
// alone holds. "none" and those by a shared secret are not among them (RFC 8725
// sections 3.1 and 3.2).
var ssoAlgorithms = []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}

// trip is what a browser takes along to an issuer, kept here under the token in
// its cookie.
type trip struct {
	State    string
	Nonce    string
	Verifier string // of PKCE (RFC 7636)
	Issuer   string
	Back     string // redirect URI
	Next     string // where the person wanted to go
	Session  []byte // hash of the session that is to be proved anew; nil for a sign-in
}

// errSSO is what a trip answers that did not end well. The cause is for the log.
func errSSO(key string, cause error) error {
	return &errs.Error{Kind: errs.Denied, Key: key, Err: cause}
}

// SSODoors returns the slugs of up to two workspaces with single sign-on: the
// sign-in page leads straight to a single one.
func (s *Service) SSODoors(ctx context.Context) ([]string, error) { return s.store.SSOSlugs(ctx, 2) }

// provider asks an issuer who it is (OpenID Connect Discovery 1.0 section 4).
func (s *Service) provider(ctx context.Context, issuer string) (*oidc.Provider, error) {
	if s.signin.HTTP == nil {
		return nil, errs.New(errs.Unsupported, "error.sso_unreachable")
	}
	p, err := oidc.NewProvider(oidc.ClientContext(ctx, s.signin.HTTP), issuer)
	if err != nil {
		return nil, errs.Wrap(errs.Unavailable, err, "error.sso_unreachable")
	}
	return p, nil
}

func (s *Service) discover(ctx context.Context, x SSO) error {
	ctx, cancel := context.WithTimeout(ctx, ssoPatience)
	defer cancel()
	if _, err := s.provider(ctx, x.Issuer); err != nil {
		return &errs.Error{Kind: errs.Invalid, Field: "issuer", Key: "error.sso_unreachable", Err: err}
	}
	return nil
}

func client(p *oidc.Provider, x SSO, back string) *oauth2.Config {
	return &oauth2.Config{ClientID: x.ClientID, ClientSecret: x.Secret, Endpoint: p.Endpoint(), RedirectURL: back, Scopes: []string{oidc.ScopeOpenID, "email", "profile"}}
}

// StartSSO sends somebody to the issuer of a workspace. It returns where to, and
// the token for the browser's cookie. It fails with errs.NotFound if the workspace
// has no single sign-on.
func (s *Service) StartSSO(ctx context.Context, slug, next string, v Visit) (to, token string, err error) {
	w, err := s.store.WorkspaceBySlug(ctx, slug)
	if err != nil {
		return "", "", err
	}
	return s.start(ctx, Person{Workspace: w.ID}, trip{Next: next}, v)
}

// StartSSOProof sends the actor to their issuer to prove themself anew.
func (s *Service) StartSSOProof(ctx context.Context, a Actor, session, next string, v Visit) (to, token string, err error) {
	return s.start(ctx, Person{Workspace: a.Workspace, ID: a.Person()}, trip{Next: next, Session: TokenHash(session)}, v)
}

func (s *Service) start(ctx context.Context, p Person, t trip, v Visit) (to, token string, err error) {
	policy, err := s.store.Policy(ctx, p.Workspace)
	if err != nil {
		return "", "", err
	}
	if !policy.SSO.On {
		return "", "", errs.New(errs.NotFound, "error.not_found")
	}
	if !s.gate.Allow(ctx, "sso from", v.Address, startsPerAddress) {
		return "", "", s.wait(time.Minute)
	}
	ctx, cancel := context.WithTimeout(ctx, ssoPatience)
	defer cancel()
	issuer, err := s.provider(ctx, policy.SSO.Issuer)
	if err != nil {
		return "", "", err
	}
	t.State, _ = newLink()
	t.Nonce, _ = newLink()
	t.Verifier, t.Issuer, t.Back = oauth2.GenerateVerifier(), policy.SSO.Issuer, s.origin(v)+SSOBack
	options := []oauth2.AuthCodeOption{oidc.Nonce(t.Nonce), oauth2.S256ChallengeOption(t.Verifier)}
	if t.Session != nil { // the issuer is to see the person now, not to remember them
		options = append(options, oauth2.SetAuthURLParam("prompt", "login"), oauth2.SetAuthURLParam("max_age", "0"))
	}
	token, err = s.begin(ctx, ssoKind, p, tripLife, t)
	return client(issuer, policy.SSO, t.Back).AuthCodeURL(t.State, options...), token, err
}

// origin is where people reach the console.
func (s *Service) origin(v Visit) string {
	if s.signin.Address != "" {
		return strings.TrimRight(s.signin.Address, "/")
	}
	return v.Origin
}

// Returned is how a trip to an issuer ended: with an entry, or with the renewed
// session of somebody who proved themself.
type Returned struct {
	Entry
	Next  string
	Proof bool
}

// EndSSO takes somebody back from the issuer with the query that it sent along.
// Nothing of the query is believed unless it fits the trip that this browser
// began, and that once. It fails with errs.Denied if the issuer, its token or the
// address in it is not to be trusted.
func (s *Service) EndSSO(ctx context.Context, token string, q url.Values, v Visit) (Returned, error) {
	var t trip
	begun, err := s.end(ctx, ssoKind, token, &t)
	if err != nil {
		return Returned{}, err
	}
	out := Returned{Next: t.Next, Proof: t.Session != nil}
	if subtle.ConstantTimeCompare([]byte(q.Get("state")), []byte(t.State)) != 1 {
		return out, errSSO("error.sso_state", nil)
	}
	policy, err := s.store.Policy(ctx, begun.Workspace)
	if err != nil {
		return out, err
	}
	if !policy.SSO.On || policy.SSO.Issuer != t.Issuer {
		return out, errSSO("error.sso_state", nil)
	}
	ctx, cancel := context.WithTimeout(ctx, ssoPatience)
	defer cancel()
	c, err := s.redeem(ctx, policy.SSO, t, q)
	if err != nil {
		return out, err
	}
	p, err := s.known(ctx, policy, c)
	if err != nil {
		return out, err
	}
	if out.Proof {
		return s.prove(ctx, p, begun, t, c, out)
	}
	out.Person = p
	out.Session, err = s.open(ctx, p, v)
	return out, err
}

// prove renews the session for which the trip was made, if the issuer has seen
// the person just now.
func (s *Service) prove(ctx context.Context, p Person, begun Ceremony, t trip, c claims, out Returned) (Returned, error) {
	if p.ID != begun.Person || s.now().Sub(time.Unix(c.AuthTime, 0)) > FreshFor {
		return out, errSSO("error.sso_proof", nil)
	}
	next, hash := newLink()
	err := s.store.RenewSession(ctx, t.Session, hash, s.now())
	if errs.Is(err, errs.NotFound) {
		err = errs.New(errs.Denied, "error.signed_out")
	}
	out.Session = next
	return out, err
}

// claims are what an issuer says of somebody.
type claims struct {
	Issuer   string   `json:"iss"`
	Subject  string   `json:"sub"`
	Email    string   `json:"email"`
	Verified verified `json:"email_verified"`
	Name     string   `json:"name"`
	Party    string   `json:"azp"`
	AuthTime int64    `json:"auth_time"`
}

// verified reads true, and "true" as some issuers write it.
type verified bool

// UnmarshalJSON reads a boolean or its name.
func (v *verified) UnmarshalJSON(b []byte) error {
	*v = string(b) == "true" || string(b) == `"true"`
	return nil
}

// redeem turns the issuer's code into claims: the answer must name the issuer if
// it says that it does (RFC 9207), the code must fit our verifier, and the token
// must be signed by the issuer for us, be in time, and bear our nonce (OpenID
// Connect Core 1.0 section 3.1.3.7).
func (s *Service) redeem(ctx context.Context, x SSO, t trip, q url.Values) (claims, error) {
	var c claims
	issuer, err := s.provider(ctx, x.Issuer)
	if err != nil {
		return c, err
	}
	var meta struct {
		SaysIssuer bool `json:"authorization_response_iss_parameter_supported"`
	}
	if err := issuer.Claims(&meta); err != nil {
		return c, errSSO("error.sso_token", err)
	}
	if iss := q.Get("iss"); iss != x.Issuer && (iss != "" || meta.SaysIssuer) {
		return c, errSSO("error.sso_state", nil)
	}
	if q.Get("error") != "" || q.Get("code") == "" {
		return c, errSSO("error.sso_refused", nil)
	}
	ctx = oidc.ClientContext(ctx, s.signin.HTTP)
	got, err := client(issuer, x, t.Back).Exchange(ctx, q.Get("code"), oauth2.VerifierOption(t.Verifier))
	if err != nil {
		return c, errSSO("error.sso_token", bare(err))
	}
	raw, _ := got.Extra("id_token").(string)
	token, err := issuer.Verifier(&oidc.Config{ClientID: x.ClientID, SupportedSigningAlgs: ssoAlgorithms, Now: s.now}).Verify(ctx, raw)
	if err != nil {
		return c, errSSO("error.sso_token", err)
	}
	if subtle.ConstantTimeCompare([]byte(token.Nonce), []byte(t.Nonce)) != 1 {
		return c, errSSO("error.sso_token", fmt.Errorf("nonce"))
	}
	if token.AccessTokenHash != "" {
		if err := token.VerifyAccessToken(got.AccessToken); err != nil {
			return c, errSSO("error.sso_token", err)
		}
	}
	if err := token.Claims(&c); err != nil {
		return c, errSSO("error.sso_token", err)
	}
	if c.Party != "" && c.Party != x.ClientID || c.Party == "" && len(token.Audience) > 1 {
		return c, errSSO("error.sso_token", fmt.Errorf("authorized party"))
	}
	if c.Subject == "" || len(c.Subject) > 255 {
		return c, errSSO("error.sso_token", fmt.Errorf("subject"))
	}
	c.Email = strings.ToLower(strings.TrimSpace(c.Email))
	_, domain, _ := strings.Cut(c.Email, "@")
	if !plausible(c.Email) || !bool(c.Verified) {
		return c, errSSO("error.sso_unverified", nil)
	}
	if !slices.Contains(x.Domains, domain) {
		return c, errSSO("error.sso_domain", nil)
	}
	return c, nil
}

// bare leaves of a failed exchange what is no secret: the issuer's error code and
// status, not its body.
func bare(err error) error {
	var raw *oauth2.RetrieveError
	if as, ok := err.(*oauth2.RetrieveError); ok {
		raw = as
	}
	if raw == nil {
		return err
	}
	return fmt.Errorf("token endpoint: %s %q", raw.Response.Status, raw.ErrorCode)
}

// known returns who an issuer's subject is. The first time that is decided by the
// verified address, and kept: an address that is handed on to somebody else at the
// issuer does not hand their account on.
func (s *Service) known(ctx context.Context, policy Policy, c claims) (p Person, err error) {
	w := policy.Workspace
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		id, err := s.store.SSOPerson(ctx, w, policy.SSO.Issuer, c.Subject)
		if err == nil {
			if p, err = s.store.Person(ctx, w, id); err == nil && p.Status != Active {
				err = errSSO("error.sso_unknown", nil)
			}
			return err
		}
		if !errs.Is(err, errs.NotFound) {
			return err
		}
		people, err := s.store.PeopleByEmail(ctx, c.Email)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(people, func(x Person) bool { return x.Workspace == w })
		switch {
		case i < 0 && !policy.SSO.Create:
			return errSSO("error.sso_unknown", nil)
		case i < 0:
			if p, err = s.welcome(ctx, policy, c); err != nil {
				return err
			}
		default:
			if p = people[i]; p.Status == Disabled {
				return errSSO("error.sso_unknown", nil)
			}
			if p.Status == Invited {
				p.Status, p.SeenAt = Active, s.now()
				if err := s.store.SavePerson(ctx, p); err != nil {
					return err
				}
				if err := s.log(ctx, "person.joined", s.actor(p, nil), "person", int64(p.ID), map[string]any{"purpose": "sso"}); err != nil {
					return err
				}
			}
		}
		if err := s.store.LinkSSO(ctx, w, p.ID, policy.SSO.Issuer, c.Subject, s.now()); err != nil {
			if errs.Is(err, errs.Conflict) {
				return errSSO("error.sso_other", err)
			}
			return err
		}
		return s.log(ctx, "person.sso_linked", s.actor(p, nil), "person", int64(p.ID), map[string]any{"issuer": policy.SSO.Issuer})
	})
	return p, err
}

// welcome makes a person of somebody whom the issuer knows and we do not.
func (s *Service) welcome(ctx context.Context, policy Policy, c claims) (Person, error) {
	w, err := s.store.Workspace(ctx, policy.Workspace)
	if err != nil {
		return Person{}, err
	}
	name := strings.Join(strings.Fields(c.Name), " ")
	if name == "" || len(name) > 200 {
		name, _, _ = strings.Cut(c.Email, "@")
	}
	now := s.now()
	p := Person{
		ID: PersonID(s.ids.Next()), Workspace: w.ID, Email: c.Email, Name: name, Role: policy.SSO.Role, Status: Active,
		Language: w.Language, Zone: w.Zone, CreatedAt: now, SeenAt: now,
	}
	if err := s.store.AddPerson(ctx, p); err != nil {
		return p, err
	}
	return p, s.log(ctx, "person.joined", s.actor(p, nil), "person", int64(p.ID), map[string]any{"purpose": "sso", "role": p.Role})
}

var _ json.Unmarshaler = (*verified)(nil)
