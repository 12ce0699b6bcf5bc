// Package ngram is the form of a table that says of many keyed features what each of a few labels makes of them, in one
// byte: languages and how likely they write a sequence of letters, topics and how much a word speaks for them. It writes
// tables when they are generated, and reads them when a program starts.
package ngram

import (
	"bytes"
	"cmp"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
)

// Most is the length of the longest sequence, in letters.
const Most = 5

// Steps is how many levels halve a probability once.
const Steps = 10

// Hash keys a sequence of letters (FNV-1a over code points, mixed).
func Hash(r []rune) uint32 {
	h := uint32(2166136261)
	for _, c := range r {
		h = Mix(h, c)
	}
	return h
}

// Mix adds one letter to a key.
func Mix(h uint32, c rune) uint32 {
	h ^= uint32(c)
	h *= 16777619
	return h ^ h>>15
}

// Level writes a probability as its negative binary logarithm in tenths.
func Level(p float64) byte { return byte(min(255, math.Round(-math.Log2(p)*Steps))) }

// Table holds for each key the labels that know it, and a level for each.
type Table struct {
	Labels []string
	slots  []slot
	labels []byte
	levels []byte
}

type slot struct {
	hash, at uint32
	n        uint32
}

var errBroken = errors.New("broken n-gram table")

// Entry is what one label makes of one key.
type Entry struct {
	Hash  uint32
	Label byte
	Level byte
}

// Pack writes a table of labels, which have two letters each. Of two entries with one key and label the first stays.
func Pack(labels []string, all []Entry) ([]byte, error) {
	all = slices.Clone(all)
	slices.SortFunc(all, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(a.Hash, b.Hash), cmp.Compare(a.Label, b.Label), cmp.Compare(a.Level, b.Level))
	})
	all = slices.CompactFunc(all, func(a, b Entry) bool { return a.Hash == b.Hash && a.Label == b.Label })
	var keys, names, levels []byte
	for i := 0; i < len(all); {
		end := i
		for end < len(all) && all[end].Hash == all[i].Hash {
			names, levels = append(names, all[end].Label), append(levels, all[end].Level)
			end++
		}
		keys = append(binary.LittleEndian.AppendUint32(keys, all[i].Hash), byte(end-i))
		i = end
	}
	plain := []byte{byte(len(labels))}
	for _, label := range labels {
		if len(label) != 2 {
			return nil, fmt.Errorf("label %q has not two letters", label)
		}
		plain = append(plain, label...)
	}
	plain = binary.LittleEndian.AppendUint32(plain, uint32(len(keys)/5))
	plain = binary.LittleEndian.AppendUint32(plain, uint32(len(names)))
	plain = slices.Concat(plain, keys, names, levels)
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(plain); err != nil {
		return nil, err
	}
	err = w.Close()
	return packed.Bytes(), err
}

// Read unpacks a table.
func Read(packed []byte) (*Table, error) {
	data, err := io.ReadAll(flate.NewReader(bytes.NewReader(packed)))
	if err != nil {
		return nil, fmt.Errorf("unpack n-grams: %w", err)
	}
	if len(data) < 9 || len(data) < 9+2*int(data[0]) {
		return nil, errBroken
	}
	t := &Table{}
	for i := range int(data[0]) {
		t.Labels = append(t.Labels, string(data[1+2*i:3+2*i]))
	}
	data = data[1+2*len(t.Labels):]
	grams, entries := int(binary.LittleEndian.Uint32(data)), int(binary.LittleEndian.Uint32(data[4:]))
	data = data[8:]
	if len(data) != 5*grams+2*entries {
		return nil, errBroken
	}
	t.labels, t.levels = data[5*grams:5*grams+entries], data[5*grams+entries:]
	for _, label := range t.labels {
		if int(label) >= len(t.Labels) {
			return nil, errBroken
		}
	}
	size := 1
	for size*3 <= grams*4 {
		size *= 2
	}
	t.slots = make([]slot, size)
	at := uint32(0)
	for i := range grams {
		h, n := binary.LittleEndian.Uint32(data[5*i:]), uint32(data[5*i+4])
		if n == 0 {
			return nil, errBroken
		}
		j := h & uint32(size-1)
		for t.slots[j].n != 0 {
			j = (j + 1) & uint32(size-1)
		}
		t.slots[j] = slot{h, at, n}
		at += n
	}
	if int(at) != entries {
		return nil, errBroken
	}
	return t, nil
}

// Find returns the labels that know a key, as indices of Labels, and beside each its level.
func (t *Table) Find(h uint32) (labels, levels []byte) {
	mask := uint32(len(t.slots) - 1)
	for j := h & mask; t.slots[j].n != 0; j = (j + 1) & mask {
		if s := t.slots[j]; s.hash == h {
			return t.labels[s.at : s.at+s.n], t.levels[s.at : s.at+s.n]
		}
	}
	return nil, nil
}
