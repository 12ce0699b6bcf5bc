package forwarded

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
)

var inside = Trust{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8:1::/48"), netip.MustParsePrefix("127.0.0.0/8")}

func request(peer string, headers ...string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.RemoteAddr = peer
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	return r
}

func TestWhoAsks(t *testing.T) {
	for name, x := range map[string]struct {
		peer    string
		headers []string
		want    string
		tls     bool
	}{
		"nobody in between":                  {"203.0.113.7:9", nil, "203.0.113.7", false},
		"a proxy that says nothing":          {"10.0.0.1:9", nil, "10.0.0.1", false},
		"a proxy":                            {"10.0.0.1:9", []string{"X-Forwarded-For", "203.0.113.7", "X-Forwarded-Proto", "https"}, "203.0.113.7", true},
		"what the client wrote":              {"10.0.0.1:9", []string{"X-Forwarded-For", "192.0.2.66, 203.0.113.7"}, "203.0.113.7", false},
		"a client that names a proxy":        {"10.0.0.1:9", []string{"X-Forwarded-For", "10.9.9.9, 203.0.113.7"}, "203.0.113.7", false},
		"two proxies":                        {"10.0.0.1:9", []string{"X-Forwarded-For", "192.0.2.66, 203.0.113.7, 10.0.0.2"}, "203.0.113.7", false},
		"two lines":                          {"10.0.0.1:9", []string{"X-Forwarded-For", "192.0.2.66", "X-Forwarded-For", "203.0.113.7", "X-Forwarded-For", "10.0.0.2"}, "203.0.113.7", false},
		"a colleague inside":                 {"10.0.0.1:9", []string{"X-Forwarded-For", "10.5.5.5, 10.0.0.2"}, "10.5.5.5", false},
		"a scheme for each proxy":            {"10.0.0.1:9", []string{"X-Forwarded-For", "203.0.113.7, 10.0.0.2", "X-Forwarded-Proto", "https, http"}, "203.0.113.7", true},
		"the proxy's own scheme":             {"10.0.0.1:9", []string{"X-Forwarded-For", "203.0.113.7", "X-Forwarded-Proto", "https, http"}, "203.0.113.7", false},
		"one scheme for all":                 {"10.0.0.1:9", []string{"X-Forwarded-For", "203.0.113.7, 10.0.0.2", "X-Forwarded-Proto", "HTTPS"}, "203.0.113.7", true},
		"with ports":                         {"10.0.0.1:9", []string{"X-Forwarded-For", "203.0.113.7:4711"}, "203.0.113.7", false},
		"IPv6":                               {"[2001:db8:1::1]:9", []string{"X-Forwarded-For", "2001:db8:2::7"}, "2001:db8:2::7", false},
		"IPv6 with a port":                   {"10.0.0.1:9", []string{"X-Forwarded-For", "[2001:db8:2::7]:4711"}, "2001:db8:2::7", false},
		"IPv4 in IPv6":                       {"[::ffff:10.0.0.1]:9", []string{"X-Forwarded-For", "::ffff:203.0.113.7"}, "203.0.113.7", false},
		"no address in the chain":            {"10.0.0.1:9", []string{"X-Forwarded-For", "203.0.113.7, junk, 10.0.0.2"}, "10.0.0.2", false},
		"nothing but junk":                   {"10.0.0.1:9", []string{"X-Forwarded-For", "junk"}, "10.0.0.1", false},
		"the unspecified address":            {"10.0.0.1:9", []string{"X-Forwarded-For", "0.0.0.0"}, "10.0.0.1", false},
		"empty":                              {"10.0.0.1:9", []string{"X-Forwarded-For", ""}, "10.0.0.1", false},
		"Forwarded":                          {"10.0.0.1:9", []string{"Forwarded", `for=192.0.2.66, For="[2001:db8:2::7]:4711";Proto=https;by=10.0.0.1`}, "2001:db8:2::7", true},
		"Forwarded by two proxies":           {"10.0.0.1:9", []string{"Forwarded", "for=203.0.113.7;proto=https, for=10.0.0.2;proto=http"}, "203.0.113.7", true},
		"Forwarded by one who hides":         {"10.0.0.1:9", []string{"Forwarded", "for=203.0.113.7, for=_hidden;proto=https"}, "10.0.0.1", false},
		"both, alike":                        {"10.0.0.1:9", []string{"Forwarded", "for=203.0.113.7", "X-Forwarded-For", "203.0.113.7", "X-Forwarded-Proto", "https"}, "203.0.113.7", true},
		"both, apart":                        {"10.0.0.1:9", []string{"Forwarded", "for=192.0.2.66;proto=https", "X-Forwarded-For", "203.0.113.7"}, "10.0.0.1", false},
		"X-Real-IP alone":                    {"10.0.0.1:9", []string{"X-Real-IP", "203.0.113.7", "X-Forwarded-Proto", "https"}, "203.0.113.7", true},
		"X-Real-IP from the client":          {"10.0.0.1:9", []string{"X-Real-IP", "192.0.2.66", "X-Forwarded-For", "203.0.113.7"}, "203.0.113.7", false},
		"X-Real-IP that is junk":             {"10.0.0.1:9", []string{"X-Real-IP", "localhost"}, "10.0.0.1", false},
		"a scheme alone":                     {"10.0.0.1:9", []string{"X-Forwarded-Proto", "https"}, "10.0.0.1", true},
		"forged: X-Forwarded-For":            {"203.0.113.7:9", []string{"X-Forwarded-For", "10.0.0.1", "X-Forwarded-Proto", "https"}, "203.0.113.7", false},
		"forged: Forwarded":                  {"203.0.113.7:9", []string{"Forwarded", "for=192.0.2.66;proto=https"}, "203.0.113.7", false},
		"forged: X-Real-IP":                  {"203.0.113.7:9", []string{"X-Real-IP", "127.0.0.1"}, "203.0.113.7", false},
		"a connection that names no address": {"@", []string{"X-Forwarded-For", "192.0.2.66"}, "", false},
	} {
		c := inside.Client(request(x.peer, x.headers...))
		if c.String() != x.want || c.TLS != x.tls {
			t.Errorf("%s: %s, TLS %v; want %s, %v", name, c, c.TLS, x.want, x.tls)
		}
		if forged := strings.HasPrefix(name, "forged"); forged && !c.Unheard || !forged && x.peer != "@" && c.Unheard {
			t.Errorf("%s: unheard is %v", name, c.Unheard)
		}
	}
	mine := request("203.0.113.7:9", "X-Forwarded-Proto", "http")
	mine.TLS = &tls.ConnectionState{}
	if c := inside.Client(mine); !c.TLS {
		t.Error("a stranger takes the encryption of a connection away")
	}
}

func TestHandlerDecidesOnce(t *testing.T) {
	unheard := 0
	var got Client
	h := inside.Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		r.Header.Set("X-Forwarded-For", "192.0.2.66") // what happens later decides nothing
		got = Of(r)
	}), func(*http.Request) { unheard++ })
	h.ServeHTTP(nil, request("10.0.0.1:9", "X-Forwarded-For", "203.0.113.7"))
	if got.String() != "203.0.113.7" || unheard != 0 {
		t.Errorf("%s, %d unheard", got, unheard)
	}
	h.ServeHTTP(nil, request("203.0.113.8:9", "X-Forwarded-For", "203.0.113.7"))
	if got.String() != "203.0.113.8" || unheard != 1 {
		t.Errorf("%s, %d unheard", got, unheard)
	}
	if c := Of(request("10.0.0.1:9", "X-Forwarded-For", "203.0.113.7")); c.String() != "10.0.0.1" {
		t.Errorf("without a handler a proxy is believed: %s", c)
	}
}

