package store_test

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/automation"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/automating"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/job"
)

// aPageOfThePastIsReadAtItsFront holds the plan that makes a trial of a year fast: what a page does not show is not read.
func aPageOfThePastIsReadAtItsFront(t *testing.T, r ruled) {
	var plans []string
	r.DB.Trace(func(text string, args []any) { plans = append(plans, explain(t, r.house.Store, text, args)) })
	_, err := r.PastSubjects(context.Background(), r.w, r.time(), 7, 10)
	must(t, err)
	_, err = r.PastEvents(context.Background(), r.w, 7, 1000)
	r.DB.Trace(nil)
	must(t, err)
	if len(plans) != 2 {
		t.Fatalf("%d statements", len(plans))
	}
	if r.Lite() && !strings.Contains(plans[0], "SEARCH t USING INTEGER PRIMARY KEY") {
		t.Errorf("tickets are searched for:\n%s", plans[0])
	}
	for _, p := range plans {
		if !strings.Contains(p, "event_ticket") {
			t.Errorf("the journal is not read by its index:\n%s", p)
		}
	}
}

// slowPast is a store whose pages of the past are waited for.
type slowPast struct {
	automating.Store
	page func(n int) // before page n is handed out
	n    *int
}

func (s slowPast) PastSubjects(ctx context.Context, w auth.WorkspaceID, since time.Time, after ticket.ID, _ int) ([]automating.Subject, error) {
	*s.n++
	if s.page != nil {
		s.page(*s.n)
	}
	return s.Store.PastSubjects(ctx, w, since, after, 1)
}

// aTrialRunsInTheBackground asks for trials, runs their jobs, stops one in its midst, breaks one off as the end of a
// process does, and lets it begin again.
func aTrialRunsInTheBackground(t *testing.T, r ruled) {
	ctx, since := context.Background(), r.time()
	for range 4 {
		r.asked(t)
		r.pass(10 * time.Hour)
	}
	rule := r.rule(t, "ticket.opened", ``, automation.Step{Do: automation.Tag, Word: "x"})
	start := func(d automation.Definition) automating.Trial {
		t.Helper()
		x, err := r.StartTrial(ctx, r.lead, rule.ID, d, since)
		must(t, err)
		return x
	}
	seen := func(id automating.TrialID) automating.Trial {
		t.Helper()
		x, err := r.Trial(ctx, r.lead, id)
		must(t, err)
		return x
	}
	run := func(x automating.Trial, page func(n int)) error {
		c := r.Config
		c.Store = slowPast{c.Store, page, new(int)}
		j := job.New(r.w, automating.TrialJob, map[string]int64{"trial": int64(x.ID)})
		return automating.New(c).WorkTrial(ctx, j)
	}
	changed := rule.Definition
	changed.If = `ticket.spam`
	first, second := start(rule.Definition), start(changed)
	if first.Version != 1 || second.Version != 0 || first.State != automating.Waiting {
		t.Errorf("a version %d and a draft %d", first.Version, second.Version)
	}
	_, err := r.StartTrial(ctx, r.lead, 0, changed, since)
	refused(t, err, errs.Conflict, "a third at once")
	changed.If = `ticket.prio`
	_, err = r.StartTrial(ctx, r.lead, 0, changed, since)
	refused(t, err, errs.Invalid, "try nonsense")
	for what, do := range map[string]func(auth.Actor) error{
		"start": func(a auth.Actor) error { _, err := r.StartTrial(ctx, a, 0, rule.Definition, since); return err },
		"read":  func(a auth.Actor) error { _, err := r.Trial(ctx, a, first.ID); return err },
		"list":  func(a auth.Actor) error { _, err := r.Trials(ctx, a, 0); return err },
		"stop":  func(a auth.Actor) error { _, err := r.StopTrial(ctx, a, first.ID); return err },
	} {
		refused(t, do(r.agent), errs.Denied, "an agent: "+what)
	}
	elsewhere := r.lead
	elsewhere.Workspace++
	_, err = r.Trial(ctx, elsewhere, first.ID)
	refused(t, err, errs.NotFound, "a trial of another workspace")
	must(t, run(first, nil))
	whole := seen(first.ID)
	if f := whole.Found; whole.State != automating.Done || whole.Run != 1 || whole.Percent() != 100 || f == nil || f.Acts != 4 || f.Total != 4 || len(f.Days) != 2 || f.Days[0].Acts+f.Days[1].Acts != 4 || f.Examples[3].Ticket == 0 {
		t.Errorf("%+v %+v", whole, whole.Found)
	}
	must(t, run(first, nil)) // a job may be repeated
	if again := seen(first.ID); !reflect.DeepEqual(again, whole) {
		t.Errorf("repeated: %+v", again)
	}
	must(t, run(second, func(n int) {
		if n == 2 {
			_, err := r.StopTrial(ctx, r.lead, second.ID)
			must(t, err)
		}
		time.Sleep(450 * time.Millisecond) // so that its run looks
	}))
	if x := seen(second.ID); x.State != automating.Stopped || x.Found == nil || !x.Found.Stopped || x.Read == 0 || x.Read >= 4 {
		t.Errorf("stopped: %+v", x)
	}
	if x, err := r.StopTrial(ctx, r.lead, first.ID); err != nil || x.State != automating.Done {
		t.Errorf("stopped after its end: %+v, %v", x, err)
	}
	third := start(rule.Definition)
	life, end := context.WithCancel(ctx)
	c := r.Config
	c.Store = slowPast{c.Store, func(n int) {
		if n == 3 {
			end()
		}
	}, new(int)}
	var later job.Later
	if err := automating.New(c).WorkTrial(life, job.New(r.w, automating.TrialJob, map[string]int64{"trial": int64(third.ID)})); !errors.As(err, &later) {
		t.Errorf("the process ends: %v", err)
	}
	if x := seen(third.ID); x.State != automating.Running || x.Run != 1 || !x.Moves(r.time()) {
		t.Errorf("broken off: %+v", x)
	}
	must(t, run(third, nil))
	again := seen(third.ID)
	if again.State != automating.Done || again.Run != 2 || again.Found.Acts != 4 {
		t.Errorf("begun again: %+v", again)
	}
	if ok, err := r.AdvanceRuleTrial(ctx, r.w, third.ID, 1, 5, 9); err != nil || ok {
		t.Errorf("an older run still counts: %v, %v", ok, err)
	}
	if list, err := r.Trials(ctx, r.lead, rule.ID); err != nil || len(list) != 3 || list[0].ID != third.ID || list[0].Found == nil {
		t.Errorf("of the rule: %+v, %v", list, err)
	}
	must(t, r.DropRuleTrials(ctx, r.w, 1))
	if list, err := r.Trials(ctx, r.lead, 0); err != nil || len(list) != 1 || list[0].ID != third.ID {
		t.Errorf("kept %+v, %v", list, err)
	}
	must(t, r.Delete(ctx, r.lead, rule.ID))
	_, err = r.Trial(ctx, r.lead, third.ID)
	refused(t, err, errs.NotFound, "a trial of a rule that is deleted")
}

