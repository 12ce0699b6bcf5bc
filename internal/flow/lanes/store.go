package lanes

import (
	"context"
	"time"

	"godwit.dev/godwit/internal/domain/lane"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/platform/auth"
)

// Head says how far the evidence of a workspace goes.
type Head struct {
	Version int64            // rises with every step that is learned
	Cursor  shipment.EventID // tracking events up to here are learned
	// PassedAt is when all open parcels were last judged anew, CountedAt when their
	// silences were last counted.
	PassedAt, CountedAt time.Time
}

// Mark says how far a parcel is learned.
type Mark struct {
	Shipment shipment.ID
	Last     time.Time // the sign of life up to which gaps are learned
	Seen     time.Time // the silence after it is counted until then
	Ended    bool
	// Trail is the parcel's signs of life, as writeTrail wrote them, Through the time of
	// the newest event in them; "" where they must be read again. Of tracking events up
	// to Read none is missing in it.
	Trail   string
	Through time.Time
	Read    shipment.EventID
}

// Step is what one step learned: all of it is kept, or nothing.
type Step struct {
	Head  Head // as it is then
	Rows  []lane.Row
	Gone  []lane.Row // forgotten; without data
	Marks []Mark
	Weeks []Week

	Promises []PromiseWeek
}

// Week is what one lane did in a week.
type Week struct {
	Lane                     lane.Lane
	Week                     int // since that of 1970-01-01, on Mondays
	Arrived, Lost, Due, Kept int
	Promised                 time.Duration // in all
	Spans                    map[int]int   // how many took so many quarters of a day
}

// Fresh is a tracking event that may not be learned yet.
type Fresh struct {
	ID            shipment.EventID
	Shipment      shipment.ID
	At, ArrivedAt time.Time
}

// Store keeps evidence, and reads parcels.
type Store interface {
	// LaneHead returns the zero Head of a workspace that has learned nothing.
	LaneHead(context.Context, auth.WorkspaceID) (Head, error)
	// LaneRows returns the evidence written after a version.
	LaneRows(ctx context.Context, w auth.WorkspaceID, after int64) ([]lane.Row, error)
	// KeepLane writes a step if the version is the one before it; else it writes
	// nothing and returns false.
	KeepLane(context.Context, auth.WorkspaceID, Step) (bool, error)
	LaneMarks(context.Context, auth.WorkspaceID, []shipment.ID) ([]Mark, error)
	// LaneWeeks returns what lanes did, by lane and week.
	LaneWeeks(ctx context.Context, w auth.WorkspaceID, f Filter, from, to int) ([]Week, error)

	// PromiseWeeks returns what became of promises, of the shops in sight.
	PromiseWeeks(ctx context.Context, s auth.Scope, f Filter, from, to int) ([]PromiseWeek, error)

	// FreshTracking returns tracking events after one, in their order. It reads none of
	// another workspace.
	FreshTracking(ctx context.Context, w auth.WorkspaceID, after shipment.EventID, limit int) ([]Fresh, error)
	// ShipmentsByID returns parcels with their legs, not locked.
	ShipmentsByID(context.Context, auth.WorkspaceID, []shipment.ID) ([]shipment.Shipment, error)
	TrackingEvents(context.Context, auth.WorkspaceID, []shipment.ID) ([]shipment.Event, error)
	// Promised returns what customers were told of orders; an order without a
	// promise is left out.
	Promised(context.Context, auth.WorkspaceID, []order.ID) (map[order.ID]Due, error)
}
