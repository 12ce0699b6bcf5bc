package triage

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// mostSentences bounds the sentences that are read one by one.
const mostSentences = 40

// sentences cuts a text where a sentence ends; sentences of one word are none. It says also which sentence each token is
// of, -1 for none.
func sentences(tokens []token) (parts []sum, of []int) {
	of = make([]int, len(tokens))
	start := 0
	for i := range tokens {
		of[i] = -1
		if !tokens[i].last && i+1 < len(tokens) {
			continue
		}
		if i+1-start >= 2 && len(parts) < mostSentences {
			for k := start; k <= i; k++ {
				of[k] = len(parts)
			}
			parts = append(parts, sum{span: span{start, i + 1}})
		}
		start = i + 1
	}
	return parts, of
}

// why lists the words that spoke most for a topic and not for all. Characters of a script without spaces that spoke
// side by side are one word.
func (m *Model) why(r *reading, t Topic) []string {
	topic := t.index()
	s := r.at[topic]
	tokens, gain := r.tokens[s.from:s.to], make([]float32, s.to-s.from)
	for i, f := range r.features {
		from, to := int(f.from)-s.from, int(f.to)-s.from
		if from < 0 || to >= len(tokens) {
			continue
		}
		share := m.leaning(r.found[i], f.value, topic) / float32(to-from+1)
		for i := from; i <= to; i++ {
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
