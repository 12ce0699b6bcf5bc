package commerce

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/outbound"
)

// maxAnswer is the most bytes that an answer may have.
const maxAnswer = 10 << 20

// Call sends a request and returns the body and the headers of a good answer. Any other is an error as Fault makes it.
// Errors tell neither the query of the address nor headers: that is where secrets travel.
func Call(client *http.Client, req *http.Request) ([]byte, http.Header, error) {
	res, err := outbound.Do(client, req)
	if err != nil {
		return nil, nil, unreachable(err)
	}
	body, err := outbound.Read(res, maxAnswer)
	if err != nil {
		if !errs.Is(err, errs.Denied) { // broken off; one that is too long stays what it is
			err = errs.Wrap(errs.Unavailable, err, "error.shop_unreachable")
		}
		return nil, nil, err
	}
	if err := Fault(res, body); err != nil {
		return nil, nil, err
	}
	return body, res.Header, nil
}

// unreachable gives an exchange without an answer its kind. What outbound refused keeps its own.
func unreachable(err error) error {
	if outbound.Refused(err) || errors.Is(err, context.Canceled) {
		return err
	}
	var e *errs.Error
	if errors.As(err, &e) {
		return err
	}
	return errs.Wrap(errs.Unavailable, err, "error.shop_unreachable")
}

// worth reports whether a request that had no answer may have one next time.
func worth(err error) bool {
	var n net.Error
	return !outbound.Refused(err) && !errors.Is(err, context.Canceled) && (errors.As(err, &n) || !errors.As(err, new(*errs.Error)))
}

// Fault brings the status of an answer to a kind of error: 401 and 403 are errs.Denied, 404 and 410 errs.NotFound, 408,
// 425, 429 and 5xx errs.Unavailable, the rest of 4xx errs.Invalid; a redirect leads to no shop and is errs.Invalid as
// well. A good answer is nil. The cause has the beginning of the body, for the log.
func Fault(res *http.Response, body []byte) error {
	if res.StatusCode >= 200 && res.StatusCode < 300 {
		return nil
	}
	cause := fmt.Errorf("answer %d: %.200q", res.StatusCode, body)
	switch code := res.StatusCode; {
	case code == http.StatusUnauthorized, code == http.StatusForbidden:
		return errs.Wrap(errs.Denied, cause, "error.shop_denied")
	case code == http.StatusNotFound, code == http.StatusGone:
		return errs.Wrap(errs.NotFound, cause, "error.shop_not_found")
	case code == http.StatusTooManyRequests:
		wait, _ := retryAfter(res.Header, time.Now())
		return errs.Wrap(errs.Unavailable, fmt.Errorf("%w (retry after %s)", cause, wait), "error.shop_busy")
	case code == http.StatusRequestTimeout, code == http.StatusTooEarly, code >= 500:
		return errs.Wrap(errs.Unavailable, cause, "error.shop_unavailable")
	}
	return errs.Wrap(errs.Invalid, cause, "error.shop_answer")
}

// Later is the error of a call that a vendor has put off within a good answer, as GraphQL servers do. The call is
// repeated after the wait, or after our own if that is longer; if it is put off again and again, the error is of kind
// errs.Unavailable.
func Later(wait time.Duration, cause error) error {
	return &later{wait: min(wait, longestWait), err: errs.Wrap(errs.Unavailable, cause, "error.shop_busy")}
}

type later struct {
	wait time.Duration
	err  error
}

func (l *later) Error() string { return l.err.Error() }
func (l *later) Unwrap() error { return l.err }

// Rest is the error, of kind errs.Unavailable, of a call for which the vendor's rate leaves no place before a time that is
// too far away to be waited for. A walk through a list goes on then, and has not failed.
func Rest(until time.Time) error {
	cause := fmt.Errorf("the next request is due at %s", until.UTC().Format(time.RFC3339))
	return &rest{until: until, err: errs.Wrap(errs.Unavailable, cause, "error.shop_busy")}
}

type rest struct {
	until time.Time
	err   error
}

func (r *rest) Error() string { return r.err.Error() }
func (r *rest) Unwrap() error { return r.err }
