package store_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/cost"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/fx"
	"godwit.dev/godwit/internal/domain/ledger"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/policy"
	"godwit.dev/godwit/internal/domain/product"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/casework"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// bureau is where cases are worked on from wish to money, with a customer who bought two things in Germany and has them.
type bureau struct {
	*casework.Service
	*till
	cases   *cases.Service
	letters []string // to the customer
	keys    []string
	tasks   []string
	anna    auth.Actor // the customer
	now     time.Time
	terms   policy.Terms
	mute    bool // nobody can be written to
	kept    *store.Store
	warned  []policy.Budget
}

func newBureau(t *testing.T, s *store.Store) *bureau {
	t.Helper()
	return newBureauOf(t, s, 0)
}

// newBureauOf is newBureau for one of several orders in a database.
func newBureauOf(t *testing.T, s *store.Store, n int) *bureau {
	t.Helper()
	x := &bureau{till: newTill(t, s), kept: s, now: time.Now().UTC().Truncate(time.Millisecond)}
	ctx := context.Background()
	o, _, err := x.orders.Save(ctx, x.owner, order.New{Shop: x.order.Shop, Number: fmt.Sprint(2001 + n), Email: "anna@client.example", CustomerName: "Anna", Currency: "EUR", Goods: 9000, Tax: 1710, Shipping: 490, Total: 11200, PaymentMethod: "card",
		PlacedAt: x.now.AddDate(0, 0, -9), ShipTo: order.Address{Name: "Anna", City: "Berlin", Country: "DE"}, Lines: []order.Line{{SKU: "SHIRT", Title: "Shirt", Quantity: 3, Price: 2000, Tax: 1140}, {SKU: "LAMP", Title: "Lamp", Quantity: 1, Price: 3000, Tax: 570}},
		Fulfillments: []order.Fulfillment{{Carrier: "DHL", Tracking: fmt.Sprintf("LX%09dCN", 100000000+n), ShippedAt: x.now.AddDate(0, 0, -8), DeliveredAt: x.now.AddDate(0, 0, -3)}}})
	must(t, err)
	x.order = o
	x.anna = auth.Actor{Kind: auth.Customer, ID: int64(o.Customer), Name: "Anna", Workspace: x.w}
	x.terms = policy.Terms{Version: "standard/1", Trigger: string(cases.AtReceipt), Policy: decision.Policy{
		Windows:  map[decision.Remedy]int{decision.Refund: 30, decision.Exchange: 30, decision.Replace: 30, decision.StoreCredit: 30, decision.PartialKeep: 30},
		Evidence: map[decision.Reason]decision.Evidence{decision.Damaged: decision.Photo}, Partial: 300_000_000, Bonus: 100_000_000, KeepBelow: 1000,
		Fallback: decision.Fallback{Method: "bank", Days: 3}, Auto: map[decision.Remedy]int64{decision.StoreCredit: 5000, decision.PartialKeep: 2000, decision.Replace: 3000},
	}}
	x.Refunds().Moved = func(ctx context.Context, r refund.Refund) error { return x.Service.Moved(ctx, r) }
	people := customer.New(customer.Config{Store: s, Journal: s, IDs: x.ids})
	x.Service = casework.New(casework.Config{
		Store: s, Orders: x.orders, Parcels: shipment.New(shipment.Config{Store: s, Journal: s, IDs: x.ids}), Customers: people, Policies: x, Costs: cost.New(cost.Config{Store: s, Products: noProducts{}, Rates: noRates{}}),
		Cases: func() *cases.Service { return x.cases }, Refunds: x.till.Service, Left: x.till.Left, Desk: x, IDs: x.ids, Now: func() time.Time { return x.now },
		Alone: func(ctx context.Context, c cases.Case, r cases.Resolution, f refund.Refund) (bool, error) {
			switch {
			case r.Offer != nil && r.Offer.Auto:
				return x.till.Alone(ctx, x.w, "", f.Total())
			case c.Decider(r) == 0:
				return false, nil
			}
			return x.till.Alone(ctx, x.w, x.lead.Role, f.Total())
		},
	})
	x.cases = cases.New(cases.Config{Store: s, Orders: x.orders, Journal: s, IDs: x.ids, Now: func() time.Time { return x.now }, Acknowledge: x.Acknowledge, Carry: x.Service.Carry, After: x.Follow})
	return x
}

func (x *bureau) Refunds() *refund.Service { return x.till.Service }

type noProducts struct{}

