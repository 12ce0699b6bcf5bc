package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/promise"
	"godwit.dev/godwit/internal/domain/route"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/domain/triage"
	"godwit.dev/godwit/internal/flow/clocks"
	"godwit.dev/godwit/internal/flow/routing"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/job"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// jobs takes the jobs of the house that are due on a queue; ended, they are done, and else asleep for an hour.
func (h *house) jobs(t *testing.T, queue string, ended bool) (out []job.Job) {
	t.Helper()
	ctx, now := context.Background(), time.Now().Add(time.Second)
	list, err := h.Claim(ctx, queue, now, now.Add(time.Minute), 1000)
	must(t, err)
	for _, j := range list {
		if ended {
			_, err = h.Finish(ctx, j, now)
		} else {
			j.Attempt-- // as a runner does for one that is not finished
			err = h.Retry(ctx, j, now.Add(time.Hour), false, "")
		}
		must(t, err)
		if j.Workspace == h.w {
			out = append(out, j)
		}
	}
	return out
}

// recount works off what was asked to be counted anew and returns how often that was.
func (h *house) recount(t *testing.T) int {
	t.Helper()
	list := h.jobs(t, clocks.Queue, true)
	for _, j := range list {
		must(t, h.clocks.Work(context.Background(), j))
	}
	return len(list)
}

// TestRecount runs the stories of what clocks rest on, and changes, on each engine.
func TestRecount(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		t.Run("the market is where the order goes", func(t *testing.T) { h, _ := newHouse(t, s); theMarketIsWhereTheOrderGoes(t, h) })
		t.Run("a tier moves the clocks of its tickets", func(t *testing.T) { h, _ := newHouse(t, s); aTierMovesClocks(t, h) })
		t.Run("a new book wakes routing", func(t *testing.T) { aNewBookWakesRouting(t, newRouted(t, s)) })
	})
}

func theMarketIsWhereTheOrderGoes(t *testing.T, h *house) {
	ctx := context.Background()
	rule := func(country string, minutes int) promise.Rule {
		return promise.Rule{Name: country, When: promise.When{Markets: []string{country}}, Targets: map[promise.Target]int{promise.First: minutes}}
	}
	_, err := h.clocks.Save(ctx, h.lead, promise.Book{Rules: []promise.Rule{rule("DE", 60), rule("FR", 120), rule("IT", 180), rule("US", 240)}}, 0)
	must(t, err)
	h.recount(t)
	shop, _, err := h.orders.EnsureShop(ctx, h.owner, order.Shop{Name: "America", Platform: "shopify", Market: "US", Currency: "USD"})
	must(t, err)
	asked := h.time()
	tk := h.asked(t)
	stands := func(what, market string, by ticket.MarketBy, in time.Duration) {
		t.Helper()
		h.due(t, what, tk.ID, asked, in)
		st, err := h.clocks.Of(ctx, h.agent, h.get(t, tk.ID))
		if err != nil || st.Subject.Market != market || st.MarketBy != by {
			t.Errorf("%s: market %q by %q, %v; want %q by %q", what, st.Subject.Market, st.MarketBy, err, market, by)
		}
	}
	stands("nothing tells", "", "", never)

	far := newOrder(shop.ID, "GW-77", "anna@client.example")
	far.ShipTo.Country = ""
	_, _, err = h.orders.Save(ctx, h.owner, far)
	must(t, err)
	linked, err := h.tickets.SetOrder(ctx, h.agent, tk.ID, "GW-77")
	must(t, err)
	stands("the shop's", "US", ticket.MarketByShop, 4*time.Hour)

	italy := "IT"
	_, err = h.customers.Update(ctx, h.owner, tk.Customer, customer.Update{Country: &italy})
	must(t, err)
	h.recount(t)
	stands("where the customer is", "IT", ticket.MarketByCustomer, 3*time.Hour)

	far.ShipTo.Country = "FR"
	_, _, err = h.orders.Save(ctx, h.owner, far)
	must(t, err)
	if n := h.recount(t); n != 1 {
		t.Errorf("an order that goes elsewhere is counted anew %d times", n)
	}
	stands("where the order goes", "FR", ticket.MarketByOrder, 2*time.Hour)
	far.Email, far.Total = "other@client.example", far.Total+1
	_, _, err = h.orders.Save(ctx, h.owner, far)
	must(t, err)
	if n := h.recount(t); n != 0 {
		t.Errorf("an order that goes where it went is counted anew %d times", n)
	}

	other, err := h.tickets.SetOrder(ctx, h.agent, tk.ID, "GW-1042")
	must(t, err)
	stands("another order", "DE", ticket.MarketByOrder, time.Hour)
	must(t, h.tickets.Undo(ctx, h.agent, tk.ID, other))
	stands("that taken back", "FR", ticket.MarketByOrder, 2*time.Hour)
	must(t, h.tickets.Undo(ctx, h.agent, tk.ID, linked))
	stands("no order", "IT", ticket.MarketByCustomer, 3*time.Hour)

	// Routing means the same by a market.
	r := newRouted(t, h.Store)
	waits := r.asked(t)
	r.turnOn(t)
	from := func(want string) {
		t.Helper()
		if x, err := r.QueuePlace(ctx, r.w, waits.ID); err != nil || x.Market != want {
			t.Errorf("routing: market %q, %v, want %q", x.Market, err, want)
		}
	}
	from("")
	abroad, _, err := r.orders.EnsureShop(ctx, r.owner, order.Shop{Name: "America", Platform: "shopify", Market: "US", Currency: "USD"})
	must(t, err)
	far.Shop, far.ShipTo.Country = abroad.ID, ""
	_, _, err = r.orders.Save(ctx, r.owner, far)
	must(t, err)
	_, err = r.tickets.SetOrder(ctx, r.agent, waits.ID, "GW-77")
	must(t, err)
	from("US")
	_, err = r.customers.Update(ctx, r.owner, waits.Customer, customer.Update{Country: &italy})
	must(t, err)
	from("IT")
	_, err = r.tickets.SetOrder(ctx, r.agent, waits.ID, "GW-1042")
	must(t, err)
	from("DE")
}

