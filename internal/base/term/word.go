package term

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// The bounds of what is read: they keep a hostile text from growing an index (and a tsvector past its limits).
const (
	maxText  = 1 << 20 // bytes of a document
	maxQuery = 2 << 10 // bytes of a query
	maxTerm  = 64      // runes of a term
)

// class is how a script is cut into terms.
type class uint8

const (
	gap    class = iota // not part of any word
	spaced              // words stand between spaces
	cjk                 // Han, Kana, Bopomofo, Yi: bigrams
	hangul              // words stand between spaces but carry particles: bigrams
	sea                 // Thai, Lao, Khmer, Myanmar: bigrams
)

// word is a run of runes of one class.
type word struct {
	lower string // lower case, accents kept
	fold  string
	class class
	glue  rune // the single mark that ties it to the word before ("-" in AB-12), 0 if none
	space bool // nothing but one space stands between it and the word before
	code  bool // capitals and digits alone, as parcel numbers are written
}

func classOf(r rune) class {
	switch {
	case r < utf8.RuneSelf:
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' {
			return spaced
		}
		return gap
	case r < 0x0E00:
		if unicode.In(r, unicode.L, unicode.M, unicode.Nd) {
			return spaced
		}
		return gap
	case r == 'ー' || r == '々' || r == '〆' || unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Bopomofo, unicode.Yi):
		return lettered(r, cjk)
	case unicode.Is(unicode.Hangul, r):
		return lettered(r, hangul)
	case unicode.In(r, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar):
		if unicode.Is(unicode.Nd, r) {
			return spaced
		}
		return lettered(r, sea)
	case unicode.In(r, unicode.L, unicode.M, unicode.Nd):
		return spaced
	}
	return gap
}

func lettered(r rune, c class) class {
	if r == 'ー' || unicode.In(r, unicode.L, unicode.M, unicode.Nl) {
		return c
	}
	return gap
}

// words cuts a text into its words.
func words(text string) []word {
	text = strings.ToValidUTF8(text, " ")
	code := text
	text = lower(text)
	if !isASCII(text) || len(code) != len(text) {
		code = ""
	}
	var out []word
	var glue rune
	between := "" // what stands between the last word and the next
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		c := classOf(r)
		if c == gap || ignored(r) {
			i += size
			continue
		}
		start := i
		i += size
		for i < len(text) {
			r, size := utf8.DecodeRuneInString(text[i:])
			if next := classOf(r); next != c && !ignored(r) && !unicode.Is(unicode.Mn, r) {
				break
			}
			i += size
		}
		lowered := text[start:i]
		folded := foldLower(lowered)
		if folded != "" {
			glue = tie(between)
			w := word{lower: lowered, fold: folded, class: c, glue: glue, space: between == " "}
			w.code = c == spaced && isASCII(lowered) && (code == "" && (isDigits(lowered) || len(lowered) <= 2) || code != "" && isCode(code[start:i]))
			if len(out) == 0 {
				w.glue, w.space = 0, false
			}
			out = append(out, w)
		}
		end := i
		for end < len(text) {
			r, size := utf8.DecodeRuneInString(text[end:])
			if classOf(r) != gap {
				break
			}
			end += size
		}
		between = text[i:end]
		i = end
	}
	return out
}

// tie returns the one mark that joins two words, 0 if what is between them parts them.
func tie(between string) rune {
	r, size := utf8.DecodeRuneInString(between)
	if size == 0 || size != len(between) || !strings.ContainsRune("-‐‑–._/@#:&+'’ʼ", r) {
		return 0
	}
	return r
}

func isApostrophe(r rune) bool { return r == '\'' || r == '’' || r == 'ʼ' }

func isCode(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return isDigits(s) || len(s) <= 3 || strings.ContainsAny(s, "0123456789")
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

func hasDigit(s string) bool { return strings.ContainsAny(s, "0123456789") }

// bigrams appends the pairs of neighbouring runes of a run. With tail set, the last rune follows alone, so that a query
// of one character finds every run that has it, as the beginning of a term.
func bigrams(out []string, run string, tail bool) []string {
	prev := -1
	for i, r := range run {
		if prev >= 0 {
			out = append(out, run[prev:i+utf8.RuneLen(r)])
		}
		prev = i
	}
	if tail && prev >= 0 {
		out = append(out, run[prev:])
	}
	return out
}

// compounds returns what a text's words are found by beyond themselves: words tied by a mark as one ("AB-12" as "ab12"),
// the letters and the digits of a mixed word, and a number written in groups ("RB 123 456 785 CN").
func compounds(ws []word) []string {
	var out []string
	for i := 0; i < len(ws); {
		j := i + 1
		for j < len(ws) && ws[j].glue != 0 && ws[j].class == spaced && ws[j-1].class == spaced {
			j++
		}
		if j-i > 1 {
			out = append(out, join(ws[i:j]))
		}
		i = j
	}
	for _, w := range ws {
		if w.class == spaced && hasDigit(w.fold) && !isDigits(w.fold) {
			out = append(out, pieces(w.fold)...)
		}
	}
	for i := 0; i < len(ws); {
		j := i
		for j < len(ws) && ws[j].code && (j == i || ws[j].space || ws[j].glue != 0) {
			j++
		}
		if j-i > 1 {
			if whole := join(ws[i:j]); len(whole) >= 8 && len(whole) <= 40 && hasDigit(whole) {
				out = append(out, whole)
			}
		}
		i = max(j, i+1)
	}
	return out
}

func join(ws []word) string {
	var b strings.Builder
	for _, w := range ws {
		b.WriteString(w.fold)
		if b.Len() > maxTerm*utf8.UTFMax {
			break
		}
	}
	return cutRunes(b.String(), maxTerm)
}

// pieces parts the letters and the digits of a mixed word; pieces of one rune are no help to anyone.
func pieces(s string) []string {
	var out []string
	start := 0
	for i := range s {
		if i > start && isDigits(s[i:i+1]) != isDigits(s[start:start+1]) {
			if i-start > 1 {
				out = append(out, cutRunes(s[start:i], maxTerm))
			}
			start = i
		}
	}
	if len(s)-start > 1 {
		out = append(out, cutRunes(s[start:], maxTerm))
	}
	return out
}
