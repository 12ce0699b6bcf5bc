package pay_test

import (
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/domain/credit"
	"godwit.dev/godwit/internal/domain/ledger"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// What a provider has refused leaves once somebody sends it elsewhere, and only once.
func TestWhatFailedAndIsSentElsewhereLeaves(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, x := t.Context(), newTill(t, s)
		credits := credit.New(credit.Config{Store: s, Ledger: x.book, Journal: s, IDs: id.NewSource(id.RandomNode(), time.Now), Now: x.carrier.Now})
		x.carrier.Credit, x.carrier.Orders = credits, x.orders
		o, _, err := x.orders.Save(ctx, x.us, order.New{Shop: x.shop, Number: "A1", Email: "anna@client.example", Currency: "EUR", Goods: 5000, Total: 5000, PlacedAt: x.now})
		must(t, err)
		r, err := x.refunds.Request(ctx, x.us, refund.NewRefund{
			Terms:    refund.Terms{Order: o.ID, Currency: "EUR", Components: ledger.Components{Goods: 3000}},
			Payments: []refund.Payment{{ID: "pay_1", Provider: "sandbox", Method: "card", Left: 5000, PaidAt: x.now}},
		})
		must(t, err)
		_, err = x.refunds.Approve(ctx, x.us, r.ID)
		must(t, err)
		_, err = x.refunds.Submit(ctx, x.us, r.ID, 1)
		must(t, err)
		r, err = x.refunds.Observe(ctx, x.us, r.ID, refund.Answer{Allocation: 1, Attempt: 1, Outcome: refund.OutcomeFailed, Code: "expired_card"})
		must(t, err)
		if r.State() != refund.Failed {
			t.Fatalf("it is %s", r.State())
		}
		x.jobs = nil
		_, err = x.refunds.Resend(ctx, x.us, r.ID, 1, "store_credit")
		must(t, err)
		if len(x.jobs) == 0 {
			t.Fatal("nobody carries it to its new way")
		}
		for _, j := range append(x.jobs, x.jobs...) {
			must(t, x.carrier.Work(ctx, j))
		}
		r, err = x.refunds.Get(ctx, x.us, r.ID)
		must(t, err)
		list, err := credits.Of(ctx, x.us, o.Customer)
		must(t, err)
		if r.State() != refund.Succeeded || len(list) != 1 || list[0].Balance != 3000 {
			t.Errorf("the refund is %s, the credit %+v", r.State(), list)
		}
	})
}
