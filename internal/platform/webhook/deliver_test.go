package webhook_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/base/outbound"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/webhook"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// clock is a time that tests move.
type clock struct {
	mu  sync.Mutex
	add time.Duration
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.add)
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.add += d
}

// house is a workspace with webhooks over a real store.
type house struct {
	*testing.T
	store   *store.Store
	owner   auth.Actor
	service *webhook.Service
	courier *webhook.Courier
	clock   *clock
	ids     *id.Source
	off     []webhook.Endpoint
}

func newHouse(t *testing.T, s *store.Store) *house {
	t.Helper()
	h := &house{T: t, store: s, clock: &clock{}}
	h.ids = id.NewSource(7, h.clock.now)
	h.owner = auth.Actor{Kind: auth.Agent, ID: 5, Name: "Ada", Role: auth.Owner, Workspace: storetest.Workspace(t, s)}
	allow := outbound.Options{Allow: outbound.Loopback(), MaxRedirects: -1, Timeout: 5 * time.Second}
	h.service = webhook.NewService(webhook.Config{Store: s, Journal: s, Queue: s, IDs: h.ids, Now: h.clock.now, Check: allow})
	h.courier = h.newCourier(s, allow)
	return h
}

func (h *house) newCourier(s webhook.Store, o outbound.Options) *webhook.Courier {
	client := outbound.New(o)
	h.Cleanup(client.CloseIdleConnections)
	return webhook.NewCourier(webhook.CourierConfig{
		Store: s, Journal: h.store, Queue: h.store, IDs: h.ids, Client: client, Now: h.clock.now, Log: slog.New(slog.DiscardHandler),
		Disabled: func(_ context.Context, e webhook.Endpoint) error {
			h.off = append(h.off, e)
			return nil
		},
	})
}

func (h *house) add(address string, kinds ...string) (webhook.Endpoint, webhook.Secret) {
	h.Helper()
	e, secret, err := h.service.Add(h.Context(), h.owner, webhook.New{URL: address, Kinds: kinds})
	if err != nil {
		h.Fatal(err)
	}
	return e, secret
}

// happen writes an event about a ticket.
func (h *house) happen(ticket int64, kind string) event.ID {
	h.Helper()
	e := event.New(kind, h.owner, event.Subject{Kind: "ticket", ID: ticket}, ticket, map[string]any{"number": ticket})
	e.ID = event.ID(h.ids.Next())
	if err := h.store.Append(h.Context(), e); err != nil {
		h.Fatal(err)
	}
	return e.ID
}

// drain makes the deliveries that are due now.
func (h *house) drain(e webhook.Endpoint) {
	h.Helper()
	for more := true; more; {
		var err error
		if more, err = h.courier.Round(h.Context(), webhook.Ref{Workspace: e.Workspace, ID: e.ID}); err != nil {
			h.Fatal(err)
		}
	}
}

// receiver is somebody else's server. It verifies what it gets on its own.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	secret string
	got    []webhook.Message
	ids    []string
	bad    []string
	answer func(n int, m webhook.Message) int
}

func newReceiver(t *testing.T, answer func(n int, m webhook.Message) int) *receiver {
	r := &receiver{answer: answer}
	r.Server = httptest.NewServer(http.HandlerFunc(r.take))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) take(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	r.mu.Lock()
	defer r.mu.Unlock()
	var m webhook.Message
	key, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(r.secret, "whsec_"))
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(req.Header.Get("webhook-id") + "." + req.Header.Get("webhook-timestamp") + "." + string(body)))
	want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	if err != nil || json.Unmarshal(body, &m) != nil || !slices.Contains(strings.Split(req.Header.Get("webhook-signature"), " "), want) || req.Method != http.MethodPost ||
		req.Header.Get("Content-Type") != "application/json" || m.Data.Event != req.Header.Get("webhook-id") {
		r.bad = append(r.bad, fmt.Sprint(req.Header, string(body)))
	}
	r.got, r.ids = append(r.got, m), append(r.ids, req.Header.Get("webhook-id"))
	status := http.StatusNoContent
	if r.answer != nil {
		status = r.answer(len(r.got), m)
	}
	if status >= 300 && status < 400 {
		w.Header().Set("Location", r.URL+"/elsewhere")
	}
	w.WriteHeader(status)
	if status != http.StatusNoContent {
		_, _ = io.WriteString(w, "the receiver's words, card 4111111111111111")
	}
}

