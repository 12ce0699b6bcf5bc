package app

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"strings"
	"sync"
	"time"

	"godwit.dev/godwit/internal/adapter/channel/email"
	"godwit.dev/godwit/internal/adapter/channel/email/postman"
	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/forwarded"
	"godwit.dev/godwit/internal/base/rate"
	"godwit.dev/godwit/internal/server/cert"
	"godwit.dev/godwit/internal/server/health"
	"godwit.dev/godwit/internal/server/web"
	"godwit.dev/godwit/internal/server/web/ui"
)

// ServeConfig says which doors are open and where.
type ServeConfig struct {
	Listen string // console, host:port
	SMTP   string // mail from other servers, host:port; "" is closed
	LMTP   string // mail from the server beside us, host:port; "" is closed
	Debug  string // profiles of the process, loopback only; "" is closed
	// Metrics shows numbers to Prometheus, at a loopback or private address unless
	// MetricsPublic permits others; "" is closed.
	Metrics       string
	MetricsPublic bool
	TLS           *tls.Config
	ACME          ACMEConfig // certificates that are got here, instead of TLS
	Address       string     // public base URL of the console
	Logins        []ui.Login
	Mail          email.Options
	// Drain is how long a stopping node goes on serving after it has said that it
	// is not ready, so that whoever spreads requests over the nodes notices. One
	// that is alone does not wait.
	Drain time.Duration
	// Rate is how many requests a token may make at the API, ConsoleRate how many a
	// person at the console; the zero Rate is the door's default.
	Rate, ConsoleRate rate.Rate
	// Proxies are the networks of the proxies that may say for whom they ask.
	Proxies forwarded.Trust
}

// secure reports whether browsers reach the console over TLS: ours, or that of a
// proxy in front, which the public address tells. No header of a request does.
func (c ServeConfig) secure() bool {
	return c.TLS != nil || strings.HasPrefix(strings.ToLower(c.Address), "https://")
}

// App is a running Godwit.
type App struct {
	core       *Core
	cfg        ServeConfig
	background *Background
	health     *health.Health
	web        *http.Server
	debug      *http.Server
	metrics    *http.Server
	metricsAt  net.Addr
	certs      *cert.Manager
	plain      *http.Server
	plainAt    net.Addr
	mail       []*email.Listener
	listeners  []net.Listener
	stopping   chan struct{}
	wg         sync.WaitGroup
	failed     chan error
}

// Start opens the doors and begins to work. The console answers when it returns.
func Start(ctx context.Context, c *Core, cfg ServeConfig) (*App, error) {
	a := &App{core: c, cfg: cfg, stopping: make(chan struct{}), failed: make(chan error, 4)}
	console, err := listen(ctx, cfg.Listen)
	if err != nil {
		return nil, err
	}
	a.listeners = append(a.listeners, console)
	if err := a.openACME(ctx, console.Addr()); err != nil {
		a.closeListeners()
		return nil, err
	}
	cfg = a.cfg
	a.health = health.New(c.Log, health.Check{Name: "database", Run: c.Store.Ready})
	_, key := c.vault.MAC([]byte("console: outcomes shown after a redirect")) // one for all nodes
	presence := web.NewPresence(c.Now)
	handler := web.New(web.Config{
		OrderLink:    c.Portal.LinkToOrder,
		Auth:         c.Auth,
		Tickets:      c.Tickets,
		Customers:    c.Customers,
		Orders:       c.Orders,
		Shipments:    c.Shipments,
		Traces:       c.Traces,
		Goods:        c.Goods,
		Warranty:     c.Warranty,
		Recovery:     c.Recovery,
		Recoup:       c.Recoup,
		Rates:        c.Rates,
		Plans:        c.Plans,
		Policies:     c.Policies,
		Costs:        c.Costs,
		Outlays:      c.Outlays,
		Replay:       c.Replay,
		Products:     c.Products,
		Cases:        c.Cases,
		Casework:     c.Casework,
		Refunds:      c.Refunds,
		Ledger:       c.Ledger,
		Lanes:        c.Lanes,
		Webhooks:     c.Webhooks,
		Hooks:        c.Hooks,
		Shops:        c.Shops,
		Tracking:     c.Tracking,
		Pay:          c.Pay,
		Proactive:    c.Proactive,
		Brands:       c.Brands,
		CustomerPage: c.Portal.Page,
		Audit:        c.Audit,
		Bus:          c.Bus,
		Now:          c.Now,
		Log:          c.Log,
		Outgoing:     c.Outgoing,
		Clocks:       c.Clocks,
		Routing:      c.Routing,
		Automation:   c.Automation,
		Translations: c.Translations,
		Foresight:    c.Foresight,
		Habits:       c.Habits,
		Sorting:      c.Sorting,
		Secure:       cfg.secure(), Demo: cfg.Logins, Done: a.stopping, Address: cfg.Address, Key: key, MailTest: c.testMailbox,
		Presence: presence, Watch: c.Watch, Rate: cfg.ConsoleRate, Nodes: c.Node.Peers,
	})
	// No WriteTimeout: live streams stay open, and set their own deadlines.
	front := c.portalDoor(cfg, c.hookDoor(doors(handler, c.api(cfg, presence, a.stopping), c.MCP().Handler())))
	if cfg.Metrics != "" {
		if front, err = a.openMetrics(ctx, front); err != nil {
			a.closeListeners()
			return nil, err
		}
	}
	a.web = &http.Server{Handler: a.health.Handler(c.proxies(cfg.Proxies, front)), TLSConfig: cfg.TLS, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10}
	if cfg.TLS != nil {
		console = tls.NewListener(console, cfg.TLS)
	}
	for _, door := range []struct {
		address string
		lmtp    bool
	}{{cfg.SMTP, false}, {cfg.LMTP, true}} {
		if door.address == "" {
			continue
		}
		ln, err := listen(ctx, door.address)
		if err != nil {
			a.closeListeners()
			return nil, err
		}
		a.listeners = append(a.listeners, ln)
		l := email.NewListener(postman.Sink{Store: c.Store, Room: c.Mailroom}, postman.Resolver{Store: c.Store}, email.ListenerOptions{LMTP: door.lmtp, TLS: cfg.TLS, Log: c.Log})
		a.mail = append(a.mail, l)
		a.run(func() error { return l.Serve(ln) })
	}
	if cfg.Debug != "" {
		if err := a.openDebug(ctx); err != nil {
			a.closeListeners()
			return nil, err
		}
	}
	if a.certs != nil {
		if err := a.certs.Start(context.WithoutCancel(ctx)); err != nil {
			a.closeListeners()
			return nil, err
		}
	}
	if c.Portal.Address == "" && len(cfg.Logins) > 0 { // a demo, whose port is known only now
		c.Portal.Address = "http://" + console.Addr().String()
	}
	a.background = c.Background(cfg.Mail)
	a.background.Start(ctx)
	a.run(func() error { return a.web.Serve(console) })
	return a, nil
}

