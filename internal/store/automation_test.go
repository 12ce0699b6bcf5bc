package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/automation"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/automating"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/job"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// ruled is a house that answers by rules.
type ruled struct {
	*house
	*automating.Service
	off *[]automation.Rule // those that were switched off by themselves
}

func newRuled(t *testing.T, s *store.Store) ruled {
	t.Helper()
	h, _ := newHouse(t, s)
	return newRuledIn(h, s)
}

// newRuledIn has a house that is there answer by rules.
func newRuledIn(h *house, s *store.Store) ruled {
	var off []automation.Rule
	values := func(_ context.Context, _ auth.Actor, k ticket.Ticket) (map[string]string, error) {
		return map[string]string{"ticket.number": fmt.Sprint(k.Number)}, nil
	}
	r := automating.New(automating.Config{Store: s, Tickets: h.tickets, People: s, Values: values, Journal: s, Queue: s, IDs: h.ids, Now: h.time,
		Crew: func(context.Context, auth.WorkspaceID) ([]auth.Actor, error) {
			return []auth.Actor{h.owner, h.lead, h.agent}, nil
		},
		Disabled: func(_ context.Context, r automation.Rule) error { off = append(off, r); return nil }})
	return ruled{h, r, &off}
}

// rule makes a rule that is on.
func (r ruled) rule(t *testing.T, event, cond string, steps ...automation.Step) automation.Rule {
	t.Helper()
	return r.made(t, automation.Definition{Name: event + " " + cond, When: automation.When{Event: event}, If: cond, Then: steps, Hourly: 100})
}

func (r ruled) made(t *testing.T, d automation.Definition) automation.Rule {
	t.Helper()
	x, err := r.Save(context.Background(), r.owner, automating.Draft{Definition: d})
	must(t, err)
	if x.On {
		t.Error("a new rule is on")
	}
	x, err = r.Switch(context.Background(), r.owner, x.ID, true)
	must(t, err)
	return x
}

// work answers what is due and returns when there is more.
func (r ruled) work(t *testing.T) time.Time {
	t.Helper()
	var later job.Later
	if err := r.Work(context.Background(), job.New(r.w, automating.Job, struct{}{})); err != nil && !errors.As(err, &later) {
		t.Fatal(err)
	}
	return later.At
}

// outcomes are what became of a rule, the oldest first.
func (r ruled) outcomes(t *testing.T, id automation.ID) (out []string) {
	t.Helper()
	list, err := r.Deeds(context.Background(), r.lead, id, 0, 100)
	must(t, err)
	for _, d := range slices.Backward(list) {
		out = append(out, d.Outcome)
	}
	return out
}

func (r ruled) became(t *testing.T, what string, id automation.ID, want ...string) {
	t.Helper()
	if got := r.outcomes(t, id); !slices.Equal(got, want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// TestAutomation runs the stories of rules on each engine.
func TestAutomation(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		for name, story := range map[string]func(*testing.T, ruled){
			"all verbs": allVerbs, "rules answer in order": rulesAnswerInOrder, "rules wait": rulesWait, "rules do not answer themselves": rulesDoNotAnswerThemselves, "two nodes do it once": twoNodesDoItOnce,
			"a crash does nothing by halves": aCrashDoesNothingByHalves, "a rule that fails is switched off": aRuleThatFailsIsSwitchedOff, "quotas hold": quotasHold, "orders without a ticket": ordersWithoutATicket,
			"a message is answered once": aMessageIsAnsweredOnce, "claims and traces are answered": claimsAndTracesAreAnswered, "rules have rights and versions": rulesHaveRightsAndVersions, "the past is asked": thePastIsAsked,
			"a page of the past is read at its front": aPageOfThePastIsReadAtItsFront, "a trial runs in the background": aTrialRunsInTheBackground, "the past of orders is asked": thePastOfOrdersIsAsked,
			"a ticket has a quota of its own": aTicketHasAQuotaOfItsOwn, "failures count in a row": failuresCountInARow, "a rule that stops stops later ones only": aRuleThatStopsStopsLaterOnesOnly, "rules stay in their house": rulesStayInTheirHouse,
			"rules fire by the calendar": rulesFireByTheCalendar, "a firing survives a crash": aFiringSurvivesACrash, "a firing owes what holds": aFiringOwesWhatHolds, "machines and spam are not answered": machinesAndSpamAreNotAnswered, "an owner who may not answers for no rule": anOwnerWhoMayNotAnswersForNoRule, "the past of the calendar is asked": thePastOfTheCalendarIsAsked,
		} {
			t.Run(name, func(t *testing.T) { story(t, newRuled(t, s)) })
		}
	})
}

