package pay

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/flow/intake"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/hook"
)

// KeyRef is the name under which a driver's Source keeps, in the Refs of a refund, the key that it was asked for with.
const KeyRef = "godwit_key"

// outcomes are what the statuses of a provider's refunds say.
var outcomes = map[string]refund.Outcome{
	"submitted": refund.OutcomePending, "pending": refund.OutcomePending, "needs_action": refund.OutcomeNeedsAction, "succeeded": refund.OutcomeSucceeded,
	"failed": refund.OutcomeFailed, "cancelled": refund.OutcomeFailed, "reversed": refund.OutcomeReversed,
}

// Receive takes what a provider called with: the processor of hooks of HookKind. News of a refund that was asked for here
// goes the way of an answer. One that somebody made at the provider pays what waits here for the same payment in the same
// sum, so that it is never paid again; where that has left, the customer has it twice, which people settle. A dispute freezes what still owes money to its payment, and its end lets it go on.
// News of a hold is a reason to ask about it. All else changes nothing, and a repeat neither. It fails with errs.Invalid for a message that cannot be read.
func (s *Service) Receive(ctx context.Context, h hook.Connection, r hook.Received) error {
	list, err := s.Store.PayAccounts(ctx, h.Workspace)
	if err != nil {
		return err
	}
	var d Driver
	for _, c := range list {
		if c.Hook == h.ID {
			d, _ = s.Driver(c.Driver)
		}
	}
	if d.Name == "" {
		return errs.New(errs.Unsupported, "error.hook_scheme")
	}
	told, err := d.Source.Decode(http.Header{"Content-Type": {r.ContentType}}, r.Body)
	if err != nil {
		return err
	}
	us := auth.ForSystem(h.Workspace)
	for _, o := range told.Items {
		switch v := o.(type) {
		case *intake.Refund:
			err = s.heardRefund(ctx, us, d.Name, v)
		case *intake.Payment:
			err = s.heardHold(ctx, h.Workspace, v.Refs[KeyRef])
		case *intake.Dispute:
			err = s.heardDispute(ctx, us, d.Name, v)
		}
		if err != nil {
			return fmt.Errorf("%s of %s: %w", told.VendorType, d.Name, err)
		}
	}
	return nil
}

func (s *Service) heardRefund(ctx context.Context, us auth.Actor, provider string, v *intake.Refund) error {
	outcome, known := outcomes[v.Status]
	if !known {
		return nil
	}
	x := refund.Answer{Outcome: outcome, Reference: v.ID, Code: v.Failure}
	if v.Status == "cancelled" && x.Code == "" {
		x.Code = "cancelled"
	}
	id, n, attempt, ours := refund.ParseKey(v.Refs[KeyRef])
	if !ours {
		var err error
		id, n, err = s.Refunds.ByReference(ctx, us, provider, v.ID)
		if errs.Is(err, errs.NotFound) {
			return s.elsewhere(ctx, us, provider, v)
		}
		if err != nil {
			return err
		}
	}
	r, err := s.Refunds.Get(ctx, us, id)
	if errs.Is(err, errs.NotFound) { // the key of another house
		return nil
	}
	if err != nil || n < 1 || n > len(r.Allocations) {
		return err
	}
	if x.Allocation, x.Attempt = n, attempt; !ours {
		x.Attempt = r.Allocations[n-1].Attempt
	}
	_, err = s.Refunds.Observe(ctx, us, id, x)
	return err
}

// elsewhere takes a refund that was made at the provider, where one of the same sum waits here for the same payment.
func (s *Service) elsewhere(ctx context.Context, us auth.Actor, provider string, v *intake.Refund) error {
	if out := outcomes[v.Status]; out != refund.OutcomeSucceeded && out != refund.OutcomePending {
		return nil
	}
	sum := money.Amount{Minor: v.Amount.Minor, Currency: v.Amount.Currency}
	for _, payment := range paymentsOf(v.Head) {
		list, err := s.Refunds.On(ctx, us, provider, payment)
		if err != nil {
			return err
		}
		for _, id := range list {
			r, err := s.Refunds.Get(ctx, us, id)
			if err != nil {
				return err
			}
			for _, a := range r.Allocations {
				if a.Payment != payment || a.Provider != provider || !waits(a) || (money.Amount{Minor: a.Amount, Currency: r.Currency}) != sum {
					continue
				}
				_, err := s.Refunds.Elsewhere(ctx, us, id, a.Number, provider, v.ID)
				return err
			}
		}
		if found, err := s.twice(ctx, us, provider, payment, sum, v.ID); found || err != nil {
			return err
		}
	}
	return nil
}

