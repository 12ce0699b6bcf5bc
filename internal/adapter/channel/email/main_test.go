package email

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// memSink is a Sink in memory, with the idempotence that Sink demands.
type memSink struct {
	mu      sync.Mutex
	msgs    []Raw
	seen    map[string]bool
	repeats int
	cursors map[string]Cursor
	batches []int
	fail    func(batch []Raw) error
}

func (m *memSink) Accept(_ context.Context, _ int64, batch []Raw, next *Cursor) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		if err := m.fail(batch); err != nil {
			return err
		}
	}
	if m.seen == nil {
		m.seen, m.cursors = map[string]bool{}, map[string]Cursor{}
	}
	m.batches = append(m.batches, len(batch))
	for _, r := range batch {
		if m.seen[r.Source] {
			m.repeats++
			continue
		}
		m.seen[r.Source] = true
		r.Body = slices.Clone(r.Body)
		m.msgs = append(m.msgs, r)
	}
	if next != nil {
		m.cursors[next.Folder] = *next
	}
	return nil
}

func (m *memSink) Cursors(context.Context, int64) ([]Cursor, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []Cursor
	for _, c := range m.cursors {
		out = append(out, c)
	}
	return out, nil
}

func (m *memSink) all() []Raw {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.msgs)
}

func (m *memSink) cursor(folder string) Cursor {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.cursors[folder]
}

func (m *memSink) setFail(f func([]Raw) error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fail = f
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("not within 10 s: %s", what)
		}
		time.Sleep(2 * time.Millisecond)
	}
}

// running is a Run in the background, stopped with the test.
type running struct {
	mu       sync.Mutex
	statuses []Status
	stop     func()
}

func (r *running) has(pred func(Status) bool) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.ContainsFunc(r.statuses, pred)
}

func (r *running) failed(code Code) bool {
	return r.has(func(s Status) bool { return s.Problem != nil && s.Problem.Code == code })
}

func (r *running) idle() bool { return r.has(func(s Status) bool { return s.State == Idle }) }

func start(t *testing.T, acct Account, sink Sink, opt Options) *running {
	t.Helper()
	r := &running{}
	opt.OnStatus = func(s Status) {
		r.mu.Lock()
		r.statuses = append(r.statuses, s)
		r.mu.Unlock()
	}
	if opt.Backoff == 0 {
		opt.Backoff = time.Millisecond
	}
	if opt.Timeout == 0 {
		opt.Timeout = 5 * time.Second
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- Run(ctx, 7, acct, sink, opt) }()
	r.stop = sync.OnceFunc(func() {
		cancel()
		select {
		case err := <-done:
			if !errors.Is(err, context.Canceled) {
				t.Errorf("Run = %v, want context.Canceled", err)
			}
		case <-time.After(10 * time.Second):
			t.Error("Run does not end")
		}
	})
	t.Cleanup(r.stop)
	return r
}

// authority is a certificate authority for one test.
type authority struct {
	pool *x509.CertPool
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test CA"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	a := &authority{pool: x509.NewCertPool(), key: key}
	a.cert, err = x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	a.pool.AddCert(a.cert)
	return a
}

// server issues a certificate for the address 127.0.0.1 or for a host name.
func (a *authority) server(t *testing.T, host string, notAfter time.Time) *tls.Config {
	t.Helper()
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: host},
		NotBefore: time.Now().Add(-2 * time.Hour), NotAfter: notAfter,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if ip := net.ParseIP(host); ip != nil {
		tmpl.IPAddresses = []net.IP{ip}
	} else {
		tmpl.DNSNames = []string{host}
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, a.cert, &a.key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: a.key}}}
}
