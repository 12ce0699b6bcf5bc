package store_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/promise"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/clocks"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/job"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// places are the teams and shops of a test's workspace.
type places struct {
	*store.Store
	orders *order.Service
}

func (p places) Shops(ctx context.Context, a auth.Actor) ([]order.Shop, error) {
	return p.orders.Shops(ctx, a)
}

// due asserts when the next promise about a ticket is due, counted from a moment; never
// with a negative time.
func (h *house) due(t *testing.T, what string, id ticket.ID, from time.Time, in time.Duration) {
	t.Helper()
	want := time.Time{}
	if in >= 0 {
		want = from.Add(in)
	}
	if got := h.get(t, id).DueAt; !got.Equal(want) {
		t.Errorf("%s: due %v, want %v", what, got, want)
	}
}

// told returns how often the journal tells a thing of a ticket.
func (h *house) told(t *testing.T, id ticket.ID, kind string) (n int) {
	t.Helper()
	list, err := h.Timeline(context.Background(), h.w, id, time.Time{}, time.Time{}, 300)
	must(t, err)
	for _, e := range list {
		if e.Kind == kind {
			n++
		}
	}
	return n
}

const never = time.Duration(-1)

// TestClocks runs the stories of promises on each engine, each in a house of its own.
func TestClocks(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		for name, story := range map[string]func(*testing.T, *house, *post){
			"answers end what is due": answersEndWhatIsDue, "merge and split are honest": mergeAndSplitAreHonest, "what is due is told once": whatIsDueIsToldOnce,
			"a new book counts anew": aNewBookCountsAnew, "books have rights": booksHaveRights, "lists go by what is due": listsGoByWhatIsDue,
			"a planned reply answers when it leaves": aPlannedReplyAnswersWhenItLeaves, "what is soon due by other promises is told again": soonIsToldAgain,
		} {
			t.Run(name, func(t *testing.T) {
				h, p := newHouse(t, s)
				story(t, h, p)
			})
		}
	})
}

func answersEndWhatIsDue(t *testing.T, h *house, p *post) {
	ctx, day := context.Background(), 24*time.Hour
	asked := h.time()
	tk := h.asked(t)
	h.due(t, "asked", tk.ID, asked, day)
	h.pass(time.Hour)
	_, err := h.mail("anna@client.example", ticket.Inbound{Subject: "Re: " + tk.Subject, Form: ticket.Plain})
	must(t, err)
	h.due(t, "asked once more", tk.ID, asked, day)
	m, err := h.tickets.Reply(ctx, h.agent, tk.ID, ticket.NewReply{Body: "An answer"})
	must(t, err)
	h.due(t, "answered", tk.ID, asked, never)
	must(t, h.tickets.Unsend(ctx, h.agent, tk.ID, m.ID))
	h.due(t, "taken back", tk.ID, asked, day)

	p.closed = true
	m, err = h.tickets.Reply(ctx, h.agent, tk.ID, ticket.NewReply{Body: "An answer"})
	must(t, err)
	h.due(t, "answered again", tk.ID, asked, never)
	h.pass(time.Minute)
	must(t, h.send(m.ID))
	h.due(t, "the mail server refused it", tk.ID, asked, day)
	p.closed = false
	must(t, h.tickets.Resend(ctx, h.agent, tk.ID, m.ID))
	h.due(t, "sent once more", tk.ID, asked, never)

	h.pass(time.Hour)
	again := h.time()
	_, err = h.mail("anna@client.example", ticket.Inbound{Subject: "Re: " + tk.Subject})
	must(t, err)
	h.due(t, "the next question", tk.ID, again, day)
	spam, err := h.tickets.SetSpam(ctx, h.agent, tk.ID, true)
	must(t, err)
	h.due(t, "spam is promised nothing", tk.ID, again, never)
	must(t, h.tickets.Undo(ctx, h.agent, tk.ID, spam))
	h.due(t, "no spam after all", tk.ID, again, day)
	solved, err := h.tickets.SetStatus(ctx, h.agent, tk.ID, ticket.Solved, "")
	must(t, err)
	h.due(t, "solved", tk.ID, again, never)
	h.pass(time.Hour)
	must(t, h.tickets.Undo(ctx, h.agent, tk.ID, solved))
	h.due(t, "solved by mistake, for an hour: the customer waited all the same", tk.ID, again, day)
}

