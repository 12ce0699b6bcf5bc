package api

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/gzip"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/forwarded"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/once"
)

// call is one request with who makes it.
type call struct {
	context.Context
	*http.Request
	id      string
	op      *mounted
	actor   auth.Actor
	token   auth.Token
	printer *i18n.Printer
	fields  []string // the properties that the caller asks for; none: all
	out     *outcome
}

// outcome is how a call went. All copies of the call share it.
type outcome struct {
	err     error // why the handler refused
	records int   // in the page that it answered with
}

type callKey struct{}

// callOf returns the call that a context belongs to, under that context: the
// transaction of an idempotency key travels in it.
func callOf(ctx context.Context) *call {
	return ctx.Value(callKey{}).(*call).under(ctx)
}

// under returns the call under another context. It is a copy: those who were
// given the first one as their context may still look at it.
func (c *call) under(ctx context.Context) *call {
	d := *c
	d.Context = ctx
	return &d
}

// answer is what the caller is told, whole before its first byte leaves.
type answer struct {
	status int
	header http.Header
	body   bytes.Buffer
}

func newAnswer() *answer { return &answer{header: http.Header{}} }

// Header, Write and WriteHeader let handlers write to an answer.
func (a *answer) Header() http.Header { return a.header }

// Write adds to the body.
func (a *answer) Write(b []byte) (int, error) { return a.body.Write(b) }

// WriteHeader sets the status.
func (a *answer) WriteHeader(status int) { a.status = status }

// bodyTime is how long a caller may take to send a body.
const bodyTime = 60 * time.Second

// guard stands before everything: it names the request, sets the headers that no
// answer goes without, and answers what the mux does not know.
func (s *server) guard(next *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := &call{Context: r.Context(), Request: r, id: requestID(), printer: printerFor(r), out: &outcome{}}
		h := w.Header()
		h.Set("Request-Id", c.id)
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		if s.Secure || forwarded.Of(r).TLS {
			h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
		}
		_, pattern := next.Handler(r)
		if pattern == "" {
			s.refuse(w, c, s.unknown(c, next))
			return
		}
		ctx := context.WithValue(r.Context(), callKey{}, c)
		c.Request = r.WithContext(ctx)
		next.ServeHTTP(w, c.Request)
	})
}

// unknown tells a path that nobody knows from a method that a path does not.
func (s *server) unknown(c *call, mux *http.ServeMux) *Problem {
	var allowed []string
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		probe := c.Request.Clone(c.Request.Context())
		probe.Method = method
		if _, pattern := mux.Handler(probe); pattern != "" && method != c.Method {
			allowed = append(allowed, method)
		}
	}
	if len(allowed) == 0 {
		return c.newProblem("not_found", "problem.path")
	}
	p := c.newProblem(kindMethod, "problem.method", "methods", strings.Join(allowed, ", "))
	p.allow = strings.Join(allowed, ", ")
	return p
}

// serve puts an operation behind the door's checks.
func (s *server) serve(op *mounted, h http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := r.Context().Value(callKey{}).(*call)
		c.op, c.Request = op, r
		defer s.recover(w, c)
		if err := s.admit(w, c); err != nil {
			s.refuse(w, c, c.problem(err))
			return
		}
		c.Request = r.WithContext(event.From(r.Context(), event.Origin{Address: forwarded.Of(r).String(), Token: c.token.ID}))
		body, err := s.body(w, c)
		if err != nil {
			s.refuse(w, c, c.problem(err))
			return
		}
		a, err := s.answer(c, body, h)
		if err != nil {
			if gone(r.Context(), err) {
				w.WriteHeader(statusClientGone)
				return
			}
			c.out.err = err
			s.refuse(w, c, c.problem(err))
			return
		}
		s.logged(c, a.status)
		s.noteRead(c, a.status)
		s.send(w, c, a)
	})
}

// statusClientGone is what the log calls a request whose caller went away.
const statusClientGone = 499

