package outbound

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"godwit.dev/godwit/internal/base/errs"
)

// Options shape a client. The zero value is right for calls into the public
// internet.
type Options struct {
	// Allow names networks that may be called although they are not public.
	Allow []netip.Prefix
	// HTTPS refuses http:// except to addresses in Allow.
	HTTPS bool
	// Timeout bounds a whole exchange, the body included: 30 s if zero, none if
	// negative. HeaderTimeout bounds the wait for an answer to begin: 15 s if zero.
	Timeout, HeaderTimeout time.Duration
	// MaxRedirects is how many redirects are followed: 3 if zero, none if
	// negative; the answer that redirects is then returned as it is.
	MaxRedirects int
	// MaxBody is how many bytes of a body can be read, after decompression: 10 MB
	// if zero. Reading on fails.
	MaxBody int64
	// UserAgent is sent unless a request brings its own; "Godwit" if empty.
	UserAgent string
	// Resolver looks names up; nil is the system's.
	Resolver *net.Resolver
}

const (
	dialTimeout = 10 * time.Second
	maxHeader   = 64 << 10
)

// New returns a client that keeps the promises of this package. It is safe for
// concurrent use and meant to be kept: it holds idle connections.
func New(o Options) *http.Client {
	o.HeaderTimeout = cmp.Or(o.HeaderTimeout, 15*time.Second)
	o.MaxBody = cmp.Or(o.MaxBody, 10<<20)
	o.UserAgent = cmp.Or(o.UserAgent, "Godwit")
	d := &net.Dialer{Timeout: dialTimeout, Resolver: o.Resolver, ControlContext: o.control}
	t := &http.Transport{
		DialContext: d.DialContext, TLSHandshakeTimeout: dialTimeout, ResponseHeaderTimeout: o.HeaderTimeout, ExpectContinueTimeout: time.Second,
		MaxResponseHeaderBytes: maxHeader, MaxIdleConns: 64, MaxIdleConnsPerHost: 4, IdleConnTimeout: 90 * time.Second, ForceAttemptHTTP2: true,
	}
	return &http.Client{
		Transport: &transport{o, t}, CheckRedirect: o.redirect,
		Timeout: max(0, cmp.Or(o.Timeout, 30*time.Second)),
	}
}

type schemeKey struct{}

// control sees the address of each socket before it is connected (net.Dialer):
// every one that a name resolved to, on every try.
func (o Options) control(ctx context.Context, network, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil || !strings.HasPrefix(network, "tcp") {
		return refused(address)
	}
	scheme, _ := ctx.Value(schemeKey{}).(string)
	switch {
	case !o.permits(ap.Addr()), !openPort(ap.Port()):
		return refused(address)
	case o.HTTPS && scheme != "https" && !within(o.Allow, ap.Addr().Unmap().WithZone("")):
		return errs.New(errs.Denied, "error.outbound_plain")
	}
	return nil
}

// refused tells the person no more than they knew: which machine a name leads to
// inside our network is nobody's business. The log has the address.
func refused(address string) error {
	return errs.Wrap(errs.Denied, fmt.Errorf("address %s is not public", address), "error.outbound_address")
}

// Refused reports whether a call was not made because its address is closed to
// this client, by network, port or scheme. A repeat fails alike until the name
// leads elsewhere.
func Refused(err error) bool {
	var e *errs.Error
	if !errors.As(err, &e) {
		return false
	}
	_, what, _ := strings.Cut(e.Key, ".")
	return strings.HasPrefix(what, "outbound_")
}

// redirect judges a redirect before it is followed.
func (o Options) redirect(req *http.Request, via []*http.Request) error {
	most := cmp.Or(o.MaxRedirects, 3)
	if most < 0 {
		return http.ErrUseLastResponse
	}
	if len(via) > most {
		return errs.New(errs.Denied, "error.outbound_redirects", "max", most)
	}
	if err := checkURL(req.URL); err != nil {
		return err
	}
	first, last := via[0], via[len(via)-1]
	if last.URL.Scheme == "https" && req.URL.Scheme != "https" {
		return errs.New(errs.Denied, "error.outbound_downgrade")
	}
	// The referrer would carry the last address, query and all.
	req.Header.Del("Referer")
	home := origin(first.URL)
	stranger := origin(req.URL) != home
	for _, v := range via {
		stranger = stranger || origin(v.URL) != home // who sends us back may have chosen the path
	}
	if stranger {
		for name := range req.Header {
			if secret(name) {
				req.Header.Del(name)
			}
		}
	}
	return nil
}

