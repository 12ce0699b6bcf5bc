package shopify_test

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"godwit.dev/godwit/internal/adapter/commerce/shopify"
	"godwit.dev/godwit/internal/adapter/commerce/shopify/shopifytest"
)

const excerpt = "shopifytest/schema.graphql"

func TestDocumentsAreOfTheSchema(t *testing.T) {
	s := shopifytest.Schema(t)
	for name, text := range shopify.Documents {
		if _, err := gqlparser.LoadQueryWithRules(s, text, rules.NewDefaultRules()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, topic := range shopify.Topics {
		if s.Types["WebhookSubscriptionTopic"].EnumValues.ForName(topic) == nil {
			t.Errorf("there is no topic %s", topic)
		}
	}
	if _, err := gqlparser.LoadQueryWithRules(s, `{ orders(first: 1) { nodes { totalPriceEver } } }`, rules.NewDefaultRules()); err == nil {
		t.Error("a field that does not exist is taken")
	}
}

// The longest document that is sent for one object must be affordable on every plan: a thousand points, counted as the
// strictest published rule does (an object one, a list two and its objects, whether they are there or not).
func TestOneObjectIsAffordable(t *testing.T) {
	s := shopifytest.Schema(t)
	for name, text := range shopify.Documents {
		doc, err := gqlparser.LoadQueryWithRules(s, text, rules.NewDefaultRules())
		if err != nil {
			t.Fatal(err)
		}
		if c := shopifytest.Cost(doc.Operations[0].SelectionSet, map[string]any{"first": 1}); c > 1000 {
			t.Errorf("%s costs %d", name, c)
		}
	}
}

var update = flag.Bool("update-schema", false, "cut the excerpt of the schema anew")

// TestExcerpt holds the documents and the topics to the whole schema that Shopify publishes, in the npm package
// @shopify/dev-mcp, and the excerpt to what they name of it.
func TestExcerpt(t *testing.T) {
	f, err := os.Open("../../../../test/shopify/node_modules/@shopify/dev-mcp/dist/data/admin_" + shopify.Version + ".json.gz")
	if errors.Is(err, fs.ErrNotExist) && os.Getenv("GODWIT_TEST_SERVERS") != "1" {
		t.Skip("not run: npm ci --prefix test/shopify brings the schema")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }() // read only
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var in struct {
		Data struct {
			Schema struct{ Types []introspected } `json:"__schema"`
		}
	}
	if err := json.NewDecoder(z).Decode(&in); err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	all.WriteString("schema { query: QueryRoot mutation: Mutation }\n")
	for _, d := range in.Data.Schema.Types {
		d.write(&all, nil)
	}
	whole, err := gqlparser.LoadSchema(&ast.Source{Input: all.String()})
	if err != nil {
		t.Fatal(err)
	}
	for _, topic := range shopify.Topics {
		if whole.Types["WebhookSubscriptionTopic"].EnumValues.ForName(topic) == nil {
			t.Errorf("there is no topic %s", topic)
		}
	}
	u := used{}
	for name, text := range shopify.Documents {
		doc, err := gqlparser.LoadQueryWithRules(whole, text, rules.NewDefaultRules())
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, op := range doc.Operations {
			for _, v := range op.VariableDefinitions {
				u.input(whole, v.Type.Name())
			}
			u.walk(whole, op.SelectionSet)
		}
	}
	var out strings.Builder
	fmt.Fprintf(&out, "# What the driver's documents name of Shopify's GraphQL Admin API %s; see README.md.\n\nschema { query: QueryRoot mutation: Mutation }\n", shopify.Version)
	slices.SortFunc(in.Data.Schema.Types, func(a, b introspected) int { return strings.Compare(a.Name, b.Name) })
	for _, d := range in.Data.Schema.Types {
		if _, ok := u[d.Name]; ok {
			d.write(&out, u)
		}
	}
	have, err := os.ReadFile(excerpt)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) == out.String() {
		return
	}
	if !*update {
		t.Fatalf("%s is not what the documents name of the published schema; run with -update-schema", excerpt)
	}
	if err := os.WriteFile(excerpt, []byte(out.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// used are the fields of types that documents name.
type used map[string]map[string]bool

func (u used) add(name, field string) {
	if u[name] == nil {
		u[name] = map[string]bool{}
	}
	if field != "" {
		u[name][field] = true
	}
}

func (u used) walk(s *ast.Schema, set ast.SelectionSet) {
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.FragmentSpread:
			u.walk(s, sel.Definition.SelectionSet)
		case *ast.InlineFragment:
			u.add(sel.TypeCondition, "")
			u.walk(s, sel.SelectionSet)
		case *ast.Field:
			u.add(sel.ObjectDefinition.Name, sel.Name)
			for _, a := range sel.Definition.Arguments {
				if b := s.Types[a.Type.Name()]; b.Kind == ast.Enum || b.Kind == ast.Scalar {
					u.add(b.Name, "")
				}
			}
			for _, a := range sel.Arguments {
				u.input(s, sel.Definition.Arguments.ForName(a.Name).Type.Name())
			}
			u.add(sel.Definition.Type.Name(), "")
			u.walk(s, sel.SelectionSet)
		}
	}
}

// input adds a type of arguments with all that it is made of.
func (u used) input(s *ast.Schema, name string) {
	if u[name] != nil {
		return
	}
	u.add(name, "")
	for _, f := range s.Types[name].Fields {
		u.add(name, f.Name)
		u.input(s, f.Type.Name())
	}
}

type introspected struct {
	Kind, Name    string
	Fields        []member
	InputFields   []member
	Interfaces    []reference
	PossibleTypes []reference
	EnumValues    []struct{ Name string }
}

type member struct {
	Name         string
	Args         []member
	Type         reference
	DefaultValue *string
}

type reference struct {
	Kind, Name string
	OfType     *reference
}

func (r reference) String() string {
	switch r.Kind {
	case "NON_NULL":
		return r.OfType.String() + "!"
	case "LIST":
		return "[" + r.OfType.String() + "]"
	}
	return r.Name
}

func (r reference) base() string {
	if r.OfType != nil {
		return r.OfType.base()
	}
	return r.Name
}

var builtin = []string{"String", "Int", "Float", "Boolean", "ID"}

// write writes a type in the schema language: of fields and arguments those that are used, all if u is nil.
func (d introspected) write(w *strings.Builder, u used) {
	if strings.HasPrefix(d.Name, "__") || slices.Contains(builtin, d.Name) {
		return
	}
	has := func(name string) bool { return u == nil || u[name] != nil || slices.Contains(builtin, name) }
	fields := func(list []member, want map[string]bool) {
		fmt.Fprintln(w, " {")
		for _, f := range list {
			if u != nil && !want[f.Name] {
				continue
			}
			fmt.Fprintf(w, "  %s", f.Name)
			var args []string
			for _, a := range f.Args {
				if text := a.Name + ": " + a.Type.String(); has(a.Type.base()) {
					if a.DefaultValue != nil {
						text += " = " + *a.DefaultValue
					}
					args = append(args, text)
				}
			}
			if len(args) > 0 {
				fmt.Fprintf(w, "(%s)", strings.Join(args, ", "))
			}
			fmt.Fprintf(w, ": %s\n", f.Type)
		}
		fmt.Fprintln(w, "}")
	}
	names := func(list []reference) []string {
		var out []string
		for _, r := range list {
			if has(r.Name) {
				out = append(out, r.Name)
			}
		}
		return out
	}
	fmt.Fprintln(w)
	switch d.Kind {
	case "SCALAR":
		fmt.Fprintf(w, "scalar %s\n", d.Name)
	case "ENUM":
		fmt.Fprintf(w, "enum %s {", d.Name)
		for _, e := range d.EnumValues {
			fmt.Fprintf(w, " %s", e.Name)
		}
		fmt.Fprintln(w, " }")
	case "UNION":
		fmt.Fprintf(w, "union %s = %s\n", d.Name, strings.Join(names(d.PossibleTypes), " | "))
	case "INPUT_OBJECT":
		fmt.Fprintf(w, "input %s", d.Name)
		fields(d.InputFields, u[d.Name])
	default:
		fmt.Fprintf(w, "%s %s", map[string]string{"OBJECT": "type", "INTERFACE": "interface"}[d.Kind], d.Name)
		want := map[string]bool{}
		maps.Copy(want, u[d.Name])
		if list := names(d.Interfaces); len(list) > 0 {
			fmt.Fprintf(w, " implements %s", strings.Join(list, " & "))
			for _, i := range list {
				maps.Copy(want, u[i])
			}
		}
		fields(d.Fields, want)
	}
}
