package carrier

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// kind is what a word near a number says of it.
type kind uint8

const (
	announces kind = iota // a tracking number follows
	parcel                // the talk is of a parcel
	other                 // another number follows
	name                  // a carrier is named
)

var kinds = map[string]kind{"track": announces, "parcel": parcel, "other": other}

// word is an entry of the dictionary.
type word struct {
	kind    kind
	carrier int32 // index of the carrier named
	size    int32 // in code points
	strong  bool  // says number, not only tracking
	open    bool  // may end in any way
	free    bool  // of a script that writes words together
}

// hit is a word found in a text.
type hit struct {
	start, end int
	*word
}

// words finds all entries of a dictionary in one pass (Aho and Corasick, 1975): a trie whose nodes know where to go on when
// the text leaves them.
type words struct {
	entries []word
	root    [1 << 16]uint16 // first code points lead to nodes
	nodes   []node
}

type node struct {
	edges []edge
	fail  uint16 // the longest other beginning that ends here
	entry int32  // index of the entry that ends here, or -1
	up    uint16 // the next node on the way of fail where an entry ends, or 0
}

type edge struct {
	r  rune
	to uint16
}

func loadWords(carriers []Carrier) (*words, error) {
	w := &words{nodes: []node{{entry: -1}}}
	for i, c := range carriers {
		for _, n := range c.names {
			if err := w.add(n, word{kind: name, carrier: int32(i)}); err != nil {
				return nil, err
			}
		}
	}
	err := rows("data/words.csv", 3, func(r []string) error {
		k, ok := kinds[r[0]]
		if !ok {
			return fmt.Errorf("kind %q", r[0])
		}
		for _, text := range split(r[2]) {
			if err := w.add(text, word{kind: k}); err != nil {
				return err
			}
		}
		return nil
	})
	w.link()
	return w, err
}

// add takes an entry in, unless it is there already.
func (w *words) add(text string, entry word) error {
	text, entry.open = strings.CutSuffix(text, "*")
	if text == "" || len(w.nodes) > 60000 {
		return fmt.Errorf("word %q", text)
	}
	entry.size = int32(utf8.RuneCountInString(text))
	for _, r := range text {
		if together(r) {
			entry.free = true
		}
		if unicode.In(r, unicode.Arabic, unicode.Hebrew) {
			entry.open = true
		}
	}
	entry.strong = entry.kind == announces && (entry.size >= 9 || entry.free && entry.size >= 3)
	at := uint16(0)
	for _, c := range fold(text) {
		next, ok := w.nodes[at].to(c.r)
		if !ok {
			next = uint16(len(w.nodes))
			w.nodes = append(w.nodes, node{entry: -1})
			w.nodes[at].edges = append(w.nodes[at].edges, edge{c.r, next})
		}
		at = next
	}
	if w.nodes[at].entry < 0 {
		w.nodes[at].entry = int32(len(w.entries))
		w.entries = append(w.entries, entry)
	}
	return nil
}

// together reports whether a letter is of a script that sets no blanks between words, or hangs particles on them.
func together(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai, unicode.Devanagari)
}

func (n *node) to(r rune) (uint16, bool) {
	for _, e := range n.edges {
		if e.r == r {
			return e.to, true
		}
	}
	return 0, false
}

// link fills in where to go on, breadth first.
func (w *words) link() {
	var queue []uint16
	for _, e := range w.nodes[0].edges {
		if e.r < 1<<16 {
			w.root[e.r] = e.to
		}
		queue = append(queue, e.to)
	}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		for _, e := range w.nodes[at].edges {
			fail := w.step(w.nodes[at].fail, e.r)
			w.nodes[e.to].fail = fail
			if w.nodes[fail].entry >= 0 {
				w.nodes[e.to].up = fail
			} else {
				w.nodes[e.to].up = w.nodes[fail].up
			}
			queue = append(queue, e.to)
		}
	}
}

// step goes on from a node by one code point.
func (w *words) step(at uint16, r rune) uint16 {
	for at != 0 {
		if to, ok := w.nodes[at].to(r); ok {
			return to
		}
		at = w.nodes[at].fail
	}
	if r < 0 || r >= 1<<16 {
		return 0
	}
	return w.root[r]
}

// in finds the entries in a text, in order, of those that overlap the longest.
func (w *words) in(t text) []hit {
	var out []hit
	at := uint16(0)
	for i, c := range t {
		at = w.step(at, c.r)
		for n := at; n != 0; n = w.nodes[n].up {
			if w.nodes[n].entry < 0 {
				continue
			}
			e := &w.entries[w.nodes[n].entry]
			h := hit{start: i + 1 - int(e.size), end: i + 1, word: e}
			if !e.stands(t, h.start, h.end) {
				continue
			}
			for len(out) > 0 && out[len(out)-1].end > h.start && out[len(out)-1].end-out[len(out)-1].start < int(e.size) {
				out = out[:len(out)-1]
			}
			if len(out) == 0 || out[len(out)-1].end <= h.start {
				out = append(out, h)
			}
			break
		}
	}
	return out
}

// stands reports whether an entry found is a word of its own.
func (e *word) stands(t text, start, end int) bool {
	if e.free {
		return true
	}
	semitic := unicode.In(t[start].r, unicode.Arabic, unicode.Hebrew) // whose articles hang in front
	if start > 0 && !semitic && joins(t[start-1].r, t[start].r) {
		return false
	}
	return e.open || end == len(t) || !joins(t[end-1].r, t[end].r)
}

// joins reports whether two code points are of one word. A digit ends a word: people write "Nr4711".
func joins(a, b rune) bool {
	letter := func(r rune) bool { return r >= 'a' && r <= 'z' || r >= 0x80 && unicode.IsLetter(r) && !together(r) }
	if a == 0 || b == 0 {
		return false
	}
	return letter(a) && letter(b)
}

// before returns the hits that end at or before a place, the nearest first, as long as fn says to go on.
func before(hits []hit, place int, fn func(h hit) bool) {
	i, _ := slices.BinarySearchFunc(hits, place, func(h hit, p int) int { return h.end - p - 1 })
	for i--; i >= 0 && fn(hits[i]); i-- {
	}
}

// after returns the hits that begin at or behind a place, the nearest first, as long as fn says to go on.
func after(hits []hit, place int, fn func(h hit) bool) {
	i, _ := slices.BinarySearchFunc(hits, place, func(h hit, p int) int { return h.start - p })
	for ; i < len(hits) && fn(hits[i]); i++ {
	}
}
