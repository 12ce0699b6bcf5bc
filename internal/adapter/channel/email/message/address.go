package message

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

const (
	maxAddresses    = 1000
	maxAddressBytes = 320  // RFC 3696 erratum 1690 allows 254; bounce addresses are longer
	maxQuoted       = 1000 // how far a closing quote, parenthesis or bracket is sought
)

// parseAddresses reads an address list leniently: display names with raw
// commas inside encoded words or quotes, groups, comments, semicolons between
// addresses, missing angle brackets, `addr (Name)`. s is the header value as
// UTF-8 with its encoded words still in place. Entries with no address in them
// are left out; dropped counts them.
func parseAddresses(s string) (list []Address, dropped int) {
	for _, entry := range splitAddresses(s) {
		a, ok := parseAddress(entry)
		if !ok {
			dropped++
			continue
		}
		if len(list) == maxAddresses {
			dropped++
			break
		}
		list = append(list, a)
	}
	return list, dropped
}

// splitAddresses cuts a list at its top-level commas and semicolons and takes
// the names of groups away.
func splitAddresses(s string) []string {
	var out []string
	start := 0
	add := func(end int) {
		if e := strings.TrimSpace(s[start:end]); e != "" {
			out = append(out, e)
		}
		start = end + 1
	}
	angle, at := false, false
	for i := 0; i < len(s) && len(out) <= maxAddresses; i++ {
		switch c := s[i]; {
		case c == '=' && i+1 < len(s) && s[i+1] == '?':
			if w, ok := nextWord(s, i); ok && w.end < len(s) {
				i = w.end - 1
			}
		case c == '"':
			if end := closingQuote(s, i); end > 0 {
				i = end
			}
		case c == '(' && !angle:
			if end := closingParen(s, i); end > 0 {
				i = end
			}
		case c == '<':
			angle = strings.IndexByte(s[i:min(len(s), i+maxQuoted)], '>') > 0
		case c == '>':
			angle = false
		case c == '@':
			at = true
		case c == ':' && !angle && !at && !strings.HasPrefix(strings.ToLower(strings.TrimSpace(s[start:i])), "mailto"):
			start = i + 1 // the name of a group
		case (c == ',' || c == ';') && !angle:
			add(i)
			at = false
		}
	}
	if start < len(s) {
		add(len(s))
	}
	return out
}

// closingQuote returns the index of the quote that closes the one at s[i], or -1.
func closingQuote(s string, i int) int {
	s = s[:min(len(s), i+maxQuoted)]
	for j := i + 1; j < len(s); j++ {
		switch s[j] {
		case '\\':
			j++
		case '"':
			return j
		}
	}
	return -1
}

// closingParen does the same for a comment, which may hold comments.
func closingParen(s string, i int) int {
	s = s[:min(len(s), i+maxQuoted)]
	depth := 0
	for j := i; j < len(s); j++ {
		switch s[j] {
		case '\\':
			j++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return j
			}
		}
	}
	return -1
}

// parseAddress reads one entry of a list.
func parseAddress(s string) (Address, bool) {
	s = strings.TrimSpace(s)
	if open := lastAngle(s); open >= 0 {
		inner, tail := s[open+1:], ""
		if end := strings.IndexByte(inner, '>'); end >= 0 {
			inner, tail = inner[:end], strings.Trim(inner[end+1:], "> ")
		}
		name := strings.TrimRight(strings.TrimSpace(s[:open]), "< ")
		addr := cleanAddress(inner)
		if addr == "" { // "a@b <>": the brackets hold nothing, the rest may
			if strings.Contains(name, "@") {
				return parseAddress(name)
			}
			return Address{}, false
		}
		if name == "" {
			name = strings.TrimSpace(tail)
		}
		return Address{Name: displayName(name), Address: addr}, true
	}
	bare, comment := stripComments(s)
	if strings.Contains(bare, "@") {
		// obs-addr-spec allows blanks around "@" and "."; otherwise the word with "@" is it.
		if addr := cleanAddress(bare); addr != "" && !strings.ContainsAny(strings.Trim(bare, " "), " \t") {
			return Address{Name: displayName(comment), Address: addr}, true
		}
		words := strings.Fields(bare)
		for i, w := range words {
			if addr := cleanAddress(w); strings.Contains(addr, "@") {
				name := strings.TrimSpace(strings.Join(words[:i], " ") + " " + strings.Join(words[i+1:], " "))
				if name == "" {
					name = comment
				}
				return Address{Name: displayName(name), Address: addr}, true
			}
		}
		if addr := cleanAddress(strings.Join(words, "")); strings.Contains(addr, "@") {
			return Address{Name: displayName(comment), Address: addr}, true
		}
	}
	if d := decodeWords(s); d != s && strings.Contains(d, "@") && !strings.Contains(d, "=?") {
		return parseAddress(d) // the address itself was encoded, which RFC 2047 forbids
	}
	if bare != "" && !strings.ContainsAny(bare, " \t@\"") && !strings.HasPrefix(strings.ToLower(bare), "undisclosed") {
		if addr := cleanAddress(bare); addr != "" { // a local user: MAILER-DAEMON
			return Address{Name: displayName(comment), Address: addr}, true
		}
	}
	return Address{}, false
}

