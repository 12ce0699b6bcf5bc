package forecast

import (
	"math"
	"time"

	"godwit.dev/godwit/internal/platform/auth"
)

// The grid of a forecast.
const (
	Slot    = 15 * time.Minute
	perHour = int(time.Hour / Slot)
	// Ahead is how many hours of the clock a forecast tells of, the one that is running
	// among them.
	Ahead = 8
	// Beyond is the lead in slots of whatever is due after all hours of a forecast.
	Beyond = Ahead*perHour + 1
	// Weeks is how far back the past is asked for.
	Weeks = 6
)

// Slots returns a lead in slots, at least one and at most Beyond.
func Slots(lead time.Duration) int {
	return int(min(max((lead+Slot-1)/Slot, 1), time.Duration(Beyond)))
}

// Hour is what happened at a queue in one hour of the clock.
type Hour struct {
	At    time.Time   // its beginning
	Came  map[int]int // arrivals by lead in slots
	Done  int         // answers given
	Staff float64     // hours of work of the people on shift
}

func (h Hour) came() int {
	n := 0
	for _, c := range h.Came {
		n += c
	}
	return n
}

// Move is that a question began to wait for an answer, or that one was answered. Either may
// be taken back, which is counted as one less.
type Move struct {
	Team auth.TeamID // of the ticket, 0 for none
	At   time.Time   // when the customer asked, or when the answer was given
	Lead int         // of what came: slots until the answer is due
	Came int
	Done int
}

// Lies is how long after it was due an answer is taken for one that is left lying.
const Lies = 24 * time.Hour

// Situation is what is known of a queue.
type Situation struct {
	Now time.Time
	// Past holds whole hours, one after the other, up to the one that is running. What is
	// before Weeks is not needed.
	Past []Hour
	This Hour // what happened in the running hour
	Late int  // answers that are owed and late, but for those that lie
	// Lying are answers that are late by more than Lies: nobody writes them next, whatever is
	// due. They are not owed as far as a forecast is concerned, and say nothing of how busy
	// people were.
	Lying int
	// Due counts the answers that are owed, by when they are due: in the slot of the clock
	// in which now is, the next one, and so on. What is due later is not needed.
	Due []int
	// Owed is all that is owed, late and whenever due, but for what lies.
	Owed int
	// Staff is how many people are on shift, slot by slot as Due.
	Staff []float64
	// Bearable is the probability of a broken promise in an hour up to which nobody is
	// missing; 0 leaves out how many are.
	Bearable float64
}

// Forecast is what the next hours may bring.
type Forecast struct {
	At       time.Time `json:"at"`
	Hours    []Next    `json:"hours"`
	Level    float64   `json:"level"`    // what comes, in parts of what is usual
	Rate     float64   `json:"rate"`     // answers in an hour of work
	Measured float64   `json:"measured"` // hours of work that the rate was measured over; 0: it is a guess
	Late     int       `json:"late"`     // answers that are late already, but for those that lie
	Lying    int       `json:"lying"`    // answers that are late by more than Lies
	Short    int       `json:"short"`    // people missing all the time, so that no hour is beyond what is bearable; Many for no number that helps
	Why      []Reason  `json:"why"`
}

// Next is an hour of the clock to come, or what is left of the running one.
type Next struct {
	From     time.Time `json:"from"`
	To       time.Time `json:"to"`
	Chance   float64   `json:"chance"`   // probability that a promise is broken
	Misses   float64   `json:"misses"`   // promises that will be broken, on average
	Due      int       `json:"due"`      // answers owed already that are due
	Arrivals float64   `json:"arrivals"` // on average
	Answers  float64   `json:"answers"`  // that the people on shift can write
	Staff    float64   `json:"staff"`    // people on shift, on average
	Short    int       `json:"short"`    // people missing from now on, so that this hour is bearable
}

