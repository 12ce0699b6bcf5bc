package proactive_test

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/proactive"
	"godwit.dev/godwit/internal/platform/action"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/job"
	"godwit.dev/godwit/internal/platform/vault"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

const day = 24 * time.Hour

// world is a merchant with one shop whose letters end in post.
type world struct {
	t         *testing.T
	ctx       context.Context
	s         *store.Store
	now       time.Time
	w         auth.WorkspaceID
	shop      order.Shop
	orders    *order.Service
	shipments *shipment.Service
	tickets   *ticket.Service
	engine    *action.Engine
	svc       *proactive.Service
	post      []proactive.Letter
	answer    action.Outcome // of the mail server
	wish      proactive.Wish
	public    bool
	expected  shipment.Window // of every parcel
	promise   order.Promise   // of the next order
}

func (x *world) Send(ctx context.Context, _ ticket.Mailbox, l proactive.Letter, mark func(context.Context) error) action.Outcome {
	if err := mark(ctx); err != nil {
		return action.Outcome{Verdict: action.NotYet, Detail: err.Error()}
	}
	if x.answer.Verdict == action.Happened || x.answer.Verdict == action.Unclear {
		x.post = append(x.post, l)
	}
	return x.answer
}

func (x *world) Resolve(context.Context, ticket.Mailbox, string, time.Time) action.Outcome {
	return action.Outcome{Verdict: action.Happened, Detail: "found"}
}

func (x *world) must(err error) {
	x.t.Helper()
	if err != nil {
		x.t.Fatal(err)
	}
}

func newWorld(t *testing.T, s *store.Store) *world {
	x := &world{t: t, ctx: t.Context(), public: true, now: time.Date(2026, 11, 23, 11, 0, 0, 0, time.UTC)} // Monday noon in Warsaw
	clock := func() time.Time { return x.now }
	ids := id.NewSource(5, clock)
	v, err := vault.New(make([]byte, 32))
	x.must(err)
	x.s, err = store.New(s.DB, store.Config{IDs: ids, Now: clock, Bus: event.NewBus(), Vault: v})
	x.must(err)
	x.w = auth.WorkspaceID(ids.Next())
	x.must(x.s.AddWorkspace(x.ctx, auth.Workspace{ID: x.w, Slug: "w" + strconv.FormatInt(int64(x.w), 36), Name: "W", Language: "en", Zone: "UTC", Secret: make([]byte, 32), CreatedAt: x.now}))
	patience := shipment.Always(func(v shipment.Shipment) shipment.Limits {
		return shipment.Limits{Stalled: v.Seen().Add(10 * day), Lost: v.Seen().Add(20 * day)}
	})
	x.shipments = shipment.New(shipment.Config{Store: x.s, Journal: x.s, IDs: ids, Now: clock, Patience: patience})
	customers := customer.New(customer.Config{Store: x.s, Journal: x.s, IDs: ids, Now: clock})
	x.orders = order.NewService(order.Config{Store: x.s, Customers: customers, Parcels: x.shipments, Journal: x.s, IDs: ids, Now: clock})
	runners := map[string]action.Runner{}
	x.engine = action.NewEngine(x.s, x.s, runners, clock, slog.New(slog.DiscardHandler))
	x.tickets = ticket.NewService(ticket.Config{Store: x.s, Journal: x.s, Actions: x.engine, Customers: customers, Orders: x.orders, People: x.s, Letters: x.s, IDs: ids, Now: clock})
	x.svc = proactive.New(proactive.Config{
		Store: x.s, Orders: x.orders, Shipments: x.shipments, Customers: customers, Actions: x.engine, Courier: x, Journal: x.s, Queue: x.s, IDs: ids, Now: clock,
		Reachable: func() bool { return x.public },
		Expected: func(_ context.Context, _ auth.WorkspaceID, list []shipment.Shipment) (map[shipment.ID]shipment.Window, error) {
			out := map[shipment.ID]shipment.Window{}
			for _, v := range list {
				out[v.ID] = x.expected
			}
			return out, nil
		},
		Page: func(_ context.Context, _ order.Order, v shipment.Shipment) (proactive.Page, error) {
			p := proactive.Page{Wish: x.wish, Parcel: proactive.Parcel{Status: v.Status, Reason: v.Reason, Number: v.Number, Expected: x.expected}}
			if x.public {
				p.Status, p.Stop = "https://desk.example/p/shop/o/x", "https://desk.example/p/shop/updates/x"
			}
			return p, nil
		},
	})
	runners[proactive.SendKind] = x.svc
	x.shop, _, err = x.orders.EnsureShop(x.ctx, auth.ForSystem(x.w), order.Shop{Name: "Shop", Currency: "EUR"})
	x.must(err)
	owner := auth.Actor{Kind: auth.System, Workspace: x.w}
	_, err = x.tickets.SaveMailbox(x.ctx, owner, ticket.Mailbox{Address: "help@shop.example", Name: "Shop", Settings: ticket.MailSettings{InKind: "off", OutKind: "smtp", OutHost: "127.0.0.1", OutPort: 25, OutTLS: "none"}})
	x.must(err)
	x.set(func(p *proactive.Policy) { p.On = true })
	return x
}

