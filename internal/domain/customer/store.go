package customer

import (
	"context"
	"time"

	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// Store keeps customers. A record of another workspace does not exist.
type Store interface {
	InTx(context.Context, func(context.Context) error) error

	Customer(context.Context, auth.WorkspaceID, ID) (Customer, error)
	// CustomersByID returns those that exist, in no particular order.
	CustomersByID(context.Context, auth.WorkspaceID, []ID) ([]Customer, error)
	// NamedCustomers is CustomersByID, with the identities of those alone who have
	// no name.
	NamedCustomers(context.Context, auth.WorkspaceID, []ID) ([]Customer, error)
	CustomerByIdentity(ctx context.Context, w auth.WorkspaceID, kind, value string) (Customer, error)
	// HoldCustomerByIdentity is CustomerByIdentity that keeps a merge of the
	// customer waiting until the transaction ends, and every other change as well
	// if the caller is going to change what it sees.
	HoldCustomerByIdentity(ctx context.Context, w auth.WorkspaceID, kind, value string, changes func(Customer) bool) (Customer, error)
	// HoldCustomers locks customers, in the order of their IDs, against every
	// other change. It fails with errs.NotFound unless all exist.
	HoldCustomers(context.Context, auth.WorkspaceID, ...ID) ([]Customer, error)

	// AddCustomer inserts a customer with its identities. It inserts nothing and
	// reports false if an identity is taken.
	AddCustomer(context.Context, Customer) (bool, error)
	// SaveCustomer writes the fields of a customer, not its identities.
	SaveCustomer(context.Context, Customer) error
	// AddIdentity reports false if the identity is taken.
	AddIdentity(context.Context, auth.WorkspaceID, ID, Identity, time.Time) (bool, error)
	VerifyIdentity(ctx context.Context, w auth.WorkspaceID, kind, value string) error

	// FindCustomers returns living customers with a key that begins with prefix.
	FindCustomers(ctx context.Context, w auth.WorkspaceID, prefix string, limit int) ([]Customer, error)
	// ListCustomers returns living customers, newest first, with IDs below
	// before; 0 begins at the newest.
	ListCustomers(ctx context.Context, w auth.WorkspaceID, before ID, limit int) ([]Customer, error)

	// MoveCustomer gives everything of from to into and marks from as merged by
	// the event.
	MoveCustomer(ctx context.Context, w auth.WorkspaceID, from, into ID, by event.ID, at time.Time) (Moved, error)
	// MoveBack undoes MoveCustomer for what is still where it was moved to. It
	// reports false if from is not merged into into by that event.
	MoveBack(ctx context.Context, w auth.WorkspaceID, m Merged, by event.ID, at time.Time) (bool, error)
	// RemoveIdentity takes an identity from a customer; it reports false if the
	// customer does not hold it.
	RemoveIdentity(ctx context.Context, w auth.WorkspaceID, c ID, kind, value string) (bool, error)
	// Merges returns the merges into a customer that still stand, newest first.
	Merges(ctx context.Context, w auth.WorkspaceID, into ID, limit int) ([]Merge, error)
	// Event returns an event of the journal.
	Event(context.Context, auth.WorkspaceID, event.ID) (event.Event, error)
}
