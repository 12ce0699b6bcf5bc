package refund

import (
	"context"
	"slices"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
)

// TwiceState is how far money that a customer got twice has come back.
type TwiceState string

// The states. The last three settle it.
const (
	TwiceOpen      TwiceState = "open"        // nobody has seen to it: it is booked as a loss
	TwiceAsked     TwiceState = "asked_back"  // the customer was asked for it: it is booked as due
	TwiceRecovered TwiceState = "recovered"   // all of it came back
	TwiceWritten   TwiceState = "written_off" // nobody asks for the rest any more
	TwiceDismissed TwiceState = "not_twice"   // it was the same money, told by two, or other money
)

// TwiceStates returns the states in the order of its life.
func TwiceStates() []TwiceState {
	return []TwiceState{TwiceOpen, TwiceAsked, TwiceRecovered, TwiceWritten, TwiceDismissed}
}

// Twice is money that a customer got beside an allocation which pays, or has paid, the same.
type Twice struct {
	Number    int        `json:"n"`                 // from 1, within its allocation
	Amount    int64      `json:"amount"`            // in minor units of the refund's currency
	Attempt   int        `json:"attempt,omitzero"`  // that had been given up and succeeded after all; 0: somebody else paid
	Payer     string     `json:"payer,omitempty"`   // who else did
	Reference string     `json:"ref,omitempty"`     // how they know it
	Told      int64      `json:"told,omitzero"`     // what had gone back at the shop in all, where the shop told of it
	Back      int64      `json:"back,omitzero"`     // of it, what came back
	Receipts  []string   `json:"receipts,omitzero"` // what names each sum that came back
	State     TwiceState `json:"state"`
	Note      string     `json:"note,omitempty"` // why it was settled like this
	At        time.Time  `json:"at"`             // when it was found
	AskedAt   time.Time  `json:"asked_at,omitzero"`
	EndedAt   time.Time  `json:"ended_at,omitzero"`
}

// Live reports whether it is not settled.
func (t Twice) Live() bool { return t.State == TwiceOpen || t.State == TwiceAsked }

// Out returns what the customer still has of it, in minor units, while somebody minds.
func (t Twice) Out() int64 {
	if !t.Live() {
		return 0
	}
	return t.Amount - t.Back
}

// Out returns what the customer has too much of an allocation.
func (a Allocation) Out() (n int64) {
	for _, t := range a.Twice {
		n += t.Out()
	}
	return n
}

// Out returns what the customer has too much of a refund, in minor units.
func (r Refund) Out() (n int64) {
	for _, a := range r.Allocations {
		n += a.Out()
	}
	return n
}

// Overlap is money that somebody else paid for what an allocation pays, or has paid.
type Overlap struct {
	Allocation int
	Amount     int64  // in minor units of the refund's currency
	Payer      string // a provider, a marketplace, the shop
	Reference  string // how they know it
	Told       int64  // what had gone back at the shop in all, where the shop told of it
}

// told reports whether an allocation holds an overlap already: the same, or one that nobody has settled, of which this is
// most likely another telling.
func (a Allocation) told(x Overlap) bool {
	return slices.ContainsFunc(a.Twice, func(t Twice) bool {
		return t.Attempt == 0 && (t.Live() || t.Reference == x.Reference && t.Payer == x.Payer)
	})
}

// Overlap says that a customer got what an allocation pays from somebody else as well; ok is false if that is known. An
// allocation that has neither left nor arrived is errs.Conflict: it was paid elsewhere, once.
func (r Refund) Overlap(x Overlap, by auth.Actor, now time.Time) (e Event, ok bool, err error) {
	e, a, err := r.about(WasPaidTwice, x.Allocation, by, now)
	switch {
	case err != nil || a.told(x):
		return e, false, err
	case x.Amount <= 0 || x.Amount > a.Amount:
		return e, false, errs.Field("amount", "error.refund_twice_sum")
	case x.Payer == "":
		return e, false, errs.Field("payer", "error.required")
	case x.Reference == "":
		return e, false, errs.Field("reference", "error.required")
	}
	e.Attempt, e.Sum, e.Reference, e.Told, e.To = 0, x.Amount, x.Reference, x.Told, &Target{To: ToMarketplace, Provider: x.Payer}
	return e, true, nil
}

// twice makes the next event of money that was paid twice and is not settled.
func (r Refund) twice(kind Happening, n, number int, by auth.Actor, now time.Time) (Event, Twice, error) {
	e, a, err := r.about(kind, n, by, now)
	if err != nil {
		return e, Twice{}, err
	}
	if number < 1 || number > len(a.Twice) {
		return e, Twice{}, errs.New(errs.NotFound, "error.not_found")
	}
	t := a.Twice[number-1]
	e.Twice, e.Attempt = number, t.Attempt
	if !t.Live() {
		err = errs.New(errs.Conflict, "error.refund_state")
	}
	return e, t, err
}

