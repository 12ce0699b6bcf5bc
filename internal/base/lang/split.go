package lang

import (
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// noise says nothing of the language around it: links, addresses, tags, handles, and words with a digit or an
// underscore in them, such as order numbers.
var noise = regexp.MustCompile(`(?i)<[^<>]{0,500}>|&[a-z]{2,8};|https?://\S+|www\.\S+|\S+@\S+\.\S+|[@#]\w+|\b[\w.-]+\.(?:com|net|org|shop|de|fr|ru|cn|io)\b\S*`)

// word is a run of letters of one script, in lower case.
type word struct {
	script  script
	letters []rune
	text    string // the same letters
}

// tally counts the letters of each script.
type tally [len(scripts)]int

// top is the script with most letters. A character of China or Japan says as much as two letters elsewhere.
func (t *tally) top() script {
	best, most := none, 0
	for s, n := range t {
		switch script(s) {
		case latin:
		case han, hiragana, katakana, hangul:
			n *= 4
		default:
			n *= 2
		}
		if n > most {
			best, most = script(s), n
		}
	}
	return best
}

// quiet takes the noise out of a text. But for what stands between angle brackets, noise lies within one run of
// characters without a blank, and few of those may hold any, so that the expression reads few.
func quiet(text string) string {
	if strings.Contains(text, "<") {
		return noise.ReplaceAllString(text, " ")
	}
	var b strings.Builder
	done := 0 // what stands before it is written
	for start := 0; start < len(text); {
		end := start
		for end < len(text) && !blank(text[end]) {
			end++
		}
		if run := text[start:end]; loud(run) {
			b.WriteString(text[done:start])
			b.WriteString(noise.ReplaceAllString(run, " "))
			done = end
		}
		start = end + 1
	}
	if done == 0 {
		return text
	}
	b.WriteString(text[done:])
	return b.String()
}

// blank is what \s is to an expression.
func blank(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f' }

// loud reports whether there may be noise in a run of characters.
func loud(run string) bool {
	for i := range len(run) {
		switch run[i] {
		case '&', '@', '#':
			return true
		case '.', ':':
			if i+1 < len(run) {
				return true
			}
		}
	}
	return false
}

// reach bounds the text that is looked at, in bytes: beyond it there is nothing new.
const reach = 8 * most

// split cuts a text into its words, and counts their letters.
func split(text string) ([]word, *tally) {
	text = norm.NFC.String(quiet(strings.ToValidUTF8(text, " ")))
	words, counts := make([]word, 0, len(text)/6+1), &tally{}
	var letters []rune // of all words, one behind the other
	for field := range strings.FieldsFuncSeq(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) && r != '_'
	}) {
		if strings.ContainsFunc(field, func(r rune) bool { return unicode.IsDigit(r) || r == '_' }) && !eastern(field) {
			continue
		}
		if cap(letters)-len(letters) < len(field) {
			letters = make([]rune, 0, max(256, len(field)))
		}
		start := len(words)
		for _, r := range field {
			s := scriptOfRune(r)
			if s == none {
				continue
			}
			if s == mark {
				if len(words) == start {
					continue
				}
				s = words[len(words)-1].script
			}
			counts[s]++
			if len(words) == start || words[len(words)-1].script != s {
				words = append(words, word{script: s, letters: letters[len(letters):]})
			}
			w := &words[len(words)-1]
			r = lower(r)
			if n := len(w.letters); n >= 2 && w.letters[n-1] == r && w.letters[n-2] == r {
				continue // "sooooo"
			}
			letters = append(letters, r)
			w.letters = w.letters[:len(w.letters)+1]
		}
		for i := range words[start:] {
			w := &words[start+i]
			w.text = string(w.letters)
		}
	}
	return words, counts
}

// eastern reports whether a word is of a script without spaces, where digits stand within sentences.
func eastern(word string) bool {
	for _, r := range word {
		switch scriptOfRune(r) {
		case han, hiragana, katakana, thai, hangul, lao, khmer, burmese:
			return true
		}
	}
	return false
}

func lower(r rune) rune {
	switch r {
	case 'İ':
		return 'i'
	case '’', 'ʼ':
		return '\''
	}
	return unicode.ToLower(r)
}
