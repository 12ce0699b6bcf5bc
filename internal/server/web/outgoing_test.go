package web

import (
	"context"
	"net/http"
	"strconv"
	"testing"

	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/product"
	"godwit.dev/godwit/internal/flow/outgoing"
)

// goesOut returns an exchange of a tent that is to be sent, for which somebody has to say which one.
func (d *door) goesOut(t *testing.T, m *merchant) outgoing.Parcel {
	t.Helper()
	ctx := context.Background()
	o, _, err := d.orders.Save(ctx, m.owner, order.New{
		Shop: m.shop.ID, Number: "X-78", Email: "june@client.example", Currency: "EUR", Goods: 5000, Total: 5000, ShipTo: order.Address{Name: "June Park", Line1: "1 Elm St", City: "Portland", Country: "US"},
		Lines: []order.Line{{SKU: "TENT", Title: "Tent for two", Quantity: 1, Price: 2500}},
	})
	must(t, err)
	_, _, err = d.products.Save(ctx, m.owner, product.New{Shop: m.shop.ID, ExternalID: "x78", Title: "Tent for three", Currency: "EUR", Variants: []product.Variant{{SKU: "TENT-3", Price: 3000}}})
	must(t, err)
	c, err := d.cases.Open(ctx, m.owner, cases.NewCase{Kind: cases.Exchange, Items: []cases.Item{{Order: o.ID, OrderRow: o.Lines[0].ID, Quantity: 1, Reason: "size_fit"}}})
	must(t, err)
	p, err := d.out.Make(ctx, c, cases.Resolution{Number: int64(c.ID), Means: cases.ExchangeVariant, Units: []cases.Group{{Line: 1, From: 1, Quantity: 1}}})
	must(t, err)
	return p
}

// A replacement is sent from its page: what for, where to, under which number; and what became of it.
func TestAReplacementIsSentFromItsPage(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	p := d.goesOut(t, m)
	b := d.as("owner@acme.example")
	at := "/replacements/" + id64(int64(p.ID))
	b.get("/replacements").want(http.StatusOK, "Tent for two", "June Park", "Something is missing", "not chosen yet")
	do := func(form ...string) answer {
		t.Helper()
		return b.get(b.post(at, form...).header.Get("Location"))
	}
	b.post(at, "do", "sent", "carrier", "DHL", "tracking", "00340434161094042557").want(http.StatusUnprocessableEntity, "Say first what is sent")
	b.post(at, "do", "choose", "line", "1", "sku", "NONE").want(http.StatusUnprocessableEntity, "No product of this shop")
	do("do", "choose", "line", "1", "sku", "TENT-3").want(http.StatusOK, "Tent for three", "in place of TENT", "€5.00 more")
	do("do", "address", "person", "June Park", "line1", "2 Oak St", "city", "Portland", "country", "us").want(http.StatusOK, "2 Oak St")
	do("do", "short", "why", "Ordered again", "expected", "2031-12-01").want(http.StatusOK, "Not in stock", "Ordered again", "It is in stock again")
	do("do", "back").want(http.StatusOK, "To send")
	do("do", "sent", "carrier", "DHL", "tracking", "00340434161094042557").want(http.StatusOK, "Sent", "00340434161094042557").lacks("It is sent")
	b.post(at, "do", "end", "state", "lost").want(http.StatusUnprocessableEntity)
	do("do", "end", "state", "lost", "why", "never scanned").want(http.StatusOK, "Lost", "never scanned", "Send it again")
	do("do", "again").want(http.StatusOK, "To send", "attempt 2")
	b.get("/replacements?state=lost").want(http.StatusOK, "Nothing here")
}

// Goods that were given something for early, and that never come, are let go on the page of their case: with a reason, by
// somebody who may refund.
func TestGoodsThatAreOwedAreLetGo(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	c, _ := d.complaint(m)
	b, at := d.as("owner@acme.example"), "/cases/"+id64(c.ID)
	n := resolution(t, c, "replace")
	b.post(at+"/approve", "resolution", n, "why", "Her lamp is needed now").want(http.StatusSeeOther)
	b.get(at).want(http.StatusOK).lacks("Let the customer keep them")
	number, err := strconv.ParseInt(n, 10, 64)
	must(t, err)
	ctx := context.Background()
	_, err = d.cases.Step(ctx, m.owner, c.ID, number, cases.Executing, "")
	must(t, err)
	_, err = d.cases.Nudge(ctx, m.owner, c.ID, number, cases.Flag)
	must(t, err)
	b.get(at).want(http.StatusOK, "Waits for us", "although they were asked three times", "Let the customer keep them", "a person decides")
	b.post(at+"/forgo", "resolution", n, "why", "").want(http.StatusUnprocessableEntity)
	b.post(at+"/forgo", "resolution", n, "why", "Not worth the postage").want(http.StatusSeeOther)
	b.get(at).want(http.StatusOK, "they are not awaited any more").lacks("Let the customer keep them")
}

// What is to be sent goes to whoever packs as a table, and comes back with numbers: seen first, then sent, once.
func TestNumbersComeBackInASheet(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	p := d.goesOut(t, m)
	b := d.as("owner@acme.example")
	b.get("/replacements/sheet").want(http.StatusOK, "replacement,case,sku").lacks("June Park") // nobody has said what is sent
	b.post("/replacements/"+id64(int64(p.ID)), "do", "choose", "line", "1", "sku", "TENT-3").want(http.StatusSeeOther)
	b.get("/replacements/sheet").want(http.StatusOK, p.ID.Code(), "TENT-3", "June Park", "1 Elm St")
	const at = "/replacements/sheet"
	b.upload(at, "sheet", "wrong.csv", []byte("replacement,tracking\nR1,??\n"), "do", "look").want(http.StatusUnprocessableEntity, "Line 2 cannot be read")
	sheet := "replacement,carrier,tracking\n" + p.ID.Code() + ",DHL,00340434161094042557\nR1,DHL,00340434161094042564\n"
	b.upload(at, "sheet", "back.csv", []byte(sheet), "do", "look").want(http.StatusOK, "1 replacement will be sent", "1 line cannot be taken", "June Park", "Will be sent", "Not sent")
	b.get("/replacements").want(http.StatusOK, "June Park")
	b.post(at, "do", "send", "numbers", sheet).want(http.StatusOK, "1 replacement was sent", "Sent")
	b.post(at, "do", "send", "numbers", sheet).want(http.StatusOK, "0 replacements were sent", "Sent before")
	b.get("/replacements?state=sent").want(http.StatusOK, "00340434161094042557")
}
