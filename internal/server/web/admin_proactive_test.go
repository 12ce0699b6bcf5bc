package web

import (
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/proactive"
)

// TestProactivePages turns a shop's letters on at the console, refuses hours that cannot
// be, and shows a letter in another script.
func TestProactivePages(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	b := d.as("owner@acme.example")
	if page := b.get("/admin/proactive"); !strings.Contains(page.body, "Berlin") || !strings.Contains(page.body, ">Off<") {
		t.Error("the list does not show the shop as off")
	}
	path := "/admin/proactive/" + id64(m.shop.ID)
	arabic := b.get(path + "?occasion=pickup&language=ar")
	for _, want := range []string{`dir="rtl"`, `lang="ar"`, "1042", "Sent from"} {
		if !strings.Contains(arabic.body, want) {
			t.Errorf("the preview has no %q", want)
		}
	}
	if got := b.get(path + "?occasion=rain&language=xx"); got.status != 200 {
		t.Errorf("%d for a letter that does not exist", got.status)
	}
	bad := b.post(path, "active", "1", "occasions", "delay", "from_hour", "20", "until_hour", "9", "gap_hours", "12", "most", "6")
	if bad.status != 422 || !strings.Contains(bad.body, `id="e-from_hour"`) {
		t.Errorf("%d for a night that is a day", bad.status)
	}
	if word := b.post(path, "from_hour", "nine", "until_hour", "20", "gap_hours", "12", "most", "6"); word.status != 422 {
		t.Errorf("%d for an hour that is a word", word.status)
	}
	if good := b.post(path, "active", "1", "occasions", "delay", "from_hour", "10", "until_hour", "18", "gap_hours", "24", "most", "3"); good.status != 303 {
		t.Errorf("%d for a good policy", good.status)
	}
	x, err := d.proactive.Setting(t.Context(), m.owner, m.shop.ID)
	must(t, err)
	if p := x.Policy; !p.On || proactive.Words(p.Occasions) != "delay" || p.From != 10 || p.Until != 18 || p.Gap != 24*time.Hour || p.Most != 3 {
		t.Errorf("%+v", x.Policy)
	}
}

// TestLettersAreShown: what was written stands on the pages of the order and the parcel,
// and beside the order's ticket; what was not written says why.
func TestLettersAreShown(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	list, err := d.shipments.List(t.Context(), m.owner, shipment.Filter{Order: m.order.ID}, shipment.Cursor{}, 1)
	must(t, err)
	now := time.Now()
	for i, l := range []proactive.Letter{
		{Occasion: proactive.Pickup, State: proactive.Left, SentAt: now, Subject: "Bestellung DE-10482: Abholbereit", Body: "Guten Tag,\n\nIhr Paket wartet.", To: "anna@client.example", Language: "de"},
		{Occasion: proactive.Delay, State: proactive.Dropped, Why: proactive.Over},
	} {
		l.ID, l.Workspace, l.Shop, l.Order, l.Shipment, l.HappenedAt, l.CreatedAt = ticket.MessageID(i+1), m.workspace.ID, m.shop.ID, m.order.ID, list[0].ID, now, now
		if added, err := d.store.PlanLetter(t.Context(), l); err != nil || !added {
			t.Fatal(added, err)
		}
	}
	b := d.as("owner@acme.example")
	for _, path := range []string{"/orders/" + id64(m.order.ID), "/parcels/" + id64(list[0].ID)} {
		page := b.get(path).body
		for _, want := range []string{"Letters to the customer", "Ihr Paket wartet.", `lang="de"`, "it was no longer so", "Not sent"} {
			if !strings.Contains(page, want) {
				t.Errorf("%s has no %q", path, want)
			}
		}
	}
	if page := b.get("/orders/" + id64(m.order.ID)).body; !strings.Contains(page, "We wrote to the customer: Ready for pick-up") || strings.Contains(page, "We wrote to the customer: Delay") {
		t.Error("the order's timeline is not right")
	}
	tk := d.mail(m, "anna@client.example", "Order DE-10482", "Where is it?")
	if page := b.get("/t/" + id64(tk.Number)).body; !strings.Contains(page, `id="ctx-told"`) || strings.Count(page, "Ready for pick-up") != 1 {
		t.Error("the ticket does not show what was written about its order")
	}
}
