package job

import (
	"testing"
	"time"
)

func TestRestGrowsToADay(t *testing.T) {
	for before, want := range map[int64]time.Duration{0: time.Minute, 1: 2 * time.Minute, 5: 32 * time.Minute, 10: 1024 * time.Minute, 11: 24 * time.Hour, 99: 24 * time.Hour} {
		if got := Rest(before); got != want {
			t.Errorf("after %d: %s, want %s", before, got, want)
		}
	}
}
