package store_test

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/ledger"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/flow/casework"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// story tells invented stories about the cases of one order.
type story struct {
	*bureau
	t    *testing.T
	rand *rand.Rand
}

func anyOf[T any](r *rand.Rand, list ...T) T { return list[r.IntN(len(list))] }

// turn lets somebody do something, which may well be refused; only what nobody expects is an error.
func (x *story) turn(list []cases.Case) {
	ctx, r := context.Background(), x.rand
	fine := func(err error) {
		x.t.Helper()
		if k := errs.KindOf(err); err != nil && k != errs.Conflict && k != errs.Invalid && k != errs.Denied && k != errs.NotFound {
			x.t.Fatal(err)
		}
	}
	if len(list) == 0 || r.IntN(9) == 0 {
		w := x.wish(anyOf(r, cases.Kinds()...), anyOf(r, "changed_mind", "size_fit", "damaged", "defective", "wrong_item", "other"), anyOf(r, "refund", "store_credit", "partial_keep", "replace", ""), 1+r.Int64N(3))
		w.Gift = r.IntN(8) == 0
		if r.IntN(2) == 0 {
			w.Items = append(w.Items, casework.Item{Row: x.order.Lines[1].ID, Quantity: 1, Reason: anyOf(r, "changed_mind", "damaged")})
		}
		if r.IntN(6) == 0 {
			w.Items = append(w.Items, casework.Item{Foreign: "a kettle", Quantity: 1, Reason: "other"})
		}
		if r.IntN(2) == 0 {
			w.Evidence = []string{"photo"}
		}
		_, _, err := x.Open(ctx, x.anna, w)
		fine(err)
		return
	}
	c := anyOf(r, list...)
	number := int64(0)
	if len(c.Resolutions) > 0 {
		number = anyOf(r, c.Resolutions...).Number
	}
	line := 1 + r.IntN(len(c.Lines))
	var err error
	switch r.IntN(16) {
	case 0, 1, 2:
		_, err = x.Choose(ctx, x.anna, c.ID, number)
	case 3, 4:
		_, err = x.Approve(ctx, x.lead, c.ID, number, anyOf(r, "", "seen"))
	case 5:
		_, err = x.Decline(ctx, x.lead, c.ID, nil, anyOf(r, "", "seen"))
	case 6:
		_, err = x.Ask(ctx, x.lead, c.ID, []string{"video"}, "")
	case 7:
		_, err = x.Answer(ctx, x.anna, c.ID, []string{"photo"}, "here")
	case 8:
		_, err = x.Cancel(ctx, x.anna, c.ID)
	case 9:
		_, err = x.Grant(ctx, x.lead, c.ID, casework.Grant{Means: anyOf(r, cases.AllMeans()...), Components: ledger.Components{Goods: r.Int64N(7000), Tax: r.Int64N(1500), Goodwill: anyOf(r, int64(0), 300)}, Lines: map[int]int64{line: 1}}, "so be it")
	case 10:
		_, err = x.cases.Count(ctx, x.owner, c.ID, line, anyOf(r, cases.Shipped, cases.Received, cases.Missing), 1)
	case 11:
		_, err = x.cases.Dispose(ctx, x.owner, c.ID, cases.Placed{Group: cases.Group{Line: line, From: 1, Quantity: 1}, As: cases.RestockNew})
	case 12:
		_, err = x.cases.Meet(ctx, x.owner, c.ID, anyOf(r, cases.FirstScan, cases.AtHub))
	case 13:
		_, err = x.Appeal(ctx, x.anna, c.ID, "look again")
	case 14:
		x.now = x.now.Add(time.Duration(r.IntN(72)) * time.Hour)
		err = x.Work(ctx, x.w)
	case 15:
		_, err = x.Finish(ctx, x.lead, c.ID, number, r.IntN(4) > 0, "out of stock")
	}
	fine(err)
	x.money(c)
}

// money lets the provider do something about a refund of a case.
func (x *story) money(c cases.Case) {
	ctx, system := context.Background(), auth.ForSystem(x.w)
	for _, res := range x.get(x.t, c.ID).Resolutions {
		if res.Refund == 0 || x.rand.IntN(2) == 0 {
			continue
		}
		f, err := x.till.Service.Get(ctx, system, res.Refund)
		must(x.t, err)
		if f.State() == refund.Requested {
			_, _ = x.till.Approve(ctx, x.lead, f.ID)
			continue
		}
		a := anyOf(x.rand, f.Allocations...)
		if f, err = x.till.Submit(ctx, system, f.ID, a.Number); err == nil {
			a = f.Allocations[a.Number-1]
		}
		_, err = x.till.Observe(ctx, system, f.ID, refund.Answer{Allocation: a.Number, Attempt: max(a.Attempt, 1), Reference: a.Key, Code: "said",
			Outcome: anyOf(x.rand, refund.OutcomeSucceeded, refund.OutcomeSucceeded, refund.OutcomeFailed, refund.OutcomeReversed, refund.OutcomePending)})
		if k := errs.KindOf(err); err != nil && k != errs.Conflict && k != errs.Invalid && k != errs.NotFound {
			x.t.Fatal(err)
		}
	}
}

