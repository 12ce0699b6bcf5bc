package store

import (
	"context"
	"math"
	"strings"
	"time"

	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/product"
	"godwit.dev/godwit/internal/domain/recovery"
	"godwit.dev/godwit/internal/platform/auth"
)

// batchSpan is a time in which an article was of a batch.
type batchSpan struct {
	key, supplier, batch string
	from, until          int64
}

// putBatches writes down of which batches the articles of a product are from now on, where that changed. The first that is
// said of an article holds for all that was sold before.
func (s *Store) putBatches(ctx context.Context, p product.Product) error {
	fresh, keys := map[string]batchSpan{}, []string{}
	for _, v := range p.Variants {
		key := clean(product.Key(v.SKU))
		if _, twice := fresh[key]; key == "" || twice {
			continue
		}
		fresh[key] = batchSpan{key: key, supplier: clean(p.SupplierOf(v)), batch: clean(p.BatchOf(v))}
		keys = append(keys, key)
	}
	rows, err := among(ctx, s.DB, func(x *batchSpan) []any { return []any{&x.key, &x.supplier, &x.batch, &x.from, &x.until} },
		`SELECT sku_key, supplier, batch, from_at, until_at FROM batch_article WHERE workspace_id=$1 AND shop_id=$2 AND `, []any{p.Workspace, p.Shop}, "sku_key", keys, " ORDER BY sku_key, from_at")
	if err != nil {
		return err
	}
	last := map[string]batchSpan{}
	for _, x := range rows {
		last[x.key] = x
	}
	now := ms(p.UpdatedAt)
	for _, key := range keys {
		was, known := last[key]
		is := fresh[key]
		if open := known && was.until == math.MaxInt64; open && was.supplier == is.supplier && was.batch == is.batch || !open && is.supplier == "" {
			continue
		}
		if known {
			is.from = now
			if _, err := s.exec(ctx, `UPDATE batch_article SET until_at=$1 WHERE workspace_id=$2 AND shop_id=$3 AND sku_key=$4 AND until_at=$5`, now, p.Workspace, p.Shop, key, int64(math.MaxInt64)); err != nil {
				return err
			}
		}
		if is.supplier == "" {
			continue
		}
		if _, err := s.exec(ctx, `INSERT INTO batch_article (workspace_id, shop_id, sku_key, from_at, until_at, supplier, batch) VALUES ($1,$2,$3,$4,$5,$6,$7)
			ON CONFLICT (workspace_id, shop_id, sku_key, from_at) DO UPDATE SET until_at=excluded.until_at, supplier=excluded.supplier, batch=excluded.batch`,
			p.Workspace, p.Shop, key, is.from, int64(math.MaxInt64), is.supplier, is.batch); err != nil {
			return err
		}
	}
	return nil
}

// SupplierBatch implements recoup.Store.
func (s *Store) SupplierBatch(ctx context.Context, w auth.WorkspaceID, shop order.ShopID, key string, when time.Time) (supplier, batch string, err error) {
	x, err := one(ctx, s.DB, func(x *batchSpan) []any { return []any{&x.supplier, &x.batch} },
		`SELECT supplier, batch FROM batch_article WHERE workspace_id=$1 AND shop_id=$2 AND sku_key=$3 AND from_at<=$4 AND until_at>$5 ORDER BY from_at DESC LIMIT 1`,
		w, shop, clean(key), ms(when), ms(when))
	return x.supplier, x.batch, err
}

// KeepFaults implements recovery.BatchStore.
func (s *Store) KeepFaults(ctx context.Context, w auth.WorkspaceID, of cases.ID, list []recovery.Fault) error {
	if _, err := s.exec(ctx, `DELETE FROM batch_fault WHERE workspace_id=$1 AND case_id=$2`, w, int64(of)); err != nil {
		return err
	}
	for _, f := range list {
		if _, err := s.exec(ctx, `INSERT INTO batch_fault (workspace_id, case_id, line, source, shop_id, sku_key, placed_at, units, currency, cost)
			SELECT workspace_id, CAST($1 AS BIGINT), CAST($2 AS BIGINT), CAST($3 AS TEXT), shop_id, sku_key, placed_at, CAST($4 AS BIGINT), CAST($5 AS TEXT), CAST($6 AS BIGINT)
			FROM order_line WHERE workspace_id=$7 AND id=$8 AND sku_key<>''`,
			int64(of), f.Line, recovery.FaultSource(of, f.Line), f.Units, f.Cost.Currency, f.Cost.Minor, w, f.OrderRow); err != nil {
			return err
		}
	}
	return nil
}

