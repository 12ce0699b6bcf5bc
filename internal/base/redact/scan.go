package redact

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A mark is what joins two groups of a chain.
type mark byte

const (
	markNone   mark = iota // first group of a chain
	markHidden             // zero-width characters only
	markSpace              // spaces, no-break spaces, inline tags
	markWrap               // a line break
	markDash
	markDot
	markOther // slash, underscore, bar, comma, backslash
)

// A group is an unbroken run of digits, s[start:end], with n digits from index first of the chain's digits.
type group struct {
	start, end int
	first, n   int
	before     mark
	tight      bool // the separator before has no space around its mark
}

// maxGroups bounds how far a chain is read at once; keepGroups of them are read again with what follows. A card number
// has at most nineteen groups.
const (
	maxGroups  = 64
	keepGroups = 24
)

// A chain is the part of a text that is digits and separators only. The slices are reused from chain to chain.
type chain struct {
	groups []group
	digits []byte
	cut    bool // more groups follow than were read
}

// scanner reads chains from a text. In raw mode it also reads through quoted-printable escapes (RFC 2045 section 6.7).
type scanner struct {
	s     string
	raw   bool
	chain chain
}

// digitAt decodes a decimal digit of any script (Unicode category Nd).
func digitAt(s string, i int) (value byte, size int) {
	c := s[i]
	if c < utf8.RuneSelf {
		if c >= '0' && c <= '9' {
			return c - '0', 1
		}
		return 0, 0
	}
	if c < 0xd9 { // no decimal digit lies between ASCII and U+0660
		return 0, 0
	}
	r, size := utf8.DecodeRuneInString(s[i:])
	if r < 0x660 || (r > 0x1fff && r < 0xa620) || !unicode.Is(unicode.Nd, r) {
		return 0, 0
	}
	for _, rg := range unicode.Nd.R16 {
		if r <= rune(rg.Hi) {
			return byte((r - rune(rg.Lo)) % 10), size
		}
	}
	for _, rg := range unicode.Nd.R32 {
		if r <= rune(rg.Hi) {
			return byte((r - rune(rg.Lo)) % 10), size
		}
	}
	return 0, 0
}

// nextDigit returns the index of the first digit at or after i, or len(s).
func nextDigit(s string, i int) int {
	for i < len(s) {
		c := s[i]
		switch {
		case c-'0' <= 9:
			return i
		case c < 0xd9:
			i++
		default:
			if _, size := digitAt(s, i); size > 0 {
				return i
			}
			i++
		}
	}
	return i
}

// read fills the chain from a digit at i.
func (sc *scanner) read(i int) {
	c := &sc.chain
	c.groups, c.digits, c.cut = c.groups[:0], c.digits[:0], false
	before, tight := markNone, false
	for {
		g := group{start: i, first: len(c.digits), before: before, tight: tight}
		for i < len(sc.s) {
			v, size := digitAt(sc.s, i)
			if size == 0 {
				if soft := sc.softBreak(i); soft > i && soft < len(sc.s) {
					if _, size := digitAt(sc.s, soft); size > 0 {
						i = soft
						continue
					}
				}
				break
			}
			if g.n <= 64 { // a longer run is no card: its length tells
				c.digits = append(c.digits, v)
				g.n++
			}
			i += size
		}
		g.end = i
		c.groups = append(c.groups, g)
		next, m, t := sc.separator(i)
		if m == markNone {
			return
		}
		if len(c.groups) == maxGroups {
			c.cut = true
			return
		}
		i, before, tight = next, m, t
	}
}

// softBreak returns the index after a quoted-printable soft line break at i, or i.
func (sc *scanner) softBreak(i int) int {
	if !sc.raw || sc.s[i] != '=' {
		return i
	}
	for _, b := range [...]string{"=\r\n", "=\n"} {
		if strings.HasPrefix(sc.s[i:], b) {
			return i + len(b)
		}
	}
	return i
}

// separator reads what may stand between two groups of one number: at most one line break, one mark and a few spaces,
// any number of zero-width characters, and a digit after it all.
func (sc *scanner) separator(i int) (end int, m mark, tight bool) {
	const maxSpaces, maxBytes = 4, 160
	start, spaces, wraps, tags := i, 0, 0, 0
	m = markHidden
	for i < len(sc.s) && i-start <= maxBytes {
		if _, size := digitAt(sc.s, i); size > 0 {
			if i == start {
				return i, markNone, false
			}
			switch {
			case m != markHidden:
			case wraps > 0:
				m = markWrap
			case spaces > 0 || tags > 0:
				m = markSpace
			}
			return i, m, spaces == 0 && wraps == 0
		}
		kind, size := sc.element(i)
		switch kind {
		case elemHidden:
		case elemSpace:
			spaces++
		case elemTag:
			tags++
		case elemWrap:
			wraps++
			spaces = 0
		case elemDash, elemDot, elemOther:
			if m != markHidden {
				return start, markNone, false
			}
			m = [...]mark{elemDash: markDash, elemDot: markDot, elemOther: markOther}[kind]
		default:
			return start, markNone, false
		}
		if spaces > maxSpaces || wraps > 1 || tags > 4 {
			return start, markNone, false
		}
		i += size
	}
	return start, markNone, false
}

// An elem is one character, entity, escape or inline tag of a separator.
type elem int

