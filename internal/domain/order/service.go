package order

import (
	"context"
	"fmt"
	"slices"
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

// Parcels is told of orders that are new or changed, in the transaction that
// saves them.
type Parcels interface {
	Follow(ctx context.Context, actor auth.Actor, orders []Order) error
}

// Config is what a Service needs.
type Config struct {
	Store     Store
	Customers Customers
	Parcels   Parcels // nil tells nobody
	// Money is told of orders that are new or changed, in the transaction that saves them; nil tells nobody.
	Money func(ctx context.Context, actor auth.Actor, orders []Order) error
	// Elsewhere joins the transaction in which orders are found to go to another country than before; nil: nobody is to know.
	Elsewhere func(ctx context.Context, w auth.WorkspaceID, orders ...ID) error
	Journal   event.Journal
	IDs       *id.Source
	Now       func() time.Time
}

// Service holds the verbs of orders and shops.
type Service struct {
	store     Store
	customers Customers
	parcels   Parcels
	money     func(context.Context, auth.Actor, []Order) error
	elsewhere func(context.Context, auth.WorkspaceID, ...ID) error
	journal   event.Journal
	ids       *id.Source
	now       func() time.Time
}

// NewService returns a Service. (New is the input of Save.)
func NewService(cfg Config) *Service {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Service{store: cfg.Store, customers: cfg.Customers, parcels: cfg.Parcels, money: cfg.Money, elsewhere: cfg.Elsewhere, journal: cfg.Journal, ids: cfg.IDs, now: cfg.Now}
}

// Resource returns the order as rights see it.
func (o Order) Resource() auth.Resource {
	return auth.Resource{Kind: auth.OfOrder, Workspace: o.Workspace, Shop: int64(o.Shop)}
}

// Resource returns an order of the shop, as rights see it.
func (s Shop) Resource() auth.Resource {
	return auth.Resource{Kind: auth.OfOrder, Workspace: s.Workspace, Shop: int64(s.ID)}
}

// Get returns an order that the actor may see; any other is errs.NotFound.
func (s *Service) Get(ctx context.Context, actor auth.Actor, id ID) (Order, error) {
	if err := actor.Can(auth.ReadOrders); err != nil { // before anything is read
		return Order{}, err
	}
	o, err := s.store.Order(ctx, actor.Workspace, id)
	if err == nil {
		err = auth.Can(actor, auth.ReadOrders, o.Resource())
	}
	if err != nil {
		return Order{}, err
	}
	return o, nil
}

// Heads returns the orders with these identifiers that the actor may see, as
// lists name them: without lines and fulfillments.
func (s *Service) Heads(ctx context.Context, actor auth.Actor, ids []ID) (map[ID]Order, error) {
	if err := actor.Can(auth.ReadOrders); err != nil {
		return nil, err
	}
	list, err := s.store.OrderHeads(ctx, actor.Scope(), ids)
	if err != nil {
		return nil, err
	}
	out := make(map[ID]Order, len(list))
	for _, o := range list {
		out[o.ID] = o
	}
	return out, nil
}

// Find returns the orders that go by one of these keys (see Key and Numbers) and
// that the actor may see, newest first, at most 50.
func (s *Service) Find(ctx context.Context, actor auth.Actor, keys []string) ([]Order, error) {
	if err := actor.Can(auth.ReadOrders); err != nil {
		return nil, err
	}
	if len(keys) == 0 {
		return nil, nil
	}
	return s.store.OrdersByKeys(ctx, actor.Scope(), keys[:min(len(keys), maxKeys)], 50)
}

// ForCustomer returns the orders that the actor may see of a customer or placed
// with an address, newest first. A zero customer or an empty address matches
// nothing.
func (s *Service) ForCustomer(ctx context.Context, actor auth.Actor, c customer.ID, email string, limit int) ([]Order, error) {
	if err := actor.Can(auth.ReadOrders); err != nil {
		return nil, err
	}
	if email != "" {
		email = customer.FoldEmail(email)
	}
	if c == 0 && email == "" {
		return nil, nil
	}
	return s.store.OrdersOf(ctx, actor.Scope(), c, email, page(limit))
}

// List returns orders, newest first, after a cursor.
func (s *Service) List(ctx context.Context, actor auth.Actor, f Filter, after Cursor, limit int) ([]Order, error) {
	if err := actor.Can(auth.ReadOrders); err != nil {
		return nil, err
	}
	if f.Email != "" {
		f.Email = customer.FoldEmail(f.Email)
	}
	return s.store.ListOrders(ctx, actor.Scope(), f, after, page(limit))
}

// Shops returns the shops whose orders the actor may see, by name.
func (s *Service) Shops(ctx context.Context, actor auth.Actor) ([]Shop, error) {
	if err := actor.Can(auth.ReadOrders); err != nil {
		return nil, err
	}
	list, err := s.store.Shops(ctx, actor.Workspace)
	scope := actor.Scope()
	return slices.DeleteFunc(list, func(x Shop) bool { return !scope.Sees(x.Resource()) }), err
}

// ShopBySlug returns the shop whose page for customers has an address, in
// whichever workspace; an address that no shop has is errs.NotFound.
func (s *Service) ShopBySlug(ctx context.Context, slug string) (Shop, error) {
	if slug == "" || len(slug) > 2*longestSlug {
		return Shop{}, errs.New(errs.NotFound, "error.not_found")
	}
	return s.store.ShopBySlug(ctx, slug)
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
		for _, shop.Slug = range slugs(shop) {
			if created, err = s.store.AddShop(ctx, shop); err != nil {
				return err
			}
			if created {
				break
			}
			kept, err := s.store.ShopByName(ctx, actor.Workspace, shop.Name)
			if err == nil { // somebody else was faster
				shop = kept
				return nil
			}
			if !errs.Is(err, errs.NotFound) {
				return err
			}
		}
		if !created {
			return errs.New(errs.Unavailable, "error.busy")
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