func allVerbs(t *testing.T, r ruled) {
	ctx := context.Background()
	macro, err := r.tickets.SaveMacro(ctx, r.owner, ticket.Macro{Name: "Hello", Bodies: map[string]string{"": "Thank you, we look at {{ticket.number}}."}})
	must(t, err)
	rule := r.rule(t, "ticket.sorted", `ticket.priority < "urgent"`,
		automation.Step{Do: automation.Tag, Word: "Lost Parcel"}, automation.Step{Do: automation.Raise, Word: "urgent"}, automation.Step{Do: automation.Raise, Word: "low"}, automation.Step{Do: automation.Team, Team: r.team},
		automation.Step{Do: automation.Assign, Person: r.lead.Person()}, automation.Step{Do: automation.Topic, Word: "lost_parcel"}, automation.Step{Do: automation.Notify, Person: r.agent.Person(), Text: "look"},
		automation.Step{Do: automation.Call, Word: "erp"}, automation.Step{Do: automation.Reply, Macro: macro.ID}, automation.Step{Do: automation.Status, Word: "pending", Wait: "carrier"})
	if next := r.work(t); !next.IsZero() {
		t.Errorf("nothing is due, and it wants to look at %v", next)
	}
	before := r.time()
	id := must1(r.mail("eva@client.example", ticket.Inbound{Body: german}))(t).Ticket
	r.work(t)
	k := r.get(t, id)
	if !slices.Equal(k.Tags, []string{"lost-parcel"}) || k.Priority != ticket.Urgent || k.Team != r.team || k.Assignee != r.lead.Person() || k.Topic != "lost_parcel" || k.Status != ticket.Pending || k.Waiting != ticket.ForCarrier {
		t.Errorf("%+v", k)
	}
	r.became(t, "all verbs", rule.ID, automation.Did)
	thread, err := r.Messages(ctx, r.w, id, 0, 10)
	must(t, err)
	if n := len(thread); n != 3 || thread[1].Kind != ticket.KindNote || !slices.Equal(thread[1].Mentions, []auth.PersonID{r.agent.Person()}) || thread[2].Body != fmt.Sprintf("Thank you, we look at %d.", k.Number) || thread[2].AuthorKind != auth.Rule {
		t.Errorf("%d messages: %+v", n, thread)
	}
	called, err := r.EventsOf(ctx, r.w, automating.CalledKind, before.AddDate(-1, 0, 0), 5)
	must(t, err)
	if len(called) != 1 || called[0].ActorKind != auth.Rule || called[0].ActorName != rule.Name {
		t.Errorf("webhooks are told %+v", called)
	}
	events, err := r.Timeline(ctx, r.w, id, time.Time{}, time.Time{}, 100)
	must(t, err)
	for _, e := range events {
		if e.Kind == "ticket.tags" && (e.ActorKind != auth.Rule || e.ActorID != int64(rule.ID)) {
			t.Errorf("tagged by %s %d", e.ActorKind, e.ActorID)
		}
	}
	r.pass(time.Minute) // and nothing that a machine wrote is answered
	_, err = r.mail("eva@client.example", ticket.Inbound{Body: "I am away", Form: ticket.AutoReply})
	must(t, err)
	auto := r.rule(t, "ticket.received", ``, automation.Step{Do: automation.Reply, Macro: macro.ID})
	_, err = r.mail("uwe@client.example", ticket.Inbound{Body: "I am away", Form: ticket.AutoReply})
	must(t, err)
	r.work(t)
	r.became(t, "an answer to a machine", auto.ID, automation.Moved)
}

