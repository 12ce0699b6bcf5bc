package store_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/route"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/routing"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// TestRoutingGoesOn holds that people and teams who leave, tickets that nobody can have and what changes meanwhile keep
// nobody else waiting, on each engine.
func TestRoutingGoesOn(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		for name, story := range map[string]func(*testing.T, routed){
			"who leaves hands over all": whoLeavesHandsOverAll, "a word to who is away is heard": aWordToWhoIsAwayIsHeard, "what nobody can have is passed by": whatNobodyCanHaveIsPassedBy,
			"a VIP is found far behind": aVIPIsFoundFarBehind, "a team that is no more": aTeamThatIsNoMore, "one sheet stops nobody": oneSheetStopsNobody,
			"it decides anew": itDecidesAnew, "room is kept": roomIsKept, "why somebody is away": whySomebodyIsAway,
		} {
			t.Run(name, func(t *testing.T) { story(t, newRouted(t, s)) })
		}
	})
}

// front has so few tickets decided about at once.
func (r routed) front(t *testing.T, n int) routed {
	t.Helper()
	return r.house.routed(t, routing.Config{Tickets: r.Tickets, Front: n})
}

// asks reports whether anything has asked for the job of the house since the last time.
func (r routed) asks(t *testing.T) bool {
	t.Helper()
	ctx := context.Background()
	at := time.Now().Add(time.Hour)
	list, err := r.Claim(ctx, routing.Queue, at, at.Add(time.Hour), 50)
	must(t, err)
	found := false
	for _, j := range list {
		if j.Workspace == r.w && j.Kind == routing.Job {
			found = true
			_, err := r.Finish(ctx, j, at)
			must(t, err)
		}
	}
	return found
}

func (r routed) leaves(t *testing.T, who auth.Actor) {
	t.Helper()
	p, err := r.Person(context.Background(), r.w, who.Person())
	must(t, err)
	p.Status = auth.Disabled
	must(t, r.SavePerson(context.Background(), p))
}

// customers change as they do in the program.
func (r routed) placing() *customer.Service {
	return customer.New(customer.Config{Store: r.house.Store, Journal: r.house.Store, IDs: r.ids, Now: r.time, People: r.house.Store, Placed: r.Follow})
}

// Whoever can no longer sign in keeps no open ticket, however it came to them and whatever the book says of shifts; what the
// customer answers to later is heard at once.
func whoLeavesHandsOverAll(t *testing.T, r routed) {
	ctx := context.Background()
	b := route.Default()
	b.On, b.HandOver = true, route.Nothing
	_, err := r.Save(ctx, r.lead, b, 0)
	must(t, err)
	r.sheet(t, r.agent, 0, route.Sheet{Capacity: 5})
	given := r.writes(t, "eva@client.example", "")
	r.work(t)
	taken, bare, later := r.writes(t, "uwe@client.example", ""), r.writes(t, "max@client.example", ""), r.writes(t, "ina@client.example", "")
	_, err = r.tickets.Assign(ctx, r.lead, taken, r.agent.Person())
	must(t, err)
	for _, id := range []ticket.ID{bare, later} { // of somebody without a sheet
		_, err = r.tickets.Assign(ctx, r.lead, id, r.hidden.Person())
		must(t, err)
	}
	_, err = r.tickets.SetStatus(ctx, r.lead, later, ticket.Pending, "")
	must(t, err)
	r.work(t)
	r.has(t, "given", given, r.agent)
	r.has(t, "by hand", taken, r.agent)
	r.leaves(t, r.agent)
	r.leaves(t, r.hidden)
	r.sheet(t, r.lead, 0, route.Sheet{Capacity: 5})
	r.work(t)
	r.has(t, "of who left", given, r.lead)
	r.has(t, "by hand, of who left", taken, r.lead)
	r.has(t, "of who left and had no sheet", bare, r.lead)
	r.has(t, "that waits for the customer", later, r.hidden)
	r.asks(t)
	_, err = r.tickets.SetStatus(ctx, r.lead, later, ticket.Open, "")
	must(t, err)
	if !r.asks(t) {
		t.Error("nobody hears that a ticket of somebody who left is open again")
	}
	r.work(t)
	r.has(t, "open again", later, r.lead)
}

// What somebody on shift has asks for no decision; what comes to somebody who is away does, so that it is handed over.
func aWordToWhoIsAwayIsHeard(t *testing.T, r routed) {
	ctx := context.Background()
	hours := map[string][][2]string{}
	for _, d := range []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"} {
		hours[d] = [][2]string{{"08:00", "11:00"}}
	}
	r.sheet(t, r.agent, 0, route.Sheet{Capacity: 5, Weekly: hours})
	r.turnOn(t)
	id := r.writes(t, "eva@client.example", "")
	r.work(t)
	r.has(t, "in the morning", id, r.agent)
	r.asks(t)
	_, err := r.tickets.SetPriority(ctx, r.lead, id, ticket.High)
	must(t, err)
	if r.asks(t) {
		t.Error("a ticket of somebody on shift asks for a decision")
	}
	r.pass(2 * time.Hour)
	_, err = r.tickets.SetPriority(ctx, r.lead, id, ticket.Normal)
	must(t, err)
	if !r.asks(t) {
		t.Error("a ticket of somebody who is away asks for no decision")
	}
}

