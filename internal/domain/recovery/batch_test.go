package recovery

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/cases"
)

// The intervals are those that Newcombe printed: Statistics in Medicine 17 (1998), 857-872, table I, method 3.
func TestRatesHaveThePublishedIntervals(t *testing.T) {
	for _, x := range []struct {
		some, all int64
		low, high float64
	}{{81, 263, 0.2553, 0.3662}, {15, 148, 0.0624, 0.1605}, {0, 20, 0, 0.1611}, {1, 29, 0.0061, 0.1718}} {
		r := RateOf(x.some, x.all)
		if math.Abs(r.Low-x.low) > 0.00005 || math.Abs(r.High-x.high) > 0.00005 || r.Share != float64(x.some)/float64(x.all) {
			t.Errorf("%d of %d: %+v, want %v to %v", x.some, x.all, r, x.low, x.high)
		}
	}
	if r := RateOf(0, 0); r != (Rate{High: 1}) {
		t.Errorf("of none: %+v", r)
	}
	if r := RateOf(7, 5); r.Share != 1 || r.High != 1 {
		t.Errorf("more than all: %+v", r)
	}
}

// An interval holds its share, lies between 0 and 1, and narrows with more of the same.
func TestIntervalsNarrow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.Int64Range(1, 1e9).Draw(t, "all")
		some := rapid.Int64Range(0, all).Draw(t, "some")
		r, more := RateOf(some, all), RateOf(10*some, 10*all)
		if r.Low < 0 || r.Low > r.Share || r.Share > r.High || r.High > 1 {
			t.Fatalf("%+v", r)
		}
		if more.High-more.Low >= r.High-r.Low {
			t.Fatalf("%+v is no wider than %+v", r, more)
		}
	})
}

// A batch stands out beside the others; one spelling of a supplier and another are one, and few faults say nothing.
func TestBatchesStandOut(t *testing.T) {
	eur := func(n int64) money.Amount { return money.Amount{Minor: n, Currency: "EUR"} }
	b := bookOf(time.Time{}, []BatchSales{
		{"Shenzhen Bright", "B", 1, 60}, {"shenzhen  bright", "B", 1, 40}, {"Shenzhen Bright", "A", 2, 1000}, {"Yiwu", "", 1, 10},
	}, []BatchFaults{
		{"Shenzhen Bright", "B", 8, 2, eur(700)}, {"shenzhen  bright", "B", 4, 4, eur(50)}, {"Shenzhen Bright", "A", 10, 0, eur(90)}, {"Yiwu", "", 2, 2, money.Amount{Minor: 3, Currency: "USD"}},
	}, []BatchClaims{{"shenzhen bright", "B", 1, BatchSum{"EUR", 600, 500, 100}}, {"gone", "Z", 1, BatchSum{"USD", 5, 0, 0}}})
	if len(b.Batches) != 4 || b.Sold != 1110 || b.Found != 24 {
		t.Fatalf("the book: %+v", b)
	}
	first := b.Batches[0]
	if !first.StandsOut || first.Sold != 100 || first.Found != 12 || first.Unclaimed != 6 || len(first.Cost) != 1 || first.Cost[0].Minor != 750 || first.Claims != 1 || first.Claimed[0].Received != 100 || math.Abs(first.Usual-12.0/1010) > 1e-12 {
		t.Errorf("what stands out: %+v", first)
	}
	for _, x := range b.Batches[1:] {
		if x.StandsOut {
			t.Errorf("stands out: %+v", x)
		}
	}
	if x, ok := b.Of(KeyOfBatch("SHENZHEN bright", "A")); !ok || x.Found != 10 {
		t.Errorf("found by key: %+v, %v", x, ok)
	}
	if alone := bookOf(time.Time{}, []BatchSales{{"A", "1", 1, 10}}, []BatchFaults{{"A", "1", 9, 9, eur(1)}}, nil); alone.Batches[0].StandsOut {
		t.Error("the only batch stands out beside nothing")
	}
}

// What is faulty was decided so for its customer, and counts as authorised.
func TestFaultyUnitsAreDecided(t *testing.T) {
	l := cases.Line{OrderRow: 1, SKU: "LAMP", Reason: "defective", Counts: map[cases.Counter]int64{cases.Asked: 3, cases.Authorised: 2}}
	for phase, want := range map[cases.Phase]int64{cases.Draft: 0, cases.Submitted: 0, cases.Declined: 0, cases.Approved: 2, cases.Resolving: 2, cases.Closed: 0} {
		if n := FaultyUnits(cases.Case{Phase: phase}, l); n != want {
			t.Errorf("%s: %d, want %d", phase, n, want)
		}
	}
	done := cases.Case{Phase: cases.Closed, Reason: cases.Completed}
	if n := FaultyUnits(done, l); n != 2 {
		t.Errorf("completed: %d", n)
	}
	l.Reason = "changed_mind"
	if n := FaultyUnits(done, l); n != 0 {
		t.Errorf("changed mind: %d", n)
	}
}