// must1 returns a value unless there was an error.
func must1[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		must(t, err)
		return v
	}
}

func rulesAnswerInOrder(t *testing.T, r ruled) {
	ctx := context.Background()
	late := r.rule(t, "ticket.opened", `not (ticket.tags has "first")`, automation.Step{Do: automation.Tag, Word: "late"})
	first := r.made(t, automation.Definition{Name: "First", When: automation.When{Event: "ticket.opened"}, Then: []automation.Step{{Do: automation.Tag, Word: "first"}}, Hourly: 9})
	id := r.asked(t).ID
	r.work(t)
	if k := r.get(t, id); !slices.Equal(k.Tags, []string{"first", "late"}) {
		t.Errorf("in the order in which they were made: %v", k.Tags)
	}
	must(t, r.Order(ctx, r.lead, []automation.ID{first.ID, late.ID}))
	id = r.asked(t).ID
	r.work(t)
	if k := r.get(t, id); !slices.Equal(k.Tags, []string{"first"}) {
		t.Errorf("in another order: %v", k.Tags)
	}
	refused(t, r.Order(ctx, r.lead, []automation.ID{first.ID}), errs.Conflict, "an order of some")
	d := late.Definition
	d.If = ""
	_, err := r.Save(ctx, r.lead, automating.Draft{Rule: late.ID, Seen: 1, Definition: d})
	must(t, err)
	d = first.Definition
	d.Stop = true
	_, err = r.Save(ctx, r.lead, automating.Draft{Rule: first.ID, Seen: 1, Definition: d})
	must(t, err)
	id = r.asked(t).ID
	r.work(t)
	if k := r.get(t, id); !slices.Equal(k.Tags, []string{"first"}) {
		t.Errorf("the first stops: %v", k.Tags)
	}
}

func rulesWait(t *testing.T, r ruled) {
	ctx := context.Background()
	week := r.made(t, automation.Definition{Name: "Close", When: automation.When{Event: "ticket.status", After: 168}, If: `ticket.status = "solved" and ticket.solved_hours >= 168`, Then: []automation.Step{{Do: automation.Status, Word: "closed"}}, Hourly: 9})
	quiet, loud := r.asked(t).ID, r.asked(t).ID
	solved := r.time()
	for _, id := range []ticket.ID{quiet, loud} {
		_, err := r.tickets.SetStatus(ctx, r.agent, id, ticket.Solved, "")
		must(t, err)
	}
	if next := r.work(t); !next.Equal(solved.Add(168 * time.Hour)) {
		t.Errorf("looks again at %v", next)
	}
	r.pass(100 * time.Hour)
	for _, to := range []ticket.Status{ticket.Open, ticket.Solved} {
		_, err := r.tickets.SetStatus(ctx, r.agent, loud, to, "")
		must(t, err)
	}
	r.pass(68 * time.Hour)
	r.work(t)
	if a, b := r.get(t, quiet).Status, r.get(t, loud).Status; a != ticket.Closed || b != ticket.Solved {
		t.Errorf("after a week: %s, and %s what was solved again", a, b)
	}
	d := week.Definition
	d.When.After = 200
	_, err := r.Save(ctx, r.owner, automating.Draft{Rule: week.ID, Seen: 1, Definition: d})
	must(t, err)
	r.pass(101 * time.Hour)
	r.work(t)
	if s := r.get(t, loud).Status; s != ticket.Solved {
		t.Errorf("a newer version waits longer, and the ticket is %s", s)
	}
	r.pass(100 * time.Hour)
	r.work(t)
	if s := r.get(t, loud).Status; s != ticket.Closed {
		t.Errorf("in the end the ticket is %s", s)
	}
	third := r.asked(t).ID
	_, err = r.tickets.SetStatus(ctx, r.agent, third, ticket.Solved, "")
	must(t, err)
	_, err = r.Switch(ctx, r.owner, week.ID, false)
	must(t, err)
	r.pass(300 * time.Hour)
	if next := r.work(t); !next.IsZero() || r.get(t, third).Status != ticket.Solved {
		t.Error("a rule that is off acted")
	}
}

