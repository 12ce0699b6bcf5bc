package outbound_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/outbound"
)

func TestPublic(t *testing.T) {
	public := []string{
		"1.1.1.1", "8.8.8.8", "93.184.216.34", "100.63.255.255", "100.128.0.1", "172.15.255.255", "172.32.0.1", "192.0.1.1", "198.17.255.255", "223.255.255.255",
		"2606:4700:4700::1111", "2a00:1450:4001::1", "::ffff:8.8.8.8", "64:ff9b::808:808", "2001:4860:4860::8888", "3ffe::1",
	}
	for _, s := range public {
		if !outbound.Public(netip.MustParseAddr(s)) {
			t.Errorf("%s is public", s)
		}
	}
	closed := []string{
		"0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200", "100.127.255.255", "127.0.0.1", "127.255.255.254",
		"169.254.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.19.255.255",
		"198.51.100.7", "203.0.113.7", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "168.63.129.16",
		"::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "::10.0.0.1",
		"64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1",
		"2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:db8::1", "2001:20::1", "2002:7f00:1::", "2002:a00:1::1", "2002:808:808::1", "3fff::1",
		"fc00::1", "fd00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "4000::1", "5f00::1",
		"2606:4700::5efe:10.0.0.1", "2606:4700::200:5efe:7f00:1", "2606:4700:4700::1111%eth0",
	}
	for _, s := range closed {
		if outbound.Public(netip.MustParseAddr(s)) {
			t.Errorf("%s is not public", s)
		}
	}
	if outbound.Public(netip.Addr{}) {
		t.Error("no address is public")
	}
}

func TestCheck(t *testing.T) {
	type row struct{ url, key string }
	rows := []row{
		{"https://example.com/hook", ""}, {"http://example.com", ""}, {"https://example.com:8443/x?y=1", ""}, {"https://[2606:4700:4700::1111]/", ""},
		{"", "error.outbound_url"}, {"example.com", "error.outbound_url"}, {"//example.com", "error.outbound_url"}, {"ftp://example.com", "error.outbound_url"},
		{"file:///etc/passwd", "error.outbound_url"}, {"gopher://example.com", "error.outbound_url"}, {"https:example.com", "error.outbound_url"}, {"http://", "error.outbound_url"},
		{"http://:80/", "error.outbound_url"}, {"https://example.com/\x7f", "error.outbound_url"}, {"https://example.com/#part", "error.outbound_url"},
		{"https://user@example.com", "error.outbound_user"}, {"https://user:word@example.com", "error.outbound_user"},
		{"https://example.com:22", "error.outbound_port"}, {"https://example.com:25/", "error.outbound_port"}, {"https://example.com:0/", "error.outbound_port"}, {"https://example.com:65536/", "error.outbound_port"},
		{"https://127.0.0.1/", "error.outbound_address"}, {"http://169.254.169.254/latest/meta-data/", "error.outbound_address"}, {"http://[::1]/", "error.outbound_address"},
		{"http://[::ffff:10.0.0.1]/", "error.outbound_address"}, {"http://[fe80::1%25eth0]/", "error.outbound_address"},
	}
	for _, r := range rows {
		_, err := outbound.Options{}.Check(r.url)
		key := ""
		var e *errs.Error
		if errors.As(err, &e) {
			key = e.Key
		}
		if key != r.key {
			t.Errorf("%q: %q, want %q", r.url, key, r.key)
		}
	}
	if _, err := (outbound.Options{HTTPS: true}).Check("http://example.com"); err == nil {
		t.Error("plain text to the internet passes")
	}
	mine := outbound.Options{HTTPS: true, Allow: outbound.Loopback()}
	for _, s := range []string{"http://127.0.0.1:3000/", "http://[::1]:3000/", "https://example.com"} {
		if _, err := mine.Check(s); err != nil {
			t.Errorf("%s: %v", s, err)
		}
	}
	if _, err := mine.Check("http://8.8.8.8/"); err == nil {
		t.Error("plain text to the internet passes")
	}
}

// names is a name server on loopback. Each question for a name takes the next of
// its addresses; the last one stays.
type names struct {
	mu    sync.Mutex
	addrs map[string][]netip.Addr
	asked map[string]int
	conn  net.PacketConn
}

