package store_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/promise"
	"godwit.dev/godwit/internal/domain/route"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/routing"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/job"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// both keeps the promises about tickets and their place in the queue, as the program does.
type both struct {
	ticket.Clocks
	routing *routing.Service
}

func (b both) Keep(ctx context.Context, t *ticket.Ticket, s ticket.Shift) error {
	return errors.Join(b.Clocks.Keep(ctx, t, s), b.routing.Keep(ctx, t))
}

// routed is a house that gives out tickets.
type routed struct {
	*house
	*routing.Service
}

func newRouted(t *testing.T, s *store.Store) routed {
	t.Helper()
	h, _ := newHouse(t, s)
	return h.routed(t, routing.Config{Tickets: func() routing.Tickets { return h.tickets }})
}

func (h *house) routed(t *testing.T, c routing.Config) routed {
	t.Helper()
	s := h.Store
	c.Store, c.People, c.Journal, c.Queue, c.Now = s, auth.NewService(auth.Config{Store: s, IDs: h.ids, Now: h.time}), s, s, h.time
	r := routing.New(c)
	h.tickets.Clocks, h.clocks.Moved = both{h.clocks, r}, r.Wake
	return routed{h, r}
}

// work runs the job of the house and returns when it wants to run again.
func (r routed) work(t *testing.T) time.Time {
	t.Helper()
	var later job.Later
	if err := r.Work(context.Background(), job.New(r.w, routing.Job, struct{}{})); err != nil && !errors.As(err, &later) {
		t.Fatal(err)
	}
	return later.At
}

// sheet gives somebody a sheet anew.
func (r routed) sheet(t *testing.T, who auth.Actor, version int, s route.Sheet) {
	t.Helper()
	if s.Zone == "" {
		s.Zone = "UTC"
	}
	_, err := r.SaveSheet(context.Background(), r.lead, who.Person(), s, version)
	must(t, err)
}

func (r routed) turnOn(t *testing.T) {
	t.Helper()
	b := route.Default()
	b.On = true
	_, err := r.Save(context.Background(), r.lead, b, 0)
	must(t, err)
}

// has asserts who has a ticket.
func (r routed) has(t *testing.T, what string, id ticket.ID, who auth.Actor) {
	t.Helper()
	if got := r.get(t, id).Assignee; got != who.Person() {
		t.Errorf("%s: %d has it, want %d (%s)", what, got, who.Person(), who.Name)
	}
}

func (r routed) writes(t *testing.T, from, body string) ticket.ID {
	t.Helper()
	got, err := r.mail(from, ticket.Inbound{Body: body})
	must(t, err)
	return got.Ticket
}

const (
	german  = "Guten Tag, mein Paket ist leider immer noch nicht angekommen. Wo ist es denn jetzt?"
	spanish = "Hola, mi pedido todavía no ha llegado. ¿Dónde está mi paquete, por favor?"
)

// TestRouting runs the stories of who gets tickets on each engine.
func TestRouting(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		for name, story := range map[string]func(*testing.T, routed){
			"tickets find who speaks": ticketsFindWhoSpeaks, "who is gone hands over": whoIsGoneHandsOver, "nobody sees what is not theirs": nobodySeesWhatIsNotTheirs, "two nodes give once": twoNodesGiveOnce,
			"settings have rights": settingsHaveRights, "a customer has a person": aCustomerHasAPerson, "what is due waits for nobody": whatIsDueWaitsForNobody,
		} {
			t.Run(name, func(t *testing.T) { story(t, newRouted(t, s)) })
		}
	})
}

