// Package paytest is what every driver of a payment provider has to pass.
package paytest

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/flow/pay"
)

// Subject is a provider to be examined, with sums that it is known to treat in a way.
type Subject struct {
	Provider pay.Provider
	Payment  string       // that it can pay back to, twice what follows
	Good     money.Amount // succeeds, or is pending
	Refused  money.Amount // is refused; the zero Amount leaves it out
	// Paid returns how many refunds of the payment the provider has made; nil leaves it out.
	Paid func() int
}

// Run examines a driver and what it says that it can; open returns a fresh subject.
func Run(t *testing.T, d pay.Driver, open func(t *testing.T) Subject) {
	ask := func(s Subject, key string, a money.Amount) pay.Ask {
		return pay.Ask{Key: key, Payment: s.Payment, Amount: a, At: time.Now()}
	}
	t.Run("a key is paid once", func(t *testing.T) {
		s := open(t)
		first, err := s.Provider.Refund(t.Context(), ask(s, "k1", s.Good))
		if err != nil || first.Reference == "" || first.Outcome != refund.OutcomeSucceeded && first.Outcome != refund.OutcomePending {
			t.Fatalf("%+v, %v", first, err)
		}
		again, err := s.Provider.Refund(t.Context(), ask(s, "k1", s.Good))
		if err != nil || again.Reference != first.Reference {
			t.Errorf("a repeat: %+v, %v; first %+v", again, err, first)
		}
		if s.Paid != nil && s.Paid() != 1 {
			t.Errorf("paid %d times", s.Paid())
		}
		other, err := s.Provider.Refund(t.Context(), ask(s, "k2", s.Good))
		if err != nil || other.Reference == first.Reference {
			t.Errorf("another key: %+v, %v", other, err)
		}
	})
	t.Run("what was asked is found by its key", func(t *testing.T) {
		s := open(t)
		if _, err := s.Provider.Lookup(t.Context(), ask(s, "k1", s.Good)); !errs.Is(err, errs.NotFound) {
			t.Errorf("what was never asked: %v", err)
		}
		first, err := s.Provider.Refund(t.Context(), ask(s, "k1", s.Good))
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.Provider.Lookup(t.Context(), ask(s, "k1", s.Good))
		if errs.Is(err, errs.NotFound) { // it tells by being asked again
			got, err = s.Provider.Refund(t.Context(), ask(s, "k1", s.Good))
		}
		if err != nil || got.Reference != first.Reference {
			t.Errorf("%+v, %v; want %+v", got, err, first)
		}
		if s.Paid != nil && s.Paid() != 1 {
			t.Errorf("paid %d times", s.Paid())
		}
		named := ask(s, "k1", s.Good)
		if named.Reference = first.Reference; d.Can.Asked {
			if got, err := s.Provider.Lookup(t.Context(), named); err != nil || got != first {
				t.Errorf("by its name: %+v, %v; want %+v", got, err, first)
			}
		}
	})
	t.Run("a key is paid once, by whomever it is brought at once", func(t *testing.T) {
		s := open(t)
		x := ask(s, "k1", s.Good)
		var all sync.WaitGroup
		told := make([]string, 4)
		for i := range told {
			all.Go(func() {
				if a, err := s.Provider.Refund(t.Context(), x); err == nil { // one that is still at work may say so
					told[i] = a.Reference
				}
			})
		}
		all.Wait()
		told = slices.DeleteFunc(told, func(r string) bool { return r == "" })
		if len(told) == 0 || len(slices.Compact(slices.Sorted(slices.Values(told)))) != 1 {
			t.Errorf("refunds %q", told)
		}
		if s.Paid != nil && s.Paid() != 1 {
			t.Errorf("paid %d times", s.Paid())
		}
	})
	t.Run("a key that is not known any more pays nothing", func(t *testing.T) {
		if d.Can.Keeps == 0 {
			return // it is known as long as its refund
		}
		s := open(t)
		x := ask(s, "k1", s.Good)
		x.At = x.At.Add(-d.Can.Keeps - time.Hour)
		if got, err := s.Provider.Refund(t.Context(), x); err == nil || got.Outcome != "" {
			t.Errorf("%+v, %v", got, err)
		}
		if s.Paid != nil && s.Paid() != 0 {
			t.Errorf("paid %d times", s.Paid())
		}
	})
	t.Run("a refusal is an answer", func(t *testing.T) {
		s := open(t)
		if s.Refused.IsZero() {
			t.Skip("the provider has no sum that it refuses")
		}
		if got, err := s.Provider.Refund(t.Context(), ask(s, "k1", s.Refused)); err != nil || got.Outcome != refund.OutcomeFailed || got.Code == "" {
			t.Errorf("%+v, %v", got, err)
		}
	})
	t.Run("an ended context is no answer", func(t *testing.T) {
		s := open(t)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if got, err := s.Provider.Refund(ctx, ask(s, "k1", s.Good)); err == nil {
			t.Errorf("%+v", got)
		}
		if _, err := s.Provider.Lookup(ctx, ask(s, "k1", s.Good)); err == nil || errs.Is(err, errs.NotFound) {
			t.Errorf("who could not be asked has not said that it never heard of it: %v", err)
		}
	})
}
