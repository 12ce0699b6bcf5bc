package vendure

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"godwit.dev/godwit/internal/adapter/commerce/vendure"
	"godwit.dev/godwit/internal/adapter/hook"
	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/outbound"
	"godwit.dev/godwit/internal/flow/commerce"
	"godwit.dev/godwit/internal/flow/commerce/commercetest"
	"godwit.dev/godwit/internal/flow/intake"
	"godwit.dev/godwit/internal/platform/connector"
	"godwit.dev/godwit/test/shopserver"
)

// ready is what the server says of itself first.
type ready struct{ URL, User, Password, Key string }

// placed is an order as the control program tells it.
type placed struct {
	ID, Code, State string
	TotalWithTax    int64
	Lines           []struct {
		ID             string
		Quantity       int
		ProductVariant struct{ SKU string }
	}
	Payments []struct{ ID string }
}

// bench is a shop and a clock for the driver.
type bench struct {
	*shopserver.Server
	ready
	now func() time.Time
}

func start(t *testing.T) *bench {
	t.Helper()
	dir, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{now: time.Now}
	b.Server = shopserver.Start(t, dir, &b.ready)
	return b
}

func client() *http.Client {
	return outbound.New(outbound.Options{Allow: outbound.Loopback(), Timeout: -1})
}

func (b *bench) settings() map[string]string {
	return map[string]string{"address": b.URL, "key": b.Key}
}

func (b *bench) connect(t *testing.T, settings map[string]string) commerce.Shop {
	t.Helper()
	d := vendure.Driver()
	d.Rate = connector.Rate{Requests: 1000, Per: time.Second, Burst: 1000}
	shop, err := d.Connect(settings, client(), func() time.Time { return b.now() })
	if err != nil {
		t.Fatal(err)
	}
	return shop
}

