package cert

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/caddyserver/certmagic"
	"go.uber.org/zap"

	"godwit.dev/godwit/internal/base/errs"
)

// Config says for what certificates are wanted, and from whom.
type Config struct {
	Domains []string // the first one is for clients that name none
	Email   string   // for the authority's warnings; "" gives none
	Dir     string   // made with mode 0700
	// Authority is the address of its directory; "" is Let's Encrypt. To use an
	// authority is to agree to its terms.
	Authority string
	Roots     *x509.CertPool // whom to trust at the authority; nil is the system
	TLS       net.Addr       // where the handshakes of TLSConfig are answered
	Plain     net.Addr       // where Plain answers; nil if nowhere
	Log       *slog.Logger
	// Allow says whether a name besides Domains gets a certificate, when somebody first
	// asks for it; nil allows none. It must be quick: a handshake waits.
	Allow func(ctx context.Context, name string) bool

	// How often certificates are looked at, and which part of their life is the
	// last one, in which they are renewed; zero is ten minutes and a third.
	check  time.Duration
	window float64
}

// Manager keeps the certificates.
type Manager struct {
	cfg    Config
	magic  *certmagic.Config
	guests *certmagic.Config // names that Allow allows
	issuer *certmagic.ACMEIssuer
	cache  *certmagic.Cache
	stop   context.CancelFunc
}

// New returns a Manager that gets nothing until Start.
func New(c Config) (*Manager, error) {
	if len(c.Domains) == 0 || c.Dir == "" {
		return nil, errs.New(errs.Invalid, "error.acme")
	}
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return nil, errs.Wrap(errs.Invalid, err, "error.acme_dir", "path", c.Dir)
	}
	if err := os.Chmod(c.Dir, 0o700); err != nil { // it may have been there before
		return nil, errs.Wrap(errs.Invalid, err, "error.acme_dir", "path", c.Dir)
	}
	m := &Manager{cfg: c}
	log := zap.New(&bridge{log: c.Log})
	m.cache = certmagic.NewCache(certmagic.CacheOptions{
		GetConfigForCert: func(c certmagic.Certificate) (*certmagic.Config, error) {
			if m.guests != nil && !slices.ContainsFunc(c.Names, m.ours) {
				return m.guests, nil
			}
			return m.magic, nil
		},
		RenewCheckInterval: c.check, Logger: log,
	})
	m.magic = certmagic.New(m.cache, certmagic.Config{
		Storage: &certmagic.FileStorage{Path: c.Dir}, DefaultServerName: c.Domains[0], RenewalWindowRatio: c.window, Logger: log,
		OnEvent: m.tell,
	})
	template := certmagic.ACMEIssuer{
		CA: c.Authority, Email: c.Email, Agreed: true, TrustedRoots: c.Roots, Logger: log, DisableHTTPChallenge: c.Plain == nil,
	}
	if template.CA == "" {
		template.CA = certmagic.LetsEncryptProductionCA
	}
	// The challenges are answered by our listeners, on whatever port the world's 443
	// and 80 are led to: told so, the library does not open its own.
	template.ListenHost, template.AltTLSALPNPort = at(c.TLS)
	if c.Plain != nil {
		_, template.AltHTTPPort = at(c.Plain)
	}
	m.issuer = certmagic.NewACMEIssuer(m.magic, template)
	m.magic.Issuers = []certmagic.Issuer{m.issuer}
	if c.Allow != nil {
		m.guests = certmagic.New(m.cache, certmagic.Config{
			Storage: m.magic.Storage, RenewalWindowRatio: c.window, Logger: log, OnEvent: m.tell,
			OnDemand: &certmagic.OnDemandConfig{DecisionFunc: func(ctx context.Context, name string) error {
				if !c.Allow(ctx, name) {
					return errs.New(errs.Denied, "error.acme")
				}
				return nil
			}},
		})
		m.guests.Issuers = []certmagic.Issuer{certmagic.NewACMEIssuer(m.guests, template)}
	}
	return m, nil
}

// ours reports whether a name is one of those that were named at the start.
func (m *Manager) ours(name string) bool {
	return slices.ContainsFunc(m.cfg.Domains, func(d string) bool { return strings.EqualFold(d, name) })
}

func at(a net.Addr) (host string, port int) {
	if tcp, ok := a.(*net.TCPAddr); ok {
		if !tcp.IP.IsUnspecified() {
			host = tcp.IP.String()
		}
		port = tcp.Port
	}
	return host, port
}

// tell logs what happens to certificates.
func (m *Manager) tell(_ context.Context, event string, data map[string]any) error {
	switch event {
	case "cert_obtained":
		m.cfg.Log.Info("certificate obtained", "domain", data["identifier"], "renewal", data["renewal"])
	case "cert_failed":
		m.cfg.Log.Error("certificate not obtained; trying again", "domain", data["identifier"], "error", data["error"])
	}
	return nil
}

// Start begins to get and to renew certificates, and returns at once. Start it
// once the listeners are open.
func (m *Manager) Start(ctx context.Context) error {
	ctx, m.stop = context.WithCancel(ctx)
	if err := m.magic.ManageAsync(ctx, m.cfg.Domains); err != nil {
		return fmt.Errorf("manage certificates: %w", err)
	}
	return nil
}

// Stop ends the renewing.
func (m *Manager) Stop() {
	if m.stop != nil {
		m.stop()
	}
	m.cache.Stop()
}

// TLSConfig answers handshakes with the certificates, and the challenges of the
// authority.
func (m *Manager) TLSConfig() *tls.Config {
	c := m.magic.TLSConfig()
	if m.guests != nil {
		c.GetCertificate = func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			if hello.ServerName == "" || m.ours(hello.ServerName) {
				return m.magic.GetCertificate(hello)
			}
			return m.guests.GetCertificate(hello)
		}
	}
	c.MinVersion = tls.VersionTLS12
	c.NextProtos = append([]string{"h2", "http/1.1"}, c.NextProtos...)
	return c
}

// Plain answers challenges over plain HTTP, and sends everybody else to the same
// place over HTTPS. A name that is not ours is sent nowhere.
func (m *Manager) Plain() http.Handler {
	return m.issuer.HTTPChallengeHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.Host)
		if err != nil {
			host = r.Host
		}
		if name := strings.ToLower(host); m.ours(name) || m.cfg.Allow != nil && m.cfg.Allow(r.Context(), name) {
			w.Header().Set("Connection", "close")
			http.Redirect(w, r, "https://"+name+r.URL.RequestURI(), http.StatusPermanentRedirect)
			return
		}
		http.Error(w, http.StatusText(http.StatusMisdirectedRequest), http.StatusMisdirectedRequest)
	}))
}
