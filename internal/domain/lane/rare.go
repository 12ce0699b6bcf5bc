package lane

import "math"

// A parcel with n silences on its way is called stalled when one of them is
// rarer than a limit. Were silences independent, the limit for a share a of
// parcels would be a/n. They are not (a slow parcel is slow everywhere, and a
// day on which a hub stands still strikes many), so the rarest silence of each
// delivered parcel is remembered, and the limit is the one that a share a of
// them would have passed: a conformal p-value (Vovk, Gammerman & Shafer 2005).
const (
	rareBins  = calibrationBins
	perDecade = 5 // bins of rarity
	rarePrior = 400.0
)

// rareEdge is the upper bound of a bin of rarity.
func rareEdge(k int) float64 { return math.Pow(10, -float64(k)/perDecade) }

// rare counts a delivered parcel by its rarest silence, in the cell of whole
// journeys, whose ranks are otherwise unused.
func (c *cell) rare(x, w float64) {
	c.ranks = grown(c.ranks, rareBins)
	k := 0
	if x < 1 {
		k = int(-perDecade * math.Log10(max(x, 1e-9)))
	}
	c.ranks[min(k, rareBins-1)] += w
}

// rarest returns how rare the rarest silence of a journey was: the chance of a
// longer one that ends, times the number of silences. A silence that the curve
// has learned from is part of its own measure; its share of the ends as late as
// its own is taken out.
func (m *Model) rarest(l Lane, scans []Scan) float64 {
	p := 1.0
	for i, s := range scans[:len(scans)-1] {
		c := m.clock(l, s.Stage.side())
		hours := c.hours(scans[i+1].At.UnixMilli()) - c.hours(s.At.UnixMilli())
		x := m.limit(l, s.Stage)
		again := max(x.curve.again(max(hours, 0)), 0)
		again *= 1 - 1/(again*x.seen+1+binPrior)
		p = min(p, again)
	}
	return p * max(m.silences(l), 1)
}

// rareShares is the distribution of delivered parcels over the bins of rarity,
// by the independent one and what the pools saw.
func (m *Model) rareShares(l Lane) (share [rareBins]float64) {
	for k := range share {
		share[k] = rareEdge(k) - rareEdge(k+1)
	}
	share[rareBins-1] += rareEdge(rareBins)
	scopes := l.scopes()
	for pool := OfWorld; pool >= OfPair; pool-- {
		c := m.cells[cellKey{scopes[pool], journey}]
		if c == nil || len(c.ranks) == 0 {
			continue
		}
		f, total := fade(c.at, max(m.now, c.at), m.options.HalfLife), rarePrior
		for k := range share {
			share[k] = share[k]*rarePrior + c.ranks[k]*f
			total += c.ranks[k] * f
		}
		for k := range share {
			share[k] /= total
		}
	}
	return share
}

// rarity returns the bound that a share of delivered parcels passed.
func rarity(share *[rareBins]float64, of float64) float64 {
	below := 0.0
	for k := rareBins - 1; k >= 0; k-- {
		if below+share[k] >= of {
			part := (of - below) / share[k]
			return rareEdge(k+1) * math.Pow(rareEdge(k)/rareEdge(k+1), part)
		}
		below += share[k]
	}
	return 1
}