// Tickets of a team that nobody is given tickets of stand at the front, as many as are looked at at once and more.
func whatNobodyCanHaveIsPassedBy(t *testing.T, r routed) {
	ctx := context.Background()
	r = r.front(t, 2)
	r.sheet(t, r.agent, 0, route.Sheet{Capacity: 1})
	r.turnOn(t)
	for range 5 {
		_, err := r.tickets.SetTeam(ctx, r.lead, r.asked(t).ID, r.team)
		must(t, err)
		r.pass(time.Second)
	}
	first := r.asked(t)
	r.pass(time.Second)
	second := r.asked(t)
	r.work(t)
	r.has(t, "behind what nobody can have", first.ID, r.agent)
	r.has(t, "no room", second.ID, auth.Actor{})
}

// A VIP goes first however many tickets were there when routing was turned on, and whoever becomes one goes forward.
func aVIPIsFoundFarBehind(t *testing.T, r routed) {
	ctx := context.Background()
	r, all := r.front(t, 2), r.placing()
	vip := "vip"
	var ids []ticket.ID
	for _, from := range []string{"eva", "uwe", "ina", "max", "luz"} {
		ids = append(ids, r.writes(t, from+"@client.example", ""))
		r.pass(time.Second)
	}
	_, err := all.Update(ctx, r.lead, r.get(t, ids[4]).Customer, customer.Update{Tier: &vip})
	must(t, err)
	r.sheet(t, r.agent, 0, route.Sheet{Capacity: 1})
	r.turnOn(t)
	r.work(t)
	r.has(t, "a VIP", ids[4], r.agent)
	r.asks(t)
	_, err = all.Update(ctx, r.lead, r.get(t, ids[3]).Customer, customer.Update{Tier: &vip})
	must(t, err)
	if list, err := r.QueueFront(ctx, r.w, routing.Wait{}, 1); err != nil || len(list) != 1 || ticket.ID(list[0].ID) != ids[3] {
		t.Errorf("whoever becomes a VIP stands behind %+v, %v", list, err)
	}
	if !r.asks(t) {
		t.Error("who becomes a VIP asks for no decision")
	}
	// Joined to another customer, the ticket stands as that one's does.
	_, err = all.Merge(ctx, r.owner, r.get(t, ids[2]).Customer, r.get(t, ids[4]).Customer)
	must(t, err)
	if x, err := r.QueuePlace(ctx, r.w, ids[2]); err != nil || x.Start != x.Since.Add(-4*time.Hour) {
		t.Errorf("of two customers who are one: %+v, %v", x, err)
	}
}

// A rule that names a team or a person that is no more keeps nobody waiting, and the settings can still be saved.
func aTeamThatIsNoMore(t *testing.T, r routed) {
	ctx := context.Background()
	r.sheet(t, r.agent, 0, route.Sheet{Capacity: 5})
	b := route.Default()
	b.On, b.Rules = true, []route.Rule{{Name: "Mail", When: route.When{Channels: []string{"email"}}, Team: r.team}, {Name: "Bo", When: route.When{Channels: []string{"web"}}, People: []auth.PersonID{r.hidden.Person()}}}
	_, err := r.Save(ctx, r.lead, b, 0)
	must(t, err)
	id := r.writes(t, "eva@client.example", "")
	r.work(t)
	r.has(t, "for a team that nobody is given tickets of", id, auth.Actor{})
	must(t, r.DeleteTeam(ctx, r.w, r.team))
	r.leaves(t, r.hidden)
	if st, err := r.Of(ctx, r.lead, r.get(t, id)); err != nil || st.Waiting == nil || st.Waiting.Why[len(st.Waiting.Why)-1].Kind != route.WaitsGiving {
		t.Errorf("before it is given: %+v, %v", st.Waiting, err)
	}
	r.work(t)
	r.has(t, "for a team that is no more", id, r.agent)
	b.On = false
	_, err = r.Save(ctx, r.lead, b, 1)
	must(t, err)
	b.Rules = append(b.Rules, route.Rule{Name: "Elsewhere", People: []auth.PersonID{1}})
	_, err = r.Save(ctx, r.lead, b, 2)
	refused(t, err, errs.Invalid, "a stranger beside those who left")
}

