package store

import (
	"context"

	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/platform/auth"
)

// aboveFour tells whether a refund that waits to be approved takes two people. It stands beside the table refund as r.
const aboveFour = `(r.lane=7 AND EXISTS (SELECT 1 FROM refund_limit l WHERE l.workspace_id=r.workspace_id AND l.role='' AND l.currency=r.currency AND l.above>0 AND r.total>l.above))`

// waitingDest reads what the board shows of a refund: its lane is in its fold.
func waitingDest(w *refund.Waiting) []any {
	return []any{doc(&w.Refund), at(&w.Since), boolCol{&w.Second}}
}

// seenRefunds narrows to what somebody sees.
func seenRefunds(sc auth.Scope) *where {
	b := &where{}
	b.add("r.workspace_id=$", sc.Workspace)
	if !sc.All && sc.Shops != nil {
		b.raw(oneOf(b, "r.shop_id", sc.Shops))
	}
	return b
}

// RefundBoard implements refund.Store.
func (s *Store) RefundBoard(ctx context.Context, sc auth.Scope, f refund.Board, after refund.Place, limit int) ([]refund.Waiting, error) {
	b := seenRefunds(sc)
	order := "r.lane, r.since, r.id"
	done := refund.LaneDone.Urgency()
	switch f.Lane {
	case "":
		if f.State == "" && f.Order == 0 {
			b.add("r.lane<$", done)
		}
	case refund.LaneSecond:
		b.raw("r.lane=7 AND " + aboveFour)
	case refund.LaneApprove:
		b.raw("r.lane=7 AND NOT " + aboveFour)
	case refund.LaneDone:
		b.add("r.lane=$", done)
		order = "r.since DESC, r.id DESC"
	default:
		b.add("r.lane=$", f.Lane.Urgency())
	}
	if f.State != "" {
		b.add("r.state=$", string(f.State))
	}
	if f.Order != 0 {
		b.add("r.order_id=$", int64(f.Order))
	}
	if f.Shop != 0 {
		b.add("r.shop_id=$", int64(f.Shop))
	}
	if f.Currency != "" {
		b.add("r.currency=$", f.Currency)
	}
	if !f.Before.IsZero() {
		b.add("r.since<$", ms(f.Before))
	}
	if f.Person != 0 {
		b.add("r.requested_by=$", int64(f.Person))
	}
	if f.Way != "" {
		b.add("EXISTS (SELECT 1 FROM refund_allocation a WHERE a.refund_id=r.id AND a.workspace_id=r.workspace_id AND a.way=$)", clean(f.Way))
	}
	switch {
	case after.ID == 0:
	case f.Lane == refund.LaneDone:
		b.raw("(r.since, r.id) < (" + b.param(ms(after.Since)) + ", " + b.param(int64(after.ID)) + ")")
	default:
		b.raw("(r.lane, r.since, r.id) > (" + b.param(after.Urgency) + ", " + b.param(ms(after.Since)) + ", " + b.param(int64(after.ID)) + ")")
	}
	list, err := all(long(ctx), s.DB, waitingDest, `SELECT r.data, r.since, `+aboveFour+` FROM refund r WHERE `+b.String()+` ORDER BY `+order+` LIMIT `+b.param(limit), b.args...)
	for i := range list {
		list[i].Lane = list[i].Refund.Lane()
	}
	return list, err
}

// RefundWaits implements refund.Store.
func (s *Store) RefundWaits(ctx context.Context, w auth.WorkspaceID, id refund.ID) (refund.Waiting, error) {
	x, err := one(ctx, s.DB, waitingDest, `SELECT r.data, r.since, `+aboveFour+` FROM refund r WHERE r.workspace_id=$1 AND r.id=$2`, w, int64(id))
	x.Lane = x.Refund.Lane()
	return x, err
}

// RefundSums implements refund.Store.
func (s *Store) RefundSums(ctx context.Context, sc auth.Scope) ([]refund.Sum, error) {
	type row struct {
		urgency int
		second  bool
		refund.Sum
	}
	b := seenRefunds(sc)
	rows, err := all(long(ctx), s.DB, func(r *row) []any {
		return []any{&r.urgency, boolCol{&r.second}, &r.Currency, &r.Count, &r.Owed, &r.Out}
	}, `SELECT lane, second, currency, COUNT(*), cast(SUM(owed) AS BIGINT), cast(SUM(twice) AS BIGINT) FROM (SELECT r.lane, `+aboveFour+` AS second, r.currency, r.owed, r.twice FROM refund r
		WHERE `+b.String()+` AND r.lane<10) AS open GROUP BY lane, second, currency ORDER BY lane, second, currency`, b.args...)
	lanes := refund.Lanes()
	out := make([]refund.Sum, 0, len(rows))
	for _, r := range rows {
		if r.urgency < 1 || r.urgency > len(lanes) {
			continue
		}
		r.Lane = lanes[r.urgency-1]
		if r.second {
			r.Lane = refund.LaneSecond
		}
		out = append(out, r.Sum)
	}
	return out, err
}
