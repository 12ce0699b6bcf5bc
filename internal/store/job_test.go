package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/platform/action"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/job"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

var jobNow = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func claim(t testing.TB, s *store.Store, now time.Time, n int) []job.Job {
	t.Helper()
	out, err := s.Claim(context.Background(), job.DefaultQueue, now, now.Add(time.Minute), n)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func enqueue(t testing.TB, s *store.Store, jobs ...job.Job) {
	t.Helper()
	if err := s.Enqueue(context.Background(), jobs...); err != nil {
		t.Fatal(err)
	}
}

func TestJobsAreClaimedOnce(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		const jobs, workers = 400, 8
		ctx := context.Background()
		for i := range jobs {
			enqueue(t, s, job.New(1, "work", i).At(jobNow))
		}
		var mu sync.Mutex
		seen := map[job.ID]int{}
		var g errgroup.Group
		for range workers {
			g.Go(func() error {
				for {
					mine, err := s.Claim(ctx, job.DefaultQueue, jobNow, jobNow.Add(time.Hour), 7)
					if err != nil || len(mine) == 0 {
						return err
					}
					if len(mine) > 7 {
						return fmt.Errorf("claimed %d of 7", len(mine))
					}
					mu.Lock()
					for _, j := range mine {
						seen[j.ID]++
					}
					mu.Unlock()
					for _, j := range mine {
						if again, err := s.Finish(ctx, j, jobNow); err != nil || again {
							return fmt.Errorf("finish: again %v, %v", again, err)
						}
					}
				}
			})
		}
		if err := g.Wait(); err != nil {
			t.Fatal(err)
		}
		for id, n := range seen {
			if n != 1 {
				t.Errorf("job %d was claimed %d times", id, n)
			}
		}
		if len(seen) != jobs {
			t.Errorf("%d jobs were claimed, want %d", len(seen), jobs)
		}
		if next, err := s.NextDue(ctx, job.DefaultQueue); err != nil || !next.IsZero() {
			t.Errorf("next is due at %s, %v", next, err)
		}
	})
}

func TestLeasesRunOutAndAreExtended(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		enqueue(t, s, job.New(1, "work", "x").At(jobNow))
		if next, err := s.NextDue(ctx, job.DefaultQueue); err != nil || !next.Equal(jobNow) {
			t.Errorf("next is due at %s, %v", next, err)
		}
		if early := claim(t, s, jobNow.Add(-time.Millisecond), 5); len(early) != 0 {
			t.Errorf("claimed too early: %v", early)
		}
		first := claim(t, s, jobNow, 5)[0]
		var args string
		if err := first.Decode(&args); err != nil || args != "x" || first.Attempt != 1 || first.Kind != "work" || first.Workspace != 1 {
			t.Errorf("claimed %+v, %v", first, err)
		}
		if held := claim(t, s, jobNow.Add(59*time.Second), 5); len(held) != 0 {
			t.Error("claimed while leased")
		}
		if ok, err := s.Extend(ctx, &first, jobNow.Add(2*time.Minute)); err != nil || !ok {
			t.Fatal(ok, err)
		}
		if held := claim(t, s, jobNow.Add(61*time.Second), 5); len(held) != 0 {
			t.Error("claimed while the extended lease ran")
		}
		second := claim(t, s, jobNow.Add(2*time.Minute), 5)
		if len(second) != 1 || second[0].Attempt != 2 {
			t.Fatalf("after the lease: %+v", second)
		}
		if ok, err := s.Extend(ctx, &first, jobNow.Add(time.Hour)); err != nil || ok {
			t.Error("a lost lease was extended", err)
		}
		if again, err := s.Finish(ctx, first, jobNow); err != nil || again {
			t.Error("a lost lease finished the job", err)
		}
		if err := s.Retry(ctx, first, jobNow, true, "late"); err != nil {
			t.Fatal(err)
		}
		if again, err := s.Finish(ctx, second[0], jobNow); err != nil || again {
			t.Error(again, err)
		}
		if left := claim(t, s, jobNow.Add(time.Hour), 5); len(left) != 0 {
			t.Errorf("a finished job is left: %+v", left)
		}
	})
}

