package event

import (
	"cmp"
	"context"
	"encoding/json"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"godwit.dev/godwit/internal/base/id"
)

// Wire is how the nodes of one database reach each other.
type Wire interface {
	// Announce hands a text of at most 7,900 bytes to all who listen.
	Announce(ctx context.Context, text string) error
	// Listen calls ready once it hears, and got for each text, until the
	// connection breaks or ctx ends.
	Listen(ctx context.Context, ready func(), got func(text string)) error
	// EventsByID returns those of the events that are committed.
	EventsByID(ctx context.Context, ids []ID) ([]Event, error)
	// IDsSince returns the newest committed IDs after one, at most limit, the
	// newest first.
	IDsSince(ctx context.Context, after ID, limit int) ([]ID, error)
}

// The beat of a Relay.
const (
	// gather is how long changes are gathered before they are announced. An
	// announcement inside the transaction of the change would be told a few
	// milliseconds earlier and cost two of three commits: it takes one lock for
	// the whole database.
	gather = 10 * time.Millisecond
	// look is how often the journal is looked into for what was not announced (its
	// writer may have died first), and lookDeaf the same while nothing is heard.
	look     = 2 * time.Second
	lookDeaf = 400 * time.Millisecond
	// overlap is how far before the last look the next one begins. IDs carry the
	// time at which they were made, by the clock of their node, and are seen when
	// their transaction ends: this bounds the difference of clocks and the length
	// of a transaction whose events still reach every page by themselves.
	overlap = 30 * time.Second
	// most is how many events are named in an announcement and read at once, flood
	// how many are told one by one after a gap, and wide how many IDs a look reads:
	// with more in an overlap, it is shorter.
	most  = 300
	flood = 3000
	wide  = 20_000
	// retryMost is the longest pause of a Relay that cannot reach the database.
	retryMost = 3 * time.Second
)

// announcement is the text on the wire.
type announcement struct {
	From    int64    `json:"n"`
	IDs     []ID     `json:"e,omitempty"`
	Signals []Signal `json:"s,omitempty"`
	Look    bool     `json:"l,omitempty"` // there is more than can be named
}

// Relay carries the events of this process to the other nodes, and theirs to the
// Bus, each once.
type Relay struct {
	bus  *Bus
	wire Wire
	self int64
	log  *slog.Logger
	born ID // what was made before is nobody's news

	mu      sync.Mutex
	pending []ID
	signals []Signal
	known   map[ID]struct{} // published here, or about to be
	wanted  []ID            // announced by others, not read yet
	now     bool            // the journal is to be looked into at once
	hears   bool
	speak   chan struct{}
	fetch   chan struct{}
}

// NewRelay joins a Bus to the other nodes. Self tells this process from them.
// Nothing is carried before Run.
func NewRelay(b *Bus, w Wire, self int64, log *slog.Logger) *Relay {
	r := &Relay{
		bus: b, wire: w, self: self, log: log, born: ID(id.Floor(time.Now())), known: map[ID]struct{}{},
		speak: make(chan struct{}, 1), fetch: make(chan struct{}, 1),
	}
	b.mu.Lock()
	b.relay = r
	b.mu.Unlock()
	return r
}

// Run carries until ctx ends; what was published until then is still announced.
func (r *Relay) Run(ctx context.Context) {
	var wg sync.WaitGroup
	wg.Go(func() { r.announcing(ctx) })
	wg.Go(func() { r.listening(ctx) })
	wg.Go(func() { r.reading(ctx) })
	wg.Wait()
}

// Hears reports whether announcements are heard now, and not only found by
// looking.
func (r *Relay) Hears() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.hears
}

func (r *Relay) own(events []Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range events {
		r.known[e.ID] = struct{}{}
	}
}

func (r *Relay) announce(events []Event) {
	r.mu.Lock()
	for _, e := range events {
		r.known[e.ID] = struct{}{}
		if len(r.pending) <= most { // one more than can be named says that there are more
			r.pending = append(r.pending, e.ID)
		}
	}
	r.mu.Unlock()
	wake(r.speak)
}

// signalsMost bounds the signals that wait; a signal may be lost.
const signalsMost = 1000

func (r *Relay) send(s Signal) {
	r.mu.Lock()
	if len(r.signals) < signalsMost {
		r.signals = append(r.signals, s)
	}
	r.mu.Unlock()
	wake(r.speak)
}

func wake(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// announcing tells the others what happened here.
func (r *Relay) announcing(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
			defer cancel()
			r.say(last)
			return
		case <-r.speak:
		}
		pause(ctx, gather)
		r.say(ctx)
	}
}

