package bench

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"godwit.dev/godwit/internal/app"
	"godwit.dev/godwit/internal/base/rate"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/mailroom"
)

// Config says what is loaded and measured.
type Config struct {
	Database string // "" is SQLite in a folder that goes away; a database that an earlier run loaded is not loaded again
	Tickets  int
	Events   int // tracking events that are told before the last tenth, which is measured
	Parcels  int // open parcels that are swept; 0 sweeps none
	Cases    int // past cases that are decided again; 0 replays none
	Clients  []int
	Round    time.Duration // of one round of a measure
	Only     string        // measures whose name contains it; "" is all
	Program  string        // path of the program, to measure it at rest; "" does not
	Progress func(step string, done, total int)
	Say      func(format string, args ...any) // what is no figure of time: weights, sizes
	Log      *slog.Logger
}

// keys seal nothing that matters: the bench's database holds invented people.
const keys = "Z29kd2l0LWJlbmNoLWdvZHdpdC1iZW5jaC1nb2R3aXQ="

// bench is one run.
type bench struct {
	Config
	*house
	app     *app.App
	results []Result
}

// Run loads and measures. Results come in the order measured; those whose name
// begins with "raw: " are the same statements over the bare driver.
func Run(ctx context.Context, cfg Config) (_ []Result, err error) {
	if cfg.Database == "" {
		dir, err := os.MkdirTemp("", "godwit-bench-")
		if err != nil {
			return nil, fmt.Errorf("bench folder: %w", err)
		}
		defer os.RemoveAll(dir)
		cfg.Database = "sqlite:" + filepath.Join(dir, "bench.db")
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	core, err := app.NewCore(ctx, app.Config{Database: cfg.Database, Keys: keys, Post: quietPost{}, Log: cfg.Log})
	if err != nil {
		return nil, err
	}
	closed := false
	defer func() {
		if cerr := core.Close(); err == nil && !closed {
			err = cerr
		}
	}()
	b := &bench{Config: cfg}
	if err := b.prepare(ctx, core); err != nil {
		return b.results, err
	}
	b.app, err = app.Start(ctx, core, app.ServeConfig{
		Listen: "127.0.0.1:0", SMTP: "127.0.0.1:0", ConsoleRate: rate.Rate{PerMinute: 100_000_000, Burst: 100_000_000}, // one person is all clients
	})
	if err != nil {
		return b.results, err
	}
	err = b.measures(ctx)
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	if serr := b.app.Stop(stop); err == nil {
		err = serr
	}
	if err == nil && cfg.Program != "" {
		err = b.rest(ctx)
	}
	return b.results, err
}

// prepare loads the tickets, unless an earlier run did.
func (b *bench) prepare(ctx context.Context, core *app.Core) error {
	h, loaded, err := found(ctx, core, b.Tickets)
	if err != nil {
		return err
	}
	b.house = h
	if loaded {
		return nil
	}
	began := time.Now()
	rows, err := h.load(ctx, b.Tickets, b.Progress)
	if err != nil {
		return err
	}
	took := time.Since(began)
	b.Say("loaded %d tickets with %d messages, %d rows in all, in %.1f s: %.0f tickets/s, %.0f rows/s",
		b.Tickets, b.Tickets*PerTicket, rows, took.Seconds(), float64(b.Tickets)/took.Seconds(), float64(rows)/took.Seconds())
	b.results = append(b.results, Result{
		Name: "load", Clients: 1, P50: float64(took.Milliseconds()), P95: float64(took.Milliseconds()), P99: float64(took.Milliseconds()),
		PerSecond: float64(b.Tickets) / took.Seconds(),
	})
	return nil
}

// wanted reports whether a measure was asked for.
func (b *bench) wanted(name string) bool { return b.Only == "" || strings.Contains(name, b.Only) }

// run measures an operation with every number of clients.
func (b *bench) run(ctx context.Context, name string, do op) error {
	if !b.wanted(name) {
		return nil
	}
	for _, n := range b.Clients {
		r, err := measure(ctx, name, n, b.Round, do)
		if err != nil {
			return fmt.Errorf("measure %s: %w", name, err)
		}
		b.Progress(fmt.Sprintf("%s, %d clients: %.2f ms", name, n, r.P50), 1, 1)
		b.results = append(b.results, r)
	}
	return nil
}

func (b *bench) measures(ctx context.Context) error {
	for _, part := range []func(context.Context) error{b.weigh, b.desk, b.baseline, b.intake, b.tracking, b.sweep, b.replay, b.automation, b.firings, b.triage, b.clocks, b.routing, b.forecast} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	return nil
}

// quietPost takes letters and keeps none: a bench sends nothing outside.
type quietPost struct{}

func (quietPost) Send(_ context.Context, _ ticket.Mailbox, _ mailroom.Letter, mark func() error) mailroom.Answer {
	if err := mark(); err != nil {
		return mailroom.Answer{Verdict: mailroom.RefusedNow, Detail: err.Error()}
	}
	return mailroom.Answer{Verdict: mailroom.Accepted, Detail: "250 kept in the bench"}
}

func (quietPost) Find(context.Context, ticket.Mailbox, string) (bool, error) { return true, nil }
