package connector

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/outbound"
)

// Rate is how often a vendor permits requests: evenly so many in a time, and so
// many at once after a pause. Where a vendor counts a window strictly, Burst is 1.
// The zero Rate has no limit.
type Rate struct {
	Requests int
	Per      time.Duration
	Burst    int // 1 if zero
}

// Patience is the longest rest that Client takes between two tries.
const Patience = 10 * time.Second

const (
	tries    = 3
	firstGap = 500 * time.Millisecond
	attempt  = 30 * time.Second // one try, its body included
)

// Client returns a client over base, which package outbound made, that keeps
// within the rate and repeats what may be repeated. Answers are read whole before
// they are returned. Everybody who calls the vendor with the same account shares
// one Client.
func Client(base *http.Client, r Rate) *http.Client {
	c := *base
	next := base.Transport
	c.Timeout = 0 // each try has its own
	c.Transport = &transport{next: next, limit: &limiter{rate: r}}
	return &c
}

type transport struct {
	next  http.RoundTripper
	limit *limiter
}

type repeatableKey struct{}

// repeatable reports whether sending a request twice does what sending it once
// does.
func repeatable(r *http.Request) bool {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPut, http.MethodDelete, http.MethodOptions:
		return true
	}
	yes, _ := r.Context().Value(repeatableKey{}).(bool)
	return yes
}

// RoundTrip sends a request, as often as it takes and may.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	gap := firstGap
	for n := 1; ; n++ {
		if err := t.limit.wait(req.Context()); err != nil {
			closeBody(req)
			return nil, err
		}
		again, err := copyOf(req, n)
		if err != nil {
			return nil, err
		}
		res, err := t.once(again)
		rest, retry := after(res, err, gap)
		if !retry || n == tries || rest > Patience || !repeatable(req) || req.Body != nil && req.GetBody == nil || outbound.Refused(err) {
			return res, err
		}
		gap *= 2
		if err := pause(req.Context(), rest); err != nil {
			return nil, err
		}
	}
}

// copyOf returns the request for its n-th try. The first takes the body itself.
func copyOf(req *http.Request, n int) (*http.Request, error) {
	if n == 1 || req.GetBody == nil {
		return req, nil
	}
	body, err := req.GetBody()
	if err != nil {
		return nil, err
	}
	r := req.Clone(req.Context())
	r.Body = body
	return r, nil
}

func closeBody(r *http.Request) {
	if r.Body != nil {
		_ = r.Body.Close() // the contract of RoundTripper
	}
}

// once sends a request and reads its answer whole.
func (t *transport) once(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(req.Context(), attempt)
	defer cancel()
	res, err := t.next.RoundTrip(req.WithContext(ctx))
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

// after says whether an outcome is worth another try, and after which rest.
func after(res *http.Response, err error, gap time.Duration) (time.Duration, bool) {
	jitter := gap/2 + rand.N(gap)
	if err != nil {
		return jitter, !errors.Is(err, context.Canceled)
	}
	switch res.StatusCode {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusBadGateway, http.StatusGatewayTimeout:
		if rest, ok := retryAfter(res.Header.Get("Retry-After"), time.Now()); ok {
			return rest, true
		}
		return jitter, true
	}
	return 0, false
}

// retryAfter reads the header (RFC 9110, section 10.2.3): seconds or a date.
func retryAfter(text string, now time.Time) (time.Duration, bool) {
	if n, err := strconv.Atoi(text); err == nil && n >= 0 {
		return time.Duration(min(n, 86400)) * time.Second, true
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, min(at.Sub(now), 24*time.Hour)), true
	}
	return 0, false
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// limiter grants turns evenly, with a burst after a pause.
type limiter struct {
	rate Rate
	mu   sync.Mutex
	next time.Time // when the bucket would be full again
}

// wait takes a turn, and waits for it.
func (l *limiter) wait(ctx context.Context) error {
	if l.rate.Requests <= 0 || l.rate.Per <= 0 {
		return ctx.Err()
	}
	gap := l.rate.Per / time.Duration(l.rate.Requests)
	slack := gap * time.Duration(max(l.rate.Burst, 1)-1)
	l.mu.Lock()
	now := time.Now()
	if l.next.Before(now) {
		l.next = now
	}
	turn := l.next.Add(-slack)
	l.next = l.next.Add(gap)
	l.mu.Unlock()
	if d := turn.Sub(now); d > 0 {
		return pause(ctx, d)
	}
	return ctx.Err()
}

// Answer is a vendor's refusal, in the chain of the error that Do returns. Its
// text does not tell the body, which may repeat keys and addresses.
type Answer struct {
	Status int
	Body   []byte
	rest   time.Time
}

func (a *Answer) Error() string { return "the vendor answered " + strconv.Itoa(a.Status) }

// RestUntil returns when a vendor that asked for a rest may be called again.
func RestUntil(err error) (time.Time, bool) {
	var a *Answer
	if errors.As(err, &a) && !a.rest.IsZero() {
		return a.rest, true
	}
	return time.Time{}, false
}

// refusal gives an answer that is none of 2xx its kind.
func refusal(res *http.Response, body []byte) error {
	a := &Answer{Status: res.StatusCode, Body: body}
	if rest, ok := retryAfter(res.Header.Get("Retry-After"), time.Now()); ok {
		a.rest = time.Now().Add(rest)
	}
	switch code := res.StatusCode; {
	case code == http.StatusUnauthorized || code == http.StatusForbidden:
		return errs.Wrap(errs.Denied, a, "error.vendor_denied")
	case code == http.StatusNotFound || code == http.StatusGone:
		return errs.Wrap(errs.NotFound, a, "error.vendor_missing")
	case code == http.StatusTooManyRequests || code == http.StatusRequestTimeout || code >= 500:
		return errs.Wrap(errs.Unavailable, a, "error.vendor_busy")
	}
	return errs.Wrap(errs.Invalid, a, "error.vendor_refused", "status", res.StatusCode)
}
