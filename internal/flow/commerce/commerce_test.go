package commerce_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/flow/commerce"
	"godwit.dev/godwit/internal/flow/commerce/commercetest"
	"godwit.dev/godwit/internal/flow/intake"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/connector"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// noon is later than any day on which the tests run: jobs wait for their time by the clock of the machine.
var noon = time.Date(2046, time.March, 5, 12, 0, 0, 0, time.UTC)

func eur(minor int64) intake.Money {
	return intake.Money{Amount: money.Amount{Minor: minor, Currency: "EUR"}}
}

func anOrder(n int, at time.Time, total int64) *intake.Order {
	return &intake.Order{
		Head:     intake.Head{ID: fmt.Sprint(9007199254740993 + int64(n)), Number: fmt.Sprintf("#%d", 1000+n), Status: "open", CreatedAt: at, UpdatedAt: at},
		Currency: "EUR", Total: eur(total), Goods: eur(total), Email: fmt.Sprintf("buyer%d@example.com", n), PlacedAt: at,
		Lines: []intake.Line{{ID: "1", SKU: "A", Title: "Lamp", Quantity: 1, Price: eur(total)}},
	}
}

// TestFirstImport reads a shop of some pages, with an order that cannot be kept.
func TestFirstImport(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		x := newWorld(t, s, commercetest.NewShelf(), storetest.Workspace(t, s), noon)
		for i := range 35 {
			x.put(anOrder(i, noon.Add(-time.Duration(i)*time.Hour), int64(100+i)))
		}
		x.put(&intake.Customer{Head: intake.Head{ID: "77", UpdatedAt: noon}, Name: "Ada", Email: "Ada@Example.com", Phone: "+49 30 1234567"})
		x.put(&intake.Product{Head: intake.Head{ID: "5", Status: "active", UpdatedAt: noon}, Title: "Lamp", Attributes: map[string]string{"material": "brass", "Batch": "2026-03"},
			Variants: []intake.Variant{{ID: "51", SKU: "A", Price: eur(100), HSCode: "9405.21", Origin: "DEU", Image: "https://shop.example/lamp.jpg", Options: map[string]string{"size": "M"}, Attributes: map[string]string{"size": "?", "voltage": "230 V", "supplier": "Lux GmbH"}}}})
		broken := anOrder(99, noon, 1)
		broken.Shipping = intake.Money{Amount: money.Amount{Minor: 5, Currency: "USD"}}
		x.put(broken)
		c := x.connect()
		if c.State != commerce.Importing || c.Settings["token"] != "" {
			t.Errorf("state %s, settings %v", c.State, c.Settings)
		}
		c = x.look(c)
		got := x.state(c)
		if len(got.Orders) != 35 || len(got.Products) != 1 {
			t.Errorf("%d orders, %d products", len(got.Orders), len(got.Products))
		}
		if v := got.Products["5"].Variants[0]; v.HSCode == "" || v.Origin != "DE" || v.Price != 100 {
			t.Errorf("variant %+v", v)
		}
		if p := got.Products["5"]; p.Attributes["material"] != "brass" || p.Batch != "2026-03" || p.Variants[0].Attributes["size"] != "M" || p.Variants[0].Attributes["voltage"] != "230 V" || p.Variants[0].Supplier != "Lux GmbH" || p.Variants[0].Image == "" {
			t.Errorf("product %+v", p)
		}
		if o := got.Orders["9007199254740993"]; o.Number != "#1000" || o.Total != 100 || o.Currency != "EUR" {
			t.Errorf("order %+v", o)
		}
		bad, err := x.svc.Problems(context.Background(), x.owner, c.ID, commerce.Version{}, 10)
		if err != nil || len(bad) != 1 || bad[0].Problem != "error.shop_money" || !strings.Contains(bad[0].Detail, "USD") {
			t.Errorf("problems %+v, %v", bad, err)
		}
		ada, err := x.customers.ByEmail(context.Background(), x.owner.Workspace, "ada@example.com")
		if err != nil || len(ada.Identities) != 3 {
			t.Errorf("customer %+v, %v", ada, err)
		}
		if percent, known := c.Share(); percent != 100 || !known {
			t.Errorf("%d %%, %t", percent, known)
		}
	})
}

