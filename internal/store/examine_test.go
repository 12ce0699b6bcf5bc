package store_test

import (
	"testing"
	"time"

	"godwit.dev/godwit/internal/platform/job"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

func TestTheBacklogCountsWhatWaits(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, w := t.Context(), storetest.Workspace(t, s)
		empty, err := s.Backlog(ctx)
		if err != nil || empty.Queue.Waiting != 0 || !empty.Queue.Oldest.IsZero() || empty.Actions == nil {
			t.Fatalf("%+v, %v", empty, err)
		}
		due := time.Now().Add(-time.Hour).Truncate(time.Millisecond)
		enqueue(t, s, job.New(w, "test", 1).At(due), job.New(w, "test", 2).At(due.Add(time.Minute)), job.New(w, "test", 3).At(due.Add(24*time.Hour)))
		j := claim(t, s, time.Now(), 2)[1]
		if err := s.Retry(ctx, j, time.Now(), true, "no use"); err != nil {
			t.Fatal(err)
		}
		enqueue(t, s, job.New(w, "test", 4).At(due))
		b, err := s.Backlog(ctx)
		if err != nil || b.Queue.Waiting != 1 || !b.Queue.Oldest.Equal(due) || b.Queue.Dead != 1 || b.Queue.LastError != "no use" {
			t.Errorf("%+v, %v", b, err)
		}
		if b.MailNew+b.MailFailed+b.Webhooks != 0 || len(b.Actions) != 0 {
			t.Errorf("%+v", b)
		}
	})
}
