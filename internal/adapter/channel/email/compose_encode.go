package email

import (
	"bytes"
	"encoding/base64"
	"errors"
	"mime"
	"mime/quotedprintable"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

const (
	foldAt   = 76  // octets of a header line (RFC 5322 section 2.1.1 asks for 78)
	hardLine = 998 // octets that no line may exceed
)

var errHeader = errors.New("cannot stand in a header")

// breaksLine reports whether s could end a header line, in any reading.
func breaksLine(s string) bool { return strings.ContainsAny(s, "\r\n\x00") }

// fieldName accepts the names that every reader accepts, which are fewer than
// RFC 5322's ftext allows.
func fieldName(s string) bool { return token(s, "-_") }

// token reports whether s has letters, digits and the extra characters only.
func token(s, extra string) bool {
	if s == "" || len(s) > 127 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte(extra, c) >= 0) {
			return false
		}
	}
	return true
}

// messageID returns id in angle brackets. It is stricter than RFC 5322 (no
// comments, no quoted parts) and laxer (an @ is not asked for, as many programs
// leave it out).
func messageID(id string) (string, error) {
	id = strings.TrimSpace(id)
	id = strings.TrimSuffix(strings.TrimPrefix(id, "<"), ">")
	if id == "" || len(id) > maxIDLen {
		return "", errHeader
	}
	for i := range len(id) {
		if id[i] <= ' ' || id[i] >= 0x7f || id[i] == '<' || id[i] == '>' {
			return "", errHeader
		}
	}
	return "<" + id + ">", nil
}

// writeField writes one header field, folded at its spaces. Values come here with
// every run of non-space short enough; the parts of an address list and encoded
// words are.
func writeField(w *bytes.Buffer, name, value string) {
	w.WriteString(name)
	w.WriteByte(':')
	col := len(name) + 1
	for i, word := range strings.Split(value, " ") {
		// The first word stays on the field's line: some readers take an empty first
		// line for an empty value.
		if i > 0 && col+1+len(word) > foldAt && word != "" {
			w.WriteString("\r\n")
			col = 0
		}
		w.WriteByte(' ')
		w.WriteString(word)
		col += 1 + len(word)
	}
	w.WriteString("\r\n")
}

// unstructured encodes free text for a header: as it is when it is plain and
// foldable, else as encoded words (RFC 2047).
func unstructured(s string) string {
	plain := !strings.Contains(s, "=?") && !strings.HasPrefix(s, " ") && !strings.HasSuffix(s, " ") && !strings.Contains(s, "  ")
	run := 0
	for i := 0; i < len(s) && plain; i++ {
		run++
		if s[i] == ' ' {
			run = 0
		}
		plain = s[i] >= ' ' && s[i] < 0x7f && run < foldAt-16
	}
	if plain {
		return s
	}
	return encodedWords(s)
}

// visible reports whether s has nothing but visible characters of ASCII and blanks.
func visible(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return true
}

// encodedWords splits s between characters, so that every word decodes on its own
// and fits a line behind any field name that we write.
func encodedWords(s string) string {
	const most = 39 // octets before base64
	s = strings.ToValidUTF8(s, "\uFFFD")
	var b strings.Builder
	for len(s) > 0 {
		n := min(most, len(s))
		for n < len(s) && !utf8.RuneStart(s[n]) {
			n--
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString("=?utf-8?B?" + base64.StdEncoding.EncodeToString([]byte(s[:n])) + "?=")
		s = s[n:]
	}
	return b.String()
}

func addressList(list []Address) (string, error) {
	out := make([]string, len(list))
	for i, a := range list {
		v, err := a.header()
		if err != nil {
			return "", err
		}
		out[i] = v
	}
	return strings.Join(out, ", "), nil
}

func (a Address) header() (string, error) {
	addr, err := normalAddr(a.Addr)
	if err != nil || breaksLine(a.Name) {
		return "", errHeader
	}
	if a.Name == "" {
		return addr, nil
	}
	return phrase(a.Name) + " <" + addr + ">", nil
}

// phrase encodes a display name: words as they are, else quoted, else encoded.
func phrase(s string) string {
	atoms, quotable := true, len(s) < foldAt-16 && !strings.Contains(s, "=?") && !strings.Contains(s, "  ")
	for i := range len(s) {
		switch c := s[i]; {
		case c < ' ' || c >= 0x7f:
			quotable = false
		case c == ' ' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || strings.IndexByte("!#$%&'*+-/=?^_`{|}~", c) >= 0:
		default:
			atoms = false
		}
	}
	atoms = atoms && s == strings.TrimSpace(s)
	switch {
	case quotable && atoms:
		return s
	case quotable:
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
	}
	return encodedWords(s)
}

// normalAddr checks an address for header and envelope and turns its domain into
// ASCII (RFC 5891). The local part may be UTF-8 (RFC 6531) but not quoted.
func normalAddr(s string) (string, error) {
	at := strings.LastIndexByte(s, '@')
	if at <= 0 || at == len(s)-1 || len(s) > 320 || !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) {
		return "", errHeader
	}
	local, domain := s[:at], s[at+1:]
	for i := range len(local) {
		if local[i] <= ' ' || local[i] == 0x7f || strings.IndexByte(`()<>[]:;@\,"`, local[i]) >= 0 {
			return "", errHeader
		}
	}
	if strings.HasPrefix(domain, "[") && strings.HasSuffix(domain, "]") && !strings.ContainsAny(domain[1:len(domain)-1], "[]\\ \r\n\t\x00<>,;@\"") && ascii(domain) {
		return s, nil // an address literal, such as [192.0.2.1]
	}
	domain, err := idna.Lookup.ToASCII(domain)
	if err != nil || strings.ContainsAny(domain, " \t\r\n\x00<>,;:@()[]\\\"") {
		return "", errHeader
	}
	return local + "@" + domain, nil
}

