package node

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"
)

// Life is how long a lease lasts that is not renewed, and Beat how often it is
// renewed.
const (
	Life = 5 * time.Second
	Beat = time.Second
)

// Leases keeps leases.
type Leases interface {
	// Lease takes or renews names and returns those that the holder has now.
	Lease(ctx context.Context, holder int64, names []string, life time.Duration) ([]string, error)
	// Release gives names back; those of others stay.
	Release(ctx context.Context, holder int64, names []string) error
	// Holders returns who has the living leases whose names begin with a prefix.
	Holders(ctx context.Context, prefix string) (map[string]int64, error)
	// Held reports whether a holder has a lease now and keeps it so until the
	// transaction in ctx ends.
	Held(ctx context.Context, holder int64, name string) (bool, error)
	// Alone reports whether no other process can work on the database.
	Alone() bool
}

// Node is this process among those that share the database.
type Node struct {
	ID     int64 // drawn at random, for life
	leases Leases
	log    *slog.Logger

	mu     sync.Mutex
	number uint8
	peers  int // see Peers
}

// New returns a Node with a number drawn at random, which Join makes its own.
func New(l Leases, log *slog.Logger) *Node {
	var b [9]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return &Node{ID: int64(binary.BigEndian.Uint64(b[:8])>>1) | 1, leases: l, log: log, number: b[8]}
}

// Number returns the number under which this node makes identifiers.
func (n *Node) Number() uint8 {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.number
}

// Peers returns how many nodes serve at this moment, this one included: those that
// lead in the group that this one last led in. Another node is counted within a
// Beat after it began, and until its lease ends if it dies, for Life at most.
func (n *Node) Peers() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return max(n.peers, 1)
}

// Alone reports whether no other node can work on the database.
func (n *Node) Alone() bool { return n.leases.Alone() }

func numbered(number uint8) string { return fmt.Sprintf("node:%d", number) }

// Join takes a number that no other node has. When all are taken it keeps the
// one it drew: two nodes with one number only collide within a millisecond.
func (n *Node) Join(ctx context.Context) error {
	if n.Alone() {
		return nil
	}
	number := n.Number()
	for range 256 {
		got, err := n.leases.Lease(ctx, n.ID, []string{numbered(number)}, Life)
		if err != nil {
			return fmt.Errorf("join the nodes: %w", err)
		}
		if len(got) == 1 {
			n.mu.Lock()
			n.number = number
			n.mu.Unlock()
			return nil
		}
		number++
	}
	return nil
}

// Stay keeps the number until ctx ends, and gives it back. If another node has
// taken it, because this one was cut off, it takes a new one and tells renumber.
func (n *Node) Stay(ctx context.Context, renumber func(uint8)) {
	if n.Alone() {
		return
	}
	tick := time.NewTicker(Beat)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), Beat)
			defer cancel()
			_ = n.leases.Release(last, n.ID, []string{numbered(n.Number())}) // it ends by itself
			return
		case <-tick.C:
		}
		was := n.Number()
		try, cancel := context.WithTimeout(ctx, Life/2)
		err := n.Join(try)
		cancel()
		if err != nil {
			continue // whoever needs the database says so
		}
		if is := n.Number(); is != was {
			n.log.Warn("another node has this one's number", "was", was, "is", is)
			renumber(is)
		}
	}
}

// Group is a set of things that are led by one node each.
type Group struct {
	node *Node
	name string

	mu   sync.Mutex
	held map[string]time.Time // until when by this process's clock, which starts earlier than the database's
}

// Group returns a group. Nodes that lead in a group share what is in it.
func (n *Node) Group(name string) *Group {
	return &Group{node: n, name: name, held: map[string]time.Time{}}
}

func (g *Group) lease(key string) string { return g.name + ":" + key }

// candidate names the row by which a node says that it leads in the group.
func (g *Group) candidate(id int64) string { return fmt.Sprintf("%s@%d", g.name, id) }

