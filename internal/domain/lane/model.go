package lane

import (
	"time"
)

// Options are what a workspace sets. The zero value has the defaults.
type Options struct {
	// HalfLife is the age at which evidence counts half, 120 days if zero.
	HalfLife time.Duration
	// FalseAlarms is the share of parcels that arrive and may be called stalled
	// on their way, 0.02 if zero.
	FalseAlarms float64
	// Watch is the same for the weaker level, 0.10 if zero, at least FalseAlarms.
	Watch float64
	// PerSilence makes both a share of silences, not of parcels: a parcel with
	// ten scans has ten silences, so far more parcels are called.
	PerSilence bool
	// Lost is the chance of never being scanned again from which a parcel is
	// presumed lost, 0.9 if zero.
	Lost float64
}

func (o Options) filled() Options {
	set := func(v *float64, def float64) {
		if !(*v > 0 && *v < 1) {
			*v = def
		}
	}
	if o.HalfLife <= 0 {
		o.HalfLife = 120 * 24 * time.Hour
	}
	set(&o.FalseAlarms, 0.02)
	set(&o.Watch, 0.10)
	set(&o.Lost, 0.9)
	o.Watch = max(o.Watch, o.FalseAlarms)
	return o
}

// seasonHalfLife is longer than that of lanes: an event comes once a year.
const seasonHalfLife = 2 * 365 * 24 * time.Hour

// Bounds of what is kept to be quick; what falls out is computed again.
const (
	mostClocks = 4096
	mostLimits = 1 << 16
)

// Model is the evidence of all lanes of a workspace and what follows from it.
// It is not safe for concurrent use: one owner learns and judges, or a lock
// stands before it.
type Model struct {
	options Options
	almanac *almanac
	now     int64 // of the last Advance
	cells   map[cellKey]*cell
	paces   map[Season]*pace
	clocks  map[clockKey]*clock
	limits  map[limitKey]*limits
	changed []cellKey
	turn    int // spreads calibration over the ages of silences
}

type cellKey struct {
	scope Scope
	stage Stage
}

// New returns a Model without evidence, whose clock stands at now.
func New(o Options, now time.Time) *Model {
	m := &Model{
		options: o.filled(), almanac: theAlmanac(),
		cells: map[cellKey]*cell{}, paces: map[Season]*pace{}, clocks: map[clockKey]*clock{},
		limits: map[limitKey]*limits{},
	}
	m.Advance(now)
	return m
}

// Options returns the options with their defaults filled in.
func (m *Model) Options() Options { return m.options }

// Advance moves the model's clock. What was learned of seasons since the last
// call takes effect, and so does evidence in verdicts that were asked before.
// Call it before a sweep, and at least once a day.
func (m *Model) Advance(now time.Time) {
	m.now = now.UnixMilli()
	for _, p := range m.paces {
		if p.at != 0 && m.now > p.at {
			f := fade(p.at, m.now, seasonHalfLife)
			p.ends, p.expected, p.at = p.ends*f, p.expected*f, m.now
		}
	}
	for s, p := range m.paces {
		if s.Event == weekday {
			continue // the unit of the clock
		}
		p.speed = p.learned(m.almanac.speed[s.Event], m.paces[Season{weekday, s.Country, s.UnderWay}])
	}
	clear(m.clocks)
	clear(m.limits)
}

// Ending says how a gap stands.
type Ending uint8

// Endings of a gap.
const (
	Open    Ending = iota // no scan until End, and it may still come
	Scanned               // ended by the scan at End
	Gone                  // the carrier gave the parcel up: no scan will end it
)

// Gap is the time between two scans of a parcel, or since its last one.
type Gap struct {
	Lane  Lane
	Stage Stage // at its start
	Start time.Time
	End   time.Time
	Ending
	// Seen is what the last Learn of this gap returned, and zero at first.
	Seen time.Time
}

// Learn adds a gap to the evidence of its lane and of the pools above it, and
// returns up to when it is counted. An open gap is learned again, with that
// instant as Seen, as often as its owner likes and for the last time when it
// ends; learning up to the same instant twice adds nothing. A caller that keeps
// no such instants learns gaps when they end, and then silences that last are
// missing from the evidence.
func (m *Model) Learn(g Gap) (seen time.Time) {
	if g.End.Before(g.Start) {
		g.End = g.Start
	}
	if g.Seen.Before(g.Start) {
		g.Seen = g.Start
	}
	if g.End.Before(g.Seen) || (g.Ending == Open && g.End.Equal(g.Seen)) {
		return g.Seen
	}
	c := m.clock(g.Lane, g.Stage.side())
	start, end := g.Start.UnixMilli(), g.End.UnixMilli()
	zero := c.hours(start)
	from, to := c.hours(g.Seen.UnixMilli())-zero, c.hours(end)-zero
	if from >= horizon {
		return g.Seen
	}
	m.learnSeasons(g, c, zero)
	if g.Ending == Gone {
		to = horizon
	}
	for _, scope := range g.Lane.scopes() {
		cell := m.change(scope, g.Stage)
		cell.wait(from, to, g.Ending == Scanned, cell.weight(end, m.options.HalfLife))
	}
	return g.End
}

