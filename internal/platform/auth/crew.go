package auth

import (
	"context"
	"slices"
)

// Crew returns the people of a workspace who can sign in, as actors with all that their
// roles and teams let them do and see. It is for the program itself: it asks for no right.
func (s *Service) Crew(ctx context.Context, w WorkspaceID) ([]Actor, error) {
	people, err := s.store.People(ctx, w)
	if err != nil {
		return nil, err
	}
	roles, err := s.store.Roles(ctx, w)
	if err != nil {
		return nil, err
	}
	teams, err := s.store.Teams(ctx, w)
	if err != nil {
		return nil, err
	}
	var out []Actor
	for _, p := range people {
		if p.Status != Active {
			continue
		}
		a := s.actor(p, nil)
		a.Limits = p.Limits
		if !p.Role.BuiltIn() {
			var r CustomRole
			if i := slices.IndexFunc(roles, func(r CustomRole) bool { return r.Key == p.Role }); i >= 0 {
				r = roles[i]
			}
			a.Permissions, a.Restricted, a.Limits = NewSet(r.Permissions...), a.Restricted || r.Restricted, p.Limits.or(r.Limits)
		}
		for _, t := range teams {
			if slices.Contains(t.Members, p.ID) {
				a.Teams = append(a.Teams, t.ID)
			}
		}
		out = append(out, a)
	}
	return out, nil
}
