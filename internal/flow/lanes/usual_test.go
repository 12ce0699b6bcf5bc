package lanes_test

import (
	"fmt"
	"testing"
	"time"

	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/lane"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/flow/lanes"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// What is usual on a lane is told of parcels that do as usual, once thirty have arrived;
// nothing is told of one that is late, is silent for unusually long, or goes elsewhere.
func TestUsual(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		y := newYard(t, s, lane.Options{})
		orders := order.NewService(order.Config{
			Store: s, Customers: customer.New(customer.Config{Store: s, Journal: s, IDs: y.ids, Now: y.clock}), Parcels: y.parcels, Journal: s, IDs: y.ids, Now: y.clock,
		})
		shop, _, err := orders.EnsureShop(t.Context(), auth.ForSystem(y.w), order.Shop{Name: "Shop", Currency: "EUR"})
		y.do(err)
		to := func(number, country string) *order.Order {
			o, _, err := orders.Save(t.Context(), auth.ForSystem(y.w), order.New{
				Shop: shop.ID, Number: number, Email: "a@b.example", Status: order.Open, PlacedAt: start, ShipTo: order.Address{Country: country},
			})
			y.do(err)
			return &o
		}
		poland, chile := to("1", "PL"), to("2", "CL")
		tell := func(number string, o *order.Order, at time.Time, status shipment.Status) shipment.Report {
			r := scan(number, at, status, "CN")
			r.Order = o
			return r
		}
		// Each takes 9 to 14 days, and is scanned every third day.
		way := func(first, n int) {
			var told []shipment.Report
			for i := first; i < first+n; i++ {
				number, from := fmt.Sprintf("W%09d", i), start.Add(time.Duration(i%5)*time.Hour)
				arrived := time.Duration(9*24+(i%50)*120/50+1) * time.Hour
				for at := time.Duration(0); at < arrived; at += 3 * day {
					told = append(told, tell(number, poland, from.Add(at), shipment.InTransit))
				}
				told = append(told, tell(number, poland, from.Add(arrived), shipment.Delivered))
			}
			y.ingest(told...)
			y.do(y.lanes.Work(t.Context(), y.w))
		}
		usual := func(number string) lanes.Usual {
			list, err := y.parcels.List(t.Context(), auth.ForSystem(y.w), shipment.Filter{Key: order.TrackingKey(number)}, shipment.Cursor{}, 1)
			y.do(err)
			out, err := y.lanes.Usual(t.Context(), y.w, list)
			y.do(err)
			return out[list[0].ID]
		}
		y.now = start.Add(20 * day)
		moving := y.now.Add(-5 * day)
		y.ingest(tell("MOVES0000001", poland, moving, shipment.InTransit), tell("MOVES0000001", poland, moving.Add(3*day), shipment.InTransit),
			tell("SILENT000001", poland, moving, shipment.InTransit), tell("LATE00000001", poland, start, shipment.InTransit), tell("LATE00000001", poland, y.now, shipment.InTransit),
			tell("CHILE0000001", chile, moving.Add(3*day), shipment.InTransit))

		way(0, 20)
		if u := usual("MOVES0000001"); u.From != 0 || u.To != 0 {
			t.Errorf("of twenty parcels nothing is usual yet: %+v", u)
		}
		way(20, 180)
		y.now = y.now.Add(2 * time.Minute)
		for number, want := range map[string]lanes.Usual{
			"MOVES0000001": {From: 9, To: 14, Silent: 2},
			"SILENT000001": {From: 9, To: 14},
			"LATE00000001": {},
			"CHILE0000001": {},
			"W000000001":   {}, // it has arrived
		} {
			if got := usual(number); got != want {
				t.Errorf("%s: %+v, want %+v", number, got, want)
			}
		}
	})
}
