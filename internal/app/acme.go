package app

import (
	"context"
	"crypto/x509"
	"net"
	"net/http"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/server/cert"
)

// ACMEConfig says for which domains the console gets its own certificates; no
// domain is none.
type ACMEConfig struct {
	Domains   []string
	Email     string
	Dir       string         // keys and certificates
	Authority string         // its directory; "" is Let's Encrypt
	Roots     *x509.CertPool // whom to trust at the authority; nil is the system
	// Plain is where HTTP without TLS is answered, with challenges and with the way
	// to HTTPS; "" is closed.
	Plain string
}

// openACME prepares the certificates of a console that listens already.
func (a *App) openACME(ctx context.Context, console net.Addr) error {
	x := a.cfg.ACME
	if len(x.Domains) == 0 {
		if x.Plain != "" {
			return errs.New(errs.Invalid, "error.acme")
		}
		return nil
	}
	if a.cfg.TLS != nil {
		return errs.New(errs.Invalid, "error.acme_and_certificate")
	}
	c := cert.Config{Domains: x.Domains, Email: x.Email, Dir: x.Dir, Authority: x.Authority, Roots: x.Roots, TLS: console, Log: a.core.Log, Allow: a.core.shopHost}
	var plain net.Listener
	var err error
	if x.Plain != "" {
		if plain, err = listen(ctx, x.Plain); err != nil {
			return err
		}
		c.Plain = plain.Addr()
	}
	if a.certs, err = cert.New(c); err != nil {
		if plain != nil {
			_ = plain.Close()
		}
		return err
	}
	a.cfg.TLS = a.certs.TLSConfig()
	if plain != nil {
		a.plain = &http.Server{Handler: a.certs.Plain(), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second, MaxHeaderBytes: 16 << 10}
		a.plainAt = plain.Addr()
		a.run(func() error { return a.plain.Serve(plain) })
	}
	return nil
}

// shopHost reports whether a name is one that a shop has proven to be its own.
func (c *Core) shopHost(ctx context.Context, name string) bool {
	_, found, err := c.Brands.ByHost(ctx, name)
	if err != nil {
		c.Log.WarnContext(ctx, "look a host up", "error", err)
	}
	return found && err == nil
}

// PlainAddr returns where HTTP without TLS is answered, nil if nowhere.
func (a *App) PlainAddr() net.Addr { return a.plainAt }
