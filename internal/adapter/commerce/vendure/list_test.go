package vendure

import (
	"fmt"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/flow/intake"
)

func TestPhases(t *testing.T) {
	day := func(d, h, m int) time.Time { return time.Date(2026, 11, d, h, m, 30, 5e8, time.UTC) }
	for _, c := range []struct {
		kind       string
		since, now time.Time
		want       string
	}{
		{intake.KindOrder, time.Time{}, day(22, 10, 0), "orderPlacedAt from 0001-01-01T00:00:00Z by 0"},
		{intake.KindProduct, time.Time{}, day(22, 10, 0), "createdAt from 0001-01-01T00:00:00Z by 0"},
		{intake.KindCustomer, day(22, 9, 58), day(22, 10, 0), "updatedAt from 2026-11-22T09:58:30Z by 0"},
		{intake.KindProduct, day(22, 9, 58), day(22, 10, 0), "updatedAt from 2026-11-22T09:58:30Z by 0, updatedAt from 2026-11-22T09:58:30Z by 2"},
		{intake.KindOrder, day(22, 10, 2), day(22, 10, 7), "updatedAt from 2026-11-22T10:02:30Z by 0, orderPlacedAt from 2026-11-08T10:07:30Z by 1"},
		{intake.KindOrder, day(22, 9, 58), day(22, 10, 0), "updatedAt from 2026-11-22T09:58:30Z by 0, orderPlacedAt from 2026-09-23T10:00:30Z by 1"},
		{intake.KindOrder, day(21, 23, 58), day(22, 0, 0), "updatedAt from 2026-11-21T23:58:30Z by 0, orderPlacedAt from 2025-11-22T00:00:30Z by 1"},
		{intake.KindOrder, day(1, 0, 0).AddDate(-2, 0, 0), day(22, 0, 0), "updatedAt from 2024-11-01T00:00:30Z by 0, orderPlacedAt from 2024-11-01T00:00:30Z by 1"},
	} {
		got := ""
		for i, p := range phases(c.kind, c.since, c.now) {
			if i > 0 {
				got += ", "
			}
			got += fmt.Sprintf("%s from %s by %d", p.by, p.from.Format(time.RFC3339Nano), p.find)
		}
		if got != c.want {
			t.Errorf("%s since %s at %s:\n got %s\nwant %s", c.kind, c.since, c.now, got, c.want)
		}
	}
}

// TestWalk reads rows of which many have one time, a page at a time, and meets each exactly once.
func TestWalk(t *testing.T) {
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for _, at := range [][]int{{}, {0}, {0, 1, 2, 3, 4, 5, 6}, {0, 0, 0, 0, 0, 0, 0}, {0, 1, 1, 1, 1, 1, 1, 1, 2}, {0, 0, 1, 1, 2, 2, 3, 3}, {0, 0, 0, 1, 2, 2, 2, 2, 2, 3}} {
		list := []phase{{by: "updatedAt"}}
		const size = 3
		var got []int
		token := ""
		for range 20 {
			p, err := placeOf(token, list)
			if err != nil {
				t.Fatal(err)
			}
			var times []time.Time
			skip := p.skip
			for _, s := range at { // what a shop answers
				stamp := noon.Add(time.Duration(s) * time.Second)
				if !stamp.After(p.from.Add(-time.Millisecond)) {
					continue
				}
				if skip--; skip < 0 && len(times) < size {
					times, got = append(times, stamp), append(got, s)
				}
			}
			next, more := p.behind(times, size, list)
			if !more {
				break
			}
			token = next.token()
		}
		if fmt.Sprint(got) != fmt.Sprint(at) {
			t.Errorf("read %v of %v", got, at)
		}
	}
}

func TestPlaces(t *testing.T) {
	list := make([]phase, 2)
	for _, token := range []string{"x", "0", "2 2026-11-22T12:00:00Z 0", "-1 2026-11-22T12:00:00Z 0", "0 yesterday 0", "0 2026-11-22T12:00:00Z -1", "0 2026-11-22T12:00:00Z 0 0"} {
		if p, err := placeOf(token, list); !errs.Is(err, errs.Invalid) {
			t.Errorf("%q: %+v, %v", token, p, err)
		}
	}
	want := place{1, time.Date(2026, 11, 22, 12, 0, 0, 123e6, time.UTC), 7}
	if p, err := placeOf(want.token(), list); err != nil || p != want {
		t.Errorf("%+v, %v", p, err)
	}
}
