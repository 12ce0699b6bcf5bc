package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/automation"
	"godwit.dev/godwit/internal/flow/automating"
	"godwit.dev/godwit/internal/platform/job"
)

// demoRuled is how long the demo's rules have been on.
const demoRuled = 30 * demoDay

// demoRules are the shipped rules that the merchant has turned on, in their order.
var demoRules = []string{"returns", "forgotten", "away", "again"}

// planRules turns some shipped rules on a month ago, and lets them answer what is due each hour from then on.
func (l *demoLoader) planRules() {
	begin := l.merchant.Now().Add(-demoRuled)
	l.moments = append(l.moments, demoMoment{begin, l.openRules})
	for at := begin; at.Before(l.merchant.Now()); at = at.Add(time.Hour) {
		l.moments = append(l.moments, demoMoment{at, l.answerByRules})
	}
}

func (l *demoLoader) openRules(ctx context.Context) error {
	p := i18n.For(i18n.English)
	shipped := automation.ShippedRules()
	for _, key := range demoRules {
		x := shipped[slices.IndexFunc(shipped, func(x automation.Shipped) bool { return x.Key == key })]
		r, err := l.core.Automation.Save(ctx, l.owner, automating.Draft{Shipped: key, Definition: x.Made(p)})
		if err != nil {
			return fmt.Errorf("rule %s: %w", key, err)
		}
		if _, err := l.core.Automation.Switch(ctx, l.owner, r.ID, true); err != nil {
			return fmt.Errorf("turn rule %s on: %w", key, err)
		}
	}
	return nil
}

func (l *demoLoader) answerByRules(ctx context.Context) error {
	err := l.core.Automation.Work(ctx, job.New(l.space.ID, automating.Job, struct{}{}))
	if errors.As(err, new(job.Later)) {
		return nil
	}
	return err
}
