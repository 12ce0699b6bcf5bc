package once

import (
	"context"
	"crypto/sha256"
	"errors"
	"sync"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/platform/auth"
)

// Life is how long an answer is kept at least.
const Life = 24 * time.Hour

// MaxKey is the longest key, in bytes.
const MaxKey = 255

// Key names a request within a workspace: the hash of what the sender calls it.
type Key [sha256.Size]byte

// KeyOf returns the Key of a name.
func KeyOf(name string) Key { return sha256.Sum256([]byte(name)) }

// Request is the fingerprint of what is asked.
type Request [sha256.Size]byte

// Answer is what the sender of a request was told.
type Answer struct {
	Status int                 `json:"status"`
	Header map[string][]string `json:"header,omitempty"`
	Body   []byte              `json:"body,omitempty"`
}

// Kept is an answer under its key.
type Kept struct {
	Workspace auth.WorkspaceID
	Key       Key
	Request   Request
	Answer    Answer
	At        time.Time
}

// Store keeps answers.
type Store interface {
	InTx(context.Context, func(context.Context) error) error
	// HoldAnswer returns the answer under a key, and keeps others who ask for it
	// away until the transaction in ctx ends. It fails with errs.NotFound if there
	// is none and with errs.Conflict if somebody else holds it.
	HoldAnswer(context.Context, auth.WorkspaceID, Key) (Kept, error)
	// AddAnswer keeps an answer, and forgets some that are older than a time.
	AddAnswer(ctx context.Context, k Kept, forget time.Time) error
}

// Desk does requests once. It is safe for concurrent use.
type Desk struct {
	store Store
	now   func() time.Time

	mu      sync.Mutex
	running map[running]struct{}
}

type running struct {
	workspace auth.WorkspaceID
	key       Key
}

// NewDesk returns a Desk with a clock.
func NewDesk(s Store, now func() time.Time) *Desk {
	return &Desk{store: s, now: now, running: map[running]struct{}{}}
}

// Work answers a request. It reports whether the answer is to be kept; one that
// is not takes back what was done in ctx's transaction. An error does so too,
// and may be met by another call when the database asks for it.
type Work func(ctx context.Context) (a Answer, keep bool, err error)

// errDropped rolls back the work of an answer that is not kept.
var errDropped = errors.New("dropped")

// Do answers a request under a key: with the kept answer if there is one, else
// with what work says. Work runs in the transaction that keeps its answer,
// unless apart is set, which is for work that spans transactions of its own or
// talks to the outside and is harmless to repeat.
//
// It fails with errs.Conflict while the same key is being worked on, and with
// errs.Invalid if the key was used for another request.
func (d *Desk) Do(ctx context.Context, w auth.WorkspaceID, k Key, r Request, apart bool, work Work) (a Answer, repeated bool, err error) {
	if !d.begin(w, k) {
		return a, false, errRunning()
	}
	defer d.end(w, k)
	if apart {
		return d.apart(ctx, w, k, r, work)
	}
	err = d.store.InTx(ctx, func(ctx context.Context) error {
		var err error
		if a, repeated, err = d.kept(ctx, w, k, r); err != nil || repeated {
			return err
		}
		var keep bool
		if a, keep, err = work(ctx); err != nil {
			return err
		}
		if !keep {
			return errDropped
		}
		return d.keep(ctx, w, k, r, a)
	})
	if errors.Is(err, errDropped) {
		err = nil
	}
	return a, repeated, err
}

func (d *Desk) apart(ctx context.Context, w auth.WorkspaceID, k Key, r Request, work Work) (a Answer, repeated bool, err error) {
	err = d.store.InTx(ctx, func(ctx context.Context) error {
		var err error
		a, repeated, err = d.kept(ctx, w, k, r)
		return err
	})
	if err != nil || repeated {
		return a, repeated, err
	}
	a, keep, err := work(ctx)
	if err != nil || !keep {
		return a, false, err
	}
	return a, false, d.store.InTx(ctx, func(ctx context.Context) error { return d.keep(ctx, w, k, r, a) })
}

// kept returns the answer under a key and whether there is one.
func (d *Desk) kept(ctx context.Context, w auth.WorkspaceID, k Key, r Request) (Answer, bool, error) {
	old, err := d.store.HoldAnswer(ctx, w, k)
	switch {
	case errs.Is(err, errs.NotFound):
		return Answer{}, false, nil
	case errs.Is(err, errs.Conflict):
		return Answer{}, false, errRunning()
	case err != nil:
		return Answer{}, false, err
	case old.Request != r:
		return Answer{}, false, errs.New(errs.Invalid, "error.key_reused")
	}
	return old.Answer, true, nil
}

func (d *Desk) keep(ctx context.Context, w auth.WorkspaceID, k Key, r Request, a Answer) error {
	now := d.now()
	return d.store.AddAnswer(ctx, Kept{Workspace: w, Key: k, Request: r, Answer: a, At: now}, now.Add(-Life))
}

func errRunning() error { return errs.New(errs.Conflict, "error.key_running") }

// begin claims a key within this process; other processes meet in the store.
func (d *Desk) begin(w auth.WorkspaceID, k Key) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	x := running{w, k}
	if _, there := d.running[x]; there {
		return false
	}
	d.running[x] = struct{}{}
	return true
}

func (d *Desk) end(w auth.WorkspaceID, k Key) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.running, running{w, k})
}
