package refund

import (
	"cmp"
	"slices"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/platform/auth"
)

// event makes the next event of a refund.
func (r Refund) event(kind Happening, by auth.Actor, at time.Time) Event {
	return Event{Refund: r.ID, Seq: r.Events + 1, Kind: kind, At: at, By: by}
}

// about makes the next event of one of its allocations.
func (r Refund) about(kind Happening, n int, by auth.Actor, at time.Time) (Event, Allocation, error) {
	a, ok := r.allocation(n)
	if !ok {
		return Event{}, Allocation{}, errs.New(errs.NotFound, "error.not_found")
	}
	e := r.event(kind, by, at)
	e.Allocation, e.Attempt, e.From = n, a.Attempt, a.State
	return e, *a, nil
}

// Request begins a refund by a plan whose parts add up to its components.
func Request(id ID, by auth.Actor, t Terms, plan []Planned, at time.Time) (Event, error) {
	total, err := t.Components.Total(t.Currency)
	if err != nil {
		return Event{}, err
	}
	sum := money.Amount{Currency: t.Currency}
	for _, p := range plan {
		if p.Amount <= 0 {
			return Event{}, errs.Field("amount", "error.refund_sum")
		}
		if sum, err = sum.Add(money.Amount{Minor: p.Amount, Currency: t.Currency}); err != nil {
			return Event{}, err
		}
	}
	if _, known := money.Digits(t.Currency); !known || total.Sign() <= 0 || sum != total {
		return Event{}, errs.Field("amount", "error.refund_sum")
	}
	e := Refund{ID: id}.event(WasRequested, by, at)
	e.Terms, e.Plan = &t, plan
	return e, nil
}

// Approve says that the customer is owed the refund. Above a sum (0: none) it takes two: whoever asked for it does not
// approve it, which is errs.Denied.
func (r Refund) Approve(by auth.Actor, above int64, at time.Time) (Event, error) {
	if above > 0 && r.Total().Minor > above && by.Person() != 0 && by.Person() == r.RequestedBy {
		return Event{}, errs.New(errs.Denied, "error.four_eyes")
	}
	return r.event(WasApproved, by, at), nil
}

// Cancel gives the whole refund up. While any of it is on its way, or has arrived, it is errs.Conflict.
func (r Refund) Cancel(by auth.Actor, code string, at time.Time) (Event, error) {
	e := r.event(WasCancelled, by, at)
	e.Code = code
	return e, nil
}

// Ready reports whether an allocation may be submitted now, and if not, since when it may; zero is when somebody does
// something about it.
func (r Refund) Ready(n int, now time.Time) (ready bool, from time.Time) {
	a, ok := r.allocation(n)
	if !ok || len(r.Disputes) > 0 || a.Out() > 0 || a.To == ToMarketplace || !CanMove(a.State, Submitted) {
		return false, time.Time{}
	}
	if now.Before(a.NotBefore) {
		return false, a.NotBefore
	}
	return true, now
}

// Submit begins an attempt of an allocation: a new one if the last one failed or was reversed. The event holds the key
// under which the provider is to be asked, and is stored before that. While a dispute is open, before its time, and while
// an attempt is on its way or in doubt, it is errs.Conflict: what may have been paid is asked about, never paid again.
func (r Refund) Submit(n int, by auth.Actor, now time.Time) (Event, error) {
	e, a, err := r.about(WasSubmitted, n, by, now)
	if err != nil {
		return e, err
	}
	if ready, from := r.Ready(n, now); !ready {
		switch {
		case len(r.Disputes) > 0:
			return e, errs.New(errs.Conflict, "error.refund_dispute")
		case a.Out() > 0:
			return e, errs.New(errs.Conflict, "error.refund_twice_open")
		case !from.IsZero():
			return e, errs.New(errs.Conflict, "error.refund_early", "from", from)
		}
		return e, errs.New(errs.Conflict, "error.refund_state")
	}
	e.Attempt = a.Attempt + 1
	e.Key = r.key(n, e.Attempt)
	return e, nil
}

// Schedule says that an approved allocation may not leave before a time.
func (r Refund) Schedule(n int, from time.Time, by auth.Actor, now time.Time) (Event, error) {
	e, _, err := r.about(WasScheduled, n, by, now)
	e.To = &Target{NotBefore: from}
	return e, err
}

// Withdraw takes an attempt to transfer money to a bank account back before it left, so that the allocation waits for the
// next one. Whatever else was asked, or has been heard of, is errs.Conflict.
func (r Refund) Withdraw(n, attempt int, by auth.Actor, now time.Time) (Event, error) {
	e, a, err := r.about(WasWithdrawn, n, by, now)
	if err == nil && (a.To != ToBank || a.State != Submitted || a.Attempt != attempt) {
		err = errs.New(errs.Conflict, "error.refund_state")
	}
	return e, err
}

