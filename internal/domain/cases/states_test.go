package cases

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the generated table into docs/states.md")

func row[S ~string](b *strings.Builder, from S, to []S) {
	words := make([]string, len(to))
	for i, s := range to {
		words[i] = string(s)
	}
	if len(words) == 0 {
		words = []string{"-"}
	}
	fmt.Fprintf(b, "| %s | %s |\n", from, strings.Join(words, ", "))
}

// The table in docs/states.md says what the code does.
func TestTheDocsShowEveryState(t *testing.T) {
	var b strings.Builder
	b.WriteString("| a case that is | goes on to |\n|---|---|\n")
	for _, p := range Phases() {
		row(&b, p, paths[p])
	}
	b.WriteString("\n| a resolution that is | goes on to |\n|---|---|\n")
	for _, s := range Stands() {
		row(&b, s, steps[s])
	}
	const file, begin, end = "../../../docs/states.md", "<!-- case: begin -->\n", "<!-- case: end -->\n"
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(raw), begin)
	had, tail, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatal("docs/states.md has no place for the table")
	}
	if had != b.String() && *update {
		if err := os.WriteFile(file, []byte(head+begin+b.String()+end+tail), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if had != b.String() {
		t.Errorf("docs/states.md does not say what the code does; run with -update:\n%s", b.String())
	}
}
