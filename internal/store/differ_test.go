package store_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/product"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/flow/casework"
	"godwit.dev/godwit/internal/flow/goods"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// returnsShirts is a return of two shirts that comes with one of them, counted at the warehouse.
func returnsShirts(t *testing.T, s *store.Store) (*bureau, *goods.Service, cases.Case, goods.Parcel) {
	t.Helper()
	ctx, x := context.Background(), newBureau(t, s)
	x.terms.Trigger = string(cases.Inspected)
	x.terms.Policy.Auto[decision.Refund] = 100000
	clock := func() time.Time { return x.now }
	door := goods.New(goods.Config{Store: s, Cases: x.cases, Orders: x.orders, Products: product.NewService(product.Config{Store: s, Journal: s, IDs: x.ids}),
		Shipments: shipment.New(shipment.Config{Store: s, Journal: s, IDs: x.ids, Now: clock}), Journal: s, IDs: x.ids, Now: clock})
	x.Service.Expect = door.Expect
	c, a, err := x.Open(ctx, x.anna, casework.Wish{Order: x.order.ID, Kind: cases.Return, Wants: "refund", Items: []casework.Item{{Row: x.order.Lines[0].ID, Quantity: 2, Reason: "changed_mind"}}})
	must(t, err)
	number := int64(0)
	for _, o := range a.Offers {
		if o.Remedy == decision.Refund {
			number = o.Resolution
		}
	}
	c, err = x.Approve(ctx, x.owner, c.ID, number, "as promised")
	must(t, err)
	list, err := door.OfCase(ctx, x.owner, c.ID)
	if err != nil || len(list) != 1 {
		t.Fatalf("%s %+v, %v", c.Phase, list, err)
	}
	p, err := door.Receive(ctx, x.owner, list[0].ID, "k1", []goods.Counted{{Line: 1, Matched: 1}})
	must(t, err)
	p, err = door.Finish(ctx, x.owner, p.ID)
	must(t, err)
	p, err = door.Inspect(ctx, x.owner, p.ID, 1, 1, 1, goods.GradeA, cases.RestockNew)
	must(t, err)
	c, err = x.cases.Get(ctx, x.owner, c.ID)
	must(t, err)
	if c.Phase != cases.Inspecting || resolved(t, c, number).Stand != cases.Waiting {
		t.Fatalf("%s %+v", c.Phase, c.Resolutions)
	}
	return x, door, c, p
}

func resolved(t *testing.T, c cases.Case, number int64) cases.Resolution {
	t.Helper()
	for _, r := range c.Resolutions {
		if r.Number == number {
			return r
		}
	}
	t.Fatal("it has no such resolution")
	return cases.Resolution{}
}

func TestACustomerAgreesToLess(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		x, door, _, p := returnsShirts(t, s)
		before := len(x.letters)
		c, err := door.Differ(ctx, x.owner, p.ID, 0, "One of two shirts was in the parcel.")
		must(t, err)
		d := c.Differences[0]
		if d.Stand != cases.Asking || d.Becomes.Components.Goods*2 != d.Was.Components.Goods || d.Becomes.Components.Tax*2 != d.Was.Components.Tax {
			t.Errorf("%+v", d)
		}
		if len(x.letters) != before+1 || !strings.Contains(x.letters[before], "One of two shirts") || !strings.Contains(x.letters[before], "nicht im Paket") {
			t.Errorf("%q", x.letters[before:])
		}
		if _, err := door.Differ(ctx, x.owner, p.ID, 0, "again"); !errs.Is(err, errs.Conflict) {
			t.Errorf("asked twice: %v", err)
		}
		stranger := x.anna
		stranger.ID++
		if _, err := x.Agree(ctx, stranger, c.ID, 1); !errs.Is(err, errs.NotFound) {
			t.Errorf("somebody else agreed: %v", err)
		}
		for range 2 { // a second answer changes nothing
			c, err = x.Agree(ctx, x.anna, c.ID, 1)
			must(t, err)
		}
		r := resolved(t, c, d.Resolution)
		f, err := x.Refunds().Get(ctx, x.owner, r.Refund)
		if want, _ := d.Becomes.Components.Total("EUR"); err != nil || f.Total() != want || c.Phase != cases.Resolving {
			t.Errorf("%s pays %+v for %+v: %v", c.Phase, f.Total(), d.Becomes, err)
		}
	})
}

func TestACustomerWhoDisagreesIsHeardByAPerson(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		x, door, _, p := returnsShirts(t, s)
		c, err := door.Differ(ctx, x.owner, p.ID, 0, "")
		must(t, err)
		for range 2 {
			c, err = x.Disagree(ctx, x.anna, c.ID, 1, "Both were in it.")
			must(t, err)
		}
		if who, _ := c.Waits(); who != cases.ByUs || c.Differences[0].Words != "Both were in it." {
			t.Errorf("%s %+v", who, c.Differences)
		}
		low := c.Differences[0].Becomes.Components
		low.Goods--
		if _, err := x.cases.SettleDifference(ctx, x.owner, c.ID, 1, &low, "less still"); !errs.Is(err, errs.Conflict) {
			t.Errorf("less than the customer was asked for: %v", err)
		}
		if _, err := x.cases.SettleDifference(ctx, x.anna, c.ID, 1, nil, "mine"); !errs.Is(err, errs.Denied) {
			t.Errorf("the customer decided: %v", err)
		}
		c, err = x.cases.SettleDifference(ctx, x.owner, c.ID, 1, nil, "the scales say two")
		must(t, err)
		r := resolved(t, c, c.Differences[0].Resolution)
		f, err := x.Refunds().Get(ctx, x.owner, r.Refund)
		if want, _ := c.Differences[0].Was.Components.Total("EUR"); err != nil || f.Total() != want {
			t.Errorf("%+v, %v", f, err)
		}
	})
}

func TestSilenceAboutADifferenceTakesNothing(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		x, door, _, p := returnsShirts(t, s)
		c, err := door.Differ(ctx, x.owner, p.ID, 0, "")
		must(t, err)
		for range 2 {
			x.now = x.now.Add(cases.AnswerLife)
			must(t, x.Work(ctx, x.w))
		}
		c, err = x.cases.Get(ctx, x.owner, c.ID)
		r := resolved(t, c, c.Differences[0].Resolution)
		if who, _ := c.Waits(); err != nil || c.Differences[0].Stand != cases.Silent || r.Stand != cases.Waiting || who != cases.ByUs {
			t.Errorf("%s %+v %+v, %v", who, c.Differences, r, err)
		}
	})
}

func TestAPersonLetsADifferenceBe(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		x, door, _, p := returnsShirts(t, s)
		before := len(x.letters)
		c, err := door.Overlook(ctx, x.owner, p.ID, "a regular customer")
		must(t, err)
		r := resolved(t, c, c.Differences[0].Resolution)
		if c.Differences[0].Stand != cases.Overruled || r.Refund == 0 || r.Money != c.Differences[0].Was || len(x.letters) != before {
			t.Errorf("%+v %+v %q", c.Differences, r, x.letters[before:])
		}
		if _, err := door.Differ(ctx, x.owner, p.ID, 0, "after all"); !errs.Is(err, errs.Conflict) {
			t.Errorf("asked about money that has gone: %v", err)
		}
	})
}
