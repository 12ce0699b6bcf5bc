// Package hush keeps people out of the log.
//
// What Godwit itself logs names records by their numbers. The words of others,
// such as the answer of a mail server or an error of a driver, may hold an
// address or a token: Handler puts "[address]" or "[secret]" in its place,
// whatever the level. It is the second lock and not the first: texts of messages
// and names of people cannot be told from other words, and must never be logged.
package hush

import (
	"context"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
)

var (
	// address is an addr-spec (RFC 5322, section 3.4.1) without the quoted form, in
	// any script.
	address = regexp.MustCompile(`[\p{L}\p{N}.!#$%&'*+/=?^_{|}~-]+@[\p{L}\p{N}](?:[\p{L}\p{N}.-]*[\p{L}\p{N}])?`)
	// secret is what Godwit and its partners mark as secret by its beginning, and
	// what stands behind a word that says so.
	secret = regexp.MustCompile(`\b(?:gwt_|whsec_)[A-Za-z0-9+/=_-]+|(?i)\b(?:bearer|basic)\s+[A-Za-z0-9+/=._~-]{8,}|\b(?:password|passwd|token|secret|authorization|code)=[^\s&"']+`)
	// userinfo is the name and the password of a URL (RFC 3986, section 3.2.1).
	userinfo = regexp.MustCompile(`://[^/\s@"']*@`)
)

// Text returns s without addresses and secrets.
func Text(s string) string {
	if strings.Contains(s, "@") {
		s = userinfo.ReplaceAllString(s, "://[secret]")
		s = address.ReplaceAllLiteralString(s, "[address]")
	}
	return secret.ReplaceAllString(s, "[secret]")
}

// Handler returns a handler that gives next its records without addresses and
// secrets. A Handler that is given is returned as it is.
func Handler(next slog.Handler) slog.Handler {
	if h, ok := next.(handler); ok {
		return h
	}
	return handler{next}
}

type handler struct{ next slog.Handler }

func (h handler) Enabled(ctx context.Context, l slog.Level) bool { return h.next.Enabled(ctx, l) }

func (h handler) Handle(ctx context.Context, r slog.Record) error {
	out := slog.NewRecord(r.Time, r.Level, Text(r.Message), r.PC)
	r.Attrs(func(a slog.Attr) bool {
		out.AddAttrs(attr(a))
		return true
	})
	return h.next.Handle(ctx, out)
}

func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	out := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		out[i] = attr(a)
	}
	return handler{h.next.WithAttrs(out)}
}

func (h handler) WithGroup(name string) slog.Handler { return handler{h.next.WithGroup(name)} }

func attr(a slog.Attr) slog.Attr {
	v := a.Value.Resolve()
	switch v.Kind() {
	case slog.KindString:
		if a.Key == "stack" { // of functions and numbers; its module@version is no address
			return a
		}
		return slog.String(a.Key, Text(v.String()))
	case slog.KindGroup:
		var inside []slog.Attr
		for _, x := range v.Group() {
			inside = append(inside, attr(x))
		}
		return slog.Attr{Key: a.Key, Value: slog.GroupValue(inside...)}
	case slog.KindAny:
		// Handlers write what is no basic value by its own rules, JSON among them;
		// here it is its text.
		if err, ok := v.Any().(error); ok && err != nil {
			return slog.String(a.Key, Text(err.Error()))
		}
		return slog.String(a.Key, Text(fmt.Sprint(v.Any())))
	}
	return slog.Attr{Key: a.Key, Value: v}
}
