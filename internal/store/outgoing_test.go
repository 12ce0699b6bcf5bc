package store_test

import (
	"context"
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
	"godwit.dev/godwit/internal/flow/casework"
	"godwit.dev/godwit/internal/flow/goods"
	"godwit.dev/godwit/internal/flow/outgoing"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// packer is a patient that sends replacements out.
type packer struct {
	*doorstep
	out  *outgoing.Service
	told []outgoing.State
}

func newPacker(t *testing.T, s *store.Store) *packer {
	t.Helper()
	x := &packer{doorstep: patient(t, s)}
	clock := func() time.Time { return x.now }
	products := product.NewService(product.Config{Store: s, Journal: s, IDs: x.ids, Now: clock})
	_, _, err := products.Save(context.Background(), auth.ForSystem(x.w), product.New{Shop: x.order.Shop, ExternalID: "lamp", Title: "Lamp, tall", Currency: "EUR", Variants: []product.Variant{{SKU: "LAMP-TALL", Price: 3400}}})
	must(t, err)
	x.out = outgoing.New(outgoing.Config{Store: s, Cases: x.cases, Orders: x.orders, Products: products, Shipments: x.parcels, Journal: s, IDs: x.ids, Now: clock,
		Tell: func(_ context.Context, p outgoing.Parcel) error { x.told = append(x.told, p.State); return nil }})
	x.Send = func(ctx context.Context, c cases.Case, r cases.Resolution) (cases.Carried, error) {
		p, err := x.out.Make(ctx, c, r)
		return cases.Carried{Parcel: int64(p.ID), Hand: p.Hand()}, err
	}
	x.Sent = s.OutgoingShipments
	x.terms.Policy.Auto[decision.Exchange] = 20_000
	x.terms.Trigger = string(cases.AtApproval)
	return x
}

// exchanges asks for another lamp of an order that was delivered.
func (x *packer) exchanges(t *testing.T, o order.Order) (cases.Case, outgoing.Parcel) {
	t.Helper()
	ctx := context.Background()
	anna := auth.Actor{Kind: auth.Customer, ID: int64(o.Customer), Name: "Anna", Workspace: x.w}
	x.tells(t, o, "LX"+o.Number+"00000CN", shipment.Delivered, 0)
	c, a, err := x.Open(ctx, anna, casework.Wish{Order: o.ID, Kind: cases.Exchange, Wants: "exchange", Language: "en", Items: []casework.Item{{Row: o.Lines[0].ID, Quantity: 1, Reason: "size_fit"}}})
	must(t, err)
	for range 2 {
		c, err = x.Choose(ctx, anna, c.ID, x.offered(t, a, "exchange"))
		must(t, err)
	}
	list, err := x.out.List(ctx, x.owner, outgoing.Filter{Case: c.ID}, 0, 10)
	if err != nil || len(list) != 1 {
		t.Fatalf("%s %+v, %v", c.Phase, list, err)
	}
	return c, list[0]
}

func (x *packer) hears(t *testing.T, o order.Order, number string, status shipment.Status) {
	t.Helper()
	x.tells(t, o, number, status, 0)
	for range 2 {
		must(t, x.out.Follow(context.Background(), x.w))
	}
}

// An instant exchange leaves before the goods are back, as a parcel of the order; it is done when it is delivered, the case
// closes when the goods are back too, and the unit may be returned in its turn.
func TestAnInstantExchangeIsSentAndDelivered(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, x := context.Background(), newPacker(t, s)
		o := x.sells(t, "5001")
		c, p := x.exchanges(t, o)
		if c.Phase != cases.AwaitingGoods || p.State != outgoing.ToSend || p.Ready() || p.To.City != "Portland" || p.Lines[0].Paid != 3000 {
			t.Fatalf("%s %+v", c.Phase, p)
		}
		if _, err := x.out.Send(ctx, x.owner, p.ID, "DHL", "1Z999AA10123456784"); !errs.Is(err, errs.Conflict) {
			t.Fatalf("sent without anybody saying what: %v", err)
		}
		if _, err := x.out.Choose(ctx, x.owner, p.ID, 1, "NOSUCH"); !errs.Is(err, errs.Invalid) {
			t.Fatal(err)
		}
		p, err := x.out.Choose(ctx, x.owner, p.ID, 1, "LAMP-TALL")
		must(t, err)
		if n, ok := p.Difference(); !ok || n != 400 || p.Lines[0].Title != "Lamp, tall" {
			t.Errorf("%d %v %+v", n, ok, p.Lines)
		}
		p, err = x.out.Lack(ctx, x.owner, p.ID, false, "at sea", x.now.AddDate(0, 0, 5))
		must(t, err)
		if n, err := x.out.Counts(ctx, x.owner); err != nil || n[outgoing.Short] != 1 || n[outgoing.ToSend] != 0 {
			t.Errorf("%v %v", n, err)
		}
		for range 2 {
			p, err = x.out.Send(ctx, x.owner, p.ID, "DHL", "1Z999AA10123456784")
			must(t, err)
		}
		if p.State != outgoing.Sent || p.Shipment == 0 || !slices.Equal(x.told, []outgoing.State{outgoing.Short, outgoing.Sent}) {
			t.Fatalf("%+v, told %v", p, x.told)
		}
		out, err := x.parcels.List(ctx, x.owner, shipment.Filter{Order: o.ID, Direction: shipment.Out}, shipment.Cursor{}, 10)
		if err != nil || len(out) != 2 {
			t.Fatalf("%d parcels of the order, %v", len(out), err)
		}
		if at, err := x.Delivered(ctx, o); err != nil || at.IsZero() {
			t.Errorf("the order counts as on its way again: %v, %v", at, err)
		}
		if who, until := x.get(t, c.ID).Waits(); who != cases.ByCustomer || until.IsZero() {
			t.Errorf("until anybody knows when it comes, it waits for %s until %v", who, until)
		}
		x.hears(t, o, "1Z999AA10123456784", shipment.InTransit)
		day := x.now.AddDate(0, 0, 3)
		_, err = x.parcels.Ingest(ctx, auth.ForSystem(x.w), shipment.Delivery{Source: "api", Reports: []shipment.Report{{Number: shipment.Number{Carrier: "DHL", Number: "1Z999AA10123456784"}, Order: &o,
			Event: shipment.Event{Status: shipment.InTransit, At: x.now, Zoned: true, Text: "planned", Expected: shipment.Window{From: day, To: day}}}}})
		must(t, err)
		must(t, x.out.Follow(ctx, x.w))
		if who, until := x.get(t, c.ID).Waits(); who != cases.ByCarrier || !until.Equal(day) {
			t.Errorf("on its way it waits for %s until %v", who, until)
		}
		if list, err := x.cases.List(ctx, x.owner, cases.Filter{Waits: cases.ByCarrier}, 0, 10); err != nil || len(list) != 1 {
			t.Errorf("%d cases wait for carriers, %v", len(list), err)
		}
		x.hears(t, o, "1Z999AA10123456784", shipment.Delivered)
		if p, err = x.out.Get(ctx, x.owner, p.ID); err != nil || p.State != outgoing.Delivered {
			t.Fatalf("%s, %v", p.State, err)
		}
		c = x.get(t, c.ID)
		if i := slices.IndexFunc(c.Resolutions, func(r cases.Resolution) bool { return r.Parcel == int64(p.ID) }); i < 0 || c.Resolutions[i].Stand != cases.Done || c.Phase != cases.AwaitingGoods {
			t.Fatalf("%s %+v", c.Phase, c.Resolutions)
		}
		back, err := x.goods.OfCase(ctx, x.owner, c.ID)
		must(t, err)
		_, err = x.cases.Count(ctx, x.owner, c.ID, 1, cases.Received, 1)
		must(t, err)
		_, err = x.cases.Dispose(ctx, x.owner, c.ID, cases.Placed{Group: cases.Group{Line: 1, From: 1, Quantity: 1}, As: cases.RestockNew})
		must(t, err)
		if c = x.get(t, c.ID); c.Phase != cases.Closed || c.Reason != cases.Completed || len(back) != 1 {
			t.Fatalf("%s %s", c.Phase, c.Reason)
		}
		free, err := x.cases.Free(ctx, o)
		if err != nil || free[o.Lines[0].ID] != 2 {
			t.Errorf("%v units may be returned, %v", free, err)
		}
		_, err = x.out.End(ctx, x.owner, p.ID, outgoing.Lost, "the neighbour never had it")
		must(t, err)
		if c = x.get(t, c.ID); c.Phase == cases.Closed {
			t.Error("lost after all, and the case stays closed")
		}
		if free, err = x.cases.Free(ctx, o); err != nil || free[o.Lines[0].ID] != 1 {
			t.Errorf("%v units may be returned while one is owed, %v", free, err)
		}
		if who, _ := c.Waits(); who != cases.ByUs {
			t.Errorf("waits for %s", who)
		}
	})
}

