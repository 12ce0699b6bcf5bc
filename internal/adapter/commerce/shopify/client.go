package shopify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/wire"
	"godwit.dev/godwit/internal/flow/commerce"
	"godwit.dev/godwit/internal/platform/connector"
)

// client asks the GraphQL Admin API of one shop.
type client struct {
	root       *url.URL
	http       *http.Client
	now        func() time.Time
	fixed      string // a token of a custom app, which does not end
	id, secret string // of an app that gets tokens of a day

	mu    sync.Mutex
	token string
	ends  time.Time
}

// errCostly is a document that would cost more than Shopify permits for one.
var errCostly = errors.New("the query costs too much")

// ask sends a document and returns what stands under "data". Queries only read, so that they may be repeated; mutations
// may not.
func (c *client) ask(ctx context.Context, document string, variables map[string]any) (*wire.Node, error) {
	body, err := json.Marshal(map[string]any{"query": document, "variables": variables})
	if err != nil {
		return nil, fmt.Errorf("write query: %w", err)
	}
	answer, err := c.send(ctx, body, strings.HasPrefix(document, "query"))
	if errs.Is(err, errs.Denied) && c.fixed == "" { // the token ended before its time
		c.forget()
		answer, err = c.send(ctx, body, strings.HasPrefix(document, "query"))
	}
	if err != nil {
		return nil, err
	}
	n, err := wire.Parse(answer)
	if err != nil {
		return nil, fmt.Errorf("read answer: %w", err)
	}
	if err := refusal(n); err != nil {
		return nil, err
	}
	data := n.At("data")
	if data.Kind() != wire.Object {
		return nil, unreadable("an answer without data")
	}
	return data, nil
}

func (c *client) send(ctx context.Context, body []byte, reads bool) ([]byte, error) {
	token, err := c.grant(ctx)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.root.JoinPath("admin/api", Version, "graphql.json").String(), bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("ask: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	req.Header.Set("X-Shopify-Access-Token", token)
	if reads {
		connector.Repeatable(req)
	}
	answer, _, err := commerce.Call(c.http, req)
	return answer, err
}

// spare is how long before its end a token is not used any more.
const spare = time.Minute

// grant returns a token, a new one if there is none or it ends soon (client credentials grant, RFC 6749 section 4.4).
func (c *client) grant(ctx context.Context) (string, error) {
	if c.fixed != "" {
		return c.fixed, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.token != "" && c.now().Before(c.ends.Add(-spare)) {
		return c.token, nil
	}
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {c.id}, "client_secret": {c.secret}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.root.JoinPath("admin/oauth/access_token").String(), strings.NewReader(form.Encode()))
	if err != nil {
		return "", fmt.Errorf("get token: %w", err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	body, _, err := commerce.Call(c.http, connector.Repeatable(req))
	if errs.Is(err, errs.Invalid) { // 400: the app is not installed there, or its secret is another one
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
	c.token, c.ends = t.Token, c.now().Add(time.Duration(t.Seconds)*time.Second)
	return c.token, nil
}

func (c *client) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.token = ""
}

// refusal reads the errors of an answer (https://shopify.dev/docs/api/admin-graphql, "Status and error codes"). A
// document that exceeds what is left of the points is put off until enough of them have come back.
func refusal(n *wire.Node) error {
	list := n.At("errors")
	if !list.Given() {
		return nil
	}
	var said, codes []string
	for _, e := range list.Items() {
		said, codes = append(said, e.String("message")), append(codes, e.String("extensions", "code"))
	}
	if text := list.Text(); text != "" {
		said = append(said, text)
	}
	cause := fmt.Errorf("%.300q (%s)", strings.Join(said, "; "), strings.Join(codes, ", "))
	has := func(code string) bool { return slices.Contains(codes, code) }
	switch {
	case has("THROTTLED"):
		return commerce.Later(restored(n.At("extensions", "cost")), cause)
	case has("MAX_COST_EXCEEDED"):
		return errs.Wrap(errs.Invalid, errors.Join(errCostly, cause), "error.shop_answer")
	case has("ACCESS_DENIED"), has("SHOP_INACTIVE"):
		return errs.Wrap(errs.Denied, cause, "error.shop_denied")
	case has("INTERNAL_SERVER_ERROR"), has("TIMEOUT"):
		return errs.Wrap(errs.Unavailable, cause, "error.shop_unavailable")
	}
	return errs.Wrap(errs.Invalid, cause, "error.shop_answer")
}

// restored is how long it takes until the points that a query needs are there again.
func restored(cost *wire.Node) time.Duration {
	number := func(names ...string) float64 {
		var f float64
		_ = json.Unmarshal([]byte(cost.At(names...).Text()), &f) // an absent one is 0
		return f
	}
	missing, rate := number("requestedQueryCost")-number("throttleStatus", "currentlyAvailable"), number("throttleStatus", "restoreRate")
	if missing <= 0 || rate <= 0 {
		return time.Second
	}
	return time.Duration(missing / rate * float64(time.Second))
}

func unreadable(text string) error {
	return errs.Wrap(errs.Invalid, errors.New(text), "error.shop_answer")
}
