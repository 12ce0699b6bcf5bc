package intake

import (
	"strings"
	"time"
	"unicode"
)

// Order is a sale, a draft of one, or a basket that was left: Status tells.
type Order struct {
	Head
	PaymentStatus           string         `json:"payment_status,omitempty"`
	VendorPaymentStatus     string         `json:"vendor_payment_status,omitempty"`
	FulfillmentStatus       string         `json:"fulfillment_status,omitempty"`
	VendorFulfillmentStatus string         `json:"vendor_fulfillment_status,omitempty"`
	Currency                string         `json:"currency,omitempty"`
	ShownCurrency           string         `json:"shown_currency,omitempty"` // that the customer saw, if another
	Goods                   Money          `json:"goods,omitzero"`           // before discount
	Discount                Money          `json:"discount,omitzero"`
	Subtotal                Money          `json:"subtotal,omitzero"` // goods after discount
	Shipping                Money          `json:"shipping,omitzero"`
	Tax                     Money          `json:"tax,omitzero"`
	Duty                    Money          `json:"duty,omitzero"`
	Tip                     Money          `json:"tip,omitzero"`
	Fee                     Money          `json:"fee,omitzero"`
	Total                   Money          `json:"total,omitzero"`
	CurrentTotal            Money          `json:"current_total,omitzero"` // after edits and refunds
	Refunded                Money          `json:"refunded,omitzero"`
	Outstanding             Money          `json:"outstanding,omitzero"`
	TaxesIncluded           bool           `json:"taxes_included,omitempty"`
	Email                   string         `json:"email,omitempty"`
	Phone                   string         `json:"phone,omitempty"`
	Language                string         `json:"language,omitempty"`
	PaymentMethod           string         `json:"payment_method,omitempty"`
	Channel                 string         `json:"channel,omitempty"`
	Tags                    []string       `json:"tags,omitempty"`
	URL                     string         `json:"url,omitempty"`
	PlacedAt                time.Time      `json:"placed_at,omitzero"`
	CancelledAt             time.Time      `json:"cancelled_at,omitzero"`
	ClosedAt                time.Time      `json:"closed_at,omitzero"`
	CancelReason            string         `json:"cancel_reason,omitempty"`
	ShipBy                  *Window        `json:"ship_by,omitempty"`
	DeliverBy               *Window        `json:"deliver_by,omitempty"`
	Customer                *Customer      `json:"customer,omitempty"`
	BillTo                  *Address       `json:"bill_to,omitempty"`
	ShipTo                  *Address       `json:"ship_to,omitempty"`
	Lines                   []Line         `json:"lines,omitempty"`
	ShippingLines           []ShippingLine `json:"shipping_lines,omitempty"`
	Discounts               []Discount     `json:"discounts,omitempty"`
	Taxes                   []Tax          `json:"taxes,omitempty"`
	Fulfillments            []*Shipment    `json:"fulfillments,omitempty"`
	Refunds                 []*Refund      `json:"refunds,omitempty"`
	Returns                 []*Return      `json:"returns,omitempty"`
	Payments                []*Payment     `json:"payments,omitempty"`
	Promise                 *Promise       `json:"promise,omitempty"` // of delivery, where the order itself says so
}

// Promise is what the customer was told of delivery when they bought.
type Promise struct {
	Quote    string    `json:"quote,omitempty"`   // identifier of ours, of the quote that the shop showed
	Service  string    `json:"service,omitempty"` // the way of sending
	From     time.Time `json:"from,omitzero"`
	To       time.Time `json:"to,omitzero"`
	DaysFrom int64     `json:"days_from,omitempty"`
	DaysTo   int64     `json:"days_to,omitempty"`
	Price    Money     `json:"price,omitzero"`
}

// Noted reads one of the fields that a merchant may add to an order, and keeps it if it names the quote that the order was
// placed with: godwit_quote, and godwit_service for which of its options was taken, in whatever spelling the platform makes
// of it (godwitQuote, _godwit_quote).
func (o *Order) Noted(name, value string) {
	key := strings.Map(func(r rune) rune {
		if r == '_' || r == '-' || r == ' ' || r == '.' {
			return -1
		}
		return unicode.ToLower(r)
	}, name)
	if value == "" || key != "godwitquote" && key != "godwitservice" {
		return
	}
	if o.Promise == nil {
		o.Promise = &Promise{}
	}
	if key == "godwitquote" {
		o.Promise.Quote = value
	} else {
		o.Promise.Service = value
	}
}

// Window is a span of time; either end may be open.
type Window struct {
	From time.Time `json:"from,omitzero"`
	To   time.Time `json:"to,omitzero"`
}

// Or returns nil for a span without ends.
func (w Window) Or() *Window {
	if w.From.IsZero() && w.To.IsZero() {
		return nil
	}
	return &w
}

