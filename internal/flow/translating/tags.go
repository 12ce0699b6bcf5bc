package translating

import (
	"html"
	"regexp"
	"strconv"
	"strings"

	"godwit.dev/godwit/internal/domain/translate"
)

// Tags is how a vendor that reads markup is shown marks.
type Tags struct {
	open, close string // an id stands between the parts of open
	re          *regexp.Regexp
	blank       string // stands in the element of what no vendor may see, before its number
	raw         bool   // the text around the elements is not escaped in the question,
	plain       bool   // or not in the answer
}

// The notations. What stands within them is what the vendor may see, or nothing.
var (
	// XML is for vendors that are told which elements to leave alone.
	XML = Tags{open: `<x id="|">`, close: `</x>`, re: element}
	// HTML marks what is not translated as the standard says. What the vendor may not see is a
	// word such as X1, which stands in the sentence as the name would.
	HTML = Tags{open: `<span translate="no" id="x|">`, close: `</span>`, re: untranslated, blank: "X"}
	// Unescaped is HTML for a vendor that hands entities back as characters.
	Unescaped = Tags{open: HTML.open, close: HTML.close, re: HTML.re, blank: HTML.blank, plain: true}
	// Bare is XML for a reader to whom a text is a text: nothing is escaped.
	Bare = Tags{open: XML.open, close: XML.close, re: XML.re, raw: true, plain: true}

	element      = regexp.MustCompile(`<x\s+id="(\d+)"\s*(?:/>|>[^<>]*</x>)`)
	untranslated = regexp.MustCompile(`<span\b[^<>]*\bid="x(\d+)"[^<>]*(?:/>|>[^<>]*</span>)`)
)

// Write writes a sentence as markup.
func (t Tags) Write(p translate.Piece) string {
	before, after, _ := strings.Cut(t.open, "|")
	escape := html.EscapeString
	if t.raw {
		escape = func(s string) string { return s }
	}
	var b strings.Builder
	for _, r := range p.Text {
		n, ok := translate.IsMark(r)
		if !ok || n >= len(p.Marks) {
			b.WriteString(escape(string(r)))
			continue
		}
		shown := escape(p.Marks[n].Shown())
		if shown == "" && t.blank != "" {
			shown = t.blank + strconv.Itoa(n)
		}
		b.WriteString(before + strconv.Itoa(n) + after + shown + t.close)
	}
	return b.String()
}

// Read reads a translation that is written as markup. It fails with errs.Unavailable if there
// is other markup in it, or an element that is not whole.
func (t Tags) Read(answer string) (string, error) {
	answer = t.re.ReplaceAllStringFunc(answer, func(tag string) string {
		n, err := strconv.Atoi(t.re.FindStringSubmatch(tag)[1])
		if err != nil || n >= translate.Most {
			return tag
		}
		return string(translate.First + rune(n))
	})
	name, _, _ := strings.Cut(t.open, " ")
	switch {
	case !t.plain && strings.ContainsAny(answer, "<>"), strings.Contains(answer, name+" "), strings.Contains(answer, t.close):
		return "", ErrAnswer(nil)
	case t.plain:
		return answer, nil
	}
	return html.UnescapeString(answer), nil
}

// ReadAll reads the translations of so many sentences. One that cannot be read is "", which
// counts as none, and the others are as they are. It fails with errs.Unavailable if they are
// not as many.
func (t Tags) ReadAll(answers []string, want int) ([]string, error) {
	if len(answers) != want {
		return nil, ErrAnswer(nil)
	}
	out := make([]string, want)
	for i, a := range answers {
		if text, err := t.Read(a); err == nil {
			out[i] = text
		}
	}
	return out, nil
}

// WriteAll writes sentences as markup.
func (t Tags) WriteAll(list []translate.Piece) []string {
	out := make([]string, len(list))
	for i, p := range list {
		out[i] = t.Write(p)
	}
	return out
}
