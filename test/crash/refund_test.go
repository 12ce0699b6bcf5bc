package crash

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"hash/fnv"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"godwit.dev/godwit/internal/adapter/channel/email"
	"godwit.dev/godwit/internal/adapter/channel/email/smtptest"
	"godwit.dev/godwit/internal/adapter/payment/sandbox"
	"godwit.dev/godwit/internal/adapter/payment/stripe/stripetest"
	"godwit.dev/godwit/internal/app"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/ledger"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/pay"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/portal/ui"
)

// A process is killed anywhere between a customer's wish and the money: while the wish is taken and decided, while people
// agree and goods are counted, between the decision and the provider's call, while the provider works, when it has paid and
// has not said so, when it has said so and nobody has written it down. No wish and no refund is lost, none is paid twice,
// the books balance to the cent, what customers read is true, and no letter is written twice. Nor is a sum
// held or taken twice on a card for an exchange that goes out first, and none is left held when its goods are back.
func TestACrashLosesNoRefundAndPaysNoneTwice(t *testing.T) {
	engines(t, refunds)
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
	doors := http.NewServeMux()
	doors.Handle("/", b.Server)
	doors.HandleFunc("POST /customer/{page}", func(_ http.ResponseWriter, r *http.Request) { b.Agree(r.PathValue("page")) })
	s := httptest.NewServer(doors)
	t.Cleanup(s.Close)
	b.address = s.URL
	return b
}

