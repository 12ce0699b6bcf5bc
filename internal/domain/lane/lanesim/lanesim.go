// Package lanesim invents histories of parcels: to try statistics on, and for
// carriers that are simulated.
//
// It is made otherwise than package lane believes the world to be: gaps are
// mixtures of log-normal and Weibull times, parcels have a haste of their own,
// closed days stop the work altogether, scans keep office hours, hubs break
// down for days, customs change their habits in the middle of the history, and
// some parcels fall silent for good. The same seed gives the same history.
package lanesim

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"godwit.dev/godwit/internal/domain/lane"
)

// Way is a lane with the customs of its trade. Days of the fixed rule are those
// that merchants use: typical days, silence to warn at and to give up at.
type Way struct {
	lane.Lane
	Low, High, Warn, Lost, Late float64
	share                       float64 // of all parcels
	haul                        float64 // hours of the long haul, the median
	pace                        float64 // of its other gaps
	hold                        float64 // share held at customs
	loss                        float64
}

// Ways are the lanes of the invented world: busy ones and thin ones.
func Ways() []Way {
	w := func(origin, dest, service string, low, high, warn, lost, late, share, haul, pace, hold, loss float64) Way {
		return Way{lane.Lane{Origin: origin, Dest: dest, Service: service}, low, high, warn, lost, late, share, haul, pace, hold, loss}
	}
	return []Way{
		w("CN", "US", "line", 10, 18, 7, 25, 7, 20, 80, 1, .08, .008),
		w("CN", "US", "post", 15, 40, 12, 60, 15, 12, 200, 1.5, .08, .020),
		w("CN", "BR", "standard", 15, 40, 12, 50, 15, 10, 130, 1.4, .40, .025),
		w("CN", "DE", "line", 7, 12, 6, 21, 5, 12, 70, .9, .10, .006),
		w("CN", "RU", "post", 14, 35, 10, 45, 12, 8, 150, 1.5, .12, .020),
		w("CN", "AE", "line", 8, 15, 7, 25, 7, 5, 70, 1, .12, .010),
		w("CN", "JP", "standard", 5, 12, 5, 18, 5, 6, 40, .8, .05, .004),
		w("CN", "GB", "express", 3, 7, 3, 10, 2, 5, 30, .5, .04, .003),
		w("CN", "AU", "standard", 8, 18, 7, 25, 7, 4, 75, 1, .08, .008),
		w("DE", "FR", "ground", 2, 6, 3, 12, 3, 8, 20, .8, 0, .004),
		w("US", "US", "ground", 2, 7, 3, 14, 4, 8, 36, .9, 0, .006),
		w("CN", "CL", "standard", 15, 40, 12, 50, 15, .7, 140, 1.4, .20, .020),
		w("CN", "MX", "standard", 15, 40, 12, 50, 15, .7, 120, 1.3, .15, .020),
		w("CN", "FR", "line", 7, 12, 6, 21, 5, .5, 75, 1, .10, .008),
		w("HK", "GB", "line", 7, 12, 6, 21, 5, .3, 65, .9, .08, .006),
		w("PL", "ES", "ground", 2, 6, 3, 12, 3, .3, 40, .9, 0, .005),
		w("CN", "KZ", "post", 14, 35, 10, 45, 12, .3, 170, 1.6, .15, .020),
	}
}

// Parcel is one parcel of a history.
type Parcel struct {
	Way   *Way
	Scans []lane.Scan
	Lost  bool // no scan follows the last one; otherwise the last one is the delivery
	// Promise is the arrival that the carrier announced with the first scan,
	// optimistic and noisy.
	Promise time.Time
}

// Delivered is the stage of a last scan that is a delivery.
const Delivered lane.Stage = "delivered"

// History is what happened over some days from an instant.
type History struct {
	From    time.Time
	Days    int
	Parcels []Parcel
}

// Regime is the day of a history on which customs in Brazil become slower.
const Regime = 290

