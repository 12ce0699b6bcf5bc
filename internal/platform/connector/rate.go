package connector

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"godwit.dev/godwit/internal/base/errs"
)

// Rate is how often a vendor permits requests: evenly so many in a time, and so
// many at once after a pause. Where a vendor counts a window strictly, Burst is 1.
// The zero Rate has no limit.
type Rate struct {
	Requests int
	Per      time.Duration
	Burst    int    // 1 if zero
	Told     string // header of answers that says how many requests a second are permitted, "" if none does
}

// pace spaces requests: a burst at once, then one each gap. It is the generic cell
// rate algorithm (ITU-T I.371): a request moves the time at which the next is due
// on by a gap, and may be as early as the burst allows.
type pace struct {
	mu    sync.Mutex
	gap   time.Duration // 0 lets everybody through
	burst int
	due   time.Time
}

func newPace(r Rate) *pace {
	p := &pace{burst: max(r.Burst, 1)}
	if r.Requests > 0 && r.Per > 0 {
		p.gap = r.Per / time.Duration(r.Requests)
	}
	return p
}

func (p *pace) early() time.Duration { return p.gap * time.Duration(p.burst-1) }

// wait returns when a request may be sent. One that would have to wait for longer
// than patience is not sent, and takes no place; neither does one whose wait is
// broken off.
func (p *pace) wait(ctx context.Context, patience time.Duration) error {
	p.mu.Lock()
	now := time.Now()
	if p.due.Before(now) {
		p.due = now
	}
	d, gap := p.due.Add(-p.early()).Sub(now), p.gap
	if d <= patience {
		p.due = p.due.Add(gap)
	}
	p.mu.Unlock()
	if d > patience {
		return Full(now.Add(d))
	}
	if err := sleep(ctx, d); err != nil {
		p.mu.Lock()
		p.due = p.due.Add(-gap)
		p.mu.Unlock()
		return err
	}
	return nil
}

// learn takes over how many requests a second a vendor says that it permits.
func (p *pace) learn(text string) {
	perSecond, err := strconv.ParseFloat(text, 64)
	if err != nil || perSecond < 1e-4 || perSecond > 1e4 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.gap = time.Duration(float64(time.Second) / perSecond)
}

// hold lets nobody through for a while.
func (p *pace) hold(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if until := time.Now().Add(d + p.early()); p.due.Before(until) {
		p.due = until
	}
}

// Full is the error, of kind errs.Unavailable, of a call for which the vendor's
// rate leaves no place before a time that is too far away to be waited for. The
// caller goes on then, and has not failed: FullUntil tells when.
func Full(until time.Time) error {
	cause := fmt.Errorf("the next request is due at %s", until.UTC().Format(time.RFC3339))
	return &full{until: until, err: errs.Wrap(errs.Unavailable, cause, "error.vendor_busy")}
}

type full struct {
	until time.Time
	err   error
}

func (f *full) Error() string { return f.err.Error() }
func (f *full) Unwrap() error { return f.err }
