package ticket

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/triage"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// Triage reads what customers write.
type Triage interface {
	// Read says what a message is taken for. What is known of its order, 0 for none, makes some topics likelier. It reads
	// within the transaction in which the message is kept.
	Read(ctx context.Context, w auth.WorkspaceID, m triage.Message, about order.ID) (triage.Verdict, error)
	// Correct is told that a person said that a ticket is about another topic, "" for none, within the transaction of
	// that change.
	Correct(ctx context.Context, actor auth.Actor, t ID, from, to triage.Topic) error
	// Unsure is told of a customer's message that does not tell what it is about, nor does its ticket, within the
	// transaction in which the message is kept.
	Unsure(ctx context.Context, w auth.WorkspaceID, m MessageID) error
}

// Reading is what a customer's message was taken for when it came in. It never changes, but for what an
// outside model says afterwards: a person who knows better changes the ticket.
type Reading struct {
	Language string          `json:"language,omitempty"` // ISO 639-1; "" if the text does not tell
	Topics   []triage.Scored `json:"topics,omitempty"`   // best first; triage.Other stands alone
	Model    triage.Topic    `json:"model,omitempty"`    // what an outside model took it for that gave the ticket its topic; "" for none
	Why      []string        `json:"why,omitempty"`      // the words that decided the topic, as they were written
	Mood     triage.Mood     `json:"mood,omitempty"`
	Alarms   []triage.Alarm  `json:"alarms,omitempty"`  // gravest first
	Because  []string        `json:"because,omitempty"` // the words that decided mood and alarms
}

// Topic is what the message is about, triage.Other where it does not tell, "" if it was not read.
func (r *Reading) Topic() triage.Topic {
	if r == nil || len(r.Topics) == 0 {
		return ""
	}
	return r.Topics[0].Topic
}

// About is what a message that was read is about, the likeliest first: what an outside model said, if it was asked, else
// its topics.
func (r *Reading) About() []triage.Topic {
	if r.Model != "" {
		return []triage.Topic{r.Model}
	}
	var out []triage.Topic
	for _, t := range r.Topics {
		out = append(out, t.Topic)
	}
	return out
}

// Alarm is the gravest alarm of the message, "" for none.
func (r *Reading) Alarm() triage.Alarm {
	if r == nil || len(r.Alarms) == 0 {
		return ""
	}
	return r.Alarms[0]
}

// read has a message read, if somebody wrote it to us and there is something to read.
func (s *Service) read(ctx context.Context, w auth.WorkspaceID, in *Inbound, p placement, about order.ID) (*Reading, error) {
	if s.Triage == nil || p.side != 0 || !in.Form.fromPerson() || strings.TrimSpace(in.Subject+in.Body) == "" {
		return nil, nil
	}
	subject, _ := BaseSubject(in.Subject)
	if p.ticket != 0 { // the subject was that of an earlier message
		subject = ""
	}
	v, err := s.Triage.Read(ctx, w, triage.Message{Subject: subject, Text: in.Body, Language: baseLanguage(in.Language)}, about)
	if err != nil {
		return nil, fmt.Errorf("read message: %w", err)
	}
	r := &Reading{Topics: v.Topics, Why: v.Why, Mood: v.Temper.Mood, Alarms: v.Temper.Alarms, Because: v.Temper.Why}
	if in.Language == "" && v.Language.Language != undetermined {
		r.Language = v.Language.Language
		in.Language = written(v.Language.Language, v.Language.Script)
	}
	return r, nil
}

const undetermined = "und"

// written names a language with its script where it has two (RFC 5646 section 2.2.3).
func written(language, script string) string {
	if language == "zh" && (script == "Hans" || script == "Hant") {
		return language + "-" + script
	}
	return language
}

func baseLanguage(tag string) string {
	base, _, _ := strings.Cut(strings.ToLower(tag), "-")
	return base
}

// raises is the least priority that an alarm gives a ticket. That a customer is in haste is shown and raises nothing:
// many say so.
var raises = map[triage.Alarm]Priority{triage.Risk: Urgent, triage.Legal: High, triage.Chargeback: High, triage.Press: High}

