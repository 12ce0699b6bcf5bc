package webhook

import (
	"context"
	"time"

	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// Store keeps endpoints and what is owed to them.
type Store interface {
	InTx(ctx context.Context, fn func(context.Context) error) error

	AddEndpoint(context.Context, Endpoint) error
	SaveEndpoint(context.Context, Endpoint) error
	DeleteEndpoint(ctx context.Context, w auth.WorkspaceID, id ID) error
	Endpoint(ctx context.Context, w auth.WorkspaceID, id ID) (Endpoint, error)
	// HoldEndpoint is Endpoint that keeps others from changing it until the
	// transaction ends.
	HoldEndpoint(ctx context.Context, w auth.WorkspaceID, id ID) (Endpoint, error)
	Endpoints(ctx context.Context, w auth.WorkspaceID) ([]Endpoint, error)

	// Owe adds deliveries. One that is there already becomes due again if again is
	// true, and is left alone otherwise.
	Owe(ctx context.Context, again bool, list ...Delivery) error
	// DueDeliveries returns what can be attempted now, the oldest first: due, and
	// the first that waits in its lane.
	DueDeliveries(ctx context.Context, w auth.WorkspaceID, id ID, now time.Time, limit int) ([]Delivery, error)
	// SettleDelivery writes the state of a delivery and the attempt that caused it.
	SettleDelivery(ctx context.Context, d Delivery, a Attempt) error
	Delivery(ctx context.Context, w auth.WorkspaceID, id ID, e event.ID) (Delivery, error)
	// Deliveries returns the log of an endpoint, newest event first, before one if
	// it is not 0, in a state if it is not "".
	Deliveries(ctx context.Context, w auth.WorkspaceID, id ID, state DeliveryState, before event.ID, limit int) ([]Delivery, error)
	Attempts(ctx context.Context, w auth.WorkspaceID, id ID, e event.ID, limit int) ([]Attempt, error)
	// CountWaiting counts what is owed to each endpoint of a workspace.
	CountWaiting(ctx context.Context, w auth.WorkspaceID) (map[ID]int64, error)

	// RipeEndpoints returns the endpoints of all workspaces that have something to do now.
	RipeEndpoints(ctx context.Context, now time.Time) ([]Ref, error)
	// ForgetDeliveries deletes finished deliveries and attempts that are older than a moment,
	// and the oldest beyond a number for each endpoint.
	ForgetDeliveries(ctx context.Context, before time.Time, most int) error

	Event(ctx context.Context, w auth.WorkspaceID, id event.ID) (event.Event, error)
	EventsAfter(ctx context.Context, w auth.WorkspaceID, after event.ID, limit int) ([]event.Event, error)
}

// Ref names an endpoint.
type Ref struct {
	Workspace auth.WorkspaceID
	ID        ID
}