func TestAJobAskedForWhileItRunsRunsAgain(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		later, sooner := job.New(1, "work", nil).WithKey("k").At(jobNow.Add(time.Hour)), job.New(1, "work", nil).WithKey("k").At(jobNow)
		enqueue(t, s, later, sooner, later)
		enqueue(t, s, job.New(2, "work", nil).WithKey("k").At(jobNow), job.New(1, "other", nil).WithKey("k").At(jobNow))
		mine := claim(t, s, jobNow, 9)
		if len(mine) != 3 {
			t.Fatalf("%d jobs, want one for each workspace and kind", len(mine))
		}
		for _, j := range mine {
			if j.Workspace != 1 || j.Kind != "work" {
				continue
			}
			enqueue(t, s, sooner)
			if again, err := s.Finish(ctx, j, jobNow); err != nil || !again {
				t.Errorf("asked for while it ran: again %v, %v", again, err)
			}
		}
		again := claim(t, s, jobNow, 9)
		if len(again) != 1 || again[0].Attempt != 1 {
			t.Fatalf("%+v", again)
		}
		if more, err := s.Finish(ctx, again[0], jobNow); err != nil || more {
			t.Error("ran a third time", err)
		}
	})
}

// A job that waits for something is postponed; whoever brings that something
// about while the job is just being postponed must not wait for the postponement.
func TestAJobAskedForWhileItIsPostponedRunsAgainAtOnce(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, w := context.Background(), storetest.Workspace(t, s)
		j := job.New(w, "k", nil).On("q").WithKey("x")
		for name, asked := range map[string]bool{"asked for": true, "left alone": false} {
			must(t, s.Enqueue(ctx, j))
			now := time.Now().Add(time.Second)
			got, err := s.Claim(ctx, "q", now, now.Add(time.Minute), 1)
			if err != nil || len(got) != 1 {
				t.Fatalf("%s: claimed %v, %v", name, got, err)
			}
			if asked {
				must(t, s.Enqueue(ctx, j))
			}
			must(t, s.Retry(ctx, got[0], now.Add(time.Hour), false, ""))
			again, err := s.Claim(ctx, "q", time.Now().Add(time.Second), now.Add(time.Minute), 1)
			if err != nil || (len(again) == 1) != asked {
				t.Errorf("%s: then claimed %v, %v", name, again, err)
			}
			for _, g := range append(again, got...) {
				_, err := s.Finish(ctx, g, now)
				must(t, err)
			}
			if !asked {
				late, err := s.Claim(ctx, "q", now.Add(2*time.Hour), now.Add(3*time.Hour), 1)
				if err != nil || len(late) != 1 {
					t.Fatalf("%s: later claimed %v, %v", name, late, err)
				}
				_, err = s.Finish(ctx, late[0], now)
				must(t, err)
			}
		}
	})
}

func TestJobsRetryAndDie(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		w := storetest.Workspace(t, s)
		enqueue(t, s, job.New(w, "work", nil).WithKey("k").At(jobNow))
		j := claim(t, s, jobNow, 1)[0]
		if err := s.Retry(ctx, j, jobNow.Add(time.Minute), false, "no\x00 luck"); err != nil {
			t.Fatal(err)
		}
		enqueue(t, s, job.New(w, "work", nil).WithKey("k").At(jobNow)) // asked again: the wait goes on
		if early := claim(t, s, jobNow.Add(59*time.Second), 1); len(early) != 0 {
			t.Error("did not wait")
		}
		j = claim(t, s, jobNow.Add(time.Minute), 1)[0]
		if j.Attempt != 2 || j.LastError != "no luck" {
			t.Errorf("%+v", j)
		}
		if err := s.Retry(ctx, j, jobNow, true, "gave up"); err != nil {
			t.Fatal(err)
		}
		if dead := claim(t, s, jobNow.Add(time.Hour), 1); len(dead) != 0 {
			t.Error("a dead job runs")
		}
		if dead, err := s.DeadJobs(ctx, w, 5); err != nil || len(dead) != 1 || dead[0].LastError != "gave up" || !dead[0].Dead {
			t.Errorf("dead %+v, %v", dead, err)
		}
		enqueue(t, s, job.New(w, "work", nil).WithKey("k").At(jobNow)) // the dead one holds no key
		if fresh := claim(t, s, jobNow, 1); len(fresh) != 1 || fresh[0].Attempt != 1 {
			t.Errorf("fresh %+v", fresh)
		}
	})
}

