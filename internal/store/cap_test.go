package store_test

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

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
		var done, of atomic.Int64
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				for range 6 {
					ok, err := s.Spend(ctx, x.w, of.Add(1), sum)
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
		if spent, reserved, err := s.Spent(ctx, x.w, sum); err != nil || done.Load() != 33 || spent != 0 || reserved != 990 {
			t.Errorf("%d times, %d, %d, %v", done.Load(), spent, reserved, err)
		}
		if spent, reserved, err := s.Spent(ctx, storetest.Workspace(t, s), sum); err != nil || spent != 0 || reserved != 0 {
			t.Errorf("another workspace has spent %d, %d, %v", spent, reserved, err)
		}
		if ok, err := s.Spend(ctx, x.w, 4711, policy.Spending{Rule: "", Period: "2026-11", Currency: "EUR", Amount: 1001, Limit: 1000}); err != nil || ok {
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
		budget := policy.Spending{Rule: "credit", Period: week(x.now), Currency: "EUR"}
		if spent, reserved, err := s.Spent(ctx, x.w, budget); err != nil || spent != 0 || reserved != 2580 {
			t.Errorf("spent %d, %d, %v", spent, reserved, err)
		}
		if again, err := x.Choose(ctx, x.anna, first.ID, a); err != nil || again.Phase != first.Phase {
			t.Errorf("chosen again: %s, %v", again.Phase, err)
		}
		second, err = x.Approve(ctx, x.owner, second.ID, b, "a regular customer")
		if must(t, err); second.Phase == cases.Submitted {
			t.Errorf("a person approved, and it is %s", second.Phase)
		}

		// What it took is given back where the refund comes to nothing, and counts again where it arrives after all.
		first, err = x.cases.Count(ctx, x.owner, first.ID, 1, cases.Received, 1)
		must(t, err)
		paid := resolved(t, first, a)
		for i, step := range []struct {
			ok              bool
			spent, reserved int64
		}{{false, 0, 0}, {true, 2580, 0}} {
			if i == 1 {
				_, err = x.till.Resend(ctx, x.owner, paid.Refund, 1, "again")
				must(t, err)
			}
			x.pays(t, paid.Refund, step.ok)
			if spent, reserved, err := s.Spent(ctx, x.w, budget); err != nil || spent != step.spent || reserved != step.reserved {
				t.Errorf("step %d: spent %d, reserved %d, %v", i, spent, reserved, err)
			}
		}
	})
}

func week(t time.Time) string {
	year, n := t.ISOWeek()
	return fmt.Sprintf("%d-W%02d", year, n)
}

// The counter of a budget is the sum of what is reserved and spent, whatever is taken, given back and settled, however
// often, and by two at once; it passes its limit by nothing but what was given back and went out after all.
func TestABudgetIsTheSumOfWhatIsTaken(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, w := t.Context(), storetest.Workspace(t, s)
		n := int64(0)
		rapid.Check(t, func(t *rapid.T) {
			n++
			sum := policy.Spending{Rule: fmt.Sprint("r", n), Period: "2026-11", Currency: "EUR", Limit: 100}
			type take struct {
				amount int64
				state  string
			}
			model := map[int64]*take{}
			limit := int64(100)
			total := func() (spent, reserved int64) {
				for _, x := range model {
					switch x.state {
					case "spent":
						spent += x.amount
					case "reserved":
						reserved += x.amount
					}
				}
				return spent, reserved
			}
			for range rapid.IntRange(1, 12).Draw(t, "steps") {
				of := n*100 + rapid.Int64Range(1, 4).Draw(t, "of")
				do := rapid.SampledFrom([]string{"spend", "spend", "back", "settle"}).Draw(t, "do")
				x := sum
				x.Amount = rapid.Int64Range(1, 60).Draw(t, "amount")
				var both sync.WaitGroup // the same asked by two at once is done once
				for range rapid.IntRange(1, 2).Draw(t, "at once") {
					both.Go(func() {
						var err error
						switch do {
						case "spend":
							_, err = s.Spend(ctx, w, of, x)
						case "back":
							err = s.ReturnSpending(ctx, w, of)
						case "settle":
							err = s.SettleSpending(ctx, w, of)
						}
						if err != nil {
							t.Error(err)
						}
					})
				}
				both.Wait()
				spent, reserved := total()
				switch m := model[of]; {
				case do == "spend" && (m == nil || m.state == "back"):
					if delete(model, of); spent+reserved+x.Amount <= limit {
						model[of] = &take{x.Amount, "reserved"}
					}
				case m == nil:
				case do == "back":
					m.state = "back"
				case do == "settle":
					m.state = "spent"
				}
				spent, reserved = total()
				if a, b, err := s.Spent(ctx, w, sum); err != nil || a != spent || b != reserved {
					t.Fatalf("%s: spent %d, reserved %d, %v; want %d and %d", do, a, b, err, spent, reserved)
				}
			}
		})
	})
}

// Leads are told once when four fifths of a budget are gone, and once when all is.
func TestABudgetWarnsOnceEach(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, x := t.Context(), newBureau(t, s)
		k := policy.CapTerms{Rule: "sale", Per: "month", Limit: 1000, Currency: "EUR", Of: 1000}
		for i, step := range []struct {
			amount int64
			ok     bool
			told   int
		}{{700, true, 0}, {50, true, 0}, {60, true, 1}, {20, true, 1}, {300, false, 2}, {170, true, 2}, {1, false, 2}} {
			ok, err := x.policies().Spend(ctx, x.w, int64(i+1), k, step.amount)
			if err != nil || ok != step.ok || len(x.warned) != step.told {
				t.Errorf("step %d: %v, %v; told %d times", i, ok, err, len(x.warned))
			}
		}
		if len(x.warned) != 2 || x.warned[0].Over || !x.warned[1].Over || x.warned[0].Used() != 810 || !x.warned[0].To.After(x.now) || x.warned[0].From.After(x.now) {
			t.Fatalf("%+v", x.warned)
		}
		must(t, x.policies().GiveBack(ctx, x.w, 1))
		if _, err := x.policies().Spend(ctx, x.w, 9, k, 700); err != nil || len(x.warned) != 2 {
			t.Errorf("told again: %v", err)
		}
		kinds := x.kinds(t)
		if slices.Index(kinds, policy.BudgetNear) < 0 || slices.Index(kinds, policy.BudgetSpent) < 0 {
			t.Errorf("%v", kinds)
		}
		x.now = x.now.AddDate(0, 1, 0)
		if _, err := x.policies().Spend(ctx, x.w, 10, k, 900); err != nil || len(x.warned) != 3 {
			t.Errorf("the next month: %v, %d", err, len(x.warned))
		}
	})
}
