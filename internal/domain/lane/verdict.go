package lane

import (
	"time"
)

// Level is how serious a silence is.
type Level uint8

// Levels, each including those below it.
const (
	Quiet   Level = iota // silences of this length are common here
	Watch                // rare enough to look at
	Stalled              // rarer than the set rate of false alarms
	Lost                 // probably never scanned again, and the carrier's window is over
)

func (l Level) String() string {
	return [...]string{"quiet", "watch", "stalled", "presumed_lost"}[min(l, Lost)]
}

// Parcel is a parcel on its way, by its last scan.
type Parcel struct {
	Lane  Lane
	Stage Stage
	// Step is how many scans before the last one had the same stage without
	// another between; it narrows forecasts alone.
	Step int
	Last time.Time
	// Window is the silence before which the carrier takes no claim or search;
	// until then nothing is presumed lost.
	Window time.Duration
}

// Verdict is a level and when it next changes if no scan comes: the parcel
// need not be judged before. Next is zero when nothing is left to change.
type Verdict struct {
	Level Level
	Next  time.Time
}

// limits are the silences in hours of the lane's clock at which levels begin,
// with the curve that they follow from.
type limits struct {
	curve                curve
	watch, stalled, lost float64
	seen                 float64 // gaps of the lane itself
}

type limitKey struct {
	lane  Lane
	stage Stage
}

func (m *Model) limit(l Lane, s Stage) *limits {
	key := limitKey{l, s}
	if x, ok := m.limits[key]; ok {
		return x
	}
	if len(m.limits) >= mostLimits {
		clear(m.limits)
	}
	x := &limits{}
	var seen [pools]float64
	x.curve, seen = m.estimate(l, s)
	x.seen = seen[OfLane]
	watch, stalled := m.options.Watch, m.options.FalseAlarms
	if !m.options.PerSilence {
		n, share := max(m.silences(l), 1), m.rareShares(l)
		watch, stalled = rarity(&share, watch)/n, rarity(&share, stalled)/n
	}
	never := x.curve.never()
	x.watch = x.curve.when(min(never+watch, 1))
	x.stalled = x.curve.when(min(never+stalled, 1))
	x.lost = max(x.curve.when(min(never/m.options.Lost, 1)), x.stalled)
	m.limits[key] = x
	return x
}

// Judge says how serious a parcel's silence is at now. It only rises with now.
func (m *Model) Judge(p Parcel, now time.Time) Verdict {
	x := m.limit(p.Lane, p.Stage)
	c := m.clock(p.Lane, p.Stage.side())
	zero := c.hours(p.Last.UnixMilli())
	silence := c.hours(now.UnixMilli()) - zero
	switch {
	case silence >= x.lost && !now.Before(p.Last.Add(p.Window)):
		return Verdict{Level: Lost}
	case silence >= x.stalled:
		return Verdict{Stalled, x.reached(c, p, zero, Lost)}
	case silence >= x.watch:
		return Verdict{Watch, x.reached(c, p, zero, Stalled)}
	}
	return Verdict{Quiet, x.reached(c, p, zero, Watch)}
}

// Reaches returns the instant at which a parcel reaches a level if no scan
// comes: what a store keeps beside it, to find those that are due.
func (m *Model) Reaches(p Parcel, level Level) time.Time {
	c := m.clock(p.Lane, p.Stage.side())
	return m.limit(p.Lane, p.Stage).reached(c, p, c.hours(p.Last.UnixMilli()), level)
}

func (x *limits) reached(c *clock, p Parcel, zero float64, level Level) time.Time {
	// An instant is a whole millisecond; the next one is past the limit.
	at := time.UnixMilli(c.instant(zero+[...]float64{0, x.watch, x.stalled, x.lost}[min(level, Lost)]) + 1).UTC()
	if window := p.Last.Add(p.Window); level >= Lost && window.After(at) {
		return window.UTC()
	}
	return at
}

// Odds are the chances behind a verdict.
type Odds struct {
	// Longer is the share of silences at this stage that last longer and end.
	Longer float64
	// Never is the chance that no scan comes any more.
	Never float64
}

// Odds returns the chances of a parcel's silence at now.
func (m *Model) Odds(p Parcel, now time.Time) Odds {
	curve := &m.limit(p.Lane, p.Stage).curve
	silence := m.silence(p, now)
	return Odds{max(curve.again(silence), 0), curve.over(silence)}
}

func (m *Model) silence(p Parcel, now time.Time) float64 {
	c := m.clock(p.Lane, p.Stage.side())
	return max(c.hours(now.UnixMilli())-c.hours(p.Last.UnixMilli()), 0)
}

// Explain gives the sentence that a verdict at now rests on. It names the
// narrowest pool with enough history to speak of.
func (m *Model) Explain(p Parcel, now time.Time) Reason {
	x := m.limit(p.Lane, p.Stage)
	_, seen := m.estimate(p.Lane, p.Stage)
	pool, weight := spoken(seen)
	odds := m.Odds(p, now)
	r := Reason{Silence: now.Sub(p.Last), Lane: p.Lane, Stage: p.Stage, Pool: pool, Weight: weight, Event: m.event(p, now)}
	switch m.Judge(p, now).Level {
	case Lost:
		r.Key, r.Of = "lane.silence.lost", outOf100(1-odds.Never)
		return r
	case Quiet:
		r.Key = "lane.silence.quiet"
	default:
		r.Key = "lane.silence.long"
	}
	c := m.clock(p.Lane, p.Stage.side())
	r.Of = 98
	never := x.curve.never()
	limit := x.curve.when(never + (1-never)*(1-float64(r.Of)/100))
	last := p.Last.UnixMilli()
	r.Within = time.Duration(c.instant(c.hours(last)+limit)-last) * time.Millisecond
	return r
}

// event is the event with the most days of a silence, or "".
func (m *Model) event(p Parcel, now time.Time) string {
	c := m.clock(p.Lane, p.Stage.side())
	days := map[*pace]int{}
	for d := max(p.Last.UnixMilli()/msPerDay-int64(c.first), 0); d <= now.UnixMilli()/msPerDay-int64(c.first) && d < int64(len(c.paces)); d++ {
		days[c.paces[d]]++
	}
	name, most := "", 0
	for s, pace := range m.paces {
		if n := days[pace]; s.Event != weekday && s.Event != weekend && (n > most || n == most && n > 0 && s.Event < name) {
			name, most = s.Event, n
		}
	}
	return name
}

// spoken returns the narrowest pool with 30 gaps or more, by whose name and
// weight the evidence is told.
func spoken(seen [pools]float64) (Pool, float64) {
	for p, n := range seen {
		if n >= 30 {
			return Pool(p), n
		}
	}
	return OfWorld, seen[OfWorld]
}