func ticketsFindWhoSpeaks(t *testing.T, r routed) {
	ctx := context.Background()
	early := r.writes(t, "eva@client.example", german)
	r.sheet(t, r.agent, 0, route.Sheet{Capacity: 2, Languages: map[string]route.Level{"de": route.Fluent}})
	r.sheet(t, r.lead, 0, route.Sheet{Capacity: 5, Languages: map[string]route.Level{"es": route.Fluent}})
	r.work(t)
	r.has(t, "routing is off", early, auth.Actor{})
	r.turnOn(t)
	r.pass(time.Minute)
	second, third := r.writes(t, "uwe@client.example", german), r.writes(t, "luz@client.example", spanish)
	r.pass(time.Minute)
	late := r.writes(t, "max@client.example", german)
	next := r.work(t)
	r.has(t, "waited when routing was turned on", early, r.agent)
	r.has(t, "German", second, r.agent)
	r.has(t, "Spanish", third, r.lead)
	r.has(t, "no room", late, auth.Actor{})
	if want := r.time().Add(30 * time.Minute); !next.Equal(want) {
		t.Errorf("looks again at %v, want %v", next, want)
	}
	st, err := r.Of(ctx, r.agent, r.get(t, second))
	must(t, err)
	if st.Given == nil || !slices.ContainsFunc(st.Given.Why, func(x route.Reason) bool {
		return x == route.Reason{Kind: route.ByLanguage, Word: "de", Number: 3, Points: 36}
	}) {
		t.Errorf("given because of %+v", st.Given)
	}
	st, err = r.Of(ctx, r.agent, r.get(t, late))
	must(t, err)
	if st.Waiting == nil || !st.On || st.Waiting.Why[len(st.Waiting.Why)-1].Kind != route.WaitsFull {
		t.Errorf("waits because of %+v", st.Waiting)
	}
	_, err = r.tickets.Reply(ctx, r.agent, early, ticket.NewReply{Body: "Kommt morgen"})
	must(t, err)
	_, err = r.tickets.SetStatus(ctx, r.agent, early, ticket.Solved, "")
	must(t, err)
	claimed, err := r.Claim(ctx, routing.Queue, time.Now().Add(time.Hour), time.Now().Add(2*time.Hour), 5)
	must(t, err)
	if !slices.ContainsFunc(claimed, func(j job.Job) bool { return j.Workspace == r.w && j.Kind == routing.Job }) {
		t.Error("a solved ticket asks for no other one")
	}
	r.work(t)
	r.has(t, "there is room again", late, r.agent)
	if n := r.told(t, late, "ticket.assigned"); n != 1 {
		t.Errorf("told %d times", n)
	}
	_, err = r.tickets.Assign(ctx, r.agent, late, r.lead.Person())
	must(t, err)
	if st, err = r.Of(ctx, r.agent, r.get(t, late)); err != nil || st.Given != nil {
		t.Errorf("what a person gave is explained by %+v, %v", st.Given, err)
	}
	r.work(t)
	r.has(t, "by hand", late, r.lead)
}

// A customer may have a person of their own: who may be it, that they are waited for and how long, and that the queue is
// decided about anew when it changes.
func aCustomerHasAPerson(t *testing.T, r routed) {
	ctx := context.Background()
	all := customer.New(customer.Config{Store: r.house.Store, Journal: r.house.Store, IDs: r.ids, Now: r.time, People: r.house.Store, Placed: r.Follow})
	r.sheet(t, r.agent, 0, route.Sheet{Capacity: 1, Languages: map[string]route.Level{"es": route.Fluent}})
	r.sheet(t, r.lead, 0, route.Sheet{Capacity: 5, Languages: map[string]route.Level{"de": route.Fluent}})
	r.turnOn(t)
	first := r.writes(t, "eva@client.example", german)
	eva := r.get(t, first).Customer
	own, stranger := r.agent.Person(), auth.PersonID(1)
	got, err := all.Update(ctx, r.lead, eva, customer.Update{Agent: &own})
	must(t, err)
	again, err := all.Get(ctx, r.lead, eva)
	must(t, err)
	if got.Agent != own || again.Agent != own {
		t.Errorf("their person is %d, kept as %d", got.Agent, again.Agent)
	}
	if _, err := all.Update(ctx, r.lead, eva, customer.Update{Agent: &stranger}); !errs.Is(err, errs.Invalid) {
		t.Errorf("a stranger: %v", err)
	}
	if _, err := all.Update(ctx, auth.Actor{Kind: auth.Agent, ID: r.agent.ID, Workspace: r.w}, eva, customer.Update{Agent: new(auth.PersonID)}); !errs.Is(err, errs.Denied) {
		t.Errorf("without a right: %v", err)
	}
	r.work(t)
	r.has(t, "own person, who does not speak it", first, r.agent)
	why := func(id ticket.ID) []route.Reason {
		st, err := r.Of(ctx, r.lead, r.get(t, id))
		must(t, err)
		if st.Given != nil {
			return st.Given.Why
		}
		return st.Waiting.Why
	}
	if list := why(first); list[0].Kind != route.ByOwn {
		t.Errorf("because of %+v", list)
	}
	second, err := r.mail("eva@client.example", ticket.Inbound{Subject: "Another thing", Body: german})
	must(t, err)
	next := r.work(t)
	r.has(t, "own person has no room", second.Ticket, auth.Actor{})
	if list := why(second.Ticket); list[len(list)-1] != (route.Reason{Kind: route.WaitsFull, Number: int(route.Own)}) || !next.Equal(r.time().Add(30*time.Minute)) {
		t.Errorf("until %v because of %+v", next, list)
	}
	none := auth.PersonID(0)
	_, err = all.Update(ctx, r.lead, eva, customer.Update{Agent: &none})
	must(t, err)
	if jobs, err := r.Claim(ctx, routing.Queue, time.Now().Add(time.Hour), time.Now().Add(2*time.Hour), 50); err != nil || !slices.ContainsFunc(jobs, func(j job.Job) bool { return j.Workspace == r.w && j.Kind == routing.Job }) {
		t.Errorf("nobody decides anew: %v", err)
	}
	r.work(t)
	r.has(t, "nobody's own", second.Ticket, r.lead)
}