func (noProducts) BySKU(context.Context, auth.Actor, order.ShopID, []string) (map[string]product.Product, error) {
	return nil, nil
}

type noRates struct{}

func (noRates) Table(context.Context, auth.Actor) (fx.Table, error) { return fx.Table{}, nil }

func (x *bureau) Terms(context.Context, auth.WorkspaceID, policy.Facts) (policy.Terms, error) {
	return x.terms, nil
}

func (x *bureau) Spend(ctx context.Context, w auth.WorkspaceID, of int64, k policy.CapTerms, amount int64) (bool, error) {
	return x.policies().Spend(ctx, w, of, k, amount)
}

func (x *bureau) GiveBack(ctx context.Context, w auth.WorkspaceID, of int64) error {
	return x.policies().GiveBack(ctx, w, of)
}

func (x *bureau) Settle(ctx context.Context, w auth.WorkspaceID, of int64) error {
	return x.policies().Settle(ctx, w, of)
}

func (x *bureau) policies() *policy.Service {
	return policy.New(policy.Config{Store: x.kept, Journal: x.kept, Now: func() time.Time { return x.now }, Warned: func(_ context.Context, _ auth.WorkspaceID, b policy.Budget) error {
		x.warned = append(x.warned, b)
		return nil
	}})
}

func (x *bureau) Begin(_ context.Context, _ auth.Actor, _ order.Order, w casework.Wish) (ticket.ID, error) {
	return max(w.Ticket, 1), nil
}
func (x *bureau) Said(context.Context, auth.Actor, cases.Case, string) error { return nil }
func (x *bureau) Write(_ context.Context, _ cases.Case, key, body string) error {
	if x.mute {
		return errs.New(errs.Conflict, "error.no_mailbox")
	}
	if !slices.Contains(x.keys, key) {
		x.keys, x.letters = append(x.keys, key), append(x.letters, body)
	}
	return nil
}
func (x *bureau) Raise(_ context.Context, _ order.Order, _, note string) error {
	x.tasks = append(x.tasks, note)
	return nil
}

func (x *bureau) Task(_ context.Context, _ cases.Case, _, note string) error {
	x.tasks = append(x.tasks, note)
	return nil
}

// wish asks for units of the first line.
func (x *bureau) wish(kind cases.Kind, reason, wants string, n int64) casework.Wish {
	return casework.Wish{Order: x.order.ID, Kind: kind, Wants: wants, Items: []casework.Item{{Row: x.order.Lines[0].ID, Quantity: n, Reason: reason}}, Language: "de"}
}

func (x *bureau) offered(t *testing.T, a casework.Advice, remedy string) int64 {
	t.Helper()
	for _, o := range a.Offers {
		if o.Remedy.String() == remedy && o.Resolution != 0 {
			return o.Resolution
		}
	}
	t.Fatalf("no offer of %s in %+v; refused %+v", remedy, a.Offers, a.Refused)
	return 0
}

// pays lets the provider pay a refund.
func (x *bureau) pays(t *testing.T, id refund.ID, ok bool) {
	t.Helper()
	ctx, system := context.Background(), auth.ForSystem(x.w)
	r, err := x.till.Service.Get(ctx, system, id)
	must(t, err)
	for _, a := range r.Allocations {
		r, err = x.till.Submit(ctx, system, id, a.Number)
		must(t, err)
		out := refund.OutcomeSucceeded
		if !ok {
			out = refund.OutcomeFailed
		}
		_, err = x.till.Observe(ctx, system, id, refund.Answer{Allocation: a.Number, Attempt: r.Allocations[a.Number-1].Attempt, Outcome: out, Reference: fmt.Sprint("re_", id, "_", a.Number), Code: "expired_card"})
		must(t, err)
	}
}

func (x *bureau) get(t *testing.T, id cases.ID) cases.Case {
	t.Helper()
	c, err := x.cases.Get(context.Background(), x.owner, id)
	must(t, err)
	return c
}

