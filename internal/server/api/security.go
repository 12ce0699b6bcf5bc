package api

import (
	"slices"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/platform/auth"
)

func securityGroup() group {
	manage, people := may(auth.Manage), may(auth.ManagePeople)
	return group{"Security", "How people sign in to the workspace, and where they are signed in.", []operation{
		{"policyGet", "GET", "/security", manage, do((*server).policyGet), "Get the sign-in policy", "How people sign in to the workspace, and what each of them has for it."},
		{"policyUpdate", "PUT", "/security", manage, do((*server).policyUpdate), "Replace the sign-in policy",
			"Replaces how people sign in. Only an owner's token may. The issuer of single sign-on is asked who it is before it is trusted; a secret that is left out stays."},
		{"personSessions", "GET", "/people/{person}/sessions", people, do((*server).personSessions), "List a person's sessions", "The browsers in which a person is signed in."},
		{"personSessionEnd", "DELETE", "/people/{person}/sessions/{session}", people, do((*server).personSessionEnd), "End a person's session", "Signs one of a person's browsers out."},
		{"personSessionsEnd", "DELETE", "/people/{person}/sessions", people, do((*server).personSessionsEnd), "End all of a person's sessions", "Signs a person out everywhere."},
		{"personFactorsRemove", "DELETE", "/people/{person}/factors", people, do((*server).personFactorsRemove), "Remove a person's second factors",
			"Takes all second factors of a person away who has lost them. Their sessions end, and they enrol anew at the next sign-in if they must have one."},
	}}
}

// Policy is how people sign in.
type Policy struct {
	Way            string        `json:"way" enum:"any,strong,sso" doc:"strong takes passkeys and single sign-on, sso single sign-on alone; an owner always keeps a way of their own."`
	FactorEveryone bool          `json:"factor_everyone" doc:"Everyone needs a second factor."`
	FactorRoles    []string      `json:"factor_roles" nullable:"false" doc:"Those in these roles do."`
	Sessions       string        `json:"sessions" enum:"strict,day,week,month" doc:"How long a sign-in lasts: strict is 12 hours and 30 minutes unused, day a day and 8 hours, week a week and 3 days, month 30 days and a week."`
	SSO            SingleSignOn  `json:"sso"`
	People         []PersonProof `json:"people" nullable:"false" doc:"What each person has to prove themself with."`
}

// SingleSignOn is how a workspace trusts an issuer of OpenID Connect.
type SingleSignOn struct {
	On        bool     `json:"on"`
	Issuer    string   `json:"issuer" example:"https://login.acme.example"`
	ClientID  string   `json:"client_id" example:"godwit"`
	HasSecret bool     `json:"has_secret"`
	Domains   []string `json:"domains" nullable:"false" example:"acme.example" doc:"Of the addresses that are let in."`
	Create    bool     `json:"create" doc:"Whoever is unknown joins at the first sign-in."`
	Role      *string  `json:"role" example:"agent" doc:"In this role."`
}

// PersonProof is what a person has to prove themself with.
type PersonProof struct {
	PersonID Ref[aPerson] `json:"person_id"`
	Apps     int          `json:"apps" doc:"Authenticator apps."`
	Passkeys int          `json:"passkeys"`
	Linked   int          `json:"linked" doc:"Accounts of single sign-on."`
}

func policyRecord(p auth.Policy, proven []auth.Proven) Policy {
	return Policy{
		Way: string(p.Way), FactorEveryone: p.Everyone, FactorRoles: convert(p.Roles, func(r auth.Role) string { return string(r) }), Sessions: string(p.Lasting),
		SSO: SingleSignOn{p.SSO.On, p.SSO.Issuer, p.SSO.ClientID, p.SSO.HasSecret(), append([]string{}, p.SSO.Domains...), p.SSO.Create, optText(string(p.SSO.Role))},
		People: convert(proven, func(x auth.Proven) PersonProof {
			return PersonProof{refTo[aPerson](x.Person), x.TOTP, x.Passkeys, x.Linked}
		}),
	}
}

