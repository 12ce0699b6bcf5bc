package triage

import (
	"math"
	"math/rand/v2"
)

// Example is a text with the topics that it is about; the first is the main one.
type Example struct {
	Language string // whose lexicon applies
	Text     string
	Topics   []Topic
}

// sample is an example as numbers.
type sample struct {
	index []int32
	value []float32
	want  [classes]float32
}

// Training sets the course of Train.
type Training struct {
	Rounds int     // over all examples
	Rate   float64 // of the first steps
	Seed   uint64
}

// Weights are the outcome of a training.
type Weights struct {
	bias [classes]float32
	at   map[uint32][classes]float32
}

// Train learns weights of features from examples: a softmax regression by AdaGrad. The same examples in the same order
// give the same weights: sums are rounded at each step and never fused.
func Train(examples []Example, how Training) (*Weights, error) {
	words, err := lexica()
	if err != nil {
		return nil, err
	}
	index := map[uint32]int32{}
	var hashes []uint32
	samples := make([]sample, len(examples))
	for i, e := range examples {
		s := &samples[i]
		tokens := tokenize(e.Text)
		fs := features(tokens, words[e.Language].find(tokens))
		scale := norm(fs)
		for _, f := range fs {
			at, ok := index[f.hash]
			if !ok {
				at = int32(len(hashes))
				index[f.hash] = at
				hashes = append(hashes, f.hash)
			}
			s.index, s.value = append(s.index, at), append(s.value, float32(f.value*scale))
		}
		for _, t := range e.Topics {
			s.want[t.index()] += 1 / float32(len(e.Topics))
		}
	}
	weights := make([][classes]float32, len(hashes))
	squares := make([]float32, len(hashes))
	var bias [classes]float32
	random := rand.New(rand.NewPCG(how.Seed, 26))
	order := random.Perm(len(samples))
	for range how.Rounds {
		random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, i := range order {
			step(&samples[i], weights, squares, &bias, float32(how.Rate))
		}
	}
	m := &Weights{bias: bias, at: make(map[uint32][classes]float32, len(hashes))}
	for i, h := range hashes {
		m.at[h] = weights[i]
	}
	return m, nil
}

// smoothing leaves some doubt about every label, so that weights stay bounded.
const smoothing = 0.02

func step(s *sample, weights [][classes]float32, squares []float32, bias *[classes]float32, rate float32) {
	z := *bias
	for k, at := range s.index {
		w, v := &weights[at], s.value[k]
		for c := range z {
			z[c] += float32(w[c] * v)
		}
	}
	p := softmax(&z)
	var slope [classes]float32
	total := float32(0)
	for c := range p {
		want := float32(s.want[c]*(1-smoothing)) + smoothing/classes
		slope[c] = p[c] - want
		total += float32(slope[c] * slope[c])
	}
	for k, at := range s.index {
		w, v := &weights[at], s.value[k]
		squares[at] += float32(float32(v*v) * total)
		by := rate * v / float32(math.Sqrt(float64(squares[at])+1e-4))
		for c := range slope {
			w[c] -= float32(by * slope[c])
		}
	}
	for c := range slope {
		bias[c] -= float32(rate * 0.01 * slope[c])
	}
}

// norm is what brings the values of a text's features to length one.
func norm(fs []feature) float32 {
	sum := float32(0)
	for _, f := range fs {
		sum += float32(f.value * f.value)
	}
	return unit(sum)
}

// unit is what brings a length to one, given its square.
func unit(square float32) float32 {
	if square == 0 {
		return 0
	}
	return float32(1 / math.Sqrt(float64(square)))
}

func softmax(z *[classes]float32) [classes]float32 {
	top := z[0]
	for _, v := range z {
		top = max(top, v)
	}
	var p [classes]float32
	sum := 0.0
	var e [classes]float64
	for c, v := range z {
		e[c] = math.Exp(float64(v - top))
		sum += e[c]
	}
	for c := range p {
		p[c] = float32(e[c] / sum)
	}
	return p
}
