package store_test

import (
	"context"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// A node that is out of breath may stand still in a transaction until the server ends it, which undoes it: it is run
// again, and who keeps standing still is told to come back, not that something is broken.
func TestATransactionThatStoodStillRunsAgain(t *testing.T) {
	s, ctx := storetest.Postgres(t), context.Background()
	stand := func(ctx context.Context) error {
		if err := store.Say(ctx, "SET LOCAL idle_in_transaction_session_timeout=20"); err != nil {
			return err
		}
		time.Sleep(200 * time.Millisecond) // the server's clock, which no test can set
		return store.Say(ctx, "SELECT 1")
	}
	runs := 0
	if err := s.InTx(ctx, func(ctx context.Context) error {
		if runs++; runs == 1 {
			return stand(ctx)
		}
		return store.Say(ctx, "SELECT 1")
	}); err != nil || runs != 2 {
		t.Errorf("%d runs: %v", runs, err)
	}
	runs = 0
	if err := s.InTx(ctx, func(ctx context.Context) error { runs++; return stand(ctx) }); !errs.Is(err, errs.Unavailable) || runs != 5 {
		t.Errorf("%d runs: %v, want unavailable", runs, err)
	}
}
