package triage_test

import (
	"os"
	"runtime"
	"strings"
	"testing"

	"godwit.dev/godwit/internal/base/lang"
	"godwit.dev/godwit/internal/domain/triage"
)

// held is what something takes of memory while it is kept, in MB.
func held[T any](t *testing.T, file string, read func([]byte) (T, error)) float64 {
	t.Helper()
	packed, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	v, err := read(packed)
	if err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(v)
	runtime.KeepAlive(packed)
	return float64(int64(after.HeapAlloc)-int64(before.HeapAlloc)) / 1e6
}

// TestMemory holds what docs/triage.md says of memory.
func TestMemory(t *testing.T) {
	topics, languages := held(t, "topics.bin", triage.ReadModel), held(t, "../../base/lang/ngrams.bin", lang.New)
	t.Logf("topics with the lexica %.1f MB, languages %.1f MB", topics, languages)
	if topics < 5 || topics > 13 || languages < 4 || languages > 9 {
		t.Error("docs/triage.md says otherwise")
	}
}

// A message costs little more than the words that are shown of it: no map, string or list for each of its letters.
func TestFewAllocations(t *testing.T) {
	text := strings.Repeat("The parcel came broken and I want a refund, please tell me how to send it back. ", 45)
	c := triage.Default()
	if n := testing.AllocsPerRun(20, func() { c.Classify(triage.Message{Text: text}, triage.Evidence{}) }); n > 1000 {
		t.Errorf("%.0f allocations for a message of a thousand letters", n)
	}
}
