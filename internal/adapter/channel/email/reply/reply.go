package reply

import (
	"slices"
	"strings"
	"unicode"
)

// maxPasses bounds how often the rules run over what they left; one is enough for
// nearly every mail, and the second finds nothing.
const maxPasses = 6

// Parts is a body taken apart. Each part is trimmed of blank lines at its start
// and of white space at its end, and its lines end in "\n".
type Parts struct {
	Reply     string // what the sender newly wrote; never empty if the body holds text
	Quoted    string // history: quotes with their attributions, header blocks, separators
	Signature string // signature, device line, legal notice
}

// FromText splits a plain-text body. Splitting the Reply again changes nothing.
// Runs of bytes that are not UTF-8 become one U+FFFD.
func FromText(text string) Parts {
	return settle(split(splitLines(strings.ToValidUTF8(text, "\uFFFD"))))
}

// FromMessage splits a message that has both bodies and returns the better
// result. textFromHTML tells that text was derived from html, so that it holds
// nothing of its own. An empty html, or an empty text, leaves the choice to the other.
func FromMessage(text, html string, textFromHTML bool) Parts {
	switch {
	case strings.TrimSpace(html) == "":
		return FromText(text)
	case strings.TrimSpace(text) == "" || textFromHTML:
		return FromHTML(html)
	}
	fromText, fromHTML := FromText(text), FromHTML(html)
	t, h := essence(fromText.Reply), essence(fromHTML.Reply)
	switch {
	case h == "" || t == h:
		return fromText
	case t == "":
		return fromHTML
	case fromHTML.Quoted == "" && fromText.Quoted != "":
		return fromText
	case fromText.Quoted == "" && fromHTML.Quoted != "":
		return fromHTML
	case strings.HasPrefix(h, t):
		return fromText
	case strings.HasPrefix(t, h):
		return fromHTML
	}
	// They differ in more than length: the plain text is what shows line by line
	// what the sender's program meant, except where answers stand inside a quote.
	return fromText
}

