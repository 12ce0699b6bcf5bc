package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/product"
	"godwit.dev/godwit/internal/platform/auth"
)

var _ product.Store = (*Store)(nil)

const productCols = `id, workspace_id, shop_id, external_id, title, status, brand, type, supplier, batch, url, currency,
	tags, images, attributes, own, shelf, edits, told_at, created_at, updated_at`

func productDest(p *product.Product) []any {
	return []any{
		&p.ID, &p.Workspace, &p.Shop, &p.ExternalID, &p.Title, &p.Status, &p.Brand, &p.Type, &p.Supplier, &p.Batch, &p.URL, &p.Currency,
		doc(&p.Tags), doc(&p.Images), doc(&p.Attributes), doc(&p.Own), doc(&p.Shelf), &p.Edits, at(&p.ToldAt), at(&p.CreatedAt), at(&p.UpdatedAt),
	}
}

func productArgs(p product.Product) []any {
	return []any{
		p.ID, p.Workspace, p.Shop, clean(p.ExternalID), clean(p.Title), clean(p.Status), clean(p.Brand), clean(p.Type), clean(p.Supplier), clean(p.Batch), clean(p.URL), p.Currency,
		js(p.Tags), js(p.Images), js(p.Attributes), js(p.Own), js(p.Shelf), p.Edits, ms(p.ToldAt), ms(p.CreatedAt), ms(p.UpdatedAt),
	}
}

const variantCols = `id, product_id, external_id, sku, barcode, title, image, price, listed, cost, hs_code, origin, supplier, batch, grams, size,
	stock, attributes, own, told_at`

type variantRow struct {
	product product.ID
	product.Variant
}

func variantDest(r *variantRow) []any {
	v := &r.Variant
	return []any{
		&v.ID, &r.product, &v.ExternalID, &v.SKU, &v.Barcode, &v.Title, &v.Image, &v.Price, &v.Listed, &v.Cost, &v.HSCode, &v.Origin, &v.Supplier, &v.Batch, &v.Grams, doc(&v.Size),
		&v.Stock, doc(&v.Attributes), doc(&v.Own), at(&v.ToldAt),
	}
}

// Product implements product.Store.
func (s *Store) Product(ctx context.Context, w auth.WorkspaceID, id product.ID) (product.Product, error) {
	p, err := one(ctx, s.DB, productDest, `SELECT `+productCols+` FROM product WHERE workspace_id = $1 AND id = $2`, w, id)
	if err != nil {
		return p, err
	}
	list := []product.Product{p}
	err = s.fillProducts(ctx, w, list)
	return list[0], err
}

func (s *Store) fillProducts(ctx context.Context, w auth.WorkspaceID, list []product.Product) error {
	ids := make([]int64, len(list))
	place := make(map[product.ID]*product.Product, len(list))
	for i := range list {
		ids[i], place[list[i].ID] = int64(list[i].ID), &list[i]
	}
	rows, err := among(ctx, s.DB, variantDest, `SELECT `+variantCols+` FROM product_variant WHERE workspace_id = $1 AND `, []any{w}, "product_id", ids,
		` ORDER BY product_id, position`)
	for _, r := range rows {
		p := place[r.product]
		p.Variants = append(p.Variants, r.Variant)
	}
	return err
}

// HoldProduct implements product.Store.
func (s *Store) HoldProduct(ctx context.Context, w auth.WorkspaceID, shop order.ShopID, external string) (product.Product, error) {
	p, err := one(ctx, s.DB, productDest, `SELECT `+productCols+` FROM product
		WHERE workspace_id = $1 AND shop_id = $2 AND external_id = $3 FOR UPDATE`, w, shop, clean(external))
	if err != nil {
		return p, err
	}
	list := []product.Product{p}
	err = s.fillProducts(ctx, w, list)
	return list[0], err
}

// AddProduct implements product.Store.
func (s *Store) AddProduct(ctx context.Context, p product.Product) (added bool, err error) {
	err = s.InTx(ctx, func(ctx context.Context) error {
		args := productArgs(p)
		n, err := s.exec(ctx, `INSERT INTO product (`+productCols+`) VALUES (`+places(1, len(args))+`)
			ON CONFLICT (workspace_id, shop_id, external_id) DO NOTHING`, args...)
		if added = n == 1; err != nil || !added {
			return err
		}
		return s.putVariants(ctx, p)
	})
	return added, err
}

// SaveProduct implements product.Store.
func (s *Store) SaveProduct(ctx context.Context, p product.Product) error {
	return s.InTx(ctx, func(ctx context.Context) error {
		set := strings.Split(productCols, ",")[4:]
		b := &where{}
		for i, c := range set {
			set[i] = strings.TrimSpace(c) + " = " + b.param(productArgs(p)[4+i])
		}
		if _, err := s.exec(ctx, `UPDATE product SET `+strings.Join(set, ", ")+` WHERE workspace_id = `+b.param(p.Workspace)+` AND id = `+b.param(p.ID), b.args...); err != nil {
			return err
		}
		keep := &where{}
		keep.add("workspace_id = $", p.Workspace)
		keep.add("product_id = $", p.ID)
		if len(p.Variants) > 0 {
			in := make([]string, len(p.Variants))
			for i, v := range p.Variants {
				in[i] = keep.param(v.ID)
			}
			keep.raw("id NOT IN (" + strings.Join(in, ", ") + ")")
		}
		if _, err := s.exec(ctx, `DELETE FROM product_variant WHERE `+keep.String(), keep.args...); err != nil {
			return err
		}
		return s.putVariants(ctx, p)
	})
}

