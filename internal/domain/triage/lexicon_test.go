package triage

import (
	"slices"
	"strings"
	"testing"
	"unicode"
)

// What a lexicon names is found where it is written, and behind other words; what is marked as exact is not found in a
// longer word.
func TestEveryEntryIsFound(t *testing.T) {
	all, err := lexica()
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for language, l := range all {
		data, err := lexiconFiles.ReadFile("lexicon/" + language + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(data)) {
			concept, list, ok := strings.Cut(strings.TrimSpace(line), ":")
			if !ok {
				continue
			}
			for phrase := range strings.SplitSeq(list, ",") {
				own := tokenize(phrase)
				if len(own) == 0 {
					continue
				}
				seen++
				before := tokenize("12 ")
				if hits := l.find(slices.Concat(before, own)); !slices.Contains(hits, hit{concept, len(before), len(before) + len(own) - 1}) {
					t.Errorf("%s: %q does not name %s: %v", language, phrase, concept, hits)
				}
			}
		}
	}
	if seen < 70_000 {
		t.Errorf("only %d entries", seen)
	}
}

func TestLexiconRules(t *testing.T) {
	l, err := readLexicon("a: refund, rip!, flame!, far, turn on\n+b: refunds please\n")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string][]hit{
		"refunded":           {{"a", 0, 0}}, // of four letters and more: all that begin so
		"ripped":             nil,
		"flames":             nil, // it stands for itself alone
		"flame":              {{"a", 0, 0}},
		"rip":                {{"a", 0, 0}},
		"farm":               nil, // of three letters
		"far":                {{"a", 0, 0}},
		"please turn on":     {{"a", 1, 2}},
		"turned one":         nil, // "on" is of two letters
		"turn":               nil,
		"two refunds please": {{"a", 1, 1}, {"+b", 1, 2}},
		"refund":             {{"a", 0, 0}},
		"re fund":            nil,
	} {
		if got := l.find(tokenize(text)); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
	for _, broken := range []string{"no concept", "a: b\na: c", "a: " + strings.Repeat("x", 300)} {
		if _, err := readLexicon(broken); err == nil {
			t.Errorf("%.20q is read", broken)
		}
	}
}

// What is passed over for speed holds nothing that counts.
func TestNothingCountsThatIsPassedOver(t *testing.T) {
	for r := range faces {
		if r < firstFace {
			t.Errorf("the face %c is passed over", r)
		}
	}
	for r := range firstDense {
		if unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar) {
			t.Errorf("%U is passed over", r)
		}
	}
}
