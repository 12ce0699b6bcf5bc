package recovery

import (
	"context"
	"slices"
	"time"

	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// Store keeps claims. A record of another workspace does not exist. Claims come with their items.
type Store interface {
	InTx(context.Context, func(context.Context) error) error
	DocumentStore
	BatchStore
	AgreementStore
	// AddRecovery writes a new claim without its items, SaveRecovery what may change of it.
	AddRecovery(context.Context, Claim) error
	SaveRecovery(context.Context, Claim) error
	// AddRecoveryItem reports false where the item stands in a claim of the party already.
	AddRecoveryItem(ctx context.Context, c Claim, x Item) (bool, error)
	// SaveRecoveryItem writes the sums of an item.
	SaveRecoveryItem(ctx context.Context, c Claim, x Item) error
	// RecoveryOf returns the claim of a party in which an item stands; errs.NotFound without one.
	RecoveryOf(ctx context.Context, w auth.WorkspaceID, against Against, party, source string) (ID, error)
	// GatheringRecovery returns the claim of a supplier that a batch of a shop is gathered in; errs.NotFound without one.
	GatheringRecovery(ctx context.Context, w auth.WorkspaceID, party, batch string, shop order.ShopID, currency string) (ID, error)
	Recovery(context.Context, auth.WorkspaceID, ID) (Claim, error)
	// HoldRecovery returns a claim, locked until the transaction ends.
	HoldRecovery(context.Context, auth.WorkspaceID, ID) (Claim, error)
	// Recoveries returns what somebody sees, in the order of the filter.
	Recoveries(ctx context.Context, s auth.Scope, f Filter, after Cursor, limit int) ([]Claim, error)
	// RecoverySums adds up what somebody sees under a filter, by state and currency.
	RecoverySums(ctx context.Context, s auth.Scope, f Filter) ([]Sum, error)
	// DueRecoveries returns claims whose DueAt has come, locked; those that another transaction holds are left out.
	DueRecoveries(ctx context.Context, w auth.WorkspaceID, now time.Time, limit int) ([]Claim, error)
	// AddRecoveryPayment reports false where the claim has a payment with the reference.
	AddRecoveryPayment(context.Context, Payment) (bool, error)
	// RecoveryPayments returns what was paid for a claim, oldest first.
	RecoveryPayments(context.Context, auth.WorkspaceID, ID) ([]Payment, error)
	// RecoveryEvents returns what was announced of a claim, oldest first.
	RecoveryEvents(context.Context, auth.WorkspaceID, ID) ([]event.Event, error)
}

// Filter narrows a list of claims; a zero field does not. A list of the open ones goes by their clock, what is late first
// and what has none last; any other by age, the newest first.
type Filter struct {
	States   []State // one of these, if there are any
	Open     bool
	Against  Against
	Party    string // key
	Batch    string
	Owner    auth.PersonID
	Shipment shipment.ID
	Order    order.ID
	Case     cases.ID
	Since    time.Time // opened since then
	Until    time.Time // opened before then
}

// ByClock reports whether a list under the filter goes by clock.
func (f Filter) ByClock() bool {
	return f.Open || len(f.States) > 0 && !slices.ContainsFunc(f.States, func(s State) bool { return !s.Open() })
}

// Cursor is a place in a list: the last claim seen and its clock.
type Cursor struct {
	At time.Time
	ID ID
}

// CursorAt returns the place of a claim in a list under the filter.
func (f Filter) CursorAt(c Claim) Cursor {
	if f.ByClock() {
		return Cursor{c.Clock(), c.ID}
	}
	return Cursor{ID: c.ID}
}

// Sum is what claims of a state come to in a currency, in its minor units.
type Sum struct {
	State    State
	Currency string
	Claims   int64
	Asked    int64
	Granted  int64
	Received int64
}
