package store_test

import (
	"context"
	"reflect"
	"slices"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/ledger"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// till is a desk that pays back an order of 50.00 EUR.
type till struct {
	desk
	*refund.Service
	book  *ledger.Book
	order order.Order
	lead  auth.Actor
	ready []refund.ID
}

func newTill(t testing.TB, s *store.Store) *till {
	t.Helper()
	d := newDesk(t, s)
	shop := d.shop(t, "EUR")
	o, _, err := d.orders.Save(context.Background(), d.owner, order.New{Shop: shop, Number: "1001", Email: "anna@client.example", Currency: "EUR", Goods: 5000, Total: 5000,
		PlacedAt: time.Now().AddDate(0, 0, -9), Lines: []order.Line{{SKU: "MUG", Title: "Mug", Quantity: 2, Price: 2500}}})
	if err != nil {
		t.Fatal(err)
	}
	x := &till{desk: d, order: o, book: ledger.New(ledger.Config{Store: s, IDs: d.ids}), lead: auth.Actor{Kind: auth.Agent, ID: 2, Name: "Lea", Workspace: d.w, Role: auth.Lead}}
	must(t, s.SaveRefundLimits(context.Background(), d.w, []refund.Limit{{Currency: "EUR", Above: 4000}}))
	x.Service = refund.New(refund.Config{Store: s, Ledger: x.book, Journal: s, IDs: d.ids,
		Carry: func(_ context.Context, r refund.Refund) error { x.ready = append(x.ready, r.ID); return nil }})
	return x
}

func (x *till) wants(sum, resolution int64) refund.NewRefund {
	return refund.NewRefund{Terms: refund.Terms{Order: x.order.ID, Resolution: resolution, Currency: "EUR", Components: ledger.Components{Goods: sum}},
		Payments: []refund.Payment{{ID: "ch_1", Provider: "sandbox", Method: "card", Left: 5000}}}
}

func (x *till) net(t *testing.T, a ledger.Account) (n int64) {
	t.Helper()
	list, err := x.book.Balances(context.Background(), x.owner)
	must(t, err)
	for _, b := range list {
		if b.Account == a {
			n += b.Net()
		}
	}
	return n
}

func TestARefundIsKeptWithItsEventsAndEntries(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, x := context.Background(), newTill(t, s)
		r, err := x.Request(ctx, x.owner, x.wants(2500, 7))
		must(t, err)
		r, err = x.Approve(ctx, x.lead, r.ID)
		must(t, err)
		if !slices.Equal(x.ready, []refund.ID{r.ID}) || x.net(t, ledger.RefundsPayable) != -2500 {
			t.Errorf("%v are ready, %d payable", x.ready, x.net(t, ledger.RefundsPayable))
		}
		r, err = x.Submit(ctx, auth.ForSystem(x.w), r.ID, 1)
		must(t, err)
		for range 2 { // an answer twice
			_, err = x.Observe(ctx, auth.ForSystem(x.w), r.ID, refund.Answer{Allocation: 1, Attempt: 1, Outcome: refund.OutcomeSucceeded, Reference: "re_1", Moved: money.Amount{Minor: 2700, Currency: "USD"}})
			must(t, err)
		}
		got, err := x.Get(ctx, x.owner, r.ID)
		must(t, err)
		events, err := x.History(ctx, x.owner, r.ID)
		must(t, err)
		folded, err := refund.Fold(events)
		if err != nil || got.State() != refund.Succeeded || !reflect.DeepEqual(folded, got) {
			t.Errorf("%v\nkept   %+v\nfolded %+v", err, got, folded)
		}
		if x.net(t, ledger.RefundsPayable) != 0 || x.net(t, ledger.RefundsInTransit) != 0 || x.net(t, "clearing.sandbox") != -2700 {
			t.Errorf("the books do not follow")
		}
		if id, n, err := s.RefundByReference(ctx, x.w, "sandbox", "re_1"); err != nil || id != r.ID || n != 1 {
			t.Errorf("by reference: %d, %d, %v", id, n, err)
		}
		_, err = x.Observe(ctx, auth.ForSystem(x.w), r.ID, refund.Answer{Allocation: 1, Attempt: 1, Outcome: refund.OutcomeReversed, Moved: money.Amount{Minor: 2700, Currency: "USD"}})
		must(t, err)
		if list, err := x.List(ctx, x.owner, refund.Filter{Stuck: true}, 0, 10); err != nil || len(list) != 1 || list[0].State() != refund.Reversed || x.net(t, ledger.RefundsPayable) != -2500 {
			t.Errorf("stuck: %+v, %v", list, err)
		}
		if kinds := x.kinds(t); !slices.Contains(kinds, refund.IsReversed) || kinds[len(kinds)-1] != refund.IsReversed {
			t.Errorf("%v", kinds)
		}
		if c, err := s.CheckLedger(ctx, x.w); err != nil || len(c.Problems) > 0 {
			t.Errorf("%+v, %v", c, err)
		}
	})
}

