package web

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/flow/goods"
)

// comesBack returns a parcel of two tents that is expected at a place.
func (d *door) comesBack(t *testing.T, m *merchant) goods.Parcel {
	t.Helper()
	ctx := context.Background()
	_, err := d.goods.SavePlace(ctx, m.owner, goods.Place{Route: "local_warehouse", Name: "Hamburg", Address: order.Address{Line1: "Hafenstr. 7", City: "Hamburg", Country: "DE"}})
	must(t, err)
	o, _, err := d.orders.Save(ctx, m.owner, order.New{
		Shop: m.shop.ID, Number: "R-77", Email: "anna@client.example", Currency: "EUR", Goods: 5000, Total: 5000, ShipTo: order.Address{Name: "Anna Müller", Line1: "Straße 1", City: "Berlin", Country: "DE"},
		Lines: []order.Line{{SKU: "TENT", Title: "Tent for two", Quantity: 2, Price: 2500}},
	})
	must(t, err)
	c, err := d.cases.Open(ctx, m.owner, cases.NewCase{Kind: cases.Return, Items: []cases.Item{{Order: o.ID, OrderRow: o.Lines[0].ID, Quantity: 2, Reason: "changed_mind"}}})
	must(t, err)
	must(t, d.goods.Expect(ctx, c, cases.Resolution{Number: int64(c.ID), Units: []cases.Group{{Line: 1, From: 1, Quantity: 2}}}, "local_warehouse"))
	list, err := d.goods.OfCase(ctx, m.owner, c.ID)
	must(t, err)
	return list[0]
}

var doorKey = regexp.MustCompile(`name="key" value="(\w+)"`)

func TestADoorIsWorkedWithAScannerAlone(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	p := d.comesBack(t, m)
	b := d.as("owner@acme.example")
	key := func(page string) string {
		f := doorKey.FindStringSubmatch(page)
		if f == nil {
			t.Fatal("the page has no key")
		}
		return f[1]
	}
	page := b.get("/warehouse").want(http.StatusOK, goods.Spaced(p.RMA), "Anna Müller")
	follow := func(a answer) answer {
		t.Helper()
		return b.get(a.header.Get("Location"))
	}
	open := id64(int64(p.ID))
	page = follow(b.post("/warehouse/scan", "key", key(page.body), "code", strings.ToLower(p.RMA))).want(http.StatusOK, "Tent for two", "0 of 2")
	if !strings.Contains(page.body, `data-sound="good"`) || !strings.Contains(page.body, `id="door-code"`) {
		t.Error("nobody hears how the scan went, or there is nothing to scan into")
	}
	first := key(page.body)
	for range 2 { // the scanner fires twice into one form
		page = follow(b.post("/warehouse/scan", "key", first, "code", "TENT", "open", open)).want(http.StatusOK, "1 of 2")
	}
	page = follow(b.post("/warehouse/scan", "key", key(page.body), "code", "tent", "open", open)).want(http.StatusOK, "2 of 2", "Counted")
	b.post("/warehouse/scan", "key", key(page.body), "code", "TENT", "open", open).want(http.StatusUnprocessableEntity)
	page = follow(b.post("/warehouse/"+open, "do", "gradeB", "line", "1", "unit", "2", "as", "relabel")).want(http.StatusOK, "B · used")
	page = follow(b.post("/warehouse/scan", "key", key(page.body), "code", "CX1", "open", open)).want(http.StatusOK, "Nobody expects CX1")
	page = follow(b.post("/warehouse/unknown", "key", key(page.body), "code", "CX1", "note", "a blue tent")).want(http.StatusOK, "Unknown parcels", "a blue tent")
	for range 2 { // the same photo is there once
		page = follow(b.upload("/warehouse/"+open, "photo", "seam.jpg", photo(t), "do", "photo", "line", "1")).want(http.StatusOK, "Seen at the warehouse", "Changed their mind")
	}
	if strings.Count(page.body, `alt="seam.jpg"`) != 1 {
		t.Error("a photo was added twice")
	}
	page = follow(b.upload("/warehouse/"+open, "photo", "hem.png", hem(t), "do", "photo", "line", "1", "unit", "2")).want(http.StatusOK)
	if at := strings.Index(page.body, `alt="hem.png"`); at < strings.Index(page.body, ">Unit 2<") || at > strings.Index(page.body, "Seen at the warehouse") {
		t.Error("a unit's photo does not stand with its unit")
	}
	b.upload("/warehouse/"+open, "photo", "x.jpg", []byte("no picture"), "do", "photo", "line", "1").want(http.StatusUnprocessableEntity)
	if label := b.get("/warehouse/" + open + "/label"); label.status == http.StatusOK {
		t.Error("a label of what was received")
	}
}

// hem is another photo than photo.
func hem(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	must(t, png.Encode(&b, image.NewGray(image.Rect(0, 0, 9, 9))))
	return b.Bytes()
}

// What will not come is taken off the list, after the page has said what that leads to.
func TestAParcelIsDroppedAtTheDoor(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	p := d.comesBack(t, m)
	b := d.as("owner@acme.example")
	open := id64(int64(p.ID))
	b.get("/warehouse?open="+open).want(http.StatusOK, "It will not come", "Nothing waits for it any more")
	at := b.post("/warehouse/"+open, "do", "drop").header.Get("Location")
	b.get(at).want(http.StatusOK, "Cancelled", "It is expected no more").lacks("It will not come")
	if page := b.get("/warehouse").want(http.StatusOK); strings.Contains(page.body, goods.Spaced(p.RMA)) {
		t.Error("it is on its way still")
	}
}

func TestPlacesAreKept(t *testing.T) {
	d := newDoor(t)
	d.found("acme")
	b := d.as("owner@acme.example")
	b.get("/admin/places").want(http.StatusOK, "No return address yet")
	b.post("/admin/places", "route", "local_hub", "name", "Hamburg", "line1", "Hafenstr. 7", "city", "Hamburg", "country", "XX").want(http.StatusUnprocessableEntity, "XX is not a country")
	b.post("/admin/places", "route", "local_hub", "name", "Hamburg", "line1", "Hafenstr. 7", "city", "Hamburg", "country", "de", "markets", "de, at")
	b.get("/admin/places").want(http.StatusOK, "Hub in the market", "AT, DE", "Germany")
}
