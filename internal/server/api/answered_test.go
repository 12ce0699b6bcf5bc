package api

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

// answered is what the door said.
type answered struct {
	t      testing.TB
	status int
	header http.Header
	body   string
}

func (w *world) call(method, path, secret, body string, header ...string) answered {
	w.t.Helper()
	req, err := http.NewRequest(method, w.server.URL+path, strings.NewReader(body))
	must(w.t, err)
	if body == "" {
		req.Body = http.NoBody
	} else {
		req.Header.Set("Content-Type", "application/json")
	}
	if secret != "" {
		req.Header.Set("Authorization", "Bearer "+secret)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := w.server.Client().Do(req)
	must(w.t, err)
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	must(w.t, err)
	return answered{w.t, res.StatusCode, res.Header, string(raw)}
}

// want fails unless the answer has a status.
func (a answered) want(status int) answered {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("status %d, want %d: %.600s", a.status, status, a.body)
	}
	return a
}

// problem reads a refusal, which must be whole.
func (a answered) problem(status int, code string) Problem {
	a.t.Helper()
	a.want(status)
	var p Problem
	if err := json.Unmarshal([]byte(a.body), &p); err != nil || a.header.Get("Content-Type") != "application/problem+json" {
		a.t.Fatalf("no problem: %s %s", a.header.Get("Content-Type"), a.body)
	}
	if code != "" && p.Code != code {
		a.t.Fatalf("code %q, want %q: %s", p.Code, code, a.body)
	}
	if p.Type == "" || p.Title == "" || p.Detail == "" || p.Status != status || p.Instance != "urn:godwit:request:"+a.header.Get("Request-Id") {
		a.t.Errorf("the problem is not whole: %s", a.body)
	}
	return p
}

// read decodes the answer into a value.
func read[T any](a answered) T {
	a.t.Helper()
	var v T
	if err := json.Unmarshal([]byte(a.body), &v); err != nil {
		a.t.Fatalf("%v: %s", err, a.body)
	}
	return v
}
