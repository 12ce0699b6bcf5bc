package auth

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/id"
)

// InviteLife is how long an invite or reset link works.
const InviteLife = 7 * 24 * time.Hour

// Log records what happens to people and workspaces; *store.Store does it with
// the journal.
type Log func(ctx context.Context, kind string, by Actor, subject string, id int64, data any) error

// Config is what a Service needs.
type Config struct {
	Store  Store
	Hasher *Hasher
	IDs    *id.Source
	Now    func() time.Time
	Log    Log
	Signin
}

// Service signs people in and manages them.
type Service struct {
	store  Store
	hasher *Hasher
	ids    *id.Source
	now    func() time.Time
	log    Log
	gate   *Gate
	signin Signin
	tokens tokenMemory
}

// NewService returns a Service.
func NewService(c Config) *Service {
	return &Service{store: c.Store, hasher: c.Hasher, ids: c.IDs, now: c.Now, log: c.Log, gate: NewGate(c.Store, c.Now), signin: c.Signin.whole()}
}

// Founding is what the first run asks for.
type Founding struct {
	Workspace string
	Name      string
	Email     string
	Password  string
	Language  string
	Zone      string
	first     bool // see FoundFirst
}

// Empty reports whether there is no workspace yet.
func (s *Service) Empty(ctx context.Context) (bool, error) {
	list, err := s.store.Workspaces(ctx)
	return len(list) == 0, err
}

// Found makes a workspace and its first owner.
func (s *Service) Found(ctx context.Context, f Founding) (Workspace, Person, error) {
	now := s.now()
	f.Email = strings.ToLower(strings.TrimSpace(f.Email))
	var problems []error
	if strings.TrimSpace(f.Workspace) == "" {
		problems = append(problems, errs.Field("workspace", "error.name_empty"))
	}
	if strings.TrimSpace(f.Name) == "" {
		problems = append(problems, errs.Field("name", "error.name_empty"))
	}
	if !plausible(f.Email) {
		problems = append(problems, errs.Field("email", "error.address", "address", f.Email))
	}
	if err := CheckNew(f.Password, f.Email, f.Name, f.Workspace); err != nil {
		problems = append(problems, err)
	}
	zone, err := checkZone(f.Zone)
	if err != nil {
		problems = append(problems, err)
	}
	if len(problems) > 0 {
		return Workspace{}, Person{}, errors.Join(problems...)
	}
	secret := make([]byte, 32)
	_, _ = rand.Read(secret)
	w := Workspace{ID: WorkspaceID(s.ids.Next()), Name: strings.TrimSpace(f.Workspace), Language: f.Language, Zone: zone, Secret: secret, CreatedAt: now}
	w.Slug = id.Format("w", int64(w.ID))
	if f.first {
		w.Slug = firstSlug
	}
	p := Person{
		ID: PersonID(s.ids.Next()), Workspace: w.ID, Email: f.Email, Name: strings.TrimSpace(f.Name), Role: Owner, Status: Active,
		PasswordHash: s.hasher.Hash(f.Password), Language: f.Language, Zone: zone, CreatedAt: now, SeenAt: now,
	}
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.AddWorkspace(ctx, w); err != nil {
			return err
		}
		if err := s.store.AddPerson(ctx, p); err != nil {
			return err
		}
		return s.log(ctx, "workspace.founded", s.actor(p, nil), "workspace", int64(w.ID), map[string]any{"name": w.Name})
	})
	return w, p, err
}

func plausible(email string) bool {
	local, domain, ok := strings.Cut(email, "@")
	return ok && local != "" && domain != "" && len(email) < 255 && !strings.ContainsAny(email, " \t\r\n<>,;\"")
}

func checkZone(z string) (string, error) {
	if z == "" {
		return "UTC", nil
	}
	if _, err := time.LoadLocation(z); err != nil || z == "Local" {
		return "", errs.Field("zone", "error.zone", "zone", z)
	}
	return z, nil
}

func (s *Service) actor(p Person, teams []TeamID) Actor {
	return Actor{Kind: Agent, ID: int64(p.ID), Name: p.Name, Workspace: p.Workspace, Role: p.Role, Restricted: p.Restricted, Teams: teams, Language: p.Language, Zone: p.Zone}
}

