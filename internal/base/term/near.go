package term

import (
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	nearShare = 0.45 // the least likeness of two words, as the share of their trigrams
	nearWords = 12   // how many like words stand in for one
	sharedRun = 5    // the least letters that a compound shares with another ("Adressänderung", "Lieferadresse")
)

// near returns the words of the vocabulary that look like a word: mistyped, compounded, or bent in a way that no
// stemmer knows. The weight of each is below that of the word itself.
func (x *Index) near(w string) []weighted {
	n := utf8.RuneCountInString(w)
	if n < 4 || hasDigit(w) {
		return nil
	}
	grams := edges(w)
	shared := map[int32]int{}
	for _, g := range grams {
		for _, at := range x.grams[g] {
			shared[at]++
		}
	}
	var out []weighted
	for at, common := range shared {
		other := x.vocab[at]
		if other == w || stopWords[other] {
			continue
		}
		m := utf8.RuneCountInString(other)
		like := 2 * float64(common) / float64(len(grams)+m+1)
		if n >= 5 && strings.Contains(other, w) || m >= 5 && strings.Contains(w, other) {
			like = max(like, 0.7)
		}
		if like < 0.8 && like > 0.3 && m >= 4 && within(w, other, 1+n/8) {
			like = 0.8
		}
		if like < 0.6 && common >= sharedRun-2 {
			like = max(like, sharesStem(w, other))
		}
		if like >= nearShare {
			out = append(out, weighted{other, 0.75 * like})
		}
	}
	slices.SortFunc(out, func(a, b weighted) int {
		switch {
		case a.weight > b.weight:
			return -1
		case a.weight < b.weight:
			return 1
		}
		return strings.Compare(a.term, b.term)
	})
	return out[:min(len(out), nearWords)]
}

// sharesStem likens two words that have a part of at least sharedRun letters in common, more than half of the shorter one,
// that begins one of them; 0 if there is none. What begins the word asked for tells more.
func sharesStem(asked, other string) float64 {
	s, t := []rune(asked), []rune(other)
	need := max(sharedRun, (min(len(s), len(t))+2)/2)
	switch {
	case len(s) < need || len(t) < need:
		return 0
	case strings.Contains(other, string(s[:need])):
		return 0.6
	case strings.Contains(asked, string(t[:need])):
		return nearShare
	}
	return 0
}

// within reports whether two words are at most limit edits apart; two letters changing places are one edit.
func within(a, b string, limit int) bool {
	s, t := []rune(a), []rune(b)
	if len(s)-len(t) > limit || len(t)-len(s) > limit {
		return false
	}
	before, row, next := make([]int, len(t)+1), make([]int, len(t)+1), make([]int, len(t)+1)
	for j := range row {
		row[j] = j
	}
	for i := range s {
		next[0] = i + 1
		least := next[0]
		for j := range t {
			cost := 1
			if s[i] == t[j] {
				cost = 0
			}
			next[j+1] = min(row[j+1]+1, next[j]+1, row[j]+cost)
			if i > 0 && j > 0 && s[i] == t[j-1] && s[i-1] == t[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
			least = min(least, next[j+1])
		}
		if least > limit {
			return false
		}
		before, row, next = row, next, before
	}
	return row[len(t)] <= limit
}
