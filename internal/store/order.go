package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/product"
	"godwit.dev/godwit/internal/platform/auth"
)

var _ order.Store = (*Store)(nil)

const shopCols = "id, workspace_id, name, slug, platform, market, currency, created_at"

func shopDest(v *order.Shop) []any {
	return []any{&v.ID, &v.Workspace, &v.Name, &v.Slug, &v.Platform, &v.Market, &v.Currency, at(&v.CreatedAt)}
}

// AddShop implements order.Store.
func (s *Store) AddShop(ctx context.Context, v order.Shop) (bool, error) {
	n, err := s.exec(ctx, `INSERT INTO shop (`+shopCols+`) VALUES (`+places(1, 8)+`) ON CONFLICT DO NOTHING`,
		v.ID, v.Workspace, clean(v.Name), clean(v.Slug), clean(v.Platform), clean(v.Market), v.Currency, ms(v.CreatedAt))
	return n == 1, err
}

// Shop implements order.Store.
func (s *Store) Shop(ctx context.Context, w auth.WorkspaceID, id order.ShopID) (order.Shop, error) {
	return one(ctx, s.DB, shopDest, `SELECT `+shopCols+` FROM shop WHERE workspace_id = $1 AND id = $2`, w, id)
}

// ShopByName implements order.Store.
func (s *Store) ShopByName(ctx context.Context, w auth.WorkspaceID, name string) (order.Shop, error) {
	return one(ctx, s.DB, shopDest, `SELECT `+shopCols+` FROM shop WHERE workspace_id = $1 AND name = $2`, w, clean(name))
}

// ShopBySlug implements order.Store.
func (s *Store) ShopBySlug(ctx context.Context, slug string) (order.Shop, error) {
	return one(ctx, s.DB, shopDest, `SELECT `+shopCols+` FROM shop WHERE slug = $1 AND slug <> ''`, clean(slug))
}

// Shops implements order.Store.
func (s *Store) Shops(ctx context.Context, w auth.WorkspaceID) ([]order.Shop, error) {
	return all(ctx, s.DB, shopDest, `SELECT `+shopCols+` FROM shop WHERE workspace_id = $1 ORDER BY name, id`, w)
}

const orderCols = `id, workspace_id, shop_id, external_id, number, number_key, number_alt, customer_id, email,
	status, payment_status, fulfillment_status, currency, goods, discount, shipping, tax, duty, total, refunded,
	payment_method, ship_to, promise, placed_at, updated_at, deleted_at`

func orderDest(o *order.Order) []any {
	return []any{
		&o.ID, &o.Workspace, &o.Shop, &o.ExternalID, &o.Number, &o.NumberKey, &o.NumberAlt, ref(&o.Customer), &o.Email,
		&o.Status, &o.PaymentStatus, &o.FulfillmentStatus, &o.Currency, &o.Goods, &o.Discount, &o.Shipping, &o.Tax, &o.Duty, &o.Total, &o.Refunded,
		&o.PaymentMethod, doc(&o.ShipTo), doc(&o.Promise), at(&o.PlacedAt), at(&o.UpdatedAt), at(&o.DeletedAt),
	}
}

func orderArgs(o order.Order) []any {
	return []any{
		o.ID, o.Workspace, o.Shop, clean(o.ExternalID), clean(o.Number), clean(o.NumberKey), clean(o.NumberAlt), opt(o.Customer), clean(o.Email),
		clean(o.Status), clean(o.PaymentStatus), clean(o.FulfillmentStatus), o.Currency, o.Goods, o.Discount, o.Shipping, o.Tax, o.Duty, o.Total, o.Refunded,
		clean(o.PaymentMethod), js(o.ShipTo), js(o.Promise), ms(o.PlacedAt), ms(o.UpdatedAt), optMS(o.DeletedAt),
	}
}

// Order implements order.Store.
func (s *Store) Order(ctx context.Context, w auth.WorkspaceID, id order.ID) (order.Order, error) {
	o, err := one(ctx, s.DB, orderDest, `SELECT `+orderCols+` FROM orders WHERE workspace_id = $1 AND id = $2`, w, id)
	if err != nil {
		return o, err
	}
	list := []order.Order{o}
	err = s.fillOrders(ctx, w, list)
	return list[0], err
}

// orders reads several orders with all that belongs to them, in four queries.
func (s *Store) orders(ctx context.Context, w auth.WorkspaceID, q string, args ...any) ([]order.Order, error) {
	list, err := all(ctx, s.DB, orderDest, q, args...)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list, s.fillOrders(ctx, w, list)
}

