package message

import (
	"bytes"
	"strings"
)

const (
	maxFields     = 2000
	maxFieldName  = 128
	maxFieldBytes = 64 << 10
)

// field is one header field: its name in lower case and its value with the
// folds taken out, still in the bytes it came in.
type field struct {
	name  string
	value string
}

// header is the field block of a message or of a part, in order.
type header struct {
	fields []field
	size   int // bytes kept
}

// get returns the first value of the named field (lower case), or "".
func (h *header) get(name string) string {
	for i := range h.fields {
		if h.fields[i].name == name {
			return h.fields[i].value
		}
	}
	return ""
}

// all returns every value of the named field (lower case), topmost first.
func (h *header) all(name string) []string {
	var out []string
	for i := range h.fields {
		if h.fields[i].name == name {
			out = append(out, h.fields[i].value)
		}
	}
	return out
}

func (h *header) has(name string) bool {
	for i := range h.fields {
		if h.fields[i].name == name {
			return true
		}
	}
	return false
}

// parseHeader reads the field block at the start of data and returns what
// follows it. It keeps at most budget bytes of values, each value at most
// maxFieldBytes, but walks the whole block, so that a monstrous field hides
// none of those behind it.
//
// Broken blocks met in the wild and read as their writer meant them:
// blanks before the colon (obs-optional, RFC 5322 section 4.5), a fold line of
// nothing but blanks (obs-FWS), a line that lost its indent, and a block that
// runs into the body with no empty line between.
func parseHeader(data []byte, budget int, warn func(string)) (header, []byte) {
	var h header
	var cur *fieldBuilder
	flush := func() {
		if cur == nil {
			return
		}
		if cur.cut {
			warn(WarnHeaderLimit)
		}
		if len(h.fields) < maxFields && h.size < budget {
			f := cur.field()
			h.size += len(f.name) + len(f.value)
			h.fields = append(h.fields, f)
		} else {
			warn(WarnHeaderLimit)
		}
		cur = nil
	}
	rest := data
	for len(rest) > 0 {
		line, next := cutLine(rest)
		trimmed := bytes.TrimRight(line, " \t\r")
		switch {
		case len(trimmed) == 0:
			// A line of blanks only folds if a field or a fold follows it.
			if len(bytes.TrimRight(line, "\r")) > 0 && cur != nil && continuesAfterBlank(next) {
				rest = next
				continue
			}
			flush()
			return h, next
		case line[0] == ' ' || line[0] == '\t':
			if cur != nil {
				cur.add(bytes.TrimLeft(trimmed, " \t"), " ")
				rest = next
				continue
			}
			if name, value, ok := splitField(bytes.TrimLeft(trimmed, " \t")); ok && len(h.fields) == 0 {
				warn(WarnHeaderMalformed)
				cur = newFieldBuilder(name, value)
				rest = next
				continue
			}
			warn(WarnHeaderMissing)
			return h, rest
		}
		if name, value, ok := splitField(trimmed); ok {
			flush()
			cur = newFieldBuilder(name, value)
			rest = next
			continue
		}
		if cur == nil {
			warn(WarnHeaderMissing)
			return h, rest
		}
		if !bytes.HasPrefix(trimmed, []byte("--")) && fieldFollows(next) {
			warn(WarnHeaderMalformed)
			cur.add(trimmed, " ")
			rest = next
			continue
		}
		flush()
		warn(WarnHeaderMalformed)
		return h, rest
	}
	flush()
	return h, nil
}

type fieldBuilder struct {
	name  string
	value []byte
	cut   bool
}

func newFieldBuilder(name, value []byte) *fieldBuilder {
	f := &fieldBuilder{name: strings.ToLower(string(name))}
	f.add(value, "")
	return f
}

func (f *fieldBuilder) add(b []byte, sep string) {
	if f.cut {
		return
	}
	if len(f.value)+len(b) > maxFieldBytes {
		b = b[:max(0, maxFieldBytes-len(f.value))]
		f.cut = true
	}
	if len(f.value) > 0 {
		f.value = append(f.value, sep...)
	}
	f.value = append(f.value, b...)
}

func (f *fieldBuilder) field() field {
	return field{name: f.name, value: string(bytes.TrimSpace(f.value))}
}

// splitField splits "Name: value"; ok is false if line is no field.
func splitField(line []byte) (name, value []byte, ok bool) {
	head := line
	if len(head) > maxFieldName+1 {
		head = head[:maxFieldName+1]
	}
	colon := bytes.IndexByte(head, ':')
	if colon <= 0 {
		return nil, nil, false
	}
	name = bytes.TrimRight(line[:colon], " \t")
	for _, c := range name {
		if c <= ' ' || c >= 0x7f {
			return nil, nil, false
		}
	}
	return name, bytes.TrimLeft(line[colon+1:], " \t"), len(name) > 0
}

// continuesAfterBlank tells whether the text behind a line of blanks is still header.
func continuesAfterBlank(rest []byte) bool {
	line, _ := cutLine(rest)
	if len(bytes.TrimSpace(line)) == 0 {
		return false
	}
	if line[0] == ' ' || line[0] == '\t' {
		return true
	}
	name, _, ok := splitField(line)
	return ok && knownField(string(bytes.ToLower(name)))
}

// fieldFollows tells whether a well-known field stands before the next empty
// line; it looks at no more than 50 lines or 16 KB.
func fieldFollows(rest []byte) bool {
	if len(rest) > 16<<10 {
		rest = rest[:16<<10]
	}
	for range 50 {
		line, next := cutLine(rest)
		if len(bytes.TrimSpace(line)) == 0 || bytes.HasPrefix(line, []byte("--")) {
			return false
		}
		if name, _, ok := splitField(line); ok && knownField(string(bytes.ToLower(name))) {
			return true
		}
		rest = next
	}
	return false
}

func knownField(name string) bool {
	switch name {
	case "from", "to", "cc", "bcc", "subject", "date", "message-id", "in-reply-to", "references", "reply-to",
		"sender", "received", "return-path", "mime-version", "delivered-to", "dkim-signature",
		"authentication-results", "list-id", "list-unsubscribe", "precedence", "auto-submitted":
		return true
	}
	return strings.HasPrefix(name, "content-") || strings.HasPrefix(name, "x-") || strings.HasPrefix(name, "arc-")
}

// cutLine returns the first line of b without its LF, and what follows.
func cutLine(b []byte) (line, rest []byte) {
	if i := bytes.IndexByte(b, '\n'); i >= 0 {
		return b[:i], b[i+1:]
	}
	return b, nil
}