func (r *receiver) seen() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.ids)
}

func (r *receiver) check(t *testing.T) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.bad) > 0 {
		t.Errorf("not signed by the specification: %v", r.bad[0])
	}
}

func names(list ...event.ID) []string {
	out := make([]string, len(list))
	for i, e := range list {
		out[i] = webhook.MessageID(e)
	}
	return out
}

// A delivery that fails holds back its ticket, and no other one.
func TestOrderPerTicketUnderFailures(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		h := newHouse(t, s)
		sick := true
		r := newReceiver(t, func(_ int, m webhook.Message) int {
			if sick && m.Type == "ticket.opened" && m.Data.Details["number"] == float64(1) {
				return http.StatusInternalServerError
			}
			return http.StatusOK
		})
		e, secret := h.add(r.URL, "ticket.*")
		r.secret = secret.Reveal()
		a1, b1 := h.happen(1, "ticket.opened"), h.happen(2, "ticket.opened")
		a2, b2 := h.happen(1, "ticket.status"), h.happen(2, "ticket.status")
		h.happen(3, "macro.saved")
		h.drain(e)
		got := r.seen()
		if len(got) != 3 || slices.Contains(got, webhook.MessageID(a2)) || slices.Index(got, webhook.MessageID(b1)) > slices.Index(got, webhook.MessageID(b2)) {
			t.Fatalf("got %v of %v", got, names(a1, b1, a2, b2))
		}
		h.clock.pass(10 * time.Second)
		h.drain(e) // fails a second time: 30 s
		h.clock.pass(10 * time.Second)
		h.drain(e) // not due
		sick = false
		h.clock.pass(30 * time.Second)
		h.drain(e)
		if got, want := r.seen()[3:], names(a1, a1, a2); !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		r.check(t)
		d, attempts, err := h.service.Delivery(t.Context(), h.owner, e.ID, a1)
		if err != nil || d.State != webhook.Delivered || len(attempts) != 3 || attempts[2].Status != 500 || attempts[2].Answer != "the receiver's words, card •••• 1111" || attempts[0].Status != 200 {
			t.Errorf("%+v, %+v, %v", d, attempts, err)
		}
		if n, err := h.service.Waiting(t.Context(), h.owner); err != nil || n[e.ID] != 0 {
			t.Errorf("%v, %v", n, err)
		}
	})
}

// forgetful loses what it was to write once, as a process does that ends between
// an attempt and its record.
type forgetful struct {
	*store.Store
	once sync.Once
}

var errCrash = errors.New("the process ended")

func (f *forgetful) SettleDelivery(ctx context.Context, d webhook.Delivery, a webhook.Attempt) error {
	err := f.Store.SettleDelivery(ctx, d, a)
	f.once.Do(func() { err = errCrash })
	return err
}

func TestACrashRepeatsUnderTheSameID(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		h := newHouse(t, s)
		r := newReceiver(t, nil)
		e, secret := h.add(r.URL, "ticket.*")
		r.secret = secret.Reveal()
		ev := h.happen(1, "ticket.opened")
		dying := h.newCourier(&forgetful{Store: s}, outbound.Options{Allow: outbound.Loopback()})
		if _, err := dying.Round(t.Context(), webhook.Ref{Workspace: e.Workspace, ID: e.ID}); !errors.Is(err, errCrash) {
			t.Fatalf("%v", err)
		}
		h.drain(e)
		got := slices.DeleteFunc(r.seen(), func(id string) bool { return id != webhook.MessageID(ev) })
		if len(got) != 2 {
			t.Errorf("got %v", got)
		}
		r.check(t)
	})
}

