package store_test

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/ledger"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// counterDesk is a till with the cases that lead to it.
type counterDesk struct {
	*till
	cases *cases.Service
	told  []cases.ID // whose withdrawals were acknowledged
	fail  error      // of the acknowledgement
	now   time.Time
}

func newCounter(t *testing.T, s *store.Store) *counterDesk {
	t.Helper()
	x := &counterDesk{till: newTill(t, s), now: time.Now().UTC().Truncate(time.Millisecond)}
	x.cases = cases.New(cases.Config{Store: s, Orders: x.orders, Journal: s, IDs: x.ids, Now: func() time.Time { return x.now },
		Acknowledge: func(_ context.Context, c cases.Case) error {
			if x.fail == nil {
				x.told = append(x.told, c.ID)
			}
			return x.fail
		},
		Carry: func(ctx context.Context, c cases.Case, r cases.Resolution) (cases.Carried, error) {
			n := x.wants(0, r.Number)
			n.Case, n.Components = int64(c.ID), r.Money.Components
			paid, err := x.Request(ctx, auth.ForSystem(x.w), n)
			return cases.Carried{Refund: paid.ID}, err
		}})
	return x
}

func (x *counterDesk) opens(t *testing.T, kind cases.Kind, n int64) cases.Case {
	t.Helper()
	c, err := x.cases.Open(context.Background(), x.owner, cases.NewCase{Kind: kind, Items: []cases.Item{{Order: x.order.ID, OrderRow: x.order.Lines[0].ID, Quantity: n, Reason: "changed_mind"}}})
	must(t, err)
	return c
}

func mug(n int64, means cases.Means, at cases.Trigger) cases.Resolution {
	r := cases.Resolution{Means: means, Units: []cases.Group{{Line: 1, From: 1, Quantity: n}}, Trigger: at}
	if means.Pays() {
		r.Money = cases.Money{Currency: "EUR", Components: ledger.Components{Goods: 2500 * n}}
	}
	return r
}

func TestAWithdrawalIsAcknowledgedInItsTransaction(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, x := context.Background(), newCounter(t, s)
		c := x.opens(t, cases.Withdrawal, 1)
		x.fail = errors.New("no mailbox")
		if _, err := x.cases.Withdraw(ctx, auth.ForSystem(x.w), c.ID, cases.Decision{Policy: "main/3"}, x.now.AddDate(0, 0, 14), nil); !errors.Is(err, x.fail) {
			t.Errorf("withdrawn without a word: %v", err)
		}
		if got, err := x.cases.Get(ctx, x.owner, c.ID); err != nil || got.Phase != cases.Draft {
			t.Errorf("%s, %v", got.Phase, err)
		}
		x.fail = nil
		_, err := x.cases.Withdraw(ctx, auth.ForSystem(x.w), c.ID, cases.Decision{Policy: "main/3", Output: []byte(`{"offers": []}`)}, x.now.AddDate(0, 0, 14), nil)
		must(t, err)
		got, err := x.cases.Get(ctx, x.owner, c.ID)
		if err != nil || got.Phase != cases.Approved || !got.Statutory || !slices.Equal(x.told, []cases.ID{c.ID}) || got.Number != 1 {
			t.Errorf("%+v, %v; told %v", got, err, x.told)
		}
		events, err := x.cases.History(ctx, x.owner, c.ID)
		must(t, err)
		folded, err := cases.Fold(events)
		folded.Decision.Output, got.Decision.Output = nil, nil // PostgreSQL writes JSON its own way
		if err != nil || !reflect.DeepEqual(folded, got) {
			t.Errorf("%v\nkept   %+v\nfolded %+v", err, got, folded)
		}
	})
}

// What webhooks and the audit read of a step is the phase that it caused, also where one transaction takes several of them.
func TestTheJournalTellsThePhaseThatAnEventCaused(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, x := context.Background(), newCounter(t, s)
		c := x.opens(t, cases.Withdrawal, 1)
		_, err := x.cases.Withdraw(ctx, auth.ForSystem(x.w), c.ID, cases.Decision{Policy: "main/3"}, x.now.AddDate(0, 0, 14), nil)
		must(t, err)
		list, err := s.EventsAfter(ctx, x.w, 0, 1000)
		must(t, err)
		var phases []cases.Phase
		for _, e := range list {
			if e.Kind != cases.IsOpened && e.Kind != cases.IsMoved {
				continue
			}
			var sum cases.Summary
			must(t, json.Unmarshal(e.Data, &sum))
			if phases = append(phases, sum.Phase); e.Kind == cases.IsMoved && sum.Was != phases[len(phases)-2] {
				t.Errorf("%s came from %s", sum.Phase, sum.Was)
			}
		}
		if want := []cases.Phase{cases.Draft, cases.Submitted, cases.Approved}; !slices.Equal(phases, want) {
			t.Errorf("told %v, not %v", phases, want)
		}
	})
}

