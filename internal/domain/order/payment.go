package order

import (
	"context"
	"fmt"
	"slices"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// Disputed is the kind of event that tells of a payment that its payer disputes, or does no longer; data: PaymentNews.
const Disputed = "order.disputed"

// maxPayments bounds how many payments an order has; what lies beyond is an error, not cut away.
const maxPayments = 100

// Payment is one of the means by which an order was paid, in the order's currency.
type Payment struct {
	ID         string    // the provider's own identifier: what it is asked to pay back to
	Provider   string    // who took it and can give it back: the name of a driver, a platform or a marketplace; "" is not known
	Method     string    // how the customer paid: a key of the methods that package refund knows, or the platform's own word
	Amount     int64     // in minor units
	Refunded   int64     // what the provider or platform says went back, in minor units
	PaidAt     time.Time // when the customer paid
	CapturedAt time.Time // when it was taken; zero: it is authorised only
	Until      time.Time // the provider takes it back until then; zero leaves it to the method
	Disputed   bool      // its payer asked their bank to take it back, and that is not over
}

// PaymentNews is what the event Disputed tells.
type PaymentNews struct {
	Provider string `json:"provider"`
	Payment  string `json:"payment"`
	Disputed bool   `json:"disputed"`
}

// payments brings payments to the form in which they are kept. Times are those of the platform, to the millisecond.
func payments(list []Payment) ([]Payment, error) {
	if len(list) > maxPayments {
		return nil, errs.Field("payments", "error.order_too_long", "lines", len(list))
	}
	var out []Payment
	for _, p := range list {
		p.ID, p.Provider, p.Method = line(p.ID), line(p.Provider), line(p.Method)
		p.PaidAt, p.CapturedAt, p.Until = toMilli(p.PaidAt), toMilli(p.CapturedAt), toMilli(p.Until)
		if p.Amount < 0 || p.Refunded < 0 {
			return nil, errs.Field("payments", "error.refund_sum")
		}
		same := func(q Payment) bool { return q.Provider == p.Provider && q.ID == p.ID }
		if slices.ContainsFunc(out, same) {
			return nil, errs.Wrap(errs.Invalid, fmt.Errorf("two payments %q of %q", p.ID, p.Provider), "error.invalid")
		}
		out = append(out, p)
	}
	return out, nil
}

// merge takes what is known of payments into what a platform tells of them: news without any payment is news of something
// else, and platforms do not say what the payer's bank does.
func merge(old, told []Payment) []Payment {
	if told == nil {
		return old
	}
	for i, p := range told {
		for _, was := range old {
			if was.Provider == p.Provider && was.ID == p.ID {
				told[i].Disputed = p.Disputed || was.Disputed
				told[i].Refunded = max(p.Refunded, was.Refunded)
			}
		}
	}
	return told
}

// Dispute notes that the payer of a payment disputes it, or that it is over, and returns the orders that it paid. A
// repeat, and a payment that no order has, changes nothing. It joins the transaction in ctx and needs ImportOrders, which
// the system holds.
func (s *Service) Dispute(ctx context.Context, actor auth.Actor, provider, payment string, open bool) ([]ID, error) {
	if err := actor.Can(auth.ImportOrders); err != nil {
		return nil, err
	}
	var out []ID
	err := s.store.InTx(ctx, func(ctx context.Context) error {
		var err error
		if out, err = s.store.DisputePayment(ctx, actor.Workspace, provider, payment, open, s.now().UTC().Truncate(time.Millisecond)); err != nil || len(out) == 0 {
			return err
		}
		var events []event.Event
		for _, id := range out {
			events = append(events, event.New(Disputed, actor, id.subject(), 0, PaymentNews{provider, payment, open}))
		}
		return s.journal.Append(ctx, events...)
	})
	return out, err
}
