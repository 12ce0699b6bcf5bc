package shipment

import (
	"context"
	"reflect"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
)

// ErrRace is what a store says when another transaction told a number first; the
// transaction is then run again.
var ErrRace = errs.New(errs.Unavailable, "error.busy")

// Store keeps shipments, their legs and events. A record of another workspace
// does not exist. Shipments come with their legs.
type Store interface {
	InTx(context.Context, func(context.Context) error) error

	Shipment(context.Context, auth.WorkspaceID, ID) (Shipment, error)
	// HoldShipments returns shipments, locked until the transaction ends.
	HoldShipments(context.Context, auth.WorkspaceID, []ID) ([]Shipment, error)
	// HoldByNumbers is HoldShipments for those that go, or once went, by one of
	// these keys of numbers.
	HoldByNumbers(ctx context.Context, w auth.WorkspaceID, keys []string) ([]Shipment, error)
	AddShipments(context.Context, []Shipment) error
	// SaveShipments writes all of shipments but their legs, SaveStates the states alone.
	SaveShipments(context.Context, auth.WorkspaceID, []Shipment) error
	SaveStates(context.Context, auth.WorkspaceID, []Shipment) error
	// SaveScans is SaveStates for parcels that were open and are, with Risk, SweepAt,
	// Doubtful, Attempts, AttemptAt and DeliveredAt as they were: what stands in
	// hardly any index but that of statuses.
	SaveScans(context.Context, auth.WorkspaceID, []Shipment) error
	// AddLegs fails with ErrRace if somebody else has a number that is still in use.
	AddLegs(context.Context, auth.WorkspaceID, []Leg) error
	SaveLeg(context.Context, auth.WorkspaceID, Leg) error

	// DueShipments returns parcels whose SweepAt has come, the longest due first,
	// locked; those that another transaction holds are left out. OpenShipments
	// returns those of open statuses after one, in the order of IDs and not locked,
	// and HoldOpen some of them, locked. All three leave out legs, and of places all
	// but countries.
	DueShipments(ctx context.Context, w auth.WorkspaceID, now time.Time, limit int) ([]Shipment, error)
	OpenShipments(ctx context.Context, w auth.WorkspaceID, after ID, limit int) ([]Shipment, error)
	HoldOpen(context.Context, auth.WorkspaceID, []ID) ([]Shipment, error)
	// SaveRisks writes Risk, RiskAt and SweepAt.
	SaveRisks(context.Context, auth.WorkspaceID, []Shipment) error
	// MoveRisks is SaveRisks for parcels that are not held: one whose UpdatedAt is
	// another one by now is left alone.
	MoveRisks(context.Context, auth.WorkspaceID, []Shipment) error

	// TrackingEvents returns all events of some shipments, by shipment and time.
	TrackingEvents(context.Context, auth.WorkspaceID, []ID) ([]Event, error)
	AddTracking(context.Context, auth.WorkspaceID, []Event) error
	AddPayload(ctx context.Context, w auth.WorkspaceID, id PayloadID, source string, body []byte, received time.Time) error
	Payload(context.Context, auth.WorkspaceID, PayloadID) ([]byte, error)

	// Links returns which parcels of some orders are which shipments, LinksOf the
	// same from the other side.
	Links(context.Context, auth.WorkspaceID, []order.ID) ([]Link, error)
	LinksOf(context.Context, auth.WorkspaceID, []ID) ([]Link, error)
	AddLinks(context.Context, []Link) error
	DropLinks(ctx context.Context, w auth.WorkspaceID, fulfillments []int64) error

	// ListShipments returns what somebody sees, in the order of the filter.
	ListShipments(ctx context.Context, s auth.Scope, f Filter, after Cursor, limit int) ([]Shipment, error)
	// CountShipments counts the list of each filter up to a limit, in one statement.
	CountShipments(ctx context.Context, s auth.Scope, list []Filter, limit int) ([]int, error)
}

// Link says which shipment a fulfillment of an order is. Where a report said to
// which order a parcel belongs, and not the order itself, Fulfillment is the
// shipment's ID below zero.
type Link struct {
	Workspace   auth.WorkspaceID
	Fulfillment int64
	Order       order.ID
	Shipment    ID
}

func reported(w auth.WorkspaceID, o order.ID, id ID) Link {
	return Link{Workspace: w, Fulfillment: -int64(id), Order: o, Shipment: id}
}

// Filter narrows a list of shipments; a zero field does not.
type Filter struct {
	IDs       []ID // some of these, if it is not nil
	Status    []Status
	AtRisk    time.Time // at risk, and since before this moment
	Attempted bool      // open, and the courier came in vain
	Doubtful  bool      // ended, and a later scan contradicts that
	Open      bool      // news are to be expected
	Shop      order.ShopID
	Order     order.ID
	Sold      *order.Sold // of the newest orders of a product
	Carrier   string      // CarrierKey
	Key       string      // order.TrackingKey of a number
	From      string      // country of origin
	To        string      // country of destination
	Direction Direction
}

// Zero reports whether the filter narrows nothing.
func (f Filter) Zero() bool { return reflect.ValueOf(f).IsZero() }

// Sort is what a list of shipments goes by.
type Sort int

// The sorts.
const (
	ByAge     Sort = iota // the newest shipment first
	BySince               // longest in its status first
	ByRisk                // longest at risk first
	ByAttempt             // the oldest failed attempt first
)

// Sort returns what a list under the filter goes by, and whether it goes down.
// Each is the order of an index.
func (f Filter) Sort() (key Sort, down bool) {
	switch {
	case !f.AtRisk.IsZero() || f.Doubtful:
		return ByRisk, false
	case f.Attempted:
		return ByAttempt, false
	case len(f.Status) == 1:
		return BySince, false
	}
	return ByAge, true
}

// Cursor is a place in a list: the last shipment seen, with the time that the
// list goes by. The zero Cursor is the beginning.
type Cursor struct {
	At time.Time
	ID ID
}

// CursorAt returns the place of a shipment in a list under the filter.
func (f Filter) CursorAt(v Shipment) Cursor {
	switch key, _ := f.Sort(); key {
	case BySince:
		return Cursor{v.Since, v.ID}
	case ByRisk:
		return Cursor{v.RiskAt, v.ID}
	case ByAttempt:
		return Cursor{v.AttemptAt, v.ID}
	}
	return Cursor{ID: v.ID}
}