func rulesDoNotAnswerThemselves(t *testing.T, r ruled) {
	ping := r.rule(t, "ticket.tags", `ticket.tags has "pong"`, automation.Step{Do: automation.Untag, Word: "pong"}, automation.Step{Do: automation.Tag, Word: "ping"})
	pong := r.rule(t, "ticket.tags", `ticket.tags has "ping"`, automation.Step{Do: automation.Untag, Word: "ping"}, automation.Step{Do: automation.Tag, Word: "pong"})
	id := r.asked(t).ID
	_, err := r.tickets.ChangeTags(context.Background(), r.agent, id, []string{"ping"}, nil)
	must(t, err)
	r.work(t)
	// pong answers the person, ping what pong did; then pong would answer itself.
	if got := r.outcomes(t, ping.ID); got[0] != automation.Did {
		t.Errorf("ping: %v", got)
	}
	if got := r.outcomes(t, pong.ID); got[0] != automation.Did || got[len(got)-1] != automation.Loop {
		t.Errorf("pong: %v", got)
	}
	for _, x := range []automation.Rule{ping, pong} {
		did := 0
		for _, o := range r.outcomes(t, x.ID) {
			if o == automation.Did {
				did++
			}
		}
		if did != 1 {
			t.Errorf("%s acted %d times", x.Name, did)
		}
	}
	var chain []automation.Rule
	for i, kind := range []string{"ticket.topic", "ticket.team", "ticket.priority", "ticket.subject"} {
		step := []automation.Step{{Do: automation.Team, Team: r.team}, {Do: automation.Priority, Word: "high"}, {Do: automation.Priority, Word: "low"}, {Do: automation.Tag, Word: "end"}}[i]
		if kind == "ticket.subject" {
			kind = "ticket.priority"
		}
		chain = append(chain, r.rule(t, kind, ``, step))
	}
	_, err = r.tickets.SetTopic(context.Background(), r.agent, id, "invoice")
	must(t, err)
	r.work(t)
	if got := r.outcomes(t, chain[3].ID); !slices.Contains(got, automation.Deep) {
		t.Errorf("at the end of a long chain: %v", got)
	}
}

func twoNodesDoItOnce(t *testing.T, r ruled) {
	ctx := context.Background()
	rule := r.rule(t, "ticket.opened", ``, automation.Step{Do: automation.Note, Text: "seen"})
	var all []ticket.ID
	for range 12 {
		all = append(all, r.asked(t).ID)
	}
	other := automating.New(r.Config)
	var g errgroup.Group
	for range 2 {
		for _, node := range []*automating.Service{r.Service, other} {
			g.Go(func() error { return node.Work(ctx, job.New(r.w, automating.Job, struct{}{})) })
		}
	}
	must(t, g.Wait())
	for _, id := range all {
		if n := r.told(t, id, "ticket.noted"); n != 1 {
			t.Errorf("noted %d times", n)
		}
	}
	if got := r.outcomes(t, rule.ID); len(got) != len(all) {
		t.Errorf("%d deeds", len(got))
	}
}

// dying are tickets whose process ends after a note was written.
type dying struct {
	automating.Tickets
	once *bool
}

var errDied = errors.New("died")

func (d dying) ChangeTags(ctx context.Context, a auth.Actor, t ticket.ID, add, remove []string) (event.ID, error) {
	id, err := d.Tickets.ChangeTags(ctx, a, t, add, remove)
	if err == nil && !*d.once {
		*d.once = true
		return 0, errDied
	}
	return id, err
}

