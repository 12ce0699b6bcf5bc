package auth_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// TestNodesCountGuessesTogether guesses at two nodes of one database at once, and
// then signs in from home: what one node has counted the other one knows.
func TestNodesCountGuessesTogether(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		clock := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
		now := func() time.Time { return clock }
		nodes := []*auth.Gate{auth.NewGate(s, now), auth.NewGate(s, now)}
		passed := atomic.Int32{}
		var wg sync.WaitGroup
		for i := range 40 { // at one moment: none has failed yet when the others ask
			wg.Go(func() {
				wait, err := nodes[i%2].Try(ctx, "anna@shop", "192.0.2.1")
				if err != nil {
					t.Error(err)
				}
				if wait == 0 {
					passed.Add(1)
				}
			})
		}
		wg.Wait()
		if n := passed.Load(); n != 5 {
			t.Errorf("%d guesses at once, want 5", n)
		}
		nodes[0].Passed(ctx, "bo@shop", "office")
		guesses := 0
		for i := range 600 { // an hour, each time from a new address and at the other node
			clock = clock.Add(6 * time.Second)
			if wait, err := nodes[i%2].Try(ctx, "bo@shop", fmt.Sprint("bot ", i)); err != nil {
				t.Fatal(err)
			} else if wait == 0 {
				guesses++
			}
		}
		if guesses > 75 {
			t.Errorf("a botnet made %d guesses in an hour at two nodes", guesses)
		}
		for i, g := range nodes {
			if wait, err := g.Try(ctx, "bo@shop", "office"); wait != 0 || err != nil {
				t.Errorf("node %d holds Bo up at home for %v: %v", i, wait, err)
			}
			if wait, err := g.Try(ctx, "bo@shop", "a hotel"); wait == 0 || err != nil {
				t.Errorf("node %d lets an unknown address pass during an attack: %v", i, err)
			}
		}
		allowed := 0
		for i := range 20 {
			if nodes[i%2].Allow(ctx, "reset", "anna@shop", 3) {
				allowed++
			}
		}
		if allowed != 3 {
			t.Errorf("%d letters in an hour, want 3", allowed)
		}
	})
}

// TestTalliesAreBounded fills the table past its bound.
func TestTalliesAreBounded(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
		key := func(i int) []byte { return []byte(fmt.Sprintf("%032d", i)) }
		add := func(i int, tally auth.Tally) {
			t.Helper()
			if err := s.Count(ctx, [][]byte{key(i)}, func(list []auth.Tally) { list[0] = tally }); err != nil {
				t.Fatal(err)
			}
		}
		soon := now.Add(time.Hour)
		for i := range 60 {
			add(i, auth.Tally{N: 1, CountedTo: soon})
		}
		add(100, auth.Tally{N: 50, CountedTo: soon, ClosedTo: soon})
		add(101, auth.Tally{KnownTo: soon})
		add(102, auth.Tally{N: 9, CountedTo: now})
		if err := s.SweepTallies(ctx, now, 20); err != nil {
			t.Fatal(err)
		}
		left := 0
		for i := range 103 {
			got, err := s.TallyOf(ctx, key(i))
			if err != nil {
				t.Fatal(err)
			}
			if got != (auth.Tally{}) {
				left++
			}
		}
		if left > 20 || left < 15 {
			t.Errorf("%d are left", left)
		}
		for i, want := range map[int]auth.Tally{100: {N: 50, CountedTo: soon, ClosedTo: soon}, 101: {KnownTo: soon}, 102: {}} {
			if got, err := s.TallyOf(ctx, key(i)); got != want || err != nil {
				t.Errorf("%d: %+v, want %+v: %v", i, got, want, err)
			}
		}
		add(100, auth.Tally{})
		if got, err := s.TallyOf(ctx, key(100)); got != (auth.Tally{}) || err != nil {
			t.Errorf("what counts nothing is kept: %+v, %v", got, err)
		}
	})
}
