package inspect_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"godwit.dev/godwit/internal/app/inspect"
)

// TestDocs runs the examples of the manual.
func TestDocs(t *testing.T) {
	page, err := os.ReadFile("../../../docs/inspect.md")
	if err != nil {
		t.Fatal(err)
	}
	var shown []string
	for _, m := range regexp.MustCompile("(?s)```console\n\\$ godwit inspect (\\w+) <<'END'\n(.*?)\nEND\n(.*?)\n```").FindAllStringSubmatch(string(page), -1) {
		got, _ := answer(t, m[1], m[2], "")
		if strings.Join(got, "\n") != m[3] {
			t.Errorf("%s: the manual says\n%s\nbut it is\n%s", m[1], m[3], strings.Join(got, "\n"))
		}
		shown = append(shown, m[1])
	}
	for _, kind := range inspect.Kinds() {
		if !slices.Contains(shown, kind) {
			t.Errorf("the manual shows no example of %s", kind)
		}
	}
}
