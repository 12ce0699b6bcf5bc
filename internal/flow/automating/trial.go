package automating

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/automation"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/job"
)

// TrialJob is the kind of the jobs that try rules, TrialQueue where they stand.
const (
	TrialJob   = "rules.try"
	TrialQueue = "trials"
)

// Bounds of the trials of one workspace.
const (
	// MaxTrials is how many may wait or run at a time.
	MaxTrials = 2
	// KeptTrials is how many are kept after their end, the newest.
	KeptTrials = 50
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
	Stopped State = "stopped" // by a person; what was found is of what was read until then
	Broken  State = "failed"
)

// Open reports whether a trial has not ended.
func (s State) Open() bool { return s == Waiting || s == Running }

// Trial is a definition that is tried on the past, in the background.
type Trial struct {
	ID         TrialID
	Workspace  auth.WorkspaceID
	Rule       automation.ID // 0 for one that was not saved yet
	Version    int           // of the rule, if the definition is one of its versions; else 0
	Definition automation.Definition
	Since      time.Time
	State      State
	Run        int   // which try this is: one that a restart ended begins again
	Read       int64 // tickets or events so far
	Total      int64 // that there are; 0 before it runs
	Found      *Found
	Why        Why // it failed
	AskedAt    time.Time
	AskedBy    auth.PersonID
	BegunAt    time.Time // the last try
	EndedAt    time.Time
}

// Percent is how much of a trial is read.
func (t Trial) Percent() int {
	if t.Total == 0 {
		return 0
	}
	return int(min(t.Read, t.Total) * 100 / t.Total)
}

// Moves reports whether a trial will still change: one that was stopped brings what it has read a moment later.
func (t Trial) Moves(now time.Time) bool {
	return t.State.Open() || t.State == Stopped && t.Found == nil && t.Run > 0 && now.Sub(t.EndedAt) < 10*time.Second
}

// TrialStore keeps trials.
type TrialStore interface {
	// AddRuleTrial adds a trial that waits, in one of so many places of its workspace; it reports false where all are taken.
	AddRuleTrial(ctx context.Context, t Trial, places int) (bool, error)
	// RuleTrial returns a trial.
	RuleTrial(ctx context.Context, w auth.WorkspaceID, id TrialID) (Trial, error)
	// RuleTrials returns the newest trials with what they found, the newest first; of one rule, if r is not 0.
	RuleTrials(ctx context.Context, w auth.WorkspaceID, r automation.ID, limit int) ([]Trial, error)
	// BeginRuleTrial begins the next try of a trial that has not ended and returns its number; it reports false for one that has.
	BeginRuleTrial(ctx context.Context, w auth.WorkspaceID, id TrialID, now time.Time) (run int, ok bool, err error)
	// AdvanceRuleTrial notes how far a try is; it reports false if the trial has ended or another try has begun.
	AdvanceRuleTrial(ctx context.Context, w auth.WorkspaceID, id TrialID, run int, read, total int64) (bool, error)
	// EndRuleTrial ends a trial that has not, if t.Run is its try, and gives its place free. It reports whether it did.
	EndRuleTrial(ctx context.Context, t Trial) (bool, error)
	// StopRuleTrial ends a trial as Stopped, whatever its try, and gives its place free. It reports false for one that has ended.
	StopRuleTrial(ctx context.Context, w auth.WorkspaceID, id TrialID, now time.Time) (bool, error)
	// SettleRuleTrial keeps what a try found of a trial that a person stopped meanwhile.
	SettleRuleTrial(ctx context.Context, t Trial) error
	// DropRuleTrials deletes the trials of a workspace that have ended, but the newest so many.
	DropRuleTrials(ctx context.Context, w auth.WorkspaceID, kept int) error
}

// trialArgs is what the job is told.
type trialArgs struct {
	Trial TrialID `json:"trial"`
}

const (
	// trialTries is how often a trial that fails is begun.
	trialTries = 3
	// toldEvery is how often the progress of a trial is written, and its end asked about.
	toldEvery = 400 * time.Millisecond
)

