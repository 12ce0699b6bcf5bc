package vendure

import (
	"fmt"
	"testing"
	"time"

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