func TestNothingIsPaidTwiceOrAboveWhatWasPaid(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, x := context.Background(), newTill(t, s)
		first, err := x.Request(ctx, x.owner, x.wants(2500, 7))
		must(t, err)
		if _, err := x.Request(ctx, x.owner, x.wants(100, 7)); !errs.Is(err, errs.Conflict) {
			t.Errorf("a second one for the same resolution: %v", err)
		}
		if _, err := x.Request(ctx, x.owner, x.wants(2501, 8)); !errs.Is(err, errs.Invalid) {
			t.Errorf("above what was paid: %v", err)
		}
		_, err = x.Cancel(ctx, x.lead, first.ID, "wrong line")
		must(t, err)
		again, err := x.Request(ctx, x.owner, x.wants(2500, 7))
		must(t, err)
		more := x.wants(4500, 9)
		more.Components = ledger.Components{Goods: 2500, Goodwill: 2000}
		kind, err := x.Request(ctx, x.lead, more)
		if err != nil || len(kind.Allocations) != 1 {
			t.Errorf("goodwill has a name of its own: %+v, %v", kind, err)
		}
		if _, err := x.Approve(ctx, x.lead, kind.ID); !errs.Is(err, errs.Denied) {
			t.Errorf("alone above four eyes: %v", err)
		}
		agent := auth.Actor{Kind: auth.Agent, ID: 3, Workspace: x.w, Role: auth.AgentRole}
		if _, err := x.Approve(ctx, agent, again.ID); !errs.Is(err, errs.Denied) {
			t.Errorf("approved without the right: %v", err)
		}
		elsewhere := auth.Actor{Kind: auth.Agent, ID: 4, Workspace: x.w, Role: auth.Lead, Limits: auth.Limits{Shops: []int64{1}}}
		if _, err := x.Get(ctx, elsewhere, again.ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("seen beyond the shops: %v", err)
		}
		if list, err := x.List(ctx, elsewhere, refund.Filter{}, 0, 10); err != nil || len(list) != 0 {
			t.Errorf("listed beyond the shops: %v, %v", list, err)
		}
		if list, err := x.List(ctx, x.owner, refund.Filter{Order: x.order.ID}, again.ID, 10); err != nil || len(list) != 1 || list[0].ID != first.ID {
			t.Errorf("the page after: %+v, %v", list, err)
		}
		stranger := newDesk(t, s).owner
		if _, err := x.Request(ctx, stranger, x.wants(1, 0)); !errs.Is(err, errs.NotFound) {
			t.Errorf("another workspace's order: %v", err)
		}
	})
}

func TestADisputeFreezesTheRefundsOfItsPayment(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, x := context.Background(), newTill(t, s)
		r, err := x.Request(ctx, x.owner, x.wants(2500, 7))
		must(t, err)
		_, err = x.Approve(ctx, x.lead, r.ID)
		must(t, err)
		for i := range 2 {
			if froze, err := x.DisputeOpened(ctx, auth.ForSystem(x.w), "sandbox", "ch_1", "dp_1"); err != nil || len(froze) != 1-i {
				t.Errorf("froze %v, %v", froze, err)
			}
		}
		if _, err := x.Submit(ctx, auth.ForSystem(x.w), r.ID, 1); !errs.Is(err, errs.Conflict) {
			t.Errorf("it left: %v", err)
		}
		if thawed, err := x.DisputeSettled(ctx, auth.ForSystem(x.w), "sandbox", "ch_1", "dp_1"); err != nil || len(thawed) != 1 || len(x.ready) != 2 {
			t.Errorf("thawed %v, %v; ready %v", thawed, err, x.ready)
		}
		_, err = x.Submit(ctx, auth.ForSystem(x.w), r.ID, 1)
		must(t, err)
	})
}