func mergeAndSplitAreHonest(t *testing.T, h *house, _ *post) {
	ctx, day := context.Background(), 24*time.Hour
	early := h.time()
	a := h.asked(t)
	h.pass(time.Hour)
	late := h.time()
	r, err := h.mail("anna@client.example", ticket.Inbound{Subject: "Another matter"})
	must(t, err)
	b := h.get(t, r.Ticket)
	if a.ID == b.ID {
		t.Fatal("two matters in one ticket")
	}
	_, err = h.tickets.Reply(ctx, h.agent, b.ID, ticket.NewReply{Body: "An answer to the other matter"})
	must(t, err)
	h.due(t, "b is answered", b.ID, late, never)
	merge, err := h.tickets.Merge(ctx, h.agent, a.ID, b.ID)
	must(t, err)
	h.due(t, "what a asked nobody answered", b.ID, early, day)
	h.due(t, "a is gone", a.ID, early, never)
	must(t, h.tickets.Undo(ctx, h.agent, b.ID, merge))
	h.due(t, "b stands on its own again", b.ID, early, never)
	h.due(t, "and so does a", a.ID, early, day)
	_, err = h.tickets.Merge(ctx, h.agent, a.ID, b.ID)
	must(t, err)
	_, err = h.tickets.Reply(ctx, h.agent, b.ID, ticket.NewReply{Body: "An answer to all"})
	must(t, err)
	h.due(t, "all is answered", b.ID, early, never)

	h.pass(time.Hour)
	newer := h.time()
	young := h.asked(t)
	merge, err = h.tickets.Merge(ctx, h.agent, young.ID, b.ID)
	must(t, err)
	h.due(t, "an older ticket takes in a newer question", b.ID, newer, day)
	must(t, h.tickets.Undo(ctx, h.agent, b.ID, merge))
	h.due(t, "the older one was answered and asks nothing of its own", b.ID, newer, never)
	h.due(t, "the newer question is still one", young.ID, newer, day)

	h.pass(time.Hour)
	third := h.time()
	x := h.asked(t)
	h.pass(time.Hour)
	fourth := h.time()
	again, err := h.mail("anna@client.example", ticket.Inbound{Subject: "Re: " + x.Subject})
	must(t, err)
	if again.Ticket != x.ID {
		t.Fatal("an answer opened a ticket")
	}
	_, err = h.tickets.Reply(ctx, h.agent, x.ID, ticket.NewReply{Body: "An answer"})
	must(t, err)
	h.pass(time.Hour)
	off, split, err := h.tickets.Split(ctx, h.agent, x.ID, []ticket.MessageID{again.Message}, "")
	must(t, err)
	h.due(t, "what was split off keeps its time", off.ID, fourth, day)
	h.due(t, "the rest is answered", x.ID, third, never)
	must(t, h.tickets.Undo(ctx, h.agent, x.ID, split))
	h.due(t, "together again, answered", x.ID, third, never)
	h.due(t, "nothing is left of it", off.ID, third, never)
}

func whatIsDueIsToldOnce(t *testing.T, h *house, _ *post) {
	ctx := context.Background()
	other := clocks.New(clocks.Config{Store: h.Store, Journal: h.Store, Queue: h.Store, Now: h.time}) // another node
	ring := func() {
		t.Helper()
		var g errgroup.Group
		for range 3 {
			g.Go(func() error { _, err := h.clocks.Ring(ctx); return err })
			g.Go(func() error { _, err := other.Ring(ctx); return err })
		}
		must(t, g.Wait())
	}
	check := func(what string, id ticket.ID, soon, broken int) {
		t.Helper()
		if s, b := h.told(t, id, clocks.SoonKind), h.told(t, id, clocks.BrokenKind); s != soon || b != broken {
			t.Errorf("%s: soon %d times, broken %d times", what, s, b)
		}
	}
	tk, answered := h.asked(t), h.asked(t)
	ring()
	check("fresh", tk.ID, 0, 0)
	h.pass(23 * time.Hour)
	ring()
	ring()
	check("an hour is left", tk.ID, 1, 0)
	_, err := h.tickets.Reply(ctx, h.agent, answered.ID, ticket.NewReply{Body: "An answer"})
	must(t, err)
	h.pass(time.Hour - 300*time.Millisecond)
	if next, err := h.clocks.Ring(ctx); err != nil || !next.Equal(tk.DueAt) {
		t.Errorf("next %v, %v, want %v", next, err, tk.DueAt)
	}
	check("not yet", tk.ID, 1, 0)
	h.pass(300 * time.Millisecond)
	ring()
	ring()
	check("at the very instant", tk.ID, 1, 1)
	check("what was answered", answered.ID, 1, 0)
	if st, err := h.clocks.Of(ctx, h.agent, h.get(t, tk.ID)); err != nil || len(st.Clocks) != 1 || st.Clocks[0].State(h.time()) != promise.Late {
		t.Errorf("%+v, %v", st, err)
	}
	_, err = h.tickets.SetStatus(ctx, h.agent, tk.ID, ticket.Pending, ticket.ForCarrier)
	must(t, err)
	ring()
	check("it stays told", tk.ID, 1, 1)

	asleep := h.asked(t) // nobody is awake when it is soon
	h.pass(25 * time.Hour)
	ring()
	check("late at once", asleep.ID, 0, 1)
}

