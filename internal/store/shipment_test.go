package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// dock is a desk with parcels.
type dock struct {
	desk
	parcels *shipment.Service
	shop    order.Shop
	now     time.Time
}

func newDock(t testing.TB, s *store.Store) dock {
	d := dock{desk: newDesk(t, s), now: time.Now().UTC().Truncate(time.Millisecond)}
	d.parcels = shipment.New(shipment.Config{Store: s, Journal: s, IDs: d.ids})
	d.orders = order.NewService(order.Config{Store: s, Customers: d.customers, Parcels: d.parcels, Journal: s, IDs: d.ids})
	d.owner.Permissions = auth.NewSet(auth.Permissions()...)
	shop, _, err := d.orders.EnsureShop(context.Background(), d.owner, order.Shop{Name: "Shop", Currency: "EUR"})
	if err != nil {
		t.Fatal(err)
	}
	d.shop = shop
	return d
}

// order saves an order with parcels under these numbers, placed ten days ago.
func (d dock) order(t testing.TB, number string, tracking ...string) order.Order {
	t.Helper()
	n := order.New{Shop: d.shop.ID, Number: number, PlacedAt: d.now.Add(-240 * time.Hour), ShipTo: order.Address{City: "Berlin", Postcode: "10115", Country: "DE"}}
	for _, x := range tracking {
		n.Fulfillments = append(n.Fulfillments, order.Fulfillment{Carrier: "Royal Mail", Tracking: x, ShippedAt: d.now.Add(-230 * time.Hour)})
	}
	o, _, err := d.orders.Save(context.Background(), d.owner, n)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// report tells of a number some hours ago.
func (d dock) report(number string, status shipment.Status, ago int) shipment.Report {
	return shipment.Report{
		Number: shipment.Number{Carrier: "royal-mail", Number: number},
		Event:  shipment.Event{Status: status, Code: "X" + string(status), Text: "it is " + string(status), At: d.now.Add(-time.Duration(ago) * time.Hour), Zoned: true, Place: shipment.Place{Country: "GB", City: "Leeds"}},
	}
}

func (d dock) ingest(t testing.TB, reports ...shipment.Report) shipment.Result {
	t.Helper()
	out, err := d.parcels.Ingest(context.Background(), d.owner, shipment.Delivery{Source: "test", Payload: []byte(`{"sent":true}`), Reports: reports})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range out.Refused {
		t.Errorf("report %d was refused: %v", r.Index, r.Err)
	}
	return out
}

func (d dock) list(t testing.TB, f shipment.Filter) []shipment.Shipment {
	t.Helper()
	list, err := d.parcels.List(context.Background(), d.owner, f, shipment.Cursor{}, 0)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// told returns the kinds of event about shipments, in order.
func (d dock) told(t testing.TB) []string {
	t.Helper()
	return slices.DeleteFunc(d.kinds(t), func(k string) bool { return !strings.HasPrefix(k, "shipment.") })
}

func TestParcelsOfAnOrder(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		d := newDock(t, s)
		o := d.order(t, "1001", "RM 1234 5678 9GB")
		list := d.list(t, shipment.Filter{Order: o.ID})
		if len(list) != 1 || list[0].Status != shipment.Announced || list[0].Carrier != "royalmail" || list[0].To.City != "Berlin" || list[0].Shop != d.shop.ID {
			t.Fatalf("the order's parcel is %+v", list)
		}
		if len(list[0].Legs) != 1 || !list[0].Legs[0].LabelAt.Equal(d.now.Add(-230*time.Hour)) {
			t.Errorf("its leg is %+v", list[0].Legs)
		}
		if again := d.order(t, "1001", "RM 1234 5678 9GB"); again.ID != o.ID || len(d.list(t, shipment.Filter{})) != 1 {
			t.Error("saving the order again changed its parcels")
		}
		out := d.ingest(t, d.report("rm123456789gb", shipment.Delivered, 20), d.report("RM123456789GB", shipment.PickedUp, 200), d.report("RM123456789GB", shipment.InTransit, 100))
		if out.Added != 3 || out.Created != 0 || out.Changed != 3 {
			t.Errorf("result %+v", out)
		}
		v := d.list(t, shipment.Filter{})[0]
		if v.Status != shipment.Delivered || !v.DeliveredAt.Equal(d.now.Add(-20*time.Hour)) || !v.PickedUpAt.Equal(d.now.Add(-200*time.Hour)) || v.Origin.Country != "GB" || !v.RiskAt.IsZero() {
			t.Errorf("folded to %+v", v)
		}
		want := []string{"shipment.announced", "shipment.picked_up", "shipment.in_transit", "shipment.delivered"}
		if got := d.told(t); !slices.Equal(got, want) {
			t.Errorf("told %q, want %q", got, want)
		}
		events, err := d.parcels.Events(context.Background(), d.owner, v.ID)
		if err != nil || len(events) != 3 || events[0].Text != "it is picked_up" || events[0].Source != "test" || events[0].Payload == 0 || events[0].Payload != events[2].Payload {
			t.Fatalf("events %+v, %v", events, err)
		}
		if raw, err := d.parcels.Payload(context.Background(), d.owner, v.ID, events[0].Payload); err != nil || string(raw) != `{"sent":true}` {
			t.Errorf("payload %s, %v", raw, err)
		}
	})
}

