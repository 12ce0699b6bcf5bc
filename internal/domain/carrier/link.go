package carrier

import (
	"strings"
)

// runKind is what a run of characters without blanks is.
type runKind uint8

const (
	prose runKind = iota
	link
	mail
)

// run is such a run around a token.
type run struct {
	start, end int
	kind       runKind
	carriers   []Key // of the host of a link
	tracks     bool  // the link is to a tracking page
}

// inAddress reports whether a code point may stand in an address of the web (RFC 3986, 2) or of mail.
func inAddress(r rune) bool {
	if r == 0 {
		return true
	}
	return r > ' ' && r < 0x7F && !strings.ContainsRune("\"<>\\^`{|}()[]", r)
}

// runAt returns the run around a stretch; one that does not fit into a single run is prose.
func (f *finder) runAt(start, end int) run {
	if start >= f.run.start && end <= f.run.end {
		return f.run
	}
	if start < f.run.end {
		return run{}
	}
	r := run{start: start, end: start}
	for r.start > f.run.end && inAddress(f.t[r.start-1].r) {
		r.start--
	}
	for r.end < len(f.t) && inAddress(f.t[r.end].r) {
		r.end++
	}
	f.classify(&r)
	f.run = r
	if len(r.carriers) > 0 {
		f.links = append(f.links, r)
	}
	if end > r.end {
		return run{}
	}
	return r
}

// classify tells what a run is.
func (f *finder) classify(r *run) {
	var b strings.Builder
	for _, c := range f.t[r.start:min(r.end, r.start+2048)] {
		if c.r != 0 {
			b.WriteByte(byte(c.r))
		}
	}
	s := b.String()
	rest, found := "", false
	if _, rest, found = strings.Cut(s, "://"); !found {
		if i := strings.Index(s, "www."); i >= 0 {
			rest, found = s[i:], true
		} else if i := strings.IndexByte(s, '/'); i > 3 && strings.Contains(s[:i], ".") && !strings.Contains(s[:i], "@") {
			rest, found = strings.TrimLeft(s, "(:"), hostLike(s[:i])
		}
	}
	if !found {
		if strings.Contains(s, "@") {
			r.kind = mail
		}
		return
	}
	r.kind = link
	host := rest
	if i := strings.IndexAny(rest, "/?#:"); i >= 0 {
		host = rest[:i]
	}
	for _, c := range built().carriers {
		if c.hosted(host) {
			r.carriers = append(r.carriers, c.Key)
		}
	}
	for _, w := range []string{"track", "trace", "suivi", "suivre", "seguimiento", "rastre", "sendung", "sledz", "parcel", "shipment", "awb", "waybill", "17track", "nachverfolg", "zasilk", "spor", "takip", "mailno", "nums="} {
		if strings.Contains(rest, w) {
			r.tracks = true
			break
		}
	}
}

// hostLike reports whether letters in front of a slash could be a host: shop.example.
func hostLike(s string) bool {
	i := strings.LastIndexByte(s, '.')
	if i < 0 || len(s)-i < 3 {
		return false
	}
	for _, c := range s[i+1:] {
		if c < 'a' || c > 'z' {
			return false
		}
	}
	return true
}

// hosted reports whether a host is of the carrier's.
func (c Carrier) hosted(host string) bool {
	for _, h := range c.hosts {
		if before, any := strings.CutSuffix(h, "*"); any {
			// dpd.* is dpd, then one ending or two: dpd.de, dpd.co.uk.
			i := strings.Index(host, before)
			if i < 0 || i > 0 && host[i-1] != '.' {
				continue
			}
			if ending := host[i+len(before):]; ending != "" && strings.Count(ending, ".") <= 1 && len(ending) <= 7 {
				return true
			}
			continue
		}
		if host == h || strings.HasSuffix(host, "."+h) {
			return true
		}
	}
	return false
}

// delimited reports whether a span is a whole value or a whole step of a link's path.
func (f *finder) delimited(s span, r run) bool {
	before, after := '/', '/'
	if s.start > r.start {
		before = f.t[s.start-1].r
	}
	if s.end < r.end {
		after = f.t[s.end].r
		if (after == '.' || after == ',' || after == '!' || after == ':' || after == ';') && s.end+1 == r.end {
			after = '/'
		}
	}
	ends := "/=?&#:,;+"
	if len(r.carriers) > 0 {
		ends += "-" // a country or a postcode may follow
	}
	return strings.ContainsRune(ends, before) && strings.ContainsRune(ends, after)
}