func aNewBookCountsAnew(t *testing.T, h *house, _ *post) {
	ctx := context.Background()
	asked := h.time()
	tk := h.asked(t)
	vip, err := h.mail("vip@client.example", ticket.Inbound{})
	must(t, err)
	word := "VIP"
	_, err = h.customers.Update(ctx, h.owner, h.get(t, vip.Ticket).Customer, customer.Update{Tier: &word})
	must(t, err)
	h.pass(2 * time.Hour)
	book := promise.Book{
		Calendars: []promise.Calendar{{Name: "Shenzhen", Zone: "Asia/Shanghai", Weekly: map[string][][2]string{"mon": {{"09:00", "18:00"}}}, Teams: []int64{int64(h.team)}}},
		Rules: []promise.Rule{
			{Name: "all", Targets: map[promise.Target]int{promise.First: 240, promise.Resolution: 480}, Pauses: map[promise.Target][]string{promise.Resolution: {"carrier"}}},
			{Name: "VIP", When: promise.When{Tiers: []string{"vip"}}, Targets: map[promise.Target]int{promise.First: 60}, Soon: 15},
		},
	}
	v, err := h.clocks.Save(ctx, h.lead, book, 0)
	must(t, err)
	if v.Number != 1 {
		t.Errorf("version %d", v.Number)
	}
	must(t, h.clocks.Work(ctx, job.New(h.w, clocks.RecountJob, nil)))
	h.due(t, "four hours for all", tk.ID, asked, 4*time.Hour)
	h.due(t, "one for a VIP", vip.Ticket, asked, time.Hour)
	_, err = h.clocks.Ring(ctx)
	must(t, err)
	if n := h.told(t, vip.Ticket, clocks.BrokenKind); n != 0 {
		t.Errorf("what was late when the book was saved is told to nobody: %d", n)
	}
	_, err = h.tickets.SetTeam(ctx, h.lead, tk.ID, h.team) // Monday 09:00 in Shenzhen is 01:00 UTC
	must(t, err)
	h.due(t, "by the team's calendar", tk.ID, time.Date(2026, 11, 23, 5, 0, 0, 0, time.UTC), 0)
	_, err = h.tickets.Reply(ctx, h.lead, tk.ID, ticket.NewReply{Body: "The carrier looks for it", Then: ticket.Pending, Waiting: ticket.ForCarrier})
	must(t, err)
	h.due(t, "paused", tk.ID, asked, never)
	st, err := h.clocks.Of(ctx, h.lead, h.get(t, tk.ID))
	must(t, err)
	if len(st.Clocks) != 2 || st.Clocks[1].Paused != "carrier" || st.Clocks[1].Left != 8*time.Hour || st.Clocks[0].State(h.time()) != promise.Kept {
		t.Errorf("%+v", st.Clocks)
	}
	wider := book
	wider.Rules = []promise.Rule{{Name: "all", Targets: map[promise.Target]int{promise.First: 600}}}
	if st, err = h.clocks.Try(ctx, h.lead, wider, h.get(t, vip.Ticket)); err != nil || len(st.Clocks) != 1 || !st.Clocks[0].Due.Equal(asked.Add(10*time.Hour)) {
		t.Errorf("tried %+v, %v", st.Clocks, err)
	}
	h.due(t, "trying changes nothing", vip.Ticket, asked, time.Hour)
}

