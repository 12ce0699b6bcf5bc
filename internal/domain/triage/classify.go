package triage

import (
	_ "embed"
	"sync"

	"godwit.dev/godwit/internal/base/lang"
)

//go:embed topics.bin
var shipped []byte

// Classifier says what messages are about. It is safe for concurrent use.
type Classifier struct {
	model  *Model
	detect *lang.Detector
}

// Default is the classifier over the shipped model, made at its first use.
var Default = sync.OnceValue(func() *Classifier {
	m, err := ReadModel(shipped)
	if err != nil {
		panic("triage: the shipped model is broken: " + err.Error())
	}
	return &Classifier{m, lang.Default()}
})

// Message is what a customer wrote. Quoted history is not part of it.
type Message struct {
	Subject  string
	Text     string
	Language string   // if the caller knows it; "" has it told
	Expected []string // languages of the customer's market, which decide where the text leaves it open
}

// Verdict is what a message is taken for, and why.
type Verdict struct {
	Language lang.Result
	Topic    Topic    // Other when unsure
	Topics   []Scored // best first; Other stands alone
	Why      []string // the words that decided the topic, as they were written, most telling first
	Temper   Temper
}

// Scored is a topic with how likely it is meant, 0 to 1.
type Scored struct {
	Topic Topic
	Score float64
}

const (
	sure    = 0.20 // below which nothing is said
	half    = 0.70 // how likely a topic must be beside Other
	beside  = 0.20 // from which a further topic is named
	partly  = 0.80 // what one sentence of several counts
	reasons = 4    // words that are shown
)

// Classify says in what language a message is, what it is about, and its temper. What is known of the order and its
// parcel makes some topics likelier; it never decides alone. The same input gives the same verdict.
func (c *Classifier) Classify(m Message, e Evidence) Verdict {
	text := m.Text
	if m.Subject != "" {
		text = m.Subject + "\n" + text
	}
	v := Verdict{Language: lang.Result{Language: m.Language, Confidence: 1}}
	if m.Language == "" {
		v.Language = c.detect.Detect(text, m.Expected...)
	}
	tokens := tokenize(text)
	l := c.model.lexicon(v.Language.Language)
	p, at := c.model.read(tokens, l)
	e.weigh(&p)
	v.decide(&p)
	if v.Topic != Other {
		v.Why = c.model.why(at[v.Topic.index()], l, v.Topic)
	}
	v.Temper = temper(text, tokens, l, &p)
	return v
}

func (m *Model) lexicon(language string) *lexicon {
	switch language {
	case "nb", "nn":
		language = "da" // the nearest of the lexica
	case "ms":
		language = "id"
	case lang.Undetermined:
		language = "en"
	}
	return m.words[language]
}

// read scores a message, as a whole and sentence by sentence: a question may stand in one of many. It says also which
// tokens each topic was read from.
func (m *Model) read(tokens []token, l *lexicon) (p [classes]float32, at [classes][]token) {
	p = m.scores(tokens, l)
	for c := range at {
		at[c] = tokens
	}
	sentences := sentences(tokens)
	if len(sentences) < 2 {
		return p, at
	}
	for _, s := range sentences {
		q := m.scores(s, l)
		for c := range other {
			if v := q[c] * partly; v > p[c] {
				p[c], at[c] = v, s
			}
		}
	}
	return p, at
}

func (v *Verdict) decide(p *[classes]float32) {
	best := 0
	for c := range other {
		if p[c] > p[best] {
			best = c
		}
	}
	v.Topic = topics[best]
	if p[best] < sure || p[best] <= p[other]*half {
		v.Topic = Other
		v.Topics = []Scored{{Other, round(max(p[other], 1-p[best]))}}
		return
	}
	for c := range other {
		if c == best || p[c] >= beside {
			v.Topics = append(v.Topics, Scored{topics[c], round(p[c])})
		}
	}
	sortScored(v.Topics)
}
