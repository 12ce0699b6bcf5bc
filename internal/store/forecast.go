package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"godwit.dev/godwit/internal/domain/forecast"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/foresight"
	"godwit.dev/godwit/internal/platform/auth"
)

var _ foresight.Store = (*Store)(nil)

// AddMoves implements clocks.Store.
func (s *Store) AddMoves(ctx context.Context, w auth.WorkspaceID, list ...forecast.Move) error {
	for _, m := range list {
		if _, err := s.exec(ctx, `INSERT INTO desk_move (id, workspace_id, team_id, at, lead, came, done) VALUES ($1,$2,$3,$4,$5,$6,$7)`,
			s.ids.Next(), w, m.Team, ms(m.At), m.Lead, m.Came, m.Done); err != nil {
			return err
		}
	}
	return nil
}

// TakeMoves implements foresight.Store.
func (s *Store) TakeMoves(ctx context.Context, w auth.WorkspaceID, limit int) ([]forecast.Move, error) {
	return all(ctx, s.DB, func(m *forecast.Move) []any { return []any{&m.Team, at(&m.At), &m.Lead, &m.Came, &m.Done} },
		`DELETE FROM desk_move WHERE workspace_id=$1 AND id IN (SELECT id FROM desk_move WHERE workspace_id=$1 ORDER BY id LIMIT $2) RETURNING team_id, at, lead, came, done`, w, limit)
}

// AddCounts implements foresight.Store.
func (s *Store) AddCounts(ctx context.Context, w auth.WorkspaceID, list []foresight.Count) error {
	for _, c := range list {
		if _, err := s.exec(ctx, `INSERT INTO desk_hour (workspace_id, hour, team_id, lead, came, done) VALUES ($1,$2,$3,$4,$5,$6)
			ON CONFLICT (workspace_id, hour, team_id, lead) DO UPDATE SET came=desk_hour.came+excluded.came, done=desk_hour.done+excluded.done`,
			w, c.Hour, c.Team, c.Lead, c.Came, c.Done); err != nil {
			return err
		}
	}
	return nil
}

// Counts implements foresight.Store.
func (s *Store) Counts(ctx context.Context, w auth.WorkspaceID, from int64) ([]foresight.Count, error) {
	return all(ctx, s.DB, func(c *foresight.Count) []any { return []any{&c.Hour, &c.Team, &c.Lead, &c.Came, &c.Done} },
		`SELECT hour, team_id, lead, came, done FROM desk_hour WHERE workspace_id=$1 AND hour>=$2 ORDER BY hour, team_id, lead`, w, from)
}

// DropCounts implements foresight.Store.
func (s *Store) DropCounts(ctx context.Context, w auth.WorkspaceID, before int64) error {
	_, err := s.exec(ctx, `DELETE FROM desk_hour WHERE workspace_id=$1 AND hour<$2`, w, before)
	return err
}

// mostOwed is how many tickets of a bucket a forecast looks at.
const mostOwed = 20_000

// owing are the buckets in which tickets may owe an answer.
var owing = []ticket.Bucket{ticket.InOpen, ticket.InSnoozed, ticket.InWaiting}