// What is lost on its way fails the resolution, and goes out again as another attempt; what comes back waits for an address.
func TestALostReplacementIsSentAgain(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, x := context.Background(), newPacker(t, s)
		o := x.sells(t, "5002")
		c, p := x.exchanges(t, o)
		stand := func() cases.Stand {
			c = x.get(t, c.ID)
			i := slices.IndexFunc(c.Resolutions, func(r cases.Resolution) bool { return r.Number == p.Resolution })
			return c.Resolutions[i].Stand
		}
		_, err := x.out.Choose(ctx, x.owner, p.ID, 1, "LAMP-TALL")
		must(t, err)
		_, err = x.out.Send(ctx, x.owner, p.ID, "DHL", "1Z999AA10123456784")
		must(t, err)
		x.hears(t, o, "1Z999AA10123456784", shipment.Lost)
		if at := stand(); at != cases.Failed {
			t.Fatalf("%s", at)
		}
		p, err = x.out.Again(ctx, x.owner, p.ID)
		must(t, err)
		if at := stand(); p.State != outgoing.ToSend || p.Attempt != 2 || at != cases.Executing {
			t.Fatalf("%+v %s", p, at)
		}
		if _, err = x.out.Send(ctx, x.owner, p.ID, "DHL", "1Z999AA10123456784"); !errs.Is(err, errs.Invalid) {
			t.Errorf("the lost parcel was sent again under its number: %v", err)
		}
		_, err = x.out.Send(ctx, x.owner, p.ID, "DHL", "1Z999AA10123456775")
		must(t, err)
		x.hears(t, o, "1Z999AA10123456775", shipment.Returned)
		p, err = x.out.Again(ctx, x.owner, p.ID)
		must(t, err)
		if _, err = x.out.Send(ctx, x.owner, p.ID, "DHL", "1Z999AA10123456793"); !errs.Is(err, errs.Conflict) {
			t.Errorf("sent to where it came back from: %v", err)
		}
		to := p.To
		to.Line1, to.Country = "1 Elm St", "us"
		p, err = x.out.Readdress(ctx, x.owner, p.ID, to)
		must(t, err)
		if p.Confirm || p.To.Country != "US" {
			t.Errorf("%+v", p)
		}
		p, err = x.out.End(ctx, x.owner, p.ID, outgoing.Cancelled, "sold out")
		must(t, err)
		if at := stand(); at != cases.Failed || p.State != outgoing.Cancelled {
			t.Errorf("%s %s", at, p.State)
		}
		other := x.owner
		other.Workspace = 99
		if _, err := x.out.Get(ctx, other, p.ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("seen from another workspace: %v", err)
		}
		if len(x.of(t, o)) != 1 {
			t.Error("a replacement that turned back opened a case of its own")
		}
	})
}

