package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

var (
	variable = regexp.MustCompile(`\bGODWIT_[A-Z_]+\b`)
	// ours is a command of ours with what follows it on its line or in its code span.
	ours = regexp.MustCompile("(?:^|[`/ ])godwit ([a-z][a-z-]*)([^`|#\n]*)")
	// alone is a code span that begins with a flag.
	alone = regexp.MustCompile("`(--[a-z][^`]*)`")
	flag  = regexp.MustCompile(`--[a-z][a-z-]+`)
)

// What deploy/ and the guide tell people to type is there.
func TestTheGuideNamesWhatThereIs(t *testing.T) {
	var c cli
	parser, err := kong.New(&c, kong.Name("godwit"))
	if err != nil {
		t.Fatal(err)
	}
	envs, all, commands := map[string]bool{}, map[string]bool{"--help": true}, map[string]map[string]bool{}
	var walk func(n *kong.Node, under string)
	walk = func(n *kong.Node, under string) {
		if n.Type == kong.CommandNode && under == "" {
			under = n.Name
			commands[under] = map[string]bool{"--help": true}
		}
		for _, f := range n.Flags {
			for _, e := range f.Envs {
				envs[e] = true
			}
			all["--"+f.Name] = true
			if under != "" {
				commands[under]["--"+f.Name] = true
			}
		}
		for _, child := range n.Children {
			walk(child, under)
		}
	}
	walk(parser.Model.Node, "")

	files := []string{filepath.Join("..", "..", "docs", "operate.md")}
	if err := filepath.WalkDir(filepath.Join("..", "..", "deploy"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, path)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	named := 0
	for _, path := range files {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		text := string(raw)
		for _, v := range variable.FindAllString(text, -1) {
			if named++; !envs[v] {
				t.Errorf("%s: no flag reads %s", path, v)
			}
		}
		guide := strings.HasSuffix(path, ".md")
		for _, m := range ours.FindAllStringSubmatch(text, -1) {
			known, ok := commands[m[1]]
			if !ok {
				if guide {
					t.Errorf("%s: there is no command %q", path, m[1])
				}
				continue
			}
			for _, f := range flag.FindAllString(m[2], -1) {
				if named++; !known[f] {
					t.Errorf("%s: godwit %s has no flag %s", path, m[1], f)
				}
			}
		}
		if guide {
			for _, m := range alone.FindAllStringSubmatch(text, -1) {
				for _, f := range flag.FindAllString(m[1], -1) {
					if named++; !all[f] {
						t.Errorf("%s: no command has the flag %s", path, f)
					}
				}
			}
		}
	}
	if named < 60 {
		t.Errorf("only %d names were found: the test looks past them", named)
	}
}
