package recoup

import (
	"context"
	"fmt"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/recovery"
	"godwit.dev/godwit/internal/platform/auth"
)

// MostLines is how many lines of cases ClaimBatch claims at once.
const MostLines = 500

// Gathered is what ClaimBatch did.
type Gathered struct {
	Units  int64         // that are claimed now, and were not
	Left   bool          // more lines remain: a repeat goes on with them
	Claims []recovery.ID // in which they stand, oldest first
}

// ClaimBatch claims all faulty units of a supplier's batch that stand in no claim yet: they join the claim in which the batch
// of their shop is gathered, or begin one. Units of articles that no product knows any more, and those whose
// agreed deadline is over, are left out. Each line is claimed
// on its own, so that a repeat after a fault goes on with what is left, and one after success claims nothing. It needs WriteCases.
func (s *Service) ClaimBatch(ctx context.Context, actor auth.Actor, k recovery.BatchKey) (Gathered, error) {
	var g Gathered
	if err := actor.Can(auth.WriteCases); err != nil {
		return g, err
	}
	list, err := s.Claims.Unclaimed(ctx, actor, k, MostLines+1)
	if err != nil {
		return g, err
	}
	if g.Left = len(list) > MostLines; g.Left {
		list = list[:MostLines]
	}
	system := auth.ForSystem(actor.Workspace)
	for _, f := range list {
		c, err := s.Cases.Get(ctx, system, f.Case)
		if err != nil {
			return g, fmt.Errorf("claim batch: %w", err)
		}
		l := c.Lines[f.Line-1]
		o, err := s.Orders.Get(ctx, system, l.Order)
		if err != nil {
			return g, fmt.Errorf("claim batch: %w", err)
		}
		claim, added, err := s.faulty(ctx, actor, c, o, l)
		if errs.Is(err, errs.Conflict) { // the deadline that was agreed is over
			continue
		}
		if err != nil {
			return g, fmt.Errorf("claim batch: %w", err)
		}
		if !added {
			continue
		}
		g.Units += f.Units
		if len(g.Claims) == 0 || g.Claims[len(g.Claims)-1] != claim.ID {
			g.Claims = append(g.Claims, claim.ID)
		}
	}
	return g, nil
}
