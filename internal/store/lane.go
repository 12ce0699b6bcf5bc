package store

import (
	"cmp"
	"context"
	"slices"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/lane"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/flow/lanes"
	"godwit.dev/godwit/internal/platform/auth"
)

var _ lanes.Store = (*Store)(nil)

// LaneHead implements lanes.Store.
func (s *Store) LaneHead(ctx context.Context, w auth.WorkspaceID) (lanes.Head, error) {
	h, err := one(ctx, s.DB, func(h *lanes.Head) []any { return []any{&h.Version, &h.Cursor, at(&h.PassedAt), at(&h.CountedAt)} },
		`SELECT version, cursor, passed_at, counted_at FROM lane_model WHERE workspace_id=$1`, w)
	if errs.Is(err, errs.NotFound) {
		return lanes.Head{}, nil
	}
	return h, err
}

// LaneRows implements lanes.Store.
func (s *Store) LaneRows(ctx context.Context, w auth.WorkspaceID, after int64) ([]lane.Row, error) {
	return all(ctx, s.DB, func(r *lane.Row) []any { return []any{&r.Scope, &r.Stage, &r.Data} },
		`SELECT scope, stage, data FROM lane_evidence WHERE workspace_id=$1 AND version>$2`, w, after)
}

// KeepLane implements lanes.Store.
func (s *Store) KeepLane(ctx context.Context, w auth.WorkspaceID, step lanes.Step) (kept bool, err error) {
	err = s.InTx(ctx, func(ctx context.Context) error {
		h := step.Head
		n, err := s.exec(ctx, `UPDATE lane_model SET version=$1, cursor=$2, passed_at=$3, counted_at=$4 WHERE workspace_id=$5 AND version=$6`,
			h.Version, int64(h.Cursor), ms(h.PassedAt), ms(h.CountedAt), w, h.Version-1)
		if err == nil && n == 0 && h.Version == 1 {
			n, err = s.exec(ctx, `INSERT INTO lane_model (workspace_id, version, cursor, passed_at, counted_at) VALUES ($1,$2,$3,$4,$5) ON CONFLICT DO NOTHING`,
				w, h.Version, int64(h.Cursor), ms(h.PassedAt), ms(h.CountedAt))
		}
		if kept = n == 1; err != nil || !kept {
			return err
		}
		return s.keepLearned(ctx, w, step)
	})
	return kept, err
}

func (s *Store) keepLearned(ctx context.Context, w auth.WorkspaceID, step lanes.Step) error {
	for _, r := range step.Rows {
		if _, err := s.exec(ctx, `INSERT INTO lane_evidence (workspace_id, scope, stage, version, data) VALUES ($1,$2,$3,$4,$5)
			ON CONFLICT (workspace_id, scope, stage) DO UPDATE SET version=excluded.version, data=excluded.data`,
			w, clean(r.Scope), clean(string(r.Stage)), step.Head.Version, r.Data); err != nil {
			return err
		}
	}
	for _, r := range step.Gone {
		if _, err := s.exec(ctx, `DELETE FROM lane_evidence WHERE workspace_id=$1 AND scope=$2 AND stage=$3`, w, clean(r.Scope), clean(string(r.Stage))); err != nil {
			return err
		}
	}
	if err := s.keepMarks(ctx, w, step.Marks); err != nil {
		return err
	}
	for _, x := range step.Weeks {
		if err := s.addWeek(ctx, w, x); err != nil {
			return err
		}
	}
	for _, x := range step.Promises {
		if err := s.addPromises(ctx, w, x); err != nil {
			return err
		}
	}
	return nil
}

var markSchema = columnsOf("shipment_id, workspace_id, last, seen, ended boolean, trail text, through, read_to")