// Transactions commit in whatever order; each event that commits is delivered,
// and each ticket's events come in the order of the journal.
func TestConcurrentCommitsMissNothing(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		h := newHouse(t, s)
		r := newReceiver(t, func(n int, _ webhook.Message) int {
			if n%17 == 0 {
				return http.StatusServiceUnavailable
			}
			return http.StatusOK
		})
		e, secret := h.add(r.URL, "ticket.*")
		r.secret = secret.Reveal()
		const writers, each = 8, 25
		var mu sync.Mutex
		var committed []event.ID
		var writing sync.WaitGroup
		for ticket := range int64(writers) {
			writing.Go(func() {
				for n := range each {
					var eid event.ID
					err := s.InTx(t.Context(), func(ctx context.Context) error {
						ev := event.New("ticket.status", h.owner, event.Subject{Kind: "ticket", ID: ticket + 1}, ticket+1, map[string]any{"number": ticket})
						ev.ID = event.ID(h.ids.Next())
						eid = ev.ID
						if err := s.Append(ctx, ev); err != nil {
							return err
						}
						if !s.Lite() { // identifiers are given in one order and committed in another
							time.Sleep(time.Duration(rand.IntN(5)) * time.Millisecond)
						}
						if n%7 == 3 {
							return errCrash
						}
						return nil
					})
					if err == nil {
						mu.Lock()
						committed = append(committed, eid)
						mu.Unlock()
					} else if !errors.Is(err, errCrash) {
						t.Error(err)
					}
				}
			})
		}
		done := make(chan struct{})
		go func() { writing.Wait(); close(done) }()
		for running := true; running; {
			select {
			case <-done:
				running = false
			default:
			}
			h.drain(e)
			h.clock.pass(10 * time.Second)
		}
		for range 25 {
			h.drain(e)
			h.clock.pass(time.Minute)
		}
		r.check(t)
		last := map[float64]string{}
		known := map[string]bool{}
		for _, m := range r.got {
			n, _ := m.Data.Details["number"].(float64)
			if m.Data.Event < last[n] {
				t.Errorf("ticket %v: %s after %s", n, m.Data.Event, last[n])
			}
			last[n], known[m.Data.Event] = m.Data.Event, true
		}
		for _, c := range committed {
			if !known[webhook.MessageID(c)] {
				t.Errorf("%s was not delivered", webhook.MessageID(c))
			}
			delete(known, webhook.MessageID(c))
		}
		if len(known) > 0 || len(committed) < writers*each/2 {
			t.Errorf("%d deliveries of what never committed, %d committed", len(known), len(committed))
		}
	})
}

func TestOurNetworkIsNotCalled(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		h := newHouse(t, s)
		r := newReceiver(t, nil)
		e, _ := h.add(r.URL, "ticket.*") // this service permits loopback, the courier does not
		h.courier = h.newCourier(s, outbound.Options{MaxRedirects: -1})
		ev := h.happen(1, "ticket.opened")
		h.drain(e)
		if got := r.seen(); len(got) != 0 {
			t.Errorf("called: %v", got)
		}
		_, attempts, err := h.service.Delivery(t.Context(), h.owner, e.ID, ev)
		if err != nil || len(attempts) != 1 || attempts[0].Err != "error.outbound_address" || attempts[0].Answer != "" {
			t.Errorf("%+v, %v", attempts, err)
		}
		h.service.Check = outbound.Options{HTTPS: true}
		for _, bad := range []string{r.URL, "http://example.com", "https://10.0.0.1/", "https://169.254.169.254/", "https://u:p@example.com", "file:///etc/passwd", ""} {
			if _, _, err := h.service.Add(t.Context(), h.owner, webhook.New{URL: bad}); !errs.Is(err, errs.Invalid) || len(errs.Fields(err)) != 1 {
				t.Errorf("%q: %v", bad, err)
			}
		}
	})
}

