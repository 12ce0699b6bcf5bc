package casework

import (
	"context"
	"fmt"
	"slices"

	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/platform/auth"
)

// demand asks the customer by itself for the evidence that the terms want for what they chose: once, in one letter, when
// nothing is left to be chosen. What they chose stays chosen, and a person may approve it without.
func (s *Service) demand(ctx context.Context, c cases.Case) (cases.Case, error) {
	lacks := c.Lacks()
	if c.Phase != cases.Submitted || c.AskedItself || len(lacks) == 0 || c.Ticket == 0 || s.Desk == nil {
		return c, nil
	}
	return s.Cases().Ask(ctx, auth.ForSystem(c.Workspace), c.ID, lacks, "")
}

// proven decides anew about what was chosen before its evidence came, and chooses the same again, by the evidence: it goes
// on by itself where it may now. Where nothing is the same, the customer chooses among what is offered.
func (s *Service) proven(ctx context.Context, c cases.Case) (cases.Case, error) {
	var had []cases.Resolution
	for _, r := range c.Resolutions {
		if c.Phase == cases.Submitted && r.Stand == cases.Taken && r.Offer != nil && slices.ContainsFunc(r.Offer.Needs, func(w string) bool { return slices.Contains(c.Evidence, w) }) {
			had = append(had, r)
		}
	}
	if len(had) == 0 {
		return c, nil
	}
	system := auth.ForSystem(c.Workspace)
	var err error
	for _, r := range had {
		if c, err = s.Cases().Step(ctx, system, c.ID, r.Number, cases.Lapsed, ""); err != nil {
			return c, err
		}
	}
	if c, err = s.renew(ctx, c); err != nil {
		return c, err
	}
	for _, was := range had {
		i := slices.IndexFunc(c.Resolutions, func(r cases.Resolution) bool {
			return r.Stand == cases.Offered && r.Means == was.Means && slices.Equal(r.Units, was.Units)
		})
		if i < 0 {
			continue
		}
		if c, err = s.Choose(ctx, system, c.ID, c.Resolutions[i].Number); err != nil {
			return c, err
		}
	}
	return c, nil
}

// urge does what is due about evidence that does not come, and tells people once they are to decide without it.
func (s *Service) urge(ctx context.Context, c cases.Case) (cases.Case, error) {
	was := c.Phase
	c, err := s.Cases().Urge(ctx, auth.ForSystem(c.Workspace), c.ID)
	if err != nil || was != cases.NeedsInfo || c.Phase != cases.Submitted || s.Desk == nil {
		return c, err
	}
	return c, s.Desk.Task(ctx, c, fmt.Sprintf("case.%d.unanswered.%d", c.ID, c.Events), i18n.For(i18n.English).T("case.task.unanswered", "Case", c.Number))
}