func TestTheSameReportsTwiceChangeNothing(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		d := newDock(t, s)
		d.order(t, "1001", "RM123456789GB")
		reports := []shipment.Report{d.report("RM123456789GB", shipment.PickedUp, 200), d.report("RM123456789GB", shipment.InCustoms, 150), d.report("NEW1234567", shipment.InTransit, 100)}
		if out := d.ingest(t, reports...); out.Added != 3 || out.Created != 1 {
			t.Fatalf("first %+v", out)
		}
		before, told := d.list(t, shipment.Filter{}), d.told(t)
		superset := append(slices.Clone(reports), d.report("RM123456789GB", shipment.PickedUp, 200))
		rand.Shuffle(len(superset), func(i, j int) { superset[i], superset[j] = superset[j], superset[i] })
		if out := d.ingest(t, superset...); out.Added != 0 || out.Known != 4 || out.Changed != 0 {
			t.Errorf("again %+v", out)
		}
		after := d.list(t, shipment.Filter{})
		if fmt.Sprint(before) != fmt.Sprint(after) || !slices.Equal(told, d.told(t)) {
			t.Errorf("a repeat made\n%+v\nof\n%+v", after, before)
		}
		// What is late goes where it belongs, and moves nothing back.
		if out := d.ingest(t, append(superset, d.report("RM123456789GB", shipment.InTransit, 180))...); out.Added != 1 || out.Changed != 0 {
			t.Errorf("late %+v", out)
		}
		if v := d.list(t, shipment.Filter{Status: []shipment.Status{shipment.InCustoms}}); len(v) != 1 || v[0].Number != "RM123456789GB" {
			t.Errorf("in customs are %+v", v)
		}
	})
}

// However reports are mixed and divided, the states are those of a clean run, and
// each parcel is looked at no later.
func TestReportsInAnyOrderAddUpToTheSame(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		d := newDock(t, s)
		r := rand.New(rand.NewPCG(7, 7))
		var reports []shipment.Report
		for n := range 20 {
			for range 8 {
				status := shipment.Statuses()[r.IntN(len(shipment.Statuses()))]
				reports = append(reports, d.report(fmt.Sprintf("ORDER%05d", n), status, r.IntN(30)*5))
			}
		}
		states := func(prefix string) (out []string, looks map[string]time.Time) {
			looks = map[string]time.Time{}
			open := d.list(t, shipment.Filter{Open: true})
			for _, v := range d.list(t, shipment.Filter{}) {
				if number, ok := strings.CutPrefix(v.Number, prefix); ok {
					out = append(out, number+fmt.Sprintf("%+v %v %v", v.State, v.Risk, v.RiskAt))
					looks[number] = v.SweepAt
				}
				if listed := slices.ContainsFunc(open, func(o shipment.Shipment) bool { return o.ID == v.ID }); listed != v.Status.Open() {
					t.Errorf("%s, %s, is listed as open: %v", v.Number, v.Status, listed)
				}
			}
			slices.Sort(out)
			return out, looks
		}
		d.ingest(t, reports...)
		want, due := states("ORDER")
		for i := range reports {
			reports[i].Number.Number = strings.Replace(reports[i].Number.Number, "ORDER", "MIXED", 1)
		}
		r.Shuffle(len(reports), func(i, j int) { reports[i], reports[j] = reports[j], reports[i] })
		for part := range slices.Chunk(reports, 7) {
			d.ingest(t, part...)
			d.ingest(t, reports[:r.IntN(len(reports))]...)
		}
		got, looks := states("MIXED")
		if !slices.Equal(got, want) {
			t.Errorf("mixed\n%s\nnot\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		for number, at := range looks {
			if due := due[number]; at.IsZero() != due.IsZero() || at.After(due) {
				t.Errorf("%s is looked at again at %v, and must be at %v", number, at, due)
			}
		}
	})
}

