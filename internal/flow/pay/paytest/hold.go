package paytest

import (
	"context"
	"sync"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/hold"
	"godwit.dev/godwit/internal/flow/pay"
)

// HoldSubject is a provider whose holds are to be examined.
type HoldSubject struct {
	Holder  pay.Holder
	Sum     money.Amount                          // that it holds
	Agree   func(pay.HoldRef)                     // the customer does, on its page
	Lapse   func(pay.HoldRef)                     // the bank lets go
	Decline func(pay.HoldRef)                     // the card has no money from now on
	Charged func() (minor int64)                  // what it has taken in all
	Holding func(pay.HoldRef) (kept, active bool) // whether it knows the card, and whether the sum is held; nil leaves it out
}

// RunHolds examines what a driver says that it can hold; open returns a fresh subject.
func RunHolds(t *testing.T, d pay.Driver, open func(t *testing.T) HoldSubject) {
	if !d.Can.Holds {
		t.Fatalf("%s does not say that it holds", d.Name)
	}
	begin := func(t *testing.T, s HoldSubject, agrees bool) pay.HoldRef {
		t.Helper()
		ask := pay.HoldAsk{Key: "godwit-hold-1", Sum: s.Sum, What: "Boots", Terms: "Charged if they stay", Language: "de", Back: "https://shop.example/case/1", At: time.Now()}
		first, err := s.Holder.OpenHold(t.Context(), ask)
		if err != nil || first.Reference == "" {
			t.Fatalf("%+v, %v", first, err)
		}
		if again, err := s.Holder.OpenHold(t.Context(), ask); err != nil || again != first {
			t.Fatalf("a repeat: %+v, %v; first %+v", again, err, first)
		}
		r := pay.HoldRef{Key: ask.Key, Page: first.Reference}
		if a, err := s.Holder.LookHold(t.Context(), r); err != nil || a.Outcome != hold.Open {
			t.Fatalf("before the customer answered: %+v, %v", a, err)
		}
		if agrees {
			s.Agree(r)
			if a, err := s.Holder.LookHold(t.Context(), r); err != nil || a.Outcome != hold.IsHeld || a.EndsAt.IsZero() {
				t.Fatalf("agreed: %+v, %v", a, err)
			}
		}
		return r
	}
	part := func(s HoldSubject) money.Amount {
		return money.Amount{Minor: s.Sum.Minor / 2, Currency: s.Sum.Currency}
	}
	t.Run("what is held is taken once, in part too", func(t *testing.T) {
		s := open(t)
		r := begin(t, s, true)
		for range 2 {
			a, err := s.Holder.TakeHold(t.Context(), r, "godwit-hold-1-1", part(s))
			if err != nil || a.Outcome != hold.WasTaken || a.Taken != part(s) || a.Payment == "" {
				t.Errorf("%+v, %v", a, err)
			}
		}
		if a, err := s.Holder.EndHold(t.Context(), r); err != nil || a.Outcome != hold.WasTaken {
			t.Errorf("released after it was taken: %+v, %v", a, err)
		}
		if n := s.Charged(); n != part(s).Minor {
			t.Errorf("took %d", n)
		}
	})
	t.Run("what is released is not taken", func(t *testing.T) {
		s := open(t)
		r := begin(t, s, true)
		for range 2 {
			if a, err := s.Holder.EndHold(t.Context(), r); err != nil || a.Outcome != hold.LetGo {
				t.Errorf("%+v, %v", a, err)
			}
		}
		if a, err := s.Holder.TakeHold(t.Context(), r, "godwit-hold-1-1", s.Sum); err != nil || a.Outcome != hold.Refused || a.Code == "" {
			t.Errorf("%+v, %v", a, err)
		}
		if n := s.Charged(); n != 0 {
			t.Errorf("took %d", n)
		}
		if s.Holding != nil {
			if kept, active := s.Holding(r); kept || active {
				t.Errorf("knows the card: %v, holds: %v", kept, active)
			}
		}
	})
	t.Run("whoever left the page is let go", func(t *testing.T) {
		s := open(t)
		r := begin(t, s, false)
		if a, err := s.Holder.EndHold(t.Context(), r); err != nil || a.Outcome != hold.LetGo && a.Outcome != hold.Refused {
			t.Errorf("%+v, %v", a, err)
		}
		if a, err := s.Holder.LookHold(t.Context(), r); err != nil || a.Outcome != hold.LetGo && a.Outcome != hold.Refused {
			t.Errorf("looked at: %+v, %v", a, err)
		}
	})
	t.Run("what lapsed is charged to the card, once", func(t *testing.T) {
		s := open(t)
		r := begin(t, s, true)
		s.Lapse(r)
		if a, err := s.Holder.LookHold(t.Context(), r); err != nil || a.Outcome != hold.Gone {
			t.Fatalf("%+v, %v", a, err)
		}
		for range 2 {
			if a, err := s.Holder.TakeHold(t.Context(), r, "godwit-hold-1-1", part(s)); err != nil || a.Outcome != hold.WasTaken || a.Taken != part(s) || a.Payment == "" {
				t.Errorf("%+v, %v", a, err)
			}
		}
		if n := s.Charged(); n != part(s).Minor {
			t.Errorf("took %d", n)
		}
	})
	t.Run("a card without money is an answer", func(t *testing.T) {
		s := open(t)
		r := begin(t, s, true)
		s.Lapse(r)
		s.Decline(r)
		if a, err := s.Holder.TakeHold(t.Context(), r, "godwit-hold-1-1", part(s)); err != nil || a.Outcome != hold.Refused || a.Code == "" {
			t.Errorf("%+v, %v", a, err)
		}
		if n := s.Charged(); n != 0 {
			t.Errorf("took %d", n)
		}
	})
	t.Run("it is taken once, by whomever it is asked at once", func(t *testing.T) {
		s := open(t)
		r := begin(t, s, true)
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() { _, _ = s.Holder.TakeHold(t.Context(), r, "godwit-hold-1-1", s.Sum) })
		}
		all.Wait()
		if n := s.Charged(); n != s.Sum.Minor {
			t.Errorf("took %d", n)
		}
	})
	t.Run("what was never opened, and an ended context, are no answers", func(t *testing.T) {
		s := open(t)
		if a, err := s.Holder.LookHold(t.Context(), pay.HoldRef{Key: "godwit-hold-2"}); !errs.Is(err, errs.NotFound) {
			t.Errorf("%+v, %v", a, err)
		}
		r := begin(t, s, true)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if a, err := s.Holder.TakeHold(ctx, r, "godwit-hold-1-1", s.Sum); err == nil {
			t.Errorf("%+v", a)
		}
		if a, err := s.Holder.EndHold(ctx, r); err == nil {
			t.Errorf("%+v", a)
		}
	})
}
