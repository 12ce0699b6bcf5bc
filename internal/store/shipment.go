package store

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store/postgres"
)

var _ shipment.Store = (*Store)(nil)

// The columns of a shipment: what it is, and what its events add up to.
const (
	parcelList = `id, workspace_id, shop_id, order_id, direction text, carrier text, number text, origin text, destination text, service text,
		sent_from jsonb, sent_to jsonb, created_at, legs`
	parcelState = `updated_at, status text, since, cause text, reason text, first_scan_at, picked_up_at, delivered_at, last_scan_at, customs_since,
		expected_from, expected_to, attempts, attempt_at, delayed boolean, polling_expired boolean, not_found boolean, doubtful boolean,
		leg, through, risk text, risk_at, sweep_at, place jsonb`
	// scanState is what a scan changes of a parcel on its way; what is left out would
	// have indexes written anew in which nothing changes.
	scanState = `updated_at, status text, since, cause text, reason text, first_scan_at, picked_up_at, last_scan_at, customs_since,
		expected_from, expected_to, delayed boolean, polling_expired boolean, not_found boolean, leg, through, risk_at, place jsonb`
	legList  = `id, workspace_id, shipment_id, seq, carrier text, name text, number text, number_key text, params jsonb, label_at, from_at, until_at`
	scanList = `id, workspace_id, shipment_id, leg_id, at, key, status text, cause text, reason text, code text, text text, zoned boolean,
		correction boolean, expected_from, expected_to, place jsonb, source text, payload_id, arrived_at`
)

// shipmentSchema is what the lists say, read once.
var shipmentSchema = struct{ parcel, state, onWay, leg, scan []postgres.Column }{
	columnsOf(parcelList), columnsOf("shipment_id, workspace_id," + parcelState + ", open boolean"), columnsOf("shipment_id," + scanState), columnsOf(legList), columnsOf(scanList),
}

var (
	shipmentCols = columns("shipment", names(shipmentSchema.parcel)) + ", " + columns("shipment_state", names(columnsOf(parcelState)))
	legCols      = names(shipmentSchema.leg)
	scanCols     = names(shipmentSchema.scan)
)

// shipmentRow is a shipment and how many legs it has.
type shipmentRow struct {
	shipment.Shipment
	legs int
}