func (s *Store) fillOrders(ctx context.Context, w auth.WorkspaceID, list []order.Order) error {
	type lineRow struct {
		order order.ID
		order.Line
	}
	type parcelRow struct {
		order order.ID
		order.Fulfillment
	}
	ids := make([]order.ID, len(list))
	place := make(map[order.ID]*order.Order, len(list))
	for i := range list {
		ids[i], place[list[i].ID] = list[i].ID, &list[i]
	}
	args, in := params(w, ids), places(2, len(ids))
	lines, err := all(ctx, s.DB, func(r *lineRow) []any {
		l := &r.Line
		return []any{&r.order, &l.ID, &l.SKU, &l.Title, &l.Variant, &l.Quantity, &l.Price, &l.Discount, &l.Tax, &l.Duty}
	}, `SELECT order_id, id, sku, title, variant, quantity, price, discount, tax, duty FROM order_line
		WHERE workspace_id = $1 AND order_id IN (`+in+`) ORDER BY order_id, position`, args...)
	if err != nil {
		return err
	}
	for _, r := range lines {
		o := place[r.order]
		o.Lines = append(o.Lines, r.Line)
	}
	parcels, err := all(ctx, s.DB, func(r *parcelRow) []any {
		f := &r.Fulfillment
		return []any{&r.order, &f.ID, &f.Carrier, &f.Tracking, &f.Status, at(&f.ShippedAt), at(&f.DeliveredAt), doc(&f.Packed)}
	}, `SELECT order_id, id, carrier, tracking, status, shipped_at, delivered_at, packed FROM fulfillment
		WHERE workspace_id = $1 AND order_id IN (`+in+`) ORDER BY order_id, id`, args...)
	for _, r := range parcels {
		o := place[r.order]
		o.Fulfillments = append(o.Fulfillments, r.Fulfillment)
	}
	if err != nil {
		return err
	}
	return s.fillPayments(ctx, args, in, place)
}

