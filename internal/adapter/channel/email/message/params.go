package message

import (
	"path"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"
)

const maxParams = 100

// splitParams splits `value; name=value; ...` as found in Content-Type and
// Content-Disposition. Names are lower case, the first of a name counts, and
// RFC 2231 continuations and charsets are resolved. What net/mail refuses is
// read as meant: unquoted values with blanks or tspecials, a missing closing
// quote, encoded words inside parameters, raw 8-bit names.
func splitParams(s string, hints []string) (value string, params map[string]string) {
	value, rest, _ := strings.Cut(s, ";")
	value = strings.ToLower(strings.TrimSpace(value))
	if rest == "" {
		return value, nil
	}
	params = map[string]string{}
	var split map[string][]segment
	for n := 0; rest != "" && n < maxParams; n++ {
		var name, val string
		name, val, rest = nextParam(rest)
		if name == "" {
			continue
		}
		base, star, extended := strings.Cut(name, "*")
		if !extended {
			if _, dup := params[name]; !dup {
				params[name] = val
			}
			continue
		}
		seg := segment{value: val, encoded: star == "" || strings.HasSuffix(star, "*")}
		if num := strings.TrimSuffix(star, "*"); num != "" {
			i, err := strconv.Atoi(num)
			if err != nil || i < 0 {
				continue
			}
			seg.index = i
		}
		if split == nil {
			split = map[string][]segment{}
		}
		split[base] = append(split[base], seg)
	}
	for base, segs := range split {
		if v := joinSegments(segs, hints); v != "" {
			params[base] = v // RFC 2231 names are the better ones where both are given
		}
	}
	return value, params
}

type segment struct {
	index   int
	value   string
	encoded bool
}

func joinSegments(segs []segment, hints []string) string {
	sort.SliceStable(segs, func(i, j int) bool { return segs[i].index < segs[j].index })
	charset := ""
	var raw []byte
	for i, s := range segs {
		v := s.value
		if i == 0 && s.encoded {
			if parts := strings.SplitN(v, "'", 3); len(parts) == 3 {
				charset, v = parts[0], parts[2]
			}
		}
		if !s.encoded {
			raw = append(raw, v...)
			continue
		}
		for j := 0; j < len(v); j++ {
			if v[j] == '%' && j+2 < len(v) && isHex(v[j+1]) && isHex(v[j+2]) {
				raw = append(raw, unhex(v[j+1])<<4|unhex(v[j+2]))
				j += 2
				continue
			}
			raw = append(raw, v[j])
		}
	}
	return decodeWords(cleanHeader(decodeCharset(raw, charset, hints).text))
}

// nextParam takes one `name=value` off the front of s.
func nextParam(s string) (name, value, rest string) {
	s = strings.TrimLeft(s, "; \t")
	end := strings.IndexAny(s, "=;")
	if end < 0 {
		return "", "", ""
	}
	if s[end] == ';' {
		return "", "", s[end+1:]
	}
	name = strings.ToLower(strings.TrimSpace(s[:end]))
	s = strings.TrimLeft(s[end+1:], " \t")
	if s == "" {
		return name, "", ""
	}
	if s[0] == '"' {
		var b strings.Builder
		for i := 1; i < len(s); i++ {
			switch s[i] {
			case '\\':
				// Windows paths come unescaped: only \" and \\ are escapes.
				if i+1 < len(s) && (s[i+1] == '"' || s[i+1] == '\\') {
					i++
				}
				b.WriteByte(s[i])
			case '"':
				_, rest, _ = strings.Cut(s[i+1:], ";")
				return name, b.String(), rest
			default:
				b.WriteByte(s[i])
			}
		}
		s = s[1:] // the closing quote is missing
	}
	value, rest, _ = strings.Cut(s, ";")
	return name, strings.Trim(strings.TrimSpace(value), `"`), rest
}

// fileName makes a name from a mail safe to show and to save: the last path
// element, no control or direction characters, at most 200 bytes.
func fileName(s string, hints []string) string {
	if !utf8.ValidString(s) {
		s = decodeCharset([]byte(s), "", hints).text
	}
	s = cleanHeader(decodeWords(s))
	s = strings.ReplaceAll(s, "\\", "/")
	if i := strings.LastIndexByte(s, '/'); i >= 0 {
		s = s[i+1:]
	}
	s = strings.Map(func(r rune) rune {
		if r == '\u200e' || r == '\u200f' {
			return -1
		}
		return r
	}, s)
	s = strings.TrimSpace(s)
	if s == "." || s == ".." {
		return ""
	}
	if len(s) > 200 {
		ext := path.Ext(s)
		if len(ext) > 20 {
			ext = ""
		}
		s = cutUTF8(s[:len(s)-len(ext)], 200-len(ext)) + ext
	}
	return s
}

// cutUTF8 shortens s to at most n bytes without cutting a character.
func cutUTF8(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
