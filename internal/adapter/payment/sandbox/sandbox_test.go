package sandbox

import (
	"fmt"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/hold"
	"godwit.dev/godwit/internal/flow/pay"
	"godwit.dev/godwit/internal/flow/pay/paytest"
)

func TestTheSandboxIsAProvider(t *testing.T) {
	paytest.Run(t, Driver(nil), func(*testing.T) paytest.Subject {
		p := New(time.Now)
		return paytest.Subject{Provider: p, Payment: "ch_1", Good: money.Amount{Minor: 1000, Currency: "JPY"}, Refused: money.Amount{Minor: 900 + Fails, Currency: "JPY"},
			Paid: func() int { return p.Paid("ch_1") }}
	})
}

func TestTheSandboxHolds(t *testing.T) {
	paytest.RunHolds(t, Driver(nil), func(t *testing.T) paytest.HoldSubject {
		now := time.Now()
		p := New(func() time.Time { return now })
		return paytest.HoldSubject{Holder: p, Sum: money.Amount{Minor: 5000 + LapsesEarly, Currency: "JPY"}, Charged: p.Charged,
			Agree: func(r pay.HoldRef) {
				if err := p.AnswerHold(t.Context(), r, true); err != nil {
					t.Error(err)
				}
			},
			Lapse: func(pay.HoldRef) { now = now.Add(ShortHoldLife) },
			Decline: func(r pay.HoldRef) {
				if err := p.hold(t.Context(), r.Key, func(h *held) error { h.Ask.Sum.Minor += LapsesUnpaid - LapsesEarly; return nil }); err != nil {
					t.Error(err)
				}
			},
		}
	})
}

// The magic amounts of holds.
func TestMagicHolds(t *testing.T) {
	now := time.Now()
	p := New(func() time.Time { return now })
	open := func(minor int64) pay.HoldRef {
		x := pay.HoldAsk{Key: fmt.Sprint("k", minor), Sum: money.Amount{Minor: minor, Currency: "EUR"}}
		page, err := p.OpenHold(t.Context(), x)
		if err == nil {
			err = p.AnswerHold(t.Context(), pay.HoldRef{Key: x.Key, Page: page.Reference}, true)
		}
		if err != nil {
			t.Fatal(err)
		}
		return pay.HoldRef{Key: x.Key, Page: page.Reference}
	}
	if a, err := p.LookHold(t.Context(), open(1000+Fails)); err != nil || a.Outcome != hold.Refused {
		t.Errorf("fails: %+v, %v", a, err)
	}
	for minor, paid := range map[int64]int64{1000 + HangsPaid: 1002, 2000 + HangsUnheard: 0} {
		r, before := open(minor), p.Charged()
		sum := money.Amount{Minor: minor, Currency: "EUR"}
		if a, err := p.TakeHold(t.Context(), r, r.Key+"-1", sum); err == nil || p.Charged()-before != paid {
			t.Errorf("%d: %+v, took %d", minor, a, p.Charged()-before)
		}
		if a, err := p.TakeHold(t.Context(), r, r.Key+"-1", sum); err != nil || a.Taken != sum || p.Charged()-before != minor {
			t.Errorf("%d asked again: %+v, %v, took %d", minor, a, err, p.Charged()-before)
		}
	}
}
