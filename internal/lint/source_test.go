package lint

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

const module = "godwit.dev/godwit"

// file is one Go file of the repository.
type file struct {
	name      string // from the root, with slashes
	dir       string
	text      []byte
	ast       *ast.File
	test      bool
	generated bool
}

func (f *file) line(p token.Pos) int { return position(p).Line }

var (
	fileSet  = token.NewFileSet()
	position = fileSet.Position
)

// root is the folder of go.mod, two above this one.
const root = "../.."

// goFiles parses every Go file of the repository, once.
var goFiles = sync.OnceValues(func() ([]*file, error) {
	var out []*file
	for _, top := range []string{"cmd", "internal", "scripts", "test"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(p string, d fs.DirEntry, err error) error {
			if os.IsNotExist(err) && p == filepath.Join(root, top) {
				return nil
			}
			if err != nil {
				return err
			}
			if d.IsDir() && (d.Name() == "testdata" || d.Name() == "node_modules") {
				return fs.SkipDir
			}
			if d.IsDir() || filepath.Ext(p) != ".go" {
				return nil
			}
			f, err := parse(p)
			if err == nil {
				out = append(out, f)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
})

func parse(p string) (*file, error) {
	text, err := os.ReadFile(p)
	if err != nil {
		return nil, err
	}
	tree, err := parser.ParseFile(fileSet, p, text, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	rel, err := filepath.Rel(root, p)
	if err != nil {
		return nil, err
	}
	name := filepath.ToSlash(rel)
	return &file{
		name: name, dir: path.Dir(name), text: text, ast: tree,
		test: strings.HasSuffix(name, "_test.go"), generated: generated(text),
	}, nil
}

// generated reports whether a program wrote the file (go help generate).
func generated(text []byte) bool {
	head, _, _ := bytes.Cut(text, []byte("\npackage "))
	return bytes.Contains(head, []byte("// Code generated ")) && bytes.Contains(head, []byte("DO NOT EDIT."))
}

// each calls fn for every Go file.
func each(t *testing.T, fn func(f *file)) {
	t.Helper()
	files, err := goFiles()
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 50 {
		t.Fatalf("found only %d Go files", len(files))
	}
	for _, f := range files {
		fn(f)
	}
}

// texts calls fn for every line that people wrote, in whatever language.
func texts(t *testing.T, fn func(name string, lines []string)) {
	t.Helper()
	kinds := map[string]bool{".go": true, ".templ": true, ".css": true, ".js": true, ".mjs": true, ".sql": true, ".sh": true, ".md": true, "": true}
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		switch d.Name() {
		case ".git", "testdata", "node_modules", "vendor", "LICENSE", ".gitignore":
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if d.IsDir() || !kinds[filepath.Ext(p)] {
			return nil
		}
		rel, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		name := filepath.ToSlash(rel)
		if strings.HasPrefix(name, "internal/lint/") {
			return nil // its rules name what they forbid
		}
		body, err := os.ReadFile(p)
		if err != nil || generated(body) || bytes.IndexByte(body, 0) >= 0 {
			return err
		}
		fn(name, strings.Split(strings.TrimSuffix(string(body), "\n"), "\n"))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
