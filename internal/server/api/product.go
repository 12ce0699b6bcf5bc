package api

import (
	"maps"
	"slices"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/product"
	"godwit.dev/godwit/internal/platform/auth"
)

func productGroup() group {
	read, bring := may(auth.ReadProducts), may(auth.ReadProducts, auth.ImportProducts)
	return group{"Products", "A product is an article for sale, with its variants and what customs and carriers ask about them.", []operation{
		{"productList", "GET", "/products", read, do((*server).productList), "List or find products",
			"Products, newest first. `sku` finds those that have a variant under it, `q` those with words that begin so in the title or an SKU."},
		{"productGet", "GET", "/products/{product}", read, do((*server).productGet), "Get a product", "One product with its variants."},
		{"productSales", "GET", "/products/{product}/sales", read, do((*server).productSales), "See what became of a product's orders",
			"Figures of the orders of the last days in the product's shop that have a line under one of its SKUs: units and orders, without those that were cancelled or deleted, tickets about them, and parcels. Figures that you may not see are null. Lines beyond the newest 10,000 are not counted, and `more` says so."},
		{"productOrders", "GET", "/products/{product}/orders", may(auth.ReadProducts, auth.ReadOrders), do((*server).productOrders), "List a product's orders",
			"Orders of the product's shop that have a line under one of its SKUs, newest first. Lists of tickets and shipments take `product` for what came of them."},
		{"productUpdate", "PATCH", "/products/{product}", bring, do((*server).productUpdate), "Write to a product by hand",
			"Writes what the shop does not say, or says wrongly: HS code, origin, supplier and batch of a variant, and attributes of the merchant's own. No later telling of the shop replaces it. An empty field is the shop's again. `edits` is that of the product that was read: the update is refused if somebody has written since."},
		{"productSave", "POST", "/products", bring, do((*server).productSave).upTo(texts), "Save a product",
			"Brings a product up to what the shop says, and adds it if the shop has none with this `external_id`. What was told before something newer (`told_at`) changes nothing, nor does the same product twice. " +
				"With `part` only the variants that are given are told. A variant without `external_id` goes by its SKU."},
	}}
}

// Product is an article for sale.
type Product struct {
	ID         Ref[aProduct]     `json:"id"`
	ShopID     Ref[aShop]        `json:"shop_id"`
	ExternalID string            `json:"external_id" example:"88012" doc:"The platform's own identifier."`
	Title      string            `json:"title" example:"Tent for two"`
	Status     string            `json:"status" enum:"active,draft,archived,deleted"`
	Brand      *string           `json:"brand"`
	Type       *string           `json:"type" example:"Tents"`
	Supplier   *string           `json:"supplier" example:"Ningbo Outdoor" doc:"Of all variants that name none."`
	Batch      *string           `json:"batch" doc:"Likewise."`
	URL        *string           `json:"url"`
	Tags       []string          `json:"tags" nullable:"false"`
	Images     []string          `json:"images" nullable:"false"`
	Attributes map[string]string `json:"attributes" doc:"The shop's."`
	Own        map[string]string `json:"own_attributes" doc:"Those that people added by hand."`
	Edits      int64             `json:"edits" doc:"How often somebody wrote to it by hand."`
	Variants   []Variant         `json:"variants" nullable:"false"`
	ToldAt     *time.Time        `json:"told_at" doc:"When the platform last changed it."`
	CreatedAt  time.Time         `json:"created_at"`
	UpdatedAt  time.Time         `json:"updated_at" doc:"When this copy last changed."`
}

// Variant is one form of a product that can be bought.
type Variant struct {
	ID         Ref[aVariant]     `json:"id"`
	ExternalID string            `json:"external_id" example:"88012-1"`
	SKU        string            `json:"sku" example:"TENT-2P"`
	Barcode    *string           `json:"barcode" example:"4006381333931"`
	Title      string            `json:"title" example:"Green"`
	Attributes map[string]string `json:"attributes"`
	Image      *string           `json:"image"`
	Price      Money             `json:"price"`
	Listed     *Money            `json:"listed,omitempty" doc:"The price that is crossed out, if there is one."`
	Cost       *Money            `json:"cost,omitempty" doc:"What one costs the merchant, if the shop told it."`
	HSCode     *string           `json:"hs_code" example:"630622" doc:"Digits of the Harmonised System."`
	Origin     *string           `json:"origin" example:"CN" doc:"ISO 3166-1 alpha-2 of the country that it is made in."`
	Supplier   *string           `json:"supplier"`
	Batch      *string           `json:"batch" example:"2026-31"`
	Grams      int64             `json:"grams" example:"2400" doc:"Of one, packed; 0 if it is not known."`
	Size       Size              `json:"size"`
	Stock      *int64            `json:"stock" example:"41"`
	ByHand     []string          `json:"by_hand" nullable:"false" doc:"The fields that people wrote over what the shop says: hs_code, origin, supplier, batch."`
}

