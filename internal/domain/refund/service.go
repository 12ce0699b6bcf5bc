package refund

import (
	"context"
	"fmt"
	"slices"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/ledger"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// MaxPage is the most refunds that one call returns.
const MaxPage = 200

// Filter narrows a list of refunds; a zero field does not.
type Filter struct {
	State State
	Order order.ID
	Case  int64
	Stuck bool // those that somebody must do something about
}

// Store keeps refunds. A record of another workspace does not exist.
type Store interface {
	InTx(context.Context, func(context.Context) error) error
	// HoldPaid returns what was paid for an order and what its refunds that are not cancelled come to, bonus and goodwill
	// apart, with what went back at its shop that was none of them; the order is locked until the transaction ends.
	HoldPaid(context.Context, auth.WorkspaceID, order.ID) (paid, refunded money.Amount, shop order.ShopID, err error)
	// AppendRefund writes an event and the refund that it led to. It fails with errs.Conflict if somebody else appended
	// first, and if the resolution of a new refund has one that is not cancelled.
	AppendRefund(ctx context.Context, r Refund, e Event) error
	// HoldRefund returns a refund, locked until the transaction ends.
	HoldRefund(context.Context, auth.WorkspaceID, ID) (Refund, error)
	Refund(context.Context, auth.WorkspaceID, ID) (Refund, error)
	// RefundLimits returns the sums up to which refunds are approved, and SaveRefundLimits puts others in their place.
	RefundLimits(context.Context, auth.WorkspaceID) ([]Limit, error)
	SaveRefundLimits(context.Context, auth.WorkspaceID, []Limit) error
	// RefundsFound returns what was found at the shop of an order, the oldest first, and NoteFound adds to it.
	RefundsFound(context.Context, auth.WorkspaceID, order.ID) ([]Found, error)
	NoteFound(context.Context, auth.WorkspaceID, Found) error
	// ExplainFound says which allocation something was that was found with a total.
	ExplainFound(context.Context, auth.WorkspaceID, Found) error
	// RefundedAtShop returns what the shop of an order says went back, in minor units.
	RefundedAtShop(context.Context, auth.WorkspaceID, order.ID) (int64, error)
	// RefundEvents returns the events of a refund in order.
	RefundEvents(context.Context, auth.WorkspaceID, ID) ([]Event, error)
	// RefundByReference returns the refund of an allocation that a provider knows by a reference, and its number.
	RefundByReference(ctx context.Context, w auth.WorkspaceID, provider, reference string) (ID, int, error)
	// RefundsOn returns the refunds with an allocation that goes back to a payment and has not arrived.
	RefundsOn(ctx context.Context, w auth.WorkspaceID, provider, payment string) ([]ID, error)
	// RefundsPaidBy returns the refunds of orders that a payment paid, the oldest first, at most MaxPage.
	RefundsPaidBy(ctx context.Context, w auth.WorkspaceID, provider, payment string) ([]Refund, error)
	// Refunds returns what somebody sees under a filter, the newest first, before a refund.
	Refunds(ctx context.Context, s auth.Scope, f Filter, before ID, limit int) ([]Refund, error)
	// RefundBoard returns what somebody sees of the board after a place; see Service.Board.
	RefundBoard(ctx context.Context, s auth.Scope, b Board, after Place, limit int) ([]Waiting, error)
	RefundWaits(context.Context, auth.WorkspaceID, ID) (Waiting, error)
	// RefundSums adds up what somebody sees of the refunds that are not done, by lane and currency.
	RefundSums(context.Context, auth.Scope) ([]Sum, error)
}

// Poster books entries in the transaction in ctx; *ledger.Book is one.
type Poster interface {
	EntriesOf(ctx context.Context, actor auth.Actor, s ledger.Source, after ledger.ID, limit int) ([]ledger.Entry, error)
	Post(ctx context.Context, w auth.WorkspaceID, entries ...ledger.Entry) ([]ledger.Entry, error)
}

// Config is what a Service needs.
type Config struct {
	Store   Store
	Ledger  Poster
	Journal event.Journal
	IDs     *id.Source
	Now     func() time.Time
	// Carry is called, in the transaction, when something of a refund may be submitted; it asks for that as a job. Nil
	// leaves refunds where they are.
	Carry func(ctx context.Context, r Refund) error
	// Moved is told, in the transaction, what a refund has become. Nil is nobody.
	Moved func(ctx context.Context, r Refund) error
}

// Service holds the verbs of refunds. All of them write the event, the refund, its entries in the ledger and the journal
// in one transaction.
type Service struct{ Config }

// New returns a Service.
func New(cfg Config) *Service {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Service{cfg}
}

func (s *Service) clock() time.Time { return s.Now().UTC().Truncate(time.Millisecond) }

// NewRefund is a refund to be asked for: what it is about, what paid the order, and the customer's wishes.
type NewRefund struct {
	Terms
	Payments []Payment
	Wish     Wish
}

// Request asks for a refund of an order in the actor's sight and plans where it goes. It fails with errs.Invalid if the
// refunds of the order would come to more than was paid for it, what is named bonus or goodwill apart, and with
// errs.Conflict if the resolution has a refund already. It needs WriteCases.
func (s *Service) Request(ctx context.Context, actor auth.Actor, n NewRefund) (Refund, error) {
	if err := actor.Can(auth.WriteCases); err != nil {
		return Refund{}, err
	}
	total, err := n.Components.Total(n.Currency)
	if err != nil {
		return Refund{}, err
	}
	n.Wish.Beyond = beyond(n.Components)
	now := s.clock()
	var r Refund
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		paid, refunded, shop, err := s.Store.HoldPaid(ctx, actor.Workspace, n.Order)
		if err == nil {
			err = auth.Can(actor, auth.WriteCases, auth.Resource{Kind: auth.OfOrder, Workspace: actor.Workspace, Shop: int64(shop)})
		}
		if err != nil {
			return err
		}
		n.Shop = shop
		if paid.Currency != n.Currency {
			return errs.Field("currency", "error.currencies", "a", paid.Currency, "b", n.Currency)
		}
		if total.Minor-n.Wish.Beyond > paid.Minor-refunded.Minor {
			return errs.Field("amount", "error.refund_above")
		}
		if err := s.noteUnasked(ctx, actor.Workspace, n.Order, now); err != nil {
			return err
		}
		plan, err := Plan(total.Minor, n.Payments, n.Wish, now)
		if err != nil {
			return err
		}
		e, err := Request(ID(s.IDs.Next()), actor, n.Terms, plan, now)
		if err != nil {
			return err
		}
		r, err = s.record(ctx, actor, Refund{}, e)
		return err
	})
	if err != nil {
		return Refund{}, fmt.Errorf("request refund: %w", err)
	}
	return r, nil
}