// A German withdrawal from the customer's click to the money: acknowledged at once, paid when the goods are here, closed
// when the money has left and somebody has seen the goods.
func TestAWithdrawalGoesFromWishToMoney(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, x := context.Background(), newBureau(t, s)
		wish := x.wish(cases.Withdrawal, "changed_mind", "refund", 1)
		x.mute = true
		if _, _, err := x.Open(ctx, x.anna, wish); !errs.Is(err, errs.Conflict) {
			t.Fatalf("withdrawn without a word: %v", err)
		}
		x.mute = false
		if list, err := x.cases.List(ctx, x.owner, cases.Filter{}, 0, 10); err != nil || len(list) != 0 {
			t.Fatalf("%v, %v", list, err)
		}
		c, adv, err := x.Open(ctx, x.anna, wish)
		must(t, err)
		if !adv.ByLaw || !c.Statutory || c.Phase != cases.AwaitingGoods || adv.RefundBy.IsZero() || c.Decision.Policy != "standard/1" || len(c.Decision.Input) < 100 {
			t.Fatalf("%s %+v", c.Phase, adv)
		}
		if len(x.letters) != 2 || !strings.Contains(x.letters[0], "Shirt") {
			t.Fatalf("letters %q", x.letters)
		}
		if who, _ := c.Waits(); who != cases.ByCustomer {
			t.Errorf("waits for %s", who)
		}
		money := x.offered(t, adv, "refund")
		c, err = x.Choose(ctx, x.anna, c.ID, money) // a repeat
		must(t, err)
		x.now = x.now.AddDate(0, 0, 30)
		must(t, x.Work(ctx, x.w))
		if c = x.get(t, c.ID); c.Resolutions[0].Refund != 0 {
			t.Fatal("paid although nothing was sent back")
		}
		c, err = x.cases.Count(ctx, x.owner, c.ID, 1, cases.Received, 1)
		must(t, err)
		i := slices.IndexFunc(c.Resolutions, func(r cases.Resolution) bool { return r.Number == money })
		if r := c.Resolutions[i]; r.Stand != cases.Executing || r.Refund == 0 {
			t.Fatalf("%+v", r)
		}
		paid, err := x.till.Service.Get(ctx, x.owner, c.Resolutions[i].Refund)
		must(t, err)
		if paid.State() != refund.Approved || paid.Total().Minor != 2380 {
			t.Fatalf("%s %d", paid.State(), paid.Total().Minor)
		}
		x.pays(t, paid.ID, true)
		if c = x.get(t, c.ID); c.Resolutions[i].Stand != cases.Done || c.Phase != cases.GoodsHere {
			t.Fatalf("%s %+v", c.Phase, c.Resolutions[i])
		}
		c, err = x.cases.Dispose(ctx, x.owner, c.ID, cases.Placed{Group: cases.Group{Line: 1, From: 1, Quantity: 1}, As: cases.RestockNew})
		must(t, err)
		if c.Phase != cases.Closed || c.Reason != cases.Completed {
			t.Fatalf("%s %+v", c.Phase, c.Resolutions)
		}
		if n := len(x.letters); n != 5 || !strings.Contains(x.letters[4], "23,80") { // one asks for the goods
			t.Errorf("%d letters: %q", n, x.letters)
		}
		system := auth.ForSystem(x.w) // the bank sends the money back
		_, err = x.till.Observe(ctx, system, paid.ID, refund.Answer{Allocation: 1, Attempt: 1, Outcome: refund.OutcomeReversed, Reference: "re_1", Code: "account_closed"})
		must(t, err)
		c = x.get(t, c.ID)
		if who, _ := c.Waits(); c.Phase == cases.Closed || c.Resolutions[i].Stand != cases.Undone || who != cases.ByUs {
			t.Fatalf("reversed: %s %+v waits for %s", c.Phase, c.Resolutions[i], who)
		}
		if n := x.net(t, ledger.RefundsPayable); n != -2380 {
			t.Errorf("owed in the books: %d", n)
		}
	})
}

