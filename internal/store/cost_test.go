package store_test

import (
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/cost"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

func TestCostBooksAreKeptInVersionsAndHoldFromThenOn(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		d, ctx := newDesk(t, s), t.Context()
		now := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
		c := cost.New(cost.Config{Store: s, Products: noProducts{}, Rates: noRates{}, Journal: s, Now: func() time.Time { return now }})
		fee := func(at time.Time) int64 {
			t.Helper()
			got, err := c.Costs(ctx, d.w, cost.Facts{From: "DE", To: "CN", Currency: "EUR", At: at, Items: []cost.Item{{SKU: "A", Qty: 1, Price: 1000}}})
			if err != nil {
				t.Fatal(err)
			}
			if got.Routes[decision.LocalHub] == nil {
				return 0
			}
			return got.Routes[decision.LocalHub].Fee
		}
		if v, err := c.Book(ctx, d.owner, 0); err != nil || v.Number != 0 || fee(now) != 0 {
			t.Errorf("before the first book it is %+v, %v", v, err)
		}
		b := cost.Book{Currency: "EUR", Lanes: []cost.Lane{{Way: cost.Back, Route: "local_hub", Bands: []cost.Band{{Grams: 500, Freight: 100}}, Fee: 7}}}
		first, err := c.Put(ctx, d.owner, b, 0)
		if err != nil || first.Number != 1 {
			t.Fatalf("saved %+v, %v", first, err)
		}
		if again, err := c.Put(ctx, d.owner, b, 0); err != nil || again.Number != 1 {
			t.Errorf("the same book made version %d, %v", again.Number, err)
		}
		was := now
		now = now.Add(time.Hour)
		b.Lanes[0].Fee = 9
		if _, err := c.Put(ctx, d.owner, b, 7); !errs.Is(err, errs.Conflict) {
			t.Errorf("a book made from another version was saved: %v", err)
		}
		if second, err := c.Put(ctx, d.owner, b, 1); err != nil || second.Number != 2 || second.SavedBy == 0 {
			t.Fatalf("saved %+v, %v", second, err)
		}
		if fee(was) != 7 || fee(now) != 9 || fee(was.Add(-time.Second)) != 0 {
			t.Errorf("fees are %d then, %d now and %d before both", fee(was), fee(now), fee(was.Add(-time.Second)))
		}
		if v, err := c.Book(ctx, d.owner, 1); err != nil || v.Book.Lanes[0].Fee != 7 {
			t.Errorf("version 1 is %+v, %v", v, err)
		}
		if list, err := c.Versions(ctx, d.owner); err != nil || len(list) != 2 || list[0].Number != 2 {
			t.Errorf("versions %+v, %v", list, err)
		}
		b.Lanes[0].Route = "moon"
		if _, err := c.Put(ctx, d.owner, b, 0); !errs.Is(err, errs.Invalid) {
			t.Errorf("a book with an unknown way was saved: %v", err)
		}
	})
}
