package shipment

import (
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

func counting(n int, made *atomic.Int64) func(func(int) bool) {
	return func(yield func(int) bool) {
		for i := range n {
			made.Add(1)
			if !yield(i) {
				return
			}
		}
	}
}

// What is made early comes in order, at most one ahead of its taker.
func TestEarlyIsOneAheadAndInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var made atomic.Int64
		var got []int
		for i := range early(counting(9, &made)) {
			synctest.Wait()
			if n := made.Load(); n != min(int64(i)+2, 9) {
				t.Errorf("%d made while element %d is at work", n, i)
			}
			got = append(got, i)
		}
		if want := []int{0, 1, 2, 3, 4, 5, 6, 7, 8}; !slices.Equal(got, want) {
			t.Errorf("took %v", got)
		}
	})
}

// A taker that stops leaves nobody behind: synctest fails on a goroutine that is.
func TestEarlyEndsWithItsTaker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var made atomic.Int64
		for range early(counting(9, &made)) {
			break
		}
		if n := made.Load(); n > 3 {
			t.Errorf("%d made for one", n)
		}
	})
}

func TestEarlyPanicsInItsTaker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		defer func() {
			if p := recover(); p != "broken" {
				t.Errorf("recovered %v", p)
			}
		}()
		for range early(func(yield func(int) bool) {
			yield(1)
			panic("broken")
		}) {
			runtime.Gosched()
		}
		t.Error("it went on")
	})
}
