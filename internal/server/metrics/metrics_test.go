package metrics

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// show returns what Prometheus is told, without the numbers of the Go runtime.
func show(t *testing.T, m *Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", Path, nil))
	if w.Code != http.StatusOK {
		t.Fatal(w.Code, w.Body)
	}
	var out []string
	for line := range strings.Lines(w.Body.String()) {
		if strings.HasPrefix(line, "godwit_") {
			out = append(out, strings.TrimSpace(line))
		}
	}
	return strings.Join(out, "\n") + "\n"
}

func numbers(read func(context.Context) (Backlog, error), now func() time.Time) *Metrics {
	return New(Config{
		Version: "test", Mail: func() Mail { return Mail{Accepted: 3, Processed: 2, Failed: 1} }, Backlog: read,
		States: []string{"ready", "unknown"}, Now: now, Log: slog.New(slog.DiscardHandler),
	})
}

func TestRequestsAreCountedByRoute(t *testing.T) {
	m := numbers(func(context.Context) (Backlog, error) { return Backlog{}, nil }, time.Now)
	inner := http.NewServeMux()
	inner.HandleFunc("GET /t/{number}", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "x") })
	inner.HandleFunc("POST /t/{number}/reply", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusConflict) })
	inner.HandleFunc("GET /live", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		w.WriteHeader(http.StatusOK)
		if err := http.NewResponseController(w).Flush(); err != nil {
			t.Error(err)
		}
		if !strings.Contains(show(t, m), "godwit_live_streams 1\n") {
			t.Error("an open stream is not counted")
		}
	})
	outer := http.NewServeMux()
	outer.Handle("/", inner)
	door := m.Count(outer)
	for _, x := range [][2]string{
		{"GET", "/t/zzyx"}, {"GET", "/t/zzyz?token=gwt_secret"}, {"POST", "/t/zzyx/reply"}, {"BREW", "/t/zzyx"}, {"GET", "/anna@client.example"}, {"GET", "/live"},
	} {
		door.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(x[0], x[1], nil))
	}
	got := show(t, m)
	for _, want := range []string{
		`godwit_http_request_duration_seconds_count{method="GET",route="/t/{number}",status="2xx"} 2`,
		`godwit_http_request_duration_seconds_count{method="POST",route="/t/{number}/reply",status="4xx"} 1`,
		`godwit_http_request_duration_seconds_count{method="other",route="none",status="4xx"} 1`,
		`godwit_http_request_duration_seconds_count{method="GET",route="none",status="4xx"} 1`,
		"godwit_live_streams 0", "godwit_http_requests_running 0", `godwit_build_info{version="test"} 1`,
		`godwit_mail_total{outcome="accepted"} 3`, `godwit_mail_total{outcome="failed"} 1`,
	} {
		if !strings.Contains(got, want+"\n") {
			t.Errorf("%s is missing in\n%s", want, got)
		}
	}
	for _, bad := range []string{"secret", "anna", "zzy", "BREW", `route="/live"`} {
		if strings.Contains(got, bad) {
			t.Errorf("%q is told", bad)
		}
	}
}

func TestTheBacklogIsReadOnceInAWhile(t *testing.T) {
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	reads, away := 0, false
	m := numbers(func(context.Context) (Backlog, error) {
		reads++
		if away {
			return Backlog{}, errors.New("no database")
		}
		return Backlog{JobsDue: 4, JobsDead: 1, Oldest: now.Add(-time.Minute), MailNew: 5, Webhooks: 6, Actions: map[string]int64{"unknown": 2, "strange": 9}}, nil
	}, func() time.Time { return now })
	got := show(t, m)
	for _, want := range []string{
		"godwit_database_up 1", "godwit_jobs_due 4", "godwit_jobs_dead 1", "godwit_jobs_oldest_due_seconds 60", "godwit_mail_waiting 5",
		"godwit_webhook_deliveries_owed 6", `godwit_actions{state="unknown"} 2`, `godwit_actions{state="ready"} 0`,
	} {
		if !strings.Contains(got, want+"\n") {
			t.Errorf("%s is missing in\n%s", want, got)
		}
	}
	if strings.Contains(got, "strange") {
		t.Error("a state that is not ours became a series")
	}
	if show(t, m); reads != 1 {
		t.Errorf("read %d times within a moment", reads)
	}
	away, now = true, now.Add(time.Minute)
	if got := show(t, m); !strings.Contains(got, "godwit_database_up 0\n") || strings.Contains(got, "godwit_jobs_due") {
		t.Errorf("without a database:\n%s", got)
	}
}
