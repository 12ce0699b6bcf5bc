package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"reflect"
	"testing"
	"time"

	"godwit.dev/godwit/internal/flow/routing"
	"godwit.dev/godwit/internal/platform/auth"
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
	settings := []string{"do", "save", "part", "settings", "version", "1", "on", "yes", "level", "2", "hand_over", "due", "patience", "30m", "escalate", "20m", "weight.damaged", "3", "tiers"}
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

	// A rule says whom it names in vain, and does not keep the settings from being saved.
	agent := d.actor("agent@acme.example").Person()
	team, err := d.auth.SaveTeam(t.Context(), m.owner, auth.Team{Name: "Night"})
	must(t, err)
	b.post("/admin/routing", "do", "save", "part", "rule", "version", "3", "name", "Nights", "team", id64(team.ID), "people", id64(agent)).want(http.StatusSeeOther)
	b.get("/admin/routing").want(http.StatusOK, "Team: Night")
	must(t, d.auth.DeleteTeam(t.Context(), m.owner, team.ID))
	off := false
	must(t, d.auth.UpdatePerson(t.Context(), m.owner, agent, auth.PersonUpdate{Active: &off}))
	b.get("/admin/routing").want(http.StatusOK, "A team that is no more", "(left)").holds(false, "Team: Night")
	b.post("/admin/routing", "do", "save", "part", "settings", "version", "4", "level", "2", "hand_over", "due", "patience", "30m", "escalate", "20m", "tiers", "").want(http.StatusSeeOther)
}

// A night goes on into the next day, from Sunday into Monday, and what is no time is left for the check to name.
func TestNightShifts(t *testing.T) {
	for _, c := range []struct {
		in   url.Values
		want map[string][][2]string
	}{
		{url.Values{"mon": {"22:00-6:00"}}, map[string][][2]string{"mon": {{"22:00", "24:00"}}, "tue": {{"00:00", "06:00"}}}},
		{url.Values{"mon": {"20:00–23:00"}, "sun": {"22:00-02:30"}}, map[string][][2]string{"mon": {{"00:00", "02:30"}, {"20:00", "23:00"}}, "sun": {{"22:00", "24:00"}}}},
		{url.Values{"fri": {"18:00-00:00"}}, map[string][][2]string{"fri": {{"18:00", "24:00"}}}},
		{url.Values{"fri": {"09:00-09:00, late"}}, map[string][][2]string{"fri": {{"09:00", "09:00"}, {"late", ""}}}},
	} {
		c.in.Set("capacity", "1")
		got, err := readSheet(c.in)
		if err != nil || !reflect.DeepEqual(got.Weekly, c.want) {
			t.Errorf("%v: %v, %v; want %v", c.in, got.Weekly, err, c.want)
		}
	}
}
