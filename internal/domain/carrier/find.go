package carrier

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
)

// minDigits is how many digits a number has at least; shapes with fewer are letters that mean something else.
const minDigits = 4

// How far, in code points, a word may stand from a number that it speaks of.
const (
	reachBefore = 48
	reachAfter  = 30
	reachParcel = 25
	reachName   = 60
	reachLink   = 300
)

// maxWords bounds the words of a number written in groups; one written digit by digit is seen where it stands alone.
// maxCluster bounds the words looked at together.
const (
	maxWords   = 12
	maxCluster = 64
)

// Found is a tracking number in a text.
type Found struct {
	Number     string // normalised
	Start, End int    // in code points of the text, half open
	Carriers   []Candidate
}

// Hints are what is known beside a text.
type Hints struct {
	Carriers []Key  // whose parcels the writer is waiting for
	Country  string // where to, ISO 3166-1 alpha-2
}

// Find returns the tracking numbers in a text that people wrote, in order, without overlaps. The rule is in the package
// comment. Payment cards should have been taken out before; one left in is not told.
func Find(s string, hints Hints) []Found {
	if !hasNumber(s) {
		return nil
	}
	f := finder{source: s, t: fold(s), hints: hints}
	f.tokens = f.t.tokens()
	if found, ok := f.bare(); ok {
		return found
	}
	f.clusters(f.cluster)
	return f.found
}

// finder is one call of Find.
type finder struct {
	source string
	t      text
	tokens []token
	hints  Hints
	found  []Found

	run   run   // around the token last asked for
	links []run // to carriers, so far
	hits  []hit // of the dictionary, once asked for
	read  bool
	told  int // end of the last number that a word announced
}

// part is a word of a number: tokens that dashes hold together.
type part struct {
	first, last int // tokens
	value       []byte
	groups      []int
	digits      int
	lower       bool
	lined       bool // begins a line, in the same cluster
}

func (p part) plain() bool   { return p.digits == 0 }
func (p part) numeric() bool { return p.digits == len(p.value) }

// between tells how two tokens stand to each other.
type between uint8

const (
	apart between = iota
	dashed
	spaced
	lined
)

func (f *finder) between(a, b token) between {
	spaces, lines, dashes, others := 0, 0, 0, 0
	for i := a.end; i < b.start; i++ {
		switch f.t[i].r {
		case 0:
		case ' ':
			spaces++
		case '\n':
			lines++
		case '-':
			dashes++
		case '>':
			others++ // a quoted line
		default:
			return apart
		}
		if spaces > 4 || lines > 1 || dashes > 1 || others > 1 {
			return apart
		}
	}
	switch {
	case dashes == 1 && spaces+lines+others == 0:
		return dashed
	case dashes > 0 && spaces == 2 && lines+others == 0:
		return spaced
	case dashes > 0 || others > lines:
		return apart
	case lines == 1:
		return lined
	case spaces > 0 && spaces <= 3:
		return spaced
	}
	return apart
}

// clusters calls fn for each run of words that could be one number or several.
func (f *finder) clusters(fn func([]part)) {
	var list []part
	flush := func() {
		from := 0
		for i := range list {
			// A long run is cut at words that are no part of a number.
			if len(list) > maxWords && list[i].plain() && (list[i].lower || label(string(list[i].value))) {
				if from < i {
					fn(list[from:i])
				}
				from = i + 1
			}
		}
		if from < len(list) {
			fn(list[from:])
		}
		list = list[:0]
	}
	for i, k := range f.tokens {
		gap := apart
		if i > 0 {
			gap = f.between(f.tokens[i-1], k)
		}
		if k.plain() && (len(k.value) > 4 || k.lower && len(k.value) > 2) {
			flush()
			continue
		}
		if n := len(list); gap == apart || n == maxCluster || n > 0 && list[n-1].last != i-1 {
			flush()
		}
		one := part{first: i, last: i, value: k.value, groups: []int{len(k.value)}, digits: k.digits, lower: k.lower && k.plain(), lined: gap == lined}
		if n := len(list); gap == dashed && n > 0 && !k.plain() && !f.tokens[i-1].plain() {
			p := &list[n-1]
			p.last, p.digits = i, p.digits+k.digits
			if len(p.value) <= maxNumber {
				p.value = append(p.value[:len(p.value):len(p.value)], k.value...)
				p.groups = append(p.groups, len(k.value))
			}
			continue
		}
		list = append(list, one)
	}
	flush()
}

