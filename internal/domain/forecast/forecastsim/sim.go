// Package forecastsim makes weeks at a desk to hold forecasts against: more comes by day
// than by night and on Mondays than on Sundays, some days bring more than others, on some
// a surge of hours multiplies what comes, and some people are away. A quarter of what comes
// is promised an answer within an hour, a quarter within two, the rest within eight.
//
// The desk is worse than the forecast believes: of five answers one goes to whatever
// somebody happened to pick, people are faster on some days than on others, and on one day
// in six somebody who is planned does not come. Weeks are made from a seed: the same seed
// is the same weeks.
package forecastsim

import (
	"math"
	"math/rand/v2"
	"time"

	"godwit.dev/godwit/internal/domain/forecast"
)

const (
	slotsAnHour = int(time.Hour / forecast.Slot)
	pace        = 7.0 // answers in an hour of work
)

// World is what happened at a desk, hour by hour.
type World struct {
	Begin time.Time
	hours []hour
}

// hour is an hour as it happened, with what was known as it began.
type hour struct {
	forecast.Hour
	staff  float64 // people planned
	late   int
	due    []int
	owed   int
	missed int
}

// shape is how much comes in an hour, in parts of the mean.
func shape(h int) float64 {
	day := []float64{1.25, 1.1, 1.05, 1, 1, 0.85, 0.75}[h/24%7]
	return day * (1 + 0.7*math.Cos(float64(h%24-14)/24*2*math.Pi))
}

// crew is how many people are planned for an hour.
func crew(h int) float64 {
	switch {
	case h%24 < 7:
		return 1
	case h%24 < 15:
		return 5
	case h%24 < 22:
		return 4
	}
	return 2
}

// New makes weeks at a desk to which a mean number of questions comes in an hour.
func New(seed uint64, weeks int, mean float64) *World {
	rnd := rand.New(rand.NewPCG(seed, 9))
	w := &World{Begin: time.Date(2026, 8, 3, 0, 0, 0, 0, time.UTC)} // a Monday
	due := make([]int, 24*slotsAnHour)
	late := 0
	day, away, missing, speed := 1.0, 0.0, 0.0, 1.0
	surge, until := 1.0, -1
	for h := range weeks * 7 * 24 {
		if h%24 == 0 {
			day = math.Exp(0.18 * rnd.NormFloat64())
			speed = math.Exp(0.08 * rnd.NormFloat64())
			away, missing = float64(rnd.IntN(3)/2), float64(rnd.IntN(6)/5)
		}
		if h > until && rnd.IntN(72) == 0 {
			surge, until = 1.7+1.8*rnd.Float64(), h+3+rnd.IntN(7)
		}
		if h > until {
			surge = 1
		}
		staff := max(crew(h)-away, 1)
		x := hour{Hour: forecast.Hour{At: w.Begin.Add(time.Duration(h) * time.Hour), Came: map[int]int{}, Staff: staff}, staff: staff, late: late, owed: late}
		x.due = append(x.due, due...)
		for _, n := range due {
			x.owed += n
		}
		for range slotsAnHour {
			for n := poisson(rnd, mean*shape(h)*day*surge/float64(slotsAnHour)); n > 0; n-- {
				lead := []int{1, 2, 8, 8}[rnd.IntN(4)] * slotsAnHour
				due[lead]++
				x.Came[lead]++
			}
			for can := poisson(rnd, max(staff-missing, 1)*pace*speed/float64(slotsAnHour)); can > 0; can-- {
				if from := pick(rnd, late, due); from < 0 {
					late--
				} else if due[from] > 0 {
					due[from]--
				} else {
					break // nothing is owed
				}
				x.Done++
			}
			x.missed += due[0]
			late += due[0]
			copy(due, due[1:])
			due[len(due)-1] = 0
		}
		w.hours = append(w.hours, x)
	}
	return w
}

// pick returns the slot of the answer that is given next, -1 for a late one: mostly the one
// that is due first.
func pick(rnd *rand.Rand, late int, due []int) int {
	total, first := late, -1
	for i, n := range due {
		if total += n; n > 0 && first < 0 {
			first = i
		}
	}
	if total > 0 && rnd.IntN(5) == 0 {
		n := rnd.IntN(total) - late
		for i := 0; n >= 0; i++ {
			if n -= due[i]; n < 0 {
				return i
			}
		}
		return -1
	}
	if late > 0 {
		return -1
	}
	return max(first, 0)
}

