package store_test

import (
	"context"
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// desk is a workspace with the services of customers and orders.
type desk struct {
	*store.Store
	w         auth.WorkspaceID
	owner     auth.Actor
	customers *customer.Service
	orders    *order.Service
	ids       *id.Source
}

func newDesk(t testing.TB, s *store.Store) desk {
	w := storetest.Workspace(t, s)
	ids := id.NewSource(id.RandomNode(), time.Now)
	c := customer.New(customer.Config{Store: s, Journal: s, IDs: ids})
	return desk{
		Store: s, w: w, ids: ids, customers: c,
		owner:  auth.Actor{Kind: auth.Agent, ID: 1, Name: "Olga", Workspace: w, Role: auth.Owner},
		orders: order.NewService(order.Config{Store: s, Customers: c, Journal: s, IDs: ids}),
	}
}

func (d desk) ensure(t testing.TB, email, name string) customer.Customer {
	t.Helper()
	c, _, err := d.customers.Ensure(context.Background(), d.w, customer.Identity{Kind: customer.Email, Value: email}, name, "en")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// kinds lists the events of the workspace so far.
func (d desk) kinds(t testing.TB) []string {
	t.Helper()
	events, err := d.EventsAfter(context.Background(), d.w, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range events {
		out = append(out, e.Kind)
	}
	return out
}

func TestEnsureFindsOrCreates(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, d := context.Background(), newDesk(t, s)
		first, created, err := d.customers.Ensure(ctx, d.w, customer.Identity{Kind: "email", Value: " Anna@MÜNCHEN.example. "}, "", "")
		if err != nil || !created {
			t.Fatalf("Ensure = %v, created %v", err, created)
		}
		again, created, err := d.customers.Ensure(ctx, d.w, customer.Identity{Kind: "email", Value: "anna@xn--mnchen-3ya.example", Verified: true}, "Anna\r\nSchmidt", "de")
		if err != nil || created || again.ID != first.ID {
			t.Fatalf("Ensure again = %+v, created %v, %v", again, created, err)
		}
		if again.Name != "Anna Schmidt" || again.Language != "de" || !again.Identities[0].Verified {
			t.Errorf("nothing was learnt: %+v", again)
		}
		third, _, _ := d.customers.Ensure(ctx, d.w, customer.Identity{Kind: "email", Value: "anna@münchen.example"}, "Somebody Else", "fr")
		got, err := d.customers.Get(ctx, d.owner, first.ID)
		if err != nil || !reflect.DeepEqual(got, third) || got.Name != "Anna Schmidt" {
			t.Errorf("Get = %+v, %v; want %+v", got, err, third)
		}
		if kinds := d.kinds(t); !reflect.DeepEqual(kinds, []string{customer.Created, customer.Updated}) {
			t.Errorf("events %v", kinds)
		}
		for _, bad := range []customer.Identity{{Kind: "email", Value: "no address"}, {Kind: "email"}, {Value: "x"}, {Kind: "phone", Value: "ext. 12"}} {
			if _, _, err := d.customers.Ensure(ctx, d.w, bad, "", ""); !errs.Is(err, errs.Invalid) {
				t.Errorf("Ensure(%+v) = %v", bad, err)
			}
		}
	})
}

func TestEnsureCreatesOnceWhenManyAsk(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		d := newDesk(t, s)
		var mu sync.Mutex
		ids, made := map[customer.ID]int{}, 0
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 5 {
					c, created, err := d.customers.Ensure(context.Background(), d.w, customer.Identity{Kind: "email", Value: "rush@example.com"}, "R", "en")
					mu.Lock()
					if err != nil {
						t.Error(err)
					}
					ids[c.ID]++
					if created {
						made++
					}
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		if len(ids) != 1 || made != 1 {
			t.Errorf("%d customers, created %d times", len(ids), made)
		}
		list, err := d.customers.List(context.Background(), d.owner, 0, 10)
		if err != nil || len(list) != 1 {
			t.Errorf("List = %v, %v", list, err)
		}
	})
}

// Many who tell something new of one customer at once wait for each other, and none for another's end: each of them is one
// transaction that begins once.
func TestEnsureLearnsWithoutDeadlock(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, d := context.Background(), newDesk(t, s)
		for round := range 5 {
			address := fmt.Sprint("rush", round, "@example.com")
			if _, _, err := d.customers.Ensure(ctx, d.w, customer.Identity{Kind: "email", Value: address}, "", ""); err != nil {
				t.Fatal(err)
			}
			var begun atomic.Int32
			var wg sync.WaitGroup
			for range 6 {
				wg.Go(func() {
					err := s.InTx(ctx, func(ctx context.Context) error {
						begun.Add(1)
						_, _, err := d.customers.Ensure(ctx, d.w, customer.Identity{Kind: "email", Value: address, Verified: true}, "Rita", "de")
						time.Sleep(5 * time.Millisecond) // as long as the rest of what is done with the customer
						return err
					})
					if err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			if n := begun.Load(); n != 6 {
				t.Fatalf("6 transactions began %d times", n)
			}
		}
	})
}

func TestEnsureJoinsTheCallersTransaction(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		d := newDesk(t, s)
		stop := errs.New(errs.Conflict, "error.stop")
		_ = s.InTx(context.Background(), func(ctx context.Context) error {
			if _, _, err := d.customers.Ensure(ctx, d.w, customer.Identity{Kind: "email", Value: "gone@example.com"}, "", ""); err != nil {
				t.Error(err)
			}
			return stop
		})
		if _, err := d.customers.ByEmail(context.Background(), d.w, "gone@example.com"); !errs.Is(err, errs.NotFound) {
			t.Errorf("ByEmail = %v", err)
		}
		if kinds := d.kinds(t); len(kinds) != 0 {
			t.Errorf("events %v", kinds)
		}
	})
}

