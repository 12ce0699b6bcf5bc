package lint

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// reference is what the security document names in code quotes that ends in a
// place: a file or folder, with the test in it that shows something, or without.
// A test's cases may be named below it: TestStories/leaked_thread.
var reference = regexp.MustCompile("`((?:cmd|docs|internal|scripts|test)/[^`: ]+)(?:: ([^`]+))?`")

// stood is the number of requirements of each chapter of ASVS 4.0.3 at level 2.
var stood = map[string]int{
	"V1": 38, "V2": 53, "V3": 18, "V4": 9, "V5": 30, "V6": 13, "V7": 12, "V8": 15, "V9": 7, "V10": 5, "V11": 8, "V12": 15, "V13": 13, "V14": 23,
}

// TestTheSecurityDocumentIsTrue looks up every test and place that docs/security.md
// names.
func TestTheSecurityDocumentIsTrue(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "docs/security.md"))
	if err != nil {
		t.Fatal(err)
	}
	refs := reference.FindAllStringSubmatch(string(text), -1)
	if len(refs) < 100 {
		t.Errorf("only %d references are found: has their form changed?", len(refs))
	}
	for _, r := range refs {
		if err := named(r[1], r[2]); err != nil {
			t.Error(err)
		}
	}
	for i, line := range strings.Split(string(text), "\n") {
		cells := strings.Split(line, "|")
		if len(cells) != 6 || len(requirements(strings.TrimSpace(cells[1]))) == 0 {
			continue // not of the standard's tables
		}
		switch state := strings.TrimSpace(cells[3]); state {
		case "met":
			if !strings.Contains(cells[4], "`") {
				t.Errorf("line %d is met and names nothing that shows it", i+1)
			}
		case "n/a", "open":
			if strings.TrimSpace(cells[4]) == "" {
				t.Errorf("line %d gives no reason", i+1)
			}
		default:
			t.Errorf("line %d has the state %q", i+1, state)
		}
	}
}

// TestTheSecurityDocumentIsWhole counts the requirements that the tables judge.
func TestTheSecurityDocumentIsWhole(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "docs/security.md"))
	if err != nil {
		t.Fatal(err)
	}
	seen, count := map[string]bool{}, map[string]int{}
	for _, line := range strings.Split(string(text), "\n") {
		cells := strings.Split(line, "|")
		if len(cells) != 6 {
			continue
		}
		for _, id := range requirements(strings.TrimSpace(cells[1])) {
			if seen[id] {
				t.Errorf("%s is judged twice", id)
			}
			seen[id] = true
			chapter, _, _ := strings.Cut(id, ".")
			count["V"+chapter]++
		}
	}
	for chapter, want := range stood {
		if count[chapter] != want {
			t.Errorf("%s: %d requirements are judged, the standard has %d", chapter, count[chapter], want)
		}
	}
}

var numbered = regexp.MustCompile(`^(\d+\.\d+)\.(\d+)(?:-(\d+))?$`)

// requirements reads "2.1.1-4, 2.1.9" as 2.1.1, 2.1.2, 2.1.3, 2.1.4, 2.1.9.
func requirements(cell string) []string {
	var out []string
	for _, part := range strings.Split(cell, ", ") {
		m := numbered.FindStringSubmatch(part)
		if m == nil {
			return nil
		}
		var first, last int
		_, _ = fmt.Sscan(m[2], &first)
		if last = first; m[3] != "" {
			_, _ = fmt.Sscan(m[3], &last)
		}
		for n := first; n <= last; n++ {
			out = append(out, fmt.Sprintf("%s.%d", m[1], n))
		}
	}
	return out
}

// named fails if there is no such place, or no such test in it.
func named(place, test string) error {
	path := filepath.Join(root, filepath.FromSlash(place))
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("%s does not exist", place)
	}
	if test == "" {
		return nil
	}
	files := []string{path}
	if info.IsDir() {
		if files, err = filepath.Glob(filepath.Join(path, "*_test.go")); err != nil {
			return err
		}
	}
	for _, name := range strings.Split(test, ", ") {
		name, _, _ = strings.Cut(name, "/")
		found := false
		for _, f := range files {
			b, err := os.ReadFile(f)
			if err != nil {
				return err
			}
			found = found || strings.Contains(string(b), "\nfunc "+name+"(")
		}
		if !found {
			return fmt.Errorf("%s has no test %s", place, name)
		}
	}
	return nil
}
