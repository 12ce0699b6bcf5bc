package translate

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Piece is a part of a text: a sentence, or what stands between sentences. The pieces of a
// text, one after the other, are the text.
type Piece struct {
	Text     string // of a sentence, with marks numbered from 0
	Marks    []Mark
	Sentence bool // it has words; what stands between is kept as it is
}

// short are abbreviations whose full stop ends no sentence, in small letters.
var short = []string{"mr", "mrs", "ms", "dr", "prof", "sr", "sra", "st", "no", "nr", "ca", "etc", "bzw", "vs", "m", "mme", "г", "ул", "д", "руб", "p.s", "e.g", "i.e", "z.b"}

// Pieces cuts a text into sentences. A line break always ends one; within a line, marks of
// ending do, unless they follow an abbreviation or a small letter follows them.
func (t Text) Pieces() []Piece {
	var out []Piece
	runes := []rune(t.Text)
	begin := 0
	cut := func(end int) {
		if end > begin {
			out = t.add(out, runes[begin:end])
		}
		begin = end
	}
	for i := 0; i < len(runes); i++ {
		switch r := runes[i]; {
		case r == '\n':
			cut(i)
			cut(i + 1)
		case strings.ContainsRune("。！？", r):
			i = closing(runes, i)
			cut(i + 1)
		case strings.ContainsRune(".!?…؟", r):
			end := closing(runes, i)
			if end+1 < len(runes) && unicode.IsSpace(runes[end+1]) && !t.goesOn(runes, begin, i, end) {
				i = end
				cut(i + 1)
			}
		}
	}
	cut(len(runes))
	return out
}

// closing returns the last of the marks that end a sentence.
func closing(runes []rune, i int) int {
	for i+1 < len(runes) && strings.ContainsRune(".!?…؟。！？\"'”’»)）」", runes[i+1]) {
		i++
	}
	return i
}

// goesOn reports whether a sentence does not end with the marks from i to end.
func (t Text) goesOn(runes []rune, begin, i, end int) bool {
	next := end + 1
	for next < len(runes) && runes[next] != '\n' && unicode.IsSpace(runes[next]) {
		next++
	}
	if next < len(runes) && unicode.IsLower(runes[next]) {
		return true
	}
	if runes[i] != '.' || end > i {
		return false
	}
	from := i
	for from > begin && !unicode.IsSpace(runes[from-1]) {
		from--
	}
	word := strings.ToLower(string(runes[from:i]))
	return slices.Contains(short, word) || i-from == 1 && unicode.IsUpper(runes[from])
}

// add adds a sentence, with the white space around it as pieces of its own, and its marks
// numbered anew.
func (t Text) add(out []Piece, runes []rune) []Piece {
	text := string(runes)
	core := strings.TrimSpace(text)
	lead := text[:len(text)-len(strings.TrimLeftFunc(text, unicode.IsSpace))]
	tail := text[len(lead)+len(core):]
	if lead != "" {
		out = append(out, Piece{Text: lead})
	}
	if core != "" {
		p := Piece{}
		var b strings.Builder
		for _, r := range core {
			if n, ok := IsMark(r); ok && n < len(t.Marks) {
				r = First + rune(len(p.Marks))
				p.Marks = append(p.Marks, t.Marks[n])
			} else if unicode.IsLetter(r) {
				p.Sentence = true
			}
			b.WriteRune(r)
		}
		p.Text = b.String()
		out = append(out, p)
	}
	if tail != "" {
		out = append(out, Piece{Text: tail})
	}
	return out
}

// Restore puts the spans of a sentence back into its translation; see Text.Restore.
func (p Piece) Restore(answer string) (string, error) { return Text{p.Text, p.Marks}.Restore(answer) }

// Source is the piece as it stood in the text.
func (p Piece) Source() string {
	var b strings.Builder
	for _, r := range p.Text {
		if n, ok := IsMark(r); ok && n < len(p.Marks) {
			b.WriteString(p.Marks[n].Source)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Remark puts the marks of a sentence into a translation of it that a person wrote, so that
// the memory can keep the pair. It reports false if a span is not in it exactly once, as a word of its own: the name Li is
// not in Lieferung.
func (p Piece) Remark(translated string) (string, bool) {
	for i, m := range p.Marks {
		at := -1
		for from := 0; m.Target != ""; {
			n := strings.Index(translated[from:], m.Target)
			if n < 0 {
				break
			}
			from += n
			if m.Kind != Name && m.Kind != Glossary || apart(translated, from, from+len(m.Target)) {
				if at >= 0 {
					return "", false
				}
				at = from
			}
			from += len(m.Target)
		}
		if at < 0 {
			return "", false
		}
		translated = translated[:at] + string(First+rune(i)) + translated[at+len(m.Target):]
	}
	_, err := p.Restore(translated)
	return translated, err == nil
}

// alphabets are scripts that write words apart. A word that another script goes on from, Anna님, is a word of its own.
var alphabets = []*unicode.RangeTable{unicode.Latin, unicode.Cyrillic, unicode.Greek, unicode.Arabic, unicode.Hebrew, unicode.Hangul, unicode.Devanagari}

// apart reports whether no letter of the same script stands at either side of a span.
func apart(text string, from, to int) bool {
	first, _ := utf8.DecodeRuneInString(text[from:])
	before, _ := utf8.DecodeLastRuneInString(text[:from])
	final, _ := utf8.DecodeLastRuneInString(text[:to])
	after, _ := utf8.DecodeRuneInString(text[to:])
	return !slices.ContainsFunc(alphabets, func(a *unicode.RangeTable) bool {
		return unicode.Is(a, before) && unicode.Is(a, first) || unicode.Is(a, final) && unicode.Is(a, after)
	})
}
