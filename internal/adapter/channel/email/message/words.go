package message

import (
	"encoding/base64"
	"strings"
	"unicode"
	"unicode/utf8"
)

// encodedWord is one RFC 2047 word found in a header value.
type encodedWord struct {
	charset  string
	encoding byte // 'b' or 'q'
	text     string
	end      int // index behind the word
}

// nextWord finds the encoded word that starts at s[at:] ("=?" stands there).
// Blanks inside the text and around the charset are let through, since several
// mailers write them; a missing "?=" ends the word at the end of the value.
func nextWord(s string, at int) (encodedWord, bool) {
	rest := s[at+2:]
	q := strings.IndexByte(rest, '?')
	if q <= 0 || q > 60 {
		return encodedWord{}, false
	}
	charset := strings.TrimSpace(rest[:q])
	if charset == "" || strings.ContainsAny(charset, " \"<>@,;=") {
		return encodedWord{}, false
	}
	if star := strings.IndexByte(charset, '*'); star >= 0 {
		charset = charset[:star] // RFC 2231 section 5: a language may follow
	}
	p := at + 2 + q + 1
	for p < len(s) && s[p] == ' ' {
		p++
	}
	if p+1 >= len(s) || s[p+1] != '?' {
		return encodedWord{}, false
	}
	enc := s[p] | 0x20
	if enc != 'b' && enc != 'q' {
		return encodedWord{}, false
	}
	text := s[p+2:]
	end := strings.Index(text, "?=")
	if end < 0 {
		if strings.ContainsAny(text, " <") {
			return encodedWord{}, false
		}
		return encodedWord{charset, enc, text, len(s)}, true
	}
	return encodedWord{charset, enc, text[:end], p + 2 + end + 2}, true
}

// decodeWords decodes the RFC 2047 words of a header value that is UTF-8
// otherwise. Neighbouring words of one charset are joined as bytes first:
// many mailers cut a multibyte character, or even a base64 group, in two.
func decodeWords(s string) string {
	for range 2 { // some relays encode what was encoded before
		if !strings.Contains(s, "=?") {
			break
		}
		d := decodeWordsOnce(s)
		if d == s {
			break
		}
		s = d
	}
	return s
}

func decodeWordsOnce(s string) string {
	var out strings.Builder
	var run []encodedWord
	flush := func() {
		if len(run) > 0 {
			out.WriteString(decodeRun(run))
			run = run[:0]
		}
	}
	pos := 0
	for pos < len(s) {
		i := strings.Index(s[pos:], "=?")
		if i < 0 {
			break
		}
		w, ok := nextWord(s, pos+i)
		if !ok {
			flush()
			out.WriteString(s[pos : pos+i+2])
			pos += i + 2
			continue
		}
		between := s[pos : pos+i]
		if len(run) > 0 && strings.TrimSpace(between) != "" || len(run) > 0 && !strings.EqualFold(run[0].charset, w.charset) {
			flush()
			if strings.TrimSpace(between) == "" {
				between = "" // blanks between two words are not text
			}
		}
		if len(run) == 0 {
			out.WriteString(between)
		}
		run = append(run, w)
		pos = w.end
	}
	flush()
	out.WriteString(s[pos:])
	return out.String()
}

func decodeRun(run []encodedWord) string {
	var raw []byte
	for i := 0; i < len(run); i++ {
		if run[i].encoding == 'q' {
			raw = appendQWord(raw, run[i].text)
			continue
		}
		text := run[i].text
		for i+1 < len(run) && run[i+1].encoding == 'b' && !strings.Contains(text, "=") && base64Len(text)%4 != 0 {
			i++
			text += run[i].text
		}
		raw = appendBase64(raw, text)
	}
	return cleanHeader(decodeCharset(raw, run[0].charset, nil).text)
}

func base64Len(s string) int {
	n := 0
	for i := range len(s) {
		if s[i] > ' ' {
			n++
		}
	}
	return n
}

func appendQWord(dst []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '_':
			dst = append(dst, ' ')
		case c == '=' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
			dst = append(dst, unhex(s[i+1])<<4|unhex(s[i+2]))
			i += 2
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

func appendBase64(dst []byte, s string) []byte {
	if b, err := base64.StdEncoding.DecodeString(s); err == nil {
		return append(dst, b...)
	}
	b, _ := decodeBase64([]byte(s))
	return append(dst, b...)
}

// cleanHeader makes a decoded value one safe line: no line breaks, no control
// characters, no invisible direction overrides, valid UTF-8.
func cleanHeader(s string) string {
	clean := true
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' || c >= 0x7f {
			clean = false
			break
		}
	}
	if clean {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r' || r == '\u2028' || r == '\u2029':
			return ' '
		case r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0:
			return -1
		case r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == '\ufeff':
			return -1
		case r == utf8.RuneError:
			return utf8.RuneError
		}
		return r
	}, s)
}

// collapse trims s and turns each run of white space into one space.
func collapse(s string) string { return strings.Join(strings.FieldsFunc(s, unicode.IsSpace), " ") }

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

func unhex(c byte) byte {
	switch {
	case c <= '9':
		return c - '0'
	case c >= 'a':
		return c - 'a' + 10
	default:
		return c - 'A' + 10
	}
}
