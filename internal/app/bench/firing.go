package bench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"godwit.dev/godwit/internal/domain/automation"
	"godwit.dev/godwit/internal/flow/automating"
	"godwit.dev/godwit/internal/platform/job"
)

// firedRules fire by the calendar: the shipped one of the mornings, which holds of some tickets, and one that holds of none.
var firedRules = []struct{ name, cond string }{
	{"automation: a firing, of none", `ticket.tags has "nobody has this"`},
	{"automation: a firing, of a few", `ticket.unanswered and ticket.status = "pending" and order.total >= 50 EUR and not ticket.spam`},
}

// firings measures how long it takes from an instant of the calendar until a rule was asked about every ticket that is not
// closed, and has acted where it holds. Its clock is a day ahead, so that nobody else answers meanwhile.
func (b *bench) firings(ctx context.Context) (err error) {
	for _, x := range firedRules {
		if !b.wanted(x.name) {
			continue
		}
		if err := b.firing(ctx, x.name, x.cond); err != nil {
			return fmt.Errorf("measure %s: %w", x.name, err)
		}
	}
	return nil
}

func (b *bench) firing(ctx context.Context, name, cond string) (err error) {
	rules := b.core.Automation
	r, err := rules.Save(ctx, b.owner, automating.Draft{Definition: automation.Definition{
		Name: name, When: automation.When{Days: automation.Weekdays(), Time: "09:00"}, If: cond, Then: []automation.Step{{Do: automation.Tag, Word: "fired"}}, Hourly: automation.MaxHourly,
	}})
	if err != nil {
		return err
	}
	defer func() {
		if derr := rules.Delete(context.WithoutCancel(ctx), b.owner, r.ID); err == nil {
			err = derr
		}
	}()
	if r, err = rules.Switch(ctx, b.owner, r.ID, true); err != nil {
		return err
	}
	if r, err = rules.Rule(ctx, b.owner, r.ID); err != nil {
		return err
	}
	write, _ := b.core.Store.Pools()
	var open int64
	if err := write.QueryRowContext(ctx, fmt.Sprintf(`SELECT count(*) FROM ticket WHERE workspace_id=%d AND status<>'closed'`, b.space.ID)).Scan(&open); err != nil {
		return err
	}
	ahead := rules.Config
	ahead.Now = func() time.Time { return r.Fires.Add(time.Second) }
	used, began := processorTime(), time.Now()
	if err := automating.New(ahead).Work(ctx, job.New(b.space.ID, automating.Job, struct{}{})); err != nil && !errors.As(err, new(job.Later)) {
		return err
	}
	spent := time.Since(began)
	var did int64
	if err := write.QueryRowContext(ctx, fmt.Sprintf(`SELECT count(*) FROM automation_deed WHERE workspace_id=%d AND rule_id=%d`, b.space.ID, int64(r.ID))).Scan(&did); err != nil {
		return err
	}
	out := summary([]time.Duration{spent}, spent)
	out.Name, out.Clients, out.PerSecond, out.CPU = name, 1, float64(open)/spent.Seconds(), perOp(processorTime()-used, int(open))
	b.Say("%s: asked about %d tickets that are not closed, acted on %d, in %.2f s", name, open, did, spent.Seconds())
	b.results = append(b.results, out)
	return nil
}