// admit judges token, rate and rule, and what the path and the query name.
func (s *server) admit(w http.ResponseWriter, c *call) error {
	scheme, secret, _ := strings.Cut(c.Request.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || secret == "" { // RFC 9110 section 11.1: in any letter case
		return c.newProblem(kindUnauthorized, "problem.token_missing")
	}
	var err error
	c.actor, c.token, err = s.Auth.AuthenticateToken(c, strings.TrimSpace(secret))
	if errs.Is(err, errs.Denied) {
		return c.newProblem(kindUnauthorized, "problem.token_bad")
	}
	if err != nil {
		return err
	}
	s.Watch.Used(c.actor, forwarded.Of(c.Request).String())
	if err := s.spend(w.Header(), c); err != nil {
		return err
	}
	for _, p := range c.op.rule.scopes {
		if err := c.actor.Can(p); err != nil {
			return err
		}
	}
	for name, k := range c.op.params {
		if _, err := id.Parse(k.prefix(), c.PathValue(name)); err != nil {
			return c.newProblem("not_found", "")
		}
	}
	return c.askedFields()
}

// body reads the whole body, as large as the operation allows.
func (s *server) body(w http.ResponseWriter, c *call) ([]byte, error) {
	if c.Method == http.MethodGet || c.Request.Body == nil {
		return nil, nil
	}
	limit := c.op.handle.limit
	timer := http.NewResponseController(w)
	_ = timer.SetReadDeadline(time.Now().Add(bodyTime)) // writers of tests have no deadlines
	defer func() { _ = timer.SetReadDeadline(time.Time{}) }()
	b, err := io.ReadAll(http.MaxBytesReader(w, c.Request.Body, limit))
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return nil, c.newProblem(kindTooLarge, "error.too_large", "size", c.printer.Number(limit>>10))
	}
	if err != nil {
		return nil, c.newProblem(kindMalformed, "problem.body")
	}
	return b, nil
}

// answer runs the handler; a POST with a key is done once.
func (s *server) answer(c *call, body []byte, h http.HandlerFunc) (*answer, error) {
	name := c.Request.Header.Get("Idempotency-Key")
	if c.Method != http.MethodPost || name == "" {
		a := s.run(c.Request.Context(), c, body, h)
		return a, nil
	}
	if len(name) > once.MaxKey {
		p := c.newProblem("invalid", "problem.key_long")
		p.Errors = []ProblemField{{In: "header", Field: "Idempotency-Key", Message: p.Detail, Fix: "Send a UUID or another short random text."}}
		return nil, p
	}
	kept, repeated, err := s.desk.Do(c.Request.Context(), c.actor.Workspace, once.KeyOf(name), c.fingerprint(body), c.op.handle.apart, func(ctx context.Context) (once.Answer, bool, error) {
		a := s.run(ctx, c, body, h)
		if k := errs.KindOf(c.out.err); c.out.err != nil && (k == errs.Internal || k == errs.Unavailable) {
			return once.Answer{}, false, c.out.err
		}
		return once.Answer{Status: a.status, Header: a.header, Body: a.body.Bytes()}, a.status < 300, nil
	})
	if err != nil {
		return nil, c.keyProblem(err)
	}
	a := &answer{status: kept.Status, header: maps.Clone(kept.Header)}
	if a.header == nil {
		a.header = http.Header{}
	}
	a.body.Write(kept.Body)
	if repeated {
		a.header.Set("Idempotent-Replayed", "true")
	}
	return a, nil
}

// keyProblem names the header in problems that are the key's.
func (c *call) keyProblem(err error) error {
	var e *errs.Error
	if !errors.As(err, &e) || e.Key != "error.key_reused" {
		return err
	}
	p := c.problem(err)
	p.Errors = []ProblemField{{In: "header", Field: "Idempotency-Key", Message: p.Detail, Fix: fixes[e.Key]}}
	return p
}

// fingerprint is of all that decides what a request does, and of its token: a
// key does not carry an answer to another token.
func (c *call) fingerprint(body []byte) once.Request {
	h := sha256.New()
	_, _ = fmt.Fprintf(h, "%d\n%s\n%s\n%s\n", c.token.ID, c.Method, c.URL.Path, c.URL.RawQuery)
	_, _ = h.Write(body)
	return once.Request(h.Sum(nil))
}

// run lets the handler write its answer, in the context of a transaction if
// there is one.
func (s *server) run(ctx context.Context, c *call, body []byte, h http.HandlerFunc) *answer {
	a := newAnswer()
	c.out.err = nil
	r := c.Request.WithContext(ctx)
	r.Body = io.NopCloser(bytes.NewReader(body))
	h(a, r)
	if a.status == 0 {
		a.status = http.StatusOK
	}
	return a
}