// A vendor whose rate leaves no place for a while is waited for, and has not failed.
func TestAnImportRestsAsLongAsTheRateAsks(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		x := newWorld(t, s, commercetest.NewShelf(), storetest.Workspace(t, s), noon)
		for i := range 25 {
			x.put(anOrder(i, noon.Add(-time.Duration(i)*time.Hour), 100))
		}
		c := x.connect()
		until := noon.Add(time.Hour)
		x.shelf.Fail(func(call int) error {
			if call > 3 && x.clock.Before(until) {
				return connector.Full(until)
			}
			return nil
		})
		x.clock = noon.Add(time.Minute)
		if err := x.svc.Wake(context.Background()); err != nil {
			t.Fatal(err)
		}
		x.work(50)
		got, err := s.ShopConnection(context.Background(), c.Workspace, c.ID)
		if err != nil || got.Problem != "" || got.Streak != 0 || got.State != commerce.Importing {
			t.Errorf("%s, %q, %d failures, %v", got.State, got.Problem, got.Streak, err)
		}
		x.clock = until
		x.work(50)
		if got, err = s.ShopConnection(context.Background(), c.Workspace, c.ID); err != nil || got.State != commerce.Live || len(x.state(c).Orders) != 25 {
			t.Errorf("%s, %d orders, %v", got.State, len(x.state(c).Orders), err)
		}
	})
}

// TestImportGoesOnWhereItWasCutOff kills the import again and again: what was read is not read again, and nothing is
// there twice.
func TestImportGoesOnWhereItWasCutOff(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		x := newWorld(t, s, commercetest.NewShelf(), storetest.Workspace(t, s), noon)
		for i := range 57 {
			x.put(anOrder(i, noon.Add(time.Duration(i)*time.Minute), int64(100+i)))
		}
		x.clock = noon.Add(2 * time.Hour)
		c := x.connect()
		x.shelf.Fail(func(call int) error {
			if call%2 == 0 {
				return errs.Wrap(errs.Unavailable, errors.New("connection reset"), "error.shop_unreachable")
			}
			return nil
		})
		var seen int64
		for range 40 {
			x.clock = x.clock.Add(time.Hour)
			if err := x.svc.Wake(context.Background()); err != nil {
				t.Fatal(err)
			}
			x.work(1)
			got, err := s.ShopConnection(context.Background(), c.Workspace, c.ID)
			if err != nil {
				t.Fatal(err)
			}
			if got.Taken() < seen {
				t.Fatalf("%d objects after %d", got.Taken(), seen)
			}
			if seen = got.Taken(); got.State == commerce.Live {
				break
			}
			if percent, _ := got.Share(); percent == 100 {
				t.Errorf("all is read after %d objects", seen)
			}
			// Another process goes on.
			x.svc = commerce.NewService(x.svc.Config)
		}
		if seen != 57 {
			t.Errorf("%d versions were taken of 57 orders", seen)
		}
		if got := x.state(c); len(got.Orders) != 57 {
			t.Errorf("%d orders", len(got.Orders))
		}
		var events int
		_, read := s.Pools()
		err := read.QueryRow(fmt.Sprintf("SELECT COUNT(*) FROM event WHERE workspace_id=%d AND kind='%s'", c.Workspace, order.Created)).Scan(&events)
		if err != nil || events != 57 {
			t.Errorf("%d orders were announced, %v", events, err)
		}
	})
}

// TestWebhooks delivers messages whole and thin, late and again.
func TestWebhooks(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		x := newWorld(t, s, commercetest.NewShelf(), storetest.Workspace(t, s), noon)
		first := x.put(anOrder(1, noon, 100))
		c := x.look(x.connect())
		total := func() int64 {
			for _, o := range x.state(c).Orders {
				return o.Total
			}
			return -1
		}
		second := x.put(anOrder(1, noon.Add(time.Second), 200))
		x.deliver(c, second, false)
		if got := total(); got != 200 {
			t.Errorf("after a newer one: %d", got)
		}
		x.deliver(c, first, false)
		x.work(10)
		if got := total(); got != 200 {
			t.Errorf("after an older one: %d", got)
		}
		third := x.put(anOrder(1, noon.Add(time.Second), 300)) // within the same second
		x.deliver(c, third, false)
		if got := total(); got != 200 {
			t.Errorf("one of the same time was believed: %d", got)
		}
		x.work(10)
		if got := total(); got != 300 {
			t.Errorf("after the look at the shop: %d", got)
		}
		x.deliver(c, second, false)
		x.work(10)
		if got := total(); got != 300 {
			t.Errorf("after a repeat: %d", got)
		}
		x.deliver(c, x.put(anOrder(1, noon.Add(time.Minute), 400)), true)
		x.work(10)
		if got := total(); got != 400 {
			t.Errorf("after a thin one: %d", got)
		}
		x.put(anOrder(1, noon.Add(2*time.Minute), 500)) // its message is lost
		if c = x.look(c); total() != 500 {
			t.Errorf("after a look: %d", total())
		}
	})
}

