package store_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/fx"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/product"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/flow/goods"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// goodsDoor is a counter whose goods come back.
type goodsDoor struct {
	*counterDesk
	goods   *goods.Service
	parcels *shipment.Service
}

func newGoodsDoor(t *testing.T, s *store.Store) *goodsDoor {
	t.Helper()
	x := &goodsDoor{counterDesk: newCounter(t, s)}
	x.parcels = shipment.New(shipment.Config{Store: s, Journal: s, IDs: x.ids, Now: func() time.Time { return x.now }})
	products := product.NewService(product.Config{Store: s, Journal: s, IDs: x.ids, Now: func() time.Time { return x.now }})
	x.goods = goods.New(goods.Config{Store: s, Cases: x.cases, Orders: x.orders, Products: products, Shipments: x.parcels, Journal: s, IDs: x.ids, Now: func() time.Time { return x.now },
		Rates: fx.New(fx.Config{Store: s, Journal: s})})
	_, _, err := products.Save(context.Background(), auth.ForSystem(x.w), product.New{Shop: x.order.Shop, ExternalID: "p1", Title: "Mug", Currency: "EUR",
		Variants: []product.Variant{{SKU: "MUG", Price: 2500, HSCode: "691110", Origin: "CN", Grams: 900}}})
	must(t, err)
	return x
}

// sells sells mugs to somebody in a country.
func (x *goodsDoor) sells(t *testing.T, number, country string) order.Order {
	t.Helper()
	to := order.Address{Name: "Anna Müller", Line1: "Straße des 17. Juni 135", Postcode: "10623", City: "Berlin", Country: country}
	o, _, err := x.orders.Save(context.Background(), x.owner, order.New{Shop: x.order.Shop, Number: number, Email: "anna@client.example", Currency: "EUR", Goods: 5000, Total: 5000,
		PlacedAt: x.now.AddDate(0, 0, -9), ShipTo: to, Lines: []order.Line{{SKU: "MUG", Title: "Mug with a godwit", Quantity: 3, Price: 2500}}})
	must(t, err)
	return o
}

// awaits opens a return of an order, approves it, and expects its goods.
func (x *goodsDoor) awaits(t *testing.T, o order.Order, n int64, at cases.Trigger, route string) (cases.Case, goods.Parcel) {
	t.Helper()
	ctx := context.Background()
	c, err := x.cases.Open(ctx, x.owner, cases.NewCase{Kind: cases.Return, Items: []cases.Item{{Order: o.ID, OrderRow: o.Lines[0].ID, Quantity: n, Reason: "changed_mind"}}})
	must(t, err)
	_, err = x.cases.Submit(ctx, x.owner, c.ID, nil)
	must(t, err)
	_, err = x.cases.Approve(ctx, x.owner, c.ID, cases.Decision{Policy: "built-in"}, time.Time{}, map[int]int64{1: n}, nil)
	must(t, err)
	c, err = x.cases.Propose(ctx, x.owner, c.ID, []cases.Resolution{mug(n, cases.RefundOriginal, at)})
	must(t, err)
	_, err = x.cases.Step(ctx, x.owner, c.ID, c.Resolutions[0].Number, cases.Offered, "")
	must(t, err)
	c, err = x.cases.Accept(ctx, x.owner, c.ID, c.Resolutions[0].Number, "")
	must(t, err)
	c, err = x.cases.Go(ctx, x.owner, c.ID, cases.AwaitingGoods, "")
	must(t, err)
	for range 2 { // a repeat changes nothing
		must(t, x.goods.Expect(ctx, c, c.Resolutions[0], route))
	}
	list, err := x.goods.OfCase(ctx, x.owner, c.ID)
	if err != nil || len(list) != 1 {
		t.Fatalf("%+v, %v", list, err)
	}
	return c, list[0]
}

func (x *goodsDoor) place(t *testing.T, p goods.Place) goods.Place {
	t.Helper()
	p, err := x.goods.SavePlace(context.Background(), x.owner, p)
	must(t, err)
	return p
}

func hub(route, country string) goods.Place {
	return goods.Place{Route: route, Name: "Returns " + country, Address: order.Address{Company: "Greywing Returns", Line1: "Hafenstr. 7", Postcode: "20457", City: "Hamburg", Country: country}}
}