// lastAngle finds the "<" of the address: the last one outside quotes.
func lastAngle(s string) int {
	at := -1
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '"':
			if end := closingQuote(s, i); end > 0 {
				i = end
			}
		case '<':
			at = i
		}
	}
	return at
}

// stripComments takes the parenthesised comments out of s and returns the last of them.
func stripComments(s string) (bare, comment string) {
	if strings.IndexByte(s, '(') < 0 {
		return strings.TrimSpace(s), ""
	}
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '"':
			if end := closingQuote(s, i); end > 0 {
				out.WriteString(s[i : end+1])
				i = end
				continue
			}
		case '(':
			if end := closingParen(s, i); end > 0 {
				comment = s[i+1 : end]
				i = end
				continue
			}
		}
		out.WriteByte(s[i])
	}
	return strings.TrimSpace(out.String()), comment
}

// cleanAddress normalises an addr-spec: no route, comments, blanks, quotes or
// mailto:, the domain in lower case and in Unicode. It returns "" for what
// cannot be an address.
func cleanAddress(s string) string {
	s, _ = stripComments(s)
	s = strings.Trim(s, " \t<>,;'")
	if rest, ok := cutPrefixFold(s, "mailto:"); ok {
		s = rest
	}
	if strings.HasPrefix(s, "@") { // obs-route
		if i := strings.IndexByte(s, ':'); i >= 0 {
			s = s[i+1:]
		}
	}
	if strings.Contains(s, "=?") {
		s = decodeWords(s)
	}
	at := strings.LastIndexByte(s, '@')
	local, domain := s, ""
	if at >= 0 {
		local, domain = strings.TrimSpace(s[:at]), s[at+1:]
	}
	if !strings.HasPrefix(local, `"`) {
		local = strings.Trim(local, `"`)
		local = strings.Join(strings.Fields(local), "")
	}
	domain = strings.ToLower(strings.Join(strings.Fields(strings.Trim(domain, `" .`)), ""))
	if local == "" || at >= 0 && domain == "" || len(s) > maxAddressBytes || strings.ContainsAny(domain, "<>,;:\"()") && !strings.HasPrefix(domain, "[") {
		return ""
	}
	local = cleanHeader(local)
	if at < 0 {
		if strings.ContainsAny(local, "<>,;:") {
			return ""
		}
		return local
	}
	if strings.Contains(domain, "xn--") {
		if u, err := idna.Display.ToUnicode(domain); err == nil {
			domain = u
		}
	}
	return local + "@" + cleanHeader(domain)
}

func cutPrefixFold(s, prefix string) (string, bool) {
	if len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix) {
		return s[len(prefix):], true
	}
	return s, false
}

// displayName decodes a phrase: quotes off, escapes undone, encoded words read.
func displayName(s string) string {
	s = strings.TrimSpace(s)
	if s == "" {
		return ""
	}
	if strings.IndexByte(s, '"') >= 0 {
		var out strings.Builder
		for i := 0; i < len(s); i++ {
			switch s[i] {
			case '"':
			case '\\':
				if i+1 < len(s) {
					i++
					out.WriteByte(s[i])
				}
			default:
				out.WriteByte(s[i])
			}
		}
		s = out.String()
	}
	s = collapse(cleanHeader(decodeWords(s)))
	if len(s) > 1 && (s[0] == '\'' && s[len(s)-1] == '\'' || s[0] == '"' && s[len(s)-1] == '"') {
		s = s[1 : len(s)-1]
	}
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	return cutUTF8(strings.TrimSpace(s), 500)
}
