package web

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/product"
	"godwit.dev/godwit/internal/domain/recovery"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/flow/outlay"
	"godwit.dev/godwit/internal/flow/recoup"
	"godwit.dev/godwit/internal/platform/auth"
)

func (d *door) recoveries() *recovery.Service {
	return recovery.New(recovery.Config{Store: d.store, Ledger: d.refunds.Ledger, Journal: d.store, IDs: d.refunds.IDs, Now: time.Now, Convert: func(_ context.Context, _ auth.WorkspaceID, a money.Amount, to string) (money.Amount, error) {
		return money.Amount{Minor: a.Minor / 2, Currency: to}, nil // one dollar is half a euro
	}})
}

func (d *door) recoups() *recoup.Service {
	return recoup.New(recoup.Config{Store: d.store, Claims: d.recoveries(), Cases: d.cases, Orders: d.orders, Shipments: d.shipments, Products: d.products, Tickets: d.tickets, Now: time.Now})
}

// claims opens a claim of 50 EUR for faulty goods.
func (d *door) claims(m *merchant) recovery.Claim {
	c, _, err := d.recoveries().Open(context.Background(), m.owner, recovery.NewClaim{Against: recovery.Supplier, Party: "Shenzhen Bright", Cause: recovery.Defective, Currency: "EUR", Shop: m.shop.ID, Batch: "2026-05-B",
		Papers: recovery.SupplierPapers(), Item: recovery.Item{Source: "case/1/1", SKU: "LAMP", Title: "Lamp", Quantity: 2, Value: 5000, Order: m.order.ID}})
	must(d.t, err)
	return c
}

// TestClaimsAreFollowedToThePayment adds the papers of a claim, submits it, hears the answer and books two payments; an agent
// may not book, and what is wrong is said beside its field.
func TestClaimsAreFollowedToThePayment(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	c := d.claims(m)
	b := d.as("owner@acme.example")
	page := "/recoveries/" + id64(int64(c.ID))
	b.get("/recoveries").want(http.StatusOK, "Shenzhen Bright", "2 units, 2026-05-B", "2 papers are missing", "€50.00")
	b.get("/recoveries?batch=none").want(http.StatusOK, "No claims here")
	b.post(page, "to", "submitted").want(http.StatusUnprocessableEntity, "cannot do that")
	for _, k := range recovery.SupplierPapers() {
		b.get(b.post(page, "have", k).header.Get("Location")).want(http.StatusOK, "somebody has it")
	}
	b.get(page).want(http.StatusOK, "All that the party asks for is there")
	b.get(b.post(page, "to", "submitted", "reference", "SB-77", "asked", "48").header.Get("Location")).want(http.StatusOK, "SB-77", "€48.00")
	b.post(page, "to", "refused").want(http.StatusUnprocessableEntity, "What came of it")
	b.get(b.post(page, "to", "partly", "granted", "40,50").header.Get("Location")).want(http.StatusOK, "Granted, still to come", "€40.50")
	b.post(page+"/payments", "amount", "x", "currency", "EUR", "bank", "b-1").want(http.StatusUnprocessableEntity, "Book it")
	for range 2 { // the same form twice
		b.get(b.post(page+"/payments", "amount", "20.50", "currency", "EUR", "bank", "b-1").header.Get("Location")).want(http.StatusOK, "€20.00")
	}
	b.get(b.post(page+"/payments", "amount", "40", "currency", "usd", "bank", "b-2").header.Get("Location")).want(http.StatusOK, "It is over: money came", "$40.00", "€7.50")
	b.get("/recoveries?tab=done").want(http.StatusOK, "Shenzhen Bright")
	if file := b.get("/recoveries.csv?tab=done"); file.status != http.StatusOK || file.header.Get("Cache-Control") != "private, no-store" || !strings.Contains(file.body, ",supplier,Shenzhen Bright,defective,paid,2026-05-B,SB-77,") {
		t.Errorf("the file: %d %s", file.status, file.body)
	}
}

