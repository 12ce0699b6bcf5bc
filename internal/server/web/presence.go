package web

import (
	"encoding/json"
	"slices"
	"sync"
	"time"

	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// presenceLife is how long somebody counts as present after their last sign of
// life; pages give one every 20 seconds.
const presenceLife = 40 * time.Second

// Presence knows who has which ticket open. It is made of signs of life that
// expire, so whoever closes the laptop leaves by themselves. Nodes tell each
// other theirs; a node that has just started knows of others with their next one.
type Presence struct {
	now func() time.Time
	bus *event.Bus // reaches the other nodes; nil before it is joined

	mu      sync.Mutex
	tickets map[presenceKey]map[auth.PersonID]attendance
	watch   map[*onlooker]struct{}
}

type presenceKey struct {
	workspace auth.WorkspaceID
	ticket    int64 // its number
}

// attendance is one person's sign of life in a ticket.
type attendance struct {
	typing bool
	until  time.Time
}

// onlooker tells one live stream of changes in its workspace.
type onlooker struct {
	c         chan int64
	workspace auth.WorkspaceID
}

// NewPresence returns an empty Presence with a clock.
func NewPresence(now func() time.Time) *Presence {
	return &Presence{now: now, tickets: map[presenceKey]map[auth.PersonID]attendance{}, watch: map[*onlooker]struct{}{}}
}

// presenceSignal is what nodes tell each other of one person in one ticket.
type presenceSignal struct {
	Ticket int64         `json:"t"`
	Person auth.PersonID `json:"p"`
	Typing bool          `json:"y,omitempty"`
	Left   bool          `json:"l,omitempty"`
}

const presenceKind = "presence"

// join shares attendance with the other nodes.
func (p *Presence) join(b *event.Bus) {
	p.bus = b
	b.Hear(presenceKind, func(s event.Signal) {
		var x presenceSignal
		switch {
		case json.Unmarshal(s.Data, &x) != nil:
		case x.Left:
			p.drop(s.Workspace, x.Ticket, x.Person)
		default:
			p.note(s.Workspace, x.Ticket, x.Person, x.Typing)
		}
	})
}

func (p *Presence) share(w auth.WorkspaceID, x presenceSignal) {
	if p.bus != nil {
		p.bus.Send(presenceKind, w, x)
	}
}

// seen notes a sign of life. It reports whether the person has come just now.
func (p *Presence) seen(w auth.WorkspaceID, t int64, who auth.PersonID, typing bool) (came bool) {
	p.share(w, presenceSignal{Ticket: t, Person: who, Typing: typing})
	return p.note(w, t, who, typing)
}

func (p *Presence) note(w auth.WorkspaceID, t int64, who auth.PersonID, typing bool) (came bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	k, now := presenceKey{w, t}, p.now()
	p.sweep(k, now)
	was, there := p.tickets[k][who]
	if p.tickets[k] == nil {
		p.tickets[k] = map[auth.PersonID]attendance{}
	}
	p.tickets[k][who] = attendance{typing, now.Add(presenceLife)}
	if !there || was.typing != typing {
		p.tell(k)
	}
	return !there
}

// left notes that somebody went away.
func (p *Presence) left(w auth.WorkspaceID, t int64, who auth.PersonID) {
	p.share(w, presenceSignal{Ticket: t, Person: who, Left: true})
	p.drop(w, t, who)
}

func (p *Presence) drop(w auth.WorkspaceID, t int64, who auth.PersonID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	k := presenceKey{w, t}
	if _, there := p.tickets[k][who]; there {
		delete(p.tickets[k], who)
		if len(p.tickets[k]) == 0 {
			delete(p.tickets, k)
		}
		p.tell(k)
	}
}

// others returns who else has a ticket open, those who write first.
func (p *Presence) others(w auth.WorkspaceID, t int64, me auth.PersonID) []present {
	p.mu.Lock()
	defer p.mu.Unlock()
	k := presenceKey{w, t}
	p.sweep(k, p.now())
	var out []present
	for who, a := range p.tickets[k] {
		if who != me {
			out = append(out, present{who, a.typing})
		}
	}
	slices.SortFunc(out, func(a, b present) int {
		if a.typing != b.typing {
			if a.typing {
				return -1
			}
			return 1
		}
		return int(a.person - b.person)
	})
	return out
}

// present is somebody who has a ticket open.
type present struct {
	person auth.PersonID
	typing bool
}

// sweep forgets those of a ticket whose time is over.
func (p *Presence) sweep(k presenceKey, now time.Time) {
	for who, a := range p.tickets[k] {
		if now.After(a.until) {
			delete(p.tickets[k], who)
		}
	}
	if len(p.tickets[k]) == 0 {
		delete(p.tickets, k)
	}
}

// tell tells the watchers of a workspace that a ticket's attendance changed. A
// watcher that is slow misses it: presence is a courtesy and is asked for again.
func (p *Presence) tell(k presenceKey) {
	for w := range p.watch {
		if w.workspace != k.workspace {
			continue
		}
		select {
		case w.c <- k.ticket:
		default:
		}
	}
}

// subscribe watches a workspace until stop is called.
func (p *Presence) subscribe(w auth.WorkspaceID) (c <-chan int64, stop func()) {
	x := &onlooker{c: make(chan int64, 16), workspace: w}
	p.mu.Lock()
	p.watch[x] = struct{}{}
	p.mu.Unlock()
	return x.c, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.watch, x)
	}
}
