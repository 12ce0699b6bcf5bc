package commerce

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/product"
	"godwit.dev/godwit/internal/flow/intake"
)

// Product converts an article as a platform tells it to one that is saved. A product without a title is a message about
// its variants alone. It fails with errs.Invalid if a sum is no amount of the product's currency.
func Product(shop order.Shop, p *intake.Product) (product.New, error) {
	m := sums{currency: strings.ToUpper(shop.Currency)}
	for _, v := range p.Variants {
		if v.Price.Currency != "" {
			m.currency = v.Price.Currency
			break
		}
	}
	n := product.New{
		Shop: shop.ID, ExternalID: p.ID, Part: p.Title == "", Title: p.Title, Status: p.Status, Brand: p.Vendor, Type: p.Type, URL: p.URL,
		Tags: p.Tags, Images: p.Images, Attributes: p.Attributes, Supplier: named(p.Attributes, "supplier"), Batch: named(p.Attributes, "batch"),
		Currency: m.currency, ToldAt: p.UpdatedAt,
	}
	if n.Status == intake.Unknown {
		n.Status = ""
	}
	for i, v := range p.Variants {
		at := fmt.Sprintf("variant %d: ", i+1)
		n.Variants = append(n.Variants, product.Variant{
			ExternalID: cmp.Or(v.ID, v.SKU), SKU: v.SKU, Barcode: v.Barcode, Title: v.Title, Attributes: attributes(v), Image: v.Image,
			Supplier: named(v.Attributes, "supplier"), Batch: named(v.Attributes, "batch"),
			Price: m.of(at+"price", v.Price), Listed: m.of(at+"listed", v.Listed), Cost: m.of(at+"cost", v.Cost),
			HSCode: v.HSCode, Origin: strings.ToUpper(intake.Country(v.Origin)), Grams: v.Grams, Stock: v.Stock,
		})
	}
	return n, m.err
}

// attributes are what a variant is told by and what else its shop says of it; the first say what it is.
func attributes(v intake.Variant) map[string]string {
	if len(v.Attributes) == 0 {
		return v.Options
	}
	out := maps.Clone(v.Attributes)
	maps.Copy(out, v.Options)
	return out
}

// named is the attribute of a name, however it is written: no platform has suppliers and batches of its own.
func named(attributes map[string]string, name string) string {
	for _, key := range slices.Sorted(maps.Keys(attributes)) {
		if strings.EqualFold(key, name) {
			return attributes[key]
		}
	}
	return ""
}