func TestWhatTheShopGaveBackIsNeverPaidAgain(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, d := context.Background(), newDesk(t, s)
		var refunds *refund.Service
		book := ledger.New(ledger.Config{Store: s, IDs: d.ids})
		d.orders = order.NewService(order.Config{Store: s, Customers: d.customers, Journal: s, IDs: d.ids,
			Money: func(ctx context.Context, a auth.Actor, list []order.Order) error { return refunds.Follow(ctx, a, list) }})
		refunds = refund.New(refund.Config{Store: s, Ledger: book, Journal: s, IDs: d.ids})
		day := time.Now().AddDate(0, 0, -9).UTC().Truncate(time.Millisecond)
		n := order.New{Shop: d.shop(t, "EUR"), Number: "302-1", Email: "anna@client.example", Currency: "EUR", Goods: 5000, Total: 5000, PlacedAt: day,
			Payments: []order.Payment{{ID: "302-1", Provider: "bazaar", Method: "marketplace", Amount: 5000, PaidAt: day, CapturedAt: day}}}
		told := func(refunded int64) order.Order {
			t.Helper()
			n.Refunded = refunded
			o, _, err := d.orders.Save(ctx, d.owner, n)
			must(t, err)
			return o
		}
		ask := func(o order.Order, sum int64) (refund.Refund, error) {
			t.Helper()
			left, err := refunds.Left(ctx, d.w, o)
			must(t, err)
			return refunds.Request(ctx, d.owner, refund.NewRefund{Terms: refund.Terms{Order: o.ID, Currency: "EUR", Components: ledger.Components{Goods: sum}}, Payments: left})
		}
		holds := func(a ledger.Account) (n int64) {
			list, err := book.Balances(ctx, d.owner)
			must(t, err)
			for _, b := range list {
				if b.Account == a {
					n += b.Net()
				}
			}
			return n
		}
		o := told(0)
		if got, err := d.orders.Get(ctx, d.owner, o.ID); err != nil || !reflect.DeepEqual(got.Payments, n.Payments) || holds("clearing.bazaar") != 5000 {
			t.Fatalf("%+v, %v; %d in clearing", got.Payments, err, holds("clearing.bazaar"))
		}
		o = told(1200) // nobody asked for that here
		if left, err := refunds.Left(ctx, d.w, o); err != nil || left[0].Left != 3800 {
			t.Fatalf("%+v, %v", left, err)
		}
		if _, err := ask(o, 3900); !errs.Is(err, errs.Invalid) {
			t.Errorf("more than is left: %v", err)
		}
		r, err := ask(o, 2000)
		must(t, err)
		_, err = refunds.Approve(ctx, d.owner, r.ID)
		must(t, err)
		if ready, _ := r.Ready(1, time.Now()); ready || r.Allocations[0].To != refund.ToMarketplace {
			t.Errorf("it would be paid here: %+v", r.Allocations)
		}
		o = told(3200) // the marketplace paid it
		if got, err := refunds.Get(ctx, d.owner, r.ID); err != nil || got.State() != refund.Succeeded || got.Allocations[0].Payer != "bazaar" {
			t.Errorf("%+v, %v", got.Allocations, err)
		}
		o = told(3200)
		if left, err := refunds.Left(ctx, d.w, o); err != nil || left[0].Left != 1800 || holds("clearing.bazaar") != 3000 {
			t.Errorf("%+v, %v; %d in clearing", left, err, holds("clearing.bazaar"))
		}
		late, err := ask(o, 1800)
		must(t, err)
		told(4000) // while it waits somebody gives another sum back at the shop
		if _, err := refunds.Approve(ctx, d.owner, late.ID); !errs.Is(err, errs.Conflict) {
			t.Errorf("approved beyond what was paid: %v", err)
		}
	})
}

func TestADisputeIsKnownBeforeAnyRefund(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, d := context.Background(), newDesk(t, s)
		n := newOrder(d.shop(t, "EUR"), "7", "anna@client.example")
		n.Payments = []order.Payment{{ID: "ch_1", Provider: "one", Method: "card", Amount: 5490, CapturedAt: placed}}
		o, _, err := d.orders.Save(ctx, d.owner, n)
		must(t, err)
		for range 2 {
			_, err = d.orders.Dispute(ctx, auth.ForSystem(d.w), "one", "ch_1", true)
			must(t, err)
		}
		if _, out, err := d.orders.Save(ctx, d.owner, n); err != nil || out != order.Unchanged {
			t.Errorf("%v, %v", out, err)
		}
		if got, err := d.orders.Get(ctx, d.owner, o.ID); err != nil || !got.Payments[0].Disputed {
			t.Errorf("%+v, %v", got.Payments, err)
		}
	})
}

