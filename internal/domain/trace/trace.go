package trace

import (
	"slices"
	"time"

	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
)

// ID identifies a trace.
type ID int64

// Kind is what is asked for.
type Kind string

// The kinds.
const (
	Search Kind = "search" // where is it
	Claim  Kind = "claim"  // pay for it
)

// State is where a trace stands.
type State string

// The states.
const (
	Draft    State = "draft"
	Sent     State = "sent"
	Answered State = "answered"
	Paid     State = "paid"
	Rejected State = "rejected"
	Found    State = "found" // the parcel turned up
	Expired  State = "expired"
)

// States returns all states in the order of a trace's life.
func States() []State { return []State{Draft, Sent, Answered, Paid, Rejected, Found, Expired} }

var moves = map[State][]State{
	Draft:    {Sent, Found, Expired},
	Sent:     {Answered, Paid, Rejected, Found},
	Answered: {Sent, Paid, Rejected, Found},
	Rejected: {Sent},
}

// Moves returns the states that a trace may go to from one.
func (s State) Moves() []State { return slices.Clone(moves[s]) }

// CanMove reports whether a trace may go from one state to another.
func CanMove(from, to State) bool { return slices.Contains(moves[from], to) }

// Open reports whether something is still to come of a trace.
func (s State) Open() bool { return s == Draft || s == Sent || s == Answered }

// Trace is a search request or claim of one parcel to its carrier.
type Trace struct {
	ID        ID
	Workspace auth.WorkspaceID
	Shipment  shipment.ID
	Order     order.ID // or 0
	Shop      order.ShopID
	Ticket    ticket.ID // or 0
	Kind      Kind
	State     State
	Carrier   string // shipment.CarrierKey
	Number    string // of the parcel
	Reference string // the carrier's own
	Papers    []string
	OpensAt   time.Time    // the carrier takes it from then
	Deadline  time.Time    // until then; zero if none is known
	Rule      string       // name of the rule in windows.csv, or ""
	Amount    money.Amount // claimed, and paid once it is Paid
	Note      string       // what was last written to it
	CreatedAt time.Time
	UpdatedAt time.Time
	SentAt    time.Time
	DueAt     time.Time // when to look again: a warning, then the deadline; zero is never
}

// Resource returns the trace as rights see it: it is seen with its order.
func (t Trace) Resource() auth.Resource {
	return auth.Resource{Kind: auth.OfOrder, Workspace: t.Workspace, Shop: int64(t.Shop)}
}

// dueAt returns when to look at a trace again.
func (t Trace) dueAt(now time.Time) time.Time {
	switch warn := t.Deadline.Add(-Soon); {
	case t.State != Draft || t.Deadline.IsZero():
		return time.Time{}
	case now.Before(warn):
		return warn
	}
	return t.Deadline
}
