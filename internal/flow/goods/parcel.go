package goods

import (
	"time"

	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/platform/auth"
)

// ParcelID identifies a parcel that is expected back.
type ParcelID int64

// State is where a parcel stands on its way back.
type State string

// The states.
const (
	Expected  State = "expected"
	Sent      State = "sent"    // its tracking number is known
	Moving    State = "moving"  // its carrier has it
	Arrived   State = "arrived" // its carrier says that it was delivered; nobody has counted yet
	Received  State = "received"
	Cancelled State = "cancelled"
)

// States returns all of them in the order of a parcel's life.
func States() []State { return []State{Expected, Sent, Moving, Arrived, Received, Cancelled} }

// Open reports whether something of the parcel is still to come.
func (s State) Open() bool { return s != Received && s != Cancelled }

// Line is goods of one line of a case.
type Line struct {
	Case     int    `json:"line"` // number of the case's line
	OrderRow int64  `json:"order_line,omitzero"`
	SKU      string `json:"sku,omitempty"`
	Title    string `json:"title,omitempty"`
	From     int64  `json:"from"` // the first of the case's units
	Quantity int64  `json:"qty"`
	Value    int64  `json:"value"` // what was paid for one, in the parcel's currency

	// What was found when the parcel was opened; the three never exceed Quantity.
	Matched    int64  `json:"matched,omitzero"`
	Unexpected int64  `json:"unexpected,omitzero"` // something else in its place
	Missing    int64  `json:"missing,omitzero"`
	Grades     string `json:"grades,omitempty"` // of each unit that came, a letter each; - is not graded yet
}

// Parcel is goods that are expected back by one way.
type Parcel struct {
	ID         ParcelID
	Workspace  auth.WorkspaceID
	Case       cases.ID
	Number     int64 // of the case
	Resolution int64
	Shop       order.ShopID
	Order      order.ID
	RMA        string // see ParseRMA and Spaced
	Place      PlaceID
	Route      string
	State      State
	Sender     order.Address // the customer's, as it stood in the order
	Lines      []Line
	Currency   string
	Carrier    string // as the customer told it
	Tracking   string
	Shipment   shipment.ID // 0 until a tracking number is known
	Seen       shipment.Status
	CreatedAt  time.Time
	UpdatedAt  time.Time
	SentAt     time.Time
	ReceivedAt time.Time

	touched bool // more changed than the fields above its lines
}

// Resource returns the parcel as rights see it: with the orders of its shop.
func (p Parcel) Resource() auth.Resource { return resource(p.Workspace, p.Shop) }

// Units returns how many units are in the parcel.
func (p Parcel) Units() int64 {
	n := int64(0)
	for _, l := range p.Lines {
		n += l.Quantity
	}
	return n
}
