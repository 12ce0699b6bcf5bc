package postman

import (
	"bytes"
	"encoding/base64"

	"godwit.dev/godwit/internal/base/redact"
)

// Clean removes card numbers from a raw message before it is kept, in plain and
// quoted-printable parts and in base64 text parts. Sizes and structure stay, so
// that the message still reads as it came; its DKIM body hash no longer fits.
func (Reader) Clean(raw []byte) []byte {
	return cleanBase64(redact.Raw(raw))
}

// cleanBase64 walks the lines of a message and decodes what lies behind part
// headers that announce a text in base64. Whatever does not decode is left.
func cleanBase64(raw []byte) []byte {
	if !bytes.Contains(bytes.ToLower(raw[:min(len(raw), 1<<20)]), []byte("base64")) && len(raw) <= 1<<20 {
		return raw
	}
	var (
		out              []byte // allocated when the first part changes
		done             int    // raw up to here is in out
		inHeader         = true
		isText, isBase64 = true, false // no Content-Type means text/plain
		bodyStart        = -1
	)
	flush := func(end int) {
		if bodyStart < 0 || !isText || !isBase64 {
			return
		}
		if clean, ok := cleanPart(raw[bodyStart:end]); ok {
			out = append(append(out, raw[done:bodyStart]...), clean...)
			done = end
		}
	}
	for at := 0; at < len(raw); {
		end := bytes.IndexByte(raw[at:], '\n')
		if end < 0 {
			end = len(raw)
		} else {
			end += at + 1
		}
		line := bytes.TrimRight(raw[at:end], "\r\n")
		switch {
		case bytes.HasPrefix(line, []byte("--")):
			if !inHeader {
				flush(at)
			}
			inHeader, isText, isBase64, bodyStart = true, true, false, -1
		case inHeader && len(line) == 0:
			inHeader, bodyStart = false, end
		case inHeader:
			low := bytes.ToLower(line[:min(len(line), 200)])
			if v, ok := bytes.CutPrefix(low, []byte("content-type:")); ok {
				isText = bytes.HasPrefix(bytes.TrimSpace(v), []byte("text/"))
			}
			if v, ok := bytes.CutPrefix(low, []byte("content-transfer-encoding:")); ok {
				isBase64 = bytes.Contains(v, []byte("base64"))
			}
		}
		at = end
	}
	if !inHeader {
		flush(len(raw))
	}
	if out == nil {
		return raw
	}
	return append(out, raw[done:]...)
}

// cleanPart decodes one base64 body, redacts it, and encodes it again if that
// changed anything.
func cleanPart(body []byte) ([]byte, bool) {
	packed := bytes.Map(func(r rune) rune {
		if r == '\r' || r == '\n' || r == ' ' || r == '\t' {
			return -1
		}
		return r
	}, body)
	text := make([]byte, base64.StdEncoding.DecodedLen(len(packed)))
	n, err := base64.StdEncoding.Decode(text, packed)
	if err != nil && n == 0 {
		return nil, false
	}
	clean := redact.Raw(append([]byte("\r\n"), text[:n]...))[2:] // behind an empty header
	if bytes.Equal(clean, text[:n]) {
		return nil, false
	}
	enc := base64.StdEncoding.EncodeToString(clean)
	var b bytes.Buffer
	for len(enc) > 76 {
		b.WriteString(enc[:76] + "\r\n")
		enc = enc[76:]
	}
	b.WriteString(enc + "\r\n")
	return b.Bytes(), true
}
