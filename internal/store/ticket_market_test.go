package store_test

import (
	"context"
	"testing"

	"godwit.dev/godwit/internal/domain/automation"
	"godwit.dev/godwit/internal/domain/habit"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/translating"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// TestTextsAreChosenForOneMarket has macros, rules and translations ask for the same market: where the order goes, else
// where the customer is, else that of the shop; of the order and the customer only what the actor may see.
func TestTextsAreChosenForOneMarket(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		x := newSpoken(t, s)
		shop, _, err := x.orders.EnsureShop(ctx, x.owner, order.Shop{Name: "Nord", Platform: "shopify", Currency: "EUR", Market: "NL"})
		must(t, err)
		n := newOrder(shop.ID, "GW-2000", "piet@client.example")
		n.ShipTo = order.Address{Name: "Piet", City: "Gent", Country: "BE"}
		_, _, err = x.orders.Save(ctx, x.owner, n)
		must(t, err)
		got, err := x.mail("piet@client.example", ticket.Inbound{Body: "Waar is mijn bestelling?", Language: "nl"})
		must(t, err)
		_, err = x.tickets.SetOrder(ctx, x.owner, got.Ticket, "GW-2000")
		must(t, err)
		tk := x.get(t, got.Ticket)
		who, err := x.customers.Get(ctx, x.owner, tk.Customer)
		must(t, err)
		who.Country = "FR"
		must(t, s.SaveCustomer(ctx, who))

		sees := func(limits auth.Limits, may ...auth.Permission) auth.Actor {
			a := x.agent
			a.Limits, a.Permissions = limits, auth.Set{auth.ReadTickets: true}
			for _, p := range may {
				a.Permissions[p] = true
			}
			return a
		}
		elsewhere := auth.Limits{Shops: []int64{int64(shop.ID) + 1}, Mailboxes: []int64{int64(x.box.ID)}}
		for what, c := range map[string]struct {
			actor   auth.Actor
			market  string
			address habit.Formality
		}{
			"all":                   {x.owner, "BE", habit.Formal},
			"a rule":                {auth.Actor{Kind: auth.Rule, Workspace: x.w}, "BE", habit.Formal},
			"no orders":             {sees(auth.Limits{}, auth.ReadCustomers), "FR", habit.Formal},
			"no orders of the shop": {sees(elsewhere, auth.ReadOrders, auth.ReadCustomers), "FR", habit.Formal},
			"no customers either":   {sees(auth.Limits{}), "NL", habit.Informal},
		} {
			seen := tk
			if what == "no orders of the shop" {
				seen.Shop = shop.ID + 1
			}
			w, err := x.tickets.Wanted(ctx, c.actor, seen)
			if err != nil || w != (ticket.Want{Language: "nl", Market: c.market, Address: c.address}) {
				t.Errorf("%s: %+v, %v", what, w, err)
			}
		}
		foreign, _ := newHouse(t, s)
		if _, err := x.tickets.Wanted(ctx, foreign.owner, tk); err == nil {
			t.Error("another workspace was told")
		}

		// A translated reply addresses the customer as where the order goes.
		x.connect(t, "first")
		p, err := x.Preview(ctx, x.agent, tk, "en", "We look at it.")
		must(t, err)
		if x.first.formality != translating.Formal {
			t.Errorf("a reply to Belgium was asked for as %q: %+v", x.first.formality, p)
		}

		// And so does what a rule answers.
		macro, err := x.tickets.SaveMacro(ctx, x.owner, ticket.Macro{Name: "Hello", Bodies: map[string]string{"": "Thanks.", "nl+formal": "Dank u.", "nl+informal": "Dank je."}})
		must(t, err)
		r := newRuledIn(x.house, s)
		r.rule(t, "ticket.tags", ``, automation.Step{Do: automation.Reply, Macro: macro.ID})
		r.work(t)
		_, err = x.tickets.ChangeTags(ctx, x.owner, tk.ID, []string{"late"}, nil)
		must(t, err)
		r.work(t)
		thread, err := s.Messages(ctx, x.w, tk.ID, 0, 10)
		must(t, err)
		if last := thread[len(thread)-1]; last.Body != "Dank u." {
			t.Errorf("a rule answered %q", last.Body)
		}
	})
}