// Owed implements foresight.Store.
func (s *Store) Owed(ctx context.Context, w auth.WorkspaceID, start, now time.Time) ([]foresight.Owed, error) {
	var out []foresight.Owed
	for _, b := range owing {
		list, err := all(long(ctx), s.DB, func(o *foresight.Owed) []any { return []any{&o.Team, &o.Slot, &o.N} },
			fmt.Sprintf(`SELECT team, slot, count(*) FROM (SELECT team, CASE WHEN due<$6 THEN -2 WHEN due<$3 THEN -1 WHEN due>=$4 THEN %d ELSE (due-$5)/%d END AS slot FROM
			(SELECT t.id, t.team, min(CASE WHEN c.due_at>0 THEN c.due_at ELSE %d END) AS due
				FROM (SELECT id, coalesce(team_id, 0) AS team FROM ticket WHERE workspace_id=$1 AND bucket=$2 AND due_at<%[3]d ORDER BY due_at, id LIMIT %d) t
				JOIN ticket_clock c ON c.ticket_id=t.id AND c.target IN ('first', 'next') GROUP BY t.id, t.team) d) x GROUP BY team, slot ORDER BY team, slot`,
				forecast.Beyond, forecast.Slot.Milliseconds(), neverDue, mostOwed),
			w, b, ms(now), ms(start.Add(time.Duration(forecast.Beyond)*forecast.Slot)), ms(start), ms(now.Add(-forecast.Lies)))
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	return out, nil
}

// Waiting implements foresight.Store.
func (s *Store) Waiting(ctx context.Context, scope auth.Scope, limit int) ([]foresight.Waiting, error) {
	var out []foresight.Waiting
	for _, bucket := range owing {
		b := &where{}
		b.add("workspace_id=$", scope.Workspace)
		b.add("bucket=$", bucket)
		b.add("due_at<$", neverDue)
		b.scope(scope, "")
		list, err := all(long(ctx), s.DB, func(x *foresight.Waiting) []any { return []any{&x.Number, at(&x.Since), dueCol{&x.Due}} },
			`SELECT t.number, min(c.from_at), min(CASE WHEN c.due_at>0 THEN c.due_at ELSE `+fmt.Sprint(neverDue)+` END)
			FROM (SELECT id, number, due_at FROM ticket WHERE `+b.String()+` ORDER BY due_at, id LIMIT `+b.param(limit)+`) t
			JOIN ticket_clock c ON c.ticket_id=t.id AND c.target IN ('first', 'next') GROUP BY t.id, t.number, t.due_at ORDER BY t.due_at, t.id`, b.args...)
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	slices.SortStableFunc(out, func(x, y foresight.Waiting) int { return x.Due.Compare(y.Due) })
	return out[:min(len(out), limit)], nil
}

// Forecasts implements foresight.Store.
func (s *Store) Forecasts(ctx context.Context, w auth.WorkspaceID) ([]foresight.Queue, error) {
	return all(ctx, s.DB, func(q *foresight.Queue) []any { return []any{&q.Team, at(&q.At), at(&q.WarnedAt), doc(&q.Forecast)} },
		`SELECT team_id, at, warned_at, forecast FROM forecast WHERE workspace_id=$1 ORDER BY team_id`, w)
}

// PutForecast implements foresight.Store.
func (s *Store) PutForecast(ctx context.Context, w auth.WorkspaceID, q foresight.Queue, was time.Time) (bool, error) {
	n, err := s.exec(ctx, `INSERT INTO forecast (workspace_id, team_id, at, warned_at, forecast) VALUES ($1,$2,$3,$4,$5)
		ON CONFLICT (workspace_id, team_id) DO UPDATE SET at=excluded.at, warned_at=excluded.warned_at, forecast=excluded.forecast
		WHERE forecast.at=$6`, w, q.Team, ms(q.At), ms(q.WarnedAt), js(q.Forecast), ms(was))
	return n == 1, err
}

// DropForecast implements foresight.Store.
func (s *Store) DropForecast(ctx context.Context, w auth.WorkspaceID, t auth.TeamID) error {
	_, err := s.exec(ctx, `DELETE FROM forecast WHERE workspace_id=$1 AND team_id=$2`, w, t)
	return err
}

// ForecastSetting implements foresight.Store.
func (s *Store) ForecastSetting(ctx context.Context, w auth.WorkspaceID) (foresight.Setting, error) {
	return one(ctx, s.DB, func(v *foresight.Setting) []any {
		return []any{&v.Workspace, &v.Version, at(&v.SavedAt), ref(&v.SavedBy), flag(&v.Warn), &v.Percent}
	}, `SELECT workspace_id, version, saved_at, saved_by, warn, percent FROM forecast_setting WHERE workspace_id=$1`, w)
}

// PutForecastSetting implements foresight.Store.
func (s *Store) PutForecastSetting(ctx context.Context, v foresight.Setting) (bool, error) {
	n, err := s.exec(ctx, `INSERT INTO forecast_setting (workspace_id, version, saved_at, saved_by, warn, percent) VALUES ($1,$2,$3,$4,$5,$6)
		ON CONFLICT (workspace_id) DO UPDATE SET version=excluded.version, saved_at=excluded.saved_at, saved_by=excluded.saved_by, warn=excluded.warn, percent=excluded.percent
		WHERE forecast_setting.version=excluded.version-1`, v.Workspace, v.Version, ms(v.SavedAt), opt(v.SavedBy), s.bool(v.Warn), v.Percent)
	return n == 1, err
}
