package connector

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/outbound"
)

// Answer is a vendor's refusal, in the chain of the error that Do and Send return.
// Its text does not tell the body, which may repeat keys and addresses.
type Answer struct {
	Status int
	Body   []byte
	rest   time.Time
}

func (a *Answer) Error() string { return "the vendor answered " + strconv.Itoa(a.Status) }

// RestUntil returns when a vendor may be called again that asked for a rest, or
// whose rate leaves no place before.
func RestUntil(err error) (time.Time, bool) {
	var a *Answer
	if errors.As(err, &a) && !a.rest.IsZero() {
		return a.rest, true
	}
	return FullUntil(err)
}

// FullUntil returns when the rate has a place again for a call that failed for
// that alone; see Full.
func FullUntil(err error) (time.Time, bool) {
	var f *full
	if errors.As(err, &f) {
		return f.until, true
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
	case code == http.StatusTooManyRequests || code == http.StatusRequestTimeout || code == http.StatusTooEarly || code >= 500:
		return errs.Wrap(errs.Unavailable, a, "error.vendor_busy")
	}
	return errs.Wrap(errs.Invalid, a, "error.vendor_refused", "status", res.StatusCode)
}

// unreachable gives an exchange without an answer its kind. What outbound refused
// keeps its own, and so does what had one.
func unreachable(err error) error {
	if outbound.Refused(err) || errors.Is(err, context.Canceled) || errors.As(err, new(*errs.Error)) {
		return err
	}
	return errs.Wrap(errs.Unavailable, err, "error.vendor_busy")
}

// Later is err, the error of a call that a vendor has put off within a good answer
// as GraphQL servers do, for Again to repeat the call after a wait.
func Later(wait time.Duration, err error) error { return &later{wait, err} }

type later struct {
	wait time.Duration
	err  error
}

func (l *later) Error() string { return l.err.Error() }
func (l *later) Unwrap() error { return l.err }

const (
	putOffs     = 5               // of one call
	longestWait = 2 * time.Minute // for one
)

// Again makes a call as long as the vendor puts it off (see Later), five times at
// most beyond the first, after the wait that it asks for or ours if that is longer.
func Again[T any](ctx context.Context, call func() (T, error)) (T, error) {
	for n := 1; ; n++ {
		out, err := call()
		var l *later
		if !errors.As(err, &l) || n > putOffs {
			return out, err
		}
		if err := sleep(ctx, max(min(l.wait, longestWait), backoff(n))); err != nil {
			return out, err
		}
	}
}
