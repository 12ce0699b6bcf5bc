package web

import (
	"context"
	"net/http"
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

func TestAutomationIsWrittenTriedAndTurnedOn(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	first := d.mail(m, "anna@client.example", "Lamp", "My lamp is broken")
	b := d.as("owner@acme.example")
	b.get("/admin/automation").want(http.StatusOK, "There are no rules yet", "Solved and silent for a week: close", "7")
	b.get("/admin/automation?rule=7").want(http.StatusNotFound)
	b.get("/admin/automation?shipped=nothing").want(http.StatusNotFound)
	b.get("/admin/automation?shipped=silent").want(http.StatusOK, "168 h after the status changes").holds(true, `value="168"`)
	rule := func(do, cond string) []string {
		return []string{"do", do, "rule", "0", "version", "0", "name", "Lamps", "event", "ticket.received", "after", "0", "if", cond, "do_step", "tag", "what", "", "text", "lamp", "do_step", "raise", "what", "priority:urgent", "text", "", "hourly", "100", "days", "30"}
	}
	b.post("/admin/automation/reading", rule("", `ticket.prio`)...).want(http.StatusOK, "there is no fact “ticket.prio”", "ticket.priority")
	b.post("/admin/automation/reading", rule("", `ticket.subject has "lamp"`)...).want(http.StatusOK, "When a message comes in, if the subject contains “lamp”: add the tag “lamp”; raise the priority to at least “Urgent”")
	b.post("/admin/automation", rule("save", `ticket.priority = "hihg"`)...).want(http.StatusUnprocessableEntity, "is no value of ticket.priority").holds(true, `value="priority:urgent" selected`)
	b.post("/admin/automation", rule("try", `ticket.subject has "lamp"`)...).want(http.StatusOK, "Would have acted", "#"+id64(first.Number))
	b.post("/admin/automation", rule("try", `ticket.subject has "chair"`)...).want(http.StatusOK, "Would have acted").lacks("#" + id64(first.Number) + " ")
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
	b.post("/admin/automation", "do", "down", "rule", id).want(http.StatusSeeOther)
	b.post("/admin/automation", "do", "delete", "rule", id).want(http.StatusSeeOther)
	b.get("/admin/automation").want(http.StatusOK, "There are no rules yet")
	d.as("agent@acme.example").get("/admin/automation").want(http.StatusForbidden)
}
