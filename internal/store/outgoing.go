package store

import (
	"context"

	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/flow/outgoing"
	"godwit.dev/godwit/internal/platform/auth"
)

var _ outgoing.Store = (*Store)(nil)

const outgoingCols = `id, workspace_id, case_id, case_number, resolution_id, shop_id, order_id, means, state, source, address, confirm, lines, currency, note, expected_at, attempt,
	carrier, tracking, shipment_id, seen, arrives_at, created_at, updated_at, sent_at, ended_at`

func outgoingDest(p *outgoing.Parcel) []any {
	return []any{
		&p.ID, &p.Workspace, &p.Case, &p.Number, &p.Resolution, ref(&p.Shop), ref(&p.Order), &p.Means, &p.State, &p.From, doc(&p.To), flag(&p.Confirm), doc(&p.Lines), &p.Currency, &p.Note, at(&p.Expected), &p.Attempt,
		&p.Carrier, &p.Tracking, ref(&p.Shipment), &p.Seen, at(&p.Arrives), at(&p.CreatedAt), at(&p.UpdatedAt), at(&p.SentAt), at(&p.EndedAt),
	}
}

// AddOutgoing implements outgoing.Store.
func (s *Store) AddOutgoing(ctx context.Context, p outgoing.Parcel) (bool, error) {
	n, err := s.exec(ctx, `INSERT INTO outgoing (`+outgoingCols+`) VALUES (`+places(1, 26)+`) ON CONFLICT DO NOTHING`,
		int64(p.ID), int64(p.Workspace), int64(p.Case), p.Number, p.Resolution, opt(p.Shop), opt(p.Order), string(p.Means), string(p.State), p.From, js(p.To), s.bool(p.Confirm), js(p.Lines), p.Currency, clean(p.Note), ms(p.Expected), p.Attempt,
		clean(p.Carrier), clean(p.Tracking), opt(p.Shipment), string(p.Seen), ms(p.Arrives), ms(p.CreatedAt), ms(p.UpdatedAt), ms(p.SentAt), ms(p.EndedAt))
	return n > 0, err
}

// SaveOutgoing implements outgoing.Store.
func (s *Store) SaveOutgoing(ctx context.Context, p outgoing.Parcel) error {
	_, err := s.exec(ctx, `UPDATE outgoing SET state=$1, address=$2, confirm=$3, lines=$4, note=$5, expected_at=$6, attempt=$7, carrier=$8, tracking=$9, shipment_id=$10, seen=$11, arrives_at=$12, updated_at=$13, sent_at=$14, ended_at=$15
		WHERE workspace_id=$16 AND id=$17`,
		string(p.State), js(p.To), s.bool(p.Confirm), js(p.Lines), clean(p.Note), ms(p.Expected), p.Attempt, clean(p.Carrier), clean(p.Tracking), opt(p.Shipment), string(p.Seen), ms(p.Arrives), ms(p.UpdatedAt), ms(p.SentAt), ms(p.EndedAt),
		int64(p.Workspace), int64(p.ID))
	return err
}

// Outgoing implements outgoing.Store.
func (s *Store) Outgoing(ctx context.Context, w auth.WorkspaceID, id outgoing.ID) (outgoing.Parcel, error) {
	return one(ctx, s.DB, outgoingDest, `SELECT `+outgoingCols+` FROM outgoing WHERE workspace_id=$1 AND id=$2`, w, int64(id))
}

// HoldOutgoing implements outgoing.Store.
func (s *Store) HoldOutgoing(ctx context.Context, w auth.WorkspaceID, id outgoing.ID) (outgoing.Parcel, error) {
	return one(ctx, s.DB, outgoingDest, `SELECT `+outgoingCols+` FROM outgoing WHERE workspace_id=$1 AND id=$2 FOR UPDATE`, w, int64(id))
}

// OutgoingOf implements outgoing.Store.
func (s *Store) OutgoingOf(ctx context.Context, w auth.WorkspaceID, resolution int64) (outgoing.Parcel, error) {
	return one(ctx, s.DB, outgoingDest, `SELECT `+outgoingCols+` FROM outgoing WHERE workspace_id=$1 AND resolution_id=$2`, w, resolution)
}

// OutgoingList implements outgoing.Store.
func (s *Store) OutgoingList(ctx context.Context, sc auth.Scope, f outgoing.Filter, before outgoing.ID, limit int) ([]outgoing.Parcel, error) {
	b := &where{}
	b.add("workspace_id=$", sc.Workspace)
	if !sc.All && sc.Shops != nil {
		b.raw(oneOf(b, "shop_id", sc.Shops))
	}
	if f.State != "" {
		b.add("state=$", string(f.State))
	}
	if f.Case != 0 {
		b.add("case_id=$", int64(f.Case))
	}
	if f.Order != 0 {
		b.add("order_id=$", int64(f.Order))
	}
	if before != 0 {
		b.add("id<$", int64(before))
	}
	return all(long(ctx), s.DB, outgoingDest, `SELECT `+outgoingCols+` FROM outgoing WHERE `+b.String()+` ORDER BY id DESC LIMIT `+b.param(limit), b.args...)
}

// CountOutgoing implements outgoing.Store.
func (s *Store) CountOutgoing(ctx context.Context, sc auth.Scope, states []outgoing.State, limit int64) (map[outgoing.State]int64, error) {
	out := map[outgoing.State]int64{}
	for _, state := range states {
		b := &where{}
		b.add("workspace_id=$", sc.Workspace)
		if !sc.All && sc.Shops != nil {
			b.raw(oneOf(b, "shop_id", sc.Shops))
		}
		b.add("state=$", string(state))
		n, err := scalar[int64](ctx, s.DB, `SELECT COUNT(*) FROM (SELECT 1 AS one FROM outgoing WHERE `+b.String()+` LIMIT `+b.param(limit)+`) AS seen`, b.args...)
		if err != nil {
			return nil, err
		}
		out[state] = n
	}
	return out, nil
}

// MovedOutgoing implements outgoing.Store.
func (s *Store) MovedOutgoing(ctx context.Context, w auth.WorkspaceID, limit int) ([]outgoing.Moved, error) {
	dest := func(m *outgoing.Moved) []any { return []any{&m.ID, (*string)(&m.Status), at(&m.Arrives)} }
	return all(ctx, s.DB, dest, `SELECT p.id, t.status, t.expected_to FROM outgoing p JOIN shipment_state t ON t.shipment_id=p.shipment_id
		WHERE p.workspace_id=$1 AND p.state IN ('sent', 'lost') AND (t.status<>p.seen OR t.expected_to<>p.arrives_at) ORDER BY p.id LIMIT $2`, w, limit)
}

// OutgoingShipments returns the shipments in which replacements and repaired units of an order went out.
func (s *Store) OutgoingShipments(ctx context.Context, w auth.WorkspaceID, o order.ID) ([]shipment.ID, error) {
	return all(ctx, s.DB, func(id *shipment.ID) []any { return []any{id} }, `SELECT shipment_id FROM outgoing WHERE workspace_id=$1 AND order_id=$2 AND shipment_id IS NOT NULL
		UNION ALL SELECT shipment_id FROM repair WHERE workspace_id=$1 AND order_id=$2 AND shipment_id IS NOT NULL ORDER BY 1`, w, int64(o))
}
