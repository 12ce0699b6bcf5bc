package store_test

import (
	"context"
	"reflect"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

var placed = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func newOrder(shop order.ShopID, number, email string) order.New {
	return order.New{
		Shop: shop, ExternalID: "x" + number, Number: number, Email: email, CustomerName: "Anna", Goods: 5000, Total: 5490, Shipping: 490, PlacedAt: placed,
		ShipTo: order.Address{Name: "Anna", City: "München", Country: "DE"},
		Lines:  []order.Line{{SKU: "TENT-2", Title: "Tent", Quantity: 1, Price: 4000}, {SKU: "PEG", Title: "Peg", Quantity: 10, Price: 100}},
		Fulfillments: []order.Fulfillment{
			{Carrier: "DHL", Tracking: "00 3404-3416", Status: "in_transit", ShippedAt: placed.Add(time.Hour)},
		},
	}
}

func (d desk) shop(t testing.TB, currency string) order.ShopID {
	t.Helper()
	s, _, err := d.orders.EnsureShop(context.Background(), d.owner, order.Shop{Name: "Main", Platform: "shopify", Currency: currency})
	if err != nil {
		t.Fatal(err)
	}
	return s.ID
}

func (d desk) save(t testing.TB, shop order.ShopID, number, email string) order.Order {
	t.Helper()
	o, _, err := d.orders.Save(context.Background(), d.owner, newOrder(shop, number, email))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestSaveIsIdempotentAndKeepsLineIDs(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, d := context.Background(), newDesk(t, s)
		shop := d.shop(t, "EUR")
		n := newOrder(shop, "#GW-1042", "Anna@Example.com")
		first, out, err := d.orders.Save(ctx, d.owner, n)
		if err != nil || out != order.Added {
			t.Fatalf("Save = %v, %v", out, err)
		}
		got, err := d.orders.Get(ctx, d.owner, first.ID)
		if err != nil || !reflect.DeepEqual(got, first) {
			t.Fatalf("Get = %+v, %v\nwant %+v", got, err, first)
		}
		events := len(d.kinds(t))
		again, out, err := d.orders.Save(ctx, d.owner, n)
		if err != nil || out != order.Unchanged || !reflect.DeepEqual(again, first) {
			t.Errorf("Save again = %+v, %v, %v", again, out, err)
		}
		if len(d.kinds(t)) != events {
			t.Error("saving the same twice was announced twice")
		}
		n.Lines = []order.Line{n.Lines[1], {SKU: "NEW", Title: "New", Quantity: 2, Price: 1}}
		n.Fulfillments[0].DeliveredAt = placed.Add(48 * time.Hour)
		changed, out, err := d.orders.Save(ctx, d.owner, n)
		if err != nil || out != order.Changed {
			t.Fatalf("Save changed = %v, %v", out, err)
		}
		if changed.ID != first.ID || changed.Lines[0].ID != first.Lines[1].ID || changed.Fulfillments[0].ID != first.Fulfillments[0].ID {
			t.Error("what stayed the same got another ID")
		}
		got, _ = d.orders.Get(ctx, d.owner, first.ID)
		if !reflect.DeepEqual(got, changed) {
			t.Errorf("Get = %+v\nwant %+v", got, changed)
		}
		if kinds := d.kinds(t); kinds[len(kinds)-1] != order.Updated {
			t.Errorf("events %v", kinds)
		}
	})
}

func TestSaveRefuses(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, d, other := context.Background(), newDesk(t, s), newDesk(t, s)
		shop := d.shop(t, "EUR")
		ok := newOrder(shop, "1", "")
		noNumber, noShop, badCurrency := ok, ok, ok
		noNumber.Number, noShop.Shop, badCurrency.Currency = " # ", 99, "euros"
		agent := auth.Actor{Kind: auth.Agent, Workspace: d.w, Role: auth.AgentRole}
		for name, c := range map[string]struct {
			actor auth.Actor
			in    order.New
			want  errs.Kind
		}{
			"no number": {d.owner, noNumber, errs.Invalid}, "no shop": {d.owner, noShop, errs.NotFound},
			"currency": {d.owner, badCurrency, errs.Invalid}, "agent": {agent, ok, errs.Denied},
			"foreign shop": {other.owner, ok, errs.NotFound},
		} {
			if _, _, err := d.orders.Save(ctx, c.actor, c.in); !errs.Is(err, c.want) {
				t.Errorf("%s: %v, want %v", name, err, c.want)
			}
		}
	})
}