// batches are the spans of articles that somebody sees, with what is of the same article and time under the alias x.
func (b *where) batches(sc auth.Scope, since time.Time) {
	b.add("a.workspace_id=$", sc.Workspace)
	if !sc.All && sc.Shops != nil {
		b.raw(oneOf(b, "a.shop_id", sc.Shops))
	}
	b.add("x.placed_at>=$", ms(since))
}

const ofBatch = ` ON x.workspace_id=a.workspace_id AND x.shop_id=a.shop_id AND x.sku_key=a.sku_key AND x.placed_at>=a.from_at AND x.placed_at<a.until_at `

// unclaimedFault says of a row x of batch_fault that it stands in no claim against a supplier.
const unclaimedFault = `NOT EXISTS (SELECT 1 FROM recovery_item i WHERE i.case_id=x.case_id AND i.source=x.source AND i.against='supplier' AND +i.workspace_id=x.workspace_id)`

// BatchSales implements recovery.BatchStore.
func (s *Store) BatchSales(ctx context.Context, sc auth.Scope, since time.Time) ([]recovery.BatchSales, error) {
	b := &where{}
	b.batches(sc, since)
	return all(long(ctx), s.DB, func(x *recovery.BatchSales) []any { return []any{&x.Supplier, &x.Batch, &x.Articles, &x.Units} },
		`SELECT a.supplier, a.batch, count(DISTINCT a.sku_key), CAST(sum(x.quantity) AS BIGINT) FROM batch_article a JOIN order_line x`+ofBatch+`AND x.sku_key<>''
			JOIN orders o ON o.id=x.order_id AND +o.workspace_id=a.workspace_id WHERE `+b.String()+` AND o.status<>'cancelled' AND o.deleted_at IS NULL GROUP BY a.supplier, a.batch`, b.args...)
}

// BatchFaults implements recovery.BatchStore.
func (s *Store) BatchFaults(ctx context.Context, sc auth.Scope, since time.Time) ([]recovery.BatchFaults, error) {
	b := &where{}
	b.batches(sc, since)
	return all(long(ctx), s.DB, func(x *recovery.BatchFaults) []any {
		return []any{&x.Supplier, &x.Batch, &x.Cost.Currency, &x.Units, &x.Cost.Minor, &x.Unclaimed}
	}, `SELECT a.supplier, a.batch, x.currency, CAST(sum(x.units) AS BIGINT), CAST(sum(x.cost) AS BIGINT), CAST(sum(CASE WHEN `+unclaimedFault+` THEN x.units ELSE 0 END) AS BIGINT)
		FROM batch_article a JOIN batch_fault x`+ofBatch+`WHERE `+b.String()+` GROUP BY a.supplier, a.batch, x.currency ORDER BY x.currency`, b.args...)
}

// BatchClaims implements recovery.BatchStore.
func (s *Store) BatchClaims(ctx context.Context, sc auth.Scope, since time.Time) ([]recovery.BatchClaims, error) {
	b := &where{}
	b.recoveries(sc, recovery.Filter{Against: recovery.Supplier, Since: since})
	return all(long(ctx), s.DB, func(x *recovery.BatchClaims) []any {
		return []any{&x.Party, &x.Batch, &x.Currency, &x.Claims, &x.Asked, &x.Granted, &x.Received}
	}, `SELECT party, batch, currency, count(*), CAST(sum(asked) AS BIGINT), CAST(sum(granted) AS BIGINT), CAST(sum(received) AS BIGINT) FROM recovery_claim WHERE `+b.String()+`
		GROUP BY party, batch, currency ORDER BY party, batch, currency`, b.args...)
}

// UnclaimedFaults implements recovery.BatchStore.
func (s *Store) UnclaimedFaults(ctx context.Context, sc auth.Scope, suppliers []string, name string, since time.Time, limit int) ([]recovery.Fault, error) {
	b := &where{}
	b.batches(sc, since)
	in := make([]string, len(suppliers))
	for i, x := range suppliers {
		in[i] = b.param(clean(x))
	}
	b.raw("a.supplier IN (" + strings.Join(in, ",") + ")")
	b.add("a.batch=$", clean(name))
	return all(ctx, s.DB, func(f *recovery.Fault) []any {
		return []any{&f.Case, &f.Line, &f.Units, &f.Cost.Minor, &f.Cost.Currency}
	},
		`SELECT x.case_id, x.line, x.units, x.cost, x.currency FROM batch_article a JOIN batch_fault x`+ofBatch+`WHERE `+b.String()+` AND `+unclaimedFault+` ORDER BY x.case_id, x.line LIMIT `+b.param(limit), b.args...)
}
