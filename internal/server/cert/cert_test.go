package cert

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/letsencrypt/pebble/v2/ca"
	"github.com/letsencrypt/pebble/v2/db"
	"github.com/letsencrypt/pebble/v2/va"
	"github.com/letsencrypt/pebble/v2/wfe"
)

// domain is one that every machine resolves to itself.
const domain = "localhost"

// loopback listens where the authority looks for the domain.
func loopback(t *testing.T) net.Listener {
	t.Helper()
	at, err := net.DefaultResolver.LookupHost(t.Context(), domain)
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", net.JoinHostPort(at[0], "0"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	return ln
}

func port(a net.Addr) int { return a.(*net.TCPAddr).Port }

// authority is an ACME server that validates at the given ports. It issues
// certificates of a life.
func authority(t *testing.T, plain, secure int, life time.Duration) (directory string, trust, issued *x509.CertPool) {
	t.Helper()
	t.Setenv("PEBBLE_VA_NOSLEEP", "1")
	quiet := log.New(io.Discard, "", 0)
	store := db.NewMemoryStore()
	issuer := ca.New(quiet, store, "", "ecdsa", 0, 1, map[string]ca.Profile{"default": {Description: "default", ValidityPeriod: uint64(life / time.Second)}})
	front := wfe.New(quiet, store, va.New(quiet, plain, secure, true, "", store), issuer, []string{"authority.example"}, true, false, 1, 1)
	s := httptest.NewTLSServer(front.Handler())
	t.Cleanup(s.Close)
	trust, issued = x509.NewCertPool(), x509.NewCertPool()
	trust.AddCert(s.Certificate())
	issued.AddCert(issuer.GetRootCert(0).Cert)
	return s.URL + wfe.DirectoryPath, trust, issued
}

// serve runs a Manager with its two listeners.
func serve(t *testing.T, c Config, secure, plain net.Listener) (stop func()) {
	t.Helper()
	m, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	page := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.Proto) })
	s := &http.Server{Handler: page, TLSConfig: m.TLSConfig(), ErrorLog: log.New(io.Discard, "", 0)}
	p := &http.Server{Handler: m.Plain()}
	var wg sync.WaitGroup
	wg.Go(func() { _ = s.Serve(tls.NewListener(secure, s.TLSConfig)) })
	wg.Go(func() { _ = p.Serve(plain) })
	if err := m.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return func() {
		m.Stop()
		_, _ = s.Close(), p.Close()
		wg.Wait()
	}
}

// fetch gets the page over HTTPS, once there is a certificate.
func fetch(t *testing.T, at net.Addr, roots *x509.CertPool) (body string, leaf *x509.Certificate) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true, DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "tcp", at.String())
		},
	}}
	for end := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		res, err := client.Get("https://" + domain + "/")
		if err == nil {
			defer res.Body.Close()
			b, err := io.ReadAll(res.Body)
			if err != nil {
				t.Fatal(err)
			}
			return string(b), res.TLS.PeerCertificates[0]
		}
		if time.Now().After(end) {
			t.Fatal(err)
		}
	}
}

// Either challenge alone is enough: the authority sees only one of the doors.
func TestACertificateIsObtained(t *testing.T) {
	for _, way := range []string{"tls-alpn-01", "http-01"} {
		t.Run(way, func(t *testing.T) {
			secure, plain := loopback(t), loopback(t)
			ports := [2]int{port(plain.Addr()), port(secure.Addr())}
			closed := loopback(t)
			if err := closed.Close(); err != nil {
				t.Fatal(err)
			}
			cfg := Config{Domains: []string{domain}, Email: "owner@shop.example", Dir: filepath.Join(t.TempDir(), "acme"), TLS: secure.Addr(), Plain: plain.Addr()}
			if way == "http-01" {
				ports[1] = port(closed.Addr())
			} else {
				ports[0], cfg.Plain = port(closed.Addr()), nil
			}
			var logged bytes.Buffer
			cfg.Log = slog.New(slog.NewTextHandler(&logged, nil))
			var issued *x509.CertPool
			cfg.Authority, cfg.Roots, issued = authority(t, ports[0], ports[1], time.Hour)
			stop := serve(t, cfg, secure, plain)
			if proto, leaf := fetch(t, secure.Addr(), issued); proto != "HTTP/2.0" || leaf.DNSNames[0] != domain {
				t.Error(proto, leaf.DNSNames)
			}
			stop() // the log is whole
			if s := logged.String(); !strings.Contains(s, "certificate obtained") || strings.Contains(s, "owner@") {
				t.Error(s)
			}
			if info, err := os.Stat(cfg.Dir); err != nil || info.Mode().Perm() != 0o700 {
				t.Error(info.Mode(), err)
			}
		})
	}
}

