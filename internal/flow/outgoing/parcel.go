package outgoing

import (
	"slices"
	"time"

	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/platform/auth"
)

// ID identifies a replacement.
type ID int64

// State is where a replacement stands.
type State string

// The states.
const (
	ToSend    State = "to_send"
	Short     State = "short" // not in stock, or ordered again
	Sent      State = "sent"
	Delivered State = "delivered"
	Lost      State = "lost"
	CameBack  State = "came_back"
	Cancelled State = "cancelled" // it cannot be sent
)

// States returns all of them in the order of a replacement's life.
func States() []State { return []State{ToSend, Short, Sent, Delivered, Lost, CameBack, Cancelled} }

var paths = map[State][]State{
	ToSend:    {Short, Sent, Cancelled},
	Short:     {ToSend, Sent, Cancelled},
	Sent:      {Delivered, Lost, CameBack},
	Delivered: {Lost},
	Lost:      {Delivered, ToSend, Cancelled},
	CameBack:  {ToSend, Cancelled},
	Cancelled: {},
}

// CanGo reports whether a replacement may go from one state to another.
func CanGo(from, to State) bool { return slices.Contains(paths[from], to) }

// Line is goods of one line of a case.
type Line struct {
	Case     int    `json:"line"` // number of the case's line
	OrderRow int64  `json:"order_line,omitzero"`
	Had      string `json:"had,omitempty"` // SKU that the customer has, or had
	SKU      string `json:"sku,omitempty"` // that is sent; "" of an exchange until somebody says what for
	Title    string `json:"title,omitempty"`
	Quantity int64  `json:"qty"`
	Paid     int64  `json:"paid"`            // for one of those that they had, in the parcel's currency
	Price    *int64 `json:"price,omitempty"` // of one that is sent, where it is known in that currency
}

// Parcel is goods that go to a customer for a resolution.
type Parcel struct {
	ID         ID
	Workspace  auth.WorkspaceID
	Case       cases.ID
	Number     int64 // of the case
	Resolution int64
	Shop       order.ShopID
	Order      order.ID
	Means      cases.Means
	State      State
	From       string // where a new unit is sent from, in the words of package decision; "" is not said
	To         order.Address
	Confirm    bool // the address was wrong, or is where it was refused: the customer has to confirm one
	Lines      []Line
	Currency   string
	Note       string    // why it is short, lost or cancelled
	Expected   time.Time // when stock is expected, of one that is short; zero is not known
	Attempt    int       // from 1
	Carrier    string
	Tracking   string
	Shipment   shipment.ID // 0 until it is sent
	Seen       shipment.Status
	Arrives    time.Time // when its carrier thinks to deliver it; zero is not known, or it has not left
	CreatedAt  time.Time
	UpdatedAt  time.Time
	SentAt     time.Time
	EndedAt    time.Time // delivered, lost or back
}

// Resource returns the parcel as rights see it: with the orders of its shop.
func (p Parcel) Resource() auth.Resource {
	return auth.Resource{Kind: auth.OfOrder, Workspace: p.Workspace, Shop: int64(p.Shop)}
}

// Ready reports whether it is known what is sent, and that the address holds.
func (p Parcel) Ready() bool {
	return !p.Confirm && !slices.ContainsFunc(p.Lines, func(l Line) bool { return l.SKU == "" && l.Had != "" })
}

// Asks reports whether the customer is asked where it is to go: before it is sent, and where it did not stay.
func (p Parcel) Asks() bool { return p.open() && p.Confirm || p.State == CameBack }

// Difference is what an exchange costs more (plus) or less than what was paid, in the parcel's currency; false where a price
// is not known, and of what is no exchange.
func (p Parcel) Difference() (int64, bool) {
	if p.Means != cases.ExchangeVariant && p.Means != cases.ExchangeOther {
		return 0, false
	}
	n := int64(0)
	for _, l := range p.Lines {
		if l.Price == nil {
			return 0, false
		}
		n += (*l.Price - l.Paid) * l.Quantity
	}
	return n, true
}

// Hand is in whose hands the replacement is. It is pure.
func (p Parcel) Hand() cases.Hand {
	if p.open() && p.Confirm {
		return cases.Hand{By: cases.ByCustomer}
	}
	switch p.State {
	case Short:
		return cases.Hand{By: cases.ByUs, Until: p.Expected}
	case Sent:
		return cases.Hand{By: cases.ByCarrier, Until: p.Arrives}
	}
	return cases.Hand{By: cases.ByUs}
}

// after is the state that a carrier's word leads to; "" is none.
func after(status shipment.Status) State {
	switch status {
	case shipment.Delivered:
		return Delivered
	case shipment.Lost, shipment.Destroyed:
		return Lost
	case shipment.Returned:
		return CameBack
	}
	return ""
}
