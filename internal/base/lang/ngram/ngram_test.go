package ngram_test

import (
	"bytes"
	"compress/flate"
	"io"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"godwit.dev/godwit/internal/base/lang/ngram"
)

// A table has what was packed, for every key, and nothing for others: those that share a bucket, and those that share all
// but their first bits.
func TestFind(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		n, close := rapid.IntRange(0, 4000).Draw(t, "entries"), rapid.Bool().Draw(t, "close")
		key := func() uint32 {
			if close {
				return []uint32{0, 1 << 31, 0xffffff00}[r.IntN(3)] + uint32(r.IntN(200))
			}
			return r.Uint32()
		}
		labels := []string{"aa", "bb", "cc"}
		var all []ngram.Entry
		want := map[uint32]map[byte]byte{}
		for range n {
			e := ngram.Entry{Hash: key(), Label: byte(r.IntN(len(labels))), Level: byte(r.IntN(256))}
			if _, twice := want[e.Hash][e.Label]; twice {
				continue
			}
			all = append(all, e)
			if want[e.Hash] == nil {
				want[e.Hash] = map[byte]byte{}
			}
			want[e.Hash][e.Label] = e.Level
		}
		packed, err := ngram.Pack(labels, all)
		if err != nil {
			t.Fatal(err)
		}
		table, err := ngram.Read(packed)
		if err != nil {
			t.Fatal(err)
		}
		asked := make([]uint32, 0, 4*len(all)+3)
		for _, e := range all {
			asked = append(asked, e.Hash, e.Hash+1, e.Hash-1, e.Hash^1<<27)
		}
		for _, h := range append(asked, 0, 1, 1<<32-1) {
			row := table.Find(h)
			marks := table.Marks(row)
			if len(marks) != len(want[h]) || (row == ngram.Row{}) != (len(marks) == 0) {
				t.Fatalf("%08x has %v, want %v", h, marks, want[h])
			}
			for i, m := range marks {
				if level, ok := want[h][m.Label]; !ok || level != m.Level || i > 0 && m.Label <= marks[i-1].Label {
					t.Fatalf("%08x has %v, want %v", h, marks, want[h])
				}
			}
		}
	})
}

// Keys that stand out of order would not be found: such a table is none.
func TestReadRefuses(t *testing.T) {
	packed, err := ngram.Pack([]string{"aa"}, []ngram.Entry{{Hash: 1}, {Hash: 2}})
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(flate.NewReader(bytes.NewReader(packed)))
	if err != nil {
		t.Fatal(err)
	}
	const keys = 1 + 2 + 8
	for name, change := range map[string]func([]byte) []byte{
		"as it is":     func(b []byte) []byte { return b },
		"out of order": func(b []byte) []byte { b[keys] = 3; return b },
		"twice":        func(b []byte) []byte { b[keys] = 2; return b },
		"no marks":     func(b []byte) []byte { b[keys+4] = 0; return b },
		"other marks":  func(b []byte) []byte { b[keys+4] = 2; return b },
		"no label":     func(b []byte) []byte { b[len(b)-4] = 1; return b },
		"short":        func(b []byte) []byte { return b[:len(b)-1] },
	} {
		var out bytes.Buffer
		w, err := flate.NewWriter(&out, flate.BestSpeed)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(change(bytes.Clone(plain))); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := ngram.Read(out.Bytes()); (err == nil) != (name == "as it is") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
