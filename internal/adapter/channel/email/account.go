package email

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"
)

// Security says how a connection is protected.
type Security string

const (
	// TLS speaks TLS from the first byte (IMAP port 993, SMTP port 465; RFC 8314).
	TLS Security = "tls"
	// StartTLS upgrades a plain connection before anything secret is said. A server
	// that does not offer it is refused; there is no silent fall-back.
	StartTLS Security = "starttls"
	// None sends everything in the clear. It is refused for any host but this
	// machine unless Account.AllowPlain is set.
	None Security = "none"
)

// Account is one mailbox server with the credentials for it. The same type
// serves IMAP and SMTP.
type Account struct {
	Host     string
	Port     int // 0 means the usual port of the protocol and Security
	Security Security
	Username string // empty means: do not sign in (SMTP relays only)
	Password string
	OAuth    *OAuth2 // takes precedence over Password

	// Folders to read, in this order; empty means INBOX. The first one is watched
	// with IDLE, the others are looked at every Options.Poll.
	Folders []string

	// AllowPlain permits Security None to a host that is not this machine.
	AllowPlain bool
	// RootCAs replaces the system's certificate authorities, for servers with a
	// private one. nil means the system's.
	RootCAs *x509.CertPool
}

// errPlainRefused marks a connection that would have carried secrets in clear.
var errPlainRefused = errors.New("refusing to sign in without encryption to a host that is not this machine")

const dialTimeout = 20 * time.Second

func (a Account) folders() []string {
	if len(a.Folders) == 0 {
		return []string{"INBOX"}
	}
	return a.Folders
}

func (a Account) address(implicitTLS, plain int) string {
	port := a.Port
	if port == 0 {
		port = plain
		if a.Security == TLS {
			port = implicitTLS
		}
	}
	return net.JoinHostPort(a.Host, strconv.Itoa(port))
}

func (a Account) tlsConfig(protocol string) *tls.Config {
	c := &tls.Config{ServerName: a.Host, RootCAs: a.RootCAs, MinVersion: tls.VersionTLS12}
	if protocol != "" {
		c.NextProtos = []string{protocol}
	}
	return c
}

// loopback reports whether the host is this machine by name or number. Names are
// not resolved: a resolver must not be able to switch encryption off.
func (a Account) loopback() bool {
	if a.Host == "localhost" {
		return true
	}
	ip := net.ParseIP(a.Host)
	return ip != nil && ip.IsLoopback()
}

// dial connects and, for TLS, completes the handshake, so that its errors arrive
// with their own types.
func (a Account) dial(ctx context.Context, address, protocol string) (net.Conn, error) {
	switch a.Security {
	case TLS, StartTLS:
	case None:
		if !a.AllowPlain && !a.loopback() {
			return nil, errPlainRefused
		}
	default:
		return nil, fmt.Errorf("unknown security %q", a.Security)
	}
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	if a.Security != TLS {
		return conn, nil
	}
	tc := tls.Client(conn, a.tlsConfig(protocol))
	if err := tc.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return tc, nil
}
