package health

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestReadinessTellsTheTruth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var broken error
		runs := 0
		h := New(slog.New(slog.DiscardHandler), Check{"database", func(context.Context) error { runs++; return broken }})
		door := h.Handler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }))
		get := func(path string) (*httptest.ResponseRecorder, Report) {
			w := httptest.NewRecorder()
			door.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
			var r Report
			_ = json.Unmarshal(w.Body.Bytes(), &r) // the zero Report fails below
			return w, r
		}
		if w, r := get("/readyz"); w.Code != 200 || !r.Ready || r.Checks["database"] != "ok" {
			t.Errorf("ready: %d %+v", w.Code, r)
		}
		broken = errors.New("dial tcp 10.0.0.1: refused for user secret")
		for range 10 {
			get("/readyz")
		}
		if runs != 1 {
			t.Errorf("the database was asked %d times within a moment", runs)
		}
		time.Sleep(time.Second)
		w, r := get("/readyz")
		if w.Code != 503 || r.Ready || r.Checks["database"] != "failed" || w.Header().Get("Retry-After") == "" || strings.Contains(w.Body.String(), "secret") {
			t.Errorf("without a database: %d %s", w.Code, w.Body)
		}
		if w, _ := get("/healthz"); w.Code != 200 {
			t.Errorf("alive without a database: %d", w.Code)
		}
		broken = nil
		time.Sleep(time.Second)
		if w, _ := get("/readyz"); w.Code != 200 {
			t.Errorf("the database is back: %d", w.Code)
		}
		if w, _ := get("/any"); w.Code != http.StatusTeapot || w.Header().Get("Connection") != "" {
			t.Errorf("another path: %d %v", w.Code, w.Header())
		}
		h.Stop()
		if w, r := get("/readyz"); w.Code != 503 || r.Checks["process"] != "stopping" {
			t.Errorf("stopping: %d %s", w.Code, w.Body)
		}
		if w, _ := get("/any"); w.Code != http.StatusTeapot || w.Header().Get("Connection") != "close" {
			t.Errorf("another path while stopping: %d %v", w.Code, w.Header())
		}
	})
}
