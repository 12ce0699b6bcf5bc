package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/promise"
	"godwit.dev/godwit/internal/domain/route"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/foresight"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// foreseen is a house that is told what its next hours may bring.
type foreseen struct {
	*house
	*foresight.Service
	post *post
	told []foresight.Told
}

func newForeseen(t *testing.T, s *store.Store) *foreseen {
	t.Helper()
	h, p := newHouse(t, s)
	r := newRoster(h)
	f := &foreseen{house: h, post: p}
	f.Service = foresight.New(foresight.Config{Store: s, Journal: s, Now: h.time, Workers: r,
		Tell: func(_ context.Context, _ auth.WorkspaceID, x foresight.Told) error {
			f.told = append(f.told, x)
			return nil
		}})
	return f
}

// newRoster says that Mia works around the clock on weekdays, from Monday at noon UTC on.
func newRoster(h *house) func(context.Context, auth.WorkspaceID) ([]foresight.Worker, error) {
	sheet := route.Sheet{Capacity: 5, Zone: "UTC", Weekly: map[string][][2]string{"mon": {{"12:00", "24:00"}}, "tue": {{"00:00", "24:00"}}}}
	return func(context.Context, auth.WorkspaceID) ([]foresight.Worker, error) {
		return []foresight.Worker{{Person: h.agent.Person(), Name: "mia", Teams: []auth.TeamID{h.team}, Sheet: sheet, Able: true}, {Person: h.lead.Person(), Name: "lea", Able: true}}, nil
	}
}

// ask has a number of customers ask something.
func (f *foreseen) ask(t *testing.T, n int) (out []ticket.ID) {
	t.Helper()
	for i := range n {
		f.pass(time.Second)
		in := ticket.Inbound{Subject: "Where is it?", Form: ticket.Plain}
		got, err := f.mail(fmt.Sprintf("c%d.%d@client.example", f.time().UnixMilli(), i), in)
		must(t, err)
		out = append(out, got.Ticket)
	}
	return out
}

func (f *foreseen) work(t *testing.T) {
	t.Helper()
	f.pass(foresight.Every)
	must(t, f.Work(context.Background(), f.w))
}

// counted returns how many questions came and were answered, as far as it is counted.
func (f *foreseen) counted(t *testing.T) (came, done int) {
	t.Helper()
	list, err := f.Counts(context.Background(), f.w, 0)
	must(t, err)
	for _, c := range list {
		came, done = came+c.Came, done+c.Done
	}
	return came, done
}

func TestForesight(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		for name, story := range map[string]func(*testing.T, *foreseen){
			"what happens is counted once": whatHappensIsCounted, "leads are told before it happens, once": leadsAreToldOnce, "nodes tell once": nodesTellOnce, "a board shows what one may see": boardsHaveRights,
		} {
			t.Run(name, func(t *testing.T) { story(t, newForeseen(t, s)) })
		}
	})
}

func whatHappensIsCounted(t *testing.T, f *foreseen) {
	ctx := context.Background()
	want := func(what string, came, done int) {
		t.Helper()
		f.work(t)
		if c, d := f.counted(t); c != came || d != done {
			t.Errorf("%s: %d came and %d were answered, want %d and %d", what, c, d, came, done)
		}
	}
	list := f.ask(t, 4)
	want("asked", 4, 0)
	m, err := f.tickets.Reply(ctx, f.agent, list[0], ticket.NewReply{Body: "An answer"})
	must(t, err)
	want("answered", 4, 1)
	f.pass(time.Second)
	late, err := f.tickets.Reply(ctx, f.agent, list[1], ticket.NewReply{Body: "An answer"})
	must(t, err)
	must(t, f.tickets.Unsend(ctx, f.agent, list[1], late.ID))
	want("an answer was taken back", 4, 1)
	f.post.closed = true
	must(t, f.send(m.ID))
	f.post.closed = false
	want("the mail server refused one", 4, 0)
	_, err = f.tickets.SetSpam(ctx, f.agent, list[2], true)
	must(t, err)
	want("spam asks nothing", 3, 0)
	_, err = f.tickets.SetStatus(ctx, f.agent, list[3], ticket.Solved, "")
	must(t, err)
	want("solved", 3, 1)
	f.ask(t, 3)
	f.pass(foresight.Every)
	var g errgroup.Group
	for range 3 {
		g.Go(func() error { return f.Work(ctx, f.w) })
	}
	must(t, g.Wait())
	if came, _ := f.counted(t); came != 6 {
		t.Errorf("three nodes at once counted %d of 6", came)
	}
	f.pass(8 * 7 * 24 * time.Hour)
	must(t, f.Work(ctx, f.w))
	if came, done := f.counted(t); came != 0 || done != 0 {
		t.Errorf("two months later %d and %d are still counted", came, done)
	}
}

