package ticket

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/platform/auth"
)

// MacroID identifies a macro.
type MacroID int64

// FieldID identifies a custom field.
type FieldID int64

// ViewID identifies a saved view.
type ViewID int64

// Tag labels tickets.
type Tag struct {
	Name  string
	Color string
}

// FieldType is the type of a custom field.
type FieldType string

// The types of custom field.
const (
	TextField   FieldType = "text"
	NumberField FieldType = "number"
	DateField   FieldType = "date"
	SelectField FieldType = "select"
	CheckField  FieldType = "check"
)

// Field is a custom field of tickets.
type Field struct {
	ID        FieldID
	Workspace auth.WorkspaceID
	Key       string
	Label     string
	Type      FieldType
	Options   []string
	Required  bool // before a ticket is solved
	Position  int64
}

// Check judges a value and returns it in its kept form; "" is always good.
func (f Field) Check(v string) (string, error) {
	v = strings.TrimSpace(v)
	if v == "" {
		return "", nil
	}
	bad := errs.Field("f."+f.Key, "error.field_value", "field", f.Label)
	switch f.Type {
	case NumberField:
		if _, err := strconv.ParseFloat(strings.ReplaceAll(v, ",", "."), 64); err != nil {
			return "", bad
		}
		v = strings.ReplaceAll(v, ",", ".")
	case DateField:
		if _, err := time.Parse(time.DateOnly, v); err != nil {
			return "", bad
		}
	case SelectField:
		if !slices.Contains(f.Options, v) {
			return "", bad
		}
	case CheckField:
		if v != "1" && v != "0" {
			return "", bad
		}
		if v == "0" {
			v = ""
		}
	}
	if len(v) > 2000 {
		return "", bad
	}
	return v, nil
}

// View is a saved condition over tickets.
type View struct {
	ID        ViewID
	Workspace auth.WorkspaceID
	Person    auth.PersonID // 0: shared
	Name      string
	Condition Condition
	Sort      string // new, old
	Position  int64
}

// Condition is a node of a saved view: a group of conditions, or a test of one
// field with an operator and a value.
type Condition struct {
	Group    bool        `json:"group,omitempty"`
	All      bool        `json:"all,omitempty"` // of a group: all must hold; else any
	Children []Condition `json:"children,omitempty"`
	Field    string      `json:"field,omitempty"`
	Op       string      `json:"op,omitempty"`
	Value    string      `json:"value,omitempty"`
}

// ConditionOps lists the fields that a condition may test, with their operators.
// A field of the form f.KEY tests a custom field.
func ConditionOps() map[string][]string {
	choice := []string{"is", "not"}
	optional := []string{"is", "not", "empty", "set"}
	text := []string{"has", "lacks", "is", "not"}
	when := []string{"older", "newer"}
	return map[string][]string{
		"status": choice, "bucket": choice, "channel": choice, "priority": choice, "waiting": choice,
		"assignee": optional, "team": optional, "shop": optional, "mailbox": optional, "order": {"empty", "set"},
		"tag": {"has", "lacks"}, "language": choice, "topic": optional, "mood": choice, "alarm": optional, "unread": choice, "subject": text,
		"created": when, "activity": when, "inbound": when, "due": {"within", "empty", "set"},
		"field": optional,
	}
}

// Check judges a condition tree: known fields and operators, values of the
// right kind, at most five levels and 100 nodes.
func (c Condition) Check() error {
	nodes := 0
	var walk func(c Condition, depth int) error
	walk = func(c Condition, depth int) error {
		if nodes++; nodes > 100 || depth > 5 {
			return errs.Field("condition", "error.condition_size")
		}
		if c.Group {
			for _, child := range c.Children {
				if err := walk(child, depth+1); err != nil {
					return err
				}
			}
			return nil
		}
		name := c.Field
		if strings.HasPrefix(name, "f.") {
			name = "field"
		}
		ops, ok := ConditionOps()[name]
		if !ok || !slices.Contains(ops, c.Op) {
			return errs.Field("condition", "error.condition_field", "field", c.Field, "op", c.Op)
		}
		switch name {
		case "created", "activity", "inbound", "due":
			if c.Op == "empty" || c.Op == "set" {
				break
			}
			if d, err := strconv.Atoi(c.Value); err != nil || d < 0 || d > 100000 {
				return errs.Field("condition", "error.condition_hours", "field", c.Field)
			}
		case "assignee", "team", "shop", "mailbox":
			if _, err := strconv.ParseInt(c.Value, 10, 64); err != nil && c.Value != "me" && (c.Op == "is" || c.Op == "not") {
				return errs.Field("condition", "error.condition_value", "field", c.Field)
			}
		}
		return nil
	}
	return walk(c, 1)
}
