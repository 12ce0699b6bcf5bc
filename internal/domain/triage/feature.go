package triage

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"godwit.dev/godwit/internal/base/term"
)

// longest bounds the letters of a message that are looked at; what a customer wants stands before them.
const longest = 1000

// token is a word of a message, or one character of a script without spaces, with the signs around it.
type token struct {
	surface string // as it was written
	folded  string
	dense   bool // of a script without spaces
	last    bool // of its sentence
}

// word is what a lexicon knows a token by: a number, all of which are one to the model, by itself.
func (t token) word() string {
	if t.folded == "0" {
		return t.surface
	}
	return t.folded
}

// feature is something that a message has: a word, two words in a row, or a few letters of one.
type feature struct {
	hash  uint32
	value float32
	from  int32 // the first and the last token that it is of
	to    int32
}

// firstDense comes before all characters of scripts without spaces.
const firstDense = '\u0e00'

// dense reports whether a script writes without spaces between words.
func dense(r rune) bool {
	return r >= firstDense && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// joined reports whether a character is written together with the one before it: a vowel or a tone of Thai, Lao, Khmer or
// Burmese, which stand around their consonant.
func joined(before string, r rune) bool {
	if unicode.IsMark(r) || strings.ContainsRune("ะาำๅๆຳະາ", r) {
		return true
	}
	return len(before) == 3 && strings.Contains("เแโใไເແໂໃໄ", before)
}

// address finds links and e-mail addresses. Their words are not the writer's.
var address = regexp.MustCompile(`(?i)\b(?:https?://|www\.)\S+|[\pL\pN._%+-]+@[\pL\pN-]+(?:\.[\pL\pN-]+)+`)

// tokenize cuts a text into words, and scripts without spaces into characters, with the vowels and tones around them. Runs of digits, codes with digits in
// them, links and addresses are all one: "0".
func tokenize(text string) []token {
	letters := 0
	for i := range text {
		if letters++; letters > longest {
			text = text[:i]
			break
		}
	}
	text = strings.ToValidUTF8(text, " ")
	out := make([]token, 0, len(text)/5+4)
	var links [][]int
	if strings.ContainsAny(text, "@:") || strings.Contains(text, "www.") {
		links = address.FindAllStringIndex(text, -1)
	}
	start := -1
	word := func(end int) {
		if start < 0 {
			return
		}
		w := text[start:end]
		start = -1
		if strings.ContainsFunc(w, unicode.IsDigit) {
			out = append(out, token{surface: w, folded: "0"})
			return
		}
		if f := term.Fold(w); f != "" {
			out = append(out, token{surface: w, folded: f})
		}
	}
	for i, r := range text {
		if len(links) > 0 && i >= links[0][0] {
			if word(i); i == links[0][0] {
				out = append(out, token{surface: text[i:links[0][1]], folded: "0"})
			}
			if i+utf8.RuneLen(r) >= links[0][1] {
				links = links[1:]
			}
			continue
		}
		switch {
		case dense(r):
			word(i)
			s := string(r)
			if n := len(out) - 1; n >= 0 && out[n].dense && !out[n].last && joined(out[n].surface, r) {
				out[n].surface += s
				out[n].folded = out[n].surface
				continue
			}
			out = append(out, token{surface: s, folded: term.Fold(s), dense: true})
		case unicode.IsLetter(r), unicode.IsMark(r), unicode.IsDigit(r), (r == '\'' || r == '’') && start >= 0:
			if start < 0 {
				start = i
			}
		default:
			word(i)
			if strings.ContainsRune(".!?\n。！？؟।;", r) && len(out) > 0 {
				out[len(out)-1].last = true
			}
		}
	}
	word(len(text))
	return out
}

// Kinds of features, mixed into their keys so that a word is not the same as its letters.
const (
	kindWord = iota + 1
	kindPair
	kindSkip
	kindPart
	kindDense
	kindConcept
	kindMeet
)

// How much each kind counts beside a word.
const (
	weightPair    = 0.8
	weightSkip    = 0.4
	weightPart    = 0.35
	weightConcept = 2
	weightMeet    = 1
)

// key is what a feature is found by: a hash of its kind and its parts (FNV-1a).
type key uint32

func keyOf(kind byte) key { return key((uint32(2166136261) ^ uint32(kind)) * 16777619) }

// of goes on with the letters of a part; end closes the part, so that "ab","c" is not "a","bc".
func (k key) of(letters string) key {
	h := uint32(k)
	for i := range len(letters) {
		h = (h ^ uint32(letters[i])) * 16777619
	}
	return key(h)
}

func (k key) end() key { return key((uint32(k) ^ 0xff) * 16777619) }

func (k key) part(letters string) key { return k.of(letters).end() }

func (k key) hash() uint32 { return uint32(k ^ k>>15) }

// longestWord bounds the letters of a word whose parts are looked at.
const longestWord = 40

// features lists what a text has, of the concepts that were found in it too. The first tokens of a text give the first
// features, but for concepts, which come last.
func features(tokens []token, hits []hit) []feature {
	room := 3 * len(hits)
	for _, t := range tokens {
		if room += 4; !t.dense {
			room += 2 * len(t.folded)
		}
	}
	out := make([]feature, 0, room)
	add := func(value float32, from, to int, k key) {
		out = append(out, feature{k.hash(), value, int32(from), int32(to)})
	}
	var at [longestWord + 1]int // where the letters of a word begin
	for i, t := range tokens {
		if t.dense {
			k := keyOf(kindDense)
			for n := 0; n < 4 && i+n < len(tokens) && tokens[i+n].dense; n++ {
				k = k.of(tokens[i+n].folded)
				add([4]float32{0.4, 1, 1, 0.8}[n], i, i+n, k.end())
			}
			continue
		}
		add(1, i, i, keyOf(kindWord).part(t.folded))
		if i+1 < len(tokens) {
			add(weightPair, i, i+1, keyOf(kindPair).part(t.folded).part(tokens[i+1].folded))
		}
		if i+2 < len(tokens) {
			add(weightSkip, i, i+2, keyOf(kindSkip).part(t.folded).part(tokens[i+2].folded))
		}
		if t.folded == "0" {
			continue
		}
		padded, letters := "^"+t.folded+"$", 0
		for k := range padded {
			if at[letters] = k; letters == longestWord {
				break
			}
			letters++
			at[letters] = len(padded)
		}
		for n := 3; n <= 5; n++ {
			for k := 0; k+n <= letters; k++ {
				add(weightPart, i, i, keyOf(kindPart).part(padded[at[k]:at[k+n]]))
			}
		}
	}
	for i, h := range hits {
		if h.concept[0] == '+' {
			continue
		}
		add(weightConcept, h.from, h.to, keyOf(kindConcept).part(h.concept))
		for _, g := range hits[i+1:] {
			if g.from > h.to+8 {
				break
			}
			if a, b := min(h.concept, g.concept), max(h.concept, g.concept); a != b && g.concept[0] != '+' {
				add(weightMeet, h.from, max(h.to, g.to), keyOf(kindMeet).part(a).part(b))
			}
		}
	}
	return out
}
