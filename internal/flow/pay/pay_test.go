package pay_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"godwit.dev/godwit/internal/adapter/payment/sandbox"
	"godwit.dev/godwit/internal/adapter/payment/stripe"
	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/ledger"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/flow/pay"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/connector"
	"godwit.dev/godwit/internal/platform/hook"
	"godwit.dev/godwit/internal/platform/job"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var errKilled = errors.New("the process is gone")

// till pays back orders through a sandbox, and dies when it is told to.
type till struct {
	*store.Store
	refunds *refund.Service
	book    *ledger.Book
	box     *sandbox.Provider
	carrier *pay.Service
	orders  *order.Service
	us      auth.Actor
	shop    order.ShopID
	now     time.Time
	jobs    []job.Job
	dies    func() bool // asked before and after every step beyond the process
}

// Enqueue keeps the jobs that are asked for.
func (x *till) Enqueue(_ context.Context, jobs ...job.Job) error {
	x.jobs = append(x.jobs, jobs...)
	return nil
}

// mortal is a step that may end before it is done, or before anybody hears of it.
func mortal[T any](x *till, step func() (T, error)) (out T, err error) {
	if x.dies() {
		return out, errKilled
	}
	if out, err = step(); err == nil && x.dies() {
		var none T
		return none, errKilled
	}
	return out, err
}

type provider struct{ *till }

func (p provider) About(ctx context.Context) (pay.About, error) { return p.box.About(ctx) }

func (p provider) Refund(ctx context.Context, a pay.Ask) (pay.Answer, error) {
	return mortal(p.till, func() (pay.Answer, error) { return p.box.Refund(ctx, a) })
}

func (p provider) Lookup(ctx context.Context, a pay.Ask) (pay.Answer, error) {
	return mortal(p.till, func() (pay.Answer, error) { return p.box.Lookup(ctx, a) })
}

// verbs are those of refunds; the steps of an attempt may be the last ones.
type verbs struct {
	*refund.Service
	x *till
}

func (v verbs) Submit(ctx context.Context, a auth.Actor, r refund.ID, n int) (refund.Refund, error) {
	return mortal(v.x, func() (refund.Refund, error) { return v.Service.Submit(ctx, a, r, n) })
}

func (v verbs) Observe(ctx context.Context, a auth.Actor, r refund.ID, y refund.Answer) (refund.Refund, error) {
	return mortal(v.x, func() (refund.Refund, error) { return v.Service.Observe(ctx, a, r, y) })
}

func newTill(t *testing.T, s *store.Store) *till {
	t.Helper()
	x := &till{Store: s, us: auth.ForSystem(storetest.Workspace(t, s)), now: time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC), dies: func() bool { return false }}
	clock := func() time.Time { return x.now }
	ids := id.NewSource(id.RandomNode(), time.Now)
	x.orders = order.NewService(order.Config{Store: s, Customers: customer.New(customer.Config{Store: s, Journal: s, IDs: ids}), Journal: s, IDs: ids})
	shop, _, err := x.orders.EnsureShop(t.Context(), x.us, order.Shop{Name: "Acme", Currency: "EUR"})
	must(t, err)
	x.shop = shop.ID
	x.box = sandbox.New(clock)
	x.book = ledger.New(ledger.Config{Store: s, IDs: ids, Now: clock})
	box := sandbox.Driver(nil)
	box.Open = func(connector.Settings) (pay.Provider, error) { return provider{x}, nil }
	x.refunds = refund.New(refund.Config{Store: s, Ledger: x.book, Journal: s, IDs: ids, Now: clock, Carry: func(ctx context.Context, r refund.Refund) error { return x.carrier.Carry(ctx, r) }})
	x.carrier = pay.New(pay.Config{Store: s, Refunds: verbs{x.refunds, x}, Journal: s, Queue: x, IDs: ids, Client: http.DefaultClient, Drivers: []pay.Driver{box}, Now: clock})
	if _, _, err := x.carrier.Add(t.Context(), x.us, pay.Input{Driver: sandbox.Name}); err != nil && !errs.Is(err, errs.Conflict) {
		t.Fatal(err)
	}
	x.jobs = nil
	return x
}

