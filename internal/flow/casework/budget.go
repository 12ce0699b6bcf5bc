package casework

import (
	"context"

	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/policy"
)

// spend reserves what was chosen, or one resolution of it, from what may go out without a person. It reports false, and
// reserves nothing, where a cap of the policy would be passed.
func (s *Service) spend(ctx context.Context, c cases.Case, only int64) (bool, error) {
	var taken []cases.Resolution
	for _, r := range c.Resolutions {
		if r.Stand != cases.Taken || only != 0 && r.Number != only || r.Offer == nil || r.Offer.Cap == nil {
			continue
		}
		sum, err := r.Money.Components.Total(r.Money.Currency)
		if err != nil {
			return false, err
		}
		ok, err := s.Policies.Spend(ctx, c.Workspace, r.Number, policy.CapTerms(*r.Offer.Cap), sum.Minor)
		if err != nil {
			return false, err
		}
		if ok {
			taken = append(taken, r)
			continue
		}
		for _, r := range taken {
			if err := s.Policies.GiveBack(ctx, c.Workspace, r.Number); err != nil {
				return false, err
			}
		}
		return false, nil
	}
	return true, nil
}

// budget lets what resolutions took from caps follow them: what arrived is spent, and what failed, was given up or sent back
// by the bank is given back. A repeat changes nothing.
func (s *Service) budget(ctx context.Context, c cases.Case) error {
	for _, r := range c.Resolutions {
		if r.Offer == nil || r.Offer.Cap == nil {
			continue
		}
		var err error
		switch r.Stand {
		case cases.Done:
			err = s.Policies.Settle(ctx, c.Workspace, r.Number)
		case cases.Failed, cases.Undone, cases.Lapsed, cases.Refused:
			err = s.Policies.GiveBack(ctx, c.Workspace, r.Number)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