// What came back goes out again as soon as its customer says where to: they alone, once, in the same country. A day on which
// stock is expected may move, and they are told.
func TestTheCustomerSaysWhereItGoes(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, x := context.Background(), newPacker(t, s)
		o := x.sells(t, "5003")
		c, p := x.exchanges(t, o)
		anna := auth.Actor{Kind: auth.Customer, ID: int64(o.Customer), Name: "Anna", Workspace: x.w}
		there := order.Address{Name: "Anna", Line1: " 1  Elm St ", City: "Salem", Postcode: "97301", Country: "CN"}
		if _, err := x.out.Confirm(ctx, anna, p.ID, there); !errs.Is(err, errs.Conflict) {
			t.Errorf("nobody asked: %v", err)
		}
		_, err := x.out.Choose(ctx, x.owner, p.ID, 1, "LAMP-TALL")
		must(t, err)
		for _, days := range []int{5, 5, 9} {
			p, err = x.out.Lack(ctx, x.owner, p.ID, false, "at sea", x.now.AddDate(0, 0, days))
			must(t, err)
		}
		if who, until := x.get(t, c.ID).Waits(); !until.Equal(x.now.AddDate(0, 0, 9)) && who == cases.ByUs || !slices.Equal(x.told, []outgoing.State{outgoing.Short, outgoing.Short}) {
			t.Errorf("%s until %v, told %v", who, until, x.told)
		}
		_, err = x.out.Send(ctx, x.owner, p.ID, "DHL", "1Z999AA10123456784")
		must(t, err)
		x.hears(t, o, "1Z999AA10123456784", shipment.Returned)
		other := anna
		other.ID++
		if _, err := x.out.Confirm(ctx, other, p.ID, there); !errs.Is(err, errs.NotFound) {
			t.Errorf("another customer: %v", err)
		}
		for _, lacks := range []func(*order.Address){func(a *order.Address) { a.Line1 = " " }, func(a *order.Address) { a.City = "" }, func(a *order.Address) { a.Name = "" }, func(a *order.Address) { a.Line2 = strings.Repeat("x", 301) }} {
			bad := there
			lacks(&bad)
			if _, err := x.out.Confirm(ctx, anna, p.ID, bad); !errs.Is(err, errs.Invalid) {
				t.Errorf("%+v: %v", bad, err)
			}
		}
		for i := range 2 {
			if _, err = x.out.Confirm(ctx, anna, p.ID, there); (err == nil) != (i == 0) || i > 0 && !errs.Is(err, errs.Conflict) {
				t.Errorf("said %d times: %v", i+1, err)
			}
		}
		p, err = x.out.Get(ctx, x.owner, p.ID)
		must(t, err)
		c = x.get(t, c.ID)
		i := slices.IndexFunc(c.Resolutions, func(r cases.Resolution) bool { return r.Number == p.Resolution })
		if p.State != outgoing.ToSend || p.Attempt != 2 || p.Confirm || p.To.Line1 != "1 Elm St" || p.To.Country != "US" || c.Resolutions[i].Stand != cases.Executing {
			t.Errorf("%+v, %s", p, c.Resolutions[i].Stand)
		}
		if _, err := x.out.Send(ctx, x.owner, p.ID, "DHL", "1Z999AA10123456793"); err != nil {
			t.Errorf("it cannot be sent there: %v", err)
		}

		send := x.Send // what is sent for a parcel that was refused waits for an address from the beginning
		x.Send = func(ctx context.Context, c cases.Case, r cases.Resolution) (cases.Carried, error) {
			c.Kind = cases.AtDoor
			return send(ctx, c, r)
		}
		x.told = nil
		o = x.sells(t, "5004")
		c, p = x.exchanges(t, o)
		if who, _ := c.Waits(); !p.Confirm || who != cases.ByCustomer || !slices.Equal(x.told, []outgoing.State{outgoing.ToSend}) {
			t.Errorf("asked %v, waits for %s, told %v", p.Confirm, who, x.told)
		}
		p, err = x.out.Confirm(ctx, anna, p.ID, there)
		must(t, err)
		if who, until := x.get(t, c.ID).Waits(); p.Confirm || who == cases.ByCustomer && until.IsZero() || len(x.told) != 1 {
			t.Errorf("asked %v, waits for %s until %v, told %v", p.Confirm, who, until, x.told)
		}
	})
}