// at lets a request go on, unless it is the moment to kill, or the way is bad: of seven keys one is lost when it first
// comes, one is paid and the first answer lost, and one is answered late.
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
	fate := fnv.New32a()
	_, _ = fate.Write([]byte(key))
	switch f := fate.Sum32() % 7; {
	case f == 0 && s == stripetest.Asked && first:
		return false
	case f == 1 && s == stripetest.Paid && first:
		return false
	case f == 2 && s == stripetest.Paid:
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

// witness holds what Godwit says against what happened.
type witness struct {
	t    *testing.T
	core *app.Core
	who  auth.Actor
	bank *bank
	read *sql.DB
}

// paid counts, by payment, how often money left a provider.
func (x witness) paid(ctx context.Context) map[string]int {
	out := map[string]int{}
	for _, r := range x.bank.Refunds() {
		out[r["charge"].(string)]++
	}
	rows, err := x.read.QueryContext(ctx, `SELECT data FROM sandbox_refund`)
	if err != nil {
		x.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		var kept struct {
			Ask       pay.Ask
			Reference string
		}
		if err := rows.Scan(&text); err != nil {
			x.t.Fatal(err)
		}
		if text == "" {
			continue
		}
		if err := json.Unmarshal([]byte(text), &kept); err != nil {
			x.t.Fatal(err)
		}
		if kept.Reference != "" && kept.Ask.Amount.Minor%100 != sandbox.FailsLate && kept.Ask.Amount.Minor%100 != sandbox.Fails {
			out[kept.Ask.Payment]++
		}
	}
	return out
}

// letters is how many letters a case's events have led to: that it was received, what is given, that goods came, that
// money left. Each step and its letter are one transaction, so that this is so at every moment.
func letters(events []cases.Event) (n int) {
	for _, e := range events {
		switch {
		case e.Kind == cases.Went && e.Phase == cases.Submitted && e.Was == cases.Draft, e.Kind == cases.Went && e.Phase == cases.GoodsHere,
			e.Kind == cases.Stepped && (e.Stand == cases.Waiting || e.Stand == cases.Done || e.Stand == cases.Undone):
			n++
		}
	}
	return n
}

// check says what is wrong about cases, the newest first, to a limit; it may be asked at any moment. It returns the refunds that it saw, and
// of how many cases that were paid the goods are not graded yet.
func (x witness) check(ctx context.Context, limit int) (seen map[int64]refund.Refund, ungraded int) {
	x.t.Helper()
	seen = map[int64]refund.Refund{}
	var list []cases.Case
	for before := cases.ID(0); len(list) < limit; before = list[len(list)-1].ID {
		page, err := x.core.Cases.List(ctx, x.who, cases.Filter{}, before, min(limit-len(list), cases.MaxPage))
		if err != nil {
			x.t.Fatal(err)
		}
		if list = append(list, page...); len(page) == 0 {
			break
		}
	}
	paid := x.paid(ctx)
	for _, c := range list {
		if swap, _ := swaps(c.Number); swap {
			x.swapped(ctx, c)
			continue
		}
		events, err := x.core.Cases.History(ctx, x.who, c.ID)
		if err != nil {
			x.t.Fatal(err)
		}
		var written int
		if err := x.read.QueryRowContext(ctx, `SELECT count(*) FROM message WHERE kind='outbound' AND ticket_id=$1`, int64(c.Ticket)).Scan(&written); err != nil {
			x.t.Fatal(err)
		}
		if want := letters(events); written != want {
			x.t.Errorf("case %d: %d letters, want %d", c.Number, written, want)
		}
		asked, done := 0, false
		for _, r := range c.Resolutions {
			if r.Refund == 0 {
				continue
			}
			asked++
			f, err := x.core.Refunds.Get(ctx, x.who, r.Refund)
			if err != nil {
				x.t.Fatal(err)
			}
			seen[c.Number] = f
			if done = r.Stand == cases.Done; done != (f.State() == refund.Succeeded) {
				x.t.Errorf("case %d: its refund is %s and its resolution %s", c.Number, f.State(), r.Stand)
			}
		}
		times := paid["ch_"+strconv.FormatInt(c.Number, 10)]
		word := ui.Standing(c).Word
		over := done
		if done && c.Phase == cases.GoodsHere { // the money leaves when goods come; whoever counted them was killed before they graded them
			ungraded, over = ungraded+1, false
		}
		if asked > 1 || times > 1 || done && times != 1 || (word == "done") != over || over != (c.Phase == cases.Closed && c.Reason == cases.Completed) || asked == 0 && times > 0 {
			x.t.Errorf("case %d: %s, its page says %q, %d refunds, paid %d times", c.Number, c.Phase, word, asked, times)
		}
	}
	if c, err := x.core.Store.CheckLedger(ctx, x.who.Workspace); err != nil || len(c.Problems) > 0 {
		x.t.Errorf("%+v, %v", c, err)
	}
	return seen, ungraded
}

// mortal is by which name the server knows the connections of a process that is killed.
const mortal = "mortal"

// named names the connections to a server; those to a file have no name.
func named(database string) string {
	if strings.HasPrefix(database, "postgres") {
		return database + "&application_name=" + mortal
	}
	return database
}

// bury waits until the server has noticed that a process is dead. Till then it goes on with what that one has asked for last,
// a commit perhaps, and who looks twice sees two states.
func (x witness) bury(ctx context.Context) {
	x.t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		var alive int
		if err := x.read.QueryRowContext(ctx, `SELECT count(*) FROM pg_stat_activity WHERE datname=current_database() AND application_name LIKE $1`, mortal+"%").Scan(&alive); err != nil {
			x.t.Fatal(err)
		}
		if alive == 0 {
			return
		}
		if time.Now().After(end) {
			x.t.Fatalf("%d connections outlive their process", alive)
		}
	}
}