func aCrashDoesNothingByHalves(t *testing.T, r ruled) {
	rule := r.rule(t, "ticket.opened", ``, automation.Step{Do: automation.Note, Text: "seen"}, automation.Step{Do: automation.Tag, Word: "seen"})
	id := r.asked(t).ID
	c := r.Config
	c.Tickets = dying{r.tickets, new(bool)}
	node := ruled{r.house, automating.New(c), r.off}
	next := node.work(t)
	if k := r.get(t, id); len(k.Tags) != 0 || r.told(t, id, "ticket.noted") != 0 || len(r.outcomes(t, rule.ID)) != 0 {
		t.Errorf("a part stands: %v", k.Tags)
	}
	if want := r.time().Add(time.Minute); !next.Equal(want) {
		t.Errorf("tries again at %v, want %v", next, want)
	}
	r.pass(time.Minute)
	node.work(t)
	node.work(t)
	if k := r.get(t, id); !slices.Equal(k.Tags, []string{"seen"}) || r.told(t, id, "ticket.noted") != 1 {
		t.Errorf("after the second try: %v, noted %d times", k.Tags, r.told(t, id, "ticket.noted"))
	}
	r.became(t, "after the second try", rule.ID, automation.Did)
}

func aRuleThatFailsIsSwitchedOff(t *testing.T, r ruled) {
	ctx := context.Background()
	macro, err := r.tickets.SaveMacro(ctx, r.owner, ticket.Macro{Name: "Blank", Bodies: map[string]string{"": "Dear {{customer.name}}"}})
	must(t, err)
	rule := r.rule(t, "ticket.opened", ``, automation.Step{Do: automation.Tag, Word: "half"}, automation.Step{Do: automation.Reply, Macro: macro.ID})
	for range automation.MaxFailures {
		id := r.asked(t).ID
		r.work(t)
		if k := r.get(t, id); len(k.Tags) != 0 || k.Messages != 1 {
			t.Errorf("a part stands: %v", k.Tags)
		}
	}
	if len(*r.off) != 1 || (*r.off)[0].Off != "error.rule_blank" || (*r.off)[0].Owner != r.owner.Person() {
		t.Errorf("told of %+v", *r.off)
	}
	x, err := r.Rule(ctx, r.lead, rule.ID)
	must(t, err)
	if x.On || x.Off == "" {
		t.Errorf("%+v", x)
	}
	r.asked(t)
	r.work(t)
	if got := r.outcomes(t, rule.ID); len(got) != automation.MaxFailures || got[0] != automation.Failed {
		t.Errorf("%v", got)
	}
	x, err = r.Switch(ctx, r.owner, rule.ID, true)
	must(t, err)
	if x.Failures != 0 || x.Off != "" {
		t.Errorf("on again: %+v", x)
	}
	must(t, r.tickets.DeleteMacro(ctx, r.owner, macro.ID))
	_, err = r.Switch(ctx, r.owner, rule.ID, false)
	must(t, err)
	_, err = r.Switch(ctx, r.owner, rule.ID, true)
	refused(t, err, errs.Invalid, "turn on what names a macro that is gone")
}

func quotasHold(t *testing.T, r ruled) {
	rule := r.made(t, automation.Definition{Name: "Two", When: automation.When{Event: "ticket.opened"}, Then: []automation.Step{{Do: automation.Tag, Word: "x"}}, Hourly: 2})
	for range 3 {
		r.asked(t)
	}
	r.work(t)
	r.became(t, "two an hour", rule.ID, automation.Did, automation.Did, automation.Quota)
	r.pass(61 * time.Minute)
	r.asked(t)
	r.work(t)
	r.became(t, "an hour later", rule.ID, automation.Did, automation.Did, automation.Quota, automation.Did)
}

// stalls tells that a parcel stalls.
func (r ruled) stalls(t *testing.T, id int64, data map[string]any) {
	t.Helper()
	e := event.New("shipment.stalled", auth.ForSystem(r.w), event.Subject{Kind: "shipment", ID: id}, 0, data)
	e.At = r.time()
	must(t, r.Append(context.Background(), e))
}

