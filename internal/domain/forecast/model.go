package forecast

import (
	"math"
	"slices"
	"time"
)

// What the model takes for granted. The half-lives and strengths were chosen on simulated
// weeks that no test and no table of figures uses.
const (
	week = 7 * 24

	ageing     = 0.85 // weight of a week against the next one
	dayWeight  = 0.7  // weeks that the mean of the hour of the day counts for
	leadWeight = 4.0  // arrivals that all leads together count for, against those of the hour of the day

	seen        = 12  // hours that the level looks back
	seenHalf    = 3.0 // hours after which an hour counts half
	levelHalf   = 6.0 // hours after which half of a level is gone
	leastSpread = 0.02
	mostSpread  = 1.0

	priorRate = 6.0  // answers in an hour of work
	priorWork = 4.0  // hours of work that it counts for
	leastRate = 2.0  // below it people do something else, and the answers that wait say nothing of how fast they are
	workAday  = 0.01 // variance of the rate from day to day, in parts of its square
	strays    = 0.1  // share of the answers that go to what could have waited
	enough    = 1.2  // of what people could write in an hour must wait for it to count
)

// lead is a share of the arrivals.
type lead struct {
	slots int
	share float64
}

// model is what was learned of a queue.
type model struct {
	slots       int // of the forecast
	first       int // place of slot 0 within its hour
	left        float64
	level       float64
	levelSpread float64 // variance of the level at present, in parts of its square
	otherSpread float64 // variance of levels altogether
	rate        float64
	rateSpread  float64
	measured    float64
	usual       []float64 // arrivals of each slot
	fade        []float64 // how much of the level at present is left in it
	leads       [][]lead  // of the arrivals of each slot
}

// hourOf is the hour of the forecast that a slot is in.
func (m *model) hourOf(slot int) int { return (m.first + slot) / perHour }

// part is how much of a slot is still to come.
func (m *model) part(slot int) float64 {
	if slot == 0 {
		return m.left
	}
	return 1
}

// mix is the level in a slot: what is left of the one at present, and another one.
func (m *model) mix(slot int, now, other float64) float64 {
	return m.fade[slot]*now + (1-m.fade[slot])*other
}

// learn learns what is usual, the level and the rate.
func learn(s Situation) *model {
	hour := s.Now.Truncate(time.Hour)
	start := s.Now.Truncate(Slot)
	m := &model{first: int(start.Sub(hour) / Slot)}
	m.slots = Ahead*perHour - m.first
	m.left = float64(start.Add(Slot).Sub(s.Now)) / float64(Slot)
	u := usual(s.Past)
	spread := u.spread(s.Past)
	m.learnLevel(s, u, spread)
	m.learnRate(s)
	shares := leads(s)
	for slot := range m.slots {
		t := start.Add(time.Duration(slot) * Slot)
		fade := math.Pow(0.5, max(t.Sub(s.Now).Hours(), 0)/levelHalf)
		m.usual = append(m.usual, u.at(t)*m.part(slot)/float64(perHour))
		m.fade = append(m.fade, fade)
		m.leads = append(m.leads, shares[t.UTC().Hour()])
	}
	return m
}

// weekly is what is usual in each hour of the week, from Thursday midnight UTC, when Unix
// time began.
type weekly [week]float64

func place(t time.Time) int { return int(t.Unix()/3600) % week }

func (u *weekly) at(t time.Time) float64 { return u[place(t)] }

// usual returns what is usual.
func usual(past []Hour) *weekly {
	var sum, weight weekly
	var daySum, dayWeights [24]float64
	for i, h := range past {
		w := math.Pow(ageing, float64((len(past)-1-i)/week))
		n, p := float64(h.came()), place(h.At)
		sum[p] += w * n
		weight[p] += w
		daySum[p%24] += w * n
		dayWeights[p%24] += w
	}
	var day [24]float64
	for i := range day {
		if dayWeights[i] > 0 {
			day[i] = daySum[i] / dayWeights[i]
		}
	}
	var out weekly
	for p := range out {
		out[p] = (sum[p] + dayWeight*day[p%24]) / (weight[p] + dayWeight)
	}
	return &out
}

