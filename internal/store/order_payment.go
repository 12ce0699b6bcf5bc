package store

import (
	"context"
	"time"

	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
)

const orderPaymentCols = "order_id, position, workspace_id, provider, payment, method, amount, refunded, paid_at, captured_at, until, disputed"

// orderPaymentVals returns what orderPaymentCols hold of a payment of an order.
func (s *Store) orderPaymentVals(o order.Order, position int, p order.Payment) []any {
	return []any{int64(o.ID), int64(position), int64(o.Workspace), clean(p.Provider), clean(p.ID), clean(p.Method), p.Amount, p.Refunded, optMS(p.PaidAt), optMS(p.CapturedAt), optMS(p.Until), s.bool(p.Disputed)}
}

// putPayments writes the payments of an order, new and known ones.
func (s *Store) putPayments(ctx context.Context, o order.Order) error {
	for i, p := range o.Payments {
		if _, err := s.exec(ctx, `INSERT INTO order_payment (`+orderPaymentCols+`) VALUES (`+places(1, 12)+`)
			ON CONFLICT (order_id, position) DO UPDATE SET provider = excluded.provider, payment = excluded.payment, method = excluded.method, amount = excluded.amount,
			refunded = excluded.refunded, paid_at = excluded.paid_at, captured_at = excluded.captured_at, until = excluded.until, disputed = excluded.disputed`,
			s.orderPaymentVals(o, i, p)...); err != nil {
			return err
		}
	}
	return nil
}

// fillPayments reads the payments of orders, in one query.
func (s *Store) fillPayments(ctx context.Context, args []any, in string, place map[order.ID]*order.Order) error {
	type row struct {
		order order.ID
		order.Payment
	}
	rows, err := all(ctx, s.DB, func(r *row) []any {
		p := &r.Payment
		return []any{&r.order, &p.Provider, &p.ID, &p.Method, &p.Amount, &p.Refunded, at(&p.PaidAt), at(&p.CapturedAt), at(&p.Until), flag(&p.Disputed)}
	}, `SELECT order_id, provider, payment, method, amount, refunded, paid_at, captured_at, until, disputed FROM order_payment
		WHERE workspace_id = $1 AND order_id IN (`+in+`) ORDER BY order_id, position`, args...)
	for _, r := range rows {
		o := place[r.order]
		o.Payments = append(o.Payments, r.Payment)
	}
	return err
}

// DisputePayment implements order.Store.
func (s *Store) DisputePayment(ctx context.Context, w auth.WorkspaceID, provider, payment string, disputed bool, now time.Time) ([]order.ID, error) {
	var out []order.ID
	err := s.InTx(ctx, func(ctx context.Context) (err error) {
		// The orders are locked first, as whoever saves one does.
		out, err = all(ctx, s.DB, func(id *order.ID) []any { return []any{id} }, `SELECT id FROM orders WHERE workspace_id = $1 AND id IN (
			SELECT order_id FROM order_payment WHERE workspace_id = $1 AND provider = $2 AND payment = $3 AND payment <> '' AND disputed <> $4) ORDER BY id FOR UPDATE`,
			w, clean(provider), clean(payment), s.bool(disputed))
		for _, id := range out {
			if err == nil {
				_, err = s.exec(ctx, `UPDATE order_payment SET disputed = $1 WHERE workspace_id = $2 AND order_id = $3 AND provider = $4 AND payment = $5`,
					s.bool(disputed), w, int64(id), clean(provider), clean(payment))
			}
			if err == nil {
				_, err = s.exec(ctx, `UPDATE orders SET updated_at = $1 WHERE workspace_id = $2 AND id = $3`, ms(now), w, int64(id))
			}
		}
		return err
	})
	return out, err
}
