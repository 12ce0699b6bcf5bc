package product

import (
	"context"
	"time"

	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// MaxPage is the most products that one call returns.
const MaxPage = 200

// Config is what a Service needs.
type Config struct {
	Store   Store
	Journal event.Journal
	IDs     *id.Source
	Now     func() time.Time
}

// Service holds the verbs of products.
type Service struct {
	store   Store
	journal event.Journal
	ids     *id.Source
	now     func() time.Time
}

// NewService returns a Service. (New is the input of Save.)
func NewService(cfg Config) *Service {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Service{store: cfg.Store, journal: cfg.Journal, ids: cfg.IDs, now: cfg.Now}
}

// Get returns a product that the actor may see; any other is errs.NotFound.
func (s *Service) Get(ctx context.Context, actor auth.Actor, id ID) (Product, error) {
	if err := actor.Can(auth.ReadProducts); err != nil { // before anything is read
		return Product{}, err
	}
	p, err := s.store.Product(ctx, actor.Workspace, id)
	if err == nil {
		err = auth.Can(actor, auth.ReadProducts, p.Resource())
	}
	if err != nil {
		return Product{}, err
	}
	return p, nil
}

// List returns the products under a filter that the actor may see, newest first,
// after the one that was seen last (0: from the beginning), at most MaxPage.
func (s *Service) List(ctx context.Context, actor auth.Actor, f Filter, after ID, limit int) ([]Product, error) {
	if err := actor.Can(auth.ReadProducts); err != nil {
		return nil, err
	}
	if limit < 1 || limit > MaxPage {
		limit = MaxPage
	}
	return s.store.ListProducts(ctx, actor.Scope(), f, after, limit)
}

// BySKU returns the products with a variant of each SKU that the actor may see, of
// one shop or, with 0, of all; the key of the map is the SKU's Key. Where several
// products have the SKU it is the oldest one that is not deleted.
func (s *Service) BySKU(ctx context.Context, actor auth.Actor, shop order.ShopID, skus []string) (map[string]Product, error) {
	if err := actor.Can(auth.ReadProducts); err != nil {
		return nil, err
	}
	var keys []string
	for _, sku := range skus {
		if k := Key(sku); k != "" {
			keys = append(keys, k)
		}
	}
	out := map[string]Product{}
	if len(keys) == 0 {
		return out, nil
	}
	list, err := s.store.ProductsBySKU(ctx, actor.Scope(), shop, keys, MaxPage)
	if err != nil {
		return nil, err
	}
	for _, p := range list {
		for _, v := range p.Variants {
			k := Key(v.SKU)
			if known, ok := out[k]; k != "" && (!ok || known.Status == Deleted && p.Status != Deleted) {
				out[k] = p
			}
		}
	}
	return out, nil
}
