package refund

import (
	"context"
	"fmt"
	"slices"
	"time"

	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
)

// OrderSource is the kind of source of entries that book what paid an order.
const OrderSource = "order"

// Found is money that a shop's platform tells has gone back for an order.
type Found struct {
	Order  order.ID
	Total  int64 // what had gone back in all by then, in minor units
	Amount int64 // of it, what was new
	Refund ID    // the refund that it was, or 0: nobody asked for it here
	Number int   // its allocation
	At     time.Time
}

// Left returns what each payment of an order has left to give back, in the order of payment: what was taken, less what
// its platform says went back, less what is asked for here and not cancelled, each of the two counted once. What payments
// that were authorised only hold is nothing. An order of whose payments nobody told has one, of its payment method, whose
// provider is not known. Where goodwill used up what a payment can give, the rest that is still due stands at the end as
// a payment that is closed, so that it goes the other way.
func (s *Service) Left(ctx context.Context, w auth.WorkspaceID, o order.Order) ([]Payment, error) {
	list, err := s.Store.Refunds(ctx, auth.ForSystem(w).Scope(), Filter{Order: o.ID}, 0, MaxPage)
	if err != nil {
		return nil, fmt.Errorf("refunds of an order: %w", err)
	}
	found, err := s.Store.RefundsFound(ctx, w, o.ID)
	if err != nil {
		return nil, fmt.Errorf("refunds found at the shop: %w", err)
	}
	return left(o, list, unasked(o, found)), nil
}

// unasked is what went back at the shop that nobody asked for here.
func unasked(o order.Order, found []Found) int64 {
	n := o.Refunded
	for _, f := range found {
		if f.Refund != 0 {
			n -= f.Amount
		}
	}
	return max(n, 0)
}

// left is Left as a function of what is known.
func left(o order.Order, list []Refund, unasked int64) []Payment {
	var out []Payment
	told := map[int]int64{} // what platforms say went back, by payment
	for _, p := range o.Payments {
		if p.CapturedAt.IsZero() {
			continue
		}
		told[len(out)] = p.Refunded
		out = append(out, Payment{ID: p.ID, Provider: p.Provider, Method: MethodKey(p.Method), Left: p.Amount, PaidAt: p.PaidAt, Until: p.Until, Disputed: p.Disputed})
	}
	if len(o.Payments) == 0 {
		out = []Payment{{Method: MethodKey(o.PaymentMethod), Left: o.Total, PaidAt: o.PlacedAt}}
	}
	due := min(o.Total, total(out)) - unasked
	loose := int64(0) // went another way than back to a payment
	for _, r := range list {
		if r.State() == Cancelled {
			continue
		}
		due -= r.Total().Minor - r.Beyond()
		other := -r.Beyond()
		for _, a := range r.Allocations {
			if i := slices.IndexFunc(out, func(p Payment) bool { return a.To == p.target().To && a.Provider == p.Provider && a.Payment == p.ID }); i >= 0 {
				took := min(a.Amount, max(out[i].Left, 0))
				out[i].Left -= took
				other += a.Amount - took
			} else {
				other += a.Amount
			}
			for i := range out {
				out[i].Disputed = out[i].Disputed || len(r.Disputes) > 0 && a.Owes() && a.Provider == out[i].Provider && a.Payment == out[i].ID
			}
		}
		loose += max(other, 0)
	}
	for i := range out {
		took := min(unasked, told[i], max(out[i].Left, 0))
		out[i].Left, unasked = out[i].Left-took, unasked-took
	}
	rest := unasked + loose
	for i := range out {
		took := min(rest, max(out[i].Left, 0))
		out[i].Left, rest = out[i].Left-took, rest-took
	}
	return settle(out, due)
}

// total adds up what payments have left.
func total(list []Payment) (n int64) {
	for _, p := range list {
		n += max(p.Left, 0)
	}
	return n
}

// settle makes payments add up to what is due: what is too much goes from the last, what is missing is due by no payment.
func settle(list []Payment, due int64) []Payment {
	due = max(due, 0)
	for i := len(list) - 1; i >= 0; i-- {
		over := total(list) - due
		if over <= 0 {
			break
		}
		list[i].Left -= min(over, max(list[i].Left, 0))
	}
	if missing := due - total(list); missing > 0 && len(list) > 0 {
		list = append(list, Payment{Method: "", Left: missing, PaidAt: list[0].PaidAt, Closed: true})
	}
	return list
}
