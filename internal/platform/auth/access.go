package auth

import (
	"context"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
)

// AccessStore keeps custom roles, API tokens and the names of workspaces.
type AccessStore interface {
	RenameWorkspace(ctx context.Context, w WorkspaceID, name string) error

	AddRole(context.Context, CustomRole) error
	SaveRole(context.Context, CustomRole) error // all but the key
	DeleteRole(context.Context, WorkspaceID, Role) error
	// Role returns a custom role by its key and, within a transaction, holds it
	// until that ends, so that it cannot vanish from under a person who gets it.
	Role(context.Context, WorkspaceID, Role) (CustomRole, error)
	Roles(context.Context, WorkspaceID) ([]CustomRole, error)
	// CountHolders counts the people who have a role, also those who cannot sign in.
	CountHolders(context.Context, WorkspaceID, Role) (int, error)

	AddToken(ctx context.Context, t Token, hash []byte) error
	// TokenByHash returns the token whose secret has a hash, in whichever workspace.
	TokenByHash(ctx context.Context, hash []byte) (Token, error)
	Token(context.Context, WorkspaceID, TokenID) (Token, error)
	Tokens(context.Context, WorkspaceID) ([]Token, error)
	TouchToken(ctx context.Context, w WorkspaceID, id TokenID, seen time.Time) error
	RevokeToken(ctx context.Context, w WorkspaceID, id TokenID, at time.Time) error
	// TokensEnding returns up to n live tokens, of whichever workspace, that end in
	// a span of time and whose people were not told of it.
	TokensEnding(ctx context.Context, from, to time.Time, n int) ([]Token, error)
	// WarnToken records that a token's person was told; the second time it is
	// errs.Conflict.
	WarnToken(ctx context.Context, w WorkspaceID, id TokenID, at time.Time) error
}

// resolve returns a person as an actor: with what the role grants, and with the
// limits of the person or else of the role. A role that does not exist grants
// nothing.
func (s *Service) resolve(ctx context.Context, p Person) (Actor, error) {
	a := s.actor(p, nil)
	a.Limits = p.Limits
	if !p.Role.BuiltIn() {
		r, err := s.store.Role(ctx, p.Workspace, p.Role)
		if err != nil && !errs.Is(err, errs.NotFound) {
			return Actor{}, err
		}
		a.Permissions = NewSet(r.Permissions...)
		a.Restricted = a.Restricted || r.Restricted
		a.Limits = p.Limits.or(r.Limits)
	}
	if a.Restricted {
		var err error
		if a.Teams, err = s.store.TeamsOf(ctx, p.Workspace, p.ID); err != nil {
			return Actor{}, err
		}
	}
	return a, nil
}

// RenameWorkspace gives the actor's workspace another name. It needs Manage.
func (s *Service) RenameWorkspace(ctx context.Context, a Actor, name string) (Workspace, error) {
	if err := a.Can(Manage); err != nil {
		return Workspace{}, err
	}
	if name = strings.Join(strings.Fields(name), " "); name == "" || len(name) > 200 {
		return Workspace{}, errs.Field("name", "error.name_empty")
	}
	var w Workspace
	err := s.store.InTx(ctx, func(ctx context.Context) error {
		var err error
		if w, err = s.store.Workspace(ctx, a.Workspace); err != nil || w.Name == name {
			return err
		}
		was := w.Name
		w.Name = name
		if err := s.store.RenameWorkspace(ctx, a.Workspace, name); err != nil {
			return err
		}
		return s.log(ctx, "workspace.renamed", a, "workspace", int64(a.Workspace), map[string]any{"name": name, "was": was})
	})
	return w, err
}
