package cases

import (
	"context"
	"time"

	"godwit.dev/godwit/internal/platform/auth"
)

// WasSecured tells that a sum is held for the goods of a resolution until the customer's come back.
const WasSecured Happening = "secured"

// Securable reports whether a sum may be held so that goods go out before the customer's are back: they chose it, it
// waits, and the terms allow it.
func (c Case) Securable(r Resolution) bool {
	return c.Phase != Closed && r.Stand == Waiting && !r.Secured && r.Offer != nil && r.Offer.Hold && r.Means.Sends() && r.Comes() && !c.came()
}

func (c *Case) secure(e Event) string {
	r := c.find(e.About)
	if r == nil || r.Stand != Waiting || !r.Means.Sends() {
		return "nothing is sent for it"
	}
	r.Secured = true
	return ""
}

// Secure tells that a sum is held for a resolution, which is carried out at once. One that has been, or lives no more, stays
// as it is. It needs WriteCases.
func (s *Service) Secure(ctx context.Context, actor auth.Actor, c ID, resolution int64) (Case, error) {
	return s.change(ctx, actor, c, func(c Case, now time.Time) ([]Event, error) {
		if r := c.find(resolution); r == nil || r.Stand != Waiting || r.Secured {
			return nil, nil
		}
		return c.plan(actor, now).add(WasSecured, func(e *Event) { e.About = resolution }).done()
	})
}