// Size is the measures of one packed article.
type Size struct {
	Length int64 `json:"length,omitempty" minimum:"0" maximum:"100000" example:"450" doc:"Millimetres."`
	Width  int64 `json:"width,omitempty" minimum:"0" maximum:"100000" example:"160"`
	Height int64 `json:"height,omitempty" minimum:"0" maximum:"100000" example:"160"`
}

func productRecord(p product.Product) Product {
	out := Product{
		ID: refTo[aProduct](p.ID), ShopID: refTo[aShop](p.Shop), ExternalID: p.ExternalID, Title: p.Title, Status: p.Status, Brand: optText(p.Brand), Type: optText(p.Type),
		Supplier: optText(p.Supplier), Batch: optText(p.Batch), URL: optText(p.URL), Tags: append([]string{}, p.Tags...), Images: append([]string{}, p.Images...),
		Attributes: table(p.Attributes), Own: table(p.Own), Edits: p.Edits, ToldAt: optTime(p.ToldAt), CreatedAt: at(p.CreatedAt), UpdatedAt: at(p.UpdatedAt),
	}
	some := func(minor int64) *Money {
		if minor == 0 {
			return nil
		}
		return &Money{minor, p.Currency}
	}
	out.Variants = convert(p.Variants, func(v product.Variant) Variant {
		return Variant{
			ID: refTo[aVariant](v.ID), ExternalID: v.ExternalID, SKU: v.SKU, Barcode: optText(v.Barcode), Title: v.Title, Attributes: table(v.Attributes), Image: optText(v.Image),
			Price: Money{v.Price, p.Currency}, Listed: some(v.Listed), Cost: some(v.Cost), HSCode: optText(v.HSCode), Origin: optText(v.Origin),
			Supplier: optText(p.SupplierOf(v)), Batch: optText(p.BatchOf(v)), Grams: v.Grams, Size: Size(v.Size), Stock: v.Stock,
			ByHand: append([]string{}, slices.Sorted(maps.Keys(v.Own))...),
		}
	})
	return out
}

func table(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}

func (s *server) productList(c *call, in *struct {
	Shop   Ref[aShop] `query:"shop"`
	Words  string     `query:"q" maxLength:"500" example:"tent gre" doc:"Words, or the beginnings of words, of the title or an SKU."`
	SKU    string     `query:"sku" maxLength:"500" example:"TENT-2P"`
	Status string     `query:"status" enum:"active,draft,archived,deleted"`
	Paging
	Picking
}) (*pageOut[Product], error) {
	var last int64
	if err := readCursor('p', in.Cursor, &last); err != nil {
		return nil, err
	}
	f := product.Filter{Shop: order.ShopID(in.Shop.num()), Status: in.Status, SKU: in.SKU, Words: in.Words}
	found, err := s.Products.List(c, c.actor, f, product.ID(last), min(in.Limit+1, product.MaxPage))
	if err != nil {
		return nil, err
	}
	next := ""
	if len(found) > in.Limit || len(found) == product.MaxPage {
		found = found[:min(len(found), in.Limit)]
		next = writeCursor('p', int64(found[len(found)-1].ID))
	}
	return page(c, convert(found, productRecord), next), nil
}

func (s *server) productGet(c *call, in *struct {
	Product Ref[aProduct] `path:"product" doc:"The product's id."`
	Picking
}) (*recordOut[Product], error) {
	p, err := s.Products.Get(c, c.actor, product.ID(in.Product.num()))
	if err != nil {
		return nil, err
	}
	return record(productRecord(p)), nil
}

// ProductChange is what somebody writes to a product by hand; what is left out stays.
type ProductChange struct {
	Edits      int64              `json:"edits" example:"0" doc:"Those of the product that was read."`
	VariantID  Ref[aVariant]      `json:"variant_id,omitempty" doc:"The variant of the fields below."`
	HSCode     *string            `json:"hs_code,omitempty" maxLength:"20" example:"6306.22"`
	Origin     *string            `json:"origin,omitempty" maxLength:"2" example:"CN"`
	Supplier   *string            `json:"supplier,omitempty" maxLength:"500"`
	Batch      *string            `json:"batch,omitempty" maxLength:"500"`
	Attributes *map[string]string `json:"own_attributes,omitempty" doc:"All of them; those that are left out are taken away."`
}

func (s *server) productUpdate(c *call, in *struct {
	Product Ref[aProduct] `path:"product" doc:"The product's id."`
	Body    ProductChange
}) (*recordOut[Product], error) {
	b, change := in.Body, product.Change{Seen: in.Body.Edits, Variant: product.VariantID(in.Body.VariantID.num()), Fields: map[string]string{}}
	for name, value := range map[string]*string{product.HSCode: b.HSCode, product.Origin: b.Origin, product.Supplier: b.Supplier, product.Batch: b.Batch} {
		if value != nil {
			change.Fields[name] = *value
		}
	}
	if b.Attributes != nil {
		change.Attributes = table(*b.Attributes)
	}
	p, err := s.Products.Edit(c, c.actor, product.ID(in.Product.num()), change)
	if err != nil {
		return nil, err
	}
	return record(productRecord(p)), nil
}

