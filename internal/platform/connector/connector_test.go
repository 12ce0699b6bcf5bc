package connector

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"godwit.dev/godwit/internal/base/errs"
)

// vendor answers tries with what a test scripts.
type vendor struct {
	answers []answer
	seen    []time.Time
	bodies  []string
}

type answer struct {
	status int
	rest   string
	err    error
}

func (v *vendor) RoundTrip(r *http.Request) (*http.Response, error) {
	v.seen = append(v.seen, time.Now())
	if r.Body != nil {
		b, _ := io.ReadAll(r.Body) // a reader over memory
		v.bodies = append(v.bodies, string(b))
	}
	a := v.answers[min(len(v.seen), len(v.answers))-1]
	if a.err != nil {
		return nil, a.err
	}
	h := http.Header{}
	if a.rest != "" {
		h.Set("Retry-After", a.rest)
	}
	return &http.Response{StatusCode: a.status, Header: h, Body: io.NopCloser(strings.NewReader(`{"key":"sk_live_1"}`))}, nil
}

func TestWhatMayBeRepeatedIs(t *testing.T) {
	broken := answer{err: errors.New("connection reset")}
	for name, c := range map[string]struct {
		call  Call
		given []answer
		tries int
		kind  errs.Kind
		ok    bool
		least time.Duration
	}{
		"at once":                   {Call{}, []answer{{status: 200}}, 1, 0, true, 0},
		"after a broken connection": {Call{}, []answer{broken, {status: 200}}, 2, 0, true, firstPause / 2},
		"after the rest asked for":  {Call{}, []answer{{status: 429, rest: "7"}, {status: 200}}, 2, 0, true, 7 * time.Second},
		"not after a longer one":    {Call{}, []answer{{status: 429, rest: "3600"}}, 1, errs.Unavailable, false, 0},
		"three times and no more":   {Call{}, []answer{{status: 503}}, 3, errs.Unavailable, false, 0},
		"not what was refused":      {Call{}, []answer{{status: 400}}, 1, errs.Invalid, false, 0},
		"not without the right":     {Call{}, []answer{{status: 401}}, 1, errs.Denied, false, 0},
		"not what is missing":       {Call{}, []answer{{status: 404}}, 1, errs.NotFound, false, 0},
		"no order is given twice":   {Call{Body: map[string]int{"a": 1}}, []answer{broken}, 1, errs.Unavailable, false, 0},
		"unless twice is once":      {Call{Body: map[string]int{"a": 1}, Repeatable: true}, []answer{broken, {status: 201}}, 2, 0, true, 0},
		"not what they cannot do":   {Call{}, []answer{{status: 501}}, 1, errs.Unavailable, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v := &vendor{answers: c.given}
				c.call.URL = "https://vendor.example/x?key=hush"
				began := time.Now()
				_, err := Do(t.Context(), Client(&http.Client{Transport: v}, Policy{}), c.call)
				if (err == nil) != c.ok || err != nil && errs.KindOf(err) != c.kind {
					t.Fatalf("got %v", err)
				}
				if len(v.seen) != c.tries {
					t.Errorf("%d tries, want %d", len(v.seen), c.tries)
				}
				if took := time.Since(began); took < c.least {
					t.Errorf("took %v, want at least %v", took, c.least)
				}
				for _, b := range v.bodies {
					if b != `{"a":1}` {
						t.Errorf("body %q", b)
					}
				}
				if err != nil && (strings.Contains(err.Error(), "sk_live") || strings.Contains(err.Error(), "hush")) {
					t.Errorf("the error tells a secret: %v", err)
				}
			})
		})
	}
}

func TestTheRestAskedForIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &vendor{answers: []answer{{status: 429, rest: "600"}}}
		_, err := Do(t.Context(), Client(&http.Client{Transport: v}, Policy{}), Call{URL: "https://vendor.example"})
		at, ok := RestUntil(err)
		if want := time.Now().Add(10 * time.Minute); !ok || !at.Equal(want) {
			t.Errorf("rest until %v, want %v", at, want)
		}
	})
}

func TestRateIsKept(t *testing.T) {
	for burst, want := range map[int][]time.Duration{ // when each request leaves, in seconds
		0: {0, 1, 2, 3, 4, 5}, 1: {0, 1, 2, 3, 4, 5}, 3: {0, 0, 0, 1, 2, 3},
	} {
		synctest.Test(t, func(t *testing.T) {
			v := &vendor{answers: []answer{{status: 200}}}
			c := Client(&http.Client{Transport: v}, Policy{Rate: Rate{Requests: 3, Per: 3 * time.Second, Burst: burst}})
			for i := range want {
				if _, err := Do(t.Context(), c, Call{URL: "https://vendor.example"}); err != nil {
					t.Fatal(err)
				}
				if at := v.seen[i].Sub(v.seen[0]); at != want[i]*time.Second {
					t.Errorf("burst %d: request %d left after %v", burst, i, at)
				}
			}
		})
	}
}

func TestNobodyWaitsForAnEndedCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &vendor{answers: []answer{{status: 429, rest: "9"}}}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		_, err := Do(ctx, Client(&http.Client{Transport: v}, Policy{}), Call{URL: "https://vendor.example"})
		if !errs.Is(err, errs.Unavailable) || time.Since(began) != time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
	})
}

func TestSettings(t *testing.T) {
	options := []Option{
		{Name: "key", Kind: Secret, Required: true}, {Name: "address", Kind: URL, Default: "https://api.example"},
		{Name: "region", Kind: Choice, Choices: []string{"eu", "us"}, Default: "eu"}, {Name: "note", Kind: Text},
	}
	got, err := Check(options, map[string]string{"key": " k ", "other": "x"})
	if err != nil || len(got) != 3 || got["key"] != "k" || got["address"] != "https://api.example" || got["region"] != "eu" {
		t.Errorf("%v %v", got, err)
	}
	_, err = Check(options, map[string]string{"address": "ftp://x", "region": "mars", "note": "a\nb"})
	fields := map[string]bool{}
	for _, e := range errs.Fields(err) {
		fields[e.Field] = true
	}
	if len(fields) != 4 {
		t.Errorf("refused %v", fields)
	}
	if shown := Shown(options, got); shown["key"] != "" || shown["region"] != "eu" {
		t.Errorf("shown %v", shown)
	}
	if merged := Merge(options, got, map[string]string{"key": "", "region": "us"}); merged["key"] != "k" || merged["region"] != "us" || merged["address"] != "https://api.example" {
		t.Errorf("merged %v", merged)
	}
	if u, err := url.Parse(got["address"]); err != nil || u.Host != "api.example" {
		t.Error(u, err)
	}
}