func (s *server) policyNow(c *call) (*recordOut[Policy], error) {
	p, proven, err := s.Auth.Security(c, c.actor)
	if err != nil {
		return nil, err
	}
	return &recordOut[Policy]{ETag: tagOf(policyRecord(p, nil)), Body: policyRecord(p, proven)}, nil
}

func (s *server) policyGet(c *call, _ *struct{}) (*recordOut[Policy], error) { return s.policyNow(c) }

// PolicyDraft is how people are to sign in.
type PolicyDraft struct {
	Way            string      `json:"way" enum:"any,strong,sso"`
	FactorEveryone bool        `json:"factor_everyone,omitempty"`
	FactorRoles    []string    `json:"factor_roles,omitempty" nullable:"false" maxItems:"100" example:"owner,lead"`
	Sessions       string      `json:"sessions,omitempty" enum:"strict,day,week,month" default:"strict" doc:"Also for the sessions there are."`
	SSO            SignOnDraft `json:"sso,omitempty" required:"false"`
}

// SignOnDraft is how an issuer is to be trusted.
type SignOnDraft struct {
	On       bool     `json:"on,omitempty"`
	Issuer   string   `json:"issuer,omitempty" maxLength:"2000" example:"https://login.acme.example"`
	ClientID string   `json:"client_id,omitempty" maxLength:"500"`
	Secret   string   `json:"secret,omitempty" maxLength:"2000" writeOnly:"true"`
	Domains  []string `json:"domains,omitempty" nullable:"false" maxItems:"100" example:"acme.example"`
	Create   bool     `json:"create,omitempty"`
	Role     string   `json:"role,omitempty" maxLength:"60" example:"agent"`
}

func (s *server) policyUpdate(c *call, in *struct {
	Matching
	Body PolicyDraft
}) (*recordOut[Policy], error) {
	old, _, err := s.Auth.Security(c, c.actor)
	if err != nil {
		return nil, err
	}
	if err := c.match(in.Matching, tagOf(policyRecord(old, nil))); err != nil {
		return nil, err
	}
	b := in.Body
	err = s.Auth.SaveSecurity(c, c.actor, auth.Policy{
		Way: auth.Way(b.Way), Everyone: b.FactorEveryone, Roles: convert(b.FactorRoles, func(r string) auth.Role { return auth.Role(r) }), Lasting: auth.Lasting(b.Sessions),
		SSO: auth.SSO{On: b.SSO.On, Issuer: b.SSO.Issuer, ClientID: b.SSO.ClientID, Secret: b.SSO.Secret, Domains: b.SSO.Domains, Create: b.SSO.Create, Role: auth.Role(b.SSO.Role)},
	})
	if err != nil {
		return nil, err
	}
	return s.policyNow(c)
}

func (s *server) personSessions(c *call, in *struct {
	PersonPath
	Paging
}) (*pageOut[Session], error) {
	_, all, err := s.Auth.SessionsOf(c, c.actor, in.id())
	if err != nil {
		return nil, err
	}
	return s.sessions(c, all, in.Paging)
}

func (s *server) personSessionEnd(c *call, in *struct {
	PersonPath
	Session string `path:"session" maxLength:"100" doc:"The session's id."`
}) (*noneOut, error) {
	_, all, err := s.Auth.SessionsOf(c, c.actor, in.id())
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(all, func(x auth.Session) bool { return sessionID(x) == in.Session })
	if i < 0 {
		return nil, errs.New(errs.NotFound, "error.not_found")
	}
	return &noneOut{}, s.Auth.EndSessionsOf(c, c.actor, in.id(), all[i].Hash)
}

func (s *server) personSessionsEnd(c *call, in *struct{ PersonPath }) (*noneOut, error) {
	return &noneOut{}, s.Auth.EndSessionsOf(c, c.actor, in.id(), nil)
}

func (s *server) personFactorsRemove(c *call, in *struct{ PersonPath }) (*noneOut, error) {
	return &noneOut{}, s.Auth.RemoveFactors(c, c.actor, in.id())
}
