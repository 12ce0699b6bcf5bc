package proactive

import (
	"context"
	"time"

	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// State is where a letter stands.
type State string

// The states. A planned letter waits for its hour; one that is leaving is an action's;
// of an unknown one nobody knows whether it left.
const (
	Planned State = "planned"
	Dropped State = "dropped"
	Leaving State = "leaving"
	Left    State = "sent"
	Failed  State = "failed"
	Unknown State = "unknown"
	Bounced State = "bounced"
)

// counts reports whether a letter counts as one that the customer got.
func (s State) counts() bool { return s == Leaving || s == Left || s == Unknown || s == Bounced }

// Letter is one mail about one occasion of one parcel.
type Letter struct {
	ID         ticket.MessageID // its Message-ID is signed as those of replies are
	Workspace  auth.WorkspaceID
	Shop       order.ShopID
	Order      order.ID
	Shipment   shipment.ID
	Occasion   Occasion
	Detail     string // see Of
	HappenedAt time.Time
	State      State
	Why        Why       // of one that waits or was dropped
	Problem    string    // what the mail server said of one that did not arrive
	DueAt      time.Time // when to decide again
	CreatedAt  time.Time
	SentAt     time.Time // when it began to leave, and then when it had left

	// What leaves, word for word; empty before.
	Language i18n.Lang
	To       string
	Name     string // of the reader
	From     string // the address of the mailbox
	Key      string // Message-ID without brackets
	Subject  string
	Body     string
	Stop     string // the address that ends letters about the order with one request (RFC 8058)
}

// Store keeps policies and letters. A record of another workspace does not exist.
type Store interface {
	InTx(context.Context, func(context.Context) error) error
	EventsAfter(ctx context.Context, w auth.WorkspaceID, after event.ID, limit int) ([]event.Event, error)
	EventCursor(ctx context.Context, w auth.WorkspaceID, reader string) (event.ID, error)
	MoveEventCursor(ctx context.Context, w auth.WorkspaceID, reader string, to event.ID) error
	Workspace(ctx context.Context, id auth.WorkspaceID) (auth.Workspace, error)
	Mailboxes(ctx context.Context, w auth.WorkspaceID) ([]ticket.Mailbox, error)
	TicketsOfOrder(ctx context.Context, w auth.WorkspaceID, o order.ID, limit int) ([]ticket.Ticket, error)

	// PromisedOrders returns orders, cancelled ones left out, by the last day that their
	// customers were told: those after one, until a time.
	PromisedOrders(ctx context.Context, w auth.WorkspaceID, after PromisedOrder, until time.Time, limit int) ([]PromisedOrder, error)
	Links(ctx context.Context, w auth.WorkspaceID, orders []order.ID) ([]shipment.Link, error)
	ShipmentsByID(context.Context, auth.WorkspaceID, []shipment.ID) ([]shipment.Shipment, error)

	// ProactivePolicies returns the policies that were set, PutProactivePolicy sets one.
	ProactivePolicies(context.Context, auth.WorkspaceID) ([]Policy, error)
	PutProactivePolicy(context.Context, Policy) error

	// PlanLetter adds a letter; false: there is one for the same occasion of its parcel.
	PlanLetter(context.Context, Letter) (bool, error)
	Letter(context.Context, auth.WorkspaceID, ticket.MessageID) (Letter, error)
	// Letters returns the letters of an order, oldest first; HoldLetters does so and
	// holds them until the end of the transaction, so that one at a time is decided.
	Letters(context.Context, auth.WorkspaceID, order.ID) ([]Letter, error)
	HoldLetters(context.Context, auth.WorkspaceID, order.ID) ([]Letter, error)
	SaveLetter(context.Context, Letter) error
}
