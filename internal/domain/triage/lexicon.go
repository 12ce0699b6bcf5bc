package triage

import (
	"bufio"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

//go:embed lexicon/*.txt
var lexiconFiles embed.FS

// lexicon knows the words of concepts in one language. Concepts are the same in all languages, so that what is learned of
// them in one serves the others.
type lexicon struct {
	first  map[string][]entry // by the first letters, so that few entries are tried at a place
	signal []string           // names of concepts by number; those that begin with "+" are signals of mood
}

// entry is a word or some words in a row. A word of four letters and more stands for all that begin so.
type entry struct {
	words   []string
	concept int
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
	l := &lexicon{first: map[string][]entry{}}
	for s := bufio.NewScanner(strings.NewReader(text)); s.Scan(); {
		if s.Text() == "" {
			continue
		}
		name, list, ok := strings.Cut(s.Text(), ":")
		if !ok || slices.Contains(l.signal, name) {
			return nil, fmt.Errorf("line %q is no concept or comes twice", s.Text())
		}
		for word := range strings.SplitSeq(list, ",") {
			var words []string
			for _, t := range tokenize(word) {
				words = append(words, t.word())
			}
			if len(words) == 0 {
				continue
			}
			key := head(words[0])
			l.first[key] = append(l.first[key], entry{words, len(l.signal), strings.HasSuffix(word, "!")})
		}
		l.signal = append(l.signal, name)
	}
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
		for _, e := range l.first[head(t.word())] {
			if e.fits(tokens[i:]) {
				out = append(out, hit{l.signal[e.concept], i, i + len(e.words) - 1})
			}
		}
		if bare := bareArabic(t.folded); bare != t.folded {
			for _, e := range l.first[head(bare)] {
				if len(e.words) == 1 && e.fits([]token{{folded: bare}}) {
					out = append(out, hit{l.signal[e.concept], i, i})
				}
			}
		}
	}
	return out
}

func (e entry) fits(tokens []token) bool {
	if len(tokens) < len(e.words) {
		return false
	}
	for k, w := range e.words {
		switch t := tokens[k].word(); {
		case t == w:
		case !e.exact && !tokens[k].dense && strings.HasPrefix(t, w) && utf8.RuneCountInString(w) >= stemLength(w):
		default:
			return false
		}
	}
	return true
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
