package store_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/flow/casework"
	"godwit.dev/godwit/internal/flow/goods"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// patient is a doorstep whose customers send their goods themselves, or do not.
func patient(t *testing.T, s *store.Store) *doorstep {
	t.Helper()
	x := newDoorstep(t, s)
	x.Expect, x.Posted = x.goods.Expect, x.goods.Posted
	x.goods.Came = x.Came
	x.cases.After = func(ctx context.Context, a auth.Actor, c cases.Case, events []cases.Event) error {
		if err := x.Follow(ctx, a, c, events); err != nil {
			return err
		}
		return x.goods.CallOff(ctx, c)
	}
	x.terms.SendDays = 20
	return x
}

// returns opens a return of a lamp of an order that is granted by itself.
func (x *doorstep) returns(t *testing.T, o order.Order) (cases.Case, goods.Parcel) {
	t.Helper()
	ctx := context.Background()
	anna := auth.Actor{Kind: auth.Customer, ID: int64(o.Customer), Name: "Anna", Workspace: x.w}
	x.tells(t, o, "LX"+o.Number+"00000CN", shipment.Delivered, 0)
	c, a, err := x.Open(ctx, anna, casework.Wish{Order: o.ID, Kind: cases.Return, Wants: "refund", Language: "en", Items: []casework.Item{{Row: o.Lines[0].ID, Quantity: 1, Reason: "changed_mind"}}})
	must(t, err)
	c, err = x.Choose(ctx, anna, c.ID, x.offered(t, a, "refund"))
	must(t, err)
	list, err := x.goods.OfCase(ctx, x.owner, c.ID)
	if err != nil || len(list) != 1 || c.Phase != cases.AwaitingGoods {
		t.Fatalf("%s %+v, %v", c.Phase, list, err)
	}
	return c, list[0]
}

// works looks at what is due after some days.
func (x *doorstep) works(t *testing.T, days int) {
	t.Helper()
	x.now = x.now.AddDate(0, 0, days)
	for range 2 { // a repeat does nothing
		must(t, x.Work(context.Background(), x.w))
	}
}

// Goods that never come: a letter before the last day, then the wish lapses with its parcel; what comes late all the same
// takes the case up again, once, under the number of its label.
func TestAWishWithoutItsGoodsLapsesAndComesBackWithThem(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, x := context.Background(), patient(t, s)
		c, p := x.returns(t, x.sells(t, "4001"))
		if who, until := c.Waits(); who != cases.ByCustomer || until.Sub(x.now.AddDate(0, 0, 20)) < 0 || until.Sub(x.now.AddDate(0, 0, 21)) >= 0 {
			t.Errorf("waits for %s until %v", who, until)
		}
		before := len(x.letters)
		x.works(t, 14)
		if len(x.letters) != before {
			t.Fatalf("written too early: %q", x.letters[before:])
		}
		x.works(t, 2)
		if len(x.letters) != before+1 || !strings.Contains(x.letters[before], "still waiting") || !strings.Contains(x.letters[before], "Lamp") {
			t.Fatalf("reminded by %q", x.letters[before:])
		}
		x.works(t, 5) // the day ends where the customer is
		if c = x.get(t, c.ID); c.Phase != cases.Closed || c.Reason != cases.Expired || len(x.letters) != before+2 || !strings.Contains(x.letters[before+1], "closed your request") {
			t.Fatalf("%s %s, %q", c.Phase, c.Reason, x.letters[before:])
		}
		p, err := x.goods.Get(ctx, x.owner, p.ID)
		if err != nil || p.State != goods.Cancelled {
			t.Fatalf("%s, %v", p.State, err)
		}
		x.works(t, 40)
		for range 2 { // a scanner that fires twice
			p, err = x.goods.Receive(ctx, x.owner, p.ID, "late", []goods.Counted{{Line: 1, Matched: 1}})
			must(t, err)
		}
		c = x.get(t, c.ID)
		i := slices.IndexFunc(c.Resolutions, func(r cases.Resolution) bool { return r.Refund != 0 })
		if p.State != goods.Received || c.Phase == cases.Closed || i < 0 || c.Resolutions[i].Stand != cases.Executing || p.Resolution != c.Resolutions[i].Number {
			t.Fatalf("%s %s %+v", p.State, c.Phase, c.Resolutions)
		}
		events, err := x.cases.History(ctx, x.owner, c.ID)
		must(t, err)
		reopened := 0
		for _, e := range events {
			if e.Kind == cases.WasReopened {
				reopened++
			}
		}
		if again, err := cases.Fold(events); err != nil || reopened != 1 || again.Phase != c.Phase {
			t.Errorf("reopened %d times, %v", reopened, err)
		}
		list, err := x.goods.OfCase(ctx, x.owner, c.ID)
		if err != nil || len(list) != 1 {
			t.Errorf("%d parcels, %v", len(list), err)
		}
	})
}

// What the law only withholds is not taken away: the customer is asked, a few times, and paid whenever the goods come.
func TestAWithdrawalOutlivesItsLastDay(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, x := context.Background(), patient(t, s)
		c, _, err := x.Open(ctx, x.anna, x.wish(cases.Withdrawal, "changed_mind", "refund", 1))
		must(t, err)
		before := len(x.letters)
		for range 8 {
			x.works(t, 20)
		}
		if c = x.get(t, c.ID); c.Phase != cases.AwaitingGoods || len(x.letters) != before+3 || !strings.Contains(x.letters[before+2], "Recht bleibt") {
			t.Fatalf("%s, %q", c.Phase, x.letters[before:])
		}
		list, err := x.goods.OfCase(ctx, x.owner, c.ID)
		must(t, err)
		_, err = x.goods.Receive(ctx, x.owner, list[0].ID, "k", []goods.Counted{{Line: 1, Matched: 1}})
		must(t, err)
		if c = x.get(t, c.ID); !slices.ContainsFunc(c.Resolutions, func(r cases.Resolution) bool { return r.Refund != 0 }) {
			t.Errorf("not paid: %+v", c.Resolutions)
		}
	})
}

// Goods under a number are trusted to be on their way, and what a customer gave up stays so.
func TestGoodsUnderANumberAreTrusted(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, x := context.Background(), patient(t, s)
		c, p := x.returns(t, x.sells(t, "4002"))
		_, err := x.goods.Sent(ctx, x.owner, p.ID, "UPS", "1Z999AA10123456784")
		must(t, err)
		before := len(x.letters)
		x.works(t, 60)
		if c = x.get(t, c.ID); c.Phase != cases.AwaitingGoods || len(x.letters) != before || !c.LapseAt().IsZero() {
			t.Errorf("%s, %q", c.Phase, x.letters[before:])
		}
		c, p = x.returns(t, x.sells(t, "4003"))
		_, err = x.Cancel(ctx, x.owner, c.ID)
		must(t, err)
		if _, err = x.goods.Receive(ctx, x.owner, p.ID, "k2", []goods.Counted{{Line: 1, Matched: 1}}); !errs.Is(err, errs.Conflict) {
			t.Errorf("what was given up came back to life: %v", err)
		}
	})
}
