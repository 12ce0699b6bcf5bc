package term

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Columns returns the values of the columns raw and stem of the SQLite table that [Query.FTS5] matches:
//
//	fts5(raw, stem, content='', contentless_delete=1, tokenize="ascii tokenchars '~'")
//
// The extra terms (lower case) join the raw ones, out of reach of any text.
func (d Doc) Columns(extra ...string) (raw, stem string) {
	terms := make([]string, 0, len(extra)+len(d.Raw))
	for _, e := range extra {
		terms = append(terms, sealed(e))
	}
	return strings.Join(append(terms, d.Raw...), " "), strings.Join(d.Stem, " ")
}

// FTS5 returns the expression for SQLite's MATCH, with the extra terms as further conditions. It is "", which MATCH
// refuses, if nothing is asked for: look at [Query.Empty] first.
func (q Query) FTS5(extra ...string) string {
	var must, not []string
	for _, e := range extra {
		must = append(must, quoteFTS5(sealed(e)))
	}
	for _, g := range q.Groups {
		alts := make([]string, len(g.Any))
		for i, a := range g.Any {
			alts[i] = a.fts5()
		}
		group := strings.Join(alts, " OR ")
		if len(alts) > 1 {
			group = "(" + group + ")"
		}
		if g.Not {
			not = append(not, group)
		} else {
			must = append(must, group)
		}
	}
	if len(must) == 0 {
		return ""
	}
	out := strings.Join(must, " AND ")
	for _, n := range not {
		out = "(" + out + ") NOT " + n
	}
	return out
}

func (a Alt) fts5() string {
	if !a.Loose || len(a.Terms) == 1 {
		out := quoteFTS5(strings.Join(a.Terms, " "))
		if a.Prefix {
			out += " *"
		}
		return out
	}
	terms := make([]string, len(a.Terms))
	for i, t := range a.Terms {
		terms[i] = quoteFTS5(t)
	}
	return "(" + strings.Join(terms, " AND ") + ")"
}

func quoteFTS5(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// sealed writes an extra term so that the tokenizer keeps it whole and no text or stem equals it: two marks lead it,
// and each ASCII byte that would part it is written as a mark and two hexadecimal digits.
func sealed(extra string) string {
	var b strings.Builder
	b.WriteString(stemMark + stemMark)
	for i := range len(extra) {
		if c := extra[i]; c >= utf8.RuneSelf || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%s%02x", stemMark, c)
		}
	}
	return b.String()
}