func TestEndpointsAreSwitchedOff(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		h := newHouse(t, s)
		status := http.StatusGone
		r := newReceiver(t, func(int, webhook.Message) int { return status })
		gone, _ := h.add(r.URL, "ticket.*")
		before := h.happen(1, "ticket.opened")
		h.drain(gone)
		status = http.StatusFound // a redirect is a failure, and is not followed
		dead, _ := h.add(r.URL, "ticket.opened")
		for range 60 {
			h.happen(2, "ticket.opened")
			h.drain(dead)
			h.clock.pass(4 * time.Hour)
		}
		after := h.happen(3, "ticket.opened")
		h.drain(gone)
		list, err := h.service.Endpoints(t.Context(), h.owner)
		if err != nil || len(list) != 2 || list[0].State != webhook.Gone || list[1].State != webhook.Dead || list[0].Keys != nil {
			t.Fatalf("%+v, %v", list, err)
		}
		if len(h.off) != 2 || h.off[0].ID != gone.ID || h.off[1].ID != dead.ID {
			t.Errorf("told of %+v", h.off)
		}
		if _, _, err := h.service.Delivery(t.Context(), h.owner, gone.ID, after); !errs.Is(err, errs.NotFound) {
			t.Errorf("owed while it was off: %v", err)
		}
		events, err := s.EventsAfter(t.Context(), h.owner.Workspace, 0, 100)
		kinds := map[string]int{}
		for _, ev := range events {
			kinds[ev.Kind]++
			if strings.Contains(string(ev.Data), "whsec_") {
				t.Errorf("the journal tells a secret: %s", ev.Data)
			}
		}
		if err != nil || kinds[webhook.Disabled] != 2 || kinds[webhook.Saved] != 2 {
			t.Errorf("%v, %v", kinds, err)
		}
		if _, err := h.service.Replay(t.Context(), h.owner, gone.ID, before); !errs.Is(err, errs.Conflict) {
			t.Errorf("replayed while off: %v", err)
		}
		// Switched on, it gets what was still owed, and the rest by a replay.
		status = http.StatusOK
		on, seen := true, len(r.seen())
		if _, err := h.service.Change(t.Context(), h.owner, gone.ID, webhook.Update{On: &on}); err != nil {
			t.Fatal(err)
		}
		h.clock.pass(time.Hour)
		h.drain(gone)
		if got := r.seen()[seen:]; !slices.Equal(got, names(before)) {
			t.Errorf("got %v", got)
		}
		if _, err := h.service.ReplaySince(t.Context(), h.owner, gone.ID, list[0].DisabledAt); err != nil {
			t.Fatal(err)
		}
		h.drain(gone)
		if got := r.seen()[seen:]; !slices.Contains(got, webhook.MessageID(after)) {
			t.Errorf("got %v", got)
		}
	})
}

func TestReplay(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		h := newHouse(t, s)
		r := newReceiver(t, nil)
		early := h.happen(1, "ticket.opened")
		h.clock.pass(time.Hour)
		e, secret := h.add(r.URL, "ticket.*")
		r.secret = secret.Reveal()
		var all []event.ID
		for n := range int64(230) { // more than a batch
			all = append(all, h.happen(n%3+1, "ticket.status"))
		}
		h.drain(e)
		if got := len(r.seen()); got != len(all) {
			t.Fatalf("%d of %d", got, len(all))
		}
		if _, err := h.service.Replay(t.Context(), h.owner, e.ID, all[10]); err != nil {
			t.Fatal(err)
		}
		if _, err := h.service.Replay(t.Context(), h.owner, e.ID, all[10]); !errs.Is(err, errs.Conflict) {
			t.Errorf("two at a time: %v", err)
		}
		h.drain(e)
		again := r.seen()[len(all):]
		slices.Sort(again)
		if !slices.Equal(again, names(all[10:]...)) {
			t.Errorf("%d came again, want %d", len(again), len(all)-10)
		}
		n := len(r.seen())
		if _, err := h.service.ReplaySince(t.Context(), h.owner, e.ID, h.clock.now().Add(-2*time.Hour)); err != nil {
			t.Fatal(err)
		}
		h.drain(e)
		if got := r.seen()[n:]; len(got) != len(all)+1 || got[0] != webhook.MessageID(early) && !slices.Contains(got, webhook.MessageID(early)) {
			t.Errorf("%d came, want all %d and the one from before the endpoint", len(got), len(all)+1)
		}
		if err := h.service.Resend(t.Context(), h.owner, e.ID, all[3]); err != nil {
			t.Fatal(err)
		}
		h.drain(e)
		if got := r.seen(); got[len(got)-1] != webhook.MessageID(all[3]) {
			t.Errorf("not sent again")
		}
		r.check(t)
		if err := s.ForgetDeliveries(t.Context(), h.clock.now().Add(-24*time.Hour), 20); err != nil {
			t.Fatal(err)
		}
		log, err := h.service.Deliveries(t.Context(), h.owner, e.ID, "", 0, 200)
		if err != nil || len(log) != 20 || log[0].Event < log[1].Event {
			t.Errorf("%d in the log: %v", len(log), err)
		}
		page, err := h.service.Deliveries(t.Context(), h.owner, e.ID, webhook.Delivered, log[4].Event, 3)
		if err != nil || len(page) != 3 || page[0] != log[5] {
			t.Errorf("%v, %v", page, err)
		}
	})
}

