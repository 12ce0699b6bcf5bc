package simulate

import (
	"hash/fnv"
	"math/rand/v2"
)

// dice is a source of choices. It uses only the raw output of PCG, whose
// algorithm is fixed, so that a seed keeps its meaning over Go releases.
type dice struct{ src *rand.PCG }

// newDice returns the dice of one purpose; purposes with different names roll
// independently, so that adding a roll to one leaves the others as they were.
func newDice(seed uint64, purpose string, n int) dice {
	h := fnv.New64a()
	h.Write([]byte(purpose))
	return dice{rand.NewPCG(seed, h.Sum64()+uint64(n)*0x9e3779b97f4a7c15)}
}

// n returns a number in [0, max); 0 when max is not positive.
func (d dice) n(max int) int {
	if max <= 0 {
		return 0
	}
	return int(d.src.Uint64() >> 1 % uint64(max))
}

func (d dice) between(lo, hi int) int { return lo + d.n(hi-lo+1) }

// unit returns a number in [0, 1).
func (d dice) unit() float64 { return float64(d.src.Uint64()>>11) / (1 << 53) }

func (d dice) chance(p float64) bool { return d.unit() < p }

func (d dice) pick(from []string) string {
	if len(from) == 0 {
		return ""
	}
	return from[d.n(len(from))]
}

// digits replaces each # of a pattern by a digit, each ? by a capital letter,
// each ~ by a hexadecimal digit and each % by a digit other than zero.
func (d dice) digits(pattern string) string {
	b := []byte(pattern)
	for i, c := range b {
		switch c {
		case '#':
			b[i] = byte('0' + d.n(10))
		case '%':
			b[i] = byte('1' + d.n(9))
		case '~':
			b[i] = "0123456789ABCDEF"[d.n(16)]
		case '?':
			b[i] = byte('A' + d.n(26))
		}
	}
	return string(b)
}

// shuffled returns the numbers 0..n-1 in a random order.
func (d dice) shuffled(n int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = i
	}
	for i := n - 1; i > 0; i-- {
		j := d.n(i + 1)
		s[i], s[j] = s[j], s[i]
	}
	return s
}

// weighted returns an index with probability in proportion to its weight.
func (d dice) weighted(weights []int) int {
	sum := 0
	for _, w := range weights {
		sum += w
	}
	at := d.n(sum)
	for i, w := range weights {
		if at < w {
			return i
		}
		at -= w
	}
	return len(weights) - 1
}
