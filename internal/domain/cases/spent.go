package cases

import (
	"context"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/platform/auth"
)

// WasSpent tells what it has cost the merchant so far to carry a resolution out, by bills. It may come after the end: bills do.
const WasSpent Happening = "spent"

// Spend writes down what a resolution has cost so far, in minor units of its order's currency, for the report on what returns
// cost. It takes the place of what was said before; a repeat changes nothing.
func (c Case) Spend(by auth.Actor, number, sum int64, at time.Time) ([]Event, error) {
	r := c.find(number)
	if r == nil || sum < 0 {
		return nil, errs.New(errs.NotFound, "error.not_found")
	}
	if r.Spent == sum {
		return nil, nil
	}
	return c.plan(by, at).add(WasSpent, func(e *Event) { e.About, e.Sum = number, sum }).done()
}

func (c *Case) spent(e Event) string {
	r := c.find(e.About)
	if r == nil {
		return "there is no such resolution"
	}
	r.Spent = e.Sum
	return ""
}

// Spend is Case.Spend. It needs WriteCases.
func (s *Service) Spend(ctx context.Context, actor auth.Actor, c ID, resolution, sum int64) (Case, error) {
	return s.change(ctx, actor, c, func(c Case, now time.Time) ([]Event, error) { return c.Spend(actor, resolution, sum, now) })
}