// jam is cases of which one takes no step.
type jam struct {
	*cases.Service
	at cases.ID
}

func (j jam) Step(ctx context.Context, a auth.Actor, c cases.ID, resolution int64, to cases.Stand, code string) (cases.Case, error) {
	if c == j.at {
		return cases.Case{}, errs.New(errs.Conflict, "error.case_state")
	}
	return j.Service.Step(ctx, a, c, resolution, to, code)
}

// A replacement that cannot be taken up keeps no other one back, and is taken up when it can be.
func TestOneReplacementKeepsNoOtherBack(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, x := context.Background(), newPacker(t, s)
		var list []outgoing.Parcel
		for i, number := range []string{"1Z999AA10123456784", "1Z999AA10123456775"} {
			o := x.sells(t, []string{"5003", "5004"}[i])
			_, p := x.exchanges(t, o)
			_, err := x.out.Choose(ctx, x.owner, p.ID, 1, "LAMP-TALL")
			must(t, err)
			p, err = x.out.Send(ctx, x.owner, p.ID, "DHL", number)
			must(t, err)
			x.tells(t, o, number, shipment.Delivered, 0)
			list = append(list, p)
		}
		state := func(i int) outgoing.State {
			p, err := x.out.Get(ctx, x.owner, list[i].ID)
			must(t, err)
			return p.State
		}
		x.out.Cases = jam{x.cases, list[0].Case}
		if err := x.out.Follow(ctx, x.w); !errs.Is(err, errs.Conflict) || state(0) != outgoing.Sent || state(1) != outgoing.Delivered {
			t.Errorf("%v: %s, %s", err, state(0), state(1))
		}
		x.out.Cases = x.cases
		if err := x.out.Follow(ctx, x.w); err != nil || state(0) != outgoing.Delivered {
			t.Errorf("%v: %s", err, state(0))
		}
	})
}

