package webhook

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/platform/event"
)

// Kind describes one kind of event as receivers see it. What is not described
// here is not sent: neither a kind nor a field of its data.
type Kind struct {
	Name   string
	Says   string // when it happens
	Fields []Field
}

// Field is one value of an event's data.
type Field struct {
	Name string
	Type Type
	Says string
}

// Type is what a field holds in the journal, and what becomes of it outside.
// The name of a kind of record, such as "ticket", is its identifier.
type Type string

// The types that are not identifiers.
const (
	Text    Type = "text"
	Integer Type = "integer"
	Boolean Type = "boolean"
	Texts   Type = "list of texts"
	Moment  Type = "time"   // Unix milliseconds in the journal, RFC 3339 outside, null for none
	Values  Type = "values" // an object of texts
)

const prefixEvent = "evt"

// prefixes are those of the identifiers, as the API writes them.
var prefixes = map[Type]string{
	"ticket": "tkt", "message": "msg", "side": "sid", "customer": "cus", "order": "ord", "shipment": "shm", "product": "prd", "shop": "shp", "person": "per", "team": "tem", "mailbox": "mbx",
	"macro": "mac", "field": "fld", "view": "viw", "event": prefixEvent, "workspace": "wsp", "token": "tok", "role": "rol", "webhook": "whk", "hook": "hok", "received": "rcv", "refund": "rfd", "replay": "rpl", "credit": "crd", "case": "cas", "trace": "trc", "rule": "rul", "recovery": "rcl", "agreement": "agr", "note": "trn", "variant": "vrn", "translator": "trl",
}

// Prefix returns the letters that stand before the identifiers of a kind of record, "" for a kind that events do not name.
func Prefix(kind string) string { return prefixes[Type(kind)] }

// list is the type of several identifiers.
func list(t Type) Type { return "list of " + t }

// element returns the type of a list's elements, and false for other types.
func (t Type) element() (Type, bool) {
	const of = "list of "
	if len(t) > len(of) && t[:len(of)] == of && t != Texts {
		return t[len(of):], true
	}
	return t, false
}

// Known reports whether events of a kind are sent at all.
func Known(kind string) bool {
	_, ok := find(kind)
	return ok
}

func find(kind string) (Kind, bool) {
	for _, k := range catalogue {
		if k.Name == kind {
			return k, true
		}
	}
	return Kind{}, false
}

// Kinds returns all kinds that are sent, by subject.
func Kinds() []Kind { return catalogue }

// Message is the body of a webhook.
type Message struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"`
	Data      Data      `json:"data"`
}

// Data says what happened, to what and by whom; Details are those of the kind.
type Data struct {
	Event   string         `json:"event"`
	Actor   Actor          `json:"actor"`
	Subject Record         `json:"subject"`
	Ticket  *string        `json:"ticket"` // the ticket that it belongs to, or null
	Details map[string]any `json:"details"`
}

// Actor is who acted.
type Actor struct {
	Kind string  `json:"kind"`
	ID   *string `json:"id"`
	Name string  `json:"name"`
}

// Record is what it happened to.
type Record struct {
	Kind string  `json:"kind"`
	ID   *string `json:"id"`
}

// Payload returns the message of an event. It fails with errs.Unsupported for a
// kind that is not sent.
func Payload(e event.Event) (Message, error) {
	k, ok := find(e.Kind)
	if !ok {
		return Message{}, errs.New(errs.Unsupported, "error.webhook_kind", "kind", e.Kind)
	}
	var raw map[string]any
	d := json.NewDecoder(bytes.NewReader(e.Data))
	d.UseNumber() // identifiers do not fit a float
	if err := d.Decode(&raw); err != nil {
		return Message{}, fmt.Errorf("data of event %d: %w", e.ID, err)
	}
	details := map[string]any{}
	for _, f := range k.Fields {
		if v, ok := raw[f.Name]; ok {
			details[f.Name] = outside(f.Type, v)
		}
	}
	m := Message{Type: e.Kind, Timestamp: e.At.UTC(), Data: Data{
		Event:   MessageID(e.ID),
		Actor:   Actor{Kind: string(e.ActorKind), ID: actorID(e), Name: e.ActorName},
		Subject: Record{Kind: e.Subject.Kind, ID: ref(Type(e.Subject.Kind), e.Subject.ID)},
		Ticket:  ref("ticket", e.TicketID), Details: details,
	}}
	return m, nil
}

func actorID(e event.Event) *string {
	switch e.ActorKind {
	case "customer":
		return ref("customer", e.ActorID)
	case "rule":
		return ref("rule", e.ActorID)
	}
	return ref("person", e.ActorID)
}

// ref writes an identifier, null for none. A kind of record that has no prefix of
// its own is its own prefix.
func ref(t Type, n int64) *string {
	if n == 0 {
		return nil
	}
	prefix := prefixes[t]
	if prefix == "" {
		prefix = string(t)
	}
	s := id.Format(prefix, n)
	return &s
}

// outside converts a value of the journal. One that is not of its type is null.
func outside(t Type, v any) any {
	switch t {
	case Text:
		s, ok := v.(string)
		return only(s, ok)
	case Boolean:
		b, ok := v.(bool)
		return only(b, ok)
	case Integer:
		n, ok := whole(v)
		return only(n, ok)
	case Moment:
		n, ok := whole(v)
		return only(time.UnixMilli(n).UTC().Format(time.RFC3339Nano), ok && n != 0)
	case Values:
		out := map[string]string{}
		m, _ := v.(map[string]any)
		for name, value := range m {
			if s, ok := value.(string); ok {
				out[name] = s
			}
		}
		return out
	case Texts:
		out := []string{}
		l, _ := v.([]any)
		for _, value := range l {
			if s, ok := value.(string); ok {
				out = append(out, s)
			}
		}
		return out
	}
	if el, ok := t.element(); ok {
		out := []any{}
		l, _ := v.([]any)
		for _, value := range l {
			if x := outside(el, value); x != nil {
				out = append(out, x)
			}
		}
		return out
	}
	n, _ := whole(v)
	if s := ref(t, n); s != nil {
		return *s
	}
	return nil
}

func only(v any, ok bool) any {
	if !ok {
		return nil
	}
	return v
}

func whole(v any) (int64, bool) {
	n, ok := v.(json.Number)
	if !ok {
		return 0, false
	}
	i, err := n.Int64()
	return i, err == nil
}