// Worst returns the hour with the greatest chance of a broken promise, the first of several.
func (f Forecast) Worst() Next {
	var out Next
	for i, n := range f.Hours {
		if i == 0 || n.Chance > out.Chance {
			out = n
		}
	}
	return out
}

// Misses returns how many promises will be broken in all hours, on average.
func (f Forecast) Misses() float64 {
	sum := 0.0
	for _, n := range f.Hours {
		sum += n.Misses
	}
	return sum
}

// Many stands for a number of missing people that no number reaches: what is due is due
// before anybody could write it.
const Many = 100

// runs is how often the next hours are played. The standard error of a chance of a half
// is then 0.025.
const runs = 400

// crews are the numbers of further people that are tried.
var crews = []int{1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48}

// Make makes a forecast.
func Make(s Situation) Forecast {
	m := learn(s)
	f := Forecast{At: s.Now, Hours: m.hours(s), Level: m.level, Rate: m.rate, Measured: m.measured, Late: s.Late, Lying: s.Lying}
	chance, misses := m.play(s, 0)
	for i := range f.Hours {
		f.Hours[i].Chance, f.Hours[i].Misses = chance[i], misses[i]
	}
	if s.Bearable > 0 {
		m.missing(s, &f)
	}
	f.Why = why(s, f)
	return f
}

// missing says how many people are missing.
func (m *model) missing(s Situation, f *Forecast) {
	open := 0
	for i := range f.Hours {
		if f.Hours[i].Chance > s.Bearable {
			f.Hours[i].Short = Many
			open++
		}
	}
	for _, n := range crews {
		if open == 0 {
			return
		}
		chance, _ := m.play(s, n)
		for i := range f.Hours {
			if f.Hours[i].Short == Many && chance[i] <= s.Bearable {
				f.Hours[i].Short = n
				f.Short = max(f.Short, n)
				open--
			}
		}
	}
	if open > 0 {
		f.Short = Many
	}
}

// hours returns the hours of the clock with what is known of them without playing.
func (m *model) hours(s Situation) []Next {
	out := make([]Next, Ahead)
	hour := s.Now.Truncate(time.Hour)
	for i := range out {
		out[i].From, out[i].To = hour.Add(time.Duration(i)*time.Hour), hour.Add(time.Duration(i+1)*time.Hour)
	}
	out[0].From = s.Now
	for slot := range m.slots {
		n := &out[m.hourOf(slot)]
		n.Due += at(s.Due, slot)
		n.Arrivals += m.usual[slot] * m.mix(slot, m.level, 1)
		work := m.part(slot) * at(s.Staff, slot)
		n.Answers += work * m.rate / float64(perHour)
		n.Staff += work / float64(perHour)
	}
	out[0].Staff /= max(out[0].To.Sub(s.Now).Hours(), 1.0/60)
	return out
}

func at[T any](list []T, i int) (v T) {
	if i < len(list) {
		return list[i]
	}
	return v
}

// play plays the next hours with some more people on shift, and returns for each hour the
// share of runs that broke a promise in it, and how many on average.
func (m *model) play(s Situation, more int) (chance, misses []float64) {
	chance, misses = make([]float64, Ahead), make([]float64, Ahead)
	d := newDice()
	owed := make([]int, m.slots)
	for range runs {
		level, other := d.gamma(m.levelSpread)*m.level, d.gamma(m.otherSpread)
		rate := d.gamma(m.rateSpread) * m.rate / float64(perHour)
		for i := range owed {
			owed[i] = at(s.Due, i)
		}
		late := s.Late
		far := s.Owed - s.Late
		for _, n := range owed {
			far -= n
		}
		far = max(far, 0)
		var missed [Ahead]int
		for slot := range m.slots {
			come := m.usual[slot] * m.mix(slot, level, other)
			for _, l := range m.leads[slot] {
				if n := d.poisson(come * l.share); slot+l.slots < m.slots {
					owed[slot+l.slots] += n
				} else {
					far += n
				}
			}
			can := d.poisson((at(s.Staff, slot) + float64(more)) * m.part(slot) * rate)
			stray := min(d.poisson(float64(can)*strays), can)
			can -= stray
			done := min(stray, far)
			far, stray = far-done, stray-done
			for i := m.slots - 1; i >= slot && stray > 0; i-- {
				done = min(stray, owed[i])
				owed[i], stray = owed[i]-done, stray-done
			}
			can += stray
			done = min(can, late)
			late, can = late-done, can-done
			for i := slot; i < m.slots && can > 0; i++ {
				done = min(can, owed[i])
				owed[i], can = owed[i]-done, can-done
			}
			missed[m.hourOf(slot)] += owed[slot]
			late += owed[slot]
		}
		for i, n := range missed {
			if n > 0 {
				chance[i]++
			}
			misses[i] += float64(n)
		}
	}
	for i := range chance {
		chance[i] /= runs
		misses[i] /= runs
	}
	return chance, misses
}

