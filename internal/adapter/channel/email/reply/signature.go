package reply

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxSignatureLines  = 20 // below "-- ", which says by itself what follows (RFC 3676, section 4.3)
	maxGuessedLines    = 10 // below a rule that might also be decoration
	maxSignatureColumn = 90
	maxBeforeDevice    = 36 // characters in front of the device's name
)

// markSignatures marks the signature lines of one stretch of the sender's lines.
// first tells that nothing stands above it.
func markSignatures(lines []line, first bool) {
	if start := contactBlock(lines); start >= 0 {
		markFrom(lines[start:])
	}
	end := lastText(lines) + 1
	for markDeviceTail(lines[:end]) || markDisclaimer(lines[:end]) {
		end = lastText(lines[:end]) + 1
	}
	if start := signatureStart(lines[:end], first); start >= 0 {
		markFrom(lines[start:])
	}
	markDeviceParagraphs(lines)
	// Rules with nothing left below them belong to what was removed.
	for i := len(lines) - 1; i >= 0 && (lines[i].kind != kindText || isRule(lines[i].text)); i-- {
		if lines[i].kind == kindText {
			lines[i].kind = kindSignature
		}
	}
}

func markFrom(lines []line) {
	for i := range lines {
		if lines[i].kind == kindText {
			lines[i].kind = kindSignature
		}
	}
}

func lastText(lines []line) int {
	for i := len(lines) - 1; i >= 0; i-- {
		if lines[i].kind == kindText {
			return i
		}
	}
	return -1
}

// markDeviceTail marks a device line, and rules around it, at the very end.
func markDeviceTail(lines []line) bool {
	last := lastText(lines)
	if last < 0 {
		return false
	}
	if isDeviceLine(lines[last].text) {
		lines[last].kind = kindSignature
		return true
	}
	// A wrapped link: "Get Outlook for\niOS<https://...>".
	if last > 0 && lines[last-1].kind == kindText && len(lines[last].text) < 60 && strings.Contains(lines[last].text, "http") && isDeviceLine(lines[last-1].text+" "+lines[last].text) {
		lines[last-1].kind, lines[last].kind = kindSignature, kindSignature
		return true
	}
	return false
}

// markDeviceParagraphs marks device lines that stand alone between blank lines.
func markDeviceParagraphs(lines []line) {
	for i := range lines {
		alone := (i == 0 || lines[i-1].kind != kindText) && (i+1 == len(lines) || lines[i+1].kind != kindText)
		if alone && lines[i].kind == kindText && isDeviceLine(lines[i].text) {
			lines[i].kind = kindSignature
		}
	}
}

// isDeviceLine reports whether s is what a phone or mail program appends.
func isDeviceLine(s string) bool {
	if s == "" || len(s) > 200 {
		return false
	}
	linked := strings.Contains(s, "://")
	invited := strings.Contains(s, "://aka.ms/") // "Get Outlook for iOS<https://aka.ms/o0ukef>", in any language
	s = strings.ToLower(dropLinks(s))
	s = strings.TrimSpace(strings.Trim(s, "-–—*_<>()[]|~ "))
	if s == "" || utf8.RuneCountInString(s) > 90 || strings.Count(s, ". ") > 1 {
		return false
	}
	if r, _ := utf8.DecodeRuneInString(s); !unbroken(r) && len(strings.Fields(s)) > 11 {
		return false
	}
	// The device is named at once; "Sent from my desk, which is ..." is prose.
	named := false
	for _, n := range deviceNames {
		if i := strings.Index(s, n); i >= 0 && utf8.RuneCountInString(s[:i]) <= maxBeforeDevice {
			named = true
			break
		}
	}
	if strings.HasSuffix(s, " from mobile") && len(strings.Fields(s)) <= 4 || named && strings.HasPrefix(s, "sent from ") && len(strings.Fields(s)) <= 4 {
		return true
	}
	// A program unknown by name advertises itself by a link: "Sent via Superhuman (https://...)".
	if named && invited {
		return true
	}
	named = named || linked && len(strings.Fields(s)) <= 5
	if !named && (!strings.HasPrefix(s, "sent from ") || len(strings.Fields(s)) > 7 || strings.Contains(s, ",")) {
		return false
	}
	for _, p := range devicePrefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	if strings.HasSuffix(strings.TrimSuffix(s, "."), " gesendet") {
		first, _, _ := strings.Cut(s, " ")
		return first == "von" || first == "vom" || first == "mit" || first == "aus"
	}
	for _, p := range deviceSuffixes {
		if strings.HasSuffix(s, p) && len(strings.Fields(s)) <= 10 {
			return true
		}
	}
	return false
}

// dropLinks removes addresses from s and keeps the words of Markdown links.
func dropLinks(s string) string {
	if !strings.Contains(s, "://") {
		return s
	}
	s = strings.NewReplacer("](", " <", "[", "").Replace(s)
	for {
		i := strings.Index(s, "http")
		if i < 0 {
			return s
		}
		end := strings.IndexAny(s[i:], " >)]")
		if end < 0 {
			end = len(s) - i
		}
		s = strings.TrimRight(s[:i], "<(") + strings.TrimLeft(s[i+end:], ">)")
	}
}