// owes approves a refund of an order that was paid by a card.
func (x *till) owes(t *testing.T, name string, sum int64) refund.Refund {
	t.Helper()
	o, _, err := x.orders.Save(t.Context(), x.us, order.New{Shop: x.shop, Number: name, Email: "anna@client.example", Currency: "EUR", Goods: sum, Total: sum, PlacedAt: x.now,
		Lines: []order.Line{{SKU: "MUG", Title: "Mug", Quantity: 1, Price: sum}}})
	must(t, err)
	r, err := x.refunds.Request(t.Context(), x.us, refund.NewRefund{Terms: refund.Terms{Order: o.ID, Currency: "EUR", Components: ledger.Components{Goods: sum}},
		Payments: []refund.Payment{{ID: name, Provider: "sandbox", Method: "card", Left: sum}}})
	must(t, err)
	r, err = x.refunds.Approve(t.Context(), x.us, r.ID)
	must(t, err)
	return r
}

// settles works the jobs until nothing is left to look at, with the clock running on to each next look.
func (x *till) settles(t *testing.T) {
	t.Helper()
	for _, j := range x.jobs {
		for rounds := 0; ; rounds++ {
			err := x.carrier.Work(t.Context(), j)
			var later job.Later
			switch {
			case err == nil:
			case errors.As(err, &later):
				x.now = later.At
			default:
				x.now = x.now.Add(time.Second) // the next process takes the job over
			}
			if err == nil {
				break
			}
			if rounds > 1000 {
				t.Fatalf("it never ends: %v", err)
			}
		}
	}
	x.jobs = nil
}

func (x *till) net(t *testing.T, a ledger.Account) (n int64) {
	t.Helper()
	list, err := x.book.Balances(t.Context(), x.us)
	must(t, err)
	for _, b := range list {
		if b.Account == a {
			n += b.Net()
		}
	}
	return n
}

func TestEveryMagicAmountEndsAsItShould(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		for magic, want := range map[int64]struct {
			state refund.State
			paid  int
			owed  int64
		}{
			0: {refund.Succeeded, 1, 0}, sandbox.Fails: {refund.Failed, 0, 1}, sandbox.HangsPaid: {refund.Succeeded, 1, 0}, sandbox.HangsUnheard: {refund.Succeeded, 1, 0},
			sandbox.Late: {refund.Succeeded, 1, 0}, sandbox.FailsLate: {refund.Failed, 0, 1}, sandbox.Reverses: {refund.Reversed, 0, 1}, sandbox.WantsAction: {refund.Succeeded, 1, 0},
		} {
			x := newTill(t, s)
			r := x.owes(t, fmt.Sprint("o", magic), 5000+magic)
			x.settles(t)
			r, err := x.refunds.Get(t.Context(), x.us, r.ID)
			must(t, err)
			if r.State() != want.state || x.box.Paid(fmt.Sprint("o", magic)) != want.paid || r.Allocations[0].Attempt != 1 {
				t.Errorf("%d: %s, paid %d times, attempt %d", magic, r.State(), x.box.Paid(fmt.Sprint("o", magic)), r.Allocations[0].Attempt)
			}
			if x.net(t, ledger.RefundsPayable) != -want.owed*(5000+magic) || x.net(t, ledger.RefundsInTransit) != 0 {
				t.Errorf("%d: %d payable, %d on the way", magic, x.net(t, ledger.RefundsPayable), x.net(t, ledger.RefundsInTransit))
			}
		}
	})
}