func (x *world) set(change func(*proactive.Policy)) {
	x.t.Helper()
	was, err := x.svc.Setting(x.ctx, auth.ForSystem(x.w), x.shop.ID)
	x.must(err)
	change(&was.Policy)
	_, err = x.svc.Set(x.ctx, auth.ForSystem(x.w), was.Policy)
	x.must(err)
}

func (x *world) order(number, tracking string) order.Order {
	x.t.Helper()
	o, _, err := x.orders.Save(x.ctx, auth.ForSystem(x.w), order.New{
		Shop: x.shop.ID, Number: number, Email: "ana@mail.example", Status: order.Open, Promise: x.promise, Currency: "EUR", PlacedAt: x.now.Add(-day), ShipTo: order.Address{Name: "Ana", City: "Warszawa", Country: "PL"},
		Fulfillments: []order.Fulfillment{{Carrier: "China Post", Tracking: tracking, ShippedAt: x.now.Add(-day)}},
	})
	x.must(err)
	return o
}

func (x *world) tell(tracking string, e shipment.Event) {
	x.t.Helper()
	if e.At.IsZero() {
		e.At = x.now
	}
	e.Zoned = true
	res, err := x.shipments.Ingest(x.ctx, auth.ForSystem(x.w), shipment.Delivery{Source: "test", Reports: []shipment.Report{{Number: shipment.Number{Number: tracking}, Event: e}}})
	if err != nil || len(res.Refused) > 0 {
		x.t.Fatal(err, res)
	}
}

// work reads the journal twice and runs all jobs that are due.
func (x *world) work() {
	x.t.Helper()
	_, err := x.shipments.Sweep(x.ctx, x.w)
	x.must(err)
	for range 2 {
		x.must(x.svc.Work(x.ctx, x.w))
	}
	for range 3 {
		x.jobs(proactive.Queue, x.svc.Handle)
		x.jobs(action.Queue, x.engine.Handle)
	}
}

func (x *world) jobs(queue string, handle job.Handler) {
	x.t.Helper()
	list, err := x.s.Claim(x.ctx, queue, x.now, x.now.Add(time.Minute), 50)
	x.must(err)
	for _, j := range list {
		var later job.Later
		switch err := handle(x.ctx, j); {
		case errors.As(err, &later):
			x.must(x.s.Retry(x.ctx, j, later.At, false, ""))
		case err != nil:
			x.t.Fatal(err)
		default:
			x.must(handle(x.ctx, j)) // a repeat, as after a crash before the job was finished
			_, err := x.s.Finish(x.ctx, j, x.now)
			x.must(err)
		}
	}
}

// letters writes what became of the letters of an order.
func (x *world) letters(o order.Order) string {
	x.t.Helper()
	list, err := x.svc.About(x.ctx, auth.ForSystem(x.w), o.ID)
	x.must(err)
	var out []string
	for _, l := range list {
		s := string(l.Occasion) + " " + string(l.State)
		if l.Why != "" {
			s += " " + string(l.Why)
		}
		out = append(out, s)
	}
	return strings.Join(out, ", ")
}

