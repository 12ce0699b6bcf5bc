package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store/postgres"
)

var _ shipment.Store = (*Store)(nil)

// The columns of a shipment: what it is, and what its events add up to.
const (
	parcelList = `id, workspace_id, shop_id, order_id, direction text, carrier text, number text, origin text, destination text, service text,
		sent_from jsonb, sent_to jsonb, created_at`
	parcelState = `updated_at, status text, since, cause text, reason text, first_scan_at, picked_up_at, delivered_at, last_scan_at, customs_since,
		expected_from, expected_to, attempts, attempt_at, delayed boolean, polling_expired boolean, not_found boolean, doubtful boolean,
		leg, through, risk_at, place jsonb`
	legList  = `id, workspace_id, shipment_id, seq, carrier text, name text, number text, number_key text, params jsonb, label_at, from_at, until_at`
	scanList = `id, workspace_id, shipment_id, leg_id, at, key, status text, cause text, reason text, code text, text text, zoned boolean,
		correction boolean, expected_from, expected_to, place jsonb, source text, payload_id, arrived_at`
)

// shipmentSchema is what the lists say, read once.
var shipmentSchema = struct{ parcel, state, leg, scan []postgres.Column }{
	columnsOf(parcelList + "," + parcelState), columnsOf("id," + parcelState), columnsOf(legList), columnsOf(scanList),
}

var (
	shipmentCols = names(shipmentSchema.parcel)
	legCols      = names(shipmentSchema.leg)
	scanCols     = names(shipmentSchema.scan)
)

func shipmentDest(v *shipment.Shipment) []any {
	return []any{
		&v.ID, &v.Workspace, ref(&v.Shop), ref(&v.Order), &v.Direction, &v.Carrier, &v.Number, &v.Origin.Country, &v.To.Country, &v.Service,
		placeCol{&v.Origin}, placeCol{&v.To}, at(&v.CreatedAt), at(&v.UpdatedAt), &v.Status, at(&v.Since), &v.Cause, &v.Reason,
		at(&v.FirstScanAt), at(&v.PickedUpAt), at(&v.DeliveredAt), at(&v.LastScanAt), at(&v.CustomsSince),
		at(&v.Expected.From), at(&v.Expected.To), &v.Attempts, at(&v.AttemptAt),
		flag(&v.Delayed), flag(&v.PollingExpired), flag(&v.NotFound), flag(&v.Doubtful), &v.Leg, at(&v.Through), at(&v.RiskAt), placeCol{&v.Place},
	}
}

// placeCol scans a place; most are empty, which needs no parser.
type placeCol struct{ p *shipment.Place }

func (c placeCol) Scan(src any) error {
	*c.p = shipment.Place{}
	if src == "{}" {
		return nil
	}
	if b, ok := src.([]byte); ok && len(b) == 2 {
		return nil
	}
	return doc(c.p).Scan(src)
}

func placeVal(p shipment.Place) string {
	if p == (shipment.Place{}) {
		return "{}"
	}
	return js(p)
}

func (s *Store) shipmentVals(v shipment.Shipment) []any {
	return append([]any{
		int64(v.ID), int64(v.Workspace), opt(v.Shop), opt(v.Order), string(v.Direction), clean(v.Carrier), clean(v.Number),
		clean(v.Origin.Country), clean(v.To.Country), clean(v.Service), placeVal(v.Origin), placeVal(v.To), ms(v.CreatedAt),
	}, s.stateVals(v)...)
}

func (s *Store) stateVals(v shipment.Shipment) []any {
	return []any{
		ms(v.UpdatedAt), string(v.Status), ms(v.Since), string(v.Cause), string(v.Reason),
		ms(v.FirstScanAt), ms(v.PickedUpAt), ms(v.DeliveredAt), ms(v.LastScanAt), ms(v.CustomsSince),
		ms(v.Expected.From), ms(v.Expected.To), int64(v.Attempts), ms(v.AttemptAt),
		s.bool(v.Delayed), s.bool(v.PollingExpired), s.bool(v.NotFound), s.bool(v.Doubtful), int64(v.Leg), ms(v.Through), ms(v.RiskAt), placeVal(v.Place),
	}
}

type legRow struct {
	shipment.Leg
	workspace auth.WorkspaceID
}

func legDest(v *legRow) []any {
	return []any{&v.ID, &v.workspace, &v.Shipment, &v.Seq, &v.Carrier, &v.Name, &v.Number, &v.Key, doc(&v.Params), at(&v.LabelAt), at(&v.From), at(&v.Until)}
}

