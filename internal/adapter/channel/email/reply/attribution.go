package reply

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxAttributionLines = 4   // Gmail wraps at 78 columns; long names and addresses take four lines
	maxAttribution      = 600 // bytes, joined
)

// attributionAt looks for an attribution that ends at lines[end] and returns its
// first line, or -1. Nothing before floor takes part. quoted tells that a quote
// line follows.
func attributionAt(lines []line, floor, end int, quoted bool) int {
	if !mayEndAttribution(lines[end].text) {
		return -1
	}
	starts := [maxAttributionLines]string{}
	n := 0
	for i := end; i >= floor && n < maxAttributionLines; i-- {
		l := &lines[i]
		// A wrapped line may begin with the ">" that closes an address.
		if l.kind != kindText && (i != end || l.fromDOM || l.depth != 1) && !(l.kind == kindQuote && i > floor && n > 0) {
			break
		}
		joined := joinLines(lines[i : end+1])
		if len(joined) > maxAttribution {
			break
		}
		starts[n] = joined
		n++
	}
	if n == 0 || !hasEvidence(starts[n-1], quoted) {
		return -1
	}
	var fits [maxAttributionLines]bool
	for k := range n {
		fits[k] = lines[end-k].depth == 0 && isAttribution(starts[k], quoted)
	}
	// The nearest line that opens with a word such as "On" is the start; failing
	// that, the nearest that opens with a date; failing that, with a name.
	for k := 0; k < n; k++ {
		if fits[k] && hasOpener(starts[k]) {
			if r, _ := utf8.DecodeRuneInString(starts[k]); unbroken(r) {
				return withName(lines, floor, end-k) // Chinese opens with "于" behind the name
			}
			return end - k
		}
	}
	for k := 0; k < n; k++ {
		if fits[k] && digitSoon(lines[end-k].text) {
			return withName(lines, floor, end-k)
		}
	}
	for k := 0; k < n; k++ {
		if fits[k] && (k == 0 || strings.ContainsAny(lines[end-k].text, "@<")) {
			return withName(lines, floor, end-k)
		}
	}
	return -1
}

// hasEvidence is the test that every attribution passes: a digit, an address, a
// mediator, dashes, or a quote below it.
func hasEvidence(s string, quoted bool) bool {
	return quoted || strings.ContainsAny(s, "@0123456789") || strings.Contains(s, " via ") || strings.HasPrefix(s, "--") || strings.ContainsFunc(s, unicode.IsDigit)
}

// withName moves start up over the line that a client wrapped off the front of an
// attribution: the name above "<ann@example.com> wrote:", or the name with its
// address above the date.
func withName(lines []line, floor, start int) int {
	if start <= floor || lines[start-1].kind != kindText || start-1 > floor && lines[start-2].kind == kindText {
		return start
	}
	above := lines[start-1].text
	name := len(strings.Fields(above)) <= 4 && strings.HasPrefix(lines[start].text, "<")
	address := strings.HasSuffix(strings.TrimRight(above, ", "), ">") && hasAddress(above) && len(strings.Fields(above)) <= 8
	if name || address {
		return start - 1
	}
	return start
}

// mayEndAttribution is the cheap test that spares most lines the full one.
func mayEndAttribution(s string) bool {
	if s == "" || len(s) > maxAttribution {
		return false
	}
	switch s[len(s)-1] {
	case ':', '-', '>', ')', '*', '_', '.', '"', ']':
		return true
	}
	if strings.HasSuffix(s, "：") || strings.HasSuffix(s, "៖") { // full width, Khmer
		return true
	}
	return hasCloser(strings.ToLower(s)) != "" || strings.Contains(s, " GMT")
}

// joinLines joins a wrapped attribution, keeping a ">" that closes an address.
func joinLines(lines []line) string {
	if len(lines) == 1 {
		return lines[0].text
	}
	var b strings.Builder
	open, soft := false, true
	for _, l := range lines {
		text := l.text
		if l.depth == 1 && open {
			text = "> " + text
		}
		if !soft {
			b.WriteByte(' ')
		}
		b.WriteString(text)
		soft = l.soft
		if i := strings.LastIndexAny(text, "<>"); i >= 0 {
			open = text[i] == '<'
		}
	}
	return b.String()
}

func hasOpener(s string) bool {
	s = strings.TrimLeft(s, "-*_ ")
	for _, o := range openers {
		rest, ok := strings.CutPrefix(s, o)
		if !ok {
			continue
		}
		last, _ := utf8.DecodeLastRuneInString(o)
		if r, _ := utf8.DecodeRuneInString(rest); r == ' ' || unbroken(last) || !isWord(last) {
			return true
		}
	}
	return false
}

// digitSoon reports whether a digit stands near the start of s, as in a date with
// the weekday before it.
func digitSoon(s string) bool {
	n := 0
	for _, r := range s {
		if unicode.IsDigit(r) {
			return true
		}
		if n++; n > 28 || r == '@' || r == '<' {
			return false
		}
	}
	return false
}

// hasCloser returns the closing verb of low, or "".
func hasCloser(low string) string {
	best := ""
	for _, c := range closers {
		if len(c) <= len(best) || !strings.HasSuffix(low, c) {
			continue
		}
		first, _ := utf8.DecodeRuneInString(c)
		before, _ := utf8.DecodeLastRuneInString(low[:len(low)-len(c)])
		if unbroken(first) || !isWord(before) {
			best = c
		}
	}
	return best
}