// An exchange that left before its goods came back: the customer is asked, then a person is told, who waits for them or lets
// them go; only with the right to refund, and only in the workspace.
func TestGoodsOfAnEarlyExchangeAreNotForgotten(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, x := context.Background(), newPacker(t, s)
		o := x.sells(t, "5005")
		c, p := x.exchanges(t, o)
		_, err := x.out.Choose(ctx, x.owner, p.ID, 1, "LAMP-TALL")
		must(t, err)
		_, err = x.out.Send(ctx, x.owner, p.ID, "DHL", "1Z999AA10123456784")
		must(t, err)
		x.hears(t, o, "1Z999AA10123456784", shipment.Delivered)
		letters, tasks := len(x.letters), len(x.tasks)
		for _, days := range []int{16, 5, 7, 7, 30, 30} {
			x.works(t, days)
		}
		if got := x.letters[letters:]; len(got) != 3 || !strings.Contains(got[0], "Please send them by") || !strings.Contains(got[2], "The last day for that was") || !strings.Contains(got[2], "Lamp") {
			t.Errorf("asked by %q", got)
		}
		if got := x.tasks[tasks:]; len(got) != 1 || !strings.Contains(got[0], "its goods have not come") {
			t.Errorf("told by %q", got)
		}
		c = x.get(t, c.ID)
		if list, err := x.cases.List(ctx, x.owner, cases.Filter{Waits: cases.ByUs}, 0, 10); err != nil || len(list) != 1 || !c.Owes() || c.Phase != cases.AwaitingGoods {
			t.Fatalf("%s, %d wait for us, %v", c.Phase, len(list), err)
		}
		i := slices.IndexFunc(c.Resolutions, func(r cases.Resolution) bool { return r.Owed })
		n := c.Resolutions[i].Number
		agent := auth.Actor{Kind: auth.Agent, ID: 9, Role: auth.AgentRole, Workspace: x.w}
		if _, err := x.cases.Forgo(ctx, agent, c.ID, n, "kind"); !errs.Is(err, errs.Denied) {
			t.Errorf("an agent gives goods away: %v", err)
		}
		other := x.owner
		other.Workspace = 99
		if _, err := x.cases.Forgo(ctx, other, c.ID, n, "theirs"); !errs.Is(err, errs.NotFound) {
			t.Errorf("from another workspace: %v", err)
		}
		if _, err := x.cases.Forgo(ctx, x.owner, c.ID, n, " "); !errs.Is(err, errs.Invalid) {
			t.Errorf("without a reason: %v", err)
		}
		c, err = x.cases.Forgo(ctx, x.owner, c.ID, n, "not worth the postage")
		if err != nil || c.Phase != cases.Closed || c.Reason != cases.Completed {
			t.Fatalf("%s %s, %v", c.Phase, c.Reason, err)
		}
		back, err := x.goods.OfCase(ctx, x.owner, c.ID)
		if err != nil || len(back) != 1 || back[0].State != goods.Cancelled {
			t.Errorf("%+v, %v", back, err)
		}
		events, err := x.cases.History(ctx, x.owner, c.ID)
		must(t, err)
		if again, err := cases.Fold(events); err != nil || again.Phase != c.Phase {
			t.Error(err)
		}
	})
}

