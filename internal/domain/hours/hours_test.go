package hours

import (
	_ "embed"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // names that the machine does not know

	"pgregory.net/rapid"
)

// oracle asks the wall, minute by minute.
func oracle(zone *time.Location, weekly [7][]Span, holidays []time.Time, shut []Interval, at time.Time) bool {
	wall := at.In(zone)
	year, month, date := wall.Date()
	for _, h := range holidays {
		if y, m, d := h.Date(); y == year && m == month && d == date {
			return false
		}
	}
	for _, s := range shut {
		if !at.Before(s.From) && at.Before(s.To) {
			return false
		}
	}
	m := wall.Hour()*60 + wall.Minute()
	for _, s := range weekly[wall.Weekday()] {
		if m >= s.From && m < s.To {
			return true
		}
	}
	return false
}

// all names of the IANA database.
//
//go:embed testdata/zones.txt
var all string

func load(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestAgainstTheWall(t *testing.T) {
	loaded := map[string]*time.Location{}
	zones := strings.Fields(all)
	for _, name := range zones {
		loaded[name] = load(t, name)
	}
	const step = time.Minute
	rapid.Check(t, func(t *rapid.T) {
		zone := loaded[rapid.SampledFrom(zones).Draw(t, "zone")]
		start := time.Date(rapid.IntRange(2005, 2030).Draw(t, "year"), time.January, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 365*1440).Draw(t, "start")) * step)
		if rapid.Bool().Draw(t, "at a change of clocks") {
			if _, change := start.In(zone).ZoneBounds(); !change.IsZero() {
				start = change.UTC().Truncate(step).Add(time.Duration(rapid.IntRange(-3000, 120).Draw(t, "before")) * step)
			}
		}
		var weekly [7][]Span
		for d := range weekly {
			for range rapid.IntRange(0, 3).Draw(t, "spans") {
				from := rapid.IntRange(0, 1439).Draw(t, "from")
				weekly[d] = append(weekly[d], Span{from, rapid.IntRange(from+1, 1440).Draw(t, "to")})
			}
		}
		var holidays []time.Time
		for range rapid.IntRange(0, 2).Draw(t, "holidays") {
			holidays = append(holidays, start.AddDate(0, 0, rapid.IntRange(-1, 9).Draw(t, "holiday")))
		}
		intervals := func(name string) (out []Interval) {
			for range rapid.IntRange(0, 3).Draw(t, name) {
				from := start.Add(time.Duration(rapid.IntRange(-800, 10000).Draw(t, "begins")) * step)
				out = append(out, Interval{from, from.Add(time.Duration(rapid.IntRange(0, 1400).Draw(t, "lasts")) * step)})
			}
			return out
		}
		closures, pauses := intervals("closures"), intervals("pauses")
		c, err := New(zone, weekly, holidays, closures)
		if err != nil {
			t.Fatal(err)
		}
		shut := append(append([]Interval{}, closures...), pauses...)
		open := time.Duration(rapid.IntRange(1, 3000).Draw(t, "open")) * step
		var passed time.Duration
		at := start
		for ; passed < open && at.Before(start.AddDate(0, 0, 21)); at = at.Add(step) {
			if oracle(zone, weekly, holidays, shut, at) {
				passed += step
			}
		}
		if got := c.Open(start, at, pauses); got != passed {
			t.Fatalf("open for %v until %v, want %v", got, at, passed)
		}
		if passed < open {
			return
		}
		if due, ok := c.Due(start, open, pauses); !ok || !due.Equal(at) {
			t.Fatalf("due %v (%v), want %v", due, ok, at.In(zone))
		}
	})
}

func TestNeverOpen(t *testing.T) {
	c, err := New(time.UTC, [7][]Span{}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 1, 12, 0, 30, 0, time.UTC)
	if _, ok := c.Due(now, time.Minute, nil); ok {
		t.Error("a desk that never opens has a due time")
	}
	if due, ok := c.Due(now, 0, nil); !ok || !due.Equal(now) {
		t.Error("nothing is due now, even so")
	}
	for _, s := range []Span{{-1, 5}, {10, 10}, {20, 10}, {0, 1441}} {
		if _, err := New(time.UTC, [7][]Span{{s}}, nil, nil); err == nil {
			t.Errorf("%v is a span of a day", s)
		}
	}
}

func BenchmarkDue(b *testing.B) {
	var weekly [7][]Span
	for d := time.Monday; d <= time.Friday; d++ {
		weekly[d] = []Span{{9 * 60, 12 * 60}, {13 * 60, 18 * 60}}
	}
	c, err := New(load(b, "Europe/Berlin"), weekly, nil, nil)
	if err != nil {
		b.Fatal(err)
	}
	from := time.Date(2026, 3, 27, 16, 0, 0, 0, time.UTC)
	b.ReportAllocs()
	for b.Loop() {
		c.Due(from, 24*time.Hour, nil)
	}
}