func (x *world) want(o order.Order, want string) {
	x.t.Helper()
	if got := x.letters(o); got != want {
		x.t.Errorf("letters: %q, want %q", got, want)
	}
}

const parcel = "RR123456785CN"

// One occasion is one letter, however often the journal and its jobs are repeated; the
// next of the same order waits for the gap and for the morning.
func TestOneOccasionIsOneLetter(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		x := newWorld(t, s)
		o := x.order("1001", parcel)
		x.tell(parcel, shipment.Event{Status: shipment.AttemptFailed, Reason: shipment.RecipientAbsent})
		x.work()
		x.work()
		x.want(o, "attempt sent")
		if len(x.post) != 1 {
			t.Fatalf("%d letters left", len(x.post))
		}
		l := x.post[0]
		if l.To != "ana@mail.example" || l.From != "help@shop.example" || l.Language != "pl" || !strings.Contains(l.Subject, "1001") || !strings.Contains(l.Body, "/o/x") || l.Stop == "" || l.Key == "" {
			t.Errorf("%+v", l)
		}
		x.now = x.now.Add(6 * time.Hour)
		x.tell(parcel, shipment.Event{Status: shipment.ReadyForPickup, Place: shipment.Place{Country: "PL", City: "Warszawa"}})
		x.work()
		x.want(o, "pickup planned night, attempt sent") // the gap ends at midnight
		x.now = time.Date(2026, 11, 24, 7, 59, 0, 0, time.UTC)
		x.work()
		x.want(o, "pickup planned night, attempt sent")
		x.now = x.now.Add(time.Minute) // nine in Warsaw
		x.work()
		x.want(o, "pickup sent, attempt sent")
		if len(x.post) != 2 {
			t.Errorf("%d letters left", len(x.post))
		}
		told, err := x.s.EventsAfter(x.ctx, x.w, 0, 500)
		x.must(err)
		n := 0
		for _, e := range told {
			if e.Kind == "proactive.sent" {
				n++
			}
		}
		if n != 2 {
			t.Errorf("the journal tells of %d letters", n)
		}
	})
}

// A parcel that the lane expects after its promised day is told of before, with both; one
// that only turns out late once the day is over everywhere; one that comes in time, was
// told of or has an answer, not at all. None of them is silent for too long.
func TestPromisedDayIsMissed(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		x := newWorld(t, s)
		start, day := x.now, time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC)
		x.promise = order.Promise{To: day}
		late, kept := x.order("1001", parcel), x.order("1003", "RR123456805CN")
		x.promise = order.Promise{}
		free := x.order("1004", "RR123456814CN")
		scan := func(tracking ...string) {
			for _, n := range tracking {
				x.tell(n, shipment.Event{Status: shipment.InTransit, Place: shipment.Place{Country: "CN"}})
			}
		}
		scan(parcel, "RR123456805CN", "RR123456814CN")
		x.work()
		x.want(late, "") // nobody knows when it comes

		x.now, x.expected = start.AddDate(0, 0, 2), shipment.Window{From: day.AddDate(0, 0, 2), To: day.AddDate(0, 0, 5)}
		x.tell("RR123456805CN", shipment.Event{Status: shipment.Delivered})
		x.work()
		x.work()
		x.want(late, "delay sent")
		x.want(kept, "delivered sent")
		x.want(free, "")
		if told := x.bodies(); !strings.Contains(told, "28 lis 2026") || !strings.Contains(told, "30 lis 2026") {
			t.Errorf("neither the promised day nor the expected one: %s", told)
		}
		x.now, x.expected = day.Add(36*time.Hour), shipment.Window{}
		scan(parcel)
		x.work()
		x.want(late, "delay dropped told, delay sent") // within the week it was said
		x.want(free, "")
	})
}

