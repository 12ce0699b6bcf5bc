package lane

import (
	"math"
	"slices"
	"sort"
	"time"
)

// Forecast says when a parcel arrives, given that it does.
type Forecast struct {
	// P10, P50 and P90 are the instants before which 10, 50 and 90 of 100 such
	// parcels arrive: eight in ten between the first and the last.
	P10, P50, P90 time.Time
	// Never is the chance that it is not scanned again at all.
	Never float64

	instants []int64   // equally likely arrivals, in order
	levels   []float64 // where the calibration puts each of calibrationBins+1 levels
}

// The two parts of a forecast, cut into equally likely pieces: the rest of the
// silence, and the way from the next scan.
const (
	restPieces = 12
	wayPieces  = 16
	pieces     = restPieces * wayPieces
	aheadPrior = 15.0
	rankPrior  = 40.0
)

// Forecast returns when a parcel arrives, as known at now. It is false when
// the silence is past the horizon, from where nothing is learned.
func (m *Model) Forecast(p Parcel, now time.Time) (Forecast, bool) {
	f := Forecast{instants: m.arrivals(p, now), Never: m.Odds(p, now).Never}
	if f.instants == nil {
		return Forecast{}, false
	}
	f.levels = m.calibration(p)
	f.P10, f.P50, f.P90 = f.At(0.1), f.At(0.5), f.At(0.9)
	return f, true
}

// At returns the instant before which a share q of such parcels arrive. It
// rises with q; of the zero Forecast it is the zero time.
func (f Forecast) At(q float64) time.Time {
	if len(f.instants) == 0 {
		return time.Time{}
	}
	return time.UnixMilli(quantile(f.instants, raised(f.levels, q))).UTC()
}

// By returns the chance of arrival by an instant, that of never included: the
// other side of a promise's breach.
func (f Forecast) By(t time.Time) float64 {
	if len(f.instants) == 0 {
		return 0
	}
	n := sort.Search(len(f.instants), func(i int) bool { return f.instants[i] > t.UnixMilli() })
	u := float64(n) / float64(len(f.instants))
	// The calibration maps levels to ranks; the chance is the way back.
	k := sort.SearchFloat64s(f.levels, u)
	if k == 0 {
		return 0
	}
	k = min(k, calibrationBins)
	lo, hi := f.levels[k-1], f.levels[k]
	part := 1.0
	if hi > lo {
		part = min((u-lo)/(hi-lo), 1)
	}
	return (1 - f.Never) * (float64(k-1) + part) / calibrationBins
}

// ExplainForecast gives the sentence of a forecast.
func (m *Model) ExplainForecast(p Parcel, f Forecast, now time.Time) Reason {
	_, seen := m.estimate(p.Lane, p.Stage)
	pool, weight := spoken(seen)
	return Reason{Key: "lane.eta", Lane: p.Lane, Stage: p.Stage, Silence: now.Sub(p.Last), From: f.P10, To: f.P90,
		Pool: pool, Weight: weight, Event: m.event(p, f.P90)}
}

// quantile reads a level off equally likely values in order.
func quantile(v []int64, q float64) int64 {
	at := min(max(q*float64(len(v))-0.5, 0), float64(len(v)-1))
	i := int(at)
	if i+1 >= len(v) {
		return v[len(v)-1]
	}
	return v[i] + int64((at-float64(i))*float64(v[i+1]-v[i]))
}

func raised(levels []float64, q float64) float64 {
	at := min(max(q, 0), 1) * calibrationBins
	i := min(int(at), calibrationBins-1)
	return levels[i] + (at-float64(i))*(levels[i+1]-levels[i])
}

// arrivals are equally likely instants of arrival in order: every piece of the
// rest of the silence followed by every piece of the way behind it.
func (m *Model) arrivals(p Parcel, now time.Time) []int64 {
	curve := &m.limit(p.Lane, p.Stage).curve
	here, way := m.clock(p.Lane, p.Stage.side()), m.clock(p.Lane, between)
	zero := here.hours(p.Last.UnixMilli())
	silence := m.silence(p, now)
	left, never := curve.longer(silence), curve.never()
	if silence >= horizon || left-never < 1e-12 {
		return nil
	}
	ahead := m.ahead(p)
	out := make([]int64, 0, pieces)
	for i := range restPieces {
		s := left - (left-never)*(float64(i)+0.5)/restPieces
		next := here.instant(zero + max(curve.when(s), silence))
		start := way.hours(next)
		for _, hours := range ahead {
			if hours < 1 { // the next scan is the delivery
				out = append(out, next)
				continue
			}
			out = append(out, way.instant(start+hours))
		}
	}
	slices.Sort(out)
	return out
}

// ahead cuts the time from the next scan to delivery into equally likely
// pieces, in hours.
func (m *Model) ahead(p Parcel) (out [wayPieces]float64) {
	share := m.aheadShares(p)
	k, below := 0, 0.0
	for i := range out {
		want := (float64(i) + 0.5) / wayPieces
		for k < bins-1 && below+share[k] < want {
			below += share[k]
			k++
		}
		part := 0.5
		if share[k] > 0 {
			part = min(max((want-below)/share[k], 0), 1)
		}
		if k > 0 {
			out[i] = edges[k] + part*(edges[k+1]-edges[k])
		}
	}
	return out
}

