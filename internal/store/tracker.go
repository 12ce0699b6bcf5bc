package store

import (
	"context"
	"fmt"
	"time"

	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/flow/tracking"
	"godwit.dev/godwit/internal/platform/auth"
)

var _ tracking.Store = (*Store)(nil)

const trackerCols = `id, workspace_id, driver, name, settings, state, asks, hook_id, problem, failures, rest_until, quota_until, ok_at, failed_at,
	adopt_after, created_by, created_at, updated_at`

// trackerRow is a connection as it lies in its table.
type trackerRow struct {
	tracking.Connection
	sealed []byte
}

func trackerDest(r *trackerRow) []any {
	return []any{
		&r.ID, &r.Workspace, &r.Driver, &r.Name, &r.sealed, &r.State, flag(&r.Asks), &r.Hook, &r.Problem, &r.Failures, at(&r.RestUntil), at(&r.QuotaUntil),
		at(&r.OKAt), at(&r.FailedAt), &r.AdoptAfter, &r.CreatedBy, at(&r.CreatedAt), at(&r.UpdatedAt),
	}
}

func trackerPlace(id tracking.ID) string { return fmt.Sprintf("tracker:%d", id) }

func (s *Store) openTracker(r trackerRow, err error) (tracking.Connection, error) {
	if err == nil {
		err = s.vault.OpenJSON(r.sealed, trackerPlace(r.ID), &r.Values)
	}
	return r.Connection, err
}

// AddTracker implements tracking.Store.
func (s *Store) AddTracker(ctx context.Context, c tracking.Connection) error {
	sealed, err := s.vault.SealJSON(c.Values, trackerPlace(c.ID))
	if err != nil {
		return err
	}
	_, err = s.exec(ctx, `INSERT INTO tracker (`+trackerCols+`) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18)`,
		c.ID, c.Workspace, c.Driver, clean(c.Name), sealed, c.State, s.bool(c.Asks), c.Hook, c.Problem, c.Failures, ms(c.RestUntil), ms(c.QuotaUntil),
		ms(c.OKAt), ms(c.FailedAt), c.AdoptAfter, c.CreatedBy, ms(c.CreatedAt), ms(c.UpdatedAt))
	return err
}

// SaveTracker implements tracking.Store.
func (s *Store) SaveTracker(ctx context.Context, c tracking.Connection) error {
	sealed, err := s.vault.SealJSON(c.Values, trackerPlace(c.ID))
	if err != nil {
		return err
	}
	_, err = s.exec(ctx, `UPDATE tracker SET name=$1, settings=$2, state=$3, problem=$4, failures=$5, rest_until=$6, quota_until=$7, ok_at=$8, failed_at=$9,
		adopt_after=$10, updated_at=$11 WHERE workspace_id=$12 AND id=$13`,
		clean(c.Name), sealed, c.State, c.Problem, c.Failures, ms(c.RestUntil), ms(c.QuotaUntil), ms(c.OKAt), ms(c.FailedAt), c.AdoptAfter, ms(c.UpdatedAt), c.Workspace, c.ID)
	return err
}

// DeleteTracker implements tracking.Store.
func (s *Store) DeleteTracker(ctx context.Context, w auth.WorkspaceID, id tracking.ID) error {
	return s.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.exec(ctx, `DELETE FROM tracker_number WHERE workspace_id=$1 AND tracker_id=$2`, w, id); err != nil {
			return err
		}
		_, err := s.exec(ctx, `DELETE FROM tracker WHERE workspace_id=$1 AND id=$2`, w, id)
		return err
	})
}

// Tracker implements tracking.Store.
func (s *Store) Tracker(ctx context.Context, w auth.WorkspaceID, id tracking.ID) (tracking.Connection, error) {
	return s.openTracker(one(ctx, s.DB, trackerDest, `SELECT `+trackerCols+` FROM tracker WHERE workspace_id=$1 AND id=$2`, w, id))
}