// A process may die before and after every commit and every call: no refund is lost, none is paid twice, the books balance.
func TestNoRefundIsLostOrPaidTwiceWhereverTheProcessDies(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		x := newTill(t, s)
		dice := rand.New(rand.NewPCG(20, 26))
		deaths := 0
		x.dies = func() bool {
			dead := dice.IntN(3) == 0
			if dead {
				deaths++
			}
			return dead
		}
		good := []int64{0, sandbox.HangsPaid, sandbox.HangsUnheard, sandbox.Late, sandbox.WantsAction}
		total := int64(0)
		for i := range 60 {
			name := fmt.Sprint("o", i)
			sum := 5000 + good[i%len(good)]
			r := x.owes(t, name, sum)
			x.settles(t)
			total += sum
			r, err := x.refunds.Get(t.Context(), x.us, r.ID)
			must(t, err)
			if paid := x.box.Paid(name); r.State() != refund.Succeeded || paid != 1 || r.Allocations[0].Attempt != 1 {
				t.Fatalf("round %d: %s, paid %d times, attempt %d", i, r.State(), paid, r.Allocations[0].Attempt)
			}
		}
		if x.net(t, "clearing.sandbox") != -total || x.net(t, ledger.RefundsPayable) != 0 || x.net(t, ledger.RefundsInTransit) != 0 {
			t.Errorf("%d left, %d payable, %d on the way; %d were owed", x.net(t, "clearing.sandbox"), x.net(t, ledger.RefundsPayable), x.net(t, ledger.RefundsInTransit), total)
		}
		if c, err := s.CheckLedger(t.Context(), x.us.Workspace); err != nil || len(c.Problems) > 0 || deaths < 60 {
			t.Errorf("%+v, %v, after %d deaths", c, err, deaths)
		}
	})
}

// What no provider carries stays where it is, and leaves as soon as somebody connects the provider, or lets it go on.
func TestWhatHasNoProviderWaitsForIt(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		x := newTill(t, s)
		list, err := x.carrier.Accounts(t.Context(), x.us)
		must(t, err)
		_, err = x.carrier.Pause(t.Context(), x.us, list[0].ID, true)
		must(t, err)
		state := func(want refund.State, r refund.Refund) {
			t.Helper()
			if r, err := x.refunds.Get(t.Context(), x.us, r.ID); err != nil || r.State() != want {
				t.Errorf("%s, %v; want %s", r.State(), err, want)
			}
		}
		r := x.owes(t, "o", 5000)
		x.settles(t)
		state(refund.Approved, r)
		resume := func() {
			t.Helper()
			if len(x.jobs) != 1 || x.jobs[0].Kind != pay.Resume {
				t.Fatalf("jobs: %+v", x.jobs)
			}
			j := x.jobs[0]
			x.jobs = nil
			must(t, x.carrier.TakeUp(t.Context(), j))
			x.settles(t)
		}
		_, err = x.carrier.Pause(t.Context(), x.us, list[0].ID, false)
		must(t, err)
		resume()
		state(refund.Succeeded, r)

		must(t, x.carrier.Delete(t.Context(), x.us, list[0].ID))
		r = x.owes(t, "p", 6000)
		x.settles(t)
		state(refund.Approved, r)
		_, _, err = x.carrier.Add(t.Context(), x.us, pay.Input{Driver: sandbox.Name})
		must(t, err)
		resume()
		state(refund.Succeeded, r)
	})
}

// hooks is where a provider's connection gets its hook.
type hooks struct{ pay.Hooks }

func (hooks) Add(context.Context, auth.Actor, hook.New) (hook.Connection, string, error) {
	return hook.Connection{ID: 5}, "secret", nil
}

