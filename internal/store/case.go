package store

import (
	"context"
	"encoding/json"
	"math"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
)

var _ cases.Store = (*Store)(nil)

// caseDest reads a case from its fold, which holds all of it.
func caseDest(c *cases.Case) []any { return []any{doc(c)} }

// NextCase implements cases.Store.
func (s *Store) NextCase(ctx context.Context, w auth.WorkspaceID) (n int64, err error) {
	err = s.InTx(ctx, func(ctx context.Context) (err error) { // what returns rows outside of one is read from another pool
		n, err = scalar[int64](ctx, s.DB, `INSERT INTO counter (workspace_id, name, value) VALUES ($1,'case',1)
			ON CONFLICT (workspace_id, name) DO UPDATE SET value=counter.value+1 RETURNING value`, w)
		return err
	})
	return n, err
}

// AppendCase implements cases.Store.
func (s *Store) AppendCase(ctx context.Context, c cases.Case, events []cases.Event) error {
	return s.InTx(ctx, func(ctx context.Context) error {
		first := events[0].Seq
		party, until := c.Waits()
		if first == 1 {
			if _, err := s.exec(ctx, `INSERT INTO case_file (id, workspace_id, number, kind, phase, shop_id, customer_id, ticket_id, due_at, waits, waits_until, lapse_at, updated_at, events, data)
				VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15)`, int64(c.ID), int64(c.Workspace), c.Number, string(c.Kind), string(c.Phase), opt(c.Shop), opt(c.Customer),
				opt(c.Ticket), ms(c.DueAt()), string(party), end(until), ms(c.LapseAt()), ms(c.UpdatedAt), c.Events, js(c)); err != nil {
				return err
			}
		} else {
			n, err := s.exec(ctx, `UPDATE case_file SET phase=$1, due_at=$2, waits=$3, waits_until=$4, lapse_at=$5, updated_at=$6, events=$7, data=$8 WHERE workspace_id=$9 AND id=$10 AND events=$11`,
				string(c.Phase), ms(c.DueAt()), string(party), end(until), ms(c.LapseAt()), ms(c.UpdatedAt), c.Events, js(c), int64(c.Workspace), int64(c.ID), first-1)
			if err == nil && n == 0 {
				err = errs.New(errs.Conflict, "error.case_state")
			}
			if err != nil {
				return err
			}
		}
		if err := s.markCost(ctx, c); err != nil {
			return err
		}
		for _, e := range events {
			if _, err := s.exec(ctx, `INSERT INTO case_event (case_id, seq, workspace_id, kind, at, actor_kind, actor_id, actor_name, data) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9)`,
				int64(c.ID), e.Seq, int64(c.Workspace), string(e.Kind), ms(e.At), string(e.By.Kind), e.By.ID, clean(e.By.Name), js(e)); err != nil {
				return err
			}
			if e.Decision != nil {
				if err := s.keepInputs(ctx, c, e.Decision.Input); err != nil {
					return err
				}
			}
			if e.Kind != cases.LineAdded || e.Line.Order == 0 {
				continue
			}
			if _, err := s.exec(ctx, `INSERT INTO case_order (workspace_id, order_id, case_id) VALUES ($1,$2,$3) ON CONFLICT DO NOTHING`,
				int64(c.Workspace), int64(e.Line.Order), int64(c.ID)); err != nil {
				return err
			}
		}
		return nil
	})
}

// end is when a wait is over, and the largest time of one without an end, so that it stands behind all others.
func end(t time.Time) int64 {
	if t.IsZero() {
		return math.MaxInt64
	}
	return ms(t)
}

