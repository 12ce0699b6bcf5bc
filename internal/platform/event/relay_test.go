package event

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/platform/auth"
)

// database is a journal with listeners, in memory.
type database struct {
	mu     sync.Mutex
	rows   map[ID]Event
	ears   map[*listener]struct{}
	away   bool
	reads  int
	longer int // announcements that would not fit
}

type listener struct {
	got  func(string)
	done chan struct{}
}

var errAway = errors.New("the database is away")

func newWireDatabase() *database {
	return &database{rows: map[ID]Event{}, ears: map[*listener]struct{}{}}
}

func (d *database) Announce(_ context.Context, text string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.away {
		return errAway
	}
	if len(text) > 7999 {
		d.longer++
	}
	for e := range d.ears {
		e.got(text)
	}
	return nil
}

func (d *database) Listen(ctx context.Context, ready func(), got func(string)) error {
	e := &listener{got, make(chan struct{})}
	d.mu.Lock()
	if d.away {
		d.mu.Unlock()
		return errAway
	}
	d.ears[e] = struct{}{}
	d.mu.Unlock()
	ready()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-e.done:
		return errAway
	}
}

// cut ends what is connected, and lets nobody connect while away is set.
func (d *database) cut(away bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.away = away
	for e := range d.ears {
		close(e.done)
		delete(d.ears, e)
	}
}

func (d *database) EventsByID(_ context.Context, ids []ID) ([]Event, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.reads++
	if d.away {
		return nil, errAway
	}
	var out []Event
	for _, x := range ids {
		if e, ok := d.rows[x]; ok {
			out = append(out, e)
		}
	}
	return out, nil
}

func (d *database) IDsSince(_ context.Context, after ID, limit int) ([]ID, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.away {
		return nil, errAway
	}
	var out []ID
	for x := range d.rows {
		if x > after {
			out = append(out, x)
		}
	}
	slices.Sort(out)
	slices.Reverse(out)
	return out[:min(limit, len(out))], nil
}

// writer is a node that writes.
type writer struct {
	db  *database
	bus *Bus
	ids *id.Source
}

// write commits events as the store does; unless told, their node dies before it
// can announce them.
func (w *writer) write(n int, told bool) []ID {
	var events []Event
	for range n {
		e := New("ticket.noted", auth.ForSystem(1), Subject{"ticket", 1}, 1, nil)
		e.ID = ID(w.ids.Next())
		events = append(events, e)
	}
	w.bus.Expect(events...)
	w.db.mu.Lock()
	ids := make([]ID, 0, n)
	for _, e := range events {
		w.db.rows[e.ID] = e
		ids = append(ids, e.ID)
	}
	w.db.mu.Unlock()
	if told {
		w.bus.Publish(events...)
	}
	return ids
}

// between runs fn with two nodes on one database in a bubble of fake time.
func between(t *testing.T, fn func(t *testing.T, d *database, a, b *writer)) {
	synctest.Test(t, func(t *testing.T) {
		d := newWireDatabase()
		ctx, stop := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		var nodes []*writer
		for i := range 2 {
			w := &writer{d, NewBus(), id.NewSource(uint8(i), time.Now)}
			r := NewRelay(w.bus, d, int64(i+1), slog.New(slog.DiscardHandler))
			wg.Go(func() { r.Run(ctx) })
			nodes = append(nodes, w)
		}
		time.Sleep(time.Second)
		fn(t, d, nodes[0], nodes[1])
		stop()
		wg.Wait()
	})
}

// drain returns what a subscription has.
func drain(s *Subscription) []ID {
	var out []ID
	for len(s.C) > 0 {
		out = append(out, (<-s.C).ID)
	}
	return out
}

func TestOthersAreToldSoonAndOnce(t *testing.T) {
	between(t, func(t *testing.T, d *database, a, b *writer) {
		mine, theirs := a.bus.Subscribe(1, 10), b.bus.Subscribe(1, 10)
		foreign := b.bus.Subscribe(2, 10)
		began := time.Now()
		ids := a.write(2, true)
		e := <-theirs.C
		if took := time.Since(began); took > 20*time.Millisecond || e.ID != ids[0] {
			t.Errorf("told %d after %v", e.ID, took)
		}
		time.Sleep(5 * time.Minute)
		if got := drain(theirs); !slices.Equal(got, ids[1:]) {
			t.Errorf("then %v", got)
		}
		if got := drain(mine); !slices.Equal(got, ids) {
			t.Errorf("the writer itself: %v", got)
		}
		if got := drain(foreign); len(got) > 0 {
			t.Errorf("another workspace: %v", got)
		}
	})
}