// AskBack says that the customer was asked for what they got twice; a note says how.
func (r Refund) AskBack(n, number int, note string, by auth.Actor, now time.Time) (Event, error) {
	e, t, err := r.twice(WasAskedBack, n, number, by, now)
	if err == nil && t.State != TwiceOpen {
		err = errs.New(errs.Conflict, "error.refund_state")
	}
	e.Code = note
	return e, err
}

// Returned is a sum that came back of what a customer got twice.
type Returned struct {
	Amount    int64  // in minor units of the refund's currency
	Bank      bool   // into the merchant's bank account, else to whoever had paid it
	Reference string // names it, so that it counts once
}

// CameBack says that some of it came back, at most what the customer still has. When all has, it is settled. It is
// news once for each reference.
func (r Refund) CameBack(n, number int, x Returned, by auth.Actor, now time.Time) (e Event, ok bool, err error) {
	e, t, err := r.twice(CameBack, n, number, by, now)
	switch {
	case x.Reference != "" && slices.Contains(t.Receipts, x.Reference):
		return e, false, nil
	case err != nil:
		return e, false, err
	case x.Reference == "":
		return e, false, errs.Field("reference", "error.required")
	case x.Amount <= 0 || x.Amount > t.Out():
		return e, false, errs.Field("amount", "error.refund_twice_sum")
	}
	if e.Sum, e.Reference = x.Amount, x.Reference; x.Bank {
		e.To = &Target{To: ToBank}
	}
	return e, true, nil
}

// WriteOff gives up what the customer still has of it, with a reason.
func (r Refund) WriteOff(n, number int, reason string, by auth.Actor, now time.Time) (Event, error) {
	e, _, err := r.twice(WasWrittenOff, n, number, by, now)
	if e.Code = reason; err == nil && reason == "" {
		err = errs.Field("reason", "error.refund_reason")
	}
	return e, err
}

// NotTwice says that it was the same money, told by two, or money for something else, with a reason. What a provider paid
// for an attempt of ours was paid, and what came back was due: both are errs.Conflict.
func (r Refund) NotTwice(n, number int, reason string, by auth.Actor, now time.Time) (Event, error) {
	e, t, err := r.twice(WasNotTwice, n, number, by, now)
	switch e.Code = reason; {
	case err == nil && (t.Attempt != 0 || t.Back != 0):
		err = errs.New(errs.Conflict, "error.refund_state")
	case err == nil && reason == "":
		err = errs.Field("reason", "error.refund_reason")
	}
	return e, err
}

// settles are the states to which events bring what was paid twice.
var settles = map[Happening]TwiceState{WasAskedBack: TwiceAsked, CameBack: TwiceRecovered, WasWrittenOff: TwiceWritten, WasNotTwice: TwiceDismissed}

// found folds WasPaidTwice.
func (a *Allocation) found(e Event, refuse func(string) error) error {
	t := Twice{Number: len(a.Twice) + 1, Amount: a.Amount, Attempt: e.Attempt, Reference: e.Reference, State: TwiceOpen, At: e.At}
	switch {
	case e.Attempt == 0 && e.To != nil:
		if t.Amount, t.Payer, t.Told = e.Sum, e.To.Provider, e.Told; a.State != Succeeded && !a.State.Moving() {
			return refuse("it is not paid here")
		}
	case e.Attempt >= a.Attempt && a.Payer == "" && a.State != Cancelled:
		return refuse("the attempt was not given up")
	}
	a.Twice = append(slices.Clone(a.Twice), t)
	return nil
}

// settle folds what becomes of it.
func (a *Allocation) settle(e Event, to TwiceState, refuse func(string) error) error {
	if e.Twice < 1 || e.Twice > len(a.Twice) || !a.Twice[e.Twice-1].Live() {
		return refuse("nothing of that was paid twice")
	}
	a.Twice = slices.Clone(a.Twice)
	t := &a.Twice[e.Twice-1]
	switch {
	case to == TwiceAsked:
		t.State, t.Note, t.AskedAt = to, e.Code, e.At
		return nil
	case to == TwiceRecovered:
		t.Back, t.Receipts = t.Back+e.Sum, append(slices.Clone(t.Receipts), e.Reference)
		if t.Back < t.Amount {
			return nil
		}
	default:
		t.Note = e.Code
	}
	t.State, t.EndedAt = to, e.At
	return nil
}