// What a provider calls about is taken: answers, refunds that somebody made there, disputes and their ends.
func TestWhatProvidersCall(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		x := newTill(t, s)
		x.carrier.Hooks = hooks{}
		d := stripe.Driver()
		d.Open = func(connector.Settings) (pay.Provider, error) { return silent{}, nil }
		x.carrier.Drivers = append(x.carrier.Drivers, d)
		_, secret, err := x.carrier.Add(t.Context(), x.us, pay.Input{Driver: "stripe", Values: map[string]string{"api_key": "sk"}})
		must(t, err)
		if secret != "secret" {
			t.Errorf("secret %q", secret)
		}
		owes := func(payment string, sum int64) refund.Refund {
			t.Helper()
			o, _, err := x.orders.Save(t.Context(), x.us, order.New{Shop: x.shop, Number: payment, Email: "anna@client.example", Currency: "EUR", Goods: sum, Total: sum, PlacedAt: x.now,
				Lines:    []order.Line{{SKU: "MUG", Title: "Mug", Quantity: 1, Price: sum}},
				Payments: []order.Payment{{ID: payment, Provider: "stripe", Method: "card", Amount: sum, PaidAt: x.now, CapturedAt: x.now}}})
			must(t, err)
			r, err := x.refunds.Request(t.Context(), x.us, refund.NewRefund{Terms: refund.Terms{Order: o.ID, Currency: "EUR", Components: ledger.Components{Goods: sum}},
				Payments: []refund.Payment{{ID: payment, Provider: "stripe", Method: "card", Left: sum}}})
			must(t, err)
			r, err = x.refunds.Approve(t.Context(), x.us, r.ID)
			must(t, err)
			return r
		}
		calls := func(what, object string) {
			t.Helper()
			body := fmt.Sprintf(`{"id":"evt","object":"event","type":%q,"data":{"object":%s}}`, what, object)
			for range 2 { // a repeat changes nothing
				must(t, x.carrier.Receive(t.Context(), hook.Connection{ID: 5, Workspace: x.us.Workspace}, hook.Received{ContentType: "application/json", Body: []byte(body)}))
			}
		}
		state := func(r refund.Refund, want refund.State) refund.Refund {
			t.Helper()
			r, err := x.refunds.Get(t.Context(), x.us, r.ID)
			if err != nil || r.State() != want {
				t.Errorf("%s, %v; want %s", r.State(), err, want)
			}
			return r
		}
		refunded := func(name, payment string, sum int64, status, key string) string {
			return fmt.Sprintf(`{"id":%q,"object":"refund","amount":%d,"currency":"eur","status":%q,"charge":%q,"metadata":{"godwit_key":%q}}`, name, sum, status, payment, key)
		}

		// The provider gave no answer, and calls: first by the key, then by its own name.
		r := owes("ch_1", 5000)
		if err := x.carrier.Work(t.Context(), x.jobs[len(x.jobs)-1]); err == nil {
			t.Error("nobody is to look again at what has no answer")
		}
		key := state(r, refund.Submitted).Allocations[0].Key
		calls("refund.created", refunded("re_1", "ch_1", 5000, "pending", key))
		state(r, refund.Pending)
		calls("refund.updated", refunded("re_1", "ch_1", 5000, "succeeded", ""))
		state(r, refund.Succeeded)
		calls("refund.failed", refunded("re_1", "ch_1", 5000, "failed", ""))
		state(r, refund.Reversed)

		// Somebody refunds at the provider what waits here: another sum is none of it.
		r = owes("ch_2", 6000)
		calls("refund.created", refunded("re_2", "ch_2", 500, "succeeded", ""))
		state(r, refund.Approved)
		calls("refund.created", refunded("re_3", "ch_2", 6000, "succeeded", ""))
		if r = state(r, refund.Succeeded); r.Allocations[0].Payer != "stripe" {
			t.Errorf("paid by %q", r.Allocations[0].Payer)
		}

		// A dispute that is won lets the refund go on; one that is lost has paid it.
		dispute := func(name, payment string, sum int64, status string) string {
			return fmt.Sprintf(`{"id":%q,"object":"dispute","amount":%d,"currency":"eur","status":%q,"charge":%q}`, name, sum, status, payment)
		}
		r = owes("ch_3", 7000)
		calls("charge.dispute.created", dispute("dp_1", "ch_3", 7000, "needs_response"))
		if r = state(r, refund.Approved); len(r.Disputes) != 1 {
			t.Errorf("disputes %v", r.Disputes)
		}
		calls("charge.dispute.closed", dispute("dp_1", "ch_3", 7000, "won"))
		if r = state(r, refund.Approved); len(r.Disputes) != 0 {
			t.Errorf("disputes %v", r.Disputes)
		}
		calls("charge.dispute.created", dispute("dp_2", "ch_3", 7000, "needs_response"))
		calls("charge.dispute.closed", dispute("dp_2", "ch_3", 7000, "lost"))
		state(r, refund.Succeeded)

		// What is owed beyond a lost dispute stays frozen, for people.
		r = owes("ch_4", 8000)
		calls("charge.dispute.created", dispute("dp_3", "ch_4", 3000, "needs_response"))
		calls("charge.dispute.closed", dispute("dp_3", "ch_4", 3000, "lost"))
		if r = state(r, refund.Approved); len(r.Disputes) != 1 {
			t.Errorf("disputes %v", r.Disputes)
		}

		// What left by the bank is refunded at the provider too: the customer has it twice, and somebody is to see it once.
		r = owes("ch_5", 9000)
		_, err = x.refunds.Resend(t.Context(), x.us, r.ID, 1, "bank")
		must(t, err)
		_, err = x.refunds.Submit(t.Context(), x.us, r.ID, 1)
		must(t, err)
		_, err = x.refunds.Observe(t.Context(), x.us, r.ID, refund.Answer{Allocation: 1, Attempt: 1, Outcome: refund.OutcomeSucceeded, Reference: "sepa-1"})
		must(t, err)
		calls("refund.created", refunded("re_8", "ch_5", 100, "succeeded", ""))
		if r = state(r, refund.Succeeded); r.Out() != 0 {
			t.Errorf("another sum is called paid twice: %+v", r.Allocations)
		}
		calls("refund.created", refunded("re_9", "ch_5", 9000, "succeeded", ""))
		if r = state(r, refund.Succeeded); r.Lane() != refund.LaneTwice || r.Out() != 9000 || r.Allocations[0].Twice[0].Reference != "re_9" {
			t.Errorf("%s, %+v", r.Lane(), r.Allocations)
		}

		// What failed here and was then refunded at the provider is paid, and not tried again.
		r = owes("ch_6", 4000)
		_, err = x.refunds.Submit(t.Context(), x.us, r.ID, 1)
		must(t, err)
		_, err = x.refunds.Observe(t.Context(), x.us, r.ID, refund.Answer{Allocation: 1, Attempt: 1, Outcome: refund.OutcomeFailed, Code: "expired"})
		must(t, err)
		calls("refund.created", refunded("re_10", "ch_6", 4000, "succeeded", ""))
		if r = state(r, refund.Succeeded); r.Allocations[0].Payer != "stripe" || r.Out() != 0 {
			t.Errorf("%+v", r.Allocations)
		}
		calls("customer.created", `{"id":"cus_1","object":"customer"}`)
		if c, err := s.CheckLedger(t.Context(), x.us.Workspace); err != nil || len(c.Problems) > 0 {
			t.Errorf("%+v, %v", c, err)
		}
	})
}