// essence reduces s to its letters and digits, for comparison across renderings.
func essence(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// settle applies the rules to their own result until it stays, which makes
// splitting idempotent.
func settle(p Parts) Parts {
	for range maxPasses {
		next := split(splitLines(p.Reply))
		if next.Reply == p.Reply {
			break
		}
		p.Reply = next.Reply
		p.Quoted = joinParts(next.Quoted, p.Quoted)
		p.Signature = joinParts(next.Signature, p.Signature)
	}
	return p
}

func joinParts(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "\n" + b
}

// split judges every line and assembles the parts.
func split(lines []line) Parts {
	lines = markHistory(lines)
	markWrapped(lines)
	runs := quoteRuns(lines)
	mixed := interleaved(lines, runs)
	markSegments(lines, mixed)
	last := lastText(lines)
	for _, r := range runs {
		// Quotes stay where answers refer to them, and where the sender put them
		// without the attribution that programs write.
		if r.start < last && (mixed || !r.attributed) {
			for i := r.start; i < r.end; i++ {
				if lines[i].kind == kindQuote {
					lines[i].kind = kindText
				}
			}
		}
	}
	return assemble(lines)
}

// markHistory finds attributions and the point from which all is history.
func markHistory(lines []line) []line {
	floor := 0
	written := false // new text has been seen
	inlined := false
	for i := 0; i < len(lines); i++ {
		l := &lines[i]
		switch l.kind {
		case kindQuote:
			if i > floor && lines[i-1].kind == kindText && strings.LastIndexByte(lines[i-1].text, '<') > strings.LastIndexByte(lines[i-1].text, '>') {
				if start := attributionAt(lines, floor, i, true); start >= 0 && start < i {
					markAttribution(lines[start : i+1])
					floor = i + 1
				}
			}
			continue
		case kindText:
		default:
			continue
		}
		if n := historyMarkAt(lines, i); n > 0 {
			if written {
				cutFrom(lines, i)
				return lines
			}
			for j := i; j < i+n; j++ {
				if lines[j].kind != kindBlank {
					lines[j].kind = kindHistory
				}
			}
			i += n - 1
			floor = i + 1
			continue
		}
		next := nextText(lines, i+1)
		quoted := next >= 0 && lines[next].kind == kindQuote
		if !inlined {
			if at := inlineAttribution(l.text); at > 0 && strings.HasPrefix(strings.TrimLeft(l.raw, " "), l.text) {
				at += strings.Index(l.raw, l.text)
				head, tail := newLine(l.raw[:at]), newLine(l.raw[at:])
				lines = slices.Replace(lines, i, i+1, head, tail)
				lines[i+1].kind = kindAttribution
				if !quoted {
					cutFrom(lines, i+1)
					return lines
				}
				inlined, written, floor = true, true, i+2
				i++
				continue
			}
		}
		if start := attributionAt(lines, floor, i, quoted); start >= 0 {
			before := writtenIn(lines[floor:start]) || floor > 0 && written && writtenIn(lines[:start])
			switch {
			case before && !quoted:
				cutFrom(lines, start)
				return lines
			case !quoted:
				// With nothing above and no marks below, the line may be the
				// sender's own, citing someone.
				written, floor = true, i+1
				continue
			}
			markAttribution(lines[start : i+1])
			floor, written = i+1, before
			continue
		}
		written = written || !isRule(l.text) && !isDeviceLine(l.text)
	}
	return lines
}

// historyMarkAt returns the length in lines of the delimiter, separator or header
// block at lines[i], or 0. A separator includes the header block below it.
func historyMarkAt(lines []line, i int) int {
	if isDelimiter(lines[i].text) || isPostedBy(lines[i].text) || leadingAttribution(lines[i].text) {
		return 1
	}
	if separatorAt(lines, i) != separatorNone {
		if next := nextText(lines, i+1); next >= 0 {
			if n := headerBlockAt(lines, next); n > 0 {
				return next + n - i
			}
		}
		return 1
	}
	n := headerBlockAt(lines, i)
	if n > 0 && !writtenIn(lines[:i]) && !hasDateField(lines[i:i+n]) {
		return 0 // a contact form: its sender and subject are the message
	}
	return n
}

func hasDateField(lines []line) bool {
	for _, l := range lines {
		if f, value := headerLine(l.text); f == fieldDate && looksDated(value) {
			return true
		}
	}
	return len(lines) == 1
}

// writtenIn reports whether lines hold new text.
func writtenIn(lines []line) bool {
	for i := range lines {
		if l := &lines[i]; l.kind == kindText && !isRule(l.text) && !isDeviceLine(l.text) {
			return true
		}
	}
	return false
}

func markAttribution(lines []line) {
	for i := range lines {
		lines[i].kind = kindAttribution
	}
}

// cutFrom marks lines[i] and all below as history, and the rules right above.
func cutFrom(lines []line, i int) {
	for i > 0 && (lines[i-1].kind == kindBlank || lines[i-1].kind == kindText && isRule(lines[i-1].text)) {
		i--
	}
	for ; i < len(lines); i++ {
		if lines[i].kind != kindBlank {
			lines[i].kind = kindHistory
		}
	}
}

// markWrapped returns to the quote the ends of quoted lines that a gateway
// wrapped without marking them: short, lower case, and pressed between a long
// quoted line and another.
func markWrapped(lines []line) {
	for i := 1; i+1 < len(lines); i++ {
		above, l, below := &lines[i-1], &lines[i], &lines[i+1]
		if l.kind != kindText || above.kind != kindQuote || below.kind != kindQuote || above.fromDOM {
			continue
		}
		if strings.HasPrefix(l.text, "(http") || strings.HasPrefix(l.text, "<http") {
			l.kind = kindQuote // a long link never fits
			continue
		}
		if len(above.raw) < 66 || len(l.raw) > 60 {
			continue
		}
		if c := l.text[0]; c >= 'a' && c <= 'z' || c == '<' || c == ')' || c == ']' {
			l.kind = kindQuote
		}
	}
}

// run is a stretch of quote lines with the blank lines in it.
type run struct {
	start, end int
	attributed bool
}

func quoteRuns(lines []line) []run {
	var runs []run
	attributed := false
	for i := 0; i < len(lines); i++ {
		switch l := &lines[i]; l.kind {
		case kindAttribution:
			attributed = true
		case kindText:
			attributed = false
		case kindQuote:
			r := run{start: i, attributed: attributed || l.fromDOM && !l.weak}
			for i < len(lines) && (lines[i].kind == kindQuote || lines[i].kind == kindBlank) {
				if lines[i].kind == kindQuote {
					r.end = i + 1
				}
				i++
			}
			i--
			runs = append(runs, r)
		}
	}
	return runs
}

// interleaved reports whether the sender answered between the lines of one quote:
// new text stands between two runs, and no attribution begins the second one.
func interleaved(lines []line, runs []run) bool {
	for i := 1; i < len(runs); i++ {
		between := lines[runs[i-1].end:runs[i].start]
		fresh := writtenIn(between)
		for _, l := range between {
			if l.kind == kindAttribution || l.kind == kindHistory {
				fresh = false
			}
		}
		if fresh {
			return true
		}
	}
	return false
}

// markSegments looks for signatures in each stretch of the sender's own lines.
// Between answers only device lines count.
func markSegments(lines []line, mixed bool) {
	for i := 0; i < len(lines); {
		if lines[i].kind != kindText && lines[i].kind != kindBlank {
			i++
			continue
		}
		end := i
		for end < len(lines) && (lines[end].kind == kindText || lines[end].kind == kindBlank) {
			end++
		}
		if mixed && end < len(lines) && lines[end].kind == kindQuote {
			markDeviceParagraphs(lines[i:end])
		} else {
			markSignatures(lines[i:end], i == 0)
		}
		i = end
	}
}

// assemble collects the parts. Blank lines go with the line above them.
func assemble(lines []line) Parts {
	var reply, quoted, signature strings.Builder
	into := &reply
	for i := range lines {
		l := &lines[i]
		switch l.kind {
		case kindText:
			into = &reply
			if l.depth > 0 && l.fromDOM {
				reply.WriteString(strings.Repeat(">", l.depth) + " ")
			}
		case kindQuote, kindAttribution, kindHistory:
			into = &quoted
		case kindSignature:
			into = &signature
			if reply.Len() > 0 {
				reply.WriteByte('\n') // the paragraph around a removed line stays as it was
			}
		}
		into.WriteString(l.raw)
		into.WriteByte('\n')
	}
	p := Parts{Reply: trim(reply.String()), Quoted: trim(quoted.String()), Signature: trim(signature.String())}
	switch {
	case p.Reply != "" && visible(p.Reply) != "":
	case p.Signature != "" && p.Quoted != "":
		p.Reply, p.Signature = p.Signature, ""
	default:
		p = Parts{Reply: whole(lines)}
	}
	return p
}

func whole(lines []line) string {
	var b strings.Builder
	for i := range lines {
		b.WriteString(lines[i].raw)
		b.WriteByte('\n')
	}
	return trim(b.String())
}

// trim removes blank lines at the start of s and white space at its end.
func trim(s string) string {
	s = strings.TrimRightFunc(s, unicode.IsSpace)
	for {
		i := strings.IndexByte(s, '\n')
		if i < 0 || strings.TrimSpace(s[:i]) != "" {
			return s
		}
		s = s[i+1:]
	}
}
