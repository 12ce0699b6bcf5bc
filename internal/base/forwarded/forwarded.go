package forwarded

import (
	"context"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Trust lists the networks of the proxies that may say for whom they ask. The nil
// Trust believes nobody.
type Trust []netip.Prefix

// holds reports whether an address is a trusted proxy's.
func (t Trust) holds(a netip.Addr) bool {
	return slices.ContainsFunc(t, func(p netip.Prefix) bool { return p.Contains(a) })
}

// Client is who asks.
type Client struct {
	Address netip.Addr // the zero Addr if the connection has none, as in some tests
	TLS     bool       // the client speaks TLS, with us or with the outermost trusted proxy that says so
	// Unheard reports that the request carried headers of a proxy and that its peer
	// is none that is trusted: somebody forges them, or a proxy was not named.
	Unheard bool
}

// String writes the address, "" if there is none.
func (c Client) String() string {
	if !c.Address.IsValid() {
		return ""
	}
	return c.Address.String()
}

// Network writes the network that the address counts for: the address itself, or
// the 64 bits of IPv6 that one subscriber usually has (RFC 6177 section 2), who
// could else come from a new address with each request.
func (c Client) Network() string { return Network(c.String()) }

// Network is Client.Network of an address as text; what is none stays as it is.
func Network(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil || !a.Is6() {
		return address
	}
	p, err := a.WithZone("").Prefix(64)
	if err != nil {
		return address
	}
	return p.String()
}

// Coarse writes the wider network of an address, for logs, which name nobody: 24
// bits of IPv4 or 48 of IPv6, and "" of what is no address.
func Coarse(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return ""
	}
	bits := 48
	if a = a.Unmap(); a.Is4() {
		bits = 24
	}
	p, err := a.WithZone("").Prefix(bits)
	if err != nil {
		return ""
	}
	return p.String()
}

// The headers that a proxy writes.
const (
	chainHeader  = "X-Forwarded-For"
	elderHeader  = "Forwarded"
	singleHeader = "X-Real-Ip"
	schemeHeader = "X-Forwarded-Proto"
)

// Client decides who sends a request. If X-Forwarded-For and Forwarded are both
// there and name two clients, one of them came from the client itself past a proxy
// that writes the other: neither counts, and the client is the proxy that said it.
func (t Trust) Client(r *http.Request) Client {
	c := Client{Address: peer(r), TLS: r.TLS != nil}
	if !told(r.Header) {
		return c
	}
	if !t.holds(c.Address) {
		c.Unheard = true
		return c
	}
	chain, elder := chainOf(r.Header), elderOf(r.Header)
	switch {
	case len(chain) > 0:
		who, at := t.walk(c.Address, chain)
		if len(elder) > 0 {
			if other, _ := t.walk(c.Address, elder); other != who {
				return c
			}
		}
		c.Address = who
		c.TLS = scheme(r.Header, at, c.TLS)
	case len(elder) > 0:
		who, at := t.walk(c.Address, elder)
		c.Address = who
		if at >= 0 && elder[at].proto != "" {
			c.TLS = elder[at].proto == "https"
		}
	default:
		if a, ok := address(r.Header.Get(singleHeader)); ok {
			c.Address = a
		}
		c.TLS = scheme(r.Header, 0, c.TLS)
	}
	return c
}

// told reports whether a request carries anything that a proxy writes.
func told(h http.Header) bool {
	return h[chainHeader] != nil || h[elderHeader] != nil || h[singleHeader] != nil || h[schemeHeader] != nil
}

// peer returns the address of who opened the connection.
func peer(r *http.Request) netip.Addr {
	ap, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return ap.Addr().Unmap().WithZone("")
}

// hop is one entry of a chain: who sent a request on.
type hop struct {
	address netip.Addr
	known   bool
	proto   string // in lower case; "" if it is not said
}

// walk follows a chain from its end, the proxy next to us, and returns the first
// address that is no trusted proxy's with its place counted from the right. Where
// an entry is no address, the proxy that wrote it is as far as one can see: its
// place is -1.
func (t Trust) walk(peer netip.Addr, chain []hop) (who netip.Addr, at int) {
	who, at = peer, -1
	for i, h := range chain {
		if !h.known {
			return who, at
		}
		who, at = h.address, i
		if !t.holds(who) {
			return who, at
		}
	}
	return who, at
}

// longestChain bounds what is read of a chain; whoever writes more is not heard
// beyond it.
const longestChain = 32

// chainOf reads X-Forwarded-For, from its right end.
func chainOf(h http.Header) []hop {
	var out []hop
	for _, entry := range fromRight(h[chainHeader]) {
		a, ok := address(entry)
		out = append(out, hop{address: a, known: ok})
	}
	return out
}

// fromRight returns the entries of a header that may come in several lines, the
// last one first. A header without any word in it is none.
func fromRight(lines []string) []string {
	all := strings.Join(lines, ",")
	if strings.Trim(all, " \t,") == "" {
		return nil
	}
	entries := strings.Split(all, ",")
	slices.Reverse(entries)
	return entries[:min(len(entries), longestChain)]
}

// elderOf reads Forwarded, from its right end. Addresses and schemes hold no
// comma and no semicolon, so that quotes are only taken off: a quoted comma can
// cut an entry in two that is then no address.
func elderOf(h http.Header) []hop {
	var out []hop
	for _, entry := range fromRight(h[elderHeader]) {
		var x hop
		for _, pair := range strings.Split(entry, ";") {
			name, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
			value = strings.Trim(value, `"`)
			switch strings.ToLower(name) {
			case "for":
				x.address, x.known = address(value)
			case "proto":
				x.proto = strings.ToLower(value)
			}
		}
		out = append(out, x)
	}
	return out
}

// scheme reports whether a proxy says that the client at a place of the chain,
// counted from the right, speaks TLS. Proxies that write one value for the whole
// chain write the outermost one.
func scheme(h http.Header, at int, otherwise bool) bool {
	values := fromRight(h[schemeHeader])
	if len(values) == 0 {
		return otherwise
	}
	return strings.EqualFold(strings.TrimSpace(values[min(max(at, 0), len(values)-1)]), "https")
}

// address reads 192.0.2.1, 192.0.2.1:4711, 2001:db8::1 and [2001:db8::1]:4711.
func address(text string) (netip.Addr, bool) {
	text = strings.TrimSpace(text)
	if ap, err := netip.ParseAddrPort(text); err == nil {
		return ap.Addr().Unmap().WithZone(""), true
	}
	if inner, ok := strings.CutPrefix(text, "["); ok {
		text = strings.TrimSuffix(inner, "]")
	}
	a, err := netip.ParseAddr(text)
	if err != nil || a.IsUnspecified() {
		return netip.Addr{}, false
	}
	return a.Unmap().WithZone(""), true
}

type clientKey struct{}

// Handler decides once who sends a request and lets Of tell it to all that stand
// behind. Unheard, if not nil, is called with each request whose Client is Unheard.
func (t Trust) Handler(next http.Handler, unheard func(*http.Request)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := t.Client(r)
		if c.Unheard && unheard != nil {
			unheard(r)
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), clientKey{}, c)))
	})
}

// Of returns who sends a request, as Handler has decided. Without a Handler in
// front no proxy is trusted.
func Of(r *http.Request) Client {
	if c, ok := r.Context().Value(clientKey{}).(Client); ok {
		return c
	}
	return Trust(nil).Client(r)
}