// Hold keeps everybody else from asking for money of an order until the transaction in ctx ends, so that what is left of
// it stays what it is.
func (s *Service) Hold(ctx context.Context, w auth.WorkspaceID, o order.ID) error {
	_, _, _, err := s.Store.HoldPaid(ctx, w, o)
	return err
}

// beyond is what of a refund was never paid.
func beyond(c ledger.Components) int64 { return max(c.Bonus, 0) + max(c.Goodwill, 0) }

// Beyond returns what of a refund goes beyond what was paid: bonus and goodwill.
func (r Refund) Beyond() int64 { return beyond(r.Components) }

// record appends an event to a refund, with all that follows from it.
func (s *Service) record(ctx context.Context, actor auth.Actor, r Refund, e Event) (Refund, error) {
	next, err := Apply(r, e)
	if err != nil {
		return r, err
	}
	if e.State = next.State(); r.Events > 0 {
		e.Was = r.State()
	}
	entries, err := Postings(r, e)
	if err != nil {
		return r, err
	}
	if err := s.Store.AppendRefund(ctx, next, e); err != nil {
		return r, err
	}
	if _, err := s.Ledger.Post(ctx, next.Workspace, entries...); err != nil {
		return r, err
	}
	if err := s.Journal.Append(ctx, announce(actor, next, e, e.At)); err != nil {
		return r, err
	}
	ready := slices.ContainsFunc(next.Allocations, func(a Allocation) bool {
		return CanMove(a.State, Submitted) && (a.State != Failed && a.State != Reversed || e.Kind == WasRedirected && a.Number == e.Allocation)
	})
	if s.Carry != nil && ready && (e.Kind == WasApproved || e.Kind == WasRedirected || e.Kind == DisputeSettled || e.Kind == WasScheduled) {
		err = s.Carry(ctx, next)
	}
	if err == nil && s.Moved != nil && e.State != e.Was {
		err = s.Moved(ctx, next)
	}
	return next, err
}

