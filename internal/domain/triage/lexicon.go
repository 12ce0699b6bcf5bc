package triage

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

//go:embed lexicon/*.txt
var lexiconFiles embed.FS

// lexicon knows the words of concepts in one language. Concepts are the same in all languages, so that what is learned of
// them in one serves the others. It is flat, eight bytes an entry beside its letters, as there are 76,000 entries in all.
type lexicon struct {
	first   map[string]run // by the first letters, so that few entries are tried at a place
	entries []entry        // those with the same first letters side by side, in the order of the file
	letters string         // the words of all entries, with a zero byte behind each
	signal  []string       // names of concepts by number; those that begin with "+" are signals of mood
}

// run is the entries from one up to, and without, another.
type run struct{ from, to uint32 }

// entry is a word or some words in a row. A word of four letters and more stands for all that begin so.
type entry struct {
	at      uint32 // where its words begin in the letters
	long    uint8  // bytes of its first word
	words   uint8
	concept uint8
	exact   bool // written with "!": stands for itself alone
}

// lexica reads the shipped lexica by language.
func lexica() (map[string]*lexicon, error) {
	names, err := fs.Glob(lexiconFiles, "lexicon/*.txt")
	if err != nil {
		return nil, err
	}
	out := map[string]*lexicon{}
	for _, name := range names {
		data, err := lexiconFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		l, err := readLexicon(string(data))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out[strings.TrimSuffix(path.Base(name), ".txt")] = l
	}
	return out, nil
}

func readLexicon(text string) (*lexicon, error) {
	l := &lexicon{first: map[string]run{}}
	entries, letters := map[string][]entry{}, make([]byte, 0, 2*len(text))
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" {
			continue
		}
		name, list, ok := strings.Cut(line, ":")
		if !ok || slices.Contains(l.signal, name) || len(l.signal) == math.MaxUint8 {
			return nil, fmt.Errorf("line %q is no concept, comes twice or is one too many", line)
		}
		for phrase := range strings.SplitSeq(list, ",") {
			words := tokenize(phrase)
			if len(words) == 0 {
				continue
			}
			long := len(words[0].word())
			if max(long, len(words)) > math.MaxUint8 {
				return nil, fmt.Errorf("%q is too long", phrase)
			}
			key := head(words[0].word())
			entries[key] = append(entries[key], entry{uint32(len(letters)), uint8(long), uint8(len(words)), uint8(len(l.signal)), strings.HasSuffix(phrase, "!")})
			for _, w := range words {
				letters = append(append(letters, w.word()...), 0)
			}
		}
		l.signal = append(l.signal, name)
	}
	l.letters = string(letters)
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		from := uint32(len(l.entries))
		l.entries = append(l.entries, entries[key]...)
		l.first[strings.Clone(key)] = run{from, uint32(len(l.entries))}
	}
	l.entries = slices.Clip(slices.Clone(l.entries))
	return l, nil
}

// head is the key of an entry: its first two letters.
func head(word string) string {
	n := 0
	for i := range word {
		if n++; n > 2 {
			return word[:i]
		}
	}
	return word
}

// hit is a place of a text where a concept is named.
type hit struct {
	concept  string
	from, to int
}

// find lists the concepts in a text, in order; where several fit at one place all count.
func (l *lexicon) find(tokens []token) []hit {
	if l == nil {
		return nil
	}
	var out []hit
	for i, t := range tokens {
		for _, e := range l.from(t.word()) {
			if l.fits(e, tokens[i:]) {
				out = append(out, hit{l.signal[e.concept], i, i + int(e.words) - 1})
			}
		}
		if bare := bareArabic(t.folded); bare != t.folded {
			alone := []token{{folded: bare}}
			for _, e := range l.from(bare) {
				if e.words == 1 && l.fits(e, alone) {
					out = append(out, hit{l.signal[e.concept], i, i})
				}
			}
		}
	}
	return out
}

// from lists the entries with the first letters of a word.
func (l *lexicon) from(word string) []entry {
	r := l.first[head(word)]
	return l.entries[r.from:r.to]
}

// fits reports whether tokens begin with the words of an entry.
func (l *lexicon) fits(e entry, tokens []token) bool {
	if len(tokens) < int(e.words) {
		return false
	}
	w, rest := l.letters[e.at:e.at+uint32(e.long)], l.letters[e.at+uint32(e.long)+1:]
	for k := 0; ; k++ {
		if t := tokens[k].word(); !strings.HasPrefix(t, w) ||
			len(t) > len(w) && (e.exact || tokens[k].dense || utf8.RuneCountInString(w) < stemLength(w)) {
			return false
		}
		if k+1 == int(e.words) {
			return true
		}
		w, rest, _ = strings.Cut(rest, "\x00")
	}
}

// stemLength is how many letters of a word stand for all words that begin so. A syllable of Hangul is a letter here.
func stemLength(w string) int {
	if r, _ := utf8.DecodeRuneInString(w); unicode.In(r, unicode.Hangul, unicode.Arabic, unicode.Hebrew) {
		return 2
	}
	return 4
}

// bareArabic takes the article, and a conjunction or preposition written together with it, off an Arabic word.
func bareArabic(w string) string {
	for _, prefix := range []string{"وال", "بال", "فال", "كال", "لل", "ال"} {
		if rest, ok := strings.CutPrefix(w, prefix); ok && utf8.RuneCountInString(rest) >= 3 {
			return rest
		}
	}
	return w
}
