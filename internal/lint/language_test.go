package lint

import (
	"go/ast"
	"go/token"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

var letters = regexp.MustCompile(`\p{L}{2,}`)

// read are the attributes that a person reads or hears.
var read = map[string]bool{"title": true, "alt": true, "placeholder": true, "aria-label": true, "aria-description": true}

// names need no translation.
var names = map[string]bool{"Godwit": true, "GitHub": true, "English": true, "简体中文": true, "Русский": true, "HTML": true, "CSV": true, "JSONL": true,
	"IMAP": true, "SMTP": true, "LMTP": true, "OAuth2": true, "DKIM": true, "SPF": true, "TXT": true, "CNAME": true, "DMARC": true, "TLS": true, "STARTTLS": true, "ID": true, "URL": true,
	"Esc": true, "Enter": true, "Ctrl": true, "Shift": true, "Alt": true, "Tab": true, "PNG": true, "JPEG": true, "GIF": true, "WebP": true}

// Pages say nothing in a language of their own: what stands between their tags,
// and in the attributes that a person meets, comes from the catalogs.
func TestPagesSpeakThroughTheCatalogs(t *testing.T) {
	pages := 0
	each(t, func(f *file) {
		if !strings.HasSuffix(f.name, "_templ.go") || f.dir == "internal/server/api" { // the reference is for developers, in the language of the code
			return
		}
		pages++
		for _, d := range f.ast.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			for _, said := range spoken(written(fn)) {
				t.Errorf("%s: %s says %q, which no catalog holds", f.name, fn.Name.Name, said)
			}
		}
	})
	if pages == 0 {
		t.Error("no pages found")
	}
}

// written returns the constant parts of a page in their order.
func written(fn *ast.FuncDecl) string {
	var b strings.Builder
	ast.Inspect(fn, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || name(call.Fun) != "templruntime.WriteString" || len(call.Args) < 3 {
			return true
		}
		if lit, ok := call.Args[2].(*ast.BasicLit); ok && lit.Kind == token.STRING {
			s, _ := strconv.Unquote(lit.Value) // the compiler has read it
			b.WriteString(s)
			b.WriteByte(' ')
		}
		return true
	})
	return b.String()
}

// spoken returns the text of a page that a person would read.
func spoken(page string) []string {
	var out []string
	keep := func(s string) {
		for _, word := range letters.FindAllString(s, -1) {
			if !names[word] {
				out = append(out, strings.TrimSpace(s))
				return
			}
		}
	}
	page = strings.NewReplacer("<noscript>", "", "</noscript>", "").Replace(page) // the tokenizer takes what it holds for text
	z := html.NewTokenizer(strings.NewReader(page))
	quiet := ""
	for {
		switch z.Next() {
		case html.ErrorToken:
			return out
		case html.TextToken:
			if quiet == "" {
				keep(string(z.Text()))
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			tag := z.Token()
			if tag.Data == "script" || tag.Data == "style" || tag.Data == "code" || tag.Data == "kbd" {
				quiet = tag.Data
			}
			for _, a := range tag.Attr {
				if read[a.Key] {
					keep(a.Val)
				}
			}
		case html.EndTagToken:
			if tag := z.Token(); tag.Data == quiet {
				quiet = ""
			}
		}
	}
}