// From the wish to the money: the case, its refund, the books, and back again when the bank sends it back.
func TestACaseLeadsToItsRefundOnce(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, x := context.Background(), newCounter(t, s)
		c := x.opens(t, cases.Return, 1)
		_, err := x.cases.Submit(ctx, x.owner, c.ID, nil)
		must(t, err)
		_, err = x.cases.Approve(ctx, x.owner, c.ID, cases.Decision{Policy: "main/3"}, x.now.AddDate(0, 0, 14), map[int]int64{1: 1}, nil)
		must(t, err)
		dear := mug(1, cases.RefundOriginal, cases.AtReceipt)
		dear.Money.Components.Goods++
		if _, err := x.cases.Propose(ctx, x.owner, c.ID, []cases.Resolution{dear}); !errs.Is(err, errs.Invalid) {
			t.Errorf("more than was paid for the unit: %v", err)
		}
		dear.Money.Components = ledger.Components{Goods: 2500, Goodwill: 1}
		if _, err := x.cases.Propose(ctx, auth.Actor{Kind: auth.Agent, ID: 9, Workspace: x.w, Role: auth.AgentRole}, c.ID, []cases.Resolution{dear}); !errs.Is(err, errs.Denied) {
			t.Errorf("goodwill without the right: %v", err)
		}
		c, err = x.cases.Propose(ctx, x.owner, c.ID, []cases.Resolution{mug(1, cases.RefundOriginal, cases.AtReceipt), mug(1, cases.ExchangeVariant, cases.AtReceipt)})
		must(t, err)
		c, err = x.cases.Accept(ctx, x.owner, c.ID, c.Resolutions[0].Number, "")
		if err != nil || c.Resolutions[0].Stand != cases.Waiting || c.Resolutions[1].Stand != cases.Lapsed {
			t.Fatalf("%+v, %v", c.Resolutions, err)
		}
		_, err = x.cases.Go(ctx, x.owner, c.ID, cases.AwaitingGoods, "")
		must(t, err)
		c, err = x.cases.Count(ctx, x.owner, c.ID, 1, cases.Received, 1)
		if err != nil || c.Phase != cases.GoodsHere || c.Resolutions[0].Stand != cases.Executing || c.Resolutions[0].Refund == 0 {
			t.Fatalf("received, and nothing is paid: %+v, %v", c, err)
		}
		if r, err := x.Get(ctx, x.owner, c.Resolutions[0].Refund); err != nil || r.Total().Minor != 2500 || r.Case != int64(c.ID) {
			t.Errorf("%+v, %v", r, err)
		}
		for range 2 {
			must(t, x.cases.Sweep(ctx, x.w))
		}
		if list, err := x.List(ctx, x.owner, refund.Filter{Case: int64(c.ID)}, 0, 10); err != nil || len(list) != 1 {
			t.Errorf("%d refunds, %v", len(list), err)
		}
	})
}

// A unit is promised once, whichever case asks; the database holds it.
func TestUnitsAreHeldAcrossCases(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, x := context.Background(), newCounter(t, s)
		takes := func(c cases.Case) (cases.Case, error) {
			_, err := x.cases.Withdraw(ctx, x.owner, c.ID, cases.Decision{Policy: "main/3"}, time.Time{}, nil)
			must(t, err)
			c, err = x.cases.Propose(ctx, x.owner, c.ID, []cases.Resolution{mug(c.Lines[0].Count(cases.Asked), cases.RefundOriginal, cases.AtReceipt)})
			must(t, err)
			return x.cases.Accept(ctx, x.owner, c.ID, c.Resolutions[0].Number, "")
		}
		a, b := x.opens(t, cases.Withdrawal, 1), x.opens(t, cases.Withdrawal, 2) // b asks before a holds anything
		a, err := takes(a)
		must(t, err)
		if _, err := takes(b); !errs.Is(err, errs.Conflict) {
			t.Errorf("a unit was promised twice: %v", err)
		}
		if c := x.opens(t, cases.Withdrawal, 1); c.Lines[0].From != 2 {
			t.Errorf("the held unit was chosen: %+v", c.Lines)
		}
		if _, err := x.cases.Open(ctx, x.owner, cases.NewCase{Kind: cases.Return, Items: []cases.Item{{Order: x.order.ID, OrderRow: x.order.Lines[0].ID, Quantity: 2}}}); !errs.Is(err, errs.Conflict) {
			t.Errorf("two of one that is left: %v", err)
		}
		_, err = x.cases.Close(ctx, x.owner, a.ID, cases.WasWithdrawn, 0)
		must(t, err)
		b, err = x.cases.Get(ctx, x.owner, b.ID)
		must(t, err)
		if _, err := x.cases.Accept(ctx, x.owner, b.ID, b.Resolutions[0].Number, ""); err != nil {
			t.Errorf("what was given up is not free again: %v", err)
		}
	})
}

