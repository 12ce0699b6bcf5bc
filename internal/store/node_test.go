package store_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/node"
	"godwit.dev/godwit/internal/platform/vault"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

func TestALeaseHasOneHolderUntilItsTimeIsUp(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		lease := func(holder int64, life time.Duration, names ...string) []string {
			t.Helper()
			got, err := s.Lease(ctx, holder, names, life)
			if err != nil {
				t.Fatal(err)
			}
			slices.Sort(got)
			return got
		}
		if got := lease(1, time.Minute, "a", "b"); !slices.Equal(got, []string{"a", "b"}) {
			t.Fatalf("free leases: %v", got)
		}
		if s.Alone() {
			return // one process, which has all leases
		}
		if got := lease(2, time.Minute, "a", "c"); !slices.Equal(got, []string{"c"}) {
			t.Errorf("a lease that another one has: %v", got)
		}
		if got := lease(1, -time.Minute, "a"); !slices.Equal(got, []string{"a"}) { // it is over now
			t.Errorf("own lease: %v", got)
		}
		if held, err := s.Held(ctx, 1, "a"); held || err != nil {
			t.Errorf("a lease that is over is held: %v", err)
		}
		if got := lease(2, time.Minute, "a"); !slices.Equal(got, []string{"a"}) {
			t.Errorf("a lease that is over: %v", got)
		}
		if err := s.Release(ctx, 1, []string{"a", "b"}); err != nil {
			t.Fatal(err)
		}
		holders, err := s.Holders(ctx, "")
		if err != nil || len(holders) != 2 || holders["a"] != 2 || holders["c"] != 2 {
			t.Errorf("holders: %v, %v", holders, err)
		}
	})
}

