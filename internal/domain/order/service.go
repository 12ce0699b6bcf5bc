package order

import (
	"context"
	"fmt"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// MaxPage is the most orders that one call returns.
const MaxPage = 200

// Customers finds or creates the customer behind an order's address.
type Customers interface {
	Ensure(ctx context.Context, w auth.WorkspaceID, i customer.Identity, name, language string) (customer.Customer, bool, error)
}

// Config is what a Service needs.
type Config struct {
	Store     Store
	Customers Customers
	Journal   event.Journal
	IDs       *id.Source
	Now       func() time.Time
}

// Service holds the verbs of orders and shops.
type Service struct {
	store     Store
	customers Customers
	journal   event.Journal
	ids       *id.Source
	now       func() time.Time
}

// NewService returns a Service. (New is the input of Save.)
func NewService(cfg Config) *Service {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Service{store: cfg.Store, customers: cfg.Customers, journal: cfg.Journal, ids: cfg.IDs, now: cfg.Now}
}

// Get returns an order.
func (s *Service) Get(ctx context.Context, actor auth.Actor, id ID) (Order, error) {
	if err := actor.Can(auth.ReadOrders); err != nil {
		return Order{}, err
	}
	return s.store.Order(ctx, actor.Workspace, id)
}

// ByNumbers returns the orders that go by one of these keys (see Key and
// Numbers), newest first, at most 50.
func (s *Service) ByNumbers(ctx context.Context, w auth.WorkspaceID, keys []string) ([]Order, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	return s.store.OrdersByKeys(ctx, w, keys[:min(len(keys), maxKeys)], 50)
}

// ForCustomer returns the orders of a customer or placed with an address, newest
// first. A zero customer or an empty address matches nothing.
func (s *Service) ForCustomer(ctx context.Context, w auth.WorkspaceID, c customer.ID, email string, limit int) ([]Order, error) {
	if email != "" {
		email = customer.FoldEmail(email)
	}
	if c == 0 && email == "" {
		return nil, nil
	}
	return s.store.OrdersOf(ctx, w, c, email, page(limit))
}

// List returns orders, newest first, after a cursor.
func (s *Service) List(ctx context.Context, actor auth.Actor, f Filter, after Cursor, limit int) ([]Order, error) {
	if err := actor.Can(auth.ReadOrders); err != nil {
		return nil, err
	}
	if f.Email != "" {
		f.Email = customer.FoldEmail(f.Email)
	}
	return s.store.ListOrders(ctx, actor.Workspace, f, after, page(limit))
}

// Shops returns the shops of the workspace by name.
func (s *Service) Shops(ctx context.Context, actor auth.Actor) ([]Shop, error) {
	if err := actor.Can(auth.ReadOrders); err != nil {
		return nil, err
	}
	return s.store.Shops(ctx, actor.Workspace)
}

// EnsureShop returns the shop of a name and creates it as given if there is
// none. One that exists stays as it is.
func (s *Service) EnsureShop(ctx context.Context, actor auth.Actor, shop Shop) (Shop, bool, error) {
	if err := actor.Can(auth.ImportOrders); err != nil {
		return Shop{}, false, err
	}
	if shop.Name == "" {
		return Shop{}, false, errs.Field("name", "error.required")
	}
	if !isCurrency(shop.Currency) {
		return Shop{}, false, errs.Field("currency", "error.currency", "currency", shop.Currency)
	}
	var created bool
	err := s.store.InTx(ctx, func(ctx context.Context) error {
		created = false
		kept, err := s.store.ShopByName(ctx, actor.Workspace, shop.Name)
		if err == nil {
			shop = kept
			return nil
		}
		if !errs.Is(err, errs.NotFound) {
			return err
		}
		shop.ID, shop.Workspace, shop.CreatedAt = ShopID(s.ids.Next()), actor.Workspace, s.now().UTC()
		if created, err = s.store.AddShop(ctx, shop); err != nil {
			return err
		}
		if !created {
			shop, err = s.store.ShopByName(ctx, actor.Workspace, shop.Name)
			return err
		}
		return s.journal.Append(ctx, event.New(ShopAdded, actor, event.Subject{Kind: ShopSubject, ID: int64(shop.ID)}, 0,
			map[string]string{"name": shop.Name, "platform": shop.Platform, "currency": shop.Currency}))
	})
	if err != nil {
		return Shop{}, false, fmt.Errorf("ensure shop: %w", err)
	}
	return shop, created, nil
}

func isCurrency(s string) bool {
	if len(s) != 3 {
		return false
	}
	for i := range 3 {
		if s[i] < 'A' || s[i] > 'Z' {
			return false
		}
	}
	return true
}

func page(limit int) int {
	if limit < 1 || limit > MaxPage {
		return MaxPage
	}
	return limit
}
