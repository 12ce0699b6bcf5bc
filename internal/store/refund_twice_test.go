package store_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/ledger"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// A customer got money by bank transfer, and somebody gave the same sum back in the shop: it is seen, stands at the head
// of the board, is settled once, and counts against the order as long as the customer has it.
func TestMoneyPaidTwiceIsSeenAndSettled(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, d := context.Background(), newDesk(t, s)
		us, lead := auth.ForSystem(d.w), auth.Actor{Kind: auth.Agent, ID: 2, Name: "Lea", Workspace: d.w, Role: auth.Lead}
		var refunds *refund.Service
		book := ledger.New(ledger.Config{Store: s, IDs: d.ids})
		d.orders = order.NewService(order.Config{Store: s, Customers: d.customers, Journal: s, IDs: d.ids,
			Money: func(ctx context.Context, a auth.Actor, list []order.Order) error { return refunds.Follow(ctx, a, list) }})
		refunds = refund.New(refund.Config{Store: s, Ledger: book, Journal: s, IDs: d.ids})
		day := time.Now().AddDate(0, 0, -9).UTC().Truncate(time.Millisecond)
		shop := d.shop(t, "EUR")
		type sale struct {
			order.New
			r refund.Refund
		}
		told := func(x *sale, back int64) order.Order {
			t.Helper()
			x.Refunded = back
			o, _, err := d.orders.Save(ctx, d.owner, x.New)
			must(t, err)
			return o
		}
		// transferred is an order of 50.00 of which 20.00 went back by transfer.
		transferred := func(number string) *sale {
			t.Helper()
			x := &sale{New: order.New{Shop: shop, Number: number, Email: "anna@client.example", Currency: "EUR", Goods: 5000, Total: 5000, PlacedAt: day,
				Payments: []order.Payment{{ID: "ch_" + number, Provider: "bazaar", Method: "card", Amount: 5000, PaidAt: day, CapturedAt: day}}}}
			o := told(x, 0)
			r, err := refunds.Request(ctx, d.owner, refund.NewRefund{Terms: refund.Terms{Order: o.ID, Currency: "EUR", Components: ledger.Components{Goods: 2000}},
				Payments: []refund.Payment{{ID: "ch_" + number, Provider: "bazaar", Method: "card", Left: 5000}}})
			must(t, err)
			_, err = refunds.Approve(ctx, lead, r.ID)
			must(t, err)
			_, err = refunds.Resend(ctx, lead, r.ID, 1, "bank")
			must(t, err)
			_, err = refunds.Submit(ctx, us, r.ID, 1)
			must(t, err)
			x.r, err = refunds.Observe(ctx, us, r.ID, refund.Answer{Allocation: 1, Attempt: 1, Outcome: refund.OutcomeSucceeded, Reference: "sepa-" + number})
			must(t, err)
			return x
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
		out := func() (count, sum int64) {
			t.Helper()
			list, err := refunds.Sums(ctx, d.owner)
			must(t, err)
			for _, x := range list {
				if x.Lane == refund.LaneTwice {
					count, sum = count+x.Count, sum+x.Out
				}
			}
			return count, sum
		}
		first, second := transferred("1"), transferred("2")
		for _, x := range []*sale{first, second} {
			o := told(x, 2000)
			told(x, 2000)
			if left, err := refunds.Left(ctx, d.w, o); err != nil || left[0].Left != 1000 {
				t.Errorf("left %+v, %v", left, err)
			}
		}
		if n, sum := out(); n != 2 || sum != 4000 || holds(ledger.Loss) != 4000 {
			t.Errorf("%d with %d out, %d lost", n, sum, holds(ledger.Loss))
		}
		if list, err := refunds.Board(ctx, d.owner, refund.Board{Lane: refund.LaneTwice}, refund.Place{}, 9); err != nil || len(list) != 2 || list[0].Allocations[0].Twice[0].Payer != "bazaar" {
			t.Errorf("%+v, %v", list, err)
		}
		agent := auth.Actor{Kind: auth.Agent, ID: 3, Workspace: d.w, Role: auth.AgentRole}
		if _, err := refunds.AskBack(ctx, agent, first.r.ID, 1, 1, ""); !errs.Is(err, errs.Denied) {
			t.Errorf("without the right: %v", err)
		}
		if _, err := refunds.AskBack(ctx, newDesk(t, s).owner, first.r.ID, 1, 1, ""); !errs.Is(err, errs.NotFound) {
			t.Errorf("of another workspace: %v", err)
		}
		_, err := refunds.AskBack(ctx, lead, first.r.ID, 1, 1, "letter")
		must(t, err)

		var all sync.WaitGroup // one transfer, booked by two at once
		for range 2 {
			all.Go(func() {
				if _, err := refunds.CameBack(ctx, lead, first.r.ID, 1, 1, refund.Returned{Amount: 2000, Bank: true, Reference: "transfer 9"}); err != nil && !errs.Is(err, errs.Conflict) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		got, err := refunds.Get(ctx, lead, first.r.ID)
		must(t, err)
		if x := got.Allocations[0].Twice[0]; x.Back != 2000 || x.State != refund.TwiceRecovered || holds(ledger.CustomerDue) != 0 || holds(ledger.Bank) != -2000 {
			t.Errorf("%+v, %d due, %d at the bank", x, holds(ledger.CustomerDue), holds(ledger.Bank))
		}
		must(t, s.SaveRefundLimits(ctx, d.w, []refund.Limit{{Role: auth.Lead, Currency: "EUR", Above: 500}}))
		if _, err := refunds.WriteOff(ctx, lead, second.r.ID, 1, 1, "gone"); !errs.Is(err, errs.Denied) {
			t.Errorf("above the role's limit: %v", err)
		}
		_, err = refunds.NotTwice(ctx, lead, second.r.ID, 1, 1, "only noted at the shop")
		must(t, err)
		for _, x := range []*sale{first, second} { // what was settled counts once
			o := told(x, 2000)
			if left, err := refunds.Left(ctx, d.w, o); err != nil || left[0].Left != 3000 {
				t.Errorf("left %+v, %v", left, err)
			}
		}
		if n, sum := out(); n != 0 || sum != 0 || holds(ledger.Loss) != 0 {
			t.Errorf("%d with %d out, %d lost", n, sum, holds(ledger.Loss))
		}
		kinds := map[string]int{}
		for _, k := range d.kinds(t) {
			kinds[k]++
		}
		if kinds[refund.IsTwice] != 2 || kinds[refund.IsSettled] != 2 {
			t.Errorf("%v", kinds)
		}
		if c, err := s.CheckLedger(ctx, d.w); err != nil || len(c.Problems) > 0 {
			t.Errorf("%+v, %v", c, err)
		}
	})
}
