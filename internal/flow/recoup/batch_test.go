package recoup_test

import (
	"fmt"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/product"
	"godwit.dev/godwit/internal/domain/recovery"
	"godwit.dev/godwit/internal/flow/outlay"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// TestBatchesAreKeptApart sells two batches of a lamp, finds most faults in the second, and claims what no claim holds: once,
// by the batch that was sold and not by the one that the product names now.
func TestBatchesAreKeptApart(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		x, ctx := newHouse(t, s), t.Context()
		count := outlay.New(x.store, func() time.Time { return x.now })
		book := func() recovery.Book {
			t.Helper()
			for range 2 {
				x.must(count.Work(ctx, x.w))
			}
			b, err := x.claims.Book(ctx, x.system)
			x.must(err)
			return b
		}
		name := func(batch string) {
			t.Helper()
			_, _, err := x.products.Save(ctx, x.system, product.New{Shop: x.shop.ID, ExternalID: "7", Title: "Lamp", Supplier: "Shenzhen  Bright", Batch: batch, Currency: "EUR", ToldAt: x.now,
				Variants: []product.Variant{{ExternalID: "71", SKU: "LAMP", Price: 4500, Cost: 1200}}})
			x.must(err)
			x.now = x.now.Add(2 * time.Hour)
		}
		if b := book(); len(b.Batches) != 0 {
			t.Fatalf("of nothing: %+v", b)
		}
		for i := range 12 {
			x.sells(fmt.Sprint("A", i), "DHL")
		}
		name("A")
		first := x.approves(x.sells("A-bad", "DHL"), cases.Warranty, "defective")
		name("B")
		var bad []cases.Case
		for i := range 4 {
			o := x.sells(fmt.Sprint("B", i), "DHL")
			if i > 0 {
				bad = append(bad, x.approves(o, cases.Warranty, "defective"))
			}
		}
		cancelled := x.sells("B9", "DHL")
		_, _, err := x.orders.Save(ctx, x.system, order.New{Shop: x.shop.ID, Number: "B9", ExternalID: cancelled.ExternalID, Email: "ana@mail.example", Status: order.Cancelled, Currency: "EUR", Goods: 9000, Discount: 1000, Total: 8000,
			PlacedAt: cancelled.PlacedAt, Lines: []order.Line{{SKU: "LAMP", Title: "Lamp", Quantity: 2, Price: 4500, Discount: 1000}}})
		x.must(err)
		name("C") // what was sold before stays of its batch

		b := book()
		if len(b.Batches) != 2 || b.Sold != 34 || b.Found != 8 {
			t.Fatalf("the book: %+v", b)
		}
		top, rest := b.Batches[0], b.Batches[1]
		if top.Name != "B" || !top.StandsOut || top.Sold != 8 || top.Found != 6 || top.Unclaimed != 6 || top.Claims != 0 || top.Articles != 1 {
			t.Errorf("of the second batch: %+v", top)
		}
		if rest.Name != "A" || rest.StandsOut || rest.Sold != 26 || rest.Found != 2 || rest.Unclaimed != 2 {
			t.Errorf("of the first batch: %+v", rest)
		}

		key := recovery.KeyOfBatch("shenzhen bright", "B")
		nobody := auth.Actor{Kind: auth.Agent, ID: 5, Workspace: x.w, Role: "nobody"}
		if _, err := x.ClaimBatch(ctx, nobody, key); !errs.Is(err, errs.Denied) {
			t.Errorf("without a right: %v", err)
		}
		if _, err := x.claims.Book(ctx, nobody); !errs.Is(err, errs.Denied) {
			t.Errorf("read without a right: %v", err)
		}
		foreign := auth.Actor{Kind: auth.Agent, ID: 4, Workspace: x.w + 1, Role: auth.Owner}
		if g, err := x.ClaimBatch(ctx, foreign, key); err != nil || g.Units != 0 {
			t.Errorf("from another workspace: %+v, %v", g, err)
		}
		elsewhere := auth.Actor{Kind: auth.Agent, ID: 6, Workspace: x.w, Role: auth.Owner, Limits: auth.Limits{Shops: []int64{int64(x.shop.ID) + 1}}}
		if b, err := x.claims.Book(ctx, elsewhere); err != nil || len(b.Batches) != 0 {
			t.Errorf("of another shop: %+v, %v", b, err)
		}
		g, err := x.ClaimBatch(ctx, x.system, key)
		if err != nil || g.Units != 6 || len(g.Claims) != 1 || g.Left {
			t.Fatalf("claimed: %+v, %v", g, err)
		}
		if again, err := x.ClaimBatch(ctx, x.system, key); err != nil || again.Units != 0 {
			t.Errorf("claimed again: %+v, %v", again, err)
		}
		c, err := x.claims.Get(ctx, x.system, g.Claims[0])
		if err != nil || c.Batch != "B" || len(c.Items) != 3 || c.Asked != 6*1200 {
			t.Errorf("the claim: %+v, %v", c, err)
		}
		x.work(time.Minute) // what opens by itself finds the same, and the first batch's
		list := x.list(recovery.Filter{Against: recovery.Supplier})
		if len(list) != 2 || list[1].ID != c.ID && list[0].ID != c.ID {
			t.Errorf("claims: %+v", list)
		}
		if top, _ := book().Of(key); top.Unclaimed != 0 || top.Claims != 1 || len(top.Claimed) != 1 || top.Claimed[0].Asked != 7200 {
			t.Errorf("once it is claimed: %+v", top)
		}

		// What is not decided for its customer any more is not faulty.
		_, err = x.cases.Close(ctx, x.system, bad[0].ID, cases.WasWithdrawn, 0)
		x.must(err)
		if top, _ := book().Of(key); top.Found != 4 {
			t.Errorf("after one was given up: %+v", top)
		}
		if a, _ := book().Of(recovery.KeyOfBatch("Shenzhen Bright", "A")); a.Found != 2 || a.Claims != 1 {
			t.Errorf("the first batch then: %+v, case %d", a, first.ID)
		}
	})
}
