// Package event is the journal: one immutable record for each thing that
// happened in a workspace, written in the transaction of the change itself.
//
// The journal has several readers (ticket timeline, audit, live screens, and
// later automation and outgoing webhooks) and no other store is read for
// history. An event carries the state that it caused, not the newest one.
// After commit, events are published on the Bus, which loses them when nobody
// listens or a listener is slow: whoever must not miss one reads the journal.
//
// Where several nodes share a database, a Relay carries what one of them
// publishes to the others: by name at once, and by looking into the journal for
// what no announcement told. Signals, which no journal keeps, travel with it.
// Every node sees an event once, and none is told that it was another's: work
// that must be done once in the house is a job, never a reaction to the Bus.
package event

import (
	"context"
	"encoding/json"
	"time"

	"godwit.dev/godwit/internal/platform/auth"
)

// ID identifies an event. Within one node IDs rise in the order of writing.
type ID int64

// Event is one thing that happened.
type Event struct {
	ID        ID
	Workspace auth.WorkspaceID
	At        time.Time
	Kind      string // subject.verb, in the past tense: ticket.assigned
	ActorKind auth.Kind
	ActorID   int64
	ActorName string
	Subject   Subject
	TicketID  int64 // the ticket whose timeline shows it, or 0
	Data      json.RawMessage
}

// Subject is the record that an event is about.
type Subject struct {
	Kind string
	ID   int64
}

// New makes an event about a subject. Data must marshal to a JSON object.
func New(kind string, actor auth.Actor, s Subject, ticket int64, data any) Event {
	raw, err := json.Marshal(data)
	if err != nil {
		panic("event: " + err.Error()) // data is always one of our own structs or maps
	}
	if data == nil {
		raw = json.RawMessage(`{}`)
	}
	return Event{
		Workspace: actor.Workspace, Kind: kind, ActorKind: actor.Kind, ActorID: actor.ID, ActorName: actor.Name,
		Subject: s, TicketID: ticket, Data: raw,
	}
}

// Decode reads an event's data into v.
func (e Event) Decode(v any) error { return json.Unmarshal(e.Data, v) }

// Journal appends events. Append joins the transaction in ctx, gives IDs and
// times to events without one, and publishes them after commit.
type Journal interface {
	Append(ctx context.Context, events ...Event) error
}

type causeKey struct{}

// CausedBy returns a context under which events follow from rules, the first first.
func CausedBy(ctx context.Context, rules []int64) context.Context {
	return context.WithValue(ctx, causeKey{}, rules)
}

// Cause returns the rules from which the events of a context follow; none for what people and the world do.
func Cause(ctx context.Context) []int64 {
	rules, _ := ctx.Value(causeKey{}).([]int64)
	return rules
}
