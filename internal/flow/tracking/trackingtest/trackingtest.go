// Package trackingtest holds what every driver of package tracking must keep to,
// and runs it against a server that answers as the vendor does.
package trackingtest

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/outbound"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/flow/tracking"
	"godwit.dev/godwit/internal/platform/connector"
)

// Secret is the key that the fixture's server wants. Nothing may ever tell it.
const Secret = "key-that-nobody-may-see-4711"

// Fixture is a service that a driver is tried on.
type Fixture struct {
	// Server answers as the vendor does; nil for a service without a network, which
	// must touch none. It refuses with 400 what is not asked as the vendor
	// documents, and with 401 any key but Secret.
	Server http.Handler
	// Settings are those of a connection to a server at an address.
	Settings func(address string) map[string]string
	Known    tracking.Number // it is registered without trouble and has news
	Unknown  tracking.Number // the service follows no such number
	Refused  tracking.Number // registering it fails with errs.Unsupported or errs.Invalid; "" if the service takes all
	Quota    int             // what About says; -1 for nothing
}

// now is when the tests' news come in.
var now = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

// Run holds a driver to the promises of package tracking.
func Run(t *testing.T, d tracking.Driver, f Fixture) {
	t.Run("data", func(t *testing.T) { data(t, d) })
	t.Run("settings", func(t *testing.T) { settings(t, d, f) })
	t.Run("account", func(t *testing.T) { account(t, d, f) })
	t.Run("register", func(t *testing.T) { register(t, d, f) })
	t.Run("poll", func(t *testing.T) { poll(t, d, f) })
	if f.Server != nil {
		t.Run("faults", func(t *testing.T) { faults(t, d, f) })
	}
}

var word = regexp.MustCompile(`^[a-z0-9][a-z0-9_]*$`)

// data looks at what forms and docs read of a driver.
func data(t *testing.T, d tracking.Driver) {
	if !word.MatchString(d.Name) || d.Title == "" {
		t.Errorf("name %q, title %q", d.Name, d.Title)
	}
	if u, err := url.Parse(d.Docs); err != nil || u.Scheme != "https" {
		t.Errorf("docs are at %q", d.Docs)
	}
	if d.Source.Name != d.Name || d.Capabilities.Webhooks != (d.Scheme != "") {
		t.Errorf("source %q, scheme %q", d.Source.Name, d.Scheme)
	}
	if c := d.Capabilities; c.Register && c.RegisterBatch < 1 || c.Poll && c.PollBatch < 1 || d.Rate.Requests < 1 || d.Rate.Per <= 0 {
		t.Errorf("capabilities %+v, rate %+v", c, d.Rate)
	}
	var seen []string
	for _, o := range d.Options {
		if !word.MatchString(o.Name) || slices.Contains(seen, o.Name) || o.Kind == connector.Secret && o.Default != "" {
			t.Errorf("option %+v", o)
		}
		seen = append(seen, o.Name)
	}
}

// settings holds that opening touches no network and refuses what is missing.
func settings(t *testing.T, d tracking.Driver, f Fixture) {
	dead := outbound.New(outbound.Options{})
	dead.Transport = outside{t}
	given := f.Settings("https://vendor.example")
	if _, err := d.Connect(given, dead, time.Now); err != nil {
		t.Fatal(err)
	}
	for _, o := range d.Options {
		if !o.Required || o.Default != "" {
			continue
		}
		less := f.Settings("https://vendor.example")
		delete(less, o.Name)
		_, err := d.Connect(less, dead, time.Now)
		if list := errs.Fields(err); len(list) != 1 || list[0].Field != o.Name {
			t.Errorf("without %s: %v", o.Name, err)
		}
	}
}

// outside is a network that must not be touched.
type outside struct{ t *testing.T }

func (o outside) RoundTrip(r *http.Request) (*http.Response, error) {
	o.t.Errorf("%s %s", r.Method, r.URL)
	return nil, http.ErrServerClosed
}

// fault is what stands before the fixture's server for a while.
type fault struct {
	status atomic.Int64
	body   string
	tries  atomic.Int64
	next   http.Handler
}

func (f *fault) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.tries.Add(1)
	if s := f.status.Load(); s != 0 {
		w.Header().Set("Retry-After", "600")
		w.WriteHeader(int(s))
		_, _ = w.Write([]byte(f.body)) // the test sees what comes of it
		return
	}
	f.next.ServeHTTP(w, r)
}