// span is some words of a cluster taken as one number.
type span struct {
	start, end int // in code points
	number     string
	groups     []int
	words      int
	digits     int
	lined      bool
	lower      bool
}

// cluster looks for numbers in a run of words: every way to take neighbours together, of which the best are kept; in a long
// run, each word alone and all of them.
func (f *finder) cluster(list []part) {
	var found []Found
	var buf [maxNumber + 1]byte
	for i := range list {
		value, groups, digits, isLined, lower := buf[:0], []int(nil), 0, false, false
		for j := i; j < len(list) && (len(list) <= maxWords || j == i || i == 0); j++ {
			p := list[j]
			if j > i && p.lined {
				if isLined {
					break
				}
				isLined = true
			}
			if len(value)+len(p.value) > maxNumber {
				break
			}
			value, digits, lower = append(value, p.value...), digits+p.digits, lower || p.lower
			if j == i {
				groups = p.groups
			}
			if digits < minDigits || j > i && len(list) > maxWords && j+1 < len(list) || !f.whole(list, i, j) || !fitsAny(string(value)) {
				continue
			}
			s := span{start: f.tokens[list[i].first].start, end: f.tokens[p.last].end, number: string(value), words: j - i + 1, digits: digits, lined: isLined, lower: lower}
			if j == i {
				s.groups = groups
			}
			if n, ok := f.judge(s); ok {
				found = append(found, n)
			}
		}
	}
	f.keep(found)
}

// whole reports whether the words i to j could be all of a number: no digits before or behind them that were torn off, and
// no word in front that is only a label.
func (f *finder) whole(list []part, i, j int) bool {
	if list[j].plain() && (j == i || len(list[j].value) > 3) {
		return false
	}
	if i == j {
		return true
	}
	if list[i].plain() && (label(string(list[i].value)) || len(list[i].value) == 2 && strings.Contains("MY IS IN CN", string(list[i].value))) {
		return false
	}
	if i > 0 && list[i-1].numeric() && list[i].numeric() && !list[i].lined {
		return false
	}
	return j+1 == len(list) || !list[j+1].numeric() || !list[j].numeric() || list[j+1].lined
}

// label reports whether letters in front of a number are the name of what follows, and no part of it.
func label(letters string) bool {
	switch letters {
	case "ID", "NO", "NR", "NUM", "REF", "TEL", "FAX", "VAT", "EAN", "SKU", "UPC", "ISBN", "IBAN", "BIC", "AWB", "TRK", "INV", "ORD", "RMA", "PO", "SO", "TTN", "LDV":
		return true
	}
	return named(letters)
}

// named reports whether letters are what a carrier is called.
func named(letters string) bool {
	lower := make([]byte, len(letters))
	for i := range len(letters) {
		lower[i] = letters[i] | 0x20
	}
	for _, c := range built().carriers {
		if slices.Contains(c.names, string(lower)) {
			return true
		}
	}
	return false
}

// keep takes over the best of numbers that may overlap, in their order.
func (f *finder) keep(list []Found) {
	if len(list) > 1 {
		slices.SortStableFunc(list, func(a, b Found) int {
			return cmp.Or(cmp.Compare(b.Carriers[0].standing(), a.Carriers[0].standing()), cmp.Compare(b.End-b.Start, a.End-a.Start), cmp.Compare(b.Confidence(), a.Confidence()))
		})
		kept := list[:0]
		for _, n := range list {
			if !slices.ContainsFunc(kept, func(k Found) bool { return n.Start < k.End && k.Start < n.End }) {
				kept = append(kept, n)
			}
		}
		list = kept
		slices.SortFunc(list, func(a, b Found) int { return a.Start - b.Start })
	}
	f.found = append(f.found, list...)
}

