package rate

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestABucketEmptiesAndFills(t *testing.T) {
	clock := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	x := New[int](Rate{PerMinute: 60, Burst: 3}, nil, func() time.Time { return clock })
	for left := 2; left >= 0; left-- {
		if v := x.Take(1); !v.OK || v.Left != left || v.Burst != 3 || v.Full != time.Duration(3-left)*time.Second {
			t.Errorf("%+v with %d left", v, left)
		}
	}
	if v := x.Take(1); v.OK || v.Wait != time.Second {
		t.Errorf("%+v of an empty bucket", v)
	}
	if v := x.Take(2); !v.OK {
		t.Error("one key empties the bucket of another")
	}
	clock = clock.Add(time.Second)
	if v := x.Take(1); !v.OK || v.Left != 0 {
		t.Errorf("%+v a second later", v)
	}
	clock = clock.Add(time.Hour)
	if x.Take(3); len(x.kept) != 1 {
		t.Errorf("%d buckets are kept", len(x.kept))
	}
}

// TestNodesTogetherKeepTheRate lets any number of nodes be asked at any moments,
// in any order, by somebody who wants as much as they can get.
func TestNodesTogetherKeepTheRate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := Rate{PerMinute: rapid.IntRange(1, 1200).Draw(t, "rate"), Burst: rapid.IntRange(1, 200).Draw(t, "burst")}
		nodes := rapid.IntRange(1, 9).Draw(t, "nodes")
		began := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
		clock, granted := began, 0
		each := make([]*Buckets[int], nodes)
		for i := range each {
			each[i] = New[int](r, func() int { return nodes }, func() time.Time { return clock })
		}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			clock = clock.Add(time.Duration(rapid.IntRange(0, 20_000).Draw(t, "pause")) * time.Millisecond)
			x := each[rapid.IntRange(0, nodes-1).Draw(t, "node")]
			for range rapid.IntRange(1, 300).Draw(t, "requests") {
				if x.Take(1).OK {
					granted++
				}
			}
			most := float64(max(r.Burst, nodes)) + float64(r.PerMinute)/60*clock.Sub(began).Seconds()
			if float64(granted) > most+1e-6 {
				t.Fatalf("%d granted by %d nodes, at most %f", granted, nodes, most)
			}
		}
	})
}

// TestANodeThatJoinsTakesItsShareFromTheOthers holds what a node has saved to its
// new share.
func TestANodeThatJoinsTakesItsShareFromTheOthers(t *testing.T) {
	clock := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	nodes := 1
	x := New[int](Rate{PerMinute: 60, Burst: 100}, func() int { return nodes }, func() time.Time { return clock })
	x.Take(1)
	nodes = 4
	if v := x.Take(1); v.Left != 24 || v.Burst != 25 {
		t.Errorf("%+v of a quarter", v)
	}
}
