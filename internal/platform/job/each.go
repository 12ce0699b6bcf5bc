package job

import (
	"context"
	"log/slog"
	"time"

	"godwit.dev/godwit/internal/platform/auth"
)

// Setbacks keep which records of a work could not be done, how often, and until when whoever lists what is due leaves
// them out. They are written outside the transaction that failed.
type Setbacks interface {
	// SetBack counts a failure, and leaves the record out for [Rest] of how often it has failed.
	SetBack(ctx context.Context, w auth.WorkspaceID, work string, id int64, now time.Time) error
	// Forget takes a record up again that was set back; one that was not is nothing.
	Forget(ctx context.Context, w auth.WorkspaceID, work string, id int64) error
}

// longestRest is the longest that a record is left out.
const longestRest = 24 * time.Hour

// Rest is how long a record is left out that has failed so often before: a minute, twice as long each time, a day at most.
func Rest(before int64) time.Duration {
	if before > 10 {
		return longestRest
	}
	return min(time.Minute<<before, longestRest)
}

// Work names what is done with each record of a batch.
type Work struct {
	Setbacks
	Name      string // of the work, as Setbacks know it
	Workspace auth.WorkspaceID
	Now       time.Time
	Log       *slog.Logger // nil: silent
}

// Each does something with every record of a batch, each in a transaction of its own. One that fails is logged, set back
// and keeps no other back. It fails where that cannot be written down, and when ctx ends.
func Each[ID ~int64](ctx context.Context, w Work, batch []ID, do func(context.Context, ID) error) error {
	for _, id := range batch {
		err := do(ctx, id)
		if err := ctx.Err(); err != nil {
			return err
		}
		if err == nil {
			if err := w.Forget(ctx, w.Workspace, w.Name, int64(id)); err != nil {
				return err
			}
			continue
		}
		if w.Log != nil {
			w.Log.Warn("one record was set back", "work", w.Name, "workspace", int64(w.Workspace), "record", int64(id), "error", err)
		}
		if err := w.SetBack(ctx, w.Workspace, w.Name, int64(id), w.Now); err != nil {
			return err
		}
	}
	return nil
}
