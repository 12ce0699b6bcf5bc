package store

import (
	"context"
	"slices"
	"time"

	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store/postgres"
)

// judgedCols are what the risk of a parcel follows from. Of its place the country
// is enough, which is read without a parser of JSON.
const judgedCols = `shipment_state.shipment_id, shipment_state.workspace_id, shop_id, order_id, direction, carrier, number, origin, destination, service, created_at,
	updated_at, status, since, cause, reason, first_scan_at, picked_up_at, last_scan_at, expected_to, attempts, delayed, polling_expired, not_found, doubtful,
	risk, risk_at, sweep_at, place ->> 'country', place ->> 'city'`

func judgedDest(v *shipment.Shipment) []any {
	return []any{
		&v.ID, &v.Workspace, ref(&v.Shop), ref(&v.Order), &v.Direction, &v.Carrier, &v.Number, &v.Origin.Country, &v.To.Country, &v.Service, at(&v.CreatedAt),
		at(&v.UpdatedAt), &v.Status, at(&v.Since), &v.Cause, &v.Reason, at(&v.FirstScanAt), at(&v.PickedUpAt), at(&v.LastScanAt), at(&v.Expected.To), &v.Attempts,
		flag(&v.Delayed), flag(&v.PollingExpired), flag(&v.NotFound), flag(&v.Doubtful), &v.Risk, at(&v.RiskAt), at(&v.SweepAt),
		text(&v.Place.Country), text(&v.Place.City),
	}
}

// DueShipments implements shipment.Store.
func (s *Store) DueShipments(ctx context.Context, w auth.WorkspaceID, now time.Time, limit int) ([]shipment.Shipment, error) {
	return all(long(ctx), s.DB, judgedDest, `SELECT `+judgedCols+` FROM (
			SELECT * FROM shipment_state WHERE workspace_id=$1 AND sweep_at>0 AND sweep_at<=$2 ORDER BY sweep_at, shipment_id LIMIT $3 FOR UPDATE SKIP LOCKED
		) AS shipment_state JOIN shipment ON shipment.id=shipment_id`, w, ms(now), limit)
}

// OpenShipments implements shipment.Store. That both identifiers are behind the last
// one is said twice: PostgreSQL joins in their order, and would else read all parcels
// before it.
func (s *Store) OpenShipments(ctx context.Context, w auth.WorkspaceID, after shipment.ID, limit int) ([]shipment.Shipment, error) {
	return all(long(ctx), s.DB, judgedDest, `SELECT `+judgedCols+` FROM shipment_state JOIN shipment ON shipment.id=shipment_id
		WHERE shipment_state.workspace_id=$1 AND open AND shipment_id>$2 AND shipment.id>$2 ORDER BY shipment_id LIMIT $3`, w, int64(after), limit)
}

// HoldOpen implements shipment.Store.
func (s *Store) HoldOpen(ctx context.Context, w auth.WorkspaceID, ids []shipment.ID) ([]shipment.Shipment, error) {
	return among(ctx, s.DB, judgedDest, `SELECT `+judgedCols+` FROM (SELECT * FROM shipment_state WHERE +workspace_id=$1 AND `,
		[]any{w}, "shipment_id", rawIDs(ids), ` ORDER BY shipment_id FOR UPDATE) AS shipment_state JOIN shipment ON shipment.id=shipment_id`)
}

// SaveRisks implements shipment.Store.
func (s *Store) SaveRisks(ctx context.Context, w auth.WorkspaceID, list []shipment.Shipment) error {
	b := batch{table: "shipment_state", cols: riskSchema, rows: make([][]any, 0, len(list))}
	for _, v := range list {
		b.add(int64(v.ID), string(v.Risk), ms(v.RiskAt), ms(v.SweepAt))
	}
	return s.update(ctx, b, int64(w))
}

// MoveRisks implements shipment.Store.
func (s *Store) MoveRisks(ctx context.Context, w auth.WorkspaceID, list []shipment.Shipment) error {
	if len(list) == 0 {
		return nil
	}
	if !s.lite {
		b := batch{cols: append(slices.Clone(riskSchema), columnsOf("updated_at")...)}
		for _, v := range list {
			b.add(int64(v.ID), string(v.Risk), ms(v.RiskAt), ms(v.SweepAt), ms(v.UpdatedAt))
		}
		_, err := s.exec(ctx, postgres.UpdateRows("shipment_state", b.cols)+` AND shipment_state.updated_at=u.updated_at`, append(b.arrays(), int64(w))...)
		return err
	}
	rows := make([][]any, len(list))
	for i, v := range list {
		rows[i] = []any{string(v.Risk), ms(v.RiskAt), ms(v.SweepAt), int64(v.ID), int64(w), ms(v.UpdatedAt)}
	}
	_, err := s.each(ctx, `UPDATE shipment_state SET risk=?, risk_at=?, sweep_at=? WHERE shipment_id=? AND workspace_id=? AND updated_at=?`, "", "", rows)
	return err
}

var riskSchema = columnsOf("shipment_id, risk text, risk_at, sweep_at")

// rawIDs turns identifiers into the numbers that a statement takes.
func rawIDs[T ~int64](ids []T) []int64 {
	out := make([]int64, len(ids))
	for i, id := range ids {
		out[i] = int64(id)
	}
	return out
}
