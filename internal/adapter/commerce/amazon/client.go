package amazon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/wire"
	"godwit.dev/godwit/internal/flow/commerce"
	"godwit.dev/godwit/internal/platform/connector"
)

// client asks the Selling Partner API in the name of one seller.
type client struct {
	root, id, secret, refresh string
	http                      *http.Client
	now                       func() time.Time

	mu            sync.Mutex
	token         string
	granted, ends time.Time
}

// get asks an operation and returns its answer.
func (c *client) get(ctx context.Context, path string, query url.Values) (*wire.Node, error) {
	body, err := c.send(ctx, path, query)
	if errs.Is(err, errs.Denied) && c.stale() { // a token may be taken back before its end
		body, err = c.send(ctx, path, query)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	n, err := wire.Parse(body)
	if err == nil && n.Kind() != wire.Object {
		err = unreadable("the answer is no object")
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return n, nil
}

func (c *client) send(ctx context.Context, path string, query url.Values) ([]byte, error) {
	token, err := c.grant(ctx)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.root+path, nil)
	if err != nil {
		return nil, fmt.Errorf("ask: %w", err)
	}
	req.URL.RawQuery = query.Encode()
	req.Header.Set("X-Amz-Access-Token", token)
	req.Header.Set("User-Agent", "Godwit/1 (Language=Go)") // the form that Amazon asks for
	req.Header.Set("Accept", "application/json, application/hal+json")
	body, _, err := commerce.Call(c.http, req)
	return body, err
}

// spare is how long before its end a token is not used any more.
const spare = time.Minute

// grant returns an access token: Login with Amazon gives one of an hour for the seller's refresh token.
func (c *client) grant(ctx context.Context) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.token != "" && c.now().Before(c.ends.Add(-spare)) {
		return c.token, nil
	}
	form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {c.refresh}, "client_id": {c.id}, "client_secret": {c.secret}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, tokens, strings.NewReader(form.Encode()))
	if err != nil {
		return "", fmt.Errorf("get token: %w", err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded;charset=UTF-8")
	body, _, err := commerce.Call(c.http, connector.Repeatable(req))
	if errs.Is(err, errs.Invalid) { // 400 with invalid_grant or invalid_client
		err = errs.Wrap(errs.Denied, err, "error.shop_denied")
	}
	if err != nil {
		return "", fmt.Errorf("get token: %w", err)
	}
	var t struct {
		Token   string `json:"access_token"`
		Seconds int64  `json:"expires_in"`
	}
	if err := json.Unmarshal(body, &t); err != nil || t.Token == "" {
		return "", unreadable("no token")
	}
	c.token, c.granted, c.ends = t.Token, c.now(), c.now().Add(time.Duration(t.Seconds)*time.Second)
	return c.token, nil
}

// stale throws away a token that has been used for a while, and reports whether there was one: a fresh one that is
// refused will not be taken another time either.
func (c *client) stale() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.now().Sub(c.granted) < spare {
		return false
	}
	c.token = ""
	return true
}

func unreadable(text string) error {
	return errs.Wrap(errs.Invalid, errors.New(text), "error.shop_answer")
}
