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
	sure      = 0.20 // below which nothing is said
	half      = 2.0  // how many times as likely as Other a topic must be
	beside    = 0.20 // from which a further topic is named
	matter    = 0.35 // from which a topic stands before praise
	partly    = 0.70 // what one sentence of several counts
	chatLines = 5
	chatWords = 10
	opening   = 2
	fading    = 0.1
	faded     = 0.3
	strange   = 0.30 // what a word that no training saw counts in the length of a text, so that a few do not drown the others
	reasons   = 4    // words that are shown
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
	hits := c.model.lexicon(v.Language.Language).find(tokens)
	r := c.model.read(tokens, hits)
	e.weigh(&r.p)
	v.decide(&r.p)
	if v.Topic != Other {
		v.Why = c.model.why(r, v.Topic)
	}
	v.Temper = temper(text, tokens, hits, &r.p)
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

// reading is what a message was read for.
type reading struct {
	tokens   []token
	features []feature
	found    []found // of each feature
	p        [classes]float32
	at       [classes]span // the tokens that each topic was read from
}

// read scores a message, as a whole and sentence by sentence: a question may stand in one of many. Each feature is looked
// up once, for the message and for the sentence that it lies in.
func (m *Model) read(tokens []token, hits []hit) *reading {
	r := &reading{tokens: tokens, features: features(tokens, hits)}
	r.found = make([]found, len(r.features))
	var whole, none sum // and what lies in no sentence, or in two
	parts, of := sentences(tokens)
	typed := chat(tokens, parts)
	for i, f := range r.features {
		if typed {
			f.value *= fade(of[f.from])
		}
		at, square := m.find(f.hash), float32(f.value*f.value)
		if r.found[i] = at; !at.known() {
			square *= strange
		}
		part := &none
		if n := of[f.from]; n >= 0 && n == of[f.to] {
			part = &parts[n]
		}
		m.weigh(at, f.value, &whole.z, &part.z)
		whole.squares += square
		part.squares += square
	}
	r.p = m.scores(&whole)
	for c := range r.at {
		r.at[c] = span{0, len(tokens)}
	}
	if len(parts) < 2 {
		return r
	}
	for i := range parts {
		q, share := m.scores(&parts[i]), float32(partly)
		if typed {
			share *= fade(i)
		}
		for c := range other {
			if v := q[c] * share; v > r.p[c] {
				r.p[c], r.at[c] = v, parts[i].span
			}
		}
	}
	return r
}

// chat reports whether a message is many short lines, as somebody types who is asked back.
func chat(tokens []token, parts []sum) bool {
	return len(parts) >= chatLines && len(tokens) <= chatWords*len(parts) && !tokens[0].dense
}

// fade is what a sentence of a chat counts, by its place: the matter comes first, and what comes later answers questions.
func fade(place int) float32 {
	return max(faded, 1-float32(max(place-opening, 0))*fading)
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
	if v.Topic == Praise && len(v.Topics) > 1 && v.Topics[1].Score >= matter { // who says thanks beside a matter has that matter
		v.Topics = append(v.Topics[1:], v.Topics[0])
		v.Topic = v.Topics[0].Topic
	}
}
