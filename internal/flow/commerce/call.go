package commerce

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/platform/connector"
)

// Call sends a request and returns the body and the headers of a good answer. Errors are those of connector.Send, in
// words about a shop. That of a question which the shop refused tells the beginning of the answer, for the log.
func Call(client *http.Client, req *http.Request) ([]byte, http.Header, error) {
	body, h, err := connector.Send(client, req)
	if err != nil {
		return nil, nil, worded(err)
	}
	return body, h, nil
}

// worded gives an error of a call the words of a shop. What has no words of package connector keeps its own.
func worded(err error) error {
	var a *connector.Answer
	_, full := connector.FullUntil(err)
	switch {
	case full:
		return errs.Wrap(errs.Unavailable, err, "error.shop_busy")
	case !errors.As(err, &a):
		if words(err) == "error.vendor_busy" {
			return errs.Wrap(errs.Unavailable, err, "error.shop_unreachable")
		}
		return err
	}
	switch kind := errs.KindOf(err); kind {
	case errs.Denied:
		return errs.Wrap(kind, err, "error.shop_denied")
	case errs.NotFound:
		return errs.Wrap(kind, err, "error.shop_not_found")
	case errs.Unavailable:
		if a.Status == http.StatusTooManyRequests {
			return errs.Wrap(kind, err, "error.shop_busy")
		}
		return errs.Wrap(kind, err, "error.shop_unavailable")
	}
	return errs.Wrap(errs.Invalid, fmt.Errorf("%w: %.200q", err, a.Body), "error.shop_answer")
}

// Later is the error of a call that a vendor has put off within a good answer, as GraphQL servers do. The call is
// repeated after the wait, or after our own if that is longer; if it is put off again and again, the error is of kind
// errs.Unavailable.
func Later(wait time.Duration, cause error) error {
	return connector.Later(wait, errs.Wrap(errs.Unavailable, cause, "error.shop_busy"))
}