func TestGoodsAreExpectedAtTheBestPlace(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, x := context.Background(), newGoodsDoor(t, s)
		x.place(t, hub("local_hub", "DE"))
		fr := hub("local_hub", "DE")
		fr.Markets = []string{"fr"}
		french := x.place(t, fr)
		closed := hub("local_hub", "FR")
		closed.Markets, closed.Off = []string{"FR"}, true
		x.place(t, closed)
		_, p := x.awaits(t, x.sells(t, "2001", "FR"), 2, cases.FirstScan, "local_hub")
		if p.Place != french.ID || p.State != goods.Expected || p.Units() != 2 || p.Lines[0].Value != 2500 {
			t.Errorf("%+v", p)
		}
		if _, ok := goods.ParseRMA(p.RMA); !ok {
			t.Errorf("%s is no number", p.RMA)
		}
		found, err := x.goods.Find(ctx, x.owner, strings.ToLower(goods.Spaced(p.RMA)))
		if err != nil || len(found) != 1 || found[0].ID != p.ID {
			t.Errorf("%+v, %v", found, err)
		}
		// Where the merchant has no place, the parcel waits for one and its label cannot be made.
		_, q := x.awaits(t, x.sells(t, "2002", "US"), 1, cases.FirstScan, "origin")
		if _, err := x.goods.Label(ctx, x.owner, q.ID, "en"); q.Place != 0 || !errs.Is(err, errs.Conflict) {
			t.Errorf("%+v, %v", q, err)
		}
		stranger := auth.Actor{Kind: auth.Agent, ID: 9, Workspace: x.w + 1, Role: auth.Owner}
		if _, err := x.goods.Get(ctx, stranger, p.ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("another workspace: %v", err)
		}
	})
}

func TestASentParcelIsFollowedAndMovesItsCase(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, x := context.Background(), newGoodsDoor(t, s)
		x.place(t, hub("local_warehouse", "DE"))
		c, p := x.awaits(t, x.sells(t, "2001", "DE"), 2, cases.FirstScan, "local_warehouse")
		if _, err := x.goods.Sent(ctx, x.owner, p.ID, "DHL", "  "); !errs.Is(err, errs.Invalid) {
			t.Errorf("no number: %v", err)
		}
		for range 2 {
			got, err := x.goods.Sent(ctx, x.owner, p.ID, "DHL", "00340434161094042557")
			if err != nil || got.State != goods.Sent || got.Shipment == 0 {
				t.Fatalf("%+v, %v", got, err)
			}
			p = got
		}
		v, err := x.parcels.Get(ctx, auth.ForSystem(x.w), p.Shipment)
		if err != nil || v.Direction != shipment.Back || v.Order != p.Order {
			t.Errorf("%+v, %v", v, err)
		}
		tell := func(status shipment.Status) {
			x.now = x.now.Add(time.Hour)
			_, err := x.parcels.Ingest(ctx, auth.ForSystem(x.w), shipment.Delivery{Source: "api", Reports: []shipment.Report{{Number: shipment.Number{Carrier: "DHL", Number: p.Tracking},
				Event: shipment.Event{Status: status, At: x.now, Zoned: true, Text: string(status)}}}})
			must(t, err)
			for range 2 {
				must(t, x.goods.Follow(ctx, x.w))
			}
		}
		tell(shipment.PickedUp)
		c, err = x.cases.Get(ctx, x.owner, c.ID)
		if err != nil || c.Phase != cases.GoodsMoving || c.Resolutions[0].Stand != cases.Executing || c.Lines[0].Count(cases.Shipped) != 2 {
			t.Errorf("%s, %+v, %v", c.Phase, c.Resolutions, err)
		}
		tell(shipment.Delivered)
		p, err = x.goods.Get(ctx, x.owner, p.ID)
		if err != nil || p.State != goods.Arrived {
			t.Errorf("%+v, %v", p, err)
		}
		if _, err := x.goods.Sent(ctx, x.owner, p.ID, "DHL", "00340434161094042558"); !errs.Is(err, errs.Conflict) {
			t.Errorf("another number of what arrived: %v", err)
		}
	})
}

