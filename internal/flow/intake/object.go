package intake

import (
	"time"
)

// Unknown is a status for which we have no word.
const Unknown = "unknown"

// Kinds of objects.
const (
	KindOrder            = "order"
	KindRefund           = "refund"
	KindReturn           = "return"
	KindShipment         = "shipment"
	KindPayment          = "payment"
	KindPayout           = "payout"
	KindDispute          = "dispute"
	KindMessage          = "message"
	KindFeedback         = "feedback"
	KindCustomer         = "customer"
	KindProduct          = "product"
	KindInventory        = "inventory"
	KindFulfillmentOrder = "fulfillment_order"
	KindError            = "error"
	KindOther            = "other"
)

// Object is one of the types of this package that a delivery speaks of.
type Object interface{ Base() *Head }

// Head is what all objects have.
type Head struct {
	Kind         string            `json:"kind"`
	ID           string            `json:"id"`                      // the vendor's own, "" if the message has none
	Number       string            `json:"number,omitempty"`        // as people say it
	Refs         map[string]string `json:"refs,omitempty"`          // the vendor's identifiers of other things: order, customer, payment, ...
	Status       string            `json:"status,omitempty"`        // ours
	VendorStatus string            `json:"vendor_status,omitempty"` // the vendor's word
	Reason       string            `json:"reason,omitempty"`        // the vendor's word
	Note         string            `json:"note,omitempty"`
	CreatedAt    time.Time         `json:"created_at,omitzero"`
	UpdatedAt    time.Time         `json:"updated_at,omitzero"`
	Test         bool              `json:"test,omitempty"`    // made in a vendor's test mode
	Deleted      bool              `json:"deleted,omitempty"` // the vendor has it no more, or in its bin
}

// Base returns what all objects have.
func (h *Head) Base() *Head { return h }

// Refer notes the identifier of another thing; an empty one is none.
func (h *Head) Refer(what, id string) {
	if id == "" {
		return
	}
	if h.Refs == nil {
		h.Refs = map[string]string{}
	}
	h.Refs[what] = id
}

// Address is a place.
type Address struct {
	Name     string `json:"name,omitempty"`
	Company  string `json:"company,omitempty"`
	Line1    string `json:"line1,omitempty"`
	Line2    string `json:"line2,omitempty"`
	Line3    string `json:"line3,omitempty"`
	District string `json:"district,omitempty"`
	City     string `json:"city,omitempty"`
	Region   string `json:"region,omitempty"`
	Postcode string `json:"postcode,omitempty"`
	Country  string `json:"country,omitempty"` // ISO 3166-1 alpha-2 where the vendor gives it
	Phone    string `json:"phone,omitempty"`
	Email    string `json:"email,omitempty"`
}

// Or returns nil for an address that says nothing.
func (a Address) Or() *Address {
	if a == (Address{}) {
		return nil
	}
	return &a
}

// Line is one line of an order, a refund, a return or a parcel.
type Line struct {
	ID           string     `json:"id,omitempty"`
	LineItem     string     `json:"line_item,omitempty"` // the order's line, where this one has its own identifier
	Product      string     `json:"product,omitempty"`
	Variant      string     `json:"variant,omitempty"`
	SKU          string     `json:"sku,omitempty"`
	Title        string     `json:"title,omitempty"`
	VariantTitle string     `json:"variant_title,omitempty"`
	Quantity     int64      `json:"quantity"`
	Shipped      int64      `json:"shipped,omitempty"`
	Unshipped    int64      `json:"unshipped,omitempty"`
	Cancelled    int64      `json:"cancelled,omitempty"`
	Price        Money      `json:"price,omitzero"` // of one
	Subtotal     Money      `json:"subtotal,omitzero"`
	Discount     Money      `json:"discount,omitzero"` // of the line
	Tax          Money      `json:"tax,omitzero"`
	Duty         Money      `json:"duty,omitzero"`
	Shipping     Money      `json:"shipping,omitzero"`
	Total        Money      `json:"total,omitzero"`
	Taxes        []Tax      `json:"taxes,omitempty"`
	Discounts    []Discount `json:"discounts,omitempty"`
	Reason       string     `json:"reason,omitempty"`
	Note         string     `json:"note,omitempty"`
	VendorStatus string     `json:"vendor_status,omitempty"`
	Grams        int64      `json:"grams,omitempty"`
	Restock      string     `json:"restock,omitempty"` // of a refund: what becomes of the goods
	Location     string     `json:"location,omitempty"`
	GiftCard     bool       `json:"gift_card,omitempty"`
}

// Tax is one tax on a line or an order.
type Tax struct {
	Title  string `json:"title,omitempty"`
	Rate   string `json:"rate,omitempty"` // as written: 0.06
	Amount Money  `json:"amount,omitzero"`
}

// Discount is one reduction of a price.
type Discount struct {
	Code   string `json:"code,omitempty"`
	Title  string `json:"title,omitempty"`
	Type   string `json:"type,omitempty"`
	Value  string `json:"value,omitempty"` // as written, money or percent
	Amount Money  `json:"amount,omitzero"`
}

// ShippingLine is one way of sending that was paid for.
type ShippingLine struct {
	ID       string `json:"id,omitempty"`
	Title    string `json:"title,omitempty"`
	Code     string `json:"code,omitempty"`
	Carrier  string `json:"carrier,omitempty"`
	Price    Money  `json:"price,omitzero"`
	Discount Money  `json:"discount,omitzero"`
	Taxes    []Tax  `json:"taxes,omitempty"`
}

// Method is what was paid with.
type Method struct {
	Type   string `json:"type,omitempty"` // card, paypal, ideal, ...
	Brand  string `json:"brand,omitempty"`
	Last4  string `json:"last4,omitempty"`
	Name   string `json:"name,omitempty"`
	Wallet string `json:"wallet,omitempty"`
}
