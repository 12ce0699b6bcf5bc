package term

import (
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// BM25's constants and the weights of the ranking, set on the retrieval tests of this package.
const (
	saturation  = 1.2  // k1: how soon a repeated term stops counting
	lengthShare = 0.5  // b: how far a long text must say it more often
	titleWeight = 2.5  // a term in the title counts as often
	stemWeight  = 0.9  // a stem against the very word
	stopWeight  = 0.12 // a word without matter
	askWeight   = 0.5  // a question's "where"
	sameTongue  = 4.0  // a document in the language that the query is said to be in
	likeTongue  = 2.5  // a document in the language that the query seems to be in
	coverage    = 0.5  // how much of the score hangs on the share of the query that is met
	defaultHits = 10
)

// Index ranks documents in memory. The zero Index is ready; it is not safe for concurrent use.
type Index struct {
	docs     []indexed
	postings map[string][]posting
	length   float64
	grams    map[string][]int32 // trigram to the words of the vocabulary that have it
	vocab    []string
	tongues  map[string]int // documents by language
}

type indexed struct {
	id, language string
	length       float64
}

type posting struct {
	doc int32
	tf  float32
}

// Marks of the terms that only an Index has: single ideographs, and trigrams of scripts without spaces.
const (
	unigramMark = "\x01"
	trigramMark = "\x02"
)

// Add puts a document into the index. The language (a BCP 47 tag) may be "". An id that is added again is another
// document that shares the name.
func (x *Index) Add(id, language, title, text string) {
	if x.postings == nil {
		x.postings, x.grams, x.tongues = map[string][]posting{}, map[string][]int32{}, map[string]int{}
	}
	doc := int32(len(x.docs))
	s := newStemmer(language, false)
	counts := map[string]float32{}
	var order []string
	length := 0.0
	put := func(term string, n float32) {
		if _, ok := counts[term]; !ok {
			order = append(order, term)
		}
		counts[term] += n
	}
	for _, field := range []struct {
		text   string
		weight float32
	}{{title, titleWeight}, {text, 1}} {
		ws := words(cut(field.text, maxText))
		for _, w := range ws {
			for _, t := range indexTerms(w) {
				put(t, field.weight)
			}
			for _, t := range s.stems(w) {
				put(t, field.weight)
			}
			length += wordLength(w)
		}
		for _, t := range compounds(ws) {
			put(t, field.weight)
		}
	}
	for _, t := range order {
		if _, known := x.postings[t]; !known && isWord(t) {
			x.learn(t)
		}
		x.postings[t] = append(x.postings[t], posting{doc, counts[t]})
	}
	x.docs = append(x.docs, indexed{id: id, language: baseLanguage(language), length: length})
	x.length += length
	x.tongues[baseLanguage(language)]++
}

// indexTerms returns the terms of one word, without its stems.
func indexTerms(w word) []string {
	if w.class == spaced {
		return []string{cutRunes(w.fold, maxTerm)}
	}
	out := bigrams(nil, w.fold, false)
	switch w.class {
	case sea:
		out = append(out, trigrams(w.fold, trigramMark)...)
	default:
		for _, r := range w.fold {
			if unicode.Is(unicode.Han, r) || utf8.RuneLen(r) == len(w.fold) {
				out = append(out, unigramMark+string(r))
			}
		}
	}
	return out
}

// wordLength counts a run by the words that it may hold.
func wordLength(w word) float64 {
	n := float64(utf8.RuneCountInString(w.fold))
	switch w.class {
	case cjk:
		return max(1, n/2)
	case sea:
		return max(1, n/4)
	}
	return 1
}

func trigrams(run, mark string) []string {
	rs := []rune(run)
	var out []string
	for i := 0; i+3 <= len(rs); i++ {
		out = append(out, mark+string(rs[i:i+3]))
	}
	return out
}

// isWord tells the terms that a mistyped word is compared with.
func isWord(t string) bool {
	r, _ := utf8.DecodeRuneInString(t)
	return classOf(r) == spaced && !hasDigit(t) && utf8.RuneCountInString(t) > 2
}

func (x *Index) learn(word string) {
	at := int32(len(x.vocab))
	x.vocab = append(x.vocab, word)
	for _, g := range edges(word) {
		x.grams[g] = append(x.grams[g], at)
	}
}

// edges returns the trigrams of a word with its beginning and end marked, each once.
func edges(word string) []string {
	all := trigrams("  "+word+" ", "")
	slices.Sort(all)
	return slices.Compact(all)
}

// concept is one thing a query asks for: the terms that mean it, each with its weight; the best of them counts.
type concept struct {
	terms  []weighted
	weight float64
}

type weighted struct {
	term   string
	weight float64
}

// Search returns the ids of at most k documents (10 if k is not positive), best first. The language (a BCP 47 tag) may
// be ""; documents in it are preferred, others are found as well. The same calls give the same order.
func (x *Index) Search(query, language string, k int) []string {
	if k <= 0 {
		k = defaultHits
	}
	if len(x.docs) == 0 {
		return nil
	}
	language = baseLanguage(language)
	preferred, preference := language, sameTongue
	if language == "" {
		preferred, preference = x.tongueOf(words(cut(query, maxQuery))), likeTongue
	}
	concepts := x.concepts(strings.ToValidUTF8(cut(query, maxQuery), " "), language)
	score := make([]float64, len(x.docs))
	met := make([]float64, len(x.docs))
	best := make([]float64, len(x.docs))
	total := 0.0
	for _, c := range concepts {
		top := 0.0
		for _, t := range c.terms {
			top = max(top, x.idf(t.term, language)*t.weight)
		}
		if top == 0 {
			top = math.Log(1 + 2*float64(len(x.docs))) // nobody has it: as rare as can be
		}
		total += top * c.weight
		var touched []int32
		for _, t := range c.terms {
			idf := x.idf(t.term, language) * t.weight
			for _, p := range x.postings[t.term] {
				if best[p.doc] == 0 {
					touched = append(touched, p.doc)
				}
				best[p.doc] = max(best[p.doc], idf*x.saturated(p))
			}
		}
		for _, d := range touched {
			score[d] += best[d] * c.weight
			met[d] += min(top, best[d]) * c.weight
			best[d] = 0
		}
	}
	return x.top(score, met, total, preferred, preference, k)
}

func (x *Index) top(score, met []float64, total float64, language string, preference float64, k int) []string {
	var hits []int
	for d := range score {
		if score[d] == 0 {
			continue
		}
		if total > 0 {
			score[d] *= 1 - coverage + coverage*met[d]/total
		}
		if language != "" && x.docs[d].language == language {
			score[d] *= preference
		}
		hits = append(hits, d)
	}
	slices.SortStableFunc(hits, func(a, b int) int {
		switch {
		case score[a] > score[b]:
			return -1
		case score[a] < score[b]:
			return 1
		}
		return 0
	})
	ids := make([]string, 0, min(k, len(hits)))
	for _, d := range hits {
		if len(ids) == k {
			break
		}
		if !slices.Contains(ids, x.docs[d].id) {
			ids = append(ids, x.docs[d].id)
		}
	}
	return ids
}

func (x *Index) saturated(p posting) float64 {
	tf := float64(p.tf)
	norm := 1 - lengthShare + lengthShare*x.docs[p.doc].length/(x.length/float64(len(x.docs)))
	return tf * (saturation + 1) / (tf + saturation*norm)
}

// idf weighs a term by its rarity, among the documents of the query's language if there are enough to tell.
func (x *Index) idf(term, language string) float64 {
	ps := x.postings[term]
	if len(ps) == 0 {
		return 0
	}
	n, df := len(x.docs), len(ps)
	if language != "" && x.tongues[language] > 1 && x.tongues[language] < n {
		among := 0
		for _, p := range ps {
			if x.docs[p.doc].language == language {
				among++
			}
		}
		n, df = x.tongues[language], max(among, 1)
	}
	return math.Log(1 + (float64(n-df)+0.5)/(float64(df)+0.5))
}

// concepts reads a query into what it asks for.
func (x *Index) concepts(query, language string) []concept {
	s := newStemmer(language, language == "")
	ws := words(query)
	var out []concept
	for _, w := range ws {
		switch w.class {
		case spaced:
			out = append(out, x.wordConcept(w, s))
		case hangul:
			out = append(out, x.koreanConcepts(w, s)...)
		default:
			out = append(out, x.runConcepts(w)...)
		}
	}
	for _, t := range compounds(ws) {
		if len(x.postings[t]) > 0 {
			out = append(out, concept{[]weighted{{t, 1}}, 1})
		}
	}
	return out
}

func (x *Index) wordConcept(w word, s *stemmer) concept {
	fold := cutRunes(w.fold, maxTerm)
	c := concept{terms: []weighted{{fold, 1}}, weight: 1}
	asks := askWords[fold]
	switch {
	case asks:
		c.weight = askWeight
	case stopWords[fold]:
		c.weight = stopWeight
		return c
	}
	for _, stem := range s.stems(w) {
		c.terms = append(c.terms, weighted{stem, stemWeight})
	}
	for _, other := range respelled(w) {
		c.terms = append(c.terms, weighted{other, stemWeight})
		for _, stem := range s.stems(word{lower: other, fold: other, class: spaced}) {
			c.terms = append(c.terms, weighted{stem, stemWeight * stemWeight})
		}
	}
	known := slices.ContainsFunc(c.terms, func(t weighted) bool { return len(x.postings[t.term]) > 0 })
	c = x.relatives(c)
	if asks {
		return c
	}
	if !known {
		c.terms = append(c.terms, romanized(fold)...)
	}
	for _, n := range x.near(fold) {
		if known {
			n.weight *= 0.5
		}
		c.terms = append(c.terms, n)
	}
	return c
}

func (x *Index) koreanConcepts(w word, s *stemmer) []concept {
	bare := bareKorean(w.fold)
	weight := 1.0
	if stopWords[w.fold] || stopWords[bare] {
		weight = stopWeight
	}
	whole := concept{weight: weight}
	for _, stem := range s.stems(w) {
		whole.terms = append(whole.terms, weighted{stem, 1})
	}
	out := []concept{whole}
	grams := bigrams(nil, w.fold, false)
	inside := utf8.RuneCountInString(bare) - 1
	for i, g := range grams {
		share := 0.7
		if i >= inside {
			share = stopWeight
		}
		out = append(out, x.relatives(concept{[]weighted{{g, 1}}, weight * share}))
	}
	return out
}

func (x *Index) runConcepts(w word) []concept {
	segments := matter(w)
	solid := func(gram string) bool {
		return slices.ContainsFunc(segments, func(s string) bool { return strings.Contains(s, gram) })
	}
	var out []concept
	for _, t := range indexTerms(w) {
		c := concept{terms: []weighted{{t, 1}}, weight: 1}
		bare := strings.TrimLeft(t, unigramMark+trigramMark)
		switch {
		case t[:1] == unigramMark:
			c.weight = 0.3
		case w.class == sea && t[:1] != trigramMark:
			c.weight = 0.4
		}
		if !solid(bare) {
			c.weight *= 2 * stopWeight
		}
		out = append(out, x.relatives(c))
	}
	return out
}