// standing orders what a candidate rests on: a check digit in a shape of its own, such a shape, a check digit, a shape.
func (c Candidate) standing() int {
	switch {
	case !c.Valid:
		return 0
	case c.strength == own && c.Checked:
		return 4
	case c.strength == own:
		return 3
	case c.Checked:
		return 2
	}
	return 1
}

// Confidence is that of the best candidate.
func (n Found) Confidence() float64 { return n.Carriers[0].Confidence }

// bare reads a text that is nothing but numbers, one or several; ok is false if it is not.
func (f *finder) bare() (found []Found, ok bool) {
	from := 0
	var lines [][2]int
	for i := 0; i <= len(f.t); i++ {
		if i < len(f.t) {
			switch f.t[i].r {
			case '\n', ',', ';', '，', '、', '；', '،':
			default:
				if unicode.IsLetter(f.t[i].r) && f.t[i].alnum == 0 {
					return nil, false
				}
				continue
			}
		}
		lines = append(lines, [2]int{from, i})
		from = i + 1
	}
	at := 0
	for _, l := range lines {
		first := at
		for at < len(f.tokens) && f.tokens[at].end <= l[1] {
			at++
		}
		if first == at {
			if !f.blank(l[0], l[1]) {
				return nil, false
			}
			continue
		}
		line := f.alone(f.tokens[first:at], l[0], l[1])
		if line == nil {
			return nil, false
		}
		found = append(found, line...)
	}
	return found, len(found) > 0
}

// blank reports whether a stretch has nothing to read.
func (f *finder) blank(from, to int) bool {
	for _, c := range f.t[from:to] {
		if c.r != 0 && c.r != ' ' && c.r != '.' {
			return false
		}
	}
	return true
}

// alone reads a line that is one number and nothing else, in whatever groups, or several whose check digits agree where
// the whole has none.
func (f *finder) alone(tokens []token, from, to int) []Found {
	s := span{start: tokens[0].start, end: tokens[len(tokens)-1].end}
	for i := from; i < to; i++ {
		switch r := f.t[i].r; {
		case f.t[i].alnum != 0, r == 0, r == ' ':
		case r == '-' && i > s.start && i < s.end:
		case (r == '#' || r == '№' || r == '"' || r == '\'' || r == '“' || r == '«' || r == '*' || r == ':') && i < s.start:
		case (r == '.' || r == '!' || r == '?' || r == '"' || r == '\'' || r == '”' || r == '»' || r == '*' || r == '。' || r == '？') && i >= s.end:
		default:
			return nil
		}
	}
	var value []byte
	words := 0
	order := slices.ContainsFunc(f.t[from:s.start], func(c char) bool { return c.r == '#' })
	for _, k := range tokens {
		if len(value)+len(k.value) > maxNumber {
			return nil
		}
		value = append(value, k.value...)
		s.groups = append(s.groups, len(k.value))
		s.digits += k.digits
		if k.plain() && len(k.value) > 1 {
			words++
			s.lower = s.lower || k.lower
		}
	}
	s.number, s.words = string(value), len(tokens)
	if s.digits < minDigits || words > 2 || words > 0 && label(string(tokens[0].value)) {
		return nil
	}
	list := recognise(s.number, s.groups)
	if len(list) == 0 || f.never(s) || (order || s.lower || f.otherwise(s) || telephone(s)) && !certain(list) {
		return nil
	}
	if len(tokens) > 1 && list[0].standing() < 2 {
		if each := f.each(tokens); each != nil {
			return each
		}
	}
	f.raise(list, s, false, nil)
	return []Found{{Number: s.number, Start: s.start, End: s.end, Carriers: list}}
}

// each reads tokens as a number each, if all their check digits agree.
func (f *finder) each(tokens []token) []Found {
	var out []Found
	for _, k := range tokens {
		list := recognise(string(k.value), []int{len(k.value)})
		if len(list) == 0 || list[0].standing() < 2 {
			return nil
		}
		s := span{start: k.start, end: k.end, number: string(k.value)}
		f.raise(list, s, false, nil)
		out = append(out, Found{Number: s.number, Start: s.start, End: s.end, Carriers: list})
	}
	return out
}
