package api

import (
	"time"

	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/product"
	"godwit.dev/godwit/internal/flow/sold"
)

// Sales is what became of a product's orders.
type Sales struct {
	From    time.Time `json:"from" doc:"Orders placed since."`
	Units   *Count    `json:"units"`
	Orders  *Count    `json:"orders"`
	Tickets *Count    `json:"tickets" doc:"About these orders, of any status."`
	Open    *Count    `json:"open_tickets"`
	Parcels *Count    `json:"parcels"`
	AtRisk  *Count    `json:"parcels_at_risk"`
	Astray  *Count    `json:"parcels_lost"`
}

func (s *server) productSales(c *call, in *struct {
	Product Ref[aProduct] `path:"product" doc:"The product's id."`
	Days    int           `query:"days" minimum:"1" maximum:"366" default:"90"`
	Picking
}) (*recordOut[Sales], error) {
	p, err := s.Products.Get(c, c.actor, product.ID(in.Product.num()))
	if err != nil {
		return nil, err
	}
	desk := sold.Desk{Orders: s.Orders, Tickets: s.Tickets, Shipments: s.Shipments}
	f, err := desk.Count(c, c.actor, p, s.Now(), in.Days)
	if err != nil {
		return nil, err
	}
	count := func(t *sold.Tally) *Count {
		if t == nil {
			return nil
		}
		return &Count{Count: t.N, More: t.More}
	}
	return record(Sales{
		From: f.From, Units: count(f.Units), Orders: count(f.Orders), Tickets: count(f.Tickets), Open: count(f.Open),
		Parcels: count(f.Parcels), AtRisk: count(f.AtRisk), Astray: count(f.Astray),
	}), nil
}

func (s *server) productOrders(c *call, in *struct {
	Product Ref[aProduct] `path:"product" doc:"The product's id."`
	Paging
	Picking
}) (*pageOut[Order], error) {
	p, err := s.Products.Get(c, c.actor, product.ID(in.Product.num()))
	if err != nil {
		return nil, err
	}
	var at, last int64
	if err := readCursor('o', in.Cursor, &at, &last); err != nil {
		return nil, err
	}
	var after order.Cursor
	if in.Cursor != "" {
		after = order.Cursor{PlacedAt: time.UnixMilli(at).UTC(), ID: order.ID(last)}
	}
	found, err := s.Orders.Sold(c, c.actor, sold.Of(p, time.Time{}), after, min(in.Limit+1, order.MaxPage))
	if err != nil {
		return nil, err
	}
	next := ""
	if len(found) > in.Limit || len(found) == order.MaxPage {
		found = found[:min(len(found), in.Limit)]
		o := found[len(found)-1]
		next = writeCursor('o', o.PlacedAt.UnixMilli(), int64(o.ID))
	}
	return page(c, convert(found, orderRecord), next), nil
}

// sold names the orders of a product that a filter gives, nil for none; who gives one
// needs the right to see it.
func (s *server) sold(c *call, ref Ref[aProduct]) (*order.Sold, error) {
	if ref == "" {
		return nil, nil
	}
	p, err := s.Products.Get(c, c.actor, product.ID(ref.num()))
	if err != nil {
		return nil, err
	}
	of := sold.Of(p, time.Time{})
	return &of, nil
}
