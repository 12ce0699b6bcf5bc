package redact

import (
	"bytes"
	"strings"
)

// Raw overwrites card numbers in a raw message (RFC 5322) with asterisks, all digits but the last four, and
// verification codes wholly. The result has the length of b, so that sizes, line lengths and MIME structure stay, and
// is b itself when there is nothing to do; b is not changed.
//
// Of headers only Subject and Comments are touched, and delimiter lines never are: identifiers that mail needs must
// survive. Quoted-printable is read through; base64 is not, so whoever stores raw mail must also scan the decoded
// parts and drop or re-encode those in which Cards finds something. Raw works best-effort.
func Raw(b []byte) []byte {
	s := string(b)
	if nextDigit(s, 0) == len(s) {
		return b
	}
	keep := structure(s)
	var out []byte
	k := 0
	scan(s, true, func(m match) {
		for k < len(keep) && keep[k].end <= m.start {
			k++
		}
		if k < len(keep) && keep[k].start < m.end {
			return
		}
		if out == nil {
			out = bytes.Clone(b)
		}
		overwrite(out, s, m)
	})
	if out == nil {
		return b
	}
	return out
}

func overwrite(out []byte, s string, m match) {
	spare := 4
	if m.code {
		spare = 0
	}
	var digits [][2]int // at most nineteen and a few soft breaks
	for i := m.start; i < m.end; {
		if strings.HasPrefix(s[i:m.end], "&") { // the digits of an entity are no digits of the number
			if kind, size := entity(s[i:m.end]); kind != elemNone {
				i += size
				continue
			}
		}
		if s[i] == '=' && i+2 < m.end && s[i+1] > ' ' { // nor those of an escape
			i += 3
			continue
		}
		if _, size := digitAt(s, i); size > 0 {
			digits = append(digits, [2]int{i, i + size})
			i += size
			continue
		}
		i++
	}
	for _, d := range digits[:max(0, len(digits)-spare)] {
		for i := d[0]; i < d[1]; i++ {
			out[i] = '*'
		}
	}
}

// structure lists, in order, the bytes that Raw must keep: headers other than free text, and delimiter lines.
func structure(s string) []match {
	var keep []match
	delimiters := declared(s)
	header, free := true, false
	for i := 0; i < len(s); {
		end := len(s)
		if n := strings.IndexByte(s[i:], '\n'); n >= 0 {
			end = i + n + 1
		}
		line := strings.TrimRight(s[i:end], "\r\n")
		switch {
		case strings.HasPrefix(line, "--") && delimiters[strings.TrimSuffix(strings.TrimRight(line[2:], " \t"), "--")]:
			header, free = true, false
			keep = append(keep, match{start: i, end: end})
		case !header:
		case line == "":
			header = false
		default:
			if line[0] != ' ' && line[0] != '\t' {
				name, _, _ := strings.Cut(line, ":")
				free = strings.EqualFold(name, "Subject") || strings.EqualFold(name, "Comments") || !strings.Contains(line, ":")
			}
			if !free {
				keep = append(keep, match{start: i, end: end})
			}
		}
		i = end
	}
	return keep
}

// declared collects the boundary parameters named anywhere in the message (RFC 2046 section 5.1.1).
func declared(s string) map[string]bool {
	found := map[string]bool{}
	for rest := s; len(found) < 1000; {
		i := strings.IndexByte(rest, '=')
		if i < 0 {
			break
		}
		head := rest[max(0, i-8):i]
		rest = rest[i+1:]
		if !strings.EqualFold(head, "boundary") {
			continue
		}
		value := rest[:min(len(rest), 200)]
		if strings.HasPrefix(value, `"`) {
			if end := strings.IndexByte(value[1:], '"'); end >= 0 {
				found[value[1:1+end]] = true
			}
			continue
		}
		if end := strings.IndexAny(value, "; \t\r\n"); end >= 0 {
			value = value[:end]
		}
		found[value] = true
	}
	return found
}
