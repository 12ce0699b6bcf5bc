package id_test

import (
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"godwit.dev/godwit/internal/base/id"
)

func TestNextRisesAlsoWhenTheClockStepsBack(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	s := id.NewSource(7, func() time.Time { return at })
	var last int64
	for i := range 40000 {
		if i == 20000 {
			at = at.Add(-time.Hour)
		}
		v := s.Next()
		if v <= last {
			t.Fatalf("identifier %d: %d after %d", i, v, last)
		}
		last = v
	}
}

func TestNextIsUniqueAcrossGoroutinesAndNodes(t *testing.T) {
	var mu sync.Mutex
	seen := map[int64]bool{}
	var wg sync.WaitGroup
	for _, node := range []uint8{1, 2} {
		s := id.NewSource(node, time.Now)
		for range 2 {
			wg.Go(func() {
				for range 5000 {
					v := s.Next()
					mu.Lock()
					if seen[v] {
						t.Errorf("%d twice", v)
					}
					seen[v] = true
					mu.Unlock()
				}
			})
		}
	}
	wg.Wait()
}

func TestFormatAndParseAreInverse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.Int64Range(0, 1<<62).Draw(t, "v")
		s := id.Format("tkt", v)
		got, err := id.Parse("tkt", s)
		if err != nil || got != v {
			t.Fatalf("Parse(%q) = %d, %v; want %d", s, got, err, v)
		}
	})
	for _, bad := range []string{"", "tkt_", "ord_0000000000000", "tkt_000000000000", "tkt_000000000000u", "tkt_z000000000000"} {
		if _, err := id.Parse("tkt", bad); err == nil {
			t.Errorf("Parse(%q) accepts", bad)
		}
	}
}

func TestTimeAndFloor(t *testing.T) {
	at := time.Date(2026, 11, 22, 8, 30, 0, 0, time.UTC)
	v := id.NewSource(200, func() time.Time { return at }).Next()
	if got := id.Time(v); !got.Equal(at) {
		t.Errorf("Time = %v, want %v", got, at)
	}
	if f := id.Floor(at); f > v || f < v-(1<<21) {
		t.Errorf("Floor = %d, identifier %d", f, v)
	}
}
