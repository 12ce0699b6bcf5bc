package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/automation"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/domain/triage"
	"godwit.dev/godwit/internal/flow/automating"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

func aTicketHasAQuotaOfItsOwn(t *testing.T, r ruled) {
	ctx := context.Background()
	rule := r.made(t, automation.Definition{Name: "Often", When: automation.When{Event: "ticket.tags"}, Then: []automation.Step{{Do: automation.Priority, Word: "low"}, {Do: automation.Priority, Word: "high"}}, Hourly: 1000})
	one, other := r.asked(t).ID, r.asked(t).ID
	tag := func(id ticket.ID, n int) {
		_, err := r.tickets.ChangeTags(ctx, r.agent, id, []string{fmt.Sprint("n", n)}, nil)
		must(t, err)
	}
	for n := range automation.MaxTicket + 1 {
		tag(one, n)
	}
	tag(other, 0)
	r.work(t)
	got := r.outcomes(t, rule.ID)
	for n, o := range got {
		if want := n != automation.MaxTicket; len(got) != automation.MaxTicket+2 || want != (o == automation.Did) || !want && o != automation.Quota {
			t.Errorf("ten times a day on one ticket: %v", got)
		}
	}
	r.pass(25 * time.Hour)
	tag(one, 99)
	r.work(t)
	if got := r.outcomes(t, rule.ID); got[len(got)-1] != automation.Did {
		t.Errorf("a day later: %v", got)
	}
}

// failuresCountInARow lets a rule fail as often as it may, succeed, and fail again.
func failuresCountInARow(t *testing.T, r ruled) {
	ctx := context.Background()
	macro := ticket.Macro{Name: "Blank", Bodies: map[string]string{"": "Dear {{customer.name}}"}}
	text := func(s string) {
		macro.Bodies = map[string]string{"": s}
		m, err := r.tickets.SaveMacro(ctx, r.owner, macro)
		must(t, err)
		macro = m
	}
	text("Dear {{customer.name}}")
	rule := r.rule(t, "ticket.opened", ``, automation.Step{Do: automation.Reply, Macro: macro.ID})
	fail := func() {
		for range automation.MaxFailures - 1 {
			r.asked(t)
			r.work(t)
		}
	}
	fail()
	text("Thank you.")
	r.asked(t)
	r.work(t)
	text("Dear {{customer.name}}")
	fail()
	x, err := r.Rule(ctx, r.lead, rule.ID)
	must(t, err)
	if got := r.outcomes(t, rule.ID); !x.On || x.Failures != automation.MaxFailures-1 || got[automation.MaxFailures-1] != automation.Did {
		t.Errorf("%+v %v", x, got)
	}
	r.asked(t)
	r.work(t)
	if x, err = r.Rule(ctx, r.lead, rule.ID); err != nil || x.On {
		t.Errorf("once more: %+v, %v", x, err)
	}
}

func aRuleThatStopsStopsLaterOnesOnly(t *testing.T, r ruled) {
	tag := func(name, cond string, stop bool) {
		r.made(t, automation.Definition{Name: name, When: automation.When{Event: "ticket.opened"}, If: cond, Then: []automation.Step{{Do: automation.Tag, Word: name}}, Stop: stop, Hourly: 9})
	}
	tag("a", ``, false)
	tag("b", `ticket.spam`, true) // does not act, and so stops nothing
	tag("c", ``, true)
	tag("d", ``, false)
	one, other := r.asked(t).ID, r.asked(t).ID // that of one event leaves those of another
	r.work(t)
	for _, id := range []ticket.ID{one, other} {
		if k := r.get(t, id); fmt.Sprint(k.Tags) != "[a c]" {
			t.Errorf("%v", k.Tags)
		}
	}
}

