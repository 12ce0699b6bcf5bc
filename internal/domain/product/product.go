package product

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
)

// ID identifies a product.
type ID int64

// VariantID identifies a variant.
type VariantID int64

// Statuses of a product that every platform's own words are brought to.
const (
	Active   = "active"
	Draft    = "draft"
	Archived = "archived"
	Deleted  = "deleted"
)

// Product is an article for sale with its variants.
type Product struct {
	ID         ID
	Workspace  auth.WorkspaceID
	Shop       order.ShopID
	ExternalID string // the platform's own identifier
	Title      string // "" until the product itself is told
	Status     string
	Brand      string
	Type       string // the merchant's own kind of goods
	Supplier   string // of all variants that name none
	Batch      string // likewise
	URL        string
	Tags       []string
	Images     []string // addresses, the first one is shown
	Attributes map[string]string
	Own        map[string]string         // attributes that the merchant adds by hand
	Shelf      map[string]map[string]Own // what was written by hand to variants that are gone, by Key
	Edits      int64                     // how often somebody wrote by hand; see Edit
	Currency   string                    // ISO 4217, of all sums of its variants
	Variants   []Variant
	ToldAt     time.Time // when the platform last changed it, zero until it said so
	CreatedAt  time.Time
	UpdatedAt  time.Time // when this copy last changed
}

// Variant is one form of a product that can be bought.
type Variant struct {
	ID         VariantID
	ExternalID string // the platform's own identifier; the SKU if it has none
	SKU        string
	Barcode    string // EAN, UPC, ISBN
	Title      string
	Attributes map[string]string // size, colour, material, voltage, ...
	Image      string
	Price      int64  // what one costs
	Listed     int64  // the price that is crossed out, 0 for none
	Cost       int64  // what one costs the merchant, 0 if it is not known
	HSCode     string // digits of the Harmonised System, six or more
	Origin     string // ISO 3166-1 alpha-2 of the country that it is made in
	Supplier   string
	Batch      string
	Grams      int64 // of one, packed
	Size       Size
	Stock      *int64         // all that there is; nil if the platform does not say
	Own        map[string]Own // what was written by hand, by field; the fields above hold it
	ToldAt     time.Time
}

// Size is the measures of one packed article in millimetres; zero is not known.
type Size struct {
	Length int64 `json:"length,omitempty"`
	Width  int64 `json:"width,omitempty"`
	Height int64 `json:"height,omitempty"`
}

// Resource returns the product as rights see it.
func (p Product) Resource() auth.Resource {
	return auth.Resource{Kind: auth.OfOrder, Workspace: p.Workspace, Shop: int64(p.Shop)}
}

// SupplierOf returns who supplies a variant of the product.
func (p Product) SupplierOf(v Variant) string {
	if v.Supplier != "" {
		return v.Supplier
	}
	return p.Supplier
}

// BatchOf returns the batch of a variant of the product.
func (p Product) BatchOf(v Variant) string {
	if v.Batch != "" {
		return v.Batch
	}
	return p.Batch
}

// Variant returns the first variant with an SKU.
func (p Product) Variant(sku string) (Variant, bool) {
	key := Key(sku)
	for _, v := range p.Variants {
		if key != "" && Key(v.SKU) == key {
			return v, true
		}
	}
	return Variant{}, false
}

// Keys returns the SKUs of the product in the form in which they are compared.
func (p Product) Keys() []string {
	var keys []string
	for _, v := range p.Variants {
		if key := Key(v.SKU); key != "" && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	return keys
}

// New is a product as a platform or a file tells it.
type New struct {
	Shop       order.ShopID
	ExternalID string
	Part       bool // only the variants that are given are told, and nothing of the product itself
	Title      string
	Status     string // Active if empty
	Brand      string
	Type       string
	Supplier   string
	Batch      string
	URL        string
	Tags       []string
	Images     []string
	Attributes map[string]string
	Currency   string // the shop's if empty
	Variants   []Variant
	ToldAt     time.Time // when the platform changed it; zero counts as news
}

// Key is the form in which SKUs are compared: without spaces at either end, in
// capitals.
func Key(sku string) string { return strings.ToUpper(strings.TrimFunc(sku, unicode.IsSpace)) }
