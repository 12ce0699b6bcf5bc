package app

import (
	"context"
	"errors"
	"time"

	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/domain/trace"
	"godwit.dev/godwit/internal/platform/job"
)

// What is due of lanes is done by a job of each workspace, so that one node does
// it; it is asked for on every node, and twice is once.
const (
	laneJob   = "lanes.work"
	laneQueue = "lanes"
	laneEvery = 30 * time.Second
)

// askLanes asks for the work of all workspaces, now and then.
func (c *Core) askLanes(ctx context.Context) {
	tick := time.NewTicker(laneEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		list, err := c.Store.Workspaces(ctx)
		if err == nil {
			jobs := make([]job.Job, len(list))
			for i, w := range list {
				jobs[i] = job.New(w.ID, laneJob, nil).On(laneQueue).WithKey("all").Tries(3)
			}
			err = c.Store.Enqueue(ctx, jobs...)
		}
		if err != nil && ctx.Err() == nil {
			c.Log.Error("ask for the work of lanes", "error", err)
		}
	}
}

func (c *Core) workLanes(ctx context.Context, j job.Job) error {
	return errors.Join(c.Foresight.Work(ctx, j.Workspace), c.Lanes.Work(ctx, j.Workspace), c.Traces.Sweep(ctx, j.Workspace), c.Recovery.Sweep(ctx, j.Workspace), c.Recoup.Work(ctx, j.Workspace), c.Stall.Work(ctx, j.Workspace), c.Proactive.Work(ctx, j.Workspace), c.Casework.Work(ctx, j.Workspace), c.Warranty.Work(ctx, j.Workspace), c.Cases.SweepForms(ctx, j.Workspace), c.Outlays.Work(ctx, j.Workspace))
}

// claimWindow tells lanes when a carrier takes a claim.
func claimWindow(v shipment.Shipment) (from, until time.Time) {
	w, _ := trace.WindowOf(v)
	return w.OpensAt, w.ClosesAt
}