// listen words the failures that an operator meets.
func listen(ctx context.Context, address string) (net.Listener, error) {
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, errs.Wrap(errs.Unavailable, err, "error.listen", "address", address)
	}
	return ln, nil
}

// openDebug serves profiles, to this machine only.
func (a *App) openDebug(ctx context.Context) error {
	host, _, err := net.SplitHostPort(a.cfg.Debug)
	if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() {
		return errs.New(errs.Invalid, "error.debug_address", "address", a.cfg.Debug)
	}
	ln, err := listen(ctx, a.cfg.Debug)
	if err != nil {
		return err
	}
	a.listeners = append(a.listeners, ln)
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	a.debug = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	a.run(func() error { return a.debug.Serve(ln) })
	return nil
}

func (a *App) run(serve func() error) {
	a.wg.Go(func() {
		err := serve()
		select {
		case <-a.stopping:
		default:
			if err != nil && !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
				a.failed <- fmt.Errorf("serve: %w", err)
			}
		}
	})
}

// Addr returns where the console listens.
func (a *App) Addr() string { return a.listeners[0].Addr().String() }

// MailAddr returns where the i-th open mail door listens, SMTP before LMTP.
func (a *App) MailAddr(i int) string { return a.listeners[1+i].Addr().String() }

// MetricsAddr returns where metrics are shown, nil if nowhere.
func (a *App) MetricsAddr() net.Addr { return a.metricsAt }

// Failed receives when a door breaks.
func (a *App) Failed() <-chan error { return a.failed }

// Stop says that this node is not ready, serves on for the drain, closes the
// doors, lets running requests and jobs finish until ctx ends, and then cuts them
// off.
func (a *App) Stop(ctx context.Context) error {
	a.health.Stop()
	if !a.core.Node.Alone() {
		select {
		case <-time.After(a.cfg.Drain):
		case <-ctx.Done():
		}
	}
	close(a.stopping)
	err := a.web.Shutdown(ctx)
	if err != nil {
		err = errors.Join(err, a.web.Close())
	}
	for _, l := range a.mail {
		err = errors.Join(err, l.Shutdown(ctx))
	}
	if a.debug != nil {
		err = errors.Join(err, a.debug.Close())
	}
	a.background.Stop(ctx)
	a.closeListeners()
	a.wg.Wait()
	return err
}

func (a *App) closeListeners() {
	for _, s := range []*http.Server{a.metrics, a.plain} {
		if s != nil {
			_ = s.Close()
		}
	}
	if a.certs != nil {
		a.certs.Stop()
		a.certs = nil
	}
	for _, l := range a.listeners {
		_ = l.Close()
	}
}
