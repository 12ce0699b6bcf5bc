package refund

import (
	"context"
	"slices"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
)

// Lane is what a refund waits for.
type Lane string

// The lanes, the most urgent first.
const (
	LaneTwice    Lane = "twice"    // the customer got the same money twice, and somebody is to ask for it
	LaneReversed Lane = "reversed" // the bank sent it back: money is out of place
	LaneStuck    Lane = "stuck"    // it failed, or a dispute holds it
	LaneAction   Lane = "action"   // the provider waits for something that somebody must do
	LaneHand     Lane = "hand"     // to be paid by a person: a bank transfer, a gift card, points
	LaneUnknown  Lane = "unknown"  // no answer came: it is asked about, never paid again
	LaneApprove  Lane = "approve"  // for somebody to approve it
	LaneLeave    Lane = "leave"    // approved: it leaves by itself
	LaneProvider Lane = "provider" // the provider is at it, or a marketplace is to pay it
	LaneDone     Lane = "done"     // it arrived, or was given up
)

// LaneSecond is not kept with a refund: those of LaneApprove above the sum for four eyes, which whoever asked for them
// does not approve.
const LaneSecond Lane = "second"

var lanes = []Lane{LaneTwice, LaneReversed, LaneStuck, LaneAction, LaneHand, LaneUnknown, LaneApprove, LaneLeave, LaneProvider, LaneDone}

// Lanes returns the lanes in which refunds are kept, the most urgent first.
func Lanes() []Lane { return slices.Clone(lanes) }

// Urgency is the place of a lane among all, from 1; 0 is none.
func (l Lane) Urgency() int { return slices.Index(lanes, l) + 1 }

// Lane returns what a refund waits for: the most urgent of what its allocations do.
func (r Refund) Lane() Lane {
	at := LaneDone
	for _, a := range r.Allocations {
		if l := a.lane(); l.Urgency() < at.Urgency() {
			at = l
		}
	}
	if len(r.Disputes) > 0 && r.Owed() > 0 && at != LaneReversed && at != LaneTwice {
		return LaneStuck
	}
	return at
}

func (a Allocation) lane() Lane {
	was := a.tried(a.Attempt)
	switch {
	case a.Out() > 0:
		return LaneTwice
	case (a.State == Reversed || a.State == Failed) && (a.To != was.To || a.Provider != was.Provider || a.Payment != was.Payment):
		return a.waiting() // somebody sends it elsewhere
	case a.State == Reversed:
		return LaneReversed
	case a.State == Failed:
		return LaneStuck
	case a.State == NeedsAction:
		return LaneAction
	case a.Doubt && a.State.Moving():
		return LaneUnknown
	case a.State == Requested:
		return LaneApprove
	case a.State == Approved || a.State == Scheduled:
		return a.waiting()
	case a.State.Moving():
		return LaneProvider
	}
	return LaneDone
}

// waiting is the lane of what is approved and has not left.
func (a Allocation) waiting() Lane {
	switch a.To {
	case ToBank, ToGiftCard, ToPoints:
		return LaneHand
	case ToMarketplace:
		return LaneProvider
	}
	return LaneLeave
}

// Way names where an allocation goes in one word: the provider of the payment that it goes back to, else the destination.
func (a Allocation) Way() string {
	if a.To == ToPayment && a.Provider != "" {
		return a.Provider
	}
	return string(a.To)
}

// Board narrows the board; a zero field does not.
type Board struct {
	Lane     Lane // "": all but what is done, which a state or an order brings in
	State    State
	Order    order.ID
	Shop     order.ShopID
	Way      string // of one of its allocations
	Currency string
	Before   time.Time // it has been in its lane since before then
	Person   auth.PersonID
}

// Place is a place on the board: that of a refund that was listed.
type Place struct {
	Urgency int
	Since   time.Time
	ID      ID
}

// Waiting is a refund with what it waits for.
type Waiting struct {
	Refund
	Lane   Lane
	Since  time.Time // when it came to its lane
	Second bool      // it is above the sum for four eyes
}

// Place returns its place on the board.
func (w Waiting) Place() Place { return Place{w.Lane.Urgency(), w.Since, w.ID} }

// Sum is how many refunds wait in a lane, what they still owe in a currency, and what of them customers have too much.
type Sum struct {
	Lane     Lane // LaneSecond is told apart from LaneApprove
	Currency string
	Count    int64
	Owed     int64 // in minor units
	Out      int64 // what customers got twice and have not sent back, in minor units
}

// Board returns the refunds that somebody sees by what they wait for, the most urgent and of these the oldest first,
// after a place; those that are done newest first. At most MaxPage. It needs ReadCases.
func (s *Service) Board(ctx context.Context, actor auth.Actor, b Board, after Place, limit int) ([]Waiting, error) {
	if err := actor.Can(auth.ReadCases); err != nil {
		return nil, err
	}
	if b.Lane != "" && b.Lane != LaneSecond && b.Lane.Urgency() == 0 {
		return nil, errs.Field("waits", "error.invalid")
	}
	if limit < 1 || limit > MaxPage {
		limit = MaxPage
	}
	return s.Store.RefundBoard(ctx, actor.Scope(), b, after, limit)
}

// Waits returns one refund with what it waits for. It needs ReadCases.
func (s *Service) Waits(ctx context.Context, actor auth.Actor, refund ID) (Waiting, error) {
	if err := actor.Can(auth.ReadCases); err != nil {
		return Waiting{}, err
	}
	w, err := s.Store.RefundWaits(ctx, actor.Workspace, refund)
	if err == nil {
		err = auth.Can(actor, auth.ReadCases, w.Resource())
	}
	if err != nil {
		return Waiting{}, err
	}
	return w, nil
}

// Sums adds up what waits, by lane and currency; what is done is not counted, as it only grows. It needs ReadCases.
func (s *Service) Sums(ctx context.Context, actor auth.Actor) ([]Sum, error) {
	if err := actor.Can(auth.ReadCases); err != nil {
		return nil, err
	}
	return s.Store.RefundSums(ctx, actor.Scope())
}