func serveNames(t *testing.T, addrs map[string][]netip.Addr) *names {
	t.Helper()
	var lc net.ListenConfig
	conn, err := lc.ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n := &names{addrs: addrs, asked: map[string]int{}, conn: conn}
	done := make(chan struct{})
	go func() { defer close(done); n.serve() }()
	t.Cleanup(func() { _ = conn.Close(); <-done })
	return n
}

func (n *names) serve() {
	buf := make([]byte, 1500)
	for {
		size, from, err := n.conn.ReadFrom(buf)
		if err != nil {
			return
		}
		var m dnsmessage.Message
		if m.Unpack(buf[:size]) != nil || len(m.Questions) != 1 {
			continue
		}
		q := m.Questions[0]
		m.Response, m.Authoritative, m.Additionals = true, true, nil
		if a, ok := n.next(q); ok && q.Type == dnsmessage.TypeA && a.Is4() {
			m.Answers = []dnsmessage.Resource{{
				Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class}, Body: &dnsmessage.AResource{A: a.As4()},
			}}
		} else if ok && q.Type == dnsmessage.TypeAAAA && a.Is6() {
			m.Answers = []dnsmessage.Resource{{
				Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class}, Body: &dnsmessage.AAAAResource{AAAA: a.As16()},
			}}
		}
		out, err := m.Pack()
		if err == nil {
			_, _ = n.conn.WriteTo(out, from)
		}
	}
}

func (n *names) next(q dnsmessage.Question) (netip.Addr, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	name := strings.TrimSuffix(strings.ToLower(q.Name.String()), ".")
	list := n.addrs[name]
	if len(list) == 0 {
		return netip.Addr{}, false
	}
	at := min(n.asked[name], len(list)-1)
	if q.Type == dnsmessage.TypeA {
		n.asked[name]++
	}
	return list[at], true
}

func (n *names) resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, StrictErrors: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", n.conn.LocalAddr().String())
	}}
}

func receiver(t *testing.T, h http.HandlerFunc) (*httptest.Server, string) {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	return s, u.Port()
}

func get(t *testing.T, c *http.Client, address string) (*http.Response, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer word")
	res, err := outbound.Do(c, req)
	if err == nil {
		t.Cleanup(func() { _ = res.Body.Close() })
	}
	return res, err
}

