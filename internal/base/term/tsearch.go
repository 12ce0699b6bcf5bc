package term

import (
	"slices"
	"strconv"
	"strings"
)

// PostgreSQL's limits on a tsvector (chapter "Limitations" of its full text search): positions end at 16383, a lexeme
// keeps 256 of them, and the whole is under 1 MB.
const (
	maxPosition  = 16383
	maxPositions = 255
	maxVector    = 1000 << 10
)

// TSVector returns the document as a literal of PostgreSQL's tsvector, to be cast from text. Raw terms have positions,
// stems and extra terms have none. Past PostgreSQL's limits the text's last terms are left out.
func (d Doc) TSVector(extra ...string) string {
	positions := make(map[string][]int, len(d.Raw)+len(d.Stem))
	size := 0
	put := func(term string, position int) {
		at, ok := positions[term]
		cost := 2
		if !ok {
			cost += len(term) + 4
		}
		if size+cost > maxVector {
			return
		}
		if position > 0 && position <= maxPosition && len(at) < maxPositions {
			at, size = append(at, position), size+2
		}
		if !ok {
			size += cost
		}
		positions[term] = at
	}
	for _, e := range extra {
		put(e, 0)
	}
	stems := d.Stem
	for i, t := range d.Raw {
		put(t, i+1)
		// A stem goes in beside its word, so that a text past the limits keeps both of its beginning.
		if i < len(stems) {
			put(stems[i], 0)
		}
	}
	for _, t := range stems[min(len(d.Raw), len(stems)):] {
		put(t, 0)
	}
	terms := make([]string, 0, len(positions))
	for t := range positions {
		terms = append(terms, t)
	}
	slices.Sort(terms)
	var b strings.Builder
	b.Grow(size + 8*len(terms))
	for i, t := range terms {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(quoteTS(t))
		for j, at := range positions[t] {
			b.WriteByte(":,"[min(j, 1)])
			b.WriteString(strconv.Itoa(at))
		}
	}
	return b.String()
}

// TSQuery returns the query as a literal of PostgreSQL's tsquery, to be cast from text, with the extra terms as further
// conditions. It is "", which matches nothing, if nothing is asked for.
func (q Query) TSQuery(extra ...string) string {
	var must []string
	for _, e := range extra {
		must = append(must, quoteTS(e))
	}
	for _, g := range q.Groups {
		alts := make([]string, len(g.Any))
		for i, a := range g.Any {
			alts[i] = a.tsquery()
		}
		group := strings.Join(alts, " | ")
		if len(alts) > 1 || g.Not {
			group = "(" + group + ")"
		}
		if g.Not {
			group = "!" + group
		}
		must = append(must, group)
	}
	if q.Empty() && len(extra) == 0 {
		return ""
	}
	return strings.Join(must, " & ")
}

func (a Alt) tsquery() string {
	terms := make([]string, len(a.Terms))
	for i, t := range a.Terms {
		terms[i] = quoteTS(t)
	}
	if a.Prefix {
		terms[len(terms)-1] += ":*"
	}
	if len(terms) == 1 {
		return terms[0]
	}
	if a.Loose {
		return "(" + strings.Join(terms, " & ") + ")"
	}
	return "(" + strings.Join(terms, " <-> ") + ")"
}

var escapeTS = strings.NewReplacer(`'`, `''`, `\`, `\\`)

func quoteTS(s string) string { return "'" + escapeTS.Replace(s) + "'" }
