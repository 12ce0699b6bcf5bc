package hook

import (
	"context"
	"time"

	"godwit.dev/godwit/internal/platform/auth"
)

// Store keeps connections and what they received.
type Store interface {
	InTx(ctx context.Context, fn func(context.Context) error) error

	AddHook(context.Context, Connection) error
	SaveHook(context.Context, Connection) error
	DeleteHook(ctx context.Context, w auth.WorkspaceID, id ID) error
	Hook(ctx context.Context, w auth.WorkspaceID, id ID) (Connection, error)
	// HoldHook is Hook that keeps others from changing it until the transaction ends.
	HoldHook(ctx context.Context, w auth.WorkspaceID, id ID) (Connection, error)
	Hooks(ctx context.Context, w auth.WorkspaceID) ([]Connection, error)
	// HookAt returns a connection by what stands in its address, in whichever
	// workspace.
	HookAt(ctx context.Context, id ID) (Connection, error)

	// AddReceived stores a request; it reports false if one with its key is there.
	AddReceived(context.Context, Received) (bool, error)
	// HoldReceived returns a stored hook with its body and keeps others from it
	// until the transaction ends.
	HoldReceived(ctx context.Context, w auth.WorkspaceID, id ReceivedID) (Received, error)
	Received(ctx context.Context, w auth.WorkspaceID, c ID, id ReceivedID) (Received, error)
	// SettleReceived writes the state of a stored hook.
	SettleReceived(context.Context, Received) error
	// ReceivedLog returns what a connection received, newest first, before one if it
	// is not 0, in a state if it is not "", without bodies.
	ReceivedLog(ctx context.Context, w auth.WorkspaceID, c ID, s State, before ReceivedID, limit int) ([]Received, error)
	// ForgetReceived deletes what is finished and older than a moment, and the
	// oldest beyond a number for each connection.
	ForgetReceived(ctx context.Context, before time.Time, most int) error

	// CountRefused adds to the counts of what was turned away.
	CountRefused(context.Context, ...Refusals) error
	// Refused returns the counts of a connection since a day.
	Refused(ctx context.Context, w auth.WorkspaceID, c ID, since int64) ([]Refusals, error)
}