// A sheet of numbers sends what it can, once, and tells what it cannot; nobody sends what they do not see.
func TestASheetOfNumbersSendsWhatItCan(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, x := context.Background(), newPacker(t, s)
		var list []outgoing.Number
		for i, number := range []string{"1Z999AA10123456784", "1Z999AA10123456775"} {
			_, p := x.exchanges(t, x.sells(t, []string{"5006", "5007"}[i]))
			list = append(list, outgoing.Number{Line: i + 2, ID: p.ID, Carrier: "UPS", Tracking: number})
		}
		_, err := x.out.Choose(ctx, x.owner, list[0].ID, 1, "LAMP-TALL")
		must(t, err)
		list = append(list, outgoing.Number{Line: 4, ID: 1, Tracking: "1Z999AA10123456793"})
		other := x.owner
		other.Workspace = 99
		if got, err := x.out.SendAll(ctx, other, list); err != nil || !errs.Is(got[0].Err, errs.NotFound) || got[0].Parcel.ID != 0 {
			t.Errorf("from another workspace: %+v, %v", got, err)
		}
		if _, err := x.out.SendAll(ctx, auth.Actor{Kind: auth.Agent, Workspace: x.w, Permissions: auth.NewSet(auth.ReadCases)}, list); !errs.Is(err, errs.Denied) {
			t.Errorf("by somebody who only reads: %v", err)
		}
		for range 2 {
			got, err := x.out.Foresee(ctx, x.owner, list)
			if err != nil || got[0].Err != nil || got[0].Known || !errs.Is(got[1].Err, errs.Conflict) || !errs.Is(got[2].Err, errs.NotFound) {
				t.Fatalf("%+v, %v", got, err)
			}
		}
		told := len(x.told)
		got, err := x.out.SendAll(ctx, x.owner, list)
		if err != nil || got[0].Err != nil || got[0].Parcel.State != outgoing.Sent || got[1].Err == nil || got[2].Err == nil {
			t.Fatalf("%+v, %v", got, err)
		}
		if got, err = x.out.SendAll(ctx, x.owner, list[:1]); err != nil || !got[0].Known || got[0].Err != nil || len(x.told) != told+1 {
			t.Errorf("again: %+v, told %d times, %v", got, len(x.told)-told, err)
		}
		_, err = x.out.Choose(ctx, x.owner, list[1].ID, 1, "LAMP-TALL")
		must(t, err)
		list[1].Tracking = list[0].Tracking
		if got, err = x.out.SendAll(ctx, x.owner, list[1:2]); err != nil || !errs.Is(got[0].Err, errs.Invalid) {
			t.Errorf("under the number of another one: %+v, %v", got, err)
		}
	})
}
