package store

import (
	"context"
	"time"

	"godwit.dev/godwit/internal/domain/cost"
	"godwit.dev/godwit/internal/platform/auth"
)

var _ cost.Store = (*Store)(nil)

const bookCols = "workspace_id, version, book, saved_at, saved_by"

func bookDest(v *cost.Version) []any {
	return []any{&v.Workspace, &v.Number, doc(&v.Book), at(&v.SavedAt), ref(&v.SavedBy)}
}

// CostBook implements cost.Store.
func (s *Store) CostBook(ctx context.Context, w auth.WorkspaceID, number int) (cost.Version, error) {
	if number == 0 {
		return one(ctx, s.DB, bookDest, `SELECT `+bookCols+` FROM cost_book WHERE workspace_id=$1 ORDER BY version DESC LIMIT 1`, w)
	}
	return one(ctx, s.DB, bookDest, `SELECT `+bookCols+` FROM cost_book WHERE workspace_id=$1 AND version=$2`, w, number)
}

// CostBookAt implements cost.Store.
func (s *Store) CostBookAt(ctx context.Context, w auth.WorkspaceID, t time.Time) (cost.Version, error) {
	return one(ctx, s.DB, bookDest, `SELECT `+bookCols+` FROM cost_book WHERE workspace_id=$1 AND saved_at<=$2 ORDER BY saved_at DESC, version DESC LIMIT 1`, w, ms(t))
}

// CostBooks implements cost.Store.
func (s *Store) CostBooks(ctx context.Context, w auth.WorkspaceID, limit int) ([]cost.Version, error) {
	return all(ctx, s.DB, func(v *cost.Version) []any { return []any{&v.Workspace, &v.Number, at(&v.SavedAt), ref(&v.SavedBy)} },
		`SELECT workspace_id, version, saved_at, saved_by FROM cost_book WHERE workspace_id=$1 ORDER BY version DESC LIMIT $2`, w, limit)
}

// AddCostBook implements cost.Store.
func (s *Store) AddCostBook(ctx context.Context, v cost.Version) (bool, error) {
	n, err := s.exec(ctx, `INSERT INTO cost_book (`+bookCols+`) VALUES (`+places(1, 5)+`) ON CONFLICT DO NOTHING`,
		v.Workspace, v.Number, clean(js(v.Book)), ms(v.SavedAt), opt(v.SavedBy))
	return n == 1, err
}
