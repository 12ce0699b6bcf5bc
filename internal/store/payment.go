package store

import (
	"context"
	"fmt"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/flow/pay"
	"godwit.dev/godwit/internal/platform/auth"
)

var _ pay.Store = (*Store)(nil)

const payAccountCols = `id, workspace_id, driver, shop_id, name, settings, state, hook_id, problem, ok_at, failed_at, created_by, created_at, updated_at`

// payAccountRow is an account as it lies in its table.
type payAccountRow struct {
	pay.Account
	sealed []byte
}

func payAccountDest(r *payAccountRow) []any {
	return []any{&r.ID, &r.Workspace, &r.Driver, ref(&r.Shop), &r.Name, &r.sealed, &r.State, &r.Hook, &r.Problem, at(&r.OKAt), at(&r.FailedAt), &r.CreatedBy, at(&r.CreatedAt), at(&r.UpdatedAt)}
}

func payAccountPlace(id pay.AccountID) string { return fmt.Sprintf("payment_account:%d", id) }

func (s *Store) openPayAccount(r payAccountRow, err error) (pay.Account, error) {
	if err == nil {
		err = s.vault.OpenJSON(r.sealed, payAccountPlace(r.ID), &r.Values)
	}
	return r.Account, err
}

// AddPayAccount implements pay.Store.
func (s *Store) AddPayAccount(ctx context.Context, c pay.Account) error {
	sealed, err := s.vault.SealJSON(c.Values, payAccountPlace(c.ID))
	if err != nil {
		return err
	}
	if c.Shop != 0 {
		if _, err := s.Shop(ctx, c.Workspace, c.Shop); err != nil {
			return err
		}
	}
	n, err := s.exec(ctx, `INSERT INTO payment_account (`+payAccountCols+`) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14) ON CONFLICT DO NOTHING`,
		c.ID, c.Workspace, c.Driver, opt(c.Shop), clean(c.Name), sealed, c.State, c.Hook, c.Problem, ms(c.OKAt), ms(c.FailedAt), c.CreatedBy, ms(c.CreatedAt), ms(c.UpdatedAt))
	if err == nil && n == 0 {
		return errs.New(errs.Conflict, "error.payment_account_twice")
	}
	return err
}

// SavePayAccount implements pay.Store.
func (s *Store) SavePayAccount(ctx context.Context, c pay.Account) error {
	sealed, err := s.vault.SealJSON(c.Values, payAccountPlace(c.ID))
	if err != nil {
		return err
	}
	_, err = s.exec(ctx, `UPDATE payment_account SET name=$1, settings=$2, state=$3, problem=$4, ok_at=$5, failed_at=$6, updated_at=$7 WHERE workspace_id=$8 AND id=$9`,
		clean(c.Name), sealed, c.State, c.Problem, ms(c.OKAt), ms(c.FailedAt), ms(c.UpdatedAt), c.Workspace, c.ID)
	return err
}

// DeletePayAccount implements pay.Store.
func (s *Store) DeletePayAccount(ctx context.Context, w auth.WorkspaceID, id pay.AccountID) error {
	_, err := s.exec(ctx, `DELETE FROM payment_account WHERE workspace_id=$1 AND id=$2`, w, id)
	return err
}

// PayAccount implements pay.Store.
func (s *Store) PayAccount(ctx context.Context, w auth.WorkspaceID, id pay.AccountID) (pay.Account, error) {
	return s.openPayAccount(one(ctx, s.DB, payAccountDest, `SELECT `+payAccountCols+` FROM payment_account WHERE workspace_id=$1 AND id=$2`, w, id))
}

// HoldPayAccount implements pay.Store.
func (s *Store) HoldPayAccount(ctx context.Context, w auth.WorkspaceID, id pay.AccountID) (pay.Account, error) {
	return s.openPayAccount(one(ctx, s.DB, payAccountDest, `SELECT `+payAccountCols+` FROM payment_account WHERE workspace_id=$1 AND id=$2 FOR UPDATE`, w, id))
}

// PayAccounts implements pay.Store.
func (s *Store) PayAccounts(ctx context.Context, w auth.WorkspaceID) ([]pay.Account, error) {
	rows, err := all(ctx, s.DB, payAccountDest, `SELECT `+payAccountCols+` FROM payment_account WHERE workspace_id=$1 ORDER BY id`, w)
	out := make([]pay.Account, len(rows))
	for i, r := range rows {
		if out[i], err = s.openPayAccount(r, err); err != nil {
			return nil, err
		}
	}
	return out, err
}

// WaitingRefunds implements pay.Store.
func (s *Store) WaitingRefunds(ctx context.Context, w auth.WorkspaceID, provider string, after refund.ID, limit int) ([]refund.ID, error) {
	return all(ctx, s.DB, func(id *refund.ID) []any { return []any{id} }, `SELECT DISTINCT refund_id FROM refund_allocation
		WHERE workspace_id=$1 AND provider=$2 AND refund_id>$3 AND state IN ('approved','scheduled','submitted','pending','needs_action') ORDER BY refund_id LIMIT $4`,
		w, clean(provider), int64(after), limit)
}

// ChangeSandbox implements sandbox.Memory, in a transaction of its own: what the provider outside did stays done.
func (s *Store) ChangeSandbox(ctx context.Context, w auth.WorkspaceID, account int64, key string, change func(was []byte) ([]byte, error)) error {
	return s.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.exec(ctx, `INSERT INTO sandbox_refund (workspace_id, account_id, key, data) VALUES ($1,$2,$3,'') ON CONFLICT DO NOTHING`, w, account, key); err != nil {
			return err
		}
		was, err := scalar[string](ctx, s.DB, `SELECT data FROM sandbox_refund WHERE workspace_id=$1 AND account_id=$2 AND key=$3 FOR UPDATE`, w, account, key)
		if err != nil {
			return err
		}
		next, err := change([]byte(was))
		if err != nil {
			return err
		}
		if len(next) == 0 {
			_, err = s.exec(ctx, `DELETE FROM sandbox_refund WHERE workspace_id=$1 AND account_id=$2 AND key=$3`, w, account, key)
			return err
		}
		_, err = s.exec(ctx, `UPDATE sandbox_refund SET data=$1 WHERE workspace_id=$2 AND account_id=$3 AND key=$4`, string(next), w, account, key)
		return err
	})
}