// Whoever would take a lease over waits for the transaction of its holder.
func TestALeaseIsKeptWhileItsHolderWrites(t *testing.T) {
	s := storetest.Postgres(t)
	ctx := t.Context()
	if _, err := s.Lease(ctx, 1, []string{"a"}, 200*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	written := make(chan struct{})
	var wg sync.WaitGroup
	err := s.InTx(ctx, func(ctx context.Context) error {
		held, err := s.Held(ctx, 1, "a")
		if err != nil || !held {
			return fmt.Errorf("held %v, %w", held, err)
		}
		wg.Go(func() {
			for {
				got, err := s.Lease(context.WithoutCancel(ctx), 2, []string{"a"}, time.Minute)
				if err != nil {
					t.Error(err)
				}
				if err != nil || len(got) == 1 {
					break
				}
				time.Sleep(10 * time.Millisecond)
			}
			select {
			case <-written:
			default:
				t.Error("the lease was taken over while its holder wrote")
			}
		})
		time.Sleep(400 * time.Millisecond)
		close(written)
		return nil
	})
	wg.Wait()
	if err != nil {
		t.Fatal(err)
	}
}

func TestNodesHaveDifferentNumbersAndShareTheWork(t *testing.T) {
	s := storetest.Postgres(t)
	ctx := t.Context()
	log := slog.New(slog.DiscardHandler)
	numbers := map[uint8]bool{}
	var groups []*node.Group
	for range 3 {
		n := node.New(s, log)
		if err := n.Join(ctx); err != nil {
			t.Fatal(err)
		}
		numbers[n.Number()] = true
		groups = append(groups, n.Group("mailbox"))
	}
	if len(numbers) != 3 {
		t.Errorf("numbers %v", numbers)
	}
	keys := make([]string, 60)
	for i := range keys {
		keys[i] = fmt.Sprint(1000 + i)
	}
	turn := func(groups []*node.Group) (leaders map[string]int, shares []int) {
		t.Helper()
		leaders = map[string]int{}
		for _, g := range groups {
			held, err := g.Lead(ctx, keys)
			if err != nil {
				t.Fatal(err)
			}
			shares = append(shares, len(held))
			for k := range held {
				leaders[k]++
			}
		}
		return leaders, shares
	}
	// The first one leads all; it hands over what is no longer its own.
	if _, shares := turn(groups[:1]); shares[0] != len(keys) {
		t.Fatalf("the first node leads %d", shares[0])
	}
	turn(groups)
	had, err := groups[0].Lead(ctx, keys)
	if err != nil {
		t.Fatal(err)
	}
	var moved []string
	for _, k := range keys {
		if !had[k] {
			moved = append(moved, k)
		}
	}
	if err := groups[0].Release(ctx, moved...); err != nil {
		t.Fatal(err)
	}
	leaders, shares := turn(groups)
	if len(leaders) != len(keys) || slices.Min(shares) < 5 { // twenty each, as the dice of the keys fall
		t.Errorf("%d led, shares %v", len(leaders), shares)
	}
	for k, n := range leaders {
		if n != 1 {
			t.Errorf("%s is led by %d nodes", k, n)
		}
	}
	if err := groups[1].Leave(ctx); err != nil {
		t.Fatal(err)
	}
	if leaders, shares := turn([]*node.Group{groups[0], groups[2]}); len(leaders) != len(keys) {
		t.Errorf("after one has left: %d led, shares %v", len(leaders), shares)
	}
	if ok, err := groups[1].Leads(ctx, keys[0]); ok || err != nil {
		t.Errorf("who has left leads: %v", err)
	}
}

// second opens another process's store on the same database.
func second(t *testing.T, address string) (*store.Store, *event.Bus) {
	t.Helper()
	db, err := store.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	v, err := vault.New(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	bus := event.NewBus()
	s, err := store.New(db, store.Config{IDs: id.NewSource(id.RandomNode(), time.Now), Now: time.Now, Bus: bus, Vault: v})
	if err != nil {
		t.Fatal(err)
	}
	return s, bus
}

func TestEventsReachEveryNodeOnce(t *testing.T) {
	address := storetest.Database(t)
	type member struct {
		store *store.Store
		bus   *event.Bus
		relay *event.Relay
		sub   *event.Subscription
	}
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	defer wg.Wait()
	defer stop()
	var nodes []*member
	heard := make(chan event.Signal, 10)
	for i := range 3 {
		s, bus := second(t, address)
		m := &member{store: s, bus: bus, relay: event.NewRelay(bus, s.Wire(), int64(i+1), slog.New(slog.DiscardHandler)), sub: bus.Subscribe(0, 1000)}
		bus.Hear("presence", func(s event.Signal) { heard <- s })
		nodes = append(nodes, m)
		wg.Go(func() { m.relay.Run(ctx) })
	}
	w := storetest.Workspace(t, nodes[0].store)
	for _, m := range nodes {
		for !m.relay.Hears() {
			time.Sleep(time.Millisecond)
		}
	}
	const each = 40
	write := func(m *member, i int) event.Event {
		e := []event.Event{event.New("ticket.noted", auth.ForSystem(w), event.Subject{Kind: "ticket", ID: int64(i)}, 0, map[string]any{})}
		err := m.store.InTx(ctx, func(ctx context.Context) error { return m.store.Append(ctx, e...) })
		if err != nil {
			t.Fatal(err)
		}
		return e[0]
	}
	want := map[event.ID]bool{}
	for i := range each {
		for _, m := range nodes {
			want[write(m, i).ID] = true
		}
	}
	// One that was committed and never announced, as by a process that died.
	lost := event.ID(id.NewSource(77, time.Now).Next())
	pool, _ := nodes[0].store.Pools()
	if _, err := pool.Exec(`INSERT INTO event (id, workspace_id, at, kind, actor_kind, actor_id, actor_name, subject_kind, subject_id, data)
		VALUES ($1,$2,0,'ticket.noted','system',0,'','ticket',1,'{}')`, int64(lost), int64(w)); err != nil {
		t.Fatal(err)
	}
	want[lost] = true
	nodes[1].bus.Send("presence", w, map[string]int{"t": 7})
	for i, m := range nodes {
		got := map[event.ID]int{}
		for len(got) < len(want) {
			select {
			case e := <-m.sub.C:
				got[e.ID]++
			case <-time.After(20 * time.Second):
				t.Fatalf("node %d has %d of %d events", i, len(got), len(want))
			}
		}
		time.Sleep(50 * time.Millisecond)
		for len(m.sub.C) > 0 {
			got[(<-m.sub.C).ID]++
		}
		for x, n := range got {
			if n != 1 || !want[x] {
				t.Errorf("node %d has event %d %d times", i, x, n)
			}
		}
	}
	for range 2 {
		if s := <-heard; s.Workspace != w || string(s.Data) != `{"t":7}` {
			t.Errorf("heard %+v", s)
		}
	}
	if len(heard) != 0 {
		t.Error("the sender heard itself")
	}

	// A listener that is cut off goes on by looking.
	if _, err := pool.Exec(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname=current_database() AND application_name='godwit listener'`); err != nil {
		t.Fatal(err)
	}
	e := write(nodes[0], each)
	for i, m := range nodes {
		select {
		case x := <-m.sub.C:
			if x.ID != e.ID {
				t.Errorf("node %d got %d", i, x.ID)
			}
		case <-time.After(20 * time.Second):
			t.Errorf("node %d missed what was written while it was deaf", i)
		}
	}
}