// Return is goods on their way back, or the wish of it. Its statuses are phases of a case: submitted, approved,
// declined, closed, withdrawn.
type Return struct {
	Head
	Lines       []Line      `json:"lines,omitempty"`
	Total       Money       `json:"total,omitzero"`
	Refunds     []*Refund   `json:"refunds,omitempty"`
	Exchanges   []Line      `json:"exchanges,omitempty"`
	Shipments   []*Shipment `json:"shipments,omitempty"`
	RequestedAt time.Time   `json:"requested_at,omitzero"`
	ClosedAt    time.Time   `json:"closed_at,omitzero"`
}

// FulfillmentOrder is the wish that a place sends lines of an order.
type FulfillmentOrder struct {
	Head
	RequestStatus string            `json:"request_status,omitempty"` // the vendor's word
	Location      string            `json:"location,omitempty"`
	ShipTo        *Address          `json:"ship_to,omitempty"`
	Lines         []Line            `json:"lines,omitempty"`
	FulfillAt     time.Time         `json:"fulfill_at,omitzero"`
	FulfillBy     time.Time         `json:"fulfill_by,omitzero"`
	Holds         []string          `json:"holds,omitempty"`   // reasons, the vendor's words
	Others        map[string]string `json:"others,omitempty"`  // fulfillment orders that came of a move, a split or a merge
	Message       string            `json:"message,omitempty"` // of the merchant or of the service
}

// Customer is a person or a company that buys.
type Customer struct {
	Head
	Name         string    `json:"name,omitempty"`
	Email        string    `json:"email,omitempty"`
	Phone        string    `json:"phone,omitempty"`
	Language     string    `json:"language,omitempty"`
	Currency     string    `json:"currency,omitempty"`
	Orders       int64     `json:"orders,omitempty"`
	Spent        Money     `json:"spent,omitzero"`
	Tags         []string  `json:"tags,omitempty"`
	Consent      []Consent `json:"consent,omitempty"`
	Address      *Address  `json:"address,omitempty"`
	Addresses    []Address `json:"addresses,omitempty"`
	TaxExempt    bool      `json:"tax_exempt,omitempty"`
	OrdersToHide []string  `json:"orders_to_hide,omitempty"` // of a wish to be forgotten or to see one's data
}

// Consent is what a customer allows.
type Consent struct {
	Channel   string    `json:"channel"`
	State     string    `json:"state,omitempty"` // the vendor's word
	UpdatedAt time.Time `json:"updated_at,omitzero"`
}

// Product is an article for sale with its variants; a variant alone comes as its product's identifier and one variant.
type Product struct {
	Head
	Title  string   `json:"title,omitempty"`
	Vendor string   `json:"vendor,omitempty"`
	Type   string   `json:"type,omitempty"`
	URL    string   `json:"url,omitempty"`
	Tags   []string `json:"tags,omitempty"`
	Images []string `json:"images,omitempty"`

	Attributes map[string]string `json:"attributes,omitempty"` // material, voltage, batch, ..., by the name that the shop gives
	Variants   []Variant         `json:"variants,omitempty"`
}

// Variant is one form of a product that can be bought.
type Variant struct {
	ID       string            `json:"id,omitempty"`
	SKU      string            `json:"sku,omitempty"`
	Barcode  string            `json:"barcode,omitempty"`
	Title    string            `json:"title,omitempty"`
	Price    Money             `json:"price,omitzero"`
	Listed   Money             `json:"listed,omitzero"` // the price that is crossed out
	Cost     Money             `json:"cost,omitzero"`
	Stock    *int64            `json:"stock,omitempty"`
	Grams    int64             `json:"grams,omitempty"`
	HSCode   string            `json:"hs_code,omitempty"`
	Origin   string            `json:"origin,omitempty"`    // country
	Options  map[string]string `json:"options,omitempty"`   // what tells it from its siblings: size, colour
	StockRef string            `json:"stock_ref,omitempty"` // the vendor's identifier of the stocked thing
	Image    string            `json:"image,omitempty"`

	Attributes map[string]string `json:"attributes,omitempty"` // as of the product
}

// Inventory is how much lies where.
type Inventory struct {
	Head
	Levels []Level `json:"levels"`
}

// Level is the stock of one thing at one place.
type Level struct {
	Item      string    `json:"item,omitempty"`
	SKU       string    `json:"sku,omitempty"`
	Location  string    `json:"location,omitempty"`
	Available *int64    `json:"available,omitempty"` // nil if the message does not say
	Cost      Money     `json:"cost,omitzero"`
	Tracked   bool      `json:"tracked,omitempty"`
	UpdatedAt time.Time `json:"updated_at,omitzero"`
}
