package store

import (
	"context"
	"time"

	"godwit.dev/godwit/internal/domain/automation"
	"godwit.dev/godwit/internal/flow/automating"
	"godwit.dev/godwit/internal/platform/auth"
)

const ruleTrialCols = "id, workspace_id, rule_id, version, definition, since, state, run, done, total, found, why, asked_at, asked_by, begun_at, ended_at"

func ruleTrialDest(t *automating.Trial) []any {
	return []any{&t.ID, &t.Workspace, ref(&t.Rule), &t.Version, doc(&t.Definition), at(&t.Since), &t.State, &t.Run, &t.Read, &t.Total, doc(&t.Found), doc(&t.Why), at(&t.AskedAt), ref(&t.AskedBy), at(&t.BegunAt), at(&t.EndedAt)}
}

// AddRuleTrial implements automating.TrialStore.
func (s *Store) AddRuleTrial(ctx context.Context, t automating.Trial, places int) (bool, error) {
	for place := 1; place <= places; place++ {
		n, err := s.exec(ctx, `INSERT INTO rule_trial (id, workspace_id, rule_id, version, definition, since, state, slot, run, done, total, why, asked_at, asked_by)
			VALUES ($1,$2,$3,$4,$5,$6,$7,$8,0,0,0,$9,$10,$11) ON CONFLICT DO NOTHING`,
			int64(t.ID), t.Workspace, opt(t.Rule), t.Version, js(t.Definition), ms(t.Since), string(t.State), place, js(t.Why), ms(t.AskedAt), opt(t.AskedBy))
		if err != nil || n == 1 {
			return n == 1, err
		}
	}
	return false, nil
}

// RuleTrial implements automating.TrialStore.
func (s *Store) RuleTrial(ctx context.Context, w auth.WorkspaceID, id automating.TrialID) (automating.Trial, error) {
	return one(ctx, s.DB, ruleTrialDest, `SELECT `+ruleTrialCols+` FROM rule_trial WHERE workspace_id=$1 AND id=$2`, w, int64(id))
}

// RuleTrials implements automating.TrialStore.
func (s *Store) RuleTrials(ctx context.Context, w auth.WorkspaceID, r automation.ID, limit int) ([]automating.Trial, error) {
	if r == 0 {
		return all(ctx, s.DB, ruleTrialDest, `SELECT `+ruleTrialCols+` FROM rule_trial WHERE workspace_id=$1 ORDER BY id DESC LIMIT $2`, w, limit)
	}
	return all(ctx, s.DB, ruleTrialDest, `SELECT `+ruleTrialCols+` FROM rule_trial WHERE workspace_id=$1 AND rule_id=$2 ORDER BY id DESC LIMIT $3`, w, int64(r), limit)
}

// BeginRuleTrial implements automating.TrialStore.
func (s *Store) BeginRuleTrial(ctx context.Context, w auth.WorkspaceID, id automating.TrialID, now time.Time) (int, bool, error) {
	run := 0
	err := s.InTx(ctx, func(ctx context.Context) error {
		n, err := s.exec(ctx, `UPDATE rule_trial SET state='running', run=run+1, done=0, total=0, begun_at=$1 WHERE workspace_id=$2 AND id=$3 AND ended_at IS NULL`, ms(now), w, int64(id))
		if err != nil || n == 0 {
			return err
		}
		run, err = scalar[int](ctx, s.DB, `SELECT run FROM rule_trial WHERE workspace_id=$1 AND id=$2`, w, int64(id))
		return err
	})
	return run, run > 0, err
}

// AdvanceRuleTrial implements automating.TrialStore.
func (s *Store) AdvanceRuleTrial(ctx context.Context, w auth.WorkspaceID, id automating.TrialID, run int, read, total int64) (bool, error) {
	n, err := s.exec(ctx, `UPDATE rule_trial SET done=$1, total=$2 WHERE workspace_id=$3 AND id=$4 AND run=$5 AND ended_at IS NULL`, read, total, w, int64(id), run)
	return n == 1, err
}

// EndRuleTrial implements automating.TrialStore.
func (s *Store) EndRuleTrial(ctx context.Context, t automating.Trial) (bool, error) {
	n, err := s.exec(ctx, `UPDATE rule_trial SET state=$1, slot=NULL, done=$2, total=$3, found=$4, why=$5, ended_at=$6 WHERE workspace_id=$7 AND id=$8 AND run=$9 AND ended_at IS NULL`,
		string(t.State), t.Read, t.Total, optJS(t.Found), js(t.Why), ms(t.EndedAt), t.Workspace, int64(t.ID), t.Run)
	return n == 1, err
}

// StopRuleTrial implements automating.TrialStore.
func (s *Store) StopRuleTrial(ctx context.Context, w auth.WorkspaceID, id automating.TrialID, now time.Time) (bool, error) {
	n, err := s.exec(ctx, `UPDATE rule_trial SET state='stopped', slot=NULL, ended_at=$1 WHERE workspace_id=$2 AND id=$3 AND ended_at IS NULL`, ms(now), w, int64(id))
	return n == 1, err
}

// SettleRuleTrial implements automating.TrialStore.
func (s *Store) SettleRuleTrial(ctx context.Context, t automating.Trial) error {
	_, err := s.exec(ctx, `UPDATE rule_trial SET done=$1, total=$2, found=$3 WHERE workspace_id=$4 AND id=$5 AND run=$6 AND state='stopped'`,
		t.Read, t.Total, optJS(t.Found), t.Workspace, int64(t.ID), t.Run)
	return err
}

// DropRuleTrials implements automating.TrialStore.
func (s *Store) DropRuleTrials(ctx context.Context, w auth.WorkspaceID, kept int) error {
	_, err := s.exec(ctx, `DELETE FROM rule_trial WHERE workspace_id=$1 AND ended_at IS NOT NULL AND id NOT IN
		(SELECT id FROM rule_trial WHERE workspace_id=$1 AND ended_at IS NOT NULL ORDER BY id DESC LIMIT $2)`, w, kept)
	return err
}
