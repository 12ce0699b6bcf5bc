package api

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"strings"

	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/hold"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/flow/casework"
)

// stageCase makes an order that came last week and, unless one is to be opened, a case about it that an operation can be
// tried on.
func (w *world) stageCase(m *merchant, n, op string, put func(kind, bool, int64)) {
	ctx := context.Background()
	o, _, err := w.orders.Save(ctx, m.owner, order.New{
		Shop: m.shop.ID, ExternalID: n + "-c", Number: n + "-c", Email: "anna@client.example", Currency: "EUR", Goods: 5000, Total: 5000, PlacedAt: w.now().AddDate(0, 0, -9),
		ShipTo: order.Address{Name: n, City: "Zürich", Country: "CH"}, Lines: []order.Line{{SKU: "TENT-2P", Title: m.mark + " tent", Quantity: 2, Price: 2500}},
		Fulfillments: []order.Fulfillment{{Carrier: "DHL", Tracking: "CASE" + n, ShippedAt: w.now().AddDate(0, 0, -8), DeliveredAt: w.now().AddDate(0, 0, -3)}},
	})
	must(w.t, err)
	put(anOrder{}, !strings.HasPrefix(op, "casePayback"), int64(o.ID))
	put(aLine{}, true, o.Lines[0].ID)
	wish := casework.Wish{Order: o.ID, Kind: cases.Return, Wants: "refund", Items: []casework.Item{{Row: o.Lines[0].ID, Quantity: 1, Reason: "changed_mind"}}}
	if op == "caseDispose" {
		wish.Evidence = []string{"photo"}
	}
	c, a, err := w.casework.Open(ctx, m.owner, wish)
	must(w.t, err)
	put(aCase{}, false, int64(c.ID))
	var photo bytes.Buffer
	must(w.t, jpeg.Encode(&photo, image.NewGray(image.Rect(0, 0, 8, 8)), nil))
	shown, err := w.cases.Attach(ctx, m.owner, c.ID, cases.NewFile{Name: m.mark + ".jpg", Data: photo.Bytes()})
	must(w.t, err)
	put(aCaseFile{}, false, int64(shown.ID))
	number := int64(0)
	for _, x := range a.Offers {
		if x.Remedy == decision.Refund {
			number = x.Resolution
		}
	}
	approve := func() {
		c, err = w.casework.Approve(ctx, m.owner, c.ID, number, "seen")
		must(w.t, err)
	}
	switch op {
	case "caseAnswer":
		_, err = w.casework.Ask(ctx, m.owner, c.ID, []string{"photo"}, "")
		must(w.t, err)
	case "caseCount":
		approve()
	case "caseDispose":
		approve()
		_, err = w.cases.Count(ctx, m.owner, c.ID, 1, cases.Received, 1)
		must(w.t, err)
	case "caseFinish":
		c, err = w.casework.Grant(ctx, m.owner, c.ID, casework.Grant{Means: cases.Resend}, "sent the wrong one")
		must(w.t, err)
		number = c.Resolutions[len(c.Resolutions)-1].Number
	case "caseAgree", "caseDisagree", "caseSettle":
		approve()
		_, err = w.cases.AskDifference(ctx, m.owner, c.ID, number, []cases.Found{{Group: cases.Group{Line: 1, From: 1, Quantity: 1}, Is: cases.Worse, Less: 30}}, "worn")
		must(w.t, err)
	case "caseForgo":
		approve()
		_, err = w.cases.Step(ctx, m.owner, c.ID, number, cases.Executing, "")
		must(w.t, err)
	case "caseHold", "caseHolds":
		_, err = w.store.AddCardHold(ctx, hold.Hold{ID: hold.ID(w.ids.Next()), Workspace: c.Workspace, Case: c.ID, Number: c.Number, Resolution: number, Shop: c.Shop, Order: c.Lines[0].Order, Provider: "stripe", State: hold.Unpaid,
			Currency: "EUR", Amount: 5000, Take: 5000, Terms: m.mark, Attempt: 1, CreatedAt: w.now(), UpdatedAt: w.now(), DueAt: w.now()})
		must(w.t, err)
	case "caseReopen":
		_, err = w.casework.Cancel(ctx, m.owner, c.ID)
		must(w.t, err)
	case "caseAppeal":
		_, err = w.casework.Decline(ctx, m.owner, c.ID, nil, "worn")
		must(w.t, err)
	}
	put(aResolution{}, false, number)
}