// change holds a refund in the actor's sight and appends the events that decide returns.
func (s *Service) change(ctx context.Context, actor auth.Actor, p auth.Permission, refund ID, decide func(ctx context.Context, r Refund) ([]Event, error)) (r Refund, err error) {
	if err := actor.Can(p); err != nil {
		return r, err
	}
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		if r, err = s.Store.HoldRefund(ctx, actor.Workspace, refund); err == nil {
			err = auth.Can(actor, p, r.Resource())
		}
		if err != nil {
			return err
		}
		events, err := decide(ctx, r)
		if err != nil {
			return err
		}
		for _, e := range events {
			e.Seq = r.Events + 1
			if r, err = s.record(ctx, actor, r, e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return Refund{}, fmt.Errorf("refund %d: %w", refund, err)
	}
	return r, nil
}

// Resource returns the refund as rights see it: it is seen with its order.
func (r Refund) Resource() auth.Resource {
	return auth.Resource{Kind: auth.OfOrder, Workspace: r.Workspace, Shop: int64(r.Shop)}
}

func single(e Event, err error) ([]Event, error) {
	if err != nil {
		return nil, err
	}
	return []Event{e}, nil
}

// Approve makes a refund payable, and sees to it that what may leave does; what may not yet is scheduled. Above the sum
// for four eyes, whoever asked for it is errs.Denied. What went back at the shop since it was asked for, so that the order
// would get more than was paid, makes it errs.Conflict. A repeat by the same person changes nothing. It needs
// ApproveRefunds.
func (s *Service) Approve(ctx context.Context, actor auth.Actor, refund ID) (out Refund, err error) {
	r, err := s.Get(ctx, actor, refund)
	if err != nil {
		return Refund{}, err
	}
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		paid, refunded, _, err := s.Store.HoldPaid(ctx, actor.Workspace, r.Order) // the order first, as whoever saves it does
		if err != nil {
			return err
		}
		if refunded.Minor > paid.Minor {
			return errs.New(errs.Conflict, "error.refund_above")
		}
		out, err = s.approve(ctx, actor, refund)
		return err
	})
	return out, err
}

func (s *Service) approve(ctx context.Context, actor auth.Actor, refund ID) (Refund, error) {
	now := s.clock()
	return s.change(ctx, actor, auth.ApproveRefunds, refund, func(ctx context.Context, r Refund) ([]Event, error) {
		if person := actor.Person(); person != 0 && r.ApprovedBy == person && r.State() != Requested {
			return nil, nil // they did
		}
		above, err := s.above(ctx, actor, r)
		if err != nil {
			return nil, err
		}
		out, err := single(r.Approve(actor, above, now))
		if err != nil {
			return nil, err
		}
		for _, a := range r.Allocations {
			if now.Before(a.NotBefore) {
				e, err := r.Schedule(a.Number, a.NotBefore, actor, now)
				if err != nil {
					return nil, err
				}
				e.From = Approved
				out = append(out, e)
			}
		}
		return out, nil
	})
}