// HoldTracker implements tracking.Store.
func (s *Store) HoldTracker(ctx context.Context, w auth.WorkspaceID, id tracking.ID) (tracking.Connection, error) {
	return s.openTracker(one(ctx, s.DB, trackerDest, `SELECT `+trackerCols+` FROM tracker WHERE workspace_id=$1 AND id=$2 FOR UPDATE`, w, id))
}

// Trackers implements tracking.Store.
func (s *Store) Trackers(ctx context.Context, w auth.WorkspaceID) ([]tracking.Connection, error) {
	rows, err := all(ctx, s.DB, trackerDest, `SELECT `+trackerCols+` FROM tracker WHERE workspace_id=$1 ORDER BY id`, w)
	out := make([]tracking.Connection, len(rows))
	for i, r := range rows {
		if out[i], err = s.openTracker(r, err); err != nil {
			return nil, err
		}
	}
	return out, err
}

// CountFollows implements tracking.Store.
func (s *Store) CountFollows(ctx context.Context, w auth.WorkspaceID) ([]tracking.Count, error) {
	return all(ctx, s.DB, func(c *tracking.Count) []any { return []any{&c.Connection, &c.Stage, &c.Numbers} },
		`SELECT tracker_id, stage, COUNT(*) FROM tracker_number WHERE workspace_id=$1 GROUP BY tracker_id, stage ORDER BY tracker_id, stage`, w)
}

// openStatuses are those of parcels of which news are to be expected.
const openStatuses = `('unknown','announced','picked_up','in_transit','in_customs','out_for_delivery','ready_for_pickup','attempt_failed','held','returning')`

// AdoptParcels implements tracking.Store.
func (s *Store) AdoptParcels(ctx context.Context, w auth.WorkspaceID, id tracking.ID, after shipment.ID, limit int, now time.Time) (shipment.ID, error) {
	ids, err := all(ctx, s.DB, func(v *shipment.ID) []any { return []any{v} }, `SELECT id FROM shipment WHERE workspace_id=$1 AND id>$2 ORDER BY id LIMIT $3`, w, after, limit)
	if err != nil || len(ids) == 0 {
		return -1, err
	}
	last := ids[len(ids)-1]
	_, err = s.exec(ctx, `INSERT INTO tracker_number (leg_id, workspace_id, shipment_id, tracker_id, stage, ref, due_at, asked_at, heard_at, attempts, problem)
		SELECT shipment_leg.id, shipment.workspace_id, shipment.id, $1, 'new', '', $2, 0, 0, 0, ''
		FROM shipment JOIN shipment_state ON shipment_state.shipment_id=shipment.id JOIN shipment_leg ON shipment_leg.shipment_id=shipment.id
		WHERE shipment.workspace_id=$3 AND shipment.id>$4 AND shipment.id<=$5 AND status IN `+openStatuses+` AND until_at=0 AND number_key<>''
		ON CONFLICT DO NOTHING`, id, ms(now), w, after, last)
	if len(ids) < limit {
		last = -1
	}
	return last, err
}

const followCols = `tracker_number.leg_id, tracker_number.workspace_id, tracker_number.shipment_id, tracker_number.tracker_id, stage, ref, due_at, asked_at, heard_at,
	attempts, problem, shipment_leg.number, shipment_leg.name, params, label_at, sent_to`

type followRow struct {
	tracking.Follow
	to shipment.Place
}

func followDest(f *followRow) []any {
	return []any{
		&f.Leg, &f.Workspace, &f.Shipment, &f.Connection, &f.Stage, &f.Ref, at(&f.DueAt), at(&f.AskedAt), at(&f.HeardAt), &f.Attempts, &f.Problem,
		&f.Number.Number, &f.Number.Carrier, doc(&f.Number.Params), at(&f.Number.Since), placeCol{&f.to},
	}
}

