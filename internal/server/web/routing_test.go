package web

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"godwit.dev/godwit/internal/flow/routing"
	"godwit.dev/godwit/internal/platform/job"
)

// routing gives out tickets.
func (d *door) routing() *routing.Service {
	return routing.New(routing.Config{
		Store: d.store, Tickets: func() routing.Tickets { return d.tickets }, People: d.auth, Journal: d.store, Queue: d.store, Now: func() time.Time { return d.now() },
	})
}

// Sheets, rules and settings are changed at the desk; what is wrong is said with what was typed still there; and the ticket says why it is where it is.
func TestRoutingIsSet(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	first, second := d.mail(m, "anna@client.example", "Where is it?", "Where is it?"), d.mail(m, "bert@client.example", "The other one", "Please say where the other one is.")
	b := d.as("owner@acme.example")
	owner := id64(d.actor("owner@acme.example").Person())
	b.get("/admin/routing").want(http.StatusOK, "Gets no tickets", "This is what holds until you save").holds(true, `value="vip 4h"`)
	b.get("/admin/routing?part=rule&place=7").want(http.StatusNotFound)
	b.get("/admin/routing?part=sheet&place=7").want(http.StatusNotFound)
	b.get("/admin/routing?part=sheet&place="+owner).want(http.StatusOK, "Days away").holds(true, `value="5"`)
	sheet := []string{"do", "save", "part", "sheet", "place", owner, "version", "0", "capacity", "1", "fluent", "de, en", "basic", "en fr", "country", "CN", "zone"}
	b.post("/admin/routing", append(sheet, "Asia/Nowhere", "mon", "9:00-12:30")...).want(http.StatusUnprocessableEntity, "is no time zone").holds(true, `value="de, en"`)
	b.post("/admin/routing", append(sheet, "UTC", "topics", "damaged", "away_from", "2031-12-24", "away_to", "", "away_note", "Home")...).want(http.StatusSeeOther)
	b.get("/admin/routing").want(http.StatusOK, "On shift", "German: Fluent", "English: Fluent", "French: Basic")
	b.get("/admin/routing?part=sheet&place="+owner).want(http.StatusOK).holds(true, `value="2031-12-24"`, `value="Home"`, `value="de, en"`, `<option value="CN" selected`).want(http.StatusOK, "Next off:")
	b.post("/admin/routing", "do", "save", "part", "sheet", "place", owner, "version", "1", "capacity", "1", "zone", "UTC", "country", "XX").want(http.StatusUnprocessableEntity, "The public holidays of XX are not known")
	b.post("/admin/routing", append(sheet, "UTC")...).want(http.StatusUnprocessableEntity, "Somebody saved another version")
	b.post("/admin/routing", "do", "save", "part", "rule", "version", "0", "name", "VIPs", "when_tiers", "vip").want(http.StatusUnprocessableEntity, "names a team, people, or both")
	b.post("/admin/routing", "do", "save", "part", "rule", "version", "0", "name", "Mail", "when_channels", "email", "people", owner).want(http.StatusSeeOther)
	b.get("/admin/routing?part=rule&place=0").want(http.StatusOK).holds(true, `value="Mail"`)
	settings := []string{"do", "save", "part", "settings", "version", "1", "on", "yes", "level", "2", "hand_over", "due", "patience", "30m", "weight.damaged", "3", "tiers"}
	b.post("/admin/routing", append(settings, "vip")...).want(http.StatusUnprocessableEntity, "is no span of time")
	b.post("/admin/routing", append(settings, "vip 4h, big spender 1h30m")...).want(http.StatusSeeOther)
	b.get("/admin/routing").want(http.StatusOK, "Channel: email").holds(true, `value="big spender 1h30m, vip 4h"`)
	if err := d.routing().Work(context.Background(), job.New(m.workspace.ID, routing.Job, struct{}{})); !errors.As(err, new(job.Later)) {
		t.Fatal(err)
	}
	b.get("/t/"+id64(first.Number)).want(http.StatusOK, "Given by routing", "Rule “Mail”", "The rule asks for this person first", "Had 0 of 1")
	b.get("/t/"+id64(second.Number)).want(http.StatusOK, "Waits for a person since", "The people of the rule have their hands full", "This may change by itself")
	b.post("/admin/routing", "do", "delete", "part", "rule", "place", "0", "version", "2").want(http.StatusSeeOther)
	b.get("/admin/routing").holds(false, "Channel: email")
	d.as("agent@acme.example").get("/admin/routing").want(http.StatusForbidden)
}
