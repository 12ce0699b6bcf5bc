package web

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/product"
)

// TestProductPages lists products, shows one, and edits what customs asks.
func TestProductPages(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	b := d.as("lead@acme.example")
	b.get("/products").want(http.StatusOK, "No products yet")
	p, _, err := d.products.Save(t.Context(), m.owner, product.New{
		Shop: m.shop.ID, ExternalID: "88012", Title: "Tent for two", Images: []string{"https://cdn.shop.example/tent.jpg", "http://plain.example/a.jpg"}, Attributes: map[string]string{"season": "three"},
		Variants: []product.Variant{{SKU: "T", Title: "Green", HSCode: "630622", Origin: "CN", Supplier: "Ningbo Outdoor", Batch: "2026-31"}, {SKU: "T-2", Image: "javascript:alert(1)"}},
	})
	must(t, err)
	list := b.get("/products?q=t").want(http.StatusOK, "Tent for two", "630622", "China", "Ningbo Outdoor")
	policy := list.header.Get("Content-Security-Policy")
	if !strings.Contains(policy, "img-src 'self' https://cdn.shop.example data:") || strings.Contains(policy, "plain.example") {
		t.Error(policy)
	}
	b.get("/products?q=none").want(http.StatusOK, "No such product").lacks("Tent for two")
	b.get("/products?after=x").want(http.StatusUnprocessableEntity)
	path := "/products/" + id64(p.ID)
	one := b.get(path).want(http.StatusOK, "Tent for two", "Green", "2026-31", "season", "three")
	if strings.Contains(one.body, "javascript:") {
		t.Error("an address that is none stands on the page")
	}
	order := b.get("/orders/"+id64(m.order.ID)).want(http.StatusOK, "Tent")
	if !strings.Contains(order.body, `href="`+path+`"`) || !strings.Contains(order.body, "https://cdn.shop.example/tent.jpg") {
		t.Error("the order does not show its product")
	}

	variant := id64(p.Variants[0].ID)
	b.post(path, "seen", "0", "variant", variant, "hs_code", "63.06.22", "origin", "Chi", "supplier", "Ningbo Outdoor").want(http.StatusUnprocessableEntity)
	b.post(path, "seen", "0", "variant", "9", "hs_code", "630622").want(http.StatusNotFound)
	if to := b.post(path, "seen", "0", "variant", variant, "hs_code", "630629", "origin", "vn", "supplier", "Hanoi Tents", "batch", "7").to(); to != path {
		t.Errorf("to %s", to)
	}
	now, err := d.products.Get(t.Context(), m.owner, p.ID)
	must(t, err)
	if v, _ := now.Variant("T"); len(now.Variants) != 2 || v.HSCode != "630629" || v.Origin != "VN" || v.Supplier != "Hanoi Tents" || v.Batch != "7" || v.Title != "Green" || now.Title != "Tent for two" {
		t.Errorf("%+v", now)
	}
	b.post(path, "seen", "0", "variant", variant, "hs_code", "6306").want(http.StatusUnprocessableEntity, "six digits")
	b.post(path, "seen", "0", "variant", variant, "batch", "8").want(http.StatusUnprocessableEntity, "Someone changed this in the meantime")
	b.post(path, "seen", "1", "attributes", "voltage 230 V").want(http.StatusUnprocessableEntity, "Write a name, a colon and a value", "voltage 230 V")
	b.post(path, "seen", "1", "attributes", "voltage: 230 V\n\n材质：涤纶").to()
	b.get(path).want(http.StatusOK, "voltage", "230 V", "涤纶", "By hand, the shop says 630622", "By hand, the shop says CN")
	_, _, err = d.products.Save(t.Context(), m.owner, product.New{
		Shop: m.shop.ID, ExternalID: "88012", Title: "Tent for three", Variants: []product.Variant{{SKU: "T", Title: "Green", HSCode: "630612", Origin: "CN"}},
	})
	must(t, err)
	b.get(path).want(http.StatusOK, "Tent for three", "630629", "Hanoi Tents", "230 V", "the shop says 630612").lacks("the shop says 630622")
	b.post(path, "seen", "2", "variant", variant, "hs_code", "").to()
	b.get(path).want(http.StatusOK, "630612").lacks("630629")
	for _, q := range []string{"tent", "THR", "tent+for", "T"} {
		b.get("/products?q="+q).want(http.StatusOK, "Tent for three")
	}
	b.get("/products?q=tent+two").want(http.StatusOK, "No such product")
	a := d.as("agent@acme.example")
	a.get(path).want(http.StatusOK, "Hanoi Tents").lacks("What customs and the warehouse ask")
	a.post(path, "variant", variant, "hs_code", "630622").want(http.StatusForbidden)
}

// TestProductShowsWhatBecameOfItsOrders leads from a product to its orders, the tickets
// about them and their parcels, page by page, within what the reader sees.
func TestProductShowsWhatBecameOfItsOrders(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	p, _, err := d.products.Save(t.Context(), m.owner, product.New{Shop: m.shop.ID, ExternalID: "1", Title: "Tent", Variants: []product.Variant{{SKU: " t"}, {SKU: "R"}}})
	must(t, err)
	other, _, err := d.products.Save(t.Context(), m.owner, product.New{Shop: m.shop.ID, ExternalID: "2", Title: "Stove", Variants: []product.Variant{{SKU: "S"}}})
	must(t, err)
	for i := range soldRows {
		_, _, err := d.orders.Save(t.Context(), m.owner, order.New{
			Shop: m.shop.ID, ExternalID: "9" + strconv.Itoa(i), Number: "DE-900" + strconv.Itoa(i), Email: "b@client.example", Currency: "EUR", PlacedAt: time.Now().Add(-time.Duration(i) * time.Hour),
			Lines: []order.Line{{Title: "Tent", SKU: "T", Quantity: 2}, {Title: "Tent", SKU: "r", Quantity: 1}},
		})
		must(t, err)
	}
	d.mail(m, "anna@client.example", "Where is order DE-10482?", "It has not come.")
	b := d.as("lead@acme.example")
	path := "/products/" + id64(p.ID)
	page := b.get(path).want(http.StatusOK, "DE-9000", "× 3", "DE-9009", "Where is order DE-10482?", "00340434", "Units sold", "31").lacks("DE-10482 × 1")
	next := regexp.MustCompile(`href="(/products/[^"]*orders=[^"]*)#p-orders"`).FindStringSubmatch(page.body)
	if next == nil {
		t.Fatal("no way to the older orders")
	}
	b.get(next[1]).want(http.StatusOK, "DE-10482 × 1", "Back to the newest").lacks("DE-9000")
	b.get(path + "?orders=x").want(http.StatusUnprocessableEntity)
	b.get("/products/"+id64(other.ID)).want(http.StatusOK, "Nobody has ordered it yet.", "No parcel of its orders is known.").lacks("DE-9000", "Where is order")
	b.post(path, "seen", "0", "variant", id64(p.Variants[0].ID), "hs_code", "630629").to()
	trail := d.as("owner@acme.example").get("/admin/audit?kind=product").want(http.StatusOK, "Wrote to a product by hand")
	if !strings.Contains(trail.body, `href="`+path+`"`) {
		t.Error("the trail does not lead to the product")
	}
}