func TestWhatWasNotAnnouncedIsFound(t *testing.T) {
	between(t, func(t *testing.T, d *database, a, b *writer) {
		sub := b.bus.Subscribe(0, 10)
		began := time.Now()
		ids := a.write(1, false)
		if e := <-sub.C; e.ID != ids[0] || time.Since(began) > look+time.Second {
			t.Errorf("found %d after %v", e.ID, time.Since(began))
		}
		// A transaction that ends long after its events were named.
		late := ID(b.ids.Next() + 1<<13)
		time.Sleep(overlap - 5*time.Second)
		d.mu.Lock()
		e := New("ticket.noted", auth.ForSystem(1), Subject{}, 1, nil)
		e.ID = late
		d.rows[late] = e
		d.mu.Unlock()
		if e := <-sub.C; e.ID != late {
			t.Errorf("found %d", e.ID)
		}
	})
}

func TestACutIsBridged(t *testing.T) {
	between(t, func(t *testing.T, d *database, a, b *writer) {
		sub := b.bus.Subscribe(0, 100)
		d.cut(true)
		var ids []ID
		for range 20 {
			time.Sleep(time.Second)
			ids = append(ids, a.write(1, true)...)
		}
		if got := drain(sub); len(got) > 0 {
			t.Errorf("told through a cut: %v", got)
		}
		d.cut(false)
		began := time.Now()
		for len(sub.C) < len(ids) {
			time.Sleep(10 * time.Millisecond)
		}
		if took := time.Since(began); took > retryMost+time.Second {
			t.Errorf("caught up after %v", took)
		}
		if got := drain(sub); !slices.Equal(got, ids) {
			t.Errorf("%d events, want %d in order", len(got), len(ids))
		}
		time.Sleep(retryMost + time.Second) // it hears again
		began = time.Now()
		a.write(1, true)
		<-sub.C
		if took := time.Since(began); took > 20*time.Millisecond {
			t.Errorf("told after %v", took)
		}
	})
}

func TestAFloodIsToldInOneWord(t *testing.T) {
	between(t, func(t *testing.T, d *database, a, b *writer) {
		sub := b.bus.Subscribe(0, 100)
		forgot := 0
		b.bus.On("token.", func(e Event) {
			if e.Kind == "" {
				forgot++
			}
		})
		a.write(3*flood, true)
		time.Sleep(time.Minute)
		synctest.Wait()
		if !sub.Behind() || len(sub.C) == 0 || forgot == 0 {
			t.Errorf("behind, %d events, told to forget %d times", len(sub.C), forgot)
		}
		if d.longer > 0 {
			t.Error("an announcement was too long")
		}
		drain(sub)
		ids := a.write(most, true)
		time.Sleep(time.Minute)
		if got := drain(sub); len(got) != 100 || got[0] != ids[0] {
			t.Errorf("after the flood: %d", len(got))
		}
	})
}

func TestSignalsReachTheOthers(t *testing.T) {
	between(t, func(t *testing.T, d *database, a, b *writer) {
		var heard []string
		stop := b.bus.Hear("presence", func(s Signal) { heard = append(heard, string(s.Data)) })
		a.bus.Hear("presence", func(Signal) { t.Error("the sender heard itself") })
		for range 200 { // more than one announcement has room for
			a.bus.Send("presence", 7, map[string]string{"who": strings.Repeat("x", 100)})
		}
		a.bus.Send("other", 7, 1)
		time.Sleep(time.Second)
		synctest.Wait()
		if len(heard) != 200 || d.longer > 0 {
			t.Errorf("heard %d, %d too long", len(heard), d.longer)
		}
		stop()
		a.bus.Send("presence", 7, 1)
		time.Sleep(time.Second)
		synctest.Wait()
		if len(heard) != 200 {
			t.Error("heard after stop")
		}
	})
}

func TestHooksAreCalledByKindUntilStopped(t *testing.T) {
	b := NewBus()
	var got []string
	stop := b.On("token.", func(e Event) { got = append(got, e.Kind) })
	b.Publish(Event{Kind: "token.revoked"}, Event{Kind: "ticket.noted"})
	b.Send("nobody", 1, 1) // without other nodes
	stop()
	b.Publish(Event{Kind: "token.revoked"})
	if !slices.Equal(got, []string{"token.revoked"}) {
		t.Errorf("called for %v", got)
	}
}
