package store

import (
	"context"
	"encoding/json"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/platform/auth"
)

var _ refund.Store = (*Store)(nil)

// refundDest reads a refund from its fold, which holds all of it.
func refundDest(r *refund.Refund) []any { return []any{doc(r)} }

// HoldPaid implements refund.Store.
func (s *Store) HoldPaid(ctx context.Context, w auth.WorkspaceID, o order.ID) (paid, refunded money.Amount, shop order.ShopID, err error) {
	type row struct {
		total    int64
		currency string
		shop     order.ShopID
	}
	r, err := one(ctx, s.DB, func(r *row) []any { return []any{&r.total, &r.currency, ref(&r.shop)} },
		`SELECT total, currency, shop_id FROM orders WHERE workspace_id=$1 AND id=$2 FOR UPDATE`, w, int64(o))
	if err != nil {
		return paid, refunded, 0, err
	}
	paid = money.Amount{Minor: r.total, Currency: r.currency}
	refunded.Currency = r.currency
	refunded.Minor, err = scalar[int64](ctx, s.DB, `SELECT cast(coalesce(sum(total-beyond),0) AS BIGINT) FROM refund WHERE workspace_id=$1 AND order_id=$2 AND state<>'cancelled'`, w, int64(o))
	if err != nil {
		return paid, refunded, r.shop, err
	}
	unasked, err := scalar[int64](ctx, s.DB, `SELECT cast(coalesce(max(o.refunded),0)-coalesce(sum(CASE WHEN f.refund_id IS NULL THEN 0 ELSE f.amount END),0) AS BIGINT)
		FROM orders o LEFT JOIN refund_found f ON f.workspace_id=o.workspace_id AND f.order_id=o.id WHERE o.workspace_id=$1 AND o.id=$2`, w, int64(o))
	refunded.Minor += max(unasked, 0)
	return paid, refunded, r.shop, err
}

// RefundedAtShop implements refund.Store.
func (s *Store) RefundedAtShop(ctx context.Context, w auth.WorkspaceID, o order.ID) (int64, error) {
	return scalar[int64](ctx, s.DB, `SELECT refunded FROM orders WHERE workspace_id=$1 AND id=$2`, w, int64(o))
}

// RefundsFound implements refund.Store.
func (s *Store) RefundsFound(ctx context.Context, w auth.WorkspaceID, o order.ID) ([]refund.Found, error) {
	return all(ctx, s.DB, func(f *refund.Found) []any {
		return []any{&f.Order, &f.Total, &f.Amount, ref(&f.Refund), &f.Number, at(&f.At)}
	}, `SELECT order_id, total, amount, refund_id, number, at FROM refund_found WHERE workspace_id=$1 AND order_id=$2 ORDER BY total`, w, int64(o))
}

// NoteFound implements refund.Store.
func (s *Store) NoteFound(ctx context.Context, w auth.WorkspaceID, f refund.Found) error {
	_, err := s.exec(ctx, `INSERT INTO refund_found (order_id, total, workspace_id, amount, refund_id, number, at) VALUES ($1,$2,$3,$4,$5,$6,$7)`,
		int64(f.Order), f.Total, int64(w), f.Amount, opt(f.Refund), f.Number, ms(f.At))
	return err
}

// ExplainFound implements refund.Store.
func (s *Store) ExplainFound(ctx context.Context, w auth.WorkspaceID, f refund.Found) error {
	_, err := s.exec(ctx, `UPDATE refund_found SET refund_id=$1, number=$2 WHERE workspace_id=$3 AND order_id=$4 AND total=$5`, int64(f.Refund), f.Number, int64(w), int64(f.Order), f.Total)
	return err
}

