package inspect_test

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// TestSearchCases holds how often the article that answers a question comes first, with and without the language said.
func TestSearchCases(t *testing.T) {
	in, err := os.ReadFile("testdata/search.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	raw, bad := answer(t, "search", string(in), "")
	if bad != 0 {
		t.Fatal(bad, "bad lines")
	}
	type score struct{ asked, first, third int }
	var told, untold score
	for _, got := range parseObjects(t, raw) {
		s := &told
		want, ok := strings.CutPrefix(got["id"].(string), "und:")
		if ok {
			s = &untold
		}
		s.asked++
		switch rank := slices.Index(got["hits"].([]any), any(want)); {
		case rank == 0:
			s.first++
			fallthrough
		case rank > 0 && rank < 3:
			s.third++
		}
	}
	for name, c := range map[string]struct {
		score
		first, third int // the least share, in percent
	}{"language said": {told, 92, 96}, "language unsaid": {untold, 86, 95}} {
		t.Logf("%s: %d questions, %d answered first, %d among three", name, c.asked, c.score.first, c.score.third)
		if c.score.first*100 < c.first*c.asked || c.score.third*100 < c.third*c.asked {
			t.Errorf("%s: want %d %% first, %d %% among three", name, c.first, c.third)
		}
	}
}

// TestSearchNumbers looks for numbers in every way that they are written.
func TestSearchNumbers(t *testing.T) {
	docs := `{"doc":{"id":1,"text":"Order #A-10423 was shipped with DHL JD014600006281230704"}}` + "\n" +
		`{"doc":{"id":2,"text":"Order #A-10424, parcel RB 123 456 785 CN"}}` + "\n" + `{"doc":{"id":3,"text":"заказ № 77-0042, трек LX123456789DE"}}` + "\n"
	for query, want := range map[string]float64{"A-10423": 1, "a10423": 1, "10424": 2, "#A-10424": 2, "RB123456785CN": 2, "rb 123 456 785 cn": 2, "JD014600006281230704": 1, "77-0042": 3, "770042": 3, "заказ 77-0042": 3, "lx123456789de": 3} {
		raw, _ := answer(t, "search", docs+`{"query":"`+query+`"}`, "")
		if hits := parseObjects(t, raw)[0]["hits"].([]any); len(hits) == 0 || hits[0] != want {
			t.Errorf("%q: %v, want %v first", query, hits, want)
		}
	}
}
