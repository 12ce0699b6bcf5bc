package term

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxGroups bounds the conditions of one query; further words are not read.
const maxGroups = 32

// Query is what a person looks for: every group must be met. The zero Query asks for nothing.
type Query struct{ Groups []Group }

// Group is one condition: any of its alternatives meets it, or none may if Not is set.
type Group struct {
	Not bool
	Any []Alt
}

// Alt is one way to meet a group. Its terms follow each other in the text, unless Loose lets them stand anywhere.
type Alt struct {
	Terms  []string // raw terms, or one stem
	Prefix bool     // the last term is the beginning of a term
	Loose  bool
}

// Empty reports whether the query has no condition that a document could meet; such a query finds nothing by itself.
func (q Query) Empty() bool {
	return !slices.ContainsFunc(q.Groups, func(g Group) bool { return !g.Not })
}

// ParseQuery reads what a person typed. Words must all occur, in any inflection and order; "quotes" hold a phrase
// together; a minus before a word or phrase excludes it. The last word also matches as a beginning, unless a space ends
// the query. Words without matter ("where is my") are left out if others remain. Any text is a query.
func ParseQuery(q string) Query {
	q = strings.ToValidUTF8(cut(q, maxQuery), " ")
	p := queryParser{stemmer: newStemmer("", true)}
	parts := queryParts(q)
	for i, part := range parts {
		last := i == len(parts)-1 && !strings.HasSuffix(q, " ")
		if part.quoted {
			p.phrase(part)
		} else {
			p.words(part, last)
		}
	}
	groups := p.groups
	if len(groups) == 0 || !slices.ContainsFunc(groups, func(g Group) bool { return !g.Not }) {
		groups = append(groups, p.stopped...)
	}
	return Query{Groups: groups[:min(len(groups), maxGroups)]}
}

// queryPart is a stretch of a query: quoted or not, excluded or not.
type queryPart struct {
	text        string
	quoted, not bool
}

var quotes = map[rune]string{'"': `"`, '“': "”\"", '„': "“”\"", '«': "»", '»': "«", '「': "」", '『': "』"}

func queryParts(q string) []queryPart {
	var out []queryPart
	for {
		q = strings.TrimLeftFunc(q, unicode.IsSpace)
		if q == "" {
			return out
		}
		part := queryPart{}
		if bare, ok := strings.CutPrefix(q, "-"); ok && bare != "" && !strings.HasPrefix(bare, " ") && !strings.HasPrefix(bare, "-") {
			part.not, q = true, bare
		}
		first, size := utf8.DecodeRuneInString(q)
		if closing, ok := quotes[first]; ok {
			part.quoted = true
			end := strings.IndexAny(q[size:], closing)
			if end < 0 {
				part.text, q = q[size:], ""
			} else {
				_, n := utf8.DecodeRuneInString(q[size+end:])
				part.text, q = q[size:size+end], q[size+end+n:]
			}
			out = append(out, part)
			continue
		}
		end := strings.IndexFunc(q, func(r rune) bool { return unicode.IsSpace(r) || quotes[r] != "" })
		if end < 0 {
			end = len(q)
		}
		part.text, q = q[:end], q[end:]
		if n := len(out); n > 0 && !part.not && !out[n-1].not && !out[n-1].quoted {
			out[n-1].text += " " + part.text // so that a number written in groups is seen as one
			continue
		}
		out = append(out, part)
	}
}

type queryParser struct {
	stemmer         *stemmer
	groups, stopped []Group
}

// phrase adds the words of a quotation, one after the other. A run of characters in the midst of it must be whole.
func (p *queryParser) phrase(part queryPart) {
	ws := words(part.text)
	alt := Alt{}
	for i, w := range ws {
		last := i == len(ws)-1
		switch {
		case w.class == spaced:
			alt.Terms = append(alt.Terms, cutRunes(w.fold, maxTerm))
		case last && utf8.RuneCountInString(w.fold) == 1:
			alt.Terms, alt.Prefix = append(alt.Terms, w.fold), true
		default:
			alt.Terms = bigrams(alt.Terms, w.fold, !last)
		}
	}
	p.add(part.not, false, alt)
}

func (p *queryParser) words(part queryPart, last bool) {
	ws := words(part.text)
	if alt, n := spacedCode(ws); n > 0 {
		p.add(part.not, false, alt...)
		ws = ws[n:]
	}
	for i := 0; i < len(ws); {
		j := i + 1
		for ws[i].class == spaced && j < len(ws) && ws[j].glue != 0 && ws[j].class == spaced {
			j++
		}
		final := last && j == len(ws)
		switch {
		case ws[i].class != spaced:
			p.run(ws[i], part.not)
		case j-i == 1:
			p.add(part.not, stopWords[ws[i].fold], p.word(ws[i], final)...)
		default:
			p.compound(ws[i:j], part.not, final)
		}
		i = j
	}
}

// spacedCode takes a number written in groups ("RB 123 456 785 CN") for one number, if the query is nothing else.
func spacedCode(ws []word) ([]Alt, int) {
	if len(ws) < 2 {
		return nil, 0
	}
	alt := Alt{Loose: true} // "DHL 12345678" may stand apart
	for i, w := range ws {
		if !w.code || i > 0 && !w.space && w.glue == 0 {
			return nil, 0
		}
		alt.Terms = append(alt.Terms, w.fold)
	}
	whole := join(ws)
	if len(whole) < 8 || len(whole) > 40 || !hasDigit(whole) {
		return nil, 0
	}
	return []Alt{alt, {Terms: []string{whole}}}, len(ws)
}

