package hours

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// A chain is open in each minute in which the wall of one of its desks says so, by the
// slow oracle, and no minute counts twice.
func TestAChainAgainstItsWalls(t *testing.T) {
	loaded := map[string]*time.Location{}
	zones := strings.Fields(all)
	for _, name := range zones {
		loaded[name] = load(t, name)
	}
	const step = time.Minute
	rapid.Check(t, func(t *rapid.T) {
		start := time.Date(rapid.IntRange(2010, 2030).Draw(t, "year"), time.January, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 365*1440).Draw(t, "start")) * step)
		type desk struct {
			zone     *time.Location
			weekly   [7][]Span
			holidays []time.Time
			shut     []Interval
		}
		interval := func(name string) []Interval {
			var out []Interval
			for range rapid.IntRange(0, 2).Draw(t, name) {
				from := start.Add(time.Duration(rapid.IntRange(-500, 9000).Draw(t, "begins")) * step)
				out = append(out, Interval{from, from.Add(time.Duration(rapid.IntRange(0, 1500).Draw(t, "lasts")) * step)})
			}
			return out
		}
		var desks []desk
		var chain Chain
		for range rapid.IntRange(1, 3).Draw(t, "desks") {
			d := desk{zone: loaded[rapid.SampledFrom(zones).Draw(t, "zone")], shut: interval("closures")}
			for day := range d.weekly {
				for range rapid.IntRange(0, 2).Draw(t, "spans") {
					from := rapid.IntRange(0, 1439).Draw(t, "from")
					d.weekly[day] = append(d.weekly[day], Span{from, min(1440, from+rapid.IntRange(1, 500).Draw(t, "to"))})
				}
			}
			for range rapid.IntRange(0, 1).Draw(t, "holidays") {
				d.holidays = append(d.holidays, start.AddDate(0, 0, rapid.IntRange(-1, 9).Draw(t, "holiday")))
			}
			c, err := New(d.zone, d.weekly, d.holidays, d.shut)
			if err != nil {
				t.Fatal(err)
			}
			desks, chain = append(desks, d), append(chain, c)
		}
		pauses := interval("pauses")
		open := time.Duration(rapid.IntRange(1, 2500).Draw(t, "open")) * step
		var passed time.Duration
		at := start
		for ; passed < open && at.Before(start.AddDate(0, 0, 18)); at = at.Add(step) {
			if slices.ContainsFunc(desks, func(d desk) bool {
				return oracle(d.zone, d.weekly, d.holidays, slices.Concat(d.shut, pauses), at)
			}) {
				passed += step
			}
		}
		if got := chain.Open(start, at, pauses); got != passed {
			t.Fatalf("open for %v until %v, want %v", got, at, passed)
		}
		if due, ok := chain.Due(start, open, pauses); passed == open && (!ok || !due.Equal(at)) {
			t.Fatalf("due %v (%v), want %v", due, ok, at)
		}
	})
}

func TestAnEmptyChainNeverOpens(t *testing.T) {
	now := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	if _, ok := (Chain{}).Due(now, time.Minute, nil); ok {
		t.Error("nobody is there, and yet it is due")
	}
}

func TestTheTablesAreWhole(t *testing.T) {
	if !Holiday("DE", time.Date(2026, 12, 25, 23, 0, 0, 0, time.UTC)) || Holiday("DE", time.Date(2026, 12, 24, 0, 0, 0, 0, time.UTC)) || Holiday("XX", time.Now()) {
		t.Error("the first day of Christmas is a holiday in Germany, the eve is none")
	}
	if !Holiday("RS", time.Date(2027, 1, 7, 0, 0, 0, 0, time.UTC)) || !Holiday("RS", time.Date(2026, 4, 13, 0, 0, 0, 0, time.UTC)) || Holiday("RS", time.Date(2026, 12, 25, 0, 0, 0, 0, time.UTC)) {
		t.Error("Christmas is on 7 January in Serbia, and Easter Monday of 2026 on 13 April")
	}
	for _, country := range Countries() {
		days := Holidays(country)
		for y := FirstYear; y <= LastYear; y++ {
			if !slices.ContainsFunc(days, func(d time.Time) bool { return d.Year() == y }) {
				t.Errorf("%s has no holiday in %d", country, y)
			}
		}
	}
	for _, e := range Events() {
		days, ok := EventDays(e.Key)
		if !ok || len(days) < 2 || !slices.IsSortedFunc(days, time.Time.Compare) {
			t.Errorf("%s: %v", e.Key, days)
		}
	}
	if days, _ := EventDays("golden_week_cn"); len(days) != 7*(LastYear-FirstYear+1) {
		t.Errorf("the National Day week has seven days a year: %v", days)
	}
	for _, bad := range []string{"x,CN,10-07/10-01,", "x,CN,2027-02-30/2027-03-01,", "x,CN,soon,"} {
		if _, err := readEvents("event,countries,days,basis\n" + bad + "\n"); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}
