package auth

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
)

// Way says by what a workspace lets its people in.
type Way string

// The ways. StrongWay takes passkeys and single sign-on, SSOWay single sign-on
// alone; an owner always keeps a way of their own.
const (
	AnyWay    Way = "any"
	StrongWay Way = "strong"
	SSOWay    Way = "sso"
)

// Ways lists the ways from the widest to the narrowest.
func Ways() []Way { return []Way{AnyWay, StrongWay, SSOWay} }

// Policy is how people sign in to a workspace.
type Policy struct {
	Workspace WorkspaceID
	Way       Way
	Everyone  bool   // everyone needs a second factor
	Roles     []Role // those in these roles do
	Lasting   Lasting
	SSO       SSO
}

// SSO is how a workspace trusts an issuer of OpenID Connect.
type SSO struct {
	On       bool     `json:"-"`
	Issuer   string   `json:"issuer"` // the URL that discovery begins at
	ClientID string   `json:"client_id"`
	Secret   string   `json:"-"`       // sealed at rest; "" for a public client
	Domains  []string `json:"domains"` // of the addresses that are let in
	Create   bool     `json:"create"`  // whoever is unknown joins at the first sign-in
	Role     Role     `json:"role"`    // in this role
}

// Requires reports whether people in a role need a second factor.
func (p Policy) Requires(r Role) bool {
	return p.Everyone || slices.Contains(p.Roles, r) || p.Way == StrongWay && r != Owner
}

// Proven is what a person has to prove themself with.
type Proven struct {
	Person                 PersonID
	TOTP, Passkeys, Linked int
}

// Security returns how people sign in to the actor's workspace, and what each of
// them has for it. The secret of single sign-on is left out.
func (s *Service) Security(ctx context.Context, a Actor) (Policy, []Proven, error) {
	if err := a.Can(Manage); err != nil {
		return Policy{}, nil, err
	}
	p, err := s.store.Policy(ctx, a.Workspace)
	if err != nil {
		return p, nil, err
	}
	if p.SSO.Secret != "" {
		p.SSO.Secret = keptSecret
	}
	list, err := s.store.Proven(ctx, a.Workspace)
	return p, list, err
}

// keptSecret stands for a secret that is stored and not shown.
const keptSecret = "\x00kept"

// HasSecret reports whether a secret is stored.
func (x SSO) HasSecret() bool { return x.Secret != "" }

// SaveSecurity changes how people sign in. An empty secret keeps the one that is
// stored. The issuer is asked who it is before it is trusted. Only an owner may:
// whoever names the issuer could come in as anybody. It fails with errs.Invalid
// for settings that make no sense.
func (s *Service) SaveSecurity(ctx context.Context, a Actor, p Policy) error {
	if err := a.Can(Manage); err != nil {
		return err
	}
	if a.Role != Owner && a.Kind != System {
		return errs.New(errs.Denied, "error.owners_only")
	}
	p.Workspace = a.Workspace
	was, err := s.store.Policy(ctx, a.Workspace)
	if err != nil {
		return err
	}
	if p.SSO.Secret == "" || p.SSO.Secret == keptSecret {
		p.SSO.Secret = was.SSO.Secret
	}
	if err := p.check(); err != nil {
		return err
	}
	for _, r := range append([]Role{p.SSO.Role}, p.Roles...) {
		if r == "" || r.BuiltIn() {
			continue
		}
		if _, err := s.store.Role(ctx, a.Workspace, r); err != nil {
			return errs.Field("role", "error.role")
		}
	}
	if p.SSO.On && (p.SSO.Issuer != was.SSO.Issuer || !was.SSO.On) {
		if err := s.discover(ctx, p.SSO); err != nil {
			return err
		}
	}
	return s.store.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.SavePolicy(ctx, p); err != nil {
			return err
		}
		if p.Lasting != was.Lasting { // also for the sessions there are: a rule that begins tomorrow is none
			life, idle := p.Lasting.Spans()
			if err := s.store.LimitSessions(ctx, a.Workspace, life, idle); err != nil {
				return err
			}
		}
		return s.log(ctx, "security.changed", a, "workspace", int64(a.Workspace), map[string]any{
			"way": p.Way, "sessions": p.Lasting, "factor_all": p.Everyone, "factor_roles": p.Roles, "sso": p.SSO.On, "issuer": p.SSO.Issuer, "domains": p.SSO.Domains, "create": p.SSO.Create,
		})
	})
}

// check judges a policy and folds its domains.
func (p *Policy) check() error {
	var problems []error
	if !slices.Contains(Ways(), p.Way) {
		problems = append(problems, errs.Field("way", "error.sign_in_way"))
	}
	if p.Lasting == "" {
		p.Lasting = StrictSessions
	}
	if !slices.Contains(Lastings(), p.Lasting) {
		problems = append(problems, errs.Field("lasting", "error.lasting"))
	}
	x := &p.SSO
	x.Issuer, x.ClientID = strings.TrimSpace(x.Issuer), strings.TrimSpace(x.ClientID)
	domains := []string{}
	for _, d := range x.Domains {
		if d = strings.ToLower(strings.TrimPrefix(strings.TrimSpace(d), "@")); d != "" && !slices.Contains(domains, d) {
			domains = append(domains, d)
		}
		if strings.ContainsAny(d, " @/:*") || d != "" && !strings.Contains(d, ".") {
			problems = append(problems, errs.Field("domains", "error.domain", "domain", d))
		}
	}
	x.Domains = domains
	if p.Way == SSOWay && !x.On {
		problems = append(problems, errs.Field("way", "error.sso_off"))
	}
	if x.On {
		if !trustable(x.Issuer) {
			problems = append(problems, errs.Field("issuer", "error.sso_issuer"))
		}
		if x.ClientID == "" {
			problems = append(problems, errs.Field("client_id", "error.name_empty"))
		}
		if len(domains) == 0 {
			problems = append(problems, errs.Field("domains", "error.sso_domains"))
		}
		if x.Create && (x.Role == "" || x.Role == Owner) {
			problems = append(problems, errs.Field("role", "error.sso_role"))
		}
	}
	return errors.Join(problems...)
}

// trustable reports whether an issuer's address is one that nobody on the way can
// change: OpenID Connect Discovery 1.0 section 3 asks for https. This machine
// itself is left to the HTTP client, which reaches it only if an operator says so.
func trustable(issuer string) bool {
	u, err := url.Parse(issuer)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "127.0.0.1" || u.Hostname() == "localhost" || u.Hostname() == "::1")
}
