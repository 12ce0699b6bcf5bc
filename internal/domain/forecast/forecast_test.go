package forecast_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"godwit.dev/godwit/internal/domain/forecast"
)

var begin = time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC) // a Monday

// desk is a queue to which ten an hour have come for three weeks, with two people who
// answer all of it, of which nothing is owed now.
func desk() forecast.Situation {
	s := forecast.Situation{Now: begin.AddDate(0, 0, 21)}
	for h := begin; h.Before(s.Now); h = h.Add(time.Hour) {
		s.Past = append(s.Past, forecast.Hour{At: h, Came: map[int]int{8: 10}, Done: 10, Staff: 2})
	}
	s.This = forecast.Hour{At: s.Now}
	s.Due = make([]int, forecast.Beyond)
	s.Staff = on(2)
	return s
}

// on is n people on shift all the time.
func on(n float64) []float64 { return slices.Repeat([]float64{n}, forecast.Beyond) }

func kinds(f forecast.Forecast) (out []forecast.Kind) {
	for _, r := range f.Why {
		out = append(out, r.Kind)
	}
	return out
}

func TestWhatDrivesIt(t *testing.T) {
	for name, c := range map[string]struct {
		change      func(*forecast.Situation)
		least, most float64 // chance of the worst hour
		short       bool
		kind        forecast.Kind // "" for none
	}{
		"a quiet desk": {func(s *forecast.Situation) { s.Staff = on(3) }, 0, 0.1, false, ""},
		"more is due than two people write": {func(s *forecast.Situation) {
			s.Due[3], s.Owed = 80, 80
		}, 0.95, 1, true, forecast.ByDue},
		"nobody is on shift": {func(s *forecast.Situation) {
			s.Staff = on(0)
		}, 0.95, 1, true, forecast.ByNobody},
		"nobody is on shift later": {func(s *forecast.Situation) {
			for i := 8; i < len(s.Staff); i++ {
				s.Staff[i] = 0
			}
		}, 0.95, 1, true, forecast.ByNobody},
		"a surge": {func(s *forecast.Situation) {
			for i := range 3 {
				s.Past[len(s.Past)-1-i].Came = map[int]int{8: 60}
			}
			s.Due[5], s.Due[6], s.Due[7], s.Owed = 40, 45, 50, 135
		}, 0.95, 1, true, forecast.BySurge},
		"late answers go first": {func(s *forecast.Situation) {
			s.Late, s.Due[2], s.Owed = 60, 5, 65
		}, 0.9, 1, true, forecast.ByLate},
	} {
		s := desk()
		s.Bearable = 0.2
		c.change(&s)
		f := forecast.Make(s)
		if p := f.Worst().Chance; p < c.least || p > c.most || (f.Short > 0) != c.short || c.kind != "" && !slices.Contains(kinds(f), c.kind) || c.kind == "" && len(f.Why) > 0 {
			t.Errorf("%s: chance %.2f, %d missing, because of %v; want %.2f to %.2f, missing %v, %s", name, p, f.Short, f.Why, c.least, c.most, c.short, c.kind)
		}
	}
}

// TestLevel: one busy hour of a small desk moves little, at a large one it is a surge.
// What has been late for days delays nothing that comes, and does not make people look slow.
func TestWhatLiesIsLeftOut(t *testing.T) {
	idle := func() forecast.Situation {
		s := desk()
		for i := range s.Past {
			s.Past[i].Came, s.Past[i].Done = map[int]int{8: 1}, 1 // half an answer each: there is no more to do
		}
		return s
	}
	s := idle()
	s.Late, s.Owed = 45, 45
	if f := forecast.Make(s); f.Rate != 2 || f.Measured != 0 || f.Worst().Chance < 0.3 {
		t.Errorf("45 late answers that go first: %.2f an hour, chance %.2f", f.Rate, f.Worst().Chance)
	}
	s = idle()
	s.Lying = 45
	f := forecast.Make(s)
	if f.Rate < 4 || f.Worst().Chance > 0.1 || f.Lying != 45 || !slices.Contains(kinds(f), forecast.ByLying) || slices.Contains(kinds(f), forecast.ByLate) {
		t.Errorf("45 that lie: %.2f an hour, chance %.2f, because of %v", f.Rate, f.Worst().Chance, f.Why)
	}
}

func TestLevel(t *testing.T) {
	levels := map[int]float64{}
	for _, size := range []int{1, 100} {
		s := desk()
		for i := range s.Past {
			s.Past[i].Came = map[int]int{8: size}
		}
		s.Past[len(s.Past)-1].Came = map[int]int{8: 3 * size}
		levels[size] = forecast.Make(s).Level
	}
	if levels[1] > 1.15 || levels[100] < 1.2 {
		t.Errorf("three times as much in an hour: level %.2f where one is usual, %.2f where a hundred are", levels[1], levels[100])
	}
}

