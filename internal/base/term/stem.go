package term

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/arabic"
	"github.com/blevesearch/snowballstem/danish"
	"github.com/blevesearch/snowballstem/dutch"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/finnish"
	"github.com/blevesearch/snowballstem/french"
	"github.com/blevesearch/snowballstem/german"
	"github.com/blevesearch/snowballstem/hungarian"
	"github.com/blevesearch/snowballstem/italian"
	"github.com/blevesearch/snowballstem/norwegian"
	"github.com/blevesearch/snowballstem/portuguese"
	"github.com/blevesearch/snowballstem/romanian"
	"github.com/blevesearch/snowballstem/russian"
	"github.com/blevesearch/snowballstem/spanish"
	"github.com/blevesearch/snowballstem/swedish"
	"github.com/blevesearch/snowballstem/tamil"
	"github.com/blevesearch/snowballstem/turkish"
)

// stemMark begins every stem. No word contains it, and both stores take it for part of a term.
const stemMark = "~"

// snowball holds the stemmer of each language that has one.
var snowball = map[string]func(*snowballstem.Env) bool{
	"ar": arabic.Stem, "da": danish.Stem, "de": german.Stem, "en": english.Stem, "es": spanish.Stem, "fi": finnish.Stem,
	"fr": french.Stem, "hu": hungarian.Stem, "it": italian.Stem, "nb": norwegian.Stem, "nl": dutch.Stem, "pt": portuguese.Stem,
	"ro": romanian.Stem, "ru": russian.Stem, "sv": swedish.Stem, "ta": tamil.Stem, "tr": turkish.Stem,
}

// Languages by script. A document of unknown language is stemmed by the first few, a query by all of its script.
var (
	latinDocument = []string{"en", "de", "fr", "es", "it", "pt", "nl", "pl"}
	latinQuery    = []string{"en", "de", "fr", "es", "it", "pt", "nl", "pl", "cs", "sv", "da", "nb", "fi", "hu", "ro", "tr", "id"}
	cyrillic      = []string{"ru", "uk"}
)

// stemmer stems words, remembering those it has seen: a text repeats its words.
type stemmer struct {
	language string // base language of the document, "" for a query or an unknown one
	query    bool
	env      *snowballstem.Env
	seen     map[string][]string
}

func newStemmer(language string, query bool) *stemmer {
	return &stemmer{language: baseLanguage(language), query: query, env: snowballstem.NewEnv(""), seen: map[string][]string{}}
}

func baseLanguage(tag string) string {
	if i := strings.IndexAny(tag, "-_"); i >= 0 {
		tag = tag[:i]
	}
	switch tag = strings.ToLower(tag); tag {
	case "no", "nn":
		return "nb"
	case "und":
		return ""
	case "be", "bg", "mk", "sr":
		return "ru"
	case "sk":
		return "cs"
	}
	return tag
}

// languages chooses the stemmers for a word by its script and the document's language.
func (s *stemmer) languages(first rune) []string {
	switch {
	case first < 0x0250 || unicode.Is(unicode.Latin, first):
		if s.query {
			return latinQuery
		}
		if slices.Contains(latinQuery, s.language) {
			return []string{s.language}
		}
		if s.language == "" {
			return latinDocument
		}
		return []string{"en"}
	case unicode.Is(unicode.Cyrillic, first):
		if !s.query && s.language == "kk" {
			return []string{"kk"}
		}
		return cyrillic
	case unicode.Is(unicode.Greek, first):
		return []string{"el"}
	case unicode.Is(unicode.Arabic, first):
		return []string{"ar"}
	case unicode.Is(unicode.Hebrew, first):
		return []string{"he"}
	case unicode.Is(unicode.Tamil, first):
		return []string{"ta"}
	}
	return nil
}

// stems returns the marked stems of a word, each once. Words with digits and words too short to bend have none.
func (s *stemmer) stems(w word) []string {
	if w.class == hangul {
		if bare := bareKorean(w.fold); bare != w.fold {
			return []string{stemMark + cutRunes(bare, maxTerm)}
		}
		return []string{stemMark + cutRunes(w.fold, maxTerm)}
	}
	if w.class != spaced || utf8.RuneCountInString(w.fold) < 3 || hasDigit(w.fold) {
		return nil
	}
	if out, ok := s.seen[w.lower]; ok {
		return out
	}
	first, _ := utf8.DecodeRuneInString(w.fold)
	var out []string
	add := func(stem string) {
		if stem = foldLower(stem); stem == "" {
			return
		}
		if stem = stemMark + cutRunes(stem, maxTerm); !slices.Contains(out, stem) {
			out = append(out, stem)
		}
	}
	folded, lowered := cutRunes(w.fold, maxTerm), cutRunes(w.lower, maxTerm)
	for _, lang := range s.languages(first) {
		if stem, ok := snowball[lang]; ok {
			add(s.run(stem, folded))
			if lowered != folded {
				add(s.run(stem, lowered))
			}
		}
		if rules, ok := light[lang]; ok {
			for _, stem := range rules.stems(folded) {
				add(stem)
			}
		}
	}
	s.seen[w.lower] = out
	return out
}

func (s *stemmer) run(stem func(*snowballstem.Env) bool, w string) string {
	s.env.SetCurrent(w)
	stem(s.env)
	return s.env.Current()
}
