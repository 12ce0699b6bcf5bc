// Package commercetest holds what every driver of package commerce must keep to, and runs it over a shop: a real one, or a
// server that replays the vendor's published answers.
package commercetest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/flow/commerce"
	"godwit.dev/godwit/internal/flow/intake"
	"godwit.dev/godwit/internal/platform/connector"
)

// Fixture is a shop that a driver is tried on.
type Fixture struct {
	Settings map[string]string // open the shop; each secret in them must be long enough to be told from other text
	Client   *http.Client      // reaches the shop
	About    commerce.About    // what it says of itself; empty fields are not compared
	Want     map[string]int    // how many objects of a kind it has at least; every kind of the driver must be named
	Missing  string            // an identifier that the shop has given to nothing; "" is 999999999
	Now      func() time.Time  // of the shop; nil is time.Now

	// Static says that the server replays answers whatever is asked, so that lists by time of change cannot be tried.
	Static bool
}

// most pages that a list of a fixture may have
const mostPages = 200

// Run holds a driver to the promises of package commerce.
func Run(t *testing.T, d commerce.Driver, f Fixture) {
	t.Helper()
	if f.Now == nil {
		f.Now = time.Now
	}
	if f.Missing == "" {
		f.Missing = "999999999"
	}
	t.Run("data", func(t *testing.T) { data(t, d) })
	t.Run("settings", func(t *testing.T) { settings(t, d, f) })
	shop, err := d.Connect(f.Settings, f.Client, f.Now)
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	t.Run("about", func(t *testing.T) { about(t, shop, f.About) })
	for _, kind := range d.Capabilities.Kinds() {
		t.Run(kind, func(t *testing.T) { lists(t, d, shop, f, kind) })
	}
	t.Run("other kinds", func(t *testing.T) { others(t, d, shop) })
	t.Run("faults", func(t *testing.T) { faults(t, d, f) })
}

var name = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// data looks at what forms, docs and doors read of a driver.
func data(t *testing.T, d commerce.Driver) {
	if !name.MatchString(d.Name) || d.Title == "" || d.Open == nil {
		t.Errorf("name %q, title %q", d.Name, d.Title)
	}
	if u, err := url.Parse(d.Docs); err != nil || u.Scheme != "https" {
		t.Errorf("docs are at %q", d.Docs)
	}
	if len(d.Capabilities.Kinds()) == 0 {
		t.Error("it lists nothing")
	}
	if d.Rate.Requests < 1 || d.Rate.Per <= 0 || d.Rate.Burst < 1 {
		t.Errorf("rate %+v", d.Rate)
	}
	if (d.Scheme != "") != d.Capabilities.Webhooks || (d.Source.Convert != nil) != d.Capabilities.Webhooks {
		t.Error("scheme, source and capabilities differ about webhooks")
	}
	if d.Capabilities.Webhooks && d.Source.Name != d.Name {
		t.Errorf("the source is called %q", d.Source.Name)
	}
	if o, ok := d.Option(commerce.WebhookSecret); ok && (o.Kind != connector.Secret || d.Scheme == "") {
		t.Errorf("nothing is signed with %+v", o)
	}
	var seen []string
	for _, o := range d.Options {
		if !name.MatchString(o.Name) || slices.Contains(seen, o.Name) {
			t.Errorf("option %q", o.Name)
		}
		seen = append(seen, o.Name)
		if !slices.Contains([]connector.Kind{connector.Text, connector.URL, connector.Secret, connector.Choice}, o.Kind) {
			t.Errorf("option %s is of kind %q", o.Name, o.Kind)
		}
		if (o.Kind == connector.Choice) != (len(o.Choices) > 0) || o.Kind == connector.Choice && o.Default != "" && !slices.Contains(o.Choices, o.Default) {
			t.Errorf("option %s chooses %q of %q", o.Name, o.Default, o.Choices)
		}
		if o.Kind == connector.Secret && o.Default != "" {
			t.Errorf("the secret %s has a default", o.Name)
		}
	}
}

// silent is a network that nobody may use.
type silent struct{ t *testing.T }

func (s silent) RoundTrip(req *http.Request) (*http.Response, error) {
	s.t.Errorf("%s %s before anybody asked", req.Method, req.URL.Path)
	return nil, errs.New(errs.Unavailable, "error.shop_unreachable")
}

// settings opens shops without a network.
func settings(t *testing.T, d commerce.Driver, f Fixture) {
	client := &http.Client{Transport: silent{t}}
	shop, err := d.Connect(f.Settings, client, f.Now)
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	if _, ok := shop.(commerce.Subscriber); ok != d.Capabilities.WebhookSetup {
		t.Errorf("it can subscribe: %t, its capabilities say %t", ok, d.Capabilities.WebhookSetup)
	}
	for _, o := range d.Options {
		if o.Required && o.Default == "" {
			less := map[string]string{}
			for k, v := range f.Settings {
				if k != o.Name {
					less[k] = v
				}
			}
			_, err := d.Connect(less, client, f.Now)
			if list := errs.Fields(err); !errs.Is(err, errs.Invalid) || len(list) != 1 || list[0].Field != o.Name {
				t.Errorf("without %s: %v", o.Name, err)
			}
		}
	}
}

