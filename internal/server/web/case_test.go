package web

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"net/http"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/flow/casework"
)

// complaint opens a case about a lamp that came broken to the United States, where
// the policy alone decides.
func (d *door) complaint(m *merchant) (cases.Case, casework.Advice) {
	d.t.Helper()
	ctx := context.Background()
	o, _, err := d.orders.Save(ctx, m.owner, order.New{
		Shop: m.shop.ID, ExternalID: "2001", Number: "US-2001", Email: "june@client.example", CustomerName: "June Park", Currency: "USD", Goods: 6000, Tax: 500, Total: 6500, PaymentMethod: "card",
		PlacedAt: time.Now().Add(-9 * 24 * time.Hour), ShipTo: order.Address{Name: "June Park", City: "Portland", Region: "OR", Country: "US"},
		Lines:        []order.Line{{Title: "Lamp", SKU: "LAMP", Quantity: 2, Price: 3000, Tax: 500}},
		Fulfillments: []order.Fulfillment{{Carrier: "UPS", Tracking: "1Z12345E0205271688", ShippedAt: time.Now().Add(-8 * 24 * time.Hour), DeliveredAt: time.Now().Add(-3 * 24 * time.Hour)}},
	})
	must(d.t, err)
	c, adv, err := d.casework.Open(ctx, m.owner, casework.Wish{
		Order: o.ID, Kind: cases.Damaged, Wants: "refund", Items: []casework.Item{{Row: o.Lines[0].ID, Quantity: 1, Reason: "damaged"}}, Evidence: []string{"photo"}, Words: "The shade is cracked.",
	})
	must(d.t, err)
	return c, adv
}

// photo is a small picture.
func photo(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	must(t, jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8)), nil))
	return b.Bytes()
}

// resolution returns the number of the resolution for a remedy.
func resolution(t testing.TB, c cases.Case, remedy string) string {
	t.Helper()
	for _, r := range c.Resolutions {
		if r.Offer != nil && r.Offer.Remedy == remedy {
			return id64(r.Number)
		}
	}
	t.Fatalf("no %s is offered: %+v", remedy, c.Resolutions)
	return ""
}

func TestACaseShowsItsWaysOutWithReasonsAndCosts(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	c, _ := d.complaint(m)
	b := d.as("owner@acme.example")
	b.get("/cases?tab=customer").want(http.StatusOK, "Damaged, wrong or missing", "June Park", "Waits for the customer").lacks("Nothing waits")
	page := b.get("/cases/"+id64(c.ID)).want(http.StatusOK, "#"+id64(c.Number), "June Park", "US-2001", "Lamp", "Ways out", "The law gives no right here", "Costs you", "$32.50", "Refund", "Replacement", "Choose for the customer", "Case opened")
	if got := strings.Count(page.body, `class="offer"`); got != len(c.Resolutions) {
		t.Errorf("%d offers are drawn of %d", got, len(c.Resolutions))
	}
	b.get("/cases?tab=customer").want(http.StatusOK, "Lamp")
	b.get("/cases?tab=us").lacks("Lamp")
	b.get("/cases?q="+id64(c.Number)).want(http.StatusOK, "Lamp")
	b.get("/cases?q=US-2001").want(http.StatusOK, "Lamp")
	b.get("/cases?q=US-9999").lacks("Lamp").want(http.StatusOK, "No case matches")
	b.get("/cases?after=zz!").want(http.StatusUnprocessableEntity)
}

func TestAPersonApprovesWithAReason(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	c, _ := d.complaint(m)
	b, at := d.as("owner@acme.example"), "/cases/"+id64(c.ID)
	b.post(at+"/approve", "resolution", resolution(t, c, "refund")).want(http.StatusUnprocessableEntity)
	b.post(at+"/approve", "resolution", resolution(t, c, "refund"), "why", "She sent a photo by chat.").want(http.StatusSeeOther)
	now, err := d.cases.Get(context.Background(), m.owner, c.ID)
	must(t, err)
	if now.Phase != cases.AwaitingGoods || now.Decision.Why != "She sent a photo by chat." || now.Decision.By == 0 {
		t.Errorf("the case is %s, decided by %d because %q", now.Phase, now.Decision.By, now.Decision.Why)
	}
	b.get(at).want(http.StatusOK, "Decided otherwise: She sent a photo by chat.", "Awaiting goods", "What the customer gets")
	b.post(at+"/decline", "code", "not_offered", "decline_why", "no").want(http.StatusUnprocessableEntity)
}

