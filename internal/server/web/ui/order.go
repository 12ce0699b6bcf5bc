package ui

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/a-h/templ"
)

// Order is an order as the console shows it. Money is text with its currency.
type Order struct {
	ID         int64
	Number     string
	Shop       string
	Market     string
	PlacedAt   time.Time
	Status     OrderStatus
	Payment    string // "paid", "pending", "partially_refunded", "refunded", "unpaid", "authorized"
	Customer   string
	CustomerID int64
	Linked     bool   // named by the ticket
	Why        string // "number" or "sender": how it was found
	Lines      []OrderLine
	Currency   string
	Subtotal   string
	Shipping   string
	Tax        string
	Duty       string
	Discount   string
	Total      string
	Refunded   string
	Payments   []Payment
	Parcels    []Parcel
	ShipTo     []string // address lines
	Country    string   // named for the reader
	Note       string
	Refunds    []RefundBrief // beside a ticket
	PayBack    string        // where money is given back of it; empty for who may not
}

// OrderStatus is the state of an order.
type OrderStatus string

// The states of an order.
const (
	OrderOpen      OrderStatus = "open"
	OrderPart      OrderStatus = "partially_fulfilled"
	OrderFulfilled OrderStatus = "fulfilled"
	OrderCancelled OrderStatus = "cancelled"
	OrderReturned  OrderStatus = "returned"
)

// OrderLine is one item of an order.
type OrderLine struct {
	Title    string
	Variant  string
	SKU      string
	Quantity int64
	Price    string
	Total    string
	Product  int64  // in the catalogue, 0 if it is not known there
	Image    string // address of a picture; empty for none
}

// Payment is money that moved for an order.
type Payment struct {
	Method string
	Amount string
	Status string // "paid", "pending", "refunded", "failed", "authorized"
	At     time.Time
}

// Parcel is one shipment of an order.
type Parcel struct {
	Carrier   string
	Number    string
	Href      string // the carrier's page; empty if unknown
	Status    ParcelStatus
	At        time.Time // last known event
	Last      string    // its text
	ETA       time.Time
	Delivered time.Time
	Items     string // what is in it
}

// ParcelStatus is the state of a parcel.
type ParcelStatus string

// The states of a parcel.
const (
	ParcelUnknown   ParcelStatus = "unknown"
	ParcelAnnounced ParcelStatus = "announced"
	ParcelPicked    ParcelStatus = "picked_up"
	ParcelTransit   ParcelStatus = "in_transit"
	ParcelCustoms   ParcelStatus = "in_customs"
	ParcelOut       ParcelStatus = "out_for_delivery"
	ParcelPickup    ParcelStatus = "ready_for_pickup"
	ParcelAttempt   ParcelStatus = "attempt_failed"
	ParcelHeld      ParcelStatus = "held"
	ParcelDelivered ParcelStatus = "delivered"
	ParcelReturning ParcelStatus = "returning"
	ParcelReturned  ParcelStatus = "returned"
	ParcelLost      ParcelStatus = "lost"
	ParcelDestroyed ParcelStatus = "destroyed"
	ParcelCancelled ParcelStatus = "cancelled"
)

// Orders is the list of orders.
type Orders struct {
	Page
	Q        string
	Status   string
	Shop     string
	Statuses []Option
	Shops    []Option
	Rows     []Order // without lines
	Next     string
	Total    int64 // -1 if not counted
}

// OrderView is the page of one order.
type OrderView struct {
	Page
	Order    Order
	Tickets  []TicketRef
	Parcels  []ParcelRow // as carriers tell; they stand in place of the order's own
	Promise  *Promise    // nil if nothing was promised
	Told     []Told
	Timeline []TimelineEntry
	Cases    []CaseRow // about the order, the newest first
	Refunds  []RefundBrief
	PaysBack bool    // the reader may give money back of it
	Covers   []Cover // what covers its units
}

// Promise is what the customer was told when they bought, beside what happened.
type Promise struct {
	Service  string
	From, To time.Time
	Price    string
	Duty     string
	Tax      string
	Source   string
	At       time.Time // when it was quoted; zero if unknown
	Arrived  time.Time // when the last parcel came; zero if one is still on its way
	Late     int64     // whole days after the promise, of what arrived or is still awaited
}

// CustomerView is the page of one customer.
type CustomerView struct {
	Page
	Form
	Customer Customer
	Timeline []TimelineEntry
	Orders   []Order
	Tickets  []TicketRef
	Langs    []Option
	Agents   []Option // who may be their own person
	Next     string
}

// TimelineEntry is one thing that happened with a customer.
type TimelineEntry struct {
	At   time.Time
	Kind string // "ticket", "order", "parcel", "message", "merge", "note"
	Text string // worded
	Href string
	Undo string // POST path; empty if it cannot be undone
	By   string // who did it; empty leaves it unsaid
}

// method names a way of paying, one that no catalogue names as the shop sent it, made readable.
func (p Page) method(m string) string {
	if p.has("pay." + m) {
		return p.T("pay." + m)
	}
	m = strings.ReplaceAll(m, "_", " ")
	_, first := utf8.DecodeRuneInString(m)
	return strings.ToUpper(m[:first]) + m[first:]
}

// changes reports whether the reader may change the customer.
func (v CustomerView) changes() bool { return v.may("/customers/" + id64(v.Customer.ID)) }

// changing makes an identity's line a form for those who may take it off.
func changing(v CustomerView) templ.Attributes {
	if !v.changes() {
		return nil
	}
	return templ.Attributes{"method": "post", "action": "/customers/" + id64(v.Customer.ID) + "/identity"}
}

// fieldRead is what a custom field holds, in words.
func fieldRead(p Page, f FieldValue) string {
	switch {
	case f.Kind == FieldCheck && f.Value == "1":
		return p.T("field.yes")
	case f.Value == "" || f.Kind == FieldCheck:
		return "–"
	}
	return f.Value
}