// FoundTwice takes that somebody else has paid what an allocation pays, or has paid: the customer has the same money
// twice until somebody settles it, and the allocation is not tried again meanwhile. What is known changes nothing. It
// needs ApproveRefunds.
func (s *Service) FoundTwice(ctx context.Context, actor auth.Actor, refund ID, x Overlap) (Refund, error) {
	return s.change(ctx, actor, auth.ApproveRefunds, refund, func(_ context.Context, r Refund) ([]Event, error) {
		e, news, err := r.Overlap(x, actor, s.clock())
		if err != nil || !news {
			return nil, err
		}
		return []Event{e}, nil
	})
}

// AskBack notes that the customer was asked for what they got twice. A repeat is errs.Conflict. It needs ApproveRefunds.
func (s *Service) AskBack(ctx context.Context, actor auth.Actor, refund ID, n, number int, note string) (Refund, error) {
	return s.change(ctx, actor, auth.ApproveRefunds, refund, func(_ context.Context, r Refund) ([]Event, error) {
		return single(r.AskBack(n, number, note, actor, s.clock()))
	})
}

// CameBack books that some of it came back, once for each reference. It needs ApproveRefunds.
func (s *Service) CameBack(ctx context.Context, actor auth.Actor, refund ID, n, number int, x Returned) (Refund, error) {
	return s.settled(ctx, actor, refund, n, number, func(_ context.Context, r Refund) ([]Event, error) {
		e, news, err := r.CameBack(n, number, x, actor, s.clock())
		if err != nil || !news {
			return nil, err
		}
		return []Event{e}, nil
	})
}

// WriteOff gives up what the customer still has of it, with a reason. Above what the actor's role approves it is
// errs.Denied. It needs ApproveRefunds.
func (s *Service) WriteOff(ctx context.Context, actor auth.Actor, refund ID, n, number int, reason string) (Refund, error) {
	return s.change(ctx, actor, auth.ApproveRefunds, refund, func(ctx context.Context, r Refund) ([]Event, error) {
		if _, err := s.above(ctx, actor, r); err != nil {
			return nil, err
		}
		return single(r.WriteOff(n, number, reason, actor, s.clock()))
	})
}

// NotTwice says, with a reason, that it was the same money told by two, or money for something else. It needs
// ApproveRefunds.
func (s *Service) NotTwice(ctx context.Context, actor auth.Actor, refund ID, n, number int, reason string) (Refund, error) {
	return s.settled(ctx, actor, refund, n, number, func(_ context.Context, r Refund) ([]Event, error) {
		return single(r.NotTwice(n, number, reason, actor, s.clock()))
	})
}

// settled is change for what takes the overlap away: what the shop told of it does not count against its order any more.
func (s *Service) settled(ctx context.Context, actor auth.Actor, refund ID, n, number int, decide func(context.Context, Refund) ([]Event, error)) (out Refund, err error) {
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		if out, err = s.change(ctx, actor, auth.ApproveRefunds, refund, decide); err != nil {
			return err
		}
		if t := out.Allocations[n-1].Twice[number-1]; t.Told != 0 && (t.State == TwiceRecovered || t.State == TwiceDismissed) {
			return s.Store.ExplainFound(ctx, out.Workspace, Found{Order: out.Order, Total: t.Told, Refund: out.ID, Number: n})
		}
		return nil
	})
	return out, err
}

// PaidBy returns the refunds of the orders that a payment paid, the oldest first: those that a refund which was made at
// its provider may double. It needs ApproveRefunds.
func (s *Service) PaidBy(ctx context.Context, actor auth.Actor, provider, payment string) ([]Refund, error) {
	if err := actor.Can(auth.ApproveRefunds); err != nil {
		return nil, err
	}
	return s.Store.RefundsPaidBy(ctx, actor.Workspace, provider, payment)
}

// doubles returns the allocation of which a sum that went back at the shop is the same money again: one that arrived, or
// is on its way, where the shop's platform cannot see it.
func doubles(sum int64, list []Refund) (ID, Allocation, bool) {
	for _, r := range list {
		for _, a := range r.Allocations {
			if (a.To == ToBank || a.To == ToCredit) && a.Payer == "" && a.Amount == sum && (a.State == Succeeded || a.State.Moving()) &&
				!slices.ContainsFunc(a.Twice, func(t Twice) bool { return t.Attempt == 0 && t.Told != 0 }) {
				return r.ID, a, true
			}
		}
	}
	return 0, Allocation{}, false
}

// payerOf names who gives money of an order back at its shop: the provider of its payments, or the shop where nobody told.
func payerOf(o order.Order) string {
	for _, p := range o.Payments {
		if p.Provider != "" {
			return p.Provider
		}
	}
	return "shop"
}