// origin is scheme, host and port (RFC 6454 section 4): another port is another
// program, also on the same machine.
func origin(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return u.Scheme + "://" + strings.ToLower(u.Hostname()) + ":" + port
}

// secret reports whether a request header may carry a credential. What is not
// known to be harmless is held to be one.
func secret(name string) bool {
	switch http.CanonicalHeaderKey(name) {
	case "Accept", "Accept-Encoding", "Accept-Language", "Content-Type", "Content-Length", "Content-Encoding", "User-Agent", "If-None-Match", "If-Modified-Since", "Range":
		return false
	}
	return true
}

// transport adds to every request what the client promises.
type transport struct {
	o    Options
	base *http.Transport
}

func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := checkURL(req.URL); err != nil {
		if req.Body != nil {
			_ = req.Body.Close() // the contract of RoundTripper
		}
		return nil, err
	}
	r := req.Clone(context.WithValue(req.Context(), schemeKey{}, req.URL.Scheme))
	if r.Header.Get("User-Agent") == "" {
		r.Header.Set("User-Agent", t.o.UserAgent)
	}
	res, err := t.base.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	res.Request = req
	res.Body = &bounded{res.Body, t.o.MaxBody}
	return res, nil
}

// CloseIdleConnections lets http.Client.CloseIdleConnections reach the pool.
func (t *transport) CloseIdleConnections() { t.base.CloseIdleConnections() }

// bounded fails a body that is longer than permitted, rather than cut it short:
// half a document can mean something else.
type bounded struct {
	io.ReadCloser
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, errs.New(errs.Denied, "error.outbound_size")
	}
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return n - 1, errs.New(errs.Denied, "error.outbound_size")
	}
	return n, err
}

// Check reads an address that a person typed and refuses, with errs.Invalid,
// what a client of these options would never call. A name is not looked up: that
// it leads to a public address now would prove nothing about the next call.
func (o Options) Check(raw string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil {
		return nil, errs.New(errs.Invalid, "error.outbound_url")
	}
	if err := checkURL(u); err != nil {
		return nil, err
	}
	ip, err := netip.ParseAddr(u.Hostname())
	literal := err == nil
	if literal && !o.permits(ip) {
		return nil, errs.New(errs.Invalid, "error.outbound_address")
	}
	if o.HTTPS && u.Scheme != "https" && (len(o.Allow) == 0 || literal && !within(o.Allow, ip.Unmap().WithZone(""))) {
		return nil, errs.New(errs.Invalid, "error.outbound_plain")
	}
	if u.Fragment != "" {
		return nil, errs.New(errs.Invalid, "error.outbound_url")
	}
	return u, nil
}

// checkURL refuses what is wrong with an address whatever it leads to.
func checkURL(u *url.URL) error {
	if u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.Opaque != "" {
		return errs.New(errs.Invalid, "error.outbound_url")
	}
	if u.User != nil {
		return errs.New(errs.Invalid, "error.outbound_user")
	}
	if p := u.Port(); p != "" {
		if n, err := strconv.ParseUint(p, 10, 16); err != nil || !openPort(uint16(n)) {
			return errs.New(errs.Invalid, "error.outbound_port", "port", p)
		}
	}
	return nil
}

// Do sends a request and keeps secrets out of the error. A client of this
// package is expected, but any will do.
func Do(c *http.Client, req *http.Request) (*http.Response, error) {
	res, err := c.Do(req)
	return res, Clean(err)
}

// Clean returns the error of an http.Client without the query, the fragment and
// the user of the URL in it: the place where tokens travel.
func Clean(err error) error {
	var e *url.Error
	if err == nil || !errors.As(err, &e) {
		return err
	}
	u, perr := url.Parse(e.URL)
	if perr != nil {
		return fmt.Errorf("%s: %w", e.Op, e.Err)
	}
	u.User, u.RawQuery, u.ForceQuery, u.Fragment, u.RawFragment = nil, "", false, "", ""
	return &url.Error{Op: e.Op, URL: u.String(), Err: e.Err}
}

// Read reads a body of at most limit bytes and fails with errs.Denied on a
// longer one. It closes the body.
func Read(res *http.Response, limit int64) ([]byte, error) {
	defer res.Body.Close()
	b := &bounded{res.Body, limit}
	body, err := io.ReadAll(b)
	if err != nil {
		return nil, fmt.Errorf("read answer: %w", err)
	}
	return body, nil
}