func follows(rows []followRow, err error) ([]tracking.Follow, error) {
	out := make([]tracking.Follow, len(rows))
	for i, r := range rows {
		r.Number.Country, r.Number.Postcode = r.to.Country, r.to.Postcode
		out[i] = r.Follow
	}
	return out, err
}

const followJoin = ` FROM tracker_number JOIN shipment_leg ON shipment_leg.id=tracker_number.leg_id JOIN shipment ON shipment.id=tracker_number.shipment_id `

// DueFollows implements tracking.Store.
func (s *Store) DueFollows(ctx context.Context, w auth.WorkspaceID, id tracking.ID, stage tracking.Stage, now time.Time, limit int) ([]tracking.Follow, error) {
	return follows(all(ctx, s.DB, followDest, `SELECT `+followCols+followJoin+`
		WHERE +tracker_number.workspace_id=$1 AND tracker_id=$2 AND stage=$3 AND due_at>0 AND due_at<=$4 ORDER BY due_at LIMIT $5`, w, id, string(stage), ms(now), limit))
}

// NextFollow implements tracking.Store.
func (s *Store) NextFollow(ctx context.Context, w auth.WorkspaceID, id tracking.ID, stage tracking.Stage) (time.Time, error) {
	return one(ctx, s.DB, func(t *time.Time) []any { return []any{at(t)} },
		`SELECT min(due_at) FROM tracker_number WHERE +workspace_id=$1 AND tracker_id=$2 AND stage=$3 AND due_at>0`, w, id, string(stage))
}

// FollowsOf implements tracking.Store.
func (s *Store) FollowsOf(ctx context.Context, w auth.WorkspaceID, parcels []shipment.ID) ([]tracking.Follow, error) {
	raw := make([]int64, len(parcels))
	for i, p := range parcels {
		raw[i] = int64(p)
	}
	return follows(among(ctx, s.DB, followDest, `SELECT `+followCols+followJoin+` WHERE +tracker_number.workspace_id=$1 AND `, []any{w}, "tracker_number.shipment_id", raw, ` ORDER BY tracker_number.leg_id`))
}

// SaveFollows implements tracking.Store.
func (s *Store) SaveFollows(ctx context.Context, w auth.WorkspaceID, list []tracking.Follow) error {
	b := batch{table: "tracker_number", cols: columnsOf(`leg_id, tracker_id, stage text, ref text, due_at, asked_at, heard_at, attempts, problem text`)}
	for _, f := range list {
		b.add(int64(f.Leg), int64(f.Connection), string(f.Stage), clean(f.Ref), ms(f.DueAt), ms(f.AskedAt), ms(f.HeardAt), int64(f.Attempts), f.Problem)
	}
	return s.update(ctx, b, int64(w))
}

// followLegs lets the oldest connection that can be asked follow new legs, in the
// transaction in which they come, and wakes it.
func (s *Store) followLegs(ctx context.Context, w auth.WorkspaceID, legs []shipment.Leg) error {
	b := batch{table: "tracker_number", cols: columnsOf(`leg_id, workspace_id, shipment_id, tracker_id, stage text, ref text, due_at, asked_at, heard_at, attempts, problem text`)}
	var id tracking.ID
	now := ms(s.now())
	for _, l := range legs {
		if l.Key == "" || !l.Until.IsZero() {
			continue
		}
		if id == 0 {
			list, err := all(ctx, s.DB, func(v *tracking.ID) []any { return []any{v} }, `SELECT id FROM tracker WHERE workspace_id=$1 AND state='on' AND asks ORDER BY id LIMIT 1`, w)
			if err != nil || len(list) == 0 {
				return err
			}
			id = list[0]
		}
		b.add(int64(l.ID), int64(w), int64(l.Shipment), int64(id), string(tracking.Fresh), "", now, int64(0), int64(0), int64(0), "")
	}
	n, err := s.insert(ctx, b)
	if err != nil || n == 0 {
		return err
	}
	return s.Enqueue(ctx, tracking.Wake(w, id))
}
