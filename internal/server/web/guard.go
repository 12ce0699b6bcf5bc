package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/forwarded"
	"godwit.dev/godwit/internal/base/rate"
	"godwit.dev/godwit/internal/platform/watch"
)

// DefaultRate is how many requests the console takes of one person, whatever the
// number of their tabs. Whoever works through a list by keys, with pages that ask
// for their parts, makes three a second and has a burst of many minutes saved up.
var DefaultRate = rate.Rate{PerMinute: 1200, Burst: 600}

// methods are those that the console knows; a path that does not know one of them
// is a page that does not exist.
var methods = []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut}

// over returns the server for a request: one whose cookies are for encrypted
// connections alone, if the client speaks TLS with a trusted proxy or with us.
func (s *server) over(r *http.Request) *server {
	if s.secure != nil && forwarded.Of(r).TLS {
		return s.secure
	}
	return s
}

// address returns the network address of who asks.
func (r *request) address() string { return forwarded.Of(r.Request).String() }

// tooFast is the error of somebody who asks too often.
type tooFast struct{ seconds int }

// Error says how long to wait.
func (e *tooFast) Error() string { return fmt.Sprintf("too many requests: wait %d s", e.seconds) }

// pace counts a request for its person. A stream is one request however long it
// lasts, and a page whose stream broke must get it back: it does not count.
func (r *request) pace(pattern string) error {
	if !r.signed() || pattern == livePath {
		return nil
	}
	v := r.s.rates.Take(r.actor.Person())
	if v.OK {
		return nil
	}
	return &tooFast{rate.Seconds(v.Wait)}
}

// livePath is where pages listen.
const livePath = "/live"

// slowDown makes the answer to somebody who asks too often an error that can be
// worded, and says when to come back.
func (r *request) slowDown(h http.Header, e *tooFast) error {
	h.Set("Retry-After", strconv.Itoa(e.seconds))
	return errs.New(errs.Unavailable, "error.too_fast", "seconds", e.seconds)
}

// note tells of a refusal.
func (r *request) note(what watch.What) { r.noteAccount(what, "") }

// noteAccount is note with the address that somebody typed.
func (r *request) noteAccount(what watch.What, account string) {
	r.s.Watch.Refused(r.Context(), watch.Refusal{
		What: what, Actor: r.actor, Account: strings.ToLower(strings.TrimSpace(account)), Address: r.address(), Where: r.Method + " " + where(r.Pattern),
	})
}

// noteSignIn tells of a proof that failed, or came too soon.
func (r *request) noteSignIn(account string, err error) {
	if errs.Is(err, errs.Denied) || errs.Is(err, errs.Invalid) || errs.Is(err, errs.Unavailable) && r.worded(err) != "" {
		r.noteAccount(watch.SignIn, account)
	}
}

// noteWrongPassword tells of a password that did not prove its person. What is
// wrong with the new one is no refusal.
func (r *request) noteWrongPassword(err error) {
	for _, e := range errs.Fields(err) {
		if e.Field != "current" {
			return
		}
	}
	r.noteSignIn("", err)
}

// noteFailed tells of what fail answers, if it is a refusal.
func (r *request) noteFailed(err error) {
	var fast *tooFast
	switch {
	case errors.As(err, &fast):
		r.note(watch.Rate)
	case errs.Is(err, errs.Denied):
		r.note(watch.Action)
	}
}

// where is the path of a pattern; what no route knows is "/".
func where(pattern string) string {
	_, path, ok := strings.Cut(pattern, " ")
	if !ok {
		return "/"
	}
	return path
}

// onlyKnown refuses methods that nothing here knows.
func (s *server) onlyKnown(w http.ResponseWriter, r *http.Request) bool {
	if slices.Contains(methods, r.Method) {
		return true
	}
	s.Watch.Refused(context.WithoutCancel(r.Context()), watch.Refusal{What: watch.Method, Address: forwarded.Of(r).String(), Where: "console"})
	w.Header().Set("Allow", strings.Join(methods, ", "))
	w.WriteHeader(http.StatusMethodNotAllowed)
	return false
}