func legVals(w auth.WorkspaceID, l shipment.Leg) []any {
	params := "{}"
	if len(l.Params) > 0 {
		params = js(l.Params)
	}
	return []any{int64(l.ID), int64(w), int64(l.Shipment), int64(l.Seq), clean(l.Carrier), clean(l.Name), clean(l.Number), clean(l.Key), params, ms(l.LabelAt), ms(l.From), ms(l.Until)}
}

type scanRow struct {
	shipment.Event
	workspace auth.WorkspaceID
	key       int64
}

func scanDest(v *scanRow) []any {
	return []any{
		&v.ID, &v.workspace, &v.Shipment, &v.Leg, at(&v.At), &v.key, &v.Status, &v.Cause, &v.Reason, &v.Code, &v.Text, flag(&v.Zoned),
		flag(&v.Correction), at(&v.Expected.From), at(&v.Expected.To), placeCol{&v.Place}, &v.Source, &v.Payload, at(&v.ArrivedAt),
	}
}

// Shipment implements shipment.Store.
func (s *Store) Shipment(ctx context.Context, w auth.WorkspaceID, id shipment.ID) (shipment.Shipment, error) {
	v, err := one(ctx, s.DB, shipmentDest, `SELECT `+shipmentCols+` FROM shipment WHERE workspace_id=$1 AND id=$2`, w, id)
	if err != nil {
		return v, err
	}
	list := []shipment.Shipment{v}
	err = s.fillLegs(ctx, w, list)
	return list[0], err
}

func (s *Store) fillLegs(ctx context.Context, w auth.WorkspaceID, list []shipment.Shipment) error {
	ids, place := make([]int64, len(list)), make(map[shipment.ID]*shipment.Shipment, len(list))
	for i := range list {
		ids[i], place[list[i].ID] = int64(list[i].ID), &list[i]
	}
	legs, err := among(ctx, s.DB, legDest, `SELECT `+legCols+` FROM shipment_leg WHERE +workspace_id=$1 AND `, []any{w}, "shipment_id", ids, ` ORDER BY shipment_id, seq, id`)
	for _, l := range legs {
		v := place[l.Shipment]
		v.Legs = append(v.Legs, l.Leg)
	}
	return err
}

// HoldShipments implements shipment.Store.
func (s *Store) HoldShipments(ctx context.Context, w auth.WorkspaceID, ids []shipment.ID) ([]shipment.Shipment, error) {
	raw := make([]int64, len(ids))
	for i, id := range ids {
		raw[i] = int64(id)
	}
	return s.holdShipments(ctx, w, raw)
}

// HoldByNumbers implements shipment.Store. Who holds a shipment may change its
// legs, so they are read once it is held.
func (s *Store) HoldByNumbers(ctx context.Context, w auth.WorkspaceID, keys []string) ([]shipment.Shipment, error) {
	cleaned := make([]string, len(keys))
	for i, k := range keys {
		cleaned[i] = clean(k)
	}
	ids, err := among(ctx, s.DB, func(v *int64) []any { return []any{v} },
		`SELECT shipment_id FROM shipment_leg WHERE workspace_id=$1 AND `, []any{w}, "number_key", cleaned, "")
	if err != nil {
		return nil, err
	}
	return s.holdShipments(ctx, w, ids)
}

func (s *Store) holdShipments(ctx context.Context, w auth.WorkspaceID, ids []int64) ([]shipment.Shipment, error) {
	slices.Sort(ids)
	list, err := among(ctx, s.DB, shipmentDest, `SELECT `+shipmentCols+` FROM shipment WHERE workspace_id=$1 AND `, []any{w}, "id", slices.Compact(ids), ` ORDER BY id FOR UPDATE`)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list, s.fillLegs(ctx, w, list)
}

// TrackingEvents implements shipment.Store.
func (s *Store) TrackingEvents(ctx context.Context, w auth.WorkspaceID, ids []shipment.ID) ([]shipment.Event, error) {
	raw := make([]int64, len(ids))
	for i, id := range ids {
		raw[i] = int64(id)
	}
	rows, err := among(ctx, s.DB, scanDest, `SELECT `+scanCols+` FROM tracking_event WHERE workspace_id=$1 AND `, []any{w}, "shipment_id", raw, ` ORDER BY shipment_id, at, key`)
	out := make([]shipment.Event, len(rows))
	for i, r := range rows {
		out[i] = r.Event
	}
	return out, err
}

