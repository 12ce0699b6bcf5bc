package order

import "godwit.dev/godwit/internal/platform/event"

// Kinds of event that this package announces.
const (
	Created     = "order.created" // data: Summary
	Updated     = "order.updated" // data: Summary
	ShopAdded   = "shop.created"  // data: {"name", "platform", "currency"}
	SubjectKind = "order"
	ShopSubject = "shop"
)

// Summary is what an order's event tells about the state that it caused.
type Summary struct {
	Number            string `json:"number"`
	Status            string `json:"status"`
	PaymentStatus     string `json:"payment_status,omitempty"`
	FulfillmentStatus string `json:"fulfillment_status,omitempty"`
	Currency          string `json:"currency"`
	Total             int64  `json:"total"`
	Refunded          int64  `json:"refunded,omitempty"`
	Deleted           bool   `json:"deleted,omitempty"` // the platform has it no more
}

func summary(o Order) Summary {
	return Summary{
		Number: o.Number, Status: o.Status, PaymentStatus: o.PaymentStatus, FulfillmentStatus: o.FulfillmentStatus,
		Currency: o.Currency, Total: o.Total, Refunded: o.Refunded, Deleted: !o.DeletedAt.IsZero(),
	}
}

func (id ID) subject() event.Subject { return event.Subject{Kind: SubjectKind, ID: int64(id)} }
