package hook

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/hook"
	"godwit.dev/godwit/internal/platform/webhook"
)

const (
	// MaxBody is the largest hook that is taken.
	MaxBody = 2 << 20

	readWithin = 15 * time.Second // for a whole body
	abreast    = 64               // hooks read at a time: what waits in memory is bounded
	maxWait    = 55 * time.Second // of a long poll; many proxies cut at a minute
	lookEvery  = time.Second      // while one waits, for what other nodes wrote
	pageSize   = 200
)

// Config is what the door needs.
type Config struct {
	Hooks    *hook.Service
	Webhooks *webhook.Service
	Auth     *auth.Service
	Bus      *event.Bus
	Now      func() time.Time
	Log      *slog.Logger
	Done     <-chan struct{} // closed when the process begins to stop: long polls end then
}

type door struct {
	Config
	slots chan struct{}
}

// New returns the door as a handler of /hooks/ and of /api/v1/listen.
func New(c Config) http.Handler {
	d := &door{Config: c, slots: make(chan struct{}, abreast)}
	m := http.NewServeMux()
	m.HandleFunc("POST /hooks/{connection}", d.receive)
	m.HandleFunc("POST /hooks/{connection}/{rest...}", d.receive)
	m.HandleFunc("GET /api/v1/listen", d.listen)
	return m
}

// receive takes a hook.
func (d *door) receive(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	select {
	case d.slots <- struct{}{}:
		defer func() { <-d.slots }()
	default:
		w.Header().Set("Retry-After", "5")
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	connection, err := hook.ParseID(r.PathValue("connection"))
	if err != nil {
		connection = 0 // nobody's, judged as any other
	}
	// A body that trickles in would keep its slot. A transport without deadlines,
	// as in tests, has no strangers.
	_ = http.NewResponseController(w).SetReadDeadline(d.Now().Add(readWithin))
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		d.Hooks.TooLarge(r.Context(), connection)
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		return
	case err != nil:
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	_, err = d.Hooks.Accept(r.Context(), connection, r.Header, body)
	w.WriteHeader(d.status(r, err))
}

// status turns the kind of an error into the answer.
func (d *door) status(r *http.Request, err error) int {
	switch {
	case err == nil:
		return http.StatusOK
	case errs.Is(err, errs.NotFound):
		return http.StatusNotFound
	case errs.Is(err, errs.Denied):
		return http.StatusUnauthorized
	case errs.Is(err, errs.Invalid):
		return http.StatusBadRequest
	case errs.Is(err, errs.Unavailable):
		return http.StatusServiceUnavailable
	}
	d.Log.ErrorContext(r.Context(), "hook", "error", err)
	return http.StatusInternalServerError
}

// answer is what a listener gets.
type answer struct {
	Messages []webhook.Message `json:"messages"`
	Next     string            `json:"next"` // to be given as after
}

// listen answers with messages after one, and waits for some if there are none.
//
// Query: after, an event's id or "now"; kinds, patterns with commas between;
// wait, seconds.
func (d *door) listen(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	secret, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		d.problem(w, http.StatusUnauthorized, "a token is asked for: Authorization: Bearer gwt_...")
		return
	}
	actor, _, err := d.Auth.AuthenticateToken(r.Context(), secret)
	if err != nil {
		d.fail(w, r, err, http.StatusUnauthorized)
		return
	}
	kinds, err := webhook.Patterns(r.FormValue("kinds"))
	if err != nil {
		d.problem(w, http.StatusBadRequest, "kinds: fits no type of event")
		return
	}
	after, err := d.after(r.FormValue("after"))
	if err != nil {
		d.problem(w, http.StatusBadRequest, "after: no event's id")
		return
	}
	seconds, _ := strconv.Atoi(r.FormValue("wait")) // what is no number does not wait
	until := d.Now().Add(min(time.Duration(max(seconds, 0))*time.Second, maxWait))
	_ = http.NewResponseController(w).SetWriteDeadline(until.Add(30 * time.Second)) // as above
	sub := d.Bus.Subscribe(actor.Workspace, 1)
	defer sub.Close()
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for {
		list, next, err := d.Webhooks.Listen(r.Context(), actor, kinds, after, pageSize)
		if err != nil {
			d.fail(w, r, err, http.StatusForbidden)
			return
		}
		if len(list) > 0 || !d.Now().Before(until) {
			d.write(w, http.StatusOK, answer{list, webhook.MessageID(next)})
			return
		}
		if after = next; !d.pause(r, sub, look) {
			until = d.Now()
		}
	}
}

// after reads where a listener goes on.
func (d *door) after(text string) (event.ID, error) {
	if text == "" || text == "now" {
		return event.ID(id.Floor(d.Now())), nil
	}
	return webhook.ParseMessageID(text)
}

// pause waits until something may have happened; it reports false when the
// process stops.
func (d *door) pause(r *http.Request, sub *event.Subscription, look *time.Ticker) bool {
	select {
	case <-r.Context().Done():
	case <-d.Done:
		return false
	case <-sub.C:
	case <-look.C:
	}
	return r.Context().Err() == nil
}

func (d *door) fail(w http.ResponseWriter, r *http.Request, err error, denied int) {
	switch {
	case errs.Is(err, errs.Denied):
		d.problem(w, denied, "this token may not listen: it needs the scope "+string(auth.ManageWebhooks))
	case errs.Is(err, errs.Unavailable):
		d.problem(w, http.StatusServiceUnavailable, "try again")
	default:
		d.Log.ErrorContext(r.Context(), "listen", "error", err)
		d.problem(w, http.StatusInternalServerError, "the server failed")
	}
}

// problem answers as RFC 9457 asks.
func (d *door) problem(w http.ResponseWriter, status int, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	d.write(w, status, map[string]any{"type": "about:blank", "title": http.StatusText(status), "status": status, "detail": detail})
}

func (d *door) write(w http.ResponseWriter, status int, v any) {
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "application/json")
	}
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(v); err != nil {
		d.Log.Debug("answer not taken", "error", err)
	}
}
