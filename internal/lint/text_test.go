package lint

import (
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const longest = 600

func TestNoFileIsLong(t *testing.T) {
	texts(t, func(name string, lines []string) {
		if len(lines) > longest {
			t.Errorf("%s has %d lines: it wants another noun", name, len(lines))
		}
	})
}

var (
	unfinished = regexp.MustCompile(`\b(TODO|FIXME|HACK)\b`)
	elsewhere  = regexp.MustCompile(`(^|[^a-z/])(\.\./shared/|/work/(main|shared)|/tmp/gw)`)
	blank      = regexp.MustCompile(`[ \t]+$`)
)

func TestNothingIsLeftForLater(t *testing.T) {
	texts(t, func(name string, lines []string) {
		for i, line := range lines {
			if unfinished.MatchString(line) {
				t.Errorf("%s:%d: %s", name, i+1, strings.TrimSpace(line))
			}
			if elsewhere.MatchString(line) {
				t.Errorf("%s:%d points outside the repository: %s", name, i+1, strings.TrimSpace(line))
			}
			if blank.MatchString(line) && !strings.HasSuffix(name, ".md") {
				t.Errorf("%s:%d ends in blanks", name, i+1)
			}
		}
	})
}

func TestNothingRunsBeforeMain(t *testing.T) {
	each(t, func(f *file) {
		for _, d := range f.ast.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				t.Errorf("%s:%d: init runs before anybody asked", f.name, f.line(fn.Pos()))
			}
		}
	})
}

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	told := map[string]int{}
	each(t, func(f *file) {
		if f.test || f.generated {
			return
		}
		if _, ok := told[f.dir]; !ok {
			told[f.dir] = 0
		}
		if f.ast.Doc == nil {
			return
		}
		told[f.dir]++
		want := "Package " + f.ast.Name.Name + " "
		if f.ast.Name.Name != "main" && !strings.HasPrefix(f.ast.Doc.Text(), want) {
			t.Errorf("%s: the package comment does not begin with %q", f.name, want)
		}
	})
	for dir, n := range told {
		if n != 1 {
			t.Errorf("%s has %d package comments", dir, n)
		}
	}
}

// plain are methods whose name and type say all: those that the standard
// library's interfaces ask for.
var plain = []string{"String", "Error", "Unwrap", "Is", "Scan", "Value", "MarshalJSON", "UnmarshalJSON", "MarshalText", "UnmarshalText", "ServeHTTP", "Read", "Write", "Len", "Less", "Swap"}

func TestEveryExportedNameIsExplained(t *testing.T) {
	each(t, func(f *file) {
		if f.test || f.generated {
			return
		}
		for _, d := range f.ast.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Name.IsExported() && d.Doc == nil && receiver(d) && !(d.Recv != nil && slices.Contains(plain, d.Name.Name)) {
					t.Errorf("%s:%d: %s has no comment", f.name, f.line(d.Pos()), d.Name.Name)
				}
			case *ast.GenDecl:
				if d.Tok != token.IMPORT {
					unexplained(t, f, d)
				}
			}
		}
	})
}

// receiver reports whether a function is of the package or of an exported type.
func receiver(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	e := d.Recv.List[0].Type
	for {
		switch x := e.(type) {
		case *ast.StarExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.IndexListExpr:
			e = x.X
		case *ast.Ident:
			return x.IsExported()
		default:
			return false
		}
	}
}

// unexplained reports the types, constants and variables of a declaration that
// neither have a comment nor stand in a group that has one.
func unexplained(t *testing.T, f *file, d *ast.GenDecl) {
	for _, spec := range d.Specs {
		var names []*ast.Ident
		var doc, comment *ast.CommentGroup
		switch s := spec.(type) {
		case *ast.TypeSpec:
			names, doc, comment = []*ast.Ident{s.Name}, s.Doc, s.Comment
		case *ast.ValueSpec:
			names, doc, comment = s.Names, s.Doc, s.Comment
		}
		for _, n := range names {
			if n.IsExported() && doc == nil && comment == nil && d.Doc == nil {
				t.Errorf("%s:%d: %s has no comment", f.name, f.line(n.Pos()), n.Name)
			}
		}
	}
}
