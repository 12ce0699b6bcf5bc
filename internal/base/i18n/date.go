package i18n

import (
	"strconv"
	"strings"
	"time"
)

// Style is how much of a date is written.
type Style int8

// The styles, here of one day in English. All but Brief are CLDR's, on the Gregorian calendar in every language.
const (
	Brief  Style = iota - 1 // Nov 22
	Short                   // 11/22/26
	Medium                  // Nov 22, 2026
	Long                    // November 22, 2026
	Full                    // Sunday, November 22, 2026
)

// Date writes the day of a moment in a zone; a nil zone is UTC.
func (p *Printer) Date(t time.Time, zone *time.Location, style Style) string {
	return p.locale.format(in(t, zone), p.locale.date(style))
}

// Time writes the hour and minute of a moment in a zone; a nil zone is UTC.
func (p *Printer) Time(t time.Time, zone *time.Location) string {
	return p.locale.format(in(t, zone), p.locale.times[0])
}

// DateTime writes the day in a style, and the hour and minute.
func (p *Printer) DateTime(t time.Time, zone *time.Location, style Style) string {
	t = in(t, zone)
	pattern := p.locale.joined[min(max(style, Short), Full)]
	if style == Brief {
		pattern = p.locale.joined[Medium]
	}
	var b strings.Builder
	b.Grow(64)
	for literal(&b, &pattern, "{") {
		switch {
		case strings.HasPrefix(pattern, "{0}"):
			b.WriteString(p.locale.format(t, p.locale.times[0]))
		case strings.HasPrefix(pattern, "{1}"):
			b.WriteString(p.locale.format(t, p.locale.date(style)))
		}
		pattern = pattern[3:]
	}
	return b.String()
}

// Relative writes when a moment is, seen from now: "5 min ago", "in 2 hr", "now" within the minute. Spans are cut, not
// rounded; beyond 30 days they are counted in months of 30 days and beyond a year in years of 365.
func (p *Printer) Relative(t, now time.Time) string {
	d := t.Sub(now)
	units := &p.locale.future
	if d < 0 {
		d, units = -d, &p.locale.past
	}
	const day = 24 * time.Hour
	sizes := [...]time.Duration{time.Minute, time.Hour, day, 30 * day, 365 * day}
	if d < time.Minute {
		return p.locale.now
	}
	i := len(sizes) - 1
	for d < sizes[i] {
		i--
	}
	n := int64(d / sizes[i])
	return fill1(units[i].of(PluralForm(p.lang, n)), p.Number(n))
}

// Day writes the day of a moment as people say it beside now: "today", "yesterday", "tomorrow", within the year without
// the year, and otherwise in full.
func (p *Printer) Day(t, now time.Time, zone *time.Location) string {
	t, now = in(t, zone), in(now, zone)
	switch days(t) - days(now) {
	case -1:
		return p.locale.yesterday
	case 0:
		return p.locale.today
	case 1:
		return p.locale.tomorrow
	}
	if t.Year() == now.Year() {
		return p.locale.format(t, p.locale.brief)
	}
	return p.locale.format(t, p.locale.dates[Medium])
}

// Weekday writes the name of a day of the week.
func (p *Printer) Weekday(d time.Weekday) string { return p.locale.days[d] }

// days numbers the calendar days.
func days(t time.Time) int64 {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400
}

func in(t time.Time, zone *time.Location) time.Time {
	if zone == nil {
		zone = time.UTC
	}
	return t.In(zone)
}

func (l *locale) date(style Style) string {
	if style <= Brief {
		return l.brief
	}
	return l.dates[min(style, Full)]
}

// format writes a time by a pattern of CLDR (UTS #35, Date Format Patterns), of which it knows what the tables use.
func (l *locale) format(t time.Time, pattern string) string {
	var b strings.Builder
	b.Grow(48)
	for literal(&b, &pattern, "GyMLdEcaBhHms") {
		letter := pattern[0]
		n := 1
		for n < len(pattern) && pattern[n] == letter {
			n++
		}
		pattern = pattern[n:]
		l.field(&b, t, letter, n)
	}
	return b.String()
}

// literal moves the text of a pattern before the next of the letters to b; it returns false at the end of the pattern.
// Text in quotes is literal, two quotes are one.
func literal(b *strings.Builder, pattern *string, letters string) bool {
	s := *pattern
	quoted := false
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\'' && strings.HasPrefix(s[i:], "''"):
			b.WriteByte('\'')
			i++
		case s[i] == '\'':
			quoted = !quoted
		case !quoted && strings.IndexByte(letters, s[i]) >= 0:
			*pattern = s[i:]
			return true
		default:
			b.WriteByte(s[i])
		}
	}
	return false
}

func (l *locale) field(b *strings.Builder, t time.Time, letter byte, n int) {
	switch letter {
	case 'G':
		b.WriteString(l.era)
	case 'y':
		if n == 2 {
			number(b, t.Year()%100, 2)
		} else {
			number(b, t.Year(), n)
		}
	case 'M', 'L':
		switch n {
		case 3:
			b.WriteString(l.monthsShort[t.Month()-1])
		case 4:
			b.WriteString(l.months[t.Month()-1])
		default:
			number(b, int(t.Month()), n)
		}
	case 'd':
		number(b, t.Day(), n)
	case 'E', 'c':
		if n == 4 {
			b.WriteString(l.days[t.Weekday()])
		} else {
			b.WriteString(l.daysShort[t.Weekday()])
		}
	case 'a':
		if t.Hour() < 12 {
			b.WriteString(l.am)
		} else {
			b.WriteString(l.pm)
		}
	case 'B':
		b.WriteString(l.part(t.Hour()))
	case 'h':
		number(b, (t.Hour()+11)%12+1, n)
	case 'H':
		number(b, t.Hour(), n)
	case 'm':
		number(b, t.Minute(), n)
	case 's':
		number(b, t.Second(), n)
	}
}

func (l *locale) part(hour int) string {
	name := ""
	for _, p := range l.parts {
		if p.from <= hour {
			name = p.name
		}
	}
	return name
}

func number(b *strings.Builder, n, width int) {
	s := strconv.Itoa(n)
	for range width - len(s) {
		b.WriteByte('0')
	}
	b.WriteString(s)
}
