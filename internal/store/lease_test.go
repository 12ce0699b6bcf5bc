package store_test

import (
	"testing"
	"time"

	"godwit.dev/godwit/internal/platform/job"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// A worker that lost its lease must not end the job, even when the one who took
// over has postponed it and the attempts count the same again.
func TestALostLeaseEndsNoJob(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, now := t.Context(), time.Now()
		if err := s.Enqueue(ctx, job.New(storetest.Workspace(t, s), "test", struct{}{})); err != nil {
			t.Fatal(err)
		}
		claim := func(now time.Time) job.Job {
			t.Helper()
			jobs, err := s.Claim(ctx, job.DefaultQueue, now, now.Add(time.Minute), 1)
			if err != nil || len(jobs) != 1 {
				t.Fatalf("claimed %v, %v", jobs, err)
			}
			return jobs[0]
		}
		lost := claim(now.Add(time.Second))
		later := claim(now.Add(time.Hour))
		later.Attempt--
		if err := s.Retry(ctx, later, now.Add(2*time.Hour), false, ""); err != nil {
			t.Fatal(err)
		}
		if again, err := s.Finish(ctx, lost, now); again || err != nil {
			t.Errorf("the lost lease ended the job: %v, %v", again, err)
		}
		if held, err := s.Extend(ctx, &lost, now.Add(3*time.Hour)); held || err != nil {
			t.Errorf("the lost lease was extended: %v", err)
		}
		last := claim(now.Add(2 * time.Hour))
		if again, err := s.Finish(ctx, last, now); again || err != nil {
			t.Fatal(again, err)
		}
		if next, err := s.NextDue(ctx, job.DefaultQueue); err != nil || !next.IsZero() {
			t.Errorf("due %v, %v", next, err)
		}
	})
}
