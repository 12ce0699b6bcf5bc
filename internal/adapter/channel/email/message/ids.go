package message

import (
	"slices"
	"strings"
)

const (
	maxIDs     = 200
	maxIDBytes = 998 // a line of RFC 5322
)

// messageID reads a Message-ID field; comments and blanks inside it are
// obsolete syntax and go.
func messageID(s string) string {
	if ids := messageIDs([]string{s}); len(ids) > 0 {
		return ids[0]
	}
	s, _ = stripComments(s)
	if open := strings.IndexByte(s, '<'); open >= 0 {
		s, _, _ = strings.Cut(s[open+1:], ">")
	} else if len(strings.Fields(s)) > 1 {
		s = strings.Fields(s)[0]
	}
	s = strings.Join(strings.Fields(s), "")
	if validID(s) {
		return s
	}
	return ""
}

// messageIDs collects the valid ids of In-Reply-To or References fields in
// order, each once. Beyond maxIDs the oldest but the first go: the root and
// the nearest ancestors are what threading needs (RFC 5537 section 3.4.4).
func messageIDs(values []string) []string {
	var out []string
	seen := map[string]bool{}
	add := func(id string) {
		if validID(id) && !seen[id] {
			seen[id] = true
			out = append(out, id)
		}
	}
	for _, v := range values {
		if !strings.Contains(v, "<") {
			words := strings.FieldsFunc(v, func(r rune) bool { return r == ' ' || r == '\t' || r == ',' })
			bare := len(words) > 0
			for _, w := range words {
				bare = bare && strings.Contains(w, "@") // else it is a phrase such as "your message of Monday"
			}
			if bare {
				for _, w := range words {
					add(w)
				}
			}
			continue
		}
		for {
			open := strings.IndexByte(v, '<')
			if open < 0 {
				break
			}
			v = v[open+1:]
			end := strings.IndexByte(v, '>')
			if end < 0 {
				break
			}
			id := v[:end]
			if inner := strings.LastIndexByte(id, '<'); inner >= 0 {
				id = id[inner+1:] // the one before was never closed
			}
			add(strings.TrimSpace(id))
			v = v[end+1:]
		}
	}
	if len(out) > maxIDs {
		out = slices.Concat(out[:1], out[len(out)-maxIDs+1:])
	}
	return out
}

func validID(id string) bool {
	if id == "" || len(id) > maxIDBytes {
		return false
	}
	for _, r := range id {
		if r <= ' ' || r == 0x7f || r == '<' || r == '>' || r == 0xFFFD {
			return false
		}
	}
	return true
}
