package reply

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxHead bounds what the rules look at of one line, in bytes. No client writes a
// longer marker, and it keeps a body of one endless line linear.
const maxHead = 2048

// kind is what a line turned out to be.
type kind uint8

const (
	kindText kind = iota
	kindBlank
	kindQuote       // behind a quote mark, or inside a quoting element
	kindAttribution // names the author of the quote below
	kindHistory     // unmarked history below a header block or separator
	kindSignature
)

// line is one line of a body and the verdict on it.
type line struct {
	raw   string // as received, without the line end
	text  string // head without quote marks, invisible characters and outer space
	kind  kind
	depth int // quote marks in front

	fromDOM bool // an HTML element, not a mark, says what the line is
	weak    bool // quoted by a bare blockquote, which writers also use to indent
	soft    bool // ends in a leftover quoted-printable soft break
}

// splitLines cuts text at its line ends and reads the quote marks.
func splitLines(text string) []line {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	lines := make([]line, 0, strings.Count(text, "\n")+1)
	for raw := range strings.SplitSeq(text, "\n") {
		// A carriage return of its own ends a line on old Macs; trailing ones
		// are the remains of "\r\r\n".
		raw = strings.TrimRight(raw, "\r")
		for part := range strings.SplitSeq(raw, "\r") {
			lines = append(lines, newLine(part))
		}
	}
	markOddQuotes(lines)
	return lines
}

func newLine(raw string) line {
	head := raw
	if len(head) > maxHead {
		head = head[:maxHead]
	}
	l := line{raw: raw}
	l.text, l.depth = stripQuoteMarks(visible(head))
	l.text, l.soft = stripLeftovers(l.text)
	switch {
	case l.depth > 0:
		l.kind = kindQuote
	case l.text == "":
		l.kind = kindBlank
	}
	return l
}

// visible drops the characters that have no width (zero-width space and joiners,
// bidi controls, soft hyphen, byte order mark), turns every kind of space into
// U+0020 and trims.
func visible(s string) string {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c >= utf8.RuneSelf || c < ' ' {
			return strings.TrimSpace(strings.Map(visibleRune, s))
		}
	}
	return strings.TrimSpace(s)
}

func visibleRune(r rune) rune {
	switch {
	case r == '\u00ad' || r == '\ufeff' || r == '\u061c' || r == '\u180e' || r == '\ufffc',
		r >= '\u200b' && r <= '\u200f', r >= '\u202a' && r <= '\u202e', r >= '\u2060' && r <= '\u206f':
		return -1
	case unicode.IsSpace(r), r < ' ':
		return ' '
	}
	return r
}

// stripQuoteMarks reads the marks in front of a line that visible has cleaned:
// ">", its full-width form, or its leftover HTML entity.
func stripQuoteMarks(s string) (rest string, depth int) {
	for {
		var mark string
		switch {
		case strings.HasPrefix(s, ">"):
			mark = ">"
		case strings.HasPrefix(s, "＞"):
			mark = "＞"
		case strings.HasPrefix(s, "&gt;"):
			mark = "&gt;"
		default:
			return s, depth
		}
		// ">:" closes an address that was wrapped in an attribution, or is a face.
		if depth == 0 && strings.HasPrefix(s[len(mark):], ":") {
			return s, 0
		}
		s = strings.TrimLeft(s[len(mark):], " ")
		depth++
	}
}

// stripLeftovers removes what a mail leaves behind whose quoted-printable
// encoding was not undone: "=20" and the soft line break.
func stripLeftovers(s string) (rest string, soft bool) {
	s = strings.TrimSpace(strings.TrimSuffix(s, "=20"))
	if rest, ok := strings.CutSuffix(s, "="); ok && len(s) >= 40 && !strings.HasSuffix(rest, "=") {
		return rest, true
	}
	return s, false
}

// markOddQuotes finds quotes behind marks that mean a quote only when several
// lines in a row carry them: "|", "»", and the author's initials ("C> text").
func markOddQuotes(lines []line) {
	for i := 0; i < len(lines); {
		mark := oddMark(&lines[i])
		if mark == "" {
			i++
			continue
		}
		end := i + 1
		for end < len(lines) && oddMark(&lines[end]) == mark {
			end++
		}
		if end-i >= 2 {
			for j := i; j < end; j++ {
				l := &lines[j]
				l.text = strings.TrimSpace(strings.TrimPrefix(l.text, mark))
				l.depth, l.kind = 1, kindQuote
			}
		}
		i = end
	}
}

func oddMark(l *line) string {
	if l.depth > 0 {
		return ""
	}
	for _, mark := range []string{"|", "»", "›", "❯", "┃", "│"} {
		// A table row has a bar at both ends.
		if strings.HasPrefix(l.text, mark) && (l.text == mark || !strings.HasSuffix(l.text, mark)) && strings.Count(l.text, mark) == 1 {
			return mark
		}
	}
	for i := 0; i < len(l.text) && i <= 3; i++ {
		switch c := l.text[i]; {
		case c == '>' && i > 0:
			return l.text[:i+1]
		case c < 'A' || c > 'Z':
			return ""
		}
	}
	return ""
}

// isRule reports whether s is nothing but a drawn line ("-----", "____", "***").
func isRule(s string) bool {
	if s == "" {
		return false
	}
	for _, r := range s {
		if !strings.ContainsRune("-_,=+~#*ᐧ—–―─━ ", r) {
			return false
		}
	}
	return true
}

// isWord reports whether r belongs to a word of a script that separates words.
func isWord(r rune) bool {
	return unicode.IsLetter(r) && !unbroken(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}

// unbroken reports whether r is of a script written without spaces, or one (as
// Korean) that glues particles to the word before.
func unbroken(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Hangul)
}