// ClaimUnits implements cases.Store.
func (s *Store) ClaimUnits(ctx context.Context, w auth.WorkspaceID, c cases.ID, units []cases.Claimed) error {
	for _, u := range units {
		n, err := s.exec(ctx, `UPDATE case_unit SET live=$1 WHERE workspace_id=$2 AND resolution_id=$3 AND order_line_id=$4 AND unit=$5 AND NOT live
			AND NOT EXISTS (SELECT 1 FROM case_unit o WHERE o.workspace_id=$2 AND o.order_line_id=$4 AND o.unit=$5 AND o.live)`, s.bool(true), w, u.Resolution, u.OrderRow, u.Unit) // it was let go before
		if err == nil && n == 0 {
			n, err = s.exec(ctx, `INSERT INTO case_unit (workspace_id, order_line_id, unit, resolution_id, case_id, live) VALUES ($1,$2,$3,$4,$5,$6) ON CONFLICT DO NOTHING`,
				w, u.OrderRow, u.Unit, u.Resolution, int64(c), s.bool(true))
		}
		if err == nil && n == 0 {
			err = errs.New(errs.Conflict, "error.case_units")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// FreeUnits implements cases.Store.
func (s *Store) FreeUnits(ctx context.Context, w auth.WorkspaceID, resolution int64) error {
	_, err := s.exec(ctx, `UPDATE case_unit SET live=$1 WHERE workspace_id=$2 AND resolution_id=$3`, s.bool(false), w, resolution)
	return err
}

// UnitsHeld implements cases.Store.
func (s *Store) UnitsHeld(ctx context.Context, w auth.WorkspaceID, o order.ID) ([]cases.Claimed, error) {
	return all(ctx, s.DB, func(u *cases.Claimed) []any { return []any{&u.OrderRow, &u.Unit, &u.Resolution} }, `SELECT u.order_line_id, u.unit, u.resolution_id
		FROM order_line l JOIN case_unit u ON u.workspace_id=l.workspace_id AND u.order_line_id=l.id AND u.live WHERE l.workspace_id=$1 AND l.order_id=$2 ORDER BY u.order_line_id, u.unit`, w, int64(o))
}

// HoldCase implements cases.Store.
func (s *Store) HoldCase(ctx context.Context, w auth.WorkspaceID, id cases.ID) (cases.Case, error) {
	return one(ctx, s.DB, caseDest, `SELECT data FROM case_file WHERE workspace_id=$1 AND id=$2 FOR UPDATE`, w, int64(id))
}

// Case implements cases.Store.
func (s *Store) Case(ctx context.Context, w auth.WorkspaceID, id cases.ID) (cases.Case, error) {
	return one(ctx, s.DB, caseDest, `SELECT data FROM case_file WHERE workspace_id=$1 AND id=$2`, w, int64(id))
}

// CaseEvents implements cases.Store.
func (s *Store) CaseEvents(ctx context.Context, w auth.WorkspaceID, id cases.ID) ([]cases.Event, error) {
	type row struct {
		cases.Event
		data json.RawMessage
	}
	rows, err := all(ctx, s.DB, func(r *row) []any {
		return []any{&r.Case, &r.Seq, &r.Kind, at(&r.At), &r.By.Workspace, &r.By.Kind, &r.By.ID, &r.By.Name, doc(&r.data)}
	}, `SELECT case_id, seq, kind, at, workspace_id, actor_kind, actor_id, actor_name, data FROM case_event WHERE workspace_id=$1 AND case_id=$2 ORDER BY seq`, w, int64(id))
	out := make([]cases.Event, len(rows))
	for i, r := range rows {
		if err := json.Unmarshal(r.data, &r.Event); err != nil {
			return nil, err
		}
		out[i] = r.Event
	}
	return out, err
}

// Cases implements cases.Store.
func (s *Store) Cases(ctx context.Context, sc auth.Scope, f cases.Filter, before cases.ID, limit int) ([]cases.Case, error) {
	b := seenCases(sc)
	if f.Number != 0 {
		b.add("number=$", f.Number)
	}
	if f.Phase != "" {
		b.add("phase=$", string(f.Phase))
	}
	if f.Kind != "" {
		b.add("kind=$", string(f.Kind))
	}
	if f.Waits != "" {
		b.add("waits=$", string(f.Waits))
	}
	if f.Customer != 0 {
		b.add("customer_id=$", int64(f.Customer))
	}
	if f.Ticket != 0 {
		b.add("ticket_id=$", int64(f.Ticket))
	}
	if f.Order != 0 {
		b.raw("id IN (SELECT case_id FROM case_order WHERE workspace_id=" + b.param(sc.Workspace) + " AND order_id=" + b.param(int64(f.Order)) + ")")
	}
	if f.Waits != "" { // by what is due first
		if before != 0 {
			last := b.param(int64(before))
			at := "(SELECT waits_until FROM case_file WHERE workspace_id=" + b.param(sc.Workspace) + " AND id=" + last + ")"
			b.raw("(waits_until, id) > (" + at + ", " + last + ")")
		}
		return all(long(ctx), s.DB, caseDest, `SELECT data FROM case_file WHERE `+b.String()+` ORDER BY waits_until, id LIMIT `+b.param(limit), b.args...)
	}
	if before != 0 {
		b.add("id<$", int64(before))
	}
	return all(long(ctx), s.DB, caseDest, `SELECT data FROM case_file WHERE `+b.String()+` ORDER BY id DESC LIMIT `+b.param(limit), b.args...)
}

// seenCases narrows to what somebody sees.
func seenCases(sc auth.Scope) *where {
	b := &where{}
	b.add("workspace_id=$", sc.Workspace)
	if !sc.All && sc.Shops != nil {
		b.raw(oneOf(b, "shop_id", sc.Shops))
	}
	return b
}

// CountCases implements cases.Store.
func (s *Store) CountCases(ctx context.Context, sc auth.Scope, p cases.Party, limit int64) (int64, error) {
	b := &where{}
	rows := `SELECT 1 AS one FROM case_file WHERE workspace_id=` + b.param(sc.Workspace) + ` AND waits<>'' AND waits=` + b.param(string(p))
	if !sc.All && sc.Shops != nil {
		rows += ` AND ` + oneOf(b, "shop_id", sc.Shops)
	}
	return scalar[int64](ctx, s.DB, `SELECT COUNT(*) FROM (`+rows+` LIMIT `+b.param(limit)+`) AS seen`, b.args...)
}

// DueCases implements cases.Store.
func (s *Store) DueCases(ctx context.Context, w auth.WorkspaceID, now time.Time, limit int) ([]cases.ID, error) {
	return all(ctx, s.DB, func(id *cases.ID) []any { return []any{id} }, `SELECT id FROM case_file WHERE workspace_id=$1 AND due_at>0 AND due_at<=$2
		AND NOT EXISTS (SELECT 1 FROM setback b WHERE b.workspace_id=$1 AND b.work='case_due' AND b.id=case_file.id AND b.at>$2) ORDER BY due_at, id LIMIT $3`, w, ms(now), limit)
}

// LapsedCases returns cases of which an offer's time is over, the longest over first.
func (s *Store) LapsedCases(ctx context.Context, w auth.WorkspaceID, now time.Time, limit int) ([]cases.ID, error) {
	return all(ctx, s.DB, func(id *cases.ID) []any { return []any{id} }, `SELECT id FROM case_file WHERE workspace_id=$1 AND lapse_at>0 AND lapse_at<=$2
		AND NOT EXISTS (SELECT 1 FROM setback b WHERE b.workspace_id=$1 AND b.work='case_lapse' AND b.id=case_file.id AND b.at>$2) ORDER BY lapse_at, id LIMIT $3`, w, ms(now), limit)
}
