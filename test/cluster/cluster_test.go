package cluster

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"godwit.dev/godwit/internal/adapter/channel/email/dovecottest"
	"godwit.dev/godwit/internal/store/storetest"
)

var (
	long    = flag.Bool("long", false, "let everything happen, and not only what takes a few seconds")
	cut     = flag.Duration("cut", 20*time.Second, "how long the database is cut off, with -long")
	calm    = flag.Duration("calm", time.Second, "how long nothing happens between two events")
	measure = flag.Duration("measure", 2*time.Second, "how long reads are counted with each number of nodes")
)

func TestMain(m *testing.M) {
	if os.Getenv(nodeDatabase) != "" {
		os.Exit(serve())
	}
	flag.Parse()
	os.Exit(m.Run())
}

func TestSeveralNodesAreOneDesk(t *testing.T) {
	for program, there := range map[string]bool{dovecottest.Path: dovecottest.Available(), "PostgreSQL": programs() != ""} {
		if !there {
			if os.Getenv(storetest.Servers) == "1" {
				t.Fatalf("%s is not installed", program)
			}
			t.Skipf("not run here: %s is not installed", program)
		}
	}
	if testing.Short() {
		t.Skip("not run here: it takes half a minute")
	}
	if !*long {
		*cut, *measure = 3*time.Second, 500*time.Millisecond
	}
	began := time.Now()
	w := newWorld(t)
	w.arrives(w.feed(), 20*time.Second) // the ticket apart
	t.Logf("three nodes, a primary and a standby after %v", since(began))

	w.scale()
	stop := w.live()
	w.crossings("as it should be")
	w.kills()
	if *long {
		w.pausedLeader()
	}
	w.rolling()
	w.cutOff()
	w.promoted()
	w.crossings("after all of it")
	stop()
	w.finish()
	w.count()
	t.Logf("%d mails, %d replies, %d notes, %d reads: nothing lost and nothing twice; %v", len(w.fed), len(w.tally.answered), len(w.tally.noted), w.tally.reads, since(began))
}

func since(t time.Time) time.Duration { return time.Since(t).Round(10 * time.Millisecond) }

// whole waits until all nodes are ready and nothing has happened for a while, and
// forgets what failed until then.
func (w *world) whole() {
	w.t.Helper()
	w.await("all nodes are ready", 40*time.Second, func() bool { return w.balance.readyNodes() == len(w.nodes) })
	time.Sleep(*calm)
	w.tally.phase()
}

// told words what the clients saw since the phase began.
func (w *world) told() string {
	failures, longest := w.tally.phase()
	seen := map[int]int{}
	for _, f := range failures {
		seen[f.status]++
	}
	text := fmt.Sprintf("%d failures to clients", len(failures))
	if len(failures) > 0 {
		var parts []string
		for status, n := range seen {
			parts = append(parts, fmt.Sprintf("%d: %d", status, n))
		}
		slices.Sort(parts)
		text += " (by status " + strings.Join(parts, ", ") + ")"
	}
	return fmt.Sprintf("%s, at most %v without an answer", text, longest.Round(10*time.Millisecond))
}

// scale counts reads with one, two and three nodes: with all that the machine
// has, which the nodes share with the database, the proxy and the clients, and
// with nodes that are held to a small machine's part of it. It also tells who
// spends how much processor time on a page, which is what bounds the rest.
func (w *world) scale() {
	before, known := w.spent()
	read := w.tally.reads
	w.t.Logf("ticket pages a second by nodes: %s", w.rates())
	if after, ok := w.spent(); ok && known {
		pages := time.Duration(w.tally.reads - read)
		w.t.Logf("a page costs %v of a processor in the node, %v in the database, %v in the clients and the proxy",
			((after.nodes - before.nodes) / pages).Round(10*time.Microsecond), ((after.database - before.database) / pages).Round(10*time.Microsecond),
			((after.rest - before.rest) / pages).Round(10*time.Microsecond))
	}
	if free, ok := w.holdBack(); ok {
		w.t.Logf("the same with nodes of a quarter of a processor each: %s", w.rates())
		free()
		w.whole()
	} else {
		w.t.Log("the same with smaller nodes: not measured, because processes cannot be held back here")
	}
}

