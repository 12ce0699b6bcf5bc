package app

import (
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"godwit.dev/godwit/internal/server/api"
	"godwit.dev/godwit/internal/server/metrics"
	"godwit.dev/godwit/internal/store/storetest"
)

var routeLabel = regexp.MustCompile(`route="([^"]*)"`)

// Whatever is asked for, a series is named after a route of the tables, and the
// public door does not show the numbers.
func TestMetricsTellNothingOfAnybody(t *testing.T) {
	d := newDesk(t, storetest.File(t))
	m := d.mail(map[string]string{"Subject": "Where is parcel ZX81"}, "My parcel is late.")
	a, err := Start(t.Context(), d.Core, ServeConfig{Listen: "127.0.0.1:0", Metrics: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Stop(t.Context()); err != nil {
			t.Log(err)
		}
	})
	get := func(url string) (int, string) {
		t.Helper()
		res, err := http.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, string(body)
	}
	for _, path := range []string{
		"/t/1", "/c/99/anna@client.example", "/anna@client.example?token=gwt_abc", "/api/v1/tickets/zzyx", "/api/v1/none/zzyx", "/hooks/zzyx/x", "/mcp", "/static/none-zzyx.css", "/signin",
	} {
		get("http://" + a.Addr() + path)
	}
	if _, page := get("http://" + a.Addr() + metrics.Path); strings.Contains(page, "godwit_http") {
		t.Error("the public door shows the metrics")
	}
	_, got := get("http://" + a.MetricsAddr().String() + metrics.Path)
	known := map[string]bool{"none": true, "/": true, "/mcp": true, "/api/": true, "/static/": true, "/hooks/{connection}": true, "/hooks/{connection}/{rest...}": true}
	for _, op := range api.Operations() {
		known[api.Prefix+op.Path] = true
	}
	for _, x := range routeLabel.FindAllStringSubmatch(got, -1) {
		if !known[x[1]] && !pattern(x[1]) {
			t.Errorf("route %q is of no table", x[1])
		}
	}
	for _, secret := range []string{"zzyx", "anna", "gwt_", "ZX81", "client.example", "shop.example", m.Subject} {
		if strings.Contains(got, secret) {
			t.Errorf("%q is told", secret)
		}
	}
	for _, want := range []string{`godwit_mail_total{outcome="accepted"} 1`, `godwit_actions{state="unknown"} 0`, "godwit_database_up 1", `go_sql_open_connections{db_name="write"}`, "go_goroutines", `route="/t/{number}"`} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is missing", want)
		}
	}
}

// pattern reports whether a path is one of the console's: fixed words, and
// parameters in braces.
var pattern = regexp.MustCompile(`^(/[a-z-]+|/\{[a-z]+(\.\.\.)?\}|/\{\$\})+$`).MatchString

func TestMetricsStayInside(t *testing.T) {
	for address, want := range map[string]bool{
		"127.0.0.1:9100": true, "[::1]:9100": true, "10.1.2.3:9100": true, "192.168.0.9:0": true, "[fd00::1]:9100": true,
		"0.0.0.0:9100": false, ":9100": false, "[::]:9100": false, "203.0.113.9:9100": false, "metrics.example:9100": false, "127.0.0.1": false,
	} {
		if secluded(address) != want {
			t.Errorf("%s: %v", address, !want)
		}
	}
}
