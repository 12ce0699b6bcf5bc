package order

import (
	"context"
	"time"

	"godwit.dev/godwit/internal/platform/auth"
)

// MaxSold is how many of the newest lines are looked at where what happened to a
// product's orders is counted or listed; its orders themselves are listed to the last.
const MaxSold = 10_000

// Sold names the orders of a shop that have a line under one of some SKUs.
type Sold struct {
	Shop  ShopID
	Keys  []string  // SKUs, as product.Key folds them; of none there are no orders
	Since time.Time // placed at or after; zero for all
}

// Sales is how much of a product was sold, without orders that were cancelled or deleted.
type Sales struct {
	Orders int64
	Units  int64
	More   bool // there were more lines than MaxSold, which are not counted
}

// Sold returns the orders with a line of a product that the actor may see, newest
// first, after a cursor.
func (s *Service) Sold(ctx context.Context, actor auth.Actor, f Sold, after Cursor, limit int) ([]Order, error) {
	if err := actor.Can(auth.ReadOrders); err != nil || len(f.Keys) == 0 {
		return nil, err
	}
	return s.store.SoldOrders(ctx, actor.Scope(), f, after, page(limit))
}

// Sales counts what was sold of a product to orders that the actor may see.
func (s *Service) Sales(ctx context.Context, actor auth.Actor, f Sold) (Sales, error) {
	if err := actor.Can(auth.ReadOrders); err != nil || len(f.Keys) == 0 {
		return Sales{}, err
	}
	return s.store.Sales(ctx, actor.Scope(), f)
}
