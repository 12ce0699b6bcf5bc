package term

import (
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// tongues maps the words that tell a language, those of grammar and the stems of the trade, to the languages that have them.
var tongues = sync.OnceValue(func() map[string][]string {
	all := map[string][]string{}
	add := func(term, language string) {
		if !slices.Contains(all[term], language) {
			all[term] = append(all[term], language)
		}
	}
	for _, list := range stopLists {
		language, list, _ := strings.Cut(list, ": ")
		for _, w := range split(list) {
			add(foldLower(w), language)
		}
	}
	for _, line := range kindred {
		for _, part := range strings.Split(line, "|") {
			language, list, _ := strings.Cut(strings.TrimSpace(part), ":")
			s := newStemmer(language, false)
			for _, w := range words(list) {
				for _, stem := range s.stems(w) {
					add(stem, language)
				}
			}
		}
	}
	return all
})

// tongueOf guesses the language of a query among those of the documents: by its script where that is enough, else by the
// words that only some languages have and by the documents that its words occur in. It is "" where two are even.
func (x *Index) tongueOf(ws []word) string {
	votes := map[string]float64{}
	vote := func(languages []string, n float64) {
		for _, l := range languages {
			if x.tongues[l] > 0 {
				votes[l] += n / float64(len(languages))
			}
		}
	}
	s := newStemmer("", true)
	for _, w := range ws {
		if l := scriptTongue(w); x.tongues[l] > 0 {
			if l != "zh" {
				return l
			}
			vote([]string{l}, 1) // until a kana says that it is Japanese
		}
		vote(tongues()[w.fold], 1)
		for _, stem := range s.stems(w) {
			vote(tongues()[stem], 0.5)
		}
		var found []string
		for _, p := range x.postings[w.fold] {
			if l := x.docs[p.doc].language; !slices.Contains(found, l) {
				found = append(found, l)
			}
		}
		vote(found, 1)
	}
	best, most, even := "", 0.0, false
	for language, n := range votes {
		switch {
		case n > most:
			best, most, even = language, n, false
		case n == most:
			even = true
		}
	}
	if even {
		return ""
	}
	return best
}

// scriptTongue returns the language that a word's script tells, "" if several share it.
func scriptTongue(w word) string {
	first, _ := utf8.DecodeRuneInString(w.fold)
	switch {
	case w.class == hangul:
		return "ko"
	case w.class == cjk && strings.ContainsFunc(w.fold, func(r rune) bool { return unicode.In(r, unicode.Hiragana, unicode.Katakana) }):
		return "ja"
	case w.class == cjk:
		return "zh"
	case unicode.Is(unicode.Thai, first):
		return "th"
	case unicode.Is(unicode.Greek, first):
		return "el"
	case unicode.Is(unicode.Hebrew, first):
		return "he"
	}
	return ""
}

// romanWeight is what a Cyrillic word counts that was typed in Latin letters.
const romanWeight = 0.6

// romans are the Latin spellings of Cyrillic letters, the longest first.
var romans = []struct{ latin, cyrillic string }{
	{"shch", "щ"}, {"sch", "щ"}, {"sh", "ш"}, {"ch", "ч"}, {"zh", "ж"}, {"kh", "х"}, {"ts", "ц"}, {"yo", "е"}, {"jo", "е"}, {"yu", "ю"}, {"ju", "ю"}, {"iu", "ю"},
	{"ya", "я"}, {"ja", "я"}, {"ia", "я"}, {"ye", "е"}, {"a", "а"}, {"b", "б"}, {"v", "в"}, {"w", "в"}, {"g", "г"}, {"d", "д"}, {"e", "е"}, {"z", "з"}, {"i", "и"},
	{"j", "й"}, {"k", "к"}, {"l", "л"}, {"m", "м"}, {"n", "н"}, {"o", "о"}, {"p", "п"}, {"r", "р"}, {"s", "с"}, {"t", "т"}, {"u", "у"}, {"f", "ф"}, {"h", "х"},
	{"c", "ц"}, {"y", "ы"}, {"'", "ь"}, {"q", "к"}, {"x", "кс"},
}

// romanized returns the Cyrillic word, and its stems, that a word in plain Latin letters may stand for.
func romanized(fold string) []weighted {
	if len(fold) < 4 || !isASCII(fold) || hasDigit(fold) {
		return nil
	}
	var b strings.Builder
	for rest := fold; rest != ""; {
		for _, r := range romans {
			if tail, ok := strings.CutPrefix(rest, r.latin); ok {
				b.WriteString(r.cyrillic)
				rest = tail
				break
			}
		}
	}
	out := []weighted{{b.String(), romanWeight}}
	for _, stem := range newStemmer("ru", false).stems(word{lower: b.String(), fold: b.String(), class: spaced}) {
		out = append(out, weighted{stem, romanWeight * stemWeight})
	}
	return out
}
