package carrier

import (
	"slices"
	"strings"
	"unicode"

	"godwit.dev/godwit/internal/base/iban"
	"godwit.dev/godwit/internal/base/redact"
)

// judge decides whether a span is told as a tracking number, and ranks its candidates by what stands around it.
func (f *finder) judge(s span) (Found, bool) {
	list := recognise(s.number, s.groups)
	if len(list) == 0 || f.never(s) {
		return Found{}, false
	}
	sure := certain(list)
	if (s.lower || s.lined) && !sure {
		return Found{}, false
	}
	n := Found{Number: s.number, Start: s.start, End: s.end, Carriers: list}
	r := f.runAt(s.start, s.end)
	switch r.kind {
	case mail:
		return Found{}, false
	case link:
		if !f.delimited(s, r) {
			return Found{}, false
		}
		ours := slices.ContainsFunc(list, func(c Candidate) bool { return slices.Contains(r.carriers, c.Carrier) })
		if !ours && !r.tracks && !distinct(list) || ours && !r.tracks && f.otherwise(s) && !sure {
			return Found{}, false
		}
		f.raise(list, s, r.tracks, r.carriers)
		return n, true
	}
	names := f.named(s)
	said, strong := f.said(s)
	ok := false
	switch {
	case said == announces:
		ok = !f.amount(s) && !shop(s) && (strong || !f.otherwise(s)) || sure
		f.told = max(f.told, s.end)
	case distinct(list):
		ok = said != other || sure || list[0].Confidence >= 0.9
	case said == other || f.otherwise(s) || f.amount(s):
	case slices.ContainsFunc(list, func(c Candidate) bool { return c.Valid && slices.Contains(names, c.Carrier) }):
		ok = true
	case said == parcel:
		ok = slices.ContainsFunc(list, func(c Candidate) bool { return c.Valid && c.Checked }) && !telephone(s)
	}
	if !ok {
		return Found{}, false
	}
	f.raise(list, s, said == announces, names)
	return n, true
}

// certain reports whether a candidate's shape is its own and its check digit agrees.
func certain(list []Candidate) bool {
	return slices.ContainsFunc(list, func(c Candidate) bool { return c.strength == own && c.Valid && c.Checked })
}

// distinct reports whether a candidate's shape is its own and nothing speaks against it.
func distinct(list []Candidate) bool {
	return slices.ContainsFunc(list, func(c Candidate) bool { return c.strength == own && c.Valid })
}

// raise moves the confidence of candidates by what stands around the number.
func (f *finder) raise(list []Candidate, s span, announced bool, carriers []Key) {
	near := func(c *Candidate, rest float64) { c.Confidence = 1 - (1-c.Confidence)*rest }
	for i := range list {
		c := &list[i]
		if announced && c.Valid {
			near(c, 0.75)
		}
		switch {
		case slices.Contains(carriers, c.Carrier) && c.Valid:
			near(c, 0.25)
		case slices.Contains(carriers, c.Carrier):
			near(c, 0.7)
		case len(carriers) > 0 && c.Carrier != International:
			c.Confidence *= 0.6
		}
		if slices.Contains(f.hints.Carriers, c.Carrier) && c.Valid {
			near(c, 0.4)
		}
		if f.hints.Country != "" && c.strength != own && c.Valid && built().country(c.Format) == f.hints.Country {
			near(c, 0.35)
		}
	}
	rank(list)
}

func (d *data) country(format string) string {
	for i := range d.formats {
		if d.formats[i].ID == format {
			return d.formats[i].Country
		}
	}
	return ""
}

// dictionary returns the words of the text, found when first asked for.
func (f *finder) dictionary() []hit {
	if !f.read {
		f.hits, f.read = built().words.in(f.t), true
	}
	return f.hits
}

// said returns what the words around a span say it is, name if they say nothing, and whether a word says so that means
// nothing else.
func (f *finder) said(s span) (out kind, strong bool) {
	out = name
	late := false // a word for another number stands nearer
	before(f.dictionary(), s.start, func(h hit) bool {
		gap := s.start - h.end
		switch {
		case gap > reachBefore:
			return false
		case h.kind == announces && (!late || h.strong && !f.digitsIn(h.end, s.start)):
			out, strong = announces, h.strong
			return false
		case h.kind == other && !late:
			out, late = other, true
			return f.lettersIn(h.end, s.start)
		case h.kind == parcel && out == name && gap <= reachParcel && !f.ends(h.end, s.start):
			out = parcel
		}
		return true
	})
	if out == other || out == announces {
		return out, strong
	}
	if f.told > 0 && s.start >= f.told && s.start-f.told <= 8 {
		return announces, false // the next of a list
	}
	after(f.dictionary(), s.end, func(h hit) bool {
		switch {
		case h.start-s.end > reachAfter || f.digitsIn(s.end, h.start):
			return false
		case h.kind == other:
			return false
		case h.kind == announces && !f.takesNext(h):
			out, strong = announces, h.strong
			return false
		}
		return true
	})
	return out, strong
}

// takesNext reports whether a word speaks of a number behind it: one follows before another word takes it.
func (f *finder) takesNext(h hit) bool {
	to := min(len(f.t), h.end+reachAfter)
	after(f.dictionary(), h.end, func(next hit) bool {
		if next.kind == other {
			to = min(to, next.start)
		}
		return next.start < to
	})
	return f.digitsIn(h.end, to)
}

// lettersIn reports whether a word stands in a stretch.
func (f *finder) lettersIn(from, to int) bool {
	return slices.ContainsFunc(f.t[from:to], func(c char) bool { return unicode.IsLetter(c.r) })
}

