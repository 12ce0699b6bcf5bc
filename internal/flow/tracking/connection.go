package tracking

import (
	"context"
	"time"

	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/hook"
)

// ID identifies a connection.
type ID int64

// State says whether a connection works.
type State string

// The states of a connection.
const (
	On     State = "on"
	Paused State = "paused" // by a person
	Broken State = "broken" // the service refuses the key; a person must see to it
)

// Connection is an account of a workspace with a service.
type Connection struct {
	ID        ID
	Workspace auth.WorkspaceID
	Driver    string
	Name      string
	Values    map[string]string // settings by option; sealed at rest
	State     State
	// Asks says that the service can be asked about numbers, so that parcels are
	// followed through it; others only call us.
	Asks bool
	Hook hook.ID // where the service calls us, or 0

	Problem    string // catalogue key of what went wrong last, or ""
	Failures   int    // in a row
	RestUntil  time.Time
	QuotaUntil time.Time // nothing is registered until then
	OKAt       time.Time // when the service last answered, to the minute
	FailedAt   time.Time
	// AdoptAfter is how far the parcels that were there before the connection are
	// gone through: the last of them, or -1 once all are.
	AdoptAfter shipment.ID
	CreatedBy  auth.PersonID
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

// Stage says how far a followed number is.
type Stage string

// The stages of a followed number.
const (
	Fresh    Stage = "new"      // to be registered
	Followed Stage = "followed" // the service knows it
	Refused  Stage = "refused"  // no service of the workspace takes it
	Done     Stage = "done"     // its parcel came to the end
)

// Follow is a number that a connection follows: one leg of a parcel.
type Follow struct {
	Leg        shipment.LegID
	Workspace  auth.WorkspaceID
	Shipment   shipment.ID
	Connection ID
	Stage      Stage
	Ref        string    // the service's own identifier
	DueAt      time.Time // when to do what the stage asks; zero is never
	AskedAt    time.Time
	HeardAt    time.Time // when the service last told something
	Attempts   int       // registrations that came to nothing
	Problem    string    // catalogue key of the last refusal

	Number Number // as the service is asked; read from the leg and its parcel
}

// Count is how many numbers of a connection are in each stage.
type Count struct {
	Connection ID
	Stage      Stage
	Numbers    int64
}

// Store keeps connections and the numbers that they follow.
type Store interface {
	InTx(context.Context, func(context.Context) error) error

	AddTracker(context.Context, Connection) error
	SaveTracker(context.Context, Connection) error
	// DeleteTracker deletes a connection; the numbers that it followed are free.
	DeleteTracker(context.Context, auth.WorkspaceID, ID) error
	Tracker(context.Context, auth.WorkspaceID, ID) (Connection, error)
	// HoldTracker is Tracker that keeps others from changing it until the
	// transaction ends.
	HoldTracker(context.Context, auth.WorkspaceID, ID) (Connection, error)
	// Trackers returns the connections of a workspace, the oldest first.
	Trackers(context.Context, auth.WorkspaceID) ([]Connection, error)
	CountFollows(context.Context, auth.WorkspaceID) ([]Count, error)

	// AdoptParcels gives a connection the numbers of open parcels that nobody
	// follows, of at most so many parcels after one, and returns the last of them, or
	// -1 if there are no more.
	AdoptParcels(ctx context.Context, w auth.WorkspaceID, id ID, after shipment.ID, limit int, now time.Time) (shipment.ID, error)
	// DueFollows returns numbers of a stage that are due, the longest first.
	DueFollows(ctx context.Context, w auth.WorkspaceID, id ID, stage Stage, now time.Time, limit int) ([]Follow, error)
	// NextFollow returns when the next number of a stage is due; zero is never.
	NextFollow(ctx context.Context, w auth.WorkspaceID, id ID, stage Stage) (time.Time, error)
	// FollowsOf returns the followed numbers of parcels.
	FollowsOf(ctx context.Context, w auth.WorkspaceID, parcels []shipment.ID) ([]Follow, error)
	// SaveFollows writes connection, stage, reference, times and problem.
	SaveFollows(ctx context.Context, w auth.WorkspaceID, list []Follow) error

	// HoldByNumbers and TrackingEvents are those of package shipment.
	HoldByNumbers(ctx context.Context, w auth.WorkspaceID, keys []string) ([]shipment.Shipment, error)
	TrackingEvents(ctx context.Context, w auth.WorkspaceID, ids []shipment.ID) ([]shipment.Event, error)
}