// TestDocumentsAreAddedToAClaim sends two files with one form, sees them, and takes one off; a page for a browser is refused.
func TestDocumentsAreAddedToAClaim(t *testing.T) {
	d := newDoor(t)
	c := d.claims(d.found("acme"))
	b := d.as("owner@acme.example")
	page := "/recoveries/" + id64(int64(c.ID))
	b.get(page).want(http.StatusOK, "purchase order of the batch missing", "Which paper it is")
	b.upload(page+"/documents", "file", "x.html", []byte("<script>alert(1)</script>"), "paper", "purchase").want(http.StatusUnprocessableEntity, "This file cannot be taken")
	b.upload(page+"/documents", "other", "x.pdf", []byte("%PDF-1.7")).want(http.StatusUnprocessableEntity, "Added files")
	b.get(b.upload(page+"/documents", "file", "采购单.pdf", []byte("%PDF-1.7 order"), "paper", "purchase").to()).want(http.StatusOK, "a document is there", "采购单.pdf", "A document was added")
	list, err := d.recoveries().Documents(context.Background(), auth.ForSystem(c.Workspace), c.ID)
	must(t, err)
	got := b.get(page+"/documents/"+id64(int64(list[0].ID))).want(http.StatusOK, "%PDF-1.7 order")
	if h := got.header; !strings.HasPrefix(h.Get("Content-Disposition"), "attachment") || !strings.Contains(h.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("sent as %v", h)
	}
	b.get(page).want(http.StatusOK, "Still missing, and not in it: photos of the fault.")
	if all := b.get(page + "/dossier.zip?language=en").want(http.StatusOK); all.header.Get("Content-Type") != "application/zip" || !strings.Contains(all.body, "files/01-purchase-采购单.pdf") {
		t.Errorf("the dossier: %v", all.header)
	}
	if letter := b.get(page + "/letter.pdf").want(http.StatusOK); !strings.HasPrefix(letter.body, "%PDF-") {
		t.Errorf("the letter: %.20q", letter.body)
	}
	b.get(page + "/letter.pdf?language=xx").want(http.StatusUnprocessableEntity)
	for range 2 {
		b.upload(page+"/documents", "none", "", nil, "remove", id64(int64(list[0].ID))).to()
	}
	b.get(page).want(http.StatusOK, "A document was taken off", "purchase order of the batch missing").lacks("采购单")
}

// TestCasesLeadToTheirClaims finds the claim on the page of its case, and not on that of another.
func TestCasesLeadToTheirClaims(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	complaint, _ := d.complaint(m)
	c, _, err := d.recoveries().Open(context.Background(), m.owner, recovery.NewClaim{Against: recovery.Carrier, Party: "dhl", Name: "DHL", Cause: recovery.Damaged, Currency: "EUR", Shop: m.shop.ID,
		Item: recovery.Item{Source: "case/1", Case: complaint.ID, Title: "1001", Quantity: 1, Value: 1234}})
	must(t, err)
	b := d.as("owner@acme.example")
	if a := b.get("/cases/"+id64(int64(complaint.ID))).want(http.StatusOK, "€12.34 from DHL"); !strings.Contains(a.body, `href="/recoveries/`+id64(int64(c.ID))+`"`) {
		t.Error("the case does not lead to its claim")
	}
	b.get("/recoveries/"+id64(int64(c.ID))).want(http.StatusOK, "€12.34")
}

// TestParcelsAreClaimedByHand opens a claim against an insurer by a tracking number.
func TestParcelsAreClaimedByHand(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	b := d.as("owner@acme.example")
	sent, err := d.shipments.List(context.Background(), m.owner, shipment.Filter{Order: m.order.ID}, shipment.Cursor{}, 1)
	must(t, err)
	form := []string{"number", sent[0].Number, "against", "insurer", "party", "", "cause", "lost", "amount", "12.34", "deadline", ""}
	b.post("/recoveries", form...).want(http.StatusUnprocessableEntity, "Claim a parcel")
	form[5] = "Ping An"
	b.get(b.post("/recoveries", form...).header.Get("Location")).want(http.StatusOK, "from Ping An", "12.34", "proof of insurance")
	b.get("/parcels/"+id64(int64(sent[0].ID))).want(http.StatusOK, "from Ping An", "Insurer · lost")
	form[1] = "nobody's"
	b.post("/recoveries", form...).want(http.StatusUnprocessableEntity)
	again, err := d.recoveries().List(context.Background(), m.owner, recovery.Filter{Against: recovery.Insurer, Party: "ping an"}, recovery.Cursor{}, 9)
	must(t, err)
	if len(again) != 1 || again[0].Asked != 1234 {
		t.Errorf("claims: %+v", again)
	}
}

// TestTheBookOfBatchesIsShown finds a batch that stands out, with the reason, and claims what no claim holds with one button.
func TestTheBookOfBatchesIsShown(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	b := d.as("owner@acme.example")
	if list := b.get("/recoveries").want(http.StatusOK); !strings.Contains(list.body, `href="/recoveries/batches"`) {
		t.Error("the claims do not lead to the batches")
	}
	b.get("/recoveries/batches").want(http.StatusOK, "No batches yet").lacks("batches.csv")
	d.faulty(m)
	page := b.get("/recoveries/batches").want(http.StatusOK, "2026-05-B", "Shenzhen Bright", "Stands out", "4 of 5 units are faulty: at least 37.6%", "where 10.0% is usual", "80.0%", "Claim 4 units", "2026-04-A")
	if strings.Index(page.body, "2026-05-B") > strings.Index(page.body, "2026-04-A") {
		t.Error("what stands out does not come first")
	}
	if file := b.get("/recoveries/batches.csv").want(http.StatusOK); !strings.Contains(file.body, "Shenzhen Bright,2026-05-B,1,5,4,0.800000,0.375535,0.963776,0.100000,true,4,0,") {
		t.Errorf("the file: %s", file.body)
	}
	claim := b.post("/recoveries/batches", "supplier", "Shenzhen Bright", "batch", "2026-05-B").to()
	b.get(claim).want(http.StatusOK, "4 units are claimed", "Shenzhen Bright", "€48.00", "2026-05-B")
	b.get(b.post("/recoveries/batches", "supplier", "Shenzhen Bright", "batch", "2026-05-B").to()).want(http.StatusOK, "Nothing was left to claim").lacks("Claim 4 units")
}

