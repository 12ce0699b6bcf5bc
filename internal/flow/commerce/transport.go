package commerce

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"time"

	"godwit.dev/godwit/internal/base/outbound"
)

const (
	tries       = 5                // of one request
	firstPause  = time.Second      // before the first repeat, if the vendor names none
	longestWait = 2 * time.Minute  // that a vendor may ask for; a longer one is the caller's to wait
	tryTimeout  = 60 * time.Second // of one try, until its answer begins
	drained     = 64 << 10         // of an answer that is thrown away
)

// Transport keeps a vendor's rate and repeats requests. A request is repeated after an answer of 429 or 5xx, or none at
// all, if that cannot do a thing twice: GET, HEAD, OPTIONS, PUT and DELETE, and any other that Repeatable marks. It
// waits as long as Retry-After asks, else longer and longer; the last answer is returned as it is.
type Transport struct {
	base      http.RoundTripper
	rate      Rate
	operation func(*http.Request) (string, Rate) // nil if all requests share the rate

	mu    sync.Mutex
	paces map[string]*pace // by operation
}

// NewTransport returns a Transport over another one; nil is that of package outbound.
func NewTransport(base http.RoundTripper, r Rate) *Transport {
	if base == nil {
		base = outbound.New(outbound.Options{HTTPS: true, Timeout: -1}).Transport
	}
	return &Transport{base: base, rate: r, paces: map[string]*pace{}}
}

// Repeatable marks a request as one that may be repeated although its method says otherwise, such as the POST of a
// GraphQL query. The mark is that of net/http's Transport: an Idempotency-Key without values, which is not sent.
func Repeatable(req *http.Request) *http.Request {
	if _, ok := req.Header["Idempotency-Key"]; !ok {
		req.Header["Idempotency-Key"] = nil
	}
	return req
}

func repeatable(req *http.Request) bool {
	if req.Body != nil && req.Body != http.NoBody && req.GetBody == nil {
		return false
	}
	switch req.Method {
	case "", http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodPut, http.MethodDelete: // RFC 9110 section 9.2.2
		return true
	}
	_, marked := req.Header["Idempotency-Key"]
	return marked
}

// paceOf returns the pace of what a request asks for.
func (t *Transport) paceOf(req *http.Request) *pace {
	name, rate := "", t.rate
	if t.operation != nil {
		var own Rate
		if name, own = t.operation(req); own.Requests > 0 {
			rate = own
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	p := t.paces[name]
	if p == nil {
		p = newPace(rate)
		t.paces[name] = p
	}
	return p
}

// RoundTrip sends a request, as often as it takes.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	pace := t.paceOf(req)
	for try := 0; ; try++ {
		if err := pace.wait(ctx); err != nil {
			if req.Body != nil {
				_ = req.Body.Close() // the contract of RoundTripper
			}
			return nil, err
		}
		res, err := t.once(req, try)
		if res != nil && t.rate.Told != "" {
			pace.learn(res.Header.Get(t.rate.Told))
		}
		wait, again := verdict(res, err, try)
		if !again || try+1 == tries || !repeatable(req) || ctx.Err() != nil {
			return res, err
		}
		if res != nil {
			_, _ = io.CopyN(io.Discard, res.Body, drained) // so that the connection can be used again
			_ = res.Body.Close()
		}
		if res != nil && res.StatusCode == http.StatusTooManyRequests {
			pace.hold(wait) // others would be refused as well
		}
		if err := sleep(ctx, wait); err != nil {
			return nil, err
		}
	}
}

// once sends a request one time, with a body of its own and a limit to the wait for its answer.
func (t *Transport) once(req *http.Request, try int) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(req.Context())
	r := req.Clone(ctx)
	if try > 0 && req.GetBody != nil {
		body, err := req.GetBody()
		if err != nil {
			cancel(nil)
			return nil, fmt.Errorf("repeat body: %w", err)
		}
		r.Body = body
	}
	limit := time.AfterFunc(tryTimeout, func() { cancel(context.DeadlineExceeded) })
	res, err := t.base.RoundTrip(r)
	if err != nil {
		if req.Context().Err() == nil && context.Cause(ctx) == context.DeadlineExceeded {
			err = context.DeadlineExceeded // a caller's end is no fault of the vendor's; this one is
		}
		limit.Stop()
		cancel(nil)
		return nil, err
	}
	res.Request = req
	res.Body = &ended{res.Body, func() { limit.Stop(); cancel(nil) }}
	return res, nil
}