// keepMarks writes marks: those that stand are changed, the others added.
func (s *Store) keepMarks(ctx context.Context, w auth.WorkspaceID, marks []lanes.Mark) error {
	add, change := batch{table: "lane_mark", cols: markSchema}, batch{table: "lane_mark", cols: without(markSchema, 1)}
	for _, m := range marks {
		row := []any{int64(m.Shipment), int64(w), ms(m.Last), ms(m.Seen), s.bool(m.Ended), m.Trail, ms(m.Through), int64(m.Read)}
		add.add(row...)
		change.add(without(row, 1)...)
	}
	if err := s.update(ctx, change, int64(w)); err != nil {
		return err
	}
	_, err := s.insert(ctx, add) // leaves out those that stand
	return err
}

const weekCols = `origin, destination, service, week, arrived, lost, due, kept, promised, spans`

func weekDest(x *lanes.Week) []any {
	return []any{&x.Lane.Origin, &x.Lane.Dest, &x.Lane.Service, &x.Week, &x.Arrived, &x.Lost, &x.Due, &x.Kept, span(&x.Promised), doc(&x.Spans)}
}

// addWeek adds to what a lane did in a week. The transaction holds the model, so
// nobody else adds meanwhile.
func (s *Store) addWeek(ctx context.Context, w auth.WorkspaceID, x lanes.Week) error {
	key := []any{w, clean(x.Lane.Origin), clean(x.Lane.Dest), clean(x.Lane.Service), x.Week}
	was, err := one(ctx, s.DB, weekDest, `SELECT `+weekCols+` FROM lane_week WHERE workspace_id=$1 AND origin=$2 AND destination=$3 AND service=$4 AND week=$5`, key...)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return err
	}
	x.Add(was)
	_, err = s.exec(ctx, `INSERT INTO lane_week (workspace_id, `+weekCols+`) VALUES (`+places(1, 11)+`)
		ON CONFLICT (workspace_id, origin, destination, service, week) DO UPDATE SET arrived=excluded.arrived, lost=excluded.lost,
		due=excluded.due, kept=excluded.kept, promised=excluded.promised, spans=excluded.spans`,
		append(key, x.Arrived, x.Lost, x.Due, x.Kept, x.Promised.Milliseconds(), js(x.Spans))...)
	return err
}

const promiseCols = `shop_id, plan, service, origin, destination, week, due, kept, early, lost, first_days, last_days, days`

func promiseDest(x *lanes.PromiseWeek) []any {
	return []any{&x.Shop, &x.Plan, &x.Service, &x.From, &x.To, &x.Week, &x.Due, &x.Kept, &x.Early, &x.Lost, &x.First, &x.Last, doc(&x.Days)}
}

// addPromises adds to what became of promises in a week, as addWeek does.
func (s *Store) addPromises(ctx context.Context, w auth.WorkspaceID, x lanes.PromiseWeek) error {
	key := []any{w, x.Shop, clean(x.Plan), clean(x.Service), clean(x.From), clean(x.To), x.Week}
	was, err := one(ctx, s.DB, promiseDest, `SELECT `+promiseCols+` FROM promise_week
		WHERE workspace_id=$1 AND shop_id=$2 AND plan=$3 AND service=$4 AND origin=$5 AND destination=$6 AND week=$7`, key...)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return err
	}
	x.Add(was)
	_, err = s.exec(ctx, `INSERT INTO promise_week (workspace_id, `+promiseCols+`) VALUES (`+places(1, 14)+`)
		ON CONFLICT (workspace_id, shop_id, plan, service, origin, destination, week) DO UPDATE SET due=excluded.due, kept=excluded.kept,
		early=excluded.early, lost=excluded.lost, first_days=excluded.first_days, last_days=excluded.last_days, days=excluded.days`,
		append(key, x.Due, x.Kept, x.Early, x.Lost, x.First, x.Last, js(x.Days))...)
	return err
}

