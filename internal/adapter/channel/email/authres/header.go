package authres

import (
	"strings"

	"godwit.dev/godwit/internal/adapter/channel/email/message"
)

// fromHeader fills r from the topmost trusted field and tells whether there is one.
func (r *Result) fromHeader(msg *message.Message, opts Options) bool {
	if msg == nil || opts.AuthServID == "" && !opts.Unnamed {
		return false
	}
	for i, field := range msg.AuthResults {
		id, results := parseField(field)
		named := opts.AuthServID != "" && strings.EqualFold(id, opts.AuthServID)
		if !named && !(opts.Unnamed && id == "" && i == 0) {
			continue
		}
		r.Source = SourceHeader
		r.take(results)
		return true
	}
	return false
}

// methodResult is one `method=value ptype.property=value...` of the field.
type methodResult struct {
	method, value string
	props         map[string]string
}

func (r *Result) take(results []methodResult) {
	author := ascii(r.Domain)
	for _, m := range results {
		switch m.method {
		case "spf":
			r.SPF = m.value
			domain := m.props["smtp.mailfrom"]
			if domain == "" {
				domain = m.props["smtp.helo"]
			}
			r.Aligned = r.Aligned || m.value == Pass && alignedDomains(ascii(lastDomain(domain)), author, false)
		case "dkim":
			if r.DKIM != Pass { // several signatures, several results: one that holds is enough
				r.DKIM = m.value
			}
			domain := m.props["header.d"]
			if domain == "" {
				domain = m.props["header.i"]
			}
			r.Aligned = r.Aligned || m.value == Pass && alignedDomains(ascii(lastDomain(domain)), author, false)
		case "dmarc":
			r.DMARC = m.value
			from := ascii(lastDomain(m.props["header.from"]))
			if m.value == Pass && (from == "" || alignedDomains(from, author, false)) {
				r.Aligned = true
			}
		}
	}
	if r.DMARC == Fail {
		r.Aligned = false // the server knew the policy; strict alignment may have failed
	}
}

func lastDomain(s string) string {
	if i := strings.LastIndexByte(s, '@'); i >= 0 {
		s = s[i+1:]
	}
	return strings.ToLower(strings.Trim(s, "<>\"; "))
}

// parseField reads an Authentication-Results value (RFC 8601 section 2.2). A
// field that starts with a result has no authserv-id, which the grammar forbids.
func parseField(s string) (id string, results []methodResult) {
	for i, part := range strings.Split(stripComments(s), ";") {
		words := strings.Fields(part)
		if len(words) == 0 {
			continue
		}
		if i == 0 && !strings.Contains(words[0], "=") {
			id = strings.Trim(words[0], `"`)
			continue
		}
		method, value, ok := strings.Cut(words[0], "=")
		if !ok {
			continue
		}
		method, _, _ = strings.Cut(strings.ToLower(method), "/") // a version may follow
		m := methodResult{method: method, value: knownValue(value), props: map[string]string{}}
		for _, w := range words[1:] {
			if name, v, ok := strings.Cut(w, "="); ok {
				m.props[strings.ToLower(name)] = strings.Trim(v, `"`)
			}
		}
		results = append(results, m)
	}
	return id, results
}

// knownValue maps a result to the known values.
func knownValue(s string) string {
	switch s = strings.ToLower(s); s {
	case Pass, Fail, SoftFail, Neutral, None, TempError, PermError:
		return s
	case "hardfail", "reject", "quarantine":
		return Fail
	case "bestguesspass", "policy", "discard":
		return Neutral
	case "error":
		return TempError
	case "unknown":
		return PermError
	}
	return None
}

// stripComments takes nested comments out; quotes protect parentheses.
func stripComments(s string) string {
	if strings.IndexByte(s, '(') < 0 {
		return s
	}
	var out strings.Builder
	depth, quoted := 0, false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s):
			if depth == 0 {
				out.WriteString(s[i : i+2])
			}
			i++
			continue
		case c == '"' && depth == 0:
			quoted = !quoted
		case c == '(' && !quoted:
			depth++
			continue
		case c == ')' && depth > 0:
			depth--
			continue
		}
		if depth == 0 {
			out.WriteByte(s[i])
		}
	}
	return out.String()
}
