package medusa

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"godwit.dev/godwit/internal/adapter/commerce/medusa"
	"godwit.dev/godwit/internal/adapter/hook"
	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/outbound"
	"godwit.dev/godwit/internal/flow/commerce"
	"godwit.dev/godwit/internal/flow/commerce/commercetest"
	"godwit.dev/godwit/internal/flow/intake"
	"godwit.dev/godwit/internal/platform/connector"
	"godwit.dev/godwit/test/shopserver"
)

// bench is a shop.
type bench struct {
	*shopserver.Server
	ready struct{ URL, Key string }
}

// placed is an order as the control program tells it.
type placed struct {
	ID, Number, Payment string
	Lines               map[string]string // by SKU
}

// database makes one for the test and returns its address.
func database(t *testing.T) string {
	t.Helper()
	server := os.Getenv("GODWIT_TEST_PG")
	if server == "" {
		if os.Getenv("GODWIT_TEST_SERVERS") == "1" {
			t.Fatal("GODWIT_TEST_PG names no PostgreSQL")
		}
		t.Skip("not run: GODWIT_TEST_PG names no PostgreSQL")
	}
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/medusa_" + strings.ToLower(rand.Text())
	name := pgx.Identifier{u.Path[1:]}.Sanitize()
	admin := func(statement string) error {
		ctx := context.Background() // also after the test
		c, err := pgx.Connect(ctx, server)
		if err != nil {
			return err
		}
		defer func() { _ = c.Close(ctx) }()
		_, err = c.Exec(ctx, statement)
		return err
	}
	if err := admin("CREATE DATABASE " + name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := admin("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	return u.String()
}

func start(t *testing.T) *bench {
	t.Helper()
	dir, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{}
	b.Server = shopserver.Start(t, dir, &b.ready, "DATABASE_URL="+database(t))
	return b
}

func client() *http.Client {
	return outbound.New(outbound.Options{Allow: outbound.Loopback(), Timeout: -1})
}

// driver is ours without a rate: the server is this test's own.
func driver() commerce.Driver {
	d := medusa.Driver()
	d.Rate = connector.Rate{Requests: 1000, Per: time.Second, Burst: 1000}
	return d
}

func (b *bench) settings() map[string]string {
	return map[string]string{"address": b.ready.URL, "key": b.ready.Key}
}

func (b *bench) connect(t *testing.T, key string) commerce.Shop {
	t.Helper()
	shop, err := driver().Connect(map[string]string{"address": b.ready.URL, "key": key}, client(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return shop
}

func (b *bench) place(t *testing.T, email string, lines map[string]int) placed {
	t.Helper()
	var p placed
	b.Do(t, "place", map[string]any{
		"lines": lines, "email": email,
		"address": map[string]string{"first_name": "Анна", "last_name": "Иванова", "address_1": "ул. Ленина, 1", "city": "Москва", "postal_code": "101000", "country_code": "ru", "phone": "+79000000000"},
	}, &p)
	return p
}

// send packs lines of an order and hands them over with a number.
func (b *bench) send(t *testing.T, p placed, number string, lines map[string]int) (fulfillment string) {
	t.Helper()
	var f struct{ ID string }
	b.Do(t, "fulfil", map[string]any{"order": p.ID, "lines": lines}, &f)
	b.Do(t, "ship", map[string]any{"order": p.ID, "fulfillment": f.ID, "lines": lines, "number": number}, nil)
	return f.ID
}

func fetch(t *testing.T, shop commerce.Shop, id string) *intake.Order {
	t.Helper()
	o, err := shop.Fetch(t.Context(), intake.KindOrder, id)
	if err != nil {
		t.Fatal(err)
	}
	return o.(*intake.Order)
}

// walk lists a kind to its end.
func walk(t *testing.T, shop commerce.Shop, kind string, c commerce.Cursor) []intake.Object {
	t.Helper()
	var all []intake.Object
	for range 100 {
		p, err := shop.List(t.Context(), kind, c)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p.Objects...)
		if !p.More {
			return all
		}
		c = p.Next
	}
	t.Fatal("the list does not end")
	return nil
}

func only(t *testing.T, list []intake.Object, id string) {
	t.Helper()
	if len(list) == 0 || slices.ContainsFunc(list, func(o intake.Object) bool { return o.Base().ID != id }) {
		t.Errorf("%d objects changed, want %s alone", len(list), id)
	}
}

// TestMedusa tells one shop's story, and then holds the driver to its promises on what came of it.
func TestMedusa(t *testing.T) {
	b := start(t)
	t.Run("story", b.story)
	t.Run("subscriber", b.subscriber)
	t.Run("driver", func(t *testing.T) {
		commercetest.Run(t, driver(), commercetest.Fixture{
			Settings: b.settings(), Client: client(), About: commerce.About{Currency: "EUR"}, Missing: "order_01",
			Want: map[string]int{intake.KindOrder: 3, intake.KindProduct: 3, intake.KindCustomer: 3, intake.KindReturn: 1},
		})
	})
	t.Run("key", func(t *testing.T) {
		if _, err := b.connect(t, "sk_guessed").About(t.Context()); !errs.Is(err, errs.Denied) {
			t.Errorf("with a wrong key: %v", err)
		}
	})
}

func (b *bench) story(t *testing.T) {
	shop := b.connect(t, b.ready.Key)

	// What is bought appears as it was bought.
	p := b.place(t, "anna@example.ru", map[string]int{"MUG-BS": 2, "SAM-1": 1})
	first := walk(t, shop, intake.KindOrder, commerce.Cursor{})
	if len(first) != 1 {
		t.Fatalf("%d orders", len(first))
	}
	o := first[0].(*intake.Order)
	if o.ID != p.ID || o.Number != p.Number || o.Status != "open" || o.PaymentStatus != "paid" || o.FulfillmentStatus != "unfulfilled" || o.Currency != "EUR" || o.Total.String() != "143.88" || o.Shipping.String() != "6.00" || o.Tax.String() != "23.98" {
		t.Errorf("%+v", o)
	}
	if o.Email != "anna@example.ru" || o.Customer == nil || o.Customer.Email != o.Email || o.ShipTo == nil || o.ShipTo.Name != "Анна Иванова" || o.ShipTo.Country != "RU" || o.ShipTo.City != "Москва" {
		t.Errorf("customer %+v, to %+v", o.Customer, o.ShipTo)
	}
	mug := slices.IndexFunc(o.Lines, func(l intake.Line) bool { return l.SKU == "MUG-BS" })
	if len(o.Lines) != 2 || mug < 0 || o.Lines[mug].Quantity != 2 || o.Lines[mug].Price.String() != "12.50" || o.Lines[mug].Total.String() != "30.00" || o.Lines[1-mug].Title != "Чайник «Самовар»" {
		t.Errorf("lines %+v", o.Lines)
	}
	if len(o.Payments) != 1 || o.Payments[0].Captured.String() != "143.88" || o.Payments[0].Status != "succeeded" {
		t.Errorf("payments %+v", o.Payments)
	}

	// Two parcels, one of which arrives.
	parcel := b.send(t, p, "RB123456785CN", map[string]int{p.Lines["MUG-BS"]: 1})
	if o = fetch(t, shop, p.ID); o.FulfillmentStatus != "partial" || len(o.Fulfillments) != 1 || !slices.Equal(o.Fulfillments[0].Numbers, []string{"RB123456785CN"}) || o.Fulfillments[0].Status != intake.PickedUp || o.Fulfillments[0].ID != parcel || len(o.Fulfillments[0].Lines) != 1 || o.Fulfillments[0].Lines[0].LineItem != p.Lines["MUG-BS"] {
		t.Errorf("%s %+v", o.FulfillmentStatus, o.Fulfillments)
	}
	b.send(t, p, "10043344556", map[string]int{p.Lines["MUG-BS"]: 1, p.Lines["SAM-1"]: 1})
	b.Do(t, "deliver", map[string]any{"order": p.ID, "fulfillment": parcel}, nil)
	if o = fetch(t, shop, p.ID); len(o.Fulfillments) != 2 || !slices.ContainsFunc(o.Fulfillments, func(s *intake.Shipment) bool { return s.Status == intake.Delivered && s.ID == parcel }) {
		t.Errorf("%s %+v", o.FulfillmentStatus, o.Fulfillments)
	}

	// A part of the money goes back, and a look at what changed tells.
	q := b.place(t, "boris@example.de", map[string]int{"LAMP": 1})
	began := fetch(t, shop, q.ID).UpdatedAt.Add(time.Second)
	time.Sleep(time.Until(began.Add(time.Second)))
	b.Do(t, "refund", map[string]any{"payment": p.Payment, "amount": 89.9, "note": "came broken"}, nil)
	changed := walk(t, shop, intake.KindOrder, commerce.Cursor{Since: began})
	only(t, changed, p.ID)
	if o = changed[0].(*intake.Order); o.Refunded.String() != "89.90" || o.PaymentStatus != "partially_refunded" || o.Total.String() != "143.88" || o.CurrentTotal.String() != "53.98" || len(o.Refunds) != 1 || o.Refunds[0].Amount.String() != "89.90" || o.Refunds[0].Note != "came broken" || o.Refunds[0].Refs["payment"] != p.Payment {
		t.Errorf("%s of %s, now %s: %+v", o.Refunded, o.Total, o.CurrentTotal, o.Refunds)
	}

	// A part of the goods is to come back.
	var back struct{ ID string }
	b.Do(t, "return", map[string]any{"order": p.ID, "lines": map[string]int{p.Lines["MUG-BS"]: 1}}, &back)
	returns := walk(t, shop, intake.KindReturn, commerce.Cursor{})
	only(t, returns, back.ID)
	if r := returns[0].(*intake.Return); r.Status != "submitted" || r.Refs["order"] != p.ID || len(r.Lines) != 1 || r.Lines[0].LineItem != p.Lines["MUG-BS"] || r.Lines[0].Quantity != 1 {
		t.Errorf("%+v", r)
	}

	// Another order moves, and is called off.
	b.Do(t, "readdress", map[string]any{"order": q.ID, "address": map[string]string{"city": "Казань", "postal_code": "420000"}}, nil)
	if o = fetch(t, shop, q.ID); o.ShipTo.City != "Казань" {
		t.Errorf("to %+v", o.ShipTo)
	}
	b.Do(t, "cancel", map[string]any{"order": q.ID}, nil)
	if o = fetch(t, shop, q.ID); o.Status != "cancelled" || o.Lines[0].Quantity != 1 || o.CancelledAt.IsZero() {
		t.Errorf("%s at %s, total %s, now %s, line %+v", o.Status, o.CancelledAt, o.Total, o.CurrentTotal, o.Lines[0])
	}

	// Products change with their variants.
	quiet := time.Now().Add(time.Second)
	time.Sleep(time.Until(quiet.Add(time.Second)))
	b.Do(t, "reprice", map[string]any{"sku": "MUG-BL", "amount": 16}, nil)
	list := walk(t, shop, intake.KindProduct, commerce.Cursor{Since: quiet})
	if len(list) == 0 {
		t.Fatal("no product changed")
	}
	m := list[0].(*intake.Product)
	only(t, list, m.ID)
	if m.Title != "Mug" || !slices.Equal(m.Images, []string{"https://assets.example.com/mug.png"}) || m.Attributes["material"] != "stoneware" || m.Attributes["supplier"] != "Jingdezhen Works" || m.Attributes["batch"] != "B-2026-07" {
		t.Errorf("%+v", m)
	}
	i := slices.IndexFunc(m.Variants, func(v intake.Variant) bool { return v.SKU == "MUG-BL" })
	if len(m.Variants) != 3 || i < 0 {
		t.Fatalf("%+v", m.Variants)
	}
	if v := m.Variants[i]; v.Price.String() != "16.00" || v.HSCode != "69120021" || v.Origin != "CN" || v.Grams != 400 || v.Options["colour"] != "blue" || v.Options["size"] != "large" {
		t.Errorf("%+v", v)
	}
}

func (b *bench) subscriber(t *testing.T) {
	scheme := hook.Schemes()["standard"]
	secret := scheme.NewSecret()
	told := make(chan string, 100)
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
			return
		}
		proof, err := scheme.Verify(r.Header, body, []string{secret}, time.Now())
		if err != nil {
			t.Errorf("%v: %s", err, body)
			return
		}
		d, err := medusa.Source().Decode(r.Header, body)
		if err != nil || d.Key != proof.Key || len(d.Unknown) > 0 {
			t.Errorf("%v, key %s, unknown %v", err, d.Key, d.Unknown)
		}
		told <- fmt.Sprintf("%s %s", d.VendorType, d.Object.Base().ID)
	}))
	t.Cleanup(receiver.Close)
	b.Do(t, "hook", map[string]any{"url": receiver.URL, "secret": secret}, nil)
	defer b.Do(t, "hook", nil, nil)
	p := b.place(t, "carla@example.de", map[string]int{"MUG-BS": 1})
	b.send(t, p, "RB123456799CN", map[string]int{p.Lines["MUG-BS"]: 1})
	b.Do(t, "refund", map[string]any{"payment": p.Payment, "amount": 1, "note": "late"}, nil)
	missing := map[string]bool{"order.placed": true, "order.payment_captured": true, "order.fulfillment_created": true, "order.shipment_created": true, "order.payment_refunded": true}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for len(missing) > 0 {
		select {
		case what := <-told:
			event, id, _ := strings.Cut(what, " ")
			if strings.HasPrefix(event, "order.") && id != p.ID {
				t.Errorf("%s tells of %s, want %s", event, id, p.ID)
			}
			delete(missing, event)
		case <-ctx.Done():
			t.Fatalf("not told of %v", missing)
		}
	}
}
