package store

import (
	"context"
	"encoding/json"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/flow/replay"
	"godwit.dev/godwit/internal/platform/auth"
)

var _ replay.TrialStore = (*Store)(nil)

const trialHead = "id, workspace_id, name, since, state, run, done, total, why, asked_at, asked_by, begun_at, ended_at"

func trialDest(t *replay.Trial) []any {
	return []any{&t.ID, &t.Workspace, &t.Name, at(&t.Since), &t.State, &t.Run, &t.Read, &t.Total, &t.Why, at(&t.AskedAt), ref(&t.AskedBy), at(&t.BegunAt), at(&t.EndedAt)}
}

// AddTrial implements replay.TrialStore.
func (s *Store) AddTrial(ctx context.Context, t replay.Trial, places int) (bool, error) {
	for place := 1; place <= places; place++ {
		n, err := s.exec(ctx, `INSERT INTO policy_trial (id, workspace_id, name, text, since, state, slot, run, done, total, why, asked_at, asked_by)
			VALUES ($1,$2,$3,$4,$5,$6,$7,0,0,0,'',$8,$9) ON CONFLICT DO NOTHING`,
			int64(t.ID), t.Workspace, clean(t.Name), clean(t.Text), ms(t.Since), string(t.State), place, ms(t.AskedAt), opt(t.AskedBy))
		if err != nil || n == 1 {
			return n == 1, err
		}
	}
	return false, nil
}

// Trial implements replay.TrialStore.
func (s *Store) Trial(ctx context.Context, w auth.WorkspaceID, id replay.TrialID) (replay.Trial, error) {
	var result []byte
	t, err := one(ctx, s.DB, func(t *replay.Trial) []any { return append(trialDest(t), &t.Text, &result) },
		`SELECT `+trialHead+`, text, result FROM policy_trial WHERE workspace_id=$1 AND id=$2`, w, int64(id))
	if err != nil || result == nil {
		return t, err
	}
	t.Result = new(replay.Result)
	if err := json.Unmarshal(result, t.Result); err != nil {
		return t, errs.Wrap(errs.Internal, err, "error.internal")
	}
	return t, nil
}

// Trials implements replay.TrialStore.
func (s *Store) Trials(ctx context.Context, w auth.WorkspaceID, limit int) ([]replay.Trial, error) {
	return all(ctx, s.DB, trialDest, `SELECT `+trialHead+` FROM policy_trial WHERE workspace_id=$1 ORDER BY id DESC LIMIT $2`, w, limit)
}

// BeginTrial implements replay.TrialStore.
func (s *Store) BeginTrial(ctx context.Context, w auth.WorkspaceID, id replay.TrialID, now time.Time) (int, bool, error) {
	run := 0
	err := s.InTx(ctx, func(ctx context.Context) error {
		n, err := s.exec(ctx, `UPDATE policy_trial SET state='running', run=run+1, done=0, total=0, begun_at=$1 WHERE workspace_id=$2 AND id=$3 AND ended_at IS NULL`, ms(now), w, int64(id))
		if err != nil || n == 0 {
			return err
		}
		run, err = scalar[int](ctx, s.DB, `SELECT run FROM policy_trial WHERE workspace_id=$1 AND id=$2`, w, int64(id))
		return err
	})
	return run, run > 0, err
}

// AdvanceTrial implements replay.TrialStore.
func (s *Store) AdvanceTrial(ctx context.Context, w auth.WorkspaceID, id replay.TrialID, run int, read, total int64) (bool, error) {
	n, err := s.exec(ctx, `UPDATE policy_trial SET done=$1, total=$2 WHERE workspace_id=$3 AND id=$4 AND run=$5 AND ended_at IS NULL`, read, total, w, int64(id), run)
	return n == 1, err
}

// EndTrial implements replay.TrialStore.
func (s *Store) EndTrial(ctx context.Context, t replay.Trial) (bool, error) {
	n, err := s.exec(ctx, `UPDATE policy_trial SET state=$1, slot=NULL, done=$2, total=$3, result=$4, why=$5, ended_at=$6
		WHERE workspace_id=$7 AND id=$8 AND run=$9 AND ended_at IS NULL`,
		string(t.State), t.Read, t.Total, optJS(t.Result), clean(t.Why), ms(t.EndedAt), t.Workspace, int64(t.ID), t.Run)
	return n == 1, err
}

// StopTrial implements replay.TrialStore.
func (s *Store) StopTrial(ctx context.Context, w auth.WorkspaceID, id replay.TrialID, now time.Time) (bool, error) {
	n, err := s.exec(ctx, `UPDATE policy_trial SET state='stopped', slot=NULL, ended_at=$1 WHERE workspace_id=$2 AND id=$3 AND ended_at IS NULL`, ms(now), w, int64(id))
	return n == 1, err
}

// SettleTrial implements replay.TrialStore.
func (s *Store) SettleTrial(ctx context.Context, t replay.Trial) error {
	_, err := s.exec(ctx, `UPDATE policy_trial SET done=$1, total=$2, result=$3 WHERE workspace_id=$4 AND id=$5 AND run=$6 AND state='stopped'`,
		t.Read, t.Total, optJS(t.Result), t.Workspace, int64(t.ID), t.Run)
	return err
}

// DropTrials implements replay.TrialStore.
func (s *Store) DropTrials(ctx context.Context, w auth.WorkspaceID, kept int) error {
	_, err := s.exec(ctx, `DELETE FROM policy_trial WHERE workspace_id=$1 AND ended_at IS NOT NULL AND id NOT IN
		(SELECT id FROM policy_trial WHERE workspace_id=$1 AND ended_at IS NOT NULL ORDER BY id DESC LIMIT $2)`, w, kept)
	return err
}
