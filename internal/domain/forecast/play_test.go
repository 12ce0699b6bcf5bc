package forecast_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"godwit.dev/godwit/internal/domain/forecast"
)

// still is a desk to which nobody writes any more, at which two people have always been
// busy with five an hour each: what it owes now is all that it will owe.
func still() forecast.Situation {
	s := desk()
	for i := range s.Past {
		s.Past[i].Came = map[int]int{}
	}
	s.Past[12].Came = map[int]int{8: 10 * len(s.Past)} // at another hour of the day than those that are told of
	return s
}

// owe has answers due in a slot.
func owe(s *forecast.Situation, slot, n int) {
	s.Due[slot] += n
	s.Owed += n
}

// TestHours: who is on shift and what they can write is told of the hour in which they are
// there, and what is owed of the one in which it is due.
func TestHours(t *testing.T) {
	s := desk()
	s.Staff = on(0)
	for i := 4; i < 7; i++ {
		s.Staff[i] = 4
	}
	owe(&s, 3, 2)
	owe(&s, 4, 5)
	owe(&s, 32, 9) // after all hours
	f := forecast.Make(s)
	for i, want := range []struct {
		due   int
		staff float64
	}{{2, 0}, {5, 3}, {0, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 0}} {
		n := f.Hours[i]
		if n.Due != want.due || math.Abs(n.Staff-want.staff) > 1e-9 || math.Abs(n.Answers-want.staff*f.Rate) > 1e-9 {
			t.Errorf("hour %d: %+v, want %+v at %.2f an hour", i, n, want, f.Rate)
		}
	}
	from, to := s.Now, s.Now.Add(time.Hour)
	if i := slices.IndexFunc(f.Why, func(r forecast.Reason) bool { return r.Kind == forecast.ByNobody }); i < 0 || f.Why[i].From != from.UnixMilli() || f.Why[i].To != to.UnixMilli() {
		t.Errorf("because of %+v, want nobody from %v to %v", f.Why, from, to)
	}
}

// TestChance: ten an hour can be written. The chance grows with what is due from hardly any
// to almost certain, is near a half where both are alike, and is no average.
func TestChance(t *testing.T) {
	var last forecast.Next
	for _, step := range []struct {
		due         int
		least, most float64
	}{{2, 0, 0.03}, {6, 0.02, 0.35}, {10, 0.35, 0.75}, {14, 0.75, 0.97}, {24, 0.97, 1}} {
		s := still()
		owe(&s, 3, step.due)
		f := forecast.Make(s)
		n := f.Hours[0]
		if n.Chance < step.least || n.Chance > step.most || n.Chance < last.Chance || n.Misses < n.Chance || n.Misses < last.Misses {
			t.Errorf("%d are due: chance %.3f, %.2f broken; want %.2f to %.2f (%.2f an hour)", step.due, n.Chance, n.Misses, step.least, step.most, f.Rate)
		}
		for _, later := range f.Hours[1:] {
			if later.Chance != 0 {
				t.Errorf("%d are due within the hour: chance %.2f from %v on", step.due, later.Chance, later.From)
			}
		}
		last = n
	}
	if last.Misses < 12 || last.Misses > 17 {
		t.Errorf("24 are due and 10 are written: %.1f are broken", last.Misses)
	}
}

// TestWhatIsLateGoesOn: what is late is written before what is due, in the hours after the
// one in which it was missed as well; it is missed once.
func TestWhatIsLateGoesOn(t *testing.T) {
	s := still()
	owe(&s, 7, 4)
	alone := forecast.Make(s).Hours[1].Chance
	owe(&s, 0, 60)
	f := forecast.Make(s)
	if next := f.Hours[1].Chance; alone > 0.05 || next < 0.7 {
		t.Errorf("four that are due in two hours: chance %.2f, and %.2f behind sixty", alone, next)
	}
	if n := f.Misses(); n < 55 || n > 64 {
		t.Errorf("of 64 %.1f are broken", n)
	}
	late := still()
	owe(&late, 7, 4)
	late.Late, late.Owed = 60, late.Owed+60
	if f = forecast.Make(late); f.Hours[1].Chance < 0.7 || f.Misses() > 4 {
		t.Errorf("behind sixty that are late: chance %.2f, %.1f broken", f.Hours[1].Chance, f.Misses())
	}
}

// TestWhatIsUsual: an hour of the week is what it was in past weeks, the newer ones weighing
// more, and not what other hours are.
func TestWhatIsUsual(t *testing.T) {
	s := desk()
	for i := range s.Past {
		h := &s.Past[i]
		n := 2
		if h.At.Hour() == 3 && h.At.Weekday() == time.Monday {
			n = []int{10, 20, 40}[i/(7*24)]
		}
		h.Came = map[int]int{8: n}
	}
	f := forecast.Make(s)
	if n := f.Hours[3].Arrivals; n < 18 || n > 25 {
		t.Errorf("%.1f are expected where 10, 20 and 40 came", n)
	}
	if n := f.Hours[2].Arrivals; n < 1.5 || n > 3 {
		t.Errorf("%.1f are expected where 2 came", n)
	}
}

// TestRatesAreBounded: nobody is taken for slower than two an hour, and four hours of work
// say less than a hundred.
func TestRatesAreBounded(t *testing.T) {
	slow := desk()
	for i := range slow.Past {
		slow.Past[i].Done, slow.Past[i].Came = 2, map[int]int{8: 2} // one an hour each, while a hundred wait
	}
	slow.Owed = 100
	if f := forecast.Make(slow); f.Rate != 2 || f.Measured != 0 {
		t.Errorf("who writes one an hour: %.2f, measured over %.0f hours", f.Rate, f.Measured)
	}
	for hours, want := range map[int][2]float64{1: {6, 6}, 3: {9.5, 11}, 100: {11.5, 12}} {
		s := desk()
		for i := range s.Past {
			s.Past[i].Staff = 0
			if i >= len(s.Past)-hours {
				s.Past[i].Staff, s.Past[i].Done, s.Past[i].Came = 2, 24, map[int]int{8: 24}
			}
		}
		s.Owed = 200
		if f := forecast.Make(s); f.Rate < want[0] || f.Rate > want[1] {
			t.Errorf("twelve an hour in %d hours of two people: %.2f, want %.1f to %.1f", hours, f.Rate, want[0], want[1])
		}
	}
}

// TestSlots: a lead is in slots that have begun, from one to what is beyond all hours.
func TestSlots(t *testing.T) {
	for lead, want := range map[time.Duration]int{-time.Hour: 1, 0: 1, 1: 1, 15 * time.Minute: 1, 15*time.Minute + 1: 2, 8 * time.Hour: 32, 8*time.Hour + 1: forecast.Beyond, 90 * time.Hour: forecast.Beyond} {
		if got := forecast.Slots(lead); got != want {
			t.Errorf("%v: %d slots, want %d", lead, got, want)
		}
	}
}

// TestALevelFades: half of what comes beyond what is usual is gone after six hours.
func TestALevelFades(t *testing.T) {
	s := desk()
	for i := range 3 {
		s.Past[len(s.Past)-1-i].Came = map[int]int{8: 60}
	}
	f := forecast.Make(s)
	beyond := func(hour int) float64 { return f.Hours[hour].Arrivals/f.Hours[0].Arrivals - 1/f.Level }
	if now, later := beyond(0), beyond(6); f.Level < 1.5 || now <= 0 || later > 0.7*now || later < 0.2*now {
		t.Errorf("at level %.2f: %.2f beyond what is usual, %.2f six hours later", f.Level, now, later)
	}
}
