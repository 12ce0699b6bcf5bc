package zone

import (
	"slices"
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"
)

// TestZonesAreKnown: every zone of the table is one that the program can read.
func TestZonesAreKnown(t *testing.T) {
	n := 0
	for country, list := range areas() {
		for _, a := range list {
			n++
			if _, err := time.LoadLocation(a.name); err != nil {
				t.Errorf("%s: %v", country, err)
			}
		}
	}
	if n < 400 {
		t.Errorf("%d zones", n)
	}
	for name := range remote {
		if _, err := time.LoadLocation(name); err != nil {
			t.Error(err)
		}
	}
}

func TestZonesOfTowns(t *testing.T) {
	for _, c := range []struct{ country, town, want string }{
		{"DE", "", "Europe/Berlin"}, {"DE", "Nirgends", "Europe/Berlin"}, {"CN", "", "Asia/Shanghai"}, {"US", "Boston", "America/New_York"},
		{"US", "Honolulu", "Pacific/Honolulu"}, {"BR", "São Paulo", "America/Sao_Paulo"}, {"BR", "Manaus", "America/Manaus"}, {"RU", "Vladivostok", "Asia/Vladivostok"}, {"RU", "Moscow", "Europe/Moscow"},
		{"ES", "Las Palmas de Gran Canaria", "Atlantic/Canary"}, {"AU", "Perth", "Australia/Perth"}, {"CA", "Vancouver", "America/Vancouver"},
	} {
		got := Of(c.country, c.town)
		if len(got) != 1 || got[0].String() != c.want {
			t.Errorf("%s, %s: %v, want %s", c.town, c.country, got, c.want)
		}
	}
	if got := Of("US", "Seattle"); len(got) < 2 || !slices.ContainsFunc(got, func(z *time.Location) bool { return z.String() == "America/Los_Angeles" }) {
		t.Errorf("Seattle, which is nearer to Boise than to Los Angeles: %v", got)
	}
	if got := Of("US", ""); len(got) < 4 {
		t.Errorf("somewhere in the United States: %v", got)
	}
	if got := Of("XX", "Town"); got != nil {
		t.Errorf("nowhere: %v", got)
	}
}

func TestNext(t *testing.T) {
	at := func(s string) time.Time {
		v, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, c := range []struct{ country, town, from, want string }{
		{"DE", "", "2026-11-22T12:30:00Z", "2026-11-22T12:30:00Z"},               // half past one
		{"DE", "", "2026-11-22T19:00:00Z", "2026-11-23T08:00:00Z"},               // eight in the evening is late
		{"DE", "", "2026-03-29T00:30:00Z", "2026-03-29T07:00:00Z"},               // the night in which clocks go forward
		{"JP", "", "2026-11-22T12:30:00Z", "2026-11-23T00:00:00Z"},               // nine in Tokyo
		{"US", "Seattle", "2026-11-22T12:30:00Z", "2026-11-22T17:00:00Z"},        // nine in Seattle
		{"US", "Somewhere Else", "2026-11-22T13:00:00Z", "2026-11-22T17:00:00Z"}, // the last coast is awake
		{"NP", "", "2026-11-22T00:00:00Z", "2026-11-22T03:15:00Z"},               // a quarter of an hour
		{"XX", "", "2026-11-22T20:00:00Z", "2026-11-23T09:00:00Z"},               // UTC
	} {
		if got := Next(at(c.from), Of(c.country, c.town), 9, 20); !got.Equal(at(c.want)) {
			t.Errorf("%s %s from %s: %v, want %s", c.country, c.town, c.from, got.UTC(), c.want)
		}
	}
}

// TestNextIsDecent: whatever the hours, the answer is not before the question, within
// three days, and decent in the first zone at least; where all zones can agree, in all.
func TestNextIsDecent(t *testing.T) {
	var countries []string
	for c := range areas() {
		countries = append(countries, c)
	}
	rapid.Check(t, func(t *rapid.T) {
		zones := Of(rapid.SampledFrom(countries).Draw(t, "country"), "")
		from := rapid.IntRange(0, 22).Draw(t, "from")
		until := rapid.IntRange(from+1, 24).Draw(t, "until")
		start := time.UnixMilli(rapid.Int64Range(1_700_000_000_000, 1_900_000_000_000).Draw(t, "at")).UTC()
		got := Next(start, zones, from, until)
		if got.Before(start) || got.Sub(start) > farthest+24*time.Hour {
			t.Fatalf("%v from %v", got, start)
		}
		if len(zones) == 1 {
			if h := got.In(zones[0]).Hour(); (h < from || h >= until) && until-from > 1 {
				t.Fatalf("%d o'clock in %v", h, zones[0])
			}
		}
	})
}
