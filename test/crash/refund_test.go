package crash

import (
	"cmp"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"godwit.dev/godwit/internal/adapter/channel/email"
	"godwit.dev/godwit/internal/adapter/payment/stripe/stripetest"
	"godwit.dev/godwit/internal/app"
	"godwit.dev/godwit/internal/domain/ledger"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/flow/pay"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store/storetest"
)

// A cashier is killed between the decision and the provider's call, while the provider works, when it has paid and has not
// said so, when it has said so and nobody has written it down, and at any other moment: no refund is lost, none is paid
// twice, and the books balance to the cent.
func TestACrashLosesNoRefundAndPaysNoneTwice(t *testing.T) {
	if *engine == "sqlite" || *engine == "both" {
		t.Run("sqlite", func(t *testing.T) { refunds(t, storetest.File(t)) })
	}
	if *engine == "postgres" || *engine == "both" {
		t.Run("postgres", func(t *testing.T) { refunds(t, storetest.Database(t)) })
	}
}

// bank is the provider of payments, which outlives every cashier.
type bank struct {
	*stripetest.Server
	address string

	mu     sync.Mutex
	seen   map[string]int // how often a key has come
	trap   stripetest.Stage
	prey   *life
	sprung map[stripetest.Stage]int
}

func newBank(t *testing.T) *bank {
	b := &bank{seen: map[string]int{}, sprung: map[stripetest.Stage]int{}}
	b.Server = &stripetest.Server{Wrong: func(what string) { t.Error(what) }, At: b.at, Decide: func(amount, _ string) (int, map[string]any) {
		switch amount[len(amount)-1] - '0' {
		case refuses:
			return http.StatusBadRequest, stripetest.Refused("invalid_request_error", "charge_already_refunded")
		case waits:
			return http.StatusOK, map[string]any{"status": "pending"}
		}
		return http.StatusOK, nil
	}, Later: func(r map[string]any) { r["status"] = "succeeded" }}
	s := httptest.NewServer(b.Server)
	t.Cleanup(s.Close)
	b.address = s.URL
	return b
}

// at lets a request go on, unless it is the moment to kill, or the way is bad.
func (b *bank) at(s stripetest.Stage, key string) bool {
	b.mu.Lock()
	if s == stripetest.Asked {
		b.seen[key]++
	}
	first := b.seen[key] == 1
	kill := b.trap == s && b.prey != nil
	if kill {
		b.sprung[s]++
		_ = b.prey.cmd.Process.Kill()
		b.trap, b.prey = "", nil
	}
	b.mu.Unlock()
	var of, number int64 // the order's number is the second part of a key
	if n, _ := fmt.Sscanf(key, "godwit-%d-%d-", &of, &number); n != 2 {
		b.Wrong("key " + key)
	}
	fate := priced(number) % 10
	switch {
	case s == stripetest.Asked && fate == vanishes && first:
		return false
	case s == stripetest.Paid && fate == hangs && first:
		return false
	case s == stripetest.Paid && fate == slow:
		time.Sleep(30 * time.Millisecond)
	}
	return true
}

// set chooses whom to kill next, and when; nobody at no moment.
func (b *bank) set(at stripetest.Stage, prey *life) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.trap, b.prey = at, prey
}

// again is how many requests came more than once.
func (b *bank) again() (n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, times := range b.seen {
		n += min(times-1, 1)
	}
	return n
}