func TestLabelsAndPapersAreReadable(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, x := context.Background(), newGoodsDoor(t, s)
		x.place(t, hub("local_warehouse", "DE"))
		china := hub("origin", "CN")
		china.Address = order.Address{Name: "灰翼退货中心", Line1: "南山区科技园 8 号", City: "深圳市", Region: "广东省", Postcode: "518057", Country: "CN"}
		china.Note = "Write the number on the outside."
		x.place(t, china)
		_, home := x.awaits(t, x.sells(t, "2001", "DE"), 2, cases.FirstScan, "local_warehouse")
		if _, err := x.goods.Papers(ctx, x.owner, home.ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("papers within a customs territory: %v", err)
		}
		_, far := x.awaits(t, x.sells(t, "2002", "DE"), 2, cases.FirstScan, "origin")
		_, big := x.awaits(t, x.sells(t, "2003", "GB"), 3, cases.FirstScan, "local_warehouse")
		d, err := x.goods.Declaration(ctx, x.owner, far.ID)
		if err != nil || d.Form != goods.CN22 || d.Grams != 1800 || d.Value != 5000 || len(d.Gaps) != 0 || d.Lines[0].HSCode != "691110" {
			t.Errorf("%+v, %v", d, err)
		}
		label, err := x.goods.Label(ctx, x.owner, far.ID, "de")
		must(t, err)
		small, err := x.goods.LabelA6(ctx, x.owner, far.ID, "ar")
		must(t, err)
		papers, err := x.goods.Papers(ctx, x.owner, far.ID)
		must(t, err)
		form, err := x.goods.Papers(ctx, x.owner, big.ID)
		must(t, err)
		dir := t.TempDir()
		if keep := os.Getenv("SHOTS"); keep != "" {
			dir = keep
		}
		for name, pdf := range map[string][]byte{"label": label, "small": small, "papers": papers, "form": form} {
			must(t, os.WriteFile(filepath.Join(dir, name+".pdf"), pdf, 0o600))
		}
		for _, p := range []string{"pdftotext", "pdftoppm", "zbarimg"} {
			if _, err := exec.LookPath(p); err != nil {
				t.Skipf("not run: %s is not installed", p)
			}
		}
		for file, words := range map[string][]string{
			"label": {goods.Spaced(far.RMA), "灰翼退货中心", "Anna Müller", "GERMANY", "CHINA", "Mug with a godwit", "nicht frankiert"},
			"small": {goods.Spaced(far.RMA), "CHINA"}, "papers": {"CN 22", "691110", "1.800", "50.00", "Returned goods", "Commercial invoice"}, "form": {"CN 23", "Returned goods", "952/2013", "Order 2003"},
		} {
			out, err := exec.Command("pdftotext", "-layout", filepath.Join(dir, file+".pdf"), "-").Output()
			must(t, err)
			for _, w := range words {
				if !strings.Contains(string(out), w) {
					t.Errorf("%s lacks %q:\n%s", file, w, out)
				}
			}
		}
		for _, file := range []string{"label", "small"} {
			png := filepath.Join(dir, file)
			must(t, exec.Command("pdftoppm", "-r", "203", "-png", "-singlefile", png+".pdf", png).Run())
			out, err := exec.Command("zbarimg", "--quiet", png+".png").Output()
			if err != nil || strings.Count(string(out), far.RMA) != 2 {
				t.Errorf("scanner reads %q, %v", out, err)
			}
		}
	})
}