// AppendRefund implements refund.Store.
func (s *Store) AppendRefund(ctx context.Context, r refund.Refund, e refund.Event) error {
	return s.InTx(ctx, func(ctx context.Context) error {
		var n int64
		var err error
		if e.Seq == 1 {
			n, err = s.exec(ctx, `INSERT INTO refund (id, workspace_id, shop_id, order_id, case_id, resolution_id, state, stuck, currency, total, beyond, created_at, updated_at, events, data, lane, since, owed, requested_by, twice)
				VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$13,$17,$18,$19) ON CONFLICT DO NOTHING`,
				int64(r.ID), int64(r.Workspace), opt(r.Shop), int64(r.Order), opt(r.Case), opt(r.Resolution), string(r.State()), s.bool(r.Stuck()), r.Currency,
				r.Total().Minor, r.Beyond(), ms(r.CreatedAt), ms(r.UpdatedAt), r.Events, js(r), r.Lane().Urgency(), r.Owed(), int64(r.RequestedBy), r.Out())
			if err == nil && n == 0 {
				return errs.New(errs.Conflict, "error.refund_twice")
			}
		} else {
			n, err = s.exec(ctx, `UPDATE refund SET state=$1, stuck=$2, updated_at=$3, events=$4, data=$5, since=CASE WHEN lane=$6 THEN since ELSE $3 END, lane=$6, owed=$7, twice=$8
				WHERE workspace_id=$9 AND id=$10 AND events=$11`,
				string(r.State()), s.bool(r.Stuck()), ms(r.UpdatedAt), r.Events, js(r), r.Lane().Urgency(), r.Owed(), r.Out(), int64(r.Workspace), int64(r.ID), r.Events-1)
			if err == nil && n == 0 {
				return errs.New(errs.Conflict, "error.refund_state")
			}
		}
		if err != nil {
			return err
		}
		for _, a := range r.Allocations {
			if e.Allocation != 0 && a.Number != e.Allocation {
				continue
			}
			if _, err := s.exec(ctx, `INSERT INTO refund_allocation (refund_id, number, workspace_id, provider, payment, reference, state, way) VALUES ($1,$2,$3,$4,$5,$6,$7,$8)
				ON CONFLICT (refund_id, number) DO UPDATE SET provider=excluded.provider, payment=excluded.payment, reference=excluded.reference, state=excluded.state, way=excluded.way`,
				int64(r.ID), a.Number, int64(r.Workspace), clean(a.Carrier()), clean(a.Payment), clean(a.Reference), string(a.State), clean(a.Way())); err != nil {
				return err
			}
		}
		_, err = s.exec(ctx, `INSERT INTO refund_event (refund_id, seq, workspace_id, kind, at, actor_kind, actor_id, actor_name, data) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9)`,
			int64(r.ID), e.Seq, int64(r.Workspace), string(e.Kind), ms(e.At), string(e.By.Kind), e.By.ID, clean(e.By.Name), js(e))
		return err
	})
}

// HoldRefund implements refund.Store.
func (s *Store) HoldRefund(ctx context.Context, w auth.WorkspaceID, id refund.ID) (refund.Refund, error) {
	return one(ctx, s.DB, refundDest, `SELECT data FROM refund WHERE workspace_id=$1 AND id=$2 FOR UPDATE`, w, int64(id))
}

// Refund implements refund.Store.
func (s *Store) Refund(ctx context.Context, w auth.WorkspaceID, id refund.ID) (refund.Refund, error) {
	return one(ctx, s.DB, refundDest, `SELECT data FROM refund WHERE workspace_id=$1 AND id=$2`, w, int64(id))
}

// RefundEvents implements refund.Store.
func (s *Store) RefundEvents(ctx context.Context, w auth.WorkspaceID, id refund.ID) ([]refund.Event, error) {
	type row struct {
		refund.Event
		data json.RawMessage
	}
	rows, err := all(ctx, s.DB, func(r *row) []any {
		return []any{&r.Refund, &r.Seq, &r.Kind, at(&r.At), &r.By.Workspace, &r.By.Kind, &r.By.ID, &r.By.Name, doc(&r.data)}
	}, `SELECT refund_id, seq, kind, at, workspace_id, actor_kind, actor_id, actor_name, data FROM refund_event WHERE workspace_id=$1 AND refund_id=$2 ORDER BY seq`, w, int64(id))
	out := make([]refund.Event, len(rows))
	for i, r := range rows {
		if err := json.Unmarshal(r.data, &r.Event); err != nil {
			return nil, err
		}
		out[i] = r.Event
	}
	return out, err
}

