package auth

import (
	"context"

	"godwit.dev/godwit/internal/base/errs"
)

// firstSlug is the slug of the workspace that the first run makes. Slugs are
// unique, so of several first runs at the same moment the database lets one
// through, on either engine and without a lock.
const firstSlug = "first"

// FoundFirst makes the first workspace and its owner. It fails with
// errs.NotFound once there is a workspace: whoever set Godwit up first owns it,
// and nobody else learns more than that there is nothing to set up.
func (s *Service) FoundFirst(ctx context.Context, f Founding) (Workspace, Person, error) {
	gone := errs.New(errs.NotFound, "error.not_found")
	empty, err := s.Empty(ctx)
	if err != nil {
		return Workspace{}, Person{}, err
	}
	if !empty {
		return Workspace{}, Person{}, gone
	}
	f.first = true
	w, p, err := s.Found(ctx, f)
	if errs.Is(err, errs.Conflict) {
		err = gone
	}
	return w, p, err
}