// textPart picks the encoding that a reader of raw mail would wish for: none for
// plain ASCII, quoted-printable for mostly Latin text, base64 for other scripts.
func textPart(subtype, s string) *part {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	p := &part{kind: "text/" + subtype + "; charset=utf-8"}
	high, longest, line, odd := 0, 0, 0, false
	for i := range len(s) {
		line++
		switch c := s[i]; {
		case c == '\n':
			longest, line = max(longest, line), 0
		case c >= 0x80:
			high++
		case c < ' ' && c != '\t', c == 0x7f:
			odd = true
		}
	}
	longest = max(longest, line)
	// "From " at a line's start is mangled by mbox files on the way.
	odd = odd || strings.HasPrefix(s, "From ") || strings.Contains(s, "\nFrom ")
	crlf := strings.ReplaceAll(s, "\n", "\r\n")
	if crlf != "" && !strings.HasSuffix(crlf, "\r\n") {
		crlf += "\r\n"
	}
	switch {
	case high == 0 && !odd && longest < hardLine:
		p.encoding, p.data = "7bit", []byte(crlf)
	case high*4 > len(s):
		p.encoding, p.data = "base64", base64Lines([]byte(crlf))
	default:
		var b bytes.Buffer
		qp := quotedprintable.NewWriter(&b)
		_, _ = qp.Write([]byte(strings.TrimSuffix(crlf, "\r\n"))) // a bytes.Buffer does not fail
		_ = qp.Close()
		b.WriteString("\r\n")
		data := b.Bytes()
		data = bytes.ReplaceAll(data, []byte("\r\nFrom "), []byte("\r\n=46rom "))
		if bytes.HasPrefix(data, []byte("From ")) {
			data = append([]byte("=46rom "), data[len("From "):]...)
		}
		p.encoding, p.data = "quoted-printable", data
	}
	return p
}

func base64Lines(b []byte) []byte {
	enc := base64.StdEncoding.EncodeToString(b)
	out := make([]byte, 0, len(enc)+len(enc)/38+2)
	for len(enc) > 0 {
		n := min(76, len(enc))
		out = append(append(out, enc[:n]...), "\r\n"...)
		enc = enc[n:]
	}
	return out
}

func filePart(f File, withHTML bool) (*part, error) {
	if breaksLine(f.Name) || breaksLine(f.ContentType) || breaksLine(f.ContentID) {
		return nil, errHeader
	}
	name := fileName(f.Name)
	kind := contentType(f.ContentType)
	p := &part{encoding: "base64", data: base64Lines(f.Data)}
	p.kind = kind
	disposition := "attachment"
	if f.Inline && withHTML {
		disposition = "inline"
	}
	if name != "" {
		// Both spellings: RFC 2231 for those who follow it, and an encoded word in
		// quotes, which the standard forbids and older Outlook and webmail need.
		if ascii(name) {
			q := `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name) + `"`
			p.kind += "; name=" + q
			disposition += "; filename=" + q
		} else {
			p.kind += `; name="` + encodedWords(name) + `"`
			disposition += "; " + strings.TrimPrefix(mime.FormatMediaType("x/x", map[string]string{"filename": name}), "x/x; ")
		}
	}
	p.fields = append(p.fields, field{"Content-Disposition", disposition})
	if f.ContentID != "" {
		id, err := messageID(f.ContentID)
		if err != nil {
			return nil, err
		}
		p.fields = append(p.fields, field{"Content-ID", id})
	}
	return p, nil
}

// contentType keeps type/subtype and drops parameters, which could name a second
// boundary or file. A message/* or multipart/* part may not be base64 (RFC 2045
// section 6.4), so those travel as plain octets.
func contentType(s string) string {
	kind, _, err := mime.ParseMediaType(s)
	top, sub, ok := strings.Cut(kind, "/")
	const restricted = "!#$&-^_.+" // RFC 6838 section 4.2
	if err != nil || !ok || !token(top, restricted) || !token(sub, restricted) || top == "message" || top == "multipart" {
		return "application/octet-stream"
	}
	return kind
}

// fileName keeps the last path element without control characters, and shortens
// it in front of its extension so that the header line stays legal even when
// every octet needs three.
func fileName(s string) string {
	const most = 150
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, s)
	if i := strings.LastIndexAny(s, `/\`); i >= 0 {
		s = s[i+1:]
	}
	if len(s) <= most {
		return s
	}
	ext := path.Ext(s)
	if len(ext) > 20 {
		ext = ""
	}
	n := most - len(ext)
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + ext
}
