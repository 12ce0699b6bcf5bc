package api

import (
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/platform/auth"
)

func meGroup() group {
	return group{"Me and my workspace", "Who a token acts for, and where.", []operation{
		{"meGet", "GET", "/me", anybody, do((*server).meGet), "Get yourself", "The person behind the token, what they may do with it, and their own settings."},
		{"meUpdate", "PATCH", "/me", may(auth.ReadTickets, auth.WriteTickets), do((*server).meUpdate), "Change your own settings", "Changes the properties that are sent and leaves the others."},
		{"sessionList", "GET", "/me/sessions", may(auth.ReadTickets), do((*server).sessionList), "List your sessions", "The browsers in which you are signed in."},
		{"sessionEnd", "DELETE", "/me/sessions/{session}", may(auth.ReadTickets), do((*server).sessionEnd), "End a session", "Signs one of your browsers out. A session that has ended stays so."},
		{"workspaceGet", "GET", "/workspace", anybody, do((*server).workspaceGet), "Get the workspace", "The company that the token belongs to."},
	}}
}

// Me is who a token acts for.
type Me struct {
	ID         Ref[aPerson]    `json:"id"`
	Name       string          `json:"name" example:"Lena Fischer"`
	Email      string          `json:"email" example:"lena@acme.example"`
	Role       string          `json:"role" example:"agent"`
	Language   string          `json:"language" enum:"en,zh-Hans,ru" doc:"Of the console."`
	Zone       string          `json:"zone" example:"Europe/Berlin"`
	Theme      string          `json:"theme" enum:"auto,light,dark"`
	Signature  string          `json:"signature" doc:"Stands under your replies, above that of the mailbox."`
	Restricted bool            `json:"restricted" doc:"Sees only some teams' tickets."`
	Limits     Limits          `json:"limits"`
	Scopes     []string        `json:"scopes" nullable:"false" doc:"What the token lets you do: what it carries and your role grants."`
	TokenID    Ref[aToken]     `json:"token_id"`
	Workspace  Ref[aWorkspace] `json:"workspace_id"`
}

// me returns the person behind the token.
func (s *server) me(c *call) (auth.Person, error) {
	return s.Auth.Self(c, c.actor)
}

func (s *server) meRecord(c *call, p auth.Person) Me {
	out := Me{
		ID: refTo[aPerson](p.ID), Name: p.Name, Email: p.Email, Role: string(p.Role), Language: string(i18n.Match(p.Language, i18n.Console())), Zone: p.Zone,
		Theme: p.Settings.Theme, Signature: p.Settings.Signature, Restricted: c.actor.Restricted, Limits: limitsRecord(c.actor.Limits),
		Scopes: []string{}, TokenID: refTo[aToken](c.token.ID), Workspace: refTo[aWorkspace](c.actor.Workspace),
	}
	if out.Theme == "" {
		out.Theme = "auto"
	}
	for _, x := range auth.Permissions() {
		if c.actor.May(x) {
			out.Scopes = append(out.Scopes, string(x))
		}
	}
	return out
}

func (s *server) meGet(c *call, _ *struct{ Picking }) (*recordOut[Me], error) {
	p, err := s.me(c)
	if err != nil {
		return nil, err
	}
	return record(s.meRecord(c, p)), nil
}

// MeUpdate changes one's own settings; a property that is left out stays.
type MeUpdate struct {
	Name      *string `json:"name,omitempty" minLength:"1" maxLength:"200" example:"Lena Fischer"`
	Language  *string `json:"language,omitempty" enum:"en,zh-Hans,ru"`
	Zone      *string `json:"zone,omitempty" maxLength:"60" example:"Europe/Berlin"`
	Theme     *string `json:"theme,omitempty" enum:"auto,light,dark"`
	Signature *string `json:"signature,omitempty" maxLength:"10000" example:"Lena from Acme"`
}

func (s *server) meUpdate(c *call, in *struct {
	Matching
	Body MeUpdate
}) (out *recordOut[Me], err error) {
	err = s.inTx(c, func(c *call) error {
		p, err := s.me(c)
		if err != nil {
			return err
		}
		if err := c.match(in.Matching, tagOf(s.meRecord(c, p))); err != nil {
			return err
		}
		b := in.Body
		p, err = s.Auth.SaveProfile(c, c.actor, auth.Profile{Name: b.Name, Language: b.Language, Zone: b.Zone, Settings: func(x *auth.Settings) {
			if b.Theme != nil {
				if x.Theme = *b.Theme; x.Theme == "auto" {
					x.Theme = ""
				}
			}
			if b.Signature != nil {
				x.Signature = strings.TrimSpace(*b.Signature)
			}
		}})
		if err != nil {
			return err
		}
		out = record(s.meRecord(c, p))
		return nil
	})
	return out, err
}

// Session is a browser in which somebody is signed in.
type Session struct {
	ID        string    `json:"id" example:"9mQ0Vq0d7cX3bJ5l2u8r1w4t6y9z0a2s4d6f8g0h2j4"`
	UserAgent string    `json:"user_agent"`
	Address   string    `json:"address" example:"203.0.113.7" doc:"Where it was last seen from."`
	CreatedAt time.Time `json:"created_at"`
	SeenAt    time.Time `json:"seen_at"`
	ExpiresAt time.Time `json:"expires_at"`
}

func sessionID(x auth.Session) string { return base64.RawURLEncoding.EncodeToString(x.Hash) }

func (s *server) sessionList(c *call, in *struct{ Paging }) (*pageOut[Session], error) {
	sessions, err := s.Auth.Sessions(c, c.actor)
	if err != nil {
		return nil, err
	}
	return s.sessions(c, sessions, in.Paging)
}

// sessions answers with a page of sessions.
func (s *server) sessions(c *call, all []auth.Session, p Paging) (*pageOut[Session], error) {
	all, next, err := part(all, func(x auth.Session) int64 { return placeOf(sessionID(x)) }, p)
	if err != nil {
		return nil, err
	}
	return page(c, convert(all, func(x auth.Session) Session {
		return Session{sessionID(x), x.UserAgent, x.Address, at(x.CreatedAt), at(x.SeenAt), at(x.ExpiresAt)}
	}), next), nil
}

func (s *server) sessionEnd(c *call, in *struct {
	Session string `path:"session" maxLength:"100" doc:"The session's id."`
}) (*noneOut, error) {
	sessions, err := s.Auth.Sessions(c, c.actor)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(sessions, func(x auth.Session) bool { return sessionID(x) == in.Session })
	if i < 0 {
		return nil, errs.New(errs.NotFound, "error.not_found")
	}
	return &noneOut{}, s.Auth.EndSession(c, c.actor, sessions[i].Hash)
}

// Workspace is one merchant company.
type Workspace struct {
	ID        Ref[aWorkspace] `json:"id"`
	Slug      string          `json:"slug" example:"acme"`
	Name      string          `json:"name" example:"Acme"`
	Language  string          `json:"language" example:"en"`
	Zone      string          `json:"zone" example:"Europe/Berlin"`
	CreatedAt time.Time       `json:"created_at"`
}

func (s *server) workspaceGet(c *call, _ *struct{}) (*recordOut[Workspace], error) {
	w, err := s.Auth.Workspace(c, c.actor)
	if err != nil {
		return nil, err
	}
	return record(Workspace{refTo[aWorkspace](w.ID), w.Slug, w.Name, w.Language, w.Zone, at(w.CreatedAt)}), nil
}
