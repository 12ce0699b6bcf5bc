package api

import (
	"context"
	"strings"
	"time"

	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/warranty"
)

// stageAfterSale makes what the operations on cases, returns and warranties are tried on.
func (w *world) stageAfterSale(m *merchant, n, op string, put func(kind, bool, int64)) {
	switch {
	case strings.HasPrefix(op, "case"):
		w.stageCase(m, n, op, put)
	case strings.HasPrefix(op, "return"):
		w.stageReturn(m, n, op, put)
	case strings.HasPrefix(op, "replacement"):
		w.stageReplacement(m, n, op, put)
	case strings.HasPrefix(op, "repair"):
		w.stageRepair(m, n, op, put)
	case strings.HasPrefix(op, "warranty"), op == "orderCoverage", op == "orderUnitRegister", op == "productUnits":
		w.stageWarranty(m, n, op, put)
	case strings.HasPrefix(op, "recovery"), strings.HasPrefix(op, "agreement"):
		w.stageRecovery(m, n, op, put)
	case strings.HasPrefix(op, "rule"):
		w.stageRule(m, op, put)
	case strings.HasPrefix(op, "policyReplay"):
		w.stageReplay(m, op, put)
	}
}

// stageRepair makes a repair that is as far as an operation wants it.
func (w *world) stageRepair(m *merchant, n, op string, put func(kind, bool, int64)) {
	ctx := context.Background()
	o, _, err := w.orders.Save(ctx, m.owner, order.New{
		Shop: m.shop.ID, ExternalID: n + "-m", Number: n + "-m", Email: "anna@client.example", Currency: "EUR", Goods: 5000, Total: 5000, PlacedAt: w.now(), ShipTo: order.Address{Country: "DE"},
		Lines: []order.Line{{SKU: "TENT-2P", Title: m.mark + " tent", Quantity: 1, Price: 5000}},
	})
	must(w.t, err)
	c, err := w.cases.Open(ctx, m.owner, cases.NewCase{Kind: cases.Warranty, Items: []cases.Item{{Order: o.ID, OrderRow: o.Lines[0].ID, Quantity: 1, Reason: "defective"}}})
	must(w.t, err)
	c.Resolutions = []cases.Resolution{{Number: w.ids.Next(), Means: cases.Repair, Stand: cases.Waiting, Units: []cases.Group{{Line: 1, From: 1, Quantity: 1}}}}
	must(w.t, w.warranty.FollowCase(ctx, c))
	list, err := w.warranty.RepairsOf(ctx, c)
	must(w.t, err)
	r := list[0].ID
	put(aRepair{}, false, int64(r))
	put(aCase{}, false, int64(c.ID))
	put(anOrder{}, false, int64(o.ID))
	var moves []warranty.Move
	switch op {
	case "repairMove":
		moves = []warranty.Move{{To: warranty.Received}}
	case "repairAnswer":
		moves = []warranty.Move{{To: warranty.Received}, {To: warranty.Diagnosed, Fault: m.mark, Estimate: 2500}, {To: warranty.Consent}}
	case "repairReturned", "repairCharged":
		_, err := w.warranty.Lend(ctx, m.owner, r, warranty.Loan{Kind: warranty.Lent, Serial: n, DueAt: w.now().Add(72 * time.Hour)})
		must(w.t, err)
	}
	for _, x := range moves {
		_, err := w.warranty.MoveRepair(ctx, m.owner, r, x)
		must(w.t, err)
	}
}

// stageWarranty makes a guarantee, a plan, and an order that came yesterday.
func (w *world) stageWarranty(m *merchant, n, op string, put func(kind, bool, int64)) {
	ctx := context.Background()
	t, err := w.warranty.SaveTerm(ctx, m.owner, warranty.Term{Name: m.mark + " " + n, Months: 36, Guarantor: m.mark})
	must(w.t, err)
	put(aWarrantyTerm{}, false, int64(t.ID))
	p, err := w.warranty.SavePlan(ctx, m.owner, warranty.Plan{Name: m.mark + " plus", SKUs: []string{"PLUS-12"}, Months: 12})
	must(w.t, err)
	put(aWarrantyPlan{}, false, int64(p.ID))
	if strings.HasPrefix(op, "warranty") {
		return
	}
	came := w.now().Add(-24 * time.Hour)
	o, _, err := w.orders.Save(ctx, m.owner, order.New{
		Shop: m.shop.ID, ExternalID: n + "-w", Number: n + "-w", Email: "anna@client.example", Currency: "EUR", Goods: 5000, Total: 5000, PlacedAt: came.Add(-72 * time.Hour), ShipTo: order.Address{Country: "DE"},
		Lines:        []order.Line{{SKU: "TENT-2P", Title: m.mark + " tent", Quantity: 1, Price: 5000}},
		Fulfillments: []order.Fulfillment{{ShippedAt: came.Add(-48 * time.Hour), DeliveredAt: came}},
	})
	must(w.t, err)
	put(anOrder{}, false, int64(o.ID))
	put(aLine{}, false, o.Lines[0].ID)
	if op == "productUnits" {
		_, _, err = w.warranty.Register(ctx, m.owner, warranty.Registration{Order: o.ID, Row: o.Lines[0].ID, Serial: n})
		must(w.t, err)
	}
}