// A name that is public when it is checked and ours when it is called is refused
// by the address that the socket would be opened to.
func TestRebindingIsRefusedAtConnect(t *testing.T) {
	called := false
	_, port := receiver(t, func(http.ResponseWriter, *http.Request) { called = true })
	// Test networks are not public either, so both answers are given here as what
	// a client permits and what it does not.
	n := serveNames(t, map[string][]netip.Addr{"rebind.test": {netip.MustParseAddr("127.0.0.2"), netip.MustParseAddr("127.0.0.1")}})
	c := outbound.New(outbound.Options{Resolver: n.resolver(), Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.2/32")}, Timeout: 3 * time.Second})
	_, err := get(t, c, "http://rebind.test:"+port+"/")
	if outbound.Refused(err) {
		t.Fatalf("the first answer is permitted: %v", err)
	}
	_, err = get(t, c, "http://rebind.test:"+port+"/")
	if !outbound.Refused(err) || called {
		t.Fatalf("the second answer is refused: %v, called %v", err, called)
	}
}

func TestNamesOfOurNetworkAreRefused(t *testing.T) {
	called := false
	_, port := receiver(t, func(http.ResponseWriter, *http.Request) { called = true })
	n := serveNames(t, map[string][]netip.Addr{
		"four.test": {netip.MustParseAddr("127.0.0.1")}, "six.test": {netip.MustParseAddr("::1")}, "mapped.test": {netip.MustParseAddr("::ffff:127.0.0.1")}, "cloud.test": {netip.MustParseAddr("169.254.169.254")},
	})
	c := outbound.New(outbound.Options{Resolver: n.resolver(), Timeout: 3 * time.Second})
	for _, host := range []string{"four.test", "six.test", "mapped.test", "cloud.test", "127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "[::]"} {
		_, err := get(t, c, "http://"+host+":"+port+"/")
		if !outbound.Refused(err) {
			t.Errorf("%s: %v", host, err)
		}
	}
	if called {
		t.Error("the receiver was called")
	}
}

func TestRedirectIntoOurNetworkIsRefused(t *testing.T) {
	called := false
	_, inside := receiver(t, func(http.ResponseWriter, *http.Request) { called = true })
	n := serveNames(t, map[string][]netip.Addr{"out.test": {netip.MustParseAddr("127.0.0.1")}, "in.test": {netip.MustParseAddr("127.0.0.3")}})
	for _, target := range []string{"http://127.0.0.2:" + inside + "/", "http://in.test:" + inside + "/", "http://169.254.169.254/", "file:///etc/passwd", "http://a:b@out.test/", "http://out.test:25/"} {
		_, outside := receiver(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", target)
			w.WriteHeader(http.StatusFound)
		})
		c := outbound.New(outbound.Options{Resolver: n.resolver(), Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, Timeout: 3 * time.Second})
		_, err := get(t, c, "http://out.test:"+outside+"/?token=word")
		if !outbound.Refused(err) {
			t.Errorf("%s: %v", target, err)
		}
		if err != nil && strings.Contains(err.Error(), "token") {
			t.Errorf("the error tells the query: %v", err)
		}
	}
	if called {
		t.Error("the receiver inside was called")
	}
}

func TestRedirectsAreBounded(t *testing.T) {
	hops := 0
	s, _ := receiver(t, func(w http.ResponseWriter, r *http.Request) {
		hops++
		http.Redirect(w, r, "/"+fmt.Sprint(hops), http.StatusFound)
	})
	_, err := get(t, outbound.New(outbound.Options{Allow: outbound.Loopback()}), s.URL)
	if !outbound.Refused(err) || hops != 4 {
		t.Errorf("%d requests: %v", hops, err)
	}
	res, err := get(t, outbound.New(outbound.Options{Allow: outbound.Loopback(), MaxRedirects: -1}), s.URL)
	if err != nil || res.StatusCode != http.StatusFound {
		t.Errorf("the redirect itself is the answer: %v", err)
	}
}

func TestDowngradeIsRefused(t *testing.T) {
	plain, _ := receiver(t, func(http.ResponseWriter, *http.Request) { t.Error("called in plain text") })
	s := httptest.NewTLSServer(http.RedirectHandler(plain.URL, http.StatusFound))
	defer s.Close()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	c := outbound.New(outbound.Options{Allow: outbound.Loopback()})
	strict := *s.Client() // trusts the test's certificate
	strict.CheckRedirect = c.CheckRedirect
	res, err := outbound.Do(&strict, req)
	if err == nil {
		_ = res.Body.Close()
	}
	if !outbound.Refused(err) {
		t.Errorf("followed: %v", err)
	}
}

func TestCredentialsStayAtHome(t *testing.T) {
	var mu sync.Mutex
	seen := map[string]http.Header{}
	note := func(name string, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		seen[name] = r.Header.Clone()
	}
	var home, away *httptest.Server
	away, _ = receiver(t, func(w http.ResponseWriter, r *http.Request) {
		note("away", r)
		http.Redirect(w, r, home.URL+"/back", http.StatusFound)
	})
	home, _ = receiver(t, func(w http.ResponseWriter, r *http.Request) {
		note(r.URL.Path, r)
		switch r.URL.Path {
		case "/":
			http.Redirect(w, r, "/same", http.StatusFound)
		case "/same":
			http.Redirect(w, r, away.URL, http.StatusFound)
		}
	})
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, home.URL+"/?token=word", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer word")
	req.Header.Set("X-Api-Key", "word")
	req.Header.Set("Accept", "text/plain")
	res, err := outbound.Do(outbound.New(outbound.Options{Allow: outbound.Loopback()}), req)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	for path, want := range map[string]string{"/": "Bearer word", "/same": "Bearer word", "away": "", "/back": ""} {
		h := seen[path]
		if h == nil {
			t.Errorf("%s was not called", path)
			continue
		}
		if h.Get("Authorization") != want || h.Get("X-Api-Key") != strings.TrimPrefix(want, "Bearer ") {
			t.Errorf("%s: %v", path, h)
		}
		if h.Get("Accept") != "text/plain" || h.Get("User-Agent") != "Godwit" || h.Get("Referer") != "" {
			t.Errorf("%s: %v", path, h)
		}
	}
}

func TestBodyIsBounded(t *testing.T) {
	s, _ := receiver(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, strings.Repeat("x", 1000)) })
	for _, c := range []struct {
		most int64
		ok   bool
	}{{999, false}, {1000, true}, {1001, true}} {
		res, err := get(t, outbound.New(outbound.Options{Allow: outbound.Loopback(), MaxBody: c.most}), s.URL)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		if ok := err == nil; ok != c.ok || int64(len(body)) != min(c.most, 1000) {
			t.Errorf("client of %d bytes: %d, %v", c.most, len(body), err)
		}
		res, err = get(t, outbound.New(outbound.Options{Allow: outbound.Loopback()}), s.URL)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := outbound.Read(res, c.most); (err == nil) != c.ok {
			t.Errorf("reading %d bytes: %v", c.most, err)
		}
	}
}

