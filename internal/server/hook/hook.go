package hook

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/platform/hook"
)

const (
	// MaxBody is the largest hook that is taken.
	MaxBody = 2 << 20

	readWithin = 15 * time.Second // for a whole body
	abreast    = 64               // hooks read at a time: what waits in memory is bounded
)

// Config is what the door needs.
type Config struct {
	Hooks *hook.Service
	Now   func() time.Time
	Log   *slog.Logger
}

type door struct {
	Config
	slots chan struct{}
}

// New returns the door as a handler of /hooks/.
func New(c Config) http.Handler {
	d := &door{Config: c, slots: make(chan struct{}, abreast)}
	m := http.NewServeMux()
	m.HandleFunc("POST /hooks/{connection}", d.receive)
	m.HandleFunc("POST /hooks/{connection}/{rest...}", d.receive)
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