// faulty sells 20 lamps of a batch, 2 of them faulty, and 5 of the next, 4 of them faulty.
func (d *door) faulty(m *merchant) {
	ctx, now := context.Background(), time.Now()
	count := outlay.New(d.store, time.Now)
	for i, x := range []struct {
		batch     string
		sold, bad int64
		ago       time.Duration
	}{{"2026-04-A", 20, 2, time.Hour}, {"2026-05-B", 5, 4, 0}} {
		_, _, err := d.products.Save(ctx, m.owner, product.New{Shop: m.shop.ID, ExternalID: "lamp", Title: "Lamp", Supplier: "Shenzhen Bright", Batch: x.batch, Currency: "EUR", ToldAt: now.Add(time.Duration(i) * time.Second),
			Variants: []product.Variant{{ExternalID: "1", SKU: "LAMP-9", Price: 4500, Cost: 1200}}})
		must(d.t, err)
		o, _, err := d.orders.Save(ctx, m.owner, order.New{Shop: m.shop.ID, Number: "L" + x.batch, Email: "lena@mail.example", Status: order.Open, Currency: "EUR", Goods: 4500 * x.sold, Total: 4500 * x.sold, PlacedAt: time.Now().Add(-x.ago),
			ShipTo: order.Address{Name: "Lena", Country: "DE"}, Lines: []order.Line{{SKU: "LAMP-9", Title: "Lamp", Quantity: x.sold, Price: 4500}}})
		must(d.t, err)
		c, err := d.cases.Open(ctx, m.owner, cases.NewCase{Kind: cases.Warranty, Items: []cases.Item{{Order: o.ID, OrderRow: o.Lines[0].ID, Quantity: x.bad, Reason: "defective"}}})
		must(d.t, err)
		_, err = d.cases.Submit(ctx, m.owner, c.ID, nil)
		must(d.t, err)
		_, err = d.cases.Approve(ctx, m.owner, c.ID, cases.Decision{Policy: "main/1"}, time.Time{}, map[int]int64{1: x.bad}, nil)
		must(d.t, err)
	}
	must(d.t, count.Work(ctx, m.owner.Workspace))
}

// TestOwnTermsAreWrittenDown saves what was agreed with a carrier, sees it in Settings and on a claim, and takes it off.
func TestOwnTermsAreWrittenDown(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	b := d.as("owner@acme.example")
	sent, err := d.shipments.List(context.Background(), m.owner, shipment.Filter{Order: m.order.ID}, shipment.Cursor{}, 1)
	must(t, err)
	if page := b.get("/admin/agreements").want(http.StatusOK, "No terms of your own", "Claim terms"); !strings.Contains(page.body, `href="/admin/agreements"`) {
		t.Error("Settings does not lead to it")
	}
	form := []string{"against", "carrier", "party", sent[0].Carrier, "cause", "", "from", "2020-01-01", "days", "3000", "reply", "", "per_kg", "", "most", "12,50", "currency", "", "papers", "party_form", "note", "Clause 7"}
	b.post("/admin/agreements", form...).want(http.StatusUnprocessableEntity, "Clause 7")
	form[17] = "eur"
	b.get(b.post("/admin/agreements", form...).to()).want(http.StatusOK, "up to €12.50", "3,000 days to claim", "Jan 1, 2020")
	claim := b.post("/recoveries", "number", sent[0].Number, "against", "carrier", "party", "", "cause", "lost", "amount", "", "deadline", "").to()
	b.get(claim).want(http.StatusOK, "Your terms with", "up to €12.50", "Clause 7", "€12.50")
	list, err := d.recoveries().Agreements(context.Background(), m.owner)
	must(t, err)
	id := id64(int64(list[0].ID))
	b.get("/admin/agreements?agreement="+id).want(http.StatusOK, "Take off")
	b.get("/admin/agreements?agreement=7").want(http.StatusNotFound)
	b.get(b.post("/admin/agreements", "drop", id).to()).want(http.StatusOK, "No terms of your own", "The terms are taken off")
	b.get(claim).want(http.StatusOK, "Clause 7")
}
