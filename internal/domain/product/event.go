package product

import "godwit.dev/godwit/internal/platform/event"

// Kinds of event that this package announces.
const (
	Created     = "product.created" // data: Summary
	Updated     = "product.updated" // data: Summary
	Edited      = "product.edited"  // by hand; data: Written
	SubjectKind = "product"
)

// Summary is what a product's event tells about the state that it caused.
type Summary struct {
	Shop       int64    `json:"shop"`
	ExternalID string   `json:"external_id"`
	Title      string   `json:"title"`
	Status     string   `json:"status"`
	SKUs       []string `json:"skus,omitempty"` // the first twenty
	Variants   int      `json:"variants"`
}

// Written is what the event of an edit tells.
type Written struct {
	Summary
	Variant VariantID `json:"variant,omitzero"`
	Fields  []string  `json:"fields"` // hs_code, origin, supplier, batch, attributes.NAME
}

const skusTold = 20

func summary(p Product) Summary {
	s := Summary{Shop: int64(p.Shop), ExternalID: p.ExternalID, Title: p.Title, Status: p.Status, Variants: len(p.Variants)}
	for _, v := range p.Variants {
		if v.SKU != "" && len(s.SKUs) < skusTold {
			s.SKUs = append(s.SKUs, v.SKU)
		}
	}
	return s
}

func (id ID) subject() event.Subject { return event.Subject{Kind: SubjectKind, ID: int64(id)} }