// sort moves a ticket by what its newest message was read as. A topic that somebody chose, or that an earlier message
// told, stays; mood and alarm are those of the newest message; an alarm raises the priority and never lowers it.
func (c *change) sort(r *Reading, m MessageID) {
	if r == nil {
		return
	}
	was := c.T
	if topic := r.Topic(); c.T.Topic == "" || c.T.Topic == string(triage.Other) && topic != triage.Other {
		c.T.Topic = string(topic)
	}
	c.T.Mood, c.T.Alarm = r.Mood, r.Alarm()
	if p := raises[c.T.Alarm]; p > c.T.Priority {
		c.T.Priority = p
	}
	if was.Topic == c.T.Topic && was.Mood == c.T.Mood && was.Alarm == c.T.Alarm && was.Priority == c.T.Priority {
		return
	}
	c.logAbout(event.Subject{Kind: subjectMessage, ID: int64(m)}, "ticket.sorted", map[string]any{
		"number": c.T.Number, "message": int64(m), "topic": c.T.Topic, "mood": c.T.Mood, "alarm": c.T.Alarm,
		"words": slices.Concat(r.Why, r.Because), "from": was.Priority.String(), "to": c.T.Priority.String(),
	})
}

// justNow is how old a message is at most that is asked about: archives are not.
const justNow = 24 * time.Hour

// doubt tells triage of a message that told nothing, nor does its ticket.
func (c *change) doubt(ctx context.Context, m Message) error {
	newest := c.T.LastInboundAt.Equal(m.At) && (m.Verified || c.T.Messages == 1)
	if m.Reading.Topic() != triage.Other || c.T.Topic != string(triage.Other) || c.T.Spam || !newest || c.s.Now().Sub(m.At) > justNow {
		return nil
	}
	return c.s.Triage.Unsure(ctx, c.T.Workspace, m.ID)
}

// Told takes what an outside model said that a message is about, which is kept with the message. Its ticket gets the topic
// if it has none yet, and nobody said or took away any before; else nothing happens. It reports whether it did, and is for
// the program alone. A repeat changes nothing.
func (s *Service) Told(ctx context.Context, w auth.WorkspaceID, id MessageID, topic triage.Topic) (done bool, err error) {
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		m, err := s.Store.Message(ctx, w, id)
		if err != nil || m.Reading == nil {
			return err
		}
		_, err = s.update(ctx, auth.ForSystem(w), m.Ticket, func(ctx context.Context, c *change) error {
			if c.T.Topic != string(triage.Other) || !topic.Valid() || topic == triage.Other {
				return nil
			}
			said, err := s.Store.TopicSaid(ctx, w, c.T.ID)
			if err != nil || said {
				return err
			}
			if m, err = s.Store.Message(ctx, w, id); err != nil { // now that the ticket is locked
				return err
			}
			if m.Ticket != c.T.ID {
				return nil
			}
			m.Reading.Model = topic
			c.T.Topic, done = string(topic), true
			c.logAbout(event.Subject{Kind: subjectMessage, ID: int64(id)}, "ticket.sorted", map[string]any{
				"number": c.T.Number, "message": int64(id), "topic": c.T.Topic, "mood": c.T.Mood, "alarm": c.T.Alarm, "words": []string{},
				"from": c.T.Priority.String(), "to": c.T.Priority.String(), "by": "model",
			})
			return s.Store.PutReading(ctx, m)
		})
		return err
	})
	return done && err == nil, err
}

// SetTopic says what a ticket is about, for who knows better than its words tell; "" takes it away. The same topic again
// changes nothing. What a person says is a correction that triage may learn from.
func (s *Service) SetTopic(ctx context.Context, actor auth.Actor, t ID, topic triage.Topic) (event.ID, error) {
	return s.one(ctx, actor, t, func(ctx context.Context, c *change) error { return c.setTopic(ctx, topic) })
}

func (c *change) setTopic(ctx context.Context, topic triage.Topic) error {
	if topic != "" && !topic.Valid() {
		return errs.Field("topic", "error.topic")
	}
	if string(topic) == c.T.Topic {
		return nil
	}
	from := c.T.Topic
	c.T.Topic = string(topic)
	c.log("ticket.topic", map[string]any{"from": from, "to": string(topic), "number": c.T.Number})
	if c.s.Triage == nil || c.actor.Kind != auth.Agent {
		return nil
	}
	return c.s.Triage.Correct(ctx, c.actor, c.T.ID, triage.Topic(from), topic)
}

func undoTopic(ctx context.Context, _ *Service, c *change, e event.Event) error {
	var d struct{ From, To string }
	if err := e.Decode(&d); err != nil {
		return fmt.Errorf("undo topic: %w", err)
	}
	if c.T.Topic != d.To {
		return movedOn()
	}
	return c.setTopic(ctx, triage.Topic(d.From))
}