func TestOrdersAreFoundByWhatPeopleType(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, d, other := context.Background(), newDesk(t, s), newDesk(t, s)
		shop := d.shop(t, "EUR")
		for _, n := range []string{"#GW-1042", "#2001", "302-1234567-1234567", "12345678-0001-2"} {
			d.save(t, shop, n, "a@example.com")
		}
		for text, want := range map[string]string{
			"order 1042": "#GW-1042", "gw1042": "#GW-1042", "#GW-1042": "#GW-1042", "GW2001 please": "#2001",
			"302-1234567-1234567": "302-1234567-1234567", "отправление 12345678-0001-2": "12345678-0001-2", "12345678-0001": "12345678-0001-2",
		} {
			got, err := d.orders.Find(ctx, auth.ForSystem(d.w), order.Numbers(text, 8))
			if err != nil || len(got) != 1 || got[0].Number != want {
				t.Errorf("%q finds %v (%v), want %s", text, got, err, want)
			}
		}
		if got, err := other.orders.Find(ctx, auth.ForSystem(other.w), []string{"2001"}); err != nil || len(got) != 0 {
			t.Errorf("another workspace finds %v, %v", got, err)
		}
		if got, err := d.OrdersByTracking(ctx, d.w, []string{order.TrackingKey("0034043416")}, 10); err != nil || len(got) != 4 {
			t.Errorf("by tracking: %d orders, %v", len(got), err)
		}
	})
}

func TestForTicketNeverTrustsAStrangersNumber(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, d := context.Background(), newDesk(t, s)
		shop := d.shop(t, "EUR")
		mine := d.save(t, shop, "#1001", "anna@example.com")
		named := d.save(t, shop, "#1002", "anna@example.com")
		d.save(t, shop, "#1003", "bob@example.com")
		got, err := d.orders.ForTicket(ctx, d.owner, mine.Customer, "Anna@example.com", "My order #1003, no: order #1002!")
		if err != nil || len(got) != 3 {
			t.Fatalf("ForTicket = %v, %v", got, err)
		}
		want := []order.Match{{Order: named, By: order.ByNumberAndSender, Trusted: true}, {Order: mine, By: order.BySender, Trusted: true}}
		if !reflect.DeepEqual(got[:2], want) {
			t.Errorf("own orders %+v", got[:2])
		}
		if m := got[2]; m.Trusted || m.By != order.ByNumber || m.Order.Number != "#1003" {
			t.Errorf("the stranger's order: %+v", m)
		}
		none, err := d.orders.ForTicket(ctx, d.owner, 0, "", "hello")
		if err != nil || len(none) != 0 {
			t.Errorf("nobody's orders: %v, %v", none, err)
		}
	})
}

func TestListOrdersPagesByKeyset(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, d := context.Background(), newDesk(t, s)
		shop := d.shop(t, "EUR")
		for i := range 25 {
			n := newOrder(shop, "#"+string(rune('A'+i))+"1000", "a@example.com")
			n.PlacedAt = placed.Add(time.Duration(i/5) * time.Hour) // five at the same time
			if i == 24 {
				n.Status, n.Email = order.Cancelled, "b@example.com"
			}
			if _, _, err := d.orders.Save(ctx, d.owner, n); err != nil {
				t.Fatal(err)
			}
		}
		seen := map[order.ID]bool{}
		var after order.Cursor
		for {
			page, err := d.orders.List(ctx, d.owner, order.Filter{Shop: shop}, after, 4)
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			for _, o := range page {
				if seen[o.ID] || len(o.Lines) != 2 || len(o.Fulfillments) != 1 {
					t.Fatalf("order %s: seen %v, %d lines, %d parcels", o.Number, seen[o.ID], len(o.Lines), len(o.Fulfillments))
				}
				seen[o.ID] = true
			}
			after = order.Cursor{PlacedAt: page[len(page)-1].PlacedAt, ID: page[len(page)-1].ID}
		}
		if len(seen) != 25 {
			t.Errorf("paging saw %d orders", len(seen))
		}
		for name, c := range map[string]struct {
			f    order.Filter
			want int
		}{
			"status":  {order.Filter{Status: order.Cancelled}, 1},
			"email":   {order.Filter{Email: "B@example.com"}, 1},
			"span":    {order.Filter{From: placed.Add(time.Hour), To: placed.Add(3 * time.Hour)}, 10},
			"numbers": {order.Filter{Keys: []string{"a1000", "b1000"}}, 2},
			"all":     {order.Filter{Shop: shop, Status: order.Cancelled, Email: "b@example.com", Keys: []string{"y1000"}, From: placed}, 1},
		} {
			if got, err := d.orders.List(ctx, d.owner, c.f, order.Cursor{}, 100); err != nil || len(got) != c.want {
				t.Errorf("%s: %d orders, want %d (%v)", name, len(got), c.want, err)
			}
		}
	})
}