var code = regexp.MustCompile(`^[A-Z]+$`)

func about(t *testing.T, shop commerce.Shop, want commerce.About) {
	a, err := shop.About(t.Context())
	if err != nil {
		t.Fatalf("about: %v", err)
	}
	if a.Name == "" {
		t.Error("the shop has no name")
	}
	if a.Currency != "" && (len(a.Currency) != 3 || !code.MatchString(a.Currency)) || a.Country != "" && (len(a.Country) != 2 || !code.MatchString(a.Country)) {
		t.Errorf("currency %q, country %q", a.Currency, a.Country)
	}
	if a.Zone != "" {
		if _, err := time.LoadLocation(a.Zone); err != nil {
			t.Errorf("time zone: %v", err)
		}
	}
	for _, c := range []struct{ what, got, want string }{
		{"id", a.ID, want.ID}, {"name", a.Name, want.Name}, {"currency", a.Currency, want.Currency}, {"zone", a.Zone, want.Zone}, {"country", a.Country, want.Country}, {"url", a.URL, want.URL},
	} {
		if c.want != "" && c.got != c.want {
			t.Errorf("%s is %q, want %q", c.what, c.got, c.want)
		}
	}
}

// walk reads a list from a cursor to its end. Each cursor survives being kept as JSON.
func walk(t *testing.T, shop commerce.Shop, kind string, from commerce.Cursor) (all []intake.Object, cursors []commerce.Cursor) {
	t.Helper()
	for range mostPages {
		p, err := shop.List(t.Context(), kind, from)
		if err != nil {
			t.Fatalf("list %s from %+v: %v", kind, from, err)
		}
		all = append(all, p.Objects...)
		if !p.More {
			return all, cursors
		}
		raw, err := json.Marshal(p.Next)
		if err != nil {
			t.Fatal(err)
		}
		from = commerce.Cursor{}
		if err := json.Unmarshal(raw, &from); err != nil {
			t.Fatal(err)
		}
		cursors = append(cursors, from)
	}
	t.Fatalf("the list of %s has more than %d pages", kind, mostPages)
	return nil, nil
}

func lists(t *testing.T, d commerce.Driver, shop commerce.Shop, f Fixture, kind string) {
	all, cursors := walk(t, shop, kind, commerce.Cursor{})
	least, ok := f.Want[kind]
	if !ok || len(all) < least || len(all) == 0 {
		t.Fatalf("%d objects, the fixture promises %d", len(all), least)
	}
	seen := map[string]bool{}
	for _, o := range all {
		b := o.Base()
		if seen[b.ID] {
			t.Errorf("%s %s stands twice in the list", kind, b.ID)
		}
		seen[b.ID] = true
		object(t, o)
	}
	if len(cursors) > 0 { // resumed in the middle, the list has the same end
		half := len(cursors) / 2
		rest, _ := walk(t, shop, kind, cursors[half])
		if len(rest) > len(all) || !slices.Equal(ids(all[len(all)-len(rest):]), ids(rest)) {
			t.Errorf("resumed at page %d: %v of %v", half+1, ids(rest), ids(all))
		}
	}
	if d.Capabilities.Incremental(kind) && !f.Static {
		since(t, shop, kind, all)
	}
	if d.Capabilities.Pushed {
		if _, err := shop.Fetch(t.Context(), kind, all[0].Base().ID); !errs.Is(err, errs.Unsupported) {
			t.Errorf("fetch what is pushed: %v", err)
		}
		return
	}
	for _, o := range all[:min(len(all), 3)] {
		got, err := shop.Fetch(t.Context(), kind, o.Base().ID)
		if err != nil {
			t.Errorf("fetch %s %s: %v", kind, o.Base().ID, err)
			continue
		}
		agree(t, o, got)
	}
	if _, err := shop.Fetch(t.Context(), kind, f.Missing); !errs.Is(err, errs.NotFound) && !f.Static {
		t.Errorf("fetch what is not there: %v", err)
	}
}

// object looks at what everything that is saved must have.
func object(t *testing.T, o intake.Object) {
	b := o.Base()
	if b.UpdatedAt.IsZero() && b.CreatedAt.IsZero() {
		t.Errorf("%s %s has no time: no version of it can be told from another", b.Kind, b.ID)
	}
	if x, ok := o.(*intake.Order); ok {
		if len(x.Currency) != 3 || x.Total.IsZero() || x.Total.Written != "" {
			t.Errorf("order %s: total %q %q in %q", b.ID, x.Total.String(), x.Total.Written, x.Currency)
		}
		for _, l := range x.Lines {
			if l.ID == "" || l.Quantity < 0 {
				t.Errorf("order %s: line %q of %d", b.ID, l.ID, l.Quantity)
			}
		}
	}
}

