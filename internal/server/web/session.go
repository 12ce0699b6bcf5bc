package web

import (
	"cmp"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/server/web/ui"
)

// request is a request with who makes it and how they read.
type request struct {
	*http.Request
	s       *server
	id      string // names the request in the log and on a failure page
	now     time.Time
	actor   auth.Actor  // the zero Actor before sign-in
	person  auth.Person // the zero Person before sign-in
	printer *i18n.Printer
	zone    *time.Location
	flash   *ui.Flash // the outcome of the request before, if not shown yet
	browser string    // the token by which the browser is known again, once visit was asked
}

// signed reports whether the request comes from somebody signed in.
func (r *request) signed() bool { return r.actor.Workspace != 0 }

// htmx reports whether the script asks for parts instead of a page.
func (r *request) htmx() bool { return r.Header.Get("HX-Request") == "true" }

// wantsJSON reports whether the script asks for data.
func (r *request) wantsJSON() bool {
	return strings.Contains(r.Header.Get("Accept"), "application/json")
}

// cookieName is the name of the session's cookie. The prefix makes browsers
// refuse one that another host or an unencrypted page has set (RFC 6265bis
// section 4.1.3.2).
func (s *server) cookieName(kind string) string {
	name := "godwit"
	if kind != "" {
		name += "-" + kind
	}
	if s.Secure {
		return "__Host-" + name
	}
	return name
}

func (s *server) setCookie(w http.ResponseWriter, kind, value string, life time.Duration) {
	c := &http.Cookie{
		Name: s.cookieName(kind), Value: value, Path: "/", HttpOnly: true, Secure: s.Secure, SameSite: http.SameSiteLaxMode,
		MaxAge: int(life / time.Second),
	}
	if life <= 0 {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

// token returns the session token of the request, or "".
func (r *request) token() string {
	c, err := r.Cookie(r.s.cookieName(""))
	if err != nil {
		return ""
	}
	return c.Value
}

// signIn keeps a session token in the browser, and the browser's own token with it.
// When a session ends is for the server to say: the cookie lives as long as any
// session may.
func (r *request) signIn(w http.ResponseWriter, token string) {
	r.s.setCookie(w, "", token, auth.LongestSession)
	if r.browser != "" {
		r.s.setCookie(w, browserCookie, r.browser, browserLife)
	}
}

// signOut forgets the session token in the browser.
func (r *request) signOut(w http.ResponseWriter) { r.s.setCookie(w, "", "", 0) }

// identify finds out who makes a request. A session that is no good makes the
// request anonymous; only a failure to look is an error. What a page asks by itself
// does not make the session last.
func (s *server) identify(raw *http.Request, byItself bool) (*request, error) {
	r := &request{Request: raw, s: s, id: requestID(), now: s.Now(), zone: time.UTC}
	r.printer = i18n.For(i18n.Match(raw.Header.Get("Accept-Language"), i18n.Console()))
	token := r.token()
	if token == "" {
		return r, nil
	}
	authenticate := s.Auth.Authenticate
	if byItself {
		authenticate = s.Auth.Watch
	}
	actor, person, err := authenticate(raw.Context(), token)
	if errs.Is(err, errs.Denied) {
		return r, nil
	}
	if err != nil {
		return r, err
	}
	r.actor, r.person = actor, person
	r.zone = s.zones.load(person.Zone)
	if person.Language != "" {
		r.printer = i18n.For(i18n.Match(person.Language, i18n.Console()))
	}
	return r, nil
}

func requestID() string {
	b := make([]byte, 10)
	_, _ = rand.Read(b)
	return strings.ToLower(base32.StdEncoding.EncodeToString(b))
}

// flashLife is how long the outcome of a request waits for the next page.
const flashLife = time.Minute

// flashed is what the outcome's cookie holds.
type flashed struct {
	Tone  ui.Tone `json:"tone"`
	Text  string  `json:"text"`
	Undo  string  `json:"undo,omitempty"`
	Until int64   `json:"until"`
}

// leave keeps an outcome for the next page, in a cookie that only we can write.
func (r *request) leave(w http.ResponseWriter, f ui.Flash) {
	if len(f.Text) > 1500 { // a cookie holds 4 KB
		f.Text = strings.ToValidUTF8(f.Text[:1500], "") + "…"
	}
	raw, err := json.Marshal(flashed{f.Tone, f.Text, f.Undo, r.now.Add(flashLife).Unix()})
	if err != nil {
		return
	}
	r.s.setCookie(w, "flash", r.s.sign(raw), flashLife)
}

// takeFlash returns the outcome that the request before left, and forgets it.
func (r *request) takeFlash(w http.ResponseWriter) *ui.Flash {
	c, err := r.Cookie(r.s.cookieName("flash"))
	if err != nil || c.Value == "" {
		return nil
	}
	r.s.setCookie(w, "flash", "", 0)
	raw, ok := r.s.verify(c.Value)
	var f flashed
	if !ok || json.Unmarshal(raw, &f) != nil || f.Until < r.now.Unix() {
		return nil
	}
	return &ui.Flash{Tone: f.Tone, Text: f.Text, Undo: f.Undo}
}

func (s *server) mac(data []byte) []byte {
	h := hmac.New(sha256.New, s.Key)
	h.Write([]byte("godwit/web\x00"))
	h.Write(data)
	return h.Sum(nil)[:16]
}

// sign returns data with a proof that we wrote it, as text.
func (s *server) sign(data []byte) string {
	return base64.RawURLEncoding.EncodeToString(append(s.mac(data), data...))
}

// verify reads what sign wrote.
func (s *server) verify(text string) ([]byte, bool) {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(raw) < 16 || !hmac.Equal(raw[:16], s.mac(raw[16:])) {
		return nil, false
	}
	return raw[16:], true
}

// guard stands before every route: it refuses what other origins would change
// and sets the headers that no answer goes without.
func (s *server) guard(next http.Handler) http.Handler {
	cross := http.NewCrossOriginProtection()
	cross.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, raw *http.Request) {
		r, err := s.over(raw).identify(raw, true)
		if err == nil {
			err = errs.New(errs.Denied, "error.cross_origin")
		}
		s.fail(w, r, err)
	}))
	inner := cross.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Content-Security-Policy", ui.ContentSecurityPolicy)
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		if s.over(r).Secure {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		if s.onlyKnown(w, r) {
			inner.ServeHTTP(w, r)
		}
	})
}

