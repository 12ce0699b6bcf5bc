package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"

	"github.com/a-h/templ"
	"github.com/klauspost/compress/gzip"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/server/web/ui"
)

// statuses gives each kind of error its HTTP status and its page.
var statuses = map[errs.Kind]struct {
	status int
	kind   ui.FailureKind
}{
	errs.Internal:    {http.StatusInternalServerError, ui.FailInternal},
	errs.NotFound:    {http.StatusNotFound, ui.FailNotFound},
	errs.Invalid:     {http.StatusUnprocessableEntity, ui.FailInvalid},
	errs.Conflict:    {http.StatusConflict, ui.FailConflict},
	errs.Denied:      {http.StatusForbidden, ui.FailDenied},
	errs.Unavailable: {http.StatusServiceUnavailable, ui.FailUnavailable},
	errs.Unsupported: {http.StatusUnprocessableEntity, ui.FailInvalid},
}

// retryAfter is when to try again what the database did not answer, in seconds
// (RFC 9110 section 10.2.3): about what another node or a standby needs to take over.
const retryAfter = "2"

// statusClientGone is what the log calls a request whose browser went away.
const statusClientGone = 499

// fail answers a request with an error: a page, or JSON if the script asked for
// data. Internal errors are logged with the request's id, which the page shows.
func (s *server) fail(w http.ResponseWriter, r *request, err error) {
	r.noteFailed(err)
	var fast *tooFast
	if errors.As(err, &fast) {
		err = r.slowDown(w.Header(), fast)
	}
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		err = errs.New(errs.Invalid, "error.too_large", "size", r.printer.Number(large.Limit>>10))
	}
	k := errs.KindOf(err)
	to := statuses[k]
	if fast != nil {
		to.status, to.kind = http.StatusTooManyRequests, ui.FailRate
	}
	if large != nil {
		to.status = http.StatusRequestEntityTooLarge
	}
	if r.Context().Err() != nil && (errors.Is(err, context.Canceled) || k == errs.Unavailable) {
		w.WriteHeader(statusClientGone)
		return
	}
	if k == errs.Internal || k == errs.Unavailable && fast == nil {
		s.Log.ErrorContext(r.Context(), "request failed", "request", r.id, "method", r.Method, "route", r.Pattern,
			"workspace", int64(r.actor.Workspace), "status", to.status, "error", err)
	}
	h := w.Header()
	if to.status == http.StatusServiceUnavailable {
		h.Set("Retry-After", retryAfter)
	}
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", ui.ContentSecurityPolicy)
	h.Del("Content-Disposition")
	worded := r.worded(err)
	if r.wantsJSON() || r.Method == http.MethodPut {
		s.json(w, r, to.status, map[string]string{"error": worded, "reference": r.id})
		return
	}
	p := ui.Page{Printer: r.printer, Now: r.now, Zone: r.zone, Path: r.URL.RequestURI()}
	if r.signed() && fast == nil { // who asks too often gets a page that asks nothing of the database
		// The failure may be the database's: a page without counts can still be drawn.
		if full, pageErr := r.page(w, "", ""); pageErr == nil {
			p = full
		}
	}
	p.Title, p.Live = r.printer.T("fail."+string(to.kind)+".title"), false
	page := ui.Failure{Page: p, Status: to.status, Kind: to.kind, Text: worded, Reference: r.id, BackHref: "/"}
	if err := r.draw(w, to.status, ui.FailurePage(page)); err != nil {
		s.Log.ErrorContext(r.Context(), "failure page", "request", r.id, "error", err)
	}
}

// worded returns an error's sentence in the reader's language; "" leaves the
// wording to the kind.
func (r *request) worded(err error) string {
	var e *errs.Error
	if !errors.As(err, &e) || e.Key == "" || e.Kind == errs.Internal {
		return ""
	}
	key := e.Key
	if key == "error.not_found" || key == "error.denied" || key == "error.database" {
		return ""
	}
	if t := r.printer.T(key, e.Args...); t != key {
		return t
	}
	return ""
}

// formErrors words what is wrong with a form, by field. It reports false for
// errors that are not about input: those are the failure page's.
func (r *request) formErrors(err error) (ui.Form, bool) {
	f := ui.Form{Errors: map[string]string{}}
	for _, e := range errs.Fields(err) {
		if f.Errors[e.Field] == "" {
			f.Errors[e.Field] = r.worded(e)
		}
	}
	if len(f.Errors) > 0 {
		return f, true
	}
	switch errs.KindOf(err) {
	case errs.Invalid, errs.Conflict, errs.Unsupported:
		if f.Errors[""] = r.worded(err); f.Errors[""] == "" {
			f.Errors[""] = r.printer.T("error.invalid")
		}
		return f, true
	}
	return f, false
}