// holds says what no story may break.
func (x *story) holds(list []cases.Case) {
	ctx, system := context.Background(), auth.ForSystem(x.w)
	held := map[[2]int64]int64{}
	given := int64(0)
	for _, c := range list {
		acked := false
		events, err := x.cases.History(ctx, x.owner, c.ID)
		must(x.t, err)
		for _, e := range events {
			acked = acked || e.Kind == cases.Acknowledged
		}
		if c.Statutory != acked {
			x.t.Fatalf("case %d: by law %t, acknowledged %t", c.Number, c.Statutory, acked)
		}
		if c.Statutory && c.Phase == cases.Declined {
			x.t.Fatalf("case %d: the law's was declined", c.Number)
		}
		for _, r := range c.Resolutions {
			if c.Phase == cases.Closed && c.Reason != cases.MovedToDispute && r.Stand.Alive() && r.Stand != cases.Done {
				x.t.Fatalf("case %d is closed as %s, and %+v runs", c.Number, c.Reason, r)
			}
			if r.Refund != 0 {
				f, err := x.till.Service.Get(ctx, system, r.Refund)
				must(x.t, err)
				if f.State() != refund.Cancelled {
					given += f.Total().Minor - f.Beyond()
				}
				if done := f.State() == refund.Succeeded; done != (r.Stand == cases.Done) && r.Stand != cases.Lapsed {
					x.t.Fatalf("case %d: the refund is %s and its resolution %s", c.Number, f.State(), r.Stand)
				}
			}
			if !r.Means.BearsMoney() || !r.Stand.Alive() {
				continue
			}
			for _, g := range r.Units {
				l := c.Lines[g.Line-1]
				for u := range g.Quantity {
					unit := [2]int64{l.OrderRow, l.From + g.From - 1 + u}
					if other := held[unit]; other != 0 {
						x.t.Fatalf("unit %v has resolutions %d and %d", unit, other, r.Number)
					}
					held[unit] = r.Number
				}
			}
		}
	}
	if given > x.order.Total {
		x.t.Fatalf("%d given of %d", given, x.order.Total)
	}
	books, err := x.book.Balances(ctx, x.owner)
	must(x.t, err)
	sum := int64(0)
	for _, b := range books {
		sum += b.Net()
	}
	if sum != 0 {
		x.t.Fatalf("the books are off by %d", sum)
	}
}

// Whatever people, customers, the warehouse and the bank do in whatever order: no unit gets two resolutions that bear
// money, an order gives back no more than was paid for it, goodwill apart, what is closed has nothing running, a withdrawal
// by law is acknowledged and never declined, a resolution is done when its refund is, and the books balance.
func TestNoStoryPaysTwice(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		kinds, closed := map[cases.Kind]int{}, 0
		for seed := range uint64(12) {
			x := &story{bureau: newBureauOf(t, s, int(seed)), t: t, rand: rand.New(rand.NewPCG(seed, 7))}
			x.terms.Policy.Auto = map[decision.Remedy]int64{decision.Refund: 3000, decision.StoreCredit: 5000, decision.PartialKeep: 2000}
			for range 60 {
				list, err := x.cases.List(context.Background(), x.owner, cases.Filter{Order: x.order.ID}, 0, cases.MaxPage)
				must(t, err)
				x.turn(list)
				if list, err = x.cases.List(context.Background(), x.owner, cases.Filter{Order: x.order.ID}, 0, cases.MaxPage); err != nil {
					t.Fatal(err)
				}
				x.holds(list)
			}
			list, err := x.cases.List(context.Background(), x.owner, cases.Filter{Order: x.order.ID}, 0, cases.MaxPage)
			must(t, err)
			for _, c := range list {
				kinds[c.Kind]++
				if c.Phase == cases.Closed && c.Reason == cases.Completed {
					closed++
				}
			}
		}
		if closed == 0 || len(kinds) < 5 {
			t.Errorf("the stories are dull: %d closed of %v", closed, kinds)
		}
		t.Logf("%d closed of %v", closed, kinds)
	})
}
