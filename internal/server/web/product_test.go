package web

import (
	"net/http"
	"strings"
	"testing"

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
