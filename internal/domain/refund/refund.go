package refund

import (
	"fmt"
	"slices"
	"time"

	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/ledger"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
)

// ID identifies a refund.
type ID int64

// State is how far an allocation, or a refund, has come.
type State string

// The states. Partial is that of a refund alone.
const (
	Requested   State = "requested"
	Approved    State = "approved"
	Scheduled   State = "scheduled" // may not leave yet
	Submitted   State = "submitted" // the provider was asked, or is about to be; what it said may not be known
	Pending     State = "pending"   // the provider is at it
	NeedsAction State = "needs_action"
	Succeeded   State = "succeeded"
	Failed      State = "failed"
	Reversed    State = "reversed" // it had succeeded, and the bank sent it back
	Cancelled   State = "cancelled"
	Partial     State = "partial"
)

// States returns all states in the order of a refund's life.
func States() []State {
	return []State{Requested, Approved, Scheduled, Submitted, Pending, NeedsAction, Partial, Succeeded, Failed, Reversed, Cancelled}
}

var moves = map[State][]State{
	Requested:   {Approved, Cancelled},
	Approved:    {Scheduled, Submitted, Succeeded, Cancelled}, // succeeded at once: paid elsewhere
	Scheduled:   {Submitted, Succeeded, Cancelled},
	Submitted:   {Pending, NeedsAction, Succeeded, Failed, Approved}, // approved: what asked for it was taken back before it left
	Pending:     {NeedsAction, Succeeded, Failed},
	NeedsAction: {Pending, Succeeded, Failed},
	Succeeded:   {Reversed},
	Failed:      {Submitted, Succeeded, Cancelled}, // succeeded: the provider said so after all, or paid elsewhere
	Reversed:    {Submitted, Succeeded, Cancelled}, // succeeded: paid elsewhere
}

// CanMove reports whether an allocation may go from one state to another.
func CanMove(from, to State) bool { return slices.Contains(moves[from], to) }

// Moving reports whether a provider has been asked and its last word is not known.
func (s State) Moving() bool { return s == Submitted || s == Pending || s == NeedsAction }

// Allocation is a part of a refund that goes one way.
type Allocation struct {
	Number int `json:"n"` // from 1, within its refund
	Target
	Amount    int64     `json:"amount"` // in minor units of the refund's currency
	State     State     `json:"state"`
	Attempt   int       `json:"attempt,omitzero"`    // the newest, from 1
	Key       string    `json:"key,omitempty"`       // of the newest attempt
	Reference string    `json:"reference,omitempty"` // the provider's own identifier of the refund
	Code      string    `json:"code,omitempty"`      // why it failed, waits or was reversed, in the provider's words
	Doubt     bool      `json:"doubt,omitzero"`      // the provider's answer to the newest attempt is not known
	LeftAt    time.Time `json:"left_at,omitzero"`    // when the provider was first asked in the newest attempt
	EndedAt   time.Time `json:"ended_at,omitzero"`   // when it came to succeeded, failed or reversed
	Payer     string    `json:"payer,omitempty"`     // who paid it instead of us
	Twice     []Twice   `json:"twice,omitempty"`     // what the customer got beside it
	Tries     []Target  `json:"tries,omitempty"`     // where each attempt went
}

// Terms are what a refund is about; they never change.
type Terms struct {
	Order      order.ID          `json:"order"`
	Shop       order.ShopID      `json:"shop,omitzero"`
	Case       int64             `json:"case,omitzero"`
	Resolution int64             `json:"resolution,omitzero"`
	Currency   string            `json:"currency"`
	Components ledger.Components `json:"components"`
	NotAfter   time.Time         `json:"not_after,omitzero"` // the law's clock: the money must be on its way by then
	Decider    auth.PersonID     `json:"decider,omitzero"`   // the person whose judgement asks for it, where the system does in their name
	Reason     string            `json:"reason,omitempty"`
}

