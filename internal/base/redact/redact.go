package redact

import (
	"strings"
	"unicode/utf8"
)

// A Span is a removed stretch of the input in Unicode code points, half open. A byte that is not UTF-8 counts as one.
type Span struct {
	Start int `json:"start"`
	End   int `json:"end"`
}

const (
	mask     = "•••• " // before the last four digits, which the card rules allow to keep (PCI DSS requirement 3.4)
	maskCode = "•••"
)

// Cards replaces each card number in s by "•••• " and its last four digits in ASCII, and each verification code that
// follows one by "•••". It returns the new text and where in s the replaced stretches were, in order. All other text
// stays as it is; Cards of its own result finds nothing.
func Cards(s string) (string, []Span) {
	if nextDigit(s, 0) == len(s) {
		return s, nil
	}
	var (
		out   strings.Builder
		spans []Span
		done  int // bytes of s already written
		runes int // code points before done
	)
	scan(s, false, func(m match) {
		out.WriteString(s[done:m.start])
		from := runes + utf8.RuneCountInString(s[done:m.start])
		runes = from + utf8.RuneCountInString(s[m.start:m.end])
		done = m.end
		spans = append(spans, Span{Start: from, End: runes})
		if m.code {
			out.WriteString(maskCode)
			return
		}
		out.WriteString(mask)
		last := lastFour(s[m.start:m.end])
		out.Write(last[:])
	})
	if spans == nil {
		return s, nil
	}
	out.WriteString(s[done:])
	return out.String(), spans
}

func lastFour(number string) [4]byte {
	var last [4]byte
	for i := 0; i < len(number); {
		v, size := digitAt(number, i)
		if size == 0 {
			_, size = utf8.DecodeRuneInString(number[i:])
		} else {
			last = [4]byte{last[1], last[2], last[3], '0' + v}
		}
		i += size
	}
	return last
}
