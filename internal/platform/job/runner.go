package job

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"sync"
	"time"

	"godwit.dev/godwit/internal/base/errs"
)

// Handler does one job. An error of kind errs.Invalid or errs.Unsupported is
// final; every other one is tried again.
type Handler func(ctx context.Context, j Job) error

// Later is returned by a handler that is not finished and wants to be called
// again at a time of its own choice; it does not count as a failure.
type Later struct{ At time.Time }

func (l Later) Error() string { return "job: again at " + l.At.UTC().Format(time.RFC3339) }

// Config is what a Runner needs.
type Config struct {
	Store    Store
	Handlers map[string]Handler
	Queues   map[string]int // queue -> workers
	Lease    time.Duration  // how long a silent worker keeps its job; default one minute
	Poll     time.Duration  // how often to look without being woken; default one second
	Log      *slog.Logger
	Now      func() time.Time
}

// Runner claims and runs jobs until it is stopped.
type Runner struct {
	cfg    Config
	stop   context.CancelFunc // no more claims
	cancel context.CancelFunc // running jobs
	wg     sync.WaitGroup
}

// NewRunner returns a Runner that does nothing until Start.
func NewRunner(cfg Config) *Runner {
	if cfg.Lease == 0 {
		cfg.Lease = time.Minute
	}
	if cfg.Poll == 0 {
		cfg.Poll = time.Second
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Runner{cfg: cfg}
}

// Start begins to claim and run jobs.
func (r *Runner) Start(ctx context.Context) {
	claims, stop := context.WithCancel(ctx)
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	r.stop, r.cancel = stop, cancel
	for queue, workers := range r.cfg.Queues {
		r.wg.Go(func() { r.fetch(claims, work, queue, workers) })
	}
}

// Stop ends claiming, waits for running jobs until ctx ends, then cancels them
// and waits for their handlers to return. A Runner that was not started is
// stopped already.
func (r *Runner) Stop(ctx context.Context) {
	if r.stop == nil {
		return
	}
	r.stop()
	done := make(chan struct{})
	go func() { r.wg.Wait(); close(done) }()
	select {
	case <-done:
	case <-ctx.Done():
		r.cancel()
		<-done
	}
	r.cancel()
}

func (r *Runner) fetch(ctx, work context.Context, queue string, workers int) {
	slots := make(chan struct{}, workers)
	var running sync.WaitGroup
	defer running.Wait()
	wake := r.cfg.Store.Wake(queue)
	failures := 0
	for ctx.Err() == nil {
		free := workers - len(slots)
		var jobs []Job
		if free > 0 {
			var err error
			now := r.cfg.Now()
			jobs, err = r.cfg.Store.Claim(ctx, queue, now, now.Add(r.cfg.Lease), free)
			if err != nil {
				if failures++; failures == 1 && ctx.Err() == nil {
					r.cfg.Log.Error("claim jobs; trying again until the database answers", "queue", queue, "error", err)
				}
				pause(ctx, storeBackoff(failures))
				continue
			}
			if failures > 0 {
				r.cfg.Log.Info("jobs are claimed again", "queue", queue, "failures", failures)
			}
			failures = 0
		}
		for _, j := range jobs {
			slots <- struct{}{}
			running.Go(func() {
				defer func() { <-slots }()
				r.run(work, j)
			})
		}
		if len(jobs) > 0 {
			continue
		}
		r.wait(ctx, queue, wake, slots)
	}
}

// wait sleeps until a job may be due: woken by a commit, by a free worker, by
// the clock, or by the poll.
func (r *Runner) wait(ctx context.Context, queue string, wake <-chan struct{}, slots chan struct{}) {
	d := r.cfg.Poll
	if len(slots) == cap(slots) {
		d = min(d, 20*time.Millisecond)
	} else if next, err := r.cfg.Store.NextDue(ctx, queue); err == nil && !next.IsZero() {
		d = min(d, max(next.Sub(r.cfg.Now()), time.Millisecond))
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-wake:
	case <-t.C:
	}
}

func (r *Runner) run(ctx context.Context, j Job) {
	log := r.cfg.Log.With("job", int64(j.ID), "kind", j.Kind, "workspace", int64(j.Workspace), "attempt", j.Attempt)
	work := ctx
	ctx, cancel := context.WithCancel(work)
	defer cancel()
	h, ok := r.cfg.Handlers[j.Kind]
	if !ok {
		r.settle(work, log, j, errs.New(errs.Unsupported, "error.job_kind", "kind", j.Kind))
		return
	}
	renewed := make(chan Job, 1)
	renewCtx, stopRenew := context.WithCancel(ctx)
	go func() { renewed <- r.renew(renewCtx, cancel, j) }()
	err := safely(ctx, h, j)
	stopRenew()
	r.settle(work, log, <-renewed, err)
}

// renew keeps the lease of a long job alive and cancels the job if it is lost.
func (r *Runner) renew(ctx context.Context, lost context.CancelFunc, j Job) Job {
	t := time.NewTicker(r.cfg.Lease / 3)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return j
		case <-t.C:
			// Not broken off half-way: whoever settles the job must know its lease.
			ok, err := r.cfg.Store.Extend(context.WithoutCancel(ctx), &j, r.cfg.Now().Add(r.cfg.Lease))
			if err == nil && !ok {
				lost()
			}
		}
	}
}