// Half an hour before its promise is due, a ticket is held back for nobody.
func whatIsDueWaitsForNobody(t *testing.T, r routed) {
	book := promise.Default()
	book.Rules[0].Targets = map[promise.Target]int{promise.First: 45}
	_, err := r.clocks.Save(context.Background(), r.lead, book, 0)
	must(t, err)
	r.sheet(t, r.agent, 0, route.Sheet{Capacity: 1, Languages: map[string]route.Level{"de": route.Fluent}})
	r.sheet(t, r.lead, 0, route.Sheet{Capacity: 5, Languages: map[string]route.Level{"es": route.Fluent}})
	r.turnOn(t)
	given := r.writes(t, "uwe@client.example", german)
	r.work(t)
	r.has(t, "who speaks it", given, r.agent)
	waits := r.writes(t, "eva@client.example", german)
	next := r.work(t)
	if want := r.time().Add(15 * time.Minute); !next.Equal(want) {
		t.Errorf("looks again at %v, want %v: half an hour before it is due", next, want)
	}
	r.has(t, "held back", waits, auth.Actor{})
	r.pass(15 * time.Minute)
	list, err := r.house.QueuePressing(context.Background(), r.w, r.time().Add(30*time.Minute), 10)
	if err != nil || len(list) != 1 || ticket.ID(list[0].ID) != waits {
		t.Errorf("pressing: %+v, %v", list, err)
	}
	if list, err = r.house.QueuePressing(context.Background(), r.w, r.time().Add(30*time.Minute-time.Millisecond), 10); err != nil || len(list) != 0 {
		t.Errorf("pressing too early: %+v, %v", list, err)
	}
	r.work(t)
	r.has(t, "pressing", waits, r.lead)
}

func whoIsGoneHandsOver(t *testing.T, r routed) {
	book := promise.Default() // an answer within a day
	book.Rules[0].Targets = map[promise.Target]int{promise.First: 120, promise.Next: 120}
	_, err := r.clocks.Save(context.Background(), r.lead, book, 0)
	must(t, err)
	noon := map[string][][2]string{}
	for _, d := range []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"} {
		noon[d] = [][2]string{{"08:00", "11:00"}}
	}
	r.sheet(t, r.agent, 0, route.Sheet{Capacity: 5, Weekly: noon, Languages: map[string]route.Level{"de": route.Fluent}})
	r.turnOn(t)
	given := r.writes(t, "eva@client.example", german)
	next := r.work(t)
	r.has(t, "in the morning", given, r.agent)
	if want := r.time().Add(time.Hour); !next.Equal(want) {
		t.Errorf("looks again at %v, want the end of the shift at %v", next, want)
	}
	own := r.writes(t, "uwe@client.example", german)
	_, err = r.tickets.Assign(context.Background(), r.agent, own, r.agent.Person())
	must(t, err)
	r.sheet(t, r.lead, 0, route.Sheet{Capacity: 5})
	r.pass(time.Hour)
	r.work(t)
	r.has(t, "due before the shift begins again", given, r.lead)
	r.has(t, "they took it themselves", own, r.agent)
}

