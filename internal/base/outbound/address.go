package outbound

import (
	"encoding/binary"
	"net/netip"
	"slices"
)

// closed4 are the IPv4 networks that are not the public internet (IANA IPv4
// Special-Purpose Address Registry, RFC 6890), multicast and the reserved end.
var closed4 = prefixes(
	"0.0.0.0/8",        // this network
	"10.0.0.0/8",       // private
	"100.64.0.0/10",    // shared by carriers (RFC 6598)
	"127.0.0.0/8",      // loopback
	"169.254.0.0/16",   // link-local, where clouds answer for their metadata
	"172.16.0.0/12",    // private
	"192.0.0.0/24",     // protocol assignments
	"192.0.2.0/24",     // documentation
	"192.88.99.0/24",   // 6to4 relays, withdrawn (RFC 7526)
	"192.168.0.0/16",   // private
	"198.18.0.0/15",    // benchmarks
	"198.51.100.0/24",  // documentation
	"203.0.113.0/24",   // documentation
	"224.0.0.0/4",      // multicast
	"240.0.0.0/4",      // reserved, and broadcast
	"168.63.129.16/32", // public by its number, yet a cloud's own agent answers there
)

// closed6 are the exceptions within open6.
var closed6 = prefixes(
	"2001::/23",     // protocol assignments: Teredo, benchmarks, ORCHID
	"2001:db8::/32", // documentation
	"2002::/16",     // 6to4, withdrawn (RFC 7526): it reaches into any IPv4 network
	"3fff::/20",     // documentation (RFC 9637)
)

var (
	// open6 is all that is handed out as global unicast (RFC 4291 section 2.4 and
	// the IANA registry of IPv6 address space). Everything else is closed, also
	// what will be defined one day: unique local, link-local, multicast,
	// loopback, IPv4-compatible.
	open6 = netip.MustParsePrefix("2000::/3")
	// nat64 embeds an IPv4 address, which decides (RFC 6052).
	nat64 = netip.MustParsePrefix("64:ff9b::/96")
)

func prefixes(list ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(list))
	for i, s := range list {
		out[i] = netip.MustParsePrefix(s)
	}
	return out
}

// Public reports whether an address belongs to the public internet. An IPv4
// address in the clothes of IPv6 (mapped, NAT64) is judged as what it is; one
// with a zone is never public.
func Public(a netip.Addr) bool {
	a = a.Unmap()
	if !a.IsValid() || a.Zone() != "" {
		return false
	}
	if nat64.Contains(a) {
		b := a.As16()
		a = netip.AddrFrom4([4]byte(b[12:]))
	}
	if a.Is4() {
		return !within(closed4, a)
	}
	return open6.Contains(a) && !within(closed6, a) && !tunnelled(a)
}

// tunnelled reports whether the interface part is ISATAP's, which carries an
// IPv4 address to deliver to (RFC 5214 section 6.1).
func tunnelled(a netip.Addr) bool {
	b := a.As16()
	mark := binary.BigEndian.Uint32(b[8:12])
	return mark == 0x00005efe || mark == 0x02005efe
}

func within(list []netip.Prefix, a netip.Addr) bool {
	return slices.ContainsFunc(list, func(p netip.Prefix) bool { return p.Contains(a) })
}

// Any are the prefixes of every address there is: Options.Allow for a tool whose
// own user types the address.
func Any() []netip.Prefix { return prefixes("0.0.0.0/0", "::/0") }

// Loopback are the addresses of this machine.
func Loopback() []netip.Prefix { return prefixes("127.0.0.0/8", "::1/128") }

// permits reports whether a socket may be opened to an address.
func (o Options) permits(a netip.Addr) bool {
	a = a.Unmap()
	return Public(a) || within(o.Allow, a.WithZone(""))
}

// openPort reports whether a port may be called.
func openPort(port uint16) bool { return port == 80 || port == 443 || port >= 1024 }
