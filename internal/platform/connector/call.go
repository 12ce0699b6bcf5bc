package connector

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"godwit.dev/godwit/internal/base/outbound"
)

// Call is one request of a vendor's API.
type Call struct {
	Method string // GET if empty, POST with a body
	URL    string
	Header http.Header
	Body   any // sent as JSON; url.Values as a form; nil sends none
	// Repeatable says that sending it twice does what sending it once does, where
	// its method does not say so: a search by POST.
	Repeatable bool
}

// Do makes a call and returns the body of an answer of 2xx. All others are errors
// as Send makes them.
func Do(ctx context.Context, c *http.Client, call Call) ([]byte, error) {
	req, err := call.request(ctx)
	if err != nil {
		return nil, fmt.Errorf("make request: %w", err)
	}
	if call.Repeatable {
		Repeatable(req)
	}
	body, _, err := Send(c, req)
	return body, err
}

// Send sends a request and returns body and headers of an answer of 2xx. All others
// are errors by their status: errs.Denied for 401 and 403, errs.NotFound for 404
// and 410, errs.Unavailable for 408, 425, 429, 5xx and a connection that broke, and
// errs.Invalid for the rest, redirects among them, each with the Answer in its
// chain. Errors tell neither the query of the address nor headers: that is where
// secrets travel.
func Send(c *http.Client, req *http.Request) ([]byte, http.Header, error) {
	res, err := outbound.Do(c, req)
	if err != nil {
		return nil, nil, unreachable(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, nil, unreachable(err)
	}
	if res.StatusCode < 200 || res.StatusCode > 299 {
		return nil, nil, refusal(res, body)
	}
	return body, res.Header, nil
}

func (call Call) request(ctx context.Context) (*http.Request, error) {
	var body io.Reader
	kind := ""
	switch b := call.Body.(type) {
	case nil:
	case url.Values:
		body, kind = strings.NewReader(b.Encode()), "application/x-www-form-urlencoded"
	default:
		raw, err := json.Marshal(b)
		if err != nil {
			return nil, err
		}
		body, kind = bytes.NewReader(raw), "application/json"
	}
	method := call.Method
	switch {
	case method != "":
	case body != nil:
		method = http.MethodPost
	default:
		method = http.MethodGet
	}
	req, err := http.NewRequestWithContext(ctx, method, call.URL, body)
	if err != nil {
		return nil, err
	}
	for name, values := range call.Header {
		req.Header[http.CanonicalHeaderKey(name)] = values
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	if req.Header.Get("Accept") == "" {
		req.Header.Set("Accept", "application/json")
	}
	return req, nil
}
