package product

import (
	"context"

	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
)

// Store keeps products. They come with their variants, which takes one more
// query however many products there are. A product of another workspace does not
// exist, and those that list for a person take a Scope.
type Store interface {
	InTx(context.Context, func(context.Context) error) error

	Shop(context.Context, auth.WorkspaceID, order.ShopID) (order.Shop, error)
	Product(context.Context, auth.WorkspaceID, ID) (Product, error)
	// HoldProduct returns the product of a shop with an external ID, locked until
	// the transaction ends, or errs.NotFound.
	HoldProduct(ctx context.Context, w auth.WorkspaceID, shop order.ShopID, external string) (Product, error)
	// AddProduct reports false if the shop has a product with the external ID.
	AddProduct(context.Context, Product) (bool, error)
	// SaveProduct writes a product; variants that it has no longer go.
	SaveProduct(context.Context, Product) error
	// ListProducts returns products, newest first, after the cursor.
	ListProducts(ctx context.Context, s auth.Scope, f Filter, after ID, limit int) ([]Product, error)
	// ProductsBySKU returns the products that have a variant under one of these
	// keys, oldest first.
	ProductsBySKU(ctx context.Context, s auth.Scope, shop order.ShopID, keys []string, limit int) ([]Product, error)
}

// Filter narrows a list of products; a zero field does not.
type Filter struct {
	Shop   order.ShopID
	Status string
	SKU    string // of a variant, however it is written
	Words  string // each begins a word of the title or of an SKU
}