// open opens a session for somebody who has proved who they are.
func (s *Service) open(ctx context.Context, p Person, v Visit) (string, error) {
	token, hash := newLink()
	now := s.now()
	policy, err := s.store.Policy(ctx, p.Workspace)
	if err != nil {
		return "", err
	}
	life, idle := policy.Lasting.Spans()
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		err := s.store.AddSession(ctx, Session{
			Hash: hash, Workspace: p.Workspace, Person: p.ID, CreatedAt: now, SeenAt: now, ExpiresAt: now.Add(life), Idle: idle,
			UserAgent: short(v.UserAgent), Address: v.Address, ProvedAt: now,
		})
		if err != nil {
			return err
		}
		isNew, err := s.met(ctx, p, v)
		if err != nil {
			return err
		}
		return s.log(ctx, "person.signed_in", s.actor(p, nil), "person", int64(p.ID), map[string]any{"address": v.Address, "new_browser": isNew})
	})
	return token, err
}

// SignOut ends the session of a token.
func (s *Service) SignOut(ctx context.Context, a Actor, token string) error {
	return s.store.DeleteSession(ctx, a.Workspace, a.Person(), TokenHash(token))
}

// Sessions returns the actor's own sessions, the newest first.
func (s *Service) Sessions(ctx context.Context, a Actor) ([]Session, error) {
	list, err := s.store.Sessions(ctx, a.Workspace, a.Person())
	return s.live(list), err
}

// EndSession ends one of the actor's own sessions, named by its hash.
func (s *Service) EndSession(ctx context.Context, a Actor, hash []byte) error {
	return s.store.DeleteSession(ctx, a.Workspace, a.Person(), hash)
}

// EndOtherSessions ends all of the actor's sessions but the one of token.
func (s *Service) EndOtherSessions(ctx context.Context, a Actor, token string) error {
	return s.store.DeleteSessions(ctx, a.Workspace, a.Person(), TokenHash(token))
}

// ChangePassword sets a new password for the actor, who proves the old one; all
// other sessions end.
func (s *Service) ChangePassword(ctx context.Context, a Actor, token, current, next string) error {
	p, err := s.store.Person(ctx, a.Workspace, a.Person())
	if err != nil {
		return err
	}
	if err := s.try(ctx, p.Email, Visit{}); err != nil {
		return err
	}
	if !s.hasher.Check(current, p.PasswordHash) {
		return errs.Field("current", "error.password_wrong")
	}
	s.gate.Passed(ctx, p.Email, "")
	if err := CheckNew(next, p.Email, p.Name); err != nil {
		return err
	}
	p.PasswordHash = s.hasher.Hash(next)
	return s.store.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.SavePerson(ctx, p); err != nil {
			return err
		}
		if err := s.store.DeleteSessions(ctx, p.Workspace, p.ID, TokenHash(token)); err != nil {
			return err
		}
		if err := s.store.EndCeremonies(ctx, p.Workspace, p.ID); err != nil {
			return err
		}
		return s.changed(ctx, a, p, "password_changed")
	})
}

// Profile is what people change about themselves; nil leaves a field.
type Profile struct {
	Name, Language, Zone *string
	Settings             func(*Settings)
}

// SaveProfile changes the actor's own name, language, zone and settings.
func (s *Service) SaveProfile(ctx context.Context, a Actor, c Profile) (Person, error) {
	p, err := s.store.Person(ctx, a.Workspace, a.Person())
	if err != nil {
		return p, err
	}
	if c.Name != nil {
		if p.Name = strings.Join(strings.Fields(*c.Name), " "); p.Name == "" || len(p.Name) > 200 {
			return p, errs.Field("name", "error.name_empty")
		}
	}
	if c.Language != nil {
		p.Language = *c.Language
	}
	if c.Zone != nil {
		if p.Zone, err = checkZone(*c.Zone); err != nil {
			return p, err
		}
	}
	if c.Settings != nil {
		c.Settings(&p.Settings)
	}
	return p, s.store.SavePerson(ctx, p)
}

// Invite makes a person who is to choose a password by the link with the token
// returned, which is shown once and works once.
func (s *Service) Invite(ctx context.Context, a Actor, email, name string, role Role, restricted bool, teams []TeamID) (token string, p Person, err error) {
	if err := a.Can(ManagePeople); err != nil {
		return "", p, err
	}
	email = strings.ToLower(strings.TrimSpace(email))
	if !plausible(email) {
		return "", p, errs.Field("email", "error.address", "address", email)
	}
	if name == "" {
		name, _, _ = strings.Cut(email, "@")
	}
	w, err := s.store.Workspace(ctx, a.Workspace)
	if err != nil {
		return "", p, err
	}
	now := s.now()
	p = Person{
		ID: PersonID(s.ids.Next()), Workspace: a.Workspace, Email: email, Name: name, Role: role, Status: Invited, Restricted: restricted,
		Language: w.Language, Zone: w.Zone, CreatedAt: now,
	}
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		if err := s.mayGive(ctx, a, p); err != nil {
			return err
		}
		if err := s.store.AddPerson(ctx, p); err != nil {
			if errs.Is(err, errs.Conflict) {
				return &errs.Error{Kind: errs.Invalid, Field: "email", Key: "error.address_taken", Err: err}
			}
			return err
		}
		if err := s.join(ctx, a, p.ID, teams); err != nil {
			return err
		}
		if token, err = s.link(ctx, p, "invite"); err != nil {
			return err
		}
		return s.log(ctx, "person.invited", a, "person", int64(p.ID), map[string]any{"email": email, "role": role})
	})
	return token, p, err
}