func TestWakeComesAfterCommit(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		woken := func() bool {
			select {
			case <-s.Wake(job.DefaultQueue):
				return true
			default:
				return false
			}
		}
		boom := errors.New("boom")
		err := s.InTx(context.Background(), func(ctx context.Context) error {
			if err := s.Enqueue(ctx, job.New(1, "work", nil)); err != nil {
				return err
			}
			if woken() {
				t.Error("woken before the commit")
			}
			return boom
		})
		if !errors.Is(err, boom) || woken() {
			t.Errorf("%v; woken for a job that was never written", err)
		}
		if left := claim(t, s, time.Now().Add(time.Hour), 5); len(left) != 0 {
			t.Error("a job outlived its transaction")
		}
		enqueue(t, s, job.New(1, "work", nil))
		if !woken() {
			t.Error("nobody was woken")
		}
	})
}

func TestActionsAreMovedByOneAttempt(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, w := context.Background(), storetest.Workspace(t, s)
		a, added, err := s.AddAction(ctx, action.Action{Workspace: w, Kind: "send", Key: "k", State: action.Ready, Payload: []byte(`{"a":1}`), ProposerKind: auth.Agent, ProposerID: 3, RunAt: jobNow, CreatedAt: jobNow, UpdatedAt: jobNow})
		if err != nil || !added {
			t.Fatal(added, err)
		}
		again, added, err := s.AddAction(ctx, action.Action{Workspace: w, Kind: "send", Key: "k", State: action.Proposed, Payload: []byte(`{}`)})
		if err != nil || added || again.ID != a.ID || again.State != action.Ready {
			t.Errorf("a second action with the key: %+v, added %v, %v", again, added, err)
		}

		var mu sync.Mutex
		won := 0
		var g errgroup.Group
		for range 8 { // many begin the first attempt
			g.Go(func() error {
				begun := a
				begun.Attempt = 1
				ok, err := s.MoveAction(ctx, begun, []action.State{action.Ready, action.Running}, action.Running)
				mu.Lock()
				defer mu.Unlock()
				if ok {
					won++
				}
				return err
			})
		}
		if err := g.Wait(); err != nil || won != 1 {
			t.Fatalf("%d began, %v", won, err)
		}
		move := func(attempt int, from, to action.State) bool {
			t.Helper()
			m := a
			m.Attempt, m.Detail = attempt, "said"
			ok, err := s.MoveAction(ctx, m, []action.State{from}, to)
			if err != nil {
				t.Fatal(err)
			}
			return ok
		}
		if !move(2, action.Running, action.Running) { // whoever began died: the next one takes over
			t.Error("a second attempt could not begin")
		}
		if move(1, action.Running, action.Committing) {
			t.Error("the first attempt marked after the second began")
		}
		if !move(2, action.Running, action.Committing) || move(2, action.Running, action.Done) || !move(2, action.Committing, action.Done) {
			t.Error("the second attempt could not go on")
		}
		got, err := s.ActionByKey(ctx, w, "k")
		if err != nil || got.State != action.Done || got.Attempt != 2 || got.Detail != "said" {
			t.Errorf("%+v, %v", got, err)
		}
		if done, err := s.Actions(ctx, w, action.Done, 5); err != nil || len(done) != 1 {
			t.Errorf("%d done, %v", len(done), err)
		}
		if _, err := s.Action(ctx, w+1, a.ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("another workspace reads an action: %v", err)
		}
		if foreign := a; true {
			foreign.Workspace++
			foreign.Attempt = 2
			if ok, err := s.MoveAction(ctx, foreign, []action.State{action.Done}, action.Ready); ok || err != nil {
				t.Error("another workspace moves an action", err)
			}
		}
	})
}
