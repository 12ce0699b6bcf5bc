package triage

import (
	"math"
	"slices"
	"strings"
	"unicode"
)

// Mood is how a message sounds.
type Mood string

// The moods.
const (
	Negative Mood = "negative"
	Neutral  Mood = "neutral"
	Positive Mood = "positive"
)

// Alarm is something in a message that a person must see soon.
type Alarm string

// The alarms, in the order of their weight.
const (
	Risk       Alarm = "risk"       // to a child or to somebody's health
	Legal      Alarm = "legal"      // a lawyer, a court or the police
	Chargeback Alarm = "chargeback" // a dispute with the bank or the payment service, or a regulator
	Press      Alarm = "press"      // the press, or publicity
	Haste      Alarm = "haste"      // the customer says that it is urgent
)

// Alarms lists all alarms, the gravest first.
func Alarms() []Alarm { return []Alarm{Risk, Legal, Chargeback, Press, Haste} }

// Temper is mood and urgency of a message.
type Temper struct {
	Mood   Mood
	Score  float64 // -1 angry to 1 delighted
	Urgent bool    // whether there is an alarm
	Alarms []Alarm
	Why    []string // the words that decided, as they were written
}

// turn is the score from which a message is not neutral.
const turn = 0.25

// feelings are how much a concept sounds, where it is not denied.
var feelings = map[string]float64{
	"bad": -.55, "disappointed": -.55, "scam": -.6, "complain": -.35, "fake": -.2, "great": .5, "happy": .45, "thanks": .18,
	"lost": -.15, "stolen": -.2, "damaged": -.15, "broken": -.15, "defect": -.15, "wrong": -.12, "missing": -.1, "late": -.12, "wait": -.08,
	"+legal": -.4, "+chargeback": -.35, "+press": -.25, "+health": -.3,
}

// alarms are the signals of the lexica.
var alarms = map[string]Alarm{"+legal": Legal, "+chargeback": Chargeback, "+press": Press, "+health": Risk, "+urgent": Haste}

// harm are the concepts that are a risk where a child is named.
var harm = []string{"broken", "crack", "damaged", "defect", "leak", "part"}

// faces are how much pictures of feeling sound.
var faces = func() map[rune]float64 {
	out := map[rune]float64{}
	for _, r := range "😀😃😄😁😊🙂😍🥰😘🤩❤👍🙏🎉💕👏😻🥳♥💖" {
		out[r] = .35
	}
	for _, r := range "😡😠🤬👎😤😢😭😞😔🙁☹💔😒😩😫🤮🤢😣" {
		out[r] = -.4
	}
	return out
}()

// firstFace comes before all faces; what comes before it, which is most of a text, is none.
const firstFace = '☀'

func temper(text string, tokens []token, hits []hit, p *[classes]float32) Temper {
	t := Temper{Mood: Neutral}
	sum := 0.0
	named := func(concepts ...string) bool {
		return slices.ContainsFunc(hits, func(h hit) bool { return slices.Contains(concepts, h.concept) })
	}
	say := func(word string) {
		if len(t.Why) < 6 && !slices.Contains(t.Why, word) {
			t.Why = append(t.Why, word)
		}
	}
	seen := map[string]int{}
	for _, h := range hits {
		if a, ok := alarms[h.concept]; ok {
			if !slices.Contains(t.Alarms, a) {
				t.Alarms = append(t.Alarms, a)
			}
			say(wordsOf(tokens[h.from : h.to+1]))
		}
		if h.concept == "+child" && named(append(harm, "+health")...) {
			if !slices.Contains(t.Alarms, Risk) {
				t.Alarms = append(t.Alarms, Risk)
			}
			say(wordsOf(tokens[h.from : h.to+1]))
		}
		by, ok := feelings[h.concept]
		if !ok {
			continue
		}
		if seen[h.concept]++; seen[h.concept] > 2 {
			continue
		}
		if denied(hits, h) {
			if by *= -.8; by > 0 {
				by = 0 // "not bad" praises nothing
			}
		}
		sum += by
		if by >= turn || by <= -turn {
			say(wordsOf(tokens[h.from : h.to+1]))
		}
	}
	for _, r := range text {
		if r < firstFace {
			continue
		}
		if by, ok := faces[r]; ok {
			sum += by
			say(string(r))
		}
	}
	if sum >= 0 {
		sum += .5 * float64(p[Praise.index()])
	}
	sum -= .5 * float64(p[Complaint.index()])
	if shouted(tokens) || strings.Contains(text, "!!") || strings.Contains(text, "??") {
		if sum < 0 {
			sum -= .15
		}
		sum *= 1.2
	}
	t.Score = math.Round(math.Tanh(sum)*100) / 100
	switch {
	case t.Score <= -turn:
		t.Mood = Negative
	case t.Score >= turn:
		t.Mood = Positive
	}
	slices.SortFunc(t.Alarms, func(a, b Alarm) int { return order(a) - order(b) })
	t.Urgent = len(t.Alarms) > 0
	return t
}

func order(a Alarm) int { return slices.Index(Alarms(), a) }

// denied reports whether a "not" stands within the two words before a concept.
func denied(hits []hit, h hit) bool {
	return slices.ContainsFunc(hits, func(n hit) bool { return n.concept == "not" && n.to < h.from && h.from-n.to <= 2 })
}

// wordsOf is tokens as they were written.
func wordsOf(tokens []token) string {
	var b strings.Builder
	for i, t := range tokens {
		if i > 0 && !t.dense {
			b.WriteByte(' ')
		}
		b.WriteString(t.surface)
	}
	return b.String()
}

// shouted reports whether most words of a message are in capitals.
func shouted(tokens []token) bool {
	loud, all := 0, 0
	for _, t := range tokens {
		if len(t.surface) < 4 || !strings.ContainsFunc(t.surface, unicode.IsUpper) && !strings.ContainsFunc(t.surface, unicode.IsLower) {
			continue
		}
		all++
		if !strings.ContainsFunc(t.surface, unicode.IsLower) {
			loud++
		}
	}
	return all >= 3 && loud*3 >= all*2
}
