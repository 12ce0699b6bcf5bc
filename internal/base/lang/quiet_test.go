package lang

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Most of a text is never shown to the expression; what it would have taken out is taken out all the same.
func TestQuietIsWhatTheExpressionLeaves(t *testing.T) {
	piece := rapid.SampledFrom([]string{
		"a", "Paket", "já", "7", "_", ".", ":", "/", "//", "@", "#", "&", ";", "<", ">", "-", " ", "\n", "\t", "\v", "\u00a0", "\u2028", "。", "https", "www", "amp",
		"shop", ".com", ".de", "http://x", "me@x.de", "www.a.b", "#1029", "&nbsp;", "<b>", "x.ru/y", "Ж", "😀",
	})
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(piece, 0, 30).Draw(t, "pieces"), "")
		if got, want := quiet(text), noise.ReplaceAllString(text, " "); got != want {
			t.Fatalf("quiet(%q) = %q, want %q", text, got, want)
		}
	})
}
