package inspect

import (
	"encoding/json"
	"math"
	"strings"

	"godwit.dev/godwit/internal/adapter/channel/email/reply"
	"godwit.dev/godwit/internal/base/lang"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/domain/triage"
)

type languageAnswer struct {
	Language   string  `json:"language"`
	Script     string  `json:"script"`
	Confidence float64 `json:"confidence"`
}

// written is what a customer newly wrote in a text: quoted history in another language is not theirs.
func written(f fields) (string, error) {
	text, err := f.required("text")
	if err != nil {
		return "", err
	}
	if own := reply.FromMessage(text, "", false).Reply; strings.TrimSpace(own) != "" {
		return own, nil
	}
	return text, nil
}

func inspectLanguage(f fields) (any, error) {
	text, err := written(f)
	if err != nil {
		return nil, err
	}
	r := lang.Default().Detect(text)
	return languageAnswer{r.Language, r.Script, math.Round(r.Confidence*1000) / 1000}, nil
}

type topicAnswer struct {
	Topic  triage.Topic  `json:"topic"`
	Topics []topicScored `json:"topics"`
	Why    []string      `json:"why"`
}

type topicScored struct {
	Topic triage.Topic `json:"topic"`
	Score float64      `json:"score"`
}

func inspectTopic(f fields) (any, error) {
	text, err := written(f)
	if err != nil {
		return nil, err
	}
	language, err := f.text("language")
	if err != nil {
		return nil, err
	}
	language, _, _ = strings.Cut(strings.ToLower(language), "-")
	evidence, err := evidenceOf(f)
	if err != nil {
		return nil, err
	}
	v := triage.Default().Classify(triage.Message{Text: text, Language: language}, evidence)
	out := topicAnswer{Topic: v.Topic, Topics: []topicScored{}, Why: list(v.Why)}
	for _, s := range v.Topics {
		out.Topics = append(out.Topics, topicScored(s))
	}
	return out, nil
}

type moodAnswer struct {
	Mood   triage.Mood    `json:"mood"`
	Score  float64        `json:"score"`
	Urgent bool           `json:"urgent"`
	Alarms []triage.Alarm `json:"alarms"`
	Why    []string       `json:"why"`
}

func inspectMood(f fields) (any, error) {
	text, err := written(f)
	if err != nil {
		return nil, err
	}
	t := triage.Default().Classify(triage.Message{Text: text}, triage.Evidence{}).Temper
	return moodAnswer{t.Mood, t.Score, t.Urgent, list(t.Alarms), list(t.Why)}, nil
}

// evidenceOf reads the states that stand in the context of a line, wherever in it they are: words such as "delivered",
// and members such as "late" that are true. What it does not know says nothing.
func evidenceOf(f fields) (e triage.Evidence, err error) {
	if !f.has("context") {
		return e, nil
	}
	var context any
	if err := json.Unmarshal(f["context"], &context); err != nil {
		return e, sentence("The field %q cannot be read: %v.", "context", err)
	}
	walk(&e, context, 8)
	return e, nil
}

func walk(e *triage.Evidence, v any, depth int) {
	if depth == 0 {
		return
	}
	switch v := v.(type) {
	case string:
		state(e, v)
	case []any:
		for _, one := range v {
			walk(e, one, depth-1)
		}
	case map[string]any:
		for name, one := range v {
			if is, ok := one.(bool); ok && is {
				state(e, name)
			}
			walk(e, one, depth-1)
		}
	}
}

func state(e *triage.Evidence, word string) {
	word = strings.ReplaceAll(strings.ToLower(strings.TrimSpace(word)), " ", "_")
	switch word {
	case "late", "delayed", "stalled", "overdue":
		e.Late = true
	case "unpaid", "payment_failed", "payment_pending":
		e.Unpaid = true
	case "unshipped", "unfulfilled", "processing", "not_shipped", "announced":
		e.Unshipped = true
	case "returning", "return_in_transit", "return_received":
		e.Returning = true
	case "refunding", "refund_pending", "refund_approved":
		e.Refunding = true
	case "shipped":
		e.Shipment = shipment.InTransit
	default:
		for _, s := range shipment.Statuses() {
			if word == string(s) && s != shipment.Unknown {
				e.Shipment = s
			}
		}
	}
}
