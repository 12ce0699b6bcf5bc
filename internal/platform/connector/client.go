package connector

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/outbound"
)

// Policy is how a vendor is called.
type Policy struct {
	Rate Rate
	// Operation names what a request asks for and its own rate, where the vendor
	// limits each operation by itself; nil if all requests share Rate. A rate of no
	// requests is Rate.
	Operation func(*http.Request) (string, Rate)
	Tries     int           // of one request; 3 if zero
	Patience  time.Duration // the longest rest between two tries and before the first; 10 seconds if zero
}

const (
	firstPause = time.Second      // before the first repeat, if the vendor names none; twice as long each time
	attempt    = 60 * time.Second // one try, its body included
)

// Client returns a client over base, which package outbound made, that keeps
// within the rate and repeats what may be repeated. It waits as long as
// Retry-After asks, else longer and longer; the last answer is returned as it is.
// Answers are read whole before they are returned. Base is not changed. Everybody
// who calls the vendor with the same account shares one Client.
func Client(base *http.Client, p Policy) *http.Client {
	p.Tries, p.Patience = cmp.Or(p.Tries, 3), cmp.Or(p.Patience, 10*time.Second)
	c := *base
	if c.Transport == nil {
		c.Transport = outbound.New(outbound.Options{HTTPS: true, Timeout: -1}).Transport
	}
	c.Timeout = 0 // a wait for the vendor's rate is no wait for its answer; each try has its own limit
	c.Transport = &transport{Policy: p, next: c.Transport, paces: map[string]*pace{}}
	return &c
}

// Repeatable marks a request as one that may be repeated although its method says
// otherwise, such as the POST of a GraphQL query. The mark is that of net/http's
// Transport: an Idempotency-Key without values, which is not sent.
func Repeatable(r *http.Request) *http.Request {
	if _, ok := r.Header["Idempotency-Key"]; !ok {
		r.Header["Idempotency-Key"] = nil
	}
	return r
}

// repeatable reports whether sending a request twice does what sending it once
// does.
func repeatable(r *http.Request) bool {
	if r.Body != nil && r.Body != http.NoBody && r.GetBody == nil {
		return false
	}
	switch r.Method {
	case "", http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodPut, http.MethodDelete: // RFC 9110, section 9.2.2
		return true
	}
	_, marked := r.Header["Idempotency-Key"]
	return marked
}

type transport struct {
	Policy
	next http.RoundTripper

	mu    sync.Mutex
	paces map[string]*pace // by operation
}

// pace returns the pace of what a request asks for.
func (t *transport) pace(req *http.Request) *pace {
	name, rate := "", t.Rate
	if t.Operation != nil {
		var own Rate
		if name, own = t.Operation(req); own.Requests > 0 {
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

// RoundTrip sends a request, as often as it takes and may.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, pace := req.Context(), t.pace(req)
	for n := 1; ; n++ {
		if err := pace.wait(ctx, t.Patience); err != nil {
			if req.Body != nil {
				_ = req.Body.Close() // the contract of RoundTripper
			}
			return nil, err
		}
		res, err := t.once(req, n)
		if res != nil && t.Rate.Told != "" {
			pace.learn(res.Header.Get(t.Rate.Told))
		}
		rest, again := verdict(res, err, n)
		if !again || rest > t.Patience || n == t.Tries || !repeatable(req) || ctx.Err() != nil {
			return res, err
		}
		if res != nil && res.StatusCode == http.StatusTooManyRequests {
			pace.hold(rest) // others would be refused as well
		}
		if err := sleep(ctx, rest); err != nil {
			return nil, err
		}
	}
}

// once sends a request for the n-th time, with a body of its own, and reads the
// answer whole.
func (t *transport) once(req *http.Request, n int) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(req.Context(), attempt)
	defer cancel()
	r := req.Clone(ctx)
	if n > 1 && req.GetBody != nil {
		body, err := req.GetBody()
		if err != nil {
			return nil, fmt.Errorf("repeat body: %w", err)
		}
		r.Body = body
	}
	res, err := t.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body) // package outbound bounds it
	if err != nil {
		return nil, fmt.Errorf("read answer: %w", err)
	}
	res.Body, res.Request = io.NopCloser(bytes.NewReader(body)), req
	return res, nil
}

// CloseIdleConnections lets http.Client.CloseIdleConnections reach the pool.
func (t *transport) CloseIdleConnections() {
	if c, ok := t.next.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// verdict says whether the n-th try is worth another, and after which rest.
func verdict(res *http.Response, err error, n int) (time.Duration, bool) {
	switch {
	case err != nil:
		return backoff(n), worth(err)
	case res.StatusCode == http.StatusTooManyRequests, res.StatusCode >= 500 && res.StatusCode != http.StatusNotImplemented:
		rest := backoff(n)
		if asked, ok := retryAfter(res.Header.Get("Retry-After"), time.Now()); ok {
			rest = max(asked, rest/4)
		}
		return rest, true
	}
	return 0, false
}

// worth reports whether a request that had no answer may have one next time.
func worth(err error) bool {
	var n net.Error
	return !outbound.Refused(err) && !errors.Is(err, context.Canceled) && (errors.As(err, &n) || !errors.As(err, new(*errs.Error)))
}

// backoff is the pause after the n-th try: twice as long each time, less a part
// that chance decides, so that those who were refused together do not come back
// together.
func backoff(n int) time.Duration {
	full := firstPause << min(n-1, 6)
	return full/2 + rand.N(full/2)
}

// retryAfter reads how long a vendor wants to be left alone: seconds or a date
// (RFC 9110, section 10.2.3); some write fractions. It is a day at most.
func retryAfter(text string, now time.Time) (time.Duration, bool) {
	const day = 24 * time.Hour
	if s, err := strconv.ParseFloat(text, 64); err == nil && s >= 0 {
		return time.Duration(min(s, day.Seconds()) * float64(time.Second)), true
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, min(at.Sub(now), day)), true
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
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