func (s *Service) link(ctx context.Context, p Person, purpose string) (string, error) {
	token, hash := newLink()
	now := s.now()
	return token, s.store.AddInvite(ctx, Invite{Hash: hash, Workspace: p.Workspace, Person: p.ID, Purpose: purpose, CreatedAt: now, ExpiresAt: now.Add(InviteLife)})
}

// join makes a person a member of exactly these teams. An actor who sees only
// their own teams changes nothing about others.
func (s *Service) join(ctx context.Context, a Actor, p PersonID, want []TeamID) error {
	teams, err := s.store.Teams(ctx, a.Workspace)
	if err != nil {
		return err
	}
	for _, t := range teams {
		in, should := slices.Contains(t.Members, p), slices.Contains(want, t.ID)
		switch {
		case should && !in:
			t.Members = append(t.Members, p)
		case in && !should:
			t.Members = slices.DeleteFunc(t.Members, func(m PersonID) bool { return m == p })
		default:
			continue
		}
		if err := a.inTeam(t.ID); err != nil {
			return err
		}
		if err := s.store.SaveTeam(ctx, t); err != nil {
			return err
		}
	}
	return nil
}

// Invited returns who an invite or reset link is for. A link that is unknown,
// used or expired is errs.NotFound.
func (s *Service) Invited(ctx context.Context, token string) (Invite, Person, error) {
	gone := errs.New(errs.NotFound, "error.invite_gone")
	i, err := s.store.Invite(ctx, TokenHash(token))
	if errs.Is(err, errs.NotFound) {
		return i, Person{}, gone
	}
	if err != nil {
		return i, Person{}, err
	}
	if !i.UsedAt.IsZero() || s.now().After(i.ExpiresAt) {
		return i, Person{}, gone
	}
	p, err := s.store.Person(ctx, i.Workspace, i.Person)
	if err == nil && (p.Status == Disabled || p.Status == Active && i.Purpose == "invite") {
		err = gone // who has joined needs no invitation: an older link in a mailbox opens nothing
	}
	return i, p, err
}

// Joining is what somebody chooses who follows a link. An empty name or language
// leaves what is known.
type Joining struct {
	Name, Password, Language, Zone string
}

// Accept sets the password of an invited person, or of one who follows a reset
// link, and signs them in as Enter does: a link in a mailbox stands for the
// password, not for the second factor. It fails with errs.Denied if the workspace
// does not let the person in by password.
func (s *Service) Accept(ctx context.Context, token string, j Joining, v Visit) (e Entry, err error) {
	i, p, err := s.Invited(ctx, token)
	if err != nil {
		return e, err
	}
	if err := s.mayChoosePassword(ctx, p); err != nil {
		return e, err
	}
	if err := CheckNew(j.Password, p.Email, p.Name, j.Name); err != nil {
		return e, err
	}
	if name := strings.Join(strings.Fields(j.Name), " "); name != "" {
		p.Name = name
	}
	if p.Zone, err = checkZone(j.Zone); err != nil {
		return e, err
	}
	if j.Language != "" {
		p.Language = j.Language
	}
	p.PasswordHash, p.Status, p.SeenAt = s.hasher.Hash(j.Password), Active, s.now()
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.UseInvite(ctx, i.Hash, s.now()); err != nil {
			return err
		}
		if err := s.store.DeleteSessions(ctx, p.Workspace, p.ID, nil); err != nil {
			return err
		}
		if err := s.store.SavePerson(ctx, p); err != nil {
			return err
		}
		if err := s.store.EndCeremonies(ctx, p.Workspace, p.ID); err != nil {
			return err
		}
		if err := s.log(ctx, "person.joined", s.actor(p, nil), "person", int64(p.ID), map[string]any{"purpose": i.Purpose}); err != nil {
			return err
		}
		if i.Purpose == "reset" {
			if err := s.changed(ctx, s.actor(p, nil), p, "password_changed"); err != nil {
				return err
			}
		}
		e, err = s.admit(ctx, p, v)
		return err
	})
	return e, err
}
