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
	written(t, "case", b.String())
	b.Reset()
	b.WriteString("| a difference that is | goes on to |\n|---|---|\n")
	for _, a := range Agreements() {
		row(&b, a, agreements[a])
	}
	written(t, "difference", b.String())
}

// written checks a table between its marks in docs/states.md, or writes it.
func written(t *testing.T, name, table string) {
	t.Helper()
	file, begin, end := "../../../docs/states.md", "<!-- "+name+": begin -->\n", "<!-- "+name+": end -->\n"
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(raw), begin)
	had, tail, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatal("docs/states.md has no place for the table")
	}
	if had != table && *update {
		if err := os.WriteFile(file, []byte(head+begin+table+end+tail), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if had != table {
		t.Errorf("docs/states.md does not say what the code does; run with -update:\n%s", table)
	}
}
