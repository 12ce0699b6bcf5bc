package pay

import (
	"context"
	"fmt"

	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/platform/auth"
)

// credit settles an allocation in our own books: the attempt, the credit and its success are one transaction, so that
// there is no doubt to be asked about. An order without a customer has nobody to owe it to, which is for people.
func (s *Service) credit(ctx context.Context, r refund.Refund, a refund.Allocation, after int) error {
	us := auth.ForSystem(r.Workspace)
	o, err := s.Orders.Get(ctx, us, r.Order)
	if err != nil {
		return fmt.Errorf("issue store credit: %w", err)
	}
	return s.Store.InTx(ctx, func(ctx context.Context) error {
		r, err := s.Refunds.Get(ctx, us, r.ID)
		if err != nil {
			return err
		}
		is := r.Allocations[a.Number-1]
		if ready, _ := r.Ready(a.Number, s.Now()); !ready || is.State != refund.Approved && is.State != refund.Scheduled && !again(is, after) {
			return nil // it was, or a dispute is open, whose end asks for the job anew
		}
		if r, err = s.Refunds.Submit(ctx, us, r.ID, a.Number); err != nil {
			return err
		}
		a := r.Allocations[a.Number-1]
		x := refund.Answer{Allocation: a.Number, Attempt: a.Attempt, Outcome: refund.OutcomeFailed, Code: "no_customer"}
		if o.Customer != 0 {
			bonus := min(r.Components.Bonus, a.Amount)
			c, err := s.Credit.Issue(ctx, us, o.Customer, money.Amount{Minor: a.Amount, Currency: r.Currency}, max(bonus, 0), int64(r.ID), a.Key)
			if err != nil {
				return err
			}
			x.Outcome, x.Code, x.Reference = refund.OutcomeSucceeded, "", fmt.Sprintf("credit-%d-%s", c.ID, a.Key)
		}
		_, err = s.Refunds.Observe(ctx, us, r.ID, x)
		return err
	})
}
