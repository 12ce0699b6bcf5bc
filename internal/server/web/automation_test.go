package web

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/domain/automation"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/automating"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/job"
)

// automation answers by rules.
func (d *door) automation() *automating.Service {
	values := func(context.Context, auth.Actor, ticket.Ticket) (map[string]string, error) { return nil, nil }
	return automating.New(automating.Config{Store: d.store, Tickets: d.tickets, People: d.store, Values: values, Journal: d.store, Queue: d.store, IDs: id.NewSource(id.RandomNode(), time.Now), Now: func() time.Time { return d.now() }})
}

// tries asks for a trial of a rule that tags all that is opened.
func (d *door) tries(m *merchant) automating.Trial {
	d.t.Helper()
	t, err := d.automation().StartTrial(context.Background(), m.owner, 0, automation.Definition{
		Name: "All", When: automation.When{Event: "ticket.received"}, Then: []automation.Step{{Do: automation.Tag, Word: "x"}}, Hourly: 100,
	}, d.now().AddDate(0, 0, -30))
	must(d.t, err)
	return t
}

func TestAutomationIsWrittenTriedAndTurnedOn(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	first := d.mail(m, "anna@client.example", "Lamp", "My lamp is broken")
	b := d.as("owner@acme.example")
	b.get("/admin/automation").want(http.StatusOK, "There are no rules yet", "Solved and silent for a week: close", "7")
	b.get("/admin/automation?rule=7").want(http.StatusNotFound)
	b.get("/admin/automation?shipped=nothing").want(http.StatusNotFound)
	b.get("/admin/automation?shipped=silent").want(http.StatusOK, "7 days after the status changes").holds(true, `value="168"`)
	rule := func(do, cond string) []string {
		return []string{"do", do, "rule", "0", "version", "0", "name", "Lamps", "event", "ticket.received", "after", "0", "if", cond, "do_step", "tag", "what", "", "text", "lamp", "do_step", "raise", "what", "priority:urgent", "text", "", "hourly", "100", "days", "30"}
	}
	steps := func(do string) answer { return b.post("/admin/automation", rule(do, "")...).want(http.StatusOK) }
	steps("step-add").want(http.StatusOK, "Step 3", "Add a step").lacks("Step 4").holds(true, `value="lamp"`).holds(true, `value="priority:urgent" selected`)
	steps("step-drop:0").lacks("Step 2").holds(false, `value="lamp"`)
	steps("step-up:0").holds(true, `id="text-0"`)
	steps("step-up:1").holds(true, `id="what-0"`).holds(true, `id="text-1"`).holds(false, `id="what-1"`).holds(false, `id="text-0"`)
	steps("step-down:0").holds(true, `id="what-0"`)
	steps("step-drop:9").holds(true, "Step 2")
	b.get("/admin/automation").lacks("Lamps") // none of it was saved
	times := func(do string, more ...string) []string {
		return append([]string{"do", do, "rule", "0", "version", "0", "name", "Mornings", "event", "times", "after", "0", "do_step", "tag", "what", "", "text", "lamp", "hourly", "100"}, more...)
	}
	const on = "On Mondays and Fridays at 09:30, for each ticket that is not closed: add the tag “lamp”"
	b.post("/admin/automation/reading", times("", "weekday", "mon", "weekday", "fri", "time", "09:30")...).want(http.StatusOK, on)
	b.post("/admin/automation", times("save", "time", "09:30")...).want(http.StatusUnprocessableEntity, "Choose at least one weekday")
	b.post("/admin/automation", times("save", "weekday", "mon", "time", "")...).want(http.StatusUnprocessableEntity, "Write a time of day")
	weekly := b.post("/admin/automation", times("save", "weekday", "mon", "weekday", "fri", "time", "09:30")...).want(http.StatusSeeOther).header.Get("Location")
	b.get(weekly).want(http.StatusOK, on).holds(true, `value="times" selected`).holds(true, `value="fri" checked`).holds(false, `value="tue" checked`).holds(true, `value="09:30"`)
	made, err := d.automation().Rules(context.Background(), m.owner)
	must(t, err)
	b.post("/admin/automation", "do", "delete", "rule", id64(made[0].ID)).want(http.StatusSeeOther)
	b.post("/admin/automation/reading", rule("", `ticket.prio`)...).want(http.StatusOK, "there is no fact “ticket.prio”", "ticket.priority")
	b.post("/admin/automation/reading", rule("", `ticket.subject has "lamp"`)...).want(http.StatusOK, "When a message comes in, if the subject contains “lamp”: add the tag “lamp”; raise the priority to at least “Urgent”")
	b.post("/admin/automation", rule("save", `ticket.priority = "hihg"`)...).want(http.StatusUnprocessableEntity, "is no value of ticket.priority").holds(true, `value="priority:urgent" selected`)
	for cond, shown := range map[string]bool{`ticket.subject has "lamp"`: true, `ticket.subject has "chair"`: false} {
		asked := b.post("/admin/automation", rule("try", cond)...).want(http.StatusSeeOther)
		page := asked.header.Get("Location")
		b.get(page).want(http.StatusOK, "Lamps: tried on the past", "Waiting", "A draft that was not saved").holds(true, `hx-get="`+page+`/now"`)
		list, err := d.automation().Trials(context.Background(), m.owner, 0)
		must(t, err)
		must(t, d.automation().WorkTrial(context.Background(), job.New(m.workspace.ID, automating.TrialJob, map[string]int64{"trial": int64(list[0].ID)})))
		b.get(page+"/now").want(http.StatusOK, "Done", "Would have acted").holds(false, `hx-get="`+page+`/now"`).holds(shown, `href="/t/`+id64(first.Number)+`"`).holds(shown, `stack perday"`)
	}
	stopped := b.post("/admin/automation", rule("try", ``)...).want(http.StatusSeeOther).header.Get("Location")
	b.post(stopped, "do", "stop").want(http.StatusSeeOther)
	b.get(stopped).want(http.StatusOK, "Stopped")
	b.post("/admin/automation", rule("save", `ticket.subject has "lamp"`)...).want(http.StatusSeeOther)
	list, err := d.automation().Rules(context.Background(), m.owner)
	must(t, err)
	if len(list) != 1 || list[0].On || list[0].Then[1] != (automation.Step{Do: automation.Raise, Word: "urgent"}) {
		t.Fatalf("%+v", list)
	}
	id := id64(list[0].ID)
	b.post("/admin/automation", "do", "on", "rule", id).want(http.StatusSeeOther)
	second := d.mail(m, "uwe@client.example", "Lamp", "Mine too")
	must(t, d.automation().Work(context.Background(), job.New(m.workspace.ID, automating.Job, struct{}{})))
	got, err := d.tickets.Get(context.Background(), m.owner, second.ID)
	must(t, err)
	if !got.HasTag("lamp") || got.Priority != ticket.Urgent {
		t.Errorf("%+v", got)
	}
	b.get("/admin/automation?rule="+id).want(http.StatusOK, "Acted", "Version 1", "Save").holds(true, `value="Lamps"`)
	b.get("/admin/automation?rule=" + id + "&version=9").want(http.StatusNotFound)
	b.get("/admin/automation?rule="+id).holds(true, `href="/t/`+id64(second.Number)+`"`)
	b.post("/admin/automation", "do", "down", "rule", id).want(http.StatusSeeOther)
	b.get("/admin/automation").holds(false, "data-drag") // one alone has no place to go
	ids := []string{id}
	for range 2 {
		at := b.post("/admin/automation", rule("save", "")...).want(http.StatusSeeOther).header.Get("Location")
		at = strings.TrimPrefix(at, "/admin/automation?rule=")
		ids = append(ids, at[:strings.IndexAny(at, "&#")])
	}
	placed := func(rule, place string, code int, want ...string) {
		t.Helper()
		b.post("/admin/automation", "do", "place", "rule", rule, "place", place).want(code)
		list, err := d.automation().Rules(context.Background(), m.owner)
		must(t, err)
		var got []string
		for _, x := range list {
			got = append(got, id64(x.ID))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s to place %s: %v, want %v", rule, place, got, want)
		}
	}
	b.get("/admin/automation").holds(true, `data-item="`+ids[2]+`"`).holds(true, "data-drag")
	placed(ids[0], "3", http.StatusSeeOther, ids[1], ids[2], ids[0])
	placed(ids[0], "1", http.StatusSeeOther, ids[0], ids[1], ids[2])
	placed(ids[2], "2", http.StatusSeeOther, ids[0], ids[2], ids[1])
	placed(ids[2], "4", http.StatusSeeOther, ids[0], ids[2], ids[1])
	placed(ids[2], "0", http.StatusSeeOther, ids[0], ids[2], ids[1])
	placed(ids[2], "x", http.StatusNotFound, ids[0], ids[2], ids[1])
	for _, x := range ids[1:] {
		b.post("/admin/automation", "do", "delete", "rule", x).want(http.StatusSeeOther)
	}
	b.post("/admin/automation", "do", "delete", "rule", id).want(http.StatusSeeOther)
	b.get("/admin/automation").want(http.StatusOK, "There are no rules yet")
	d.as("agent@acme.example").get("/admin/automation").want(http.StatusForbidden)
}