// ended calls back when a body is closed.
type ended struct {
	io.ReadCloser
	done func()
}

func (e *ended) Close() error {
	defer e.done()
	return e.ReadCloser.Close()
}

// CloseIdleConnections lets http.Client.CloseIdleConnections reach the pool.
func (t *Transport) CloseIdleConnections() {
	if c, ok := t.base.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// verdict says whether an exchange is worth a repeat, and after how long.
func verdict(res *http.Response, err error, try int) (time.Duration, bool) {
	switch {
	case err != nil:
		return backoff(try), worth(err)
	case res.StatusCode == http.StatusTooManyRequests, res.StatusCode >= 500 && res.StatusCode != http.StatusNotImplemented:
		wait := backoff(try)
		if asked, ok := retryAfter(res.Header, time.Now()); ok {
			if asked > longestWait {
				return 0, false
			}
			wait = max(asked, wait/4)
		}
		return wait, true
	}
	return 0, false
}

// backoff is the pause before a repeat: twice as long each time, less a part that chance decides, so that those who were
// refused together do not come back together.
func backoff(try int) time.Duration {
	full := firstPause << min(try, 6)
	return full/2 + rand.N(full/2)
}

// retryAfter reads how long a vendor wants to be left alone: seconds or a date (RFC 9110 section 10.2.3); some write
// fractions.
func retryAfter(h http.Header, now time.Time) (time.Duration, bool) {
	v := h.Get("Retry-After")
	if v == "" {
		return 0, false
	}
	if s, err := strconv.ParseFloat(v, 64); err == nil && s >= 0 && s < 1e6 {
		return time.Duration(s * float64(time.Second)), true
	}
	if at, err := http.ParseTime(v); err == nil {
		return max(0, at.Sub(now)), true
	}
	return 0, false
}

func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// pace spaces requests: a burst at once, then one each gap. It is the generic cell rate algorithm (ITU-T I.371): a
// request moves the time at which the next is due on by a gap, and may be as early as the burst allows.
type pace struct {
	mu    sync.Mutex
	gap   time.Duration
	burst int
	due   time.Time
}

func newPace(r Rate) *pace {
	if r.Requests < 1 || r.Per <= 0 {
		r = Rate{Requests: 2, Per: time.Second, Burst: 2}
	}
	return &pace{gap: r.Per / time.Duration(r.Requests), burst: max(r.Burst, 1)}
}

func (p *pace) early() time.Duration { return p.gap * time.Duration(p.burst-1) }

// wait returns when a request may be sent. One that would have to wait for longer than we wait is not sent, and takes no
// place; neither does one whose wait is broken off.
func (p *pace) wait(ctx context.Context) error {
	p.mu.Lock()
	now := time.Now()
	if p.due.Before(now) {
		p.due = now
	}
	d, gap := p.due.Add(-p.early()).Sub(now), p.gap
	if d <= longestWait {
		p.due = p.due.Add(gap)
	}
	p.mu.Unlock()
	if d > longestWait {
		return Rest(now.Add(d))
	}
	if err := sleep(ctx, d); err != nil {
		p.mu.Lock()
		p.due = p.due.Add(-gap)
		p.mu.Unlock()
		return err
	}
	return nil
}

// learn takes over how many requests a second a vendor says that it permits.
func (p *pace) learn(text string) {
	perSecond, err := strconv.ParseFloat(text, 64)
	if err != nil || perSecond < 1e-4 || perSecond > 1e4 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.gap = time.Duration(float64(time.Second) / perSecond)
}

// hold lets nobody through for a while.
func (p *pace) hold(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if until := time.Now().Add(d + p.early()); p.due.Before(until) {
		p.due = until
	}
}
