package inspect_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"godwit.dev/godwit/internal/app/inspect"
)

// FuzzRun holds that any bytes give one answer, valid JSON, to each line that is not blank; of search alone a document has
// none.
func FuzzRun(f *testing.F) {
	for _, seed := range []string{`{"id":1,"text":"a","html":"<b>","raw":"QQ==","query":"x"}`, "{\"id\":\xff,\"text\":\"\xff\"}\n\n[", `{"id":1,"id":2,"doc":{"id":1,"text":"a"}}` + "\n" + `{"query":"a"}`, "\ufeff{}"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		want := 0
		for line := range bytes.SplitSeq(bytes.TrimPrefix(in, []byte("\ufeff")), []byte("\n")) {
			if len(bytes.TrimSpace(line)) > 0 {
				want++
			}
		}
		for _, kind := range inspect.Kinds() {
			if kind == "mail" {
				continue // opens the files that its lines name
			}
			var out bytes.Buffer
			if _, err := inspect.Run(t.Context(), kind, bytes.NewReader(in), &out, ""); err != nil {
				t.Fatal(err)
			}
			got := bytes.Count(out.Bytes(), []byte("\n"))
			if got > want || got < want && kind != "search" {
				t.Errorf("%s: %d answers to %d lines", kind, got, want)
			}
			for line := range bytes.Lines(out.Bytes()) {
				if !json.Valid(line) {
					t.Errorf("%s: %q", kind, line)
				}
			}
		}
	})
}