// Cancel gives a refund up, with a reason. While any of it is on its way or has arrived it is errs.Conflict; a repeat
// changes nothing. It needs ApproveRefunds.
func (s *Service) Cancel(ctx context.Context, actor auth.Actor, refund ID, reason string) (Refund, error) {
	if reason == "" {
		return Refund{}, errs.Field("reason", "error.refund_reason")
	}
	return s.change(ctx, actor, auth.ApproveRefunds, refund, func(_ context.Context, r Refund) ([]Event, error) {
		if r.State() == Cancelled {
			return nil, nil
		}
		return single(r.Cancel(actor, reason, s.clock()))
	})
}

// Redirect sends an allocation that is not on its way somewhere else. It needs ApproveRefunds.
func (s *Service) Redirect(ctx context.Context, actor auth.Actor, refund ID, n int, to Target) (Refund, error) {
	return s.change(ctx, actor, auth.ApproveRefunds, refund, func(_ context.Context, r Refund) ([]Event, error) {
		return single(r.Redirect(n, to, actor, s.clock()))
	})
}

// Submit begins an attempt of an allocation and returns the refund with the key under which the provider is to be asked
// once this has returned. It needs ApproveRefunds.
func (s *Service) Submit(ctx context.Context, actor auth.Actor, refund ID, n int) (Refund, error) {
	return s.change(ctx, actor, auth.ApproveRefunds, refund, func(_ context.Context, r Refund) ([]Event, error) {
		return single(r.Submit(n, actor, s.clock()))
	})
}

// Withdraw takes an attempt to transfer money to a bank account back that has not left, so that the allocation waits again.
// An attempt that is over or has been heard of is errs.Conflict. It needs ApproveRefunds.
func (s *Service) Withdraw(ctx context.Context, actor auth.Actor, refund ID, n, attempt int) (Refund, error) {
	return s.change(ctx, actor, auth.ApproveRefunds, refund, func(_ context.Context, r Refund) ([]Event, error) {
		return single(r.Withdraw(n, attempt, actor, s.clock()))
	})
}

// Observe takes what a provider said of an attempt. What is nothing new changes nothing. It needs ApproveRefunds, which
// the system holds.
func (s *Service) Observe(ctx context.Context, actor auth.Actor, refund ID, x Answer) (Refund, error) {
	return s.change(ctx, actor, auth.ApproveRefunds, refund, func(_ context.Context, r Refund) ([]Event, error) {
		e, news, err := r.Observe(x, actor, s.clock())
		if err != nil || !news {
			return nil, err
		}
		return []Event{e}, nil
	})
}

// Elsewhere takes that somebody else has paid an allocation, such as a marketplace; it is then never paid here. It needs
// ApproveRefunds.
func (s *Service) Elsewhere(ctx context.Context, actor auth.Actor, refund ID, n int, payer, reference string) (Refund, error) {
	return s.change(ctx, actor, auth.ApproveRefunds, refund, func(_ context.Context, r Refund) ([]Event, error) {
		return single(r.Elsewhere(n, payer, reference, actor, s.clock()))
	})
}

// ByReference returns the refund that a provider knows by a reference of its own, and the number of its allocation;
// errs.NotFound where there is none. It needs ApproveRefunds.
func (s *Service) ByReference(ctx context.Context, actor auth.Actor, provider, reference string) (ID, int, error) {
	if err := actor.Can(auth.ApproveRefunds); err != nil {
		return 0, 0, err
	}
	return s.Store.RefundByReference(ctx, actor.Workspace, provider, reference)
}

