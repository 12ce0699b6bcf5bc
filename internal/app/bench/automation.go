package bench

import (
	"context"
	"fmt"
	"time"

	"godwit.dev/godwit/internal/domain/automation"
)

// triedRules are the rules of the measure: one that asks about the moment of the event, and one that waits a day after
// every message.
var triedRules = []struct {
	name, event, cond string
	after             int
}{
	{"automation: a year tried, at once", "ticket.received", `order.total >= 50 EUR and ticket.tags has "late" and ticket.status in ["new", "open"]`, 0},
	{"automation: a year tried, a day later", "ticket.received", `ticket.unanswered and ticket.status in ["new", "open"] and not ticket.spam`, 24},
}

// automation measures how fast a rule is tried on all loaded tickets.
func (b *bench) automation(ctx context.Context) error {
	for _, x := range triedRules {
		if !b.wanted(x.name) {
			continue
		}
		rule := automation.Definition{Name: x.name, When: automation.When{Event: x.event, After: x.after}, If: x.cond, Then: []automation.Step{{Do: automation.Tag, Word: "tried"}}, Hourly: automation.MaxHourly}
		used, began := processorTime(), time.Now()
		did, err := b.core.Automation.Try(ctx, b.owner, rule, began.AddDate(-1, 0, 0), func(done, total int64) { b.Progress("tickets tried", int(done), int(total)) })
		if err != nil {
			return fmt.Errorf("measure %s: %w", x.name, err)
		}
		spent := time.Since(began)
		r := summary([]time.Duration{spent}, spent)
		r.Name, r.Clients, r.PerSecond, r.CPU = x.name, 1, float64(did.Looked)/spent.Seconds(), perOp(processorTime()-used, int(did.Looked))
		b.Say("%s: %d tickets, %d events and %d acts in %.2f s; %d journals end unlike the ticket", x.name, did.Looked, did.Events, did.Acts, spent.Seconds(), did.Unlike)
		b.results = append(b.results, r)
	}
	return nil
}