// Lead takes and renews this node's share of the keys and returns what it leads
// now. Call it every Beat. The keys are spread over the nodes that lead in the
// group so that few move when one comes or goes. What the caller no longer leads
// it stops, and then hands over with Release. An error leaves what is held until
// its time is up.
func (g *Group) Lead(ctx context.Context, keys []string) (map[string]bool, error) {
	if g.node.Alone() {
		out := make(map[string]bool, len(keys))
		for _, k := range keys {
			out[k] = true
		}
		return out, nil
	}
	ctx, cancel := context.WithTimeout(ctx, Life/2)
	defer cancel()
	err := g.renew(ctx, keys)
	g.mu.Lock()
	defer g.mu.Unlock()
	out := map[string]bool{}
	now := time.Now()
	for k, until := range g.held {
		if now.Before(until) && slices.Contains(keys, k) {
			out[k] = true
		}
	}
	return out, err
}

func (g *Group) renew(ctx context.Context, keys []string) error {
	others, err := g.node.leases.Holders(ctx, g.name+"@")
	if err != nil {
		return err
	}
	nodes := []int64{g.node.ID}
	for _, id := range others {
		if id != g.node.ID {
			nodes = append(nodes, id)
		}
	}
	g.node.mu.Lock()
	g.node.peers = len(nodes)
	g.node.mu.Unlock()
	names := []string{g.candidate(g.node.ID)}
	for _, k := range keys {
		if chosen(nodes, g.lease(k)) == g.node.ID {
			names = append(names, g.lease(k))
		}
	}
	slices.Sort(names) // rows are locked in one order everywhere
	began := time.Now()
	got, err := g.node.leases.Lease(ctx, g.node.ID, names, Life)
	if err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	clear(g.held)
	for _, name := range got {
		if k, ok := strings.CutPrefix(name, g.name+":"); ok {
			g.held[k] = began.Add(Life)
		}
	}
	return nil
}

// chosen returns the node that leads something: the one whose hash with its name
// is the highest, so that a node that goes leaves the shares of the others alone.
func chosen(nodes []int64, name string) int64 {
	best, top := int64(0), uint64(0)
	for _, id := range nodes {
		h := fnv.New64a()
		_, _ = fmt.Fprintf(h, "%d/%s", id, name)
		if v := mix(h.Sum64()); best == 0 || v > top || v == top && id > best {
			best, top = id, v
		}
	}
	return best
}

// mix spreads a hash whose input differs in few places over all bits
// (the finalizer of MurmurHash3).
func mix(x uint64) uint64 {
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}

// Release hands keys over that the caller has stopped to work on.
func (g *Group) Release(ctx context.Context, keys ...string) error {
	if g.node.Alone() || len(keys) == 0 {
		return nil
	}
	names := make([]string, len(keys))
	g.mu.Lock()
	for i, k := range keys {
		names[i] = g.lease(k)
		delete(g.held, k)
	}
	g.mu.Unlock()
	return g.node.leases.Release(ctx, g.node.ID, names)
}

// Leave hands over all that this node leads in the group, and takes no more
// unless Lead is called again.
func (g *Group) Leave(ctx context.Context) error {
	if g.node.Alone() {
		return nil
	}
	names := []string{g.candidate(g.node.ID)}
	g.mu.Lock()
	for k := range g.held {
		names = append(names, g.lease(k))
	}
	clear(g.held)
	g.mu.Unlock()
	slices.Sort(names)
	return g.node.leases.Release(ctx, g.node.ID, names)
}

// Leads reports whether this node leads a key at this moment, for a transaction
// that writes as its leader. It holds the lease until the transaction ends.
func (g *Group) Leads(ctx context.Context, key string) (bool, error) {
	if g.node.Alone() {
		return true, nil
	}
	return g.node.leases.Held(ctx, g.node.ID, g.lease(key))
}
