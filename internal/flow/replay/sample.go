package replay

import (
	"context"
	"fmt"
	"time"

	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/policy"
	"godwit.dev/godwit/internal/platform/auth"
)

// Seen is a past case as it was decided, and as a policy would decide it.
type Seen struct {
	Example
	Kind, Reason, Market, SKU string
	OpenedAt                  time.Time
	Changed                   bool // an offer differs
}

// sampled is how many of the newest cases a sample is taken from.
const sampled = 400

// Sample decides some past cases again by a policy: the newest of each kind and market, at most so many. It needs ReadCases.
func (s *Service) Sample(ctx context.Context, actor auth.Actor, doc policy.Document, most int) ([]Seen, error) {
	if err := actor.Can(auth.ReadCases); err != nil {
		return nil, err
	}
	rates, err := s.cfg.Rates.Table(ctx, auth.ForSystem(actor.Workspace))
	if err != nil {
		return nil, fmt.Errorf("read rates: %w", err)
	}
	inputs, err := s.cfg.Store.PastInputs(ctx, actor.Workspace, sampled)
	if err != nil {
		return nil, fmt.Errorf("read cases: %w", err)
	}
	var categories map[string]string
	if doc.AsksCategory() && s.cfg.Categories != nil {
		if categories, err = s.cfg.Categories(ctx, actor.Workspace, skus(inputs)); err != nil {
			return nil, fmt.Errorf("read categories: %w", err)
		}
	}
	var u decision.Unpacker
	decider := policy.NewDecider(doc, rates)
	met := map[[2]string]bool{}
	var out []Seen
	for _, in := range inputs {
		var c decision.Case
		if u.Unpack(in.Data, &c) != nil || asked(&c) == nil {
			continue
		}
		kind := [2]string{c.Claim.Kind.String(), c.Market.Country}
		if met[kind] || len(out) == most {
			continue
		}
		met[kind] = true
		old := decision.Decide(s.cfg.Law, &c)
		sku := asked(&c).SKU
		terms := decider.Decide(Facts(&c, in.Shop, categories[sku]))
		c.Policy = under(terms.Policy, c.Policy.Cap)
		tried := decision.Decide(s.cfg.Law, &c)
		out = append(out, Seen{
			Example: Example{Case: in.Case, Part: in.Part, Rule: terms.Rule, Before: outcome(&c, &old), After: outcome(&c, &tried)},
			Kind:    kind[0], Market: kind[1], Reason: c.Claim.Reason.String(), SKU: sku, OpenedAt: in.OpenedAt, Changed: !alike(old.Offers, tried.Offers),
		})
	}
	return out, nil
}
