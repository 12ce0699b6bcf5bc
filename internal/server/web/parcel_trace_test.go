package web

import (
	"net/http"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/domain/trace"
	"godwit.dev/godwit/internal/platform/auth"
)

// tell lets a carrier scan a parcel so many days ago.
func (d *door) tell(m *merchant, carrier, number string, days int) shipment.Shipment {
	d.t.Helper()
	at := time.Now().AddDate(0, 0, -days)
	_, err := d.shipments.Ingest(d.t.Context(), m.owner, shipment.Delivery{Source: "test", Reports: []shipment.Report{{
		Number: shipment.Number{Carrier: carrier, Number: number},
		Event:  shipment.Event{Status: shipment.InTransit, At: at, Place: shipment.Place{Country: "CN"}},
	}}})
	must(d.t, err)
	list, err := d.shipments.List(d.t.Context(), m.owner, shipment.Filter{Key: number}, shipment.Cursor{}, 1)
	must(d.t, err)
	if len(list) != 1 {
		d.t.Fatalf("%s: %d parcels", number, len(list))
	}
	return list[0]
}

// TestTraceOfAParcel opens a trace on the page of its parcel, tells what came of it
// and closes it.
func TestTraceOfAParcel(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	v := d.tell(m, "4PX", "4PX3000271283445CN", 20) // taken from the 9th to the 60th day
	b := d.as("agent@acme.example")
	path := "/parcels/" + id64(v.ID)
	b.get(path).want(http.StatusOK, "39 days left", "invoice, proof of posting, declared value")
	b.post(path+"/traces", "kind", "claim", "amount", "twelve", "currency", "EUR").want(http.StatusUnprocessableEntity, "Write the amount in EUR")
	b.post(path+"/traces", "kind", "theft").want(http.StatusUnprocessableEntity)
	form := []string{"kind", "claim", "amount", "12,50", "currency", "EUR", "note", "Never scanned in Brazil"}
	if to := b.post(path+"/traces", form...).to(); to != path+"#traces" {
		t.Errorf("opened: to %s", to)
	}
	b.post(path+"/traces", form...).to() // a double click
	list, err := d.traces.List(t.Context(), m.owner, trace.Filter{Shipment: v.ID}, trace.Cursor{}, 10)
	must(t, err)
	if len(list) != 1 || list[0].Kind != trace.Claim || list[0].Amount != (money.Amount{Minor: 1250, Currency: "EUR"}) || list[0].Deadline.IsZero() {
		t.Fatalf("%+v", list)
	}
	save := path + "/traces/" + id64(list[0].ID)
	b.get(path).want(http.StatusOK, "Draft", "39 days left", "Never scanned in Brazil", "€12.50").lacks("Ask the carrier")
	b.get("/parcels?tab=traces").want(http.StatusOK, "4PX3000271283445CN", "Claim · Draft")
	b.get("/parcels?claim=soon").want(http.StatusOK).lacks("4PX3000271283445CN")

	b.post(save, "do", "paid").want(http.StatusUnprocessableEntity, "A trace cannot go from")
	b.post(save, "do", "note", "deadline", time.Now().AddDate(0, 0, 2).Format(time.DateOnly)).to()
	b.get("/parcels?claim=soon").want(http.StatusOK, "4PX3000271283445CN", "days left")
	b.post(save, "do", "sent", "reference", "C-77").to()
	b.get("/parcels?claim=soon").want(http.StatusOK).lacks("4PX3000271283445CN")
	b.get(path).want(http.StatusOK, "Sent to the carrier", "C-77")
	b.post(save, "do", "paid", "amount", "10", "currency", "EUR", "note", "Paid in part").to()
	b.get(path).want(http.StatusOK, "€10.00", "Paid in part", "The carrier paid", "Ask the carrier", "Agent acme")
	b.get("/parcels?tab=traces").want(http.StatusOK, "Nothing is being traced")

	for _, text := range []string{"Called: they look in Curitiba", "Called again", "Called again"} { // the third is a double click
		b.post(save, "do", "note", "note", text).to()
	}
	b.get(path).want(http.StatusOK, "Called: they look in Curitiba", "Called again", "Paid in part", "1 older note", "Never scanned in Brazil")
	notes, err := d.traces.Notes(t.Context(), m.owner, list, 0, 50)
	must(t, err)
	if len(notes) != 4 || notes[0].Text != "Called again" || notes[3].Text != "Never scanned in Brazil" || notes[0].ActorName != "Agent acme" || notes[0].At.IsZero() {
		t.Errorf("notes %+v", notes)
	}

	other := d.tell(m, "4PX", "4PX3000271283446CN", 20)
	b.post("/parcels/"+id64(other.ID)+"/traces/"+id64(list[0].ID), "do", "sent").want(http.StatusNotFound)
	late := d.tell(m, "4PX", "4PX3000271283447CN", 70)
	b.get("/parcels/"+id64(late.ID)).want(http.StatusOK, "The carrier took claims until")
	b.post("/parcels/"+id64(late.ID)+"/traces", "kind", "search").want(http.StatusUnprocessableEntity, "The carrier took this until")
	b.post("/parcels/"+id64(late.ID)+"/traces", "kind", "search", "deadline", time.Now().AddDate(0, 0, 5).Format(time.DateOnly)).to()
}