func TestVerbs(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		x := newWorld(t, s, commercetest.NewShelf(), storetest.Workspace(t, s), noon)
		x.put(anOrder(1, noon, 100))
		c := x.connect()
		if _, err := x.svc.Connect(ctx, x.owner, commerce.New{Driver: "shelf", Settings: map[string]string{"token": "t"}}); !errs.Is(err, errs.Conflict) {
			t.Errorf("a second connection of one shop: %v", err)
		}
		if _, err := x.svc.Connect(ctx, x.owner, commerce.New{Driver: "shelf"}); len(errs.Fields(err)) != 1 {
			t.Errorf("without settings: %v", err)
		}
		nobody := auth.Actor{Kind: auth.Agent, Workspace: c.Workspace}
		for name, err := range map[string]error{
			"list":   second(x.svc.Connections(ctx, nobody)),
			"test":   second(x.svc.Test(ctx, nobody, c.ID)),
			"change": second(x.svc.Change(ctx, nobody, c.ID, nil)),
			"pause":  second(x.svc.Pause(ctx, nobody, c.ID)),
			"sync":   second(x.svc.SyncNow(ctx, nobody, c.ID, false)),
			"remove": x.svc.Remove(ctx, nobody, c.ID),
		} {
			if !errs.Is(err, errs.Denied) {
				t.Errorf("%s by nobody: %v", name, err)
			}
		}
		stranger := auth.ForSystem(storetest.Workspace(t, s))
		if _, err := x.svc.Connection(ctx, stranger, c.ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("of another workspace: %v", err)
		}
		if a, err := x.svc.Test(ctx, x.owner, c.ID); err != nil || a.Name != "Shelf" {
			t.Errorf("test: %+v, %v", a, err)
		}
		if p, err := x.svc.Pause(ctx, x.owner, c.ID); err != nil || p.State != commerce.Paused {
			t.Errorf("pause: %s, %v", p.State, err)
		}
		x.work(10)
		if got := x.state(c); len(got.Orders) != 0 {
			t.Error("it reads while it is paused")
		}
		if _, err := x.svc.SyncNow(ctx, x.owner, c.ID, true); !errs.Is(err, errs.Conflict) {
			t.Errorf("sync while paused: %v", err)
		}
		if p, err := x.svc.Resume(ctx, x.owner, c.ID); err != nil || p.State != commerce.Importing {
			t.Errorf("resume: %s, %v", p.State, err)
		}
		c = x.look(c)
		x.shelf.Fail(func(int) error { return errs.New(errs.Denied, "error.shop_denied") })
		if _, err := x.svc.Change(ctx, x.owner, c.ID, map[string]string{"token": "other"}); !errs.Is(err, errs.Denied) {
			t.Errorf("change to what the shop refuses: %v", err)
		}
		if _, err := x.svc.SyncNow(ctx, x.owner, c.ID, false); err != nil {
			t.Fatal(err)
		}
		x.work(10)
		list, err := x.svc.Connections(ctx, x.owner)
		if err != nil || len(list) != 1 || list[0].Problem != "error.shop_denied" || !list[0].Failing() || list[0].DueAt.Before(x.clock.Add(50*time.Minute)) {
			t.Errorf("%+v, %v", list, err)
		}
		x.shelf.Fail(nil)
		if _, err := x.svc.Change(ctx, x.owner, c.ID, map[string]string{"token": "other"}); err != nil {
			t.Errorf("change: %v", err)
		}
		if c = x.look(c); c.Failing() || c.Settings["token"] != "other" {
			t.Errorf("after a change: %q", c.Problem)
		}
		if err := x.svc.Remove(ctx, x.owner, c.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Hook(ctx, c.Workspace, c.Hook); !errs.Is(err, errs.NotFound) {
			t.Errorf("the place for hooks is left: %v", err)
		}
		if got := x.state(c); len(got.Orders) != 1 {
			t.Error("orders went with the connection")
		}
	})
}

func second[T any](_ T, err error) error { return err }

