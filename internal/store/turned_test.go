package store_test

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/product"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/flow/goods"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// doorstep is a bureau with parcels that may be refused there.
type doorstep struct {
	*bureau
	goods   *goods.Service
	parcels *shipment.Service
}

func newDoorstep(t *testing.T, s *store.Store) *doorstep {
	t.Helper()
	x := &doorstep{bureau: newBureau(t, s)}
	clock := func() time.Time { return x.now }
	x.parcels = shipment.New(shipment.Config{Store: s, Journal: s, IDs: x.ids, Now: clock, Turned: func(ctx context.Context, v shipment.Shipment) error { return x.Turned(ctx, v) }})
	x.goods = goods.New(goods.Config{Store: s, Cases: x.cases, Orders: x.orders, Products: product.NewService(product.Config{Store: s, Journal: s, IDs: x.ids, Now: clock}), Shipments: x.parcels, Rates: noRates{},
		Journal: s, IDs: x.ids, Now: clock})
	x.Parcels = x.parcels
	x.Expect = func(ctx context.Context, c cases.Case, r cases.Resolution, route string) error {
		if route != "carrier" {
			return nil
		}
		list, err := x.TurnedParcels(ctx, c, r)
		if err != nil || len(list) == 0 {
			return err
		}
		return x.goods.Await(ctx, c, r, list)
	}
	x.terms.Policy.Auto[decision.Refund] = 20_000
	return x
}

// sells sells two lamps to an American.
func (x *doorstep) sells(t *testing.T, number string) order.Order {
	t.Helper()
	o, _, err := x.orders.Save(context.Background(), x.owner, order.New{Shop: x.order.Shop, Number: number, Email: "anna@client.example", CustomerName: "Anna", Currency: "EUR", Goods: 6000, Total: 6000, PaymentMethod: "card",
		PlacedAt: x.now.AddDate(0, 0, -9), ShipTo: order.Address{Name: "Anna", City: "Portland", Region: "OR", Country: "US"}, Lines: []order.Line{{SKU: "LAMP", Title: "Lamp", Quantity: 2, Price: 3000}}})
	must(t, err)
	return o
}

// tells tells of a parcel of an order.
func (x *doorstep) tells(t *testing.T, o order.Order, number string, status shipment.Status, ago time.Duration) {
	t.Helper()
	x.now = x.now.Add(time.Minute)
	got, err := x.parcels.Ingest(context.Background(), auth.ForSystem(x.w), shipment.Delivery{Source: "api", Reports: []shipment.Report{{Number: shipment.Number{Carrier: "DHL", Number: number}, Order: &o,
		Event: shipment.Event{Status: status, At: x.now.Add(-ago), Zoned: true, Text: string(status)}}}})
	if err != nil || len(got.Refused) > 0 {
		t.Fatalf("%+v, %v", got, err)
	}
}

func (x *doorstep) of(t *testing.T, o order.Order) []cases.Case {
	t.Helper()
	list, err := x.cases.List(context.Background(), x.owner, cases.Filter{Order: o.ID}, 0, cases.MaxPage)
	must(t, err)
	return list
}

// A parcel that turns back opens its case once, awaits the goods in that very parcel, and pays when they are counted and
// not when the carrier says so.
func TestAParcelThatTurnsBackOpensItsCaseOnce(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, x := context.Background(), newDoorstep(t, s)
		o := x.sells(t, "3001")
		const number = "00340434161094042557"
		x.tells(t, o, number, shipment.InTransit, 0)
		x.tells(t, o, number, shipment.AttemptFailed, 0)
		if list := x.of(t, o); len(list) > 0 {
			t.Fatalf("a visit in vain opened %+v", list)
		}
		x.tells(t, o, number, shipment.Returning, 0)
		x.tells(t, o, number, shipment.Returning, 0)
		list := x.of(t, o)
		if len(list) != 1 {
			t.Fatalf("%d cases", len(list))
		}
		c := list[0]
		i := slices.IndexFunc(c.Resolutions, func(y cases.Resolution) bool { return y.Stand.Alive() })
		if i < 0 {
			t.Fatalf("nothing was chosen: %+v", c.Resolutions)
		}
		r := c.Resolutions[i]
		if c.Kind != cases.AtDoor || c.Phase != cases.GoodsMoving || r.Stand != cases.Waiting || r.Means != cases.RefundOriginal || r.Money.Components.Goods != 6000 {
			t.Fatalf("%s %s: %+v", c.Kind, c.Phase, c.Resolutions)
		}
		if len(x.letters) != 1 {
			t.Errorf("letters %q", x.letters)
		}
		found, err := x.goods.Find(ctx, x.owner, number)
		if err != nil || len(found) != 1 || found[0].Case != c.ID || found[0].State != goods.Moving || found[0].Route != "carrier" || found[0].Units() != 2 {
			t.Fatalf("%+v, %v", found, err)
		}
		x.tells(t, o, number, shipment.Returned, 0)
		for range 2 {
			must(t, x.goods.Follow(ctx, x.w))
		}
		p, err := x.goods.Get(ctx, x.owner, found[0].ID)
		if err != nil || p.State != goods.Arrived {
			t.Errorf("%+v, %v", p, err)
		}
		if c = x.get(t, c.ID); c.Phase != cases.GoodsMoving || len(x.of(t, o)) != 1 {
			t.Errorf("the carrier's word made it %s, of %d cases", c.Phase, len(x.of(t, o)))
		}
		c, err = x.cases.Count(ctx, x.owner, c.ID, 1, cases.Received, 2)
		must(t, err)
		r = c.Resolutions[i]
		if r.Stand != cases.Executing || r.Refund == 0 {
			t.Errorf("counted: %+v", r)
		}
	})
}

