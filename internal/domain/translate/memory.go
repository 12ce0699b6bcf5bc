package translate

import (
	"hash/fnv"
	"slices"
	"strings"
	"unicode"
)

// Key is the number under which a sentence with marks is found again. White space does not
// count, everything else does.
func Key(sentence string) int64 { return hash(strings.Join(strings.Fields(sentence), " ")) }

func hash(s string) int64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(s)) // it never fails
	return int64(h.Sum64())
}

// words are the words of a sentence in small letters; in scripts without spaces, its pairs
// of characters. All marks are the same word.
func words(sentence string) []string {
	var out []string
	var word []rune
	end := func() {
		if len(word) > 0 {
			out = append(out, string(word))
		}
		word = word[:0]
	}
	var before rune
	for _, r := range strings.ToLower(sentence) {
		_, mark := IsMark(r)
		switch {
		case mark:
			end()
			out = append(out, string(First))
		case unspaced(r):
			end()
			if unspaced(before) {
				out = append(out, string([]rune{before, r}))
			}
		case unicode.IsLetter(r) || unicode.Is(unicode.M, r):
			word = append(word, r)
		default:
			end()
		}
		before = r
	}
	end()
	return out
}

// sketch is how many grams a sentence is found by.
const sketch = 8

// Grams are the numbers by which sentences that are alike are found: the smallest hashes of
// the words, so that two sentences which share most of their words share most of these.
func Grams(sentence string) []int64 {
	var out []int64
	for _, w := range words(sentence) {
		if w != string(First) {
			out = append(out, hash(w))
		}
	}
	slices.Sort(out)
	out = slices.Compact(out)
	return out[:min(len(out), sketch)]
}

// Alike is the score from which a sentence is offered in the place of another, and Same
// that of the sentence itself.
const (
	Alike = 70
	Same  = 100
)

// longestAlike bounds the words of a sentence that is compared.
const longestAlike = 200

// Score says how much two sentences are alike, from 0 to Same. Only sentences with equal words
// score Same, and only ones with as many marks score at all.
func Score(a, b string) int {
	x, y := words(a), words(b)
	if count(x) != count(y) || len(x) > longestAlike || len(y) > longestAlike {
		return 0
	}
	longest := max(len(x), len(y))
	if longest == 0 {
		return 0
	}
	d := distance(x, y)
	score := (longest - d) * Same / longest
	if d == 0 && Key(a) != Key(b) {
		return Same - 1 // it differs in case or in its signs
	}
	return score
}

func count(words []string) int {
	n := 0
	for _, w := range words {
		if w == string(First) {
			n++
		}
	}
	return n
}

// distance is how many words must be put in, taken out or exchanged to make one of the other.
func distance(a, b []string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j, y := range b {
			cost := diagonal
			if x != y {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
