package replay

import (
	"context"
	"errors"
	"fmt"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/domain/policy"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/job"
)

// Kinds of event that this package announces.
const (
	Asked       = "replay.asked" // data: {"name", "since"}
	Ended       = "replay.ended" // data: {"name", "state", "cases", "changed"}
	SubjectKind = "replay"
)

// Kind is the kind of the jobs that run trials, Queue where they stand.
const (
	Kind  = "replay.run"
	Queue = "replay"
)

// Bounds of the trials of one workspace.
const (
	// MaxOpen is how many may wait or run at a time.
	MaxOpen = 2
	// Kept is how many are kept after their end, the newest.
	Kept = 20
)

// TrialID identifies a Trial.
type TrialID int64

// State is how far a trial is.
type State string

// States of trials.
const (
	Waiting State = "waiting"
	Running State = "running"
	Done    State = "done"
	Stopped State = "stopped" // by a person; the result is of what was read until then
	Failed  State = "failed"
)

// Open reports whether a trial has not ended.
func (s State) Open() bool { return s == Waiting || s == Running }

// Trial is a replay of all cases since an instant, run in the background.
type Trial struct {
	ID        TrialID
	Workspace auth.WorkspaceID
	Name      string // of the policy
	Text      string // as it was when it was asked for
	Since     time.Time
	State     State
	Run       int   // which try this is: one that a restart ended begins again from the first case
	Read      int64 // cases so far
	Total     int64 // that there are; 0 before it runs
	Result    *Result
	Why       string // it failed, in the words of an error
	AskedAt   time.Time
	AskedBy   auth.PersonID
	BegunAt   time.Time // the last try
	EndedAt   time.Time
}

// Percent is how much of a trial is read.
func (t Trial) Percent() int {
	if t.Total == 0 {
		return 0
	}
	return int(min(t.Read, t.Total) * 100 / t.Total)
}

// Left is how long the rest takes at the pace so far; false before anything is known of it.
func (t Trial) Left(now time.Time) (time.Duration, bool) {
	if spent := now.Sub(t.BegunAt); t.State == Running && t.Read > 0 && spent > 0 {
		return time.Duration(float64(spent) * float64(max(t.Total-t.Read, 0)) / float64(t.Read)), true
	}
	return 0, false
}

// TrialStore keeps trials.
type TrialStore interface {
	InTx(context.Context, func(context.Context) error) error
	// AddTrial adds a trial that waits, in one of so many places of its workspace; it reports false where all are taken.
	AddTrial(ctx context.Context, t Trial, places int) (bool, error)
	// Trial returns a trial.
	Trial(ctx context.Context, w auth.WorkspaceID, id TrialID) (Trial, error)
	// Trials returns the newest trials without their texts and results, the newest first.
	Trials(ctx context.Context, w auth.WorkspaceID, limit int) ([]Trial, error)
	// BeginTrial begins the next try of a trial that has not ended and returns its number; it reports false for one that has.
	BeginTrial(ctx context.Context, w auth.WorkspaceID, id TrialID, now time.Time) (run int, ok bool, err error)
	// AdvanceTrial notes how far a try is; it reports false if the trial has ended or another try has begun.
	AdvanceTrial(ctx context.Context, w auth.WorkspaceID, id TrialID, run int, read, total int64) (bool, error)
	// EndTrial ends a trial that has not, if t.Run is its try, and gives its place free. It reports whether it did.
	EndTrial(ctx context.Context, t Trial) (bool, error)
	// StopTrial ends a trial as Stopped, whatever its try, and gives its place free. It reports false for one that has ended.
	StopTrial(ctx context.Context, w auth.WorkspaceID, id TrialID, now time.Time) (bool, error)
	// SettleTrial keeps the result of a try of a trial that a person stopped meanwhile.
	SettleTrial(ctx context.Context, t Trial) error
	// DropTrials deletes the trials of a workspace that have ended, but the newest so many.
	DropTrials(ctx context.Context, w auth.WorkspaceID, kept int) error
}

// Jobs is what running in the background needs.
type Jobs struct {
	Store   TrialStore
	Queue   job.Queue
	Journal event.Journal
	IDs     *id.Source
	Now     func() time.Time
}

// Start asks for a trial of a policy on all cases that were opened from an instant on. The text must be one that can be
// read; one that promises less than the law is tried, too. With MaxOpen under way it is errs.Conflict. It needs ManagePlans
// and ReadCases. Asked again it starts another one: whoever may be heard twice brings an idempotency key.
func (s *Service) Start(ctx context.Context, actor auth.Actor, name, text string, since time.Time) (t Trial, err error) {
	if err := errors.Join(actor.Can(auth.ManagePlans), actor.Can(auth.ReadCases)); err != nil {
		return t, err
	}
	if _, err := policy.Parse(text); err != nil {
		return t, err
	}
	j := s.cfg.Jobs
	t = Trial{ID: TrialID(j.IDs.Next()), Workspace: actor.Workspace, Name: name, Text: text, Since: since.UTC().Truncate(time.Millisecond), State: Waiting, AskedAt: s.now(), AskedBy: actor.Person()}
	err = j.Store.InTx(ctx, func(ctx context.Context) error {
		ok, err := j.Store.AddTrial(ctx, t, MaxOpen)
		if err != nil {
			return err
		}
		if !ok {
			return errs.New(errs.Conflict, "error.replay_busy", "most", MaxOpen)
		}
		if err := j.Store.DropTrials(ctx, actor.Workspace, Kept); err != nil {
			return err
		}
		if err := j.Queue.Enqueue(ctx, job.New(actor.Workspace, Kind, ticket{t.ID}).On(Queue).Tries(mostTries)); err != nil {
			return err
		}
		return j.Journal.Append(ctx, event.New(Asked, actor, event.Subject{Kind: SubjectKind, ID: int64(t.ID)}, 0, map[string]any{"name": name, "since": t.Since}))
	})
	return t, err
}