// putVariants writes the variants of a product, new and known ones.
func (s *Store) putVariants(ctx context.Context, p product.Product) error {
	const cols = variantCols + ", workspace_id, position, sku_key"
	var set []string
	for c := range strings.SplitSeq(cols, ",") {
		if c = strings.TrimSpace(c); c != "id" && c != "product_id" && c != "workspace_id" {
			set = append(set, c+" = excluded."+c)
		}
	}
	for i, v := range p.Variants {
		var stock any
		if v.Stock != nil {
			stock = *v.Stock
		}
		args := []any{
			v.ID, p.ID, clean(v.ExternalID), clean(v.SKU), clean(v.Barcode), clean(v.Title), clean(v.Image), v.Price, v.Listed, v.Cost, v.HSCode, v.Origin, clean(v.Supplier), clean(v.Batch), v.Grams, js(v.Size),
			stock, js(v.Attributes), js(v.Own), ms(v.ToldAt), p.Workspace, i, clean(product.Key(v.SKU)),
		}
		if _, err := s.exec(ctx, `INSERT INTO product_variant (`+cols+`) VALUES (`+places(1, len(args))+`)
			ON CONFLICT (id) DO UPDATE SET `+strings.Join(set, ", "), args...); err != nil {
			return err
		}
	}
	if err := s.putBatches(ctx, p); err != nil {
		return err
	}
	return s.putProductKeys(ctx, p)
}

// putProductKeys keeps the words that a product is found by; those that stay are not
// written again.
func (s *Store) putProductKeys(ctx context.Context, p product.Product) error {
	had, err := all(ctx, s.DB, func(word *string) []any { return []any{word} }, `SELECT word FROM product_key WHERE product_id = $1 AND +workspace_id = $2`, p.ID, p.Workspace)
	if err != nil {
		return err
	}
	gone := make(map[string]bool, len(had))
	for _, word := range had {
		gone[word] = true
	}
	var fresh []string
	for _, word := range product.Words(p) {
		if word = clean(word); !gone[word] {
			fresh = append(fresh, word)
		}
		delete(gone, word)
	}
	for word := range gone {
		if _, err := s.exec(ctx, `DELETE FROM product_key WHERE workspace_id = $1 AND word = $2 AND product_id = $3`, p.Workspace, word, p.ID); err != nil {
			return err
		}
	}
	for part := range slices.Chunk(fresh, 500) {
		args, rows := []any{p.Workspace, p.ID}, make([]string, len(part))
		for i, word := range part {
			args = append(args, word)
			rows[i] = fmt.Sprintf("($1, $2, $%d)", i+3)
		}
		if _, err := s.exec(ctx, `INSERT INTO product_key (workspace_id, product_id, word) VALUES `+strings.Join(rows, ", ")+` ON CONFLICT DO NOTHING`, args...); err != nil {
			return err
		}
	}
	return nil
}

// ListProducts implements product.Store.
func (s *Store) ListProducts(ctx context.Context, sc auth.Scope, f product.Filter, after product.ID, limit int) ([]product.Product, error) {
	b := &where{}
	b.add("workspace_id = $", sc.Workspace)
	if !sc.All && sc.Shops != nil {
		b.raw(oneOf(b, "+shop_id", sc.Shops))
	}
	if f.Shop != 0 {
		b.add("shop_id = $", f.Shop)
	}
	if f.Status != "" {
		b.add("status = $", f.Status)
	}
	if f.SKU != "" {
		b.raw("id IN (SELECT product_id FROM product_variant WHERE workspace_id = $1 AND sku_key = " + b.param(clean(product.Key(f.SKU))) + " AND sku_key <> '')")
	}
	for _, word := range product.Sought(f.Words) {
		from := b.param(clean(word))
		b.raw("id IN (SELECT product_id FROM product_key WHERE workspace_id = $1 AND word >= " + from + " AND word < " + b.param(clean(word)+lastRune) + ")")
	}
	if after != 0 {
		b.add("id < $", after)
	}
	return s.products(long(ctx), sc.Workspace, `SELECT `+productCols+` FROM product WHERE `+b.String()+` ORDER BY id DESC LIMIT `+b.param(limit), b.args...)
}

// ProductsBySKU implements product.Store.
func (s *Store) ProductsBySKU(ctx context.Context, sc auth.Scope, shop order.ShopID, keys []string, limit int) ([]product.Product, error) {
	b := &where{}
	b.add("workspace_id = $", sc.Workspace)
	if !sc.All && sc.Shops != nil {
		b.raw(oneOf(b, "+shop_id", sc.Shops))
	}
	if shop != 0 {
		b.add("+shop_id = $", shop)
	}
	in := make([]string, len(keys))
	for i, k := range keys {
		in[i] = b.param(clean(k))
	}
	b.raw("id IN (SELECT product_id FROM product_variant WHERE workspace_id = $1 AND sku_key IN (" + strings.Join(in, ", ") + ") AND sku_key <> '')")
	return s.products(ctx, sc.Workspace, `SELECT `+productCols+` FROM product WHERE `+b.String()+` ORDER BY id LIMIT `+b.param(limit), b.args...)
}

// products reads several products with their variants, in two queries.
func (s *Store) products(ctx context.Context, w auth.WorkspaceID, q string, args ...any) ([]product.Product, error) {
	list, err := all(ctx, s.DB, productDest, q, args...)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list, s.fillProducts(ctx, w, list)
}
