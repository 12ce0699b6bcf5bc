package commerce_test

import (
	"context"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/product"
	"godwit.dev/godwit/internal/flow/commerce"
	"godwit.dev/godwit/internal/flow/commerce/commercetest"
	"godwit.dev/godwit/internal/flow/intake"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// known returns the copy of an order.
func (x *world) known(number string) order.Order {
	x.t.Helper()
	list, err := x.orders.List(context.Background(), x.owner, order.Filter{Keys: []string{order.Key(number)}}, order.Cursor{}, 2)
	if err != nil || len(list) != 1 {
		x.t.Fatalf("%d orders of the number %s, %v", len(list), number, err)
	}
	return list[0]
}

func TestWhatAShopDeletesIsMarked(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		shelf := commercetest.NewShelf()
		x := newWorld(t, s, shelf, storetest.Workspace(t, s), noon)
		x.clear()
		first := anOrder(1, noon.Add(-time.Hour), 1990)
		x.put(first)
		stale := len(x.messages) - 1
		lamp := &intake.Product{Head: intake.Head{ID: "7", Status: "active", UpdatedAt: noon}, Title: "Lamp"}
		x.put(lamp)
		c := x.look(x.connect())
		number := first.Number

		gone := x.remove(intake.KindOrder, first.ID)
		x.deliver(c, gone, true)
		x.work(10)
		o := x.known(number)
		if o.DeletedAt.IsZero() || o.Total != 1990 || o.Status != order.Open {
			t.Fatalf("after the shop deleted it: %+v", o)
		}
		x.deliver(c, gone, true)
		x.deliver(c, stale, false) // sent before, whole, and late
		x.work(10)
		if again := x.known(number); !again.DeletedAt.Equal(o.DeletedAt) || !again.UpdatedAt.Equal(o.UpdatedAt) {
			t.Errorf("a repeat and a stale message make it %+v", again)
		}

		x.remove(intake.KindProduct, "7") // nobody tells
		c = x.sweep(c)
		list, err := x.products.List(context.Background(), x.owner, product.Filter{}, 0, 5)
		if err != nil || len(list) != 1 || list[0].Status != product.Deleted || list[0].Title != "Lamp" {
			t.Errorf("after a look at everything: %+v, %v", list, err)
		}

		back := anOrder(1, x.clock, 2490) // out of the shop's bin
		x.deliver(c, x.put(back), false)
		x.work(10)
		if o := x.known(number); !o.DeletedAt.IsZero() || o.Total != 2490 {
			t.Errorf("restored, it is %+v", o)
		}
	})
}

// A shop of which not all is seen does not delete by being silent.
func TestWhatIsOutOfSightIsNotDeleted(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		shelf := commercetest.NewShelf()
		x := newWorld(t, s, shelf, storetest.Workspace(t, s), noon)
		x.clear()
		x.svc.Drivers[0].Capabilities.CompleteOrders = false
		first := anOrder(1, noon.Add(-time.Hour), 1990)
		changed := x.put(first)
		c := x.look(x.connect())
		shelf.Remove(intake.KindOrder, first.ID) // older than what the app may see
		c = x.sweep(c)
		x.deliver(c, changed, true)
		x.work(10)
		if o := x.known(first.Number); !o.DeletedAt.IsZero() {
			t.Errorf("an order that is out of sight counts as deleted: %+v", o)
		}
	})
}

func TestRequestsOfPrivacyWaitForAPerson(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		shelf := commercetest.NewShelf()
		x := newWorld(t, s, shelf, storetest.Workspace(t, s), noon)
		x.clear()
		c := x.look(x.connect())
		x.messages = append(x.messages, &intake.Record{Head: intake.Head{Kind: commerce.KindPrivacy, ID: "191167"}})
		for range 2 {
			x.deliver(c, 0, false)
		}
		list, err := x.svc.Problems(ctx, x.owner, c.ID, commerce.Version{}, 10)
		if err != nil || len(list) != 1 || list[0].External != "customer.redact_requested/191167" || list[0].Problem != "error.shop_privacy_erase" || len(list[0].Body) == 0 {
			t.Fatalf("%+v, %v", list, err)
		}
		if err := x.svc.SeenTo(ctx, auth.Actor{Kind: auth.Agent, Workspace: c.Workspace, Role: auth.AgentRole}, c.ID, list[0].Kind, list[0].External); !errs.Is(err, errs.Denied) {
			t.Errorf("anybody may say that it was seen to: %v", err)
		}
		if err := x.svc.SeenTo(ctx, x.owner, c.ID, intake.KindOrder, "1"); !errs.Is(err, errs.Conflict) {
			t.Errorf("another problem is ended by hand: %v", err)
		}
		for range 2 {
			if err := x.svc.SeenTo(ctx, x.owner, c.ID, list[0].Kind, list[0].External); err != nil {
				t.Fatal(err)
			}
		}
		if list, err = x.svc.Problems(ctx, x.owner, c.ID, commerce.Version{}, 10); err != nil || len(list) != 0 {
			t.Errorf("%+v, %v", list, err)
		}
		known, err := s.ShopVersions(ctx, c.Workspace, c.ID, commerce.KindPrivacy, []string{"customer.redact_requested/191167"})
		if err != nil || len(known) != 1 || len(known["customer.redact_requested/191167"].Body) != 0 {
			t.Errorf("what it was about is kept: %+v, %v", known, err)
		}
	})
}