// Redirect sends an allocation, which is not on its way, somewhere else.
func (r Refund) Redirect(n int, to Target, by auth.Actor, now time.Time) (Event, error) {
	e, _, err := r.about(WasRedirected, n, by, now)
	if to.To == "" || to.To == ToMarketplace || to.To == ToPayment && to.Payment == "" {
		return e, errs.Field("to", "error.refund_target")
	}
	e.To = &to
	return e, err
}

// Elsewhere says that somebody else, such as a marketplace, has paid an allocation.
func (r Refund) Elsewhere(n int, payer, reference string, by auth.Actor, now time.Time) (Event, error) {
	e, _, err := r.about(PaidElsewhere, n, by, now)
	e.To, e.Reference = &Target{To: ToMarketplace, Provider: payer}, reference
	return e, err
}

// Outcome is what a provider said of an attempt.
type Outcome string

// The outcomes.
const (
	OutcomePending     Outcome = "pending"
	OutcomeNeedsAction Outcome = "needs_action"
	OutcomeSucceeded   Outcome = "succeeded"
	OutcomeFailed      Outcome = "failed"
	OutcomeReversed    Outcome = "reversed"
	OutcomeUnknown     Outcome = "unknown" // no answer, or none that was understood
)

// Answer is what a provider said of an attempt of an allocation.
type Answer struct {
	Allocation int
	Attempt    int
	Outcome    Outcome
	Reference  string
	Code       string
	Moved      money.Amount // what left the provider's balance, or came back to it; zero: the sum itself
}

var heard = map[Outcome]Happening{
	OutcomePending: WasPending, OutcomeNeedsAction: NeededAction, OutcomeSucceeded: HasSucceeded, OutcomeFailed: HasFailed,
	OutcomeReversed: WasReversed, OutcomeUnknown: WasInDoubt,
}

// Observe returns the event that follows from what a provider said; ok is false if it is nothing new. Answers come late,
// twice and out of order: what is over stays over, except that a failure after a success is a reversal, and a success of
// an attempt that was given up was paid twice.
func (r Refund) Observe(x Answer, by auth.Actor, now time.Time) (e Event, ok bool, err error) {
	kind, known := heard[x.Outcome]
	if !known {
		return e, false, errs.Field("outcome", "error.invalid")
	}
	e, a, err := r.about(kind, x.Allocation, by, now)
	if err != nil || x.Attempt < 1 || x.Attempt > a.Attempt {
		return e, false, err // of nothing that was ever asked
	}
	e.Reference, e.Code, e.Moved = x.Reference, x.Code, x.Moved
	news := false
	double := slices.IndexFunc(a.Twice, func(t Twice) bool { return t.Attempt == x.Attempt })
	switch {
	case double >= 0: // it was paid twice; what its provider sends back settles that
		if t := a.Twice[double]; t.Live() && (x.Outcome == OutcomeFailed || x.Outcome == OutcomeReversed) {
			return r.CameBack(a.Number, t.Number, Returned{Amount: t.Out(), Reference: cmp.Or(x.Reference, "reversed")}, by, now)
		}
	case x.Attempt < a.Attempt:
		if x.Outcome == OutcomeSucceeded {
			e.Kind, e.Attempt, news = WasPaidTwice, x.Attempt, true
		}
	case a.Payer != "" && x.Reference != "" && x.Reference == a.Reference: // what somebody noted as paid elsewhere is this
	case a.State == Succeeded && a.Payer != "", a.State == Cancelled: // nothing was owed any more
		if x.Outcome == OutcomeSucceeded {
			e.Kind, news = WasPaidTwice, true
		}
	case a.State == Succeeded:
		if x.Outcome == OutcomeFailed || x.Outcome == OutcomeReversed {
			e.Kind, news = WasReversed, true
		}
	case a.State == Failed, a.Withdrawn(): // it left all the same
		news = x.Outcome == OutcomeSucceeded
	case a.State.Moving():
		switch x.Outcome {
		case OutcomeUnknown:
			news = a.State == Submitted && !a.Doubt
		case OutcomePending:
			news = a.State != Pending
		case OutcomeNeedsAction:
			news = a.State != NeedsAction
		case OutcomeReversed: // it never arrived: nothing is to be taken back
			e.Kind, news = HasFailed, true
		default:
			news = true
		}
	}
	return e, news, nil
}