func refunds(t *testing.T, database string) {
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	began, ctx := time.Now(), t.Context()
	dice := rand.New(rand.NewPCG(*seed, 2))
	b := newBank(t)
	core, err := app.NewCore(ctx, tillConfig(database, slog.New(slog.DiscardHandler)))
	must(err)
	defer core.Close()
	_, _, err = core.Auth.Found(ctx, auth.Founding{Workspace: "Bar-tailed", Name: "Li Wei", Email: "owner@example.test", Password: password, Language: "en", Zone: "Asia/Shanghai"})
	must(err)
	token, _, err := core.Auth.SignIn(ctx, "owner@example.test", password, "127.0.0.1", "crash")
	must(err)
	actor, _, err := core.Auth.Authenticate(ctx, token)
	must(err)
	shop, _, err := core.Orders.EnsureShop(ctx, actor, order.Shop{Name: "Acme", Currency: "EUR"})
	must(err)
	_, _, err = core.Pay.Add(ctx, actor, pay.Input{Driver: "stripe", Values: map[string]string{"api_key": stripetest.Key, "address": b.address}})
	must(err)

	log := filepath.Join(t.TempDir(), "child.log")
	fail := func(format string, args ...any) {
		t.Helper()
		text, _ := os.ReadFile(log)
		t.Fatalf(format+"\n%s", append(args, text[max(0, len(text)-4000):])...)
	}
	start := func() *life {
		return begin(t, log, childDatabase+"="+database, childToken+"="+token, childTill+"="+strconv.FormatInt(int64(shop.ID), 10))
	}
	moments := []stripetest.Stage{stripetest.Asked, stripetest.Paid, stripetest.Told, ""}
	kills := cmp.Or(*tills, *rounds)
	for range kills {
		l := start()
		<-l.ready
		span := time.Duration(dice.IntN(150)) * time.Millisecond
		if at := moments[dice.IntN(len(moments))]; at != "" {
			b.set(at, l)
			span = time.Second
		}
		select {
		case <-l.dead:
		case <-time.After(span):
			_ = l.cmd.Process.Kill()
			<-l.dead
		}
		b.set("", nil)
		if l.cmd.ProcessState.Exited() {
			fail("a child ended by itself: %v", l.err)
		}
	}
	lived := time.Since(began)

	// What the dead left is taken up: the last decisions, and then all that is on its way.
	last, err := core.Refunds.List(ctx, actor, refund.Filter{}, 0, 1)
	must(err)
	if len(last) == 0 {
		fail("nothing was decided")
	}
	for n := max(last[0].Resolution-3, 1); n <= last[0].Resolution+1; n++ {
		must(owe(ctx, core, actor, shop.ID, n))
	}
	rest := core.Background(email.Options{})
	rest.Start(ctx)
	_, read := core.Store.Pools()
	for until := time.Now().Add(5 * time.Minute); ; time.Sleep(20 * time.Millisecond) {
		left := 0
		must(read.QueryRowContext(ctx, `SELECT count(*) FROM refund_allocation WHERE state NOT IN ('succeeded','failed')`).Scan(&left))
		if left == 0 {
			break
		}
		if time.Now().After(until) {
			var waiting, dead int
			var next int64
			must(read.QueryRowContext(ctx, `SELECT count(*), coalesce(sum(CASE WHEN dead THEN 1 ELSE 0 END),0), coalesce(min(run_at),0) FROM job WHERE kind='refund.carry'`).Scan(&waiting, &dead, &next))
			fail("%d refunds do not come to rest; %d jobs, %d of them given up, the next in %v", left, waiting, dead, time.Until(time.UnixMilli(next)))
		}
	}
	rest.Stop(ctx)

	paid := map[string]int{}
	for _, x := range b.Refunds() {
		paid[fmt.Sprint(x["charge"])]++
	}
	decided, out, owed := 0, int64(0), int64(0)
	for before := refund.ID(0); ; {
		list, err := core.Refunds.List(ctx, actor, refund.Filter{}, before, refund.MaxPage)
		must(err)
		if len(list) == 0 {
			break
		}
		for _, x := range list {
			a, want, times := x.Allocations[0], refund.Succeeded, 1
			if a.Amount%10 == refuses {
				want, times = refund.Failed, 0
				owed += a.Amount
			} else {
				out += a.Amount
			}
			if x.State() != want || paid[a.Payment] != times || a.Attempt != 1 || a.PaidTwice > 0 || a.Doubt {
				t.Errorf("order %d: %s, paid %d times, attempt %d; want %s", x.Resolution, x.State(), paid[a.Payment], a.Attempt, want)
			}
			delete(paid, a.Payment)
			decided++
			before = x.ID
		}
	}
	if len(paid) > 0 {
		t.Errorf("paid, and nobody knows why: %v", paid)
	}
	var orders int
	must(read.QueryRowContext(ctx, `SELECT count(*) FROM orders`).Scan(&orders))
	if orders != decided {
		t.Errorf("%d orders, %d refunds", orders, decided)
	}
	sums, err := core.Ledger.Balances(ctx, actor)
	must(err)
	for _, x := range sums {
		want, checked := map[ledger.Account]int64{"clearing.stripe": -out, ledger.RefundsPayable: -owed, ledger.RefundsInTransit: 0, ledger.ReturnedGoods: out + owed}[x.Account]
		if !checked || x.Net() != want {
			t.Errorf("%s: %d, want %d", x.Account, x.Net(), want)
		}
	}
	if c, err := core.Store.CheckLedger(ctx, actor.Workspace); err != nil || len(c.Problems) > 0 {
		t.Errorf("%+v, %v", c, err)
	}
	t.Logf("seed %d: %d rounds (%d killed when the request had come, %d when it was paid, %d when the answer was on its way); %d refunds decided, %d asked for again; %v, %v of it to come to rest",
		*seed, kills, b.sprung[stripetest.Asked], b.sprung[stripetest.Paid], b.sprung[stripetest.Told], decided, b.again(), time.Since(began).Round(time.Millisecond), (time.Since(began) - lived).Round(time.Millisecond))
}
