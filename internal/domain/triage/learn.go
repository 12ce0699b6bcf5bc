package triage

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"embed"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"

	"godwit.dev/godwit/internal/base/lang/ngram"
	"godwit.dev/godwit/internal/base/term"
	"godwit.dev/godwit/internal/domain/triage/phrase"
)

// Correction is a message with the topic that an agent gave it.
type Correction struct {
	Text     string
	Language string
	Topic    Topic
}

// Outcome counts how many of some messages were read right.
type Outcome struct {
	Right int `json:"right"`
	All   int `json:"all"`
}

// Measure is how some messages were read before something was learned, and after it.
type Measure struct {
	Before Outcome `json:"before"`
	After  Outcome `json:"after"`
}

func (m Measure) worse() bool { return m.After.Right < m.Before.Right }

// Judgement says what became of an attempt to learn.
type Judgement string

// The judgements. Only what is Adopted is used.
const (
	Adopted      Judgement = "adopted"
	TooFew       Judgement = "too_few"       // there are less than FewestCorrections to learn from
	WorseShipped Judgement = "worse_shipped" // it would read fewer of the phrases that Godwit keeps aside
	WorseAside   Judgement = "worse_aside"   // it would read fewer of the corrections that were kept aside
	NoBetter     Judgement = "no_better"     // it would read no more of the corrections
)

// Lesson is what was learned of a merchant's corrections, with its figures.
type Lesson struct {
	Judgement Judgement `json:"judgement"`
	Source    string    `json:"source"`  // a digest of the corrections and of the shipped model; the same source gives the same lesson
	Shipped   Measure   `json:"shipped"` // of phrases in all languages that nothing was trained with
	Aside     Measure   `json:"aside"`   // of the corrections kept aside: nothing was learned from them
	Taught    Measure   `json:"taught"`  // of the corrections that it was learned from
	Learnt    []byte    `json:"-"`       // for With; nil unless Adopted
}

const (
	// FewestCorrections are needed before anything is learned, beside those kept aside.
	FewestCorrections = 5
	// MostCorrections are learned from at most.
	MostCorrections = 2000
	// mostLearnt bounds the weights of a lesson: about 300 KB.
	mostLearnt = 60_000
	// oneAside of so many corrections is kept aside.
	oneAside = 4

	lessonRounds = 6
	often        = 20  // so many phrases of other languages have a word that is not learned of
	mostCorrects = 6.0 // bound of one learned weight
)

// lessonRates are tried from the boldest on, until one makes nothing worse.
var lessonRates = []float32{3, 1.5, 0.6, 0.25}

//go:embed kept/*.txt phrases/*.txt messages/*.txt
var written embed.FS

// kept are the phrases that nothing is trained with.
var kept = sync.OnceValue(func() []Correction { return lines("kept") })

// lines are the phrases of a folder; of one with choices, the one that chance picks.
func lines(dir string) []Correction {
	files, err := phrase.Read(written, dir)
	if err != nil {
		panic("triage: the phrases are broken: " + err.Error())
	}
	r := rand.New(rand.NewPCG(Seed, 7))
	var out []Correction
	for _, f := range files {
		for _, t := range topics {
			for _, line := range f.Parts[string(t)] {
				for _, text := range phrase.Vary(line, 1, r) {
					out = append(out, Correction{text, f.Language, t})
				}
			}
		}
	}
	return out
}

// addition is what corrections add to a model.
type addition struct {
	step  float32
	table *ngram.Table
}

// errOtherModel says that something was learned on top of another shipped model.
var errOtherModel = errors.New("learned on top of another shipped model")

// With is the shipped classifier with what a lesson taught. It fails if the lesson is of another shipped model, whose
// figures say nothing of this one: it is to be learned anew.
func (c *Classifier) With(learnt []byte) (*Classifier, error) {
	const head = sha256.Size + 4
	if len(learnt) < head {
		return nil, fmt.Errorf("read lesson: %d bytes are too few", len(learnt))
	}
	if !bytes.Equal(learnt[:sha256.Size], c.model.source[:]) {
		return nil, errOtherModel
	}
	table, err := ngram.Read(learnt[head:])
	if err != nil {
		return nil, fmt.Errorf("read lesson: %w", err)
	}
	if len(table.Labels) != classes {
		return nil, fmt.Errorf("read lesson: it knows %d topics", len(table.Labels))
	}
	m := *c.model
	m.learnt = &addition{math.Float32frombits(binary.LittleEndian.Uint32(learnt[sha256.Size:])), table}
	return &Classifier{&m, c.detect}, nil
}

