package importer

import (
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"godwit.dev/godwit/internal/base/money"
)

var (
	errAmount   = errors.New("not an amount")
	errDecimals = errors.New("too many decimals")
)

// parseAmount reads a sum as people and spreadsheets write it: with a sign or
// code of the currency, with grouping, with comma or point. decimal says which
// of these begins the decimals, 0 lets the text decide: of two different signs
// the last does; a lone comma before exactly three digits groups, unless the
// currency has three decimals; a lone point begins decimals. Zeros beyond the
// currency's digits are harmless, other digits are errDecimals.
func parseAmount(text, currency string, decimal byte) (int64, error) {
	digits, ok := money.Digits(currency)
	if !ok {
		return 0, errAmount
	}
	text, negative, ok := bareNumber(text)
	if !ok {
		return 0, errAmount
	}
	whole, fraction, ok := splitNumber(text, decimal, digits)
	if !ok {
		return 0, errAmount
	}
	if len(fraction) > digits {
		if strings.Trim(fraction[digits:], "0") != "" {
			return 0, errDecimals
		}
		fraction = fraction[:digits]
	}
	if whole == "" {
		whole = "0"
	}
	number := whole
	if fraction != "" {
		number += "." + fraction
	}
	a, err := money.Parse(number, currency)
	if err != nil {
		return 0, errAmount
	}
	if negative {
		return -a.Minor, nil
	}
	return a.Minor, nil
}

// bareNumber strips what surrounds the digits of a number.
func bareNumber(text string) (number string, negative, ok bool) {
	text = strings.TrimSpace(norm.NFKC.String(text))
	if inner, found := strings.CutPrefix(text, "("); found && strings.HasSuffix(inner, ")") { // accountants' minus
		text, negative = strings.TrimSuffix(inner, ")"), true
	}
	var b strings.Builder
	letters := 0
	for _, r := range text {
		switch {
		case r >= '0' && r <= '9' || r == '.' || r == ',':
			b.WriteRune(r)
		case r == '-' || r == '\u2212':
			if b.Len() > 0 || negative {
				return "", false, false
			}
			negative = true
		case r == '+' || unicode.IsSpace(r) || r == '\'' || r == '\u2019' || unicode.Is(unicode.Sc, r):
		case unicode.IsLetter(r): // USD, руб., 元, kr
			if letters++; letters > 5 {
				return "", false, false
			}
		default:
			return "", false, false
		}
	}
	number = strings.TrimRight(b.String(), ".,") // "руб." ends in a point
	return number, negative, strings.ContainsAny(number, "0123456789")
}

// splitNumber cuts a bare number at its decimal sign and takes grouping out.
func splitNumber(text string, decimal byte, digits int) (whole, fraction string, ok bool) {
	comma, point := strings.LastIndexByte(text, ','), strings.LastIndexByte(text, '.')
	at := max(comma, point)
	switch {
	case at < 0:
		return text, "", true
	case decimal != 0:
		at = strings.LastIndexByte(text, decimal)
	case comma >= 0 && point >= 0:
	case strings.Count(text, text[at:at+1]) > 1:
		at = -1
	case text[at] == ',' && len(text)-at-1 == 3 && digits < 3 && at > 0 && at <= 3:
		at = -1
	}
	whole = text
	if at >= 0 {
		whole, fraction = text[:at], text[at+1:]
	}
	if strings.ContainsAny(fraction, ".,") || !grouped(whole) {
		return "", "", false
	}
	return strings.NewReplacer(",", "", ".", "").Replace(whole), fraction, true
}

// grouped reports whether the signs in a whole number are all the same and stand
// where grouping puts them: before the last three digits, and further ahead
// before two (Indian) or three.
func grouped(whole string) bool {
	if !strings.ContainsAny(whole, ".,") {
		return true
	}
	if strings.Contains(whole, ",") && strings.Contains(whole, ".") {
		return false
	}
	groups := strings.FieldsFunc(whole, func(r rune) bool { return r == ',' || r == '.' })
	if strings.Count(whole, ",")+strings.Count(whole, ".") != len(groups)-1 {
		return false
	}
	for i, g := range groups {
		switch last := i == len(groups)-1; {
		case last && len(g) != 3, i == 0 && len(g) > 3, !last && i > 0 && len(g) != 3 && len(g) != 2:
			return false
		}
	}
	return true
}

