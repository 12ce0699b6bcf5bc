// Package translatingtest holds what every driver of package translating must keep to, and
// runs it against a server that answers as the vendor does, or against the engine itself.
package translatingtest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/outbound"
	"godwit.dev/godwit/internal/domain/translate"
	"godwit.dev/godwit/internal/flow/translating"
	"godwit.dev/godwit/internal/platform/connector"
)

// Secret is the key that the fixture's server wants. Nothing may ever tell it.
const Secret = "key-that-nobody-may-see-4711"

// Fixture is a provider that a driver is tried on.
type Fixture struct {
	// Server answers as the vendor does; nil for an engine of this machine, which must touch
	// no network. It refuses with 400 what is not asked as the vendor documents, with the
	// vendor's status any key but Secret, and translates from English to Spanish only. An
	// answer has the marks of the question.
	Server http.Handler
	// Settings are those of a connection to a server at an address.
	Settings func(address string) map[string]string
	// Quota is the status and body of the vendor for an account that is used up; 0 if it has
	// no such thing.
	Quota     int
	QuotaBody string
	// Formal is what the body of a request has if it asks for formality.
	Formal string
}

// Run holds a driver to the promises of package translating.
func Run(t *testing.T, d translating.Driver, f Fixture) {
	t.Run("data", func(t *testing.T) { data(t, d, f) })
	t.Run("settings", func(t *testing.T) { settings(t, d, f) })
	t.Run("account", func(t *testing.T) { account(t, d, f) })
	t.Run("translate", func(t *testing.T) { translates(t, d, f) })
	if f.Server != nil {
		t.Run("faults", func(t *testing.T) { faults(t, d, f) })
	}
}

var word = regexp.MustCompile(`^[a-z0-9][a-z0-9_]*$`)

// data looks at what forms and docs read of a driver.
func data(t *testing.T, d translating.Driver, f Fixture) {
	if !word.MatchString(d.Name) || d.Title == "" {
		t.Errorf("name %q, title %q", d.Name, d.Title)
	}
	if u, err := url.Parse(d.Docs); err != nil || u.Scheme != "https" {
		t.Errorf("docs are at %q", d.Docs)
	}
	if c := d.Capabilities; c.Sentences < 1 || c.Characters < 1000 || d.Rate.Requests < 1 || d.Rate.Per <= 0 || c.Local != (f.Server == nil) || c.Formality != (f.Formal != "") {
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
func settings(t *testing.T, d translating.Driver, f Fixture) {
	if _, err := d.Connect(f.Settings("https://vendor.example"), dead(t), time.Now); err != nil {
		t.Fatal(err)
	}
	for _, o := range d.Options {
		if !o.Required || o.Default != "" {
			continue
		}
		less := f.Settings("https://vendor.example")
		delete(less, o.Name)
		_, err := d.Connect(less, dead(t), time.Now)
		if list := errs.Fields(err); len(list) != 1 || list[0].Field != o.Name {
			t.Errorf("without %s: %v", o.Name, err)
		}
	}
}

func dead(t *testing.T) *http.Client {
	c := outbound.New(outbound.Options{})
	c.Transport = outside{t}
	return c
}

// outside is a network that must not be touched.
type outside struct{ t *testing.T }

func (o outside) RoundTrip(r *http.Request) (*http.Response, error) {
	o.t.Errorf("%s %s", r.Method, r.URL)
	return nil, http.ErrServerClosed
}

// What the gate does instead of an answer.
const (
	silence = "silence"
	cutOff  = `{"data":{"translations":[{"transl`
)

// gate stands before the fixture's server, hears what is asked and may answer itself.
type gate struct {
	next http.Handler

	mu     sync.Mutex
	heard  bytes.Buffer
	status int
	body   string
}

func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body) // a broken one is not understood
	r.Body = io.NopCloser(bytes.NewReader(body))
	g.mu.Lock()
	g.heard.WriteString(r.URL.String())
	g.heard.Write(body)
	status, answer := g.status, g.body
	g.mu.Unlock()
	switch answer {
	case silence:
		<-r.Context().Done()
		return
	case cutOff:
		w.Header().Set("Content-Length", "1000")
	}
	if status != 0 {
		w.Header().Set("Retry-After", "600")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(answer)) // the test sees what comes of it
		return
	}
	g.next.ServeHTTP(w, r)
}