// PromiseWeeks implements lanes.Store.
func (s *Store) PromiseWeeks(ctx context.Context, sc auth.Scope, f lanes.Filter, from, to int) ([]lanes.PromiseWeek, error) {
	b := &where{}
	b.add("workspace_id=$", sc.Workspace)
	b.add("week>=$", from)
	b.add("week<=$", to)
	if !sc.All && sc.Shops != nil {
		b.raw(oneOf(b, "shop_id", sc.Shops))
	}
	if f.From != "" {
		b.add("origin=$", clean(f.From))
	}
	if f.To != "" {
		b.add("destination=$", clean(f.To))
	}
	return all(long(ctx), s.DB, promiseDest, `SELECT `+promiseCols+` FROM promise_week WHERE `+b.String(), b.args...)
}

// LaneMarks implements lanes.Store.
func (s *Store) LaneMarks(ctx context.Context, w auth.WorkspaceID, ids []shipment.ID) ([]lanes.Mark, error) {
	return among(ctx, s.DB, func(m *lanes.Mark) []any {
		return []any{&m.Shipment, at(&m.Last), at(&m.Seen), flag(&m.Ended), &m.Trail, at(&m.Through), &m.Read}
	},
		`SELECT shipment_id, last, seen, ended, trail, through, read_to FROM lane_mark WHERE +workspace_id=$1 AND `, []any{w}, "shipment_id", rawIDs(ids), "")
}

// LaneWeeks implements lanes.Store.
func (s *Store) LaneWeeks(ctx context.Context, w auth.WorkspaceID, f lanes.Filter, from, to int) ([]lanes.Week, error) {
	b := &where{}
	b.add("workspace_id=$", w)
	if f.From != "" {
		b.add("origin=$", clean(f.From))
	}
	if f.To != "" {
		b.add("destination=$", clean(f.To))
	}
	b.add("week>=$", from)
	b.add("week<=$", to)
	list, err := all(long(ctx), s.DB, weekDest, `SELECT `+weekCols+` FROM lane_week WHERE `+b.String()+` ORDER BY origin, destination, service, week`, b.args...)
	return list, err
}

// FreshTracking implements lanes.Store.
func (s *Store) FreshTracking(ctx context.Context, w auth.WorkspaceID, after shipment.EventID, limit int) ([]lanes.Fresh, error) {
	return all(long(ctx), s.DB, func(f *lanes.Fresh) []any { return []any{&f.ID, &f.Shipment, at(&f.At), at(&f.ArrivedAt)} },
		`SELECT id, shipment_id, at, arrived_at FROM tracking_event WHERE workspace_id=$1 AND id>$2 ORDER BY id LIMIT $3`, w, int64(after), limit)
}

// ShipmentsByID implements lanes.Store.
func (s *Store) ShipmentsByID(ctx context.Context, w auth.WorkspaceID, ids []shipment.ID) ([]shipment.Shipment, error) {
	raw := rawIDs(ids)
	slices.Sort(raw)
	rows, err := among(ctx, s.DB, shipmentDest, `SELECT `+shipmentCols+` FROM shipment JOIN shipment_state ON shipment_id=shipment.id WHERE +shipment.workspace_id=$1 AND `,
		[]any{w}, "shipment.id", slices.Compact(raw), "")
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	slices.SortFunc(rows, func(a, b shipmentRow) int { return cmp.Compare(a.ID, b.ID) })
	return s.withLegs(ctx, w, rows, nil)
}

// Promised implements lanes.Store.
func (s *Store) Promised(ctx context.Context, w auth.WorkspaceID, orders []order.ID) (map[order.ID]lanes.Due, error) {
	list, err := among(ctx, s.DB, func(o *order.Order) []any { return []any{&o.ID, &o.Shop, at(&o.PlacedAt), doc(&o.Promise)} },
		`SELECT id, shop_id, placed_at, promise FROM orders WHERE +workspace_id=$1 AND `, []any{w}, "id", rawIDs(orders), "")
	out := map[order.ID]lanes.Due{}
	for _, o := range list {
		if !o.Promise.To.IsZero() {
			out[o.ID] = lanes.Due{Placed: o.PlacedAt, By: o.Promise.To.AddDate(0, 0, 1), Shop: o.Shop, Promise: o.Promise} // the last day is within it
		}
	}
	return out, err
}
