package reply

import (
	"strings"
	"unicode/utf8"
)

const (
	maxHeaderLines = 16
	maxLabel       = 60 // bytes
)

// vocabulary is the word lists in the shape that the rules search.
type vocabulary struct {
	fields    map[string]field
	originals map[string]bool
	forwards  map[string]bool
}

var words = newVocabulary()

func newVocabulary() vocabulary {
	v := vocabulary{fields: map[string]field{}, originals: map[string]bool{}, forwards: map[string]bool{}}
	// Some labels serve two roles in two languages ("Da", "A"); the role that
	// proves more wins.
	for _, f := range []field{fieldOther, fieldSubject, fieldTo, fieldDate, fieldFrom} {
		for _, w := range fieldWords[f] {
			v.fields[w] = f
		}
	}
	for _, w := range originals {
		v.originals[w] = true
	}
	for _, w := range forwards {
		v.forwards[w] = true
	}
	return v
}

// headerLine reads a "Label: value" line of a header block.
func headerLine(s string) (f field, value string) {
	s = strings.TrimLeft(s, "*_ #|•-")
	limit := min(len(s), maxLabel)
	i := strings.IndexByte(s[:limit], ':')
	size := 1
	if j := strings.Index(s, "："); j >= 0 && j < limit && (i < 0 || j < i) {
		i, size = j, len("：")
	}
	if i <= 0 {
		return fieldNone, ""
	}
	label := strings.ToLower(strings.Trim(s[:i], "*_ []"))
	// QQ and Foxmail space their labels out: "收 件 人".
	f, ok := words.fields[label]
	if !ok && strings.Contains(label, " ") {
		if r, _ := utf8.DecodeRuneInString(label); unbroken(r) {
			f = words.fields[strings.ReplaceAll(label, " ", "")]
		}
	}
	return f, strings.Trim(s[i+size:], "*_ ")
}

// headerBlockAt measures a header block that begins at lines[i]: its length in
// lines, or 0. It takes three roles, or two of which one is the sender or the
// date, and an address or a date among the values.
func headerBlockAt(lines []line, i int) int {
	first, _ := headerLine(lines[i].text)
	if first == fieldNone || first == fieldOther {
		return 0
	}
	if flatHeader(lines[i].text) {
		return 1
	}
	var seen [fieldOther + 1]bool
	address, dated := false, false
	end := i
	for j := i; j < len(lines) && j-i < maxHeaderLines; {
		l := &lines[j]
		f, value := fieldNone, ""
		if l.kind == kindText || l.kind == kindQuote && l.fromDOM == lines[i].fromDOM && l.depth == lines[i].depth {
			f, value = headerLine(l.text)
		}
		if f == fieldNone {
			next := nextHeaderLine(lines, j)
			if next < 0 {
				break
			}
			j = next
			continue
		}
		if value == "" && seen[f] {
			break
		}
		seen[f] = true
		address = address || (f == fieldFrom || f == fieldTo) && hasAddress(value)
		dated = dated || f == fieldDate && looksDated(value)
		j++
		end = j
	}
	roles := 0
	for _, f := range []field{fieldFrom, fieldDate, fieldTo, fieldSubject} {
		if seen[f] {
			roles++
		}
	}
	// A list of the writer's own ("Date: ... Time: ... Address: ...") names
	// neither a sender nor a subject.
	known := seen[fieldFrom] && (seen[fieldDate] || seen[fieldTo] || seen[fieldSubject]) || seen[fieldDate] && (seen[fieldTo] || seen[fieldSubject])
	switch {
	case !known || !address && !dated:
		return 0
	case roles >= 3, address && (first == fieldFrom || first == fieldDate), afterRule(lines, i):
		return end - i
	}
	return 0
}

// nextHeaderLine looks past a folded value or a blank line for the next field.
func nextHeaderLine(lines []line, i int) int {
	for j := i + 1; j < len(lines) && j <= i+2; j++ {
		if f, _ := headerLine(lines[j].text); f != fieldNone {
			return j
		}
	}
	return -1
}

func afterRule(lines []line, i int) bool {
	for i--; i >= 0; i-- {
		if lines[i].kind != kindBlank {
			return isRule(lines[i].text)
		}
	}
	return false
}

// looksDated reports whether the value of a date field holds a date.
func looksDated(value string) bool {
	if len(value) > maxAttribution {
		return false
	}
	f := gatherFacts(strings.ToLower(value))
	return f.dated() || f.clock || f.numbers >= 2
}

// flatHeader reports whether one line holds a whole header block, as happens when
// line breaks get lost: "From: Ann <a@b.c> Sent: Monday ... To: ... Subject: ...".
func flatHeader(s string) bool {
	if len(s) > maxAttribution || strings.Count(s, ":") < 2 {
		return false
	}
	var seen [fieldOther + 1]bool
	roles := 0
	for _, w := range strings.Fields(s) {
		label, ok := strings.CutSuffix(strings.Trim(w, "*"), ":")
		if !ok {
			continue
		}
		if f := words.fields[strings.ToLower(label)]; f != fieldNone && f != fieldOther && !seen[f] {
			seen[f] = true
			roles++
		}
	}
	return seen[fieldFrom] && hasAddress(s) && (roles >= 3 || seen[fieldDate] && looksDated(s))
}
