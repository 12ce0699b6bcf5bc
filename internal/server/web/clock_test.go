package web

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
)

// places are the teams and shops of a door's workspaces.
type places struct{ d *door }

func (p places) Teams(ctx context.Context, w auth.WorkspaceID) ([]auth.Team, error) {
	return p.d.store.Teams(ctx, w)
}

func (p places) Shops(ctx context.Context, a auth.Actor) ([]order.Shop, error) {
	return p.d.orders.Shops(ctx, a)
}

// What is due stands on the ticket with what promised it, and lists are sorted and narrowed by it.
func TestPromisesAreShown(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	ctx := context.Background()
	first := d.mail(m, "anna@client.example", "The first question", "Where is it?")
	second := d.mail(m, "bert@client.example", "The second question", "Where is it?")
	b := d.as("owner@acme.example")
	page := b.get("/t/"+id64(first.Number)).want(http.StatusOK, "Promises", "First reply", "On time", "24h by the rule", "around the clock").body
	if strings.Contains(page, "Next reply") {
		t.Error("there is no next reply before the first")
	}
	_, err := d.tickets.Reply(ctx, m.owner, first.ID, ticket.NewReply{Body: "An answer", Then: ticket.Open})
	must(t, err)
	b.get("/t/"+id64(first.Number)).want(http.StatusOK, "Kept", "done")
	list := b.get("/inbox/open?sort=due").want(http.StatusOK, "Due next first").body
	if i, j := strings.Index(list, "The second question"), strings.Index(list, "The first question"); i < 0 || j < i {
		t.Errorf("what is due stands at %d, what is not at %d", i, j)
	}
	if list := b.get("/inbox/open?due=day").want(http.StatusOK, "The second question").body; strings.Contains(list, "The first question") {
		t.Error("nothing of the first is due")
	}
	if list := b.get("/inbox/open?due=none").want(http.StatusOK, "The first question").body; strings.Contains(list, "The second question") {
		t.Error("the second is due")
	}
	if list := b.get("/inbox/open?due=late").want(http.StatusOK).body; strings.Contains(list, second.Subject) {
		t.Error("nothing is late")
	}
}

// The book is changed part by part; what is wrong is said with what was typed still there, and only who manages teams may.
func TestPromisesAreSet(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	tk := d.mail(m, "anna@client.example", "Where is it?", "Where is it?")
	b := d.as("owner@acme.example")
	b.get("/admin/promises").want(http.StatusOK, "24 h", "This is what holds until you save")
	b.get("/admin/promises?part=rule&place=7").want(http.StatusNotFound)
	b.get("/admin/promises?part=nothing").want(http.StatusNotFound)
	b.get("/admin/promises?part=calendar").want(http.StatusOK, "Time zone", "Spring Festival")
	b.post("/admin/promises", "do", "save", "version", "0", "part", "calendar", "name", "Shenzhen", "zone", "Asia/Nowhere", "mon", "9:00-12:30, 13:30-18:00").want(http.StatusUnprocessableEntity, "is no time zone").holds(true, `value="Asia/Nowhere"`)
	b.post("/admin/promises", "do", "save", "version", "0", "part", "calendar", "name", "Shenzhen", "zone", "Asia/Shanghai", "mon", "9:00-12:30, 13:30-18:00", "countries", "cn", "events", "golden_week_cn", "teams", id64(m.team.ID)).want(http.StatusSeeOther)
	b.get("/admin/promises").want(http.StatusOK, "Asia/Shanghai", "Monday 09:00-12:30, 13:30-18:00", "Version 1")
	b.get("/admin/promises?part=calendar&place=0").want(http.StatusOK).holds(true, `value="09:00-12:30, 13:30-18:00"`)
	b.post("/admin/promises", "do", "save", "version", "1", "part", "rule", "name", "Damaged", "topics", "damaged", "first", "soon").want(http.StatusUnprocessableEntity, "is no span of time").holds(true, `value="Damaged"`)
	b.post("/admin/promises", "do", "save", "version", "1", "part", "rule", "name", "Shop", "shops", id64(m.shop.ID), "first", "1h 30m", "calendar", "Shenzhen", "pause.first", "carrier", "soon", "15m").want(http.StatusSeeOther)
	b.post("/admin/promises", "do", "save", "version", "1", "part", "rule", "name", "Late", "first", "1h").want(http.StatusUnprocessableEntity, "Somebody saved another version")
	b.post("/admin/promises", "do", "save", "version", "2", "part", "calendar", "place", "0", "name", "South", "zone", "Asia/Shanghai", "mon", "09:00-18:00").want(http.StatusSeeOther) // the rule goes along
	b.post("/admin/promises", "do", "delete", "version", "3", "part", "calendar", "place", "0", "name", "South").want(http.StatusUnprocessableEntity, "no calendar by the name South")
	b.post("/admin/promises", "do", "save", "version", "3", "part", "chain", "name", "Sun", "calendars", "South").want(http.StatusSeeOther)
	b.post("/admin/promises", "do", "save", "version", "4", "part", "default", "calendar", "Sun").want(http.StatusSeeOther)
	b.post("/admin/promises", "do", "save", "version", "5", "part", "closure", "from", "2026-12-24T12:00", "to", "2026-12-24T11:00").want(http.StatusUnprocessableEntity, "ends after it begins")
	b.post("/admin/promises", "do", "save", "version", "5", "part", "closure", "from", "2026-12-24T12:00", "to", "2026-12-27T00:00", "note", "Christmas", "shops", id64(m.shop.ID)).want(http.StatusSeeOther)
	b.get("/admin/promises?part=closure&place=0").want(http.StatusOK).holds(true, `value="2026-12-24T12:00"`, `value="Christmas"`)
	b.get("/admin/promises?ticket="+id64(tk.Number)).want(http.StatusOK, "First reply", "1h 30m by the rule “Shop”, hours of South", "Next reply", "hours of Sun",
		"The rules ask: Shop: Berlin · Market: Germany (the shop’s) · Channel: Email")
	b.get("/admin/promises?ticket=999").want(http.StatusOK, "No ticket that you may see")
	b.post("/admin/promises", "do", "delete", "version", "6", "part", "rule", "place", "1", "name", "Shop").want(http.StatusSeeOther)
	b.get("/admin/promises?ticket="+id64(tk.Number)).want(http.StatusOK, "24h by the rule “24 h”, hours of Sun")
	b.post("/admin/promises", "do", "save", "version", "7", "part", "rule", "name", "Gold", "tiers", "Gold member, vip,", "first", "1h").want(http.StatusSeeOther) // a tier is the merchant's own words
	b.get("/admin/promises?part=rule&place=1").want(http.StatusOK, "Tier: Gold member, vip").holds(true, `value="Gold member, vip"`)
	d.as("agent@acme.example").get("/admin/promises").want(http.StatusForbidden)
}
