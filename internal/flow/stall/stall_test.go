package stall_test

import (
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
	"godwit.dev/godwit/internal/domain/trace"
	"godwit.dev/godwit/internal/flow/stall"
	"godwit.dev/godwit/internal/platform/action"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/vault"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

const day = 24 * time.Hour

// A parcel that stalls opens one ticket with the next step, and drafts one request
// to its carrier; when it is presumed lost, the same ticket is told. The request
// is warned of before its deadline, and expires. Repeats change nothing.
func TestStalledParcelsReachPeople(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		now := time.Now().UTC().Truncate(time.Millisecond)
		clock := func() time.Time { return now }
		ids := id.NewSource(5, clock)
		v, err := vault.New(make([]byte, 32))
		if err != nil {
			t.Fatal(err)
		}
		if s, err = store.New(s.DB, store.Config{IDs: ids, Now: clock, Bus: event.NewBus(), Vault: v}); err != nil { // one clock for all
			t.Fatal(err)
		}
		w := auth.WorkspaceID(ids.Next())
		system := auth.ForSystem(w)
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		must(s.AddWorkspace(ctx, auth.Workspace{ID: w, Slug: "w" + strconv.FormatInt(int64(w), 36), Name: "W", Language: "en", Zone: "UTC", CreatedAt: now}))
		lost := func(v shipment.Shipment) shipment.Limits {
			return shipment.Limits{Stalled: v.Seen().Add(10 * day), Lost: v.Seen().Add(20 * day)}
		}
		shipments := shipment.New(shipment.Config{Store: s, Journal: s, IDs: ids, Now: clock, Patience: shipment.Always(lost)})
		customers := customer.New(customer.Config{Store: s, Journal: s, IDs: ids, Now: clock})
		orders := order.NewService(order.Config{Store: s, Customers: customers, Parcels: shipments, Journal: s, IDs: ids, Now: clock})
		engine := action.NewEngine(s, s, map[string]action.Runner{}, clock, slog.New(slog.DiscardHandler))
		tickets := ticket.NewService(ticket.Config{Store: s, Journal: s, Actions: engine, Customers: customers, Orders: orders, People: s, IDs: ids, Now: clock})
		traces := trace.New(trace.Config{Store: s, Shipments: shipments, Journal: s, IDs: ids, Now: clock})
		svc := stall.New(stall.Config{Store: s, Orders: orders, Shipments: shipments, Tickets: tickets, Traces: traces, Now: clock})
		shop, _, err := orders.EnsureShop(ctx, system, order.Shop{Name: "Shop", Currency: "EUR"})
		must(err)
		save := func(number, tracking, email string) order.Order {
			o, _, err := orders.Save(ctx, system, order.New{
				Shop: shop.ID, Number: number, Email: email, Status: order.Open, Currency: "EUR", PlacedAt: now.Add(-time.Hour), ShipTo: order.Address{Name: "Ana", Country: "PL"},
				Fulfillments: []order.Fulfillment{{Carrier: "China Post", Tracking: tracking, ShippedAt: now}},
			})
			must(err)
			return o
		}
		tell := func(number string, at time.Time) {
			res, err := shipments.Ingest(ctx, system, shipment.Delivery{Source: "test", Reports: []shipment.Report{{
				Number: shipment.Number{Number: number}, Event: shipment.Event{Status: shipment.InTransit, At: at, Zoned: true, Place: shipment.Place{Country: "CN"}},
			}}})
			if err != nil || len(res.Refused) > 0 {
				t.Fatal(err, res)
			}
		}
		o := save("1001", "RR123456785CN", "ana@mail.example")
		tell("RR123456785CN", now)
		save("1002", "RR123456799CN", "eva@mail.example") // never scanned
		work := func(later time.Duration) {
			now = now.Add(later)
			for range 2 {
				_, err := shipments.Sweep(ctx, w)
				must(err)
				must(svc.Work(ctx, w))
				must(traces.Sweep(ctx, w))
			}
		}
		work(9 * day)
		if list, _ := s.TicketsOfOrder(ctx, w, o.ID, 10); len(list) != 0 {
			t.Fatalf("raised too early: %+v", list)
		}
		work(2 * day)
		list, err := s.TicketsOfOrder(ctx, w, o.ID, 10)
		must(err)
		if len(list) != 1 || list[0].Status != ticket.New || !strings.Contains(list[0].Subject, "1001") {
			t.Fatalf("tickets %+v", list)
		}
		asked, err := traces.List(ctx, system, trace.Filter{State: trace.Draft}, trace.Cursor{}, 10)
		must(err)
		if len(asked) != 1 || asked[0].Ticket != list[0].ID || asked[0].Rule != "upu" || asked[0].Deadline.IsZero() {
			t.Fatalf("traces %+v", asked)
		}
		work(10 * day)
		notes, err := s.Messages(ctx, w, list[0].ID, 0, 10)
		must(err)
		if len(notes) != 2 || notes[0].Kind != ticket.KindNote || !strings.Contains(notes[0].Body, "11 days") || !strings.Contains(notes[1].Body, "money back") {
			t.Errorf("notes %+v", notes)
		}
		if list, _ := s.TicketsOfOrder(ctx, w, o.ID, 10); len(list) != 1 {
			t.Errorf("a second ticket: %+v", list)
		}
		if _, err := traces.Open(ctx, system, trace.NewTrace{Shipment: asked[0].Shipment}); err == nil {
			t.Error("two open requests for one parcel")
		}
		now = asked[0].Deadline.Add(-2 * day)
		work(0)
		work(3 * day)
		got, err := traces.Get(ctx, system, asked[0].ID)
		must(err)
		var kinds []string
		events, err := s.EventsAfter(ctx, w, 0, 1000)
		must(err)
		for _, e := range events {
			if strings.HasPrefix(e.Kind, "trace.") {
				kinds = append(kinds, e.Kind)
			}
		}
		if got.State != trace.Expired || strings.Join(kinds, " ") != "trace.opened trace.due trace.moved" {
			t.Errorf("%s after %v", got.State, kinds)
		}
		if _, err := traces.Change(ctx, system, got.ID, trace.Change{To: trace.Sent}); err == nil {
			t.Error("an expired request was sent")
		}

		// A silence that began long before anybody knew of it is history.
		old := save("1003", "RR123456808CN", "old@mail.example")
		tell("RR123456808CN", now.Add(-40*day))
		work(time.Hour)
		if list, _ := s.TicketsOfOrder(ctx, w, old.ID, 10); len(list) != 0 {
			t.Errorf("history was raised: %+v", list)
		}
	})
}
