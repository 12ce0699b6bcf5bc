package woocommerce

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"godwit.dev/godwit/internal/base/wire"
	"godwit.dev/godwit/internal/flow/intake"
)

// product reads a product, or a variation, which the API tells as a product without a name of its own. Neither tells the
// currency of its prices, which is the shop's.
func product(n *wire.Node, c string) *intake.Product {
	p := &intake.Product{Head: head(n), Title: n.String("name"), Type: n.String("type"), URL: n.String("permalink")}
	p.Number = n.String("slug")
	p.Status, p.VendorStatus = productStatuses.Of(n, "status")
	for _, i := range n.At("images").Items() {
		p.Images = append(p.Images, i.String("src"))
	}
	for _, t := range n.At("tags").Items() {
		p.Tags = append(p.Tags, t.String("name"))
	}
	if b := n.At("brands").Items(); len(b) > 0 {
		p.Vendor = b[0].String("name")
	}
	v := intake.Variant{ID: p.ID, SKU: n.String("sku"), Barcode: n.String("global_unique_id"), Price: intake.Decimal(n.At("price"), c), Listed: intake.Decimal(n.At("regular_price"), c), Image: n.String("image", "src")}
	if q := n.At("stock_quantity"); q.Given() {
		i := q.Int()
		v.Stock = &i
	}
	for _, a := range n.At("attributes").Items() {
		name, options := a.String("name"), a.At("options").Texts()
		switch one := a.String("option"); {
		case one != "":
			v.Options = put(v.Options, name, one)
		case a.Bool("variation"):
			// what its variations differ in is told by each of them
		default:
			p.Attributes = put(p.Attributes, name, strings.Join(options, ", "))
		}
	}
	v.HSCode, v.Origin = meta(n, hsCodes...), intake.Country(meta(n, origins...))
	p.Variants = []intake.Variant{v}
	for i, id := range n.At("variations").Texts() {
		p.Refer("variation_"+strconv.Itoa(i+1), id)
	}
	return p
}

// Names under which plugins keep what customs ask for: DHL for WooCommerce, and those that merchants and other plugins
// agree on. WooCommerce itself has no such thing.
var (
	hsCodes = []string{"_hs_code", "hs_code", "_dhl_hs_code"}
	origins = []string{"_country_of_origin", "country_of_origin", "_dhl_manufacture_country"}
)

// meta is the first text that is kept under one of these names.
func meta(n *wire.Node, names ...string) string {
	for _, name := range names {
		for _, m := range n.Peek("meta_data").Members() {
			if v := m.Peek("value"); m.Peek("key").Text() == name && v.Kind() <= wire.String && v.Text() != "" {
				return v.Text()
			}
		}
	}
	return ""
}

func put(m map[string]string, name, value string) map[string]string {
	if name == "" || value == "" {
		return m
	}
	if m == nil {
		m = map[string]string{}
	}
	m[name] = value
	return m
}

// vary puts variations in the place of the one variant that a product is without them. What a variation does not say of
// customs is the product's.
func vary(p *intake.Product, parts []*intake.Product) {
	whole := p.Variants[0]
	p.Variants, p.Refs = nil, nil
	for _, part := range parts {
		v := part.Variants[0]
		v.HSCode, v.Origin = cmp.Or(v.HSCode, whole.HSCode), cmp.Or(v.Origin, whole.Origin)
		v.Title = strings.Join(slices.Sorted(maps.Values(v.Options)), ", ")
		p.Variants = append(p.Variants, v)
	}
}
