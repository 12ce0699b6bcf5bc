package store

import (
	"context"
	"fmt"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/credit"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/platform/auth"
)

var _ credit.Store = (*Store)(nil)

const creditCols = "id, workspace_id, customer_id, currency, balance, code, created_at, updated_at"

// creditRow is a credit as it lies in its table.
type creditRow struct {
	credit.Credit
	sealed []byte
}

func creditDest(r *creditRow) []any {
	return []any{&r.ID, &r.Workspace, &r.Customer, &r.Currency, &r.Balance, &r.sealed, at(&r.CreatedAt), at(&r.UpdatedAt)}
}

func creditPlace(id credit.ID) string { return fmt.Sprintf("credit:%d", id) }

func (s *Store) openCredit(r creditRow, err error) (credit.Credit, error) {
	if err == nil {
		var code []byte
		if code, err = s.vault.Open(r.sealed, creditPlace(r.ID)); err == nil {
			r.Code = string(code)
		}
	}
	return r.Credit, err
}

// OpenCredit implements credit.Store.
func (s *Store) OpenCredit(ctx context.Context, c credit.Credit) (credit.Credit, error) {
	digest, _ := credit.Digest(c.Code)
	if _, err := s.exec(ctx, `INSERT INTO credit (`+creditCols+`, digest) VALUES (`+places(1, 9)+`) ON CONFLICT (workspace_id, customer_id, currency) DO NOTHING`,
		int64(c.ID), int64(c.Workspace), int64(c.Customer), c.Currency, c.Balance, s.vault.Seal([]byte(c.Code), creditPlace(c.ID)), ms(c.CreatedAt), ms(c.UpdatedAt), digest); err != nil {
		return c, err
	}
	return s.openCredit(one(ctx, s.DB, creditDest, `SELECT `+creditCols+` FROM credit WHERE workspace_id=$1 AND customer_id=$2 AND currency=$3 FOR UPDATE`,
		int64(c.Workspace), int64(c.Customer), c.Currency))
}

// HoldCredit implements credit.Store.
func (s *Store) HoldCredit(ctx context.Context, w auth.WorkspaceID, id credit.ID) (credit.Credit, error) {
	return s.openCredit(one(ctx, s.DB, creditDest, `SELECT `+creditCols+` FROM credit WHERE workspace_id=$1 AND id=$2 FOR UPDATE`, w, int64(id)))
}

// CreditByCode implements credit.Store.
func (s *Store) CreditByCode(ctx context.Context, w auth.WorkspaceID, digest []byte) (credit.Credit, error) {
	return s.openCredit(one(ctx, s.DB, creditDest, `SELECT `+creditCols+` FROM credit WHERE workspace_id=$1 AND digest=$2`, w, digest))
}

// CreditsOf implements credit.Store.
func (s *Store) CreditsOf(ctx context.Context, w auth.WorkspaceID, who customer.ID) ([]credit.Credit, error) {
	rows, err := all(ctx, s.DB, creditDest, `SELECT `+creditCols+` FROM credit WHERE workspace_id=$1 AND customer_id IN (
		SELECT id FROM customer WHERE workspace_id=$1 AND id=$2 UNION SELECT id FROM customer WHERE workspace_id=$1 AND merged_into=$2) ORDER BY currency, id`, w, int64(who))
	if err != nil {
		return nil, err
	}
	out := make([]credit.Credit, len(rows))
	for i, r := range rows {
		if out[i], err = s.openCredit(r, nil); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// MoveCredit implements credit.Store.
func (s *Store) MoveCredit(ctx context.Context, c credit.Credit, m credit.Move) (added bool, err error) {
	err = s.InTx(ctx, func(ctx context.Context) error {
		n, err := s.exec(ctx, `INSERT INTO credit_move (id, workspace_id, credit_id, key, kind, amount, bonus, refund_id, note, actor_kind, actor_id, actor_name, at)
			VALUES (`+places(1, 13)+`) ON CONFLICT (workspace_id, key) DO NOTHING`,
			m.ID, int64(c.Workspace), int64(c.ID), clean(m.Key), string(m.Kind), m.Amount, m.Bonus, opt(m.Refund), clean(m.Note), string(m.By.Kind), m.By.ID, clean(m.By.Name), ms(m.At))
		if added = n == 1; err != nil || !added {
			return err
		}
		if c.Balance < 0 {
			return errs.Field("amount", "error.credit_short")
		}
		_, err = s.exec(ctx, `UPDATE credit SET balance=$1, updated_at=$2 WHERE workspace_id=$3 AND id=$4`, c.Balance, ms(c.UpdatedAt), int64(c.Workspace), int64(c.ID))
		return err
	})
	return added, err
}

// CreditMoves implements credit.Store.
func (s *Store) CreditMoves(ctx context.Context, w auth.WorkspaceID, c credit.ID, before int64, limit int) ([]credit.Move, error) {
	b := &where{}
	b.add("workspace_id=$", w)
	b.add("credit_id=$", int64(c))
	if before != 0 {
		b.add("id<$", before)
	}
	return all(ctx, s.DB, func(m *credit.Move) []any {
		return []any{&m.ID, &m.Credit, &m.By.Workspace, &m.Key, &m.Kind, &m.Amount, &m.Bonus, ref(&m.Refund), &m.Note, &m.By.Kind, &m.By.ID, &m.By.Name, at(&m.At)}
	}, `SELECT id, credit_id, workspace_id, key, kind, amount, bonus, refund_id, note, actor_kind, actor_id, actor_name, at FROM credit_move WHERE `+b.String()+` ORDER BY id DESC LIMIT `+b.param(limit), b.args...)
}