// Refund is what a customer is owed, and how far it has come.
type Refund struct {
	ID        ID
	Workspace auth.WorkspaceID
	Terms
	Allocations []Allocation
	Disputes    []string      // open on one of its payments: nothing leaves meanwhile
	RequestedBy auth.PersonID // or whoever decided on it
	ApprovedBy  auth.PersonID
	CreatedAt   time.Time
	UpdatedAt   time.Time
	Events      int // how many were folded
}

// Total returns what the customer is to get.
func (r Refund) Total() money.Amount {
	total, _ := r.Components.Total(r.Currency) // checked when it was requested
	return total
}

// State returns the state that follows from those of the allocations: of what is wrong the worst, else succeeded if all
// have, partial if some have, and the one that is the furthest behind if none has.
func (r Refund) State() State {
	count := map[State]int{}
	for _, a := range r.Allocations {
		count[a.State]++
	}
	switch live := len(r.Allocations) - count[Cancelled]; {
	case live == 0:
		return Cancelled
	case count[Reversed] > 0:
		return Reversed
	case count[Succeeded] == live:
		return Succeeded
	case count[Succeeded] > 0:
		return Partial
	}
	for _, s := range []State{Failed, NeedsAction, Requested, Approved, Scheduled, Submitted, Pending} {
		if count[s] > 0 {
			return s
		}
	}
	return Requested
}

// Owes reports whether an allocation has neither succeeded nor was cancelled.
func (a Allocation) Owes() bool { return a.State != Succeeded && a.State != Cancelled }

// Owed returns what has neither succeeded nor was cancelled.
func (r Refund) Owed() int64 {
	n := int64(0)
	for _, a := range r.Allocations {
		if a.Owes() {
			n += a.Amount
		}
	}
	return n
}

// Stuck reports whether somebody must do something before it goes on.
func (r Refund) Stuck() bool {
	return len(r.Disputes) > 0 && r.Owed() > 0 || slices.ContainsFunc(r.Allocations, func(a Allocation) bool {
		return a.State == Failed || a.State == Reversed || a.State == NeedsAction || a.Out() > 0
	})
}

// tried returns where an attempt went, which is where it goes now unless it was redirected since.
func (a Allocation) tried(attempt int) Target {
	if attempt < 1 || attempt > len(a.Tries) {
		return a.Target
	}
	return a.Tries[attempt-1]
}

// allocation returns the allocation of a number.
func (r *Refund) allocation(n int) (*Allocation, bool) {
	if n < 1 || n > len(r.Allocations) {
		return nil, false
	}
	return &r.Allocations[n-1], true
}

// Withdrawn reports whether an allocation waits again after its newest attempt was taken back before it left.
func (a Allocation) Withdrawn() bool { return a.State == Approved && a.Attempt > 0 }

// AwaitsTransfer reports whether an allocation is to be transferred to a bank account and nobody was told to yet: it was
// approved, or failed before and was sent there again.
func (a Allocation) AwaitsTransfer() bool {
	return a.To == ToBank && (a.State == Approved || a.State == Scheduled || (a.State == Failed || a.State == Reversed) && a.Code == "")
}

// BankProvider is the provider of allocations that go to a bank account.
const BankProvider = "bank"

// Carrier returns the provider through which an allocation leaves, or "".
func (t Target) Carrier() string {
	if t.To == ToBank {
		return BankProvider
	}
	return t.Provider
}

// key names an attempt: case, resolution, refund and allocation, attempt. The refund is part of it because a refund that
// was cancelled may be followed by another one for the same resolution.
func (r Refund) key(n, attempt int) string {
	return fmt.Sprintf("godwit-%d-%d-%d.%d-%d", r.Case, r.Resolution, r.ID, n, attempt)
}

// ParseKey returns what an attempt's key names: its refund, allocation and number; ok is false for what is no such key.
func ParseKey(key string) (r ID, allocation, attempt int, ok bool) {
	var of, resolution int64
	n, err := fmt.Sscanf(key, "godwit-%d-%d-%d.%d-%d", &of, &resolution, &r, &allocation, &attempt)
	if err != nil || n != 5 || (Refund{ID: r, Terms: Terms{Case: of, Resolution: resolution}}).key(allocation, attempt) != key {
		return 0, 0, 0, false
	}
	return r, allocation, attempt, true
}
