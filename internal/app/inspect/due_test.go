package inspect_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// TestDue runs the worked examples of the contract, and lines that have no answer.
func TestDue(t *testing.T) {
	data, err := os.ReadFile("testdata/due.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	for _, line := range lines {
		var x struct {
			In  json.RawMessage
			Out struct{ ID, Due string }
		}
		if err := json.Unmarshal([]byte(line), &x); err != nil {
			t.Fatal(err)
		}
		var got struct{ ID, Due string }
		list, _ := answer(t, "due", string(x.In), "")
		if err := json.Unmarshal([]byte(list[0]), &got); err != nil || got != x.Out {
			t.Errorf("%s, want %v", list[0], x.Out)
		}
	}
	if len(lines) != 5 {
		t.Errorf("%d examples", len(lines))
	}
	for _, bad := range []string{
		`{"id":"1","calendar":{"zone":"Mars/Olympus","weekly":{}},"from":"2026-01-01T00:00:00Z","minutes":1}`,
		`{"id":"1","calendar":{"zone":"UTC","weekly":{"mon":[["09:00","25:00"]]}},"from":"2026-01-01T00:00:00Z","minutes":1}`,
		`{"id":"1","calendar":{"zone":"UTC","weekly":{"mon":[["9:00","10:00"]]}},"from":"2026-01-01T00:00:00Z","minutes":1}`,
		`{"id":"1","calendar":{"zone":"UTC","weekly":{"mon":[["12:00","12:00"]]}},"from":"2026-01-01T00:00:00Z","minutes":1}`,
		`{"id":"1","calendar":{"zone":"UTC","weekly":{"someday":[]}},"from":"2026-01-01T00:00:00Z","minutes":1}`,
		`{"id":"1","calendar":{"zone":"UTC","weekly":{},"holidays":["2026-02-30"]},"from":"2026-01-01T00:00:00Z","minutes":0}`,
		`{"id":"1","calendar":{"zone":"UTC","weekly":{}},"from":"2026-01-01T00:00:00Z","minutes":1}`,
		`{"id":"1","calendar":{"zone":"UTC","weekly":{"mon":[["00:00","24:00"]]}},"from":"2026-01-01T00:00:00Z","minutes":-1}`,
		`{"id":"1","calendar":{"zone":"UTC","weekly":{"mon":[["00:00","24:00"]]}},"from":"2026-01-01T00:00:00Z","minutes":9223372036854775807}`,
		`{"id":"1","calendar":{"zone":"UTC","weekly":{"mon":[["00:00","24:00"]]}},"from":"soon","minutes":1}`,
		`{"id":"1","calendar":{"zone":"UTC","weekly":{}},"from":"2026-01-01T00:00:00Z","minutes":0,"pauses":[["2026-01-01T00:00:00Z"]]}`,
	} {
		list, _ := answer(t, "due", bad, "")
		if !strings.Contains(list[0], `"error"`) {
			t.Errorf("%s gives %s", bad, list[0])
		}
	}
}
