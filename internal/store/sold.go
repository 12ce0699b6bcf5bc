package store

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
)

// ofShop reports whether a scope lets see the orders of a shop.
func ofShop(sc auth.Scope, shop order.ShopID) bool {
	return sc.All || sc.Shops == nil || slices.Contains(sc.Shops, int64(shop))
}

// soldTerms is how many SKUs one statement seeks, each by a seek of its own.
const soldTerms = 100

// SoldOrders implements order.Store. Each SKU gives at most a page out of the index
// in its order, and the newest of all these are read.
func (s *Store) SoldOrders(ctx context.Context, sc auth.Scope, f order.Sold, after order.Cursor, limit int) ([]order.Order, error) {
	if !ofShop(sc, f.Shop) {
		return nil, nil
	}
	var found []order.Cursor
	for part := range slices.Chunk(f.Keys, soldTerms) {
		b := &where{args: []any{sc.Workspace, f.Shop, limit, ms(f.Since), ms(after.PlacedAt), int64(after.ID)}}
		beyond := "placed_at >= $4"
		if after.ID != 0 {
			beyond += " AND (placed_at, order_id) < ($5, $6)"
		} else {
			b.args = b.args[:4]
		}
		terms := make([]string, len(part))
		for i, key := range part {
			terms[i] = `SELECT * FROM (SELECT DISTINCT placed_at, order_id FROM order_line WHERE workspace_id = $1 AND shop_id = $2 AND sku_key = ` + b.param(clean(key)) +
				` AND sku_key <> '' AND ` + beyond + ` ORDER BY placed_at DESC, order_id DESC LIMIT $3) AS found`
		}
		list, err := all(ctx, s.DB, func(c *order.Cursor) []any { return []any{at(&c.PlacedAt), &c.ID} }, strings.Join(terms, " UNION ALL "), b.args...)
		if err != nil {
			return nil, err
		}
		found = append(found, list...)
	}
	newest := func(a, b order.Cursor) int { return cmp.Or(b.PlacedAt.Compare(a.PlacedAt), cmp.Compare(b.ID, a.ID)) }
	slices.SortFunc(found, newest)
	found = slices.CompactFunc(found, func(a, b order.Cursor) bool { return a.ID == b.ID })
	if found = found[:min(len(found), limit)]; len(found) == 0 {
		return nil, nil
	}
	ids := make([]order.ID, len(found))
	for i, c := range found {
		ids[i] = c.ID
	}
	return s.orders(ctx, sc.Workspace, `SELECT `+orderCols+` FROM orders WHERE +workspace_id = $1 AND id IN (`+places(2, len(ids))+`)
		ORDER BY placed_at DESC, id DESC`, params(sc.Workspace, ids)...)
}

// sold writes the choice of the newest lines of a product, out of the index alone.
func (b *where) sold(w auth.WorkspaceID, f order.Sold, columns string) string {
	in := make([]string, len(f.Keys))
	for i, key := range f.Keys {
		in[i] = b.param(clean(key))
	}
	if len(in) == 0 {
		in = []string{"NULL"}
	}
	return `SELECT ` + columns + ` FROM order_line WHERE workspace_id = ` + b.param(w) + ` AND shop_id = ` + b.param(f.Shop) + ` AND sku_key IN (` + strings.Join(in, ", ") +
		`) AND sku_key <> '' AND placed_at >= ` + b.param(ms(f.Since)) + ` ORDER BY placed_at DESC LIMIT ` + b.param(order.MaxSold)
}

// Sales implements order.Store.
func (s *Store) Sales(ctx context.Context, sc auth.Scope, f order.Sold) (order.Sales, error) {
	if !ofShop(sc, f.Shop) {
		return order.Sales{}, nil
	}
	b := &where{}
	lines := b.sold(sc.Workspace, f, "order_id, quantity")
	type row struct {
		order.Sales
		lines int64
	}
	r, err := one(long(ctx), s.DB, func(r *row) []any { return []any{&r.lines, &r.Orders, &r.Units} }, `SELECT count(*),
		count(DISTINCT CASE WHEN o.status <> 'cancelled' AND o.deleted_at IS NULL THEN o.id END),
		cast(coalesce(sum(CASE WHEN o.status <> 'cancelled' AND o.deleted_at IS NULL THEN l.quantity END), 0) AS bigint)
		FROM (`+lines+`) l JOIN orders o ON o.id = l.order_id AND +o.workspace_id = `+b.param(sc.Workspace), b.args...)
	r.More = r.lines >= order.MaxSold
	return r.Sales, err
}