// recover answers a request whose handler panicked.
func (s *server) recover(w *tracker, r *request) {
	v := recover()
	if v == nil {
		return
	}
	if v == http.ErrAbortHandler {
		panic(v)
	}
	s.Log.ErrorContext(r.Context(), "handler panicked", "request", r.id, "route", r.Pattern, "panic", fmt.Sprint(v), "stack", string(debug.Stack()))
	if w.began {
		panic(http.ErrAbortHandler)
	}
	s.fail(w, r, fmt.Errorf("panic: %v", v))
}

// lost answers paths that no route knows.
func (s *server) lost(_ http.ResponseWriter, r *request) error {
	if !r.signed() {
		return errSignIn
	}
	return errs.New(errs.NotFound, "error.not_found")
}

var (
	buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}
	zippers = sync.Pool{New: func() any { w, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed); return w }}
)

// draw renders a component as the whole answer. It is rendered before the first
// byte leaves, so that a failure can still become a failure page.
func (r *request) draw(w http.ResponseWriter, status int, c templ.Component) error {
	b := buffers.Get().(*bytes.Buffer)
	b.Reset()
	defer buffers.Put(b)
	if err := c.Render(r.Context(), b); err != nil {
		return fmt.Errorf("draw: %w", err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	return r.send(w, status, b.Bytes())
}

// json answers with data.
func (s *server) json(w http.ResponseWriter, r *request, status int, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		panic("web: " + err.Error()) // v is one of our own types
	}
	w.Header().Set("Content-Type", "application/json")
	if err := r.send(w, status, b); err != nil {
		s.Log.DebugContext(r.Context(), "answer not taken", "request", r.id, "error", err)
	}
}

// worthZipping is the size below which compressing costs more than it saves.
const worthZipping = 1 << 10

// send writes an answer that is whole, compressed if the browser can read it.
func (r *request) send(w http.ResponseWriter, status int, body []byte) error {
	h := w.Header()
	h.Add("Vary", "Accept-Encoding")
	if len(body) < worthZipping || !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Length", strconv.Itoa(len(body)))
		w.WriteHeader(status)
		_, err := w.Write(body)
		return err
	}
	b := buffers.Get().(*bytes.Buffer)
	b.Reset()
	defer buffers.Put(b)
	z := zippers.Get().(*gzip.Writer)
	defer zippers.Put(z)
	z.Reset(b)
	if _, err := z.Write(body); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	h.Set("Content-Encoding", "gzip")
	h.Set("Content-Length", strconv.Itoa(b.Len()))
	w.WriteHeader(status)
	_, err := w.Write(b.Bytes())
	return err
}

// see sends the browser on to a page, with the outcome to show there.
func (r *request) see(w http.ResponseWriter, path string, f *ui.Flash) error {
	if f != nil {
		r.leave(w, *f)
	}
	if r.htmx() {
		w.Header().Set("HX-Redirect", path)
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	http.Redirect(w, r.Request, path, http.StatusSeeOther)
	return nil
}

// back returns the form's field "back" if it is a path of ours, else otherwise.
func (r *request) back(otherwise string) string { return local(r.FormValue("back"), otherwise) }

// local returns a path if it leads to this site, else otherwise. What browsers
// read as another host ("//host", "/\host") is not local.
func local(path, otherwise string) string {
	u, err := url.Parse(path)
	if err != nil || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n\t") || u.Host != "" || u.Scheme != "" {
		return otherwise
	}
	return path
}

// number reads a path parameter that is a number; any other text names nothing.
func (r *request) number(name string) (int64, error) {
	n, err := strconv.ParseInt(r.PathValue(name), 10, 64)
	if err != nil || n <= 0 {
		return 0, errs.New(errs.NotFound, "error.not_found")
	}
	return n, nil
}

// formNumber reads a field that is a number; empty and wrong ones are 0.
func (r *request) formNumber(name string) int64 {
	n, err := strconv.ParseInt(strings.TrimPrefix(strings.TrimSpace(r.FormValue(name)), "#"), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}