// aheadShares is the distribution of the time from the next scan to delivery
// over the bins: the posterior mean under a Dirichlet prior around the wider
// pool's, with the stage's other steps between.
func (m *Model) aheadShares(p Parcel) (share [bins]float64) {
	for k := range share { // a wide root around four days
		z := math.Log(max(edges[k], 0.5)/96) / 1.5
		share[k] = math.Exp(-z * z / 2)
	}
	normalise(&share)
	step, scopes := stepOf(p.Step), p.Lane.scopes()
	for pool := pools - 1; pool >= 0; pool-- {
		c := m.cells[cellKey{scopes[pool], p.Stage}]
		if c == nil {
			continue
		}
		f := fade(c.at, max(m.now, c.at), m.options.HalfLife)
		var all [bins]float64
		for _, h := range c.ahead {
			for k, v := range h {
				all[k] += v * f
			}
		}
		blend(&share, all[:], 1)
		blend(&share, c.ahead[step], f)
	}
	return share
}

func blend(share *[bins]float64, seen []float64, f float64) {
	for k := range share {
		share[k] *= aheadPrior
		if k < len(seen) {
			share[k] += seen[k] * f
		}
	}
	normalise(share)
}

func normalise(share *[bins]float64) {
	var sum float64
	for _, v := range share {
		sum += v
	}
	for k := range share {
		share[k] /= sum
	}
}

// calibration maps levels to ranks: at 0.9 stands the rank under which 90 of
// 100 deliveries fell so far. Without any it changes nothing.
func (m *Model) calibration(p Parcel) []float64 {
	levels := make([]float64, calibrationBins+1)
	for i := range levels {
		levels[i] = float64(i) / calibrationBins
	}
	scopes := p.Lane.scopes()
	for pool := OfWorld; pool >= OfPair; pool-- {
		c := m.cells[cellKey{scopes[pool], p.Stage}]
		if c == nil || len(c.ranks) == 0 {
			continue
		}
		levels = recalibrated(levels, c.ranks, fade(c.at, max(m.now, c.at), m.options.HalfLife))
	}
	return levels
}

// recalibrated draws old levels towards the ranks of a cell.
func recalibrated(old, ranks []float64, f float64) []float64 {
	var share [calibrationBins]float64 // of deliveries by rank
	j, total := 0, 0.0
	for i, v := range ranks {
		// What the old levels put into this bin of ranks, as the prior.
		hi := float64(i+1) / calibrationBins
		for ; j < calibrationBins && old[j+1] <= hi+1e-12; j++ {
			share[i] += rankPrior / calibrationBins
		}
		share[i] += v*f + 1e-6
		total += share[i]
	}
	levels := make([]float64, calibrationBins+1)
	k, below := 0, 0.0
	for i := 1; i < calibrationBins; i++ {
		want := total * float64(i) / calibrationBins
		for k < calibrationBins-1 && below+share[k] < want {
			below += share[k]
			k++
		}
		levels[i] = (float64(k) + min((want-below)/share[k], 1)) / calibrationBins
	}
	levels[calibrationBins] = 1
	return levels
}

// calibrate ranks a delivery within forecasts from instants spread evenly over
// its way, as those are who ask: a parcel that takes long is asked for more
// often, and counts for its days. A single lane has too few deliveries to
// calibrate by; pairs are the narrowest.
func (m *Model) calibrate(l Lane, scans []Scan) {
	const looks, usual = 3, 10 * 24 * time.Hour
	start, end := scans[0].At, scans[len(scans)-1].At
	at := end.UnixMilli()
	scopes := l.scopes()
	days := min(float64(end.Sub(start))/float64(usual), 5) / looks
	for look := range looks {
		m.turn++
		part := (float64(look) + math.Mod(float64(m.turn)*math.Phi, 1)) / looks
		now := start.Add(time.Duration(part * float64(end.Sub(start))))
		i := sort.Search(len(scans)-1, func(i int) bool { return scans[i].At.After(now) }) - 1
		if i < 0 {
			continue
		}
		step := 0
		for j := i; j > 0 && scans[j-1].Stage == scans[i].Stage; j-- {
			step++
		}
		instants := m.arrivals(Parcel{Lane: l, Stage: scans[i].Stage, Step: step, Last: scans[i].At}, now)
		if instants == nil {
			continue
		}
		n := sort.Search(len(instants), func(k int) bool { return instants[k] > at })
		below := sort.Search(len(instants), func(k int) bool { return instants[k] >= at })
		u := (float64(below+n)/2 + 0.5) / (float64(len(instants)) + 1)
		for _, scope := range scopes[OfPair:] {
			cell := m.change(scope, scans[i].Stage)
			cell.rank(u, days*cell.weight(at, m.options.HalfLife))
		}
	}
}
