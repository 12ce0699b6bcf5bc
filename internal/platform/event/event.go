// Package event is the journal: one immutable record for each thing that
// happened in a workspace, written in the transaction of the change itself.
//
// The journal has several readers (ticket timeline, audit, live screens, and
// later automation and outgoing webhooks) and no other store is read for
// history. An event carries the state that it caused, not the newest one.
// After commit, events are published on the Bus, which loses them when nobody
// listens or a listener is slow: whoever must not miss one reads the journal.
package event

import (
	"context"
	"encoding/json"
	"sync"
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

// Bus hands events to those who are listening right now, within this process.
type Bus struct {
	mu   sync.Mutex
	subs map[*Subscription]struct{}
}

// NewBus returns an empty Bus.
func NewBus() *Bus { return &Bus{subs: map[*Subscription]struct{}{}} }

// Subscription receives the events of one workspace until closed.
type Subscription struct {
	C         <-chan Event
	c         chan Event
	workspace auth.WorkspaceID
	bus       *Bus
	lost      bool
}

// Subscribe listens to a workspace, or to all of them if w is 0. At most
// buffer events wait; when more would, the subscriber is marked as behind.
func (b *Bus) Subscribe(w auth.WorkspaceID, buffer int) *Subscription {
	c := make(chan Event, buffer)
	s := &Subscription{C: c, c: c, workspace: w, bus: b}
	b.mu.Lock()
	b.subs[s] = struct{}{}
	b.mu.Unlock()
	return s
}

// Behind reports whether events were lost since the last call; the reader must
// then catch up from the journal.
func (s *Subscription) Behind() bool {
	s.bus.mu.Lock()
	defer s.bus.mu.Unlock()
	lost := s.lost
	s.lost = false
	return lost
}

// Close stops the subscription.
func (s *Subscription) Close() {
	s.bus.mu.Lock()
	defer s.bus.mu.Unlock()
	delete(s.bus.subs, s)
}

// Publish hands events to the subscribers of their workspace. It never blocks.
func (b *Bus) Publish(events ...Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for s := range b.subs {
		for _, e := range events {
			if s.workspace != 0 && s.workspace != e.Workspace {
				continue
			}
			select {
			case s.c <- e:
			default:
				s.lost = true
			}
		}
	}
}