// thePastOfOrdersIsAsked tries rules about parcels on what happened.
func thePastOfOrdersIsAsked(t *testing.T, r ruled) {
	ctx, since := context.Background(), r.time()
	about := map[string]any{"order": int64(r.order.ID)}
	r.stalls(t, 1, about) // nobody has asked yet
	r.pass(time.Hour)
	k, err := r.tickets.Raise(ctx, auth.ForSystem(r.w), ticket.Case{Order: r.order, Subject: "Where is it", Note: "?", Key: "k"})
	must(t, err)
	r.pass(time.Hour)
	r.stalls(t, 1, about) // the ticket is open
	r.pass(time.Hour)
	_, err = r.tickets.ChangeTags(ctx, r.agent, k.ID, []string{"late"}, nil)
	must(t, err)
	_, err = r.tickets.SetStatus(ctx, r.agent, k.ID, ticket.Solved, "")
	must(t, err)
	r.pass(time.Hour)
	r.stalls(t, 1, about) // and done
	r.stalls(t, 2, map[string]any{})
	r.pass(time.Hour)
	tag, open := automation.Step{Do: automation.Tag, Word: "x"}, automation.Step{Do: automation.Open, Text: "Ask"}
	for _, x := range []struct {
		cond                  string
		after                 int
		step                  automation.Step
		events, acts, without int64
	}{
		{``, 0, tag, 4, 1, 3},
		{``, 0, open, 4, 3, 1},
		{`not (ticket.tags has "late")`, 0, tag, 4, 1, 3},
		{`ticket.status = "solved"`, 0, tag, 4, 0, 3},
		{`order.known`, 0, open, 4, 3, 1},
		{``, 1, open, 4, 3, 1},
		{``, 2, tag, 4, 1, 1}, // two hours later the first has its ticket, the second is done, the others are yet to come
	} {
		got, err := r.Try(ctx, r.lead, automation.Definition{Name: "x", When: automation.When{Event: "shipment.stalled", After: x.after}, If: x.cond, Then: []automation.Step{x.step}, Hourly: 100}, since, nil)
		must(t, err)
		if got.Events != x.events || got.Acts != x.acts || got.Without != x.without || got.Looked != 4 || got.Total != 4 {
			t.Errorf("%q %d %s: %+v", x.cond, x.after, x.step.Do, got)
		}
		for _, e := range got.Examples {
			if e.Order != r.order.ID || e.Ticket != 0 && e.Number != k.Number {
				t.Errorf("an example of something else: %+v", e)
			}
		}
	}
}