// A sheet that cannot be read, such as one with a zone that this machine does not know, gives its person nothing, and stops nobody.
func oneSheetStopsNobody(t *testing.T, r routed) {
	saved, err := r.PutSheet(context.Background(), routing.Sheet{Workspace: r.w, Person: r.lead.Person(), Version: 1, Sheet: route.Sheet{Capacity: 5, Zone: "Moon/Base"}, SavedAt: r.time()})
	if err != nil || !saved {
		t.Fatal(saved, err)
	}
	r.turnOn(t)
	id := r.writes(t, "eva@client.example", "")
	r.work(t)
	r.has(t, "nobody else is there", id, auth.Actor{})
	r.sheet(t, r.agent, 0, route.Sheet{Capacity: 5})
	r.work(t)
	r.has(t, "there is somebody", id, r.agent)
}

// changing is a desk where each ticket becomes another matter the first times that it is given.
type changing struct {
	routing.Tickets
	times int
}

func (c *changing) Give(ctx context.Context, w auth.WorkspaceID, g ticket.Gift) error {
	if c.times--; c.times >= 0 {
		return errs.New(errs.Conflict, "error.ticket_changed")
	}
	return c.Tickets.Give(ctx, w, g)
}

// What becomes another matter while it is given is decided about anew; what does so again and again waits a minute; and what
// stands in the queue for nothing takes nobody's room.
func itDecidesAnew(t *testing.T, r routed) {
	ctx := context.Background()
	c := &changing{r.tickets, 1}
	x := r.house.routed(t, routing.Config{Tickets: func() routing.Tickets { return c }})
	x.sheet(t, r.agent, 0, route.Sheet{Capacity: 1})
	x.turnOn(t)
	first := x.writes(t, "eva@client.example", "")
	x.work(t)
	x.has(t, "changed meanwhile", first, r.agent)
	x.sheet(t, r.agent, 1, route.Sheet{Capacity: 2})
	c.times = 100
	second := x.writes(t, "uwe@client.example", "")
	if next := x.work(t); !next.Equal(x.time().Add(time.Minute)) || c.times < 90 {
		t.Errorf("tried %d times, and looks again at %v", 100-c.times, next)
	}
	x.has(t, "changes all the time", second, auth.Actor{})
	c.times = 0
	err := x.EnterQueue(ctx, x.w, first, x.time().Add(-time.Hour), x.time().Add(-time.Hour)) // as if it had been put there while it was taken
	must(t, err)
	x.work(t)
	x.has(t, "behind what does not wait", second, r.agent)
	if _, err := x.QueuePlace(ctx, x.w, first); !errs.Is(err, errs.NotFound) {
		t.Errorf("what does not wait is still in the queue: %v", err)
	}
}

// Room is kept for a ticket that weighs more than there is, and both that ticket and the one behind it say so.
func roomIsKept(t *testing.T, r routed) {
	ctx := context.Background()
	b := route.Default()
	b.On, b.Patience, b.Weights = true, 0, map[string]int{"damaged": 2}
	_, err := r.Save(ctx, r.lead, b, 0)
	must(t, err)
	r.sheet(t, r.agent, 0, route.Sheet{Capacity: 2})
	light := r.writes(t, "eva@client.example", "")
	r.work(t)
	r.has(t, "light", light, r.agent)
	r.pass(time.Second)
	heavy := r.writes(t, "uwe@client.example", "")
	_, err = r.tickets.SetTopic(ctx, r.lead, heavy, "damaged")
	must(t, err)
	r.pass(time.Second)
	behind := r.writes(t, "max@client.example", "")
	r.work(t)
	r.has(t, "behind", behind, auth.Actor{})
	for id, want := range map[ticket.ID]route.Kind{heavy: route.KeepsRoom, behind: route.WaitsKept} {
		st, err := r.Of(ctx, r.lead, r.get(t, id))
		if err != nil || st.Waiting == nil || st.Waiting.Why[len(st.Waiting.Why)-1].Kind != want {
			t.Errorf("waits because of %+v, %v; want %s", st.Waiting, err, want)
		}
	}
	_, err = r.tickets.SetStatus(ctx, r.agent, light, ticket.Solved, "")
	must(t, err)
	r.work(t)
	r.has(t, "heavy", heavy, r.agent)
}

// Why somebody is away is for them and for those who manage teams.
func whySomebodyIsAway(t *testing.T, r routed) {
	for _, who := range []auth.Actor{r.agent, r.lead} {
		r.sheet(t, who, 0, route.Sheet{Capacity: 1, Away: []route.Absence{{From: "2026-12-24", To: "2026-12-31", Note: "Surgery"}}})
	}
	for _, x := range []struct {
		reader, of auth.Actor
		note       string
	}{{r.lead, r.agent, "Surgery"}, {r.agent, r.agent, "Surgery"}, {r.agent, r.lead, ""}, {r.hidden, r.agent, ""}} {
		list, err := r.Roster(context.Background(), x.reader)
		must(t, err)
		i := slices.IndexFunc(list, func(y routing.Roster) bool { return y.Person == x.of.Person() })
		if got := list[i].Sheet.Sheet.Away; len(got) != 1 || got[0].Note != x.note || got[0].From != "2026-12-24" {
			t.Errorf("%s reads of %s %+v", x.reader.Name, x.of.Name, got)
		}
	}
}
