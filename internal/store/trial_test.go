package store_test

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/fx"
	"godwit.dev/godwit/internal/flow/replay"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/job"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// long is a history of many pages, which tells when it hands one out.
type long struct {
	data []byte
	n    int
	page func(n int)
}

func (l *long) CountInputs(context.Context, auth.WorkspaceID, time.Time) (int64, error) {
	return int64(l.n), nil
}

func (l *long) Inputs(_ context.Context, _ auth.WorkspaceID, after replay.Place, limit int) ([]replay.Input, error) {
	from := max(int(after.Case), 0)
	if l.page != nil {
		l.page(from / limit)
	}
	var out []replay.Input
	for i := from; i < min(from+limit, l.n); i++ {
		out = append(out, replay.Input{Case: cases.ID(i + 1), Customer: 1, OpenedAt: jobNow, Data: l.data})
	}
	return out, nil
}

func (l *long) PastInputs(context.Context, auth.WorkspaceID, int) ([]replay.Input, error) {
	return nil, nil
}

// TestATrialRunsInTheBackground asks for trials, runs their jobs, stops one in its midst, breaks one off as the end of a
// process does, and lets it begin again.
func TestATrialRunsInTheBackground(t *testing.T) {
	var parts []decision.Case
	for _, line := range []string{frozenInput[1 : len(frozenInput)-len(`, {"broken": true}]`)]} {
		c, err := new(decision.Reader).Read([]byte(line))
		must(t, err)
		parts = append(parts, c)
	}
	const tried = `{currency: EUR, terms: {windows: {refund: 10}, fallback: {method: bank, days: 3}, trigger: receipt}}`
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		d, ctx := newDesk(t, s), t.Context()
		past := &long{data: decision.Pack(&parts[0]), n: 7000}
		now := jobNow
		service := replay.New(replay.Config{Store: past, Rates: fx.New(fx.Config{Store: s, Journal: s}), Workers: 1, Jobs: replay.Jobs{Store: s, Queue: s, Journal: s, IDs: d.ids, Now: func() time.Time { return now }}})
		start := func() replay.Trial {
			t.Helper()
			x, err := service.Start(ctx, d.owner, "standard", tried, jobNow)
			must(t, err)
			return x
		}
		next := func() job.Job {
			t.Helper()
			list, err := s.Claim(ctx, replay.Queue, time.Now().Add(time.Hour), time.Now().Add(2*time.Hour), 1)
			if must(t, err); len(list) != 1 {
				t.Fatalf("%d jobs", len(list))
			}
			return list[0]
		}
		finish := func(j job.Job) {
			t.Helper()
			_, err := s.Finish(ctx, j, time.Now())
			must(t, err)
		}
		seen := func(id replay.TrialID) replay.Trial {
			t.Helper()
			x, err := service.Trial(ctx, d.owner, id)
			must(t, err)
			return x
		}

		first, second := start(), start()
		if _, err := service.Start(ctx, d.owner, "standard", tried, jobNow); !errs.Is(err, errs.Conflict) {
			t.Errorf("a third at once: %v", err)
		}
		if _, err := service.Start(ctx, d.owner, "standard", "terms: [", jobNow); !errs.Is(err, errs.Invalid) {
			t.Errorf("no YAML: %v", err)
		}
		if _, err := service.Start(ctx, auth.Actor{Kind: auth.Customer, Workspace: d.w}, "standard", tried, jobNow); !errs.Is(err, errs.Denied) {
			t.Errorf("a customer: %v", err)
		}
		other := newDesk(t, s)
		if _, err := service.Trial(ctx, other.owner, first.ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("another workspace reads it: %v", err)
		}
		if _, err := service.Cancel(ctx, other.owner, first.ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("another workspace stops it: %v", err)
		}

		j := next()
		must(t, service.Work(ctx, j))
		finish(j)
		whole := seen(first.ID)
		if whole.State != replay.Done || whole.Read != 7000 || whole.Total != 7000 || whole.Percent() != 100 || whole.Run != 1 || whole.Result == nil || whole.Result.Changed != 7000 || whole.Text != tried {
			t.Errorf("%+v", whole)
		}
		must(t, service.Work(ctx, j)) // a job may be repeated
		if again := seen(first.ID); !reflect.DeepEqual(again, whole) {
			t.Errorf("repeated: %+v", again)
		}

		past.page = func(n int) { // stopped before its second page is handed out
			if n == 1 {
				if _, err := service.Cancel(ctx, d.owner, second.ID); err != nil {
					t.Error(err)
				}
				now = now.Add(time.Second) // longer than between two looks
			}
		}
		j = next()
		must(t, service.Work(ctx, j))
		finish(j)
		if x := seen(second.ID); x.State != replay.Stopped || x.Result == nil || !x.Result.Stopped || x.Read == 0 || x.Read >= 7000 || x.Total != 7000 {
			t.Errorf("stopped: %+v", x)
		}
		if x, err := service.Cancel(ctx, d.owner, first.ID); err != nil || x.State != replay.Done {
			t.Errorf("stopped after its end: %+v, %v", x, err)
		}

		third := start()
		life, end := context.WithCancel(ctx)
		past.page = func(n int) {
			if n == 1 {
				end()
			}
		}
		j = next()
		var later job.Later
		if err := service.Work(life, j); !errors.As(err, &later) {
			t.Errorf("the process ends: %v", err)
		}
		broken := seen(third.ID)
		if broken.State != replay.Running || broken.Run != 1 || broken.Read != 2000 {
			t.Errorf("broken off: %+v", broken)
		}
		if left, ok := broken.Left(broken.BegunAt.Add(2 * time.Second)); !ok || left != 5*time.Second {
			t.Errorf("left %v, %v", left, ok)
		}
		past.page, now = nil, jobNow.Add(time.Minute)
		must(t, service.Work(ctx, j))
		again := seen(third.ID)
		again.Result.Took, whole.Result.Took = 0, 0
		if again.State != replay.Done || again.Run != 2 || !reflect.DeepEqual(again.Result, whole.Result) {
			t.Errorf("begun again: %+v", again)
		}
		if ok, err := s.AdvanceTrial(ctx, d.w, third.ID, 1, 5, 9); err != nil || ok {
			t.Errorf("an older run still counts: %v, %v", ok, err)
		}
		finish(j)

		for range 2 {
			x := start()
			_, err := service.Cancel(ctx, d.owner, x.ID)
			must(t, err)
			j = next()
			must(t, service.Work(ctx, j))
			finish(j)
			if x = seen(x.ID); x.State != replay.Stopped || x.Run != 0 || x.Result != nil {
				t.Errorf("stopped before it ran: %+v", x)
			}
		}
		must(t, s.DropTrials(ctx, d.w, 3))
		if list, err := service.Trials(ctx, d.owner); err != nil || len(list) != 3 || list[2].ID != third.ID {
			t.Errorf("kept %+v, %v", list, err)
		}
	})
}
