package store_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/policy"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// TestACapIsNeverPassed spends from many sides at once, and then by cases: the second choice waits for a person.
func TestACapIsNeverPassed(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		x := newBureau(t, s)
		ctx := t.Context()
		sum := policy.Spending{Rule: "sale", Period: "2026-W48", Currency: "EUR", Amount: 30, Limit: 1000}
		var done atomic.Int64
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				for range 6 {
					ok, err := s.Spend(ctx, x.w, sum)
					if err != nil {
						t.Error(err)
					}
					if ok {
						done.Add(1)
					}
				}
			})
		}
		all.Wait()
		if spent, err := s.Spent(ctx, x.w, sum); err != nil || done.Load() != 33 || spent != 990 {
			t.Errorf("%d times, %d, %v", done.Load(), spent, err)
		}
		if spent, err := s.Spent(ctx, storetest.Workspace(t, s), sum); err != nil || spent != 0 {
			t.Errorf("another workspace has spent %d, %v", spent, err)
		}
		if ok, err := s.Spend(ctx, x.w, policy.Spending{Rule: "", Period: "2026-11", Currency: "EUR", Amount: 1001, Limit: 1000}); err != nil || ok {
			t.Errorf("more than all at once: %v, %v", ok, err)
		}

		// Two things for store credit, of which one is within the week's sum. What was known when it was decided does not
		// count, but what is spent when it is chosen.
		x.terms.Policy.Cap = &decision.Cap{Limit: 4000}
		x.terms.Cap = &policy.CapTerms{Rule: "credit", Per: "week", Limit: 4000, Currency: "EUR", Of: 4000}
		open := func(line int) (cases.Case, int64) {
			t.Helper()
			wish := x.wish(cases.Return, "changed_mind", "store_credit", 1)
			wish.Items[0].Row = x.order.Lines[line].ID
			c, adv, err := x.Open(ctx, x.anna, wish)
			must(t, err)
			return c, x.offered(t, adv, "store_credit")
		}
		first, a := open(0)
		second, b := open(1)
		first, err := x.Choose(ctx, x.anna, first.ID, a)
		must(t, err)
		second, err = x.Choose(ctx, x.anna, second.ID, b)
		must(t, err)
		if first.Phase == cases.Submitted || second.Phase != cases.Submitted {
			t.Fatalf("%s, %s", first.Phase, second.Phase)
		}
		if spent, err := s.Spent(ctx, x.w, policy.Spending{Rule: "credit", Period: week(x.now), Currency: "EUR"}); err != nil || spent != 2580 {
			t.Errorf("spent %d, %v", spent, err)
		}
		if again, err := x.Choose(ctx, x.anna, first.ID, a); err != nil || again.Phase != first.Phase {
			t.Errorf("chosen again: %s, %v", again.Phase, err)
		}
		second, err = x.Approve(ctx, x.owner, second.ID, b, "a regular customer")
		if must(t, err); second.Phase == cases.Submitted {
			t.Errorf("a person approved, and it is %s", second.Phase)
		}
	})
}

func week(t time.Time) string {
	year, n := t.ISOWeek()
	return fmt.Sprintf("%d-W%02d", year, n)
}