// What the policy lets go by itself goes; what it does not waits for a person who may.
func TestAChoiceGoesOnOrWaits(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, x := context.Background(), newBureau(t, s)
		wish := x.wish(cases.Damaged, "damaged", "partial_keep", 1)
		wish.Evidence = []string{"photo"}
		c, adv, err := x.Open(ctx, x.anna, wish)
		must(t, err)
		keep := x.offered(t, adv, "partial_keep")
		c, err = x.Choose(ctx, x.anna, c.ID, keep)
		must(t, err)
		if c.Phase != cases.Resolving {
			t.Fatalf("%s %+v", c.Phase, c.Resolutions)
		}
		r := c.Resolutions[slices.IndexFunc(c.Resolutions, func(r cases.Resolution) bool { return r.Number == keep })]
		x.pays(t, r.Refund, false)
		if who, _ := x.get(t, c.ID).Waits(); who != cases.ByUs {
			t.Errorf("failed and waits for %s", who)
		}
		x.pays(t, r.Refund, true)
		if c = x.get(t, c.ID); c.Phase != cases.Closed {
			t.Fatalf("%s %+v", c.Phase, c.Resolutions)
		}
		// A refund of the same kind is no bagatelle: a lead looks at it.
		wish = x.wish(cases.Return, "changed_mind", "refund", 1)
		wish.OpenedAt = x.now
		x.terms.Policy.Windows[decision.Refund] = 90
		c, adv, err = x.Open(ctx, x.anna, wish)
		must(t, err)
		agent := auth.Actor{Kind: auth.Agent, ID: 9, Workspace: x.w, Role: auth.AgentRole}
		stranger := x.anna
		stranger.ID++
		if _, err := x.Choose(ctx, stranger, c.ID, adv.Offers[0].Resolution); !errs.Is(err, errs.NotFound) {
			t.Errorf("somebody else's case: %v", err)
		}
		if _, err := x.Approve(ctx, x.anna, c.ID, x.offered(t, adv, "refund"), ""); !errs.Is(err, errs.Denied) {
			t.Errorf("approved by the customer: %v", err)
		}
		if _, err := x.Approve(ctx, agent, c.ID, x.offered(t, adv, "refund"), "so"); !errs.Is(err, errs.Denied) {
			t.Errorf("money approved without the right: %v", err)
		}
		if _, err := x.Grant(ctx, x.lead, c.ID, casework.Grant{Means: cases.FullKeep, Components: ledger.Components{Goods: 2000, Tax: 380}}, ""); !errs.Is(err, errs.Invalid) {
			t.Errorf("given without a reason: %v", err)
		}
		c, err = x.Grant(ctx, x.lead, c.ID, casework.Grant{Means: cases.FullKeep, Components: ledger.Components{Goods: 2000, Tax: 380, Goodwill: 100}}, "twenty years a customer")
		must(t, err)
		if c.Phase != cases.Resolving || c.Decision.Why == "" || c.Decision.By != 2 {
			t.Fatalf("%s %+v", c.Phase, c.Decision)
		}
	})
}

// Whoever lets a resolution go on has decided on its refund, also when the case was decided long before, and when it is decided
// anew by itself meanwhile; their reason stays.
func TestWhoeverLetsItGoOnHasDecided(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, x := context.Background(), newBureau(t, s)
		wish := x.wish(cases.Withdrawal, "changed_mind", "store_credit", 1) // approved by the law, in nobody's name
		c, _, err := x.Open(ctx, x.anna, wish)
		must(t, err)
		if c.Phase == cases.Submitted || c.Decision.By != 0 {
			t.Fatalf("%s, decided by %d", c.Phase, c.Decision.By)
		}
		c, err = x.Grant(ctx, x.lead, c.ID, casework.Grant{Means: cases.Allowance, Components: ledger.Components{Goodwill: 300}}, "the parcel was wet")
		must(t, err)
		r := c.Resolutions[len(c.Resolutions)-1]
		if r.Decider != x.lead.Person() || r.Why != "the parcel was wet" {
			t.Fatalf("decided by %d, because %q", r.Decider, r.Why)
		}
		paid, err := x.till.Service.Get(ctx, x.owner, r.Refund)
		must(t, err)
		if paid.State() != refund.Approved || paid.RequestedBy != x.lead.Person() {
			t.Errorf("%s, asked for by %d", paid.State(), paid.RequestedBy)
		}
		system := auth.ForSystem(x.w)
		c, err = x.cases.Offer(ctx, system, c.ID, c.Decision, c.Deadline, nil) // decided anew, by nobody
		must(t, err)
		if c.Decision.By != 0 || c.Decider(c.Resolutions[len(c.Resolutions)-1]) != x.lead.Person() {
			t.Errorf("forgotten: %+v", c.Resolutions)
		}
	})
}

// What was bought elsewhere is declined at once, kindly; a case about nothing else is closed by nobody's work.
func TestForeignGoodsAreDeclinedKindly(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, x := context.Background(), newBureau(t, s)
		c, adv, err := x.Open(ctx, x.anna, casework.Wish{Order: x.order.ID, Kind: cases.Return, Items: []casework.Item{{Foreign: "a red kettle", Quantity: 1, Reason: "changed_mind"}}})
		must(t, err)
		if c.Phase != cases.Declined || c.Lines[0].Declined != cases.NotBoughtHere || len(adv.Refused) != 1 {
			t.Fatalf("%s %+v %+v", c.Phase, c.Lines, adv)
		}
		if last := x.letters[len(x.letters)-1]; !strings.Contains(last, "red kettle") {
			t.Errorf("%s", last)
		}
	})
}

