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
	"math/bits"
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

// Table holds for each key the labels that know it, and a level for each. Keys stand in order, four bytes each, and are found
// by their first bits: that takes a third of the memory of a hash table, and as few looks into it.
type Table struct {
	Labels []string
	shift  uint     // leaves the bits of a key that choose its bucket
	first  []bucket // one more than there are buckets
	keys   []uint32 // the last 24 bits of each key, and how many marks it has
	marks  []Mark
}

// Mark is what one label makes of a key.
type Mark struct {
	Label byte // an index of Labels
	Level byte
}

// bucket is where the keys and marks of a bucket begin.
type bucket struct{ key, mark uint32 }

// A table has as many buckets as it takes for about four keys each. The fewest are so many that a key is told by its last
// 24 bits within one.
const (
	fewestBits = 8
	mostBits   = 17
)

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
	t.marks = make([]Mark, entries)
	for i := range t.marks {
		t.marks[i] = Mark{data[5*grams+i], data[5*grams+entries+i]}
		if int(t.marks[i].Label) >= len(t.Labels) {
			return nil, errBroken
		}
	}
	if err := t.index(data[:5*grams], entries); err != nil {
		return nil, err
	}
	return t, nil
}

// index makes the buckets of keys that stand in order with the number of their marks, five bytes each.
func (t *Table) index(keys []byte, marks int) error {
	grams := len(keys) / 5
	width := min(max(bits.Len(uint(grams/4)), fewestBits), mostBits)
	t.shift, t.first, t.keys = uint(32-width), make([]bucket, 1<<width+1), make([]uint32, grams)
	at, filled, last := 0, 0, int64(-1)
	for i := range grams {
		h, n := binary.LittleEndian.Uint32(keys[5*i:]), keys[5*i+4]
		if n == 0 || int64(h) <= last {
			return errBroken
		}
		for ; filled <= int(h>>t.shift); filled++ {
			t.first[filled] = bucket{uint32(i), uint32(at)}
		}
		t.keys[i] = h<<8 | uint32(n)
		at, last = at+int(n), int64(h)
	}
	for ; filled < len(t.first); filled++ {
		t.first[filled] = bucket{uint32(grams), uint32(at)}
	}
	if at != marks {
		return errBroken
	}
	return nil
}

// Row is where the marks of a key are. The zero Row is that of a key that no label knows.
type Row struct{ from, to uint32 }

// Find returns the row of a key.
func (t *Table) Find(h uint32) Row {
	b := h >> t.shift
	from, at := t.first[b].key, t.first[b].mark
	for _, k := range t.keys[from:t.first[b+1].key] {
		n := k & 0xff
		if k>>8 == h&0xffffff {
			return Row{at, at + n}
		}
		at += n
	}
	return Row{}
}

// Marks is what the labels that know a key make of it, in the order of the labels.
func (t *Table) Marks(r Row) []Mark { return t.marks[r.from:r.to] }
