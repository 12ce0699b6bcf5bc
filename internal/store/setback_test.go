package store_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/warranty"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// One case of which a step fails is set back, longer each time, and keeps none of the others from what is due.
func TestOneBadCaseKeepsNoOtherBack(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, x := context.Background(), newBureau(t, s)
		open := func(line int) cases.Case {
			t.Helper()
			wish := x.wish(cases.Return, "changed_mind", "store_credit", 1)
			wish.Items[0].Row = x.order.Lines[line].ID
			c, _, err := x.Open(ctx, x.anna, wish)
			must(t, err)
			return c
		}
		bad, good := open(0), open(1)
		for i, c := range []cases.Case{bad, good} { // the bad one is the first in line
			if c = x.get(t, c.ID); c.Resolutions[0].Stand != cases.Offered || i == 1 && c.ID < bad.ID {
				t.Fatalf("%+v", c.Resolutions)
			}
		}
		broken, tried := true, 0
		x.cases.After = func(ctx context.Context, a auth.Actor, c cases.Case, events []cases.Event) error {
			if c.ID == bad.ID {
				if tried++; broken {
					return errors.New("its letter cannot be written")
				}
			}
			return x.Follow(ctx, a, c, events)
		}
		lapsed := func(c cases.Case) bool {
			return !slices.ContainsFunc(x.get(t, c.ID).Resolutions, func(r cases.Resolution) bool { return r.Stand == cases.Offered })
		}
		x.now = x.now.AddDate(0, 0, 40)
		must(t, x.Work(ctx, x.w))
		if !lapsed(good) || lapsed(bad) || tried != 1 {
			t.Fatalf("good %v, bad %v, tried %d times", lapsed(good), lapsed(bad), tried)
		}
		for i, wait := range []time.Duration{59 * time.Second, time.Second, 119 * time.Second, time.Second} {
			x.now = x.now.Add(wait)
			must(t, x.Work(ctx, x.w))
			if want := 1 + (i+1)/2; tried != want {
				t.Errorf("step %d: tried %d times, want %d", i, tried, want)
			}
		}
		broken, x.now = false, x.now.Add(4*time.Minute)
		must(t, x.Work(ctx, x.w))
		if !lapsed(bad) {
			t.Error("it was not taken up again")
		}
	})
}

// One repair that cannot be told of keeps no other back.
func TestOneBadRepairKeepsNoOtherBack(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, x := context.Background(), newMender(t, s)
		var list []warranty.Repair
		for line := range 2 {
			c, r := x.brokenOf(t, line)
			x.arrives(t, c)
			list = append(list, x.repair(t, r.Resolution))
		}
		first, second := list[0], list[1]
		x.now = x.now.AddDate(0, 2, 0)
		broken := true
		moved := x.warranty.Moved
		x.warranty.Moved = func(ctx context.Context, c cases.Case, r warranty.Repair, n warranty.Change) error {
			if r.ID == first.ID && broken {
				return errors.New("its letter cannot be written")
			}
			return moved(ctx, c, r, n)
		}
		must(t, x.warranty.Work(ctx, x.w))
		told := func(id warranty.RepairID) bool {
			r, err := x.warranty.GetRepair(ctx, x.owner, id)
			must(t, err)
			return r.TellAt().IsZero() || r.TellAt().After(x.now)
		}
		if told(first.ID) || !told(second.ID) {
			t.Errorf("first told %v, second told %v", told(first.ID), told(second.ID))
		}
		broken, x.now = false, x.now.Add(time.Minute)
		must(t, x.warranty.Work(ctx, x.w))
		if !told(first.ID) {
			t.Error("it was not taken up again")
		}
	})
}