// TestRate: an idle desk says little of how fast people are, a busy one all.
func TestRate(t *testing.T) {
	idle := desk()
	busy := desk()
	busy.Owed = 100
	if f := forecast.Make(idle); f.Measured != 0 || f.Rate < 5 {
		t.Errorf("idle: %.1f an hour, measured over %.0f hours", f.Rate, f.Measured)
	}
	if f := forecast.Make(busy); f.Measured < 500 || f.Rate < 4.9 || f.Rate > 5.2 {
		t.Errorf("busy: %.1f an hour, measured over %.0f hours; want 5", f.Rate, f.Measured)
	}
}

// TestEnoughPeople: with as many people more as are said to be missing it is bearable.
func TestEnoughPeople(t *testing.T) {
	s := desk()
	s.Bearable = 0.2
	s.Due[7], s.Owed = 60, 60
	f := forecast.Make(s)
	if f.Short < 1 || f.Short >= forecast.Many {
		t.Fatalf("%d missing", f.Short)
	}
	s.Staff = on(2 + float64(f.Short))
	if g := forecast.Make(s); g.Worst().Chance > s.Bearable || g.Short != 0 {
		t.Errorf("with %d more the chance is %.2f, and %d are missing", f.Short, g.Worst().Chance, g.Short)
	}
	s.Staff = on(1 + float64(f.Short))
	if g := forecast.Make(s); f.Short <= 4 && g.Worst().Chance <= s.Bearable {
		t.Errorf("one fewer than %d would do", f.Short)
	}
	late := desk()
	late.Bearable, late.Due[0], late.Owed = 0.2, 2000, 2000
	if g := forecast.Make(late); g.Short != forecast.Many {
		t.Errorf("what is due at once: %d missing", g.Short)
	}
}

// TestInsideAnHour: in the running hour what is left of it counts, and hours are those of
// the clock.
func TestInsideAnHour(t *testing.T) {
	s := desk()
	s.Now = s.Now.Add(50 * time.Minute)
	s.This.Came = map[int]int{8: 9}
	s.This.Done = 9
	f := forecast.Make(s)
	first, next := f.Hours[0], f.Hours[1]
	if !first.From.Equal(s.Now) || !first.To.Equal(s.Now.Add(10*time.Minute)) || !next.From.Equal(first.To) || len(f.Hours) != forecast.Ahead {
		t.Errorf("hours from %v to %v, then from %v", first.From, first.To, next.From)
	}
	if first.Arrivals < 1 || first.Arrivals > 2.5 || next.Arrivals < 8 || next.Arrivals > 12 || first.Staff < 1.9 || first.Staff > 2.1 {
		t.Errorf("%.1f come in ten minutes, %.1f in the next hour; %.1f people are on", first.Arrivals, next.Arrivals, first.Staff)
	}
}

// TestChancesAreChances: chances are between nothing and one, what is missed is not more
// than is owed and comes, and somebody more on shift never makes it worse.
func TestChancesAreChances(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := desk()
		s.Now = s.Now.Add(time.Duration(rapid.IntRange(0, 59).Draw(t, "minute")) * time.Minute)
		s.Late = rapid.IntRange(0, 20).Draw(t, "late")
		s.Owed = s.Late
		for i := range 12 {
			s.Due[i] = rapid.IntRange(0, 12).Draw(t, "due")
			s.Owed += s.Due[i]
		}
		s.Staff = on(float64(rapid.IntRange(0, 4).Draw(t, "staff")))
		f := forecast.Make(s)
		s.Staff = on(s.Staff[0] + 3)
		g := forecast.Make(s)
		for i, n := range f.Hours {
			if n.Chance < 0 || n.Chance > 1 || n.Misses < 0 || n.Chance > 0 && n.Misses < n.Chance || n.Misses > float64(s.Owed)+500 {
				t.Fatalf("hour %d: %+v", i, n)
			}
			if m := g.Hours[i]; m.Chance > n.Chance+0.08 {
				t.Fatalf("hour %d: %.2f, and %.2f with three more people", i, n.Chance, m.Chance)
			}
		}
	})
}

// TestKnowsNothing: a desk without a past, people or questions has a forecast all the same.
func TestKnowsNothing(t *testing.T) {
	f := forecast.Make(forecast.Situation{Now: begin, Bearable: 0.2})
	if len(f.Hours) != forecast.Ahead || f.Worst().Chance != 0 || f.Short != 0 {
		t.Errorf("%+v", f)
	}
}
