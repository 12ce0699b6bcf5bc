package refund

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/platform/auth"
)

// Happening is the kind of an event.
type Happening string

// What happens to refunds. What concerns one allocation names it.
const (
	WasRequested   Happening = "requested"
	WasApproved    Happening = "approved"
	WasScheduled   Happening = "scheduled"
	WasSubmitted   Happening = "submitted"
	WasInDoubt     Happening = "in_doubt" // no answer came: it may or may not have been paid
	WasPending     Happening = "pending"
	NeededAction   Happening = "needs_action"
	HasSucceeded   Happening = "succeeded"
	HasFailed      Happening = "failed"
	WasReversed    Happening = "reversed"
	WasWithdrawn   Happening = "withdrawn"  // what asked for it was taken back before it left; it waits again
	WasPaidTwice   Happening = "paid_twice" // an attempt that had been given up succeeded after all, or somebody else paid as well
	WasAskedBack   Happening = "asked_back" // the customer was asked for what they got twice
	CameBack       Happening = "came_back"  // some of that came back
	WasWrittenOff  Happening = "written_off"
	WasNotTwice    Happening = "not_twice" // it was the same money, told by two
	PaidElsewhere  Happening = "elsewhere"
	WasRedirected  Happening = "redirected"
	WasCancelled   Happening = "cancelled"
	DisputeOpened  Happening = "dispute_opened"
	DisputeSettled Happening = "dispute_settled"
)

// Event is one thing that happened to a refund. It carries the state that it caused.
type Event struct {
	Refund     ID           `json:"-"`
	Seq        int          `json:"-"` // from 1, without gaps
	Kind       Happening    `json:"-"`
	At         time.Time    `json:"-"`
	By         auth.Actor   `json:"-"` // of whom kind, identifier and name are kept
	Allocation int          `json:"allocation,omitzero"`
	Attempt    int          `json:"attempt,omitzero"`
	Key        string       `json:"key,omitempty"`
	Reference  string       `json:"reference,omitempty"`
	Code       string       `json:"code,omitempty"`
	Moved      money.Amount `json:"moved,omitzero"` // what left, or came back to, what the provider holds, if in another sum or currency
	Sum        int64        `json:"sum,omitzero"`   // what was paid twice, or came back of it, in minor units of the refund's currency
	Twice      int          `json:"twice,omitzero"` // the one of its allocation
	Told       int64        `json:"told,omitzero"`  // what had gone back at the shop in all
	To         *Target      `json:"to,omitempty"`
	Dispute    string       `json:"dispute,omitempty"`
	Terms      *Terms       `json:"terms,omitempty"`
	Plan       []Planned    `json:"plan,omitempty"`
	State      State        `json:"state"`          // of the refund, after it
	Was        State        `json:"was,omitempty"`  // of the refund, before
	From       State        `json:"from,omitempty"` // of the allocation, before
}

// allocated are the states that events bring their allocation to.
var allocated = map[Happening]State{
	WasScheduled: Scheduled, WasSubmitted: Submitted, WasPending: Pending, NeededAction: NeedsAction, HasSucceeded: Succeeded, HasFailed: Failed,
	WasReversed: Reversed, PaidElsewhere: Succeeded, WasWithdrawn: Approved,
}

