package store_test

import (
	"context"
	"testing"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/ledger"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/flow/casework"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// A lead gives money back of an order, some of it, then all of the rest, then a gesture beside it: what leaves is what was
// quoted, nothing is paid twice, and what a role may not approve alone waits for somebody else.
func TestMoneyIsGivenBackOfAnOrder(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, x := context.Background(), newBureau(t, s)
		shirt, lamp := x.order.Lines[0].ID, x.order.Lines[1].ID
		some := casework.Payback{Order: x.order.ID, Units: map[int64]int64{shirt: 1}, Postage: 200, Goodwill: 100, Reason: "damaged", Why: "torn, and she keeps it"}

		agent := auth.Actor{Kind: auth.Agent, ID: 9, Workspace: x.w, Role: auth.AgentRole}
		if _, _, err := x.PayBack(ctx, agent, some); !errs.Is(err, errs.Denied) {
			t.Errorf("money given without the right: %v", err)
		}
		if _, err := x.QuotePayback(ctx, agent, some); !errs.Is(err, errs.Denied) {
			t.Errorf("quoted without the right: %v", err)
		}
		for name, change := range map[string]func(*casework.Payback){
			"no reason":        func(p *casework.Payback) { p.Why = "  " },
			"too many":         func(p *casework.Payback) { p.Units = map[int64]int64{shirt: 4} },
			"too much postage": func(p *casework.Payback) { p.Postage = 491 },
			"below zero":       func(p *casework.Payback) { p.Goodwill = -1 },
			"nothing":          func(p *casework.Payback) { p.Units, p.Postage, p.Goodwill = nil, 0, 0 },
		} {
			p := some
			change(&p)
			if _, _, err := x.PayBack(ctx, x.lead, p); !errs.Is(err, errs.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		strange := some
		strange.Units = map[int64]int64{77: 1}
		if _, err := x.QuotePayback(ctx, x.lead, strange); !errs.Is(err, errs.NotFound) {
			t.Errorf("a line of another order: %v", err)
		}

		q, err := x.QuotePayback(ctx, x.lead, some)
		must(t, err)
		want := ledger.Components{Goods: 2000, Tax: 380, ShippingOut: 200, Goodwill: 100}
		if q.Components != want || q.Total != (money.Amount{Minor: 2680, Currency: "EUR"}) || q.Left != 11200 || q.Postage != 490 || q.Free[shirt] != 3 || !q.Alone || len(q.Ways) != 1 || q.Ways[0].Amount != 2680 {
			t.Fatalf("%+v", q)
		}
		c, f, err := x.PayBack(ctx, x.lead, some)
		must(t, err)
		if f.Components != q.Components || f.State() != refund.Approved || f.RequestedBy != 2 || f.Order != x.order.ID || c.Decision.Why != some.Why || c.Decision.By != 2 || c.Kind != cases.Goodwill {
			t.Fatalf("%+v of %+v", f, c)
		}
		if len(x.letters) != 1 {
			t.Errorf("the customer was written %d letters: %q", len(x.letters), x.letters)
		}
		x.pays(t, f.ID, true)
		if c = x.get(t, c.ID); c.Phase != cases.Closed || len(x.letters) != 2 {
			t.Errorf("paid and %s; %q", c.Phase, x.letters)
		}

		// All of the rest is above what one person approves: whoever decided on it does not approve it either.
		rest := casework.Payback{Order: x.order.ID, All: true, Reason: "other", Why: "never came"}
		q, err = x.QuotePayback(ctx, x.lead, rest)
		must(t, err)
		if q.Components != (ledger.Components{Goods: 7000, Tax: 1330, ShippingOut: 290}) || q.Units[shirt] != 2 || q.Units[lamp] != 1 || q.Alone || q.Left != 8620 {
			t.Fatalf("%+v", q)
		}
		_, f, err = x.PayBack(ctx, x.lead, rest)
		must(t, err)
		if f.State() != refund.Requested || f.RequestedBy != 2 {
			t.Fatalf("%s, asked for by %d", f.State(), f.RequestedBy)
		}
		if _, err := x.till.Approve(ctx, x.lead, f.ID); !errs.Is(err, errs.Denied) {
			t.Errorf("two eyes were four: %v", err)
		}
		_, err = x.till.Approve(ctx, x.owner, f.ID)
		must(t, err)
		x.pays(t, f.ID, true)
		if _, _, err := x.PayBack(ctx, x.lead, rest); !errs.Is(err, errs.Invalid) {
			t.Errorf("all of it twice: %v", err)
		}
		again := casework.Payback{Order: x.order.ID, Units: map[int64]int64{lamp: 1}, Reason: "other", Why: "again"}
		if _, _, err := x.PayBack(ctx, x.lead, again); !errs.Is(err, errs.Invalid) {
			t.Errorf("a unit twice: %v", err)
		}

		// A gesture holds no unit, whatever became of the goods; a role with a limit asks for somebody else above it.
		must(t, s.SaveRefundLimits(ctx, x.w, []refund.Limit{{Role: auth.Lead, Currency: "EUR", Above: 500}}))
		c, f, err = x.PayBack(ctx, x.lead, casework.Payback{Order: x.order.ID, Goodwill: 500, Credit: true, Reason: "other", Why: "a long wait"})
		must(t, err)
		if f.State() != refund.Approved || f.Allocations[0].To != refund.ToCredit || c.Resolutions[0].Means != cases.AllowanceCredit {
			t.Errorf("%+v", f)
		}
		if _, f, err = x.PayBack(ctx, x.lead, casework.Payback{Order: x.order.ID, Goodwill: 501, Reason: "other", Why: "a longer one"}); err != nil || f.State() != refund.Requested {
			t.Errorf("above the role's limit: %s, %v", f.State(), err)
		}
		if held, err := s.UnitsHeld(ctx, x.w, x.order.ID); err != nil || len(held) != 4 {
			t.Errorf("%d units are held, %v", len(held), err)
		}
	})
}

// Several people who give back the same unit at once pay for it once; the others are told that it is not there any more.
func TestAUnitIsPaidBackOnceHoweverManyAsk(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, x := context.Background(), newBureau(t, s)
		one := casework.Payback{Order: x.order.ID, Units: map[int64]int64{x.order.Lines[1].ID: 1}, Reason: "damaged", Why: "broken"}
		got := make(chan error)
		for range 4 {
			go func() {
				_, _, err := x.PayBack(ctx, x.lead, one)
				got <- err
			}()
		}
		paid := 0
		for range 4 {
			switch err := <-got; {
			case err == nil:
				paid++
			case !errs.Is(err, errs.Invalid) && !errs.Is(err, errs.Conflict):
				t.Error(err)
			}
		}
		held, err := s.UnitsHeld(ctx, x.w, x.order.ID)
		if must(t, err); paid != 1 || len(held) != 1 {
			t.Errorf("paid %d times, %d units are held", paid, len(held))
		}
	})
}