// A promised day that nobody could see being missed is told of once it is over, also if
// nothing ran on that day; not a week later.
func TestPromisedDayIsOver(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		x := newWorld(t, s)
		day := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
		x.promise = order.Promise{To: day}
		o := x.order("1001", parcel)
		x.tell(parcel, shipment.Event{Status: shipment.InTransit})
		x.work()
		x.now = day.Add(36*time.Hour - time.Minute)
		x.work()
		x.want(o, "")
		x.now = day.Add(36*time.Hour + 40*time.Hour) // at five in the morning
		x.work()
		x.want(o, "delay planned night")
		x.now = x.now.Add(4 * time.Hour)
		x.work()
		x.want(o, "delay sent")

		old := x.order("1002", "RR123456791CN")
		x.tell("RR123456791CN", shipment.Event{Status: shipment.InTransit})
		x.work()
		x.want(old, "")
	})
}

// bodies are all letters that left.
func (x *world) bodies() string {
	var b strings.Builder
	for _, l := range x.post {
		b.WriteString(l.Body)
	}
	return b.String()
}

// What is no longer so when its hour comes is not written.
func TestOldNewsIsDropped(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		x := newWorld(t, s)
		x.now = time.Date(2026, 11, 23, 22, 0, 0, 0, time.UTC)
		o := x.order("1001", parcel)
		x.tell(parcel, shipment.Event{Status: shipment.ReadyForPickup, Place: shipment.Place{City: "Warszawa"}})
		x.work()
		x.want(o, "pickup planned night")
		x.now = x.now.Add(9 * time.Hour)
		x.tell(parcel, shipment.Event{Status: shipment.Delivered})
		x.now = x.now.Add(2 * time.Hour)
		x.work()
		x.want(o, "delivered sent, pickup dropped over")
	})
}

// A parcel that stalls is told of once, and once more when it is presumed lost; one
// that moves again is not.
func TestSilence(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		x := newWorld(t, s)
		o := x.order("1001", parcel)
		x.tell(parcel, shipment.Event{Status: shipment.InTransit})
		x.now = x.now.Add(11 * day)
		x.work()
		x.want(o, "delay sent")
		x.now = x.now.Add(10 * day)
		x.work()
		x.want(o, "lost sent, delay sent")
		moved := x.order("1002", "RR123456799CN")
		x.tell("RR123456799CN", shipment.Event{Status: shipment.InTransit})
		x.now = time.Date(x.now.Year(), x.now.Month(), x.now.Day(), 22, 0, 0, 0, time.UTC).Add(11 * day)
		x.work()
		x.want(moved, "delay planned night")
		x.tell("RR123456799CN", shipment.Event{Status: shipment.InTransit, Place: shipment.Place{Country: "PL"}})
		x.now = x.now.Add(12 * time.Hour)
		x.work()
		x.want(moved, "delay dropped over")
	})
}

// Shops are silent until they say otherwise; a wish is stronger than a policy, and a
// person is stronger than both.
func TestWhoDecides(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		x := newWorld(t, s)
		attempt := shipment.Event{Status: shipment.AttemptFailed}
		x.set(func(p *proactive.Policy) { p.On = false })
		off := x.order("1001", "RR000000015CN")
		x.tell("RR000000015CN", attempt)
		x.work()
		x.want(off, "")
		x.now = x.now.Add(5 * time.Minute) // the newest events are read again for a while
		x.work()
		x.wish = proactive.Wanted
		wanted := x.order("1002", "RR000000029CN")
		x.tell("RR000000029CN", attempt)
		x.work()
		x.want(wanted, "attempt sent")
		x.set(func(p *proactive.Policy) { p.On = true })
		x.wish = proactive.Ended
		ended := x.order("1003", "RR000000032CN")
		x.tell("RR000000032CN", attempt)
		x.work()
		x.want(ended, "attempt dropped stopped")
		x.wish = proactive.Silent
		answered := x.order("1004", "RR000000046CN")
		x.tell("RR000000046CN", attempt)
		c, err := x.tickets.Raise(x.ctx, auth.ForSystem(x.w), ticket.Case{Order: answered, Subject: "Parcel", Note: "Look", Key: "k"})
		x.must(err)
		tk, err := x.s.Ticket(x.ctx, x.w, c.ID)
		x.must(err)
		tk.LastOutboundAt = x.now.Add(time.Second)
		x.must(x.s.SaveTicket(x.ctx, &tk))
		x.work()
		x.want(answered, "attempt dropped person")
		x.public = false
		mute := x.order("1005", "RR000000050CN")
		x.tell("RR000000050CN", attempt)
		x.work()
		x.want(mute, "attempt dropped mute")
		if len(x.post) != 1 {
			t.Errorf("%d letters left", len(x.post))
		}
	})
}

