package action

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"slices"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/job"
)

// shelf keeps one action as the store does.
type shelf struct {
	a     Action
	moves []State
	asked int
}

func (s *shelf) InTx(ctx context.Context, fn func(context.Context) error) error {
	was := *s
	if err := fn(ctx); err != nil {
		s.a = was.a
		return err
	}
	return nil
}

func (s *shelf) AddAction(_ context.Context, a Action) (Action, bool, error) {
	if s.a.ID != 0 {
		return s.a, false, nil
	}
	a.ID = 1
	s.a = a
	return a, true, nil
}

func (s *shelf) Action(context.Context, auth.WorkspaceID, ID) (Action, error) { return s.a, nil }

func (s *shelf) ActionByKey(_ context.Context, _ auth.WorkspaceID, key string) (Action, error) {
	if s.a.Key != key {
		return Action{}, errs.New(errs.NotFound, "error.not_found")
	}
	return s.a, nil
}

func (s *shelf) MoveAction(_ context.Context, a Action, from []State, to State) (bool, error) {
	before := a.Attempt
	if to == Running {
		before--
	}
	if len(from) > 2 {
		return false, errors.New("the store takes two states at most")
	}
	if s.a.Attempt != before || !slices.Contains(from, s.a.State) {
		return false, nil
	}
	a.State = to
	s.a = a
	s.moves = append(s.moves, to)
	return true, nil
}

func (s *shelf) Actions(context.Context, auth.WorkspaceID, State, int) ([]Action, error) {
	return nil, nil
}

func (s *shelf) Enqueue(context.Context, ...job.Job) error { s.asked++; return nil }

// world is a runner whose outcomes are given.
type world struct {
	run     func(mark func() error) Outcome
	resolve Outcome
	told    []State
	err     error
}

func (w *world) Run(ctx context.Context, _ Action, mark func(context.Context) error) Outcome {
	return w.run(func() error { return mark(ctx) })
}
func (w *world) Resolve(context.Context, Action) Outcome { return w.resolve }
func (w *world) Settled(_ context.Context, a Action) error {
	w.told = append(w.told, a.State)
	return w.err
}

type bench struct {
	*Engine
	t *testing.T
	*shelf
	*world
	clock time.Time
}

func newBench(t *testing.T) *bench {
	b := &bench{t: t, shelf: &shelf{}, world: &world{}, clock: time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)}
	b.Engine = NewEngine(b.shelf, b.shelf, map[string]Runner{"do": b.world}, func() time.Time { return b.clock }, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if _, err := b.Propose(t.Context(), auth.ForSystem(1), "do", "k", 0, map[string]int{}, b.clock); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *bench) handle() error {
	return b.Handle(b.t.Context(), job.New(1, JobKind, jobArgs{1}))
}

func marked(v Verdict) func(func() error) Outcome {
	return func(mark func() error) Outcome {
		if err := mark(); err != nil {
			return Outcome{Verdict: NotYet, Detail: err.Error()}
		}
		return Outcome{Verdict: v}
	}
}

func plain(v Verdict) func(func() error) Outcome {
	return func(func() error) Outcome { return Outcome{Verdict: v} }
}

// TestEveryArrow runs one attempt to each outcome, marked and not, and one
// resolution to each.
func TestEveryArrow(t *testing.T) {
	for _, tc := range []struct {
		name  string
		begin State
		run   func(func() error) Outcome
		found Verdict
		want  State
		later bool
	}{
		{"done", Ready, marked(Happened), 0, Done, false},
		{"done without a mark", Ready, plain(Happened), 0, Done, false},
		{"not yet", Ready, plain(NotYet), 0, Ready, true},
		{"refused politely at the last moment", Ready, marked(NotYet), 0, Ready, true},
		{"refused", Ready, plain(Refused), 0, Failed, false},
		{"refused at the last moment", Ready, marked(Refused), 0, Failed, false},
		{"unclear before the mark", Ready, plain(Unclear), 0, Ready, true},
		{"unclear after the mark", Ready, marked(Unclear), 0, Committing, true},
		{"unknowable", Ready, marked(Unknowable), 0, Unknown, false},
		{"a dead worker's attempt", Running, marked(Happened), 0, Done, false},
		{"resolved: it happened", Committing, nil, Happened, Done, false},
		{"resolved: it did not", Committing, nil, NotYet, Ready, true},
		{"resolved: refused", Committing, nil, Refused, Failed, false},
		{"still unclear", Committing, nil, Unclear, Committing, true},
		{"resolved: nobody knows", Committing, nil, Unknowable, Unknown, false},
		{"done is done", Done, nil, 0, Done, false},
		{"denied stays", Denied, nil, 0, Denied, false},
		{"proposed waits", Proposed, nil, 0, Proposed, false},
	} {
		b := newBench(t)
		b.a.State, b.run, b.resolve = tc.begin, tc.run, Outcome{Verdict: tc.found}
		err := b.handle()
		var later job.Later
		if b.a.State != tc.want || errors.As(err, &later) != tc.later || err != nil && !tc.later {
			t.Errorf("%s: %s, %v", tc.name, b.a.State, err)
		}
		if moved := tc.want != tc.begin || tc.later; moved != (len(b.told) > 0) || moved && b.told[len(b.told)-1] != tc.want {
			t.Errorf("%s: settled %v", tc.name, b.told)
		}
	}
}