func TestTestButtonAndRotation(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		h := newHouse(t, s)
		r, other := newReceiver(t, nil), newReceiver(t, nil)
		e, old := h.add(r.URL, "order.*")
		o, _ := h.add(other.URL, "order.*")
		r.secret = old.Reveal()
		d, err := h.service.Test(t.Context(), h.owner, e.ID)
		if err != nil {
			t.Fatal(err)
		}
		h.drain(e)
		h.drain(o)
		if got := r.seen(); !slices.Equal(got, names(d.Event)) || r.got[0].Type != webhook.Tested || len(other.seen()) != 0 {
			t.Fatalf("got %v, the other %v", r.got, other.got)
		}
		fresh, err := h.service.Rotate(t.Context(), h.owner, e.ID)
		if err != nil || fresh.Reveal() == old.Reveal() {
			t.Fatal(err)
		}
		press := func() {
			if _, err := h.service.Test(t.Context(), h.owner, e.ID); err != nil {
				t.Fatal(err)
			}
			h.drain(e)
		}
		press() // the receiver still has the old secret
		r.check(t)
		r.secret = fresh.Reveal()
		press()
		r.check(t)
		h.clock.pass(25 * time.Hour)
		press()
		r.check(t)
		r.secret = old.Reveal()
		press()
		if len(r.bad) != 1 {
			t.Error("the old secret is valid after a day")
		}
		write, _ := s.Pools()
		var sealed []byte
		if err := write.QueryRow(fmt.Sprintf("SELECT secret FROM webhook WHERE id=%d", e.ID)).Scan(&sealed); err != nil || strings.Contains(string(sealed), "whsec_") {
			t.Errorf("the secret lies open: %v", err)
		}
	})
}

func TestStrangersManageNothing(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		h := newHouse(t, s)
		e, _ := h.add("http://127.0.0.1:9999/")
		ev := h.happen(1, "ticket.opened")
		foreign := h.owner
		foreign.Workspace = storetest.Workspace(t, s)
		agent := h.owner
		agent.Role = auth.AgentRole
		for who, want := range map[*auth.Actor]errs.Kind{&foreign: errs.NotFound, &agent: errs.Denied} {
			ctx := t.Context()
			for name, call := range map[string]func() error{
				"endpoint": func() error { _, err := h.service.Endpoint(ctx, *who, e.ID); return err },
				"change":   func() error { _, err := h.service.Change(ctx, *who, e.ID, webhook.Update{}); return err },
				"delete":   func() error { return h.service.Delete(ctx, *who, e.ID) },
				"rotate":   func() error { _, err := h.service.Rotate(ctx, *who, e.ID); return err },
				"replay":   func() error { _, err := h.service.Replay(ctx, *who, e.ID, ev); return err },
				"resend":   func() error { return h.service.Resend(ctx, *who, e.ID, ev) },
				"test":     func() error { _, err := h.service.Test(ctx, *who, e.ID); return err },
				"delivery": func() error { _, _, err := h.service.Delivery(ctx, *who, e.ID, ev); return err },
				"message":  func() error { _, err := h.service.Message(ctx, *who, ev); return err },
			} {
				if err := call(); !errs.Is(err, want) {
					t.Errorf("%s: %v, want %v", name, err, want)
				}
			}
			list, err := h.service.Deliveries(ctx, *who, e.ID, "", 0, 10)
			if len(list) > 0 || want == errs.Denied && !errs.Is(err, errs.Denied) {
				t.Errorf("the log: %v, %v", list, err)
			}
		}
		if err := h.service.Delete(t.Context(), h.owner, e.ID); err != nil {
			t.Fatal(err)
		}
		if list, err := h.service.Endpoints(t.Context(), h.owner); err != nil || len(list) != 0 {
			t.Errorf("%v, %v", list, err)
		}
		h.drain(e) // a job that comes too late finds nothing
	})
}
