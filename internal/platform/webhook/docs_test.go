package webhook

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the table of docs/webhooks.md")

const (
	docs  = "../../../docs/webhooks.md"
	begin = "<!-- types: made by go test ./internal/platform/webhook -run Docs -update -->\n"
	end   = "<!-- end of types -->\n"
)

// table writes the catalogue as the documentation shows it.
func table() string {
	var b strings.Builder
	subject := ""
	for _, k := range Kinds() {
		if s, _, _ := strings.Cut(k.Name, "."); s != subject {
			subject = s
			fmt.Fprintf(&b, "\n### %s.*\n\n| type | when | details |\n|---|---|---|\n", s)
		}
		var fields []string
		for _, f := range k.Fields {
			text := fmt.Sprintf("`%s` %s", f.Name, f.Type)
			if f.Says != "" {
				text += " (" + f.Says + ")"
			}
			fields = append(fields, text)
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", k.Name, k.Says, strings.Join(fields, "; "))
	}
	return b.String() + "\n"
}

func TestDocsShowTheCatalogue(t *testing.T) {
	text, err := os.ReadFile(docs)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := bytes.Cut(text, []byte(begin))
	shown, tail, ok2 := bytes.Cut(rest, []byte(end))
	if !ok || !ok2 {
		t.Fatal("the marks of the table are missing")
	}
	if want := table(); string(shown) != want {
		if !*update {
			t.Fatal("docs/webhooks.md is not what the code says; run with -update")
		}
		out := string(head) + begin + want + end + string(tail)
		if err := os.WriteFile(docs, []byte(out), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestCatalogueIsWhole(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range Kinds() {
		if seen[k.Name] || k.Says == "" {
			t.Errorf("%s stands twice, or says nothing", k.Name)
		}
		seen[k.Name] = true
		names := map[string]bool{}
		for _, f := range k.Fields {
			el, _ := f.Type.element()
			switch el {
			case Text, Integer, Boolean, Texts, Moment, Values:
			default:
				if prefixes[el] == "" {
					t.Errorf("%s: %s is of no known type %q", k.Name, f.Name, f.Type)
				}
			}
			if names[f.Name] {
				t.Errorf("%s: %s stands twice", k.Name, f.Name)
			}
			names[f.Name] = true
		}
	}
}