// New invents a history of days from an instant with so many parcels a day.
func New(seed uint64, from time.Time, days int, perDay float64) History {
	h := History{From: from, Days: days}
	ways := Ways()
	s := &story{r: rand.New(rand.NewPCG(seed, 7)), seed: seed, from: from}
	total := 0.0
	for _, w := range ways {
		total += w.share
	}
	for day := range days {
		for i := range ways {
			mean := perDay * ways[i].share / total
			for n := int(mean + s.r.Float64()); n > 0; n-- {
				start := from.Add(time.Duration((float64(day) + s.r.Float64()) * 24 * float64(time.Hour)))
				h.Parcels = append(h.Parcels, s.parcel(&ways[i], start))
			}
		}
	}
	slices.SortStableFunc(h.Parcels, func(a, b Parcel) int { return a.Scans[0].At.Compare(b.Scans[0].At) })
	return h
}

// One invents one parcel of a way from an instant, the same for the same seed and
// key.
func One(seed, key uint64, w Way, start time.Time) Parcel {
	s := &story{r: rand.New(rand.NewPCG(seed, key)), seed: seed, from: start}
	return s.parcel(&w, start)
}

// Between returns a way from one country to another: that of the invented world if
// it has one, else one like its ways within a country and abroad.
func Between(origin, dest string) Way {
	from, like := origin, "CL"
	switch {
	case origin == dest:
		from, like = "US", "US"
	case origin != "CN" && origin != "HK":
		from, like = "DE", "FR"
	case dest == "CA":
		like = "US"
	case slices.Contains(near, dest):
		like = "JP"
	}
	var out Way
	for _, w := range Ways() {
		if w.Origin == origin && w.Dest == dest {
			return w
		}
		if w.Dest == like && (out.Dest == "" || w.Origin == from) {
			out = w
		}
	}
	out.Lane = lane.Lane{Origin: origin, Dest: dest, Service: out.Service}
	return out
}

// near are countries that parcels from China reach as fast as Japan.
var near = []string{"HK", "ID", "KR", "MO", "MY", "PH", "SG", "TH", "TW", "VN"}

type story struct {
	r     *rand.Rand
	seed  uint64
	from  time.Time
	haste float64
	way   *Way
	scans []lane.Scan
}

func (s *story) logNormal(median, sigma float64) float64 {
	return median * math.Exp(sigma*s.r.NormFloat64())
}

func (s *story) weibull(shape, scale float64) float64 {
	return scale * math.Pow(s.r.ExpFloat64(), 1/shape)
}

// pass lets hours of work pass in a country and adds the scan that ends it.
func (s *story) pass(hours float64, country string, next lane.Stage) {
	last := s.scans[len(s.scans)-1]
	at := s.work(last.At, hours*s.haste, country, last.Stage)
	if h := at.Hour(); h < 7 || h > 21 { // nobody scans at night
		at = at.Truncate(24 * time.Hour).Add(time.Duration((7 + 3*s.r.Float64()) * float64(time.Hour)))
		if h > 21 {
			at = at.Add(24 * time.Hour)
		}
	}
	s.scans = append(s.scans, lane.Scan{At: at.Truncate(time.Minute), Stage: next})
}

func (s *story) parcel(w *Way, start time.Time) Parcel {
	s.way, s.haste = w, w.pace*s.logNormal(1, 0.2)
	s.scans = []lane.Scan{{At: start.Truncate(time.Minute), Stage: lane.Announced}}
	o, d := w.Origin, w.Dest
	s.pass(s.logNormal(20, 0.6), o, lane.PickedUp)
	s.pass(s.weibull(1.3, 18), o, "in_transit@origin")
	for range 1 + s.r.IntN(3) {
		if s.r.Float64() < 0.7 {
			s.pass(s.logNormal(14, 0.5), o, "in_transit@origin")
		} else {
			s.pass(s.logNormal(44, 0.5), o, "in_transit@origin")
		}
	}
	s.pass(s.logNormal(10, 0.5), o, lane.Transit)
	if o != d && w.hold > 0 {
		s.pass(s.logNormal(w.haul, 0.4), "", lane.Customs)
		s.customs(d)
	} else {
		s.pass(s.logNormal(w.haul, 0.4), "", "in_transit@dest")
	}
	for range 1 + s.r.IntN(4) {
		s.pass(s.weibull(1.6, 26), d, "in_transit@dest")
	}
	s.pass(s.weibull(1.6, 26), d, lane.Out)
	s.lastMile(d)
	p := Parcel{Way: w, Scans: slices.Clone(s.scans)}
	promise := (w.Low + w.High) / 2 * 0.85 * s.logNormal(1, 0.2)
	p.Promise = start.Add(time.Duration(promise * 24 * float64(time.Hour)))
	if s.r.Float64() < w.loss {
		p.Lost = true
		p.Scans = p.Scans[:1+int(float64(len(p.Scans)-1)*(0.15+0.85*s.r.Float64()))]
	}
	return p
}