// StartTrial asks for a trial of a definition on what happened since an instant: of a rule, or of none yet if r is 0. It
// needs what Save needs, and fails as Check does; with MaxTrials under way it is errs.Conflict. Asked again it starts
// another one: whoever may be heard twice brings an idempotency key.
func (s *Service) StartTrial(ctx context.Context, a auth.Actor, r automation.ID, d automation.Definition, since time.Time) (t Trial, err error) {
	if err := s.Check(ctx, a, d); err != nil {
		return t, err
	}
	t = Trial{ID: TrialID(s.IDs.Next()), Workspace: a.Workspace, Rule: r, Definition: d, Since: since.UTC().Truncate(time.Millisecond), State: Waiting, AskedAt: s.Now(), AskedBy: a.Person()}
	if r != 0 {
		x, err := s.Store.Rule(ctx, a.Workspace, r)
		if err != nil {
			return t, err
		}
		if reflect.DeepEqual(x.Definition, d) {
			t.Version = x.Version
		}
	}
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		ok, err := s.Store.AddRuleTrial(ctx, t, MaxTrials)
		if err != nil {
			return err
		}
		if !ok {
			return errs.New(errs.Conflict, "error.rule_trials", "most", MaxTrials)
		}
		if err := s.Store.DropRuleTrials(ctx, a.Workspace, KeptTrials); err != nil {
			return err
		}
		if err := s.Queue.Enqueue(ctx, job.New(a.Workspace, TrialJob, trialArgs{t.ID}).On(TrialQueue).Tries(trialTries)); err != nil {
			return err
		}
		return s.Journal.Append(ctx, event.New(TriedKind, a, subjectOf(r), 0, map[string]any{"name": d.Name, "since": t.Since}))
	})
	return t, err
}

// Trial returns a trial.
func (s *Service) Trial(ctx context.Context, a auth.Actor, id TrialID) (Trial, error) {
	if err := may(a); err != nil {
		return Trial{}, err
	}
	return s.Store.RuleTrial(ctx, a.Workspace, id)
}

// Trials returns the newest trials, the newest first; of one rule, if r is not 0.
func (s *Service) Trials(ctx context.Context, a auth.Actor, r automation.ID) ([]Trial, error) {
	if err := may(a); err != nil {
		return nil, err
	}
	return s.Store.RuleTrials(ctx, a.Workspace, r, KeptTrials+MaxTrials)
}

// StopTrial stops a trial; what it has read is kept once its run has noticed. One that has ended stays as it is.
func (s *Service) StopTrial(ctx context.Context, a auth.Actor, id TrialID) (t Trial, err error) {
	if err := may(a); err != nil {
		return t, err
	}
	if t, err = s.Store.RuleTrial(ctx, a.Workspace, id); err != nil || !t.State.Open() {
		return t, err
	}
	if _, err := s.Store.StopRuleTrial(ctx, a.Workspace, id, s.Now()); err != nil {
		return t, err
	}
	return s.Store.RuleTrial(ctx, a.Workspace, id)
}

// WorkTrial runs a trial. It may be repeated: a run that the end of a process broke off begins again as a new try, and
// whatever an older one still says counts for nothing.
func (s *Service) WorkTrial(ctx context.Context, j job.Job) error {
	var args trialArgs
	if err := j.Decode(&args); err != nil {
		return errs.Wrap(errs.Invalid, err, "error.job_kind", "kind", j.Kind)
	}
	run, ok, err := s.Store.BeginRuleTrial(ctx, j.Workspace, args.Trial, s.Now())
	if err != nil || !ok {
		return err
	}
	t, err := s.Store.RuleTrial(ctx, j.Workspace, args.Trial)
	if err != nil {
		return err
	}
	t.Run = run
	found, wanted, err := s.runTrial(ctx, t)
	if ctx.Err() != nil { // the process ends, or another has taken over
		return job.Later{At: s.Now()}
	}
	if err != nil && j.Attempt < trialTries {
		return fmt.Errorf("try rule %d: %w", t.Rule, err)
	}
	t.Found, t.Read, t.Total, t.EndedAt, t.State = &found, found.Looked, found.Total, s.Now(), Done
	if !wanted {
		return s.Store.SettleRuleTrial(ctx, t)
	}
	if err != nil {
		t.State, t.Found, t.Why = Broken, nil, because(err)
	}
	if ok, err = s.Store.EndRuleTrial(ctx, t); err != nil || ok {
		return err
	}
	return s.Store.SettleRuleTrial(ctx, t) // somebody stopped it at the last moment
}

// runTrial runs a trial until it is done or not wanted any more.
func (s *Service) runTrial(ctx context.Context, t Trial) (f Found, wanted bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var last time.Time
	var lost error
	wanted = true
	f, err = s.try(ctx, t.Workspace, t.Definition, t.Since, func(done, total int64) {
		now := time.Now()
		if now.Sub(last) < toldEvery || lost != nil || !wanted {
			return
		}
		last = now
		if wanted, lost = s.Store.AdvanceRuleTrial(ctx, t.Workspace, t.ID, t.Run, done, total); lost != nil || !wanted {
			cancel()
		}
	})
	return f, wanted || lost != nil, errors.Join(err, lost)
}
