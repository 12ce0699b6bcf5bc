package pay_test

import (
	"fmt"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/credit"
	"godwit.dev/godwit/internal/domain/ledger"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// Store credit is issued once however often its job runs, and what customers have is what the books say that the house
// owes, in currencies with none, two and three decimals.
func TestStoreCreditIsWhatTheBooksSay(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, x := t.Context(), newTill(t, s)
		credits := credit.New(credit.Config{Store: s, Ledger: x.book, Journal: s, IDs: id.NewSource(id.RandomNode(), time.Now), Now: x.carrier.Now})
		x.carrier.Credit, x.carrier.Orders = credits, x.orders
		boss := auth.Actor{Kind: auth.Agent, ID: 3, Workspace: x.us.Workspace, Role: auth.Owner}
		for i, currency := range []string{"EUR", "JPY", "KWD"} {
			o, _, err := x.orders.Save(ctx, x.us, order.New{Shop: x.shop, Number: fmt.Sprint("C", i), Email: "anna@client.example", Currency: currency, Goods: 5000, Total: 5000, PlacedAt: x.now})
			must(t, err)
			left, err := x.refunds.Left(ctx, x.us.Workspace, o)
			must(t, err)
			r, err := x.refunds.Request(ctx, x.us, refund.NewRefund{Terms: refund.Terms{Order: o.ID, Currency: currency, Components: ledger.Components{Goods: 5000, Bonus: 500}}, Payments: left, Wish: refund.Wish{Credit: true}})
			must(t, err)
			_, err = x.refunds.Approve(ctx, x.us, r.ID)
			must(t, err)
			if len(x.jobs) == 0 {
				t.Fatal("no job carries it")
			}
			for _, j := range append(x.jobs, x.jobs...) {
				must(t, x.carrier.Work(ctx, j))
			}
			x.jobs = nil
			r, err = x.refunds.Get(ctx, x.us, r.ID)
			must(t, err)
			list, err := credits.Of(ctx, boss, o.Customer)
			must(t, err)
			var c credit.Credit
			for _, y := range list {
				if y.Currency == currency {
					c = y
				}
			}
			if r.State() != refund.Succeeded || c.Balance != 5500 {
				t.Fatalf("%s: %s, %+v", currency, r.State(), list)
			}
			if got, err := credits.Find(ctx, boss, " "+c.Code+" "); err != nil || got.ID != c.ID {
				t.Errorf("by its code: %+v, %v", got, err)
			}
			for range 2 { // a repeat takes nothing more
				if c, err = credits.Redeem(ctx, boss, c.ID, 5000, "Order 7", "7"); err != nil || c.Balance != 500 {
					t.Errorf("redeemed: %+v, %v", c, err)
				}
			}
			if _, err := credits.Redeem(ctx, boss, c.ID, 501, "", "8"); !errs.Is(err, errs.Invalid) {
				t.Errorf("more than there is: %v", err)
			}
			c, err = credits.Adjust(ctx, boss, c.ID, 20, "late parcel", "a")
			must(t, err)
			if _, err := credits.Adjust(ctx, auth.Actor{Kind: auth.Agent, ID: 9, Workspace: x.us.Workspace, Role: auth.AgentRole}, c.ID, 20, "mine", "b"); !errs.Is(err, errs.Denied) {
				t.Errorf("an agent gives money away: %v", err)
			}
			if i == 2 {
				c, err = credits.Expire(ctx, boss, c.ID, "asked to")
				must(t, err)
			}
			books, err := x.book.Balances(ctx, boss)
			must(t, err)
			for _, b := range books {
				if b.Account == ledger.StoreCredit && b.Currency == currency && b.Net() != -c.Balance {
					t.Errorf("%s: customers have %s, the books say %d", currency, money.Amount{Minor: c.Balance, Currency: currency}, -b.Net())
				}
			}
			moves, err := credits.Moves(ctx, boss, c.ID, 0, 0)
			must(t, err)
			sum := int64(0)
			for _, m := range moves {
				sum += m.Amount
			}
			if sum != c.Balance || moves[len(moves)-1].Bonus != 500 {
				t.Errorf("moves come to %d of %d: %+v", sum, c.Balance, moves)
			}
		}
	})
}

func TestRefundsAreApprovedUpToALimit(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, x := t.Context(), newTill(t, s)
		boss := auth.Actor{Kind: auth.Agent, ID: 3, Workspace: x.us.Workspace, Role: auth.Owner}
		lead := auth.Actor{Kind: auth.Agent, ID: 4, Workspace: x.us.Workspace, Role: auth.Lead}
		_, err := x.refunds.SetLimits(ctx, lead, nil)
		if !errs.Is(err, errs.Denied) {
			t.Errorf("a lead lifts the limits: %v", err)
		}
		_, err = x.refunds.SetLimits(ctx, boss, []refund.Limit{{Role: auth.Lead, Currency: "EUR", Above: 1000}, {Currency: "EUR", Above: 2000}})
		must(t, err)
		ask := func(number string, by auth.Actor, sum int64) refund.Refund {
			o, _, err := x.orders.Save(ctx, x.us, order.New{Shop: x.shop, Number: number, Currency: "EUR", Goods: 5000, Total: 5000, PlacedAt: x.now})
			must(t, err)
			left, err := x.refunds.Left(ctx, by.Workspace, o)
			must(t, err)
			r, err := x.refunds.Request(ctx, by, refund.NewRefund{Terms: refund.Terms{Order: o.ID, Currency: "EUR", Components: ledger.Components{Goods: sum}}, Payments: left})
			must(t, err)
			return r
		}
		for i, c := range []struct {
			sum     int64
			asks    auth.Actor
			by      auth.Actor
			refused bool
		}{
			{1000, lead, lead, false}, {1001, boss, lead, true}, {1001, lead, boss, false}, {2001, boss, boss, true}, {2001, lead, boss, false}, {2000, boss, boss, false},
		} {
			_, err := x.refunds.Approve(ctx, c.by, ask(fmt.Sprint("L", i), c.asks, c.sum).ID)
			if errs.Is(err, errs.Denied) != c.refused || !c.refused && err != nil {
				t.Errorf("%d: %v", c.sum, err)
			}
		}
	})
}