func poisson(rnd *rand.Rand, mean float64) int {
	n, p, end := 0, 1.0, math.Exp(-mean)
	for {
		if p *= rnd.Float64(); p <= end {
			return n
		}
		n++
	}
}

// At returns what was known as an hour of the world began, with the shifts that are to come.
func (w *World) At(h int) forecast.Situation {
	x := w.hours[h]
	s := forecast.Situation{Now: x.At, This: forecast.Hour{At: x.At}, Late: x.late, Due: x.due, Owed: x.owed}
	for _, p := range w.hours[max(h-forecast.Weeks*7*24, 0):h] {
		s.Past = append(s.Past, p.Hour)
	}
	for i := range forecast.Ahead {
		for range slotsAnHour {
			s.Staff = append(s.Staff, w.hours[min(h+i, len(w.hours)-1)].staff)
		}
	}
	return s
}

// Bin is forecasts of about the same chance.
type Bin struct {
	N        int
	Said     float64 // their mean
	Happened float64 // share of them in which a promise was broken
}

// Figures are how well forecasts did. The smaller a Brier score the better; 0 is perfect.
type Figures struct {
	N          int     // forecasts of an hour
	Base       float64 // share of hours in which a promise was broken
	Brier      float64 // of the forecast
	HourOfWeek float64 // of the share of past weeks in which the same hour broke one
	LastWeek   float64 // of the same hour last week
	AsNow      float64 // of whatever the last hour was like
	Bins       []Bin   // by tenths of the forecast
	Error      float64 // mean distance of what was said from what happened, over the bins
	Misses     float64 // broken promises that were expected,
	Missed     float64 // and that there were
	Calm       Calm
}

// Calm are the figures of forecasts from moments at which nothing was late: what a lead
// wants to hear before it happens.
type Calm struct {
	N          int
	Base       float64
	Brier      float64
	HourOfWeek float64
	LastWeek   float64
}

// Score forecasts the hours after a number of weeks, from every third hour, and holds that
// against what happened and against the naive forecasts.
func (w *World) Score(after int) Figures {
	var f Figures
	bins := make([]Bin, 10)
	for h := after * 7 * 24; h+forecast.Ahead <= len(w.hours); h += 3 {
		for i, n := range forecast.Make(w.At(h)).Hours {
			x := w.hours[h+i]
			was := 0.0
			if x.missed > 0 {
				was = 1
			}
			weeks, broken := 0.0, 0.0
			for past := h + i - 7*24; past >= 0; past -= 7 * 24 {
				weeks++
				broken += min(float64(w.hours[past].missed), 1)
			}
			add := func(score *float64, said float64) { *score += (said - was) * (said - was) }
			often, lastWeek := (broken+0.5)/(weeks+1), min(float64(w.hours[h+i-7*24].missed), 1)
			add(&f.Brier, n.Chance)
			add(&f.HourOfWeek, often)
			add(&f.LastWeek, lastWeek)
			if w.hours[h].late == 0 {
				f.Calm.N++
				f.Calm.Base += was
				add(&f.Calm.Brier, n.Chance)
				add(&f.Calm.HourOfWeek, often)
				add(&f.Calm.LastWeek, lastWeek)
			}
			add(&f.AsNow, min(float64(w.hours[h-1].missed), 1))
			f.N++
			f.Base += was
			f.Misses += n.Misses
			f.Missed += float64(x.missed)
			b := &bins[min(int(n.Chance*10), 9)]
			b.N++
			b.Said += n.Chance
			b.Happened += was
		}
	}
	n := float64(f.N)
	for _, v := range []*float64{&f.Base, &f.Brier, &f.HourOfWeek, &f.LastWeek, &f.AsNow} {
		*v /= n
	}
	for _, v := range []*float64{&f.Calm.Base, &f.Calm.Brier, &f.Calm.HourOfWeek, &f.Calm.LastWeek} {
		*v /= max(float64(f.Calm.N), 1)
	}
	for _, b := range bins {
		if b.N > 0 {
			b.Said, b.Happened = b.Said/float64(b.N), b.Happened/float64(b.N)
			f.Error += math.Abs(b.Said-b.Happened) * float64(b.N) / n
		}
		f.Bins = append(f.Bins, b)
	}
	return f
}
