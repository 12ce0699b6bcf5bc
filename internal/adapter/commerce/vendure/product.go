package vendure

import (
	"strings"

	"godwit.dev/godwit/internal/base/wire"
	"godwit.dev/godwit/internal/flow/intake"
)

// product reads a product with its variants, which change apart from it.
func (r reader) product(n *wire.Node) *intake.Product {
	p := &intake.Product{Head: head(n), Title: n.String("name")}
	p.Number = n.String("slug")
	p.Status = "active"
	if n.Has("enabled") && !n.Bool("enabled") {
		p.Status = "archived"
	}
	p.Images = images(n)
	p.Attributes = attributes(n)
	for _, v := range n.At("variants").Items() {
		p.UpdatedAt = intake.Latest(p.UpdatedAt, v.Time("updatedAt"))
		p.Variants = append(p.Variants, r.variant(v))
	}
	return p
}

// images are the addresses of pictures, the one that stands for the product first.
func images(n *wire.Node) []string {
	var out []string
	first := n.String("featuredAsset", "source")
	if first != "" {
		out = append(out, first)
	}
	for _, a := range n.At("assets").Items() {
		if source := a.String("source"); source != "" && source != first {
			out = append(out, source)
		}
	}
	return out
}

func (r reader) variant(n *wire.Node) intake.Variant {
	v := intake.Variant{
		ID: n.String("id"), SKU: n.String("sku"), Title: n.String("name"), Price: r.minor(n, "priceWithTax", n.String("currencyCode")), Image: n.String("featuredAsset", "source"),
		Attributes: attributes(n),
	}
	for _, o := range n.At("options").Items() {
		set(&v.Options, o.String("group", "name"), o.String("name"))
	}
	if levels := n.At("stockLevels"); levels.Kind() == wire.Array {
		v.Stock = new(int64)
		for _, l := range levels.Items() {
			*v.Stock += l.Int("stockOnHand") - l.Int("stockAllocated")
		}
	}
	for name, value := range v.Attributes {
		switch strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(name)) {
		case "hscode", "hstariffcode", "tariffcode", "customscode", "tnved":
			v.HSCode = value
		case "countryoforigin", "origincountry", "madein":
			if len(value) == 2 {
				v.Origin = strings.ToUpper(value)
			}
		case "barcode", "gtin", "ean", "upc":
			v.Barcode = value
		}
	}
	return v
}

// attributes are the facets of a product or variant, and the custom fields that the merchant has given it.
func attributes(n *wire.Node) map[string]string {
	var out map[string]string
	for _, f := range n.At("facetValues").Items() {
		set(&out, f.String("facet", "name"), f.String("name"))
	}
	for _, f := range n.At("customFields").Whole().Members() {
		set(&out, f.Key(), strings.Join(f.Texts(), ", "))
	}
	return out
}

// set adds a value under a name.
func set(m *map[string]string, name, value string) {
	if name == "" || value == "" {
		return
	}
	if *m == nil {
		*m = map[string]string{}
	}
	if old := (*m)[name]; old != "" {
		value = old + ", " + value
	}
	(*m)[name] = value
}