// waits reports whether an allocation is owed and not on its way, so that money from elsewhere pays it.
func waits(a refund.Allocation) bool {
	return a.State == refund.Approved || a.State == refund.Scheduled || a.State == refund.Failed || a.State == refund.Reversed
}

// twice takes a refund that was made at a provider, and that nothing here waits for, as money that was paid twice, where
// the same sum for what the payment paid has left here, by whatever way; people then see whether it was the same.
func (s *Service) twice(ctx context.Context, us auth.Actor, provider, payment string, sum money.Amount, reference string) (bool, error) {
	list, err := s.Refunds.PaidBy(ctx, us, provider, payment)
	if err != nil {
		return false, err
	}
	for _, r := range list {
		for _, a := range r.Allocations {
			known := a.Reference == reference || strings.EqualFold(a.Payer, provider) || // it is what was noted here
				a.State.Moving() && a.Reference == "" && a.Provider == provider // it may be the answer that has not come
			if a.State != refund.Succeeded && !a.State.Moving() || known || (money.Amount{Minor: a.Amount, Currency: r.Currency}) != sum {
				continue
			}
			_, err := s.Refunds.FoundTwice(ctx, us, r.ID, refund.Overlap{Allocation: a.Number, Amount: a.Amount, Payer: provider, Reference: reference})
			return true, err
		}
	}
	return false, nil
}

// paymentsOf are the names that a provider may have for the payment of an object.
func paymentsOf(h intake.Head) []string {
	var out []string
	for _, name := range []string{"payment_intent", "payment", "charge"} {
		if id := h.Refs[name]; id != "" {
			out = append(out, id)
		}
	}
	return out
}

// heardDispute freezes what owes money to the payment of a dispute. Its end lets that go on, unless the customer got the
// money through it: then it has been paid, by the bank; and what is more than that stays frozen, for people.
func (s *Service) heardDispute(ctx context.Context, us auth.Actor, provider string, v *intake.Dispute) error {
	for _, payment := range paymentsOf(v.Head) {
		var err error
		if s.Orders != nil { // what is asked for later is to know of it
			over := v.Status == intake.DisputeClosed && v.Outcome != intake.OutcomeLost && v.Outcome != intake.OutcomeAccepted && v.Outcome != intake.OutcomeMissed && v.Outcome != intake.OutcomeSplit
			if _, err := s.Orders.Dispute(ctx, us, provider, payment, !over); err != nil {
				return err
			}
		}
		switch {
		case v.Status != intake.DisputeClosed:
			_, err = s.Refunds.DisputeOpened(ctx, us, provider, payment, v.ID)
		case v.Outcome == intake.OutcomeLost || v.Outcome == intake.OutcomeAccepted || v.Outcome == intake.OutcomeMissed || v.Outcome == intake.OutcomeSplit:
			err = s.lost(ctx, us, provider, payment, v)
		default:
			_, err = s.Refunds.DisputeSettled(ctx, us, provider, payment, v.ID)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) lost(ctx context.Context, us auth.Actor, provider, payment string, v *intake.Dispute) error {
	list, err := s.Refunds.On(ctx, us, provider, payment)
	if err != nil {
		return err
	}
	left := v.Amount.Minor
	for _, id := range list {
		r, err := s.Refunds.Get(ctx, us, id)
		if err != nil {
			return err
		}
		if r.Currency != v.Amount.Currency {
			return nil
		}
		for _, a := range r.Allocations {
			if a.Provider != provider || a.Payment != payment || !waits(a) || a.Amount > left {
				continue
			}
			if _, err := s.Refunds.Elsewhere(ctx, us, id, a.Number, provider, v.ID); err != nil {
				return err
			}
			left -= a.Amount
		}
	}
	if rest, err := s.Refunds.On(ctx, us, provider, payment); err != nil || len(rest) > 0 {
		return err // what is owed beyond the dispute is for people
	}
	_, err = s.Refunds.DisputeSettled(ctx, us, provider, payment, v.ID)
	return err
}
