package job

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"godwit.dev/godwit/internal/base/errs"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// table keeps jobs as the store does.
type table struct {
	mu   sync.Mutex
	rows map[ID]Job
	wake chan struct{}
	fail atomic.Bool // the store does not answer
}

func newTable(jobs ...Job) *table {
	t := &table{rows: map[ID]Job{}}
	for i, j := range jobs {
		j.ID = ID(i + 1)
		t.rows[j.ID] = j
	}
	return t
}

func (t *table) Claim(_ context.Context, queue string, now, lease time.Time, n int) ([]Job, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.fail.Load() {
		return nil, errs.New(errs.Unavailable, "error.database")
	}
	var out []Job
	for id, j := range t.rows {
		if len(out) < n && j.Queue == queue && !j.Dead && !j.RunAt.After(now) {
			j.RunAt = lease
			j.Attempt++
			t.rows[id] = j
			out = append(out, j)
		}
	}
	return out, nil
}

func (t *table) Finish(_ context.Context, j Job, now time.Time) (bool, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.fail.Load() {
		return false, errs.New(errs.Unavailable, "error.database")
	}
	k, ok := t.rows[j.ID]
	if !ok || !k.RunAt.Equal(j.RunAt) {
		return false, nil
	}
	if k.Wanted == j.Wanted {
		delete(t.rows, j.ID)
		return false, nil
	}
	k.RunAt, k.Attempt = now, 0
	t.rows[j.ID] = k
	return true, nil
}

func (t *table) Retry(_ context.Context, j Job, at time.Time, dead bool, cause string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if k, ok := t.rows[j.ID]; ok && k.RunAt.Equal(j.RunAt) {
		k.RunAt, k.Attempt, k.Dead, k.LastError = at, j.Attempt, dead, cause
		t.rows[j.ID] = k
	}
	return nil
}

func (t *table) Extend(_ context.Context, j *Job, lease time.Time) (bool, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	k, ok := t.rows[j.ID]
	if !ok || !k.RunAt.Equal(j.RunAt) {
		return false, nil
	}
	k.RunAt, j.RunAt = lease, lease
	t.rows[j.ID] = k
	return true, nil
}

func (t *table) NextDue(_ context.Context, queue string) (time.Time, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var next time.Time
	for _, j := range t.rows {
		if j.Queue == queue && !j.Dead && (next.IsZero() || j.RunAt.Before(next)) {
			next = j.RunAt
		}
	}
	return next, nil
}

// Wake makes its channel when it is asked for, inside the bubble of the test.
func (t *table) Wake(string) <-chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.wake == nil {
		t.wake = make(chan struct{}, 1)
	}
	return t.wake
}

func (t *table) job(id ID) (Job, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	j, ok := t.rows[id]
	return j, ok
}

func (t *table) change(id ID, fn func(*Job)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	j := t.rows[id]
	fn(&j)
	t.rows[id] = j
}

// during runs fn in a bubble of fake time with a started Runner, and stops it.
func during(t *testing.T, tab *table, workers int, handlers map[string]Handler, fn func(r *Runner)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		for id := range tab.rows {
			tab.change(id, func(j *Job) {
				if j.RunAt.IsZero() {
					j.RunAt = time.Now()
				}
			})
		}
		r := NewRunner(Config{Store: tab, Handlers: handlers, Queues: map[string]int{DefaultQueue: workers}, Poll: 10 * time.Second, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
		r.Start(t.Context())
		fn(r)
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		r.Stop(ctx)
	})
}

func TestFailuresArePutOffAndThenDie(t *testing.T) {
	for name, tc := range map[string]struct {
		err   error
		times int32
	}{
		"a passing failure": {errors.New("x"), 3}, "a panic": {nil, 3}, "bad arguments": {errs.New(errs.Invalid, "x"), 1}, "no such thing": {errs.New(errs.Unsupported, "x"), 1},
	} {
		tab := newTable(New(1, "do", nil).Tries(3))
		var runs atomic.Int32
		during(t, tab, 1, map[string]Handler{"do": func(context.Context, Job) error {
			runs.Add(1)
			if tc.err == nil {
				panic("at the disco")
			}
			return tc.err
		}}, func(*Runner) { time.Sleep(time.Hour) })
		if j, ok := tab.job(1); !ok || !j.Dead || runs.Load() != tc.times || j.LastError == "" {
			t.Errorf("%s: %d runs, %+v", name, runs.Load(), j)
		}
	}
	tab := newTable(New(1, "nobody", nil))
	during(t, tab, 1, nil, func(*Runner) { time.Sleep(time.Minute) })
	if j, _ := tab.job(1); !j.Dead {
		t.Error("a job that nobody handles is not dead")
	}
}

func TestLaterIsNoFailure(t *testing.T) {
	tab := newTable(New(1, "do", nil).Tries(1))
	var at []time.Time
	during(t, tab, 1, map[string]Handler{"do": func(context.Context, Job) error {
		if at = append(at, time.Now()); len(at) < 5 {
			return Later{time.Now().Add(90 * time.Second)}
		}
		return nil
	}}, func(*Runner) { time.Sleep(time.Hour) })
	if _, there := tab.job(1); there || len(at) != 5 || at[4].Sub(at[0]) != 6*time.Minute {
		t.Errorf("ran at %v", at)
	}
}