func TestMergeAndUnmergeAreExact(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, d := context.Background(), newDesk(t, s)
		a, b, c := d.ensure(t, "a@example.com", "Anna Old"), d.ensure(t, "b@example.com", "Anna New"), d.ensure(t, "c@example.com", "Cleo")
		shop := d.shop(t, "EUR")
		oa, ob := d.save(t, shop, "#1001", "a@example.com"), d.save(t, shop, "#1002", "b@example.com")

		ev, err := d.customers.Merge(ctx, d.owner, a.ID, b.ID)
		if err != nil {
			t.Fatal(err)
		}
		late := d.save(t, shop, "#1003", "a@example.com") // arrives at the merged one's address
		if late.Customer != b.ID {
			t.Errorf("order of a merged address belongs to %d, want %d", late.Customer, b.ID)
		}
		if got := d.ensure(t, "a@example.com", ""); got.ID != b.ID {
			t.Errorf("Ensure = %d, want %d", got.ID, b.ID)
		}
		if got, _ := d.customers.Get(ctx, d.owner, a.ID); got.MergedInto != b.ID || len(got.Identities) != 0 {
			t.Errorf("merged customer = %+v", got)
		}
		if list, _ := d.customers.List(ctx, d.owner, 0, 10); len(list) != 2 {
			t.Errorf("%d living customers, want 2", len(list))
		}
		if found, _ := d.customers.Search(ctx, d.owner, "a@ex", 5); len(found) != 1 || found[0].ID != b.ID {
			t.Errorf("Search finds %v", found)
		}
		if again, out, err := d.orders.Save(ctx, d.owner, newOrder(shop, "#1001", "a@example.com")); err != nil || out != order.Unchanged || again.Customer != b.ID {
			t.Errorf("saving a moved order again: %v, %v, customer %d", out, err, again.Customer)
		}

		second, err := d.customers.Merge(ctx, d.owner, b.ID, c.ID)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.customers.Unmerge(ctx, d.owner, ev); !errs.Is(err, errs.Conflict) {
			t.Errorf("undo under a later merge = %v", err)
		}
		if err := d.customers.Unmerge(ctx, d.owner, second); err != nil {
			t.Fatal(err)
		}
		if err := d.customers.Unmerge(ctx, d.owner, ev); err != nil {
			t.Fatal(err)
		}
		for id, want := range map[order.ID]customer.ID{oa.ID: a.ID, ob.ID: b.ID, late.ID: b.ID} {
			if o, err := d.orders.Get(ctx, d.owner, id); err != nil || o.Customer != want {
				t.Errorf("order %s belongs to %d, want %d (%v)", o.Number, o.Customer, want, err)
			}
		}
		if got := d.ensure(t, "a@example.com", ""); got.ID != a.ID {
			t.Errorf("the address is not back")
		}
		if found, _ := d.customers.Search(ctx, d.owner, "old", 5); len(found) != 1 || found[0].ID != a.ID {
			t.Errorf("Search by the last name finds %v", found)
		}
		if err := d.customers.Unmerge(ctx, d.owner, ev); !errs.Is(err, errs.Conflict) {
			t.Errorf("second undo = %v", err)
		}
		// Merged again, only the new event undoes it.
		if _, err := d.customers.Merge(ctx, d.owner, a.ID, b.ID); err != nil {
			t.Fatal(err)
		}
		if err := d.customers.Unmerge(ctx, d.owner, ev); !errs.Is(err, errs.Conflict) {
			t.Errorf("undo by an old event = %v", err)
		}
	})
}