// Carriers' words come back as they were, whatever an engine's way of loading makes
// of such characters.
func TestWordsOfCarriersAreKept(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		d := newDock(t, s)
		var reports []shipment.Report
		words := []string{`C:\new\table \N`, `\.`, `"{}",'`, "Übergabe 已揽收", `\u0000 \x41`, `%s $1 ?`}
		for i, word := range words {
			r := d.report("WORDS1234567", shipment.InTransit, 100-i)
			r.Event.Text, r.Event.Code, r.Event.Place.City = word, word, word
			reports = append(reports, r)
		}
		d.ingest(t, reports...)
		events, err := d.parcels.Events(context.Background(), d.owner, d.list(t, shipment.Filter{})[0].ID)
		if err != nil || len(events) != len(words) {
			t.Fatalf("%d events, %v", len(events), err)
		}
		for i, e := range events {
			text := strings.ReplaceAll(words[i], `\u0000`, "") // as in JSON, where it is NUL
			if e.Text != text || e.Code != text || e.Place.City != words[i] {
				t.Errorf("%q, %q and %q of %q", e.Text, e.Code, e.Place.City, words[i])
			}
		}
	})
}

func TestLegsAndHandOver(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		d := newDock(t, s)
		o := d.order(t, "1001", "RM123456789GB")
		handed := d.report("RM123456789GB", shipment.Delivered, 100)
		d.ingest(t, d.report("RM123456789GB", shipment.PickedUp, 200), handed)
		if v := d.list(t, shipment.Filter{Order: o.ID})[0]; v.Status != shipment.Delivered {
			t.Fatalf("before the second leg is known it is %s", v.Status)
		}
		next := d.report("RM123456789GB", shipment.InTransit, 101)
		next.Onward = shipment.Number{Carrier: "DHL", Number: "00340434161094000000", Params: map[string]string{"postcode": "10115"}}
		d.ingest(t, next)
		v := d.list(t, shipment.Filter{Order: o.ID})[0]
		if len(v.Legs) != 2 || v.Status != shipment.InTransit || !v.DeliveredAt.IsZero() || v.Legs[1].Params["postcode"] != "10115" {
			t.Fatalf("with a second leg it is %+v", v)
		}
		last := d.report("00340434161094000000", shipment.Delivered, 50)
		last.Number.Carrier = "dhl"
		if out := d.ingest(t, next, last); out.Added != 1 || out.Created != 0 {
			t.Errorf("last mile %+v", out)
		}
		if v = d.list(t, shipment.Filter{Key: order.TrackingKey("00340434161094000000")})[0]; v.Status != shipment.Delivered || v.Leg != 2 {
			t.Errorf("in the end it is %+v", v)
		}
	})
}

func TestNumbersAreUsedAgain(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		d := newDock(t, s)
		const number = "RM123456789GB"
		old := d.report(number, shipment.Delivered, 400*24)
		d.ingest(t, old)
		o := d.order(t, "2001", number)
		v := d.list(t, shipment.Filter{Order: o.ID})
		if len(v) != 1 || v[0].Status != shipment.Announced {
			t.Fatalf("the new parcel is %+v", v)
		}
		if out := d.ingest(t, old, d.report(number, shipment.PickedUp, 100), d.report(number, shipment.InTransit, 401*24)); out.Added != 2 || out.Created != 0 {
			t.Errorf("events of both parcels: %+v", out)
		}
		v = d.list(t, shipment.Filter{Order: o.ID})
		if v[0].Status != shipment.PickedUp || !v[0].FirstScanAt.Equal(d.now.Add(-100*time.Hour)) {
			t.Errorf("the old parcel's events are the new one's: %+v", v[0])
		}
		if all := d.list(t, shipment.Filter{}); len(all) != 2 {
			t.Errorf("%d shipments", len(all))
		}
	})
}