func ordersWithoutATicket(t *testing.T, r ruled) {
	ctx := context.Background()
	rule := r.rule(t, "shipment.stalled", `order.known and order.total >= 0 EUR`, automation.Step{Do: automation.Open, Text: "Ask the carrier"}, automation.Step{Do: automation.Tag, Word: "stalled"})
	tags := r.rule(t, "shipment.stalled", `order.known`, automation.Step{Do: automation.Tag, Word: "never"})
	r.stalls(t, 1, map[string]any{"order": int64(r.order.ID)})
	r.stalls(t, 2, map[string]any{})
	_, err := r.Switch(ctx, r.owner, tags.ID, false)
	must(t, err)
	r.work(t)
	list, err := r.house.TicketsOfOrder(ctx, r.w, r.order.ID, 5)
	must(t, err)
	if len(list) != 1 || !list[0].HasTag("stalled") || list[0].Subject != "Ask the carrier" {
		t.Errorf("%+v", list)
	}
	r.became(t, "opened", rule.ID, automation.Did)
	r.stalls(t, 1, map[string]any{"order": int64(r.order.ID)})
	r.work(t)
	if list, err = r.house.TicketsOfOrder(ctx, r.w, r.order.ID, 5); err != nil || len(list) != 1 || list[0].Messages != 2 {
		t.Errorf("noted on the one that there is: %+v, %v", list, err)
	}
}

func rulesHaveRightsAndVersions(t *testing.T, r ruled) {
	ctx := context.Background()
	good := automation.Definition{Name: " Two  words ", When: automation.When{Event: "ticket.opened"}, Then: []automation.Step{{Do: automation.Tag, Word: "a"}}, Hourly: 5}
	_, err := r.Save(ctx, r.agent, automating.Draft{Definition: good})
	refused(t, err, errs.Denied, "an agent saves a rule")
	narrow := r.lead
	narrow.Restricted = true
	_, err = r.Rules(ctx, narrow)
	refused(t, err, errs.Denied, "who sees a part reads rules")
	x, err := r.Save(ctx, r.lead, automating.Draft{Definition: good})
	must(t, err)
	if x.Name != "Two words" || x.On || x.Version != 1 || x.Owner != r.lead.Person() {
		t.Errorf("%+v", x)
	}
	for place, s := range map[string]automation.Step{"then.0.team": {Do: automation.Team, Team: 1}, "then.0.person": {Do: automation.Assign, Person: 1}, "then.0.macro": {Do: automation.Reply, Macro: 1}} {
		bad := good
		bad.Then = []automation.Step{s}
		_, err = r.Save(ctx, r.owner, automating.Draft{Definition: bad})
		if list := errs.Fields(err); len(list) != 1 || list[0].Field != place {
			t.Errorf("%s: %v", place, err)
		}
	}
	call := good
	call.Then = []automation.Step{{Do: automation.Call, Word: "erp"}}
	_, err = r.Save(ctx, r.lead, automating.Draft{Definition: call})
	refused(t, err, errs.Denied, "who manages no webhooks lets a rule tell them")
	next := good
	next.If = `ticket.spam`
	y, err := r.Save(ctx, r.owner, automating.Draft{Rule: x.ID, Seen: 1, Owner: r.agent.Person(), Definition: next})
	must(t, err)
	if y.Version != 2 || y.Owner != r.agent.Person() || y.SavedBy != r.owner.Person() {
		t.Errorf("%+v", y)
	}
	_, err = r.Save(ctx, r.lead, automating.Draft{Rule: x.ID, Seen: 1, Definition: good})
	refused(t, err, errs.Conflict, "over another's version")
	list, err := r.Versions(ctx, r.lead, x.ID)
	must(t, err)
	if len(list) != 2 || list[0].If != `ticket.spam` || list[1].If != "" || list[1].SavedBy != r.lead.Person() {
		t.Errorf("%+v", list)
	}
	must(t, r.Delete(ctx, r.lead, x.ID))
	_, err = r.Rule(ctx, r.lead, x.ID)
	refused(t, err, errs.NotFound, "a rule that is deleted")
	if n, err := r.EventsOf(ctx, r.w, automating.DeletedKind, r.time().AddDate(-1, 0, 0), 5); err != nil || len(n) != 1 {
		t.Errorf("told of %+v, %v", n, err)
	}
}