func (b *bench) place(t *testing.T, email string, lines map[string]int) placed {
	t.Helper()
	var p placed
	b.Do(t, "place", map[string]any{
		"lines": lines, "customer": map[string]string{"firstName": "Анна", "lastName": "Иванова", "emailAddress": email, "phoneNumber": "+7 900 000-00-00"},
		"address": map[string]string{"fullName": "Анна Иванова", "streetLine1": "ул. Ленина, 1", "city": "Москва", "postalCode": "101000", "countryCode": "RU", "phoneNumber": "+7 900 000-00-00"},
	}, &p)
	return p
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

func has(list []intake.Object, id string) bool {
	return slices.ContainsFunc(list, func(o intake.Object) bool { return o.Base().ID == id })
}

// TestVendure tells one shop's story, and then holds the driver to its promises on what came of it.
func TestVendure(t *testing.T) {
	b := start(t)
	t.Run("story", b.story)
	t.Run("plugin", b.plugin)
	t.Run("joined", b.joined)
	t.Run("driver", b.driver)
	t.Run("password", b.byPassword)
}

func (b *bench) driver(t *testing.T) {
	for i := range 3 {
		b.place(t, fmt.Sprintf("anna%d@example.ru", i), map[string]int{"MUG-BS": 1})
	}
	o := b.place(t, "anna@example.ru", map[string]int{"MUG-BS": 2, "SAM-1": 1})
	b.Do(t, "fulfil", map[string]any{"lines": map[string]int{o.Lines[0].ID: 1}, "carrier": "China Post", "number": "RB123456785CN"}, nil)
	d := vendure.Driver()
	d.Rate = connector.Rate{Requests: 1000, Per: time.Second, Burst: 1000}
	commercetest.Run(t, d, commercetest.Fixture{
		Settings: b.settings(), Client: client(), About: commerce.About{ID: "1", Name: "Default Seller", Currency: "USD"},
		Want: map[string]int{intake.KindOrder: 4, intake.KindProduct: 3, intake.KindCustomer: 4},
	})
}

func (b *bench) byPassword(t *testing.T) {
	shop := b.connect(t, map[string]string{"address": b.URL + "/admin-api", "user": b.User, "password": b.Password})
	if a, err := shop.About(t.Context()); err != nil || a.Currency != "USD" {
		t.Errorf("%+v, %v", a, err)
	}
	for what, settings := range map[string]map[string]string{
		"password": {"address": b.URL, "user": b.User, "password": "guessed"},
		"key":      {"address": b.URL, "key": "no:key"},
	} {
		wrong := b.connect(t, settings)
		if _, err := wrong.About(t.Context()); !errs.Is(err, errs.Denied) {
			t.Errorf("with a wrong %s: %v", what, err)
		}
	}
}

func (b *bench) story(t *testing.T) {
	shop := b.connect(t, b.settings())
	began := time.Now()

	// What is bought appears as it was bought.
	p := b.place(t, "anna@example.ru", map[string]int{"MUG-BS": 2, "SAM-1": 1})
	first := walk(t, shop, intake.KindOrder, commerce.Cursor{})
	if len(first) != 1 {
		t.Fatalf("%d orders", len(first))
	}
	o := first[0].(*intake.Order)
	if o.ID != p.ID || o.Number != p.Code || o.Status != "open" || o.PaymentStatus != "paid" || o.FulfillmentStatus != "unfulfilled" || o.Currency != "USD" || o.Total.String() != "142.88" || o.Shipping.String() != "5.00" {
		t.Errorf("%+v", o)
	}
	if o.Email != "anna@example.ru" || o.Customer == nil || o.Customer.Name != "Анна Иванова" || o.ShipTo == nil || o.ShipTo.Country != "RU" || o.ShipTo.City != "Москва" || o.ShipTo.Postcode != "101000" {
		t.Errorf("customer %+v, to %+v", o.Customer, o.ShipTo)
	}
	if len(o.Lines) != 2 || o.Lines[0].SKU != "MUG-BS" || o.Lines[0].Quantity != 2 || o.Lines[0].Price.String() != "15.00" || o.Lines[0].Product != "1" || o.Lines[1].Title != "Чайник «Самовар»" {
		t.Errorf("lines %+v", o.Lines)
	}
	if len(o.Payments) != 1 || o.Payments[0].Amount.String() != "142.88" || o.Payments[0].Status != "succeeded" {
		t.Errorf("payments %+v", o.Payments)
	}

	// Two parcels, one of which arrives.
	var parcel struct{ ID string }
	b.Do(t, "fulfil", map[string]any{"lines": map[string]int{p.Lines[0].ID: 1}, "carrier": "China Post", "number": "RB123456785CN"}, &parcel)
	if o = fetch(t, shop, p.ID); o.FulfillmentStatus != "partial" || len(o.Fulfillments) != 1 || !slices.Equal(o.Fulfillments[0].Numbers, []string{"RB123456785CN"}) || o.Fulfillments[0].Status != intake.PickedUp || o.Fulfillments[0].Carrier != "China Post" || len(o.Fulfillments[0].Lines) != 1 || o.Fulfillments[0].Lines[0].LineItem != p.Lines[0].ID {
		t.Errorf("%+v", o.Fulfillments)
	}
	b.Do(t, "fulfil", map[string]any{"lines": map[string]int{p.Lines[0].ID: 1, p.Lines[1].ID: 1}, "carrier": "СДЭК", "number": "10043344556"}, nil)
	b.Do(t, "transit", map[string]any{"id": parcel.ID, "state": "Delivered"}, nil)
	if o = fetch(t, shop, p.ID); o.FulfillmentStatus != "fulfilled" || len(o.Fulfillments) != 2 || !slices.ContainsFunc(o.Fulfillments, func(s *intake.Shipment) bool { return s.Status == intake.Delivered && s.ID == parcel.ID }) {
		t.Errorf("%s %+v", o.FulfillmentStatus, o.Fulfillments)
	}

	// A part of the money goes back.
	b.Do(t, "refund", map[string]any{"payment": p.Payments[0].ID, "amount": 8990, "reason": "came broken"}, nil)
	if o = fetch(t, shop, p.ID); o.Refunded.String() != "89.90" || o.PaymentStatus != "partially_refunded" || o.Total.String() != "142.88" || len(o.Refunds) != 1 || o.Refunds[0].Status != "succeeded" || o.Refunds[0].Reason != "came broken" || o.Refunds[0].Refs["payment"] != p.Payments[0].ID {
		t.Errorf("%s of %s: %+v", o.Refunded, o.Total, o.Refunds)
	}

	// Another order moves, and is called off.
	q := b.place(t, "boris@example.de", map[string]int{"LAMP": 1})
	b.Do(t, "readdress", map[string]any{"order": q.ID, "address": map[string]string{"city": "Berlin", "countryCode": "DE", "postalCode": "10115"}}, nil)
	if o = fetch(t, shop, q.ID); o.ShipTo.City != "Berlin" || o.ShipTo.Country != "DE" {
		t.Errorf("to %+v", o.ShipTo)
	}
	b.Do(t, "cancel", map[string]any{"order": q.ID, "reason": "changed my mind"}, nil)
	if o = fetch(t, shop, q.ID); o.Status != "cancelled" || o.Lines[0].Quantity != 1 || o.Lines[0].Cancelled != 1 || o.Total.String() != "33.80" || o.CurrentTotal.Minor != 0 {
		t.Errorf("%s, total %s, now %s, line %+v", o.Status, o.Total, o.CurrentTotal, o.Lines[0])
	}

	// A look at what changed finds what Vendure's own time of change does not tell.
	changed := walk(t, shop, intake.KindOrder, commerce.Cursor{Since: began})
	if !has(changed, p.ID) || !has(changed, q.ID) {
		t.Errorf("changed: %d orders", len(changed))
	}
	time.Sleep(time.Until(began.Add(3 * time.Second))) // Vendure's times on this database have whole seconds
	quiet := time.Now()
	time.Sleep(time.Second)
	b.Do(t, "refund", map[string]any{"payment": p.Payments[0].ID, "amount": 100, "reason": "sorry"}, nil)
	changed = walk(t, shop, intake.KindOrder, commerce.Cursor{Since: quiet.Add(time.Second)})
	if len(changed) != 1 || changed[0].Base().ID != p.ID {
		t.Errorf("after a refund: %d orders changed", len(changed))
	}

	// Products change with their variants.
	b.Do(t, "reprice", map[string]any{"sku": "MUG-BL", "price": 1600}, nil)
	list := walk(t, shop, intake.KindProduct, commerce.Cursor{Since: quiet.Add(time.Second)})
	if len(list) != 1 {
		t.Fatalf("%d products changed", len(list))
	}
	mug := list[0].(*intake.Product)
	v := mug.Variants[1]
	if mug.Title != "Mug" || !slices.Equal(mug.Images, []string{"https://assets.example.com/mug.png"}) || mug.Attributes["material"] != "stoneware" || mug.Attributes["supplier"] != "Jingdezhen Works" || mug.Attributes["batch"] != "B-2026-07" {
		t.Errorf("%+v", mug)
	}
	if len(mug.Variants) != 3 || v.SKU != "MUG-BL" || v.Price.String() != "19.20" || v.HSCode != "69120021" || v.Origin != "CN" || v.Options["colour"] != "blue" || v.Options["size"] != "large" || v.Attributes["fragile"] != "true" || v.Stock == nil || *v.Stock != 100 {
		t.Errorf("%+v", v)
	}
}

func (b *bench) plugin(t *testing.T) {
	scheme := hook.Schemes()["standard"]
	secret := scheme.NewSecret()
	told := make(chan intake.Delivery, 100)
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
		d, err := vendure.Source().Decode(r.Header, body)
		if err != nil || d.Key != proof.Key || len(d.Unknown) > 0 {
			t.Errorf("%v, key %s, unknown %v", err, d.Key, d.Unknown)
		}
		told <- d
	}))
	t.Cleanup(receiver.Close)
	b.Do(t, "hook", map[string]any{"url": receiver.URL, "secret": secret}, nil)
	defer b.Do(t, "hook", nil, nil)
	p := b.place(t, "carla@example.de", map[string]int{"MUG-BS": 1})
	b.Do(t, "fulfil", map[string]any{"lines": map[string]int{p.Lines[0].ID: 1}, "carrier": "China Post", "number": "RB123456785CN"}, nil)
	b.Do(t, "refund", map[string]any{"payment": p.Payments[0].ID, "amount": 100, "reason": "late"}, nil)
	b.Do(t, "reprice", map[string]any{"sku": "LAMP", "price": 2500}, nil)
	missing := map[string]bool{"ORDER_PAYMENT_TRANSITION": true, "ORDER_FULFILLMENT_TRANSITION": true, "ORDER_REFUND_TRANSITION": true, "customer.created": true, "product.updated": true}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for len(missing) > 0 {
		select {
		case d := <-told:
			if d.Object.Base().ID == "" || d.Object.Base().Kind != intake.KindOther {
				t.Errorf("%s: %+v", d.VendorType, d.Object)
			}
			delete(missing, d.VendorType)
		case <-ctx.Done():
			t.Fatalf("not told of %v", missing)
		}
	}
}
