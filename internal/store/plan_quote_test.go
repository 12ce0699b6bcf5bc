package store_test

import (
	"context"
	"os"
	"reflect"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/fx"
	"godwit.dev/godwit/internal/domain/plan"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

func TestPlansAreKeptInVersionsAndQuotesPromise(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, d, other := context.Background(), newDesk(t, s), newDesk(t, s)
		now := time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC)
		clock := func() time.Time { return now }
		products := d.products(s)
		plans := plan.New(plan.Config{Store: s, Products: products, Rates: fx.New(fx.Config{Store: s, Journal: s, Now: clock}), Journal: s, IDs: d.ids, Now: clock})
		text, err := os.ReadFile("../domain/plan/testdata/plan.json")
		if err != nil {
			t.Fatal(err)
		}
		doc, err := plan.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		basket := plan.Request{Basket: plan.Basket{Items: []plan.Item{{SKU: "tent-2p", Quantity: 1}}, Country: "DE"}}
		if _, err := plans.Quote(ctx, d.owner, basket); !errs.Is(err, errs.Invalid) {
			t.Errorf("without a plan: %v", err)
		}
		for _, want := range []int{1, 1} {
			if p, err := plans.Save(ctx, d.owner, plan.Main, doc); err != nil || p.Version != want {
				t.Fatalf("Save = %d, %v", p.Version, err)
			}
		}
		doc.Returns.Days = 45
		second, err := plans.Save(ctx, d.owner, plan.Main, doc)
		if err != nil || second.Version != 2 {
			t.Fatalf("Save = %+v, %v", second, err)
		}
		if p, err := plans.Plan(ctx, d.owner, plan.Main, 0); err != nil || !reflect.DeepEqual(p, second) {
			t.Errorf("newest = %+v, %v", p, err)
		}
		if p, err := plans.Plan(ctx, d.owner, plan.Main, 1); err != nil || p.Document.Returns.Days != 30 {
			t.Errorf("first = %+v, %v", p, err)
		}
		if list, err := plans.Versions(ctx, d.owner, plan.Main, 2); err != nil || len(list) != 1 || list[0].Version != 1 {
			t.Errorf("Versions = %v, %v", list, err)
		}
		if list, err := plans.Plans(ctx, d.owner); err != nil || len(list) != 1 || list[0].Version != 2 {
			t.Errorf("Plans = %v, %v", list, err)
		}
		doc.Currency = "XXQ"
		if _, err := plans.Save(ctx, d.owner, plan.Main, doc); !errs.Is(err, errs.Invalid) {
			t.Errorf("a wrong document: %v", err)
		}

		if _, err := plans.Quote(ctx, d.owner, basket); !errs.Is(err, errs.Invalid) {
			t.Errorf("an unknown article: %v", err)
		}
		n := newProduct(d.shop(t, "EUR"), "88", "TENT-2P")
		if _, _, err := products.Save(ctx, d.owner, n); err != nil {
			t.Fatal(err)
		}
		a, err := plans.Quote(ctx, d.owner, basket)
		if err != nil || a.Plan.Version != 2 || len(a.Offer.Options) == 0 || a.Offer.Options[0].Returns.Days != 45 {
			t.Fatalf("Quote = %+v, %v", a, err)
		}
		for _, o := range a.Offer.Options {
			p, err := plans.Promise(ctx, d.owner, a.ID.String(), o.Service)
			if err != nil || p != o.Promise(a.ID.String(), "main 2", now) || p.Quote == "" {
				t.Errorf("Promise(%s) = %+v, %v", o.Service, p, err)
			}
			saved := newOrder(n.Shop, "Q"+o.Service, "")
			saved.Promise = p
			if kept, _, err := d.orders.Save(ctx, d.owner, saved); err != nil || kept.Promise != p {
				t.Errorf("order keeps %+v, %v", kept.Promise, err)
			}
		}
		for name, c := range map[string]struct {
			actor          auth.Actor
			quote, service string
		}{"another workspace": {other.owner, a.ID.String(), "economy"}, "no such service": {d.owner, a.ID.String(), "rocket"}, "no such quote": {d.owner, "qot_0000000000000", "economy"}, "no quote at all": {d.owner, "42", "economy"}} {
			if _, err := plans.Promise(ctx, c.actor, c.quote, c.service); !errs.Is(err, errs.NotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		now = now.Add(plan.KeptFor + time.Hour)
		if _, err := plans.Quote(ctx, d.owner, basket); err != nil {
			t.Fatal(err)
		}
		if _, err := plans.Promise(ctx, d.owner, a.ID.String(), a.Offer.Options[0].Service); !errs.Is(err, errs.NotFound) {
			t.Errorf("an old quote is kept: %v", err)
		}
	})
}