// silent is a provider that gives no answer.
type silent struct{}

func (silent) About(context.Context) (pay.About, error)            { return pay.About{}, errSilent }
func (silent) Refund(context.Context, pay.Ask) (pay.Answer, error) { return pay.Answer{}, errSilent }
func (silent) Lookup(context.Context, pay.Ask) (pay.Answer, error) { return pay.Answer{}, errSilent }

var errSilent = errs.New(errs.Unavailable, "error.vendor_busy")

// An account of a shop is before that of all shops, and there is one of each.
func TestAnAccountIsOfOneShopOrOfAll(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		x := newTill(t, s)
		if _, _, err := x.carrier.Add(t.Context(), x.us, pay.Input{Driver: sandbox.Name}); !errs.Is(err, errs.Conflict) {
			t.Errorf("another one of all shops: %v", err)
		}
		own, _, err := x.carrier.Add(t.Context(), x.us, pay.Input{Driver: sandbox.Name, Shop: x.shop, Name: "of Acme"})
		must(t, err)
		if _, _, err := x.carrier.Add(t.Context(), x.us, pay.Input{Driver: sandbox.Name, Shop: x.shop}); !errs.Is(err, errs.Conflict) {
			t.Errorf("another one of the shop: %v", err)
		}
		if _, _, err := x.carrier.Add(t.Context(), x.us, pay.Input{Driver: sandbox.Name, Shop: 999}); !errs.Is(err, errs.NotFound) {
			t.Errorf("of a shop that does not exist: %v", err)
		}
		x.jobs = nil
		r := x.owes(t, "o", 5000)
		_, err = x.carrier.Pause(t.Context(), x.us, own.ID, true)
		must(t, err)
		x.settles(t)
		if r, err := x.refunds.Get(t.Context(), x.us, r.ID); err != nil || r.State() != refund.Approved {
			t.Errorf("paid by the account of all shops: %s, %v", r.State(), err)
		}
	})
}
