package web

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"godwit.dev/godwit/internal/platform/event"
)

// ether joins buses in memory, with an empty journal.
type ether struct {
	mu   sync.Mutex
	ears []func(string)
}

func (e *ether) Announce(_ context.Context, text string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, got := range e.ears {
		got(text)
	}
	return nil
}

func (e *ether) Listen(ctx context.Context, ready func(), got func(string)) error {
	e.mu.Lock()
	e.ears = append(e.ears, got)
	e.mu.Unlock()
	ready()
	<-ctx.Done()
	return ctx.Err()
}

func (e *ether) EventsByID(context.Context, []event.ID) ([]event.Event, error) { return nil, nil }

func (e *ether) IDsSince(context.Context, event.ID, int) ([]event.ID, error) { return nil, nil }

// Who has a ticket open on one node is seen on another, until they leave or are
// heard of no more.
func TestPresenceCrossesNodes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wire := &ether{}
		var nodes []*Presence
		for i := range 2 {
			bus, p := event.NewBus(), NewPresence(time.Now)
			relay := event.NewRelay(bus, wire, int64(i+1), slog.New(slog.DiscardHandler))
			p.join(bus)
			wg.Go(func() { relay.Run(ctx) })
			nodes = append(nodes, p)
		}
		synctest.Wait()
		here, there := nodes[0], nodes[1]
		told, leave := there.subscribe(1)
		defer leave()
		here.seen(1, 7, 100, true)
		if n := <-told; n != 7 {
			t.Errorf("told of ticket %d", n)
		}
		if got := there.others(1, 7, 200); len(got) != 1 || got[0].person != 100 || !got[0].typing {
			t.Errorf("there: %+v", got)
		}
		if got := there.others(2, 7, 200); len(got) > 0 {
			t.Errorf("another workspace: %+v", got)
		}
		here.left(1, 7, 100)
		<-told
		if got := there.others(1, 7, 200); len(got) > 0 {
			t.Errorf("after they left: %+v", got)
		}
		here.seen(1, 7, 100, false)
		<-told
		time.Sleep(presenceLife + time.Second)
		if got := there.others(1, 7, 200); len(got) > 0 {
			t.Errorf("after their node died: %+v", got)
		}
		stop()
		wg.Wait()
	})
}
