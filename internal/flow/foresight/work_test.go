package foresight

import (
	"context"
	"testing"
	"time"

	"godwit.dev/godwit/internal/domain/forecast"
	"godwit.dev/godwit/internal/domain/route"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

var monday = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// shelf keeps the newest forecast of one queue, and what was told.
type shelf struct {
	Store
	kept Queue
	told []Told
}

func (s *shelf) InTx(ctx context.Context, do func(context.Context) error) error { return do(ctx) }

func (s *shelf) PutForecast(_ context.Context, _ auth.WorkspaceID, q Queue, was time.Time) (bool, error) {
	if !s.kept.At.Equal(was) {
		return false, nil
	}
	s.kept = q
	return true, nil
}

func (s *shelf) Append(context.Context, ...event.Event) error { return nil }

// TestWhenLeadsAreTold: from the chance that is set on, once, and again only after it was
// below half of that. Whoever turned it off and on again hears of what lies ahead.
func TestWhenLeadsAreTold(t *testing.T) {
	s := &shelf{}
	f := New(Config{Store: s, Journal: s, Tell: func(_ context.Context, _ auth.WorkspaceID, x Told) error {
		s.told = append(s.told, x)
		return nil
	}})
	at := monday
	for _, step := range []struct {
		name   string
		chance float64
		off    bool
		told   int
		warned bool
	}{
		{"a little too small", 0.3949, false, 0, false},
		{"turned off", 0.9, true, 0, false},
		{"what is set", 0.4, false, 1, true},
		{"worse", 0.95, false, 1, true},
		{"half of it", 0.2, false, 1, true},
		{"bad again, and it was never over", 0.8, false, 1, true},
		{"below half", 0.1949, false, 1, false},
		{"in between", 0.3, false, 1, false},
		{"it comes again", 0.5, false, 2, true},
		{"over, while turned off", 0, true, 2, false},
	} {
		was := s.kept.At
		at = at.Add(Every)
		hours := []forecast.Next{{From: at, To: at.Add(time.Hour), Chance: step.chance / 2}, {From: at.Add(time.Hour), To: at.Add(2 * time.Hour), Chance: step.chance, Misses: 1.6}}
		q := Queue{Team: 7, At: at, WarnedAt: s.kept.WarnedAt, Forecast: forecast.Forecast{Hours: hours}}
		if err := f.keep(t.Context(), Setting{Warn: !step.off, Percent: 40}, was, q); err != nil {
			t.Fatal(err)
		}
		if len(s.told) != step.told || s.kept.WarnedAt.IsZero() == step.warned || !s.kept.At.Equal(at) {
			t.Errorf("%s: told %d times, warned at %v; want %d, %v", step.name, len(s.told), s.kept.WarnedAt, step.told, step.warned)
		}
	}
	if x := s.told[1]; x.Team != 7 || x.Percent != 50 || x.Misses != 2 || x.To-x.From != time.Hour.Milliseconds() {
		t.Errorf("told %+v", x)
	}
	kept := s.kept
	late := Queue{Team: 7, At: at.Add(time.Second), Forecast: forecast.Forecast{Hours: []forecast.Next{{Chance: 1}}}}
	if err := f.keep(t.Context(), Default(1), kept.At.Add(-Every), late); err != nil || len(s.told) != 2 || !s.kept.At.Equal(kept.At) {
		t.Errorf("another node was faster: told %d times, %v", len(s.told), err)
	}
}

// TestWhoIsOnShift: somebody counts for the part of an hour or a slot in which they are there,
// once for the desk, and for each of their teams in part.
func TestWhoIsOnShift(t *testing.T) {
	now := monday.Add(2*time.Hour + 20*time.Minute) // 11:20, in the slot that began at 11:15
	list := map[auth.TeamID]*forecast.Situation{}
	for team := range auth.TeamID(3) {
		x := &forecast.Situation{Staff: make([]float64, forecast.Beyond)}
		for i := range 2 {
			x.Past = append(x.Past, forecast.Hour{At: monday.Add(time.Duration(i) * time.Hour)})
		}
		list[team] = x
	}
	sheet := func(from, to string) route.Sheet {
		return route.Sheet{Capacity: 4, Zone: "UTC", Weekly: map[string][][2]string{"mon": {{from, to}}}}
	}
	err := staff(list, []Worker{
		{Sheet: sheet("09:30", "11:30"), Teams: []auth.TeamID{1, 2, 9}}, // nothing is known of team 9
		{Sheet: sheet("10:00", "11:40"), Teams: []auth.TeamID{1}},
	}, hour(monday), now)
	if err != nil {
		t.Fatal(err)
	}
	for team, want := range map[auth.TeamID][5]float64{0: {0.5, 2, 2, 2.0 / 3, 0}, 1: {0.25, 1.5, 1.5, 2.0 / 3, 0}, 2: {0.25, 0.5, 0.5, 0, 0}} {
		x := list[team]
		got := [5]float64{x.Past[0].Staff, x.Past[1].Staff, x.Staff[0], x.Staff[1], x.Staff[2]}
		for i := range got {
			if d := got[i] - want[i]; d < -1e-9 || d > 1e-9 {
				t.Errorf("team %d: %v on shift, want %v", team, got, want)
				break
			}
		}
	}
}

// TestMovesAreSummed: by hour, team and lead; what is too old is left out.
func TestMovesAreSummed(t *testing.T) {
	h := hour(monday)
	got := counts([]forecast.Move{
		{Team: 1, At: monday, Lead: 4, Came: 1}, {Team: 1, At: monday.Add(59 * time.Minute), Lead: 4, Came: 1}, {Team: 1, At: monday.Add(time.Minute), Lead: 4, Came: -1},
		{Team: 1, At: monday.Add(time.Hour), Lead: 4, Came: 1}, {At: monday, Lead: 4, Came: 1}, {Team: 1, At: monday, Done: 1}, {At: monday.Add(-time.Nanosecond), Done: 1},
	}, h)
	want := []Count{{h, 0, 4, 1, 0}, {h, 1, 0, 0, 1}, {h, 1, 4, 1, 0}, {h + 1, 1, 4, 1, 0}}
	if len(got) != len(want) {
		t.Fatalf("%+v", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%+v, want %+v", got[i], want[i])
		}
	}
}
