package app

import (
	"slices"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/fx"
	"godwit.dev/godwit/internal/domain/hold"
	"godwit.dev/godwit/internal/domain/ledger"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/plan"
	"godwit.dev/godwit/internal/domain/product"
	"godwit.dev/godwit/internal/domain/recovery"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/domain/trace"
	"godwit.dev/godwit/internal/domain/warranty"
	"godwit.dev/godwit/internal/flow/commerce"
	"godwit.dev/godwit/internal/flow/outgoing"
	"godwit.dev/godwit/internal/platform/auth"
)

// demoTrade holds that goods, rates, plans, quotes, looks and traces are there.
func demoTrade(t *testing.T, c *Core, by auth.Actor) {
	t.Helper()
	shops, err := c.Orders.Shops(t.Context(), by)
	if err != nil || len(shops) != 4 {
		t.Fatalf("%d shops, %v", len(shops), err)
	}
	store := shops[slices.IndexFunc(shops, func(s order.Shop) bool { return s.Name == "Greywing Store" })]
	goods, err := c.Products.List(t.Context(), by, product.Filter{Shop: store.ID}, 0, 100)
	if err != nil || len(goods) < 20 {
		t.Fatalf("%d products, %v", len(goods), err)
	}
	for _, p := range goods {
		if len(p.Images) != 1 || !strings.HasPrefix(p.Images[0], "data:image/svg+xml,") || p.Supplier == "" || p.Batch == "" || p.Type == "" {
			t.Errorf("product %+v", p)
		}
		for _, v := range p.Variants {
			if len(v.HSCode) < 6 || v.Origin != "CN" || v.Price <= 0 || v.Grams <= 0 || v.Stock == nil || len(v.Attributes) == 0 {
				t.Errorf("variant %+v", v)
			}
		}
	}
	for _, name := range []string{plan.Main, "amazon", "ozon"} {
		p, err := c.Plans.Plan(t.Context(), by, name, 0)
		if err != nil || len(p.Document.Warehouses) == 0 || p.Document.Warehouses[0].CutOff == "" {
			t.Errorf("plan %s: %v", name, err)
		}
	}
	for country, currency := range map[string]string{"DE": "EUR", "US": "USD", "JP": "JPY", "BR": "BRL"} {
		a, err := c.Plans.Quote(t.Context(), by, plan.Request{Shop: store.ID, Passing: true, Basket: plan.Basket{Country: country, Show: currency, Items: []plan.Item{{SKU: goods[0].Variants[0].SKU, Quantity: 1}}}})
		if err != nil || len(a.Offer.Options) == 0 {
			t.Errorf("a quote to %s: %d options, %v, %v", country, len(a.Offer.Options), a.Offer.Refused, err)
		}
	}
	for _, s := range shops {
		_, look, err := c.Brands.Get(t.Context(), by, s.ID)
		if err != nil || look.Accent == "" || look.Logo.Hash == "" {
			t.Errorf("look of %s: %+v %v", s.Name, look, err)
		}
	}
	table, err := c.Rates.Table(t.Context(), by)
	if err != nil || len(table.Rates()) < 20 {
		t.Errorf("%d rates, %v", len(table.Rates()), err)
	}
	for _, r := range table.Rates() {
		if days, stale := table.Age(r); days == 0 || stale || r.Source != fx.Manual {
			t.Errorf("rate %+v is %d days old", r, days)
		}
	}
	kinds := map[trace.Kind]int{}
	traces, err := c.Traces.List(t.Context(), by, trace.Filter{}, trace.Cursor{}, 50)
	for _, x := range traces {
		kinds[x.Kind]++
	}
	if err != nil || kinds[trace.Search] == 0 || kinds[trace.Claim] == 0 {
		t.Errorf("traces %v, %v", kinds, err)
	}
}

// demoCasesMove holds that there are cases of all kinds and at different phases, and that they go on by themselves until
// some are closed.
func demoCasesMove(t *testing.T, c *Core, by auth.Actor) {
	t.Helper()
	look := func() (kinds map[cases.Kind]int, phases map[cases.Phase]int, steps int) {
		kinds, phases = map[cases.Kind]int{}, map[cases.Phase]int{}
		list, err := c.Cases.List(t.Context(), by, cases.Filter{}, 0, cases.MaxPage)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range list {
			kinds[x.Kind]++
			phases[x.Phase]++
			steps += x.Events
			if x.Number == 0 || x.Ticket == 0 || x.Phase != cases.Draft && x.Decision.Policy == "" {
				t.Errorf("case %+v", x)
			}
		}
		return kinds, phases, steps
	}
	kinds, phases, was := look()
	for _, k := range cases.Kinds() {
		if kinds[k] == 0 {
			t.Errorf("no case is a %s: %v", k, kinds)
		}
	}
	if len(phases) < 4 {
		t.Errorf("cases are all alike: %v", phases)
	}
	mended, err := c.Warranty.Repairs(t.Context(), by, warranty.RepairFilter{}, 0, 10)
	if err != nil || len(mended) == 0 {
		t.Errorf("no repair: %v", err)
	}
	sent, err := c.Outgoing.List(t.Context(), by, outgoing.Filter{}, 0, 10)
	if err != nil || len(sent) == 0 {
		t.Errorf("no replacement: %v", err)
	}
	eventually(t, "did a case go on", func() bool { _, _, is := look(); return is > was })
	eventually(t, "was a case closed", func() bool { _, phases, _ := look(); return phases[cases.Closed] > 0 })
}

