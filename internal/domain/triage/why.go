package triage

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// mostSentences bounds the sentences that are read one by one.
const mostSentences = 40

// sentences cuts tokens where a sentence ends.
func sentences(tokens []token) [][]token {
	var out [][]token
	start := 0
	for i := range tokens {
		if !tokens[i].last && i+1 < len(tokens) {
			continue
		}
		if i+1-start >= 2 && len(out) < mostSentences {
			out = append(out, tokens[start:i+1])
		}
		start = i + 1
	}
	return out
}

// why lists the words that spoke most for a topic and not for all. Characters of a script without spaces that spoke
// side by side are one word.
func (m *Model) why(tokens []token, l *lexicon, t Topic) []string {
	fs := features(tokens, l)
	scale := norm(fs)
	gain := make([]float32, len(tokens))
	for _, f := range fs {
		var z [classes]float32
		m.weigh(f.hash, f.value*scale, &z)
		mean := float32(0)
		for _, v := range z {
			mean += v / classes
		}
		share := (z[t.index()] - mean) / float32(f.to-f.from+1)
		for i := f.from; i <= f.to; i++ {
			gain[i] += share
		}
	}
	type word struct {
		text string
		gain float32
	}
	var words []word
	for i := 0; i < len(tokens); i++ {
		w := word{tokens[i].surface, gain[i]}
		if tokens[i].dense {
			if gain[i] <= 0 {
				continue
			}
			for n := 1; n < 4 && i+1 < len(tokens) && tokens[i+1].dense && gain[i+1] > 0 && !tokens[i].last; n++ {
				i++
				w.text += tokens[i].surface
				w.gain += gain[i]
			}
		}
		if w.gain > 0 && tokens[i].folded != "0" {
			words = append(words, w)
		}
	}
	slices.SortStableFunc(words, func(a, b word) int { return cmp.Compare(b.gain, a.gain) })
	var out []string
	for _, w := range words {
		if len(out) == reasons || w.gain < words[0].gain/4 {
			break
		}
		if !slices.ContainsFunc(out, func(s string) bool { return strings.EqualFold(s, w.text) }) {
			out = append(out, w.text)
		}
	}
	return out
}

func sortScored(s []Scored) {
	slices.SortStableFunc(s, func(a, b Scored) int { return cmp.Compare(b.Score, a.Score) })
}

// round keeps three decimals: more would be pretence.
func round(p float32) float64 { return math.Round(float64(p)*1000) / 1000 }
