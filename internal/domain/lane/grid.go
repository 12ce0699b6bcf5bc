package lane

import (
	"math"
	"sort"
	"time"
)

// Durations fall into bins that widen with the logarithm of time: 1 hour, then
// each 23 % wider, to the horizon. A gap at the horizon counts as one that no
// scan ever ends.
const (
	bins    = 40
	horizon = 120 * 24.0 // hours of the lane's own clock
)

// Horizon is the silence, on the lane's clock, after which a parcel is taken
// for one that is never scanned again.
const Horizon = 120 * 24 * time.Hour

// edges are the bins' bounds in hours.
var edges = func() (e [bins + 1]float64) {
	for i := 1; i <= bins; i++ {
		e[i] = math.Pow(horizon, float64(i-1)/(bins-1))
	}
	return e
}()

// binOf returns the bin of a duration in hours, and bins from the horizon on.
func binOf(hours float64) int {
	return max(sort.Search(bins+1, func(i int) bool { return edges[i] > hours })-1, 0)
}

// within returns which part of bin k lies before a time in hours.
func within(k int, hours float64) float64 {
	return min(max((hours-edges[k])/(edges[k+1]-edges[k]), 0), 1)
}

// curve is a distribution of gaps by its cumulative hazard at the edges, which
// rises in a straight line between them: S(t) = exp(-H(t)).
type curve [bins + 1]float64

func (c *curve) hazard(hours float64) float64 {
	k := binOf(hours)
	if k >= bins {
		return c[bins]
	}
	return c[k] + (c[k+1]-c[k])*within(k, hours)
}

// longer is S(t), the chance that a gap lasts longer than hours.
func (c *curve) longer(hours float64) float64 { return math.Exp(-c.hazard(hours)) }

// never is the chance that no scan ends the gap.
func (c *curve) never() float64 { return math.Exp(-c[bins]) }

// again is the share of gaps that last longer than hours and end in a scan.
func (c *curve) again(hours float64) float64 { return c.longer(hours) - c.never() }

// over is the chance that a silence of some hours is one that no scan ends. It
// is taken from the hazards: the chances behind it may both be too small to divide.
func (c *curve) over(hours float64) float64 { return min(math.Exp(c.hazard(hours)-c[bins]), 1) }

// when returns the first time at which S falls to s, at most the horizon.
func (c *curve) when(s float64) float64 {
	h := -math.Log(s)
	if !(h > 0) { // S begins at 1
		return 0
	}
	k := sort.Search(bins+1, func(i int) bool { return c[i] >= h })
	if k > bins {
		return horizon
	}
	return edges[k-1] + (edges[k]-edges[k-1])*(h-c[k-1])/(c[k]-c[k-1])
}

// root is what is believed of a stage before anything was seen: log-normal
// gaps, and three in a thousand that never end. By default a parcel in transit
// on an unknown lane is watched after 9 days and stalled after 15; the trade's
// fixed rules warn after 3 to 12.
func root(s Stage) curve {
	const lost, sigma = 0.003, 0.95
	median := 20.0
	switch s.Status() {
	case Announced, Customs, Pickup, Attempt, Held, Returning:
		median = 36
	case Out:
		median = 9
	}
	var c curve
	for i := 1; i <= bins; i++ {
		z := math.Log(edges[i]/median) / sigma
		c[i] = -math.Log(lost + (1-lost)*math.Erfc(z/math.Sqrt2)/2)
	}
	return c
}
