package term

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold reduces a text to what a reader takes for the same letters: compatibility forms are resolved (NFKC), letters are
// lower case, digits are ASCII, accents are off Latin and Greek letters, vowel signs off Arabic and Hebrew ones, ё is е,
// ß is ss and common traditional Chinese characters are simplified. Й stays, being a letter of its own. Spaces and punctuation stay. Folding twice changes nothing.
func Fold(s string) string {
	if isPlain(s) {
		return s
	}
	return foldLower(lower(s))
}

// lower brings a text to lower case in NFKC, accents kept; the stemmers want it so.
func lower(s string) string {
	if isASCII(s) {
		return strings.ToLower(s)
	}
	s = norm.NFKC.String(s)
	return norm.NFKC.String(strings.Map(unicode.ToLower, s))
}

// foldLower folds what lower returned.
func foldLower(s string) string {
	if isASCII(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		foldRune(&b, r)
	}
	if out := norm.NFKC.String(b.String()); out != s {
		return foldLower(strings.Map(unicode.ToLower, out))
	}
	return s
}

func foldRune(b *strings.Builder, r rune) {
	switch {
	case r < utf8.RuneSelf:
		b.WriteByte(byte(r))
	case ignored(r):
	case letters[r] != "":
		b.WriteString(letters[r])
	case simplified[r] != 0:
		b.WriteRune(simplified[r])
	case unicode.Is(unicode.Nd, r):
		b.WriteByte(byte('0' + digitValue(r)))
	case r < 0x0250 || r >= 0x0370 && r < 0x0400 || r >= 0x1E00 && r < 0x2000:
		b.WriteRune(baseLetter(r))
	default:
		b.WriteRune(r)
	}
}

// ignored tells the runes that carry no letter: accents standing alone, vowel signs of Arabic and Hebrew, joiners.
func ignored(r rune) bool {
	switch {
	case r >= 0x0300 && r <= 0x036F, r >= 0x0591 && r <= 0x05C7 && unicode.Is(unicode.Mn, r),
		r >= 0x0610 && r <= 0x061A, r >= 0x064B && r <= 0x065F, r == 0x0640, r == 0x0670, r >= 0x06D6 && r <= 0x06ED && unicode.Is(unicode.Mn, r),
		r == 0x00AD, r >= 0x200B && r <= 0x200F, r >= 0x202A && r <= 0x202E, r >= 0x2060 && r <= 0x2064, r >= 0x2066 && r <= 0x2069, r == 0xFEFF,
		r >= 0xFE00 && r <= 0xFE0F:
		return true
	}
	return false
}

// letters are the foldings that Unicode's decomposition does not give.
var letters = map[rune]string{
	'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'ł': "l", 'đ': "d", 'ð': "d", 'þ': "th", 'ı': "i", 'ħ': "h", 'ŧ': "t", 'ŀ': "l",
	'ς': "σ", 'ё': "е", 'ѐ': "е", 'ѝ': "и", 'ґ': "г",
	'أ': "ا", 'إ': "ا", 'آ': "ا", 'ٱ': "ا", 'ى': "ي", 'ی': "ي", 'ک': "ك", 'ة': "ه", 'ؤ': "و", 'ئ': "ي",
}

func baseLetter(r rune) rune {
	var buf [utf8.UTFMax]byte
	d := norm.NFD.Properties(buf[:utf8.EncodeRune(buf[:], r)]).Decomposition()
	if len(d) == 0 {
		return r
	}
	first, _ := utf8.DecodeRune(d)
	return first
}

// digitValue is the value of a decimal digit: Unicode lays every script's ten digits in one row from zero.
func digitValue(r rune) int {
	for v := range 10 {
		if !unicode.Is(unicode.Nd, r-rune(v)-1) {
			return v
		}
	}
	// Rows may touch (mathematical digits), but NFKC has resolved those.
	return int(r & 15 % 10)
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// isPlain tells a text that folding would leave alone.
func isPlain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c >= utf8.RuneSelf || c >= 'A' && c <= 'Z' {
			return false
		}
	}
	return true
}

// cut shortens a text to at most n bytes, at a rune's edge.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// cutRunes shortens a text to at most n runes.
func cutRunes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}
