package carrier_test

import (
	"bufio"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"godwit.dev/godwit/internal/domain/carrier"
)

// lines reads a file of JSON lines.
func lines[T any](t testing.TB, path string) []T {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var out []T
	in := bufio.NewScanner(file)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		var v T
		if err := json.Unmarshal(in.Bytes(), &v); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		out = append(out, v)
	}
	return out
}

type labelled struct {
	Number  string
	Courier carrier.Key
	Valid   bool
	Format  string `json:"format_id"`
}

// TestNumbers holds that a number alone in a text is told as its courier's, valid or not as it is labelled.
func TestNumbers(t *testing.T) {
	rows := append(lines[labelled](t, "testdata/numbers.jsonl"), lines[labelled](t, "testdata/upstream.jsonl")...)
	valid, told, first, wrong := 0, 0, 0, 0
	for _, r := range rows {
		found := carrier.Find(r.Number, carrier.Hints{})
		var list []carrier.Candidate
		if len(found) == 1 {
			list = found[0].Carriers
			if found[0].Number != carrier.Normalise(r.Number) {
				t.Errorf("%q: number %q", r.Number, found[0].Number)
			}
			if trimmed := strings.TrimSpace(r.Number); string([]rune(r.Number)[found[0].Start:found[0].End]) != trimmed {
				t.Errorf("%q: at %d to %d", r.Number, found[0].Start, found[0].End)
			}
		}
		at := -1
		for i, c := range list {
			if c.Carrier == r.Courier {
				at = i
			}
		}
		if r.Valid {
			valid++
			if at < 0 || !list[at].Valid {
				t.Errorf("%q of %s (%s): %+v", r.Number, r.Courier, r.Format, found)
				continue
			}
			told++
			if at == 0 {
				first++
			} else {
				t.Logf("%q of %s is rank %d: %s first", r.Number, r.Courier, at+1, list[0].Carrier)
			}
		} else if at >= 0 && list[at].Valid {
			wrong++
			t.Errorf("%q is told valid for %s by %s", r.Number, r.Courier, list[at].Format)
		}
	}
	t.Logf("%d rows: %d of %d valid numbers told, %d of them first; %d of %d invalid ones told valid", len(rows), told, valid, first, wrong, len(rows)-valid)
}

// TestExamples holds that each format fits its own example.
func TestExamples(t *testing.T) {
	for _, f := range carrier.Formats() {
		ok := false
		for _, c := range carrier.Recognise(f.Example) {
			ok = ok || c.Carrier == f.Carrier && (c.Valid || f.Status != "sourced")
		}
		if !ok {
			t.Errorf("%s: %q gives %+v", f.ID, f.Example, carrier.Recognise(f.Example))
		}
	}
}
