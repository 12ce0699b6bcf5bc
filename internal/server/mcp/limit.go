package mcp

import (
	"math"
	"sync"
	"time"

	"godwit.dev/godwit/internal/platform/auth"
)

// Rate is how many requests a token may make: PerMinute on the whole, Burst of
// them at once.
type Rate struct{ PerMinute, Burst int }

// DefaultRate suits one agent that works for one person.
var DefaultRate = Rate{PerMinute: 120, Burst: 40}

// Bounds of what is answered.
const (
	maxBody    = 1 << 20   // of a request, in bytes
	maxResult  = 192 << 10 // of an answer, in bytes of JSON
	maxText    = 8_000     // of one text in it, in characters
	maxThread  = 20        // messages of a ticket at a time
	maxList    = 25        // records of a list at a time
	maxMacros  = 100
	maxKey     = 200 // of an idempotency key, in bytes
	listLength = 10  // records of a list unless the caller says otherwise
)

// rates counts the requests of tokens within this process: each token has a
// bucket of Burst that fills up again evenly.
type rates struct {
	rate Rate
	now  func() time.Time

	mu      sync.Mutex
	buckets map[auth.TokenID]*bucket
	swept   time.Time
}

type bucket struct {
	left float64
	at   time.Time
}

func newRates(r Rate, now func() time.Time) *rates {
	return &rates{rate: r, now: now, buckets: map[auth.TokenID]*bucket{}}
}

// spend takes one request of a token's bucket and returns how many seconds to
// wait if there was none.
func (x *rates) spend(t auth.TokenID) (wait int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	now, perSecond := x.now(), float64(x.rate.PerMinute)/60
	x.sweep(now, perSecond)
	b := x.buckets[t]
	if b == nil {
		b = &bucket{left: float64(x.rate.Burst), at: now}
		x.buckets[t] = b
	}
	if since := now.Sub(b.at).Seconds(); since > 0 {
		b.left, b.at = min(float64(x.rate.Burst), b.left+since*perSecond), now
	}
	if b.left < 1 {
		return int(math.Ceil((1 - b.left) / perSecond))
	}
	b.left--
	return 0
}

// sweep forgets buckets that are full again, once a minute.
func (x *rates) sweep(now time.Time, perSecond float64) {
	if now.Sub(x.swept) < time.Minute {
		return
	}
	x.swept = now
	full := time.Duration(float64(x.rate.Burst) / perSecond * float64(time.Second))
	for t, b := range x.buckets {
		if now.Sub(b.at) > full {
			delete(x.buckets, t)
		}
	}
}
