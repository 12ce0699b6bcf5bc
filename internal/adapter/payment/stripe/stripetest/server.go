// Package stripetest is a Stripe for tests: what the API's reference says of refunds, remembered.
package stripetest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"godwit.dev/godwit/internal/base/outbound"
)

// Key is the key that the server knows.
const Key = "sk_test_123"

// Stage is how far a request that changes something has come.
type Stage string

// The stages.
const (
	Asked Stage = "asked" // it has arrived, and nothing is done
	Paid  Stage = "paid"  // it is done, and nobody was told
	Told  Stage = "told"  // the answer is on its way
)

// Server remembers, as stripe-mock does not: a key is answered once, a refund is found by its name and among those of its
// payment. It is an http.Handler. Its fields are set before it is used.
type Server struct {
	Mock string // address of a stripe-mock that sees each request first, and whose refusals stand; "" for none
	// Decide says, for a request under a new key, the status of the answer and what is other than in a refund that was
	// paid, or the error. Nil pays all.
	Decide func(amount, key string) (status int, change map[string]any)
	// At is called at each stage, before the next; false breaks the connection off without an answer.
	At func(s Stage, key string) bool
	// Later is called with a refund that is looked at, before it is shown, and may change it.
	Later func(refund map[string]any)
	// Wrong is called with what no request should be like.
	Wrong func(what string)

	mu       sync.Mutex
	refunds  []map[string]any
	keys     map[string]kept
	sessions []map[string]any
	intents  []map[string]any
	poor     bool
}

type kept struct {
	params string
	status int
	body   []byte
}

// Refunds returns what was paid, in order: copies of the objects.
func (b *Server) Refunds() []map[string]any {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := make([]map[string]any, len(b.refunds))
	for i, x := range b.refunds {
		if b.Later != nil {
			b.Later(x)
		}
		out[i] = maps.Clone(x)
	}
	return out
}

// Refused is the body of an error.
func Refused(kind, code string) map[string]any {
	return map[string]any{"error": map[string]any{"type": kind, "code": code, "message": "no"}}
}

func reply(w http.ResponseWriter, status int, v any) []byte {
	raw, ok := v.([]byte)
	if !ok {
		raw, _ = json.Marshal(v)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(raw)
	return raw
}

func (b *Server) wrong(format string, args ...any) {
	if b.Wrong != nil {
		b.Wrong(fmt.Sprintf(format, args...))
	}
}

// ask puts a request to the mock and returns what it says.
func (b *Server) ask(ctx context.Context, r *http.Request, body []byte) (int, []byte) {
	if b.Mock == "" {
		return http.StatusOK, []byte(`{"object":"refund","currency":"usd","status":"succeeded"}`)
	}
	req, err := http.NewRequestWithContext(ctx, r.Method, b.Mock+r.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		b.wrong("%v", err)
		return http.StatusInternalServerError, nil
	}
	req.Header = r.Header.Clone()
	res, err := outbound.Do(outbound.New(outbound.Options{Allow: outbound.Loopback()}), req)
	if err != nil {
		return http.StatusInternalServerError, nil // the caller has gone
	}
	defer res.Body.Close()
	raw, _ := io.ReadAll(res.Body)
	return res.StatusCode, raw
}

// ServeHTTP answers a request of the API.
func (b *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer "+Key {
		reply(w, http.StatusUnauthorized, Refused("invalid_request_error", ""))
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the caller has gone
	}
	status, said := b.ask(r.Context(), r, body)
	if status != http.StatusOK {
		reply(w, status, said)
		return
	}
	if b.holds(w, r, string(body)) {
		return
	}
	switch id, one := strings.CutPrefix(r.URL.Path, "/v1/refunds/"); {
	case r.URL.Path == "/v1/refunds" && r.Method == http.MethodPost:
		b.create(w, r, string(body), said)
	case r.URL.Path == "/v1/refunds":
		b.list(w, r.URL.Query())
	case one:
		for _, x := range b.Refunds() {
			if x["id"] == id {
				reply(w, http.StatusOK, x)
				return
			}
		}
		reply(w, http.StatusNotFound, Refused("invalid_request_error", "resource_missing"))
	case b.Mock == "" && r.URL.Path == "/v1/balance":
		reply(w, http.StatusOK, map[string]any{"object": "balance", "livemode": false})
	case b.Mock == "" && r.URL.Path == "/v1/account":
		reply(w, http.StatusOK, map[string]any{"object": "account", "id": "acct_1"})
	default:
		reply(w, status, said)
	}
}

// at reports whether a request goes on; one that does not is broken off.
func (b *Server) at(s Stage, key string) {
	if b.At != nil && !b.At(s, key) {
		panic(http.ErrAbortHandler)
	}
}

func (b *Server) create(w http.ResponseWriter, r *http.Request, body string, said []byte) {
	key := r.Header.Get("Idempotency-Key")
	b.at(Asked, key)
	status, answer := b.pay(key, body, said)
	if status == http.StatusOK {
		b.at(Paid, key)
	}
	reply(w, status, answer)
	if f, ok := w.(http.Flusher); ok {
		f.Flush()
	}
	b.at(Told, key)
}

// pay returns the answer to a key, which is made once.
func (b *Server) pay(key, body string, said []byte) (int, []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if was, ok := b.keys[key]; ok {
		if was.params != body {
			raw, _ := json.Marshal(Refused("idempotency_error", ""))
			return http.StatusBadRequest, raw
		}
		return was.status, was.body
	}
	form, err := url.ParseQuery(body)
	if err != nil || key == "" || form.Get("metadata[godwit_key]") != key || form.Get("charge")+form.Get("payment_intent") == "" {
		b.wrong("asked %q under %q", body, key)
	}
	status, change := http.StatusOK, map[string]any(nil)
	if b.Decide != nil {
		status, change = b.Decide(form.Get("amount"), key)
	}
	x := change
	if status == http.StatusOK {
		if x = nil; json.Unmarshal(said, &x) != nil {
			b.wrong("the mock says %q", said)
		}
		x["id"], x["amount"], x["status"], x["charge"], x["payment_intent"] = fmt.Sprintf("re_%d", len(b.refunds)+1), json.Number(form.Get("amount")), "succeeded", form.Get("charge"), form.Get("payment_intent")
		x["metadata"] = map[string]any{"godwit_key": key}
		for _, name := range []string{"balance_transaction", "failure_balance_transaction"} { // the mock's are of another sum
			if m, ok := x[name].(map[string]any); ok {
				m["amount"], m["currency"] = json.Number("-"+form.Get("amount")), x["currency"]
			}
		}
		for k, v := range change {
			x[k] = v
		}
		b.refunds = append(b.refunds, x)
	}
	raw, _ := json.Marshal(x)
	if status != http.StatusTooManyRequests && status < http.StatusInternalServerError { // those are asked again
		if b.keys == nil {
			b.keys = map[string]kept{}
		}
		b.keys[key] = kept{body, status, raw}
	}
	return status, raw
}

func (b *Server) list(w http.ResponseWriter, q url.Values) {
	all := b.Refunds()
	page := []map[string]any{}
	more, from := false, q.Get("starting_after") == ""
	for _, x := range slices.Backward(all) { // the newest first
		if x["charge"] != q.Get("charge") || x["payment_intent"] != q.Get("payment_intent") {
			continue
		}
		switch {
		case !from:
			from = x["id"] == q.Get("starting_after")
		case len(page) == 2: // small pages, so that there are several
			more = true
		default:
			page = append(page, x)
		}
	}
	reply(w, http.StatusOK, map[string]any{"object": "list", "url": "/v1/refunds", "has_more": more, "data": page})
}