const (
	elemNone elem = iota
	elemHidden
	elemSpace
	elemWrap
	elemTag
	elemDash
	elemDot
	elemOther
)

func (sc *scanner) element(i int) (elem, int) {
	s := sc.s
	switch c := s[i]; {
	case c == ' ' || c == '\t':
		return elemSpace, 1
	case c == '\n' || c == '\r':
		n := 1
		if strings.HasPrefix(s[i:], "\r\n") {
			n = 2
		}
		for i+n < len(s) && n < 40 && (s[i+n] == '>' || s[i+n] == ' ' || s[i+n] == '\t') { // quote marks of a wrapped reply
			n++
		}
		return elemWrap, n
	case c == '-':
		return elemDash, 1
	case c == '.':
		return elemDot, 1
	case c == '/' || c == '_' || c == '|' || c == ',' || c == '\\':
		return elemOther, 1
	case c == '&':
		return entity(s[i:])
	case c == '<':
		if n := inlineTag(s[i:]); n > 0 {
			return elemTag, n
		}
	case c == '=' && sc.raw:
		if n := sc.softBreak(i); n > i {
			return elemHidden, n - i
		}
		for _, q := range quotedPrintable {
			if len(s)-i >= len(q.text) && strings.EqualFold(s[i:i+len(q.text)], q.text) {
				return q.kind, len(q.text)
			}
		}
	case c == 0xa0 && sc.raw: // no-break space of the ISO 8859 family
		return elemSpace, 1
	case c >= utf8.RuneSelf:
		r, n := utf8.DecodeRuneInString(s[i:])
		return runeElem(r), n
	}
	return elemNone, 0
}

func runeElem(r rune) elem {
	switch {
	case r >= 0x200b && r <= 0x200f, r == 0x2060, r == 0xfeff, r == 0xad, r == 0x180e, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
		return elemHidden
	case r == 0x2028, r == 0x2029, r == 0x85:
		return elemWrap
	case r != utf8.RuneError && unicode.Is(unicode.Zs, r):
		return elemSpace
	case r >= 0x2010 && r <= 0x2015, r == 0x2212, r == 0x2043, r == 0xfe58, r == 0xfe63, r == 0xff0d, r == 0x30fc, r == 0x2500:
		return elemDash
	case r == 0xb7, r == 0x2219, r == 0x22c5, r == 0xff0e, r == 0x30fb, r == 0x2024:
		return elemDot
	case r == 0xff0f, r == 0x2044, r == 0x2215, r == 0xff3f, r == 0xff0c, r == 0x2502, r == 0x66c:
		return elemOther
	}
	return elemNone
}

var quotedPrintable = [...]struct {
	text string
	kind elem
}{
	{"=20", elemSpace}, {"=09", elemSpace}, {"=C2=A0", elemSpace}, {"=E2=80=AF", elemSpace}, {"=A0", elemSpace},
	{"=2D", elemDash}, {"=E2=80=93", elemDash}, {"=E2=80=91", elemDash}, {"=E2=80=8B", elemHidden}, {"=C2=AD", elemHidden},
}

var entities = map[string]elem{
	"nbsp": elemSpace, "ensp": elemSpace, "emsp": elemSpace, "thinsp": elemSpace, "numsp": elemSpace, "hairsp": elemSpace,
	"puncsp": elemSpace, "shy": elemHidden, "zwnj": elemHidden, "zwj": elemHidden, "ndash": elemDash, "mdash": elemDash,
	"hyphen": elemDash, "dash": elemDash, "minus": elemDash, "middot": elemDot, "period": elemDot, "sol": elemOther,
	"lowbar": elemOther, "newline": elemWrap,
}

// entity reads a character reference that stands for a separator (HTML section 13.5).
func entity(s string) (elem, int) {
	end := strings.IndexByte(s[:min(len(s), 12)], ';')
	if end < 2 {
		return elemNone, 0
	}
	name := strings.ToLower(s[1:end])
	if name[0] != '#' {
		return entities[name], end + 1
	}
	base, digits := rune(10), name[1:]
	if strings.HasPrefix(digits, "x") {
		base, digits = 16, digits[1:]
	}
	var r rune
	for _, c := range digits {
		switch {
		case c >= '0' && c <= '9':
			r = r*base + c - '0'
		case base == 16 && c >= 'a' && c <= 'f':
			r = r*base + c - 'a' + 10
		default:
			return elemNone, 0
		}
		if r > unicode.MaxRune {
			return elemNone, 0
		}
	}
	switch r {
	case ' ', '\t':
		return elemSpace, end + 1
	case '\n', '\r':
		return elemWrap, end + 1
	case '-':
		return elemDash, end + 1
	case '.':
		return elemDot, end + 1
	case '/', '_', '|', ',':
		return elemOther, end + 1
	}
	return runeElem(r), end + 1
}

// inlineTag returns the length of a tag that does not separate words on screen, or zero.
func inlineTag(s string) int {
	end := strings.IndexByte(s[:min(len(s), 120)], '>')
	if end < 2 {
		return 0
	}
	name := strings.TrimPrefix(s[1:end], "/")
	if i := strings.IndexAny(name, " \t\r\n/"); i >= 0 {
		name = name[:i]
	}
	switch strings.ToLower(name) {
	case "b", "i", "u", "em", "strong", "span", "font", "wbr", "br", "bdi", "bdo", "a":
		return end + 1
	}
	return 0
}
