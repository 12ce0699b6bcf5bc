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

func split(text string) ([]word, tally) {
	text = norm.NFC.String(noise.ReplaceAllString(strings.ToValidUTF8(text, " "), " "))
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
