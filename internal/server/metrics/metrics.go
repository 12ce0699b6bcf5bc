package metrics

import (
	"context"
	"database/sql"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Path is where Handler shows the numbers.
const Path = "/metrics"

// Backlog is what waits in the database, over all workspaces.
type Backlog struct {
	JobsDue    int64
	JobsDead   int64
	Oldest     time.Time // since when the oldest due job is due; zero if none is
	MailNew    int64
	MailFailed int64
	Webhooks   int64            // deliveries that are owed
	Actions    map[string]int64 // by state; a state that is not ours is left out
}

// Mail is how many messages this process took since it began.
type Mail struct{ Accepted, Processed, Failed int64 }

// Config is what Metrics needs.
type Config struct {
	Version string
	Pools   map[string]*sql.DB // by name
	Mail    func() Mail
	Backlog func(context.Context) (Backlog, error)
	States  []string // the states of actions that are shown
	Now     func() time.Time
	Log     *slog.Logger
}

// Metrics holds the numbers of one process.
type Metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
	running  prometheus.Gauge
	streams  prometheus.Gauge
}

// New returns Metrics that know nothing yet.
func New(c Config) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "godwit_http_request_duration_seconds", Help: "Time to answer a request. Live streams are not in it.",
			Buckets: []float64{.002, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
		}, []string{"route", "method", "status"}),
		running: prometheus.NewGauge(prometheus.GaugeOpts{Name: "godwit_http_requests_running", Help: "Requests being answered, live streams among them."}),
		streams: prometheus.NewGauge(prometheus.GaugeOpts{Name: "godwit_live_streams", Help: "Pages and programs that listen to what happens."}),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{Name: "godwit_build_info", Help: "Always 1.", ConstLabels: prometheus.Labels{"version": c.Version}})
	build.Set(1)
	m.registry.MustRegister(m.requests, m.running, m.streams, build,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		mailCollector{c.Mail}, newBacklog(c))
	for name, db := range c.Pools {
		m.registry.MustRegister(collectors.NewDBStatsCollector(db, name))
	}
	return m
}

// Handler shows the numbers at Path.
func (m *Metrics) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET "+Path, promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4, Timeout: 10 * time.Second}))
	return mux
}
