package commerce_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/flow/commerce"
	"godwit.dev/godwit/internal/flow/commerce/commercetest"
	"godwit.dev/godwit/internal/flow/intake"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// TestAnyWayEndsWhereTheShopStands lets a shop change at random, several times within a second of its clock, while its
// webhooks come late, in any order, again, thin or whole, or not at all, while lists are read in between, cut off and
// gone on with, and while objects are deleted and come back. After the next look at everything the copy is that of a clean import.
func TestAnyWayEndsWhereTheShopStands(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		runs, most := 0, 60
		if !s.Lite() {
			most = 15 // the same decisions, with a slower database
		}
		rapid.Check(t, func(r *rapid.T) {
			if runs++; runs > most {
				return
			}
			shelf := commercetest.NewShelf()
			shelf.PerPage = rapid.IntRange(1, 4).Draw(r, "page")
			x := newWorld(r, s, shelf, storetest.Workspace(t, s), noon)
			x.clear()
			for range rapid.IntRange(0, 8).Draw(r, "before") {
				x.mutate(r)
			}
			c := x.connect()
			var waiting []int // messages that may come, more than once
			for range rapid.IntRange(1, 25).Draw(r, "steps") {
				x.clock = x.clock.Add(time.Duration(rapid.IntRange(1, 900).Draw(r, "pause")) * time.Millisecond)
				switch rapid.SampledFrom([]string{"change", "change", "change", "deliver", "deliver", "work", "work", "look", "break", "mend", "restart"}).Draw(r, "step") {
				case "change":
					if m := x.mutate(r); rapid.IntRange(0, 3).Draw(r, "lost") > 0 {
						waiting = append(waiting, m)
					}
				case "deliver":
					if len(waiting) > 0 {
						m := rapid.SampledFrom(waiting).Draw(r, "message")
						x.deliver(c, m, rapid.Bool().Draw(r, "thin"))
					}
				case "work":
					x.work(rapid.IntRange(1, 5).Draw(r, "jobs"))
				case "look":
					x.clock = x.clock.Add(commerceLook)
					if err := x.svc.Wake(context.Background()); err != nil {
						r.Fatal(err)
					}
				case "break":
					nth := rapid.IntRange(1, 3).Draw(r, "nth")
					shelf.Fail(func(call int) error {
						if call%nth == 0 {
							return errs.Wrap(errs.Unavailable, errors.New("connection reset"), "error.shop_unreachable")
						}
						return nil
					})
				case "mend":
					shelf.Fail(nil)
				case "restart":
					x.svc = commerce.NewService(x.svc.Config)
				}
			}
			shelf.Fail(nil)
			c = x.look(c)
			for _, m := range waiting { // whatever is still on its way
				x.deliver(c, m, false)
			}
			x.sweep(c)
			got := x.state(c)

			clean := newWorld(r, s, shelf, storetest.Workspace(t, s), x.clock)
			clean.clear()
			want := clean.state(clean.look(clean.connect()))
			if !reflect.DeepEqual(got.Orders, want.Orders) {
				r.Errorf("orders\ngot  %+v\nwant %+v", got.Orders, want.Orders)
			}
			if !reflect.DeepEqual(got.Products, want.Products) {
				r.Errorf("products\ngot  %+v\nwant %+v", got.Products, want.Products)
			}
			for id, why := range got.Wrong {
				r.Errorf("order %s: %s", id, why)
			}
			if len(got.Orders) != shelf.Count(intake.KindOrder) {
				r.Errorf("%d orders of %d", len(got.Orders), shelf.Count(intake.KindOrder))
			}
		})
	})
}

// commerceLook is longer than the pause between two looks.
const commerceLook = 6 * time.Minute

// mutate changes one thing of the shop, whose clock counts whole seconds, and returns the message of it.
func (x *world) mutate(r *rapid.T) int {
	at := x.clock.Truncate(time.Second)
	n := rapid.IntRange(1, 5).Draw(r, "which")
	if rapid.IntRange(0, 4).Draw(r, "delete") == 0 {
		kind, id := rapid.SampledFrom([]string{intake.KindOrder, intake.KindOrder, intake.KindProduct, intake.KindCustomer}).Draw(r, "deleted"), fmt.Sprint(n)
		if kind == intake.KindOrder {
			id = anOrder(n, noon, 0).ID
		}
		return x.remove(kind, id)
	}
	switch rapid.SampledFrom([]string{"order", "order", "order", "product", "customer"}).Draw(r, "kind") {
	case "product":
		return x.put(&intake.Product{
			Head: intake.Head{ID: fmt.Sprint(n), Status: rapid.SampledFrom([]string{"active", "archived"}).Draw(r, "status"), UpdatedAt: at}, Title: fmt.Sprintf("Lamp %d", rapid.IntRange(1, 3).Draw(r, "title")),
			Variants: []intake.Variant{{ID: fmt.Sprint(n * 10), SKU: "A", Price: eur(int64(rapid.IntRange(1, 999).Draw(r, "price"))), Grams: int64(rapid.IntRange(0, 3).Draw(r, "grams"))}},
		})
	case "customer":
		return x.put(&intake.Customer{Head: intake.Head{ID: fmt.Sprint(n), UpdatedAt: at}, Name: "Ada", Email: fmt.Sprintf("buyer%d@example.com", rapid.IntRange(1, 5).Draw(r, "address"))})
	}
	o := anOrder(n, noon.Add(-time.Hour), int64(rapid.IntRange(1, 99999).Draw(r, "total")))
	o.UpdatedAt = at
	o.Status = rapid.SampledFrom([]string{"open", "open", "closed", "cancelled"}).Draw(r, "status")
	for i := range rapid.IntRange(0, 2).Draw(r, "parcels") {
		o.Fulfillments = append(o.Fulfillments, &intake.Shipment{
			Head: intake.Head{Status: intake.InTransit, CreatedAt: noon}, Carrier: "DHL", Numbers: []string{fmt.Sprintf("00340434%d%d%06d", n, i, rapid.IntRange(1, 2).Draw(r, "number"))},
		})
	}
	if rapid.Bool().Draw(r, "refund") {
		o.Refunds = []*intake.Refund{{Amount: eur(int64(rapid.IntRange(1, 100).Draw(r, "refunded")))}}
	}
	return x.put(o)
}
