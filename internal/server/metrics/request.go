package metrics

import (
	"net/http"
	"strings"
	"time"
)

// Count measures the requests that next answers. It must hand on the request that
// it got, not a copy: the route is read from it afterwards.
func (m *Metrics) Count(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		watch := &watcher{ResponseWriter: w, metrics: m}
		m.running.Inc()
		defer func() {
			m.running.Dec()
			if watch.stream {
				m.streams.Dec()
				return
			}
			m.requests.WithLabelValues(route(r), method(r.Method), class(watch.status)).Observe(time.Since(began).Seconds())
		}()
		next.ServeHTTP(watch, r)
	})
}

// route is the path of the pattern that the innermost table matched. Its method
// is a label of its own.
func route(r *http.Request) string {
	if r.Pattern == "" {
		return "none"
	}
	_, path, found := strings.Cut(r.Pattern, " ")
	if !found {
		return r.Pattern
	}
	return path
}

// method keeps the methods that a table may name; anybody can invent others.
func method(name string) string {
	switch name {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return name
	}
	return "other"
}

// class is the first digit of a status, as in 2xx. A handler that wrote nothing
// has answered 200.
func class(status int) string {
	switch status / 100 {
	case 0, 2:
		return "2xx"
	case 1:
		return "1xx"
	case 3:
		return "3xx"
	case 4:
		return "4xx"
	}
	return "5xx"
}

// watcher sees how an answer begins.
type watcher struct {
	http.ResponseWriter
	metrics *Metrics
	status  int
	stream  bool
}

// WriteHeader notes the first status that is final.
func (w *watcher) WriteHeader(status int) {
	if w.status == 0 && status >= http.StatusOK {
		w.status = status
		if strings.HasPrefix(w.Header().Get("Content-Type"), "text/event-stream") {
			w.stream = true
			w.metrics.streams.Inc()
		}
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write is of an answer that has begun.
func (w *watcher) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *watcher) Unwrap() http.ResponseWriter { return w.ResponseWriter }
