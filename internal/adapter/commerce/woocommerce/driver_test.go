package woocommerce_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/adapter/commerce/woocommerce"
	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/outbound"
	"godwit.dev/godwit/internal/flow/commerce"
	"godwit.dev/godwit/internal/flow/commerce/commercetest"
	"godwit.dev/godwit/internal/flow/intake"
	"godwit.dev/godwit/internal/platform/connector"
)

const (
	key    = "ck_1f0a6f5c7b0d4a3b9e8c2d1e0f9a8b7c6d5e4f3a"
	secret = "cs_9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d3e2f1a0b"
)

type object = map[string]any

// woo answers as the reference of the REST API says, from the objects of testdata/api, and refuses requests that the
// reference does not have.
type woo struct {
	t      *testing.T
	lists  map[string][]object // by path
	hooks  []object
	most   int // objects on a page, less than asked for
	asked  []string
	before func() // an answer
}

func newWoo(t *testing.T) *woo {
	w := &woo{t: t, most: 2, lists: map[string][]object{}}
	for path, name := range map[string]string{"orders": "orders", "orders/723/refunds": "refunds", "products": "products", "products/22/variations": "variations", "customers": "customers"} {
		w.lists[path] = load[[]object](t, name)
	}
	w.hooks = load[[]object](t, "webhooks")
	return w
}

