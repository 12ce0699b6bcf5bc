package reply

import (
	"strings"
	"unicode"
)

// facts is the evidence in an attribution candidate.
type facts struct {
	email     bool // holds a mail address
	year      bool // a year of four digits, Buddhist era included
	dmy       bool // a date in digits: 4.1.2016, 2016-01-04, 1/4/16
	clock     bool // a time of day
	digit     bool
	dateFirst bool // begins with a digit or has one within the first word or two
	dateEarly bool // the date stands right behind the opening word
	sentence  bool // reads like prose

	numbers        int // runs of digits
	words          int
	wordsAfterDate int // words behind the last digit
}

// dated reports whether there is a calendar date.
func (f facts) dated() bool { return f.year || f.dmy || f.clock && f.numbers >= 3 }

// gatherFacts reads low, a lower-case candidate of bounded length.
func gatherFacts(low string) facts {
	var f facts
	f.email = hasAddress(low)
	lastDigit := 0
	runes := []rune(low)
	for i := 0; i < len(runes); i++ {
		if !unicode.IsDigit(runes[i]) {
			continue
		}
		f.numbers++
		if f.numbers == 1 {
			f.dateFirst = i <= 12
			f.dateEarly = i <= 24
		}
		f.readNumber(runes, i)
		for i < len(runes) && unicode.IsDigit(runes[i]) {
			i++
		}
		lastDigit = i
	}
	f.digit = f.numbers > 0
	for _, w := range strings.Fields(low) {
		f.words++
		if doubtful[strings.Trim(w, ",.;:\"'()")] && !strings.Contains(w, "@") {
			f.sentence = true
		}
	}
	if strings.ContainsAny(low, "?!") {
		f.sentence = true
	}
	f.wordsAfterDate = len(strings.Fields(string(runes[min(lastDigit, len(runes)):])))
	return f
}

// readNumber classifies the run of digits that begins at runes[i].
func (f *facts) readNumber(runes []rune, i int) {
	end := i
	for end < len(runes) && unicode.IsDigit(runes[end]) {
		end++
	}
	size := end - i
	if size == 4 {
		if d := digitValue(runes[i])*10 + digitValue(runes[i+1]); d >= 19 && d <= 21 || d == 25 || d == 14 {
			f.year = true
		}
	}
	if size > 4 || end+1 >= len(runes) {
		if size <= 2 && end < len(runes) && (runes[end] == '时' || runes[end] == '時' || runes[end] == '시') {
			f.clock = true
		}
		return
	}
	sep := runes[end]
	next := end + 1
	if sep == '.' && next < len(runes) && runes[next] == ' ' && size <= 2 {
		next++ // "4. 1. 2016"
	}
	nextEnd := next
	for nextEnd < len(runes) && unicode.IsDigit(runes[nextEnd]) {
		nextEnd++
	}
	nextSize := nextEnd - next
	switch {
	case size <= 2 && nextSize == 2 && (sep == ':' || sep == 'h' || sep == '：' || sep == 'u'):
		f.clock = true
	case size <= 2 && (sep == '时' || sep == '時' || sep == '시' || sep == '点' || sep == '點'):
		f.clock = true
	case strings.ContainsRune("./-", sep) && nextSize >= 1 && nextSize <= 2 && nextEnd < len(runes) && runes[nextEnd] == sep:
		f.dmy = true
	case sep == '.' && next == end+1 && size <= 2 && nextSize == 2 && (i < 2 || runes[i-1] != '.' && runes[i-1] != '/'):
		f.clock = true // 13.16, as Finnish, Danish and Italian clients write it
	case size <= 2 && sep == ' ' && (strings.HasPrefix(string(runes[next:min(next+2, len(runes))]), "am") || strings.HasPrefix(string(runes[next:min(next+2, len(runes))]), "pm")):
		f.clock = true
	}
}

// digitValue returns the value of a decimal digit of any script.
func digitValue(r rune) int {
	if r < 0x80 {
		return int(r - '0')
	}
	// Every Unicode block of decimal digits begins at a multiple of ten code
	// points with zero; count back to it.
	v := 0
	for unicode.IsDigit(r-1) && v < 9 {
		r--
		v++
	}
	return v
}

// hasAddress reports whether s holds something like a mail address.
func hasAddress(s string) bool {
	for i := 1; i+1 < len(s); i++ {
		if s[i] == '@' && s[i-1] > ' ' && s[i-1] != '<' && s[i+1] > ' ' && s[i+1] != '>' {
			return true
		}
	}
	return false
}
