package api

import (
	"context"
	"reflect"
	"testing"

	"godwit.dev/godwit/internal/domain/automation"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/automating"
	"godwit.dev/godwit/internal/platform/auth"
)

// automation answers by rules.
func (w *world) automation() *automating.Service {
	values := func(context.Context, auth.Actor, ticket.Ticket) (map[string]string, error) { return nil, nil }
	return automating.New(automating.Config{Store: w.store, Tickets: w.tickets, People: w.store, Values: values, Journal: w.store, Queue: w.store, IDs: w.ids, Now: w.now})
}

// stageRule makes the workspace's only rule, unless the operation makes one.
func (w *world) stageRule(m *merchant, op string, put func(kind, bool, int64)) {
	ctx, service := context.Background(), w.automation()
	list, err := service.Rules(ctx, m.owner)
	must(w.t, err)
	for _, r := range list {
		must(w.t, service.Delete(ctx, m.owner, r.ID))
	}
	if op == "ruleCreate" {
		return
	}
	r, err := service.Save(ctx, m.owner, automating.Draft{Definition: automation.Definition{
		Name: "New", When: automation.When{Event: "ticket.opened"}, Then: []automation.Step{{Do: automation.Tag, Word: "new"}}, Hourly: 100,
	}})
	must(w.t, err)
	put(aRule{}, false, int64(r.ID))
	trials, err := service.Trials(ctx, m.owner, 0)
	must(w.t, err)
	for _, t := range trials {
		_, err := service.StopTrial(ctx, m.owner, t.ID)
		must(w.t, err)
	}
	if op == "ruleTrialCreate" {
		return
	}
	t, err := service.StartTrial(ctx, m.owner, r.ID, r.Definition, w.now().AddDate(0, -1, 0))
	must(w.t, err)
	put(aRuleTrial{}, false, int64(t.ID))
}

// TestRulesComeBackAsTheyWent holds the rules of the API against those of the domain: nothing is lost on either way.
func TestRulesComeBackAsTheyWent(t *testing.T) {
	d := automation.Definition{
		Name: "All", When: automation.When{Event: "ticket.status", After: 168}, If: `ticket.spam`, Stop: true, Hourly: 7,
		Then: []automation.Step{{Do: automation.Status, Word: "pending", Wait: "carrier"}, {Do: automation.Team, Team: 3}, {Do: automation.Notify, Person: 4, Text: "x"}, {Do: automation.Reply, Macro: 5}, {Do: automation.Snooze, Hours: 9}},
	}
	timed := d
	timed.When = automation.When{Days: []string{"mon", "fri"}, Time: "09:30"}
	for _, d := range []automation.Definition{d, timed} {
		if got := ruleDefinition(d).definition(); !reflect.DeepEqual(got, d) {
			t.Errorf("came back as\n%+v, was\n%+v", got, d)
		}
	}
}
