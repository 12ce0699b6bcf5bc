package store_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"godwit.dev/godwit/internal/domain/automation"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/automating"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/job"
)

// daily is each day at nine.
func daily() automation.When { return automation.When{Days: automation.Weekdays(), Time: "09:00"} }

// timed makes a rule that fires each day and is on.
func (r ruled) timed(t *testing.T, name, cond string, stop bool) automation.Rule {
	t.Helper()
	return r.made(t, automation.Definition{Name: name, When: daily(), If: cond, Then: []automation.Step{{Do: automation.Note, Text: name}}, Stop: stop, Hourly: 100})
}

// narrow pages hold one ticket, and what is owed is lost once if it is to be.
type narrow struct {
	automating.Store
	lost *bool
}

func (n narrow) Unclosed(ctx context.Context, w auth.WorkspaceID, before event.ID, after ticket.ID, _ int) ([]automating.Subject, error) {
	return n.Store.Unclosed(ctx, w, before, after, 1)
}

func (n narrow) PutDue(ctx context.Context, w auth.WorkspaceID, d automating.Due) error {
	if err := n.Store.PutDue(ctx, w, d); err != nil {
		return err
	}
	if n.lost != nil && !*n.lost {
		*n.lost = true
		return errDied
	}
	return nil
}

func rulesFireByTheCalendar(t *testing.T, r ruled) {
	ctx := context.Background()
	space, err := r.People.Workspace(ctx, r.w)
	must(t, err)
	zone, err := time.LoadLocation(space.Zone)
	must(t, err)
	c := r.Config
	c.Store = narrow{Store: r.Config.Store}
	node := automating.New(c)
	first, second := r.timed(t, "first", `ticket.tags has "x"`, true), r.timed(t, "second", `event.by = "system"`, false)
	x, y, done := r.asked(t).ID, r.asked(t).ID, r.asked(t).ID
	_, err = r.tickets.ChangeTags(ctx, r.agent, x, []string{"x"}, nil)
	must(t, err)
	_, err = r.tickets.SetStatus(ctx, r.agent, done, ticket.Closed, "")
	must(t, err)
	begun := r.time()
	next := r.work(t)
	if want := daily().Next(begun, zone); !next.Equal(want) {
		t.Fatalf("looks again at %v, want %v", next, want)
	}
	if got, err := r.Rule(ctx, r.lead, second.ID); err != nil || !got.Fires.Equal(next) {
		t.Errorf("fires at %v, %v", got.Fires, err)
	}
	noted := func(when string, nx, ny int) {
		t.Helper()
		if a, b, c := r.told(t, x, "ticket.noted"), r.told(t, y, "ticket.noted"), r.told(t, done, "ticket.noted"); a != nx || b != ny || c != 0 {
			t.Errorf("%s: noted %d and %d times, what is closed %d", when, a, b, c)
		}
	}
	r.pass(next.Sub(begun) - time.Millisecond)
	r.work(t)
	noted("a moment before", 0, 0)
	r.pass(time.Millisecond)
	var g errgroup.Group
	for range 2 {
		for _, n := range []*automating.Service{node, automating.New(c)} {
			g.Go(func() error {
				if err := n.Work(ctx, job.New(r.w, automating.Job, struct{}{})); err != nil && !errors.As(err, new(job.Later)) {
					return err
				}
				return nil
			})
		}
	}
	must(t, g.Wait())
	r.work(t)
	noted("at nine", 1, 1)
	r.became(t, "the first stops on one", first.ID, automation.Did)
	r.became(t, "the second has the other", second.ID, automation.Did)
	late := r.asked(t).ID
	r.work(t)
	if n := r.told(t, late, "ticket.noted"); n != 0 {
		t.Errorf("what came later is noted %d times", n)
	}

	r.pass(3*24*time.Hour + time.Hour)
	if next := r.work(t); !next.Equal(daily().Next(r.time(), zone)) {
		t.Errorf("after days without a node it looks again at %v", next)
	}
	noted("after days without a node", 2, 2)
	fired, err := r.EventsOf(ctx, r.w, automating.FiredKind, begun.AddDate(-1, 0, 0), 9)
	must(t, err)
	var at []time.Time
	for _, e := range fired {
		var d struct{ At time.Time }
		must(t, e.Decode(&d))
		at = append(at, d.At)
	}
	slices.SortFunc(at, time.Time.Compare)
	if want := daily().Newest(next, r.time(), zone); len(at) != 2 || !at[0].Equal(next) || !at[1].Equal(want) {
		t.Errorf("fired at %v, want %v and %v", at, next, want)
	}

	_, err = r.Switch(ctx, r.owner, second.ID, false)
	must(t, err)
	d := first.Definition
	d.When = automation.When{Event: "ticket.opened"}
	_, err = r.Save(ctx, r.owner, automating.Draft{Rule: first.ID, Seen: 1, Definition: d})
	must(t, err)
	r.pass(25 * time.Hour)
	if next := r.work(t); !next.IsZero() {
		t.Errorf("nothing fires, and it looks again at %v", next)
	}
	noted("none fires any more", 2, 2)
}

