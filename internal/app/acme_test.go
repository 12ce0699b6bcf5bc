package app

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/letsencrypt/pebble/v2/ca"
	"github.com/letsencrypt/pebble/v2/db"
	"github.com/letsencrypt/pebble/v2/va"
	"github.com/letsencrypt/pebble/v2/wfe"

	"godwit.dev/godwit/internal/store/storetest"
)

// leads accepts at the address of localhost and carries every connection to where
// to says, as a router does that leads port 443 to the desk.
func leads(t *testing.T, to func() string) (port int) {
	t.Helper()
	hosts, err := net.DefaultResolver.LookupHost(t.Context(), "localhost")
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", net.JoinHostPort(hosts[0], "0"))
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			in, err := ln.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", to())
			if err != nil {
				_ = in.Close()
				continue
			}
			wg.Go(func() { _, _ = io.Copy(out, in); _ = out.Close() })
			wg.Go(func() { _, _ = io.Copy(in, out); _ = in.Close() })
		}
	})
	t.Cleanup(func() { _ = ln.Close(); wg.Wait() })
	return ln.Addr().(*net.TCPAddr).Port
}

func TestTheConsoleGetsItsCertificate(t *testing.T) {
	t.Setenv("PEBBLE_VA_NOSLEEP", "1")
	d := newDesk(t, storetest.File(t))
	var mu sync.Mutex
	var at string
	port := leads(t, func() string { mu.Lock(); defer mu.Unlock(); return at })
	quiet, store := log.New(io.Discard, "", 0), db.NewMemoryStore()
	issuer := ca.New(quiet, store, "", "ecdsa", 0, 1, map[string]ca.Profile{"default": {Description: "default", ValidityPeriod: 3600}})
	front := wfe.New(quiet, store, va.New(quiet, port, port, true, "", store), issuer, []string{"authority.example"}, true, false, 1, 1)
	authority := httptest.NewTLSServer(front.Handler())
	t.Cleanup(authority.Close)
	trust, issued := x509.NewCertPool(), x509.NewCertPool()
	trust.AddCert(authority.Certificate())
	issued.AddCert(issuer.GetRootCert(0).Cert)

	mu.Lock()
	a, err := Start(t.Context(), d.Core, ServeConfig{Listen: "127.0.0.1:0", ACME: ACMEConfig{
		Domains: []string{"localhost"}, Dir: t.TempDir(), Authority: authority.URL + wfe.DirectoryPath, Roots: trust, Plain: "127.0.0.1:0",
	}})
	if err != nil {
		mu.Unlock()
		t.Fatal(err)
	}
	at = a.Addr()
	mu.Unlock()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := a.Stop(ctx); err != nil {
			t.Error(err)
		}
	})

	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: issued, ServerName: "localhost"}, DisableKeepAlives: true}}
	for end := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		res, err := client.Get("https://" + a.Addr() + "/healthz")
		if err == nil {
			if _ = res.Body.Close(); res.StatusCode != http.StatusOK {
				t.Error(res.Status)
			}
			break
		}
		if time.Now().After(end) {
			t.Fatal(err)
		}
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	req, err := http.NewRequest("GET", "http://"+a.PlainAddr().String()+"/t/7", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = "localhost"
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if _ = res.Body.Close(); res.StatusCode != http.StatusPermanentRedirect || !strings.HasPrefix(res.Header.Get("Location"), "https://localhost/t/7") {
		t.Error(res.Status, res.Header)
	}
}

func TestACMENeedsADomainAndAFolder(t *testing.T) {
	d := newDesk(t, storetest.File(t))
	for _, x := range []ServeConfig{
		{ACME: ACMEConfig{Plain: "127.0.0.1:0"}},
		{ACME: ACMEConfig{Domains: []string{"desk.shop.example"}, Plain: "127.0.0.1:0"}},
		{ACME: ACMEConfig{Domains: []string{"desk.shop.example"}, Dir: t.TempDir()}, TLS: &tls.Config{}},
	} {
		x.Listen = "127.0.0.1:0"
		if a, err := Start(t.Context(), d.Core, x); err == nil {
			t.Errorf("%+v was taken", x.ACME)
			_ = a.Stop(t.Context())
		}
	}
}