// ticket is what a job is told.
type ticket struct {
	Trial TrialID `json:"trial"`
}

// mostTries is how often a trial that fails is begun.
const mostTries = 5

// Trial returns a trial. It needs ManagePlans, as Trials.
func (s *Service) Trial(ctx context.Context, actor auth.Actor, id TrialID) (Trial, error) {
	if err := actor.Can(auth.ManagePlans); err != nil {
		return Trial{}, err
	}
	return s.cfg.Jobs.Store.Trial(ctx, actor.Workspace, id)
}

// Trials returns the trials that are kept, the newest first, without their texts and results.
func (s *Service) Trials(ctx context.Context, actor auth.Actor) ([]Trial, error) {
	if err := actor.Can(auth.ManagePlans); err != nil {
		return nil, err
	}
	return s.cfg.Jobs.Store.Trials(ctx, actor.Workspace, Kept+MaxOpen)
}

// Cancel stops a trial; what it has read is kept as its result once its run has noticed. One that has ended stays as it
// is. It needs ManagePlans.
func (s *Service) Cancel(ctx context.Context, actor auth.Actor, id TrialID) (t Trial, err error) {
	if err := actor.Can(auth.ManagePlans); err != nil {
		return t, err
	}
	j := s.cfg.Jobs
	err = j.Store.InTx(ctx, func(ctx context.Context) error {
		if t, err = j.Store.Trial(ctx, actor.Workspace, id); err != nil || !t.State.Open() {
			return err
		}
		ok, err := j.Store.StopTrial(ctx, actor.Workspace, id, s.now())
		if err != nil {
			return err
		}
		if t, err = j.Store.Trial(ctx, actor.Workspace, id); err != nil || !ok { // it ended at this moment
			return err
		}
		return s.ended(ctx, actor, t)
	})
	return t, err
}

func (s *Service) ended(ctx context.Context, actor auth.Actor, t Trial) error {
	data := map[string]any{"name": t.Name, "state": string(t.State), "cases": t.Read}
	if t.Result != nil {
		data["changed"] = t.Result.Changed
	}
	return s.cfg.Jobs.Journal.Append(ctx, event.New(Ended, actor, event.Subject{Kind: SubjectKind, ID: int64(t.ID)}, 0, data))
}

func (s *Service) now() time.Time { return s.cfg.Jobs.Now().UTC().Truncate(time.Millisecond) }

// told is how often the progress of a trial is written, and its end asked about.
const told = 500 * time.Millisecond

// Work runs a trial. It may be repeated: a run that the end of a process broke off begins again from the first case, as a
// new try, and whatever an older one still says counts for nothing.
func (s *Service) Work(ctx context.Context, j job.Job) error {
	var args ticket
	if err := j.Decode(&args); err != nil {
		return errs.Wrap(errs.Invalid, err, "error.job_kind", "kind", j.Kind)
	}
	store := s.cfg.Jobs.Store
	run, ok, err := store.BeginTrial(ctx, j.Workspace, args.Trial, s.now())
	if err != nil || !ok {
		return err
	}
	t, err := store.Trial(ctx, j.Workspace, args.Trial)
	if err != nil {
		return err
	}
	t.Run = run
	result, wanted, err := s.try(ctx, t)
	if ctx.Err() != nil { // the process ends, or another has taken over
		return job.Later{At: s.now()}
	}
	if err != nil && j.Attempt < mostTries {
		return fmt.Errorf("try policy %s: %w", t.Name, err)
	}
	t.Result, t.Read, t.Total, t.EndedAt, t.State = &result, result.Cases+result.Unread, result.Total, s.now(), Done
	if !wanted {
		return store.SettleTrial(ctx, t)
	}
	if err != nil {
		t.State, t.Result, t.Why = Failed, nil, err.Error()
	}
	return store.InTx(ctx, func(ctx context.Context) error {
		ok, err := store.EndTrial(ctx, t)
		if err != nil {
			return err
		}
		if !ok { // somebody stopped it at the last moment
			return store.SettleTrial(ctx, t)
		}
		return s.ended(ctx, auth.ForSystem(t.Workspace), t)
	})
}

// try runs a trial until it is done or not wanted any more.
func (s *Service) try(ctx context.Context, t Trial) (r Result, wanted bool, err error) {
	doc, err := policy.Parse(t.Text)
	if err != nil {
		return r, true, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var last time.Time
	var lost error
	wanted = true
	r, err = s.Run(ctx, auth.ForSystem(t.Workspace), doc, t.Since, func(done, total int64) {
		now := s.now()
		if now.Sub(last) < told || lost != nil || !wanted {
			return
		}
		last = now
		if wanted, lost = s.cfg.Jobs.Store.AdvanceTrial(ctx, t.Workspace, t.ID, t.Run, done, total); lost != nil || !wanted {
			cancel()
		}
	})
	return r, wanted || lost != nil, errors.Join(err, lost)
}
