package store_test

import (
	"context"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/automation"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/automating"
	"godwit.dev/godwit/internal/platform/auth"
)

// thanks makes a rule that answers what is opened, or whatever else happens, with a macro.
func (r ruled) thanks(t *testing.T, event, cond string) automation.Rule {
	t.Helper()
	macro, err := r.tickets.SaveMacro(context.Background(), r.owner, ticket.Macro{Name: "Thanks " + event, Bodies: map[string]string{"": "Thank you."}})
	must(t, err)
	return r.rule(t, event, cond, automation.Step{Do: automation.Reply, Macro: macro.ID})
}

// Nothing that a machine wrote is answered, and no spam, whichever event a rule answers; and a trial says the same.
func machinesAndSpamAreNotAnswered(t *testing.T, r ruled) {
	ctx := context.Background()
	since := r.time()
	opened, tagged := r.thanks(t, "ticket.opened", `ticket.unanswered`), r.thanks(t, "ticket.tags", ``)
	away, err := r.mail("uwe@client.example", ticket.Inbound{Body: "I am away", Form: ticket.AutoReply})
	must(t, err)
	r.work(t)
	r.became(t, "what a machine opened", opened.ID, automation.Moved)
	_, err = r.tickets.ChangeTags(ctx, r.agent, away.Ticket, []string{"x"}, nil)
	must(t, err)
	r.work(t)
	r.became(t, "what a machine wrote last", tagged.ID, automation.Moved)
	r.pass(time.Minute)
	person := r.asked(t).ID
	r.work(t)
	r.became(t, "what a person opened", opened.ID, automation.Moved, automation.Did)
	r.pass(time.Minute)
	_, err = r.tickets.SetSpam(ctx, r.agent, person, true)
	must(t, err)
	r.pass(time.Minute)
	_, err = r.tickets.ChangeTags(ctx, r.agent, person, []string{"y"}, nil)
	must(t, err)
	r.work(t)
	r.became(t, "spam", tagged.ID, automation.Moved, automation.Moved)
	for rule, want := range map[automation.ID]int64{opened.ID: 1, tagged.ID: 0} {
		x, err := r.Rule(ctx, r.lead, rule)
		must(t, err)
		got, err := r.Try(ctx, r.owner, x.Definition, since, nil)
		must(t, err)
		if got.Events != 2 || got.Acts != want {
			t.Errorf("%s, tried: %+v, want %d acts", x.Name, got, want)
		}
	}
}

// A rule that answers customers acts as long as its owner may; others need nobody.
func anOwnerWhoMayNotAnswersForNoRule(t *testing.T, r ruled) {
	ctx := context.Background()
	mute := r.lead
	mute.Permissions = auth.NewSet(auth.ManageTeams, auth.ReadTickets)
	crew := []auth.Actor{r.owner, mute}
	c := r.Config
	c.Crew = func(context.Context, auth.WorkspaceID) ([]auth.Actor, error) { return crew, nil }
	c.Tickets = r.tickets
	node := ruled{r.house, automating.New(c), r.off}
	rule, other := node.thanks(t, "ticket.opened", ``), node.rule(t, "ticket.opened", ``, automation.Step{Do: automation.Tag, Word: "x"})
	_, err := node.Save(ctx, r.owner, automating.Draft{Rule: rule.ID, Seen: 1, Owner: mute.Person(), Definition: rule.Definition})
	refused(t, err, errs.Invalid, "give a rule to who may not do what it does")
	_, err = node.Save(ctx, r.owner, automating.Draft{Rule: other.ID, Seen: 1, Owner: mute.Person(), Definition: other.Definition})
	must(t, err)
	r.asked(t)
	node.work(t)
	r.became(t, "as long as the owner may", rule.ID, automation.Did)
	crew = nil // they have left
	for range automation.MaxFailures {
		r.asked(t)
	}
	node.work(t)
	got, err := node.Rule(ctx, r.lead, rule.ID)
	must(t, err)
	if got.On || got.Off != "error.rule_owner" || len(*r.off) != 1 {
		t.Errorf("a rule whose owner has left: %+v, %d told of", got, len(*r.off))
	}
	_, err = node.Switch(ctx, r.owner, rule.ID, true)
	refused(t, err, errs.Invalid, "turn on a rule whose owner has left")
	if n := len(r.outcomes(t, other.ID)); n != automation.MaxFailures+1 {
		t.Errorf("the rule that needs nobody acted %d times", n)
	}
}
