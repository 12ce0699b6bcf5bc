package ticket

import (
	"context"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/platform/auth"
)

// Gift is a ticket that is given to a person by rule.
type Gift struct {
	Ticket  ID
	Version int64 // of the ticket that was decided about
	To      auth.PersonID
	Team    auth.TeamID
}

// Give gives an open ticket that nobody has to a person, and to a team. It is for the
// program itself. It fails with errs.Conflict if the ticket is not as it was decided about:
// somebody else has changed it, and it is to be decided about anew.
func (s *Service) Give(ctx context.Context, w auth.WorkspaceID, g Gift) error {
	_, err := s.update(ctx, auth.ForSystem(w), g.Ticket, func(ctx context.Context, c *change) error {
		if c.T.Version != g.Version || c.T.Assignee != 0 || c.T.Bucket() != InOpen {
			return errs.New(errs.Conflict, "error.ticket_changed")
		}
		if err := c.setTeam(ctx, g.Team); err != nil {
			return err
		}
		return c.assign(ctx, g.To)
	})
	return err
}

// TakeBack takes an open ticket from a person, so that it waits for another. It is for the
// program itself. It fails with errs.Conflict if somebody else has it by now.
func (s *Service) TakeBack(ctx context.Context, w auth.WorkspaceID, t ID, from auth.PersonID) error {
	_, err := s.update(ctx, auth.ForSystem(w), t, func(ctx context.Context, c *change) error {
		if c.T.Assignee != from || c.T.Bucket() != InOpen {
			return errs.New(errs.Conflict, "error.ticket_changed")
		}
		return c.assign(ctx, 0)
	})
	return err
}