// learnSeasons compares what the lane's curve expects of each day of a gap with
// what happened. A curve of little history expects nothing worth comparing.
func (m *Model) learnSeasons(g Gap, c *clock, zero float64) {
	x := m.limit(g.Lane, g.Stage)
	if x.seen < 30 {
		return
	}
	curve := &x.curve
	seen, end := g.Seen.UnixMilli(), g.End.UnixMilli()
	first, last := int64(c.first)*msPerDay, c.end()
	for at := max(seen, first); at < min(end, last); {
		day := (at - first) / msPerDay
		next := min(first+(day+1)*msPerDay, end)
		p := c.paces[day]
		d := curve.hazard(c.hours(next)-zero) - curve.hazard(c.hours(at)-zero)
		p.expected += d / p.speed
		p.at, p.changed = max(p.at, m.now), true
		at = next
	}
	if g.Ending == Scanned && end >= first && end < last {
		p := c.paces[(end-first)/msPerDay]
		p.ends++
		p.at, p.changed = max(p.at, m.now), true
	}
}

// Scan is one scan of a journey.
type Scan struct {
	At    time.Time
	Stage Stage
}

// Arrive adds a delivered parcel to the evidence of how long is still to go
// from each of its scans; the last one is the delivery. Before that it measures
// the forecasts and alarms that the model would have made on the way, by which
// later ones are calibrated. Call it once for a parcel, when it is delivered.
func (m *Model) Arrive(l Lane, scans []Scan) {
	if len(scans) < 2 {
		return
	}
	m.calibrate(l, scans)
	rarest := m.rarest(l, scans)
	way := m.clock(l, between)
	at := scans[len(scans)-1].At.UnixMilli()
	delivered := way.hours(at)
	scopes := l.scopes()
	step := 0
	for i, s := range scans[:len(scans)-1] {
		if step++; i == 0 || s.Stage != scans[i-1].Stage {
			step = 0
		}
		left := max(delivered-way.hours(scans[i+1].At.UnixMilli()), 0)
		for _, scope := range scopes {
			cell := m.change(scope, s.Stage)
			cell.arrive(stepOf(step), left, cell.weight(at, m.options.HalfLife))
		}
	}
	whole := scans[len(scans)-1].At.Sub(scans[0].At).Hours()
	for _, scope := range scopes {
		cell := m.change(scope, journey)
		w := cell.weight(at, m.options.HalfLife)
		cell.arrived += w
		cell.scans += w * float64(len(scans)-1)
		cell.arrive(0, max(whole, 0), w)
		if scope.Pool != OfLane {
			cell.rare(rarest, w)
		}
	}
}

// Lose counts a parcel that was lost on a lane, for Performance. Its silence is
// taught by Learn with the ending Gone.
func (m *Model) Lose(l Lane, at time.Time) {
	for _, scope := range l.scopes() {
		cell := m.change(scope, journey)
		cell.lost += cell.weight(at.UnixMilli(), m.options.HalfLife)
	}
}

// cell returns the evidence of a scope and stage, made on first use.
func (m *Model) cell(key cellKey) *cell {
	c := m.cells[key]
	if c == nil {
		c = &cell{}
		m.cells[key] = c
	}
	return c
}

// change is cell for who is about to add to it.
func (m *Model) change(s Scope, stage Stage) *cell {
	key := cellKey{s, stage}
	c := m.cell(key)
	if !c.changed {
		c.changed = true
		m.changed = append(m.changed, key)
	}
	return c
}

// estimate returns the distribution of gaps on a lane and stage, and how many
// gaps of each pool it rests on.
func (m *Model) estimate(l Lane, s Stage) (curve, [pools]float64) {
	base := root(s)
	out, scopes := base, l.scopes()
	var seen [pools]float64
	for p := pools - 1; p >= 0; p-- {
		if c := m.cells[cellKey{scopes[p], s}]; c != nil {
			out = c.refine(&out, &base, fade(c.at, max(m.now, c.at), m.options.HalfLife))
			seen[p] = c.ended(max(m.now, c.at), m.options.HalfLife)
		}
	}
	return out, seen
}

// silences is how many gaps a parcel of a lane has on its way, on average.
func (m *Model) silences(l Lane) float64 {
	const usual, prior = 8.0, 5.0
	n, scopes := usual, l.scopes()
	for p := pools - 1; p >= 0; p-- {
		if c := m.cells[cellKey{scopes[p], journey}]; c != nil {
			f := fade(c.at, max(m.now, c.at), m.options.HalfLife)
			n = (c.scans*f + prior*n) / (c.arrived*f + prior)
		}
	}
	return n
}
