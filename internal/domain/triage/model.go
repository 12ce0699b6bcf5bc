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

// weigh adds to each of the sums what one feature speaks for each topic.
func (m *Model) weigh(hash uint32, value float32, sums ...*[classes]float32) {
	add(m.table, hash, m.step*value, sums)
	if m.learnt != nil {
		add(m.learnt.table, hash, m.learnt.step*value, sums)
	}
}

func add(t *ngram.Table, hash uint32, scale float32, sums []*[classes]float32) {
	labels, levels := t.Find(hash)
	for k, c := range labels {
		by := float32(float32(int(levels[k])-128) * scale)
		for _, z := range sums {
			z[c] += by
		}
	}
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
