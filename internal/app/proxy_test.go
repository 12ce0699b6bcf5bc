package app

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"godwit.dev/godwit/internal/base/forwarded"
)

// TestPlainHTTPForEverybodyIsTold says of which consoles operators are warned.
func TestPlainHTTPForEverybodyIsTold(t *testing.T) {
	behind := forwarded.Trust{netip.MustParsePrefix("10.0.0.0/8")}
	for name, x := range map[string]struct {
		cfg  ServeConfig
		want bool
	}{
		"this machine":         {ServeConfig{Listen: "127.0.0.1:7700"}, false},
		"this machine, IPv6":   {ServeConfig{Listen: "[::1]:7700"}, false},
		"by name":              {ServeConfig{Listen: "localhost:7700"}, false},
		"everybody":            {ServeConfig{Listen: "0.0.0.0:7700"}, true},
		"everybody, no host":   {ServeConfig{Listen: ":7700"}, true},
		"everybody, IPv6":      {ServeConfig{Listen: "[::]:7700"}, true},
		"a private network":    {ServeConfig{Listen: "10.0.0.5:7700"}, true},
		"with a certificate":   {ServeConfig{Listen: "0.0.0.0:7700", TLS: &tls.Config{MinVersion: tls.VersionTLS12}}, false},
		"with ACME":            {ServeConfig{Listen: "0.0.0.0:7700", ACME: ACMEConfig{Domains: []string{"desk.example.com"}}}, false},
		"behind a proxy":       {ServeConfig{Listen: "0.0.0.0:7700", Proxies: behind}, false},
		"an address that says": {ServeConfig{Listen: "0.0.0.0:7700", Address: "https://desk.example.com"}, true},
	} {
		if got := x.cfg.Exposed(); got != x.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestAProxyThatNobodyNamedIsToldOf forges the headers of a proxy from inside and
// from the internet: only the one inside may be a proxy.
func TestAProxyThatNobodyNamedIsToldOf(t *testing.T) {
	engines(t, func(t *testing.T, d *desk) {
		var asks string
		h := d.proxies(nil, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { asks = forwarded.Of(r).String() }))
		for _, x := range []struct {
			peer string
			told bool
		}{{"203.0.113.9", false}, {"10.0.0.1", true}} {
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.RemoteAddr = x.peer + ":4711"
			r.Header.Set("X-Forwarded-For", "198.51.100.7")
			h.ServeHTTP(httptest.NewRecorder(), r)
			if asks != x.peer {
				t.Errorf("%s is believed to be %s", x.peer, asks)
			}
			if told, err := d.Auth.Happened(d.ctx, unheard, ""); told != x.told || err != nil {
				t.Errorf("%s: told %v, %v", x.peer, told, err)
			}
		}
	})
}
