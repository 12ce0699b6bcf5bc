package api

import (
	"encoding/json"
	"strings"
	"testing"
)

// A cursor is read as it was written, and anything else is refused.
func FuzzCursor(f *testing.F) {
	f.Add("", "t")
	f.Add(writeCursor('t', 1, 2), "t")
	f.Add(writeCursor('m', -1), "m")
	f.Add("dAAAAZrQvN4", "t")
	f.Fuzz(func(t *testing.T, text, list string) {
		if list == "" {
			return
		}
		var a, b int64
		if readCursor(list[0], text, &a, &b) == nil && text != "" {
			if again := writeCursor(list[0], a, b); again != strings.TrimRight(text, "\r\n") && readCursor(list[0], again, &a, &b) != nil {
				t.Errorf("%q is read as %d, %d and written as %q", text, a, b, again)
			}
		}
	})
}

// A condition that is read holds together, or is refused before it is used.
func FuzzCondition(f *testing.F) {
	f.Add(`{"field": "status", "op": "is", "value": "open"}`)
	f.Add(`{"group": true, "all": true, "children": [{"field": "assignee", "op": "is", "value": "per_00000000000zz"}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		var c Condition
		if json.Unmarshal([]byte(text), &c) != nil {
			return
		}
		kept, err := c.kept()
		if err != nil || kept.Check() != nil {
			return
		}
		again, err := conditionRecord(kept).kept()
		if err != nil || again.Check() != nil {
			t.Errorf("%+v does not come back: %v", kept, err)
		}
	})
}
