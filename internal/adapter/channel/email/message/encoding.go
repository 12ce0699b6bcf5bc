package message

import (
	"bytes"
	"strings"
)

// decodeTransfer undoes a Content-Transfer-Encoding. It never fails: bytes that
// break the encoding are skipped or kept, and a warning code says so. An
// identity encoding returns a slice of the input.
func decodeTransfer(body []byte, encoding string) (out []byte, warning string) {
	switch cleanEncoding(encoding) {
	case "", "7bit", "8bit", "binary":
		return body, ""
	case "base64":
		if blanks := bytes.Count(body, []byte(" ")); blanks > 8 && blanks > len(body)/20 {
			return body, WarnEncodingBroken // words, not base64: letters alone would pass for it
		}
		out, bad := decodeBase64(body)
		if bad > 0 && (len(out) == 0 || bad > len(body)/8) {
			return body, WarnEncodingBroken // never was base64
		}
		if bad > 0 {
			return out, WarnEncodingBroken
		}
		return out, ""
	case "quoted-printable":
		return decodeQuotedPrintable(body), ""
	case "x-uuencode", "uuencode", "x-uue", "uue":
		return decodeUU(body), ""
	}
	return body, WarnEncodingUnknown
}

// cleanEncoding maps the spellings met in the wild ("Base64;", "7-bit", "8 bit") to the standard ones.
func cleanEncoding(s string) string {
	s = strings.ToLower(s)
	if i := strings.IndexAny(s, ";(,"); i >= 0 {
		s = s[:i]
	}
	s = strings.Trim(s, " \t\"'")
	switch s {
	case "7-bit", "7 bit", "7bits", "ascii", "us-ascii", "none", "7bit.":
		return "7bit"
	case "8-bit", "8 bit", "8bits", "8bit.", "utf-8", "utf8", "iso-8859-1", "plain", "text/plain":
		return "8bit"
	case "base-64", "base_64", "x-base64", "b64":
		return "base64"
	case "quotedprintable", "quoted printable", "quoted-printable.", "quoted_printable", "qp", "x-quoted-printable":
		return "quoted-printable"
	}
	return s
}

var base64Value = func() (t [256]byte) {
	for i := range t {
		t[i] = 0xff
	}
	for i, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") {
		t[c] = byte(i)
	}
	t['-'], t['_'] = 62, 63 // base64url, written by a few gateways
	return t
}()

// decodeBase64 decodes what it can and counts the bytes that belong to no
// base64 text. Padding ends a group, not the text: encoders that worked by
// chunks leave several padded runs. Plain text behind the padding (the footer
// of a mailing list) is dropped and counts as one.
func decodeBase64(body []byte) (out []byte, bad int) {
	out = make([]byte, 0, len(body)/4*3+3)
	var acc uint32
	var n int
	for i := 0; i < len(body); i++ {
		c := body[i]
		v := base64Value[c]
		if v != 0xff {
			acc = acc<<6 | uint32(v)
			if n++; n == 4 {
				out = append(out, byte(acc>>16), byte(acc>>8), byte(acc))
				acc, n = 0, 0
			}
			continue
		}
		switch c {
		case '\r', '\n', ' ', '\t':
		case '=':
			out = flushBase64(out, acc, n)
			acc, n = 0, 0
			if rest := body[i+1:]; !isBase64(rest) {
				return out, bad + 1
			}
		default:
			bad++
		}
	}
	return flushBase64(out, acc, n), bad
}

// isBase64 looks at the head of b: only base64 and line breaks may stand there.
func isBase64(b []byte) bool {
	if len(b) > 80 {
		b = b[:80]
	}
	for _, c := range b {
		if base64Value[c] == 0xff && c != '\r' && c != '\n' && c != '=' {
			return false
		}
	}
	return true
}

func flushBase64(out []byte, acc uint32, n int) []byte {
	switch n {
	case 2:
		return append(out, byte(acc>>4))
	case 3:
		return append(out, byte(acc>>10), byte(acc>>2))
	}
	return out
}

// decodeQuotedPrintable decodes RFC 2045 section 6.7 text. An "=" that starts
// no escape stays as it is; blanks at the end of a line are transport padding.
func decodeQuotedPrintable(body []byte) []byte {
	out := make([]byte, 0, len(body))
	for len(body) > 0 {
		nl := bytes.IndexByte(body, '\n')
		line, next := body, []byte(nil)
		if nl >= 0 {
			line, next = body[:nl], body[nl+1:]
		}
		eol := ""
		if nl >= 0 {
			eol = "\n"
			if n := len(line); n > 0 && line[n-1] == '\r' {
				eol = "\r\n"
			}
		}
		line = bytes.TrimRight(line, " \t\r")
		if n := len(line); n > 0 && line[n-1] == '=' {
			line, eol = line[:n-1], ""
		}
		for len(line) > 0 {
			eq := bytes.IndexByte(line, '=')
			if eq < 0 {
				out = append(out, line...)
				break
			}
			out = append(out, line[:eq]...)
			if eq+2 < len(line) && isHex(line[eq+1]) && isHex(line[eq+2]) {
				out = append(out, unhex(line[eq+1])<<4|unhex(line[eq+2]))
				line = line[eq+3:]
				continue
			}
			out = append(out, '=')
			line = line[eq+1:]
		}
		out = append(out, eol...)
		body = next
	}
	return out
}

// decodeUU decodes the lines between "begin" and "end".
func decodeUU(body []byte) []byte {
	out := make([]byte, 0, len(body)*3/4)
	started := false
	for len(body) > 0 {
		var line []byte
		line, body = cutLine(body)
		line = bytes.TrimRight(line, "\r")
		if !started {
			started = bytes.HasPrefix(line, []byte("begin "))
			continue
		}
		if bytes.Equal(line, []byte("end")) {
			break
		}
		if len(line) == 0 {
			continue
		}
		n := int(line[0]-' ') & 0x3f
		for i := 1; i < len(line) && n > 0; i += 4 {
			var g [4]byte
			for j := range g {
				if i+j < len(line) {
					g[j] = (line[i+j] - ' ') & 0x3f
				}
			}
			b := [3]byte{g[0]<<2 | g[1]>>4, g[1]<<4 | g[2]>>2, g[2]<<6 | g[3]}
			k := min(n, 3)
			out = append(out, b[:k]...)
			n -= k
		}
	}
	return out
}

// unflow joins the soft line breaks of format=flowed text (RFC 3676). A line
// that ends in a blank flows into the next one of the same quote depth, the
// signature line "-- " excepted; delSp says that the blank itself is no text.
func unflow(text string, delSp bool) string {
	if !strings.Contains(text, "\n") {
		return text
	}
	out := make([]byte, 0, len(text))
	prevDepth, flowing := 0, false
	for first := true; ; first = false {
		line, rest, more := strings.Cut(text, "\n")
		line = strings.TrimSuffix(line, "\r")
		depth := 0
		for depth < len(line) && line[depth] == '>' {
			depth++
		}
		content := strings.TrimPrefix(line[depth:], " ") // space-stuffing, section 4.4
		signature := content == "-- "
		if !flowing || depth != prevDepth || signature {
			if !first {
				out = append(out, '\n')
			}
			if depth > 0 {
				out = append(append(out, line[:depth]...), ' ')
			}
		}
		out = append(out, content...)
		flowing = strings.HasSuffix(content, " ") && !signature
		if flowing && delSp {
			out = out[:len(out)-1]
		}
		prevDepth = depth
		if !more {
			return string(out)
		}
		text = rest
	}
}