// RefundByReference implements refund.Store.
func (s *Store) RefundByReference(ctx context.Context, w auth.WorkspaceID, provider, reference string) (refund.ID, int, error) {
	type row struct {
		id refund.ID
		n  int
	}
	r, err := one(ctx, s.DB, func(r *row) []any { return []any{&r.id, &r.n} },
		`SELECT refund_id, number FROM refund_allocation WHERE workspace_id=$1 AND provider=$2 AND reference=$3 AND reference<>''`, w, clean(provider), clean(reference))
	return r.id, r.n, err
}

// RefundsOn implements refund.Store.
func (s *Store) RefundsOn(ctx context.Context, w auth.WorkspaceID, provider, payment string) ([]refund.ID, error) {
	return all(ctx, s.DB, func(id *refund.ID) []any { return []any{id} }, `SELECT DISTINCT refund_id FROM refund_allocation
		WHERE workspace_id=$1 AND provider=$2 AND payment=$3 AND payment<>'' AND state NOT IN ('succeeded','cancelled') ORDER BY refund_id`, w, clean(provider), clean(payment))
}

// RefundsPaidBy implements refund.Store.
func (s *Store) RefundsPaidBy(ctx context.Context, w auth.WorkspaceID, provider, payment string) ([]refund.Refund, error) {
	return all(ctx, s.DB, refundDest, `SELECT data FROM refund WHERE workspace_id=$1 AND order_id IN (SELECT order_id FROM order_payment
		WHERE workspace_id=$1 AND provider=$2 AND payment=$3 AND payment<>'') ORDER BY id LIMIT $4`, w, clean(provider), clean(payment), refund.MaxPage)
}

// Refunds implements refund.Store.
func (s *Store) Refunds(ctx context.Context, sc auth.Scope, f refund.Filter, before refund.ID, limit int) ([]refund.Refund, error) {
	b := &where{}
	b.add("workspace_id=$", sc.Workspace)
	if !sc.All && sc.Shops != nil {
		b.raw(oneOf(b, "shop_id", sc.Shops))
	}
	if f.State != "" {
		b.add("state=$", string(f.State))
	}
	if f.Order != 0 {
		b.add("order_id=$", int64(f.Order))
	}
	if f.Case != 0 {
		b.add("case_id=$", f.Case)
	}
	if f.Stuck {
		b.raw("stuck")
	}
	if before != 0 {
		b.add("id<$", int64(before))
	}
	return all(long(ctx), s.DB, refundDest, `SELECT data FROM refund WHERE `+b.String()+` ORDER BY id DESC LIMIT `+b.param(limit), b.args...)
}

// RefundLimits implements refund.Store.
func (s *Store) RefundLimits(ctx context.Context, w auth.WorkspaceID) ([]refund.Limit, error) {
	return all(ctx, s.DB, func(l *refund.Limit) []any { return []any{&l.Role, &l.Currency, &l.Above} },
		`SELECT role, currency, above FROM refund_limit WHERE workspace_id=$1 ORDER BY role, currency`, w)
}

// SaveRefundLimits implements refund.Store.
func (s *Store) SaveRefundLimits(ctx context.Context, w auth.WorkspaceID, list []refund.Limit) error {
	return s.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.exec(ctx, `DELETE FROM refund_limit WHERE workspace_id=$1`, w); err != nil {
			return err
		}
		for _, l := range list {
			if _, err := s.exec(ctx, `INSERT INTO refund_limit (workspace_id, role, currency, above) VALUES ($1,$2,$3,$4)`, w, string(l.Role), l.Currency, l.Above); err != nil {
				return err
			}
		}
		return nil
	})
}
