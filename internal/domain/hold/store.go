package hold

import (
	"context"
	"time"

	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/platform/auth"
)

// Store keeps holds. A record of another workspace does not exist.
type Store interface {
	InTx(context.Context, func(context.Context) error) error
	// AddCardHold writes a hold. It reports false if its resolution has a live one.
	AddCardHold(context.Context, Hold) (bool, error)
	// SaveCardHold writes what may change.
	SaveCardHold(context.Context, Hold) error
	CardHold(context.Context, auth.WorkspaceID, ID) (Hold, error)
	// LockCardHold returns a hold, locked until the transaction ends.
	LockCardHold(context.Context, auth.WorkspaceID, ID) (Hold, error)
	// HoldCase locks a case, as whoever changes it does before its holds.
	HoldCase(context.Context, auth.WorkspaceID, cases.ID) (cases.Case, error)
	// CardHoldsOf returns the holds of a case, the newest first.
	CardHoldsOf(context.Context, auth.WorkspaceID, cases.ID) ([]Hold, error)
	// DueCardHolds returns holds that something is to be done about, the longest due first.
	DueCardHolds(ctx context.Context, w auth.WorkspaceID, now time.Time, limit int) ([]ID, error)
	// WakeCardHolds has those of a case looked at now that are not over.
	WakeCardHolds(ctx context.Context, w auth.WorkspaceID, c cases.ID, now time.Time) error
}