// isAttribution weighs a joined candidate: a verb of writing, or a closing
// address, counts only together with the evidence of a date, a time or an address.
func isAttribution(s string, quoted bool) bool {
	core := strings.TrimLeft(s, "-*_~= <>")
	dashed := strings.HasPrefix(s, "--") && strings.HasSuffix(s, "--")
	if strings.HasPrefix(s, "<") {
		core = s
	}
	core = strings.TrimRight(core, "-*_~= .")
	body := strings.TrimRight(core, ":：៖ *_")
	colon := len(body) < len(core) && strings.ContainsAny(core[len(body):], ":：៖")
	if body == "" {
		return false
	}
	low := strings.ToLower(body)
	f := gatherFacts(low)

	verb := hasCloser(low)
	if verb != "" && weakClosers[verb] && !hasOpener(core) && !dashed && !(f.email && f.dated()) {
		verb = ""
	}
	if verb != "" {
		return closesAttribution(low, verb, f, colon || dashed, dashed, quoted)
	}
	if !colon && !strings.HasSuffix(low, ">") {
		// "2016-03-03 17:21 GMT+01:00 Some One", as old Gmail wrote it.
		return f.dateFirst && f.year && f.clock && f.words <= 8 && strings.Contains(low, " gmt") && f.wordsAfterDate >= 1
	}
	if colon && hasMiddle(low) {
		if f.email && (f.dated() || f.digit && f.clock || quoted) || f.clock && (f.year || f.dmy) && f.words <= 16 {
			return true
		}
	}
	// A date and an address say enough without a verb.
	if f.email && f.dated() && endsInAddress(low) {
		return colon && (f.clock || f.dateFirst) || f.dateFirst && f.words <= 12
	}
	// In a language without a row in the lists: what stands right above quote marks and names an author and a time to the
	// minute is no sentence of the writer's.
	if !quoted || f.sentence || !f.clock || !f.dated() {
		return false
	}
	return f.email && f.words <= 18 || colon && (f.year || f.dmy) && f.words <= 9
}

// closesAttribution judges a candidate that ends in a verb of writing.
func closesAttribution(low, verb string, f facts, marked, dashed, quoted bool) bool {
	switch {
	case f.email:
		if f.dated() || f.digit && f.clock {
			return quoted || !f.sentence || f.words <= 14
		}
		return marked && (f.words <= 7 && !f.sentence || quoted && f.words <= 12)
	case f.sentence && !(quoted && f.clock && (f.year || f.dmy)):
		return false
	case f.clock && (f.year || f.dmy || f.numbers >= 3):
		return f.words <= 18
	case f.year || f.dmy:
		return (marked || quoted) && f.wordsAfterDate <= 6
	case dashed:
		return f.words <= 8
	case marked && strings.Contains(low, " via "):
		return f.words <= 12
	}
	return marked && quoted && f.words <= 9 && len(low) > len(verb)
}

func hasMiddle(low string) bool {
	for _, m := range middles {
		for from := 0; ; {
			i := strings.Index(low[from:], m)
			if i < 0 {
				break
			}
			i += from
			before, _ := utf8.DecodeLastRuneInString(low[:i])
			after, _ := utf8.DecodeRuneInString(low[i+len(m):])
			first, _ := utf8.DecodeRuneInString(m)
			if unbroken(first) || !isWord(before) && !isWord(after) {
				return true
			}
			from = i + len(m)
		}
	}
	return false
}

// endsInAddress reports whether low ends in a bracketed mail address.
func endsInAddress(low string) bool {
	at := strings.LastIndexByte(low, '@')
	return at > 0 && strings.ContainsAny(low, "<([") && !strings.ContainsAny(strings.TrimRight(low[at:], ">)]\" "), " ,;")
}

// leadingAttribution reports whether s begins with an attribution that goes on with
// the quote on the same line, as Yahoo's phone programs write it.
func leadingAttribution(s string) bool {
	i := strings.Index(s, ":  ")
	if i < 0 || i > maxAttribution || !hasOpener(s) {
		return false
	}
	low := strings.ToLower(strings.TrimRight(s[:i], " "))
	f := gatherFacts(low)
	return f.email && f.clock && f.dated() && hasCloser(low) != ""
}

// inlineAttribution finds an attribution that a client glued to the end of the
// reply's last line ("Thanks! On Wed, Apr 4, 2012 at 3:59 PM, a@b.c wrote:") and
// returns where it starts, or -1. It asks for more evidence than a line of its own.
func inlineAttribution(s string) int {
	if len(s) > maxAttribution || !strings.HasSuffix(strings.TrimRight(s, "-* "), ":") && !strings.HasSuffix(s, "：") || hasOpener(s) {
		return -1
	}
	best := -1
	for _, o := range openers {
		if len(o) < 2 || o == "At" || o == "La" || o == "To" || o == "于" || o == "於" {
			continue // "于" has the author in front of it
		}
		i := strings.LastIndex(s, o+" ")
		if i <= best || i == 0 {
			continue
		}
		if strings.ContainsRune(s[:i], '@') {
			continue
		}
		if c := s[i-1]; c != ' ' && c != '-' && c != '.' && c != '!' && c != '>' {
			continue
		}
		low := strings.ToLower(strings.TrimRight(s[i:], ":：-* "))
		f := gatherFacts(low)
		if hasCloser(low) != "" && f.clock && (f.year || f.dmy) && f.dateEarly && (f.email || f.words <= 12) {
			best = i
		}
	}
	if best < 0 {
		return -1
	}
	return len(strings.TrimRight(s[:best], "- "))
}
