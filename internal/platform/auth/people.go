package auth

import (
	"context"
	"slices"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
)

// Workspace returns the actor's workspace.
func (s *Service) Workspace(ctx context.Context, a Actor) (Workspace, error) {
	return s.store.Workspace(ctx, a.Workspace)
}

// People returns the people of the actor's workspace.
func (s *Service) People(ctx context.Context, a Actor) ([]Person, error) {
	if err := a.CanAny(ReadTickets, ManagePeople, ManageTeams, ManageTokens, Manage); err != nil {
		return nil, err
	}
	return s.store.People(ctx, a.Workspace)
}

// Teams returns the teams of the actor's workspace.
func (s *Service) Teams(ctx context.Context, a Actor) ([]Team, error) {
	if err := a.CanAny(ReadTickets, ManagePeople, ManageTeams, ManageMail); err != nil {
		return nil, err
	}
	return s.store.Teams(ctx, a.Workspace)
}

// Self returns the person behind the actor; nobody needs a right to know oneself.
func (s *Service) Self(ctx context.Context, a Actor) (Person, error) {
	return s.store.Person(ctx, a.Workspace, a.Person())
}

// PersonUpdate changes a person; nil leaves a field.
type PersonUpdate struct {
	Role       *Role
	Restricted *bool
	Limits     *Limits
	Active     *bool
	Teams      *[]TeamID
}

// UpdatePerson changes what somebody may do and see. The last active owner can
// neither be disabled nor lose the role, nobody disables themselves, nobody
// changes a person who may do more than they, and nobody gives what they lack.
func (s *Service) UpdatePerson(ctx context.Context, a Actor, id PersonID, u PersonUpdate) error {
	if err := a.Can(ManagePeople); err != nil {
		return err
	}
	defer s.tokens.forget()
	return s.store.InTx(ctx, func(ctx context.Context) error {
		p, err := s.store.Person(ctx, a.Workspace, id)
		if err != nil {
			return err
		}
		if err := s.outranks(ctx, a, p); err != nil {
			return err
		}
		was := p
		if u.Role != nil {
			p.Role = *u.Role
		}
		if u.Restricted != nil {
			p.Restricted = *u.Restricted
		}
		if u.Limits != nil {
			p.Limits = *u.Limits
		}
		if u.Role != nil || u.Restricted != nil || u.Limits != nil {
			if err := s.mayGive(ctx, a, p); err != nil {
				return err
			}
		}
		if u.Active != nil && p.Status != Invited {
			if p.Status = Disabled; *u.Active {
				p.Status = Active
			}
			if !*u.Active && p.ID == a.Person() {
				return errs.New(errs.Conflict, "error.disable_self")
			}
		}
		if was.Role == Owner && was.Status == Active && (p.Role != Owner || p.Status != Active) {
			n, err := s.store.CountOwners(ctx, a.Workspace)
			if err != nil {
				return err
			}
			if n <= 1 {
				return errs.New(errs.Conflict, "error.last_owner")
			}
		}
		if err := s.store.SavePerson(ctx, p); err != nil {
			return err
		}
		// Sessions do not outlive a change of rights, but for that of whoever makes it.
		if p.Status == Disabled || p.Role != was.Role && id != a.Person() {
			if err := s.store.DeleteSessions(ctx, a.Workspace, id, nil); err != nil {
				return err
			}
		}
		if u.Teams != nil {
			if err := s.join(ctx, a, id, *u.Teams); err != nil {
				return err
			}
		}
		return s.log(ctx, "person.changed", a, "person", int64(id), map[string]any{
			"role": p.Role, "status": p.Status, "restricted": p.Restricted, "limits": p.Limits, "was": map[string]any{
				"role": was.Role, "status": was.Status, "restricted": was.Restricted, "limits": was.Limits,
			},
		})
	})
}

// Reinvite makes a new link for a person who was invited, or a reset link for
// one who has a password. Older links keep working until they expire or one is
// used and the person's state no longer fits.
func (s *Service) Reinvite(ctx context.Context, a Actor, id PersonID) (string, error) {
	if err := a.Can(ManagePeople); err != nil {
		return "", err
	}
	p, err := s.store.Person(ctx, a.Workspace, id)
	if err != nil {
		return "", err
	}
	if err := s.outranks(ctx, a, p); err != nil {
		return "", err
	}
	purpose := "invite"
	if p.Status == Active {
		purpose = "reset"
	}
	if p.Status == Disabled {
		return "", errs.New(errs.Conflict, "error.person_disabled")
	}
	var token string
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		if token, err = s.link(ctx, p, purpose); err != nil {
			return err
		}
		return s.log(ctx, "person."+purpose+"_link", a, "person", int64(id), nil)
	})
	return token, err
}

// Revoke takes an invitation back: the person never joined and is disabled.
func (s *Service) Revoke(ctx context.Context, a Actor, id PersonID) error {
	if err := a.Can(ManagePeople); err != nil {
		return err
	}
	return s.store.InTx(ctx, func(ctx context.Context) error {
		p, err := s.store.Person(ctx, a.Workspace, id)
		if err != nil {
			return err
		}
		if p.Status != Invited {
			return errs.New(errs.Conflict, "error.invite_used")
		}
		if err := s.outranks(ctx, a, p); err != nil {
			return err
		}
		p.Status = Disabled
		if err := s.store.SavePerson(ctx, p); err != nil {
			return err
		}
		return s.log(ctx, "person.revoked", a, "person", int64(id), nil)
	})
}

// SaveTeam writes a team; one without ID is new. Who sees only their own teams
// changes only these.
func (s *Service) SaveTeam(ctx context.Context, a Actor, t Team) (Team, error) {
	if err := a.Can(ManageTeams); err != nil {
		return t, err
	}
	if t.Name = strings.Join(strings.Fields(t.Name), " "); t.Name == "" || len(t.Name) > 200 {
		return t, errs.Field("name", "error.name_empty")
	}
	if t.ID != 0 {
		if err := a.inTeam(t.ID); err != nil {
			return t, err
		}
	}
	t.Workspace = a.Workspace
	defer s.tokens.forget()
	err := s.store.InTx(ctx, func(ctx context.Context) error {
		var err error
		if t.ID == 0 {
			t.ID, t.CreatedAt = TeamID(s.ids.Next()), s.now()
			err = s.store.AddTeam(ctx, t)
		} else {
			err = s.store.SaveTeam(ctx, t)
		}
		if errs.Is(err, errs.Conflict) {
			return &errs.Error{Kind: errs.Invalid, Field: "name", Key: "error.name_taken", Err: err}
		}
		if err != nil {
			return err
		}
		return s.log(ctx, "team.saved", a, "team", int64(t.ID), map[string]any{"name": t.Name})
	})
	return t, err
}

// DeleteTeam deletes a team; its tickets and mailboxes keep no team.
func (s *Service) DeleteTeam(ctx context.Context, a Actor, id TeamID) error {
	if err := a.Can(ManageTeams); err != nil {
		return err
	}
	if err := a.inTeam(id); err != nil {
		return err
	}
	defer s.tokens.forget()
	return s.store.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.DeleteTeam(ctx, a.Workspace, id); err != nil {
			return err
		}
		return s.log(ctx, "team.deleted", a, "team", int64(id), nil)
	})
}

// inTeam fails for somebody who sees only their own teams unless the team is one.
func (a Actor) inTeam(t TeamID) error {
	if a.Restricted && !slices.Contains(a.Teams, t) {
		return errs.New(errs.Denied, "error.grant_wider")
	}
	return nil
}
