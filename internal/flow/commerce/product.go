package commerce

import (
	"cmp"
	"fmt"
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
		Tags: p.Tags, Images: p.Images, Currency: m.currency, ToldAt: p.UpdatedAt,
	}
	if n.Status == intake.Unknown {
		n.Status = ""
	}
	for i, v := range p.Variants {
		at := fmt.Sprintf("variant %d: ", i+1)
		n.Variants = append(n.Variants, product.Variant{
			ExternalID: cmp.Or(v.ID, v.SKU), SKU: v.SKU, Barcode: v.Barcode, Title: v.Title, Attributes: v.Options,
			Price: m.of(at+"price", v.Price), Listed: m.of(at+"listed", v.Listed), Cost: m.of(at+"cost", v.Cost),
			HSCode: v.HSCode, Origin: strings.ToUpper(intake.Country(v.Origin)), Grams: v.Grams, Stock: v.Stock,
		})
	}
	return n, m.err
}
