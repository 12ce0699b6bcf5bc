package shopify_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"godwit.dev/godwit/internal/adapter/commerce/shopify"
	"godwit.dev/godwit/internal/adapter/commerce/shopify/shopifytest"
	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/outbound"
	"godwit.dev/godwit/internal/flow/commerce"
	"godwit.dev/godwit/internal/flow/commerce/commercetest"
	"godwit.dev/godwit/internal/flow/intake"
	"godwit.dev/godwit/internal/platform/connector"
)

// quick is the driver for a server that nobody needs to be kind to.
func quick() commerce.Driver {
	d := shopify.Driver()
	d.Rate = connector.Rate{Requests: 1000, Per: time.Second, Burst: 1000}
	return d
}

func connect(t *testing.T, h http.Handler, more map[string]string, now func() time.Time) commerce.Shop {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	values := map[string]string{"address": s.URL, "token": shopifytest.Token, "webhook_secret": shopifytest.ClientSecret}
	if more != nil {
		values = more
		values["address"] = s.URL
	}
	shop, err := quick().Connect(values, outbound.New(outbound.Options{Allow: outbound.Loopback()}), now)
	if err != nil {
		t.Fatal(err)
	}
	return shop
}

func TestConformance(t *testing.T) {
	s := httptest.NewServer(shopifytest.New(t))
	defer s.Close()
	commercetest.Run(t, quick(), commercetest.Fixture{
		Settings: map[string]string{"address": s.URL, "token": shopifytest.Token, "webhook_secret": shopifytest.ClientSecret}, Client: outbound.New(outbound.Options{Allow: outbound.Loopback()}),
		About: commerce.About{ID: "548380009", Name: "John Smith Test Store", Currency: "USD", Zone: "America/Toronto", Country: "CA", URL: "https://jsmith.myshopify.com"},
		Want:  map[string]int{intake.KindOrder: 12, intake.KindProduct: 2, intake.KindCustomer: 2},
	})
}

