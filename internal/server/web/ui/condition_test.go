package ui

import (
	"net/url"
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

// values posts a tree as the form does.
func (c Condition) values(path string, form url.Values) {
	name := conditionName(path)
	if !c.Group {
		form.Set(name+"field", c.Field)
		form.Set(name+"op", c.Op)
		form.Set(name+"value", c.Value)
		return
	}
	form.Set(name+"all", flag(c.All))
	for i, child := range c.Children {
		child.values(joinPath(path, i), form)
	}
}

func TestConditionRoundTrip(t *testing.T) {
	var node func(t *rapid.T, depth int) Condition
	node = func(t *rapid.T, depth int) Condition {
		if depth > 0 && (depth == maxConditionDepth || rapid.Bool().Draw(t, "leaf")) {
			return Condition{Field: rapid.StringMatching(`[a-z]{1,6}`).Draw(t, "field"), Op: "is", Value: rapid.String().Draw(t, "value")}
		}
		group := Condition{Group: true, All: rapid.Bool().Draw(t, "all")}
		for range rapid.IntRange(0, 3).Draw(t, "children") {
			group.Children = append(group.Children, node(t, depth+1))
		}
		return group
	}
	rapid.Check(t, func(t *rapid.T) {
		tree := node(t, 0)
		form := url.Values{}
		tree.values("", form)
		if got := ParseCondition(form); !reflect.DeepEqual(got, tree) {
			t.Fatalf("read back\n%+v\nwant\n%+v", got, tree)
		}
	})
}

func TestConditionApply(t *testing.T) {
	fields, tree := sampleConditions()
	before := len(tree.Children)
	for _, step := range []struct {
		do   string
		want int
	}{{"add:", 3}, {"group:", 3}, {"remove:0", 1}, {"remove:9", 2}, {"add:x", 2}, {"add:0", 2}, {"remove:", 2}, {"nonsense", 2}} {
		if got := len(tree.Apply(step.do, fields).Children); got != step.want {
			t.Errorf("%s leaves %d conditions, want %d", step.do, got, step.want)
		}
	}
	if got := tree.Apply("add:1", fields).Children[1]; len(got.Children) != 3 || got.Children[2].Field != "status" {
		t.Errorf("add into a group: %+v", got)
	}
	if len(tree.Children) != before || len(tree.Children[1].Children) != 2 {
		t.Error("Apply changed its receiver")
	}
}

func TestParseConditionBounds(t *testing.T) {
	deep := url.Values{}
	path := ""
	for range 40 {
		deep.Set(conditionName(path)+"all", "1")
		path = joinPath(path, 0)
	}
	depth := 0
	for c := ParseCondition(deep); len(c.Children) > 0; c = c.Children[0] {
		depth++
	}
	if depth > maxConditionDepth {
		t.Errorf("a tree of depth %d was read", depth)
	}
	if got := ParseCondition(url.Values{"c.field": {"status"}}); !got.Group {
		t.Error("the root is not a group")
	}
}

func TestAssetsServed(t *testing.T) {
	for _, b := range bundles {
		if Asset(b.name) == "/static/"+b.name {
			t.Errorf("%s carries no hash", b.name)
		}
	}
}

func TestMentionPieces(t *testing.T) {
	got := mentionPieces("a@b.c, @Li Wei and @Li see", []string{"Li", "Li Wei"})
	want := []string{"a@b.c, ", "@Li Wei", " and ", "@Li", " see"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
