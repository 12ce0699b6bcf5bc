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
	if err := a.Can(ReadTickets); err != nil {
		return nil, err
	}
	return s.store.People(ctx, a.Workspace)
}

// Teams returns the teams of the actor's workspace.
func (s *Service) Teams(ctx context.Context, a Actor) ([]Team, error) {
	if err := a.Can(ReadTickets); err != nil {
		return nil, err
	}
	return s.store.Teams(ctx, a.Workspace)
}

// PersonUpdate changes a person; nil leaves a field.
type PersonUpdate struct {
	Role       *Role
	Restricted *bool
	Active     *bool
	Teams      *[]TeamID
}

// UpdatePerson changes what somebody may do. The last active owner can neither
// be disabled nor lose the role, and nobody disables themselves.
func (s *Service) UpdatePerson(ctx context.Context, a Actor, id PersonID, u PersonUpdate) error {
	if err := a.Can(ManagePeople); err != nil {
		return err
	}
	return s.store.InTx(ctx, func(ctx context.Context) error {
		p, err := s.store.Person(ctx, a.Workspace, id)
		if err != nil {
			return err
		}
		was := p
		if u.Role != nil {
			if !slices.Contains(Roles(), *u.Role) {
				return errs.Field("role", "error.role")
			}
			p.Role = *u.Role
		}
		if u.Restricted != nil {
			p.Restricted = *u.Restricted
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
		if p.Status == Disabled {
			if err := s.store.DeleteSessions(ctx, a.Workspace, id, nil); err != nil {
				return err
			}
		}
		if u.Teams != nil {
			if err := s.join(ctx, a.Workspace, id, *u.Teams); err != nil {
				return err
			}
		}
		return s.log(ctx, "person.changed", a, "person", int64(id), map[string]any{"role": p.Role, "status": p.Status, "restricted": p.Restricted})
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
		p.Status = Disabled
		if err := s.store.SavePerson(ctx, p); err != nil {
			return err
		}
		return s.log(ctx, "person.revoked", a, "person", int64(id), nil)
	})
}

// SaveTeam writes a team; one without ID is new.
func (s *Service) SaveTeam(ctx context.Context, a Actor, t Team) (Team, error) {
	if err := a.Can(ManageTeams); err != nil {
		return t, err
	}
	if t.Name = strings.Join(strings.Fields(t.Name), " "); t.Name == "" || len(t.Name) > 200 {
		return t, errs.Field("name", "error.name_empty")
	}
	t.Workspace = a.Workspace
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
	return s.store.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.DeleteTeam(ctx, a.Workspace, id); err != nil {
			return err
		}
		return s.log(ctx, "team.deleted", a, "team", int64(id), nil)
	})
}