// markDisclaimer marks a legal notice that is the last paragraph.
func markDisclaimer(lines []line) bool {
	last := lastText(lines)
	if last < 0 {
		return false
	}
	first, size := last, 0
	for first >= 0 && lines[first].kind == kindText && last-first < 30 {
		size += len(lines[first].text)
		first--
	}
	first++
	if size < 120 || size > 1<<14 || lastText(lines[:first]) < 0 {
		return false
	}
	var b strings.Builder
	for _, l := range lines[first : last+1] {
		b.WriteString(strings.ToLower(l.text))
		b.WriteByte(' ')
	}
	for _, row := range disclaimers {
		hits := 0
		for _, w := range row {
			if strings.Contains(b.String(), w) {
				hits++
			}
		}
		if hits >= min(3, len(row)-1) && strings.Contains(b.String(), row[0]) {
			markFrom(lines[first : last+1])
			return true
		}
	}
	return false
}

// signatureStart finds the "-- " or other rule above a signature, or returns -1.
func signatureStart(lines []line, first bool) int {
	hasAbove := !first
	drawn := map[string]bool{}
	for i := range lines {
		l := &lines[i]
		if l.kind != kindText {
			continue
		}
		if !isRule(l.text) {
			hasAbove = true
			continue
		}
		if !drawn[l.text] && isSignatureRule(l.text) && !underlines(lines, i) && signatureBelow(lines[i+1:], l) && (hasAbove || strings.HasPrefix(l.text, "--")) {
			return i
		}
		// A rule drawn twice divides the text.
		drawn[l.text] = l.text != "--"
	}
	return -1
}

// underlines reports whether the rule at lines[i] underlines a heading.
func underlines(lines []line, i int) bool {
	if i == 0 || lines[i-1].kind != kindText || len(lines[i].text) < 3 {
		return false
	}
	d := utf8.RuneCountInString(lines[i].text) - utf8.RuneCountInString(lines[i-1].text)
	return d >= -1 && d <= 1
}

func isSignatureRule(s string) bool {
	if !isRule(s) || strings.ContainsAny(s, "#,~") {
		return false
	}
	return len(s) >= 2
}

// signatureBelow reports whether lines, all that follows rule, look like a
// signature rather than more text.
func signatureBelow(lines []line, rule *line) bool {
	strict, dashes := rule.raw == "-- ", rule.text == "--"
	count := 0
	divided := false // by another rule
	for _, l := range lines {
		if l.kind == kindBlank {
			continue
		}
		count++
		if strict {
			if count > maxSignatureLines {
				return false
			}
			continue
		}
		if isRule(l.text) {
			divided = true
		} else if divided && !dashes {
			return false
		}
		if l.text == rule.text && !dashes || count > maxGuessedLines || l.kind == kindText && looksProse(l.text) {
			return false
		}
	}
	return true
}

// looksProse reports whether s is a sentence, a list item or too wide a line to
// belong to a signature.
func looksProse(s string) bool {
	n := utf8.RuneCountInString(s)
	if n > maxSignatureColumn {
		return true
	}
	r, size := utf8.DecodeRuneInString(s)
	if (r == '-' || r == '*' || r == '•' || r == '+') && strings.HasPrefix(s[size:], " ") {
		return true
	}
	if i := strings.IndexByte(s, '.'); i > 0 && i <= 2 && strings.Trim(s[:i], "0123456789") == "" && strings.HasPrefix(s[i:], ". ") {
		return true
	}
	last, _ := utf8.DecodeLastRuneInString(s)
	switch {
	case last == '?' || last == '？' || last == '؟':
		return true
	case last == '。' || last == '！':
		return n >= 10
	case last == '.' || last == '!' || last == ':' || last == '…':
		return len(strings.Fields(s)) >= 6
	}
	return false
}

// contactBlock finds a closing paragraph that opens with a name and goes on with
// contact data of two kinds, a site among them, or with "via mobile".
func contactBlock(lines []line) int {
	last := lastText(lines)
	first := last
	for first > 0 && lines[first-1].kind == kindText {
		first--
	}
	size := last - first + 1
	if first <= 0 || size < 2 || size > 8 || !isName(lines[first].text) {
		return -1
	}
	above := lastText(lines[:first])
	if above < 0 || strings.HasSuffix(lines[above].text, ":") || strings.HasSuffix(lines[above].text, "：") {
		return -1
	}
	var site, other, mobile bool
	for _, l := range lines[first+1 : last+1] {
		s := strings.ToLower(l.text)
		switch {
		case strings.HasPrefix(s, "via ") && isDeviceName(s[4:]):
			mobile = true
		case strings.HasPrefix(s, "www.") || strings.HasPrefix(s, "http"):
			site = true
		case hasAddress(s) && len(strings.Fields(s)) <= 3 || isPhone(s):
			other = true
		case len(strings.Fields(s)) > 5 || strings.ContainsAny(s, "0123456789?!") || strings.HasSuffix(s, "."):
			return -1
		}
	}
	if site && other || mobile && size == 2 {
		return first
	}
	return -1
}

func isDeviceName(s string) bool {
	for _, n := range deviceNames {
		if strings.Contains(s, n) {
			return len(strings.Fields(s)) <= 3
		}
	}
	return false
}

// isName reports whether s is two to four capitalised words.
func isName(s string) bool {
	fields := strings.Fields(s)
	if len(fields) < 2 || len(fields) > 4 {
		return false
	}
	for _, w := range fields {
		r, _ := utf8.DecodeRuneInString(w)
		if !unicode.IsUpper(r) || strings.ContainsAny(w, "0123456789:;!?@/,") {
			return false
		}
	}
	return true
}

func isPhone(s string) bool {
	digits := 0
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case !strings.ContainsRune("+-() ./telphonmobifax:", r):
			return false
		}
	}
	return digits >= 7
}
