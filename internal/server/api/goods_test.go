package api

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"time"

	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/ledger"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/flow/goods"
)

// stageReturn makes a place, a return that is expected there from Germany, and a parcel that nobody expected. What is
// graded was counted before; what crosses a border goes to China.
func (w *world) stageReturn(m *merchant, n, op string, put func(kind, bool, int64)) {
	ctx := context.Background()
	to := order.Address{Name: n, Line1: "Hafenstr. 7", City: "Hamburg", Postcode: "20457", Country: "DE"}
	if op == "returnPapers" {
		to.Country = "CN"
	}
	place, err := w.goods.SavePlace(ctx, m.owner, goods.Place{Shop: m.shop.ID, Route: "local_warehouse", Name: m.mark + " returns", Address: to})
	must(w.t, err)
	put(aPlace{}, false, int64(place.ID))
	o, _, err := w.orders.Save(ctx, m.owner, order.New{
		Shop: m.shop.ID, ExternalID: n + "-r", Number: n + "-r", Email: "anna@client.example", Currency: "EUR", Goods: 5000, Total: 5000, PlacedAt: w.now(),
		ShipTo: order.Address{Name: n, Line1: "Straße 1", City: "Berlin", Postcode: "10623", Country: "DE"}, Lines: []order.Line{{SKU: "TENT-2P", Title: m.mark + " tent", Quantity: 1, Price: 5000}},
	})
	must(w.t, err)
	c, err := w.cases.Open(ctx, m.owner, cases.NewCase{Kind: cases.Return, Items: []cases.Item{{Order: o.ID, OrderRow: o.Lines[0].ID, Quantity: 1, Reason: "changed_mind"}}})
	must(w.t, err)
	promised := cases.Resolution{Number: w.ids.Next(), Units: []cases.Group{{Line: 1, From: 1, Quantity: 1}}}
	if op == "returnDiffer" || op == "returnOverlook" {
		promised = w.promises(m, c.ID)
	}
	must(w.t, w.goods.Expect(ctx, c, promised, "local_warehouse"))
	list, err := w.goods.OfCase(ctx, m.owner, c.ID)
	must(w.t, err)
	put(aReturn{}, false, int64(list[0].ID))
	if op == "returnPapers" {
		_, err = w.goods.Redirect(ctx, m.owner, list[0].ID, place.ID)
		must(w.t, err)
	}
	if op == "returnInspect" {
		_, err = w.goods.Receive(ctx, m.owner, list[0].ID, n, []goods.Counted{{Line: 1, Matched: 1}})
		must(w.t, err)
	}
	if op == "returnDiffer" || op == "returnOverlook" {
		_, err = w.goods.Finish(ctx, m.owner, list[0].ID)
		must(w.t, err)
	}
	if op == "returnPhoto" || op == "returnPhotoList" {
		var b bytes.Buffer
		must(w.t, png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8))))
		x, err := w.goods.Photograph(ctx, m.owner, list[0].ID, 1, 1, m.mark+".png", b.Bytes())
		must(w.t, err)
		put(aCaseFile{}, false, int64(x.ID))
	}
	must(w.t, w.goods.Keep(ctx, m.owner, n+"-u", m.mark, "a blue tent"))
	kept, err := w.goods.Unknown(ctx, m.owner, 0, 1)
	must(w.t, err)
	put(aScan{}, false, kept[0].ID)
}

// promises approves a return, and promises its money once the goods were inspected.
func (w *world) promises(m *merchant, number cases.ID) cases.Resolution {
	ctx := context.Background()
	_, err := w.cases.Submit(ctx, m.owner, number, nil)
	must(w.t, err)
	_, err = w.cases.Approve(ctx, m.owner, number, cases.Decision{Policy: "built-in"}, time.Time{}, map[int]int64{1: 1}, nil)
	must(w.t, err)
	c, err := w.cases.Propose(ctx, m.owner, number, []cases.Resolution{{
		Means: cases.RefundOriginal, Units: []cases.Group{{Line: 1, From: 1, Quantity: 1}}, Trigger: cases.Inspected, Money: cases.Money{Currency: "EUR", Components: ledger.Components{Goods: 5000}},
		Offer: &cases.Offer{Remedy: "refund", Route: "local_warehouse"},
	}})
	must(w.t, err)
	c, err = w.cases.Accept(ctx, m.owner, number, c.Resolutions[0].Number, "")
	must(w.t, err)
	return c.Resolutions[0]
}
