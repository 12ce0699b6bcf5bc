package action

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/job"
)

// ID identifies an action.
type ID int64

// State is where an action stands; see the package comment.
type State string

// The states.
const (
	Proposed   State = "proposed"
	Ready      State = "ready"
	Running    State = "running"
	Committing State = "committing"
	Done       State = "done"
	Failed     State = "failed"
	Denied     State = "denied"
	Cancelled  State = "cancelled"
	Unknown    State = "unknown"
)

// Action is one thing that Godwit is about to do to the world.
type Action struct {
	ID           ID
	Workspace    auth.WorkspaceID
	Kind         string
	Key          string
	State        State
	Payload      json.RawMessage
	TicketID     int64
	ProposerKind auth.Kind
	ProposerID   int64
	DecidedBy    auth.PersonID
	RunAt        time.Time
	Attempt      int
	Detail       string // what the world said last
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

// Decode reads the payload into v.
func (a Action) Decode(v any) error { return json.Unmarshal(a.Payload, v) }

// Verdict is what became of one attempt.
type Verdict uint8

// The verdicts.
const (
	// Happened: the world changed; the action is done.
	Happened Verdict = iota
	// NotYet: nothing happened; try again later.
	NotYet
	// Refused: nothing happened and a repeat will not help.
	Refused
	// Unclear: it may or may not have happened; Resolve must find out.
	Unclear
	// Unknowable: there is no way to find out; a person must decide.
	Unknowable
	// Held: nothing was tried, because somebody has stopped such actions for a
	// while. It is never given up for that.
	Held
)

// Outcome is the result of one attempt.
type Outcome struct {
	Verdict Verdict
	Detail  string        // for the log and the screen; no secret
	After   time.Duration // when to try or look again; 0 leaves it to back-off
}

// Runner does actions of one kind.
type Runner interface {
	// Run does the action. It must call mark right before the world may change
	// and stop if mark fails.
	Run(ctx context.Context, a Action, mark func(context.Context) error) Outcome
	// Resolve finds out whether an attempt that was marked took effect.
	Resolve(ctx context.Context, a Action) Outcome
	// Settled is called in the transaction that ends an action (done, failed,
	// unknown or cancelled), puts it back (ready) or leaves it in doubt (committing),
	// to bring the records it concerns in line. A repeat must be harmless.
	Settled(ctx context.Context, a Action) error
}

// Store keeps actions.
type Store interface {
	InTx(context.Context, func(context.Context) error) error
	// AddAction inserts an action unless its key exists; it returns the one kept.
	AddAction(ctx context.Context, a Action) (kept Action, added bool, err error)
	Action(ctx context.Context, w auth.WorkspaceID, id ID) (Action, error)
	ActionByKey(ctx context.Context, w auth.WorkspaceID, key string) (Action, error)
	// MoveAction writes the state, attempt, detail and times if the kept state is
	// one of from and nobody else began an attempt: the kept attempt must be the
	// one before a's when to is Running, and a's own otherwise.
	MoveAction(ctx context.Context, a Action, from []State, to State) (bool, error)
	Actions(ctx context.Context, w auth.WorkspaceID, state State, limit int) ([]Action, error)
}

// Engine proposes, cancels and runs actions.
type Engine struct {
	store   Store
	queue   job.Queue
	runners map[string]Runner
	now     func() time.Time
	log     *slog.Logger
	tries   int
}

// JobKind is the kind of the job that runs one action.
const JobKind = "action.run"

// Queue is the queue on which actions run.
const Queue = "action"

type jobArgs struct {
	Action ID `json:"action"`
}

// NewEngine returns an Engine with a runner for each kind.
func NewEngine(s Store, q job.Queue, runners map[string]Runner, now func() time.Time, log *slog.Logger) *Engine {
	return &Engine{store: s, queue: q, runners: runners, now: now, log: log, tries: 12}
}

// Propose writes an action down and schedules it, within the caller's
// transaction. A repeat with the same key returns the first action unchanged.
func (e *Engine) Propose(ctx context.Context, by auth.Actor, kind, key string, ticket int64, payload any, at time.Time) (Action, error) {
	raw, err := json.Marshal(payload)
	if err != nil {
		return Action{}, fmt.Errorf("propose %s: %w", kind, err)
	}
	now := e.now()
	if at.Before(now) {
		at = now
	}
	var kept Action
	err = e.store.InTx(ctx, func(ctx context.Context) error {
		a, added, err := e.store.AddAction(ctx, Action{
			Workspace: by.Workspace, Kind: kind, Key: key, State: Ready, Payload: raw, TicketID: ticket,
			ProposerKind: by.Kind, ProposerID: by.ID, RunAt: at, CreatedAt: now, UpdatedAt: now,
		})
		kept = a
		if err != nil || !added {
			return err
		}
		return e.schedule(ctx, a, at)
	})
	return kept, err
}

func (e *Engine) schedule(ctx context.Context, a Action, at time.Time) error {
	j := job.New(a.Workspace, JobKind, jobArgs{a.ID}).At(at).On(Queue).WithKey(fmt.Sprint(int64(a.ID))).Tries(1000)
	return e.queue.Enqueue(ctx, j)
}

// Cancel stops an action that has not begun. It fails with errs.Conflict if it
// has, and does nothing if it is cancelled already.
func (e *Engine) Cancel(ctx context.Context, w auth.WorkspaceID, key string) error {
	return e.store.InTx(ctx, func(ctx context.Context) error {
		a, err := e.store.ActionByKey(ctx, w, key)
		if err != nil {
			return err
		}
		if a.State == Cancelled {
			return nil
		}
		a.UpdatedAt = e.now()
		ok, err := e.store.MoveAction(ctx, a, []State{Proposed, Ready}, Cancelled)
		if err != nil {
			return err
		}
		if !ok || a.Attempt > 0 && a.State != Ready {
			return errs.New(errs.Conflict, "error.action_begun")
		}
		a.State = Cancelled
		return e.settled(ctx, a)
	})
}

// Again puts an action back by a person's decision: one that failed, one of which
// nobody knows, or one that was done and came to nothing, such as a mail that was
// returned. It is for the caller to know that the last is so.
func (e *Engine) Again(ctx context.Context, by auth.Actor, key string) error {
	return e.store.InTx(ctx, func(ctx context.Context) error {
		a, err := e.store.ActionByKey(ctx, by.Workspace, key)
		if err != nil {
			return err
		}
		a.UpdatedAt, a.RunAt, a.DecidedBy = e.now(), e.now(), by.Person()
		if a.State != Failed && a.State != Unknown && a.State != Done {
			return errs.New(errs.Conflict, "error.action_begun")
		}
		ok, err := e.store.MoveAction(ctx, a, []State{a.State}, Ready)
		if err != nil {
			return err
		}
		if !ok {
			return errs.New(errs.Conflict, "error.action_begun")
		}
		a.State = Ready
		if err := e.settled(ctx, a); err != nil {
			return err
		}
		return e.schedule(ctx, a, a.RunAt)
	})
}

func (e *Engine) settled(ctx context.Context, a Action) error {
	if r, ok := e.runners[a.Kind]; ok {
		return r.Settled(ctx, a)
	}
	return nil
}

// Handle is the job handler: it runs one action, or finds out what became of it.
func (e *Engine) Handle(ctx context.Context, j job.Job) error {
	var args jobArgs
	if err := j.Decode(&args); err != nil {
		return errs.Wrap(errs.Invalid, err, "error.job_args")
	}
	a, err := e.store.Action(ctx, j.Workspace, args.Action)
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	runner, ok := e.runners[a.Kind]
	if !ok {
		return errs.New(errs.Unsupported, "error.action_kind", "kind", a.Kind)
	}
	switch a.State {
	case Ready, Running:
		return e.attempt(ctx, runner, a)
	case Committing:
		return e.finish(ctx, a, runner.Resolve(ctx, a))
	}
	return nil // decided meanwhile
}

func (e *Engine) attempt(ctx context.Context, runner Runner, a Action) error {
	begun := a
	begun.Attempt++
	begun.UpdatedAt = e.now()
	// The store compares the attempt before and writes the one after.
	ok, err := e.store.MoveAction(ctx, begun, []State{Ready, Running}, Running)
	if err != nil {
		return err
	}
	if !ok {
		return e.overtaken()
	}
	begun.State = Running
	mark := func(ctx context.Context) error {
		m := begun
		m.UpdatedAt = e.now()
		ok, err := e.store.MoveAction(ctx, m, []State{Running}, Committing)
		if err == nil && !ok {
			err = errs.New(errs.Conflict, "error.action_lost")
		}
		if err == nil {
			begun = m
			begun.State = Committing
		}
		return err
	}
	out := runner.Run(ctx, begun, mark)
	begun.UpdatedAt = e.now() // a doubt begins when the attempt ends, not when it was marked
	return e.finish(ctx, begun, out)
}

// overtaken is for a worker that finds that another one, or a mark whose commit
// it did not hear of, has moved the action meanwhile. The action may still be
// under way, so its job must not end: it looks again soon.
func (e *Engine) overtaken() error { return job.Later{At: e.now().Add(job.Backoff(1))} }

// finish writes the outcome of an attempt together with what follows from it.
func (e *Engine) finish(ctx context.Context, a Action, out Outcome) error {
	ctx = context.WithoutCancel(ctx) // the world may have changed: this must be written
	to, after := Done, out.After
	switch out.Verdict {
	case NotYet:
		to = Ready
		if a.Attempt >= e.tries {
			to = Failed
		}
	case Held:
		to = Ready
	case Refused:
		to = Failed
	case Unclear:
		to = Committing
		if a.State != Committing { // not marked: nothing can have happened
			if to = Ready; a.Attempt >= e.tries {
				to = Failed
			}
		}
	case Unknowable:
		to = Unknown
	}
	if after == 0 {
		after = job.Backoff(a.Attempt)
	}
	now := e.now()
	from := a.State
	a.State, a.Detail = to, out.Detail
	if from != to { // an action in doubt keeps the time at which that began, so that Resolve knows its age
		a.UpdatedAt = now
	}
	if to == Ready || to == Committing {
		a.RunAt = now.Add(after)
	}
	err := e.store.InTx(ctx, func(ctx context.Context) error {
		ok, err := e.store.MoveAction(ctx, a, []State{from}, to)
		if err != nil {
			return err
		}
		if !ok {
			return e.overtaken()
		}
		return e.settled(ctx, a)
	})
	if err != nil {
		return err
	}
	if to == Ready || to == Committing {
		e.log.Info("action postponed", "action", int64(a.ID), "kind", a.Kind, "attempt", a.Attempt, "detail", out.Detail)
		return job.Later{At: a.RunAt}
	}
	return nil
}

// Hurry runs an action that waits for its time at once. It does nothing if the
// action has begun.
func (e *Engine) Hurry(ctx context.Context, w auth.WorkspaceID, key string) error {
	return e.store.InTx(ctx, func(ctx context.Context) error {
		a, err := e.store.ActionByKey(ctx, w, key)
		if err != nil || a.State != Ready {
			return err
		}
		a.RunAt, a.UpdatedAt = e.now(), e.now()
		if _, err := e.store.MoveAction(ctx, a, []State{Ready}, Ready); err != nil {
			return err
		}
		return e.schedule(ctx, a, a.RunAt)
	})
}
