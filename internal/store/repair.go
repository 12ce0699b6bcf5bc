package store

import (
	"context"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/domain/warranty"
	"godwit.dev/godwit/internal/platform/auth"
)

// repairData is what no query asks of a repair.
type repairData struct {
	Number   int64            `json:"number"` // of its case
	Ticket   ticket.ID        `json:"ticket,omitzero"`
	Customer customer.ID      `json:"customer,omitzero"`
	Currency string           `json:"currency"`
	Country  string           `json:"country"`
	Covered  bool             `json:"covered,omitzero"`
	Claimed  time.Time        `json:"claimed"`
	Pieces   []warranty.Piece `json:"pieces"`
	Steps    []warranty.Step  `json:"steps"`
}

const repairCols = `id, workspace_id, case_id, resolution_id, shop_id, order_id, stage, due_at, tell_at, loan, shipment_id, data, opened_at, updated_at`

type repairRow struct {
	warranty.Repair
	data repairData
}

func repairDest(r *repairRow) []any {
	var due, tell time.Time
	var loan string
	return []any{&r.ID, &r.Workspace, &r.Case, &r.Resolution, ref(&r.Shop), &r.Order, &r.Stage, at(&due), at(&tell), &loan, ref(&r.Shipment), doc(&r.data), at(&r.OpenedAt), at(&r.UpdatedAt)}
}

// repair folds a repair from its steps.
func (r repairRow) repair(err error) (warranty.Repair, error) {
	if err != nil {
		return warranty.Repair{}, err
	}
	x, d := r.Repair, r.data
	x.CaseNumber, x.Ticket, x.Customer, x.Currency, x.Country, x.Covered, x.ClaimedAt, x.Pieces = d.Number, d.Ticket, d.Customer, d.Currency, d.Country, d.Covered, d.Claimed, d.Pieces
	return warranty.Fold(x, d.Steps)
}

func repairVals(r warranty.Repair) string {
	return js(repairData{r.CaseNumber, r.Ticket, r.Customer, r.Currency, r.Country, r.Covered, r.ClaimedAt, r.Pieces, r.Steps})
}

// loanKey is the serial number of a unit that is not with the merchant.
func loanKey(r warranty.Repair) string {
	if r.Loan == nil || !r.Loan.ReturnedAt.IsZero() {
		return ""
	}
	return clean(warranty.SerialKey(r.Loan.Serial))
}

// AddRepair implements warranty.RepairStore.
func (s *Store) AddRepair(ctx context.Context, r warranty.Repair) (bool, error) {
	n, err := s.exec(ctx, `INSERT INTO repair (`+repairCols+`) VALUES (`+places(1, 14)+`) ON CONFLICT DO NOTHING`,
		int64(r.ID), int64(r.Workspace), int64(r.Case), r.Resolution, opt(r.Shop), int64(r.Order), string(r.Stage), ms(r.NextAt()), ms(r.TellAt()), loanKey(r), opt(r.Shipment), repairVals(r), ms(r.OpenedAt), ms(r.UpdatedAt))
	return n > 0, err
}

// SaveRepair implements warranty.RepairStore.
func (s *Store) SaveRepair(ctx context.Context, r warranty.Repair) error {
	n, err := s.exec(ctx, `UPDATE repair SET stage=$1, due_at=$2, tell_at=$3, loan=$4, shipment_id=$5, data=$6, updated_at=$7 WHERE workspace_id=$8 AND id=$9`,
		string(r.Stage), ms(r.NextAt()), ms(r.TellAt()), loanKey(r), opt(r.Shipment), repairVals(r), ms(r.UpdatedAt), int64(r.Workspace), int64(r.ID))
	if errs.Is(err, errs.Conflict) {
		return errs.Wrap(errs.Conflict, err, "error.repair_lent")
	}
	return foreign(n, err)
}

// Repair implements warranty.RepairStore.
func (s *Store) Repair(ctx context.Context, w auth.WorkspaceID, id warranty.RepairID) (warranty.Repair, error) {
	r, err := one(ctx, s.DB, repairDest, `SELECT `+repairCols+` FROM repair WHERE workspace_id=$1 AND id=$2`, w, int64(id))
	return r.repair(err)
}

// HoldRepair implements warranty.RepairStore.
func (s *Store) HoldRepair(ctx context.Context, w auth.WorkspaceID, id warranty.RepairID) (warranty.Repair, error) {
	r, err := one(ctx, s.DB, repairDest, `SELECT `+repairCols+` FROM repair WHERE workspace_id=$1 AND id=$2 FOR UPDATE`, w, int64(id))
	return r.repair(err)
}

// RepairOf implements warranty.RepairStore.
func (s *Store) RepairOf(ctx context.Context, w auth.WorkspaceID, resolution int64) (warranty.Repair, error) {
	r, err := one(ctx, s.DB, repairDest, `SELECT `+repairCols+` FROM repair WHERE workspace_id=$1 AND resolution_id=$2`, w, resolution)
	return r.repair(err)
}

// LateRepairs implements warranty.RepairStore.
func (s *Store) LateRepairs(ctx context.Context, w auth.WorkspaceID, now time.Time, limit int) ([]warranty.RepairID, error) {
	dest := func(id *warranty.RepairID) []any { return []any{id} }
	return all(ctx, s.DB, dest, `SELECT id FROM repair WHERE workspace_id=$1 AND tell_at>0 AND tell_at<=$2
		AND NOT EXISTS (SELECT 1 FROM setback b WHERE b.workspace_id=$1 AND b.work='repair_late' AND b.id=repair.id AND b.at>$2) ORDER BY tell_at, id LIMIT $3`, w, ms(now), limit)
}

// DeliveredRepairs implements warranty.RepairStore.
func (s *Store) DeliveredRepairs(ctx context.Context, w auth.WorkspaceID, limit int) ([]warranty.RepairID, error) {
	dest := func(id *warranty.RepairID) []any { return []any{id} }
	return all(ctx, s.DB, dest, `SELECT r.id FROM repair r JOIN shipment_state t ON t.shipment_id=r.shipment_id
		WHERE r.workspace_id=$1 AND r.stage='sent_back' AND t.status='delivered' ORDER BY r.id LIMIT $2`, w, limit)
}

// Repairs implements warranty.RepairStore.
func (s *Store) Repairs(ctx context.Context, sc auth.Scope, f warranty.RepairFilter, before warranty.RepairID, limit int) ([]warranty.Repair, error) {
	b := &where{}
	b.add("workspace_id=$", sc.Workspace)
	if !sc.All && sc.Shops != nil {
		b.raw(oneOf(b, "shop_id", sc.Shops))
	}
	if f.Stage != "" {
		b.add("stage=$", string(f.Stage))
	}
	if f.Order != 0 {
		b.add("order_id=$", int64(f.Order))
	}
	if f.Case != 0 {
		b.add("case_id=$", int64(f.Case))
	}
	if before != 0 {
		b.add("id<$", int64(before))
	}
	by := "id DESC"
	if f.Open {
		b.raw("due_at>0")
		by = "due_at, id"
	}
	rows, err := all(ctx, s.DB, repairDest, `SELECT `+repairCols+` FROM repair WHERE `+b.String()+` ORDER BY `+by+` LIMIT `+b.param(limit), b.args...)
	if err != nil {
		return nil, err
	}
	out := make([]warranty.Repair, len(rows))
	for i, r := range rows {
		if out[i], err = r.repair(nil); err != nil {
			return nil, err
		}
	}
	return out, nil
}
