package commerce

import (
	"context"
	"errors"
	"fmt"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/flow/intake"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/connector"
	"godwit.dev/godwit/internal/platform/job"
)

// Queue is the queue of the jobs that talk with shops.
const Queue = "shop"

// The kinds of its jobs.
const (
	SyncJob      = "shop.sync"      // reads lists on, page by page
	FetchJob     = "shop.fetch"     // fetches one object that a webhook spoke of
	SubscribeJob = "shop.subscribe" // asks a shop to call us
)

// Handlers returns what does the jobs.
func (s *Service) Handlers() map[string]job.Handler {
	return map[string]job.Handler{SyncJob: s.sync, FetchJob: s.fetch, SubscribeJob: s.subscribe}
}

type ref struct {
	Connection ID     `json:"connection"`
	Kind       string `json:"kind,omitempty"`
	External   string `json:"external,omitempty"`
	Deleted    bool   `json:"deleted,omitempty"` // the shop said so
}

// syncing is the job that reads a connection's lists. It stands once.
func syncing(c Connection) job.Job {
	return job.New(c.Workspace, SyncJob, ref{Connection: c.ID}).On(Queue).WithKey(c.ID.String())
}

const (
	lookEvery = 15 * time.Second // for connections that are due
	turn      = 20 * time.Second // that one job may take before others get theirs
	maxDue    = 500
)

// Run makes the jobs of connections that are due, until ctx ends. Every node may run it: a job stands once.
func (s *Service) Run(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		if err := s.Wake(ctx); err != nil && ctx.Err() == nil {
			s.Log.Error("look for shops that are due", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Wake makes a job for each connection that is due.
func (s *Service) Wake(ctx context.Context) error {
	due, err := s.Store.DueShopConnections(ctx, s.Now(), maxDue)
	if err != nil || len(due) == 0 {
		return err
	}
	jobs := make([]job.Job, len(due))
	for i, d := range due {
		jobs[i] = syncing(Connection{ID: d.Connection, Workspace: d.Workspace})
	}
	return s.Queue.Enqueue(ctx, jobs...)
}

func (s *Service) sync(ctx context.Context, j job.Job) error {
	var r ref
	if err := j.Decode(&r); err != nil {
		return errs.Wrap(errs.Invalid, err, "error.invalid")
	}
	c, err := s.Store.ShopConnection(ctx, j.Workspace, r.Connection)
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if c.current() == nil && c.DueAt.After(s.Now()) { // another run has done it
		return nil
	}
	end := s.Now().Add(turn)
	for {
		more, err := s.step(ctx, j.Workspace, r.Connection)
		var f *fault
		until, full := connector.FullUntil(err)
		switch {
		case full:
			return job.Later{At: until}
		case errors.As(err, &f) && ctx.Err() == nil:
			return s.failed(ctx, j.Workspace, r.Connection, f.err)
		case err != nil || !more:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case s.Now().After(end):
			return job.Later{At: s.Now()}
		}
	}
}

// fault is an error of the shop, and not of ours.
type fault struct{ err error }

func (f *fault) Error() string { return f.err.Error() }
func (f *fault) Unwrap() error { return f.err }

// step reads one page and saves what is in it, together with the place behind it. More tells that there is another.
func (s *Service) step(ctx context.Context, w auth.WorkspaceID, id ID) (more bool, err error) {
	c, err := s.Store.ShopConnection(ctx, w, id)
	if errs.Is(err, errs.NotFound) || err == nil && c.State == Paused {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	d, shop, err := s.open(c)
	if err != nil {
		return false, &fault{err}
	}
	walk := c.current()
	if walk == nil {
		return s.begin(ctx, c, d)
	}
	asked := s.Now().UTC()
	page, err := shop.List(ctx, walk.Kind, walk.Cursor)
	if err != nil {
		return false, &fault{err}
	}
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		held, err := s.Store.HoldShopConnection(ctx, w, id)
		if err != nil {
			return err
		}
		now := held.current()
		if held.State == Paused || now == nil || !now.at(*walk) { // somebody else has moved on, or begun anew
			more = held.State != Paused
			return nil
		}
		taken, err := s.take(ctx, held, page.Objects, asked)
		if err != nil {
			return err
		}
		was := *now
		now.advance(page, taken, s.Now().UTC().Truncate(time.Millisecond))
		if now.Began.IsZero() && was.WholeAt.Equal(was.Began) && d.Capabilities.Complete(was.Kind) {
			if err := s.missing(ctx, held, was.Kind, was.Began); err != nil {
				return err
			}
		}
		if more = held.current() != nil; !more {
			return s.end(ctx, held)
		}
		return s.Store.SaveShopConnection(ctx, held)
	})
	if errs.Is(err, errs.NotFound) {
		return false, nil // removed meanwhile
	}
	return more, err
}

// at reports whether a walk stands where another one stood.
func (w Walk) at(was Walk) bool {
	return w.Kind == was.Kind && w.Cursor.Token == was.Cursor.Token && w.Cursor.Since.Equal(was.Cursor.Since) && w.Began.Equal(was.Began) && w.Done == was.Done
}

// begin starts the walks that are due; if none is, the look is over.
func (s *Service) begin(ctx context.Context, c Connection, d Driver) (more bool, err error) {
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		held, err := s.Store.HoldShopConnection(ctx, c.Workspace, c.ID)
		if err != nil || held.State == Paused {
			return err
		}
		held.begin(d.Capabilities, s.Now().UTC().Truncate(time.Millisecond))
		if more = held.current() != nil; !more {
			return s.end(ctx, held)
		}
		return s.Store.SaveShopConnection(ctx, held)
	})
	if errs.Is(err, errs.NotFound) {
		return false, nil
	}
	return more, err
}

