package cost

import (
	"context"
	"fmt"
	"time"

	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/fx"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/product"
	"godwit.dev/godwit/internal/platform/auth"
)

// Facts are the goods of a case and where they are.
type Facts struct {
	Shop     order.ShopID
	From     string // the country where the goods are
	To       string // the country where they were sent from
	Items    []Item
	Currency string
	At       time.Time
}

// Item is units of an article.
type Item struct {
	SKU   string
	Qty   int64
	Grams int64 // of one; 0 is not known
	Price int64 // of one
}

// Products knows what articles cost and weigh.
type Products interface {
	BySKU(ctx context.Context, actor auth.Actor, shop order.ShopID, skus []string) (map[string]product.Product, error)
}

// Rates knows the rates of exchange.
type Rates interface {
	Table(ctx context.Context, actor auth.Actor) (fx.Table, error)
}

// Config is what a Service needs.
type Config struct {
	Products Products
	Rates    Rates
}

// Service holds the verbs of costs.
type Service struct{ cfg Config }

// New returns a Service.
func New(cfg Config) *Service { return &Service{cfg} }

// Costs returns what the ways out for some goods cost, in f.Currency.
func (s *Service) Costs(ctx context.Context, w auth.WorkspaceID, f Facts) (decision.Costs, error) {
	known, err := s.known(ctx, w, f)
	if err != nil {
		return decision.Costs{}, err
	}
	return careful(f, known), nil
}

// known returns what the products say that units cost anew, by SKU, in the
// currency of the facts.
func (s *Service) known(ctx context.Context, w auth.WorkspaceID, f Facts) (map[string]int64, error) {
	var skus []string
	for _, i := range f.Items {
		skus = append(skus, i.SKU)
	}
	actor := auth.ForSystem(w)
	products, err := s.cfg.Products.BySKU(ctx, actor, f.Shop, skus)
	if err != nil {
		return nil, fmt.Errorf("read what articles cost: %w", err)
	}
	var table *fx.Table
	out := map[string]int64{}
	for _, i := range f.Items {
		p, ok := products[product.Key(i.SKU)]
		if !ok {
			continue
		}
		v, _ := p.Variant(i.SKU)
		if v.Cost == 0 {
			continue
		}
		if p.Currency == f.Currency {
			out[i.SKU] = v.Cost
			continue
		}
		if table == nil {
			t, err := s.cfg.Rates.Table(ctx, actor)
			if err != nil {
				return nil, fmt.Errorf("read rates: %w", err)
			}
			table = &t
		}
		if n, ok := convert(*table, v.Cost, p.Currency, f.Currency); ok {
			out[i.SKU] = n
		}
	}
	return out, nil
}