// TestOrderTellsOfItsTraces shows the traces of an order's parcels that are over beside
// the open one, and what happened to them in its timeline.
func TestOrderTellsOfItsTraces(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	sent, err := d.shipments.List(t.Context(), m.owner, shipment.Filter{Order: m.order.ID}, shipment.Cursor{}, 1)
	must(t, err)
	one, err := d.traces.Open(t.Context(), m.owner, trace.NewTrace{Shipment: sent[0].ID, Kind: trace.Claim, Amount: money.Amount{Minor: 990, Currency: "EUR"}})
	must(t, err)
	for _, to := range []trace.State{trace.Sent, trace.Paid} {
		_, err = d.traces.Change(t.Context(), m.owner, one.ID, trace.Change{To: to})
		must(t, err)
	}
	_, err = d.traces.Annotate(t.Context(), m.owner, one.ID, "Credited with the invoice of May")
	must(t, err)
	_, err = d.traces.Open(t.Context(), m.owner, trace.NewTrace{Shipment: sent[0].ID})
	must(t, err)
	b := d.as("agent@acme.example")
	b.get("/orders/"+id64(m.order.ID)).want(http.StatusOK, "Claim · Paid · €9.90", "Search request · Draft", "Claim · Sent to the carrier", "Credited with the invoice of May")
}

// TestTracesOfManyParcels opens traces of all chosen parcels and answers for each;
// a second click opens nothing.
func TestTracesOfManyParcels(t *testing.T) {
	d := newDoor(t)
	m, rival := d.found("acme"), d.found("rival")
	good := d.tell(m, "4PX", "4PX3000271283445CN", 20)
	late := d.tell(m, "4PX", "4PX3000271283447CN", 70)
	far := d.tell(rival, "4PX", "4PX3000271283448CN", 20)
	b := d.as("agent@acme.example")
	b.get("/parcels?tab=open").want(http.StatusOK, "Open a trace of each")
	b.post("/parcels/traces", "back", "/parcels?tab=open").want(http.StatusUnprocessableEntity, "Choose at least one parcel")
	form := []string{"back", "/parcels?tab=open", "kind", "search", "parcels", id64(good.ID), "parcels", id64(late.ID), "parcels", id64(far.ID)}
	b.post("/parcels/traces", form...).want(http.StatusOK, "1 trace opened. 2 could not be opened.", "Opened as a draft", "The carrier took this until", "Not opened").lacks("4PX3000271283448CN")
	b.post("/parcels/traces", form...).want(http.StatusOK, "0 traces opened.", "Has an open one: Draft")
	part := b.script("/parcels/traces", form...).want(http.StatusOK, "Has an open one: Draft")
	part.lacks("<!doctype", "<!DOCTYPE")
	list, err := d.traces.List(t.Context(), m.owner, trace.Filter{}, trace.Cursor{}, 10)
	must(t, err)
	if len(list) != 1 || list[0].Shipment != good.ID {
		t.Errorf("%+v", list)
	}
	told, err := d.traces.History(t.Context(), m.owner, list)
	must(t, err)
	if len(told) != 1 {
		t.Errorf("%d events of one opening", len(told))
	}

	role, err := d.auth.SaveRole(t.Context(), m.owner, auth.CustomRole{Name: "Bulk", Permissions: []auth.Permission{auth.ReadShipments, auth.BulkTickets}})
	must(t, err)
	d.as(d.member(m, "bulk", role.Key)).post("/parcels/traces", form...).want(http.StatusForbidden)
}
