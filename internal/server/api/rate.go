package api

import (
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"

	"godwit.dev/godwit/internal/platform/auth"
)

// Rate is how many requests a token may make.
type Rate struct {
	PerMinute int
	Burst     int // how many at once, after a pause
}

// DefaultRate is the Rate of a door that was not told one.
var DefaultRate = Rate{PerMinute: 600, Burst: 100}

// rates counts the requests of tokens, within this process: each token has a
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

// take counts a request and tells in the headers how many are left
// (draft-ietf-httpapi-ratelimit-headers-06). It fails when none is.
func (x *rates) take(h http.Header, c *call) error {
	left, wait := x.spend(c.token.ID)
	perSecond := float64(x.rate.PerMinute) / 60
	h.Set("RateLimit-Limit", strconv.Itoa(x.rate.Burst))
	h.Set("RateLimit-Policy", strconv.Itoa(x.rate.PerMinute)+";w=60;burst="+strconv.Itoa(x.rate.Burst))
	h.Set("RateLimit-Remaining", strconv.Itoa(int(left)))
	h.Set("RateLimit-Reset", strconv.Itoa(int(math.Ceil((float64(x.rate.Burst)-left)/perSecond))))
	if wait <= 0 {
		return nil
	}
	seconds := int(math.Ceil(wait.Seconds()))
	setRetry(h, seconds)
	return c.newProblem(kindRate, "problem.rate", "seconds", seconds)
}

// spend takes one request of a token's bucket. It returns what is left, and how
// long to wait if there was none.
func (x *rates) spend(t auth.TokenID) (left float64, wait time.Duration) {
	x.mu.Lock()
	defer x.mu.Unlock()
	now, perSecond := x.now(), float64(x.rate.PerMinute)/60
	x.sweep(now)
	b := x.buckets[t]
	if b == nil {
		b = &bucket{left: float64(x.rate.Burst), at: now}
		x.buckets[t] = b
	}
	if since := now.Sub(b.at).Seconds(); since > 0 {
		b.left, b.at = min(float64(x.rate.Burst), b.left+since*perSecond), now
	}
	if b.left < 1 {
		return 0, time.Duration((1 - b.left) / perSecond * float64(time.Second))
	}
	b.left--
	return b.left, 0
}

// sweep forgets buckets that are full again, once a minute.
func (x *rates) sweep(now time.Time) {
	if now.Sub(x.swept) < time.Minute {
		return
	}
	x.swept = now
	full := time.Duration(float64(x.rate.Burst) / (float64(x.rate.PerMinute) / 60) * float64(time.Second))
	for t, b := range x.buckets {
		if now.Sub(b.at) > full {
			delete(x.buckets, t)
		}
	}
}