// ProductDraft is a product as a shop tells it. Sums are in minor units.
type ProductDraft struct {
	ShopID     Ref[aShop]        `json:"shop_id"`
	ExternalID string            `json:"external_id" minLength:"1" maxLength:"500" example:"88012"`
	Part       bool              `json:"part,omitempty" doc:"Only the variants that are given are told."`
	Title      string            `json:"title,omitempty" maxLength:"500" example:"Tent for two"`
	Status     string            `json:"status,omitempty" enum:"active,draft,archived,deleted" doc:"active by default."`
	Brand      string            `json:"brand,omitempty" maxLength:"500"`
	Type       string            `json:"type,omitempty" maxLength:"500"`
	Supplier   string            `json:"supplier,omitempty" maxLength:"500"`
	Batch      string            `json:"batch,omitempty" maxLength:"500"`
	URL        string            `json:"url,omitempty" maxLength:"2000"`
	Tags       []string          `json:"tags,omitempty" nullable:"false" maxItems:"250"`
	Images     []string          `json:"images,omitempty" nullable:"false" maxItems:"250"`
	Attributes map[string]string `json:"attributes,omitempty"`
	Currency   string            `json:"currency,omitempty" maxLength:"3" example:"EUR" doc:"The shop's by default."`
	Variants   []VariantDraft    `json:"variants,omitempty" nullable:"false" maxItems:"2000"`
	ToldAt     *time.Time        `json:"told_at,omitempty" doc:"When the platform changed it; without it, it counts as news."`
}

// VariantDraft is a variant as a shop tells it.
type VariantDraft struct {
	ExternalID string            `json:"external_id,omitempty" maxLength:"500"`
	SKU        string            `json:"sku,omitempty" maxLength:"500" example:"TENT-2P"`
	Barcode    string            `json:"barcode,omitempty" maxLength:"500"`
	Title      string            `json:"title,omitempty" maxLength:"500"`
	Attributes map[string]string `json:"attributes,omitempty"`
	Image      string            `json:"image,omitempty" maxLength:"2000"`
	Price      int64             `json:"price,omitempty" minimum:"0" example:"5000"`
	Listed     int64             `json:"listed,omitempty" minimum:"0"`
	Cost       int64             `json:"cost,omitempty" minimum:"0"`
	HSCode     string            `json:"hs_code,omitempty" maxLength:"20" example:"6306.22"`
	Origin     string            `json:"origin,omitempty" maxLength:"2" example:"CN"`
	Supplier   string            `json:"supplier,omitempty" maxLength:"500"`
	Batch      string            `json:"batch,omitempty" maxLength:"500"`
	Grams      int64             `json:"grams,omitempty" minimum:"0" example:"2400"`
	Size       Size              `json:"size,omitempty" required:"false"`
	Stock      *int64            `json:"stock,omitempty"`
}

// SavedProduct is a product with what saving it did.
type SavedProduct struct {
	Outcome string  `json:"outcome" enum:"unchanged,added,changed"`
	Product Product `json:"product"`
}

func (s *server) productSave(c *call, in *struct{ Body ProductDraft }) (*recordOut[SavedProduct], error) {
	d := in.Body
	p, out, err := s.Products.Save(c, c.actor, product.New{
		Shop: order.ShopID(d.ShopID.num()), ExternalID: d.ExternalID, Part: d.Part, Title: d.Title, Status: d.Status, Brand: d.Brand, Type: d.Type, Supplier: d.Supplier,
		Batch: d.Batch, URL: d.URL, Tags: d.Tags, Images: d.Images, Attributes: d.Attributes, Currency: d.Currency, ToldAt: timeOf(d.ToldAt),
		Variants: convert(d.Variants, func(v VariantDraft) product.Variant {
			return product.Variant{
				ExternalID: v.ExternalID, SKU: v.SKU, Barcode: v.Barcode, Title: v.Title, Attributes: v.Attributes, Image: v.Image, Price: v.Price, Listed: v.Listed, Cost: v.Cost,
				HSCode: v.HSCode, Origin: v.Origin, Supplier: v.Supplier, Batch: v.Batch, Grams: v.Grams, Size: product.Size(v.Size), Stock: v.Stock,
			}
		}),
	})
	if errs.Is(err, errs.NotFound) {
		return nil, errs.Field("shop_id", "problem.unknown")
	}
	if err != nil {
		return nil, err
	}
	return record(SavedProduct{Outcome: []string{"unchanged", "added", "changed"}[out], Product: productRecord(p)}), nil
}