func leadsAreToldOnce(t *testing.T, f *foreseen) {
	ctx := context.Background()
	_, err := f.clocks.Save(ctx, f.owner, promise.Book{Rules: []promise.Rule{{Name: "All", Targets: map[promise.Target]int{promise.First: 180}}}}, 0)
	must(t, err)
	f.work(t)
	if len(f.told) != 0 {
		t.Fatalf("nothing is owed, and told: %+v", f.told)
	}
	list := f.ask(t, 5) // on a Sunday, when nobody is there
	f.work(t)
	if len(f.told) != 1 || f.told[0].Percent < 90 || f.told[0].Misses < 4 || f.told[0].Short < 1 || len(f.told[0].Why) == 0 {
		t.Fatalf("told %+v, want once that five promises will be broken", f.told)
	}
	if due := f.get(t, list[0]).DueAt; !f.time().Before(due.Add(-time.Hour)) || f.told[0].To < due.UnixMilli() {
		t.Errorf("told at %v of %d, due at %v", f.time(), f.told[0].To, due)
	}
	f.work(t)
	f.work(t)
	events, err := f.EventsOf(ctx, f.w, foresight.WarnedKind, f.ws.CreatedAt, 10)
	must(t, err)
	if len(f.told) != 1 || len(events) != 1 {
		t.Errorf("told %d times, in the journal %d times", len(f.told), len(events))
	}
	f.Service = foresight.New(f.Config) // after a restart
	f.work(t)
	if len(f.told) != 1 {
		t.Errorf("after a restart it was told %d times", len(f.told))
	}
	for _, id := range list {
		_, err := f.tickets.Reply(ctx, f.agent, id, ticket.NewReply{Body: "An answer"})
		must(t, err)
	}
	f.work(t)
	queues, err := f.Forecasts(ctx, f.w)
	must(t, err)
	if len(queues) != 1 || !queues[0].WarnedAt.IsZero() {
		t.Errorf("all is answered: %+v", queues)
	}
	f.ask(t, 5)
	f.work(t)
	if len(f.told) != 2 {
		t.Errorf("it happens again, and was told %d times", len(f.told))
	}
	_, err = f.Save(ctx, f.agent, false, 50, 0)
	refused(t, err, errs.Denied, "an agent turns it off")
	_, err = f.Save(ctx, f.lead, true, 1, 0)
	refused(t, err, errs.Invalid, "a chance of 1 %")
	v, err := f.Save(ctx, f.lead, false, 60, 0)
	must(t, err)
	if got, err := f.Setting(ctx, f.agent); err != nil || got.Version != 1 || got.Warn || got.Percent != 60 || got.SavedBy != f.lead.Person() || !got.SavedAt.Equal(v.SavedAt) {
		t.Errorf("saved %+v, %v", got, err)
	}
	_, err = f.Save(ctx, f.lead, true, 50, 0)
	refused(t, err, errs.Conflict, "another one saved meanwhile")
	f.pass(24 * time.Hour)
	f.work(t)
	f.ask(t, 40)
	f.work(t)
	if len(f.told) != 2 {
		t.Errorf("turned off, and told all the same: %+v", f.told[2:])
	}
}