// demoHoldsEnd holds that exchanges went out against a sum on a card: one was taken, one released, one refused by its bank,
// and that those on their way are released when the goods come; the books show what was taken, and nothing else.
func demoHoldsEnd(t *testing.T, c *Core, by auth.Actor) {
	t.Helper()
	look := func() (states map[hold.State]int, taken int64) {
		states = map[hold.State]int{}
		list, err := c.Cases.List(t.Context(), by, cases.Filter{}, 0, cases.MaxPage)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range list {
			holds, err := c.Pay.Holds(t.Context(), by, x.ID)
			if err != nil {
				t.Fatal(err)
			}
			for _, h := range holds {
				states[h.State]++
				if h.State == hold.Taken {
					taken += h.Take
				}
				if h.HeldAt.IsZero() != (h.State == hold.Failed) || !strings.Contains(h.Terms, h.Sum().Format("en")) {
					t.Errorf("hold %+v", h)
				}
			}
		}
		return states, taken
	}
	states, taken := look()
	if states[hold.Taken] != 1 || states[hold.Released] == 0 || states[hold.Failed] != 1 || len(demoHolds) > states[hold.Taken]+states[hold.Failed]+states[hold.Released]+states[hold.Held]+states[hold.Lapsed]+states[hold.Releasing] {
		t.Errorf("holds are %v", states)
	}
	books, err := c.Ledger.Balances(t.Context(), by)
	kept := int64(0)
	for _, b := range books {
		if b.Account == ledger.GoodsKept {
			kept += b.Net()
		}
	}
	if err != nil || kept != -taken || taken == 0 {
		t.Errorf("taken %d, booked %d, %v", taken, kept, err)
	}
	eventually(t, "was a hold released by itself", func() bool { is, _ := look(); return is[hold.Released] > states[hold.Released] })
}

// demoOrders holds that promises are kept and broken, and that orders come in parts.
func demoOrders(t *testing.T, c *Core, by auth.Actor) {
	t.Helper()
	var kept, broken, split int
	var after order.Cursor
	for {
		list, err := c.Orders.List(t.Context(), by, order.Filter{}, after, 100)
		if err != nil {
			t.Fatal(err)
		}
		if len(list) == 0 {
			break
		}
		for _, o := range list {
			after = order.Cursor{PlacedAt: o.PlacedAt, ID: o.ID}
			if len(o.Fulfillments) > 1 {
				split++
			}
			for _, f := range o.Fulfillments {
				if f.DeliveredAt.IsZero() || o.Promise.IsZero() {
					continue
				}
				v := shipment.Shipment{State: shipment.State{Status: shipment.Delivered, Since: f.DeliveredAt, DeliveredAt: f.DeliveredAt}}
				if out, _ := plan.Kept(o.Promise, v, time.UTC, c.Now()); out == plan.Late {
					broken++
				} else {
					kept++
				}
			}
		}
	}
	t.Logf("%d promises kept, %d broken, %d orders in parts", kept, broken, split)
	if kept == 0 || broken == 0 || split == 0 {
		t.Errorf("%d promises kept, %d broken, %d orders in parts", kept, broken, split)
	}
}

// demoOutlet holds that the shop with the drop folder is imported, and that new orders
// of it come in.
func demoOutlet(t *testing.T, c *Core, by auth.Actor) {
	t.Helper()
	outlet := func() commerce.Connection {
		list, err := c.Shops.Connections(t.Context(), by)
		if err != nil || len(list) != 1 {
			t.Fatalf("%d connections, %v", len(list), err)
		}
		if list[0].Problem != "" {
			t.Fatal(list[0].Problem)
		}
		return list[0]
	}
	newest := func() order.Order {
		list, err := c.Orders.List(t.Context(), by, order.Filter{Shop: outlet().Shop}, order.Cursor{}, 1)
		if err != nil {
			t.Fatal(err)
		}
		if len(list) == 0 {
			return order.Order{}
		}
		return list[0]
	}
	eventually(t, "was the outlet imported", func() bool { return outlet().State == commerce.Live && newest().ID != 0 })
	was := newest().ID
	eventually(t, "did a new order come", func() bool { return newest().ID != was })
}

// demoRecoveries holds that claims are at different stages, one of them paid in part with its papers, under what was agreed,
// and that one batch stands out.
func demoRecoveries(t *testing.T, c *Core, by auth.Actor) {
	t.Helper()
	list, err := c.Recovery.List(t.Context(), by, recovery.Filter{}, recovery.Cursor{}, recovery.MaxPage)
	i := slices.IndexFunc(list, func(x recovery.Claim) bool { return x.State == recovery.Partly && x.Received > 0 && x.Due() > 0 })
	if err != nil || i < 0 {
		t.Fatalf("no claim is paid in part: %v", err)
	}
	papers, err := c.Recovery.Documents(t.Context(), by, list[i].ID)
	if err != nil || len(papers) == 0 || len(list[i].Missing()) > 0 {
		t.Errorf("its papers: %+v, %v", papers, err)
	}
	if err := c.Outlays.Work(t.Context(), by.Workspace); err != nil {
		t.Fatal(err)
	}
	book, err := c.Recovery.Book(t.Context(), by)
	if err != nil || len(book.Batches) < 5 || !book.Batches[0].StandsOut || book.Batches[1].StandsOut {
		t.Errorf("batches: %+v, %v", book.Batches, err)
	}
}
