package intake

import (
	"regexp"
	"strings"
	"time"

	"golang.org/x/text/language"
)

// Country is the code of two letters (ISO 3166-1 alpha-2) for one of three; other texts are their own.
func Country(code string) string {
	if len(code) != 3 {
		return code
	}
	r, err := language.ParseRegion(code)
	if err != nil || !r.IsCountry() {
		return code
	}
	return r.String()
}

var zone = regexp.MustCompile(`(Z|[+-]\d\d:?\d\d|UTC|GMT)$`)

// Zoneless reports whether a text is a date and time without a zone: the time of some place.
func Zoneless(text string) bool {
	text = strings.TrimSpace(text)
	return len(text) > 10 && text[4] == '-' && !zone.MatchString(text)
}

// Clock24 writes a time of day as 15:04:05: "02:05 PM" is 14:05:00. What it cannot read is "".
func Clock24(text string) string {
	for _, l := range []string{"03:04 PM", "3:04 PM", "03:04:05 PM", "15:04", "15:04:05"} {
		if t, err := time.Parse(l, strings.ToUpper(strings.TrimSpace(text))); err == nil {
			return t.Format(time.TimeOnly)
		}
	}
	return ""
}

// With adds words that are known and say no more than themselves.
func (w Words) With(words ...string) Words {
	for _, word := range words {
		w[strings.ToLower(word)] = ""
	}
	return w
}
