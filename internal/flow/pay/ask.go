package pay

import (
	"context"
	"errors"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/job"
)

// AskNow asks the provider of an allocation that is on its way, or has arrived, what became of it, without waiting for
// the next look, and returns the refund after its answer. One that was never heard of is asked for under the same key, as
// ever; nothing is paid under a new one. No answer leaves the refund in doubt, which is no error. It fails with
// errs.Conflict for what was never asked of a provider, or whose provider is not connected any more. It needs
// ApproveRefunds.
func (s *Service) AskNow(ctx context.Context, actor auth.Actor, id refund.ID, n int) (refund.Refund, error) {
	if err := actor.Can(auth.ApproveRefunds); err != nil {
		return refund.Refund{}, err
	}
	r, err := s.Refunds.Get(ctx, actor, id)
	if err != nil {
		return refund.Refund{}, err
	}
	if n < 1 || n > len(r.Allocations) {
		return refund.Refund{}, errs.New(errs.NotFound, "error.not_found")
	}
	a := r.Allocations[n-1]
	if a.To != refund.ToPayment || !a.State.Moving() && (a.State != refund.Succeeded || a.Payer != "") {
		return refund.Refund{}, errs.New(errs.Conflict, "error.refund_state")
	}
	c, ok, err := s.accountOf(ctx, r.Workspace, a.Provider, r.Shop)
	if err != nil {
		return refund.Refund{}, err
	}
	if !ok {
		return refund.Refund{}, errs.New(errs.Conflict, "error.refund_no_account")
	}
	ctx, cancel := context.WithTimeout(ctx, testPatience)
	defer cancel()
	if a.State.Moving() {
		err = s.Work(ctx, job.New(r.Workspace, Kind, errand{Refund: r.ID, Allocation: n}))
	} else {
		p, oerr := s.open(c)
		if oerr != nil {
			return refund.Refund{}, oerr
		}
		err = s.hear(ctx, c, r, n, p.Lookup)
	}
	var later job.Later
	if err != nil && !errors.As(err, &later) {
		return refund.Refund{}, err
	}
	return s.Refunds.Get(ctx, actor, id)
}

// Ways tells of each provider whether money leaves through it for a shop.
type Ways struct{ list []Account }

// Ways returns how the accounts of the actor's workspace do, and nothing else of them. It needs ReadCases.
func (s *Service) Ways(ctx context.Context, actor auth.Actor) (Ways, error) {
	if err := actor.Can(auth.ReadCases); err != nil {
		return Ways{}, err
	}
	list, err := s.Store.PayAccounts(ctx, actor.Workspace)
	return Ways{list}, err
}

// State returns the state of the account by which a provider's payments of a shop are refunded; ok is false if there is
// none.
func (w Ways) State(provider string, shop order.ShopID) (state State, ok bool) {
	own := false
	for _, a := range w.list {
		if a.Driver == provider && (a.Shop == shop || a.Shop == 0 && !own) {
			state, ok, own = a.State, true, own || a.Shop == shop
		}
	}
	return state, ok
}