// parseQuantity reads a whole number; spreadsheets write 2.0 for it.
func parseQuantity(text string) (int64, bool) {
	text = strings.TrimSpace(norm.NFKC.String(text))
	if whole, fraction, cut := strings.Cut(strings.ReplaceAll(text, ",", "."), "."); cut && strings.Trim(fraction, "0") == "" {
		text = whole
	}
	n, err := strconv.ParseInt(text, 10, 32)
	return n, err == nil && n >= 0
}

// layouts of dates with the year in front or a month by name, the zone last.
var layouts = []string{
	time.RFC3339Nano, "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05 MST", "2006-01-02T15:04:05-0700", "2006-01-02 15:04:05-07:00",
	"2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02T15:04", "2006-01-02",
	"2006/1/2 15:04:05", "2006/1/2 15:04", "2006/1/2", "2006.1.2 15:04:05", "2006.1.2",
	"2006年1月2日 15:04:05", "2006年1月2日 15:04", "2006年1月2日",
	"2.1.2006 15:04:05", "2.1.2006 15:04", "2.1.2006, 15:04:05", "2.1.2006, 15:04", "2.1.2006", "2.1.06",
	"2 Jan 2006 15:04:05", "2 Jan 2006 15:04", "2 Jan 2006", "Jan 2, 2006 15:04:05", "Jan 2, 2006 3:04:05 PM", "Jan 2, 2006 3:04 PM", "Jan 2, 2006",
	"January 2, 2006 3:04 pm", "January 2, 2006", time.RFC1123Z, time.RFC1123,
}

// slashed are layouts in which day and month cannot be told apart; %s and %s are
// replaced by them.
var slashed = []string{
	"A/B/2006 15:04:05", "A/B/2006 15:04", "A/B/2006 3:04:05 PM", "A/B/2006 3:04 PM", "A/B/2006", "A/B/06 15:04", "A/B/06",
	"A-B-2006 15:04:05", "A-B-2006 15:04", "A-B-2006",
}

// ParseDate reads a date as people and spreadsheets write it, in UTC. zone is that
// of a date which names none; named says that it named its own.
func ParseDate(text string, zone *time.Location, dayFirst bool) (t time.Time, named, ok bool) {
	if t, ok = parseDate(text, zone, dayFirst); !ok {
		return t, false, false
	}
	west, _ := parseDate(text, time.FixedZone("", -11*3600), dayFirst)
	east, _ := parseDate(text, time.FixedZone("", 11*3600), dayFirst)
	return t, west.Equal(east), true
}

// parseDate reads a date; zone is that of a date which names none. A day above
// twelve shows the order of day and month whatever dayFirst says.
func parseDate(text string, zone *time.Location, dayFirst bool) (time.Time, bool) {
	text = strings.TrimSpace(norm.NFKC.String(text))
	text, utc := strings.CutSuffix(text, " UTC")
	if utc {
		zone = time.UTC
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		switch {
		case len(text) == 10:
			return time.Unix(n, 0).UTC(), true
		case len(text) == 13:
			return time.UnixMilli(n).UTC(), true
		}
		return time.Time{}, false
	}
	for _, l := range layouts {
		if t, err := time.ParseInLocation(l, text, zone); err == nil {
			return t.UTC(), sensible(t)
		}
	}
	orders := [2][2]string{{"1", "2"}, {"2", "1"}}
	if dayFirst {
		orders[0], orders[1] = orders[1], orders[0]
	}
	for _, o := range orders {
		for _, l := range slashed {
			l = strings.Replace(strings.Replace(l, "A", o[0], 1), "B", o[1], 1)
			if t, err := time.ParseInLocation(l, text, zone); err == nil {
				return t.UTC(), sensible(t)
			}
		}
	}
	return time.Time{}, false
}

func sensible(t time.Time) bool { return t.Year() >= 1990 && t.Year() < 2200 }