// since lists what changed from each of a few times on.
func since(t *testing.T, shop commerce.Shop, kind string, all []intake.Object) {
	for _, o := range []intake.Object{all[0], all[len(all)/2], all[len(all)-1]} {
		at := o.Base().UpdatedAt
		if at.IsZero() {
			t.Errorf("%s %s has no time of change", kind, o.Base().ID)
			continue
		}
		got, _ := walk(t, shop, kind, commerce.Cursor{Since: at})
		for _, o := range all {
			has := slices.ContainsFunc(got, func(g intake.Object) bool { return g.Base().ID == o.Base().ID })
			if u := o.Base().UpdatedAt; !u.Before(at) && !has {
				t.Errorf("%s %s, changed at %s, is not among those since %s", kind, o.Base().ID, u, at)
			} else if has && u.Before(at.Add(-time.Minute)) {
				t.Errorf("%s %s, changed at %s, is among those since %s", kind, o.Base().ID, u, at)
			}
		}
	}
}

// agree compares an object as it was listed with the same one fetched.
func agree(t *testing.T, listed, fetched intake.Object) {
	a, b := listed.Base(), fetched.Base()
	if a.Kind != b.Kind || a.ID != b.ID || a.Number != b.Number || a.Status != b.Status || !a.UpdatedAt.Equal(b.UpdatedAt) {
		t.Errorf("listed %+v, fetched %+v", a, b)
	}
	x, ok := listed.(*intake.Order)
	y, also := fetched.(*intake.Order)
	if ok && also && (x.Total != y.Total || len(x.Lines) != len(y.Lines) || len(x.Fulfillments) != len(y.Fulfillments) || x.Refunded != y.Refunded) {
		t.Errorf("order %s differs when listed and when fetched", a.ID)
	}
}

func ids(list []intake.Object) []string {
	out := make([]string, len(list))
	for i, o := range list {
		out[i] = o.Base().ID
	}
	slices.Sort(out)
	return out
}

func others(t *testing.T, d commerce.Driver, shop commerce.Shop) {
	for _, kind := range []string{intake.KindOrder, intake.KindProduct, intake.KindCustomer, intake.KindReturn, intake.KindPayout, "", "nonsense"} {
		if slices.Contains(d.Capabilities.Kinds(), kind) {
			continue
		}
		if _, err := shop.List(t.Context(), kind, commerce.Cursor{}); !errs.Is(err, errs.Unsupported) {
			t.Errorf("list %q: %v", kind, err)
		}
		if _, err := shop.Fetch(t.Context(), kind, "1"); !errs.Is(err, errs.Unsupported) {
			t.Errorf("fetch %q: %v", kind, err)
		}
	}
}

// always answers everything alike.
type always struct {
	status int
	body   string
	asked  *int
}

func (a always) RoundTrip(req *http.Request) (*http.Response, error) {
	*a.asked++
	h := http.Header{"Content-Type": {"application/json"}}
	return &http.Response{StatusCode: a.status, Header: h, Body: io.NopCloser(strings.NewReader(a.body)), Request: req}, nil
}

// faults is a shop that answers nothing good. A driver without a network (none of its calls asks for anything) has none.
func faults(t *testing.T, d commerce.Driver, f Fixture) {
	for _, c := range []struct {
		name   string
		status int
		body   string
		kind   errs.Kind
	}{
		{"refused", 401, `{"errors":"refused"}`, errs.Denied},
		{"forbidden", 403, `{"message":"no"}`, errs.Denied},
		{"busy", 429, ``, errs.Unavailable},
		{"broken", 500, `<html>oops</html>`, errs.Unavailable},
		{"away", 503, ``, errs.Unavailable},
		{"no JSON", 200, `<html>please log in</html>`, errs.Invalid},
		{"cut off", 200, `{"orders":[{"id":1`, errs.Invalid},
		{"of another shape", 200, `[[[7]]]`, errs.Invalid},
		{"null", 200, `null`, errs.Invalid},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				asked := 0
				shop, err := d.Connect(f.Settings, &http.Client{Transport: always{c.status, c.body, &asked}}, f.Now)
				if err != nil {
					t.Fatal(err)
				}
				judge := func(what string, err error) {
					if asked == 0 {
						return
					}
					if !errs.Is(err, c.kind) {
						t.Errorf("%s: %v, want an error that is %s", what, err, c.kind)
					}
					if err == nil {
						return
					}
					for _, o := range d.Options {
						if v := f.Settings[o.Name]; o.Kind == connector.Secret && v != "" && strings.Contains(err.Error(), v) {
							t.Errorf("%s: the error tells the secret %s", what, o.Name)
						}
					}
				}
				_, err = shop.About(t.Context())
				judge("about", err)
				for _, kind := range d.Capabilities.Kinds() {
					asked = 0
					_, err = shop.List(t.Context(), kind, commerce.Cursor{})
					judge("list "+kind, err)
					asked = 0
					_, err = shop.Fetch(t.Context(), kind, f.Missing)
					judge("fetch "+kind, err)
				}
			})
		})
	}
}
