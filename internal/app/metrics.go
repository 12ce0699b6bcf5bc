package app

import (
	"context"
	"database/sql"
	"net"
	"net/http"
	"net/netip"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/platform/action"
	"godwit.dev/godwit/internal/server/metrics"
)

// openMetrics opens the listener for Prometheus, and returns the doors with their
// requests counted.
func (a *App) openMetrics(ctx context.Context, doors http.Handler) (http.Handler, error) {
	if !a.cfg.MetricsPublic && !secluded(a.cfg.Metrics) {
		return nil, errs.New(errs.Invalid, "error.metrics_address", "address", a.cfg.Metrics)
	}
	ln, err := listen(ctx, a.cfg.Metrics)
	if err != nil {
		return nil, err
	}
	m := a.core.metrics()
	a.metrics = &http.Server{Handler: m.Handler(), ReadHeaderTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second}
	a.metricsAt = ln.Addr()
	a.run(func() error { return a.metrics.Serve(ln) })
	return m.Count(doors), nil
}

// secluded reports whether an address is of this machine or of a private network.
// A name is none, since what it means is decided elsewhere.
func secluded(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && (ip.IsLoopback() || ip.IsPrivate())
}

// metrics returns the numbers of this process and of its database.
func (c *Core) metrics() *metrics.Metrics {
	write, read := c.Store.Pools()
	pools := map[string]*sql.DB{"main": write}
	if write != read {
		pools = map[string]*sql.DB{"write": write, "read": read}
	}
	var states []string
	for _, s := range []action.State{action.Proposed, action.Ready, action.Running, action.Committing, action.Unknown} {
		states = append(states, string(s))
	}
	return metrics.New(metrics.Config{
		Version: Version(), Pools: pools, States: states, Now: c.Now, Log: c.Log,
		Mail: func() metrics.Mail { return metrics.Mail(c.Mailroom.Tally()) },
		Backlog: func(ctx context.Context) (metrics.Backlog, error) {
			b, err := c.Store.Backlog(ctx)
			return metrics.Backlog{
				JobsDue: b.Queue.Waiting, JobsDead: b.Queue.Dead, Oldest: b.Queue.Oldest,
				MailNew: b.MailNew, MailFailed: b.MailFailed, Webhooks: b.Webhooks, Actions: b.Actions,
			}, err
		},
	})
}