// Two nodes that make the same forecast at once tell of it once: the later one of them
// finds that it is kept.
func nodesTellOnce(t *testing.T, f *foreseen) {
	ctx := context.Background()
	_, err := f.clocks.Save(ctx, f.owner, promise.Book{Rules: []promise.Rule{{Name: "All", Targets: map[promise.Target]int{promise.First: 180}}}}, 0)
	must(t, err)
	for _, calm := range []bool{true, false} { // the very first forecast, and one after others
		f.told = nil
		list := f.ask(t, 5)
		f.pass(foresight.Every)
		workers := f.Workers
		slow := f.Config
		slow.Workers = func(ctx context.Context, w auth.WorkspaceID) ([]foresight.Worker, error) {
			must(t, f.Work(ctx, w)) // the other node is faster
			return workers(ctx, w)
		}
		must(t, foresight.New(slow).Work(ctx, f.w))
		events, err := f.EventsOf(ctx, f.w, foresight.WarnedKind, f.ws.CreatedAt, 10)
		must(t, err)
		if want := map[bool]int{true: 1, false: 2}[calm]; len(f.told) != 1 || len(events) != want {
			t.Errorf("two nodes told %d times, in the journal %d times, want %d", len(f.told), len(events), want)
		}
		for _, id := range list {
			_, err := f.tickets.Reply(ctx, f.agent, id, ticket.NewReply{Body: "An answer"})
			must(t, err)
		}
		f.work(t)
	}
}

func boardsHaveRights(t *testing.T, f *foreseen) {
	ctx := context.Background()
	list := f.ask(t, 3)
	_, err := f.tickets.SetTeam(ctx, f.lead, list[0], f.team)
	must(t, err)
	f.pass(23*time.Hour + 30*time.Minute)
	f.ask(t, 1)
	f.work(t)
	b, err := f.Board(ctx, f.lead)
	must(t, err)
	if b.Waiting != 4 || b.Soon != 3 || b.Late != 0 || b.Oldest.Number != f.get(t, list[0]).Number || b.More {
		t.Errorf("%d wait, %d soon, %d late, oldest %d", b.Waiting, b.Soon, b.Late, b.Oldest.Number)
	}
	if len(b.Queues) != 2 || b.Queues[0].Team != 0 || b.Queues[1].Team != f.team || len(b.People) != 1 {
		t.Errorf("forecasts %+v, people %+v", b.Queues, b.People)
	}
	f.pass(time.Hour)
	if b, err = f.Board(ctx, f.lead); err != nil || b.Late != 3 {
		t.Errorf("an hour later %d are late, %v", b.Late, err)
	}
	f.work(t)
	lying := func() (late, lying int) {
		t.Helper()
		b, err := f.Board(ctx, f.lead)
		must(t, err)
		return b.Queues[0].Forecast.Late, b.Queues[0].Forecast.Lying
	}
	if late, left := lying(); late != 3 || left != 0 {
		t.Errorf("an hour later %d are late and %d lie", late, left)
	}
	f.pass(24 * time.Hour)
	f.work(t)
	if late, left := lying(); late != 1 || left != 3 {
		t.Errorf("a day later %d are late and %d lie", late, left)
	}
	f.pass(-24 * time.Hour)
	if b, err = f.Board(ctx, f.hidden); err != nil || b.Waiting != 3 || len(b.Queues) != 0 {
		t.Errorf("who sees no team: %d wait, forecasts %+v, %v", b.Waiting, b.Queues, err)
	}
	inTeam := f.hidden
	inTeam.Teams = []auth.TeamID{f.team}
	if b, err = f.Board(ctx, inTeam); err != nil || b.Waiting != 4 || len(b.Queues) != 1 || b.Queues[0].Team != f.team {
		t.Errorf("who sees their team: %d wait, forecasts %+v, %v", b.Waiting, b.Queues, err)
	}
	shops := f.lead
	shops.Restricted, shops.Teams, shops.Limits = true, []auth.TeamID{f.team}, auth.Limits{Shops: []int64{}}
	if b, err = f.Board(ctx, shops); err != nil || len(b.Queues) != 0 {
		t.Errorf("who is limited to shops: forecasts %+v, %v", b.Queues, err)
	}
	_, err = f.Board(ctx, auth.Actor{Kind: auth.Agent, Workspace: f.w, Role: "nothing"})
	refused(t, err, errs.Denied, "who reads no tickets")
	other := f.lead
	other.Workspace++
	if b, err = f.Board(ctx, other); err != nil || b.Waiting != 0 || len(b.Queues) != 0 {
		t.Errorf("another workspace: %+v, %v", b, err)
	}
}
