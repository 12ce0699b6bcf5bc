package message

import (
	"bytes"
	"cmp"
	"strings"
)

// part is one node of the MIME tree. It holds slices of the message; nothing
// is decoded before somebody asks.
type part struct {
	header      header
	mediaType   string // "text/plain"; never empty
	params      map[string]string
	disposition string // "inline", "attachment" or ""
	name        string
	contentID   string
	body        []byte // still transfer-encoded
	children    []*part
	untyped     bool // no usable Content-Type stood there
}

func (p *part) is(top string) bool { return strings.HasPrefix(p.mediaType, top+"/") }

func (p *part) charset() string { return p.params["charset"] }

// tree reads the MIME structure of a message in one pass over its lines: each
// line that starts with "--" is compared with the boundaries that are open, so
// the cost is the size of the message times, at most, the depth limit. An
// inner multipart that was never closed ends where its parent's boundary shows.
type tree struct {
	data       []byte
	pos        int
	lim        Limits
	warn       func(string)
	open       []string // boundaries, outermost first
	parts      int
	candidates int
}

// maxCandidates bounds the lines compared with boundaries: a legitimate
// message has a few per part, a bomb has one every three bytes.
const maxCandidates = 1_000_000

// delimiter is a boundary line found in the body.
type delimiter struct {
	start, end int // of the line, the line break before it and after it included
	level      int // index into tree.open
	closing    bool
}

// next finds the first line from pos on that is a delimiter of an open
// multipart; ok is false if there is none up to the end.
func (t *tree) next(pos int) (d delimiter, ok bool) {
	if len(t.open) == 0 {
		return d, false
	}
	for pos < len(t.data) {
		var i int
		if (pos == 0 || t.data[pos-1] == '\n') && bytes.HasPrefix(t.data[pos:], []byte("--")) {
			i = pos
		} else {
			j := bytes.Index(t.data[pos:], []byte("\n--"))
			if j < 0 {
				return d, false
			}
			i = pos + j + 1
		}
		if t.candidates++; t.candidates > maxCandidates {
			t.warn(WarnPartsLimit)
			return d, false
		}
		end := len(t.data)
		if j := bytes.IndexByte(t.data[i:], '\n'); j >= 0 {
			end = i + j + 1
		}
		line := t.data[i+2 : end]
		for level := len(t.open) - 1; level >= 0; level-- {
			b := t.open[level]
			if len(line) < len(b) || string(line[:len(b)]) != b {
				continue
			}
			tail := bytes.TrimRight(line[len(b):], " \t\r\n")
			closing := isClosing(tail)
			if len(tail) > 0 && !closing {
				continue
			}
			start := i
			if start > 0 && t.data[start-1] == '\n' {
				start--
				if start > 0 && t.data[start-1] == '\r' {
					start--
				}
			}
			return delimiter{start, end, level, closing}, true
		}
		pos = end
	}
	return d, false
}

// isClosing takes "--", and "-->" and the like, which scripts write.
func isClosing(tail []byte) bool {
	if !bytes.HasPrefix(tail, []byte("--")) {
		return false
	}
	return len(tail) == 2 || tail[2] < '0' && tail[2] != '-' || tail[2] == '>' || tail[2] == ';'
}

// endOfBlock returns where the block from pos ends and moves behind the
// delimiter there; ok is false at the end of the message.
func (t *tree) endOfBlock(pos int) (end int, d delimiter, ok bool) {
	d, ok = t.next(pos)
	if !ok {
		t.pos = len(t.data)
		return len(t.data), d, false
	}
	t.pos = d.end
	return max(pos, d.start), d, true
}

// read parses one part from t.pos up to a delimiter of an open multipart, which
// it returns. Neither its header nor its boundaries are sought beyond that.
func (t *tree) read(parent string) (*part, delimiter, bool) {
	t.parts++
	start := t.pos
	end, d, ok := t.endOfBlock(start)
	h, rest := parseHeader(t.data[start:end], t.lim.HeaderBytes, t.warn)
	p := t.newPart(h, parent)
	p.body = rest
	if !p.is("multipart") {
		return p, d, ok
	}
	boundary := t.boundary(p)
	switch {
	case boundary == "":
		t.warn(WarnBoundaryMissing)
		p.mediaType, p.untyped = "text/plain", true
	case len(t.open) >= t.lim.Depth:
		t.warn(WarnDepthLimit)
		p.mediaType, p.untyped = "text/plain", true
	default:
		return t.multipart(p, end-len(rest), boundary)
	}
	return p, d, ok
}

