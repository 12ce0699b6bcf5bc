package store

import (
	"context"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/flow/goods"
	"godwit.dev/godwit/internal/platform/auth"
)

var _ goods.Store = (*Store)(nil)

// placeData is what no query asks of a place.
type placeData struct {
	Name    string        `json:"name"`
	Address order.Address `json:"address"`
	Markets []string      `json:"markets,omitempty"`
	Hours   string        `json:"hours,omitempty"`
	Map     string        `json:"map,omitempty"`
	Note    string        `json:"note,omitempty"`
}

const placeCols = `id, workspace_id, shop_id, route, off, data, created_at, updated_at`

type placeRow struct {
	goods.Place
	data placeData
}

func placeDest(r *placeRow) []any {
	return []any{&r.ID, &r.Workspace, ref(&r.Shop), &r.Route, flag(&r.Off), doc(&r.data), at(&r.CreatedAt), at(&r.UpdatedAt)}
}

func (r placeRow) place() goods.Place {
	p := r.Place
	p.Name, p.Address, p.Markets, p.Hours, p.Map, p.Note = r.data.Name, r.data.Address, r.data.Markets, r.data.Hours, r.data.Map, r.data.Note
	return p
}

// Places implements goods.Store.
func (s *Store) Places(ctx context.Context, w auth.WorkspaceID) ([]goods.Place, error) {
	rows, err := all(ctx, s.DB, placeDest, `SELECT `+placeCols+` FROM return_place WHERE workspace_id=$1 ORDER BY id LIMIT $2`, w, goods.MaxPlaces)
	out := make([]goods.Place, len(rows))
	for i, r := range rows {
		out[i] = r.place()
	}
	return out, err
}

// Place implements goods.Store.
func (s *Store) Place(ctx context.Context, w auth.WorkspaceID, id goods.PlaceID) (goods.Place, error) {
	r, err := one(ctx, s.DB, placeDest, `SELECT `+placeCols+` FROM return_place WHERE workspace_id=$1 AND id=$2`, w, int64(id))
	return r.place(), err
}

// SavePlace implements goods.Store.
func (s *Store) SavePlace(ctx context.Context, p goods.Place) error {
	_, err := s.exec(ctx, `INSERT INTO return_place (`+placeCols+`) VALUES (`+places(1, 8)+`)
		ON CONFLICT (id) DO UPDATE SET shop_id=excluded.shop_id, route=excluded.route, off=excluded.off, data=excluded.data, updated_at=excluded.updated_at`,
		int64(p.ID), int64(p.Workspace), opt(p.Shop), p.Route, s.bool(p.Off), js(placeData{p.Name, p.Address, p.Markets, p.Hours, p.Map, p.Note}), ms(p.CreatedAt), ms(p.UpdatedAt))
	return err
}

const returnCols = `id, workspace_id, case_id, case_number, resolution_id, shop_id, order_id, rma, place_id, route, state, sender, lines, currency,
	carrier, tracking, tracking_key, shipment_id, seen, created_at, updated_at, sent_at, received_at`

func returnDest(p *goods.Parcel) []any {
	var key string
	return []any{
		&p.ID, &p.Workspace, &p.Case, &p.Number, &p.Resolution, ref(&p.Shop), ref(&p.Order), &p.RMA, ref(&p.Place), &p.Route, &p.State, doc(&p.Sender), doc(&p.Lines), &p.Currency,
		&p.Carrier, &p.Tracking, &key, ref(&p.Shipment), &p.Seen, at(&p.CreatedAt), at(&p.UpdatedAt), at(&p.SentAt), at(&p.ReceivedAt),
	}
}

// AddReturn implements goods.Store.
func (s *Store) AddReturn(ctx context.Context, p goods.Parcel) (bool, error) {
	n, err := s.exec(ctx, `INSERT INTO return_parcel (`+returnCols+`) VALUES (`+places(1, 23)+`) ON CONFLICT DO NOTHING`,
		int64(p.ID), int64(p.Workspace), int64(p.Case), p.Number, p.Resolution, opt(p.Shop), opt(p.Order), p.RMA, opt(p.Place), p.Route, string(p.State), js(p.Sender), js(p.Lines), p.Currency,
		clean(p.Carrier), clean(p.Tracking), order.TrackingKey(p.Tracking), opt(p.Shipment), string(p.Seen), ms(p.CreatedAt), ms(p.UpdatedAt), ms(p.SentAt), ms(p.ReceivedAt))
	return n > 0, err
}

// SaveReturn implements goods.Store.
func (s *Store) SaveReturn(ctx context.Context, p goods.Parcel) error {
	_, err := s.exec(ctx, `UPDATE return_parcel SET place_id=$1, route=$2, state=$3, carrier=$4, tracking=$5, tracking_key=$6, shipment_id=$7, seen=$8, updated_at=$9, sent_at=$10, received_at=$11, lines=$12, resolution_id=$13
		WHERE workspace_id=$14 AND id=$15`,
		opt(p.Place), p.Route, string(p.State), clean(p.Carrier), clean(p.Tracking), order.TrackingKey(p.Tracking), opt(p.Shipment), string(p.Seen), ms(p.UpdatedAt), ms(p.SentAt), ms(p.ReceivedAt), js(p.Lines), p.Resolution,
		int64(p.Workspace), int64(p.ID))
	return err
}

// Return implements goods.Store.
func (s *Store) Return(ctx context.Context, w auth.WorkspaceID, id goods.ParcelID) (goods.Parcel, error) {
	return one(ctx, s.DB, returnDest, `SELECT `+returnCols+` FROM return_parcel WHERE workspace_id=$1 AND id=$2`, w, int64(id))
}