// A checkout's attributes name the quote, in the answers of the API and in webhooks.
func TestAnOrderNamesItsQuote(t *testing.T) {
	s := shopifytest.New(t)
	for _, o := range s.Data["orders"].([]any) {
		if o := o.(shopifytest.Object); o["name"] == "#1001" {
			o["customAttributes"] = []any{shopifytest.Object{"key": "godwit_quote", "value": "quo_1"}, shopifytest.Object{"key": "gift", "value": nil}}
		}
	}
	asked := fetch[*intake.Order](t, connect(t, s, nil, time.Now), intake.KindOrder, "450789469")
	h := http.Header{"X-Shopify-Topic": {"orders/create"}}
	d, err := shopify.Source().Decode(h, []byte(`{"id":450789469,"line_items":[],"note_attributes":[{"name":"godwit_quote","value":"quo_1"},{"name":"gift","value":null}]}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range []*intake.Order{asked, d.Object.(*intake.Order)} {
		if o.Promise == nil || o.Promise.Quote != "quo_1" {
			t.Errorf("%+v", o.Promise)
		}
	}
}

func fetch[T intake.Object](t *testing.T, shop commerce.Shop, kind, id string) T {
	t.Helper()
	o, err := shop.Fetch(t.Context(), kind, id)
	if err != nil {
		t.Fatal(err)
	}
	return o.(T)
}

// The same order, sent as a webhook and asked for by the API, is the same order.
func TestAnOrderIsTheSameByEitherWay(t *testing.T) {
	body, err := os.ReadFile("testdata/topic/orders__create.json")
	if err != nil {
		t.Fatal(err)
	}
	d, err := shopify.Source().Decode(http.Header{"X-Shopify-Topic": {"orders/create"}}, body)
	if err != nil {
		t.Fatal(err)
	}
	sent, asked := d.Object.(*intake.Order), fetch[*intake.Order](t, connect(t, shopifytest.New(t), nil, time.Now), intake.KindOrder, "820982911946154508")
	for what, pair := range map[string][2]any{
		"number": {sent.Number, asked.Number}, "status": {sent.Status, asked.Status}, "payment": {sent.PaymentStatus, asked.PaymentStatus}, "fulfillment": {sent.FulfillmentStatus, asked.FulfillmentStatus},
		"currency": {sent.Currency, asked.Currency}, "shown": {sent.ShownCurrency, asked.ShownCurrency}, "goods": {sent.Goods, asked.Goods}, "discount": {sent.Discount, asked.Discount}, "subtotal": {sent.Subtotal, asked.Subtotal},
		"shipping": {sent.Shipping, asked.Shipping}, "tax": {sent.Tax, asked.Tax}, "total": {sent.Total, asked.Total}, "current": {sent.CurrentTotal, asked.CurrentTotal}, "outstanding": {sent.Outstanding, asked.Outstanding},
		"email": {sent.Email, asked.Email}, "ship to": {*sent.ShipTo, *asked.ShipTo}, "bill to": {*sent.BillTo, *asked.BillTo}, "customer": {sent.Customer.ID, asked.Customer.ID}, "lines": {len(sent.Lines), len(asked.Lines)},
		"updated": {sent.UpdatedAt.UTC(), asked.UpdatedAt.UTC()}, "placed": {sent.PlacedAt.UTC(), asked.PlacedAt.UTC()}, "cancelled": {sent.CancelledAt.UTC(), asked.CancelledAt.UTC()}, "reason": {sent.CancelReason, asked.CancelReason}, "method": {sent.PaymentMethod, asked.PaymentMethod}, "page": {sent.URL, asked.URL},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: the webhook says %v, the API %v", what, pair[0], pair[1])
		}
	}
	for i, l := range sent.Lines {
		a := asked.Lines[i]
		if l.ID != a.ID || l.Quantity != a.Quantity || l.Price != a.Price || l.SKU != a.SKU || l.Title != a.Title || l.Grams != a.Grams || l.Unshipped != a.Unshipped {
			t.Errorf("line %d: the webhook says %+v, the API %+v", i, l, a)
		}
	}
}

// The shop counts in dollars, the customer paid in euros.
func TestAnOrderInTwoCurrenciesWithAllThatBelongsToIt(t *testing.T) {
	o := fetch[*intake.Order](t, connect(t, shopifytest.New(t), nil, time.Now), intake.KindOrder, "450789469")
	if o.Currency != "USD" || o.ShownCurrency != "EUR" || o.Total.String() != "617.94" || o.Total.Currency != "USD" || o.Refunded.String() != "45.00" || o.Duty.String() != "4.00" || o.Goods.String() != "597.00" {
		t.Errorf("%s (%s) total %s, refunded %s, duty %s, goods %s", o.Currency, o.ShownCurrency, o.Total.String(), o.Refunded.String(), o.Duty.String(), o.Goods.String())
	}
	if len(o.Lines) != 12 || o.Lines[11].ID != "466157060" || o.Lines[0].Cancelled != 1 || o.Lines[0].Duty.String() != "4.00" || o.Lines[0].Tax.String() != "3.98" || o.Lines[0].Grams != 200 {
		t.Errorf("lines %+v", o.Lines)
	}
	if o.PaymentStatus != "partially_refunded" || o.FulfillmentStatus != "partial" || o.Discounts[0].Code != "FREESHIP" || o.ShippingLines[0].Discount.String() != "5.00" || o.Taxes[0].Rate != "0.06" {
		t.Errorf("%+v", o)
	}
	if len(o.Fulfillments) != 3 || len(o.Fulfillments[2].Lines) != 22 || o.Fulfillments[0].Status != intake.Delivered || o.Fulfillments[1].Status != intake.OutForDelivery || o.Fulfillments[2].Status != intake.InTransit || !slices.Contains(o.Fulfillments[2].Attributes, intake.Delayed) {
		t.Fatalf("%d parcels", len(o.Fulfillments))
	}
	if p := o.Fulfillments[0]; p.Numbers[0] != "1Z1234512345123456" || p.Carrier != "USPS" || p.Refs["order"] != "450789469" || p.Origin.Country != "CA" || p.Expected == nil || p.Lines[0].LineItem != "466157049" {
		t.Errorf("%+v", p)
	}
	if len(o.Refunds) != 6 {
		t.Fatalf("%d refunds", len(o.Refunds))
	}
	r := o.Refunds[0]
	if r.Amount.String() != "43.00" || r.Components.Goods.String() != "40.00" || r.Components.Shipping.String() != "1.00" || r.Components.Duty.String() != "2.00" || r.Status != "succeeded" || r.Refs["return"] != "945000954" || r.Allocations[0].Payment != "389404469" || r.Lines[0].LineItem != "466157049" || r.Lines[0].Restock != "return" {
		t.Errorf("%+v", r)
	}
	if o.Refunds[5].Status != "pending" {
		t.Errorf("%+v", o.Refunds[5])
	}
	if len(o.Returns) != 1 || len(o.Payments) != 1 || o.Payments[0].Operation != "sale" {
		t.Fatalf("%d returns, %d payments", len(o.Returns), len(o.Payments))
	}
	b := o.Returns[0]
	if b.Status != "approved" || b.Lines[0].LineItem != "466157049" || b.Lines[0].Reason != "defective" || b.Lines[0].Note != "The screen stays black" || b.Exchanges[0].Variant != "808950810" || b.Shipments[0].Numbers[0] != "1234567890" || b.Shipments[0].Direction != "back" || b.UpdatedAt.Hour() != 13 {
		t.Errorf("%+v", b)
	}
}

func TestYenAndTheLargestIdentifier(t *testing.T) {
	o := fetch[*intake.Order](t, connect(t, shopifytest.New(t), nil, time.Now), intake.KindOrder, "9223372036854775807")
	if o.ID != "9223372036854775807" || o.Total.Minor != 5980 || o.Total.String() != "5980" || o.Lines[0].ID != "9007199254740993" || o.ShownCurrency != "" || o.Status != "closed" || o.Customer != nil {
		t.Errorf("%+v", o)
	}
}

func TestAProductHasWhatCustomsAsk(t *testing.T) {
	p := fetch[*intake.Product](t, connect(t, shopifytest.New(t), nil, time.Now), intake.KindProduct, "632910392")
	if len(p.Variants) != 23 || p.Images[0] == "" || p.Attributes["material"] != "Aluminium" || p.Attributes["batch"] != "2026-03" || p.Attributes["reviews.rating_count"] != "12" || len(p.Attributes) != 3 {
		t.Fatalf("%d variants, %v", len(p.Variants), p.Attributes)
	}
	v := p.Variants[22]
	if v.HSCode != "851981" || v.Origin != "CN" || v.Price.String() != "199.00" || v.Price.Currency != "USD" || v.Cost.String() != "40.50" || v.Grams != 567 || v.Options["Color"] != "Pink" || v.Attributes["voltage"] != "5 V" || *v.Stock != 10 || v.StockRef != "49148407" || v.Image == "" {
		t.Errorf("%+v", v)
	}
}

func TestPagesShrinkUntilTheyAreAffordable(t *testing.T) {
	s := shopifytest.New(t)
	s.Most = 900
	shop := connect(t, s, nil, time.Now)
	p, err := shop.List(t.Context(), intake.KindOrder, commerce.Cursor{})
	if err != nil || len(p.Objects) != 1 {
		t.Fatalf("%d orders, %v", len(p.Objects), err)
	}
	before := len(s.Asked)
	if p, err = shop.List(t.Context(), intake.KindOrder, p.Next); err != nil || len(p.Objects) != 1 || strings.Count(strings.Join(s.Asked[before:], ""), "query Orders") != 1 {
		t.Errorf("%d orders by %d questions, %v", len(p.Objects), len(s.Asked)-before, err)
	}
	s.Most = 1
	if _, err := shop.List(t.Context(), intake.KindOrder, commerce.Cursor{}); !errs.Is(err, errs.Invalid) {
		t.Errorf("what no page can pay: %v", err)
	}
}

func TestWhatIsThrottledIsPutOffAsLongAsItTakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		throttled := `{"errors":[{"message":"Throttled","extensions":{"code":"THROTTLED","documentation":"https://shopify.dev/api/usage/rate-limits"}}],"extensions":{"cost":{"requestedQueryCost":1202,"actualQueryCost":null,"throttleStatus":{"maximumAvailable":2000.0,"currentlyAvailable":202,"restoreRate":100.0}}}}`
		n, began := 0, time.Now()
		shop := local(t, func(string) string {
			if n++; n < 3 {
				return throttled
			}
			return `{"data":{"shop":{"id":"gid://shopify/Shop/1","name":"A","currencyCode":"EUR"}}}`
		})
		if a, err := shop.About(t.Context()); err != nil || a.Name != "A" || time.Since(began) != 20*time.Second {
			t.Errorf("%+v, %v after %s", a, err, time.Since(began))
		}
		shop = local(t, func(string) string { return throttled })
		if _, err := shop.About(t.Context()); !errs.Is(err, errs.Unavailable) {
			t.Error(err)
		}
	})
}

// local is a shop that a function answers, without a network.
func local(t *testing.T, answer func(body string) string) commerce.Shop {
	t.Helper()
	rt := roundTrip(func(r *http.Request) (*http.Response, error) {
		w := httptest.NewRecorder()
		_, _ = w.WriteString(answer(r.URL.Path)) // a buffer
		return w.Result(), nil
	})
	shop, err := quick().Connect(map[string]string{"address": "https://jsmith.myshopify.com", "token": shopifytest.Token, "webhook_secret": shopifytest.ClientSecret}, &http.Client{Transport: rt}, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return shop
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestErrorsHaveKinds(t *testing.T) {
	for _, c := range []struct {
		body string
		kind errs.Kind
	}{
		{`{"errors":[{"message":"Access denied for orders field.","extensions":{"code":"ACCESS_DENIED"},"path":["orders"]}],"data":null}`, errs.Denied},
		{`{"errors":[{"message":"This app is not approved to access the Customer object.","extensions":{"code":"ACCESS_DENIED"}}],"data":{"shop":{"name":"A"}}}`, errs.Denied},
		{`{"errors":[{"message":"Internal error.","extensions":{"code":"INTERNAL_SERVER_ERROR"}}]}`, errs.Unavailable},
		{`{"errors":[{"message":"Field 'x' doesn't exist on type 'Shop'","extensions":{"code":"undefinedField"}}]}`, errs.Invalid},
		{`{"errors":"something"}`, errs.Invalid},
		{`{"data":{"shop":null}}`, errs.Invalid},
		{`{"data":{}}`, errs.Invalid},
	} {
		if _, err := local(t, func(string) string { return c.body }).About(t.Context()); errs.KindOf(err) != c.kind || err == nil {
			t.Errorf("%s: %v", c.body, err)
		}
	}
}

func TestTokensOfADay(t *testing.T) {
	s, now := shopifytest.New(t), time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
	s.Token = "none yet"
	shop := connect(t, s, map[string]string{"client_id": shopifytest.ClientID, "webhook_secret": shopifytest.ClientSecret}, func() time.Time { return now })
	about := func(want int) {
		t.Helper()
		if _, err := shop.About(t.Context()); err != nil || s.Tokens != want {
			t.Errorf("%d tokens, want %d, %v", s.Tokens, want, err)
		}
	}
	about(1)
	about(1)
	now = now.Add(23*time.Hour + 59*time.Minute)
	about(2)
	s.Token = "revoked" // before its time
	about(3)
	shop = connect(t, s, map[string]string{"client_id": shopifytest.ClientID, "webhook_secret": "shpss_another"}, time.Now)
	if _, err := shop.About(t.Context()); !errs.Is(err, errs.Denied) || strings.Contains(err.Error(), "shpss_another") {
		t.Error(err)
	}
}

func TestWebhooksAreAskedForOnce(t *testing.T) {
	s := shopifytest.New(t)
	s.Hooks = []any{shopifytest.Object{"id": "gid://shopify/WebhookSubscription/1", "topic": "ORDERS_CREATE", "uri": "https://other.example/"}}
	shop := connect(t, s, map[string]string{"client_id": shopifytest.ClientID, "webhook_secret": shopifytest.ClientSecret}, time.Now).(commerce.Subscriber)
	for range 2 {
		if err := shop.Subscribe(t.Context(), "https://desk.example/hooks/1", shopifytest.ClientSecret); err != nil {
			t.Fatal(err)
		}
	}
	if len(s.Hooks) != 1+len(shopify.Topics) {
		t.Errorf("%d webhooks", len(s.Hooks))
	}
	var field *errs.Error
	if err := shop.Subscribe(t.Context(), "https://desk.example/hooks/1", "a secret of ours"); !errors.As(err, &field) || field.Field != "webhook_secret" {
		t.Errorf("a secret by which Shopify does not sign: %v", err)
	}
}

func TestWhatAShopIsConnectedBy(t *testing.T) {
	for _, c := range []struct {
		values map[string]string
		field  string
	}{
		{map[string]string{"address": "https://jsmith.myshopify.com", "webhook_secret": "x"}, "token"},
		{map[string]string{"address": "https://jsmith.myshopify.com", "client_id": "x"}, "webhook_secret"},
		{map[string]string{"address": "http://jsmith.myshopify.com", "token": shopifytest.Token, "webhook_secret": "x"}, "address"},
		{map[string]string{"address": "https://shop.example", "token": shopifytest.Token, "webhook_secret": "x"}, "address"},
		{map[string]string{"address": "https://myshopify.com.shop.example", "token": shopifytest.Token, "webhook_secret": "x"}, "address"},
	} {
		_, err := shopify.Driver().Connect(c.values, http.DefaultClient, time.Now)
		if list := errs.Fields(err); len(list) != 1 || list[0].Field != c.field {
			t.Errorf("%v: %v", c.values, err)
		}
	}
}

// Shopify ends a list after 25,000 objects.
func TestALongListIsWalkedToItsEnd(t *testing.T) {
	shop := connect(t, shopifytest.New(t), nil, time.Now)
	first, err := shop.List(t.Context(), intake.KindCustomer, commerce.Cursor{})
	if err != nil || first.More {
		t.Fatal(err)
	}
	all, err := shop.List(t.Context(), intake.KindOrder, commerce.Cursor{})
	if err != nil || !all.More {
		t.Fatal(err)
	}
	_, cursor, _ := strings.Cut(all.Next.Token, " ")
	far, err := shop.List(t.Context(), intake.KindOrder, commerce.Cursor{Token: "19999 " + cursor})
	if err != nil || far.Next.Token != "" || !far.Next.Since.Equal(far.Objects[len(far.Objects)-1].Base().UpdatedAt) || shopify.Deepest > 25000 {
		t.Errorf("%+v, %v", far.Next, err)
	}
	for _, bad := range []string{"x", "-1 y", "7"} {
		if _, err := shop.List(t.Context(), intake.KindOrder, commerce.Cursor{Token: bad}); !errs.Is(err, errs.Invalid) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// FuzzAnswers reads answers as they may come, whatever they are.
func FuzzAnswers(f *testing.F) {
	data, err := os.ReadFile("shopifytest/shop.json")
	if err != nil {
		f.Fatal(err)
	}
	var shop struct{ Orders, Products, Customers []json.RawMessage }
	if err := json.Unmarshal(data, &shop); err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(`{"data":{"orders":{"nodes":[` + string(shop.Orders[2]) + `],"pageInfo":{"hasNextPage":false}}}}`))
	f.Add([]byte(`{"data":{"products":{"nodes":[{"id":"gid://shopify/Product/1","variants":{"nodes":[{"price":"1","inventoryItem":{"measurement":{"weight":{"unit":"POUNDS","value":1e300}}}}],"pageInfo":{"hasNextPage":true,"endCursor":"x"}}}]}}}`))
	f.Add([]byte(`{"errors":[{"message":"Throttled","extensions":{"code":"THROTTLED"}}],"extensions":{"cost":{"requestedQueryCost":1e300,"throttleStatus":{"currentlyAvailable":"x","restoreRate":1e-300}}}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		rt := roundTrip(func(*http.Request) (*http.Response, error) {
			w := httptest.NewRecorder()
			_, _ = w.Write(body) // a buffer
			return w.Result(), nil
		})
		d := shopify.Driver()
		shop, err := d.Open(commerce.Settings{Values: map[string]string{"address": "https://jsmith.myshopify.com", "token": shopifytest.Token, "webhook_secret": shopifytest.ClientSecret}, Client: &http.Client{Transport: rt}, Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		for _, kind := range d.Capabilities.Kinds() {
			_, _ = shop.List(ctx, kind, commerce.Cursor{}) // that it ends is all
			_, _ = shop.Fetch(ctx, kind, "1")              // likewise
		}
	})
}