func (s *story) customs(country string) {
	hold, median := s.way.hold, 140.0
	if country == "BR" && s.scans[len(s.scans)-1].At.Sub(s.from) > Regime*24*time.Hour {
		hold, median = 0.6, 190
	}
	if s.r.Float64() < hold {
		s.pass(s.logNormal(median/s.way.pace, 0.55), country, "in_transit@dest")
		return
	}
	s.pass(s.weibull(0.9, 14), country, "in_transit@dest")
}

func (s *story) lastMile(country string) {
	for s.r.Float64() < 0.1 {
		s.pass(s.logNormal(6, 0.4), country, lane.Attempt)
		s.pass(s.logNormal(26, 0.4), country, lane.Out)
	}
	if s.r.Float64() < 0.06 {
		s.pass(s.logNormal(6, 0.4), country, lane.Pickup)
		s.pass(s.logNormal(50, 0.8), country, Delivered)
		return
	}
	s.pass(s.logNormal(5, 0.5), country, Delivered)
}

// work returns when hours of work are done. Closed days do nothing, and busy
// seasons do less; a broken hub stands still.
func (s *story) work(at time.Time, hours float64, country string, stage lane.Stage) time.Time {
	for range 400 {
		next := at.Truncate(24 * time.Hour).Add(24 * time.Hour)
		speed := s.speed(at, country, stage)
		if can := next.Sub(at).Hours() * speed; hours > can {
			hours -= can
			at = next
			continue
		}
		return at.Add(time.Duration(hours / speed * float64(time.Hour)))
	}
	return at
}

// newYears are the first days of the lunar years.
var newYears = []string{"2024-02-10", "2025-01-29", "2026-02-17", "2027-02-06", "2028-01-26"}

func (s *story) speed(at time.Time, country string, stage lane.Stage) float64 {
	if s.broken(at, stage) {
		return 0
	}
	day := at.YearDay()
	month, date := at.Month(), at.Day()
	switch country {
	case "CN", "HK":
		for _, y := range newYears {
			first, _ := time.Parse(time.DateOnly, y) // constants
			if d := at.Sub(first).Hours() / 24; d > -3 && d < 9 {
				return 0.08
			} else if d >= 9 && d < 15 {
				return 0.5
			}
		}
		if month == 10 && date <= 6 {
			return 0.15
		}
		if month == 11 && date >= 11 && date <= 25 {
			return 0.65
		}
	case "DE", "FR", "ES", "GB", "US", "AU", "BR", "MX", "CL":
		if month == 12 && (date == 25 || date == 26) || day == 1 {
			return 0
		}
		if month == 12 && date < 24 {
			return 0.75
		}
	case "RU", "KZ":
		if month == 1 && date <= 8 {
			return 0.2
		}
	}
	switch {
	case country == "" || country == "CN" || country == "HK" || country == "AE":
		return 1
	case at.Weekday() == time.Sunday:
		return 0.05
	case at.Weekday() == time.Saturday:
		return 0.6
	}
	return 1
}

// broken says whether the hubs of a way's stage stand still on a day: about
// one day in a hundred and twenty, for three days.
func (s *story) broken(at time.Time, stage lane.Stage) bool {
	day := at.Unix() / 86400
	for back := range int64(3) {
		x := s.seed ^ uint64(day-back)*0x9e3779b97f4a7c15
		for _, c := range s.way.Origin + s.way.Dest + s.way.Service + string(stage) {
			x = (x ^ uint64(c)) * 0x100000001b3
		}
		if x>>33%360 == 0 {
			return true
		}
	}
	return false
}
