package app

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"sync/atomic"
	"time"

	"godwit.dev/godwit/internal/base/forwarded"
)

// unheard is under which name it is remembered that a proxy was not believed.
const unheard = "unheard proxy"

// unheardEvery is how often that is written down.
const unheardEvery = time.Hour

// proxies puts the decision who asks in front of all doors. A peer of a private
// network that writes headers of a proxy and is not trusted probably is one that
// nobody named: the log says so once an hour, and the doctor for a day. The same
// from the internet is what scanners do all day.
func (c *Core) proxies(trust forwarded.Trust, next http.Handler) http.Handler {
	var last atomic.Int64
	return trust.Handler(next, func(r *http.Request) {
		peer := trust.Client(r).Address
		if !peer.IsPrivate() && !peer.IsLoopback() {
			return
		}
		now, was := c.Now().UnixNano(), last.Load()
		if now-was < int64(unheardEvery) || !last.CompareAndSwap(was, now) {
			return
		}
		c.Log.WarnContext(r.Context(), "the peer speaks as a proxy and is not trusted: name its network by --trusted-proxies, or every client has its address", "peer", peer.String())
		if _, err := c.Auth.Once(context.WithoutCancel(r.Context()), unheard, "", 24*time.Hour); err != nil {
			c.Log.WarnContext(r.Context(), "remember an untrusted proxy", "error", err)
		}
	})
}

// Exposed reports whether passwords would cross a network unencrypted: the console
// listens beyond this machine, speaks no TLS itself, and no proxy is named that
// could do so.
func (c ServeConfig) Exposed() bool {
	if c.TLS != nil || len(c.ACME.Domains) > 0 || len(c.Proxies) > 0 {
		return false
	}
	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return host != "localhost"
	}
	return !ip.IsLoopback()
}

// ExposedText is what operators are told of a console that is Exposed.
const ExposedText = "the console speaks plain HTTP beyond this machine: passwords and customers' mail can be read on the way"

// ExposedFix is what to do about it.
const ExposedFix = "Use --acme-domain or --cert and --cert-key; or listen on 127.0.0.1 behind a proxy that speaks TLS; or name that proxy's network by --trusted-proxies."
