package commerce_test

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/flow/commerce"
	"godwit.dev/godwit/internal/flow/intake"
	"godwit.dev/godwit/internal/platform/connector"
)

// stub is a shop of functions.
type stub struct {
	about func() (commerce.About, error)
	list  func(c commerce.Cursor) (commerce.Page, error)
	fetch func() (intake.Object, error)
}

func (s stub) About(context.Context) (commerce.About, error) { return s.about() }
func (s stub) List(_ context.Context, _ string, c commerce.Cursor) (commerce.Page, error) {
	return s.list(c)
}
func (s stub) Fetch(context.Context, string, string) (intake.Object, error) { return s.fetch() }

func connect(t *testing.T, s commerce.Shop) commerce.Shop {
	t.Helper()
	d := commerce.Driver{Name: "stub", Open: func(commerce.Settings) (commerce.Shop, error) { return s, nil }}
	shop, err := d.Connect(nil, &http.Client{}, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return shop
}

func TestSettingsAreChecked(t *testing.T) {
	d := commerce.Driver{Options: []connector.Option{
		{Name: "address", Kind: connector.URL, Required: true}, {Name: "token", Kind: connector.Secret, Required: true},
		{Name: "region", Kind: connector.Choice, Choices: []string{"eu", "na"}, Default: "eu"}, {Name: "note", Kind: connector.Text},
	}}
	got, err := connector.Check(d.Options, map[string]string{"address": " https://shop.example/ ", "token": "t", "other": "x"})
	if want := map[string]string{"address": "https://shop.example", "token": "t", "region": "eu"}; err != nil || !maps.Equal(got, want) {
		t.Errorf("%v, %v", got, err)
	}
	_, err = connector.Check(d.Options, map[string]string{"address": "shop.example", "region": "moon"})
	var fields []string
	for _, f := range errs.Fields(err) {
		fields = append(fields, f.Field)
	}
	if !errs.Is(err, errs.Invalid) || len(fields) != 3 {
		t.Errorf("%v of fields %v", err, fields)
	}
	for _, address := range []string{"ftp://shop.example", "https://", "https://me:pw@shop.example", "https://shop.example/?a=b"} {
		if _, err := connector.Check(d.Options, map[string]string{"address": address, "token": "t"}); err == nil {
			t.Errorf("%s is taken for the address of a shop", address)
		}
	}
}

func TestWhatAVendorPutsOffIsRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls, began := 0, time.Now()
		shop := connect(t, stub{about: func() (commerce.About, error) {
			if calls++; calls < 3 {
				return commerce.About{}, commerce.Later(20*time.Second, errors.New("throttled"))
			}
			return commerce.About{Name: "A"}, nil
		}})
		if a, err := shop.About(t.Context()); err != nil || a.Name != "A" || time.Since(began) != 40*time.Second {
			t.Errorf("%v, %v after %s", a, err, time.Since(began))
		}
		shop = connect(t, stub{fetch: func() (intake.Object, error) { return nil, commerce.Later(0, errors.New("throttled")) }})
		if _, err := shop.Fetch(t.Context(), intake.KindOrder, "1"); !errs.Is(err, errs.Unavailable) {
			t.Error(err)
		}
	})
}

func TestAnswersThatLeadAstrayAreRefused(t *testing.T) {
	order := func(id string) intake.Object { return &intake.Order{Head: intake.Head{ID: id}} }
	for name, p := range map[string]commerce.Page{
		"an object without identifier": {Objects: []intake.Object{order("")}},
		"an object of another kind":    {Objects: []intake.Object{&intake.Product{Head: intake.Head{ID: "1"}}}},
		"nothing":                      {Objects: []intake.Object{nil}},
		"a circle":                     {More: true, Next: commerce.Cursor{Token: "here"}},
		"a flood":                      {Objects: make([]intake.Object, 1001)},
	} {
		shop := connect(t, stub{list: func(commerce.Cursor) (commerce.Page, error) { return p, nil }})
		if _, err := shop.List(t.Context(), intake.KindOrder, commerce.Cursor{Token: "here"}); !errs.Is(err, errs.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	shop := connect(t, stub{list: func(commerce.Cursor) (commerce.Page, error) {
		return commerce.Page{Objects: []intake.Object{order("7")}}, nil
	}})
	p, err := shop.List(t.Context(), intake.KindOrder, commerce.Cursor{})
	if err != nil || p.Objects[0].Base().Kind != intake.KindOrder {
		t.Errorf("%+v, %v", p, err)
	}
}

// Some vendors limit each operation by itself, and tell how much in their answers.
func TestOperationsHaveRatesOfTheirOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var at []time.Time
		began := time.Now()
		told := ""
		network := network(func(req *http.Request) *http.Response {
			at = append(at, time.Now())
			h := http.Header{}
			if told != "" {
				h.Set("X-Limit", told)
			}
			return &http.Response{StatusCode: 200, Header: h, Body: http.NoBody, Request: req}
		})
		var client *http.Client
		d := commerce.Driver{
			Name: "stub", Rate: connector.Rate{Requests: 10, Per: time.Second, Burst: 1, Told: "X-Limit"},
			Operation: func(r *http.Request) (string, connector.Rate) {
				if r.URL.Path == "/slow" {
					return "slow", connector.Rate{Requests: 1, Per: time.Minute, Burst: 2}
				}
				return "", connector.Rate{}
			},
			Open: func(s commerce.Settings) (commerce.Shop, error) { client = s.Client; return stub{}, nil },
		}
		if _, err := d.Connect(nil, &http.Client{Transport: network}, time.Now); err != nil {
			t.Fatal(err)
		}
		ask := func(path string) error {
			req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://shop.example"+path, nil) // a good address
			_, _, err := commerce.Call(client, req)
			return err
		}
		for _, path := range []string{"/slow", "/slow", "/fast", "/fast", "/slow"} {
			if err := ask(path); err != nil {
				t.Fatal(err)
			}
		}
		want := []time.Duration{0, 0, 0, 100 * time.Millisecond, time.Minute}
		for i, at := range at {
			if got := at.Sub(began); got != want[i] {
				t.Errorf("request %d after %s, want %s", i, got, want[i])
			}
		}
		told = "0.005" // one in 200 seconds
		for range 3 {
			if err := ask("/slow"); err != nil {
				t.Fatal(err)
			}
		}
		n := len(at)
		if err := ask("/slow"); !errs.Is(err, errs.Unavailable) || len(at) != n {
			t.Errorf("a wait that is longer than ours: %v", err)
		}
		time.Sleep(200 * time.Second)
		if err := ask("/slow"); err != nil {
			t.Errorf("a refused request took the next one's place: %v", err)
		}
	})
}

type network func(*http.Request) *http.Response

func (f network) RoundTrip(r *http.Request) (*http.Response, error) { return f(r), nil }