func shipmentDest(v *shipmentRow) []any {
	return []any{
		&v.ID, &v.Workspace, ref(&v.Shop), ref(&v.Order), &v.Direction, &v.Carrier, &v.Number, &v.Origin.Country, &v.To.Country, &v.Service,
		placeCol{&v.Origin}, placeCol{&v.To}, at(&v.CreatedAt), &v.legs, at(&v.UpdatedAt), &v.Status, at(&v.Since), &v.Cause, &v.Reason,
		at(&v.FirstScanAt), at(&v.PickedUpAt), at(&v.DeliveredAt), at(&v.LastScanAt), at(&v.CustomsSince),
		at(&v.Expected.From), at(&v.Expected.To), &v.Attempts, at(&v.AttemptAt),
		flag(&v.Delayed), flag(&v.PollingExpired), flag(&v.NotFound), flag(&v.Doubtful), &v.Leg, at(&v.Through), &v.Risk, at(&v.RiskAt), at(&v.SweepAt), placeCol{&v.Place},
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

func shipmentVals(v shipment.Shipment) []any {
	return []any{
		int64(v.ID), int64(v.Workspace), opt(v.Shop), opt(v.Order), string(v.Direction), clean(v.Carrier), clean(v.Number),
		clean(v.Origin.Country), clean(v.To.Country), clean(v.Service), placeVal(v.Origin), placeVal(v.To), ms(v.CreatedAt), int64(len(v.Legs)),
	}
}

func (s *Store) stateVals(v shipment.Shipment) []any {
	return []any{
		int64(v.ID), int64(v.Workspace), ms(v.UpdatedAt), string(v.Status), ms(v.Since), string(v.Cause), string(v.Reason),
		ms(v.FirstScanAt), ms(v.PickedUpAt), ms(v.DeliveredAt), ms(v.LastScanAt), ms(v.CustomsSince),
		ms(v.Expected.From), ms(v.Expected.To), int64(v.Attempts), ms(v.AttemptAt),
		s.bool(v.Delayed), s.bool(v.PollingExpired), s.bool(v.NotFound), s.bool(v.Doubtful), int64(v.Leg), ms(v.Through), string(v.Risk), ms(v.RiskAt), ms(v.SweepAt), placeVal(v.Place), s.bool(v.Status.Open()),
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
	v, err := one(ctx, s.DB, shipmentDest, `SELECT `+shipmentCols+` FROM shipment JOIN shipment_state ON shipment_id=shipment.id
		WHERE shipment.workspace_id=$1 AND shipment.id=$2`, w, id)
	if err != nil {
		return v.Shipment, err
	}
	list, err := s.withLegs(ctx, w, []shipmentRow{v}, nil)
	if err != nil {
		return v.Shipment, err
	}
	return list[0], nil
}

// withLegs gives shipments their legs: those at hand, and where they are not all,
// what the table says.
func (s *Store) withLegs(ctx context.Context, w auth.WorkspaceID, rows []shipmentRow, have []legRow) ([]shipment.Shipment, error) {
	list, place := make([]shipment.Shipment, len(rows)), make(map[shipment.ID]*shipment.Shipment, len(rows))
	for i := range rows {
		list[i], place[rows[i].ID] = rows[i].Shipment, &list[i]
	}
	give := func(legs []legRow) {
		for _, l := range legs {
			if v := place[l.Shipment]; v != nil {
				v.Legs = append(v.Legs, l.Leg)
			}
		}
	}
	give(have)
	var lacking []int64
	for i := range rows {
		if len(list[i].Legs) != rows[i].legs {
			list[i].Legs = nil
			lacking = append(lacking, int64(list[i].ID))
		}
	}
	legs, err := among(ctx, s.DB, legDest, `SELECT `+legCols+` FROM shipment_leg WHERE +workspace_id=$1 AND `, []any{w}, "shipment_id", lacking, ` ORDER BY shipment_id, seq, id`)
	give(legs)
	return list, err
}

// HoldShipments implements shipment.Store.
func (s *Store) HoldShipments(ctx context.Context, w auth.WorkspaceID, ids []shipment.ID) ([]shipment.Shipment, error) {
	raw := make([]int64, len(ids))
	for i, id := range ids {
		raw[i] = int64(id)
	}
	return s.holdShipments(ctx, w, raw, nil)
}

// HoldByNumbers implements shipment.Store. Who adds a leg counts it in the
// shipment, so that one which was added before the shipment was held is missed.
func (s *Store) HoldByNumbers(ctx context.Context, w auth.WorkspaceID, keys []string) ([]shipment.Shipment, error) {
	cleaned := make([]string, len(keys))
	for i, k := range keys {
		cleaned[i] = clean(k)
	}
	legs, err := among(ctx, s.DB, legDest, `SELECT `+legCols+` FROM shipment_leg WHERE workspace_id=$1 AND `, []any{w}, "number_key", cleaned, "")
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(legs))
	for i, l := range legs {
		ids[i] = int64(l.Shipment)
	}
	return s.holdShipments(ctx, w, ids, legs)
}

func (s *Store) holdShipments(ctx context.Context, w auth.WorkspaceID, ids []int64, legs []legRow) ([]shipment.Shipment, error) {
	slices.Sort(ids)
	// The lock is on the state alone: it is what changes.
	rows, err := among(ctx, s.DB, shipmentDest, `SELECT `+shipmentCols+` FROM (SELECT * FROM shipment_state WHERE +workspace_id=$1 AND `,
		[]any{w}, "shipment_id", slices.Compact(ids), ` ORDER BY shipment_id FOR UPDATE) AS shipment_state JOIN shipment ON shipment.id=shipment_id`)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return s.withLegs(ctx, w, rows, legs)
}

// TrackingEvents implements shipment.Store.
func (s *Store) TrackingEvents(ctx context.Context, w auth.WorkspaceID, ids []shipment.ID) ([]shipment.Event, error) {
	raw := make([]int64, len(ids))
	for i, id := range ids {
		raw[i] = int64(id)
	}
	rows, err := among(ctx, s.DB, scanDest, `SELECT `+scanCols+` FROM tracking_event WHERE +workspace_id=$1 AND `, []any{w}, "shipment_id", raw, ` ORDER BY shipment_id, at, key`)
	out := make([]shipment.Event, len(rows))
	for i, r := range rows {
		out[i] = r.Event
	}
	return out, err
}

// AddShipments implements shipment.Store.
func (s *Store) AddShipments(ctx context.Context, list []shipment.Shipment) error {
	b, states := batch{table: "shipment", cols: shipmentSchema.parcel}, batch{table: "shipment_state", cols: shipmentSchema.state}
	for _, v := range list {
		b.add(shipmentVals(v)...)
		states.add(s.stateVals(v)...)
	}
	if err := s.fill(ctx, b); err != nil {
		return err
	}
	return s.fill(ctx, states)
}

// AddLegs implements shipment.Store.
func (s *Store) AddLegs(ctx context.Context, w auth.WorkspaceID, legs []shipment.Leg) error {
	b := batch{table: "shipment_leg", cols: shipmentSchema.leg}
	for _, l := range legs {
		b.add(legVals(w, l)...)
	}
	if err := s.fill(ctx, b); errs.Is(err, errs.Conflict) {
		return shipment.ErrRace
	} else if err != nil {
		return err
	}
	return s.followLegs(ctx, w, legs)
}

// SaveLeg implements shipment.Store.
func (s *Store) SaveLeg(ctx context.Context, w auth.WorkspaceID, l shipment.Leg) error {
	b := batch{table: "shipment_leg", cols: without(shipmentSchema.leg, 1)}
	b.add(without(legVals(w, l), 1)...)
	if err := s.update(ctx, b, int64(w)); err != nil {
		return err
	}
	return s.followLegs(ctx, w, []shipment.Leg{l})
}

// AddTracking implements shipment.Store.
func (s *Store) AddTracking(ctx context.Context, w auth.WorkspaceID, list []shipment.Event) error {
	b := batch{table: "tracking_event", cols: shipmentSchema.scan, rows: make([][]any, 0, len(list))}
	for _, e := range list {
		b.add(int64(e.ID), int64(w), int64(e.Shipment), int64(e.Leg), ms(e.At), e.Key(), string(e.Status), string(e.Cause), string(e.Reason),
			clean(e.Code), clean(e.Text), s.bool(e.Zoned), s.bool(e.Correction), ms(e.Expected.From), ms(e.Expected.To), placeVal(e.Place),
			clean(e.Source), int64(e.Payload), ms(e.ArrivedAt))
	}
	return s.fill(ctx, b)
}

// SaveStates implements shipment.Store.
func (s *Store) SaveStates(ctx context.Context, w auth.WorkspaceID, list []shipment.Shipment) error {
	b := batch{table: "shipment_state", cols: without(shipmentSchema.state, 1), rows: make([][]any, 0, len(list))}
	for _, v := range list {
		b.add(without(s.stateVals(v), 1)...)
	}
	return s.update(ctx, b, int64(w))
}

// SaveScans implements shipment.Store.
func (s *Store) SaveScans(ctx context.Context, w auth.WorkspaceID, list []shipment.Shipment) error {
	b := batch{table: "shipment_state", cols: shipmentSchema.onWay, rows: make([][]any, 0, len(list))}
	for _, v := range list {
		b.add(int64(v.ID), ms(v.UpdatedAt), string(v.Status), ms(v.Since), string(v.Cause), string(v.Reason), ms(v.FirstScanAt), ms(v.PickedUpAt),
			ms(v.LastScanAt), ms(v.CustomsSince), ms(v.Expected.From), ms(v.Expected.To), s.bool(v.Delayed), s.bool(v.PollingExpired), s.bool(v.NotFound),
			int64(v.Leg), ms(v.Through), ms(v.RiskAt), placeVal(v.Place))
	}
	return s.update(ctx, b, int64(w))
}

// SaveShipments implements shipment.Store.
func (s *Store) SaveShipments(ctx context.Context, w auth.WorkspaceID, list []shipment.Shipment) error {
	b := batch{table: "shipment", cols: without(shipmentSchema.parcel, 1)}
	for _, v := range list {
		b.add(without(shipmentVals(v), 1)...)
	}
	if err := s.update(ctx, b, int64(w)); err != nil {
		return err
	}
	return s.SaveStates(ctx, w, list)
}

// without returns a list that lacks its ith element.
func without[T any](list []T, i int) []T { return append(list[:i:i], list[i+1:]...) }

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
	return byFulfillment(among(ctx, s.DB, linkedDest, `SELECT `+linkedCols+` FROM shipment_order WHERE workspace_id=$1 AND `, []any{w}, "order_id", raw, ""))
}

// LinksOf implements shipment.Store.
func (s *Store) LinksOf(ctx context.Context, w auth.WorkspaceID, ids []shipment.ID) ([]shipment.Link, error) {
	raw := make([]int64, len(ids))
	for i, id := range ids {
		raw[i] = int64(id)
	}
	return byFulfillment(among(ctx, s.DB, linkedDest, `SELECT `+linkedCols+` FROM shipment_order WHERE +workspace_id=$1 AND `, []any{w}, "shipment_id", raw, ""))
}

// byFulfillment sorts links here: asked to, SQLite would walk the primary key.
func byFulfillment(list []shipment.Link, err error) ([]shipment.Link, error) {
	slices.SortFunc(list, func(a, b shipment.Link) int { return cmp.Compare(a.Fulfillment, b.Fulfillment) })
	return list, err
}

// AddLinks implements shipment.Store.
func (s *Store) AddLinks(ctx context.Context, links []shipment.Link) error {
	b := batch{table: "shipment_order", cols: columnsOf(linkedCols)}
	for _, l := range links {
		b.add(int64(l.Workspace), l.Fulfillment, int64(l.Order), int64(l.Shipment))
	}
	_, err := s.insert(ctx, b)
	return err
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

// ListShipments implements shipment.Store. The workspace is that of the table in
// whose order the list goes, so that its index leads and the other one follows by
// key.
func (s *Store) ListShipments(ctx context.Context, sc auth.Scope, f shipment.Filter, after shipment.Cursor, limit int) ([]shipment.Shipment, error) {
	b := &where{}
	by, down, id := b.shipments(sc, f)
	dir, than := " ASC", ">"
	if down {
		dir, than = " DESC", "<"
	}
	order := id + dir
	if by != "" {
		order = by + dir + ", " + order
	}
	switch {
	case after.ID == 0:
	case by == "":
		b.add(id+than+"$", after.ID)
	default:
		b.raw("(" + by + ", " + id + ")" + than + "(" + b.param(ms(after.At)) + "," + b.param(after.ID) + ")")
	}
	rows, err := all(long(ctx), s.DB, shipmentDest, `SELECT `+shipmentCols+` FROM shipment JOIN shipment_state ON shipment_id=shipment.id
		WHERE `+b.String()+` ORDER BY `+order+` LIMIT `+b.param(limit), b.args...)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return s.withLegs(ctx, sc.Workspace, rows, nil)
}

// CountShipments implements shipment.Store.
func (s *Store) CountShipments(ctx context.Context, sc auth.Scope, list []shipment.Filter, limit int) ([]int, error) {
	b := &where{}
	most := b.param(limit)
	counts := make([]string, len(list))
	for i, f := range list {
		b.parts = nil
		b.shipments(sc, f)
		counts[i] = `(SELECT count(*) FROM (SELECT 1 FROM shipment JOIN shipment_state ON shipment_id=shipment.id WHERE ` + b.String() + ` LIMIT ` + most + `) AS found)`
	}
	return s.counted(ctx, counts, b.args)
}

// counted runs some statements that count, as one.
func (s *Store) counted(ctx context.Context, counts []string, args []any) ([]int, error) {
	if len(counts) == 0 {
		return nil, nil
	}
	dest := func(row *[]int) []any {
		*row = make([]int, len(counts))
		ptrs := make([]any, len(counts))
		for i := range ptrs {
			ptrs[i] = &(*row)[i]
		}
		return ptrs
	}
	return one(long(ctx), s.DB, dest, `SELECT `+strings.Join(counts, ", "), args...)
}

// shipments adds who sees a list of shipments and what its filter says; it returns
// what the list goes by, "" for its age, and the identifier beside it.
func (b *where) shipments(sc auth.Scope, f shipment.Filter) (by string, down bool, id string) {
	key, down := f.Sort()
	by = map[shipment.Sort]string{shipment.BySince: "since", shipment.ByRisk: "risk_at", shipment.ByAttempt: "attempt_at"}[key]
	switch {
	case by != "" || f.Open:
		id = "shipment_id"
		b.add("shipment_state.workspace_id=$", sc.Workspace)
	default:
		id = "shipment.id"
		b.add("shipment.workspace_id=$", sc.Workspace)
	}
	if !sc.All && sc.Shops != nil {
		b.raw(oneOf(b, "+shop_id", sc.Shops))
	}
	filterShipments(b, sc.Workspace, f)
	return by, down, id
}

func filterShipments(b *where, w auth.WorkspaceID, f shipment.Filter) {
	if len(f.Status) > 0 {
		in := make([]string, len(f.Status))
		for i, v := range f.Status {
			in[i] = b.param(string(v))
		}
		b.raw("status IN (" + strings.Join(in, ",") + ")")
	}
	if !f.AtRisk.IsZero() {
		b.add("risk<>'' AND risk_at>0 AND risk_at<=$", ms(f.AtRisk))
	}
	if f.Doubtful {
		b.raw("doubtful AND risk_at>0")
	}
	if f.Open {
		b.raw("open AND status NOT IN ('delivered','returned','lost','destroyed','cancelled')") // a node of an older version writes the status alone
	}
	if f.Attempted { // as the index of all open ones does not
		b.raw("attempts>0 AND status<>'delivered' AND status<>'returned' AND status<>'lost' AND status<>'destroyed' AND status<>'cancelled'")
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
	if f.IDs != nil {
		b.raw(oneOf(b, "shipment.id", f.IDs))
	}
	if f.Order != 0 {
		b.raw("shipment.id IN (SELECT shipment_id FROM shipment_order WHERE workspace_id=" + b.param(w) + " AND order_id=" + b.param(f.Order) + ")")
	}
	if f.Sold != nil {
		b.raw("shipment.id IN (SELECT shipment_id FROM shipment_order WHERE workspace_id=" + b.param(w) + " AND order_id IN (SELECT order_id FROM (" + b.sold(w, *f.Sold, "order_id") + ") AS sold))")
	}
	if f.Key != "" {
		b.raw("shipment.id IN (SELECT shipment_id FROM shipment_leg WHERE workspace_id=" + b.param(w) + " AND number_key=" + b.param(clean(f.Key)) + ")")
	}
}
