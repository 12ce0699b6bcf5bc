package lane

import (
	"math"
	"time"
)

// tally is what was seen of one bin: ends of gaps in it, and how often the
// time of the bin was waited through (1 for a gap that passed it whole).
type tally struct{ ends, waited float64 }

// steps is how finely the number of scans within a stage is told apart.
const steps = 4

func stepOf(n int) int {
	switch {
	case n <= 1:
		return max(n, 0)
	case n <= 3:
		return 2
	}
	return 3
}

const calibrationBins = 20

// cell is the evidence of one scope and stage: sums alone, so that evidence is
// added in constant time, two cells add up to one, and old evidence fades by
// scaling. Slices end at the last bin in use.
type cell struct {
	at    int64 // Unix milliseconds at which what is added weighs 1
	gaps  []tally
	ahead [steps][]float64 // time from the next scan to delivery
	ranks []float64        // where deliveries fell in their forecasts
	// Of the cell of whole journeys: those ended in delivery, their gaps, and
	// those lost.
	arrived, scans, lost float64

	changed bool // since the rows were last asked for
}

// fade is how much less evidence of then weighs now; halfLife is positive.
func fade(then, now int64, halfLife time.Duration) float64 {
	return math.Exp2(-float64(now-then) / float64(halfLife.Milliseconds()))
}

func (c *cell) scale(f float64) {
	for i := range c.gaps {
		c.gaps[i].ends *= f
		c.gaps[i].waited *= f
	}
	for _, h := range c.ahead {
		for i := range h {
			h[i] *= f
		}
	}
	for i := range c.ranks {
		c.ranks[i] *= f
	}
	c.arrived, c.scans, c.lost = c.arrived*f, c.scans*f, c.lost*f
}

// weight returns what evidence of an instant weighs in the cell's own measure,
// and moves the measure when newer evidence would outgrow it.
func (c *cell) weight(at int64, halfLife time.Duration) float64 {
	if c.at == 0 {
		c.at = at
	}
	if at-c.at > 8*halfLife.Milliseconds() {
		c.scale(fade(c.at, at, halfLife))
		c.at = at
	}
	return fade(at, c.at, halfLife)
}

func grown[T any](s []T, n int) []T {
	if n <= len(s) {
		return s
	}
	if n <= cap(s) {
		return s[:n]
	}
	out := make([]T, n, min(n+2, max(n, bins)))
	copy(out, s)
	return out
}

// wait adds a stretch of a gap from one age to another in hours, at whose end
// the gap ended or goes on unseen (right censoring).
func (c *cell) wait(from, to float64, ended bool, w float64) {
	first, last := binOf(from), min(binOf(to), bins-1)
	if first >= bins {
		return
	}
	c.gaps = grown(c.gaps, last+1)
	for k := first; k <= last; k++ {
		c.gaps[k].waited += w * (within(k, to) - within(k, from))
	}
	if ended && to < horizon {
		c.gaps[last].ends += w
	}
}

func (c *cell) arrive(step int, hours, w float64) {
	k := min(binOf(hours), bins-1)
	c.ahead[step] = grown(c.ahead[step], k+1)
	c.ahead[step][k] += w
}

func (c *cell) rank(u, w float64) {
	c.ranks = grown(c.ranks, calibrationBins)
	c.ranks[min(int(u*calibrationBins), calibrationBins-1)] += w
}

// merge adds another cell's evidence; the order of merging does not matter.
func (c *cell) merge(o *cell, halfLife time.Duration) {
	if o.at == 0 {
		return
	}
	if c.at == 0 {
		c.at = o.at
	}
	f := fade(o.at, c.at, halfLife)
	if o.at > c.at {
		c.scale(fade(c.at, o.at, halfLife))
		c.at, f = o.at, 1
	}
	c.gaps = grown(c.gaps, len(o.gaps))
	for i, t := range o.gaps {
		c.gaps[i].ends += f * t.ends
		c.gaps[i].waited += f * t.waited
	}
	for s, h := range o.ahead {
		c.ahead[s] = added(c.ahead[s], h, f)
	}
	c.ranks = added(c.ranks, o.ranks, f)
	c.arrived, c.scans, c.lost = c.arrived+f*o.arrived, c.scans+f*o.scans, c.lost+f*o.lost
}

func added(to, from []float64, f float64) []float64 {
	to = grown(to, len(from))
	for i, v := range from {
		to[i] += f * v
	}
	return to
}

// ended returns how many ends of gaps the cell holds, by their weight at now.
func (c *cell) ended(now int64, halfLife time.Duration) (n float64) {
	for _, t := range c.gaps {
		n += t.ends
	}
	return n * fade(c.at, now, halfLife)
}

// Weights of what is believed already, in ends of gaps: of the level that the
// neighbouring shorter bins suggest, and of a bin's own hazard. They were
// chosen by judgement, not fitted, and are the same at every pool.
const (
	reach      = 0.6 // how much of a bin's evidence counts for the next longer one
	levelPrior = 4.0
	binPrior   = 3.0
)

// refine turns a parent's hazards into those of a cell, by the posterior mean
// of gamma-distributed hazards whose prior mean is the parent's (doc.go). Both
// steps rise with ends seen before t and fall with time waited before t, so
// that evidence of longer gaps never shortens the curve before them.
func (c *cell) refine(parent, base *curve, f float64) curve {
	var out curve
	var ends, expected float64 // of shorter bins, against the root's hazards
	for k := range bins {
		var t tally
		if k < len(c.gaps) {
			t = tally{c.gaps[k].ends * f, c.gaps[k].waited * f}
		}
		r, p := base[k+1]-base[k], parent[k+1]-parent[k]
		ends = reach*ends + t.ends
		expected = reach*expected + t.waited*r
		level := (ends + levelPrior) / (expected + levelPrior*r/p)
		out[k+1] = out[k] + (t.ends+binPrior)/(t.waited+binPrior/(level*r))
	}
	return out
}
