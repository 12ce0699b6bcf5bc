package order

import (
	"slices"
	"time"

	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/platform/auth"
)

// ID identifies an order.
type ID int64

// ShopID identifies a shop.
type ShopID int64

// Shop is one place where the merchant sells.
type Shop struct {
	ID        ShopID
	Workspace auth.WorkspaceID
	Name      string
	Slug      string // names it in the address of its page for customers, among all shops of all workspaces
	Platform  string // shopify, amazon, ...; "" for a file
	Market    string // ISO 3166-1 alpha-2 of the country it sells to, "" for many
	Currency  string // ISO 4217
	CreatedAt time.Time
}

// Order is one sale.
type Order struct {
	ID                ID
	Workspace         auth.WorkspaceID
	Shop              ShopID
	ExternalID        string // the platform's own identifier
	Number            string // as the platform shows it
	NumberKey         string // Key of the number
	NumberAlt         string // a second key by which customers call it, or ""
	Customer          customer.ID
	Email             string // folded
	Status            string // open, cancelled, closed
	PaymentStatus     string // the platform's word: paid, pending, refunded, ...
	FulfillmentStatus string // the platform's word: fulfilled, partial, ...
	PaymentMethod     string

	// Money, in minor units of Currency (ISO 4217).
	Currency string
	Goods    int64 // before discount
	Discount int64
	Shipping int64
	Tax      int64
	Duty     int64
	Total    int64
	Refunded int64

	ShipTo       Address
	Promise      Promise
	PlacedAt     time.Time
	UpdatedAt    time.Time // when this copy last changed
	DeletedAt    time.Time // when we learned that the platform has it no more, zero if it does
	Lines        []Line
	Fulfillments []Fulfillment
	Payments     []Payment // in the order in which they were made; none where nobody tells
}

// Address is where an order goes.
type Address struct {
	Name     string `json:"name,omitempty"`
	Company  string `json:"company,omitempty"`
	Line1    string `json:"line1,omitempty"`
	Line2    string `json:"line2,omitempty"`
	City     string `json:"city,omitempty"`
	Region   string `json:"region,omitempty"`
	Postcode string `json:"postcode,omitempty"`
	Country  string `json:"country,omitempty"` // ISO 3166-1 alpha-2
	Phone    string `json:"phone,omitempty"`
}

// Line is one line item of an order.
type Line struct {
	ID       int64
	SKU      string
	Title    string
	Variant  string
	Quantity int64
	Price    int64 // one unit, before discount
	Discount int64 // of the whole line
	Tax      int64
	Duty     int64
}

// Fulfillment is one parcel of an order, as the shop's platform knows it.
type Fulfillment struct {
	ID          int64
	Carrier     string
	Tracking    string
	Status      string
	ShippedAt   time.Time
	DeliveredAt time.Time
	Packed      []Packed // what is in it, each line once, in order; none where nobody tells
}

// Packed is how many units of a line of the order are in one of its parcels.
type Packed struct {
	Line     int   `json:"line"` // its place in the order's Lines, from 1
	Quantity int64 `json:"quantity"`
}

// Inside returns the units of each line, by Line.ID, that are in the parcel under some tracking numbers. It is nil where
// the shop does not tell what is in which parcel, or knows none under these numbers.
func (o Order) Inside(numbers ...string) map[int64]int64 {
	var out map[int64]int64
	for _, f := range o.Fulfillments {
		if f.Tracking == "" || !slices.ContainsFunc(numbers, func(n string) bool { return TrackingKey(n) == TrackingKey(f.Tracking) }) {
			continue
		}
		if len(f.Packed) == 0 {
			return nil
		}
		if out == nil {
			out = map[int64]int64{}
		}
		for _, p := range f.Packed {
			out[o.Lines[p.Line-1].ID] += p.Quantity
		}
	}
	return out
}

// New is an order as a platform or a file tells it.
type New struct {
	Shop              ShopID
	ExternalID        string // Number if empty
	Number            string
	Customer          customer.ID // 0: the customer who holds Email
	CustomerName      string      // for a customer who is not known yet
	Language          string      // likewise
	Email             string
	Status            string
	PaymentStatus     string
	FulfillmentStatus string
	PaymentMethod     string
	Currency          string // the shop's if empty
	Goods             int64
	Discount          int64
	Shipping          int64
	Tax               int64
	Duty              int64
	Total             int64
	Refunded          int64
	ShipTo            Address
	Promise           Promise // the zero one leaves what was promised as it is known
	PlacedAt          time.Time
	Lines             []Line
	Fulfillments      []Fulfillment
	Payments          []Payment // nil leaves those that are known
	Living            bool      // the platform has it now: it is not deleted any more
}

// Statuses of an order that every platform's own words are brought to.
const (
	Open      = "open"
	Cancelled = "cancelled"
	Closed    = "closed"
)