func TestGoodsAreCountedOnceAndInspected(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, x := context.Background(), newGoodsDoor(t, s)
		x.place(t, hub("local_warehouse", "DE"))
		o := x.sells(t, "2001", "DE")
		c, p := x.awaits(t, o, 2, cases.Inspected, "local_warehouse")
		for _, code := range []string{p.RMA, "2001"} {
			if found, line, err := x.goods.Look(ctx, x.owner, code, 0); err != nil || len(found) != 1 || found[0].ID != p.ID || line != 0 {
				t.Errorf("%s: %+v, %d, %v", code, found, line, err)
			}
		}
		if _, line, err := x.goods.Look(ctx, x.owner, " mug ", p.ID); err != nil || line != 1 {
			t.Errorf("the code of the goods: %d, %v", line, err)
		}
		one := []goods.Counted{{Line: 1, Matched: 1}}
		for range 2 { // the same scan twice receives once
			var err error
			if p, err = x.goods.Receive(ctx, x.owner, p.ID, "k1", one); err != nil || p.Lines[0].Matched != 1 || p.State == goods.Received {
				t.Fatalf("%+v, %v", p, err)
			}
		}
		if _, err := x.goods.Inspect(ctx, x.owner, p.ID, 1, 1, 1, goods.GradeA, cases.RestockNew); !errs.Is(err, errs.Conflict) {
			t.Errorf("inspected before it was opened: %v", err)
		}
		p, err := x.goods.Receive(ctx, x.owner, p.ID, "k2", one) // the second unit is a scan of its own
		if err != nil || p.State != goods.Received || p.Discrepant() {
			t.Errorf("%+v, %v", p, err)
		}
		if _, err := x.goods.Receive(ctx, x.owner, p.ID, "k3", one); !errs.Is(err, errs.Conflict) {
			t.Errorf("a third of two: %v", err)
		}
		c, err = x.cases.Get(ctx, x.owner, c.ID)
		if err != nil || c.Phase != cases.GoodsHere || c.Lines[0].Count(cases.Received) != 2 || c.Lines[0].Count(cases.Matched) != 2 || c.Resolutions[0].Stand != cases.Waiting {
			t.Errorf("%s %+v %+v, %v", c.Phase, c.Lines, c.Resolutions, err)
		}
		for unit := range int64(2) {
			_, err = x.goods.Inspect(ctx, x.owner, p.ID, 1, unit+1, 1, goods.GradeB, cases.Relabel)
			must(t, err)
		}
		c, err = x.cases.Get(ctx, x.owner, c.ID)
		if err != nil || c.Phase != cases.Inspecting || c.Resolutions[0].Stand != cases.Executing || len(c.Placed) != 2 {
			t.Errorf("%s %+v %+v, %v", c.Phase, c.Placed, c.Resolutions, err)
		}
	})
}

func TestADiscrepancyWaitsForAPerson(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, x := context.Background(), newGoodsDoor(t, s)
		x.place(t, hub("local_warehouse", "DE"))
		c, p := x.awaits(t, x.sells(t, "2001", "DE"), 3, cases.Inspected, "local_warehouse")
		p, err := x.goods.Receive(ctx, x.owner, p.ID, "k1", []goods.Counted{{Line: 1, Matched: 1, Unexpected: 1}})
		must(t, err)
		for range 2 {
			p, err = x.goods.Finish(ctx, x.owner, p.ID)
			must(t, err)
		}
		_, err = x.goods.Inspect(ctx, x.owner, p.ID, 1, 1, 2, goods.GradeC, cases.HubHold)
		must(t, err)
		c, err = x.cases.Get(ctx, x.owner, c.ID)
		l := c.Lines[0]
		if err != nil || !p.Discrepant() || l.Count(cases.Received) != 2 || l.Count(cases.Unexpected) != 1 || l.Count(cases.Missing) != 1 || c.Resolutions[0].Stand != cases.Waiting {
			t.Errorf("%+v %+v, %v", l, c.Resolutions, err)
		}
	})
}

func TestAnUnknownParcelIsKeptUntilItIsClaimed(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, x := context.Background(), newGoodsDoor(t, s)
		x.place(t, hub("local_warehouse", "DE"))
		_, p := x.awaits(t, x.sells(t, "2001", "DE"), 1, cases.AtReceipt, "local_warehouse")
		for range 2 {
			must(t, x.goods.Keep(ctx, x.owner, "k1", "CX123456789DE", "No letter inside, a blue mug"))
		}
		list, err := x.goods.Unknown(ctx, x.owner, 0, 10)
		if err != nil || len(list) != 1 || list[0].Code != "CX123456789DE" {
			t.Fatalf("%+v, %v", list, err)
		}
		_, err = x.goods.Claim(ctx, x.owner, list[0].ID, p.ID)
		must(t, err)
		if _, err := x.goods.Claim(ctx, x.owner, list[0].ID, p.ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("claimed twice: %v", err)
		}
		if list, err = x.goods.Unknown(ctx, x.owner, 0, 10); err != nil || len(list) != 0 {
			t.Errorf("%+v, %v", list, err)
		}
	})
}