// word returns the alternatives of one word: itself or its beginning, its spellings, its stems.
func (p *queryParser) word(w word, prefix bool) []Alt {
	fold := cutRunes(w.fold, maxTerm)
	prefix = prefix && utf8.RuneCountInString(fold) > 1
	alts := []Alt{{Terms: []string{fold}, Prefix: prefix}}
	for _, stem := range p.stemmer.stems(w) {
		alts = append(alts, Alt{Terms: []string{stem}})
	}
	for _, other := range respelled(w) {
		alts = append(alts, Alt{Terms: []string{other}, Prefix: prefix})
		for _, stem := range p.stemmer.stems(word{lower: other, fold: other, class: spaced}) {
			alts = append(alts, Alt{Terms: []string{stem}})
		}
	}
	return alts
}

var (
	umlauts  = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "å", "aa")
	digraphs = strings.NewReplacer("ae", "a", "oe", "o", "ue", "u", "aa", "a")
)

// respelled returns a word with its umlauts written out, and with written-out umlauts folded as a document's would be.
func respelled(w word) []string {
	var out []string
	if s := foldLower(umlauts.Replace(w.lower)); s != w.fold {
		out = append(out, cutRunes(s, maxTerm))
	}
	if s := digraphs.Replace(w.fold); s != w.fold && utf8.RuneCountInString(s) > 3 {
		out = append(out, cutRunes(s, maxTerm))
	}
	return out
}

// compound adds words tied by marks: as one, or one after the other. What an apostrophe cuts off counts for nothing.
func (p *queryParser) compound(ws []word, not, prefix bool) {
	whole := Alt{Terms: []string{join(ws)}, Prefix: prefix}
	if longest, ok := apostrophized(ws); ok {
		p.add(not, stopWords[longest.fold], append([]Alt{whole}, p.word(longest, prefix)...)...)
		return
	}
	parts := Alt{Prefix: prefix}
	for _, w := range ws {
		parts.Terms = append(parts.Terms, cutRunes(w.fold, maxTerm))
	}
	p.add(not, false, whole, parts)
}

func apostrophized(ws []word) (word, bool) {
	best := ws[0]
	for _, w := range ws[1:] {
		if !isApostrophe(w.glue) {
			return word{}, false
		}
		if len(w.fold) > len(best.fold) {
			best = w
		}
	}
	return best, true
}

// run adds a stretch of a script without spaces: its matter words each, where its stop phrases part them.
func (p *queryParser) run(w word, not bool) {
	if w.class == hangul {
		bare := bareKorean(w.fold)
		p.add(not, stopWords[w.fold] || stopWords[bare], chunk(bare, 8))
		return
	}
	segments := matter(w)
	if len(segments) == 0 {
		p.add(not, true, chunk(w.fold, 4))
		return
	}
	if not {
		p.add(true, false, chunk(w.fold, maxTerm))
		return
	}
	size := 3
	if w.class == sea {
		size = 8
	}
	for _, s := range segments {
		p.add(false, false, chunk(s, size))
	}
}

// matter returns the segments of a run that stand between its stop phrases; Japanese is also parted where the kana
// change, and loses its Hiragana if other segments remain.
func matter(w word) []string {
	rest := w.fold
	for _, stop := range stopPhrases[w.class] {
		rest = strings.ReplaceAll(rest, stop, " ")
	}
	segments := strings.Fields(rest)
	if w.class != cjk || !strings.ContainsFunc(w.fold, isKana) {
		return segments
	}
	var parted []string
	for _, s := range segments {
		start := 0
		for i, r := range s {
			if before, _ := utf8.DecodeLastRuneInString(s[:i]); i > 0 && kanaOf(before) != kanaOf(r) && r != 'ー' {
				parted = append(parted, s[start:i])
				start = i
			}
		}
		parted = append(parted, s[start:])
	}
	solid := slices.DeleteFunc(slices.Clone(parted), func(s string) bool {
		r, _ := utf8.DecodeRuneInString(s)
		return unicode.Is(unicode.Hiragana, r)
	})
	if len(solid) > 0 {
		return solid
	}
	return parted
}

func isKana(r rune) bool { return unicode.In(r, unicode.Hiragana, unicode.Katakana) }

func kanaOf(r rune) int {
	switch {
	case unicode.Is(unicode.Hiragana, r):
		return 1
	case unicode.Is(unicode.Katakana, r) || r == 'ー':
		return 2
	}
	return 0
}

// chunk is a run as a phrase if it has at most size runes, and otherwise as the bigrams at every other place: the words
// of a long run need not stand together in the text.
func chunk(run string, size int) Alt {
	n := utf8.RuneCountInString(run)
	if n == 1 {
		return Alt{Terms: []string{run}, Prefix: true}
	}
	grams := bigrams(nil, run, false)
	if n <= size {
		return Alt{Terms: grams}
	}
	alt := Alt{Loose: true}
	for i := 0; i < len(grams); i += 2 {
		alt.Terms = append(alt.Terms, grams[i])
	}
	if len(grams)%2 == 0 {
		alt.Terms = append(alt.Terms, grams[len(grams)-1])
	}
	return alt
}

// add appends a group, aside if it is made of a stop word. Alternatives that say the same are dropped.
func (p *queryParser) add(not, stop bool, alts ...Alt) {
	g := Group{Not: not}
	for _, a := range alts {
		same := func(b Alt) bool { return b.Prefix == a.Prefix && b.Loose == a.Loose && slices.Equal(b.Terms, a.Terms) }
		if len(a.Terms) > 0 && !slices.ContainsFunc(g.Any, same) {
			g.Any = append(g.Any, a)
		}
	}
	switch {
	case len(g.Any) == 0:
	case stop && !not:
		p.stopped = append(p.stopped, g)
	default:
		p.groups = append(p.groups, g)
	}
}