// counted tells how many tickets rules were owed.
type counted struct {
	automating.Store
	put *int
}

func (c counted) PutDue(ctx context.Context, w auth.WorkspaceID, d automating.Due) error {
	*c.put++
	return c.Store.PutDue(ctx, w, d)
}

func aFiringOwesWhatHolds(t *testing.T, r ruled) {
	ctx := context.Background()
	never := r.timed(t, "never", `ticket.tags has "z"`, false)
	first := r.made(t, automation.Definition{Name: "first", When: daily(), If: `ticket.tags has "x"`, Then: []automation.Step{{Do: automation.Tag, Word: "y"}}, Hourly: 100})
	next := r.timed(t, "next", `ticket.tags has "y"`, false)
	x, plain := r.asked(t).ID, r.asked(t).ID
	_, err := r.tickets.ChangeTags(ctx, r.agent, x, []string{"x"}, nil)
	must(t, err)
	r.pass(r.work(t).Sub(r.time()))
	c, put := r.Config, 0
	c.Store = counted{r.Config.Store, &put}
	c.Tickets = r.tickets
	ruled{r.house, automating.New(c), r.off}.work(t)
	if put != 2 {
		t.Errorf("rules were owed %d tickets, want that of the first and that of the one after it", put)
	}
	r.became(t, "what holds of none", never.ID)
	r.became(t, "the first", first.ID, automation.Did)
	r.became(t, "what the first made hold", next.ID, automation.Did)
	if a, b := r.told(t, x, "ticket.noted"), r.told(t, plain, "ticket.noted"); a != 1 || b != 0 {
		t.Errorf("noted %d and %d times", a, b)
	}
	var plan string
	r.DB.Trace(func(text string, args []any) { plan = explain(t, r.house.Store, text, args) })
	_, err = r.Unclosed(ctx, r.w, 1<<62, 7, 10)
	r.DB.Trace(nil)
	must(t, err)
	if !strings.Contains(plan, "ticket_unclosed") || r.Lite() && !strings.Contains(plan, "SEARCH t USING INTEGER PRIMARY KEY") {
		t.Errorf("what is not closed is searched for among all:\n%s", plan)
	}
}

func aFiringSurvivesACrash(t *testing.T, r ruled) {
	rule := r.timed(t, "all", ``, false)
	a, b := r.asked(t).ID, r.asked(t).ID
	c := r.Config
	c.Store = narrow{r.Config.Store, new(bool)}
	c.Tickets = r.tickets
	r.pass(r.work(t).Sub(r.time()))
	node := automating.New(c)
	if err := node.Work(context.Background(), job.New(r.w, automating.Job, struct{}{})); !errors.Is(err, errDied) {
		t.Fatalf("it did not die: %v", err)
	}
	if n := r.told(t, a, "ticket.noted"); n != 0 {
		t.Errorf("noted %d times by a node that died", n)
	}
	ruled{r.house, node, r.off}.work(t)
	r.work(t)
	if x, y := r.told(t, a, "ticket.noted"), r.told(t, b, "ticket.noted"); x != 1 || y != 1 {
		t.Errorf("noted %d and %d times", x, y)
	}
	r.became(t, "after the crash", rule.ID, automation.Did, automation.Did)
}

func thePastOfTheCalendarIsAsked(t *testing.T, r ruled) {
	ctx := context.Background()
	quiet := r.asked(t).ID
	r.pass(48 * time.Hour)
	since := r.time()
	solved := r.asked(t).ID
	r.pass(48 * time.Hour)
	_, err := r.tickets.SetStatus(ctx, r.agent, solved, ticket.Closed, "")
	must(t, err)
	r.pass(48 * time.Hour)
	d := automation.Definition{Name: "x", When: daily(), Then: []automation.Step{{Do: automation.Tag, Word: "x"}}, Hourly: 100}
	got, err := r.Try(ctx, r.lead, d, since, nil)
	must(t, err)
	if got.Total != 2 || got.Events != 6 || got.Acts != 6 || len(got.Days) != 4 {
		t.Errorf("four mornings of one and two of the other: %+v", got)
	}
	d.If = `ticket.age_hours > 72`
	got, err = r.Try(ctx, r.lead, d, since, nil)
	must(t, err)
	if len(got.Examples) == 0 || slices.ContainsFunc(got.Examples, func(x automating.Example) bool { return x.Ticket != quiet }) {
		t.Errorf("what was old then: %+v", got)
	}
}
