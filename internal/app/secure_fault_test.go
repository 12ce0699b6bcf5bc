package app

import (
	"crypto/tls"
	"testing"
)

// TestFaultCookiesBehindATLSProxy says when cookies are for encrypted connections
// alone: also where a proxy speaks TLS for us.
func TestFaultCookiesBehindATLSProxy(t *testing.T) {
	for name, x := range map[string]struct {
		cfg  ServeConfig
		want bool
	}{
		"own certificate":       {ServeConfig{TLS: &tls.Config{MinVersion: tls.VersionTLS12}}, true},
		"a proxy's certificate": {ServeConfig{Address: "https://desk.example"}, true},
		"in capitals":           {ServeConfig{Address: "HTTPS://desk.example"}, true},
		"no encryption":         {ServeConfig{Address: "http://desk.example"}, false},
		"no address":            {ServeConfig{}, false},
	} {
		if got := x.cfg.secure(); got != x.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
