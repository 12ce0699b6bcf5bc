package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// table keeps leases as the database does.
type table struct {
	mu   sync.Mutex
	rows map[string]row
	away bool
}

type row struct {
	holder int64
	until  time.Time
}

var errAway = errors.New("the database is away")

func (t *table) Lease(_ context.Context, holder int64, names []string, life time.Duration) ([]string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.away {
		return nil, errAway
	}
	var got []string
	for _, name := range names {
		if r := t.rows[name]; r.holder == holder || !r.until.After(time.Now()) {
			t.rows[name] = row{holder, time.Now().Add(life)}
			got = append(got, name)
		}
	}
	return got, nil
}

func (t *table) Release(_ context.Context, holder int64, names []string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, name := range names {
		if t.rows[name].holder == holder {
			delete(t.rows, name)
		}
	}
	return nil
}

func (t *table) Holders(_ context.Context, prefix string) (map[string]int64, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.away {
		return nil, errAway
	}
	out := map[string]int64{}
	for name, r := range t.rows {
		if strings.HasPrefix(name, prefix) && r.until.After(time.Now()) {
			out[name] = r.holder
		}
	}
	return out, nil
}

func (t *table) Held(_ context.Context, holder int64, name string) (bool, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	r := t.rows[name]
	return r.holder == holder && r.until.After(time.Now()), nil
}

func (t *table) Alone() bool { return false }

func TestAShareMovesOnlyWithItsNode(t *testing.T) {
	nodes := []int64{11, 22, 33, 44}
	share := map[int64]int{}
	for i := range 1000 {
		name := fmt.Sprintf("mailbox:%d", 5000+i)
		best := chosen(nodes, name)
		share[best]++
		if without := chosen(nodes[:3], name); best != 44 && without != best {
			t.Fatalf("%s moves from %d to %d although 44 has gone", name, best, without)
		}
	}
	for _, id := range nodes {
		if share[id] < 200 || share[id] > 300 {
			t.Errorf("node %d leads %d of 1000", id, share[id])
		}
	}
}

func TestALeaderThatIsCutOffStopsInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		leases := &table{rows: map[string]row{}}
		log := slog.New(slog.DiscardHandler)
		a, b := New(leases, log).Group("mailbox"), New(leases, log).Group("mailbox")
		keys := []string{"1", "2", "3", "4", "5", "6", "7", "8"}
		lead := func(g *Group) map[string]bool {
			held, err := g.Lead(t.Context(), keys)
			if err != nil && !errors.Is(err, errAway) {
				t.Fatal(err)
			}
			return held
		}
		if got := lead(a); len(got) != len(keys) {
			t.Fatalf("the only node leads %d", len(got))
		}
		leases.away = true
		began := time.Now()
		for len(lead(a)) > 0 {
			time.Sleep(Beat)
		}
		if took := time.Since(began); took > Life {
			t.Errorf("it believed to lead for %v", took)
		}
		leases.away = false
		if got := lead(b); len(got) != len(keys) {
			t.Errorf("the other one leads %d", len(got))
		}
		if got := lead(a); len(got) > 0 {
			t.Errorf("the first one leads %d at once", len(got))
		}
		// A candidate again, it gets its share when the other hands it over.
		kept := lead(b)
		for _, k := range keys {
			if !kept[k] {
				if err := b.Release(t.Context(), k); err != nil {
					t.Fatal(err)
				}
			}
		}
		if got := lead(a); len(got)+len(kept) != len(keys) {
			t.Errorf("together they lead %d and %d", len(got), len(kept))
		}
	})
}

// Peers decides what share of a rate each node grants.
func TestNodesCountWhoServes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		leases := &table{rows: map[string]row{}}
		log := slog.New(slog.DiscardHandler)
		a, b := New(leases, log), New(leases, log)
		if a.Peers() != 1 {
			t.Errorf("%d nodes before the first look", a.Peers())
		}
		serve := func(n *Node) *Group {
			g := n.Group("mailbox")
			if _, err := g.Lead(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
			return g
		}
		first, _ := serve(a), serve(b)
		if serve(a); a.Peers() != 2 || b.Peers() != 2 {
			t.Errorf("%d and %d nodes, want 2", a.Peers(), b.Peers())
		}
		if err := first.Leave(t.Context()); err != nil {
			t.Fatal(err)
		}
		if serve(b); b.Peers() != 1 {
			t.Errorf("%d nodes after one has left", b.Peers())
		}
		serve(a)
		time.Sleep(Life + time.Second)
		if serve(b); b.Peers() != 1 {
			t.Errorf("%d nodes after one fell silent", b.Peers())
		}
	})
}

func TestANodeThatLostItsNumberTakesAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		leases := &table{rows: map[string]row{}}
		n := New(leases, slog.New(slog.DiscardHandler))
		if err := n.Join(t.Context()); err != nil {
			t.Fatal(err)
		}
		was, is := n.Number(), -1
		ctx, stop := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() { n.Stay(ctx, func(x uint8) { is = int(x) }) })
		time.Sleep(10 * Life)
		synctest.Wait()
		if is != -1 {
			t.Errorf("it changed its number to %d for no reason", is)
		}
		leases.mu.Lock()
		leases.rows[numbered(was)] = row{holder: -1, until: time.Now().Add(time.Hour)}
		leases.mu.Unlock()
		time.Sleep(2 * Beat)
		synctest.Wait()
		if is != int(was+1) || n.Number() != was+1 {
			t.Errorf("number %d, told %d, had %d", n.Number(), is, was)
		}
		stop()
		wg.Wait()
		if len(leases.rows) != 1 {
			t.Errorf("it left %v", leases.rows)
		}
	})
}
