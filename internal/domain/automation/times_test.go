package automation

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"godwit.dev/godwit/internal/base/errs"
)

// fires goes from minute to minute and returns those instants after one at which the wall first shows a chosen time, or more.
func fires(w When, from time.Time, zone *time.Location, minutes int) (out []time.Time) {
	wall := func(t time.Time) time.Time {
		l := t.In(zone)
		return time.Date(l.Year(), l.Month(), l.Day(), l.Hour(), l.Minute(), 0, 0, time.UTC)
	}
	days := w.on()
	at := from.Add(-48 * time.Hour)
	most := wall(at)
	for range minutes + 48*60 {
		at = at.Add(time.Minute)
		fired := false
		for most.Before(wall(at)) {
			most = most.Add(time.Minute)
			fired = fired || days[most.Weekday()] && most.Format("15:04") == w.Time
		}
		if fired && at.After(from) {
			out = append(out, at)
		}
	}
	return out
}

func TestTimesAreThoseOfTheWall(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		// Clocks go on and back, by half an hour and at midnight, a day is left out, and nothing happens.
		change := rapid.SampledFrom([]struct {
			zone string
			near time.Time
		}{
			{"Europe/Berlin", time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC)}, {"Europe/Berlin", time.Date(2026, 10, 25, 1, 0, 0, 0, time.UTC)},
			{"Australia/Lord_Howe", time.Date(2026, 4, 4, 15, 0, 0, 0, time.UTC)}, {"Australia/Lord_Howe", time.Date(2026, 10, 3, 15, 30, 0, 0, time.UTC)},
			{"America/Santiago", time.Date(2026, 4, 5, 3, 0, 0, 0, time.UTC)}, {"America/Santiago", time.Date(2026, 9, 6, 4, 0, 0, 0, time.UTC)},
			{"America/New_York", time.Date(2026, 11, 1, 6, 0, 0, 0, time.UTC)}, {"Pacific/Apia", time.Date(2011, 12, 30, 10, 0, 0, 0, time.UTC)}, {"Asia/Shanghai", time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)},
		}).Draw(t, "change")
		zone, err := time.LoadLocation(change.zone)
		if err != nil {
			t.Fatal(err)
		}
		w := When{Time: time.Date(2026, 1, 1, 0, rapid.OneOf(rapid.IntRange(0, 4*60), rapid.IntRange(0, 24*60-1)).Draw(t, "minute"), 0, 0, time.UTC).Format("15:04")}
		for _, d := range weekdays {
			if rapid.Bool().Draw(t, d) {
				w.Days = append(w.Days, d)
			}
		}
		if len(w.Days) == 0 {
			w.Days = weekdays[6:]
		}
		from := change.near.Add(time.Duration(rapid.IntRange(-30*60, 10*60).Draw(t, "from")) * time.Minute)
		const minutes = 9 * 24 * 60
		want := fires(w, from, zone, minutes)
		end, at := from.Add(minutes*time.Minute), from
		for _, x := range want {
			if at = w.Next(at, zone); !at.Equal(x) {
				t.Fatalf("%v in %s from %v: fires at %v, want %v", w, zone, from, at, x.In(zone))
			}
		}
		if next := w.Next(at, zone); !next.After(end) {
			t.Fatalf("%v in %s: fires at %v, too", w, zone, next)
		}
		if len(want) > 1 {
			if got := w.Newest(want[0], want[len(want)-1], zone); !got.Equal(want[len(want)-1]) {
				t.Fatalf("a time that is now is not the newest: %s", got)
			}
			if got := w.Newest(want[0], end, zone); !got.Equal(want[len(want)-1]) {
				t.Fatalf("the newest until %v is %v, want %v", end, got, want[len(want)-1])
			}
		}
	})
}

func TestTimesAreChecked(t *testing.T) {
	good := When{Days: []string{"mon"}, Time: "09:00"}
	for field, w := range map[string]When{
		"": good, "when.event": {Event: "ticket.opened", Days: good.Days, Time: good.Time}, "when.after": {After: 1, Days: good.Days, Time: good.Time}, "when.days": {Time: good.Time},
		"when.time": {Days: good.Days},
	} {
		_, err := Definition{Name: "x", When: w, Then: []Step{{Do: Tag, Word: "x"}}, Hourly: 1}.Check()
		if list := errs.Fields(err); (field == "") != (err == nil) || err != nil && list[0].Field != field {
			t.Errorf("%+v: %v", w, err)
		}
	}
	for _, bad := range []string{"9:00", "24:00", "12:60", "aa:00", "-1:00", "09:00:00"} {
		if err := (When{Days: good.Days, Time: bad}).checkTimes(); err == nil {
			t.Errorf("%s is a time", bad)
		}
	}
	for _, bad := range [][]string{{"mon", "mon"}, {"Monday"}} {
		if err := (When{Days: bad, Time: good.Time}).checkTimes(); err == nil {
			t.Errorf("%v are weekdays", bad)
		}
	}
}