// A photo is all that lacks: the case asks for it by itself, in one letter, and decides when it comes. What is lacking even
// then is for a person; and a withdrawal is asked for nothing.
func TestACaseAsksByItselfOnce(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, x := context.Background(), newBureau(t, s)
		x.moves(t, "US")
		x.terms.Policy.Evidence = map[decision.Reason]decision.Evidence{decision.Damaged: decision.Photo | decision.Video}
		c, adv, err := x.Open(ctx, x.anna, x.wish(cases.Damaged, "damaged", "store_credit", 1))
		must(t, err)
		if c.Phase != cases.NeedsInfo || c.Waiting != "photo video" || len(adv.Offers) > 0 || len(x.letters) != 1 || !strings.Contains(x.letters[0], "Foto") {
			t.Fatalf("%s for %q, %d offers, letters %q", c.Phase, c.Waiting, len(adv.Offers), x.letters)
		}
		if who, _ := c.Waits(); who != cases.ByCustomer {
			t.Errorf("it waits for %s", who)
		}
		events, err := x.cases.History(ctx, x.owner, c.ID)
		must(t, err)
		if i := slices.IndexFunc(events, func(e cases.Event) bool { return e.Phase == cases.NeedsInfo }); events[i].By.Kind != auth.System {
			t.Errorf("asked by %+v", events[i].By)
		}
		c, err = x.Answer(ctx, x.anna, c.ID, []string{"photo"}, "Hier.")
		must(t, err)
		if who, _ := c.Waits(); c.Phase != cases.Submitted || who != cases.ByUs || len(c.Resolutions) > 0 {
			t.Fatalf("with a half of it: %s, waits for %s, %d resolutions", c.Phase, who, len(c.Resolutions))
		}
		c, err = x.Answer(ctx, x.anna, c.ID, []string{"video"}, "")
		must(t, err)
		if i := slices.IndexFunc(c.Resolutions, func(r cases.Resolution) bool { return r.Means == cases.StoreCredit && r.Stand == cases.Offered }); i < 0 {
			t.Fatalf("with all of it: %+v", c.Resolutions)
		}
		x.moves(t, "DE")
		if c, _, err = x.Open(ctx, x.anna, x.wish(cases.Withdrawal, "damaged", "refund", 1)); err != nil || c.Phase == cases.NeedsInfo || !c.Statutory {
			t.Fatalf("a withdrawal: %s, %v", c.Phase, err)
		}
		if c, _, err = x.Open(ctx, x.anna, x.wish(cases.Damaged, "damaged", "store_credit", 1)); err != nil || c.Phase != cases.Submitted {
			t.Fatalf("of one who might withdraw: %s, %v", c.Phase, err)
		}
	})
}

// moves lets the customer have bought from another country.
func (x *bureau) moves(t *testing.T, country string) {
	t.Helper()
	n := order.New{Shop: x.order.Shop, Number: x.order.Number, Email: "anna@client.example", CustomerName: "Anna", Currency: "EUR", Goods: 9000, Tax: 1710, Shipping: 490, Total: 11200, PaymentMethod: "card",
		PlacedAt: x.order.PlacedAt, ShipTo: order.Address{Name: "Anna", Country: country}, Lines: x.order.Lines, Fulfillments: x.order.Fulfillments}
	o, _, err := x.orders.Save(context.Background(), x.owner, n)
	must(t, err)
	x.order = o
}

// Whoever gave it: the customer hears, in their language and the thread of their case, that refunds go to another account.
func TestTheCustomerHearsOfAnotherAccount(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, x := context.Background(), newBureau(t, s)
		must(t, x.TellAccount(ctx, x.order, "Anna", "DE89 •••• 3000"))
		if len(x.letters) != 0 {
			t.Errorf("written without a thread: %q", x.letters)
		}
		_, _, err := x.Open(ctx, x.owner, x.wish(cases.Damaged, "damaged", "refund", 1))
		must(t, err)
		n := len(x.letters)
		must(t, x.TellAccount(ctx, x.order, "Anna", "DE89 •••• 3000"))
		if len(x.letters) != n+1 || !strings.Contains(x.letters[n], "DE89 •••• 3000 (Anna)") || !strings.Contains(x.letters[n], "ab jetzt auf dieses Bankkonto") {
			t.Errorf("%q", x.letters[n:])
		}
		x.mute = true
		must(t, x.TellAccount(ctx, x.order, "Anna", "FR76 •••• 0189"))
	})
}
