package forecast

import (
	"math"
	"math/rand/v2"
)

// dice draws the numbers of a forecast, always the same ones.
type dice struct{ *rand.Rand }

func newDice() dice { return dice{rand.New(rand.NewPCG(22, 1))} }

// poisson draws a count. Above fifty it is drawn from the normal distribution, which is
// within a percent of it there.
func (d dice) poisson(mean float64) int {
	if mean <= 0 {
		return 0
	}
	if mean > 50 {
		return max(int(math.Round(mean+math.Sqrt(mean)*d.NormFloat64())), 0)
	}
	n, p, end := 0, 1.0, math.Exp(-mean)
	for {
		if p *= d.Float64(); p <= end {
			return n
		}
		n++
	}
}

// gamma draws a number with mean 1 and a variance.
func (d dice) gamma(variance float64) float64 {
	if variance <= 0 {
		return 1
	}
	shape, boost := 1/variance, 1.0
	if shape < 1 {
		boost = math.Pow(d.Float64(), 1/shape)
		shape++
	}
	a := shape - 1.0/3
	c := 1 / math.Sqrt(9*a)
	for {
		x := d.NormFloat64()
		v := 1 + c*x
		if v <= 0 {
			continue
		}
		v = v * v * v
		if u := d.Float64(); math.Log(u) < 0.5*x*x+a-a*v+a*math.Log(v) {
			return a * v * boost * variance
		}
	}
}