func TestTheBoardOfRefundsIsByUrgencyAndAge(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, x := context.Background(), newTill(t, s)
		must(t, s.SaveRefundLimits(ctx, x.w, nil))
		must2 := func(r refund.Refund, err error) refund.Refund { t.Helper(); must(t, err); return r }
		asked := must2(x.Request(ctx, x.owner, x.wants(100, 1)))
		large := must2(x.Request(ctx, x.lead, x.wants(900, 2)))
		leaves := must2(x.Request(ctx, x.owner, x.wants(300, 3)))
		must2(x.Approve(ctx, x.lead, leaves.ID))
		failed := must2(x.Request(ctx, x.owner, x.wants(400, 4)))
		must2(x.Approve(ctx, x.lead, failed.ID))
		must2(x.Submit(ctx, auth.ForSystem(x.w), failed.ID, 1))
		must2(x.Observe(ctx, auth.ForSystem(x.w), failed.ID, refund.Answer{Allocation: 1, Attempt: 1, Outcome: refund.OutcomeFailed, Code: "expired"}))
		doubted := must2(x.Request(ctx, x.owner, x.wants(500, 5)))
		must2(x.Approve(ctx, x.lead, doubted.ID))
		must2(x.Submit(ctx, auth.ForSystem(x.w), doubted.ID, 1))
		must2(x.Observe(ctx, auth.ForSystem(x.w), doubted.ID, refund.Answer{Allocation: 1, Attempt: 1, Outcome: refund.OutcomeUnknown}))
		done := must2(x.Request(ctx, x.owner, x.wants(600, 6)))
		must2(x.Cancel(ctx, x.lead, done.ID, "no"))
		must2(x.Cancel(ctx, x.lead, done.ID, "twice is once"))
		_, err := x.SetLimits(ctx, x.owner, []refund.Limit{{Currency: "EUR", Above: 800}})
		must(t, err)
		board := func(b refund.Board) (ids []refund.ID) {
			t.Helper()
			var after refund.Place
			for { // by pages of one
				list, err := x.Board(ctx, x.owner, b, after, 1)
				must(t, err)
				if len(list) == 0 {
					return ids
				}
				ids, after = append(ids, list[0].ID), list[0].Place()
			}
		}
		for name, c := range map[string]struct {
			board refund.Board
			want  []refund.ID
		}{
			"all that is open":    {refund.Board{}, []refund.ID{failed.ID, doubted.ID, asked.ID, large.ID, leaves.ID}},
			"stuck":               {refund.Board{Lane: refund.LaneStuck}, []refund.ID{failed.ID}},
			"unknown":             {refund.Board{Lane: refund.LaneUnknown}, []refund.ID{doubted.ID}},
			"to approve":          {refund.Board{Lane: refund.LaneApprove}, []refund.ID{asked.ID}},
			"second pair of eyes": {refund.Board{Lane: refund.LaneSecond}, []refund.ID{large.ID}},
			"done":                {refund.Board{Lane: refund.LaneDone}, []refund.ID{done.ID}},
			"of a person":         {refund.Board{Person: 2}, []refund.ID{large.ID}},
			"by a way":            {refund.Board{Way: "sandbox", Lane: refund.LaneLeave}, []refund.ID{leaves.ID}},
			"by another way":      {refund.Board{Way: "bank"}, nil},
			"in a currency":       {refund.Board{Currency: "USD"}, nil},
			"of a shop":           {refund.Board{Shop: x.order.Shop, Lane: refund.LaneLeave}, []refund.ID{leaves.ID}},
			"old":                 {refund.Board{Before: time.Now().Add(-time.Hour)}, nil},
			"of an order":         {refund.Board{Order: x.order.ID, State: refund.Cancelled}, []refund.ID{done.ID}},
		} {
			if got := board(c.board); !slices.Equal(got, c.want) {
				t.Errorf("%s: %v, want %v", name, got, c.want)
			}
		}
		sums, err := x.Sums(ctx, x.owner)
		must(t, err)
		want := []refund.Sum{
			{Lane: refund.LaneStuck, Currency: "EUR", Count: 1, Owed: 400}, {Lane: refund.LaneUnknown, Currency: "EUR", Count: 1, Owed: 500}, {Lane: refund.LaneApprove, Currency: "EUR", Count: 1, Owed: 100},
			{Lane: refund.LaneSecond, Currency: "EUR", Count: 1, Owed: 900}, {Lane: refund.LaneLeave, Currency: "EUR", Count: 1, Owed: 300},
		}
		if !slices.Equal(sums, want) {
			t.Errorf("sums %+v\nwant %+v", sums, want)
		}
		since, err := x.Waits(ctx, x.owner, leaves.ID)
		must(t, err)
		must2(x.Redirect(ctx, x.lead, leaves.ID, 1, refund.Target{To: refund.ToCredit, Method: "store_credit"}))
		if again, err := x.Waits(ctx, x.owner, leaves.ID); err != nil || again.Lane != refund.LaneLeave || !again.Since.Equal(since.Since) {
			t.Errorf("it stayed in its lane since %v, now %v in %s, %v", since.Since, again.Since, again.Lane, err)
		}
		elsewhere := auth.Actor{Kind: auth.Agent, ID: 4, Workspace: x.w, Role: auth.Lead, Limits: auth.Limits{Shops: []int64{1}}}
		if list, err := x.Board(ctx, elsewhere, refund.Board{}, refund.Place{}, 10); err != nil || len(list) != 0 {
			t.Errorf("seen beyond the shops: %v, %v", list, err)
		}
		if _, err := x.Waits(ctx, newDesk(t, s).owner, leaves.ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("another workspace's refund: %v", err)
		}
	})
}