// open connects the driver to the fixture's server.
func open(t *testing.T, d tracking.Driver, f Fixture, change map[string]string) (tracking.Tracker, *fault) {
	t.Helper()
	if f.Server == nil {
		return offline(t, d, f, change), nil
	}
	gate := &fault{next: f.Server}
	server := httptest.NewServer(gate)
	t.Cleanup(server.Close)
	given := f.Settings(server.URL)
	for k, v := range change {
		given[k] = v
	}
	fast := d
	fast.Rate = connector.Rate{}
	tr, err := fast.Connect(given, outbound.New(outbound.Options{Allow: outbound.Loopback()}), func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	return tr, gate
}

// offline connects a driver that has no network.
func offline(t *testing.T, d tracking.Driver, f Fixture, change map[string]string) tracking.Tracker {
	t.Helper()
	dead := outbound.New(outbound.Options{})
	dead.Transport = outside{t}
	given := f.Settings("")
	for k, v := range change {
		given[k] = v
	}
	tr, err := d.Connect(given, dead, func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// Open connects a driver to a server, without the vendor's rate.
func Open(t *testing.T, d tracking.Driver, settings func(address string) map[string]string, server http.Handler) tracking.Tracker {
	t.Helper()
	tr, _ := open(t, d, Fixture{Server: server, Settings: settings}, nil)
	return tr
}

func account(t *testing.T, d tracking.Driver, f Fixture) {
	tr, _ := open(t, d, f, nil)
	about, err := tr.About(t.Context())
	if err != nil || about.Quota != f.Quota {
		t.Errorf("%+v %v", about, err)
	}
	for _, o := range d.Options {
		if o.Kind != connector.Secret || !o.Required { // the others are not for calls
			continue
		}
		tr, _ := open(t, d, f, map[string]string{o.Name: "another-key-0815"})
		if _, err := tr.About(t.Context()); !errs.Is(err, errs.Denied) || strings.Contains(err.Error(), "another-key") {
			t.Errorf("with another key: %v", err)
		}
	}
}

func register(t *testing.T, d tracking.Driver, f Fixture) {
	tr, _ := open(t, d, f, nil)
	var ref string
	for i := range 2 { // a repeat is none
		out, err := tr.Register(t.Context(), []tracking.Number{f.Known})
		if err != nil || len(out) != 1 || out[0].Err != nil {
			t.Fatalf("time %d: %+v %v", i+1, out, err)
		}
		if i == 0 {
			ref = out[0].Ref
		} else if out[0].Ref != "" && out[0].Ref != ref {
			t.Errorf("reference %q, then %q", ref, out[0].Ref)
		}
	}
	if f.Refused.Number == "" {
		return
	}
	out, err := tr.Register(t.Context(), []tracking.Number{f.Refused})
	if err != nil || len(out) != 1 || !errs.Is(out[0].Err, errs.Unsupported) && !errs.Is(out[0].Err, errs.Invalid) {
		t.Errorf("refused: %+v %v", out, err)
	}
}

func poll(t *testing.T, d tracking.Driver, f Fixture) {
	tr, _ := open(t, d, f, nil)
	out, err := tr.Register(t.Context(), []tracking.Number{f.Known})
	if err != nil {
		t.Fatal(err)
	}
	known := f.Known
	known.Ref = out[0].Ref
	asked := [][]tracking.Number{{known}, {f.Known}} // a reference may be lost
	if d.Capabilities.PollBatch > 1 {
		asked = append(asked, []tracking.Number{known, f.Unknown})
	}
	for _, numbers := range asked {
		news, err := tr.Poll(t.Context(), numbers)
		if err != nil || len(news.Shipments) != 1 || len(news.Raw) == 0 {
			t.Fatalf("%+v: %d parcels, %v", numbers, len(news.Shipments), err)
		}
		reports := tracking.Reports(d.Name, news.Shipments[0], tracking.Known{}, now)
		if len(reports) == 0 {
			t.Fatal("nothing was told")
		}
		for _, r := range reports {
			if order.TrackingKey(r.Number.Number) == "" || !r.Event.Status.Valid() || r.Event.At.IsZero() {
				t.Errorf("report %+v", r)
			}
		}
	}
	news, err := tr.Poll(t.Context(), []tracking.Number{f.Unknown})
	if err != nil || len(news.Shipments) != 0 || !slices.Equal(news.Unregistered, []string{f.Unknown.Number}) && len(news.Unregistered) != 0 {
		t.Errorf("unknown: %+v %v", news, err)
	}
}

// faults holds what becomes of a service that does not answer as it should.
func faults(t *testing.T, d tracking.Driver, f Fixture) {
	tr, gate := open(t, d, f, nil)
	calls := map[string]func() error{
		"about":    func() error { _, err := tr.About(t.Context()); return err },
		"register": func() error { _, err := tr.Register(t.Context(), []tracking.Number{f.Known}); return err },
		"poll":     func() error { _, err := tr.Poll(t.Context(), []tracking.Number{f.Known}); return err },
	}
	for status, kind := range map[int64]errs.Kind{401: errs.Denied, 403: errs.Denied, 429: errs.Unavailable, 500: errs.Unavailable, 503: errs.Unavailable} {
		gate.body = `{"message":"` + Secret + ` is not permitted"}`
		gate.status.Store(status)
		for name, call := range calls {
			err := call()
			if !errs.Is(err, kind) {
				t.Errorf("%s, status %d: %v", name, status, err)
				continue
			}
			if strings.Contains(err.Error(), Secret) {
				t.Errorf("%s, status %d: the error tells the key", name, status)
			}
			if rest, ok := connector.RestUntil(err); kind == errs.Unavailable && (!ok || time.Until(rest) < 5*time.Minute) {
				t.Errorf("%s, status %d: rest until %v", name, status, rest)
			}
		}
	}
	gate.body = `{"data": [`
	gate.status.Store(200)
	for _, name := range []string{"register", "poll"} {
		if err := calls[name](); !errs.Is(err, errs.Unavailable) {
			t.Errorf("%s, half an answer: %v", name, err)
		}
	}
}