// Source is the digest of what a lesson of these corrections would be made from.
func (c *Classifier) Source(corrections []Correction) string {
	h := sha256.New()
	h.Write(c.model.source[:])
	for _, x := range inOrder(corrections) {
		fmt.Fprintf(h, "%q %q %q\n", x.Text, x.Language, x.Topic)
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}

func inOrder(corrections []Correction) []Correction {
	return slices.SortedFunc(slices.Values(corrections), func(a, b Correction) int {
		return cmp.Or(strings.Compare(a.Text, b.Text), strings.Compare(a.Language, b.Language), strings.Compare(string(a.Topic), string(b.Topic)))
	})
}

// Learn learns from a merchant's corrections, always on top of the shipped model, and judges what was learned against the
// classifier that is in use now: it is adopted only if it reads more of the corrections right, no fewer of those that were
// kept aside, and no fewer of the phrases that Godwit keeps aside. What was learned of the words of such a phrase that would
// be read wrong is left out. Which corrections are kept aside their words say, so
// that it is always the same ones, and of two messages alike both. The order of the corrections does not matter, and the
// same ones give the same lesson.
func (c *Classifier) Learn(now *Classifier, corrections []Correction) Lesson {
	l := Lesson{Source: c.Source(corrections)}
	var refused Lesson // by the boldest attempt
	var taught, aside []Correction
	for _, x := range inOrder(corrections) {
		if !x.Topic.Valid() || len(tokenize(x.Text)) == 0 {
			continue
		}
		if isAside(x.Text) {
			aside = append(aside, x)
		} else {
			taught = append(taught, x)
		}
	}
	l.Shipped.Before, l.Aside.Before, l.Taught.Before = now.score(kept()), now.score(aside), now.score(taught)
	if len(taught) < FewestCorrections {
		l.Judgement = TooFew
		l.Shipped.After, l.Aside.After, l.Taught.After = l.Shipped.Before, l.Aside.Before, l.Taught.Before
		return l
	}
	samples := c.model.samples(taught)
	for i, rate := range lessonRates {
		weights := samples.teach(rate)
		learnt := c.model.pack(samples, weights)
		next := c.taught(learnt)
		if spoiled := c.spoiled(next); len(spoiled) > 0 {
			learnt = c.model.pack(samples, without(weights, samples, spoiled))
			next = c.taught(learnt)
		}
		tried := l
		tried.Shipped.After, tried.Aside.After, tried.Taught.After = next.score(kept()), next.score(aside), next.score(taught)
		if tried.Judgement = tried.judge(); tried.Judgement == Adopted {
			tried.Learnt = learnt
			return tried
		}
		if i == 0 {
			refused = tried
		}
	}
	return refused
}

// taught is With of what was learned just now.
func (c *Classifier) taught(learnt []byte) *Classifier {
	next, err := c.With(learnt)
	if err != nil {
		panic("triage: read a lesson: " + err.Error())
	}
	return next
}

// spoiled are the features of the kept phrases that the shipped model reads right and next does not.
func (c *Classifier) spoiled(next *Classifier) map[uint32]bool {
	out := map[uint32]bool{}
	for _, x := range kept() {
		one := []Correction{x}
		if c.score(one).Right > next.score(one).Right {
			for _, f := range words(x.Text) {
				out[f.hash] = true
			}
		}
	}
	return out
}

// without leaves out what was learned of some features.
func without(weights [][classes]float32, of lessonSamples, spoiled map[uint32]bool) [][classes]float32 {
	out := slices.Clone(weights)
	for i, h := range of.hashes {
		if spoiled[h] {
			out[i] = [classes]float32{}
		}
	}
	return out
}

func (l *Lesson) judge() Judgement {
	switch {
	case l.Shipped.worse():
		return WorseShipped
	case l.Aside.worse():
		return WorseAside
	case l.Aside.After.Right+l.Taught.After.Right <= l.Aside.Before.Right+l.Taught.Before.Right:
		return NoBetter
	}
	return Adopted
}

func isAside(text string) bool {
	h := fnv.New32a()
	for w := range strings.FieldsSeq(text) {
		h.Write([]byte(term.Fold(w)))
	}
	sum := h.Sum32()
	return (sum^sum>>15)%oneAside == 0
}

// lessonSample is a correction as numbers: what the shipped model makes of it, and the places of its features in a table.
type lessonSample struct {
	shipped [classes]float32
	index   []int32
	value   []float32
	want    int
}

type lessonSamples struct {
	list   []lessonSample
	hashes []uint32 // of the features
}

// samples are the corrections, and after them what the shipped model was trained with in their languages: it is repeated,
// so that what is learned of some words of a correction does not spoil what the others mean. Of these only the words count
// that corrections have too, and none that the phrases of another language have as well, where it means something else
// ("do", "i"). Concepts are left as they are: they are of all languages, and a correction is of one.
func (m *Model) samples(taught []Correction) lessonSamples {
	all, foreign := slices.Clip(taught), map[uint32]int{}
	spoken := map[string]bool{}
	for _, x := range taught {
		spoken[x.Language] = true
	}
	for _, x := range append(lines("phrases"), lines("messages")...) {
		if spoken[x.Language] {
			all = append(all, x)
			continue
		}
		for _, f := range words(x.Text) {
			foreign[f.hash]++
		}
	}
	out := lessonSamples{list: make([]lessonSample, len(all))}
	places := map[uint32]int32{}
	for i, x := range all {
		s := &out.list[i]
		s.want = x.Topic.index()
		tokens := tokenize(x.Text)
		fs := features(tokens, m.lexicon(x.Language).find(tokens))
		scale := norm(fs)
		var unused [classes]float32
		s.shipped = m.bias
		for _, f := range fs {
			m.weigh(m.find(f.hash), f.value*scale, &s.shipped, &unused)
		}
		for _, f := range words(x.Text) {
			at, ok := places[f.hash]
			if !ok && (i >= len(taught) || foreign[f.hash] >= often) {
				continue
			}
			if !ok {
				at = int32(len(out.hashes))
				places[f.hash] = at
				out.hashes = append(out.hashes, f.hash)
			}
			s.index, s.value = append(s.index, at), append(s.value, float32(f.value*scale))
		}
	}
	return out
}

// words are the features of a text that a lesson is about: its words, pairs of them, and runs of characters.
func words(text string) []feature {
	return slices.DeleteFunc(features(tokenize(text), nil), func(f feature) bool { return f.value == weightPart })
}

// teach learns weights on top of the model in small steps, a few times over, so that one mistaken click does not turn a
// topic.
func (of lessonSamples) teach(rate float32) [][classes]float32 {
	weights := make([][classes]float32, len(of.hashes))
	order := rand.New(rand.NewPCG(Seed, uint64(len(of.list))))
	turn := order.Perm(len(of.list))
	for range lessonRounds {
		order.Shuffle(len(turn), func(i, j int) { turn[i], turn[j] = turn[j], turn[i] })
		for _, i := range turn {
			of.list[i].nudge(weights, rate)
		}
	}
	return weights
}

// pack stores the strongest of what was learned.
func (m *Model) pack(of lessonSamples, weights [][classes]float32) []byte {
	learnt := &Weights{at: make(map[uint32][classes]float32, len(weights))}
	least := strongest(weights, mostLearnt)
	for i, row := range weights {
		for c, v := range row {
			if max(v, -v) < least {
				row[c] = 0
			}
		}
		learnt.at[of.hashes[i]] = row
	}
	packed, err := learnt.Pack(m.source)
	if err != nil {
		panic("triage: pack a lesson: " + err.Error()) // the labels are our own
	}
	return slices.Delete(packed, sha256.Size+4, head0) // the bias is nothing
}

func (s *lessonSample) nudge(weights [][classes]float32, rate float32) {
	z := s.shipped
	for k, at := range s.index {
		w, v := &weights[at], s.value[k]
		for c := range z {
			z[c] += float32(w[c] * v)
		}
	}
	p := softmax(&z)
	for k, at := range s.index {
		w, v := &weights[at], s.value[k]
		for c := range w {
			slope := p[c]
			if c == s.want {
				slope--
			}
			w[c] = max(-mostCorrects, min(mostCorrects, w[c]-float32(float32(rate*slope)*v)))
		}
	}
}

// strongest is the size that at most n of the weights reach.
func strongest(weights [][classes]float32, n int) float32 {
	var sizes []float32
	for _, row := range weights {
		for _, v := range row {
			if v != 0 {
				sizes = append(sizes, max(v, -v))
			}
		}
	}
	if len(sizes) <= n {
		return 0
	}
	slices.Sort(sizes)
	return sizes[len(sizes)-n]
}

func (c *Classifier) score(messages []Correction) Outcome {
	o := Outcome{All: len(messages)}
	for _, x := range messages {
		if c.Classify(Message{Text: x.Text, Language: x.Language}, Evidence{}).Topic == x.Topic {
			o.Right++
		}
	}
	return o
}
