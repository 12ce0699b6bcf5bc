package medusa

import (
	"strings"

	"godwit.dev/godwit/internal/base/wire"
	"godwit.dev/godwit/internal/flow/intake"
)

// product reads a product with its variants, which change apart from it, and take from it what they do not say
// themselves. Medusa names no unit of weight; its own shipping providers count grams.
func product(n *wire.Node) *intake.Product {
	p := &intake.Product{Head: head(n), Title: n.String("title"), Type: n.First("type", "type_id").Text()}
	if t := n.At("type"); t.Kind() == wire.Object {
		p.Type = t.String("value")
	}
	p.Number = n.String("handle")
	p.VendorStatus = n.String("status")
	p.Status = map[string]string{"published": "active", "draft": "draft", "proposed": "draft", "rejected": "archived"}[p.VendorStatus]
	p.Images = images(n)
	p.Attributes = attributes(n)
	for _, t := range n.At("tags").Items() {
		if v := t.String("value"); v != "" {
			p.Tags = append(p.Tags, v)
		}
	}
	whole := customs(n)
	for _, v := range n.At("variants").Items() {
		p.UpdatedAt = intake.Latest(p.UpdatedAt, v.Time("updated_at"))
		p.Variants = append(p.Variants, variant(v, whole))
	}
	return p
}

// customs reads what customs and carriers ask about.
func customs(n *wire.Node) intake.Variant {
	return intake.Variant{HSCode: n.String("hs_code"), Origin: strings.ToUpper(n.String("origin_country")), Grams: n.Int("weight")}
}

func variant(n *wire.Node, whole intake.Variant) intake.Variant {
	v := customs(n)
	v.ID, v.SKU, v.Title, v.Image = n.String("id"), n.String("sku"), n.String("title"), n.String("thumbnail")
	v.Barcode = n.First("barcode", "ean", "upc").Text()
	v.Attributes = attributes(n)
	if v.HSCode == "" {
		v.HSCode = whole.HSCode
	}
	if v.Origin == "" {
		v.Origin = whole.Origin
	}
	if v.Grams == 0 {
		v.Grams = whole.Grams
	}
	for _, m := range n.At("prices").Items() {
		v.Price = sum(m, "amount", m.String("currency_code"))
		break
	}
	for _, o := range n.At("options").Items() {
		set(&v.Options, o.String("option", "title"), o.String("value"))
	}
	return v
}

// images are the addresses of pictures, the one that stands for the product first.
func images(n *wire.Node) []string {
	var out []string
	first := n.String("thumbnail")
	if first != "" {
		out = append(out, first)
	}
	for _, i := range n.At("images").Items() {
		if u := i.String("url"); u != "" && u != first {
			out = append(out, u)
		}
	}
	return out
}

// attributes are the material and what the merchant has noted.
func attributes(n *wire.Node) map[string]string {
	var out map[string]string
	set(&out, "material", n.String("material"))
	for _, m := range n.At("metadata").Whole().Members() {
		set(&out, m.Key(), strings.Join(m.Texts(), ", "))
	}
	return out
}

func set(m *map[string]string, name, value string) {
	if name == "" || value == "" {
		return
	}
	if *m == nil {
		*m = map[string]string{}
	}
	(*m)[name] = value
}
