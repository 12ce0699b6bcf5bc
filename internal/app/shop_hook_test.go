package app_test

import (
	"bytes"
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"godwit.dev/godwit/internal/adapter/commerce/generic"
	"godwit.dev/godwit/internal/adapter/commerce/shopify/shopifytest"
	"godwit.dev/godwit/internal/app"
	"godwit.dev/godwit/internal/base/outbound"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/flow/commerce"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/connector"
	"godwit.dev/godwit/internal/platform/hook"
	"godwit.dev/godwit/internal/platform/webhook"
	"godwit.dev/godwit/internal/store/storetest"
)

// desk is a running server with one connected shop.
type desk struct {
	t     *testing.T
	core  *app.Core
	owner auth.Actor
	base  string
	made  commerce.Made
	hook  hook.ID
}

func newDesk(t *testing.T, database string, n commerce.New) *desk {
	t.Helper()
	ctx := t.Context()
	drivers := append(app.Shops(), generic.Driver(t.TempDir()))
	for i := range drivers {
		drivers[i].Rate = connector.Rate{Requests: 1000, Per: time.Second, Burst: 1000} // nobody to be kind to
	}
	core, err := app.NewCore(ctx, app.Config{
		Database: database, KeyFile: filepath.Join(t.TempDir(), "key"), Drivers: drivers, Networks: outbound.Loopback(), Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = core.Close() })
	a, err := app.Start(ctx, core, app.ServeConfig{Listen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Stop(context.WithoutCancel(ctx)); err != nil {
			t.Error(err)
		}
	})
	_, p, err := core.Auth.Found(ctx, auth.Founding{Workspace: "acme", Name: "Ada", Email: "ada@acme.example", Password: "correct horse battery", Language: "en", Zone: "UTC"})
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{t: t, core: core, base: "http://" + a.Addr(), owner: auth.Actor{Kind: auth.Agent, ID: int64(p.ID), Name: "Ada", Role: auth.Owner, Workspace: p.Workspace, Proved: time.Now()}}
	if d.made, err = core.Shops.Connect(ctx, d.owner, n); err != nil {
		t.Fatal(err)
	}
	c, err := core.Store.ShopConnection(ctx, p.Workspace, d.made.Connection.ID)
	if err != nil {
		t.Fatal(err)
	}
	d.hook = c.Hook
	d.until("the first import does not end", func() bool {
		c, err := core.Shops.Connection(ctx, d.owner, d.made.Connection.ID)
		return err == nil && c.State == commerce.Live
	})
	return d
}

// until waits until something holds.
func (d *desk) until(what string, holds func() bool) {
	d.t.Helper()
	for end := time.Now().Add(30 * time.Second); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			c, err := d.core.Shops.Connection(d.t.Context(), d.owner, d.made.Connection.ID)
			d.t.Fatalf("%s: %s, %s, %v", what, c.State, c.Problem, err)
		}
	}
}

// order returns an order by its number, the zero one if there is none.
func (d *desk) order(number string) order.Order {
	d.t.Helper()
	list, err := d.core.Orders.List(d.t.Context(), d.owner, order.Filter{}, order.Cursor{}, 50)
	if err != nil {
		d.t.Fatal(err)
	}
	for _, o := range list {
		if o.Number == number {
			return o
		}
	}
	return order.Order{}
}

// post sends a webhook and returns the status of the answer.
func (d *desk) post(header map[string]string, body []byte) int {
	d.t.Helper()
	req, err := http.NewRequestWithContext(d.t.Context(), http.MethodPost, d.base+d.hook.Path(), bytes.NewReader(body))
	if err != nil {
		d.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	for k, v := range header {
		req.Header.Set(k, v)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	_ = res.Body.Close()
	return res.StatusCode
}

// settled waits until every webhook that came is done with, and every job that it made.
func (d *desk) settled(webhooks int) {
	d.t.Helper()
	d.until("webhooks are not processed", func() bool {
		list, err := d.core.Hooks.History(d.t.Context(), d.owner, d.hook, hook.Done, 0, 50)
		return err == nil && len(list) == webhooks
	})
	d.until("jobs are left", func() bool {
		next, err := d.core.Store.NextDue(d.t.Context(), commerce.Queue)
		return err == nil && next.IsZero()
	})
}

func signed(secret string, body []byte) string {
	m := hmac.New(sha256.New, []byte(secret))
	m.Write(body)
	return base64.StdEncoding.EncodeToString(m.Sum(nil))
}

// shopWorld is a shop of one platform, as its own server and its webhooks tell of it.
type shopWorld interface {
	settings() commerce.New
	// tell changes an order at the shop and returns the webhook of it. An empty status tells of an order as it is.
	tell(version int, cancelled bool) (body []byte)
	header(secret string, event int, body []byte) map[string]string
	// answers is how often the shop was asked for an order.
	answers() int
	number() string
}

// TestWebhooksOfShopsFromEndToEnd sends signed webhooks of shops to a running server and looks at the order.
func TestWebhooksOfShopsFromEndToEnd(t *testing.T) {
	for name, world := range map[string]func(*testing.T) shopWorld{
		"shopify": newShopifyWorld, "woocommerce": newWooWorld, "generic": func(*testing.T) shopWorld { return pushedWorld{} },
	} {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, database string) { webhookOfAShop(t, database, world(t)) })
		})
	}
}