// multipart reads the children of p. A delimiter of an outer level ends it,
// as does the end of the message; what stands behind its own closing
// delimiter is epilogue and skipped, unless a further part follows, as some
// gateways append parts behind the end.
func (t *tree) multipart(p *part, pos int, boundary string) (*part, delimiter, bool) {
	t.open = append(t.open, boundary)
	level := len(t.open) - 1
	defer func() { t.open = t.open[:level] }()
	end, d, ok := t.endOfBlock(pos)
	p.body = t.data[min(pos, end):end] // preamble
	for {
		if !ok {
			t.warn(WarnBoundaryUnclosed)
			return p, d, false
		}
		if d.level < level {
			t.warn(WarnBoundaryUnclosed)
			return p, d, true
		}
		if d.closing {
			if _, d, ok = t.endOfBlock(t.pos); !ok || d.level < level {
				return p, d, ok
			}
			continue
		}
		if t.parts >= t.lim.Parts {
			t.warn(WarnPartsLimit)
			t.open = t.open[:level]
			_, d, ok = t.endOfBlock(t.pos)
			return p, d, ok
		}
		var child *part
		child, d, ok = t.read(p.mediaType)
		p.children = append(p.children, child)
	}
}

// boundary returns the boundary that the body really uses: the declared one,
// or, if that never shows, the one that its lines suggest.
func (t *tree) boundary(p *part) string {
	declared := strings.TrimRight(p.params["boundary"], " \t")
	if declared != "" && len(declared) <= 512 && shows(p.body, declared) {
		return declared
	}
	// Only the head is searched, and only lines with a header behind them count.
	rest := p.body
	if len(rest) > 64<<10 {
		rest = rest[:64<<10]
	}
	for len(rest) > 0 {
		line, next := cutLine(rest)
		line = bytes.TrimRight(line, " \t\r")
		if len(line) > 2 && len(line) < 202 && bytes.HasPrefix(line, []byte("--")) {
			follow, _ := cutLine(next)
			if name, _, ok := splitField(follow); ok && bytes.HasPrefix(bytes.ToLower(name), []byte("content-")) {
				found := string(line[2:])
				for _, open := range t.open {
					if found == open {
						return declared
					}
				}
				t.warn(WarnBoundaryMissing)
				return found
			}
		}
		rest = next
	}
	return ""
}

func shows(body []byte, boundary string) bool {
	return bytes.HasPrefix(body, []byte("--"+boundary)) || bytes.Contains(body, []byte("\n--"+boundary))
}

// newPart types a part by its header.
func (t *tree) newPart(h header, parent string) *part {
	p := &part{header: h}
	p.mediaType, p.params = splitParams(h.get("content-type"), nil)
	hints := []string{p.charset()}
	p.mediaType = t.cleanMediaType(p.mediaType, parent)
	p.untyped = p.untyped || !h.has("content-type")
	value, params := splitParams(h.get("content-disposition"), hints)
	switch {
	case value == "inline":
		p.disposition = "inline"
	case value != "": // RFC 2183 section 2.8: an unknown type is an attachment
		p.disposition = "attachment"
	}
	if params["filename"] != "" {
		p.name = fileName(params["filename"], hints)
	} else if n := cmp.Or(p.params["name"], p.params["filename"], p.params["file"]); n != "" {
		p.name = fileName(n, hints)
	}
	p.contentID = strings.Trim(cleanHeader(h.get("content-id")), "<> ")
	if !validID(p.contentID) {
		p.contentID = ""
	}
	return p
}

// cleanMediaType repairs the type; parent decides the default (RFC 2046 section 5.1.5).
func (t *tree) cleanMediaType(s, parent string) string {
	s = strings.Map(func(r rune) rune {
		if r <= ' ' || r >= 0x7f || strings.ContainsRune("\"'<>()[],;:=@?\\", r) {
			return -1
		}
		return r
	}, s)
	top, sub, slash := strings.Cut(s, "/")
	switch {
	case s == "":
		if parent == "multipart/digest" {
			return "message/rfc822"
		}
		return "text/plain"
	case slash && top != "" && sub != "" && !strings.Contains(sub, "/"):
		return s
	case s == "html" || s == "text/html/":
		return "text/html"
	case top == "text" || s == "plain" || s == "plain/text":
		return "text/plain"
	case top == "multipart":
		return "multipart/mixed"
	}
	t.warn(WarnTypeMalformed)
	return "application/octet-stream"
}