func TestTriesEnd(t *testing.T) {
	for _, v := range []Verdict{NotYet, Unclear} {
		b := newBench(t)
		b.run = plain(v)
		for range b.tries {
			_ = b.handle()
		}
		if b.a.State != Failed || b.a.Attempt != b.tries {
			t.Errorf("verdict %d: %s after %d attempts", v, b.a.State, b.a.Attempt)
		}
	}
}

// A worker that lost its lease must neither mark nor write an outcome.
func TestALateWorkerCannotAct(t *testing.T) {
	b := newBench(t)
	b.run = func(mark func() error) Outcome {
		second := *b.Engine
		b.world.run = marked(Happened) // another worker takes over and does it
		if err := second.Handle(t.Context(), job.New(1, JobKind, jobArgs{1})); err != nil {
			t.Fatal(err)
		}
		if err := mark(); !errs.Is(err, errs.Conflict) {
			t.Errorf("the late worker marked: %v", err)
		}
		return Outcome{Verdict: NotYet}
	}
	var later job.Later
	if err := b.handle(); !errors.As(err, &later) || b.a.State != Done || b.a.Attempt != 2 {
		t.Errorf("%s, attempt %d, %v", b.a.State, b.a.Attempt, err)
	}
	if err := b.handle(); err != nil { // and its job ends when it looks again
		t.Error(err)
	}
}

// How long an action is in doubt decides whether it may be repeated, so it is
// counted from the end of the attempt that left the doubt.
func TestDoubtBeginsWhenTheAttemptEnds(t *testing.T) {
	b := newBench(t)
	b.run = func(mark func() error) Outcome {
		b.clock = b.clock.Add(time.Minute) // a large upload
		if err := mark(); err != nil {
			t.Fatal(err)
		}
		if !b.a.UpdatedAt.Equal(b.clock) {
			t.Errorf("marked at %v, kept %v", b.clock, b.a.UpdatedAt)
		}
		b.clock = b.clock.Add(10 * time.Minute) // RFC 5321 section 4.5.3.2.6
		return Outcome{Verdict: Unclear}
	}
	_ = b.handle()
	doubt := b.clock
	for range 3 {
		b.clock = b.clock.Add(time.Minute)
		b.resolve = Outcome{Verdict: Unclear}
		_ = b.handle()
	}
	if !b.a.UpdatedAt.Equal(doubt) {
		t.Errorf("in doubt since %v, kept %v", doubt, b.a.UpdatedAt)
	}
}

func TestAnOutcomeThatCannotBeWrittenIsNotLost(t *testing.T) {
	b := newBench(t)
	b.run, b.err = marked(Happened), errs.New(errs.Unavailable, "error.database")
	if err := b.handle(); !errs.Is(err, errs.Unavailable) || b.a.State != Committing {
		t.Fatalf("%s, %v", b.a.State, err)
	}
	b.err, b.resolve = nil, Outcome{Verdict: Happened}
	if err := b.handle(); err != nil || b.a.State != Done {
		t.Errorf("%s, %v", b.a.State, err)
	}
}

func TestCancelAndAgain(t *testing.T) {
	actor := auth.Actor{Kind: auth.Agent, ID: 5, Workspace: 1, Role: auth.AgentRole}
	for state, can := range map[State][2]bool{ // cancel, again
		Proposed: {true, false}, Ready: {true, false}, Running: {false, false}, Committing: {false, false},
		Done: {false, true}, Failed: {false, true}, Unknown: {false, true}, Denied: {false, false}, Cancelled: {true, false},
	} {
		b := newBench(t)
		b.a.State = state
		if err := b.Cancel(t.Context(), 1, "k"); (err == nil) != can[0] || err != nil && !errs.Is(err, errs.Conflict) {
			t.Errorf("cancel %s: %v", state, err)
		}
		b.a.State = state
		asked := b.asked
		if err := b.Again(t.Context(), actor, "k"); (err == nil) != can[1] || err != nil && !errs.Is(err, errs.Conflict) || (b.asked > asked) != can[1] {
			t.Errorf("again %s: %v", state, err)
		}
	}
	b := newBench(t)
	if _, err := b.Propose(t.Context(), actor, "do", "k", 0, 2, b.clock); err != nil || b.asked != 1 {
		t.Errorf("a second proposal asked %d times, %v", b.asked, err)
	}
	if err := b.Handle(t.Context(), job.New(1, JobKind, "nonsense")); !errs.Is(err, errs.Invalid) {
		t.Errorf("nonsense: %v", err)
	}
	b.a.Kind = "other"
	if err := b.handle(); !errs.Is(err, errs.Unsupported) {
		t.Errorf("an unknown kind: %v", err)
	}
}
