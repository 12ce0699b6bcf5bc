package store

import (
	"context"
	"time"

	"godwit.dev/godwit/internal/domain/automation"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/automating"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// FiringRules implements automating.FireStore.
func (s *Store) FiringRules(ctx context.Context, w auth.WorkspaceID, now time.Time) ([]automation.ID, error) {
	return all(ctx, s.DB, func(r *automation.ID) []any { return []any{r} }, `SELECT id FROM automation_rule WHERE workspace_id=$1 AND fires_at<=$2 ORDER BY place, id`, w, ms(now))
}

// AddFiring implements automating.FireStore.
func (s *Store) AddFiring(ctx context.Context, w auth.WorkspaceID, r automation.ID, at time.Time, e event.ID) (bool, error) {
	n, err := s.exec(ctx, `INSERT INTO automation_firing (rule_id, fired_at, workspace_id, event_id, after_ticket, is_over) VALUES ($1,$2,$3,$4,0,FALSE) ON CONFLICT DO NOTHING`,
		int64(r), ms(at), w, int64(e))
	if err == nil {
		_, err = s.exec(ctx, `DELETE FROM automation_firing WHERE workspace_id=$1 AND rule_id=$2 AND fired_at<$3 AND is_over`, w, int64(r), ms(at))
	}
	return n == 1, err
}

// Firing implements automating.FireStore.
func (s *Store) Firing(ctx context.Context, w auth.WorkspaceID) (f automating.Firing, err error) {
	type row struct {
		automating.Firing
		rule automation.ID
	}
	rows, err := all(ctx, s.DB, func(r *row) []any { return []any{&r.rule, &r.Event, at(&r.At), &r.After} }, `SELECT rule_id, event_id, fired_at, after_ticket FROM automation_firing
		WHERE workspace_id=$1 AND NOT is_over AND event_id=(SELECT min(event_id) FROM automation_firing WHERE workspace_id=$1 AND NOT is_over) ORDER BY rule_id`, w)
	for _, r := range rows {
		f.Event, f.At, f.After = r.Event, r.At, r.After
		f.Rules = append(f.Rules, r.rule)
	}
	return f, err
}

// Unclosed implements automating.FireStore. A page comes from the index of what is not closed, as in PastSubjects.
func (s *Store) Unclosed(ctx context.Context, w auth.WorkspaceID, before event.ID, after ticket.ID, limit int) ([]automating.Subject, error) {
	return s.subjects(ctx, `SELECT `+factCols+`, `+tradeCols+` FROM (SELECT id AS ticket_id FROM ticket WHERE workspace_id=$1 AND id>$2 AND id<$3 AND status<>'closed' ORDER BY id LIMIT $4) page
		CROSS JOIN ticket t`+factFrom+` WHERE t.workspace_id=$1 AND t.id=page.ticket_id ORDER BY t.id`, w, int64(after), int64(before), limit)
}

// MoveFiring implements automating.FireStore.
func (s *Store) MoveFiring(ctx context.Context, w auth.WorkspaceID, f automating.Firing, to ticket.ID, over bool) (bool, error) {
	n, err := s.exec(ctx, `UPDATE automation_firing SET after_ticket=$1, is_over=$2 WHERE workspace_id=$3 AND event_id=$4 AND after_ticket=$5 AND NOT is_over`,
		int64(to), s.bool(over), w, int64(f.Event), int64(f.After))
	return n > 0, err
}
