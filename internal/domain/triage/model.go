package triage

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"

	"godwit.dev/godwit/internal/base/lang/ngram"
)

// Model is what Train learned: how much each feature speaks for each topic. It is read-only.
type Model struct {
	words  map[string]*lexicon
	bias   [classes]float32
	step   float32 // the weight of one level of the table
	table  *ngram.Table
	source [sha256.Size]byte
	learnt *addition // what a merchant's corrections add, nil for none
}

const head0 = sha256.Size + 4 + 4*classes

// slight is the share of the greatest weight below which a weight is left out of a packed model.
const slight = 0.012

// Pack writes a model of trained weights in its stored form. The source is a digest of what it was trained from.
func (w *Weights) Pack(source [sha256.Size]byte) ([]byte, error) {
	most := float32(0)
	for _, row := range w.at {
		for _, v := range row {
			most = max(most, v, -v)
		}
	}
	step := most / 127
	var entries []ngram.Entry
	for hash, row := range w.at {
		for c, v := range row {
			if v == 0 || v > -most*slight && v < most*slight {
				continue
			}
			entries = append(entries, ngram.Entry{Hash: hash, Label: byte(c), Level: byte(128 + int(math.Round(float64(v/step))))})
		}
	}
	labels := make([]string, classes)
	for c := range labels {
		labels[c] = fmt.Sprintf("%02d", c)
	}
	table, err := ngram.Pack(labels, entries)
	if err != nil {
		return nil, err
	}
	out := append([]byte{}, source[:]...)
	out = binary.LittleEndian.AppendUint32(out, math.Float32bits(step))
	for _, b := range w.bias {
		out = binary.LittleEndian.AppendUint32(out, math.Float32bits(b))
	}
	return append(out, table...), nil
}

// ReadModel reads a stored model.
func ReadModel(packed []byte) (*Model, error) {
	if len(packed) < head0 {
		return nil, fmt.Errorf("read topic model: %d bytes are too few", len(packed))
	}
	m := &Model{step: math.Float32frombits(binary.LittleEndian.Uint32(packed[sha256.Size:]))}
	copy(m.source[:], packed)
	for c := range m.bias {
		m.bias[c] = math.Float32frombits(binary.LittleEndian.Uint32(packed[sha256.Size+4+4*c:]))
	}
	var err error
	if m.table, err = ngram.Read(packed[head0:]); err != nil {
		return nil, fmt.Errorf("read topic model: %w", err)
	}
	if len(m.table.Labels) != classes {
		return nil, fmt.Errorf("read topic model: it knows %d topics", len(m.table.Labels))
	}
	m.words, err = lexica()
	return m, err
}

// found is where a model has what a feature speaks for.
type found struct{ shipped, learnt ngram.Row }

func (m *Model) find(hash uint32) (f found) {
	f.shipped = m.table.Find(hash)
	if m.learnt != nil {
		f.learnt = m.learnt.table.Find(hash)
	}
	return f
}

// known reports whether the shipped model knows a feature.
func (f found) known() bool { return f.shipped != ngram.Row{} }

// weigh adds what one feature speaks for each topic to two sums, that of a text and that of the sentence that it lies in.
func (m *Model) weigh(f found, value float32, text, sentence *[classes]float32) {
	add(m.table.Marks(f.shipped), m.step*value, text, sentence)
	if m.learnt != nil {
		add(m.learnt.table.Marks(f.learnt), m.learnt.step*value, text, sentence)
	}
}

func add(marks []ngram.Mark, scale float32, text, sentence *[classes]float32) {
	for _, k := range marks {
		by := float32(float32(int(k.Level)-128) * scale)
		text[k.Label] += by
		sentence[k.Label] += by
	}
}

// leaning is how much more one feature speaks for a topic than it speaks for all of them on average.
func (m *Model) leaning(f found, value float32, topic int) float32 {
	by := lean(m.table.Marks(f.shipped), topic) * m.step
	if m.learnt != nil {
		by += float32(lean(m.learnt.table.Marks(f.learnt), topic) * m.learnt.step)
	}
	return by * value
}

func lean(marks []ngram.Mark, topic int) float32 {
	own, all := 0, 0
	for _, k := range marks {
		by := int(k.Level) - 128
		all += by
		if int(k.Label) == topic {
			own = by
		}
	}
	return float32(own*classes-all) / classes
}

// sum is what the features of a text, or of a sentence of it, speak together for each topic.
type sum struct {
	span
	z       [classes]float32
	squares float32
}

// span is the tokens from one up to, and without, another.
type span struct{ from, to int }

// scores says how likely the text is about each topic; the scores add up to 1. Long and short texts weigh alike.
func (m *Model) scores(s *sum) [classes]float32 {
	scale, z := unit(s.squares), m.bias
	for c := range z {
		z[c] += float32(s.z[c] * scale)
	}
	return softmax(&z)
}
