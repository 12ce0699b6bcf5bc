package timewalk_test

import (
	"fmt"
	"testing"
	"time"

	"godwit.dev/godwit/internal/adapter/commerce/timewalk"
	"godwit.dev/godwit/internal/base/errs"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// Rows of which many have one time, read a page at a time, are each met exactly once.
func TestWalk(t *testing.T) {
	for _, at := range [][]int{{}, {0}, {0, 1, 2, 3, 4, 5, 6}, {0, 0, 0, 0, 0, 0, 0}, {0, 1, 1, 1, 1, 1, 1, 1, 2}, {0, 0, 1, 1, 2, 2, 3, 3}, {0, 0, 0, 1, 2, 2, 2, 2, 2, 3}} {
		const size = 3
		starts := []time.Time{{}, noon.Add(2 * time.Second)}
		var got, want []int
		for _, from := range []int{0, 2} {
			for _, s := range at {
				if s >= from {
					want = append(want, s)
				}
			}
		}
		token := ""
		for range 40 {
			p, err := timewalk.At(token, starts)
			if err != nil {
				t.Fatal(err)
			}
			var times []time.Time
			skip := p.Skip
			for _, s := range at { // what a vendor answers
				stamp := noon.Add(time.Duration(s) * time.Second)
				if stamp.Before(p.From) {
					continue
				}
				if skip--; skip < 0 && len(times) < size {
					times, got = append(times, stamp), append(got, s)
				}
			}
			next, more := p.Behind(times, size, starts)
			if !more {
				break
			}
			token = next.Token()
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("read %v of %v", got, want)
		}
	}
}

func TestTokens(t *testing.T) {
	starts := make([]time.Time, 2)
	for _, token := range []string{"x", "0", "2 2026-11-22T12:00:00Z 0", "-1 2026-11-22T12:00:00Z 0", "0 yesterday 0", "0 2026-11-22T12:00:00Z -1", "0 2026-11-22T12:00:00Z 0 0"} {
		if p, err := timewalk.At(token, starts); !errs.Is(err, errs.Invalid) {
			t.Errorf("%q: %+v, %v", token, p, err)
		}
	}
	want := timewalk.Place{Phase: 1, From: noon.Add(123 * time.Millisecond), Skip: 7}
	if p, err := timewalk.At(want.Token(), starts); err != nil || p != want {
		t.Errorf("%+v, %v", p, err)
	}
}