func TestACertificateIsRenewed(t *testing.T) {
	secure, plain := loopback(t), loopback(t)
	cfg := Config{
		Domains: []string{domain}, Dir: t.TempDir(), TLS: secure.Addr(), Plain: plain.Addr(), Log: slog.New(slog.DiscardHandler),
		check: 300 * time.Millisecond, window: 0.999, // all but the first moments of its life are the last ones
	}
	var issued *x509.CertPool
	cfg.Authority, cfg.Roots, issued = authority(t, port(plain.Addr()), port(secure.Addr()), time.Hour)
	t.Cleanup(serve(t, cfg, secure, plain))
	_, first := fetch(t, secure.Addr(), issued)
	// A first try that failed is repeated after a minute.
	for end := time.Now().Add(3 * time.Minute); ; time.Sleep(100 * time.Millisecond) {
		if _, now := fetch(t, secure.Addr(), issued); now.SerialNumber.Cmp(first.SerialNumber) != 0 {
			return
		}
		if time.Now().After(end) {
			t.Fatal("it was not renewed")
		}
	}
}

// A name that was not there at the start gets a certificate when somebody comes by it,
// and another one gets none.
func TestANameThatIsAllowedLater(t *testing.T) {
	secure, plain := loopback(t), loopback(t)
	var allowed atomic.Bool
	var asked sync.Map
	cfg := Config{
		Domains: []string{"desk.shop.example"}, Dir: t.TempDir(), TLS: secure.Addr(), Plain: plain.Addr(), Log: slog.New(slog.DiscardHandler),
		Allow: func(_ context.Context, name string) bool {
			asked.Store(name, true)
			return allowed.Load() && name == domain
		},
	}
	var issued *x509.CertPool
	cfg.Authority, cfg.Roots, issued = authority(t, port(plain.Addr()), port(secure.Addr()), time.Hour)
	t.Cleanup(serve(t, cfg, secure, plain))
	if _, err := tls.Dial("tcp", secure.Addr().String(), &tls.Config{RootCAs: issued, ServerName: domain}); err == nil { //nolint:gosec // of a test
		t.Error("a name that nobody proved has a certificate")
	}
	allowed.Store(true)
	if _, leaf := fetch(t, secure.Addr(), issued); leaf.DNSNames[0] != domain {
		t.Error(leaf.DNSNames)
	}
	if _, err := tls.Dial("tcp", secure.Addr().String(), &tls.Config{RootCAs: issued, ServerName: "other.shop.example"}); err == nil { //nolint:gosec // of a test
		t.Error("another name has a certificate")
	}
	for _, name := range []string{domain, "other.shop.example"} {
		if _, ok := asked.Load(name); !ok {
			t.Errorf("nobody was asked about %s", name)
		}
	}
}

// A name that is allowed no more keeps its certificate until that is to be renewed, and gets
// no other one.
func TestANameThatIsAllowedNoMore(t *testing.T) {
	secure, plain := loopback(t), loopback(t)
	var forbidden atomic.Bool
	cfg := Config{
		Domains: []string{"desk.shop.example"}, Dir: t.TempDir(), TLS: secure.Addr(), Plain: plain.Addr(), Log: slog.New(slog.DiscardHandler),
		Allow: func(_ context.Context, name string) bool { return name == domain && !forbidden.Load() },
		check: 300 * time.Millisecond, window: 0.999,
	}
	var issued *x509.CertPool
	cfg.Authority, cfg.Roots, issued = authority(t, port(plain.Addr()), port(secure.Addr()), time.Hour)
	t.Cleanup(serve(t, cfg, secure, plain))
	fetch(t, secure.Addr(), issued)
	forbidden.Store(true)
	for end := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		c, err := tls.Dial("tcp", secure.Addr().String(), &tls.Config{RootCAs: issued, ServerName: domain}) //nolint:gosec // of a test
		if err != nil {
			return
		}
		_ = c.Close()
		if time.Now().After(end) {
			t.Fatal("it is still served")
		}
	}
}

func TestPlainLeadsToHTTPS(t *testing.T) {
	m, err := New(Config{Domains: []string{"desk.shop.example"}, Dir: t.TempDir(), Log: slog.New(slog.DiscardHandler), Allow: func(_ context.Context, name string) bool { return name == "track.shop.example" }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Stop)
	for _, c := range []struct {
		host, path string
		status     int
		location   string
	}{
		{"desk.shop.example", "/t/7?from=mail", 308, "https://desk.shop.example/t/7?from=mail"},
		{"DESK.shop.example:80", "/", 308, "https://desk.shop.example/"},
		{"elsewhere.example", "/", 421, ""},
		{"Track.shop.example:80", "/o/1", 308, "https://track.shop.example/o/1"},
		{"desk.shop.example", "//elsewhere.example/", 308, "https://desk.shop.example//elsewhere.example/"},
	} {
		r := httptest.NewRequest("POST", "/", nil)
		r.Host, r.URL.Path = c.host, c.path
		if path, query, ok := strings.Cut(c.path, "?"); ok {
			r.URL.Path, r.URL.RawQuery = path, query
		}
		w := httptest.NewRecorder()
		m.Plain().ServeHTTP(w, r)
		if w.Code != c.status || w.Header().Get("Location") != c.location {
			t.Errorf("%s%s: %d %s", c.host, c.path, w.Code, w.Header().Get("Location"))
		}
	}
}
