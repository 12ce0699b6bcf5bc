// Package health answers the two questions that whoever runs Godwit asks it:
// is the process alive (GET /healthz), and should it get requests (GET /readyz).
//
// Alive is true as long as the process answers at all: a supervisor that would
// restart it because its database is away only adds to the trouble. Ready is the
// truth at this moment: every check passes and the process is not stopping. The
// answers are for anybody who can reach the door, so they name checks and never
// say why one failed; the log does.
package health

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Check is one condition of readiness.
type Check struct {
	Name string
	Run  func(ctx context.Context) error
}

const (
	// patience is how long a check may take: a database that answers later
	// answers nobody.
	patience = 2 * time.Second
	// fresh is how long a result is given to others who ask, so that asking often
	// costs the database nothing.
	fresh = 250 * time.Millisecond
)

// Health knows whether the process is ready.
type Health struct {
	log      *slog.Logger
	checks   []Check
	stopping atomic.Bool

	mu   sync.Mutex // held while the checks run, so that they run once for all who ask
	at   time.Time
	last Report
}

// Report is the answer of GET /readyz.
type Report struct {
	Ready  bool              `json:"ready"`
	Checks map[string]string `json:"checks"` // by name: "ok" or "failed"; "process" is "stopping" at the end
}

// New returns a Health over checks.
func New(log *slog.Logger, checks ...Check) *Health { return &Health{log: log, checks: checks} }

// Stop makes the process unready for good, at once.
func (h *Health) Stop() { h.stopping.Store(true) }

// Stopping reports whether Stop was called.
func (h *Health) Stopping() bool { return h.stopping.Load() }

// Report runs the checks, at most a few times a second however many ask.
func (h *Health) Report(ctx context.Context) Report {
	if h.Stopping() {
		return Report{Checks: map[string]string{"process": "stopping"}}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if time.Since(h.at) < fresh {
		return h.last
	}
	// Not broken off with the request: others wait for the same answer.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	r := Report{Ready: true, Checks: map[string]string{}}
	for _, c := range h.checks {
		r.Checks[c.Name] = "ok"
		if err := c.Run(ctx); err != nil {
			r.Ready, r.Checks[c.Name] = false, "failed"
			if h.last.Checks[c.Name] != "failed" {
				h.log.Warn("not ready", "check", c.Name, "error", err)
			}
		} else if h.last.Checks[c.Name] == "failed" {
			h.log.Info("ready again", "check", c.Name)
		}
	}
	h.last, h.at = r, time.Now()
	return r
}

// Handler answers GET /healthz and GET /readyz, and hands all else to next. While
// the process stops it asks clients to leave with each answer, so that none is
// met by a closed door.
func (h *Health) Handler(next http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		write(w, http.StatusOK, map[string]bool{"alive": true})
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		report := h.Report(r.Context())
		status := http.StatusOK
		if !report.Ready {
			status = http.StatusServiceUnavailable
			w.Header().Set("Retry-After", "1")
		}
		write(w, status, report)
	})
	mux.Handle("/", next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h.Stopping() {
			w.Header().Set("Connection", "close")
		}
		mux.ServeHTTP(w, r)
	})
}

func write(w http.ResponseWriter, status int, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		panic("health: " + err.Error()) // v is one of our own types
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(append(b, '\n')) // whoever asked is gone
}