func safely(ctx context.Context, h Handler, j Job) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return h(ctx, j)
}

func (r *Runner) settle(ctx context.Context, log *slog.Logger, j Job, err error) {
	now := r.cfg.Now()
	var later Later
	switch {
	case err == nil:
		r.insist(ctx, log, "finish job", func(ctx context.Context) error {
			_, err := r.cfg.Store.Finish(ctx, j, r.cfg.Now())
			return err
		})
		return
	case errors.As(err, &later):
		j.Attempt--
		r.insist(ctx, log, "postpone job", func(ctx context.Context) error { return r.cfg.Store.Retry(ctx, j, later.At, false, "") })
		return
	}
	kind := errs.KindOf(err)
	dead := kind == errs.Invalid || kind == errs.Unsupported || j.Attempt >= j.MaxAttempts
	log.Warn("job failed", "error", err, "dead", dead)
	r.insist(ctx, log, "postpone job", func(ctx context.Context) error {
		return r.cfg.Store.Retry(ctx, j, now.Add(Backoff(j.Attempt)), dead, err.Error())
	})
}

// insistence is how long the end of a job is tried to be written. After that its
// lease ends it, and it runs again.
const insistence = time.Minute

// insist writes the end of a job also when the database is away for a while. The
// write names the lease, so it does nothing when another worker has taken over.
// A Runner that is cut off, because ctx ends, tries once.
func (r *Runner) insist(ctx context.Context, log *slog.Logger, what string, write func(ctx context.Context) error) {
	began := time.Now()
	for failures := 1; ; failures++ {
		err := write(context.WithoutCancel(ctx))
		if err == nil {
			return
		}
		if !errs.Is(err, errs.Unavailable) || ctx.Err() != nil || time.Since(began) > insistence {
			log.Error(what, "error", err)
			return
		}
		pause(ctx, storeBackoff(failures))
	}
}

// storeBackoff is how long to wait after so many failures of the store: 0.1 s,
// 0.2 s ... up to two seconds, spread by a half.
func storeBackoff(failures int) time.Duration {
	d := min(50*time.Millisecond<<min(failures, 10), 2*time.Second)
	return d/2 + rand.N(d/2+1)
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// Backoff is how long to wait after a failed attempt: about 1 s, 2 s, 4 s ...
// up to an hour, spread by a quarter so that failures do not march in step.
func Backoff(attempt int) time.Duration {
	d := time.Second << min(max(attempt-1, 0), 12)
	d = min(d, time.Hour)
	return d - time.Duration(rand.Int64N(int64(d)/4+1))
}
