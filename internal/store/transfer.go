package store

import (
	"context"
	"fmt"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/flow/pay"
	"godwit.dev/godwit/internal/platform/auth"
)

func payeePlace(o order.ID) string { return fmt.Sprintf("payee:%d", o) }

func transferPlace(id pay.BatchID) string { return fmt.Sprintf("transfer_batch:%d", id) }

// openPayee reads a sealed payee; nothing sealed is none.
func (s *Store) openPayee(sealed []byte, o order.ID) (p pay.Payee, err error) {
	if len(sealed) > 0 {
		err = s.vault.OpenJSON(sealed, payeePlace(o), &p)
	}
	return p, err
}

// SavePayee implements pay.TransferStore.
func (s *Store) SavePayee(ctx context.Context, w auth.WorkspaceID, o order.ID, p pay.Payee) error {
	sealed, err := s.vault.SealJSON(p, payeePlace(o))
	if err != nil {
		return err
	}
	_, err = s.exec(ctx, `INSERT INTO payee (order_id, workspace_id, account, saved_at) VALUES ($1,$2,$3,$4)
		ON CONFLICT (order_id) DO UPDATE SET account=excluded.account, saved_at=excluded.saved_at`, int64(o), int64(w), sealed, ms(p.SavedAt))
	return err
}

// Payee implements pay.TransferStore.
func (s *Store) Payee(ctx context.Context, w auth.WorkspaceID, o order.ID) (pay.Payee, error) {
	sealed, err := one(ctx, s.DB, func(b *[]byte) []any { return []any{b} }, `SELECT account FROM payee WHERE workspace_id=$1 AND order_id=$2`, w, int64(o))
	if err != nil {
		return pay.Payee{}, err
	}
	return s.openPayee(sealed, o)
}

// BankRefunds implements pay.TransferStore.
func (s *Store) BankRefunds(ctx context.Context, w auth.WorkspaceID, after refund.ID, limit int) ([]pay.BankRefund, error) {
	type row struct {
		pay.BankRefund
		sealed []byte
	}
	rows, err := all(ctx, s.DB, func(r *row) []any { return []any{doc(&r.Refund), &r.Number, &r.sealed} },
		`SELECT r.data, o.number, p.account FROM refund r JOIN orders o ON o.workspace_id=r.workspace_id AND o.id=r.order_id
		LEFT JOIN payee p ON p.workspace_id=r.workspace_id AND p.order_id=r.order_id
		WHERE r.workspace_id=$1 AND r.id IN (SELECT refund_id FROM refund_allocation WHERE workspace_id=$1 AND provider='bank'
			AND state IN ('approved','scheduled','failed','reversed') AND refund_id>$2) ORDER BY r.id LIMIT $3`, w, int64(after), limit)
	out := make([]pay.BankRefund, len(rows))
	for i, r := range rows {
		if r.Payee, err = s.openPayee(r.sealed, r.Order); err != nil {
			return nil, err
		}
		out[i] = r.BankRefund
	}
	return out, err
}

// batchFile is what of a batch is sealed.
type batchFile struct {
	File   pay.File
	Payees []pay.Payee // by number, from 1
}

const batchCols = `id, workspace_id, account_id, format, currency, state, count, total, execute_on, file_name, actor_kind, actor_id, actor_name, made_at, sent_at, withdrawn_at`

func batchDest(b *pay.Batch) []any {
	return []any{&b.ID, &b.Workspace, &b.Account, &b.Format, &b.Currency, &b.State, &b.Count, &b.Total, at(&b.ExecuteOn), &b.FileName,
		&b.MadeBy.Kind, &b.MadeBy.ID, &b.MadeBy.Name, at(&b.MadeAt), at(&b.SentAt), at(&b.WithdrawnAt)}
}

// AddBatch implements pay.TransferStore.
func (s *Store) AddBatch(ctx context.Context, b pay.Batch, f pay.File) error {
	kept := batchFile{File: f}
	for _, x := range b.Transfers {
		kept.Payees = append(kept.Payees, x.Payee)
	}
	sealed, err := s.vault.SealJSON(kept, transferPlace(b.ID))
	if err != nil {
		return err
	}
	return s.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.exec(ctx, `INSERT INTO transfer_batch (`+batchCols+`, file) VALUES (`+places(1, 17)+`)`,
			int64(b.ID), int64(b.Workspace), int64(b.Account), string(b.Format), b.Currency, string(b.State), b.Count, b.Total, ms(b.ExecuteOn), clean(b.FileName),
			string(b.MadeBy.Kind), b.MadeBy.ID, clean(b.MadeBy.Name), ms(b.MadeAt), ms(b.SentAt), ms(b.WithdrawnAt), sealed); err != nil {
			return err
		}
		rows := batch{table: "transfer", cols: columnsOf("batch_id, number, workspace_id, end_to_end text, refund_id, allocation, attempt, order_id, amount, about text, returned boolean")}
		for _, x := range b.Transfers {
			rows.add(int64(b.ID), int64(x.Number), int64(b.Workspace), x.EndToEnd, int64(x.Refund), int64(x.Allocation), int64(x.Attempt), int64(x.Order), x.Amount, clean(x.About), false)
		}
		return s.fill(ctx, rows)
	})
}