// HoldReturn implements goods.Store.
func (s *Store) HoldReturn(ctx context.Context, w auth.WorkspaceID, id goods.ParcelID) (goods.Parcel, error) {
	return one(ctx, s.DB, returnDest, `SELECT `+returnCols+` FROM return_parcel WHERE workspace_id=$1 AND id=$2 FOR UPDATE`, w, int64(id))
}

// ReturnOf implements goods.Store.
func (s *Store) ReturnOf(ctx context.Context, w auth.WorkspaceID, resolution int64) (goods.Parcel, error) {
	return one(ctx, s.DB, returnDest, `SELECT `+returnCols+` FROM return_parcel WHERE workspace_id=$1 AND resolution_id=$2`, w, resolution)
}

// ReturnsByCode implements goods.Store.
func (s *Store) ReturnsByCode(ctx context.Context, w auth.WorkspaceID, rma, tracking string) ([]goods.Parcel, error) {
	if rma != "" {
		return all(ctx, s.DB, returnDest, `SELECT `+returnCols+` FROM return_parcel WHERE workspace_id=$1 AND rma=$2`, w, rma)
	}
	return all(ctx, s.DB, returnDest, `SELECT `+returnCols+` FROM return_parcel WHERE workspace_id=$1 AND tracking_key=$2 AND tracking_key<>'' ORDER BY id DESC LIMIT $3`, w, tracking, goods.MaxPage)
}

// Returns implements goods.Store.
func (s *Store) Returns(ctx context.Context, sc auth.Scope, f goods.Filter, before goods.ParcelID, limit int) ([]goods.Parcel, error) {
	b := &where{}
	b.add("workspace_id=$", sc.Workspace)
	if !sc.All && sc.Shops != nil {
		b.raw(oneOf(b, "shop_id", sc.Shops))
	}
	if f.State != "" {
		b.add("state=$", string(f.State))
	}
	if f.Open {
		b.raw("state IN ('expected', 'sent', 'moving', 'arrived')")
	}
	if f.Case != 0 {
		b.add("case_id=$", int64(f.Case))
	}
	if f.Order != 0 {
		b.add("order_id=$", int64(f.Order))
	}
	if f.Place != 0 {
		b.add("place_id=$", int64(f.Place))
	}
	if len(f.Of) > 0 {
		b.raw("order_id IN (SELECT o.id FROM orders o WHERE o.workspace_id=" + b.param(int64(sc.Workspace)) + " AND " + oneOf(b, "o.customer_id", f.Of) + ")")
	}
	if before != 0 {
		b.add("id<$", int64(before))
	}
	return all(ctx, s.DB, returnDest, `SELECT `+returnCols+` FROM return_parcel WHERE `+b.String()+` ORDER BY id DESC LIMIT `+b.param(limit), b.args...)
}

// MovedReturns implements goods.Store.
func (s *Store) MovedReturns(ctx context.Context, w auth.WorkspaceID, limit int) ([]goods.Moved, error) {
	dest := func(m *goods.Moved) []any { return []any{&m.ID, (*string)(&m.Status)} }
	return all(ctx, s.DB, dest, `SELECT p.id, t.status FROM return_parcel p JOIN shipment_state t ON t.shipment_id=p.shipment_id
		WHERE p.workspace_id=$1 AND p.state IN ('sent', 'moving') AND t.status<>p.seen ORDER BY p.id LIMIT $2`, w, limit)
}

const doorCols = `id, workspace_id, key, parcel_id, code, counted, note, at, actor_kind, actor_id, actor_name, claimed_id`

func doorDest(x *goods.Scan) []any {
	return []any{&x.ID, &x.Workspace, &x.Key, ref(&x.Parcel), &x.Code, doc(&x.Counted), &x.Note, at(&x.At), &x.By.Kind, &x.By.ID, &x.By.Name, ref(&x.Claimed)}
}

// AddScan implements goods.Store.
func (s *Store) AddScan(ctx context.Context, x goods.Scan) (bool, error) {
	n, err := s.exec(ctx, `INSERT INTO return_scan (`+doorCols+`) VALUES (`+places(1, 12)+`) ON CONFLICT DO NOTHING`,
		x.ID, int64(x.Workspace), clean(x.Key), opt(x.Parcel), clean(x.Code), js(x.Counted), clean(x.Note), ms(x.At), string(x.By.Kind), x.By.ID, clean(x.By.Name), opt(x.Claimed))
	return n > 0, err
}

// UnknownScans implements goods.Store.
func (s *Store) UnknownScans(ctx context.Context, w auth.WorkspaceID, before int64, limit int) ([]goods.Scan, error) {
	b := &where{}
	b.add("workspace_id=$", w)
	b.raw("parcel_id IS NULL AND claimed_id IS NULL") // as the index says it
	if before != 0 {
		b.add("id<$", before)
	}
	return all(ctx, s.DB, doorDest, `SELECT `+doorCols+` FROM return_scan WHERE `+b.String()+` ORDER BY id DESC LIMIT `+b.param(limit), b.args...)
}

// ClaimScan implements goods.Store.
func (s *Store) ClaimScan(ctx context.Context, w auth.WorkspaceID, scan int64, p goods.ParcelID) error {
	n, err := s.exec(ctx, `UPDATE return_scan SET claimed_id=$1 WHERE workspace_id=$2 AND id=$3 AND parcel_id IS NULL AND claimed_id IS NULL`, int64(p), w, scan)
	if err == nil && n == 0 {
		err = errs.New(errs.NotFound, "error.not_found")
	}
	return err
}