// Kind is a kind of Reason.
type Kind string

// The reasons.
const (
	ByLate   Kind = "late"   // N answers are late already and go first
	ByLying  Kind = "lying"  // N answers have been late for so long that they are left out
	ByDue    Kind = "due"    // by the end of the worst hour N answers are due, of which Of can be written
	BySurge  Kind = "surge"  // N percent of what is usual comes
	ByNobody Kind = "nobody" // nobody is on shift from From to To
	ByShort  Kind = "short"  // N answers that are due within these hours have yet to be asked for
)

// Reason is one thing that drives a forecast.
type Reason struct {
	Kind Kind  `json:"kind"`
	N    int   `json:"n,omitempty"`
	Of   int   `json:"of,omitempty"`
	From int64 `json:"from,omitempty"` // Unix ms
	To   int64 `json:"to,omitempty"`   // Unix ms
}

// surge is from which level on people are told of it.
const surge = 1.25

// why names what drives a forecast: how many are due and can be written by the end of the
// worst hour, and whatever makes that worse.
func why(s Situation, f Forecast) []Reason {
	var out []Reason
	worst := f.Worst()
	due, come, can := float64(f.Late), 0.0, 0.0
	for _, n := range f.Hours {
		due += float64(n.Due)
		can += n.Answers
		come += n.Arrivals
		if n.From.Equal(worst.From) {
			break
		}
	}
	if due > 0 {
		out = append(out, Reason{Kind: ByDue, N: int(due), Of: int(math.Round(can)), To: worst.To.UnixMilli()})
	}
	if f.Late > 0 {
		out = append(out, Reason{Kind: ByLate, N: f.Late})
	}
	if f.Lying > 0 {
		out = append(out, Reason{Kind: ByLying, N: f.Lying})
	}
	if f.Level >= surge {
		out = append(out, Reason{Kind: BySurge, N: int(math.Round(f.Level * 100))})
	}
	from, to := gap(s)
	if !from.IsZero() {
		out = append(out, Reason{Kind: ByNobody, From: from.UnixMilli(), To: to.UnixMilli()})
	}
	if worst.Chance > s.Bearable && due < can && f.Level < surge && from.IsZero() {
		out = append(out, Reason{Kind: ByShort, N: int(math.Ceil(come))})
	}
	return out
}

// gap returns the first time within a forecast at which nobody is on shift, zero for none.
func gap(s Situation) (from, to time.Time) {
	start := s.Now.Truncate(Slot)
	end := s.Now.Truncate(time.Hour).Add(Ahead * time.Hour)
	for i, t := 0, start; t.Before(end); i, t = i+1, t.Add(Slot) {
		switch empty := at(s.Staff, i) <= 0; {
		case empty && from.IsZero():
			from = t
		case !empty && !from.IsZero():
			return from, t
		}
	}
	if !from.IsZero() {
		to = end
	}
	return from, to
}