// end ends a look: the next one is due after a while, and what failed before works again.
func (s *Service) end(ctx context.Context, c Connection) error {
	now := s.Now().UTC().Truncate(time.Millisecond)
	if c.State == Importing && c.imported() {
		c.State = Live
		if err := s.note(ctx, auth.ForSystem(c.Workspace), Imported, c); err != nil {
			return err
		}
	}
	was := c.Problem
	c.OKAt, c.DueAt, c.Streak, c.Problem = now, now.Add(pollEvery), 0, ""
	if was != "" {
		if err := s.note(ctx, auth.ForSystem(c.Workspace), Recovered, c); err != nil {
			return err
		}
	}
	return s.Store.SaveShopConnection(ctx, c)
}

const (
	shortest = time.Minute // between a failure and the next look
	longest  = time.Hour
	patience = 3 // failures in a row until the place in a list is doubted
)

// failed notes why a shop could not be read, and when that is tried again. A place that a vendor does not take any more
// is given up, and the list read again from where the walk began.
func (s *Service) failed(ctx context.Context, w auth.WorkspaceID, id ID, cause error) error {
	s.Log.Warn("read a shop", "connection", int64(id), "workspace", int64(w), "error", cause)
	return s.Store.InTx(ctx, func(ctx context.Context) error {
		c, err := s.Store.HoldShopConnection(ctx, w, id)
		if errs.Is(err, errs.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		now := s.Now().UTC().Truncate(time.Millisecond)
		was := c.Problem
		c.Problem, c.FailedAt = words(cause), now
		c.Streak++
		c.DueAt = now.Add(min(longest, shortest<<min(c.Streak-1, 6)))
		kind := errs.KindOf(cause)
		if kind == errs.Denied || kind == errs.Unsupported {
			c.DueAt = now.Add(longest) // only a person can help
		}
		if walk := c.current(); walk != nil && c.Streak >= patience && walk.Cursor.Token != "" && (kind == errs.Invalid || kind == errs.NotFound) {
			walk.Cursor, walk.Done = Cursor{Since: walk.Cursor.Since}, 0
		}
		if was == "" {
			if err := s.note(ctx, auth.ForSystem(w), FailingKind, c); err != nil {
				return err
			}
		}
		return s.Store.SaveShopConnection(ctx, c)
	})
}

// words returns the catalogue key of what went wrong.
func words(err error) string {
	var e *errs.Error
	for err != nil && errors.As(err, &e) {
		if e.Key != "" && e.Key != "error.invalid" {
			return e.Key
		}
		if list := errs.Fields(e); len(list) > 0 && list[0] != e {
			return list[0].Key
		}
		err = e.Err
	}
	return "error.shop_unknown"
}

func (s *Service) fetch(ctx context.Context, j job.Job) error {
	var r ref
	if err := j.Decode(&r); err != nil {
		return errs.Wrap(errs.Invalid, err, "error.invalid")
	}
	c, err := s.Store.ShopConnection(ctx, j.Workspace, r.Connection)
	if errs.Is(err, errs.NotFound) || err == nil && c.State == Paused {
		return nil // the next look finds it
	}
	if err != nil {
		return err
	}
	_, shop, err := s.open(c)
	if err != nil {
		return err
	}
	asked := s.Now().UTC()
	o, err := shop.Fetch(ctx, r.Kind, r.External)
	if errs.Is(err, errs.NotFound) {
		if err = s.absent(ctx, j.Workspace, r, asked); errs.Is(err, errs.NotFound) {
			return nil // the connection is gone
		}
		return err
	}
	if err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(ctx context.Context) error {
		held, err := s.Store.HoldShopConnection(ctx, j.Workspace, r.Connection)
		if errs.Is(err, errs.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		_, err = s.take(ctx, held, []intake.Object{o}, asked)
		return err
	})
}

func (s *Service) subscribe(ctx context.Context, j job.Job) error {
	var r ref
	if err := j.Decode(&r); err != nil {
		return errs.Wrap(errs.Invalid, err, "error.invalid")
	}
	c, err := s.Store.ShopConnection(ctx, j.Workspace, r.Connection)
	if errs.Is(err, errs.NotFound) || err == nil && (c.Hook == 0 || !c.Called.IsZero()) {
		return nil
	}
	if err != nil {
		return err
	}
	_, shop, err := s.open(c)
	if err != nil {
		return err
	}
	sub, ok := shop.(Subscriber)
	if !ok {
		return errs.New(errs.Unsupported, "error.shop_webhooks")
	}
	secret := c.Settings[WebhookSecret]
	if secret == "" {
		// A secret is told once, when it is made; what the shop signs with from now on is another.
		if secret, err = s.Hooks.Rotate(ctx, auth.ForSystem(c.Workspace), c.Hook, ""); err != nil {
			return err
		}
	}
	if err := sub.Subscribe(ctx, s.Address+c.Hook.Path(), secret); err != nil {
		return fmt.Errorf("subscribe: %w", err)
	}
	return s.Store.InTx(ctx, func(ctx context.Context) error {
		held, err := s.Store.HoldShopConnection(ctx, j.Workspace, r.Connection)
		if err != nil {
			return err
		}
		held.Called = s.Now().UTC().Truncate(time.Millisecond)
		return s.Store.SaveShopConnection(ctx, held)
	})
}