func aTierMovesClocks(t *testing.T, h *house) {
	ctx := context.Background()
	vip, asked := "vip", h.time()
	tk := h.asked(t)
	update := func(u customer.Update) {
		t.Helper()
		_, err := h.customers.Update(ctx, h.agent, tk.Customer, u)
		must(t, err)
	}
	name := "Anna K."
	update(customer.Update{Tier: &vip})
	if n := h.recount(t); n != 0 {
		t.Errorf("no rule asks for a tier, and it is counted anew %d times", n)
	}
	_, err := h.clocks.Save(ctx, h.lead, promise.Book{Rules: []promise.Rule{
		{Name: "all", Targets: map[promise.Target]int{promise.First: 600}}, {Name: "VIP", When: promise.When{Tiers: []string{"VIP"}}, Targets: map[promise.Target]int{promise.First: 60}},
	}}, 0)
	must(t, err)
	h.recount(t)
	h.due(t, "a VIP", tk.ID, asked, time.Hour)
	none := ""
	update(customer.Update{Tier: &none})
	h.recount(t)
	h.due(t, "a VIP no more", tk.ID, asked, 10*time.Hour)
	update(customer.Update{Name: &name})
	if n := h.recount(t); n != 0 {
		t.Errorf("a name is counted anew %d times", n)
	}

	h.pass(2 * time.Hour)
	update(customer.Update{Tier: &vip})
	h.recount(t)
	_, err = h.clocks.Ring(ctx)
	must(t, err)
	if n := h.told(t, tk.ID, clocks.BrokenKind); n != 1 {
		t.Errorf("a VIP who waits for longer than a VIP may is told %d times", n)
	}

	// Whoever takes over the tickets of another customer brings their own tier.
	r, err := h.mail("bert@client.example", ticket.Inbound{})
	must(t, err)
	began, berts := h.time(), h.get(t, r.Ticket)
	h.due(t, "of nobody in particular", berts.ID, began, 10*time.Hour)
	merged, err := h.customers.Merge(ctx, h.owner, berts.Customer, tk.Customer)
	must(t, err)
	h.recount(t)
	h.due(t, "of a VIP now", berts.ID, began, time.Hour)
	must(t, h.customers.Unmerge(ctx, h.owner, merged))
	h.recount(t)
	h.due(t, "of nobody in particular again", berts.ID, began, 10*time.Hour)
}

func aNewBookWakesRouting(t *testing.T, r routed) {
	ctx := context.Background()
	asked := r.asked(t)
	r.turnOn(t)
	woken := func(what string, want int) {
		t.Helper()
		if n := len(r.jobs(t, routing.Queue, false)); n != want {
			t.Errorf("%s: routing is woken %d times, want %d", what, n, want)
		}
	}
	woken("turned on", 1)
	woken("asleep", 0)
	book := promise.Book{Rules: []promise.Rule{{Name: "all", Targets: map[promise.Target]int{promise.First: 60}}}}
	_, err := r.clocks.Save(ctx, r.lead, book, 0)
	must(t, err)
	woken("a book is saved", 1)
	r.recount(t)
	woken("its clocks are set", 1)
	woken("and nothing else happens", 0)
	_, err = r.tickets.SetTopic(ctx, r.agent, asked.ID, triage.Damaged)
	must(t, err)
	woken("who waits is found to ask of something else", 1)
	r.due(t, "by the new book", asked.ID, asked.LastInboundAt, time.Hour)

	// Both are of one transaction: where routing cannot be woken nothing is saved.
	broken := errors.New("broken")
	r.clocks.Moved = func(context.Context, auth.WorkspaceID) error { return broken }
	book.Rules[0].Targets[promise.First] = 30
	if _, err := r.clocks.Save(ctx, r.lead, book, 1); !errors.Is(err, broken) {
		t.Errorf("saved: %v", err)
	}
	if v, err := r.clocks.Book(ctx, r.lead); err != nil || v.Number != 1 {
		t.Errorf("version %d, %v", v.Number, err)
	}
	r.clocks.Moved = r.Wake
	b := route.Default()
	_, err = r.Save(ctx, r.lead, b, 1) // routing is off
	must(t, err)
	woken("turned off", 1)
	_, err = r.clocks.Save(ctx, r.lead, book, 1)
	must(t, err)
	r.recount(t)
	woken("off, and a book is saved", 0)
}