func webhookOfAShop(t *testing.T, database string, w shopWorld) {
	d := newDesk(t, database, w.settings())
	secret := d.made.Secret
	came := 0
	send := func(event int, body []byte) {
		t.Helper()
		if code := d.post(w.header(secret, event, body), body); code != http.StatusOK {
			t.Fatalf("a webhook is answered with %d", code)
		}
	}
	// A change comes.
	send(1, w.tell(1, false))
	came++
	d.settled(came)
	first := d.order(w.number())
	if first.Status != order.Open {
		t.Fatalf("the order is %q", first.Status)
	}
	news := w.tell(3, true)
	asked := w.answers()
	// Nobody else may tell of it.
	for _, forged := range []map[string]string{w.header(strings.Repeat("another secret ", 3), 2, news), w.header(secret, 2, append([]byte(" "), news...)), {}} {
		if code := d.post(forged, news); code < 400 || code > 499 {
			t.Errorf("a forged webhook is answered with %d", code)
		}
	}
	d.settled(came)
	if o := d.order(w.number()); o.Status != order.Open || w.answers() != asked {
		t.Errorf("after forged webhooks the order is %s, and the shop was asked", o.Status)
	}
	send(2, news)
	came++
	d.settled(came)
	changed := d.order(w.number())
	if changed.Status != order.Cancelled {
		t.Fatalf("the order is %s", changed.Status)
	}
	// The same comes again, as a repeat and as an event of its own.
	send(2, news)
	d.settled(came)
	send(3, news)
	came++
	d.settled(came)
	// What is older comes late, also from a shop that answers with it.
	send(4, w.tell(2, false))
	came++
	d.settled(came)
	if o := d.order(w.number()); o.Status != order.Cancelled || !o.UpdatedAt.Equal(changed.UpdatedAt) {
		t.Errorf("after repeats and what is older the order is %+v, and was %+v", o, changed)
	}
}

// moment is the time of an order's version.
func moment(version int) time.Time {
	return time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC).Add(time.Duration(version) * time.Hour)
}

// shopifyWorld is a shop of Shopify's whose order #1001 changes.
type shopifyWorld struct {
	t      *testing.T
	server *shopifytest.Server
	url    string
}

func newShopifyWorld(t *testing.T) shopWorld {
	s := shopifytest.New(t)
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return &shopifyWorld{t, s, server.URL}
}

func (w *shopifyWorld) number() string { return "#1001" }

func (w *shopifyWorld) settings() commerce.New {
	return commerce.New{Driver: "shopify", Settings: map[string]string{"address": w.url, "token": shopifytest.Token, "webhook_secret": shopifytest.ClientSecret}}
}

