package store

import (
	"context"
	"strings"
	"time"

	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
)

// StatusCounts implements ticket.ReportStore.
func (s *Store) StatusCounts(ctx context.Context, scope auth.Scope, limit int) (map[ticket.Status]int64, error) {
	type row struct {
		status ticket.Status
		n      int64
	}
	b := &where{}
	var words []string
	for _, status := range ticket.Statuses() {
		words = append(words, "("+b.param(string(status))+")")
	}
	b.add("workspace_id=$", scope.Workspace)
	b.raw("status=kind.word AND bucket<>'spam'")
	b.scope(scope, "")
	rows, err := all(long(ctx), s.DB, func(r *row) []any { return []any{&r.status, &r.n} },
		`WITH kind(word) AS (VALUES `+strings.Join(words, ",")+`)
		SELECT word, (SELECT count(*) FROM (SELECT 1 FROM ticket WHERE `+b.String()+` LIMIT `+b.param(limit)+`) x) FROM kind`, b.args...)
	out := make(map[ticket.Status]int64, len(rows))
	for _, r := range rows {
		out[r.status] = r.n
	}
	return out, err
}

// Loads implements ticket.ReportStore.
func (s *Store) Loads(ctx context.Context, scope auth.Scope, limit int) ([]ticket.Load, error) {
	b := &where{}
	b.add("workspace_id=$", scope.Workspace)
	b.raw("assignee_id=p.id AND bucket='open'")
	b.scope(scope, "")
	cond, most := b.String(), b.param(limit)
	return all(long(ctx), s.DB, func(l *ticket.Load) []any { return []any{&l.Person, &l.Name, &l.Open} },
		`SELECT p.id, p.name, (SELECT count(*) FROM (SELECT 1 FROM ticket WHERE `+cond+` LIMIT `+most+`) x)
		FROM person p WHERE p.workspace_id=`+b.param(scope.Workspace)+` AND p.status='active' ORDER BY p.name, p.id LIMIT 500`, b.args...)
}

// Traffic implements ticket.ReportStore.
func (s *Store) Traffic(ctx context.Context, scope auth.Scope, days []ticket.DayTraffic) error {
	type row struct{ opened, solved int64 }
	b := &where{}
	var spans []string
	for i, d := range days {
		// A type for the parameters: PostgreSQL takes those of VALUES for text.
		spans = append(spans, "(CAST("+b.param(i)+" AS BIGINT),CAST("+b.param(ms(d.From))+" AS BIGINT),CAST("+b.param(ms(d.To))+" AS BIGINT))")
	}
	b.add("workspace_id=$", scope.Workspace)
	b.raw("bucket<>'spam'")
	b.scope(scope, "")
	count := func(column string) string {
		return `(SELECT count(*) FROM ticket WHERE ` + b.String() + ` AND ` + column + `>=day.since AND ` + column + `<day.until)`
	}
	rows, err := all(long(ctx), s.DB, func(r *row) []any { return []any{&r.opened, &r.solved} },
		`WITH day(place, since, until) AS (VALUES `+strings.Join(spans, ",")+`)
		SELECT `+count("created_at")+`, `+count("solved_at")+` FROM day ORDER BY place`, b.args...)
	for i, r := range rows {
		days[i].Opened, days[i].Solved = r.opened, r.solved
	}
	return err
}

// SolveTimes implements ticket.ReportStore.
func (s *Store) SolveTimes(ctx context.Context, scope auth.Scope, since time.Time, limit int) ([]time.Duration, error) {
	b := &where{}
	b.add("workspace_id=$", scope.Workspace)
	b.raw("bucket<>'spam'")
	b.scope(scope, "")
	b.add("solved_at>=$", ms(since))
	took, err := all(long(ctx), s.DB, func(n *int64) []any { return []any{n} },
		`SELECT solved_at-created_at FROM ticket WHERE `+b.String()+` ORDER BY solved_at DESC LIMIT `+b.param(limit), b.args...)
	out := make([]time.Duration, len(took))
	for i, n := range took {
		out[i] = max(time.Duration(n)*time.Millisecond, 0)
	}
	return out, err
}

// FieldUse implements ticket.ReportStore.
func (s *Store) FieldUse(ctx context.Context, w auth.WorkspaceID, keys []string, newest int) (map[string]int64, error) {
	b := &where{}
	var sums []string
	for _, k := range keys {
		sums = append(sums, "coalesce(sum(CASE WHEN coalesce(fields->>"+b.param(jsonKey(k, s.lite))+",'')<>'' THEN 1 ELSE 0 END),0)")
	}
	counts := make([]int64, len(keys))
	_, err := one(long(ctx), s.DB, func(*struct{}) []any {
		dest := make([]any, len(counts))
		for i := range counts {
			dest[i] = &counts[i]
		}
		return dest
	}, `SELECT `+strings.Join(sums, ",")+` FROM (SELECT fields FROM ticket WHERE workspace_id=`+b.param(w)+
		` ORDER BY number DESC LIMIT `+b.param(newest)+`) x`, b.args...)
	out := make(map[string]int64, len(keys))
	for i, k := range keys {
		out[k] = counts[i]
	}
	return out, err
}
