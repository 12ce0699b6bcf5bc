// Package sold counts what became of the orders of a product: its sales, the tickets
// about them, and their parcels. It keeps nothing of its own.
package sold

import (
	"context"
	"time"

	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/product"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
)

// DefaultDays is how far back figures look unless somebody asks otherwise, MaxDays the
// farthest that they do.
const (
	DefaultDays = 90
	MaxDays     = 366
)

// CountLimit is how far tickets and parcels are counted: beyond it people say "more".
const CountLimit = 999

// Desk is where the figures are read.
type Desk struct {
	Orders    *order.Service
	Tickets   *ticket.Service
	Shipments *shipment.Service
}

// Tally is a number, or that many and more.
type Tally struct {
	N    int64
	More bool
}

// Figures are about the orders that were placed in a span of days. Those that the
// reader has no right to see are nil. Beyond order.MaxSold lines the newest ones count,
// and each figure has More.
type Figures struct {
	From                    time.Time
	Units, Orders           *Tally // without orders that were cancelled or deleted
	Tickets, Open           *Tally // all, and those that somebody has to answer
	Parcels, AtRisk, Astray *Tally // all, those at risk, and those that the carrier lost
}

// Of names the orders of a product that were placed since a moment, or all of them.
func Of(p product.Product, since time.Time) order.Sold {
	return order.Sold{Shop: p.Shop, Keys: p.Keys(), Since: since}
}

// Count returns the figures of a product that the actor has seen, over some days until now.
func (d Desk) Count(ctx context.Context, actor auth.Actor, p product.Product, now time.Time, days int) (Figures, error) {
	f := Figures{From: now.UTC().Truncate(time.Millisecond).AddDate(0, 0, -days)}
	of, more := Of(p, f.From), false
	if actor.May(auth.ReadOrders) {
		sales, err := d.Orders.Sales(ctx, actor, of)
		if err != nil {
			return f, err
		}
		more = sales.More
		f.Units, f.Orders = &Tally{sales.Units, more}, &Tally{sales.Orders, more}
	}
	tally := func(n int) *Tally { return &Tally{int64(min(n, CountLimit)), more || n > CountLimit} }
	if actor.May(auth.ReadTickets) {
		for q, to := range map[ticket.Bucket]**Tally{"": &f.Tickets, ticket.InOpen: &f.Open} {
			n, err := d.Tickets.Count(ctx, actor, ticket.ListQuery{Sold: &of, Bucket: q}, CountLimit)
			if err != nil {
				return f, err
			}
			*to = tally(n)
		}
	}
	if actor.May(auth.ReadShipments) {
		n, err := d.Shipments.Counts(ctx, actor, []shipment.Filter{
			{Sold: &of}, shipment.Filter{Sold: &of}.On(shipment.Risky, now), shipment.Filter{Sold: &of}.On(shipment.Missing, now),
		}, CountLimit+1)
		if err != nil {
			return f, err
		}
		f.Parcels, f.AtRisk, f.Astray = tally(n[0]), tally(n[1]), tally(n[2])
	}
	return f, nil
}