// spread is the variance of levels around what is usual, in stretches of three hours and
// beyond what chance does.
func (u *weekly) spread(past []Hour) float64 {
	const stretch = 3
	var excess, square float64
	for i := 0; i+stretch <= len(past); i += stretch {
		came, want := 0.0, 0.0
		for _, h := range past[i : i+stretch] {
			came += float64(h.came())
			want += u.at(h.At)
		}
		excess += (came-want)*(came-want) - want
		square += want * want
	}
	if square == 0 {
		return mostSpread
	}
	return min(max(excess/square, leastSpread), mostSpread)
}

// learnLevel learns how much more comes at present than is usual.
func (m *model) learnLevel(s Situation, u *weekly, spread float64) {
	hour := s.Now.Truncate(time.Hour)
	gone := s.Now.Sub(hour).Hours()
	came, want := float64(s.This.came()), u.at(hour)*gone
	for i := len(s.Past) - 1; i >= 0 && i >= len(s.Past)-seen; i-- {
		age := gone + float64(len(s.Past)-1-i)
		w := math.Pow(0.5, age/seenHalf)
		came += w * float64(s.Past[i].came())
		want += w * u.at(s.Past[i].At)
	}
	prior := 1 / spread
	m.level = (prior + came) / (prior + want)
	m.levelSpread, m.otherSpread = 1/(prior+came), spread
}

// learnRate learns how many answers somebody writes in an hour of work. What waited at the
// beginning of a past hour is told by going back from what is owed now.
func (m *model) learnRate(s Situation) {
	waited := make([]float64, len(s.Past))
	owed := float64(s.Owed + s.This.Done - s.This.came())
	best := 0.0
	var paces []float64
	for i := len(s.Past) - 1; i >= 0; i-- {
		h := s.Past[i]
		owed = max(owed+float64(h.Done-h.came()), 0)
		waited[i] = owed
		if h.Staff >= 0.5 {
			paces = append(paces, float64(h.Done)/h.Staff)
		}
	}
	m.rate, m.rateSpread = priorRate, 1/(priorRate*priorWork)+workAday
	for range 4 { // who waits enough depends on the rate itself
		done, work := 0.0, 0.0
		for i, h := range s.Past {
			if h.Staff >= 0.5 && waited[i] >= enough*m.rate*h.Staff {
				done += float64(h.Done)
				work += h.Staff
			}
		}
		if work < priorWork {
			break
		}
		m.rate, m.measured = (priorRate*priorWork+done)/(priorWork+work), work
		m.rateSpread = 1/(priorRate*priorWork+done) + workAday
	}
	if m.rate < leastRate {
		m.rate, m.rateSpread, m.measured = leastRate, 1/(leastRate*priorWork)+workAday, 0
		return
	}
	if m.measured > 0 || len(paces) < 20 {
		return
	}
	slices.Sort(paces) // nobody was ever busy: they are at least as fast as in their best hours
	if best = paces[len(paces)*9/10]; best > m.rate {
		m.rate = best
	}
}

// leads returns by hour of the day in UTC how long after they come arrivals are due.
func leads(s Situation) [24][]lead {
	var all [Beyond + 1]float64
	var hours [24][Beyond + 1]float64
	total := 0.0
	for i, h := range append(slices.Clone(s.Past), s.This) {
		w := math.Pow(ageing, float64((len(s.Past)-i)/week))
		for slots, n := range h.Came {
			if slots >= 1 && slots <= Beyond && n > 0 {
				all[slots] += w * float64(n)
				hours[h.At.UTC().Hour()][slots] += w * float64(n)
				total += w * float64(n)
			}
		}
	}
	var out [24][]lead
	if total == 0 {
		return out
	}
	for h := range hours {
		sum := leadWeight
		for _, n := range hours[h] {
			sum += n
		}
		for slots, n := range hours[h] {
			if share := (n + leadWeight*all[slots]/total) / sum; share > 0 {
				out[h] = append(out[h], lead{slots, share})
			}
		}
	}
	return out
}
