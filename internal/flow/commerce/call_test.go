package commerce_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/flow/commerce"
	"godwit.dev/godwit/internal/platform/connector"
)

// vendor answers requests from a list, the last one for ever.
type vendor struct {
	answers []answer
	bodies  []string
	at      []time.Time
}

type answer struct {
	status int
	after  string // Retry-After
	err    error
	hang   bool
}

func (v *vendor) RoundTrip(req *http.Request) (*http.Response, error) {
	v.at = append(v.at, time.Now())
	body := ""
	if req.Body != nil {
		b, _ := io.ReadAll(req.Body) // of a string
		body = string(b)
	}
	v.bodies = append(v.bodies, body)
	a := v.answers[min(len(v.at), len(v.answers))-1]
	switch {
	case a.hang:
		<-req.Context().Done()
		return nil, req.Context().Err()
	case a.err != nil:
		return nil, a.err
	}
	h := http.Header{}
	if a.after != "" {
		h.Set("Retry-After", a.after)
	}
	return &http.Response{StatusCode: a.status, Header: h, Body: io.NopCloser(strings.NewReader("answer"))}, nil
}

// patient returns the client that a driver of a rate gets.
func patient(t *testing.T, v *vendor, r connector.Rate) *http.Client {
	t.Helper()
	var client *http.Client
	d := commerce.Driver{Name: "stub", Rate: r, Open: func(s commerce.Settings) (commerce.Shop, error) { client = s.Client; return stub{}, nil }}
	if _, err := d.Connect(nil, &http.Client{Transport: v}, time.Now); err != nil {
		t.Fatal(err)
	}
	return client
}

func call(t *testing.T, v *vendor, r connector.Rate, method, body string, mark bool) error {
	t.Helper()
	client := patient(t, v, r)
	req, err := http.NewRequestWithContext(t.Context(), method, "https://shop.example/x?token=hidden", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if mark {
		connector.Repeatable(req)
	}
	_, _, err = commerce.Call(client, req)
	return err
}

func TestPatience(t *testing.T) {
	broken := errors.New("connection reset")
	for _, c := range []struct {
		name        string
		answers     []answer
		method      string
		mark        bool
		tries       int
		kind        errs.Kind
		ok          bool
		least, most time.Duration
	}{
		{name: "a good answer", answers: []answer{{status: 200}}, tries: 1, ok: true},
		{name: "busy, then good", answers: []answer{{status: 429}, {status: 503}, {status: 200}}, tries: 3, ok: true, least: 1500 * time.Millisecond, most: 4 * time.Second},
		{name: "as long as asked", answers: []answer{{status: 429, after: "30"}, {status: 200}}, tries: 2, ok: true, least: 30 * time.Second, most: 31 * time.Second},
		{name: "until a date", answers: []answer{{status: 503, after: "Sat, 01 Jan 2000 00:00:10 GMT"}, {status: 200}}, tries: 2, ok: true, least: 9 * time.Second, most: 11 * time.Second},
		{name: "longer than we wait", answers: []answer{{status: 429, after: "3600"}}, tries: 1, kind: errs.Unavailable},
		{name: "busy for ever", answers: []answer{{status: 429}}, tries: 5, kind: errs.Unavailable, least: 7 * time.Second, most: 20 * time.Second},
		{name: "down for ever", answers: []answer{{status: 502}}, tries: 5, kind: errs.Unavailable},
		{name: "no answer, then good", answers: []answer{{err: broken}, {status: 200}}, tries: 2, ok: true},
		{name: "no answer in time, then good", answers: []answer{{hang: true}, {status: 200}}, tries: 2, ok: true, least: time.Minute, most: 62 * time.Second},
		{name: "a closed address", answers: []answer{{err: errs.New(errs.Denied, "error.outbound_address")}}, tries: 1, kind: errs.Denied},
		{name: "refused credentials", answers: []answer{{status: 401}}, tries: 1, kind: errs.Denied},
		{name: "gone", answers: []answer{{status: 410}}, tries: 1, kind: errs.NotFound},
		{name: "a wrong question", answers: []answer{{status: 422}}, tries: 1, kind: errs.Invalid},
		{name: "what may do a thing twice", answers: []answer{{status: 503}}, method: http.MethodPost, tries: 1, kind: errs.Unavailable},
		{name: "a marked question", answers: []answer{{status: 503}, {status: 200}}, method: http.MethodPost, mark: true, tries: 2, ok: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v := &vendor{answers: c.answers}
				began := time.Now()
				err := call(t, v, connector.Rate{Requests: 100, Per: time.Second, Burst: 100}, c.method, "question", c.mark)
				took := time.Since(began)
				if (err == nil) != c.ok || err != nil && errs.KindOf(err) != c.kind {
					t.Errorf("error %v", err)
				}
				if err != nil && strings.Contains(err.Error(), "hidden") {
					t.Errorf("the error tells a secret: %v", err)
				}
				if len(v.at) != c.tries {
					t.Errorf("%d tries, want %d", len(v.at), c.tries)
				}
				for i, b := range v.bodies {
					if b != "question" {
						t.Errorf("try %d asked %q", i, b)
					}
				}
				if took < c.least || c.most > 0 && took > c.most {
					t.Errorf("took %s, want %s to %s", took, c.least, c.most)
				}
			})
		})
	}
}

func TestPatienceEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &vendor{answers: []answer{{status: 429, after: "60"}}}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		req, _ := http.NewRequestWithContext(ctx, http.MethodGet, "https://shop.example/", nil) // a good address
		began := time.Now()
		_, _, err := commerce.Call(patient(t, v, connector.Rate{}), req)
		if !errs.Is(err, errs.Unavailable) || time.Since(began) != 5*time.Second {
			t.Errorf("%v after %s", err, time.Since(began))
		}
	})
}

func TestRateIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &vendor{answers: []answer{{status: 200}}}
		client := patient(t, v, connector.Rate{Requests: 4, Per: time.Second, Burst: 3})
		began := time.Now()
		for range 11 {
			req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://shop.example/", nil) // a good address
			if _, _, err := commerce.Call(client, req); err != nil {
				t.Fatal(err)
			}
		}
		// Three at once, then one each quarter of a second.
		for i, at := range v.at {
			want := time.Duration(max(0, i-2)) * 250 * time.Millisecond
			if got := at.Sub(began); got != want {
				t.Errorf("request %d after %s, want %s", i, got, want)
			}
		}
	})
}
