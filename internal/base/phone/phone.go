package phone

import (
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/text/unicode/norm"
)

// longest bounds what is read of a number, its extension and decoration included.
const longest = 60

// Parse returns a telephone number as ITU-T E.164 writes it: +4915123456789. A
// number without a country code is one of the country (ISO 3166-1 alpha-2, "" is
// none known). It reports false for what no numbering plan has.
func Parse(text, country string) (string, bool) {
	text = norm.NFKC.String(strings.TrimSpace(text))
	if len(text) > longest || strings.IndexFunc(text, unicode.IsDigit) < 0 {
		return "", false
	}
	n, err := phonenumbers.Parse(text, strings.ToUpper(country))
	if err != nil || !phonenumbers.IsValidNumber(n) {
		return "", false
	}
	return phonenumbers.Format(n, phonenumbers.E164), true
}

// least is the fewest digits that a number is told by.
const least = 7

// Same reports whether two texts mean one telephone number, if both are written as
// people of a country may. Where a numbering plan knows both it decides; otherwise
// the digits of one must end in those of the other.
func Same(a, b, country string) bool {
	x, okX := Parse(a, country)
	y, okY := Parse(b, country)
	if okX && okY {
		return x == y
	}
	s, t := digits(a), digits(b)
	if len(s) < least || len(t) < least {
		return false
	}
	return strings.HasSuffix(s, t) || strings.HasSuffix(t, s)
}

// digits returns the digits of a number without the zeros of its front, and without
// a trunk zero in brackets, as in +44 (0)20.
func digits(s string) string {
	var b strings.Builder
	for _, r := range norm.NFKC.String(strings.ReplaceAll(s, "(0)", "")) {
		if n, ok := digit(r); ok {
			b.WriteByte('0' + n)
		}
	}
	return strings.TrimLeft(b.String(), "0")
}

// digit is the value of a decimal digit of any script: they stand in tens, from
// nought on.
func digit(r rune) (byte, bool) {
	if !unicode.IsDigit(r) {
		return 0, false
	}
	first := r
	for n := 0; n < 9 && unicode.IsDigit(first-1); n++ {
		first--
	}
	return byte((r - first) % 10), true
}
