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
	script  string
	letters []rune
}

// tally counts the letters of each script.
type tally map[string]int

// top is the script with most letters. A character of China or Japan says as much as two letters elsewhere.
func (t tally) top() string {
	best, most := "", 0
	for _, s := range scripts {
		n := t[s.code]
		if s.code == "Hani" || s.code == "Hira" || s.code == "Kana" || s.code == "Hang" {
			n *= 2
		}
		if n > most {
			best, most = s.code, n
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

func split(text string) ([]word, tally) {
	if len(text) > reach {
		text = text[:reach]
	}
	text = norm.NFC.String(quiet(strings.ToValidUTF8(text, " ")))
	var words []word
	counts := tally{}
	for _, field := range strings.FieldsFunc(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) && r != '_'
	}) {
		if strings.IndexFunc(field, func(r rune) bool { return unicode.IsDigit(r) || r == '_' }) >= 0 && !eastern(field) {
			continue
		}
		start := len(words)
		for _, r := range field {
			s := scriptName(r)
			if s == "" {
				continue
			}
			if s == "mark" {
				if len(words) == start {
					continue
				}
				s = words[len(words)-1].script
			}
			counts[s]++
			if len(words) == start || words[len(words)-1].script != s {
				words = append(words, word{script: s})
			}
			w := &words[len(words)-1]
			r = lower(r)
			if n := len(w.letters); n >= 2 && w.letters[n-1] == r && w.letters[n-2] == r {
				continue // "sooooo"
			}
			w.letters = append(w.letters, r)
		}
	}
	return words, counts
}

// eastern reports whether a word is of a script without spaces, where digits stand within sentences.
func eastern(word string) bool {
	for _, r := range word {
		switch scriptName(r) {
		case "Hani", "Hira", "Kana", "Thai", "Hang", "Laoo", "Khmr", "Mymr":
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
