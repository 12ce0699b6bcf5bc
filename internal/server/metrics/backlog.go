package metrics

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

const (
	// fresh is how long what was read of the database is shown again.
	fresh = 10 * time.Second
	// patience is how long the database may take. It is less than the patience of
	// whoever asks, so that a database that is away costs its own numbers alone.
	patience = 3 * time.Second
)

// backlog shows what waits in the database.
type backlog struct {
	read   func(context.Context) (Backlog, error)
	states []string
	now    func() time.Time
	log    *slog.Logger

	up, due, age, dead, mailNew, mailFailed, owed, actions *prometheus.Desc

	mu   sync.Mutex // held while the database is read, so that it is read once
	at   time.Time
	last Backlog
	err  error
}

func newBacklog(c Config) *backlog {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("godwit_"+name, help, labels, nil)
	}
	return &backlog{
		read: c.Backlog, states: c.States, now: c.Now, log: c.Log,
		up:         desc("database_up", "1 if the backlog could be read."),
		due:        desc("jobs_due", "Jobs whose time has come."),
		age:        desc("jobs_oldest_due_seconds", "For how long the oldest of them has been due."),
		dead:       desc("jobs_dead", "Jobs that were given up."),
		mailNew:    desc("mail_waiting", "Messages taken and not yet in a ticket."),
		mailFailed: desc("mail_unreadable", "Messages that no ticket could be made of; they are kept."),
		owed:       desc("webhook_deliveries_owed", "Events that endpoints have not taken yet."),
		actions:    desc("actions", "Actions that are not over, by state; unknown ones are in doubt.", "state"),
	}
}

// Describe names the series.
func (b *backlog) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{b.up, b.due, b.age, b.dead, b.mailNew, b.mailFailed, b.owed, b.actions} {
		out <- d
	}
}

// Collect shows them. Of a database that does not answer only that is shown: an
// old number would look like a good one.
func (b *backlog) Collect(out chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	x, err := b.look()
	if err != nil {
		gauge(b.up, 0)
		return
	}
	gauge(b.up, 1)
	gauge(b.due, float64(x.JobsDue))
	age := 0.0
	if !x.Oldest.IsZero() {
		age = max(0, b.now().Sub(x.Oldest).Seconds())
	}
	gauge(b.age, age)
	gauge(b.dead, float64(x.JobsDead))
	gauge(b.mailNew, float64(x.MailNew))
	gauge(b.mailFailed, float64(x.MailFailed))
	gauge(b.owed, float64(x.Webhooks))
	for _, s := range b.states {
		gauge(b.actions, float64(x.Actions[s]), s)
	}
}

func (b *backlog) look() (Backlog, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if now := b.now(); b.at.IsZero() || now.Sub(b.at) >= fresh || now.Before(b.at) {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		was := b.err
		b.last, b.err = b.read(ctx)
		b.at = now
		if b.err != nil && was == nil {
			b.log.Warn("read the backlog for metrics", "error", b.err)
		}
	}
	return b.last, b.err
}

// mailCollector shows what became of mail in this process.
type mailCollector struct{ read func() Mail }

var mailDesc = prometheus.NewDesc("godwit_mail_total", "Messages by what became of them here: accepted is durable, processed is in a ticket.", []string{"outcome"}, nil)

// Describe names the series.
func (mailCollector) Describe(out chan<- *prometheus.Desc) { out <- mailDesc }

// Collect shows them.
func (c mailCollector) Collect(out chan<- prometheus.Metric) {
	m := c.read()
	for _, x := range []struct {
		outcome string
		n       int64
	}{{"accepted", m.Accepted}, {"processed", m.Processed}, {"failed", m.Failed}} {
		out <- prometheus.MustNewConstMetric(mailDesc, prometheus.CounterValue, float64(x.n), x.outcome)
	}
}