func TestNetworks(t *testing.T) {
	for address, want := range map[string][2]string{
		"203.0.113.7": {"203.0.113.7", "203.0.113.0/24"}, "2001:db8:1:2:3::4": {"2001:db8:1:2::/64", "2001:db8:1::/48"},
		"": {"", ""}, "office": {"office", ""},
	} {
		if Network(address) != want[0] || Coarse(address) != want[1] {
			t.Errorf("%q: %q and %q", address, Network(address), Coarse(address))
		}
	}
}

// FuzzClient sends any headers: what a stranger says changes nothing, and a proxy
// can only ever name an address.
func FuzzClient(f *testing.F) {
	f.Add("203.0.113.7, 10.0.0.2", "for=203.0.113.7;proto=https", "203.0.113.7", "https")
	f.Add(",,,", `for="[::1]:`, "::", ",")
	f.Fuzz(func(t *testing.T, chain, elder, single, proto string) {
		headers := []string{"X-Forwarded-For", chain, "Forwarded", elder, "X-Real-IP", single, "X-Forwarded-Proto", proto}
		for n := 0; n+1 < len(headers); n += 2 {
			some := headers[n:]
			if c := inside.Client(request("203.0.113.9:9", some...)); c.String() != "203.0.113.9" || c.TLS {
				t.Errorf("a stranger is %s, TLS %v", c, c.TLS)
			}
			if c := inside.Client(request("10.0.0.1:9", some...)); !c.Address.IsValid() || c.Unheard || c.Address.Zone() != "" {
				t.Errorf("a proxy names %q", c)
			}
		}
	})
}