// rulesStayInTheirHouse asks with the numbers of another workspace's records.
func rulesStayInTheirHouse(t *testing.T, r ruled) {
	ctx := context.Background()
	x := r.rule(t, "ticket.opened", ``, automation.Step{Do: automation.Tag, Word: "x"})
	away := r.owner
	away.Workspace++
	for what, do := range map[string]func() error{
		"read":     func() error { _, err := r.Rule(ctx, away, x.ID); return err },
		"switch":   func() error { _, err := r.Switch(ctx, away, x.ID, false); return err },
		"delete":   func() error { return r.Delete(ctx, away, x.ID) },
		"versions": func() error { _, err := r.Versions(ctx, away, x.ID); return err },
		"save": func() error {
			_, err := r.Save(ctx, away, automating.Draft{Rule: x.ID, Seen: 1, Definition: x.Definition})
			return err
		},
		"try": func() error { _, err := r.StartTrial(ctx, away, x.ID, x.Definition, r.time()); return err },
	} {
		if err := do(); !errs.Is(err, errs.NotFound) {
			t.Errorf("%s the rule of another workspace: %v", what, err)
		}
	}
	for what, do := range map[string]func() error{
		"switch":   func() error { _, err := r.Switch(ctx, r.agent, x.ID, false); return err },
		"delete":   func() error { return r.Delete(ctx, r.agent, x.ID) },
		"order":    func() error { return r.Order(ctx, r.agent, []automation.ID{x.ID}) },
		"versions": func() error { _, err := r.Versions(ctx, r.agent, x.ID); return err },
		"deeds":    func() error { _, err := r.Deeds(ctx, r.agent, x.ID, 0, 5); return err },
		"names":    func() error { _, err := r.Names(ctx, r.agent); return err },
	} {
		refused(t, do(), errs.Denied, "an agent: "+what)
	}
}

// An outside model that tells what a message is about, after triage had read it, is heard by rules that did nothing yet.
func aMessageIsAnsweredOnce(t *testing.T, r ruled) {
	ctx := context.Background()
	every := r.made(t, automation.Definition{Name: "Every", When: automation.When{Event: "ticket.sorted"}, Then: []automation.Step{{Do: automation.Call, Word: "erp"}}, Hourly: 9})
	invoice := r.rule(t, "ticket.sorted", `ticket.topic = "invoice"`, automation.Step{Do: automation.Tag, Word: "bill"})
	m := must1(r.mail("eva@client.example", ticket.Inbound{Subject: "Hello", Body: vague}))(t)
	r.work(t)
	r.became(t, "what triage told", every.ID, automation.Did)
	r.became(t, "no invoice yet", invoice.ID)
	r.pass(time.Minute)
	if done, err := r.tickets.Told(ctx, r.w, m.Message, triage.Invoice); err != nil || !done {
		t.Fatalf("told: %v, %v", done, err)
	}
	r.work(t)
	r.became(t, "what the model told", every.ID, automation.Did)
	r.became(t, "an invoice", invoice.ID, automation.Did)
	r.pass(time.Minute) // and a message that came since is another one
	next := must1(r.mail("eva@client.example", ticket.Inbound{Subject: "Re: " + r.get(t, m.Ticket).Subject, Body: vague}))(t)
	r.work(t)
	if got := r.outcomes(t, every.ID); len(got) != 2 || next.Ticket != m.Ticket {
		t.Errorf("the next message: %v, on its ticket: %v", got, next.Ticket == m.Ticket)
	}
}

// What becomes of claims, traces and letters about parcels names an order, and is answered on its ticket.
func claimsAndTracesAreAnswered(t *testing.T, r ruled) {
	ctx := context.Background()
	kinds := []string{"recovery.moved", "trace.due", "proactive.failed"}
	for _, k := range kinds {
		r.rule(t, k, `order.known`, automation.Step{Do: automation.Open, Text: "A parcel"}, automation.Step{Do: automation.Tag, Word: k[:5]})
		e := event.New(k, auth.ForSystem(r.w), event.Subject{Kind: "order", ID: int64(r.order.ID)}, 0, map[string]any{"order": int64(r.order.ID)})
		e.At = r.time()
		must(t, r.Append(ctx, e))
	}
	r.work(t)
	list, err := r.house.TicketsOfOrder(ctx, r.w, r.order.ID, 5)
	must(t, err)
	if len(list) != 1 {
		t.Fatalf("%d tickets", len(list))
	}
	for _, k := range kinds {
		if !list[0].HasTag(k[:5]) {
			t.Errorf("%s was not answered: %v", k, list[0].Tags)
		}
	}
}