// An order that has an open case gets no second one; old news, and orders in several parcels, open none.
func TestAParcelThatTurnsBackJoinsAnOpenCase(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, x := context.Background(), newDoorstep(t, s)
		o := x.sells(t, "3001")
		w := x.wish(cases.NotReceived, "late", "refund", 1)
		w.Order, w.Items[0].Row = o.ID, o.Lines[0].ID
		_, _, err := x.Open(ctx, x.anna, w)
		must(t, err)
		x.tells(t, o, "00340434161094042557", shipment.Returning, 0)
		if list := x.of(t, o); len(list) != 1 || len(x.tasks) != 1 {
			t.Errorf("%d cases, tasks %q", len(list), x.tasks)
		}
		old := x.sells(t, "3002")
		x.tells(t, old, "00340434161094042558", shipment.Returning, 8*24*time.Hour)
		x.tells(t, old, "00340434161094042558", shipment.Returned, 0)
		if list := x.of(t, old); len(list) > 0 {
			t.Errorf("old news opened %d cases", len(list))
		}
		two := x.sells(t, "3003")
		x.tells(t, two, "00340434161094042559", shipment.InTransit, 0)
		x.tells(t, two, "00340434161094042560", shipment.Returning, 0)
		x.tells(t, two, "00340434161094042560", shipment.Returned, 0)
		if list := x.of(t, two); len(list) > 0 || len(x.tasks) != 2 || !strings.Contains(x.tasks[1], "00340434161094042560") {
			t.Errorf("one of two parcels opened %d cases, tasks %q", len(list), x.tasks)
		}
	})
}

