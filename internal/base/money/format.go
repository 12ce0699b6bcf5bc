package money

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// format is how a locale writes money, from CLDR.
type format struct {
	pattern, letters string // the second if a letter of the symbol stands next to the number
	decimal, group   string
	minus            string
	least            int // digits before the first group mark, at the least (CLDR minimumGroupingDigits)
	symbols          map[string]string
}

// Locales lists the locales that money is written for.
func Locales() []string { return localeNames }

// Format writes the sum as a reader of the locale (a BCP 47 tag) expects it, as ICU does: symbol, grouping, sign and the
// spaces between. A locale that is not in the tables is written like its language, in the last resort like English; an
// unknown currency by its code with two digits.
func (a Amount) Format(locale string) string {
	f := formatOf(locale)
	digits, ok := Digits(a.Currency)
	if !ok {
		digits = 2
	}
	symbol, ok := f.symbols[a.Currency]
	if !ok {
		symbol = a.Currency
	}
	sign, whole, fraction := a.split(digits)
	pattern := f.pattern
	if touches(pattern, symbol) {
		pattern = f.letters
	}
	pattern, negative, explicit := strings.Cut(pattern, ";")
	prefix := ""
	if sign != "" {
		if explicit {
			pattern = negative
		} else {
			prefix = f.minus
		}
	}
	var b strings.Builder
	b.Grow(48)
	b.WriteString(prefix)
	f.write(&b, pattern, symbol, whole, fraction)
	return b.String()
}

func formatOf(locale string) *format {
	for tag := locale; tag != ""; {
		if f, ok := formats[tag]; ok {
			return f
		}
		if alias, ok := aliases[tag]; ok {
			return formats[alias]
		}
		i := strings.LastIndexByte(tag, '-')
		tag = tag[:max(i, 0)]
	}
	return formats["en"]
}

// aliases are tags in use that neither stand in the tables nor lose a part to one that does.
var aliases = map[string]string{
	"zh": "zh-Hans", "zh-CN": "zh-Hans", "zh-SG": "zh-Hans", "zh-TW": "zh-Hant", "zh-HK": "zh-Hant", "zh-MO": "zh-Hant",
	"no": "nb", "nn": "nb", "pt-PT": "pt", "iw": "he", "in": "id",
}

// touches reports whether the symbol turns a letter to the number, as the pattern "¤#,##0.00" would have it.
func touches(pattern, symbol string) bool {
	var edge rune
	if strings.HasPrefix(strings.TrimLeft(pattern, "\u200e\u200f\u061c"), "¤") {
		edge, _ = utf8.DecodeLastRuneInString(symbol)
	} else {
		edge, _ = utf8.DecodeRuneInString(symbol)
	}
	return unicode.IsLetter(edge)
}

// write fills one half of a CLDR pattern.
func (f *format) write(b *strings.Builder, pattern, symbol, whole, fraction string) {
	start := strings.IndexAny(pattern, "#0")
	end := strings.LastIndexAny(pattern, "#0") + 1
	affix := func(s string) {
		for _, r := range s {
			switch r {
			case '¤':
				b.WriteString(symbol)
			case '-':
				b.WriteString(f.minus)
			default:
				b.WriteRune(r)
			}
		}
	}
	affix(pattern[:start])
	digits, _, _ := strings.Cut(pattern[start:end], ".")
	f.grouped(b, digits, whole)
	if fraction != "" {
		b.WriteString(f.decimal)
		b.WriteString(fraction)
	}
	affix(pattern[end:])
}

// grouped writes whole units; the sizes of the groups are those of the pattern ("#,##,##0": three, then twos).
func (f *format) grouped(b *strings.Builder, digits, whole string) {
	first, second := 3, 3
	if marks := strings.Split(digits, ","); len(marks) > 1 {
		first = len(marks[len(marks)-1])
		second = first
		if len(marks) > 2 {
			second = len(marks[len(marks)-2])
		}
	}
	if len(whole) < first+f.least {
		b.WriteString(whole)
		return
	}
	for i := range len(whole) {
		if left := len(whole) - i; i > 0 && left >= first && (left-first)%second == 0 {
			b.WriteString(f.group)
		}
		b.WriteByte(whole[i])
	}
}
