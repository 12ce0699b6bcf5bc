package lanes_test

import (
	"fmt"
	"reflect"
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

// Ten orders are promised within 5 to 8 days. Counted by hand: they come after 3, 4, 5,
// 6, 7, 8, 8, 9 and 12 days, and one is lost. Seven of nine are on time, two of them
// early; half had come by day 7, nine of ten by day 12 (the ninth of nine).
func TestPromisesAreComparedWithWhatHappened(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		y := newYard(t, s, lane.Options{})
		owner := auth.ForSystem(y.w)
		people := customer.New(customer.Config{Store: s, Journal: s, IDs: y.ids})
		orders := order.NewService(order.Config{Store: s, Customers: people, Parcels: y.parcels, Journal: s, IDs: y.ids, Now: y.clock})
		shops := [2]order.ShopID{}
		for i := range shops {
			shop, _, err := orders.EnsureShop(t.Context(), owner, order.Shop{Name: fmt.Sprint("Shop ", i), Currency: "EUR"})
			y.do(err)
			shops[i] = shop.ID
		}
		placed := time.Date(2026, 5, 4, 22, 30, 0, 0, time.UTC) // late in the evening: the next day is one day after
		promise := func(i int, shop order.ShopID, to, service string, days int, ended shipment.Status) {
			number := fmt.Sprintf("PROM%08d", i)
			_, _, err := orders.Save(t.Context(), owner, order.New{
				Shop: shop, Number: fmt.Sprint(1000 + i), PlacedAt: placed, ShipTo: order.Address{City: "X", Country: to},
				Fulfillments: []order.Fulfillment{{Carrier: "Acme", Tracking: number, ShippedAt: placed}},
				Promise: order.Promise{
					Quote: "q", Source: fmt.Sprintf("main %d", 1+i%2), Service: service,
					From: time.Date(2026, 5, 9, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 5, 12, 0, 0, 0, 0, time.UTC),
				},
			})
			y.do(err)
			came := time.Date(2026, 5, 4+days, 1, 0, 0, 0, time.UTC)
			y.ingest(scan(number, placed.Add(time.Hour), shipment.PickedUp, "CN"), scan(number, came, ended, to))
		}
		y.now = placed.Add(40 * day)
		for i, days := range []int{3, 4, 5, 6, 7, 8, 8, 9, 12} {
			promise(i, shops[0], "DE", "Economy", days, shipment.Delivered)
			if i%2 == 0 { // in steps
				y.learn()
			}
		}
		promise(10, shops[0], "DE", "Economy", 20, shipment.Lost)
		promise(11, shops[1], "FR", "Economy", 8, shipment.Delivered)
		promise(12, shops[0], "FR", "Express", 9, shipment.Delivered)
		y.learn()
		y.learn()

		economy := lanes.Promise{
			Offer: lanes.Offer{Shop: shops[0], Plan: "main", Service: "Economy"},
			Due:   10, Kept: 7, Early: 2, Lost: 1, First: 5, Last: 8, Median: 7, Ninetieth: 12,
		}
		other := lanes.Promise{Offer: lanes.Offer{Shop: shops[1], Plan: "main", Service: "Economy"}, Due: 1, Kept: 1, First: 5, Last: 8, Median: 8, Ninetieth: 8}
		express := lanes.Promise{Offer: lanes.Offer{Shop: shops[0], Plan: "main", Service: "Express"}, Due: 1, First: 5, Last: 8, Median: 9, Ninetieth: 9}
		narrow := owner
		narrow.Limits.Shops = []int64{int64(shops[1])}
		for _, c := range []struct {
			name  string
			actor auth.Actor
			f     lanes.Filter
			want  []lanes.Promise
		}{
			{"all", owner, lanes.Filter{}, []lanes.Promise{economy, express, other}},
			{"to France", owner, lanes.Filter{To: "FR"}, []lanes.Promise{express, other}},
			{"from China", owner, lanes.Filter{From: "CN"}, []lanes.Promise{economy, express, other}},
			{"from Japan", owner, lanes.Filter{From: "JP"}, nil},
			{"before", owner, lanes.Filter{Until: placed.Add(-30 * day)}, nil},
			{"of one shop", auth.Actor{Workspace: y.w, Kind: auth.Agent, Permissions: auth.NewSet(auth.ReadShipments), Limits: narrow.Limits}, lanes.Filter{}, []lanes.Promise{other}},
		} {
			got, all, err := y.lanes.Promises(t.Context(), c.actor, c.f)
			if err != nil || all != len(c.want) || len(got)+len(c.want) > 0 && !reflect.DeepEqual(got, c.want) {
				t.Errorf("%s: %v, %d\n got %+v\nwant %+v", c.name, err, all, got, c.want)
			}
		}
	})
}