func TestTheLawsLastDayPaysWhateverIsWaitedFor(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, x := context.Background(), newCounter(t, s)
		c := x.opens(t, cases.Withdrawal, 1)
		last := x.now.AddDate(0, 0, 14)
		_, err := x.cases.Withdraw(ctx, x.owner, c.ID, cases.Decision{Policy: "main/3"}, last, nil)
		must(t, err)
		c, err = x.cases.Propose(ctx, x.owner, c.ID, []cases.Resolution{mug(1, cases.RefundOriginal, cases.Inspected)})
		must(t, err)
		_, err = x.cases.Accept(ctx, x.owner, c.ID, c.Resolutions[0].Number, "")
		must(t, err)
		for _, at := range []time.Time{last.Add(-time.Millisecond), last} {
			x.now = at
			must(t, x.cases.Sweep(ctx, x.w))
			got, err := x.cases.Get(ctx, x.owner, c.ID)
			if want := map[bool]cases.Stand{true: cases.Executing, false: cases.Waiting}[at.Equal(last)]; err != nil || got.Resolutions[0].Stand != want {
				t.Errorf("at %v: %s, %v", at, got.Resolutions[0].Stand, err)
			}
		}
	})
}

func TestCasesAreListedWithinSight(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, x := context.Background(), newCounter(t, s)
		first, second := x.opens(t, cases.Return, 1), x.opens(t, cases.Warranty, 1)
		gift, err := x.cases.Open(ctx, x.owner, cases.NewCase{Kind: cases.Return, Gift: true, Items: []cases.Item{{Foreign: "a blue kettle", Quantity: 1, Reason: "other"}}})
		must(t, err)
		ids := func(f cases.Filter, before cases.ID, who auth.Actor) (out []cases.ID) {
			list, err := x.cases.List(ctx, who, f, before, 10)
			must(t, err)
			for _, c := range list {
				out = append(out, c.ID)
			}
			return out
		}
		narrow := auth.Actor{Kind: auth.Agent, ID: 4, Workspace: x.w, Role: auth.Lead, Limits: auth.Limits{Shops: []int64{1}}}
		for what, got := range map[string][2][]cases.ID{
			"all":        {ids(cases.Filter{}, 0, x.owner), {gift.ID, second.ID, first.ID}},
			"after":      {ids(cases.Filter{}, second.ID, x.owner), {first.ID}},
			"by kind":    {ids(cases.Filter{Kind: cases.Warranty}, 0, x.owner), {second.ID}},
			"by phase":   {ids(cases.Filter{Phase: cases.Closed}, 0, x.owner), nil},
			"by order":   {ids(cases.Filter{Order: x.order.ID}, 0, x.owner), {second.ID, first.ID}},
			"by buyer":   {ids(cases.Filter{Customer: x.order.Customer}, 0, x.owner), {second.ID, first.ID}},
			"by nobody":  {ids(cases.Filter{Customer: 1}, 0, x.owner), nil},
			"other shop": {ids(cases.Filter{}, 0, narrow), nil},
			"neighbour":  {ids(cases.Filter{}, 0, newDesk(t, s).owner), nil},
		} {
			if !slices.Equal(got[0], got[1]) {
				t.Errorf("%s: %v, want %v", what, got[0], got[1])
			}
		}
		if _, err := x.cases.Submit(ctx, narrow, first.ID, nil); !errs.Is(err, errs.NotFound) {
			t.Errorf("changed beyond the shops: %v", err)
		}
		if kinds := x.kinds(t); kinds[len(kinds)-1] != cases.IsOpened && !slices.Contains(kinds, cases.IsOpened) {
			t.Errorf("%v", kinds)
		}
	})
}
