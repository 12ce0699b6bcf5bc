package translate

import "strings"

// Masked is the text with a word in square brackets for each mark, [name] or [code], and nothing of what stood there: for
// a reader who need not hand it back.
func (t Text) Masked() string {
	var b strings.Builder
	for _, r := range t.Text {
		if n, ok := IsMark(r); ok && n < len(t.Marks) {
			b.WriteString("[" + string(t.Marks[n].Kind) + "]")
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}
