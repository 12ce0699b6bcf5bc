package api

import (
	"context"

	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/product"
	"godwit.dev/godwit/internal/flow/outgoing"
)

// stageReplacement makes a replacement of a tent; one that is sent again was lost.
func (w *world) stageReplacement(m *merchant, n, op string, put func(kind, bool, int64)) {
	ctx := context.Background()
	o, _, err := w.orders.Save(ctx, m.owner, order.New{
		Shop: m.shop.ID, ExternalID: n + "-x", Number: n + "-x", Email: "anna@client.example", Currency: "EUR", Goods: 5000, Total: 5000, PlacedAt: w.now(),
		ShipTo: order.Address{Name: m.mark, Line1: "Straße 1", City: "Berlin", Postcode: "10623", Country: "DE"}, Lines: []order.Line{{SKU: "TENT-2P", Title: m.mark + " tent", Quantity: 1, Price: 5000}},
	})
	must(w.t, err)
	if op == "replacementChoose" {
		_, _, err = w.products.Save(ctx, m.owner, product.New{Shop: m.shop.ID, ExternalID: n + "-x", Title: m.mark + " tent", Currency: "EUR", Variants: []product.Variant{{SKU: "TENT-2P", Price: 5000}}})
		must(w.t, err)
	}
	c, err := w.cases.Open(ctx, m.owner, cases.NewCase{Kind: cases.Damaged, Items: []cases.Item{{Order: o.ID, OrderRow: o.Lines[0].ID, Quantity: 1, Reason: "damaged"}}})
	must(w.t, err)
	p, err := w.out.Make(ctx, c, cases.Resolution{Number: w.ids.Next(), Means: cases.Resend, Units: []cases.Group{{Line: 1, From: 1, Quantity: 1}}})
	must(w.t, err)
	if op == "replacementAgain" {
		_, err = w.out.Send(ctx, m.owner, p.ID, "DHL", "RX"+n)
		must(w.t, err)
		_, err = w.out.End(ctx, m.owner, p.ID, outgoing.Lost, m.mark)
		must(w.t, err)
	}
	put(aReplacement{}, false, int64(p.ID))
}
