package message

import (
	"strconv"
	"strings"
	"time"
)

// parseDate reads a Date field. Beside RFC 5322 it takes what senders really
// write: comments, two-digit years, missing or named zones, ctime order,
// ISO 8601, weekdays in any language. ok is false for no date, and for years
// outside 1980 to 2100, which no mail was ever sent in.
func parseDate(s string) (time.Time, bool) {
	s, _ = stripComments(s)
	s = strings.TrimSpace(s)
	if len(s) > 100 {
		s = s[:100]
	}
	for strings.Contains(s, " :") || strings.Contains(s, ": ") { // obs-FWS around the colons of a time
		s = strings.ReplaceAll(strings.ReplaceAll(s, " :", ":"), ": ", ":")
	}
	if s == "" {
		return time.Time{}, false
	}
	for _, layout := range [...]string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, sane(t)
		}
	}
	var d dateParts
	for _, w := range strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '\t' || r == ',' }) {
		d.take(w)
	}
	return d.time()
}

func sane(t time.Time) bool { return t.Year() >= 1980 && t.Year() <= 2100 }

// dateParts gathers the words of a date by their looks, in any order.
type dateParts struct {
	day, month, year  int
	hour, minute, sec int
	haveClock         bool
	haveZone          bool
	offset            int // seconds east
	pm, am            bool
}

func (d *dateParts) take(w string) {
	switch {
	case d.haveClock && (w[0] == '+' || w[0] == '-'):
		d.takeOffset(w)
	case strings.Contains(w, ":"):
		d.takeClock(w)
	case w[0] >= '0' && w[0] <= '9':
		if parts := strings.FieldsFunc(w, func(r rune) bool { return r == '-' || r == '/' || r == '.' }); len(parts) == 3 {
			d.takeJoined(parts)
			return
		}
		n, err := strconv.Atoi(strings.TrimRight(w, ".thsrdn"))
		if err != nil {
			return
		}
		switch {
		case d.day == 0 && n >= 1 && n <= 31 && len(w) <= 4:
			d.day = n
		case d.year == 0:
			d.year = fullYear(n, len(w))
		}
	default:
		d.takeWord(w)
	}
}

func (d *dateParts) takeClock(w string) {
	if d.haveClock {
		return
	}
	zone := ""
	if i := strings.IndexAny(w, "+-"); i > 0 {
		w, zone = w[:i], w[i:]
	}
	parts := strings.Split(w, ":")
	var v [3]int
	for i := range min(3, len(parts)) {
		digits := parts[i]
		for j, r := range digits {
			if r < '0' || r > '9' {
				digits = digits[:j]
				break
			}
		}
		n, err := strconv.Atoi(digits)
		if err != nil {
			if i == 2 || parts[i] == "" { // "09: 55: 06" leaves the rest to the next word
				break
			}
			return
		}
		v[i] = n
	}
	d.hour, d.minute, d.sec, d.haveClock = v[0], v[1], v[2], true
	if zone != "" {
		d.takeOffset(zone)
	}
}

func (d *dateParts) takeOffset(w string) {
	digits := strings.ReplaceAll(w[1:], ":", "")
	n, err := strconv.Atoi(digits)
	if err != nil || d.haveZone {
		return
	}
	if len(digits) <= 2 {
		n *= 100
	}
	d.offset = (n/100*60 + n%100) * 60
	if w[0] == '-' {
		d.offset = -d.offset
	}
	if d.offset < -14*3600 || d.offset > 14*3600 {
		d.offset = 0
	}
	d.haveZone = true
}

// takeJoined reads 2005-06-30, 30-Jun-2005 and 30.06.2005.
func (d *dateParts) takeJoined(p []string) {
	if d.day != 0 {
		return
	}
	a, errA := strconv.Atoi(p[0])
	c, errC := strconv.Atoi(p[2])
	if errA != nil || errC != nil {
		return
	}
	month := monthNumber(p[1])
	if month == 0 {
		month, _ = strconv.Atoi(p[1])
	}
	if len(p[0]) == 4 {
		d.year, d.month, d.day = a, month, c
	} else {
		d.day, d.month, d.year = a, month, fullYear(c, len(p[2]))
	}
}

func (d *dateParts) takeWord(w string) {
	if m := monthNumber(w); m != 0 && d.month == 0 {
		d.month = m
		return
	}
	switch up := strings.ToUpper(strings.Trim(w, ".()")); up {
	case "PM":
		d.pm = true
	case "AM":
		d.am = true
	default:
		name, tail := up, ""
		if i := strings.IndexAny(up, "+-"); i > 0 { // GMT+0800
			name, tail = up[:i], up[i:]
		}
		if hours, ok := zoneHours[name]; ok && d.haveClock && !d.haveZone {
			if tail != "" {
				d.takeOffset(tail)
				return
			}
			d.offset, d.haveZone = int(hours*3600), name != "GMT" && name != "UTC" && name != "UT"
		}
	}
}

// zoneHours are the zones of RFC 5322 section 4.3 and a few more seen in mail.
var zoneHours = map[string]float64{
	"UT": 0, "UTC": 0, "GMT": 0, "Z": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
	"CET": 1, "CEST": 2, "MET": 1, "MEST": 2, "BST": 1, "WEST": 1, "EET": 2, "EEST": 3, "MSK": 3, "JST": 9, "KST": 9, "HKT": 8, "SGT": 8, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13, "IST": 5.5,
}

func (d *dateParts) time() (time.Time, bool) {
	if d.day < 1 || d.day > 31 || d.month < 1 || d.month > 12 || d.year == 0 || d.hour > 24 || d.minute > 59 || d.sec > 60 {
		return time.Time{}, false
	}
	if d.pm && d.hour < 12 {
		d.hour += 12
	}
	if d.am && d.hour == 12 {
		d.hour = 0
	}
	zone := time.UTC
	if d.offset != 0 {
		zone = time.FixedZone("", d.offset)
	}
	t := time.Date(d.year, time.Month(d.month), d.day, d.hour, d.minute, d.sec, 0, zone)
	return t, sane(t)
}

// fullYear reads two- and three-digit years by RFC 5322 section 4.3.
func fullYear(n, digits int) int {
	switch {
	case digits <= 2 && n < 50:
		return n + 2000
	case digits <= 3:
		return n + 1900
	}
	return n
}

func monthNumber(w string) int {
	if len(w) < 3 {
		return 0
	}
	return (strings.Index("jan feb mar apr may jun jul aug sep oct nov dec", strings.ToLower(w[:3])) + 4) / 4
}