func load[T any](t *testing.T, name string) T {
	t.Helper()
	var v T
	b, err := os.ReadFile(filepath.Join("testdata", "api", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(strings.NewReader(string(b)))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

// params are the parameters that the reference names for a list, and the orders in which it can stand.
var params = map[string][]string{
	"orders":    {"modified_after", "dates_are_gmt", "orderby=modified", "order", "per_page", "exclude"},
	"products":  {"modified_after", "dates_are_gmt", "orderby=modified", "order", "per_page", "exclude"},
	"customers": {"orderby=id", "order", "per_page", "page"},
	"part":      {"orderby=id", "order", "per_page", "page"},
}

func (w *woo) refuse(rw http.ResponseWriter, status int, code string) {
	rw.Header().Set("Content-Type", "application/json")
	rw.WriteHeader(status)
	_ = json.NewEncoder(rw).Encode(object{"code": code, "message": code, "data": object{"status": status}}) // the client's loss
}

func (w *woo) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	path, ok := strings.CutPrefix(r.URL.Path, "/shop/wp-json")
	if !ok {
		w.refuse(rw, 404, "rest_no_route")
		return
	}
	w.asked = append(w.asked, r.Method+" "+path+"?"+r.URL.RawQuery)
	if w.before != nil {
		w.before()
	}
	if strings.Trim(path, "/") == "" {
		w.answer(rw, load[object](w.t, "front"))
		return
	}
	if user, pass, _ := r.BasicAuth(); user != key || pass != secret {
		w.refuse(rw, 401, "woocommerce_rest_cannot_view")
		return
	}
	path = strings.TrimPrefix(path, "/wc/v3/")
	switch {
	case path == "data/currencies/current":
		w.answer(rw, load[object](w.t, "currency"))
	case path == "settings/general/woocommerce_default_country":
		w.answer(rw, load[object](w.t, "country"))
	case strings.HasPrefix(path, "webhooks"):
		w.webhooks(rw, r, path)
	case r.Method != http.MethodGet:
		w.refuse(rw, 404, "rest_no_route")
	case w.lists[path] != nil:
		w.list(rw, r.URL.Query(), path)
	default:
		list, id := w.lists[filepath.Dir(path)], filepath.Base(path)
		i := slices.IndexFunc(list, func(o object) bool { return text(o, "id") == id })
		if i < 0 {
			w.refuse(rw, 404, "woocommerce_rest_shop_order_invalid_id")
			return
		}
		w.answer(rw, list[i])
	}
}

func (w *woo) answer(rw http.ResponseWriter, v any) {
	rw.Header().Set("Content-Type", "application/json; charset=UTF-8")
	if err := json.NewEncoder(rw).Encode(v); err != nil {
		w.t.Error(err)
	}
}

func text(o object, name string) string {
	switch v := o[name].(type) {
	case json.Number:
		return v.String()
	case string:
		return v
	}
	return ""
}

func (w *woo) list(rw http.ResponseWriter, q url.Values, path string) {
	known := params[path]
	if strings.Contains(path, "/") || path == "webhooks" {
		known = params["part"]
	}
	for name, v := range q {
		if !slices.Contains(known, name) && !slices.Contains(known, name+"="+v[0]) || len(v) != 1 {
			w.t.Errorf("%s: the reference has no %s=%s", path, name, v)
			w.refuse(rw, 400, "rest_invalid_param")
			return
		}
	}
	list := slices.Clone(w.lists[path])
	if q.Get("orderby") == "modified" {
		slices.SortStableFunc(list, func(a, b object) int { return strings.Compare(text(a, "date_modified"), text(b, "date_modified")) })
	}
	after, gmt := q.Get("modified_after"), q.Get("dates_are_gmt") == "true"
	given := strings.Split(q.Get("exclude"), ",")
	list = slices.DeleteFunc(list, func(o object) bool {
		at := text(o, "date_modified")
		if gmt {
			at = text(o, "date_modified_gmt")
		}
		return after != "" && at <= after || slices.Contains(given, text(o, "id"))
	})
	size, err := strconv.Atoi(q.Get("per_page"))
	if err != nil || size < 1 || size > 100 {
		w.refuse(rw, 400, "rest_invalid_param")
		return
	}
	size = min(size, w.most)
	page, _ := strconv.Atoi(q.Get("page")) // the first if none
	from := min(len(list), (max(page, 1)-1)*size)
	rw.Header().Set("X-WP-Total", strconv.Itoa(len(list)))
	rw.Header().Set("X-WP-TotalPages", strconv.Itoa((len(list)+size-1)/size))
	w.answer(rw, list[from:min(len(list), from+size)])
}

func (w *woo) webhooks(rw http.ResponseWriter, r *http.Request, path string) {
	if r.Method == http.MethodGet {
		w.lists["webhooks"] = w.hooks
		w.list(rw, r.URL.Query(), "webhooks")
		return
	}
	var h object
	if err := json.NewDecoder(r.Body).Decode(&h); err != nil || r.Header.Get("Content-Type") != "application/json" {
		w.refuse(rw, 400, "rest_invalid_json")
		return
	}
	if r.Method == http.MethodPost {
		h["id"] = json.Number(strconv.Itoa(200 + len(w.hooks)))
		w.hooks = append(w.hooks, h)
		w.answer(rw, h)
		return
	}
	for _, old := range w.hooks {
		if r.Method == http.MethodPut && text(old, "id") == strings.TrimPrefix(path, "webhooks/") {
			for k, v := range h {
				old[k] = v
			}
			w.answer(rw, old)
			return
		}
	}
	w.refuse(rw, 404, "woocommerce_rest_webhook_invalid_id")
}

func serve(t *testing.T, h http.Handler) commercetest.Fixture {
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return commercetest.Fixture{
		Settings: map[string]string{"address": s.URL + "/shop", "key": key, "secret": secret}, Client: outbound.New(outbound.Options{Allow: outbound.Loopback()}),
		About: commerce.About{Name: "WooCommerce", Currency: "USD", Zone: "Etc/GMT+3", Country: "US", URL: "https://example.com"},
		Want:  map[string]int{intake.KindOrder: 4, intake.KindProduct: 2, intake.KindCustomer: 2},
	}
}

func connect(t *testing.T, h http.Handler) commerce.Shop {
	t.Helper()
	f := serve(t, h)
	d := woocommerce.Driver()
	d.Rate = connector.Rate{Requests: 1000, Per: time.Second, Burst: 1000} // nobody to be kind to
	shop, err := d.Connect(f.Settings, f.Client, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return shop
}

func TestConformance(t *testing.T) {
	d := woocommerce.Driver()
	d.Rate = connector.Rate{Requests: 1000, Per: time.Second, Burst: 1000}
	commercetest.Run(t, d, serve(t, newWoo(t)))
}

func fetch[T intake.Object](t *testing.T, shop commerce.Shop, kind, id string) T {
	t.Helper()
	o, err := shop.Fetch(t.Context(), kind, id)
	if err != nil {
		t.Fatal(err)
	}
	return o.(T)
}

func TestAnOrderHasItsRefundsWithTheirLines(t *testing.T) {
	o := fetch[*intake.Order](t, connect(t, newWoo(t)), intake.KindOrder, "723")
	if o.Refunded.String() != "19.00" || o.Refunded.Currency != "USD" || len(o.Refunds) != 2 {
		t.Fatalf("refunded %s in %d", o.Refunded.String(), len(o.Refunds))
	}
	r := o.Refunds[0]
	if r.ID != "724" || r.Refs["order"] != "723" || len(r.Lines) != 1 || r.Lines[0].LineItem != "311" || r.Lines[0].Quantity != 1 || r.Lines[0].Total.String() != "9.00" || r.Kind != intake.KindRefund {
		t.Errorf("refund %+v", r)
	}
}

func TestAProductHasItsVariations(t *testing.T) {
	p := fetch[*intake.Product](t, connect(t, newWoo(t)), intake.KindProduct, "22")
	if len(p.Variants) != 2 || p.Attributes["Material"] != "Cotton, Elastane" || len(p.Images) != 2 {
		t.Fatalf("%+v", p)
	}
	v := p.Variants[1]
	if v.ID != "733" || v.Options["Color"] != "Green" || v.Title != "Green" || v.Price.String() != "9.00" || v.Price.Currency != "USD" || v.HSCode != "610910" || v.Origin != "VN" || !strings.HasSuffix(v.Image, "T_3_front-12.jpg") {
		t.Errorf("%+v", v)
	}
}

// What changes during a walk moves to the end of the list; by numbered pages, another object would take its place on a
// page that was read already, and never be seen.
func TestAWalkLosesNothingThatChangesMeanwhile(t *testing.T) {
	w := newWoo(t)
	shop := connect(t, w)
	first, err := shop.List(t.Context(), intake.KindOrder, commerce.Cursor{})
	if err != nil || len(first.Objects) != 2 || first.Total != 4 {
		t.Fatalf("%+v, %v", first, err)
	}
	w.lists["orders"][0]["date_modified"], w.lists["orders"][0]["date_modified_gmt"] = "2017-03-23T10:00:00", "2017-03-23T13:00:00"
	seen := map[string]int{}
	for p := first; ; {
		for _, o := range p.Objects {
			seen[o.Base().ID]++
		}
		if !p.More {
			break
		}
		if p, err = shop.List(t.Context(), intake.KindOrder, p.Next); err != nil {
			t.Fatal(err)
		}
	}
	if seen["723"] != 2 || seen["727"] != 1 || seen["728"] != 1 || seen["729"] != 1 {
		t.Errorf("seen %v", seen)
	}
}

// A bulk edit changes many orders in the same second.
func TestManyChangesInOneSecond(t *testing.T) {
	w := newWoo(t)
	one := w.lists["orders"][1]
	w.lists["orders"] = nil
	for i := range 9 {
		o := object{}
		for k, v := range one {
			o[k] = v
		}
		o["id"] = json.Number("9007199254740" + strconv.Itoa(993+i)) // around 2^53
		w.lists["orders"] = append(w.lists["orders"], o)
	}
	shop := connect(t, w)
	c, seen := commerce.Cursor{Since: time.Date(2017, 3, 22, 19, 30, 35, 999, time.UTC)}, []string{}
	for {
		p, err := shop.List(t.Context(), intake.KindOrder, c)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range p.Objects {
			seen = append(seen, o.Base().ID)
		}
		if c = p.Next; !p.More {
			break
		}
	}
	if len(slices.Compact(slices.Sorted(slices.Values(seen)))) != 9 || len(seen) != 9 || seen[0] != "9007199254740993" {
		t.Errorf("%v", seen)
	}
}

func TestWebhooksAreAskedForOnce(t *testing.T) {
	w := newWoo(t)
	shop := connect(t, w).(commerce.Subscriber)
	for range 2 {
		if err := shop.Subscribe(t.Context(), "https://desk.example/hooks/1", "a secret of ours"); err != nil {
			t.Fatal(err)
		}
	}
	if len(w.hooks) != 2+11 {
		t.Errorf("%d webhooks", len(w.hooks))
	}
	w.hooks[5]["status"] = "disabled" // after five failures
	if err := shop.Subscribe(t.Context(), "https://desk.example/hooks/1", "another secret"); err != nil {
		t.Fatal(err)
	}
	for _, h := range w.hooks[2:] {
		if text(h, "status") != "active" || text(h, "secret") != "another secret" || text(h, "delivery_url") != "https://desk.example/hooks/1" {
			t.Errorf("%v", h)
		}
	}
	if text(w.hooks[0], "delivery_url") != "http://requestb.in/1g0sxmo1" {
		t.Error("somebody else's webhook was changed")
	}
}

func TestWhatAShopIsConnectedBy(t *testing.T) {
	for _, address := range []string{"http://shop.example", "http://10.0.0.1"} {
		_, err := woocommerce.Driver().Connect(map[string]string{"address": address, "key": key, "secret": secret}, http.DefaultClient, time.Now)
		if list := errs.Fields(err); len(list) != 1 || list[0].Field != "address" {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestAKeyThatMayNotReadSettings(t *testing.T) {
	w := newWoo(t)
	shop := connect(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "/settings/") {
			w.refuse(rw, 403, "woocommerce_rest_cannot_view")
			return
		}
		w.ServeHTTP(rw, r)
	}))
	if a, err := shop.About(t.Context()); err != nil || a.Currency != "USD" || a.Country != "" {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestPlacesThatAreNone(t *testing.T) {
	shop := connect(t, newWoo(t))
	for _, token := range []string{"x", "2017-03-22T19:33:47", "2017-03-22T19:33:47 1;2", "2017-03-22T19:33:47 1&status=any"} {
		if _, err := shop.List(t.Context(), intake.KindOrder, commerce.Cursor{Token: token}); !errs.Is(err, errs.Invalid) {
			t.Errorf("%q: %v", token, err)
		}
	}
	for _, id := range []string{"", "../customers/25", "723/refunds", "1?x=y"} {
		if _, err := shop.Fetch(t.Context(), intake.KindOrder, id); !errs.Is(err, errs.NotFound) {
			t.Errorf("%q: %v", id, err)
		}
	}
}
