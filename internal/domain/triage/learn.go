package triage

import "maps"

// Correction is a message with the topic that an agent gave it.
type Correction struct {
	Text     string
	Language string
	Topic    Topic
}

// Adjustment is what a merchant's corrections add to the shipped model. It is a value to be stored as it is; the zero
// value adds nothing.
type Adjustment struct {
	Version int                  `json:"version"` // counts adoptions from 1
	Weights map[uint32][]float32 `json:"weights"` // of features, one for each topic
	Kept    Outcome              `json:"kept"`    // on the messages kept aside, when it was adopted
}

// Outcome counts how many of some messages were read right.
type Outcome struct {
	Right int `json:"right"`
	All   int `json:"all"`
}

// How corrections are learned: small steps, a few times over, so that one mistaken click does not turn a topic.
const (
	correctionRounds = 4
	correctionRate   = 0.6
	mostCorrection   = 4.0 // bound of one learned weight
)

// With is the classifier with an adjustment. The classifier itself stays as it is.
func (c *Classifier) With(a Adjustment) *Classifier {
	m := *c.model
	m.learnt = make(map[uint32][classes]float32, len(a.Weights))
	for hash, weights := range a.Weights {
		if len(weights) != classes {
			continue
		}
		m.learnt[hash] = [classes]float32(weights)
	}
	return &Classifier{&m, c.detect}
}

// Learn makes the next adjustment of corrections and says whether it is adopted: only if it reads more of the corrections
// right than the one before, and no fewer of the messages kept aside, which must not be among the corrections. If it is
// not adopted, the adjustment before is returned as it was. The same input gives the same result.
func (c *Classifier) Learn(before Adjustment, corrections, kept []Correction) (after Adjustment, adopted bool) {
	now := c.With(before)
	tried := *now.model
	tried.learnt = maps.Clone(now.model.learnt)
	if tried.learnt == nil {
		tried.learnt = map[uint32][classes]float32{}
	}
	for range correctionRounds {
		for _, x := range corrections {
			if c := x.Topic.index(); c >= 0 {
				tried.nudge(x, c)
			}
		}
	}
	next := &Classifier{&tried, c.detect}
	was, is := now.score(kept), next.score(kept)
	if len(corrections) == 0 || is.Right < was.Right || next.score(corrections).Right <= now.score(corrections).Right {
		return before, false
	}
	after = Adjustment{Version: before.Version + 1, Weights: make(map[uint32][]float32, len(tried.learnt)), Kept: is}
	for hash, row := range tried.learnt {
		after.Weights[hash] = row[:]
	}
	return after, true
}

func (m *Model) nudge(x Correction, want int) {
	tokens := tokenize(x.Text)
	fs := features(tokens, m.lexicon(x.Language).find(tokens))
	scale := norm(fs)
	z := m.bias
	for _, f := range fs {
		m.weigh(f.hash, f.value*scale, &z)
	}
	p := softmax(&z)
	for _, f := range fs {
		row := m.learnt[f.hash]
		for c := range row {
			slope := p[c]
			if c == want {
				slope--
			}
			row[c] = max(-mostCorrection, min(mostCorrection, row[c]-correctionRate*slope*f.value*scale))
		}
		m.learnt[f.hash] = row
	}
}

func (c *Classifier) score(messages []Correction) Outcome {
	o := Outcome{All: len(messages)}
	for _, x := range messages {
		if c.Classify(Message{Text: x.Text, Language: x.Language}, Evidence{}).Topic == x.Topic {
			o.Right++
		}
	}
	return o
}
