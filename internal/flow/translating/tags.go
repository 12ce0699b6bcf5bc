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
}

// The notations. What stands within them is what the vendor may see, or nothing.
var (
	// XML is for vendors that are told which elements to leave alone.
	XML = Tags{`<x id="|">`, `</x>`, regexp.MustCompile(`<x\s+id="(\d+)"\s*(?:/>|>[^<>]*</x>)`)}
	// HTML marks what is not translated as the standard says.
	HTML = Tags{`<span translate="no" id="x|">`, `</span>`, regexp.MustCompile(`<span\b[^<>]*\bid="x(\d+)"[^<>]*(?:/>|>[^<>]*</span>)`)}
)

// Write writes a sentence as markup.
func (t Tags) Write(p translate.Piece) string {
	before, after, _ := strings.Cut(t.open, "|")
	var b strings.Builder
	for _, r := range p.Text {
		n, ok := translate.IsMark(r)
		if !ok || n >= len(p.Marks) {
			b.WriteString(html.EscapeString(string(r)))
			continue
		}
		b.WriteString(before + strconv.Itoa(n) + after + html.EscapeString(p.Marks[n].Shown()) + t.close)
	}
	return b.String()
}

// Read reads a translation that is written as markup. It fails with errs.Unavailable if there
// is other markup in it.
func (t Tags) Read(answer string) (string, error) {
	answer = t.re.ReplaceAllStringFunc(answer, func(tag string) string {
		n, err := strconv.Atoi(t.re.FindStringSubmatch(tag)[1])
		if err != nil || n >= translate.Most {
			return tag
		}
		return string(translate.First + rune(n))
	})
	if strings.ContainsAny(answer, "<>") {
		return "", ErrAnswer(nil)
	}
	return html.UnescapeString(answer), nil
}