func (w *world) rates() string {
	var out []string
	for n := 1; n <= len(w.nodes); n++ {
		w.balance.use(n)
		before := w.tally.reads
		ctx, cancel := context.WithTimeout(w.t.Context(), *measure)
		var wg sync.WaitGroup
		for _, c := range w.agents {
			wg.Go(func() {
				for ctx.Err() == nil {
					c.get(ctx, fmt.Sprintf("/t/%d", apart))
				}
			})
		}
		wg.Wait()
		cancel()
		out = append(out, fmt.Sprintf("%d: %.0f", n, float64(w.tally.reads-before)/measure.Seconds()))
	}
	w.balance.use(0)
	return strings.Join(out, ", ")
}

// crossings writes on one node after another and waits until the live streams of
// the others tell it.
func (w *world) crossings(when string) {
	w.t.Helper()
	var took []time.Duration
	for _, from := range w.nodes {
		ctx, cancel := context.WithCancel(w.t.Context())
		var wg sync.WaitGroup
		var written atomic.Int64
		told := make(chan time.Time, 100)
		listening := make(chan struct{}, 100)
		for _, to := range w.nodes {
			if to == from {
				continue
			}
			c := w.agents[0].at("http://" + to.Addr)
			first := true
			wg.Go(func() {
				c.watch(ctx, func() { listening <- struct{}{} }, func(ticket int) {
					if first && ticket == apart && written.Load() > 0 {
						first = false
						told <- time.Now()
					}
				})
			})
		}
		for range len(w.nodes) - 1 {
			<-listening
		}
		time.Sleep(100 * time.Millisecond) // what happened before is told
		began := time.Now()
		written.Store(1)
		c := w.agents[0].at("http://" + from.Addr)
		if taken, _, status := c.post(ctx, fmt.Sprintf("/t/%d/note", apart), url.Values{"body": {"seen elsewhere"}}); !taken {
			w.fail("a note on node %s: %d", from.name, status)
		}
		for range len(w.nodes) - 1 {
			select {
			case at := <-told:
				took = append(took, at.Sub(began))
			case <-time.After(10 * time.Second):
				w.fail("what is written on node %s is not told on another", from.name)
			}
		}
		cancel()
		wg.Wait()
	}
	slices.Sort(took)
	w.t.Logf("%s: a note is told on the other nodes %v after it is sent (the longest %v)", when, took[len(took)/2].Round(time.Millisecond), took[len(took)-1].Round(time.Millisecond))
}

// kills ends one node after another with SIGKILL, the leader first.
func (w *world) kills() {
	w.await("a leader", 20*time.Second, func() bool { return w.leader() != nil })
	nodes := slices.Clone(w.nodes)
	first := slices.Index(nodes, w.leader())
	nodes[0], nodes[first] = nodes[first], nodes[0]
	if !*long {
		nodes = nodes[:1]
	}
	for _, n := range nodes {
		w.whole()
		led := w.leader() == n
		n.kill()
		began := time.Now()
		key := w.feed()
		followed := "it did not lead the mailbox"
		if led {
			w.await("another node leads the mailbox", 30*time.Second, func() bool { l := w.leader(); return l != nil && l != n })
			followed = fmt.Sprintf("another leads the mailbox after %v", since(began))
		}
		w.arrives(key, 60*time.Second)
		arrived := since(began)
		w.t.Logf("node %s killed: %s; a mail of that moment is in its ticket after %v; %s", n.name, followed, arrived, w.told())
		n.start()
	}
	w.whole()
}

// pausedLeader stops the leader for longer than its lease, so that it wakes up
// and believes to lead.
func (w *world) pausedLeader() {
	w.await("a leader", 20*time.Second, func() bool { return w.leader() != nil })
	n := w.leader()
	must(w.t, n.cmd.Process.Signal(syscall.SIGSTOP))
	began := time.Now()
	w.await("another node leads the mailbox", 30*time.Second, func() bool { l := w.leader(); return l != nil && l != n })
	followed := since(began)
	key := w.feed()
	must(w.t, n.cmd.Process.Signal(syscall.SIGCONT))
	w.arrives(key, 30*time.Second)
	w.t.Logf("the leading node %s stood still: another leads the mailbox after %v; %s", n.name, followed, w.told())
	w.whole()
}

