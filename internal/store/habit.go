package store

import (
	"context"

	"godwit.dev/godwit/internal/domain/habit"
	"godwit.dev/godwit/internal/platform/auth"
)

var _ habit.Store = (*Store)(nil)

func habitDest(v *habit.Setting) []any {
	return []any{&v.Workspace, &v.Market, &v.Version, at(&v.SavedAt), ref(&v.SavedBy), doc(&v.Own)}
}

// Habits implements habit.Store.
func (s *Store) Habits(ctx context.Context, w auth.WorkspaceID) ([]habit.Setting, error) {
	return all(ctx, s.DB, habitDest, `SELECT workspace_id, market, version, saved_at, saved_by, own FROM market_habit WHERE workspace_id=$1 ORDER BY market`, w)
}

// Habit implements habit.Store.
func (s *Store) Habit(ctx context.Context, w auth.WorkspaceID, market string) (habit.Setting, error) {
	return one(ctx, s.DB, habitDest, `SELECT workspace_id, market, version, saved_at, saved_by, own FROM market_habit WHERE workspace_id=$1 AND market=$2`, w, market)
}

// PutHabit implements habit.Store.
func (s *Store) PutHabit(ctx context.Context, v habit.Setting) (bool, error) {
	n, err := s.exec(ctx, `INSERT INTO market_habit (workspace_id, market, version, saved_at, saved_by, own) VALUES ($1,$2,$3,$4,$5,$6)
		ON CONFLICT (workspace_id, market) DO UPDATE SET version=excluded.version, saved_at=excluded.saved_at, saved_by=excluded.saved_by, own=excluded.own
		WHERE market_habit.version=excluded.version-1`, v.Workspace, v.Market, v.Version, ms(v.SavedAt), opt(v.SavedBy), js(v.Own))
	return n == 1, err
}
