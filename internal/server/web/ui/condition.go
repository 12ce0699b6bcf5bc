package ui

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Condition is a node of a saved view: a group of conditions, or a test of one field. In a form the node at path p (child
// positions joined by dots, empty for the root) has the fields c.p.all ("1" or "0") if it is a group, else c.p.field,
// c.p.op and c.p.value.
type Condition struct {
	Group    bool
	All      bool // of a group: all must hold; else any
	Children []Condition
	Field    string
	Op       string // "is", "not", "has", "lacks", "before", "after", "older", "newer", "empty", "set"
	Value    string
}

// ConditionField is a field that conditions may test.
type ConditionField struct {
	Key     string
	Label   string
	Kind    string   // "choice", "text", "age"
	Ops     []string // the operators it takes, the default first
	Options []Option // of a choice
}

// maxConditionDepth and maxConditionChildren bound a posted tree; what lies beyond is dropped.
const (
	maxConditionDepth    = 4
	maxConditionChildren = 20
)

// ParseCondition reads a posted tree. The root is always a group. Nodes deeper than four levels and children past the
// twentieth are dropped, as are nodes without a field.
func ParseCondition(form url.Values) Condition {
	root, ok := parseNode(form, "", 0)
	if !ok || !root.Group {
		return Condition{Group: true, All: true}
	}
	return root
}

func parseNode(form url.Values, path string, depth int) (Condition, bool) {
	prefix := conditionName(path)
	if form.Has(prefix + "all") {
		node := Condition{Group: true, All: form.Get(prefix+"all") != "0"}
		if depth == maxConditionDepth {
			return node, true
		}
		for i := range maxConditionChildren {
			if child, ok := parseNode(form, joinPath(path, i), depth+1); ok {
				node.Children = append(node.Children, child)
			}
		}
		return node, true
	}
	if !form.Has(prefix + "field") {
		return Condition{}, false
	}
	return Condition{Field: form.Get(prefix + "field"), Op: form.Get(prefix + "op"), Value: form.Get(prefix + "value")}, true
}

// Apply returns the tree after a button of the form: "add:p" puts a test into the group at path p, "group:p" a group with
// one test, "remove:p" takes the node at p away. Other words and paths that lead nowhere change nothing.
func (c Condition) Apply(do string, fields []ConditionField) Condition {
	verb, path, ok := strings.Cut(do, ":")
	if !ok {
		return c
	}
	steps, ok := splitPath(path)
	if !ok {
		return c
	}
	test := Condition{}
	if len(fields) > 0 {
		test = defaultTest(fields[0])
	}
	switch verb {
	case "add":
		return c.edit(steps, func(group Condition) Condition {
			group.Children = append(slices.Clone(group.Children), test)
			return group
		})
	case "group":
		return c.edit(steps, func(group Condition) Condition {
			group.Children = append(slices.Clone(group.Children), Condition{Group: true, Children: []Condition{test}})
			return group
		})
	case "remove":
		if len(steps) == 0 {
			return c
		}
		last := steps[len(steps)-1]
		return c.edit(steps[:len(steps)-1], func(group Condition) Condition {
			if last < len(group.Children) {
				group.Children = slices.Delete(slices.Clone(group.Children), last, last+1)
			}
			return group
		})
	}
	return c
}

// edit returns the tree with the group at the end of steps replaced.
func (c Condition) edit(steps []int, change func(Condition) Condition) Condition {
	if !c.Group {
		return c
	}
	if len(steps) == 0 {
		return change(c)
	}
	if steps[0] >= len(c.Children) {
		return c
	}
	c.Children = slices.Clone(c.Children)
	c.Children[steps[0]] = c.Children[steps[0]].edit(steps[1:], change)
	return c
}

func defaultTest(f ConditionField) Condition {
	test := Condition{Field: f.Key}
	if len(f.Ops) > 0 {
		test.Op = f.Ops[0]
	}
	if len(f.Options) > 0 {
		test.Value = f.Options[0].Value
	}
	return test
}

// conditionName is what the form names of the node at path begin with.
func conditionName(path string) string {
	if path == "" {
		return "c."
	}
	return "c." + path + "."
}

func joinPath(path string, i int) string {
	if path == "" {
		return strconv.Itoa(i)
	}
	return path + "." + strconv.Itoa(i)
}

func splitPath(path string) ([]int, bool) {
	if path == "" {
		return nil, true
	}
	words := strings.Split(path, ".")
	if len(words) > maxConditionDepth+1 {
		return nil, false
	}
	steps := make([]int, len(words))
	for i, word := range words {
		n, err := strconv.Atoi(word)
		if err != nil || n < 0 {
			return nil, false
		}
		steps[i] = n
	}
	return steps, true
}
