package customer

import (
	"context"
	"fmt"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// Unlinked is the event of an identity that was taken from a customer; its data
// is {"kind", "value"}.
const Unlinked = "customer.unlinked"

// Unlink takes an identity from a customer, whose tickets and orders stay. The
// last one stays too, because a customer without any cannot be reached:
// errs.Conflict. One that the customer does not hold is errs.NotFound.
func (s *Service) Unlink(ctx context.Context, actor auth.Actor, id ID, i Identity) error {
	if err := actor.Can(auth.WriteTickets); err != nil {
		return err
	}
	i = i.Fold()
	err := s.store.InTx(ctx, func(ctx context.Context) error {
		c, err := s.living(ctx, actor.Workspace, id)
		if err != nil {
			return err
		}
		if len(c.Identities) < 2 {
			return errs.New(errs.Conflict, "error.identity_last")
		}
		removed, err := s.store.RemoveIdentity(ctx, actor.Workspace, id, i.Kind, i.Value)
		if err != nil {
			return err
		}
		if !removed {
			return errs.New(errs.NotFound, "error.not_found")
		}
		return s.journal.Append(ctx, event.New(Unlinked, actor, id.subject(), 0, map[string]string{"kind": i.Kind, "value": i.Value}))
	})
	if err != nil {
		return fmt.Errorf("unlink identity: %w", err)
	}
	return nil
}

// Merge is a merge into a customer that still stands.
type Merge struct {
	From  ID
	Name  string // of the customer that was merged away
	Event event.ID
	At    time.Time
}

// maxMerges is how many merges a customer's page shows.
const maxMerges = 50

// Merges returns the merges into a customer that can be undone, newest first.
func (s *Service) Merges(ctx context.Context, actor auth.Actor, into ID) ([]Merge, error) {
	if err := actor.Can(auth.ReadCustomers); err != nil {
		return nil, err
	}
	return s.store.Merges(ctx, actor.Workspace, into, maxMerges)
}