func TestOrdersAndCarriersInEitherOrder(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		d := newDock(t, s)
		d.ingest(t, d.report("RM123456789GB", shipment.OutForDelivery, 3))
		if v := d.list(t, shipment.Filter{}); len(v) != 1 || v[0].Order != 0 {
			t.Fatalf("an unlinked parcel is %+v", v)
		}
		a, b := d.order(t, "1001", "RM123456789GB"), d.order(t, "1002", "RM123456789GB")
		v := d.list(t, shipment.Filter{Order: b.ID})
		if len(v) != 1 || v[0].Order != a.ID || v[0].Status != shipment.OutForDelivery || v[0].To.City != "Berlin" || v[0].Legs[0].LabelAt.IsZero() {
			t.Fatalf("two orders in one parcel: %+v", v)
		}
		links, err := d.parcels.Links(context.Background(), d.owner, []shipment.ID{v[0].ID})
		if err != nil || len(links) != 2 {
			t.Errorf("links %+v, %v", links, err)
		}
		// A parcel without a number gets one; a number that was wrong is cancelled.
		c := d.order(t, "1003", "")
		if v = d.list(t, shipment.Filter{Order: c.ID}); len(v) != 1 || !v[0].RiskAt.IsZero() {
			t.Fatalf("a parcel without number: %+v", v)
		}
		id := v[0].ID
		d.order(t, "1003", "WRONG12345")
		if v = d.list(t, shipment.Filter{Order: c.ID}); len(v) != 1 || v[0].ID != id || v[0].Number != "WRONG12345" {
			t.Fatalf("with its number: %+v", v)
		}
		d.order(t, "1003", "RIGHT12345")
		if v = d.list(t, shipment.Filter{Order: c.ID}); len(v) != 1 || v[0].Number != "RIGHT12345" {
			t.Fatalf("with another number: %+v", v)
		}
		if v = d.list(t, shipment.Filter{Status: []shipment.Status{shipment.Cancelled}}); len(v) != 1 || v[0].ID != id {
			t.Errorf("cancelled are %+v", v)
		}
	})
}

func TestParcelsBoard(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		d := newDock(t, s)
		lost := d.report("LOST000001", shipment.Lost, 10)
		late := d.report("LATE000001", shipment.InTransit, 24*9)
		tried := d.report("TRIED00001", shipment.AttemptFailed, 5)
		tried.Event.Reason = shipment.RecipientAbsent
		d.ingest(t, lost, late, tried, d.report("FINE000001", shipment.InTransit, 5), d.report("CUSTOMS001", shipment.InCustoms, 30))
		d.ingest(t, d.report("DOUBT00001", shipment.Delivered, 20), d.report("DOUBT00001", shipment.InCustoms, 1))
		for _, c := range []struct {
			name string
			f    shipment.Filter
			want string
		}{
			{"at risk", shipment.Filter{AtRisk: d.now}, "LATE000001 DOUBT00001"},
			{"attempts", shipment.Filter{Attempted: true}, "TRIED00001"},
			{"lost", shipment.Filter{Status: []shipment.Status{shipment.Lost}}, "LOST000001"},
			{"customs", shipment.Filter{Status: []shipment.Status{shipment.InCustoms}}, "CUSTOMS001"},
			{"two statuses", shipment.Filter{Status: []shipment.Status{shipment.InCustoms, shipment.Lost}}, "CUSTOMS001 LOST000001"},
			{"open", shipment.Filter{}.On(shipment.AllOpen, d.now), "CUSTOMS001 FINE000001 TRIED00001 LATE000001"},
			{"ready for pickup", shipment.Filter{}.On(shipment.Pickup, d.now), ""},
			{"doubtful", shipment.Filter{}.On(shipment.Dubious, d.now), "DOUBT00001"},
			{"a status that a board does not hold", shipment.Filter{Status: []shipment.Status{shipment.Lost}}.On(shipment.Customs, d.now), ""},
			{"carrier", shipment.Filter{Carrier: "Royal Mail", Key: order.TrackingKey("FINE000001")}, "FINE000001"},
			{"lane", shipment.Filter{From: "GB", Status: []shipment.Status{shipment.InTransit}}, "LATE000001 FINE000001"},
			{"nobody's lane", shipment.Filter{From: "FR"}, ""},
		} {
			var got []string
			page, err := d.parcels.List(context.Background(), d.owner, c.f, shipment.Cursor{}, 1)
			for err == nil && len(page) > 0 {
				got = append(got, page[0].Number)
				page, err = d.parcels.List(context.Background(), d.owner, c.f, c.f.CursorAt(page[0]), 1)
			}
			if err != nil || strings.Join(got, " ") != c.want {
				t.Errorf("%s: %q, %v, want %q", c.name, got, err, c.want)
			}
			n, err := d.parcels.Counts(context.Background(), d.owner, []shipment.Filter{c.f, {From: "FR"}}, 2)
			if want := min(len(got), 2); err != nil || len(n) != 2 || n[0] != want || n[1] != 0 {
				t.Errorf("%s: counted %v, %v, want %d", c.name, n, err, want)
			}
		}
	})
}