func (g *gate) answer(status int, body string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.status, g.body = status, body
}

func (g *gate) told() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.heard.String()
}

func open(t *testing.T, d translating.Driver, f Fixture, change map[string]string) (translating.Engine, *gate) {
	t.Helper()
	address, client := "", dead(t)
	g := &gate{next: f.Server}
	if f.Server != nil {
		server := httptest.NewServer(g)
		t.Cleanup(server.Close)
		address, client = server.URL, outbound.New(outbound.Options{Allow: outbound.Loopback()})
	}
	given := f.Settings(address)
	for k, v := range change {
		given[k] = v
	}
	fast := d
	fast.Rate = connector.Rate{}
	e, err := fast.Connect(given, client, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return e, g
}

func account(t *testing.T, d translating.Driver, f Fixture) {
	e, _ := open(t, d, f, nil)
	about, err := e.About(t.Context())
	if err != nil || (len(about.Languages) == 0) != d.Capabilities.Unlisted {
		t.Errorf("%+v %v", about, err)
	}
	for _, o := range d.Options {
		if o.Kind != connector.Secret {
			continue
		}
		e, _ := open(t, d, f, map[string]string{o.Name: "another-key-0815"})
		if _, err := e.Translate(t.Context(), ask(t, "Good morning.")); !errs.Is(err, errs.Denied) || strings.Contains(err.Error(), "another-key") {
			t.Errorf("with another key: %v", err)
		}
	}
}

func ask(t *testing.T, text string) translating.Ask {
	t.Helper()
	m, err := translate.Protect(text, []string{"Ana Ruiz"}, []translate.Term{{Source: "parcel locker", Target: "consigna"}})
	if err != nil {
		t.Fatal(err)
	}
	a := translating.Ask{From: "en", To: "es"}
	for _, p := range m.Pieces() {
		if p.Sentence {
			a.Sentences = append(a.Sentences, p)
		}
	}
	return a
}

// full is as much as a provider says that one request of it takes.
func full(t *testing.T, d translating.Driver) (a translating.Ask) {
	t.Helper()
	a = translating.Ask{From: "en", To: "es"}
	one := ask(t, "Your parcels 1, 2, 3, 4, 5, 6, 7 and 8 & <the> parcel locker 货物 left.").Sentences[0]
	for n := 0; len(a.Sentences) < d.Capabilities.Sentences && n+translating.Weight(one) <= d.Capabilities.Characters; n += translating.Weight(one) {
		a.Sentences = append(a.Sentences, one)
	}
	return a
}

// Strict reads a body of JSON into a value, and fails for a field that the value does not have.
func Strict(r *http.Request, into any) error {
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if d.More() || r.Header.Get("Content-Type") != "application/json" {
		return errors.New("more than one value, or no JSON")
	}
	return nil
}

const letter = `Dear Ana Ruiz, your order #10234 costs 12,50 € & left on 2026-11-05.
The parcel LX123456789CN waits in the parcel locker <near> you. Write to help@shop.example, or see https://shop.example/t/9.
Thank you, {{agent.name}}.`

func translates(t *testing.T, d translating.Driver, f Fixture) {
	e, g := open(t, d, f, nil)
	if out, err := e.Translate(t.Context(), translating.Ask{From: "en", To: "es"}); err != nil || len(out.Texts) != 0 || out.Billed != 0 {
		t.Errorf("nothing became %+v, %v", out, err)
	}
	a := ask(t, letter)
	out, err := e.Translate(t.Context(), a)
	if err != nil || len(out.Texts) != len(a.Sentences) {
		t.Fatalf("%+v %v", out, err)
	}
	if out.Billed < 20 {
		t.Errorf("a letter counts %d", out.Billed)
	}
	var whole strings.Builder
	for i, p := range a.Sentences {
		back, err := p.Restore(out.Texts[i])
		if err != nil {
			t.Errorf("%q came back as %q", p.Text, out.Texts[i])
		}
		whole.WriteString(back + "\n")
	}
	for _, kept := range []string{"Ana Ruiz", "#10234", "12,50 €", "2026-11-05", "LX123456789CN", "consigna", "help@shop.example", "https://shop.example/t/9", "{{agent.name}}"} {
		if !strings.Contains(whole.String(), kept) {
			t.Errorf("%q is lost: %s", kept, whole.String())
		}
	}
	for _, private := range []string{"Ana", "Ruiz", "10234", "LX123456789CN", "help@shop.example", "shop.example/t/9", "agent.name"} {
		if strings.Contains(g.told(), private) {
			t.Errorf("the vendor was told %q", private)
		}
	}
	if _, err := e.Translate(t.Context(), translating.Ask{From: "en", To: "tlh", Sentences: a.Sentences}); !errs.Is(err, errs.Unsupported) {
		t.Errorf("to a language that nobody knows: %v", err)
	}
	many := translating.Ask{From: "en", To: "es"}
	for range d.Capabilities.Sentences {
		many.Sentences = append(many.Sentences, ask(t, "Good morning.").Sentences...)
	}
	if f.Server != nil {
		many.Sentences[0] = ask(t, "Good evening.").Sentences[0]
	}
	if out, err := e.Translate(t.Context(), many); err != nil || len(out.Texts) != len(many.Sentences) {
		t.Errorf("%d sentences became %d, %v", len(many.Sentences), len(out.Texts), err)
	} else if f.Server != nil && !strings.Contains(out.Texts[0], "evening") {
		t.Errorf("the order is lost: %q", out.Texts[0])
	}
	if _, err := e.Translate(t.Context(), full(t, d)); err != nil {
		t.Errorf("as much as a request takes: %v", err)
	}
	if f.Formal != "" {
		polite := ask(t, "Where do you live?")
		polite.Formality = translating.Formal
		if _, err := e.Translate(t.Context(), polite); err != nil || !strings.Contains(g.told(), f.Formal) {
			t.Errorf("formality was not asked for: %v", err)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := e.Translate(ended, a); err == nil {
		t.Error("an ended request was answered")
	}
}

// faults holds what becomes of a provider that does not answer as it should.
func faults(t *testing.T, d translating.Driver, f Fixture) {
	e, g := open(t, d, f, nil)
	call := func() error { _, err := e.Translate(t.Context(), ask(t, "Good morning.")); return err }
	if err := call(); err != nil {
		t.Fatal(err)
	}
	for status, kind := range map[int]errs.Kind{401: errs.Denied, 429: errs.Unavailable, 500: errs.Unavailable, 503: errs.Unavailable} {
		g.answer(status, `{"message":"`+Secret+` is not permitted"}`)
		err := call()
		if !errs.Is(err, kind) || strings.Contains(err.Error(), Secret) {
			t.Errorf("status %d: %v", status, err)
		}
		if rest, ok := connector.RestUntil(err); kind == errs.Unavailable && (!ok || time.Until(rest) < 5*time.Minute) {
			t.Errorf("status %d: rest until %v", status, rest)
		}
	}
	if f.Quota != 0 {
		g.answer(f.Quota, f.QuotaBody)
		if err := call(); !errs.Is(err, errs.Conflict) {
			t.Errorf("with nothing left: %v", err)
		}
	}
	for _, body := range []string{`{"data": [`, `{}`, `[]`, `null`, `<html>`, cutOff} {
		g.answer(200, body)
		if err := call(); !errs.Is(err, errs.Unavailable) {
			t.Errorf("answer %s: %v", body, err)
		}
		if body == cutOff {
			continue // it is asked again, after a while
		}
		fresh, gate := open(t, d, f, nil)
		gate.answer(200, body)
		if _, err := fresh.About(t.Context()); !errs.Is(err, errs.Unavailable) {
			t.Errorf("about, answer %s: %v", body, err)
		}
	}
	g.answer(200, silence)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	began := time.Now()
	if _, err := e.Translate(ctx, ask(t, "Good morning.")); !errs.Is(err, errs.Unavailable) || time.Since(began) > 5*time.Second {
		t.Errorf("no answer: %v after %v", err, time.Since(began))
	}
}
