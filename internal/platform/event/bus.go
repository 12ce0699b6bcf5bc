package event

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"

	"godwit.dev/godwit/internal/platform/auth"
)

// Bus hands events to those who are listening right now, within this process.
// With a Relay it also hands on what other nodes publish, and signals between
// them.
type Bus struct {
	mu    sync.Mutex
	subs  map[*Subscription]struct{}
	hooks []*hook
	ears  []*ear
	relay *Relay
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

type hook struct {
	prefix string
	fn     func(Event)
}

// On calls fn for every event whose kind begins with a prefix, as soon as it is
// published here or learned from another node, until stop is called. It is for
// caches that must not outlive a change, such as rights that were taken away:
// fn must be quick and must not publish. After a gap, in which events were lost,
// fn gets the zero Event and forgets all that it keeps.
func (b *Bus) On(prefix string, fn func(Event)) (stop func()) {
	h := &hook{prefix, fn}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.hooks = append(slices.Clip(b.hooks), h)
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.hooks = slices.DeleteFunc(slices.Clone(b.hooks), func(x *hook) bool { return x == h })
	}
}

// Publish hands events that were committed here to the subscribers of their
// workspace, and to the other nodes. It never blocks.
func (b *Bus) Publish(events ...Event) {
	b.deliver(events)
	if r := b.carrier(); r != nil {
		r.announce(events)
	}
}

// Expect names events that this process is about to commit, so that it does not
// take them for another node's when it finds them in the journal.
func (b *Bus) Expect(events ...Event) {
	if r := b.carrier(); r != nil {
		r.own(events)
	}
}

func (b *Bus) carrier() *Relay {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.relay
}

func (b *Bus) deliver(events []Event) {
	b.mu.Lock()
	hooks := b.hooks
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
	b.mu.Unlock()
	for _, h := range hooks {
		for _, e := range events {
			if strings.HasPrefix(e.Kind, h.prefix) {
				h.fn(e)
			}
		}
	}
}

// miss tells everybody that events were lost.
func (b *Bus) miss() {
	b.mu.Lock()
	hooks := b.hooks
	for s := range b.subs {
		s.lost = true
	}
	b.mu.Unlock()
	for _, h := range hooks {
		h.fn(Event{})
	}
}

// Signal is something to know at this moment that no journal keeps, such as who
// has a ticket open. It may be lost.
type Signal struct {
	Kind      string           `json:"k"`
	Workspace auth.WorkspaceID `json:"w"`
	Data      json.RawMessage  `json:"d,omitempty"`
}

type ear struct {
	kind string
	fn   func(Signal)
}

// Send hands a signal to the other nodes; this one is not told. Data must
// marshal to JSON of at most a few hundred bytes.
func (b *Bus) Send(kind string, w auth.WorkspaceID, data any) {
	r := b.carrier()
	if r == nil {
		return
	}
	raw, err := json.Marshal(data)
	if err != nil {
		panic("event: " + err.Error()) // data is always one of our own structs
	}
	r.send(Signal{kind, w, raw})
}

// Hear calls fn for each signal of a kind that another node sends, until stop is
// called. Fn must be quick.
func (b *Bus) Hear(kind string, fn func(Signal)) (stop func()) {
	e := &ear{kind, fn}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ears = append(slices.Clip(b.ears), e)
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.ears = slices.DeleteFunc(slices.Clone(b.ears), func(x *ear) bool { return x == e })
	}
}

func (b *Bus) heard(s Signal) {
	b.mu.Lock()
	ears := b.ears
	b.mu.Unlock()
	for _, e := range ears {
		if e.kind == s.Kind {
			e.fn(s)
		}
	}
}
