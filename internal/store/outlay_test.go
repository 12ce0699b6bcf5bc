package store_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/flow/outlay"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// The report holds what decisions expected, to the cent, and what happened once it
// is known; counting twice changes nothing, and what is undone is taken away.
func TestOutlaysAreCountedOnceAndFollowTheirCases(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, x := context.Background(), newBureau(t, s)
		o := outlay.New(s, func() time.Time { return x.now })
		report := func(dim outlay.Dim) []outlay.Row {
			t.Helper()
			must(t, o.Work(ctx, x.w))
			must(t, o.Work(ctx, x.w))
			list, err := o.Report(ctx, x.owner, outlay.Filter{Dim: dim})
			must(t, err)
			return list
		}
		wish := x.wish(cases.Damaged, "damaged", "partial_keep", 1)
		wish.Evidence = []string{"photo"}
		c, adv, err := x.Open(ctx, x.anna, wish)
		must(t, err)
		if list := report(outlay.ByReason); len(list) != 0 {
			t.Errorf("what was only offered costs %+v", list)
		}
		keep := x.offered(t, adv, "partial_keep")
		c, err = x.Choose(ctx, x.anna, c.ID, keep)
		must(t, err)
		r := c.Resolutions[slices.IndexFunc(c.Resolutions, func(r cases.Resolution) bool { return r.Number == keep })]
		for dim, key := range map[outlay.Dim]string{outlay.ByReason: "damaged", outlay.ByRemedy: "partial_keep", outlay.ByMarket: "DE", outlay.ByLane: "DE none", outlay.ByProduct: "SHIRT"} {
			list := report(dim)
			if len(list) != 1 || list[0].Key != key || list[0].Currency != "EUR" || list[0].Cases != 1 || list[0].Cost() != r.Offer.Cost || list[0].Known != 0 {
				t.Errorf("%s: %+v, want %s at %d", dim, list, key, r.Offer.Cost)
			}
		}
		x.pays(t, r.Refund, true)
		if list := report(outlay.ByRemedy); list[0].Known != 1 || list[0].Happened != r.Offer.Cost || list[0].Planned != r.Offer.Cost {
			t.Errorf("once it is paid: %+v", list)
		}
		list, err := o.Cases(ctx, x.owner, outlay.Filter{Dim: outlay.ByReason}, "damaged")
		if err != nil || len(list) != 1 || list[0].ID != c.ID {
			t.Errorf("behind it stand %+v, %v", list, err)
		}
		if list, err := o.Report(ctx, x.owner, outlay.Filter{Dim: outlay.ByReason, Market: "FR"}); err != nil || len(list) != 0 {
			t.Errorf("in France: %+v, %v", list, err)
		}

		back, adv2, err := x.Open(ctx, x.anna, x.wish(cases.Withdrawal, "changed_mind", "refund", 1))
		must(t, err)
		money := x.offered(t, adv2, "refund")
		rows := report(outlay.ByRemedy)
		i := slices.IndexFunc(rows, func(r outlay.Row) bool { return r.Key == "refund" })
		if i < 0 || rows[i].Refunds != 2000 || rows[i].Tax != 380 || rows[i].Recovered != 1000 || rows[i].Known != 0 {
			t.Fatalf("a refund against goods: %+v", rows)
		}
		back, err = x.cases.Count(ctx, x.owner, back.ID, 1, cases.Received, 1)
		must(t, err)
		paid := back.Resolutions[slices.IndexFunc(back.Resolutions, func(r cases.Resolution) bool { return r.Number == money })]
		system := auth.ForSystem(x.w)
		sent, err := x.till.Submit(ctx, system, paid.Refund, 1)
		must(t, err)
		_, err = x.till.Observe(ctx, system, paid.Refund, refund.Answer{Allocation: 1, Attempt: sent.Allocations[0].Attempt, Outcome: refund.OutcomeSucceeded, Reference: "re_2"})
		must(t, err)
		_, err = x.cases.Dispose(ctx, x.owner, back.ID, cases.Placed{Group: cases.Group{Line: 1, From: 1, Quantity: 1}, As: cases.Destroy})
		must(t, err)
		rows = report(outlay.ByRemedy)
		if i = slices.IndexFunc(rows, func(r outlay.Row) bool { return r.Key == "refund" }); rows[i].Known != 1 || rows[i].Happened-rows[i].Planned != 1000 {
			t.Errorf("what was destroyed is worth nothing: %+v", rows[i])
		}
		stranger := auth.Actor{Kind: auth.Customer, ID: 1, Workspace: x.w}
		if _, err := o.Report(ctx, stranger, outlay.Filter{Dim: outlay.ByReason}); !errs.Is(err, errs.Denied) {
			t.Errorf("a customer reads the report: %v", err)
		}
		if _, err := o.Report(ctx, x.owner, outlay.Filter{Dim: "moon"}); !errs.Is(err, errs.Invalid) {
			t.Errorf("by the moon: %v", err)
		}
	})
}

// Whoever sees some shops is shown the newest cases of those, however many newer ones stand in others.
func TestCasesBehindARowAreThoseOfTheReadersShops(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, x := context.Background(), newBureau(t, s)
		o := outlay.New(s, func() time.Time { return x.now })
		open := func(shop order.ShopID, n string) cases.Case {
			t.Helper()
			placed := newOrder(shop, n, "anna@client.example")
			kept, _, err := x.orders.Save(ctx, x.owner, placed)
			must(t, err)
			c, err := x.cases.Open(ctx, x.owner, cases.NewCase{Kind: cases.Damaged, Items: []cases.Item{{Order: kept.ID, OrderRow: kept.Lines[0].ID, Quantity: 1, Reason: "damaged"}}})
			must(t, err)
			must(t, s.KeepOutlayCase(ctx, x.w, c.ID, nil, []outlay.Key{{Dim: outlay.ByReason, Key: "damaged", Market: "DE", Week: outlay.WeekOf(x.now)}}))
			return c
		}
		theirs := open(x.order.Shop, "S-1")
		other, _, err := x.orders.EnsureShop(ctx, x.owner, order.Shop{Name: "Second", Platform: "shopify", Currency: "EUR"})
		must(t, err)
		open(other.ID, "S-2")
		open(other.ID, "S-3")
		some := auth.Actor{Kind: auth.Agent, ID: 5, Workspace: x.w, Role: auth.Lead, Limits: auth.Limits{Shops: []int64{int64(x.order.Shop)}}}
		from, to := outlay.WeekOf(x.now)-1, outlay.WeekOf(x.now)+1
		list, err := s.OutlayCases(ctx, some.Scope(), outlay.Filter{Dim: outlay.ByReason}, "damaged", from, to, 2)
		if err != nil || len(list) != 1 || list[0].ID != theirs.ID {
			t.Errorf("%d cases, %v", len(list), err)
		}
		if list, err := o.Cases(ctx, x.owner, outlay.Filter{Dim: outlay.ByReason}, "damaged"); err != nil || len(list) != 3 {
			t.Errorf("the owner sees %d, %v", len(list), err)
		}
	})
}