// A server that is away does not make a letter leave at night, one that refuses is said
// so, and one whose answer was lost is looked for and not sent again.
func TestLettersLeaveOnce(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		x := newWorld(t, s)
		x.now = time.Date(2026, 11, 23, 18, 59, 50, 0, time.UTC) // ten seconds before eight in the evening
		o := x.order("1001", "RR000000015CN")
		x.answer = action.Outcome{Verdict: action.NotYet, Detail: "451", After: time.Minute}
		x.tell("RR000000015CN", shipment.Event{Status: shipment.AttemptFailed})
		x.work()
		x.want(o, "attempt leaving")
		x.answer = action.Outcome{}
		x.now = x.now.Add(2 * time.Hour)
		x.work()
		x.want(o, "attempt leaving")
		x.now = time.Date(2026, 11, 24, 8, 0, 30, 0, time.UTC)
		x.work()
		x.want(o, "attempt sent")
		refused := x.order("1002", "RR000000029CN")
		x.answer = action.Outcome{Verdict: action.Refused, Detail: "550 5.1.1 no such user"}
		x.tell("RR000000029CN", shipment.Event{Status: shipment.AttemptFailed})
		x.work()
		x.want(refused, "attempt failed")
		lost := x.order("1003", "RR000000032CN")
		x.answer = action.Outcome{Verdict: action.Unclear, Detail: "connection broke", After: time.Second}
		x.tell("RR000000032CN", shipment.Event{Status: shipment.AttemptFailed})
		x.work()
		x.now = x.now.Add(time.Minute)
		x.work()
		x.want(lost, "attempt sent")
		if len(x.post) != 2 {
			t.Errorf("%d letters left", len(x.post))
		}
	})
}

// Policies are checked, kept for each shop, and seen by who manages the workspace.
func TestPolicies(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		x := newWorld(t, s)
		system := auth.ForSystem(x.w)
		for field, change := range map[string]func(*proactive.Policy){
			"occasions": func(p *proactive.Policy) { p.Occasions = []proactive.Occasion{"rain"} },
			"gap_hours": func(p *proactive.Policy) { p.Gap = -time.Hour },
			"most":      func(p *proactive.Policy) { p.Most = 0 },
			"from_hour": func(p *proactive.Policy) { p.From, p.Until = 20, 9 },
		} {
			p := proactive.Default(x.w, x.shop.ID)
			change(&p)
			if _, err := x.svc.Set(x.ctx, system, p); err == nil || !strings.Contains(err.Error(), field) && err == nil {
				t.Errorf("%s: %v", field, err)
			}
		}
		p := proactive.Default(x.w, x.shop.ID)
		p.On, p.Occasions, p.Gap, p.Most, p.From, p.Until = true, []proactive.Occasion{proactive.Lost, proactive.Delay}, 3*time.Hour, 2, 10, 18
		_, err := x.svc.Set(x.ctx, system, p)
		x.must(err)
		list, err := x.svc.Settings(x.ctx, system)
		x.must(err)
		if len(list) != 1 {
			t.Fatal(list)
		}
		got := list[0].Policy
		if !got.On || proactive.Words(got.Occasions) != "delay lost" || got.Gap != 3*time.Hour || got.Most != 2 || got.From != 10 || got.Until != 18 || list[0].Box != "help@shop.example" || !list[0].Public {
			t.Errorf("%+v", list[0])
		}
		if _, err := x.svc.Settings(x.ctx, auth.Actor{Kind: auth.Agent, Workspace: x.w}); err == nil {
			t.Error("anybody sees policies")
		}
		other := auth.ForSystem(x.w + 1)
		p.Workspace = x.w
		if _, err := x.svc.Set(x.ctx, other, p); err == nil {
			t.Error("another workspace sets the policy of a shop")
		}
	})
}