// SaveBatch implements pay.TransferStore.
func (s *Store) SaveBatch(ctx context.Context, b pay.Batch) error {
	_, err := s.exec(ctx, `UPDATE transfer_batch SET state=$1, sent_at=$2, withdrawn_at=$3 WHERE workspace_id=$4 AND id=$5`, string(b.State), ms(b.SentAt), ms(b.WithdrawnAt), int64(b.Workspace), int64(b.ID))
	return err
}

// Batch implements pay.TransferStore.
func (s *Store) Batch(ctx context.Context, w auth.WorkspaceID, id pay.BatchID) (pay.Batch, error) {
	return s.batchWith(ctx, w, id, "")
}

// HoldBatch implements pay.TransferStore.
func (s *Store) HoldBatch(ctx context.Context, w auth.WorkspaceID, id pay.BatchID) (pay.Batch, error) {
	return s.batchWith(ctx, w, id, " FOR UPDATE")
}

func (s *Store) batchWith(ctx context.Context, w auth.WorkspaceID, id pay.BatchID, lock string) (pay.Batch, error) {
	b, err := one(ctx, s.DB, batchDest, `SELECT `+batchCols+` FROM transfer_batch WHERE workspace_id=$1 AND id=$2`+lock, w, int64(id))
	if err != nil {
		return b, err
	}
	kept, err := s.sealedBatch(ctx, w, id)
	if err != nil {
		return b, err
	}
	type row struct {
		pay.Transfer
		data refund.Refund
	}
	rows, err := all(ctx, s.DB, func(r *row) []any {
		return []any{&r.Number, &r.EndToEnd, &r.Transfer.Refund, &r.Allocation, &r.Attempt, &r.Order, &r.Amount, &r.About, flag(&r.Returned), doc(&r.data)}
	}, `SELECT t.number, t.end_to_end, t.refund_id, t.allocation, t.attempt, t.order_id, t.amount, t.about, t.returned, r.data
		FROM transfer t JOIN refund r ON r.workspace_id=t.workspace_id AND r.id=t.refund_id WHERE t.workspace_id=$1 AND t.batch_id=$2 ORDER BY t.number`, w, int64(id))
	for _, r := range rows {
		x := r.Transfer
		is := r.data.Allocations[x.Allocation-1]
		x.Payee, x.State, x.Code, x.Over = kept.Payees[x.Number-1], is.State, is.Code, is.Attempt != x.Attempt || is.Withdrawn()
		b.Transfers = append(b.Transfers, x)
	}
	return b, err
}

func (s *Store) sealedBatch(ctx context.Context, w auth.WorkspaceID, id pay.BatchID) (kept batchFile, err error) {
	sealed, err := one(ctx, s.DB, func(b *[]byte) []any { return []any{b} }, `SELECT file FROM transfer_batch WHERE workspace_id=$1 AND id=$2`, w, int64(id))
	if err == nil {
		err = s.vault.OpenJSON(sealed, transferPlace(id), &kept)
	}
	return kept, err
}

// Batches implements pay.TransferStore.
func (s *Store) Batches(ctx context.Context, w auth.WorkspaceID, before pay.BatchID, limit int) ([]pay.Batch, error) {
	b := &where{}
	b.add("workspace_id=$", w)
	if before != 0 {
		b.add("id<$", int64(before))
	}
	return all(ctx, s.DB, batchDest, `SELECT `+batchCols+` FROM transfer_batch WHERE `+b.String()+` ORDER BY id DESC LIMIT `+b.param(limit), b.args...)
}

// BatchFile implements pay.TransferStore.
func (s *Store) BatchFile(ctx context.Context, w auth.WorkspaceID, id pay.BatchID) (pay.File, error) {
	kept, err := s.sealedBatch(ctx, w, id)
	return kept.File, err
}

// BatchOf implements pay.TransferStore.
func (s *Store) BatchOf(ctx context.Context, w auth.WorkspaceID, endToEnd string) (pay.BatchID, error) {
	id, err := one(ctx, s.DB, func(id *int64) []any { return []any{id} }, `SELECT batch_id FROM transfer WHERE workspace_id=$1 AND end_to_end=$2`, w, clean(endToEnd))
	return pay.BatchID(id), err
}

// NoteReturned implements pay.TransferStore.
func (s *Store) NoteReturned(ctx context.Context, w auth.WorkspaceID, endToEnd string) error {
	n, err := s.exec(ctx, `UPDATE transfer SET returned=$1 WHERE workspace_id=$2 AND end_to_end=$3`, s.bool(true), w, clean(endToEnd))
	if err == nil && n == 0 {
		return errs.New(errs.NotFound, "error.not_found")
	}
	return err
}