// One of several parcels of an order opens a case for what its shop tells is in it, awaits it in that parcel, and leaves
// the rest of the order alone; so does the other one.
func TestOneOfSeveralParcelsThatTurnsBack(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, x := context.Background(), newDoorstep(t, s)
		const first, second = "00340434161094042557", "00340434161094042558"
		n := order.New{Shop: x.order.Shop, Number: "3004", Email: "anna@client.example", CustomerName: "Anna", Currency: "EUR", Goods: 10000, Total: 10000, PaymentMethod: "card",
			PlacedAt: x.now.AddDate(0, 0, -9), ShipTo: order.Address{Name: "Anna", City: "Portland", Region: "OR", Country: "US"},
			Lines: []order.Line{{SKU: "LAMP", Title: "Lamp", Quantity: 2, Price: 3000}, {SKU: "MUG", Title: "Mug", Quantity: 4, Price: 1000}},
			Fulfillments: []order.Fulfillment{
				{Carrier: "DHL", Tracking: first, Packed: []order.Packed{{Line: 2, Quantity: 1}, {Line: 1, Quantity: 1}, {Line: 2, Quantity: 2}}},
				{Carrier: "DHL", Tracking: second, Packed: []order.Packed{{Line: 1, Quantity: 9}, {Line: 2, Quantity: 1}}},
			}}
		n.Fulfillments[1].Packed[0].Quantity = 1
		o, _, err := x.orders.Save(ctx, x.owner, n)
		must(t, err)
		if o, err = x.orders.Get(ctx, x.owner, o.ID); err != nil || !reflect.DeepEqual(o.Fulfillments[0].Packed, []order.Packed{{Line: 1, Quantity: 1}, {Line: 2, Quantity: 3}}) {
			t.Fatalf("kept as %+v, %v", o.Fulfillments, err)
		}
		holds := func(c cases.Case, number string, lamps, mugs int64) {
			t.Helper()
			got := map[string]int64{}
			for _, r := range c.Resolutions {
				if r.Stand.Alive() {
					for _, u := range r.Units {
						got[c.Lines[u.Line-1].SKU] += u.Quantity
					}
				}
			}
			if c.Kind != cases.AtDoor || got["LAMP"] != lamps || got["MUG"] != mugs {
				t.Errorf("case %d, %s, is about %v: %+v", c.Number, c.Kind, got, c.Resolutions)
			}
			found, err := x.goods.Find(ctx, x.owner, number)
			must(t, err)
			units := int64(0)
			for _, p := range found {
				if p.Case == c.ID {
					units += p.Units()
				}
			}
			if units != lamps+mugs {
				t.Errorf("%d units are awaited in %s: %+v", units, number, found)
			}
		}
		x.tells(t, o, first, shipment.InTransit, 0)
		x.tells(t, o, second, shipment.Returning, 0)
		x.tells(t, o, second, shipment.Returned, 0)
		list := x.of(t, o)
		if len(list) != 1 || len(x.tasks) > 0 {
			t.Fatalf("%d cases, tasks %q", len(list), x.tasks)
		}
		holds(list[0], second, 1, 1)
		x.tells(t, o, first, shipment.Returning, 0)
		if list = x.of(t, o); len(list) == 2 && list[0].ID > list[1].ID {
			slices.Reverse(list)
		}
		if len(list) != 2 || len(x.tasks) > 0 {
			t.Fatalf("%d cases, tasks %q", len(list), x.tasks)
		}
		holds(list[0], second, 1, 1)
		holds(list[1], first, 1, 3)

		n.Number = "3005"
		o, _, err = x.orders.Save(ctx, x.owner, n)
		must(t, err)
		w := x.wish(cases.NotReceived, "late", "refund", 1)
		w.Order, w.Items[0].Row, w.Items[0].Quantity = o.ID, o.Lines[1].ID, 2
		_, _, err = x.Open(ctx, x.anna, w)
		must(t, err)
		x.tells(t, o, "00340434161094042559", shipment.InTransit, 0)
		n.Fulfillments[0].Tracking, n.Fulfillments[1].Tracking = "00340434161094042559", "00340434161094042560"
		o, _, err = x.orders.Save(ctx, x.owner, n)
		must(t, err)
		x.tells(t, o, "00340434161094042559", shipment.Returning, 0)
		if list := x.of(t, o); len(list) != 1 || len(x.tasks) != 1 {
			t.Errorf("what an open case is about opened another one: %d cases, tasks %q", len(list), x.tasks)
		}

		for name, bad := range map[string][]order.Packed{"no such line": {{Line: 3, Quantity: 1}}, "no place": {{Quantity: 1}}, "no unit": {{Line: 1}}} {
			n.Fulfillments[0].Packed = bad
			if _, _, err := x.orders.Save(ctx, x.owner, n); !errs.Is(err, errs.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// Of two parcels with the same in them each is awaited once.
func TestParcelsOfTheSameGoodsAreToldApart(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, x := context.Background(), newDoorstep(t, s)
		o := x.sells(t, "3001")
		numbers := []string{"00340434161094042557", "00340434161094042558"}
		n := order.New{Shop: o.Shop, Number: o.Number, Email: "anna@client.example", CustomerName: "Anna", Currency: "EUR", Goods: 6000, Total: 6000, PaymentMethod: "card", PlacedAt: o.PlacedAt, ShipTo: o.ShipTo, Lines: o.Lines}
		for _, number := range numbers {
			n.Fulfillments = append(n.Fulfillments, order.Fulfillment{Carrier: "DHL", Tracking: number, Packed: []order.Packed{{Line: 1, Quantity: 1}}})
		}
		o, _, err := x.orders.Save(ctx, x.owner, n)
		must(t, err)
		x.terms.Policy.Auto[decision.Refund] = 0 // people choose, later
		for _, number := range numbers {
			x.tells(t, o, number, shipment.Returning, 0)
		}
		list := x.of(t, o)
		slices.SortFunc(list, func(a, b cases.Case) int { return int(a.ID - b.ID) })
		for i, c := range list {
			j := slices.IndexFunc(c.Resolutions, func(r cases.Resolution) bool { return r.Means == cases.RefundOriginal })
			_, err := x.Approve(ctx, x.owner, c.ID, c.Resolutions[j].Number, "it came back")
			must(t, err)
			if i == 0 {
				x.tells(t, o, numbers[0], shipment.Returned, 0) // the newest of both, and awaited already
				x.tells(t, o, numbers[1], shipment.Returned, 0)
				x.tells(t, o, numbers[0], shipment.Returned, 0)
			}
		}
		of := map[cases.ID]bool{}
		for _, number := range numbers {
			found, err := x.goods.Find(ctx, x.owner, number)
			if err != nil || len(found) != 1 || found[0].Units() != 1 {
				t.Fatalf("in %s: %+v, %v", number, found, err)
			}
			of[found[0].Case] = true
		}
		if len(of) != 2 {
			t.Errorf("%d cases", len(of))
		}
	})
}