func TestAPersonGivesWhatWasNotOffered(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	c, _ := d.complaint(m)
	b, at := d.as("owner@acme.example"), "/cases/"+id64(c.ID)
	b.post(at+"/grant", "means", "full_keep", "amount", "thirty", "grant_why", "A regular").want(http.StatusUnprocessableEntity)
	b.post(at+"/grant", "means", "full_keep", "amount", "35.00", "grant_why", "").want(http.StatusUnprocessableEntity)
	b.post(at+"/grant", "means", "full_keep", "amount", "35.00", "grant_why", "A regular").want(http.StatusSeeOther)
	now, err := d.cases.Get(context.Background(), m.owner, c.ID)
	must(t, err)
	given := now.Resolutions[len(now.Resolutions)-1]
	if given.Means != cases.FullKeep || given.Money.Components.Goods != 3000 || given.Money.Components.Goodwill != 500 {
		t.Errorf("given %+v: want 30.00 for the lamp and 5.00 of goodwill", given)
	}
}

func TestACaseIsDeclinedAskedClosedAndReopened(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	c, _ := d.complaint(m)
	b, at := d.as("owner@acme.example"), "/cases/"+id64(c.ID)
	b.post(at+"/ask", "evidence", "photo", "note", "Where is the crack?").want(http.StatusSeeOther)
	b.get(at).want(http.StatusOK, "Needs information", "Waits for the customer")
	b.post(at+"/decline", "code", "not_offered").want(http.StatusUnprocessableEntity)
	b.post(at+"/decline", "code", "window_over", "decline_why", "Too late").want(http.StatusSeeOther)
	b.get(at).want(http.StatusOK, "Declined", "The time for it is over")
	b.post(at + "/close").want(http.StatusSeeOther)
	b.get(at).want(http.StatusOK, "Closed")
	b.post(at+"/reopen", "reopen_why", "").want(http.StatusUnprocessableEntity)
	b.post(at+"/reopen", "reopen_why", "A new photo").want(http.StatusSeeOther)
	now, err := d.cases.Get(context.Background(), m.owner, c.ID)
	must(t, err)
	if now.Phase == cases.Closed {
		t.Error("the case is still closed")
	}
}

func TestEvidenceIsShownWhereTheCaseIs(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	d.found("rival")
	c, _ := d.complaint(m)
	f, err := d.cases.Attach(context.Background(), m.owner, c.ID, cases.NewFile{Name: "crack.jpg", Data: photo(t)})
	must(t, err)
	at := "/cases/" + id64(c.ID) + "/files/" + id64(f.ID)
	b := d.as("owner@acme.example")
	b.get("/cases/"+id64(c.ID)).want(http.StatusOK, "crack.jpg").holds(true, `href="`+at+`"`)
	a := b.get(at).want(http.StatusOK)
	if kind := a.header.Get("Content-Type"); kind != "image/jpeg" || a.header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("evidence comes as %q", kind)
	}
	d.as("owner@rival.example").get(at).want(http.StatusNotFound)
}

func TestACaseIsOpenedFromItsOrderOnce(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	c, _ := d.complaint(m)
	o, err := d.orders.Get(context.Background(), m.owner, c.Lines[0].Order)
	must(t, err)
	b, at, row := d.as("owner@acme.example"), "/orders/"+id64(o.ID)+"/cases", id64(o.Lines[0].ID)
	b.get("/orders/"+id64(o.ID)).want(http.StatusOK, "New case", "Damaged, wrong or missing", "To be decided")
	asked := "qty-" + row + "=1&reason-" + row + "=size_fit&kind=return&wants=refund"
	b.get(at+"/new?key=k1&advise=yes&"+asked).want(http.StatusOK, "Ways out", "Refund", "Costs you")
	b.get(at+"/new?advise=yes&qty-"+row+"=0").want(http.StatusUnprocessableEntity, "Choose at least one unit.")
	b.get(at + "/new?advise=yes&qty-" + row + "=9").want(http.StatusUnprocessableEntity)
	fields := []string{"key", "k1", "qty-" + row, "1", "reason-" + row, "size_fit", "kind", "return", "wants", "refund", "words", "Too small"}
	first := b.post(at, fields...).want(http.StatusSeeOther).to()
	if again := b.post(at, fields...).want(http.StatusSeeOther).to(); again != first || !strings.HasPrefix(first, "/cases/") {
		t.Errorf("sent twice it leads to %s and %s", first, again)
	}
	list, err := d.cases.List(context.Background(), m.owner, cases.Filter{Order: o.ID}, 0, 10)
	must(t, err)
	if len(list) != 2 {
		t.Errorf("%d cases, want the one of before and one more", len(list))
	}
	b.post(at, "key", "k2").want(http.StatusUnprocessableEntity, "Choose at least one unit.")
}
