package i18n

import (
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Number writes a whole number with the language's grouping.
func (p *Printer) Number(n int64) string {
	s := strconv.FormatInt(n, 10)
	if n > -1000 && n < 1000 {
		if n >= 0 {
			return s
		}
		return p.locale.minus + s[1:]
	}
	return p.locale.digits(s)
}

// Decimal writes a number rounded to a fixed count of decimals. It writes what is not a number as "–".
func (p *Printer) Decimal(x float64, decimals int) string {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return "–"
	}
	return p.locale.digits(strconv.FormatFloat(x, 'f', decimals, 64))
}

// Percent writes a ratio (0.25 is 25 %) with a fixed count of decimals.
func (p *Printer) Percent(ratio float64, decimals int) string {
	if math.IsNaN(ratio) || math.IsInf(ratio, 0) {
		return "–"
	}
	s := strconv.FormatFloat(ratio*100, 'f', decimals, 64)
	bare, negative := strings.CutPrefix(s, "-")
	pattern := strings.Replace(p.locale.percent, "#,##0", p.locale.digits(bare), 1)
	pattern = strings.Replace(pattern, "%", p.locale.percentSign, 1)
	if negative {
		return p.locale.minus + pattern
	}
	return pattern
}

// digits writes a decimal number that strconv made.
func (l *locale) digits(s string) string {
	var b strings.Builder
	b.Grow(len(s) + 12)
	if bare, ok := strings.CutPrefix(s, "-"); ok {
		b.WriteString(l.minus)
		s = bare
	}
	whole, fraction, _ := strings.Cut(s, ".")
	for i := range len(whole) {
		if left := len(whole) - i; i > 0 && left%3 == 0 && len(whole) >= 3+l.least {
			b.WriteString(l.group)
		}
		b.WriteByte(whole[i])
	}
	if fraction != "" {
		b.WriteString(l.decimal)
		b.WriteString(fraction)
	}
	return b.String()
}

// Bytes writes a size in units of a thousand, with one decimal below ten ("1.5 MB", "820 kB").
func (p *Printer) Bytes(n int64) string {
	const bytes = 4 // the place of the first size in locale.units
	x, unit := float64(n), bytes
	for math.Abs(x) >= 999.5 && unit < len(p.locale.units)-1 {
		x, unit = x/1000, unit+1
	}
	if math.Abs(x) < 10 {
		x = math.Round(x*10) / 10
	}
	if unit == bytes || math.Abs(x) >= 10 || x == math.Trunc(x) {
		return fill1(p.locale.units[unit].of(PluralForm(p.lang, int64(math.Round(x)))), p.Number(int64(math.Round(x))))
	}
	return fill1(p.locale.units[unit].of(Other), p.Decimal(x, 1))
}

// Duration writes a span of time in its two largest units ("2 d 4 hr", "5 min"), cut, not rounded; below a minute in
// seconds. A negative span is written like its opposite.
func (p *Printer) Duration(d time.Duration) string {
	sizes := [...]time.Duration{24 * time.Hour, time.Hour, time.Minute, time.Second}
	if d == math.MinInt64 {
		d++
	}
	d = d.Abs()
	for i, size := range sizes {
		if d < size && i < len(sizes)-1 {
			continue
		}
		out := p.unit(i, int64(d/size))
		if i+1 < len(sizes)-1 {
			if rest := d % size / sizes[i+1]; rest > 0 {
				out = fill2(p.locale.span, out, p.unit(i+1, int64(rest)))
			}
		}
		return out
	}
	return ""
}

func (p *Printer) unit(i int, n int64) string {
	return fill1(p.locale.units[i].of(PluralForm(p.lang, n)), p.Number(n))
}

// List joins items as a sentence does: "A, B and C".
func (p *Printer) List(items []string) string {
	l := p.locale.list
	switch len(items) {
	case 0:
		return ""
	case 1:
		return items[0]
	case 2:
		return fill2(p.and(l.pair, items[1]), items[0], items[1])
	}
	last := len(items) - 1
	out := fill2(p.and(l.end, items[last]), items[last-1], items[last])
	for i := last - 2; i > 0; i-- {
		out = fill2(l.middle, items[i], out)
	}
	return fill2(l.start, items[0], out)
}

// and bends the conjunction of a list to the item after it: Spanish "y" is "e" before the sound i, Hebrew "ו" takes a
// hyphen before foreign letters.
func (p *Printer) and(pattern, next string) string {
	next = strings.ToLower(next)
	switch p.lang {
	case "es":
		if strings.HasPrefix(next, "i") || strings.HasPrefix(next, "hi") && !strings.HasPrefix(next, "hia") && !strings.HasPrefix(next, "hie") {
			return strings.Replace(pattern, " y ", " e ", 1)
		}
	case "he":
		if r, _ := utf8.DecodeRuneInString(next); !unicode.Is(unicode.Hebrew, r) {
			return strings.Replace(pattern, "ו{1}", "ו-{1}", 1)
		}
	}
	return pattern
}

func fill1(pattern, value string) string {
	before, after, found := strings.Cut(pattern, "{0}")
	if !found {
		return pattern // "yesterday" and the dual of Arabic need no number
	}
	return before + value + after
}

// fill2 fills {0} and {1}, which may come in either order, without looking into what it has filled in.
func fill2(pattern, zero, one string) string {
	var b strings.Builder
	b.Grow(len(pattern) + len(zero) + len(one))
	for i := 0; i < len(pattern); i++ {
		switch {
		case strings.HasPrefix(pattern[i:], "{0}"):
			b.WriteString(zero)
			i += 2
		case strings.HasPrefix(pattern[i:], "{1}"):
			b.WriteString(one)
			i += 2
		default:
			b.WriteByte(pattern[i])
		}
	}
	return b.String()
}