// AddShipments implements shipment.Store.
func (s *Store) AddShipments(ctx context.Context, list []shipment.Shipment) error {
	b := batch{table: "shipment", cols: shipmentSchema.parcel}
	for _, v := range list {
		b.add(s.shipmentVals(v)...)
	}
	return s.insert(ctx, b)
}

// AddLegs implements shipment.Store.
func (s *Store) AddLegs(ctx context.Context, w auth.WorkspaceID, legs []shipment.Leg) error {
	b := batch{table: "shipment_leg", cols: shipmentSchema.leg}
	for _, l := range legs {
		b.add(legVals(w, l)...)
	}
	if err := s.insert(ctx, b); err != nil {
		return err
	}
	return s.legsStand(ctx, w, legs)
}

// SaveLeg implements shipment.Store.
func (s *Store) SaveLeg(ctx context.Context, w auth.WorkspaceID, l shipment.Leg) error {
	b := batch{table: "shipment_leg", cols: shipmentSchema.leg}
	b.cols = slices.Concat(b.cols[:1], b.cols[3:])
	vals := legVals(w, l)
	b.add(append(vals[:1:1], vals[3:]...)...)
	return s.update(ctx, b, int64(w))
}

// AddTracking implements shipment.Store.
func (s *Store) AddTracking(ctx context.Context, w auth.WorkspaceID, list []shipment.Event) error {
	b := batch{table: "tracking_event", cols: shipmentSchema.scan, rows: make([][]any, 0, len(list))}
	for _, e := range list {
		b.add(int64(e.ID), int64(w), int64(e.Shipment), int64(e.Leg), ms(e.At), e.Key(), string(e.Status), string(e.Cause), string(e.Reason),
			clean(e.Code), clean(e.Text), s.bool(e.Zoned), s.bool(e.Correction), ms(e.Expected.From), ms(e.Expected.To), placeVal(e.Place),
			clean(e.Source), int64(e.Payload), ms(e.ArrivedAt))
	}
	return s.insert(ctx, b)
}

// SaveStates implements shipment.Store.
func (s *Store) SaveStates(ctx context.Context, w auth.WorkspaceID, list []shipment.Shipment) error {
	b := batch{table: "shipment", cols: shipmentSchema.state, rows: make([][]any, 0, len(list))}
	for _, v := range list {
		b.add(append([]any{int64(v.ID)}, s.stateVals(v)...)...)
	}
	return s.update(ctx, b, int64(w))
}

// SaveShipments implements shipment.Store.
func (s *Store) SaveShipments(ctx context.Context, w auth.WorkspaceID, list []shipment.Shipment) error {
	b := batch{table: "shipment", cols: slices.Concat(shipmentSchema.parcel[:1], shipmentSchema.parcel[2:])}
	for _, v := range list {
		vals := s.shipmentVals(v)
		b.add(append(vals[:1:1], vals[2:]...)...)
	}
	return s.update(ctx, b, int64(w))
}

// AddPayload implements shipment.Store.
func (s *Store) AddPayload(ctx context.Context, w auth.WorkspaceID, id shipment.PayloadID, source string, body []byte, received time.Time) error {
	_, err := s.exec(ctx, `INSERT INTO tracking_payload (id, workspace_id, source, size, data, received_at) VALUES ($1,$2,$3,$4,$5,$6)`,
		id, w, clean(source), len(body), s.pack(body), ms(received))
	return err
}

// Payload implements shipment.Store.
func (s *Store) Payload(ctx context.Context, w auth.WorkspaceID, id shipment.PayloadID) ([]byte, error) {
	packed, err := scalar[[]byte](ctx, s.DB, `SELECT data FROM tracking_payload WHERE workspace_id=$1 AND id=$2`, w, id)
	if err != nil {
		return nil, err
	}
	return s.unpack(packed)
}

const linkedCols = `workspace_id, fulfillment_id, order_id, shipment_id`

func linkedDest(l *shipment.Link) []any {
	return []any{&l.Workspace, &l.Fulfillment, &l.Order, &l.Shipment}
}

// Links implements shipment.Store.
func (s *Store) Links(ctx context.Context, w auth.WorkspaceID, orders []order.ID) ([]shipment.Link, error) {
	raw := make([]int64, len(orders))
	for i, id := range orders {
		raw[i] = int64(id)
	}
	return among(ctx, s.DB, linkedDest, `SELECT `+linkedCols+` FROM shipment_order WHERE workspace_id=$1 AND `, []any{w}, "order_id", raw, ` ORDER BY fulfillment_id`)
}

