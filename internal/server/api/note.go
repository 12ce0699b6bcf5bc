package api

import (
	"net/http"

	"godwit.dev/godwit/internal/base/forwarded"
	"godwit.dev/godwit/internal/platform/watch"
)

// attachment says what a browser does with an answer that it is led to: it saves
// it, and shows nothing (OWASP ASVS 14.4.2).
const attachment = `attachment; filename="api.json"`

// watched are the statuses that are told of.
var watched = map[int]watch.What{
	http.StatusUnauthorized:     watch.Token,
	http.StatusForbidden:        watch.Action,
	http.StatusMethodNotAllowed: watch.Method,
	http.StatusTooManyRequests:  watch.Rate,
}

// note tells of a refusal.
func (s *server) note(c *call, status int) {
	what, ok := watched[status]
	if !ok {
		return
	}
	where := "api"
	if c.op != nil {
		where = c.op.pattern
	}
	s.Watch.Refused(c, watch.Refusal{What: what, Actor: c.actor, Address: forwarded.Of(c.Request).String(), Where: where})
}

// noteRead tells how many records or files an answer holds, and of those that
// refuse after the handler ran.
func (s *server) noteRead(c *call, status int) {
	if status < http.StatusBadRequest && c.Method == http.MethodGet {
		s.Watch.Read(c.actor, max(c.out.records, 1))
	}
	s.note(c, status)
}
