package store

import (
	"context"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/brand"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
)

var _ brand.Store = (*Store)(nil)

// Brand implements brand.Store.
func (s *Store) Brand(ctx context.Context, w auth.WorkspaceID, shop order.ShopID) (brand.Brand, error) {
	return one(ctx, s.DB, func(v *brand.Brand) []any {
		return []any{
			&v.Workspace, &v.Shop, &v.Name, &v.Accent, &v.Support, doc(&v.Links), doc(&v.Languages), doc(&v.Origins), flag(&v.Silent), doc(&v.Logo), at(&v.UpdatedAt),
			&v.Domain.Host, at(&v.Domain.ProvenAt), at(&v.Domain.FailingSince), at(&v.Domain.WarnedAt), at(&v.Domain.LookAt),
		}
	}, `SELECT b.workspace_id, b.shop_id, b.name, b.accent, b.support, b.links, b.languages, b.origins, b.silent, b.logo, b.updated_at, COALESCE(d.host, ''), COALESCE(d.proven_at, 0),
			COALESCE(d.failing_since, 0), COALESCE(d.warned_at, 0), COALESCE(d.look_at, 0)
		FROM brand b LEFT JOIN brand_domain d ON d.shop_id = b.shop_id AND d.workspace_id = b.workspace_id WHERE b.workspace_id = $1 AND b.shop_id = $2`, w, shop)
}

// PutBrand implements brand.Store.
func (s *Store) PutBrand(ctx context.Context, b brand.Brand) error {
	_, err := s.exec(ctx, `INSERT INTO brand (shop_id, workspace_id, name, accent, support, links, languages, origins, silent, logo, updated_at)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11)
		ON CONFLICT (shop_id) DO UPDATE SET name=excluded.name, accent=excluded.accent, support=excluded.support, links=excluded.links, languages=excluded.languages,
			origins=excluded.origins, silent=excluded.silent, logo=excluded.logo, updated_at=excluded.updated_at WHERE brand.workspace_id=excluded.workspace_id`,
		b.Shop, b.Workspace, clean(b.Name), b.Accent, clean(b.Support), js(b.Links), js(b.Languages), js(b.Origins), s.bool(b.Silent), js(b.Logo), ms(b.UpdatedAt))
	return err
}

// PutPictures implements brand.Store.
func (s *Store) PutPictures(ctx context.Context, w auth.WorkspaceID, shop order.ShopID, list []brand.Picture) error {
	return s.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.exec(ctx, `DELETE FROM brand_picture WHERE workspace_id=$1 AND shop_id=$2`, w, shop); err != nil {
			return err
		}
		for _, p := range list {
			if _, err := s.exec(ctx, `INSERT INTO brand_picture (shop_id, name, workspace_id, data) VALUES ($1,$2,$3,$4)`, p.Shop, p.Name, p.Workspace, p.Data); err != nil {
				return err
			}
		}
		return nil
	})
}

// BrandPicture implements brand.Store.
func (s *Store) BrandPicture(ctx context.Context, w auth.WorkspaceID, shop order.ShopID, name string) (brand.Picture, error) {
	return one(ctx, s.DB, func(v *brand.Picture) []any { return []any{&v.Workspace, &v.Shop, &v.Name, &v.Data} },
		`SELECT workspace_id, shop_id, name, data FROM brand_picture WHERE workspace_id=$1 AND shop_id=$2 AND name=$3`, w, shop, name)
}

// PutDomain implements brand.Store.
func (s *Store) PutDomain(ctx context.Context, w auth.WorkspaceID, shop order.ShopID, d brand.Domain) error {
	return s.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.exec(ctx, `DELETE FROM brand_domain WHERE workspace_id=$1 AND shop_id=$2`, w, shop); err != nil || d.Host == "" {
			return err
		}
		n, err := s.exec(ctx, `INSERT INTO brand_domain (shop_id, workspace_id, host, proven_at, failing_since, warned_at, look_at) VALUES ($1,$2,$3,$4,$5,$6,$7) ON CONFLICT DO NOTHING`,
			shop, w, d.Host, ms(d.ProvenAt), ms(d.FailingSince), ms(d.WarnedAt), ms(d.LookAt))
		if err == nil && n == 0 {
			err = errs.New(errs.Conflict, "error.brand_taken")
		}
		return err
	})
}

// MoveDomain implements brand.Store.
func (s *Store) MoveDomain(ctx context.Context, w auth.WorkspaceID, shop order.ShopID, was, is brand.Domain) (bool, error) {
	n, err := s.exec(ctx, `UPDATE brand_domain SET proven_at=$1, failing_since=$2, warned_at=$3, look_at=$4
		WHERE workspace_id=$5 AND shop_id=$6 AND host=$7 AND proven_at=$8 AND failing_since=$9 AND warned_at=$10 AND look_at=$11 AND proven_at>0`,
		ms(is.ProvenAt), ms(is.FailingSince), ms(is.WarnedAt), ms(is.LookAt), w, shop, was.Host, ms(was.ProvenAt), ms(was.FailingSince), ms(was.WarnedAt), ms(was.LookAt))
	return n == 1, err
}

// DomainsToLook implements brand.Store.
func (s *Store) DomainsToLook(ctx context.Context, by time.Time, limit int) ([]brand.Due, error) {
	return all(ctx, s.DB, func(v *brand.Due) []any { return []any{&v.Workspace, &v.Shop} },
		`SELECT workspace_id, shop_id FROM brand_domain WHERE proven_at > 0 AND look_at <= $1 ORDER BY look_at LIMIT $2`, ms(by), limit)
}

// ShopByDomain implements brand.Store.
func (s *Store) ShopByDomain(ctx context.Context, host string) (order.Shop, error) {
	return one(ctx, s.DB, shopDest, `SELECT s.id, s.workspace_id, s.name, s.slug, s.platform, s.market, s.currency, s.created_at
		FROM brand_domain d JOIN shop s ON s.id = d.shop_id AND s.workspace_id = d.workspace_id WHERE d.host = $1 AND d.proven_at > 0`, clean(host))
}
