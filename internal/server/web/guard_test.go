package web

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/forwarded"
	"godwit.dev/godwit/internal/base/rate"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/watch"
)

// watched opens the door again as it stands behind trusted proxies, with a rate
// and somebody who is told of refusals.
func (d *door) watched(trust forwarded.Trust, r rate.Rate, now func() time.Time) *watch.Watch {
	d.t.Helper()
	w := watch.New(watch.Config{Store: d.store, Once: d.auth.Once, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	d.server.Close()
	d.server = httptest.NewServer(trust.Handler(New(Config{
		Auth: d.auth, Tickets: d.tickets, Customers: d.customers, Orders: d.orders, Webhooks: d.webhooks, Hooks: d.hooks, Bus: d.bus, Now: now, Habits: d.habits(),
		Log: slog.New(slog.NewTextHandler(testWriter{d.t}, nil)), Done: d.done, Watch: w, Rate: r,
	}), nil))
	d.t.Cleanup(d.server.Close)
	return w
}

// refused returns what the journal says was refused, with how often.
func (d *door) refused(m *merchant, w *watch.Watch) map[string]int {
	d.t.Helper()
	must(d.t, w.Flush(context.Background()))
	events, err := d.store.EventsOf(context.Background(), m.workspace.ID, watch.RefusedKind, time.Unix(0, 0), 100)
	must(d.t, err)
	out := map[string]int{}
	for _, e := range events {
		var x struct {
			What  string
			Where string
			Count int
		}
		must(d.t, e.Decode(&x))
		out[x.What+" "+x.Where+" "+e.Subject.Kind+" from "+e.Origin().Address] += x.Count
	}
	return out
}

var behind = forwarded.Trust{netip.MustParsePrefix("127.0.0.0/8")}

// TestATrustedProxyNamesItsClients comes through a proxy that is named: sessions,
// the gate, cookies and links follow what it says, and what the client wrote
// itself counts for nothing.
func TestATrustedProxyNamesItsClients(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	w := d.watched(behind, DefaultRate, nil)
	from := func(client string) []string {
		return []string{"Content-Type", "application/x-www-form-urlencoded", "X-Forwarded-For", "192.0.2.66, " + client, "X-Forwarded-Proto", "https"}
	}
	guess := func(client, password string) answer {
		form := url.Values{"email": {"agent@acme.example"}, "password": {password}}.Encode()
		return d.browser().do("POST", "/sign-in", strings.NewReader(form), from(client)...)
	}
	for range 6 {
		guess("203.0.113.7", "guess")
	}
	guess("203.0.113.7", "guess").want(http.StatusTooManyRequests)
	in := guess("203.0.113.8", password)
	if to := in.to(); to != "/" {
		t.Fatalf("a colleague at another address is led to %q", to)
	}
	if cookie := in.header.Get("Set-Cookie"); !strings.HasPrefix(cookie, "__Host-") || !strings.Contains(cookie, "Secure") {
		t.Errorf("a cookie that is not for TLS alone: %s", strings.SplitN(cookie, ";", 2)[1])
	}
	if in.header.Get("Strict-Transport-Security") == "" {
		t.Error("browsers are not told to stay with TLS")
	}
	sessions, err := d.auth.Sessions(context.Background(), m.people["agent"])
	must(t, err)
	found := false
	for _, s := range sessions {
		found = found || s.Address == "203.0.113.8"
	}
	if !found {
		t.Errorf("no session has the client's address: %+v", sessions)
	}
	plain := d.browser().get("/sign-in")
	if plain.header.Get("Strict-Transport-Security") != "" {
		t.Error("who comes without TLS is bound to it")
	}
	got := d.refused(m, w)
	if got["sign_in POST /sign-in person from 203.0.113.7"] != 7 {
		t.Errorf("refused: %v", got)
	}
}

// TestRequestsOfAPersonAreLimited asks more often than a person may: a page that
// says when to go on, for them alone, and neither streams nor files of the page count.
func TestRequestsOfAPersonAreLimited(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	clock := time.Now()
	w := d.watched(nil, rate.Rate{PerMinute: 60, Burst: 20}, func() time.Time { return clock })
	b, other := d.as("agent@acme.example"), d.as("lead@acme.example")
	slow, passed := 0, 0
	for range 40 {
		a := b.get("/inbox/all")
		switch a.status {
		case http.StatusOK:
			passed++
		case http.StatusTooManyRequests:
			slow++
			if n, err := strconv.Atoi(a.header.Get("Retry-After")); err != nil || n < 1 || n > 2 {
				t.Fatalf("Retry-After %q", a.header.Get("Retry-After"))
			}
		default:
			t.Fatalf("status %d", a.status)
		}
	}
	if passed < 15 || passed > 20 || slow == 0 {
		t.Errorf("%d passed, %d were too many", passed, slow)
	}
	b.get("/inbox/all").want(http.StatusTooManyRequests, "Too many requests")
	if a := b.get("/inbox/counts", "Accept", "application/json").want(http.StatusTooManyRequests); !strings.Contains(a.body, "error") {
		t.Errorf("a script reads %q", a.body)
	}
	b.get("/static/css/app.css")
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, d.server.URL+"/live", nil)
	must(t, err)
	res, err := b.client.Do(req)
	must(t, err)
	_ = res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Errorf("a stream: %d", res.StatusCode)
	}
	other.get("/inbox/all").want(http.StatusOK)
	clock = clock.Add(3 * time.Second)
	b.get("/inbox/all").want(http.StatusOK)
	if got := d.refused(m, w); got["rate GET /inbox/{view} person from 127.0.0.1"] != slow+2 && got["rate GET /inbox/{view} person from 127.0.0.1"] != slow+1 {
		t.Errorf("refused: %v, want %d", got, slow)
	}
}