func TestRightsToParcels(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, d, other := context.Background(), newDock(t, s), newDock(t, s)
		d.order(t, "1001", "RM123456789GB")
		d.ingest(t, d.report("NEW1234567", shipment.InTransit, 1))
		other.ingest(t, other.report("RM123456789GB", shipment.Lost, 1))
		v := d.list(t, shipment.Filter{Key: order.TrackingKey("RM123456789GB")})
		if len(v) != 1 || v[0].Status != shipment.Announced {
			t.Fatalf("another workspace's event arrived: %+v", v)
		}
		if _, err := other.parcels.Get(ctx, other.owner, v[0].ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("another workspace's parcel: %v", err)
		}
		reader := auth.Actor{Kind: auth.Agent, ID: 2, Workspace: d.w, Permissions: auth.NewSet(auth.ReadShipments), Limits: auth.Limits{Shops: []int64{int64(d.shop.ID)}}}
		list, err := d.parcels.List(ctx, reader, shipment.Filter{}, shipment.Cursor{}, 0)
		if err != nil || len(list) != 1 || list[0].ID != v[0].ID {
			t.Errorf("who sees one shop sees %+v, %v", list, err)
		}
		unlinked := d.list(t, shipment.Filter{Key: order.TrackingKey("NEW1234567")})[0]
		if _, err := d.parcels.Get(ctx, reader, unlinked.ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("a parcel of no shop: %v", err)
		}
		if _, err := d.parcels.Ingest(ctx, reader, shipment.Delivery{}); !errs.Is(err, errs.Denied) {
			t.Errorf("ingest by a reader: %v", err)
		}
		reader.Limits.Shops = []int64{}
		if list, err := d.parcels.List(ctx, reader, shipment.Filter{}, shipment.Cursor{}, 0); err != nil || len(list) != 0 {
			t.Errorf("who sees no shop sees %+v, %v", list, err)
		}
		reader.Permissions = auth.NewSet(auth.WriteShipments)
		if _, err := d.parcels.Get(ctx, reader, v[0].ID); !errs.Is(err, errs.Denied) {
			t.Errorf("read by a writer: %v", err)
		}
	})
}

func TestBadReportsAreRefusedOneByOne(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		d := newDock(t, s)
		bad := []func(*shipment.Report){
			func(r *shipment.Report) { r.Number.Number = " - " },
			func(r *shipment.Report) { r.Event.Status = "gone" },
			func(r *shipment.Report) { r.Event.Cause = "fate" },
			func(r *shipment.Report) { r.Event.Reason = "because" },
			func(r *shipment.Report) { r.Event.At = time.Time{} },
			func(r *shipment.Report) { r.Event.At = d.now.Add(48 * time.Hour) },
			func(r *shipment.Report) { r.Event.Place.Country = "Germany" },
			func(r *shipment.Report) { r.Event.Place.Lat = 91e6 },
			func(r *shipment.Report) { r.Event.Expected = shipment.Window{From: d.now, To: d.now.Add(-time.Hour)} },
			func(r *shipment.Report) { r.Event = shipment.Event{At: d.now} },
			func(r *shipment.Report) { r.Event.Status, r.Event.Correction = shipment.Unknown, true },
		}
		reports := []shipment.Report{d.report("GOOD\x001234", shipment.InTransit, 5)}
		for _, f := range bad {
			r := d.report("BAD123456", shipment.InTransit, 5)
			f(&r)
			reports = append(reports, r)
		}
		out, err := d.parcels.Ingest(context.Background(), d.owner, shipment.Delivery{Source: "test", Reports: reports})
		if err != nil || out.Added != 1 || len(out.Refused) != len(bad) || out.Refused[0].Index != 1 {
			t.Fatalf("%+v, %v", out, err)
		}
		for _, r := range out.Refused {
			if !errs.Is(r.Err, errs.Invalid) {
				t.Errorf("report %d: %v", r.Index, r.Err)
			}
		}
	})
}

// Several nodes may be told of the same new numbers at once.
func TestReportsAtOnce(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		d := newDock(t, s)
		statuses := []shipment.Status{shipment.PickedUp, shipment.InTransit, shipment.OutForDelivery, shipment.Delivered}
		var wg sync.WaitGroup
		for i, status := range statuses {
			wg.Go(func() {
				var reports []shipment.Report
				for n := range 40 {
					reports = append(reports, d.report(fmt.Sprintf("RACE%06d", (n*7+i*11)%40), status, 40-10*i))
				}
				if _, err := d.parcels.Ingest(context.Background(), d.owner, shipment.Delivery{Source: "test", Reports: reports}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		list := d.list(t, shipment.Filter{})
		if len(list) != 40 {
			t.Fatalf("%d shipments", len(list))
		}
		for _, v := range list {
			if v.Status != shipment.Delivered || !v.FirstScanAt.Equal(d.now.Add(-40*time.Hour)) {
				t.Errorf("%s is %+v", v.Number, v.State)
			}
		}
	})
}