// LinksOf implements shipment.Store.
func (s *Store) LinksOf(ctx context.Context, w auth.WorkspaceID, ids []shipment.ID) ([]shipment.Link, error) {
	raw := make([]int64, len(ids))
	for i, id := range ids {
		raw[i] = int64(id)
	}
	return among(ctx, s.DB, linkedDest, `SELECT `+linkedCols+` FROM shipment_order WHERE +workspace_id=$1 AND `, []any{w}, "shipment_id", raw, ` ORDER BY fulfillment_id`)
}

// AddLinks implements shipment.Store.
func (s *Store) AddLinks(ctx context.Context, links []shipment.Link) error {
	b := batch{table: "shipment_order", cols: columnsOf(linkedCols)}
	for _, l := range links {
		b.add(int64(l.Workspace), l.Fulfillment, int64(l.Order), int64(l.Shipment))
	}
	return s.insert(ctx, b)
}

// DropLinks implements shipment.Store.
func (s *Store) DropLinks(ctx context.Context, w auth.WorkspaceID, fulfillments []int64) error {
	for _, f := range fulfillments {
		if _, err := s.exec(ctx, `DELETE FROM shipment_order WHERE workspace_id=$1 AND fulfillment_id=$2`, w, f); err != nil {
			return err
		}
	}
	return nil
}

// ListShipments implements shipment.Store.
func (s *Store) ListShipments(ctx context.Context, sc auth.Scope, f shipment.Filter, after shipment.Cursor, limit int) ([]shipment.Shipment, error) {
	b := &where{}
	b.add("workspace_id=$", sc.Workspace)
	if !sc.All && sc.Shops != nil {
		b.raw(oneOf(b, "+shop_id", sc.Shops))
	}
	key, down := f.Sort()
	column := map[shipment.Sort]string{shipment.BySince: "since", shipment.ByRisk: "risk_at", shipment.ByAttempt: "attempt_at"}[key]
	filterShipments(b, f)
	by, dir := "id", " ASC"
	cmp := ">"
	if down {
		dir, cmp = " DESC", "<"
	}
	if column != "" {
		by = column + dir + ", id"
	}
	if after.ID != 0 {
		if column == "" {
			b.add("id"+cmp+"$", after.ID)
		} else {
			b.raw("(" + column + ", id)" + cmp + "(" + b.param(ms(after.At)) + "," + b.param(after.ID) + ")")
		}
	}
	list, err := all(long(ctx), s.DB, shipmentDest, `SELECT `+shipmentCols+` FROM shipment WHERE `+b.String()+` ORDER BY `+by+dir+` LIMIT `+b.param(limit), b.args...)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list, s.fillLegs(ctx, sc.Workspace, list)
}

func filterShipments(b *where, f shipment.Filter) {
	if len(f.Status) > 0 {
		in := make([]string, len(f.Status))
		for i, v := range f.Status {
			in[i] = b.param(string(v))
		}
		b.raw("status IN (" + strings.Join(in, ",") + ")")
	}
	if !f.AtRisk.IsZero() {
		b.add("risk_at>0 AND risk_at<=$", ms(f.AtRisk))
	}
	if f.Attempted {
		b.raw("attempts>0 AND status NOT IN ('delivered','returned','lost','destroyed','cancelled')")
	}
	if f.Shop != 0 {
		b.add("shop_id=$", f.Shop)
	}
	if f.Carrier != "" {
		b.add("carrier=$", clean(f.Carrier))
	}
	if f.From != "" {
		b.add("origin=$", clean(f.From))
	}
	if f.To != "" {
		b.add("destination=$", clean(f.To))
	}
	if f.Direction != "" {
		b.add("direction=$", string(f.Direction))
	}
	if f.Order != 0 {
		b.raw("id IN (SELECT shipment_id FROM shipment_order WHERE workspace_id=$1 AND order_id=" + b.param(f.Order) + ")")
	}
	if f.Key != "" {
		b.raw("id IN (SELECT shipment_id FROM shipment_leg WHERE workspace_id=$1 AND number_key=" + b.param(clean(f.Key)) + ")")
	}
}

// legsStand fails with errs.Conflict if another transaction has told one of the
// numbers first.
func (s *Store) legsStand(ctx context.Context, w auth.WorkspaceID, legs []shipment.Leg) error {
	ids := make([]int64, len(legs))
	for i, l := range legs {
		ids[i] = int64(l.ID)
	}
	have, err := among(ctx, s.DB, func(v *int64) []any { return []any{v} }, `SELECT id FROM shipment_leg WHERE workspace_id=$1 AND `, []any{w}, "id", ids, "")
	if err == nil && len(have) < len(ids) {
		err = shipment.ErrRace
	}
	return err
}