func (w *shopifyWorld) tell(version int, cancelled bool) []byte {
	at := any(nil)
	if cancelled {
		at = moment(version).Format(time.RFC3339)
	}
	w.server.Change(func() {
		for _, o := range w.server.Data["orders"].([]any) {
			if o := o.(shopifytest.Object); o["name"] == w.number() {
				o["updatedAt"], o["cancelledAt"] = moment(version).Format(time.RFC3339), at
			}
		}
	})
	body, err := json.Marshal(map[string]any{
		"id": 450789469, "admin_graphql_api_id": "gid://shopify/Order/450789469", "name": w.number(), "updated_at": moment(version).Format(time.RFC3339),
		"cancelled_at": at, "currency": "USD", "total_price": "199.65", "line_items": []any{},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return body
}

func (w *shopifyWorld) header(secret string, event int, body []byte) map[string]string {
	return map[string]string{
		"X-Shopify-Hmac-Sha256": signed(cmp.Or(secret, shopifytest.ClientSecret), body), "X-Shopify-Topic": "orders/updated",
		"X-Shopify-Event-Id": fmt.Sprintf("98880550-7158-44d4-b7cd-%012d", event), "X-Shopify-Webhook-Id": "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
	}
}

func (w *shopifyWorld) answers() int {
	n := 0
	w.server.Change(func() { n = strings.Count(strings.Join(w.server.Asked, "\n"), "query Order(") })
	return n
}

// wooWorld is a WordPress with WooCommerce whose order 727 changes.
type wooWorld struct {
	t     *testing.T
	url   string
	mu    sync.Mutex
	order map[string]any
	asked int
}

func newWooWorld(t *testing.T) shopWorld {
	w := &wooWorld{t: t}
	server := httptest.NewServer(w)
	t.Cleanup(server.Close)
	w.url = server.URL
	w.tell(0, false)
	return w
}

func (w *wooWorld) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var answer any = []any{}
	switch path := strings.TrimPrefix(r.URL.Path, "/wp-json"); path {
	case "", "/":
		answer = map[string]any{"name": "Tents", "url": w.url, "timezone_string": "UTC"}
	case "/wc/v3/data/currencies/current":
		answer = map[string]any{"code": "USD"}
	case "/wc/v3/settings/general/woocommerce_default_country":
		rw.WriteHeader(http.StatusForbidden)
	case "/wc/v3/orders/727":
		w.asked++
		answer = w.order
	}
	rw.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(rw).Encode(answer); err != nil {
		w.t.Error(err)
	}
}

func (w *wooWorld) number() string { return "727" }

func (w *wooWorld) settings() commerce.New {
	return commerce.New{Driver: "woocommerce", Settings: map[string]string{"address": w.url, "key": "ck_1", "secret": "cs_1"}}
}

func (w *wooWorld) tell(version int, cancelled bool) []byte {
	w.mu.Lock()
	defer w.mu.Unlock()
	status, at := "processing", moment(version).Format("2006-01-02T15:04:05")
	if cancelled {
		status = "cancelled"
	}
	w.order = map[string]any{
		"id": 727, "number": "727", "status": status, "currency": "USD", "date_created": "2026-11-20T08:00:00", "date_created_gmt": "2026-11-20T08:00:00",
		"date_modified": at, "date_modified_gmt": at, "discount_total": "0.00", "shipping_total": "0.00", "total": "29.35", "total_tax": "0.00", "customer_id": 0,
		"billing": map[string]any{"first_name": "John", "email": "john@example.com", "country": "US"}, "line_items": []any{}, "refunds": []any{}, "meta_data": []any{},
	}
	body, err := json.Marshal(w.order)
	if err != nil {
		w.t.Fatal(err)
	}
	return body
}

func (w *wooWorld) header(secret string, event int, body []byte) map[string]string {
	return map[string]string{
		"X-WC-Webhook-Signature": signed(secret, body), "X-WC-Webhook-Topic": "order.updated", "X-WC-Webhook-Resource": "order",
		"X-WC-Webhook-Event": "updated", "X-WC-Webhook-Delivery-ID": "delivery-" + strconv.Itoa(event),
	}
}

func (w *wooWorld) answers() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.asked
}

// pushedWorld is a system of its own that signs by Standard Webhooks and cannot be asked.
type pushedWorld struct{}

func (pushedWorld) number() string { return "DE-10482" }
func (pushedWorld) answers() int   { return 0 }

func (pushedWorld) settings() commerce.New {
	return commerce.New{Driver: "generic", Settings: map[string]string{"name": "Our shop", "currency": "EUR"}}
}

func (pushedWorld) tell(version int, cancelled bool) []byte {
	status := "open"
	if cancelled {
		status = "cancelled"
	}
	return fmt.Appendf(nil, `{"type":"order.updated","timestamp":"2026-11-22T10:00:00Z","data":{"id":"5310482","number":"DE-10482","status":%q,"currency":"EUR","total":"54.90","updated_at":%q}}`, status, moment(version).Format(time.RFC3339))
}

func (pushedWorld) header(secret string, event int, body []byte) map[string]string {
	s, err := webhook.ParseSecret(secret)
	if err != nil { // a forger's
		s = webhook.NewSecret()
	}
	key, now := "msg_"+strconv.Itoa(event), time.Now()
	return map[string]string{webhook.HeaderID: key, webhook.HeaderTimestamp: strconv.FormatInt(now.Unix(), 10), webhook.HeaderSignature: webhook.Sign(key, now, body, s)}
}