func TestOrderIsExact(t *testing.T) {
	shop := order.Shop{ID: 1, Currency: "EUR"}
	at := noon
	o := &intake.Order{
		Head: intake.Head{ID: "1", Number: "#1", CreatedAt: at}, Currency: "eur", Total: eur(12340), Subtotal: eur(9000), Discount: eur(1000), Tax: eur(1970), Shipping: eur(490),
		Refunds:  []*intake.Refund{{Amount: eur(200)}, {Head: intake.Head{Status: "failed"}, Amount: eur(900)}},
		Customer: &intake.Customer{Name: "Ада", Email: "ada@example.com", Language: "ru"},
		ShipTo:   &intake.Address{Name: "Ada", Line1: "1", Line2: "2", District: "Mitte", Country: "DEU"},
		Lines:    []intake.Line{{ID: "l1", SKU: "A", Title: "Lamp", VariantTitle: "red", Quantity: 2, Price: eur(5000), Discount: eur(1000), Tax: eur(1970)}},
		Fulfillments: []*intake.Shipment{
			{Head: intake.Head{Status: intake.InTransit, CreatedAt: at}, Carrier: "DHL", Numbers: []string{"1", "2"}, Lines: []intake.Line{{LineItem: "l1", Quantity: 1}}},
			{Head: intake.Head{Status: intake.InTransit, CreatedAt: at}, Carrier: "DHL", Numbers: []string{"4"}, Lines: []intake.Line{{ID: "f9", LineItem: "l1", Quantity: 1}}},
			{Head: intake.Head{Status: intake.InTransit, CreatedAt: at}, Carrier: "DHL", Numbers: []string{"5"}, Lines: []intake.Line{{ID: "l1", Quantity: 1}, {ID: "l2", Quantity: 1}}},
			{Head: intake.Head{Status: intake.Cancelled}, Carrier: "DHL", Numbers: []string{"3"}},
			{Head: intake.Head{Status: intake.Announced, CreatedAt: at}},
		},
	}
	got, err := commerce.Order(shop, o)
	if err != nil {
		t.Fatal(err)
	}
	want := order.New{
		Shop: 1, ExternalID: "1", Number: "#1", Email: "ada@example.com", Language: "ru", CustomerName: "Ада", Status: "open", Currency: "EUR",
		Goods: 10000, Discount: 1000, Shipping: 490, Tax: 1970, Total: 12340, Refunded: 200, PlacedAt: at,
		ShipTo: order.Address{Name: "Ada", Line1: "1", Line2: "2, Mitte", Country: "DE"},
		Lines:  []order.Line{{SKU: "A", Title: "Lamp", Variant: "red", Quantity: 2, Price: 5000, Discount: 1000, Tax: 1970}},
		Fulfillments: []order.Fulfillment{
			{Carrier: "DHL", Tracking: "1", Status: intake.InTransit, ShippedAt: at}, {Carrier: "DHL", Tracking: "2", Status: intake.InTransit, ShippedAt: at},
			{Carrier: "DHL", Tracking: "4", Status: intake.InTransit, ShippedAt: at, Packed: []order.Packed{{Line: 1, Quantity: 1}}}, // of several numbers, and of lines that are not told, nobody knows
			{Carrier: "DHL", Tracking: "5", Status: intake.InTransit, ShippedAt: at}, {Status: intake.Announced},
		},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	o.Tax = intake.Money{Amount: money.Amount{Currency: "EUR"}, Written: "0.005"}
	if _, err := commerce.Order(shop, o); !errs.Is(err, errs.Invalid) {
		t.Errorf("half a cent: %v", err)
	}
}

// TestCustomersAreRecognisedByProof tells people apart who share a name, and knows one who comes by another way.
func TestCustomersAreRecognisedByProof(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		x := newWorld(t, s, commercetest.NewShelf(), storetest.Workspace(t, s), noon)
		w := x.owner.Workspace
		wrote, _, err := x.customers.Ensure(ctx, w, customer.Identity{Kind: customer.Email, Value: "wei@example.com"}, "", "")
		if err != nil {
			t.Fatal(err)
		}
		account := customer.Identity{Kind: "marketplace", Value: "1/7", Verified: true}
		mail := func(v string) customer.Identity { return customer.Identity{Kind: customer.Email, Value: v} }
		for _, c := range []struct {
			name   string
			proofs []customer.Identity
			same   bool
			kind   errs.Kind
		}{
			{"an account with the address of somebody who wrote", []customer.Identity{account, mail("WEI@example.com")}, true, 0},
			{"the account with another address", []customer.Identity{account, mail("wei@new.example")}, true, 0},
			{"that address alone", []customer.Identity{mail("wei@new.example")}, true, 0},
			{"the same name with another account", []customer.Identity{{Kind: "marketplace", Value: "1/8"}, mail("other@example.com")}, false, 0},
			{"an account that named an address of somebody else", []customer.Identity{account, mail("other@example.com")}, true, 0},
			{"nothing", []customer.Identity{mail("no address")}, false, errs.Invalid},
		} {
			got, _, err := x.customers.Recognise(ctx, w, c.proofs, "Wei", "zh")
			if c.kind != 0 {
				if !errs.Is(err, c.kind) {
					t.Errorf("%s: %v", c.name, err)
				}
				continue
			}
			if err != nil || (got.ID == wrote.ID) != c.same {
				t.Errorf("%s: %+v, %v", c.name, got, err)
			}
		}
		other, err := x.customers.ByEmail(ctx, w, "other@example.com")
		if err != nil || other.ID == wrote.ID {
			t.Errorf("an address went to somebody else: %+v, %v", other, err)
		}
	})
}