// rolling restarts all nodes in order; no client may notice.
func (w *world) rolling() {
	ctx, cancel := context.WithCancel(w.t.Context())
	var streams atomic.Int64
	var wg sync.WaitGroup
	wg.Go(func() { w.agents[0].at("").watch(ctx, func() { streams.Add(1) }, func(int) {}) })
	w.whole()
	began := time.Now()
	for _, n := range w.nodes {
		n.stop()
		n.start()
		w.await("all nodes are ready", 20*time.Second, func() bool { return w.balance.readyNodes() == len(w.nodes) })
	}
	took := since(began)
	cancel()
	wg.Wait()
	failures, longest := w.tally.phase()
	for _, f := range failures {
		w.t.Errorf("a client noticed the rolling restart: %s: %d", f.what, f.status)
	}
	w.t.Logf("rolling restart in %v: %d failures to clients, at most %v without an answer; a live stream was connected %d times", took, len(failures), longest.Round(10*time.Millisecond), streams.Load())
	if w.t.Failed() {
		w.fail("the rolling restart was noticed")
	}
}

// cutOff cuts the database off from all nodes.
func (w *world) cutOff() {
	w.whole()
	w.wire.set(broken, "")
	began := time.Now()
	n := w.nodes[0]
	status := func(path string) (int, string) {
		req, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, "http://"+n.Addr+path, http.NoBody)
		must(w.t, err)
		resp, err := w.agents[0].http.Do(req)
		if err != nil {
			return 0, err.Error()
		}
		_ = resp.Body.Close()
		return resp.StatusCode, resp.Header.Get("Retry-After")
	}
	w.await("a node says that it is not ready", 10*time.Second, func() bool { code, _ := status("/readyz"); return code == http.StatusServiceUnavailable })
	unready := since(began)
	for path, want := range map[string]int{"/inbox/open": http.StatusServiceUnavailable, "/healthz": http.StatusOK} {
		if code, after := status(path); code != want || want != http.StatusOK && after == "" {
			w.t.Errorf("%s without a database: %d, Retry-After %q", path, code, after)
		}
	}
	time.Sleep(*cut/2 - time.Since(began))
	w.wire.set(silent, "") // connections are taken now, and nothing answers
	key := w.feed()
	time.Sleep(*cut - time.Since(began))
	w.wire.set(whole, "")
	back := time.Now()
	w.await("all nodes are ready", 40*time.Second, func() bool { return w.balance.readyNodes() == len(w.nodes) })
	ready := since(back)
	w.arrives(key, 60*time.Second)
	w.t.Logf("database cut off for %v: not ready after %v, ready %v after it is back, a mail of that time in its ticket after %v; %s", *cut, unready, ready, since(back), w.told())
	for _, n := range w.nodes {
		select {
		case <-n.dead:
			w.fail("node %s ended: %v", n.name, n.err)
		default:
		}
	}
}

// promoted ends the primary and lets the standby take over.
func (w *world) promoted() {
	w.whole()
	w.primary.kill()
	began := time.Now()
	key := w.feed()
	run(w.t, command("pg_ctl", "-D", w.standby.data(), "-w", "-s", "promote"))
	promoted := since(began)
	w.look(w.standby)
	w.wire.set(whole, w.standby.address())
	w.await("all nodes are ready", 40*time.Second, func() bool { return w.balance.readyNodes() == len(w.nodes) })
	ready := since(began)
	w.arrives(key, 60*time.Second)
	w.t.Logf("primary killed: the standby is promoted after %v, all nodes are ready after %v, a mail of that moment in its ticket after %v; %s", promoted, ready, since(began), w.told())
	w.whole()
}

// finish lets the agents answer what is left.
func (w *world) finish() {
	ctx, cancel := context.WithCancel(w.t.Context())
	var wg sync.WaitGroup
	for _, c := range w.agents {
		wg.Go(func() { c.work(ctx) })
	}
	began := time.Now()
	for w.left() != "" && time.Since(began) < time.Minute {
		time.Sleep(50 * time.Millisecond)
	}
	cancel()
	wg.Wait()
	// A note that was on its way at that moment is there or not.
	if left := w.left(); left != "" {
		w.fail("the nodes do not come to rest: %s; without an answer: %q", left, w.texts(fmt.Sprintf(`SELECT number||' '||status||' '||subject FROM ticket t WHERE number<>%d AND NOT EXISTS
			(SELECT 1 FROM message m WHERE m.ticket_id=t.id AND m.kind='outbound') ORDER BY number LIMIT 20`, apart)))
	}
	for _, n := range w.nodes {
		n.stop()
	}
}
