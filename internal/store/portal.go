package store

import (
	"context"
	"time"

	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/flow/portal"
	"godwit.dev/godwit/internal/platform/auth"
)

// PutCode keeps a code in the place of the one that an order had.
func (s *Store) PutCode(ctx context.Context, c portal.Code) error {
	_, err := s.exec(ctx, `INSERT INTO portal_code (order_id, workspace_id, hash, tries, expires_at) VALUES ($1,$2,$3,0,$4)
		ON CONFLICT (order_id) DO UPDATE SET hash=excluded.hash, tries=0, expires_at=excluded.expires_at WHERE portal_code.workspace_id=excluded.workspace_id`,
		c.Order, c.Workspace, c.Hash, ms(c.ExpiresAt))
	return err
}

// TryCode counts a try at the code of an order and returns its hash. One that is
// over, or was tried most times, is errs.NotFound.
func (s *Store) TryCode(ctx context.Context, w auth.WorkspaceID, o order.ID, now time.Time, most int) (hash []byte, err error) {
	err = s.InTx(ctx, func(ctx context.Context) error {
		hash, err = one(ctx, s.DB, func(h *[]byte) []any { return []any{h} },
			`UPDATE portal_code SET tries=tries+1 WHERE workspace_id=$1 AND order_id=$2 AND expires_at>$3 AND tries<$4 RETURNING hash`, w, o, ms(now), most)
		return err
	})
	return hash, err
}

// TakeCode removes a code; of two who try, one is told true.
func (s *Store) TakeCode(ctx context.Context, w auth.WorkspaceID, o order.ID, hash []byte) (bool, error) {
	n, err := s.exec(ctx, `DELETE FROM portal_code WHERE workspace_id=$1 AND order_id=$2 AND hash=$3`, w, o, hash)
	return n > 0, err
}

// Subscription returns what was wished for an order.
func (s *Store) Subscription(ctx context.Context, w auth.WorkspaceID, o order.ID) (portal.Subscription, error) {
	return one(ctx, s.DB, func(v *portal.Subscription) []any {
		return []any{&v.Workspace, &v.Order, &v.Language, at(&v.ConfirmedAt), at(&v.EndedAt)}
	}, `SELECT workspace_id, order_id, language, confirmed_at, ended_at FROM portal_subscription WHERE workspace_id=$1 AND order_id=$2`, w, o)
}

// PutSubscription writes what was wished for an order.
func (s *Store) PutSubscription(ctx context.Context, v portal.Subscription) error {
	_, err := s.exec(ctx, `INSERT INTO portal_subscription (order_id, workspace_id, language, confirmed_at, ended_at) VALUES ($1,$2,$3,$4,$5)
		ON CONFLICT (order_id) DO UPDATE SET language=excluded.language, confirmed_at=excluded.confirmed_at, ended_at=excluded.ended_at
		WHERE portal_subscription.workspace_id=excluded.workspace_id`, v.Order, v.Workspace, v.Language, ms(v.ConfirmedAt), ms(v.EndedAt))
	return err
}

// MissingOf returns the parcels of an order that were reported as not received.
func (s *Store) MissingOf(ctx context.Context, w auth.WorkspaceID, o order.ID) ([]portal.Missing, error) {
	return all(ctx, s.DB, func(v *portal.Missing) []any {
		return []any{&v.Workspace, &v.Order, &v.Parcel, &v.Ticket, at(&v.ReportedAt), at(&v.AnswerBy)}
	}, `SELECT workspace_id, order_id, parcel, ticket_id, reported_at, answer_by FROM portal_missing WHERE workspace_id=$1 AND order_id=$2 ORDER BY parcel`, w, o)
}

// AddMissing fails with errs.Conflict if the parcel was reported before.
func (s *Store) AddMissing(ctx context.Context, v portal.Missing) error {
	return onlyOnce(s.exec(ctx, `INSERT INTO portal_missing (order_id, parcel, workspace_id, ticket_id, reported_at, answer_by) VALUES ($1,$2,$3,$4,$5,$6)
		ON CONFLICT (order_id, parcel) DO NOTHING`, v.Order, v.Parcel, v.Workspace, v.Ticket, ms(v.ReportedAt), ms(v.AnswerBy)))
}
