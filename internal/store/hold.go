package store

import (
	"context"
	"time"

	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/hold"
	"godwit.dev/godwit/internal/platform/auth"
)

var _ hold.Store = (*Store)(nil)

const cardHoldCols = `id, workspace_id, case_id, case_number, resolution_id, shop_id, order_id, provider, state, currency, amount, units, terms, language, page, address, attempt, take,
	payment, code, note, tries, created_at, updated_at, held_at, ends_at, due_at, reminded_at, look_at, ended_at`

func cardHoldDest(h *hold.Hold) []any {
	return []any{
		&h.ID, &h.Workspace, &h.Case, &h.Number, &h.Resolution, ref(&h.Shop), ref(&h.Order), &h.Provider, &h.State, &h.Currency, &h.Amount, doc(&h.Units), &h.Terms, &h.Language, &h.Page, &h.Address, &h.Attempt, &h.Take,
		&h.Payment, &h.Code, &h.Note, &h.Tries, at(&h.CreatedAt), at(&h.UpdatedAt), at(&h.HeldAt), at(&h.EndsAt), at(&h.DueAt), at(&h.RemindedAt), at(&h.LookAt), at(&h.EndedAt),
	}
}

// AddCardHold implements hold.Store.
func (s *Store) AddCardHold(ctx context.Context, h hold.Hold) (bool, error) {
	n, err := s.exec(ctx, `INSERT INTO card_hold (`+cardHoldCols+`) VALUES (`+places(1, 30)+`) ON CONFLICT DO NOTHING`,
		int64(h.ID), int64(h.Workspace), int64(h.Case), h.Number, h.Resolution, opt(h.Shop), opt(h.Order), h.Provider, string(h.State), h.Currency, h.Amount, js(h.Units), clean(h.Terms), h.Language, h.Page, h.Address, h.Attempt, h.Take,
		h.Payment, clean(h.Code), clean(h.Note), h.Tries, ms(h.CreatedAt), ms(h.UpdatedAt), ms(h.HeldAt), ms(h.EndsAt), ms(h.DueAt), ms(h.RemindedAt), ms(h.LookAt), ms(h.EndedAt))
	return n > 0, err
}

// SaveCardHold implements hold.Store.
func (s *Store) SaveCardHold(ctx context.Context, h hold.Hold) error {
	_, err := s.exec(ctx, `UPDATE card_hold SET state=$1, page=$2, address=$3, attempt=$4, take=$5, payment=$6, code=$7, note=$8, tries=$9, updated_at=$10, held_at=$11, ends_at=$12, reminded_at=$13, look_at=$14, ended_at=$15
		WHERE workspace_id=$16 AND id=$17`,
		string(h.State), clean(h.Page), clean(h.Address), h.Attempt, h.Take, clean(h.Payment), clean(h.Code), clean(h.Note), h.Tries, ms(h.UpdatedAt), ms(h.HeldAt), ms(h.EndsAt), ms(h.RemindedAt), ms(h.LookAt), ms(h.EndedAt),
		int64(h.Workspace), int64(h.ID))
	return err
}

// CardHold implements hold.Store.
func (s *Store) CardHold(ctx context.Context, w auth.WorkspaceID, id hold.ID) (hold.Hold, error) {
	return one(ctx, s.DB, cardHoldDest, `SELECT `+cardHoldCols+` FROM card_hold WHERE workspace_id=$1 AND id=$2`, w, int64(id))
}

// LockCardHold implements hold.Store.
func (s *Store) LockCardHold(ctx context.Context, w auth.WorkspaceID, id hold.ID) (hold.Hold, error) {
	return one(ctx, s.DB, cardHoldDest, `SELECT `+cardHoldCols+` FROM card_hold WHERE workspace_id=$1 AND id=$2 FOR UPDATE`, w, int64(id))
}

// CardHoldsOf implements hold.Store.
func (s *Store) CardHoldsOf(ctx context.Context, w auth.WorkspaceID, c cases.ID) ([]hold.Hold, error) {
	return all(ctx, s.DB, cardHoldDest, `SELECT `+cardHoldCols+` FROM card_hold WHERE workspace_id=$1 AND case_id=$2 ORDER BY id DESC`, w, int64(c))
}

// DueCardHolds implements hold.Store.
func (s *Store) DueCardHolds(ctx context.Context, w auth.WorkspaceID, now time.Time, limit int) ([]hold.ID, error) {
	return all(ctx, s.DB, func(id *hold.ID) []any { return []any{id} }, `SELECT id FROM card_hold WHERE workspace_id=$1 AND look_at<=$2
		AND state NOT IN ('taken', 'unpaid', 'released', 'failed', 'returned') ORDER BY look_at LIMIT $3`, w, ms(now), limit)
}

// WakeCardHolds implements hold.Store.
func (s *Store) WakeCardHolds(ctx context.Context, w auth.WorkspaceID, c cases.ID, now time.Time) error {
	_, err := s.exec(ctx, `UPDATE card_hold SET look_at=$1 WHERE workspace_id=$2 AND case_id=$3 AND state NOT IN ('taken', 'unpaid', 'released', 'failed', 'returned')`, ms(now), w, int64(c))
	return err
}
