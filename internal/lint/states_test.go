package lint

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The table of mistakes in docs/states.md names tests that exist.
func TestMistakesOfOthersHaveTests(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "docs/states.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, table, ok := strings.Cut(string(text), "## Mistakes of others")
	if !ok {
		t.Fatal("docs/states.md has no such table")
	}
	has := map[string]bool{}
	each(t, func(f *file) {
		if f.test {
			for _, m := range testFunc.FindAllStringSubmatch(string(f.text), -1) {
				has[f.dir+" "+m[1]] = true
			}
		}
	})
	named, rows := regexp.MustCompile("`(Test\\w+)`"), 0
	for line := range strings.Lines(table) {
		cells := strings.Split(line, "|")
		if len(cells) < 4 || !strings.HasPrefix(strings.TrimSpace(cells[2]), "`") {
			continue
		}
		rows++
		dir := strings.Trim(cells[2], " `")
		list := named.FindAllStringSubmatch(cells[3], -1)
		if len(list) == 0 {
			t.Errorf("no test stands beside %q", strings.TrimSpace(cells[1]))
		}
		for _, m := range list {
			if !has[dir+" "+m[1]] {
				t.Errorf("%s has no %s", dir, m[1])
			}
		}
	}
	if rows < 20 {
		t.Errorf("only %d rows were read", rows)
	}
}

var testFunc = regexp.MustCompile(`(?m)^func (Test\w+)\(`)
