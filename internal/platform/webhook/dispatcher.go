package webhook

import (
	"context"
	"log/slog"
	"time"

	"godwit.dev/godwit/internal/platform/job"
)

// Dispatcher finds endpoints that have something to do and wakes their jobs: at
// once after a commit of this process, and by looking for what became due or
// what other nodes wrote.
type Dispatcher struct {
	store Store
	queue job.Queue
	now   func() time.Time
	log   *slog.Logger
	nudge chan struct{}
}

// NewDispatcher returns a Dispatcher that does nothing until Run.
func NewDispatcher(s Store, q job.Queue, now func() time.Time, log *slog.Logger) *Dispatcher {
	return &Dispatcher{store: s, queue: q, now: now, log: log, nudge: make(chan struct{}, 1)}
}

// Nudge tells that deliveries were written. It never blocks.
func (d *Dispatcher) Nudge() {
	select {
	case d.nudge <- struct{}{}:
	default:
	}
}

const (
	lookEvery   = 2 * time.Second
	restBetween = 100 * time.Millisecond // nudges closer together than this are one
	forgetEvery = 10 * time.Minute
)

// Run dispatches until ctx ends.
func (d *Dispatcher) Run(ctx context.Context) {
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	forget := time.NewTicker(forgetEvery)
	defer forget.Stop()
	for {
		if err := d.Look(ctx); err != nil && ctx.Err() == nil {
			d.log.Error("look for webhooks", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		case <-d.nudge:
			rest := time.NewTimer(restBetween)
			select {
			case <-ctx.Done():
				rest.Stop()
				return
			case <-rest.C:
			}
		case <-forget.C:
			if err := d.store.ForgetDeliveries(ctx, d.now().Add(-keepLog), keepRows); err != nil && ctx.Err() == nil {
				d.log.Error("forget old deliveries", "error", err)
			}
		}
	}
}

// Look wakes the jobs of all endpoints that have something to do now.
func (d *Dispatcher) Look(ctx context.Context) error {
	ripe, err := d.store.RipeEndpoints(ctx, d.now().UTC())
	if err != nil || len(ripe) == 0 {
		return err
	}
	jobs := make([]job.Job, len(ripe))
	for i, r := range ripe {
		jobs[i] = Wake(r.Workspace, r.ID)
	}
	return d.queue.Enqueue(ctx, jobs...)
}