// logged notes failures that are ours.
func (s *server) logged(c *call, status int) {
	if status < http.StatusInternalServerError || status == http.StatusNotImplemented {
		return
	}
	s.Log.ErrorContext(c, "request failed", "request", c.id, "method", c.Method, "route", c.Pattern, "workspace", int64(c.actor.Workspace),
		"token", int64(c.token.ID), "status", status, "error", c.out.err)
}

// refuse answers with a problem.
func (s *server) refuse(w http.ResponseWriter, c *call, p *Problem) {
	s.logged(c, p.Status)
	s.note(c, p.Status)
	raw, err := json.Marshal(p)
	if err != nil {
		panic("api: " + err.Error()) // a Problem is texts and numbers
	}
	a := newAnswer()
	a.status = p.Status
	a.header.Set("Content-Type", p.ContentType(""))
	if p.Status == http.StatusUnauthorized {
		challenge := `Bearer realm="godwit"`
		if p.Code == "token_bad" {
			challenge += `, error="invalid_token"` // RFC 6750 section 3.1
		}
		a.header.Set("WWW-Authenticate", challenge)
	}
	if p.allow != "" {
		a.header.Set("Allow", p.allow)
	}
	_, _ = a.body.Write(raw)
	s.send(w, c, a)
}

// recover answers a request whose handler panicked.
func (s *server) recover(w http.ResponseWriter, c *call) {
	v := recover()
	if v == nil {
		return
	}
	if v == http.ErrAbortHandler {
		panic(v)
	}
	c.out.err = fmt.Errorf("panic: %v", v)
	s.Log.ErrorContext(c, "handler panicked", "request", c.id, "route", c.Pattern, "panic", fmt.Sprint(v), "stack", string(debug.Stack()))
	s.refuse(w, c, c.newProblem("internal", ""))
}

// worthZipping is the size below which compressing costs more than it saves.
const worthZipping = 1 << 10

var zippers = sync.Pool{New: func() any { w, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed); return w }}

// send writes an answer, compressed if the caller can read it, and shortened to
// 304 if the caller has it already.
func (s *server) send(w http.ResponseWriter, c *call, a *answer) {
	h := w.Header()
	for name, values := range a.header {
		h[name] = values
	}
	var p Problem
	if a.status >= 400 && json.Unmarshal(a.body.Bytes(), &p) == nil && h.Get("Retry-After") == "" {
		setRetry(h, retryAfter(&p))
	}
	if h.Get("Content-Disposition") == "" && strings.Contains(h.Get("Content-Type"), "json") {
		h.Set("Content-Disposition", attachment)
	}
	h.Add("Vary", "Accept-Encoding, Accept-Language, Authorization")
	if tag := h.Get("Etag"); tag != "" && a.status == http.StatusOK && c.Method == http.MethodGet && !c.URL.Query().Has("include") && tagged(c.Request.Header.Get("If-None-Match"), tag) {
		h.Del("Content-Type")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body := a.body.Bytes()
	if len(body) >= worthZipping && strings.Contains(c.Request.Header.Get("Accept-Encoding"), "gzip") && h.Get("Content-Encoding") == "" {
		var b bytes.Buffer
		z := zippers.Get().(*gzip.Writer)
		defer zippers.Put(z)
		z.Reset(&b)
		_, _ = z.Write(body) // a buffer takes every write
		_ = z.Close()
		body = b.Bytes()
		h.Set("Content-Encoding", "gzip")
	}
	if a.status != http.StatusNoContent {
		h.Set("Content-Length", strconv.Itoa(len(body)))
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(body) // a caller that went away needs no answer
}

// tagged reports whether a list of entity tags holds one (RFC 9110 section
// 13.1.2): the weak comparison.
func tagged(list, tag string) bool {
	if strings.TrimSpace(list) == "*" {
		return true
	}
	return slices.ContainsFunc(strings.Split(list, ","), func(t string) bool {
		return strings.TrimPrefix(strings.TrimSpace(t), "W/") == tag
	})
}

func requestID() string {
	b := make([]byte, 10)
	_, _ = rand.Read(b)
	return strings.ToLower(base32.StdEncoding.EncodeToString(b))
}