func TestSlowAnswersEnd(t *testing.T) {
	stop := make(chan struct{})
	s, _ := receiver(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/body" {
			w.(http.Flusher).Flush()
		}
		select {
		case <-stop:
		case <-r.Context().Done():
		}
	})
	defer close(stop)
	res, err := get(t, outbound.New(outbound.Options{Allow: outbound.Loopback(), Timeout: 50 * time.Millisecond}), s.URL+"/body")
	if err == nil {
		_, err = io.ReadAll(res.Body)
	}
	if err == nil {
		t.Error("a body without end was read")
	}
	if _, err := get(t, outbound.New(outbound.Options{Allow: outbound.Loopback(), HeaderTimeout: 50 * time.Millisecond}), s.URL); err == nil {
		t.Error("an answer that never came was read")
	}
}

func TestErrorsTellNoSecrets(t *testing.T) {
	c := outbound.New(outbound.Options{Timeout: time.Second})
	_, err := get(t, c, "https://127.0.0.1:9/path?access_token=hidden#hidden")
	if err == nil || strings.Contains(err.Error(), "hidden") || !strings.Contains(err.Error(), "127.0.0.1") {
		t.Errorf("%v", err)
	}
	_, err = get(t, c, "https://hidden:hidden@example.com/")
	if err == nil || strings.Contains(err.Error(), "hidden") {
		t.Errorf("%v", err)
	}
}

func TestTheEnvironmentChoosesNoProxy(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:9")
	s, _ := receiver(t, func(http.ResponseWriter, *http.Request) {})
	if _, err := get(t, outbound.New(outbound.Options{Allow: outbound.Loopback()}), s.URL); err != nil {
		t.Error(err)
	}
}

func FuzzCheck(f *testing.F) {
	for _, s := range []string{"https://example.com", "http://0x7f.1/", "http://2130706433/", "http://127.1", "http://[::ffff:7f00:1]:80/", "http://a@b:80", "http://\u2460\u2461\u2466.0.0.1/", "http://[fe80::1%25lo]/"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		u, err := outbound.Options{HTTPS: true}.Check(s)
		if err != nil {
			if !errs.Is(err, errs.Invalid) {
				t.Fatalf("%q: %v", s, err)
			}
			return
		}
		if u.Scheme != "https" || u.User != nil || u.Hostname() == "" {
			t.Fatalf("%q passes", s)
		}
		if ip, err := netip.ParseAddr(u.Hostname()); err == nil && !outbound.Public(ip) {
			t.Fatalf("%q passes", s)
		}
	})
}

// However an IPv4 address is clothed, it is judged as itself.
func FuzzPublic(f *testing.F) {
	f.Add(uint32(0x7f000001))
	f.Add(uint32(0x08080808))
	f.Fuzz(func(t *testing.T, v uint32) {
		var b [4]byte
		binary.BigEndian.PutUint32(b[:], v)
		a := netip.AddrFrom4(b)
		want := outbound.Public(a)
		std := net.IP(b[:])
		if want && (std.IsPrivate() || std.IsLoopback() || std.IsLinkLocalUnicast() || std.IsMulticast() || std.IsUnspecified()) {
			t.Fatalf("%s is public", a)
		}
		if got := outbound.Public(netip.AddrFrom16(a.As16())); got != want {
			t.Fatalf("%s mapped: %v", a, got)
		}
		in := [16]byte{0, 0x64, 0xff, 0x9b}
		copy(in[12:], b[:])
		if got := outbound.Public(netip.AddrFrom16(in)); got != want {
			t.Fatalf("%s in NAT64: %v", a, got)
		}
	})
}
