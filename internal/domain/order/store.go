package order

import (
	"context"
	"time"

	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/platform/auth"
)

// Store keeps shops and orders. Orders come with their lines and fulfillments,
// which takes three more queries however many orders there are. A record of
// another workspace does not exist, and those that list for a person take a Scope.
type Store interface {
	InTx(context.Context, func(context.Context) error) error

	// AddShop inserts a shop; it reports false if the name or the slug is taken.
	AddShop(context.Context, Shop) (bool, error)
	Shop(context.Context, auth.WorkspaceID, ShopID) (Shop, error)
	ShopByName(ctx context.Context, w auth.WorkspaceID, name string) (Shop, error)
	Shops(context.Context, auth.WorkspaceID) ([]Shop, error)
	// ShopBySlug returns the shop with a slug, in whichever workspace.
	ShopBySlug(ctx context.Context, slug string) (Shop, error)

	Order(context.Context, auth.WorkspaceID, ID) (Order, error)
	// OrderHeads returns the orders with these identifiers that somebody sees,
	// without lines, fulfillments and payments.
	OrderHeads(ctx context.Context, s auth.Scope, ids []ID) ([]Order, error)
	// HoldOrders returns the orders of a shop with these external IDs, locked
	// until the transaction ends.
	HoldOrders(ctx context.Context, w auth.WorkspaceID, shop ShopID, external []string) ([]Order, error)
	// AddOrder reports false if the shop has an order with the external ID.
	AddOrder(context.Context, Order) (bool, error)
	// SaveOrder writes an order; lines and fulfillments that it has no longer go.
	SaveOrder(context.Context, Order) error

	// DisputePayment marks a payment and returns the orders that it paid where that changed.
	DisputePayment(ctx context.Context, w auth.WorkspaceID, provider, payment string, disputed bool, now time.Time) ([]ID, error)

	// OrdersByKeys returns orders whose key or second key is among keys, newest
	// first.
	OrdersByKeys(ctx context.Context, s auth.Scope, keys []string, limit int) ([]Order, error)
	// OrdersByTracking returns orders with a parcel under one of these keys.
	OrdersByTracking(ctx context.Context, w auth.WorkspaceID, keys []string, limit int) ([]Order, error)
	// OrdersOf returns orders that belong to a customer or to an address, newest
	// first; 0 and "" match nothing.
	OrdersOf(ctx context.Context, s auth.Scope, c customer.ID, email string, limit int) ([]Order, error)
	// ListOrders returns orders, newest first, after the cursor.
	ListOrders(ctx context.Context, s auth.Scope, f Filter, after Cursor, limit int) ([]Order, error)
	// SoldOrders returns the orders with a line of a product, newest first, after
	// the cursor. Their cost does not grow with those that there are.
	SoldOrders(ctx context.Context, s auth.Scope, f Sold, after Cursor, limit int) ([]Order, error)
	// Sales counts what was sold of a product, over its newest MaxSold lines.
	Sales(ctx context.Context, s auth.Scope, f Sold) (Sales, error)

	// OrderImport returns how far the import of a source came, errs.NotFound if it
	// never began.
	OrderImport(ctx context.Context, w auth.WorkspaceID, source string) (Run, error)
	SaveOrderImport(ctx context.Context, w auth.WorkspaceID, r Run) error
}

// Filter narrows a list of orders; a zero field does not.
type Filter struct {
	Shop     ShopID
	Status   string
	Customer customer.ID
	Email    string // folded
	Keys     []string
	From     time.Time // placed at or after
	To       time.Time // placed before
}

// Cursor is a place in a list of orders: the last one seen. The zero Cursor is
// the beginning.
type Cursor struct {
	PlacedAt time.Time
	ID       ID
}

// Run is how far an import came.
type Run struct {
	ID        int64
	Source    string // what is imported: a hash of the options and the beginning of the file
	Position  Position
	Good, Bad int64
	Finished  bool
	UpdatedAt time.Time
}

// Position is a place in an import's source.
type Position struct {
	Groups    int64 `json:"groups"` // orders that are done, good or bad
	Created   int   `json:"created"`
	Updated   int   `json:"updated"`
	Unchanged int   `json:"unchanged"`
}
