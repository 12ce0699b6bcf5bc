package store

import (
	"context"
	"time"

	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/job"
)

var _ job.Setbacks = (*Store)(nil)

// SetBack implements job.Setbacks.
func (s *Store) SetBack(ctx context.Context, w auth.WorkspaceID, work string, id int64, now time.Time) error {
	return s.InTx(ctx, func(ctx context.Context) error {
		tries, err := scalar[int64](ctx, s.DB, `SELECT coalesce(max(tries), 0) FROM setback WHERE workspace_id=$1 AND work=$2 AND id=$3`, w, work, id)
		if err != nil {
			return err
		}
		_, err = s.exec(ctx, `INSERT INTO setback (workspace_id, work, id, tries, at) VALUES ($1,$2,$3,$4,$5)
			ON CONFLICT (workspace_id, work, id) DO UPDATE SET tries=excluded.tries, at=excluded.at`, w, work, id, tries+1, ms(now.Add(job.Rest(tries))))
		return err
	})
}

// Forget implements job.Setbacks.
func (s *Store) Forget(ctx context.Context, w auth.WorkspaceID, work string, id int64) error {
	_, err := s.exec(ctx, `DELETE FROM setback WHERE workspace_id=$1 AND work=$2 AND id=$3`, w, work, id)
	return err
}
