package web

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"testing"
	"time"

	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/domain/triage"
	"godwit.dev/godwit/internal/flow/sorting"
	"godwit.dev/godwit/internal/flow/translating"
	"godwit.dev/godwit/internal/platform/job"
)

// sorting reads messages and learns of corrections.
func (d *door) sorting() *sorting.Service {
	return sorting.New(sorting.Config{Orders: d.orders, Shipments: d.shipments, Store: d.store, Outside: d.translations(), Tickets: func() sorting.Tickets { return d.tickets }, Journal: d.store, Queue: d.store, Now: func() time.Time { return d.now() }})
}

// What people correct at the desk is learned, shown with its figures, gone back from and switched off.
func TestTriageIsSet(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	sorter := d.sorting()
	d.tickets.Triage = sorter
	b := d.as("owner@acme.example")
	b.get("/admin/triage").want(http.StatusOK, "Nothing was learned yet", "With 5 of them", "0 messages")
	for i := range 9 {
		tk := d.mail(m, "anna@client.example", "Hello", fmt.Sprintf("The %s zorblax sings again, number %d", []string{"blue", "small", "tall"}[i%3], i))
		b.post("/t/"+id64(tk.Number)+"/topic", "topic", string(triage.Defective)).want(http.StatusSeeOther)
	}
	if err := sorter.Work(context.Background(), job.New(m.workspace.ID, sorting.Job, struct{}{})); err != nil {
		t.Fatal(err)
	}
	b.get("/admin/triage").want(http.StatusOK, "9 messages", "Defective", "In use", "Learning", "This version was adopted by itself").holds(false, "Nothing was learned yet")
	read := func() triage.Topic {
		t.Helper()
		v, err := sorter.Read(context.Background(), m.workspace.ID, triage.Message{Text: "The grey zorblax sings again"}, 0)
		if err != nil {
			t.Fatal(err)
		}
		return v.Topic
	}
	if is := read(); is != triage.Defective {
		t.Errorf("it reads %s", is)
	}
	b.post("/admin/triage", "mode", "hold", "version", "7", "revision", "1").want(http.StatusUnprocessableEntity, "Choose a version that was adopted")
	b.post("/admin/triage", "mode", "often", "version", "1", "revision", "1").want(http.StatusUnprocessableEntity)
	b.post("/admin/triage", "mode", "hold", "version", "0", "revision", "1").want(http.StatusSeeOther)
	b.get("/admin/triage").want(http.StatusOK, "Holding a version", "chose this on").holds(false, "In use")
	if is := read(); is == triage.Defective {
		t.Error("it still reads what was learned")
	}
	b.post("/admin/triage", "mode", "off", "version", "0", "revision", "1").want(http.StatusUnprocessableEntity, "Something was learned or saved")
	d.as("agent@acme.example").get("/admin/triage").want(http.StatusForbidden)
}

// An outside model is chosen on the page, what it said shows on the ticket, and one that is gone is told of.
func TestAnOutsideModelIsChosen(t *testing.T) {
	ctx := context.Background()
	d := newDoor(t)
	m := d.found("acme")
	sorter := d.sorting()
	d.tickets.Triage = sorter
	b := d.as("owner@acme.example")
	b.get("/admin/triage").want(http.StatusOK, "None: nothing leaves the house", "Connect an OpenAI-compatible model under Translation", "Subject and text leave the house").holds(false, "Today:")
	c, err := d.translations().Add(ctx, m.owner, translating.Input{Driver: "loud", Name: "House model"})
	if err != nil {
		t.Fatal(err)
	}
	model := strconv.FormatInt(int64(c.ID), 10)
	b.post("/admin/triage", "mode", "learn", "version", "0", "revision", "0", "model", model, "daily", "0").want(http.StatusUnprocessableEntity, "Between 1 and 10")
	b.post("/admin/triage", "mode", "learn", "version", "0", "revision", "0", "model", "x", "daily", "7").want(http.StatusUnprocessableEntity, "This connection no longer exists")
	b.post("/admin/triage", "mode", "learn", "version", "0", "revision", "0", "model", model, "daily", "7").want(http.StatusSeeOther)
	b.get("/admin/triage").want(http.StatusOK, "House model", "Today: 0 of 7 requests")
	tk := d.mail(m, "anna@client.example", "Hello", "Zorblax, quirbel.")
	list, err := d.store.Messages(ctx, m.workspace.ID, tk.ID, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := sorter.Ask(ctx, job.New(m.workspace.ID, sorting.AskJob, map[string]any{"message": list[0].ID})); err != nil {
		t.Fatal(err)
	}
	b.get("/admin/triage").want(http.StatusOK, "Today: 1 of 7 requests, 1 of them answered with a topic")
	b.get("/t/"+id64(tk.Number)).want(http.StatusOK, "Read as: Invoice", "Outside model", "Its words told no topic here")
	if err := d.translations().Delete(ctx, m.owner, c.ID); err != nil {
		t.Fatal(err)
	}
	b.get("/admin/triage").want(http.StatusOK, "This connection no longer exists")
	b.post("/admin/triage", "mode", "learn", "version", "0", "revision", "1", "model", "0", "daily", "7").want(http.StatusSeeOther)
	b.get("/admin/triage").want(http.StatusOK).holds(false, "This connection no longer exists", "Today:")
}

var _ ticket.Triage = (*sorting.Service)(nil)
