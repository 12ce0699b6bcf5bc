package web

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/domain/triage"
	"godwit.dev/godwit/internal/flow/sorting"
	"godwit.dev/godwit/internal/platform/job"
)

// sorting reads messages and learns of corrections.
func (d *door) sorting() *sorting.Service {
	return sorting.New(sorting.Config{Orders: d.orders, Shipments: d.shipments, Store: d.store, Journal: d.store, Queue: d.store, Now: func() time.Time { return d.now() }})
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

var _ ticket.Triage = (*sorting.Service)(nil)
