package inspect_test

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"testing"

	"godwit.dev/godwit/internal/app/inspect"
)

// BenchmarkRun tells the lines a second of each kind over the labelled data.
func BenchmarkRun(b *testing.B) {
	mails := readObjects(b, filepath.Join(mailCases, "mime.jsonl"))
	for _, m := range mails {
		m["path"] = m["file"]
	}
	pages := readObjects(b, htmlCases)
	for _, p := range pages {
		p["html"] = p["payload"]
	}
	numbers := readObjects(b, trackCases)
	for _, n := range numbers {
		n["text"] = n["number"]
	}
	var hooks []object
	for _, line := range hookLines(b) {
		hooks = append(hooks, object{"line": line})
	}
	for kind, rows := range map[string][]object{"mail": mails, "reply": readObjects(b, replyCases), "html": pages, "redact": readObjects(b, cardCases), "tracking": numbers, "search": nil, "webhook": hooks} {
		b.Run(kind, func(b *testing.B) {
			var in bytes.Buffer
			for range 10 {
				for _, r := range rows {
					line, err := json.Marshal(r)
					if text, ok := r["line"].(string); ok {
						line = []byte(text)
					}
					if err != nil {
						b.Fatal(err)
					}
					in.Write(append(line, '\n'))
				}
			}
			if kind == "search" {
				data, err := os.ReadFile("testdata/search.jsonl")
				if err != nil {
					b.Fatal(err)
				}
				in.Write(data)
			}
			lines := bytes.Count(in.Bytes(), []byte("\n"))
			for b.Loop() {
				if bad, err := inspect.Run(b.Context(), kind, bytes.NewReader(in.Bytes()), io.Discard, mailCases); bad != 0 || err != nil {
					b.Fatal(bad, err)
				}
			}
			b.ReportMetric(float64(lines*b.N)/b.Elapsed().Seconds(), "lines/s")
		})
	}
}