// thePastIsAsked tries rules on what happened, and holds the fold of each journal against the ticket as it stands.
func thePastIsAsked(t *testing.T, r ruled) {
	ctx := context.Background()
	since := r.time()
	quiet, loud := must1(r.mail("eva@client.example", ticket.Inbound{Body: german}))(t).Ticket, r.asked(t).ID
	for _, id := range []ticket.ID{quiet, loud} {
		_, err := r.tickets.ChangeTags(ctx, r.agent, id, []string{"b2b", "old"}, nil)
		must(t, err)
		_, err = r.tickets.ChangeTags(ctx, r.agent, id, nil, []string{"old"})
		must(t, err)
		_, err = r.tickets.SetPriority(ctx, r.agent, id, ticket.High)
		must(t, err)
		r.pass(time.Millisecond) // what is told at one instant was done with one act
		_, err = r.tickets.Assign(ctx, r.agent, id, r.lead.Person())
		must(t, err)
		_, err = r.tickets.Reply(ctx, r.agent, id, ticket.NewReply{Body: "It is on its way.", Then: ticket.Pending})
		must(t, err)
		r.pass(time.Hour)
		_, err = r.tickets.SetStatus(ctx, r.agent, id, ticket.Solved, "")
		must(t, err)
	}
	r.pass(100 * time.Hour)
	for _, to := range []ticket.Status{ticket.Open, ticket.Solved} {
		_, err := r.tickets.SetStatus(ctx, r.agent, loud, to, "")
		must(t, err)
		r.pass(time.Millisecond)
	}
	r.pass(100 * time.Hour)
	_, err := r.tickets.SetPriority(ctx, r.agent, quiet, ticket.Low)
	must(t, err)
	step := []automation.Step{{Do: automation.Tag, Word: "x"}}
	for _, x := range []struct {
		event, cond  string
		after        int
		events, acts int64
	}{
		{"ticket.status", `ticket.status = "solved"`, 0, 6, 3},
		{"ticket.status", `ticket.status = "solved" and ticket.solved_hours >= 168`, 168, 6, 1},
		{"ticket.priority", `ticket.priority = "high" and ticket.tags has "b2b" and not ticket.assigned`, 0, 3, 2},
		{"ticket.priority", `ticket.tags has "old"`, 0, 3, 0},
		{"ticket.replied", `ticket.messages = 2 and not ticket.unanswered`, 0, 2, 2},
		{"ticket.assigned", `ticket.status = "pending"`, 2, 2, 0},
		{"ticket.assigned", `customer.tier = ""`, 0, 2, 2},
	} {
		var told int64
		got, err := r.Try(ctx, r.lead, automation.Definition{Name: "x", When: automation.When{Event: x.event, After: x.after}, If: x.cond, Then: step, Hourly: 100}, since, func(done, total int64) { told = done })
		must(t, err)
		if got.Events != x.events || got.Acts != x.acts || got.Looked != 2 || got.Total != 2 || told != 2 || got.Unlike != 0 || got.Stopped || int64(len(got.Examples)) != x.acts {
			t.Errorf("%s %d %s: %+v", x.event, x.after, x.cond, got)
		}
		if today := slices.Contains(got.Today, "customer.tier"); today != (x.cond == `customer.tier = ""`) {
			t.Errorf("%s: read as they are today: %v", x.cond, got.Today)
		}
	}
	once := automation.Definition{Name: "x", When: automation.When{Event: "ticket.status"}, Then: step, Hourly: 1}
	got, err := r.Try(ctx, r.lead, once, since, nil)
	must(t, err)
	if got.Acts+got.Over != 6 || got.Over == 0 {
		t.Errorf("once an hour: %+v", got)
	}
	over, stop := context.WithCancel(ctx)
	stop()
	if got, err := r.Try(over, r.lead, once, since, nil); err == nil && !got.Stopped {
		t.Errorf("with a caller who had enough: %+v", got)
	}
	_, err = r.Try(ctx, r.agent, once, since, nil)
	refused(t, err, errs.Denied, "an agent tries a rule")
	if n := r.told(t, quiet, "ticket.tags"); n != 2 {
		t.Error("the trial wrote")
	}
}