func aPlannedReplyAnswersWhenItLeaves(t *testing.T, h *house, _ *post) {
	ctx, day := context.Background(), 24*time.Hour
	asked := h.time()
	tk, hurried := h.asked(t), h.asked(t)
	plan := func(id ticket.ID, in time.Duration) ticket.Message {
		t.Helper()
		m, err := h.tickets.Reply(ctx, h.agent, id, ticket.NewReply{Body: "An answer", At: h.time().Add(in), Then: ticket.Open})
		must(t, err)
		return m
	}
	m := plan(tk.ID, 30*time.Hour)
	h.due(t, "planned for the day after", tk.ID, asked, day)
	must(t, h.tickets.Unsend(ctx, h.agent, tk.ID, m.ID))
	m = plan(tk.ID, 30*time.Hour)
	sooner := plan(hurried.ID, 30*time.Hour)
	h.pass(time.Hour)
	must(t, h.tickets.SendNow(ctx, h.agent, hurried.ID, sooner.ID))
	must(t, h.send(sooner.ID))
	h.due(t, "sent at once after all", hurried.ID, asked, never)
	if st, err := h.clocks.Of(ctx, h.agent, h.get(t, hurried.ID)); err != nil || len(st.Clocks) != 1 || st.Clocks[0].State(h.time()) != promise.Kept || !st.Clocks[0].Ended.Equal(asked.Add(time.Hour)) {
		t.Errorf("%+v, %v", st.Clocks, err)
	}
	h.pass(day)
	_, err := h.clocks.Ring(ctx)
	must(t, err)
	if n := h.told(t, tk.ID, clocks.BrokenKind); n != 1 {
		t.Errorf("the customer has waited a day and has no answer: told %d times", n)
	}
	h.pass(6 * time.Hour)
	must(t, h.send(m.ID))
	h.due(t, "it has left", tk.ID, asked, never)
	if st, err := h.clocks.Of(ctx, h.agent, h.get(t, tk.ID)); err != nil || len(st.Clocks) != 1 || st.Clocks[0].State(h.time()) != promise.Broken {
		t.Errorf("%+v, %v", st.Clocks, err)
	}

	stuck := h.asked(t) // its answer was to leave at once and has not yet left
	m, err = h.tickets.Reply(ctx, h.agent, stuck.ID, ticket.NewReply{Body: "An answer", Then: ticket.Open})
	must(t, err)
	h.pass(time.Hour)
	must(t, h.tickets.SendNow(ctx, h.agent, stuck.ID, m.ID))
	h.due(t, "hurried after its time", stuck.ID, h.time(), never)
	if n := h.told(t, stuck.ID, "ticket.hurried"); n != 0 {
		t.Errorf("a reply whose time had come was told %d times to leave earlier", n)
	}
	if n := h.told(t, hurried.ID, "ticket.hurried"); n != 1 {
		t.Errorf("a planned reply that left at once is told %d times", n)
	}

	again := h.time()
	_, err = h.mail("anna@client.example", ticket.Inbound{Subject: "Re: " + tk.Subject})
	must(t, err)
	m = plan(tk.ID, 2*time.Hour)
	h.due(t, "the next question, too", tk.ID, again, day)
	h.pass(2 * time.Hour)
	must(t, h.send(m.ID))
	h.due(t, "and its answer", tk.ID, again, never)
}

func soonIsToldAgain(t *testing.T, h *house, _ *post) {
	ctx := context.Background()
	tk := h.asked(t)
	book := promise.Book{Rules: []promise.Rule{{Name: "all", Targets: map[promise.Target]int{promise.First: 120}, Soon: 60}}}
	for version, minutes := range []int{120, 600} {
		book.Rules[0].Targets[promise.First] = minutes
		_, err := h.clocks.Save(ctx, h.lead, book, version)
		must(t, err)
		h.recount(t)
		for range 2 {
			_, err = h.clocks.Ring(ctx)
			must(t, err)
		}
		if n := h.told(t, tk.ID, clocks.SoonKind); n != version {
			t.Errorf("by %d minutes: soon due %d times before it is", minutes, n)
		}
		h.pass(tk.LastInboundAt.Add(time.Duration(minutes-60) * time.Minute).Sub(h.time()))
		_, err = h.clocks.Ring(ctx)
		must(t, err)
		if n := h.told(t, tk.ID, clocks.SoonKind); n != version+1 {
			t.Errorf("by %d minutes: soon due %d times", minutes, n)
		}
	}
}
