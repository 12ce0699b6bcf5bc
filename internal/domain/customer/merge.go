package customer

import (
	"context"
	"fmt"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// Merge gives the identities, orders and tickets of from to into and returns
// the event, with which Unmerge undoes it. The emptied record stays and points
// at the other. It fails with errs.Invalid for a customer and itself, and with
// errs.Conflict if either was merged away before.
func (s *Service) Merge(ctx context.Context, actor auth.Actor, from, into ID) (event.ID, error) {
	if err := actor.Can(auth.MergeCustomer); err != nil {
		return 0, err
	}
	if from == into {
		return 0, errs.Field("into", "error.merge_self")
	}
	var at event.ID
	err := s.store.InTx(ctx, func(ctx context.Context) error {
		held, err := s.store.HoldCustomers(ctx, actor.Workspace, from, into)
		if err != nil {
			return err
		}
		for _, c := range held {
			if c.MergedInto != 0 {
				return errs.New(errs.Conflict, "error.customer_merged")
			}
		}
		at = event.ID(s.ids.Next())
		moved, err := s.store.MoveCustomer(ctx, actor.Workspace, from, into, at, s.now())
		if err != nil {
			return err
		}
		e := event.New(Joined, actor, into.subject(), 0, Merged{From: from, Into: into, Moved: moved})
		e.ID = at
		if err := s.journal.Append(ctx, e); err != nil {
			return err
		}
		return s.placed(ctx, actor.Workspace, into)
	})
	if err != nil {
		return 0, fmt.Errorf("merge customers: %w", err)
	}
	return at, nil
}

// Unmerge undoes a merge: exactly what it moved goes back, and what came to the
// other customer since stays there. It fails with errs.Conflict if the merge
// was undone before, or if the customer that took over was itself merged into
// another since: the later merge must be undone first.
func (s *Service) Unmerge(ctx context.Context, actor auth.Actor, mergeEvent event.ID) error {
	if err := actor.Can(auth.MergeCustomer); err != nil {
		return err
	}
	err := s.store.InTx(ctx, func(ctx context.Context) error {
		e, err := s.store.Event(ctx, actor.Workspace, mergeEvent)
		if err != nil {
			return err
		}
		if e.Kind != Joined {
			return errs.New(errs.NotFound, "error.not_found")
		}
		var m Merged
		if err := e.Decode(&m); err != nil {
			return fmt.Errorf("decode event: %w", err)
		}
		held, err := s.store.HoldCustomers(ctx, actor.Workspace, m.From, m.Into)
		if err != nil {
			return err
		}
		for _, c := range held {
			if c.ID == m.Into && c.MergedInto != 0 {
				return errs.New(errs.Conflict, "error.customer_merged")
			}
		}
		ok, err := s.store.MoveBack(ctx, actor.Workspace, m, mergeEvent, s.now())
		if err != nil {
			return err
		}
		if !ok {
			return errs.New(errs.Conflict, "error.merge_undone")
		}
		if err := s.journal.Append(ctx, event.New(Unmerged, actor, m.Into.subject(), 0, undone{m.From, m.Into, mergeEvent})); err != nil {
			return err
		}
		return s.placed(ctx, actor.Workspace, m.From)
	})
	if err != nil {
		return fmt.Errorf("unmerge customers: %w", err)
	}
	return nil
}