// TestRefusalsAtTheConsoleAreToldOf is refused in each way that the console has.
func TestRefusalsAtTheConsoleAreToldOf(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	w := d.watched(nil, DefaultRate, nil)
	b := d.as("agent@acme.example")
	b.get("/admin/people").want(http.StatusForbidden)
	b.post("/account/password", "current", "not that", "password", "a new and long one")
	d.browser().post("/sign-in", "email", "lead@acme.example", "password", "guess")
	d.browser().post("/sign-in", "email", "nobody@acme.example", "password", "guess")
	for _, method := range []string{"TRACE", "PROPFIND", "DELETE", "PATCH", "OPTIONS"} {
		a := d.browser().do(method, "/inbox/all", nil)
		if a.want(http.StatusMethodNotAllowed); a.header.Get("Allow") != "GET, HEAD, POST, PUT" {
			t.Errorf("%s: Allow %q", method, a.header.Get("Allow"))
		}
	}
	b.do("POST", "/tour", strings.NewReader(""), "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site").want(http.StatusForbidden)
	got := d.refused(m, w)
	for what, n := range map[string]int{
		"action GET /admin/people person from 127.0.0.1":       2, // with the form of another origin, at the same minute
		"sign_in POST /account/password person from 127.0.0.1": 1,
		"sign_in POST /sign-in person from 127.0.0.1":          1,
		"sign_in POST /sign-in workspace from 127.0.0.1":       1,
		"method console workspace from 127.0.0.1":              5,
	} {
		if got[what] != n {
			t.Errorf("%q: %d, want %d; refused: %v", what, got[what], n, got)
		}
	}
	var e event.Event
	events, err := d.store.EventsOf(context.Background(), m.workspace.ID, watch.RefusedKind, time.Unix(0, 0), 100)
	must(t, err)
	for _, e = range events {
		if strings.Contains(string(e.Data), "@") || e.At.IsZero() {
			t.Errorf("an event tells an address, or not when: %s", e.Data)
		}
	}
}
