package store_test

import (
	"context"
	"testing"

	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/product"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/flow/casework"
	"godwit.dev/godwit/internal/flow/goods"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// TestGoodsAreGradedAfterTheMoneyLeft: a refund that leaves when goods are received does not wait for their grades; these
// are given afterwards, once the refund is paid too, and end the case.
func TestGoodsAreGradedAfterTheMoneyLeft(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, x := context.Background(), newBureau(t, s)
		x.terms.Trigger = string(cases.AtReceipt)
		x.terms.Policy.Auto[decision.Refund] = 100000
		products := product.NewService(product.Config{Store: s, Journal: s, IDs: x.ids})
		door := goods.New(goods.Config{Store: s, Cases: x.cases, Orders: x.orders, Products: products, Shipments: shipment.New(shipment.Config{Store: s, Journal: s, IDs: x.ids}), Journal: s, IDs: x.ids})
		x.Service.Expect = door.Expect
		c, a, err := x.Open(ctx, x.anna, casework.Wish{Order: x.order.ID, Kind: cases.Return, Wants: "refund", Items: []casework.Item{{Row: x.order.Lines[0].ID, Quantity: 2, Reason: "changed_mind"}}})
		must(t, err)
		number := int64(0)
		for _, o := range a.Offers {
			if o.Remedy == decision.Refund {
				number = o.Resolution
			}
		}
		c, err = x.Approve(ctx, x.owner, c.ID, number, "as promised")
		must(t, err)
		list, err := door.OfCase(ctx, x.owner, c.ID)
		if err != nil || len(list) != 1 {
			t.Fatalf("%s %+v, %v", c.Phase, list, err)
		}
		p, err := door.Receive(ctx, x.owner, list[0].ID, "k1", []goods.Counted{{Line: 1, Matched: 2}})
		must(t, err)
		c = x.get(t, c.ID)
		if p.State != goods.Received || c.Phase != cases.GoodsHere || resolved(t, c, number).Stand != cases.Executing {
			t.Fatalf("%s, %s %+v", p.State, c.Phase, c.Resolutions)
		}
		_, err = x.till.Approve(ctx, x.lead, resolved(t, c, number).Refund) // the sum is one for four eyes
		must(t, err)
		x.pays(t, resolved(t, c, number).Refund, true)
		if c = x.get(t, c.ID); c.Phase != cases.GoodsHere || resolved(t, c, number).Stand != cases.Done {
			t.Fatalf("paid: %s %+v", c.Phase, c.Resolutions)
		}
		for unit := range int64(2) {
			if p, err = door.Inspect(ctx, x.owner, p.ID, 1, unit+1, 1, goods.GradeA, cases.RestockNew); err != nil {
				t.Fatalf("unit %d: %v", unit+1, err)
			}
		}
		if c = x.get(t, c.ID); p.Lines[0].Grades != "AA" || c.Phase != cases.Closed || c.Reason != cases.Completed || len(c.Placed) != 2 {
			t.Errorf("%q, %s %s, %d placed", p.Lines[0].Grades, c.Phase, c.Reason, len(c.Placed))
		}
	})
}