// ends reports whether a sentence ends or another number stands in a stretch.
func (f *finder) ends(from, to int) bool {
	for i := from; i < to; i++ {
		switch f.t[i].r {
		case '!', '?', '。', '！', '？', '\n':
			return true
		case '.':
			if i+1 < to && f.t[i+1].r == ' ' {
				return true
			}
		}
	}
	return f.digitsIn(from, to)
}

// digitsIn reports whether four digits or more stand in a stretch: another number, that is.
func (f *finder) digitsIn(from, to int) bool {
	n := 0
	for _, c := range f.t[min(from, to):to] {
		if c.alnum != 0 && c.alnum <= '9' {
			if n++; n >= minDigits {
				return true
			}
		}
	}
	return false
}

// named returns the carriers that are named around a span, or linked near it.
func (f *finder) named(s span) []Key {
	var out []Key
	take := func(k Key) {
		if !slices.Contains(out, k) {
			out = append(out, k)
		}
	}
	carriers := built().carriers
	before(f.dictionary(), s.start, func(h hit) bool {
		if s.start-h.end > reachName {
			return false
		}
		if h.kind == name {
			take(carriers[h.carrier].Key)
		}
		return true
	})
	after(f.dictionary(), s.end, func(h hit) bool {
		if h.start-s.end > reachName {
			return false
		}
		if h.kind == name {
			take(carriers[h.carrier].Key)
		}
		return true
	})
	if n := len(f.links); n > 0 && s.start-f.links[n-1].end <= reachLink {
		for _, k := range f.links[n-1].carriers {
			take(k)
		}
	}
	return out
}

// never reports what a span is instead, whatever is said of it: an international telephone number, a bank account, a card.
func (f *finder) never(s span) bool {
	if s.start > 0 {
		switch f.t[s.start-1].r {
		case '+', '_', '@':
			return true
		}
	}
	if s.end < len(f.t) && (f.t[s.end].r == '_' || f.t[s.end].r == '@') {
		return true
	}
	if iban.Valid(s.number) {
		return true
	}
	if s.digits < len(s.number) || len(s.number) < 13 || len(s.number) > 19 || !luhn(s.number) {
		return false
	}
	_, spans := redact.Cards(f.slice(s))
	return len(spans) > 0
}

// slice is a span as it was written.
func (f *finder) slice(s span) string {
	var b strings.Builder
	for _, c := range f.t[s.start:s.end] {
		if c.r != 0 {
			b.WriteRune(c.r)
		}
	}
	return b.String()
}

// otherwise reports whether digits have the shape of something else: an article, an order, a moment.
func (f *finder) otherwise(s span) bool {
	if s.digits < len(s.number) {
		return false
	}
	switch n := s.number; len(n) {
	case 13:
		if gs1(n) {
			return true // EAN-13, ISBN (GS1 General Specifications, 2.1)
		}
	case 12:
		if s.words == 1 && len(s.groups) <= 1 && n[0] == '0' && gs1(n) {
			return true // UPC-A of general distribution
		}
	case 14:
		if moment(n) {
			return true
		}
	}
	return shop(s)
}

// shop reports whether groups are those of orders on the large marketplaces (3-7-7, 2-5-5).
func shop(s span) bool {
	return slices.Equal(s.groups, []int{3, 7, 7}) || slices.Equal(s.groups, []int{2, 5, 5})
}

// moment reports whether 14 digits are a date and a time: 20240131235959.
func moment(n string) bool {
	two := func(i int) int { return int(n[i]-'0')*10 + int(n[i+1]-'0') }
	return (n[:2] == "19" || n[:2] == "20") && two(4) >= 1 && two(4) <= 12 && two(6) >= 1 && two(6) <= 31 && two(8) < 24 && two(10) < 60 && two(12) < 60
}

// amount reports whether digits are part of a sum, a fraction or a moment.
func (f *finder) amount(s span) bool {
	if s.digits < len(s.number) {
		return false
	}
	at := func(i int) rune {
		if i < 0 || i >= len(f.t) {
			return 0
		}
		return f.t[i].r
	}
	digit := func(r rune) bool { return r >= '0' && r <= '9' }
	for i := s.start - 1; i >= 0 && i >= s.start-2; i-- {
		if unicode.Is(unicode.Sc, at(i)) {
			return true
		}
	}
	switch at(s.start - 1) {
	case '.', ',', '/', ':', '\'':
		if digit(at(s.start - 2)) {
			return true
		}
	}
	switch at(s.end) {
	case '.', ',', '/', ':', '\'':
		if digit(at(s.end + 1)) {
			return true
		}
	}
	return at(s.end) == '%' || unicode.Is(unicode.Sc, at(s.end)) || unicode.Is(unicode.Sc, at(s.end+1)) && at(s.end) == ' '
}

// telephone reports whether digits are grouped as telephone numbers are.
func telephone(s span) bool {
	if s.digits < len(s.number) || len(s.groups) < 2 && s.words < 2 || len(s.number) > 15 {
		return false
	}
	if len(s.groups) > 0 && !slices.ContainsFunc(s.groups, func(n int) bool { return n > 1 }) {
		return false // digit by digit
	}
	n := s.number
	if len(s.groups) > 0 && slices.Max(s.groups) <= 2 {
		return true // pairs, or a list of small numbers
	}
	return n[0] == '0' && (len(n) <= 12 || n[1] == '0' && n[2] != '0') || slices.Equal(s.groups, []int{3, 3, 4}) ||
		slices.Equal(s.groups, []int{1, 3, 3, 4}) || slices.Equal(s.groups, []int{3, 4, 4}) || (n[0] == '7' || n[0] == '8') && slices.Equal(s.groups, []int{1, 3, 3, 2, 2})
}