func booksHaveRights(t *testing.T, h *house, _ *post) {
	ctx := context.Background()
	book := func(minutes int) promise.Book {
		return promise.Book{Rules: []promise.Rule{{Name: "all", Targets: map[promise.Target]int{promise.First: minutes}}}}
	}
	if _, err := h.clocks.Save(ctx, h.agent, book(1), 0); !errs.Is(err, errs.Denied) {
		t.Errorf("an agent saves: %v", err)
	}
	v, err := h.clocks.Save(ctx, h.lead, book(60), 0)
	must(t, err)
	if again, err := h.clocks.Save(ctx, h.lead, book(60), 0); err != nil || again.Number != v.Number {
		t.Errorf("the same once more: %+v, %v", again, err)
	}
	if _, err := h.clocks.Save(ctx, h.owner, book(90), 0); !errs.Is(err, errs.Conflict) {
		t.Errorf("over a version that was not seen: %v", err)
	}
	_, err = h.clocks.Save(ctx, h.owner, book(90), 1)
	must(t, err)
	if list, err := h.clocks.Versions(ctx, h.agent, 0, 10); err != nil || len(list) != 2 || list[0].Number != 2 || list[1].Book.Rules[0].Targets[promise.First] != 60 || list[1].SavedBy != h.lead.Person() {
		t.Errorf("%+v, %v", list, err)
	}
	foreign, _ := newHouse(t, h.Store)
	bad := book(5)
	bad.Calendars = []promise.Calendar{{Name: "A", Zone: "UTC", Weekly: map[string][][2]string{"mon": {{"09:00", "18:00"}}}, Teams: []int64{int64(foreign.team)}}}
	if _, err := h.clocks.Save(ctx, h.owner, bad, 2); !errs.Is(err, errs.Invalid) {
		t.Errorf("a team of another workspace: %v", err)
	}
	bad = book(5)
	bad.Rules[0].When.Shops = []int64{int64(foreign.order.Shop)}
	if _, err := h.clocks.Save(ctx, h.owner, bad, 2); !errs.Is(err, errs.Invalid) {
		t.Errorf("a shop of another workspace: %v", err)
	}
	if v, err := h.clocks.Book(ctx, foreign.agent); err != nil || v.Number != 0 {
		t.Errorf("another workspace's book: %+v, %v", v, err)
	}
	tk := h.asked(t)
	if _, err := h.clocks.Of(ctx, foreign.owner, tk); !errs.Is(err, errs.NotFound) {
		t.Errorf("a ticket of another workspace: %v", err)
	}
	_, err = h.tickets.SetTeam(ctx, h.lead, tk.ID, h.team)
	must(t, err)
	if _, err := h.clocks.Try(ctx, h.hidden, book(1), h.get(t, tk.ID)); !errs.Is(err, errs.NotFound) {
		t.Errorf("a ticket out of sight: %v", err)
	}
}

func listsGoByWhatIsDue(t *testing.T, h *house, _ *post) {
	ctx := context.Background()
	var want, nothing []ticket.ID
	h.pass(time.Since(h.time()).Truncate(time.Second)) // lists ask the store's own clock
	for range 5 {
		want = append(want, h.asked(t).ID)
		h.pass(time.Minute)
	}
	_, err := h.tickets.Reply(ctx, h.agent, want[1], ticket.NewReply{Body: "An answer"})
	must(t, err)
	nothing, want = append(nothing, want[1]), slices.Delete(want, 1, 2)
	var got []ticket.ID
	for after := (ticket.Cursor{}); ; {
		page, next, err := h.tickets.List(ctx, h.agent, ticket.ListQuery{Bucket: ticket.InOpen, Due: true, Limit: 2}, after)
		must(t, err)
		for _, tk := range page {
			got = append(got, tk.ID)
		}
		if next.ID == 0 {
			break
		}
		if after, err = ticket.ParseCursor(next.String()); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(got, append(slices.Clone(want), nothing...)) {
		t.Errorf("by what is due: %v, want %v and then %v", got, want, nothing)
	}
	for cond, n := range map[*ticket.Condition]int{{Field: "due", Op: "set"}: 4, {Field: "due", Op: "empty"}: 1, {Field: "due", Op: "within", Value: "0"}: 0, {Field: "due", Op: "within", Value: "25"}: 4} {
		got, err := h.tickets.Count(ctx, h.agent, ticket.ListQuery{Bucket: ticket.InOpen, Cond: cond}, 100)
		if err != nil || got != n {
			t.Errorf("%+v: %d, %v, want %d", cond, got, err, n)
		}
	}
}