// say announces what has gathered. What cannot be said is found by looking.
func (r *Relay) say(ctx context.Context) {
	r.mu.Lock()
	a := announcement{From: r.self, IDs: r.pending}
	signals := r.signals
	r.pending, r.signals = nil, nil
	r.mu.Unlock()
	if len(a.IDs) > most {
		a.IDs, a.Look = nil, true
	}
	const room = 7900 // of the 8,000 that PostgreSQL takes
	used := 100 + 20*len(a.IDs)
	for {
		for len(signals) > 0 && used+len(signals[0].Data)+len(signals[0].Kind)+60 < room {
			used += len(signals[0].Data) + len(signals[0].Kind) + 60
			a.Signals, signals = append(a.Signals, signals[0]), signals[1:]
		}
		if len(a.IDs) == 0 && len(a.Signals) == 0 && !a.Look {
			return
		}
		text, err := json.Marshal(a)
		if err == nil {
			err = r.wire.Announce(ctx, string(text))
		}
		if err != nil {
			r.log.Debug("announce events", "error", err)
			return
		}
		a, used = announcement{From: r.self}, 100
	}
}

// listening hears what the others announce, and connects again when it is cut off.
func (r *Relay) listening(ctx context.Context) {
	for failures := 0; ctx.Err() == nil; failures++ {
		err := r.wire.Listen(ctx, func() {
			failures = 0
			r.heard(true)
		}, r.got)
		was := r.heard(false)
		if ctx.Err() != nil {
			return
		}
		if was {
			r.log.Warn("events of other nodes are not announced; looking for them", "error", err)
		}
		pause(ctx, backoff(failures))
	}
}

// heard notes whether announcements arrive; from the moment they do again, what
// was missed is looked for.
func (r *Relay) heard(now bool) (was bool) {
	r.mu.Lock()
	was, r.hears = r.hears, now
	r.now = true
	r.mu.Unlock()
	wake(r.fetch)
	return was
}

func (r *Relay) got(text string) {
	var a announcement
	if json.Unmarshal([]byte(text), &a) != nil || a.From == r.self {
		return
	}
	for _, s := range a.Signals {
		r.bus.heard(s)
	}
	if len(a.IDs) == 0 && !a.Look {
		return
	}
	r.mu.Lock()
	r.now = r.now || a.Look || len(r.wanted) > flood
	if !r.now {
		r.wanted = append(r.wanted, a.IDs...)
	}
	r.mu.Unlock()
	wake(r.fetch)
}

// reading takes events of other nodes from the journal and publishes them. It is
// the only one who does, so that each is published once and in order.
func (r *Relay) reading(ctx context.Context) {
	last := time.Now() // of the last look that succeeded
	failures := 0
	t := time.NewTimer(0)
	defer t.Stop()
	for {
		due := false
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			due = true
		case <-r.fetch:
		}
		r.mu.Lock()
		wanted, all, every := r.wanted, r.now || due, lookDeaf
		if r.hears {
			every = look
		}
		r.wanted, r.now = nil, false
		r.mu.Unlock()
		began := time.Now()
		err := r.read(ctx, wanted)
		if err == nil && all {
			if err = r.look(ctx, last); err == nil {
				last = began
			}
			t.Reset(every)
		}
		if err == nil {
			failures = 0
			continue
		}
		if ctx.Err() == nil && failures == 0 {
			r.log.Warn("read events of other nodes", "error", err)
		}
		t.Reset(backoff(failures)) // a look finds also what was wanted
		failures++
	}
}

// look publishes what was committed since a moment and is not known.
func (r *Relay) look(ctx context.Context, last time.Time) error {
	from := last.Add(-overlap)
	ids, err := r.wire.IDsSince(ctx, ID(id.Floor(from)), wide)
	if err != nil {
		return err
	}
	ids = slices.DeleteFunc(ids, func(x ID) bool { return x < r.born })
	unknown := r.unknown(ids)
	if len(unknown) > flood {
		// Too much to tell one by one: everybody looks at what they show.
		r.mu.Lock()
		for _, x := range unknown[most:] {
			r.known[x] = struct{}{}
		}
		r.mu.Unlock()
		r.bus.miss()
		unknown = unknown[:most]
	}
	if err := r.read(ctx, unknown); err != nil {
		return err
	}
	r.forget(ID(id.Floor(from.Add(-overlap))))
	return nil
}

// read publishes those of the events that are not known.
func (r *Relay) read(ctx context.Context, ids []ID) error {
	for chunk := range slices.Chunk(r.unknown(ids), most) {
		events, err := r.wire.EventsByID(ctx, chunk)
		if err != nil {
			return err
		}
		slices.SortFunc(events, func(a, b Event) int { return cmp.Compare(a.ID, b.ID) })
		r.own(events)
		r.bus.deliver(events)
	}
	return nil
}

func (r *Relay) unknown(ids []ID) []ID {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.DeleteFunc(ids, func(x ID) bool { _, ok := r.known[x]; return ok })
}

// forget drops the IDs that no look will meet again.
func (r *Relay) forget(before ID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for x := range r.known {
		if x < before {
			delete(r.known, x)
		}
	}
}

// backoff is how long to wait after so many failures: 0.1 s, 0.2 s ... spread by
// a half, so that the nodes do not return in step.
func backoff(failures int) time.Duration {
	d := min(100*time.Millisecond<<min(failures, 10), retryMost)
	return d/2 + rand.N(d/2+1)
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