func nobodySeesWhatIsNotTheirs(t *testing.T, r routed) {
	ctx := context.Background()
	p, err := r.Person(ctx, r.w, r.hidden.Person())
	must(t, err)
	p.Restricted = true
	must(t, r.SavePerson(ctx, p))
	r.sheet(t, r.hidden, 0, route.Sheet{Capacity: 5})
	r.turnOn(t)
	theirs := r.asked(t)
	_, err = r.tickets.SetTeam(ctx, r.lead, theirs.ID, r.team)
	must(t, err)
	free := r.asked(t)
	r.work(t)
	r.has(t, "of another team", theirs.ID, auth.Actor{})
	r.has(t, "of no team", free.ID, r.hidden)
	r.sheet(t, r.lead, 0, route.Sheet{Capacity: 5, Away: []route.Absence{{From: "2026-11-22", To: "2026-11-22"}}})
	r.work(t)
	r.has(t, "away", theirs.ID, auth.Actor{})
	r.sheet(t, r.lead, 1, route.Sheet{Capacity: 5})
	r.work(t)
	r.has(t, "of the team", theirs.ID, r.lead)
}

func twoNodesGiveOnce(t *testing.T, r routed) {
	ctx := context.Background()
	for _, a := range []auth.Actor{r.agent, r.lead, r.owner} {
		r.sheet(t, a, 0, route.Sheet{Capacity: 3})
	}
	r.turnOn(t)
	var all []ticket.ID
	for range 12 {
		all = append(all, r.writes(t, "anna@client.example", ""))
		r.pass(time.Second)
	}
	other := routing.New(r.Config)
	var g errgroup.Group
	for range 2 {
		for _, node := range []*routing.Service{r.Service, other} {
			g.Go(func() error {
				err := node.Work(ctx, job.New(r.w, routing.Job, struct{}{}))
				if errors.As(err, new(job.Later)) {
					return nil
				}
				return err
			})
		}
	}
	must(t, g.Wait())
	load := map[auth.PersonID]int{}
	for i, id := range all {
		tk := r.get(t, id)
		load[tk.Assignee]++
		if n := r.told(t, id, "ticket.assigned"); n > 1 || (n == 1) != (tk.Assignee != 0) {
			t.Errorf("ticket %d was given %d times", i, n)
		}
	}
	for _, a := range []auth.Actor{r.agent, r.lead, r.owner, {}} {
		if load[a.Person()] != 3 {
			t.Errorf("%q has %d tickets", a.Name, load[a.Person()])
		}
	}
}

func settingsHaveRights(t *testing.T, r routed) {
	ctx := context.Background()
	_, err := r.Save(ctx, r.agent, route.Default(), 0)
	refused(t, err, errs.Denied, "save a book")
	_, err = r.SaveSheet(ctx, r.agent, r.agent.Person(), route.Sheet{Zone: "UTC"}, 0)
	refused(t, err, errs.Denied, "save a sheet")
	_, err = r.SaveSheet(ctx, r.lead, 1, route.Sheet{Zone: "UTC"}, 0)
	refused(t, err, errs.NotFound, "a sheet of nobody")
	b := route.Default()
	b.Rules = []route.Rule{{Name: "Elsewhere", Team: 1}}
	_, err = r.Save(ctx, r.lead, b, 0)
	refused(t, err, errs.Invalid, "a team of another house")
	b.Rules = []route.Rule{{Name: "VIP", When: route.When{Tiers: []string{"vip"}}, Team: r.team, People: []auth.PersonID{r.lead.Person()}}}
	v, err := r.Save(ctx, r.lead, b, 0)
	must(t, err)
	if v.Version != 1 {
		t.Errorf("version %d", v.Version)
	}
	_, err = r.Save(ctx, r.lead, b, 0)
	refused(t, err, errs.Conflict, "over another's book")
	r.sheet(t, r.agent, 0, route.Sheet{Capacity: 4})
	_, err = r.SaveSheet(ctx, r.lead, r.agent.Person(), route.Sheet{Zone: "UTC"}, 0)
	refused(t, err, errs.Conflict, "over another's sheet")
	got, err := r.Setting(ctx, r.agent)
	must(t, err)
	if len(got.Book.Rules) != 1 || got.Book.Rules[0].Team != r.team || got.SavedBy != r.lead.Person() {
		t.Errorf("%+v", got)
	}
	list, err := r.Roster(ctx, r.agent)
	must(t, err)
	i := slices.IndexFunc(list, func(x routing.Roster) bool { return x.Person == r.agent.Person() })
	if i < 0 || list[i].Sheet.Sheet.Capacity != 4 || !list[i].There || !list[i].Able || len(list) < 4 {
		t.Errorf("%+v", list)
	}
	_, err = r.Roster(ctx, auth.Actor{Kind: auth.Agent, Workspace: r.w, Permissions: auth.NewSet()})
	refused(t, err, errs.Denied, "read the roster")
}
