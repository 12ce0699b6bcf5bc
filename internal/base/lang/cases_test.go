package lang_test

import (
	"bufio"
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"godwit.dev/godwit/internal/base/lang"
)

type row struct{ Text, Lang, Kind string }

func rows(t testing.TB) []row {
	t.Helper()
	f, err := os.Open("testdata/lingua_short.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []row
	for s := bufio.NewScanner(f); s.Scan(); {
		var r row
		if err := json.Unmarshal(s.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		out = append(out, r)
	}
	return out
}

// TestCases measures texts of 74 languages. Rows of even place were looked at while five numbers in detect.go were
// chosen; those of odd place were not.
func TestCases(t *testing.T) {
	least := map[string]float64{"single_word": .72, "word_pair": .89, "sentence": .95}
	right, all := map[string]int{}, map[string]int{}
	kinds := map[string]map[string]bool{}
	for i, r := range rows(t) {
		got := lang.Default().Detect(r.Text).Language
		half := []string{", looked at", ", not looked at"}[i%2]
		if kinds[r.Kind] == nil {
			kinds[r.Kind] = map[string]bool{}
		}
		kinds[r.Kind][r.Lang] = true
		for _, key := range []string{r.Kind, r.Kind + half, r.Lang + " " + r.Kind, got + " wrong"} {
			all[key]++
			if got == r.Lang {
				right[key]++
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		if strings.HasSuffix(key, " wrong") {
			continue
		}
		share := float64(right[key]) / float64(all[key])
		t.Logf("%s: %.1f %% of %d", key, 100*share, all[key])
		if kinds[key] != nil && share < least[key] {
			t.Errorf("%s: %.3f", key, share)
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		sum := 0.0
		for code := range kinds[kind] {
			key := code + " " + kind
			sum += float64(right[key]) / float64(all[key])
		}
		t.Logf("%s, mean of %d languages: %.1f %%", kind, len(kinds[kind]), 100*sum/float64(len(kinds[kind])))
	}
}

func TestExpectedDecidesWhatIsOpen(t *testing.T) {
	if got := lang.Default().Detect("pedido", "pt").Language; got != "pt" {
		t.Errorf("expected pt: %s", got)
	}
	if got := lang.Default().Detect("wo bleibt meine Bestellung", "pt").Language; got != "de" {
		t.Errorf("what is expected outweighs what is written: %s", got)
	}
}

func TestNewRefuses(t *testing.T) {
	for _, b := range [][]byte{nil, {1, 2, 3}, []byte("no table")} {
		if _, err := lang.New(b); err == nil {
			t.Errorf("%q is a table", b)
		}
	}
}

func FuzzDetect(f *testing.F) {
	for _, s := range []string{"", "hello", "你好\xff", "ẞİ", strings.Repeat("абв ", 2000), "<a@b.c> #1", "\u0301", "ﷺ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r := lang.Default().Detect(s)
		if len(r.Language) < 2 || r.Confidence < 0 || r.Confidence > 1 {
			t.Errorf("%+v", r)
		}
	})
}

func BenchmarkDetect(b *testing.B) {
	d, cases := lang.Default(), rows(b)
	for _, kind := range []string{"single_word", "word_pair", "sentence"} {
		b.Run(kind, func(b *testing.B) {
			var texts []string
			for _, r := range cases {
				if r.Kind == kind {
					texts = append(texts, r.Text)
				}
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				d.Detect(texts[i%len(texts)])
			}
		})
	}
}

func BenchmarkNew(b *testing.B) {
	packed, err := os.ReadFile("ngrams.bin")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := lang.New(packed); err != nil {
			b.Fatal(err)
		}
	}
}