// promises is what the merchant gives beside the law.
const promises = "currency: EUR\nterms:\n  windows: {refund: 30, exchange: 30}\n  fallback: {method: bank, days: 5}\n  trigger: receipt\n  hold_card: true\n"

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
	post, err := smtptest.Start(smtptest.Config{})
	must(err)
	t.Cleanup(post.Stop)
	core, err := app.NewCore(ctx, tillConfig(database, slog.New(slog.DiscardHandler), nil))
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
	_, err = core.Tickets.SaveMailbox(ctx, actor, ticket.Mailbox{Address: "desk@acme.example", Name: "The desk",
		Settings: ticket.MailSettings{InKind: "off", OutKind: "smtp", OutHost: post.Host, OutPort: post.Port, OutTLS: "none"}})
	must(err)
	_, _, err = core.Pay.Add(ctx, actor, pay.Input{Driver: "stripe", Values: map[string]string{"api_key": stripetest.Key, "address": b.address}})
	must(err)
	_, _, err = core.Pay.Add(ctx, actor, pay.Input{Driver: sandbox.Name})
	must(err)
	_, _, err = core.Products.Save(ctx, actor, mug(counter{core, actor, shop.ID, b.address}))
	must(err)
	_, err = core.Policies.Save(ctx, actor, "standard", promises)
	must(err)
	_, err = core.Policies.Publish(ctx, actor, "standard", 1, time.Now().AddDate(-1, 0, 0))
	must(err)

	log := filepath.Join(t.TempDir(), "child.log")
	fail := func(format string, args ...any) {
		t.Helper()
		text, _ := os.ReadFile(log)
		t.Fatalf(format+"\n%s", append(args, text[max(0, len(text)-4000):])...)
	}
	start := func() *life {
		return begin(t, log, childDatabase+"="+named(database), childToken+"="+token, childTill+"="+strconv.FormatInt(int64(shop.ID), 10), childBank+"="+b.address)
	}
	_, read := core.Store.Pools()
	eye := witness{t, core, actor, b, read}
	moments := []stripetest.Stage{stripetest.Asked, stripetest.Paid, stripetest.Told, "", ""}
	kills := cmp.Or(*tills, *rounds)
	for round := range kills {
		l := start()
		<-l.ready
		span := time.Duration(dice.IntN(250)) * time.Millisecond
		if at := moments[dice.IntN(len(moments))]; at != "" {
			b.set(at, l)
			span = time.Second
		}
		if round == 0 { // the first lives until somebody wishes for something, so that there is something to lose
			first := counter{core, actor, shop.ID, b.address}
			for end := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
				n, err := first.last(ctx)
				must(err)
				if n > 0 || time.Now().After(end) {
					break
				}
			}
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
		if database != named(database) {
			eye.bury(ctx)
		}
		if eye.check(ctx, 30); t.Failed() {
			fail("round %d, seed %d", round+1, *seed)
		}
	}
	lived := time.Since(began)

	// What the dead left is taken up: the last wishes, and then all that is on its way. The clock goes on by hours, until
	// the sandbox has made up its mind.
	var ahead atomic.Int64
	late, err := app.NewCore(ctx, tillConfig(database, slog.New(slog.DiscardHandler), func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }))
	must(err)
	defer late.Close()
	eye.core = late
	last := counter{late, actor, shop.ID, b.address}
	until, err := last.last(ctx)
	must(err)
	if until == 0 {
		fail("nobody wished for anything")
	}
	for n := max(until-3, 1); n <= until+1; n++ {
		must(last.serve(ctx, n))
	}
	rest := late.Background(email.Options{})
	rest.Start(ctx)
	end := time.Now().Add(5 * time.Minute)
	for looks := 1; ; looks++ {
		time.Sleep(20 * time.Millisecond)
		var refunds, mails int
		must(read.QueryRowContext(ctx, `SELECT count(*) FROM refund_allocation WHERE state NOT IN ('succeeded','failed')`).Scan(&refunds))
		must(read.QueryRowContext(ctx, `SELECT count(*) FROM action WHERE state IN ('ready','running','committing')`).Scan(&mails))
		if refunds+mails == 0 {
			break
		}
		if mails == 0 && looks%100 == 0 {
			ahead.Add(int64(sandbox.Delay))
		}
		if time.Now().After(end) {
			var waiting, dead int
			var next int64
			must(read.QueryRowContext(ctx, `SELECT count(*), coalesce(sum(CASE WHEN dead THEN 1 ELSE 0 END),0), coalesce(min(run_at),0) FROM job WHERE kind='refund.carry'`).Scan(&waiting, &dead, &next))
			fail("%d refunds and %d letters do not come to rest; %d jobs, %d of them given up, the next in %v", refunds, mails, waiting, dead, time.Until(time.UnixMilli(next)))
		}
	}
	rest.Stop(ctx)

	var orders int64
	must(read.QueryRowContext(ctx, `SELECT count(*) FROM orders`).Scan(&orders))
	found, ungraded := eye.check(ctx, int(orders)+1)
	paid := eye.paid(ctx)
	if ungraded > 0 {
		t.Errorf("the goods of %d cases are never graded", ungraded)
	}
	swapped, taken := eye.swaps(ctx)
	if int64(len(found)+swapped) != orders {
		t.Errorf("%d orders, %d refunds, %d exchanges", orders, len(found), swapped)
	}
	if n := b.Charged(); n != taken {
		t.Errorf("%d was taken of cards, and %d is known of", n, taken)
	}
	held, out, owed := map[string]int64{"stripe": taken}, int64(0), int64(0) // by providers; gone; still to be paid
	for n := int64(1); n <= orders; n++ {
		f := found[n]
		sum, provider := priced(n)
		if swap, _ := swaps(n); swap {
			held[provider] += sum
			continue
		}
		if len(f.Allocations) != 1 {
			t.Errorf("order %d: %d allocations", n, len(f.Allocations))
			continue
		}
		a, want, times := f.Allocations[0], refund.Succeeded, 1
		held[provider] += sum
		if fails(n) {
			want, times = refund.Failed, 0
			owed += sum
		} else {
			out += sum
			held[provider] -= sum
		}
		if f.State() != want || f.Total().Minor != sum || paid[a.Payment] != times || a.Attempt != 1 || len(a.Twice) > 0 || a.Doubt {
			t.Errorf("order %d: %s of %v, paid %d times, attempt %d; want %s of %d", n, f.State(), f.Total(), paid[a.Payment], a.Attempt, want, sum)
		}
		delete(paid, a.Payment)
	}
	if len(paid) > 0 {
		t.Errorf("paid, and nobody knows why: %v", paid)
	}
	sums, err := late.Ledger.Balances(ctx, actor)
	must(err)
	for _, x := range sums {
		want, checked := map[ledger.Account]int64{"clearing.stripe": held["stripe"], "clearing.sandbox": held[sandbox.Name], "payments.card": taken - (held["stripe"] + held[sandbox.Name] + out), ledger.GoodsKept: -taken,
			ledger.RefundsPayable: -owed, ledger.RefundsInTransit: 0, ledger.ReturnedGoods: out + owed}[x.Account]
		if !checked || x.Net() != want {
			t.Errorf("%s: %d, want %d", x.Account, x.Net(), want)
		}
	}
	examined := false
	for _, x := range app.Doctor(ctx, tillConfig(database, slog.New(slog.DiscardHandler), nil), app.DoctorConfig{}) {
		if x.Check == "ledger" {
			if examined = true; x.State != app.Well {
				t.Errorf("the doctor: %+v", x)
			}
		}
	}
	if !examined {
		t.Error("the doctor did not look at the books")
	}
	mailed := map[string]int{}
	for _, m := range post.Messages() {
		head, _, _ := strings.Cut(string(m.Body), "\r\n\r\n")
		for line := range strings.Lines(head) {
			if id, ok := strings.CutPrefix(line, "Message-ID:"); ok {
				mailed[strings.TrimSpace(id)]++
			}
		}
	}
	for id, times := range mailed {
		if times > 1 {
			t.Errorf("letter %s was mailed %d times", id, times)
		}
	}
	var doubt int // a process died in the instant of the mail server's answer, and no mailbox tells
	must(read.QueryRowContext(ctx, `SELECT count(*) FROM message WHERE kind='outbound' AND delivery<>'sent'`).Scan(&doubt))
	if len(mailed) == 0 || t.Failed() {
		fail("seed %d", *seed)
	}
	t.Logf("seed %d: %d rounds (%d killed when the request had come, %d when it was paid, %d when the answer was on its way); %d wishes, %d of them exchanges, %d requests that came again, %d letters mailed, %d in doubt; %v, %v of it to come to rest",
		*seed, kills, b.sprung[stripetest.Asked], b.sprung[stripetest.Paid], b.sprung[stripetest.Told], orders, swapped, b.again(), len(mailed), doubt, time.Since(began).Round(time.Millisecond), (time.Since(began) - lived).Round(time.Millisecond))
}
