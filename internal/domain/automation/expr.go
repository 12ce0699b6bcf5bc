package automation

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"godwit.dev/godwit/internal/base/money"
)

// Expr is an expression that was read and found right. The zero Expr holds always.
type Expr struct{ root *node }

// node is a group of nodes, a negation of one, or a test.
type node struct {
	op    string // and, or, not; "" for a test
	kids  []*node
	field *Field
	sign  string // "" for a truth
	want  []value
}

// Always reports whether the expression asks nothing.
func (e Expr) Always() bool { return e.root == nil }

// Holds reports whether the expression is true of facts.
func (e Expr) Holds(f *Facts) bool { return e.root == nil || e.root.holds(f) }

func (n *node) holds(f *Facts) bool {
	switch n.op {
	case "and":
		for _, k := range n.kids {
			if !k.holds(f) {
				return false
			}
		}
		return true
	case "or":
		return slices.ContainsFunc(n.kids, func(k *node) bool { return k.holds(f) })
	case "not":
		return !n.kids[0].holds(f)
	}
	return n.test(n.field.get(f))
}

func (n *node) test(got value) bool {
	if got.none {
		return false
	}
	switch {
	case n.field.Type == Truth:
		return got.truth
	case n.sign == "in":
		return slices.ContainsFunc(n.want, func(w value) bool { return strings.EqualFold(got.text, w.text) })
	case n.sign == "has" && n.field.Type == List:
		return slices.ContainsFunc(got.list, func(s string) bool { return strings.EqualFold(s, n.want[0].text) })
	case n.sign == "has":
		return strings.Contains(strings.ToLower(got.text), strings.ToLower(n.want[0].text))
	}
	want := n.want[0]
	order := 0
	switch n.field.Type {
	case Number:
		order = sign(got.number - want.number)
	case Money:
		if got.sum.Currency != want.sum.Currency {
			return n.sign == "!="
		}
		order = sign(float64(got.sum.Minor) - float64(want.sum.Minor))
	case Level:
		order = slices.Index(n.field.Choices, got.text) - slices.Index(n.field.Choices, want.text)
	default:
		if !strings.EqualFold(got.text, want.text) {
			order = 1
		}
	}
	switch n.sign {
	case "=":
		return order == 0
	case "!=":
		return order != 0
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	}
	return order >= 0
}

func sign(x float64) int {
	switch {
	case x < 0:
		return -1
	case x > 0:
		return 1
	}
	return 0
}

// Asks returns the facts that the expression names, each once, in the order of their first use.
func (e Expr) Asks() []*Field {
	var out []*Field
	var walk func(*node)
	walk = func(n *node) {
		if n == nil {
			return
		}
		if n.field != nil && !slices.Contains(out, n.field) {
			out = append(out, n.field)
		}
		for _, k := range n.kids {
			walk(k)
		}
	}
	walk(e.root)
	return out
}

// String writes the expression as Parse reads it.
func (e Expr) String() string {
	if e.root == nil {
		return ""
	}
	return e.root.String()
}

func (n *node) String() string {
	switch n.op {
	case "and", "or":
		parts := make([]string, len(n.kids))
		for i, k := range n.kids {
			if parts[i] = k.String(); k.op == "and" || k.op == "or" {
				parts[i] = "(" + parts[i] + ")"
			}
		}
		return strings.Join(parts, " "+n.op+" ")
	case "not":
		return "not (" + n.kids[0].String() + ")"
	}
	if n.sign == "" {
		return n.field.Name
	}
	if n.sign == "in" {
		parts := make([]string, len(n.want))
		for i, w := range n.want {
			parts[i] = quote(w.text)
		}
		return n.field.Name + " in [" + strings.Join(parts, ", ") + "]"
	}
	return n.field.Name + " " + n.sign + " " + n.field.write(n.want[0])
}

// write writes a value of the field's type as Parse reads it.
func (f *Field) write(v value) string {
	switch f.Type {
	case Number:
		return strconv.FormatFloat(v.number, 'f', -1, 64)
	case Money:
		a, err := money.New(v.sum.Minor, v.sum.Currency)
		if err != nil { // Parse takes none whose currency is unknown
			return strconv.FormatInt(v.sum.Minor, 10)
		}
		return a.String() + " " + v.sum.Currency
	}
	return quote(v.text)
}

func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// finite reports whether a number is one that can be compared.
func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