func TestALongJobKeepsItsLeaseAndALostOneIsCancelled(t *testing.T) {
	tab := newTable(New(1, "do", nil))
	var runs atomic.Int32
	during(t, tab, 2, map[string]Handler{"do": func(ctx context.Context, _ Job) error {
		runs.Add(1)
		time.Sleep(10 * time.Minute) // ten leases
		return ctx.Err()
	}}, func(*Runner) { time.Sleep(11 * time.Minute) })
	if _, there := tab.job(1); there || runs.Load() != 1 {
		t.Errorf("%d runs, still there: %v", runs.Load(), there)
	}

	tab = newTable(New(1, "do", nil))
	var cancelled atomic.Bool
	during(t, tab, 1, map[string]Handler{"do": func(ctx context.Context, _ Job) error {
		tab.change(1, func(j *Job) { j.RunAt = time.Now().Add(time.Hour) }) // another worker has it now
		<-ctx.Done()
		cancelled.Store(true)
		return ctx.Err()
	}}, func(*Runner) { time.Sleep(time.Minute) })
	if j, there := tab.job(1); !cancelled.Load() || !there || j.LastError != "" {
		t.Errorf("cancelled %v, %+v", cancelled.Load(), j)
	}
}

func TestAJobIsAskedForWhileItRuns(t *testing.T) {
	tab := newTable(New(1, "do", nil).WithKey("k"))
	var runs atomic.Int32
	during(t, tab, 1, map[string]Handler{"do": func(context.Context, Job) error {
		if runs.Add(1) == 1 {
			tab.change(1, func(j *Job) { j.Wanted++ })
		}
		return nil
	}}, func(*Runner) { time.Sleep(time.Minute) })
	if _, there := tab.job(1); there || runs.Load() != 2 {
		t.Errorf("%d runs", runs.Load())
	}
}

// A job with an hour of its own must not wait for the poll because another one
// is under way.
func TestADueJobDoesNotWaitForABusyWorker(t *testing.T) {
	tab := newTable(New(1, "long", nil), New(1, "timed", nil))
	var after time.Duration
	during(t, tab, 2, map[string]Handler{
		"long":  func(context.Context, Job) error { time.Sleep(30 * time.Second); return nil },
		"timed": func(_ context.Context, j Job) error { return Later{time.Now().Add(2 * time.Second)} },
	}, func(*Runner) {
		begin := time.Now()
		for {
			time.Sleep(100 * time.Millisecond)
			if j, _ := tab.job(2); j.RunAt.Sub(begin) > 3*time.Second {
				after = time.Since(begin)
				return
			}
		}
	})
	if after > 3*time.Second {
		t.Errorf("the second run came after %v", after)
	}
}

func TestStopDrainsAndThenCancels(t *testing.T) {
	tab := newTable(New(1, "quick", nil), New(1, "endless", nil))
	var done, cancelled atomic.Bool
	synctest.Test(t, func(t *testing.T) {
		for id := range tab.rows {
			tab.change(id, func(j *Job) { j.RunAt = time.Now() })
		}
		r := NewRunner(Config{Store: tab, Queues: map[string]int{DefaultQueue: 2}, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Handlers: map[string]Handler{
			"quick": func(ctx context.Context, _ Job) error {
				time.Sleep(5 * time.Second)
				done.Store(ctx.Err() == nil)
				return nil
			},
			"endless": func(ctx context.Context, _ Job) error { <-ctx.Done(); cancelled.Store(true); return ctx.Err() },
		}})
		r.Stop(t.Context()) // before it was started
		r.Start(t.Context())
		time.Sleep(time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		begin := time.Now()
		r.Stop(ctx)
		if time.Since(begin) != 20*time.Second || !done.Load() || !cancelled.Load() {
			t.Errorf("stopped after %v; drained %v, cancelled %v", time.Since(begin), done.Load(), cancelled.Load())
		}
	})
	if j, there := tab.job(2); !there || j.Dead {
		t.Error("the cancelled job is gone")
	}
	if _, there := tab.job(1); there {
		t.Error("the drained job is still there")
	}
}

func TestABrokenStoreIsBorne(t *testing.T) {
	tab := newTable(New(1, "do", nil))
	tab.fail.Store(true)
	var runs atomic.Int32
	during(t, tab, 1, map[string]Handler{"do": func(context.Context, Job) error { runs.Add(1); return nil }}, func(*Runner) {
		time.Sleep(time.Minute)
		tab.fail.Store(false)
		time.Sleep(time.Minute)
	})
	if runs.Load() != 1 {
		t.Errorf("%d runs", runs.Load())
	}
}

// A job that is done while the database is away is not done again.
func TestTheEndOfAJobIsWrittenWhenTheStoreIsBack(t *testing.T) {
	tab := newTable(New(1, "do", nil))
	var runs atomic.Int32
	during(t, tab, 1, map[string]Handler{"do": func(context.Context, Job) error {
		runs.Add(1)
		tab.fail.Store(true)
		return nil
	}}, func(*Runner) {
		time.Sleep(20 * time.Second)
		tab.fail.Store(false)
		time.Sleep(5 * time.Second)
	})
	if _, there := tab.job(1); there || runs.Load() != 1 {
		t.Errorf("%d runs, still there: %v", runs.Load(), there)
	}
}

func TestBackoffGrowsWithinBounds(t *testing.T) {
	for attempt := range 30 {
		full := min(time.Second<<min(max(attempt-1, 0), 12), time.Hour)
		for range 50 {
			if d := Backoff(attempt); d > full || d < full*3/4 {
				t.Fatalf("attempt %d waits %v", attempt, d)
			}
		}
	}
}
