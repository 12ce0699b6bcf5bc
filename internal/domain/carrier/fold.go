package carrier

import (
	"unicode"
	"unicode/utf8"
)

// char is one code point of a text, made comparable.
type char struct {
	r     rune // lower case, plain digits, dashes and blanks; 0 for marks without width
	alnum byte // the letter or digit that it is or looks like, in ASCII and upper case, or 0
	lower bool // written in lower case
	cyr   bool // a Cyrillic letter that looks like a Latin one
}

// text is what people wrote, one char for each code point; a byte that is not UTF-8 counts as one.
type text []char

func fold(s string) text {
	t := make(text, 0, len(s)-(len(s)-utf8.RuneCountInString(s)))
	for _, r := range s {
		t = append(t, foldRune(r))
	}
	return t
}

func foldRune(r rune) char {
	if r >= 0xFF01 && r <= 0xFF5E { // full-width forms of ASCII
		r -= 0xFEE0
	}
	if r < utf8.RuneSelf {
		switch {
		case r >= '0' && r <= '9':
			return char{r: r, alnum: byte(r)}
		case r >= 'a' && r <= 'z':
			return char{r: r, alnum: byte(r - 'a' + 'A'), lower: true}
		case r >= 'A' && r <= 'Z':
			return char{r: r - 'A' + 'a', alnum: byte(r)}
		case r == '\t' || r == '\r':
			return char{r: ' '}
		}
		return char{r: r}
	}
	switch {
	case r == 0xA0 || r == 0x202F || r == 0x3000:
		return char{r: ' '}
	case r >= 0x400 && r < 0x460:
		c := char{r: unicode.ToLower(r), lower: unicode.IsLower(r)}
		if c.alnum = lookalike(r); c.alnum != 0 {
			c.cyr = true
		}
		return c
	case r == 0x2018 || r == 0x2019:
		return char{r: '\''}
	case r >= 0x4E00 && r <= 0x9FFF || r >= 0x3040 && r < 0x3100 || r >= 0xAC00 && r <= 0xD7A3:
		return char{r: r}
	case unicode.IsDigit(r):
		d := digit(r)
		return char{r: rune(d), alnum: d}
	case unicode.Is(unicode.Pd, r) || r == 0x2212:
		return char{r: '-'}
	case unicode.Is(unicode.Zs, r):
		return char{r: ' '}
	case r == 0x2028 || r == 0x2029 || r == 0x85:
		return char{r: '\n'}
	case unicode.Is(unicode.Cf, r):
		return char{}
	}
	return char{r: unicode.ToLower(r)}
}

// lookalike returns the Latin letter that a Cyrillic one looks like, or 0: on a Russian keyboard РВ123456785СН is soon
// typed. In lower case fewer do.
func lookalike(r rune) byte {
	switch r {
	case 'А', 'а':
		return 'A'
	case 'В':
		return 'B'
	case 'С', 'с':
		return 'C'
	case 'Е', 'е':
		return 'E'
	case 'Н':
		return 'H'
	case 'К':
		return 'K'
	case 'М':
		return 'M'
	case 'О', 'о':
		return 'O'
	case 'Р', 'р':
		return 'P'
	case 'Т':
		return 'T'
	case 'У', 'у':
		return 'Y'
	case 'Х', 'х':
		return 'X'
	}
	return 0
}

// digit returns the ASCII form of a decimal digit of any script: the digits of a script are ten code points in a row that
// begin a range of class Nd (Unicode, 4.6).
func digit(r rune) byte {
	for _, t := range unicode.Nd.R16 {
		if uint32(r) <= uint32(t.Hi) {
			return '0' + byte((uint32(r)-uint32(t.Lo))%10)
		}
	}
	for _, t := range unicode.Nd.R32 {
		if uint32(r) <= t.Hi {
			return '0' + byte((uint32(r)-t.Lo)%10)
		}
	}
	return '0'
}

// token is a run of letters and digits in ASCII, or what looks like them.
type token struct {
	start, end int
	value      []byte
	digits     int
	lower      bool // has a letter in lower case
}

func (k token) plain() bool { return k.digits == 0 }

// tokens cuts a text into its tokens. Cyrillic letters stand in one only where it has digits and they are not the end of a
// word in front of them or the beginning of one behind.
func (t text) tokens() []token {
	n := 0
	for _, c := range t {
		if c.alnum != 0 {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	store := make([]byte, 0, n)
	var out []token
	for i := 0; i < len(t); i++ {
		if t[i].alnum == 0 {
			continue
		}
		k := token{start: i}
		cyr := false
		for i < len(t) && (t[i].alnum != 0 || t[i].r == 0) {
			cyr = cyr || t[i].cyr
			i++
		}
		k.end = i
		for t[k.end-1].r == 0 {
			k.end--
		}
		if cyr && !t.trim(&k) || t.glued(k) {
			continue
		}
		from := len(store)
		for _, c := range t[k.start:k.end] {
			if c.alnum == 0 {
				continue
			}
			store = append(store, c.alnum)
			k.lower = k.lower || c.lower
			if c.alnum <= '9' {
				k.digits++
			}
		}
		k.value = store[from:len(store):len(store)]
		out = append(out, k)
	}
	return out
}

// trim takes words off the ends of a token with Cyrillic letters, and reports whether a number is left.
func (t text) trim(k *token) bool {
	lead := k.start
	for lead < k.end && t[lead].cyr {
		lead++
	}
	if lead-k.start > 2 || k.start > 0 && unicode.IsLetter(t[k.start-1].r) {
		k.start = lead
	}
	tail := k.end
	for tail > k.start && t[tail-1].cyr {
		tail--
	}
	if k.end-tail > 2 || k.end < len(t) && unicode.IsLetter(t[k.end].r) {
		k.end = tail
	}
	for _, c := range t[k.start:k.end] {
		if c.alnum != 0 && c.alnum <= '9' {
			return true
		}
	}
	return false
}

// glued reports whether a token is part of a word with other Latin letters.
func (t text) glued(k token) bool {
	return k.start > 0 && unicode.Is(unicode.Latin, t[k.start-1].r) && t[k.start-1].alnum == 0 ||
		k.end < len(t) && unicode.Is(unicode.Latin, t[k.end].r) && t[k.end].alnum == 0
}

// hasNumber is the quick look at a text: whether it has digits enough for a number at all.
func hasNumber(s string) bool {
	n := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c >= '0' && c <= '9' {
				if n++; n >= minDigits {
					return true
				}
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if c := foldRune(r).alnum; c >= '0' && c <= '9' {
			if n++; n >= minDigits {
				return true
			}
		}
		i += size
	}
	return false
}