// HoldOrders implements order.Store.
func (s *Store) HoldOrders(ctx context.Context, w auth.WorkspaceID, shop order.ShopID, external []string) ([]order.Order, error) {
	var out []order.Order
	for part := range slices.Chunk(distinct(external), 500) {
		args := []any{w, shop}
		for _, e := range part {
			args = append(args, clean(e))
		}
		list, err := s.orders(ctx, w, `SELECT `+orderCols+` FROM orders
			WHERE workspace_id = $1 AND shop_id = $2 AND external_id IN (`+places(3, len(part))+`) ORDER BY id FOR UPDATE`, args...)
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	return out, nil
}

// AddOrder implements order.Store.
func (s *Store) AddOrder(ctx context.Context, o order.Order) (added bool, err error) {
	err = s.InTx(ctx, func(ctx context.Context) error {
		args := append(orderArgs(o), ms(o.Promise.To))
		n, err := s.exec(ctx, `INSERT INTO orders (`+orderCols+`, promised_by) VALUES (`+places(1, len(args))+`)
			ON CONFLICT (workspace_id, shop_id, external_id) DO NOTHING`, args...)
		if added = n == 1; err != nil || !added {
			return err
		}
		if err := s.putContents(ctx, o); err != nil {
			return err
		}
		return s.putPayments(ctx, o)
	})
	return added, err
}

// SaveOrder implements order.Store.
func (s *Store) SaveOrder(ctx context.Context, o order.Order) error {
	return s.InTx(ctx, func(ctx context.Context) error {
		args := append(orderArgs(o), ms(o.Promise.To))[3:]
		set := strings.Split(orderCols+", promised_by", ",")[3:]
		for i, c := range set {
			set[i] = fmt.Sprintf("%s = $%d", strings.TrimSpace(c), i+1)
		}
		n := len(set)
		args = append(args, o.Workspace, o.ID)
		if _, err := s.exec(ctx, fmt.Sprintf(`UPDATE orders SET %s WHERE workspace_id = $%d AND id = $%d`, strings.Join(set, ", "), n+1, n+2), args...); err != nil {
			return err
		}
		lines := make([]int64, len(o.Lines))
		for i, l := range o.Lines {
			lines[i] = l.ID
		}
		parcels := make([]int64, len(o.Fulfillments))
		for i, f := range o.Fulfillments {
			parcels[i] = f.ID
		}
		if err := s.keepOnly(ctx, "order_line", o, lines); err != nil {
			return err
		}
		if err := s.keepOnly(ctx, "fulfillment", o, parcels); err != nil {
			return err
		}
		if err := s.putContents(ctx, o); err != nil {
			return err
		}
		if _, err := s.exec(ctx, `DELETE FROM order_payment WHERE workspace_id = $1 AND order_id = $2 AND position >= $3`, o.Workspace, o.ID, len(o.Payments)); err != nil {
			return err
		}
		return s.putPayments(ctx, o)
	})
}

// keepOnly deletes what an order has no longer.
func (s *Store) keepOnly(ctx context.Context, table string, o order.Order, ids []int64) error {
	q := `DELETE FROM ` + table + ` WHERE workspace_id = $1 AND order_id = $2`
	args := []any{o.Workspace, o.ID}
	if len(ids) > 0 {
		q += ` AND id NOT IN (` + places(3, len(ids)) + `)`
		args = append(args, params(0, ids)[1:]...)
	}
	_, err := s.exec(ctx, q, args...)
	return err
}

// lineVals returns what lineCols hold of a line of an order.
func lineVals(o order.Order, position int, l order.Line) []any {
	return []any{
		l.ID, o.Workspace, o.ID, int64(position), clean(l.SKU), clean(l.Title), clean(l.Variant), l.Quantity, l.Price, l.Discount, l.Tax, l.Duty,
		o.Shop, ms(o.PlacedAt), clean(product.Key(l.SKU)),
	}
}

// parcelVals returns what parcelCols hold of a parcel of an order.
func parcelVals(o order.Order, f order.Fulfillment) []any {
	return []any{
		f.ID, o.Workspace, o.ID, clean(f.Carrier), clean(f.Tracking), clean(order.TrackingKey(f.Tracking)), clean(f.Status),
		optMS(f.ShippedAt), optMS(f.DeliveredAt), js(f.Packed),
	}
}

// putContents writes the lines and fulfillments of an order, new and known ones.
func (s *Store) putContents(ctx context.Context, o order.Order) error {
	for i, l := range o.Lines {
		if _, err := s.exec(ctx, `INSERT INTO order_line
			(`+lineCols+`) VALUES (`+places(1, 15)+`)
			ON CONFLICT (id) DO UPDATE SET position = excluded.position, sku = excluded.sku, title = excluded.title, variant = excluded.variant,
			quantity = excluded.quantity, price = excluded.price, discount = excluded.discount, tax = excluded.tax, duty = excluded.duty,
			shop_id = excluded.shop_id, placed_at = excluded.placed_at, sku_key = excluded.sku_key`, lineVals(o, i, l)...); err != nil {
			return err
		}
	}
	for _, f := range o.Fulfillments {
		if _, err := s.exec(ctx, `INSERT INTO fulfillment
			(`+parcelCols+`) VALUES (`+places(1, 10)+`)
			ON CONFLICT (id) DO UPDATE SET carrier = excluded.carrier, tracking = excluded.tracking, tracking_key = excluded.tracking_key,
			status = excluded.status, shipped_at = excluded.shipped_at, delivered_at = excluded.delivered_at, packed = excluded.packed`,
			parcelVals(o, f)...); err != nil {
			return err
		}
	}
	return nil
}

// OrdersByKeys implements order.Store. Each key is an index seek of its own on
// either column, which one condition with OR would not be on both engines.
func (s *Store) OrdersByKeys(ctx context.Context, sc auth.Scope, keys []string, limit int) ([]order.Order, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	shops, args := shopsOf(sc, []any{sc.Workspace})
	in := places(len(args)+1, len(keys))
	for _, k := range keys {
		args = append(args, clean(k))
	}
	return s.orders(ctx, sc.Workspace, `SELECT `+orderCols+` FROM orders WHERE id IN (
			SELECT id FROM orders WHERE workspace_id = $1`+shops+` AND number_key IN (`+in+`)
			UNION SELECT id FROM orders WHERE workspace_id = $1`+shops+` AND number_alt IN (`+in+`))
		ORDER BY placed_at DESC, id DESC LIMIT `+fmt.Sprintf("$%d", len(args)+1), append(args, limit)...)
}

// shopsOf writes the limit of a scope to shops and adds its parameters. The +
// keeps SQLite, which has no statistics, from leaving the index in order for it.
func shopsOf(sc auth.Scope, args []any) (string, []any) {
	if sc.All || sc.Shops == nil {
		return "", args
	}
	if len(sc.Shops) == 0 {
		return " AND FALSE", args
	}
	ids := pad(sc.Shops)
	for _, id := range ids {
		args = append(args, id)
	}
	return " AND +shop_id IN (" + places(len(args)-len(ids)+1, len(ids)) + ")", args
}

// OrdersByTracking implements order.Store.
func (s *Store) OrdersByTracking(ctx context.Context, w auth.WorkspaceID, keys []string, limit int) ([]order.Order, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	args := []any{w}
	for _, k := range keys {
		args = append(args, clean(k))
	}
	return s.orders(ctx, w, `SELECT `+orderCols+` FROM orders WHERE id IN (
			SELECT order_id FROM fulfillment WHERE workspace_id = $1 AND tracking_key IN (`+places(2, len(keys))+`))
		ORDER BY placed_at DESC, id DESC LIMIT `+fmt.Sprintf("$%d", len(args)+1), append(args, limit)...)
}

// OrderHeads implements order.Store.
func (s *Store) OrderHeads(ctx context.Context, sc auth.Scope, ids []order.ID) ([]order.Order, error) {
	shops, args := shopsOf(sc, []any{sc.Workspace})
	raw := make([]int64, len(ids))
	for i, id := range ids {
		raw[i] = int64(id)
	}
	return among(ctx, s.DB, orderDest, `SELECT `+orderCols+` FROM orders WHERE +workspace_id = $1`+shops+` AND `, args, "id", raw, "")
}

// OrdersOf implements order.Store. Either half reads at most a page.
func (s *Store) OrdersOf(ctx context.Context, sc auth.Scope, c customer.ID, email string, limit int) ([]order.Order, error) {
	shops, args := shopsOf(sc, []any{sc.Workspace, limit})
	page := `SELECT * FROM (SELECT id FROM orders WHERE workspace_id = $1 AND %s` + shops + ` ORDER BY placed_at DESC LIMIT $2) AS %s`
	var halves []string
	if c != 0 {
		args = append(args, c)
		halves = append(halves, fmt.Sprintf(page, fmt.Sprintf("customer_id = $%d", len(args)), "by_customer"))
	}
	if email != "" {
		args = append(args, clean(email))
		halves = append(halves, fmt.Sprintf(page, fmt.Sprintf("email = $%d", len(args)), "by_email"))
	}
	if len(halves) == 0 {
		return nil, nil
	}
	return s.orders(ctx, sc.Workspace, `SELECT `+orderCols+` FROM orders WHERE id IN (`+strings.Join(halves, " UNION ")+`)
		ORDER BY placed_at DESC, id DESC LIMIT $2`, args...)
}

// ListOrders implements order.Store.
func (s *Store) ListOrders(ctx context.Context, sc auth.Scope, f order.Filter, after order.Cursor, limit int) ([]order.Order, error) {
	shops, args := shopsOf(sc, []any{sc.Workspace})
	where := "workspace_id = $1" + shops
	add := func(cond string, v ...any) {
		for range v {
			cond = strings.Replace(cond, "?", fmt.Sprintf("$%d", len(args)+1), 1)
			args = append(args, v[0])
			v = v[1:]
		}
		where += " AND " + cond
	}
	if after.ID != 0 {
		add("(placed_at, id) < (?, ?)", ms(after.PlacedAt), int64(after.ID))
	}
	if f.Shop != 0 {
		add("shop_id = ?", f.Shop)
	}
	if f.Status != "" {
		add("status = ?", f.Status)
	}
	if f.Customer != 0 {
		add("customer_id = ?", f.Customer)
	}
	if f.Email != "" {
		add("email = ?", f.Email)
	}
	if !f.From.IsZero() {
		add("placed_at >= ?", ms(f.From))
	}
	if !f.To.IsZero() {
		add("placed_at < ?", ms(f.To))
	}
	if len(f.Keys) > 0 {
		in := places(len(args)+1, len(f.Keys))
		for _, k := range f.Keys {
			args = append(args, clean(k))
		}
		where += " AND (number_key IN (" + in + ") OR number_alt IN (" + in + "))"
	}
	args = append(args, limit)
	return s.orders(long(ctx), sc.Workspace, `SELECT `+orderCols+` FROM orders WHERE `+where+
		fmt.Sprintf(` ORDER BY placed_at DESC, id DESC LIMIT $%d`, len(args)), args...)
}

const runCols = "id, workspace_id, kind, source, position, good, bad, finished, updated_at"

// importOrders is the kind of import run of this file.
const importOrders = "orders"

// OrderImport implements order.Store.
func (s *Store) OrderImport(ctx context.Context, w auth.WorkspaceID, source string) (order.Run, error) {
	var workspace auth.WorkspaceID
	var kind string
	return one(ctx, s.DB, func(r *order.Run) []any {
		return []any{&r.ID, &workspace, &kind, &r.Source, doc(&r.Position), &r.Good, &r.Bad, flag(&r.Finished), at(&r.UpdatedAt)}
	}, `SELECT `+runCols+` FROM import_run WHERE workspace_id = $1 AND kind = $2 AND source = $3`, w, importOrders, clean(source))
}

// SaveOrderImport implements order.Store.
func (s *Store) SaveOrderImport(ctx context.Context, w auth.WorkspaceID, r order.Run) error {
	_, err := s.exec(ctx, `INSERT INTO import_run (`+runCols+`) VALUES (`+places(1, 9)+`)
		ON CONFLICT (workspace_id, kind, source) DO UPDATE SET position = excluded.position, good = excluded.good,
		bad = excluded.bad, finished = excluded.finished, updated_at = excluded.updated_at`,
		r.ID, w, importOrders, clean(r.Source), js(r.Position), r.Good, r.Bad, r.Finished, ms(r.UpdatedAt))
	return err
}
