package rate

import (
	"math"
	"sync"
	"time"
)

// Rate is how often somebody may do something.
type Rate struct {
	PerMinute int
	Burst     int // how often at once, after a pause
}

// Share is what one of several nodes grants of a rate. Each lets at least one
// through at a time.
func (r Rate) Share(nodes int) (perSecond, burst float64) {
	nodes = max(nodes, 1)
	return float64(r.PerMinute) / 60 / float64(nodes), float64(max(r.Burst/nodes, 1))
}

// Verdict is the answer to one request.
type Verdict struct {
	OK    bool
	Left  int           // how many more would pass now, here
	Burst int           // the most that would, after a pause
	Full  time.Duration // until as many would
	Wait  time.Duration // until the next one passes, of a request that did not
}

// Buckets counts what keys do. It is safe for concurrent use.
type Buckets[K comparable] struct {
	rate  Rate
	nodes func() int
	now   func() time.Time

	mu    sync.Mutex
	kept  map[K]*bucket
	swept time.Time
}

type bucket struct {
	left float64
	at   time.Time
}

// New returns empty Buckets. Nodes tells how many nodes share the rate at this
// moment; nil is one.
func New[K comparable](r Rate, nodes func() int, now func() time.Time) *Buckets[K] {
	if nodes == nil {
		nodes = func() int { return 1 }
	}
	return &Buckets[K]{rate: r, nodes: nodes, now: now, kept: map[K]*bucket{}}
}

// Take lets a key do something once more, or tells how long that must wait.
func (x *Buckets[K]) Take(key K) Verdict {
	perSecond, burst := x.rate.Share(x.nodes())
	x.mu.Lock()
	defer x.mu.Unlock()
	now := x.now()
	x.sweep(now, perSecond, burst)
	b := x.kept[key]
	if b == nil {
		b = &bucket{left: burst, at: now}
		x.kept[key] = b
	}
	if since := now.Sub(b.at).Seconds(); since > 0 {
		b.left, b.at = b.left+since*perSecond, now
	}
	b.left = min(b.left, burst) // also when a node has joined meanwhile
	v := Verdict{Burst: int(burst)}
	if b.left < 1 {
		v.Wait = seconds((1 - b.left) / perSecond)
	} else {
		b.left--
		v.OK, v.Left = true, int(b.left)
	}
	v.Full = seconds((burst - b.left) / perSecond)
	return v
}

func seconds(s float64) time.Duration { return time.Duration(math.Ceil(s * float64(time.Second))) }

// sweep forgets buckets that are full again, once a minute.
func (x *Buckets[K]) sweep(now time.Time, perSecond, burst float64) {
	if now.Sub(x.swept) < time.Minute {
		return
	}
	x.swept = now
	full := seconds(burst / perSecond)
	for k, b := range x.kept {
		if now.Sub(b.at) > full {
			delete(x.kept, k)
		}
	}
}

// Seconds rounds a wait up to whole seconds, as Retry-After wants it.
func Seconds(d time.Duration) int { return int(math.Ceil(d.Seconds())) }