// serve applies a route: who asks, whether they may, how much they send; then
// its handler.
func (s *server) serve(rt route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, raw *http.Request) {
		s := s.over(raw)
		track := &tracker{ResponseWriter: w}
		raw.Body = http.MaxBytesReader(track, raw.Body, rt.limit)
		r, err := s.identify(raw, rt.rule.byItself)
		r.Request = r.WithContext(event.From(r.Context(), event.Origin{Address: r.address()}))
		defer s.recover(track, r)
		h := track.Header()
		h.Set("X-Request-Id", r.id)
		h.Set("Cache-Control", "no-store")
		h.Add("Vary", "HX-Request")
		if err == nil {
			err = r.pace(rt.pattern)
		}
		if err == nil {
			err = r.pass(rt.rule)
		}
		if err == nil && rt.rule.proof {
			err = r.proved()
		}
		if (err == nil || errors.Is(err, errProof)) && raw.Method != http.MethodGet && raw.Method != http.MethodHead {
			err = cmp.Or(r.parse(), err)
		}
		if errors.Is(err, errProof) {
			err = s.toProof(track, r)
			if err == nil {
				return
			}
		}
		if err == nil {
			err = rt.handle(s, track, r)
		}
		if r.MultipartForm != nil {
			_ = r.MultipartForm.RemoveAll()
		}
		if err == nil {
			if r.signed() && changes(rt) {
				s.cache.forget(r.actor.Workspace)
			}
			return
		}
		if errors.Is(err, errSignIn) {
			s.toSignIn(track, r)
			return
		}
		if track.began {
			s.Log.ErrorContext(raw.Context(), "answer broke off", "request", r.id, "route", raw.Pattern, "error", err)
			panic(http.ErrAbortHandler)
		}
		s.fail(track, r, err)
	})
}

// changes reports whether a route may change what all pages share. The verbs of
// tickets do so by events, which the cache hears.
func changes(rt route) bool {
	return rt.method != http.MethodGet && !strings.HasPrefix(rt.pattern, "/t/")
}

// errSignIn says that the request needs somebody signed in.
var errSignIn = errors.New("sign in first")

// pass judges a rule.
func (r *request) pass(rl rule) error {
	switch {
	case rl.kind == public.kind:
		return nil
	case !r.signed():
		return errSignIn
	case rl.permission != "":
		return r.actor.Can(rl.permission)
	}
	return nil
}

// toSignIn sends somebody to the sign-in page and back afterwards.
func (s *server) toSignIn(w http.ResponseWriter, r *request) {
	target := "/sign-in"
	if r.Method == http.MethodGet && !r.htmx() && r.URL.Path != "/" {
		target += "?" + url.Values{"next": {r.URL.RequestURI()}}.Encode()
	}
	if first, err := s.firstRun(r.Context()); err == nil && first {
		target = "/setup"
	}
	switch {
	case r.htmx():
		w.Header().Set("HX-Redirect", target)
		w.WriteHeader(http.StatusUnauthorized)
	case r.wantsJSON() || r.Method == http.MethodPut || strings.Contains(r.Header.Get("Accept"), "text/event-stream"):
		s.json(w, r, http.StatusUnauthorized, map[string]string{"error": r.printer.T("error.signed_out")})
	default:
		http.Redirect(w, r.Request, target, http.StatusSeeOther)
	}
}

// parse reads the form of a request. Files beyond 8 MB wait on disk until the
// request ends.
func (r *request) parse() error {
	var err error
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		err = r.ParseMultipartForm(8 << 20)
	} else {
		err = r.ParseForm()
	}
	if err == nil {
		return nil
	}
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return err
	}
	return errs.Wrap(errs.Invalid, err, "error.form")
}

// tracker knows whether an answer has begun.
type tracker struct {
	http.ResponseWriter
	began bool
}

func (t *tracker) WriteHeader(status int) {
	t.began = true
	t.ResponseWriter.WriteHeader(status)
}

func (t *tracker) Write(b []byte) (int, error) {
	t.began = true
	return t.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (t *tracker) Unwrap() http.ResponseWriter { return t.ResponseWriter }
