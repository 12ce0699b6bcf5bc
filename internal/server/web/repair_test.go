package web

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/warranty"
	"godwit.dev/godwit/internal/platform/auth"
)

// A repair stands on the board and on its case's page, and goes on by what is said there; what is wrong in a form is said
// beside it, and another workspace reaches nothing.
func TestARepairIsWorkedInTheConsole(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	ctx := context.Background()
	b := d.as("owner@acme.example")
	b.get("/repairs").want(http.StatusOK, "No repairs")
	o, _, err := d.orders.Save(ctx, m.owner, order.New{
		Shop: m.shop.ID, Number: "M-7", Email: "anna@client.example", Currency: "EUR", Goods: 2500, Total: 2500, ShipTo: order.Address{Name: "Anna Müller", City: "Berlin", Country: "DE"},
		Lines: []order.Line{{SKU: "LAMP", Title: "Reading lamp", Quantity: 1, Price: 2500}},
	})
	must(t, err)
	c, err := d.cases.Open(ctx, m.owner, cases.NewCase{Kind: cases.Warranty, Items: []cases.Item{{Order: o.ID, OrderRow: o.Lines[0].ID, Quantity: 1, Reason: "defective"}}})
	must(t, err)
	given := c
	given.Resolutions = []cases.Resolution{{Number: 77, Means: cases.Repair, Stand: cases.Waiting, Units: []cases.Group{{Line: 1, From: 1, Quantity: 1}}, Offer: &cases.Offer{Basis: "conformity"}}}
	must(t, d.warranty.FollowCase(ctx, given))
	list, err := d.warranty.RepairsOf(ctx, c)
	must(t, err)
	id, page := id64(int64(list[0].ID)), "/cases/"+id64(int64(c.ID))
	if board := b.get("/repairs").want(http.StatusOK, "Reading lamp", "Awaiting the unit"); !strings.Contains(board.body, page) {
		t.Error("the board does not lead to the case")
	}
	b.get("/repairs?stage=done").want(http.StatusOK, "No repairs")
	say := func(fields ...string) string {
		t.Helper()
		b.post(page+"/repair", append([]string{"repair", id}, fields...)...).want(http.StatusSeeOther)
		return b.get(page).want(http.StatusOK).body
	}
	say("do", "lend", "kind", "lent", "serial", "L-0042", "due", "2099-12-31")
	if body := say("do", "move", "to", "received"); !strings.Contains(body, "L-0042") {
		t.Error("the page does not say what is lent")
	}
	b.post(page+"/repair", "repair", id, "do", "move", "to", "diagnosed", "fault", "water", "estimate", "25.00").want(http.StatusUnprocessableEntity, "covers this unit")
	say("do", "move", "to", "diagnosed", "fault", "water in the base", "estimate", "25.00", "uncovered", "It fell into water.")
	if body := say("do", "move", "to", "consent"); !strings.Contains(body, "It fell into water.") || !strings.Contains(body, "They agree") {
		t.Error("the page does not say what the customer is asked")
	}
	say("do", "agree")
	for range 2 {
		say("do", "spend", "cost_kind", "parts", "amount", "7.00", "bill", "2026-1")
	}
	say("do", "back")
	for _, to := range []warranty.Stage{warranty.Tested, warranty.SentBack, warranty.Done} {
		say("do", "move", "to", string(to), "carrier", "DHL", "tracking", "00340434161094042557")
	}
	r, err := d.warranty.GetRepair(ctx, m.owner, list[0].ID)
	must(t, err)
	if !r.Mended() || r.Cost() != 700 || r.Estimate != 2500 || r.Carrier != "DHL" || r.Loan.Out() {
		t.Errorf("%+v", r)
	}
	b.post(page+"/repair", "repair", "1", "do", "agree").want(http.StatusNotFound)
	d.found("other")
	if a := d.as("owner@other.example").post(page+"/repair", "repair", id, "do", "back"); a.status != http.StatusNotFound {
		t.Errorf("another workspace: %d", a.status)
	}
	if _, err := d.warranty.MoveRepair(ctx, auth.Actor{Kind: auth.Bot, Workspace: m.owner.Workspace}, list[0].ID, warranty.Move{To: warranty.Done}); err == nil {
		t.Error("a bot moves a repair")
	}
}