// Apply folds an event into a refund and returns the refund after it. It fails with errs.Conflict on an event that cannot
// follow; the refund that was given stays as it is.
func Apply(r Refund, e Event) (Refund, error) {
	refuse := func(why string) (Refund, error) {
		return r, errs.Wrap(errs.Conflict, fmt.Errorf("refund %d, event %d %s: %s", r.ID, e.Seq, e.Kind, why), "error.refund_state")
	}
	if e.Seq != r.Events+1 || (e.Kind == WasRequested) != (r.Events == 0) {
		return refuse("out of order")
	}
	r.Allocations, r.Disputes = slices.Clone(r.Allocations), slices.Clone(r.Disputes)
	r.Events, r.UpdatedAt = e.Seq, e.At
	if e.Kind == WasRequested {
		r.ID, r.Workspace, r.Terms, r.CreatedAt, r.RequestedBy = e.Refund, e.By.Workspace, *e.Terms, e.At, cmp.Or(e.By.Person(), e.Terms.Decider)
		for i, p := range e.Plan {
			r.Allocations = append(r.Allocations, Allocation{Number: i + 1, Target: p.Target, Amount: p.Amount, State: Requested})
		}
		return r, nil
	}
	switch e.Kind {
	case WasApproved, WasCancelled:
		to := Approved
		if e.Kind == WasCancelled {
			to = Cancelled
		} else {
			r.ApprovedBy = e.By.Person()
		}
		for i := range r.Allocations {
			if !CanMove(r.Allocations[i].State, to) || to == Approved && r.Allocations[i].State != Requested {
				return refuse("an allocation is " + string(r.Allocations[i].State))
			}
			r.Allocations[i].State = to
		}
		return r, nil
	case DisputeOpened:
		if slices.Contains(r.Disputes, e.Dispute) {
			return refuse("the dispute is known")
		}
		r.Disputes = append(r.Disputes, e.Dispute)
		return r, nil
	case DisputeSettled:
		i := slices.Index(r.Disputes, e.Dispute)
		if i < 0 {
			return refuse("no such dispute")
		}
		r.Disputes = slices.Delete(r.Disputes, i, i+1)
		return r, nil
	}
	a, ok := r.allocation(e.Allocation)
	if !ok {
		return refuse("no such allocation")
	}
	return r, a.apply(e, func(why string) error { _, err := refuse(why); return err })
}

func (a *Allocation) apply(e Event, refuse func(string) error) error {
	if to, ok := allocated[e.Kind]; ok {
		if !CanMove(a.State, to) || e.Kind == PaidElsewhere && a.State.Moving() { // both would pay: the answer comes first
			return refuse("the allocation is " + string(a.State))
		}
		if e.Kind == WasSubmitted && e.Attempt != a.Attempt+1 || e.Kind != WasSubmitted && e.Attempt != a.Attempt {
			return refuse("of another attempt")
		}
		a.State = to
	}
	switch e.Kind {
	case WasScheduled:
		a.NotBefore = e.To.NotBefore
	case WasSubmitted:
		a.Attempt, a.Key, a.Reference, a.Code, a.Doubt, a.LeftAt, a.EndedAt = e.Attempt, e.Key, "", "", false, e.At, time.Time{}
		a.Tries = append(slices.Clone(a.Tries), a.Target)
	case WasInDoubt:
		if !a.State.Moving() || e.Attempt != a.Attempt {
			return refuse("it is not on its way")
		}
		a.Doubt = true
	case WasPending, NeededAction:
		a.Doubt, a.Code = false, e.Code
	case HasSucceeded, HasFailed, WasReversed, PaidElsewhere:
		a.Doubt, a.Code, a.EndedAt = false, e.Code, e.At
		a.Target = a.tried(e.Attempt) // a late answer may be of where it went before it was redirected
		if e.Kind == PaidElsewhere {
			a.Payer = e.To.Provider
		}
	case WasPaidTwice:
		return a.found(e, refuse)
	case WasAskedBack, CameBack, WasWrittenOff, WasNotTwice:
		return a.settle(e, settles[e.Kind], refuse)
	case WasRedirected:
		if a.State.Moving() || a.State == Succeeded || a.State == Cancelled {
			return refuse("the allocation is " + string(a.State))
		}
		a.Target, a.Code = *e.To, ""
	}
	if e.Reference != "" {
		a.Reference = e.Reference
	}
	return nil
}

// Fold returns the refund that events add up to.
func Fold(events []Event) (Refund, error) {
	var r Refund
	var err error
	for _, e := range events {
		if r, err = Apply(r, e); err != nil {
			return r, err
		}
	}
	return r, nil
}