func TestMergeRefuses(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, d, other := context.Background(), newDesk(t, s), newDesk(t, s)
		a, b, foreign := d.ensure(t, "a@example.com", ""), d.ensure(t, "b@example.com", ""), other.ensure(t, "a@example.com", "")
		bot := auth.Actor{Kind: auth.Bot, Workspace: d.w}
		for name, c := range map[string]struct {
			actor      auth.Actor
			from, into customer.ID
			want       errs.Kind
		}{
			"itself":            {d.owner, a.ID, a.ID, errs.Invalid},
			"by a bot":          {bot, a.ID, b.ID, errs.Denied},
			"foreign customer":  {d.owner, a.ID, foreign.ID, errs.NotFound},
			"unknown customer":  {d.owner, 12345, a.ID, errs.NotFound},
			"foreign workspace": {other.owner, a.ID, b.ID, errs.NotFound},
		} {
			if _, err := d.customers.Merge(ctx, c.actor, c.from, c.into); !errs.Is(err, c.want) {
				t.Errorf("%s: %v, want %v", name, err, c.want)
			}
		}
		events, _ := d.EventsAfter(ctx, d.w, 0, 10)
		for _, e := range []event.ID{1, events[0].ID} {
			if err := d.customers.Unmerge(ctx, d.owner, e); !errs.Is(err, errs.NotFound) {
				t.Errorf("undo of what is no merge = %v", err)
			}
		}
	})
}

func TestCustomersOfAnotherWorkspaceDoNotExist(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, d, other := context.Background(), newDesk(t, s), newDesk(t, s)
		c := d.ensure(t, "anna@example.com", "Anna")
		name := "Eve"
		if _, err := other.customers.Get(ctx, other.owner, c.ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("Get = %v", err)
		}
		if _, err := other.customers.Update(ctx, other.owner, c.ID, customer.Update{Name: &name}); !errs.Is(err, errs.NotFound) {
			t.Errorf("Update = %v", err)
		}
		if _, err := other.customers.Link(ctx, other.owner, c.ID, customer.Identity{Kind: "email", Value: "eve@example.com"}); !errs.Is(err, errs.NotFound) {
			t.Errorf("Link = %v", err)
		}
		if _, err := other.customers.ByEmail(ctx, other.w, "anna@example.com"); !errs.Is(err, errs.NotFound) {
			t.Errorf("ByEmail = %v", err)
		}
		if list, err := other.customers.Search(ctx, other.owner, "ann", 10); err != nil || len(list) != 0 {
			t.Errorf("Search = %v, %v", list, err)
		}
		if m, err := other.customers.ByIDs(ctx, other.owner, []customer.ID{c.ID}); err != nil || len(m) != 0 {
			t.Errorf("ByIDs = %v, %v", m, err)
		}
	})
}

func TestUpdateLinkSearchAndList(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, d := context.Background(), newDesk(t, s)
		c := d.ensure(t, "jose@example.com", "José María Núñez")
		for i := range 5 {
			d.ensure(t, fmt.Sprintf("n%d@example.com", i), "王小明")
		}
		for prefix, want := range map[string]int{
			"jose": 1, "JOSÉ ma": 1, "nunez": 1, "maria n": 1, "ose": 0, "王": 5, "n3@": 1, "": 0, "%": 0, "_": 0,
		} {
			if got, err := d.customers.Search(ctx, d.owner, prefix, 10); err != nil || len(got) != want {
				t.Errorf("Search(%q) finds %d, want %d (%v)", prefix, len(got), want, err)
			}
		}
		name, country := "Pepe  Núñez", "es"
		got, err := d.customers.Update(ctx, d.owner, c.ID, customer.Update{Name: &name, Country: &country})
		if err != nil || got.Name != "Pepe Núñez" || got.Country != "ES" {
			t.Fatalf("Update = %+v, %v", got, err)
		}
		before := len(d.kinds(t))
		if _, err := d.customers.Update(ctx, d.owner, c.ID, customer.Update{Name: &name, Country: &country}); err != nil {
			t.Fatal(err)
		}
		if after := len(d.kinds(t)); after != before {
			t.Error("an update that changes nothing was announced")
		}
		if _, err := d.customers.Link(ctx, d.owner, c.ID, customer.Identity{Kind: "phone", Value: "+34 (600) 11-22-33"}); err != nil {
			t.Fatal(err)
		}
		if got, _ := d.customers.Search(ctx, d.owner, "+346001", 10); len(got) != 1 {
			t.Errorf("a linked number is not found")
		}
		if got, _ := d.customers.Search(ctx, d.owner, "jos", 10); len(got) != 1 {
			t.Errorf("the address is not found: %v", got) // the name is gone, jose@ stays
		}
		if _, err := d.customers.Link(ctx, d.owner, c.ID, customer.Identity{Kind: "email", Value: "N1@example.com"}); !errs.Is(err, errs.Conflict) {
			t.Errorf("linking a taken address = %v", err)
		}
		var seen []customer.ID
		for before := customer.ID(0); ; {
			page, err := d.customers.List(ctx, d.owner, before, 4)
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			for _, c := range page {
				seen = append(seen, c.ID)
			}
			before = page[len(page)-1].ID
		}
		if len(seen) != 6 {
			t.Errorf("paging saw %d customers, want 6", len(seen))
		}
		if _, err := d.customers.Search(ctx, auth.Actor{Kind: auth.Customer, Workspace: d.w}, "jose", 1); !errs.Is(err, errs.Denied) {
			t.Errorf("a customer may search customers: %v", err)
		}
	})
}