// On returns the refunds with an allocation that goes back to a payment and has not arrived. It needs ApproveRefunds.
func (s *Service) On(ctx context.Context, actor auth.Actor, provider, payment string) ([]ID, error) {
	if err := actor.Can(auth.ApproveRefunds); err != nil {
		return nil, err
	}
	return s.Store.RefundsOn(ctx, actor.Workspace, provider, payment)
}

// DisputeOpened freezes every refund that still owes money to a payment: the bank may be giving the same money back. It
// returns those that it froze; a repeat freezes none. It needs ApproveRefunds.
func (s *Service) DisputeOpened(ctx context.Context, actor auth.Actor, provider, payment, dispute string) ([]ID, error) {
	return s.dispute(ctx, actor, DisputeOpened, provider, payment, dispute)
}

// DisputeSettled lets them go on.
func (s *Service) DisputeSettled(ctx context.Context, actor auth.Actor, provider, payment, dispute string) ([]ID, error) {
	return s.dispute(ctx, actor, DisputeSettled, provider, payment, dispute)
}

func (s *Service) dispute(ctx context.Context, actor auth.Actor, kind Happening, provider, payment, dispute string) ([]ID, error) {
	if err := actor.Can(auth.ApproveRefunds); err != nil {
		return nil, err
	}
	var out []ID
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		out = nil
		list, err := s.Store.RefundsOn(ctx, actor.Workspace, provider, payment)
		if err != nil {
			return err
		}
		for _, refund := range list {
			_, err := s.change(ctx, actor, auth.ApproveRefunds, refund, func(_ context.Context, r Refund) ([]Event, error) {
				if slices.Contains(r.Disputes, dispute) == (kind == DisputeOpened) {
					return nil, nil
				}
				e := r.event(kind, actor, s.clock())
				e.Dispute = dispute
				out = append(out, r.ID)
				return []Event{e}, nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// Get returns a refund of an order that the actor may see. It needs ReadCases.
func (s *Service) Get(ctx context.Context, actor auth.Actor, refund ID) (Refund, error) {
	if err := actor.Can(auth.ReadCases); err != nil {
		return Refund{}, err
	}
	r, err := s.Store.Refund(ctx, actor.Workspace, refund)
	if err == nil {
		err = auth.Can(actor, auth.ReadCases, r.Resource())
	}
	return r, err
}

// History returns what happened to a refund, in order. It needs ReadCases.
func (s *Service) History(ctx context.Context, actor auth.Actor, refund ID) ([]Event, error) {
	if _, err := s.Get(ctx, actor, refund); err != nil {
		return nil, err
	}
	return s.Store.RefundEvents(ctx, actor.Workspace, refund)
}

// List returns the refunds under a filter that the actor may see, the newest first, before a refund (0: from the newest),
// at most MaxPage. It needs ReadCases.
func (s *Service) List(ctx context.Context, actor auth.Actor, f Filter, before ID, limit int) ([]Refund, error) {
	if err := actor.Can(auth.ReadCases); err != nil {
		return nil, err
	}
	if limit < 1 || limit > MaxPage {
		limit = MaxPage
	}
	return s.Store.Refunds(ctx, actor.Scope(), f, before, limit)
}

// Resend sends an allocation that is not on its way once more to where it failed ("again"), to a bank account ("bank")
// or to store credit ("store_credit"). It needs ApproveRefunds.
func (s *Service) Resend(ctx context.Context, actor auth.Actor, refund ID, n int, way string) (Refund, error) {
	return s.change(ctx, actor, auth.ApproveRefunds, refund, func(_ context.Context, r Refund) ([]Event, error) {
		a, ok := r.allocation(n)
		if !ok {
			return nil, errs.New(errs.NotFound, "error.not_found")
		}
		to := a.Target
		switch Destination(way) {
		case "again":
		case ToBank, ToCredit:
			to = Target{To: Destination(way), Method: way, Why: "redirected"}
		default:
			return nil, errs.Field("to", "error.refund_target")
		}
		return single(r.Redirect(n, to, actor, s.clock()))
	})
}
