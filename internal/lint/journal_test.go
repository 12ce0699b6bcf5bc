package lint

import (
	"go/ast"
	"go/token"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"godwit.dev/godwit/internal/platform/webhook"
)

var eventKind = regexp.MustCompile(`^[a-z]+\.[a-z_]+$`)

// writers are the functions that write an event; one of their arguments is its kind.
var writers = map[string]bool{"log": true, "logAbout": true, "record": true, "note": true, "New": true, "change": true}

// kindsOf returns the kinds that are written in a file as texts or as constants
// of its package.
func kindsOf(f *file, consts map[string]string) map[string]int {
	out := map[string]int{}
	ast.Inspect(f.ast, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		name := ""
		switch fn := call.Fun.(type) {
		case *ast.SelectorExpr:
			name = fn.Sel.Name
			if pkg, ok := fn.X.(*ast.Ident); name == "New" && (!ok || pkg.Name != "event") {
				return true
			}
		case *ast.Ident:
			name = fn.Name
		}
		if !writers[name] {
			return true
		}
		for _, arg := range call.Args {
			text := ""
			switch a := arg.(type) {
			case *ast.BasicLit:
				if a.Kind == token.STRING {
					text, _ = strconv.Unquote(a.Value) // a literal of the parser's
				}
			case *ast.Ident:
				text = consts[f.dir+"."+a.Name]
			}
			if eventKind.MatchString(text) {
				out[text] = f.line(arg.Pos())
			}
		}
		return true
	})
	return out
}

// Each kind of event in the journal is either told to receivers of webhooks, with
// what it says, or kept from them for a reason.
func TestEveryKindOfEventIsToldOrKept(t *testing.T) {
	consts := map[string]string{}
	in := func(f *file) bool {
		return !f.test && !f.generated && (strings.HasPrefix(f.dir, "internal/domain/") || strings.HasPrefix(f.dir, "internal/platform/") || strings.HasPrefix(f.dir, "internal/flow/") || strings.HasPrefix(f.dir, "internal/app"))
	}
	each(t, func(f *file) {
		if !in(f) {
			return
		}
		found := map[string]string{}
		constants(f, found)
		for name, text := range found {
			consts[f.dir+"."+name] = text
		}
	})
	written := map[string]bool{}
	each(t, func(f *file) {
		if !in(f) {
			return
		}
		for kind, line := range kindsOf(f, consts) {
			written[kind] = true
			if !webhook.Known(kind) && webhook.Unsent(kind) == "" {
				t.Errorf("%s:%d writes the event %s: describe it in internal/platform/webhook/catalogue.go, or say there why it is not sent", f.name, line, kind)
			}
		}
	})
	if len(written) < 50 {
		t.Errorf("found only %d kinds", len(written))
	}
	for _, k := range webhook.Kinds() {
		if !written[k.Name] {
			t.Errorf("nothing writes the event %s", k.Name)
		}
	}
}
