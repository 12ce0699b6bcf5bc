package web

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"time"

	routed "godwit.dev/godwit/internal/domain/route"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/foresight"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/store/storetest"
)

// foresight tells what the next hours may bring; the crew of the door is the one of routing.
func (d *door) foresight() *foresight.Service {
	return foresight.New(foresight.Config{Store: d.store, Journal: d.store, Now: func() time.Time { return d.now() }, Workers: func(ctx context.Context, w auth.WorkspaceID) ([]foresight.Worker, error) {
		list, err := d.routing().Roster(ctx, auth.ForSystem(w))
		var out []foresight.Worker
		for _, r := range list {
			out = append(out, foresight.Worker{Person: r.Person, Name: r.Name, Teams: r.Teams, Sheet: r.Sheet.Sheet, Able: r.Able, There: r.There, Until: r.Until, Off: r.Off, Load: r.Load})
		}
		return out, err
	}})
}

// The wallboard says who is on, what waits and what the next hours may bring, to each what they may see; leads set when they are told.
func TestWallboard(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	tk := d.mail(m, "anna@client.example", "Where is it?", "Where is it?")
	b := d.as("owner@acme.example")
	b.get("/wallboard").want(http.StatusOK, "Waiting for an answer", "No forecast yet", "Nobody is on shift.").holds(true, `href="/t/`+id64(tk.Number)+`"`)
	owner := d.actor("owner@acme.example")
	_, err := d.routing().SaveSheet(t.Context(), owner, owner.Person(), routed.Sheet{Capacity: 4, Zone: "UTC"}, 0)
	must(t, err)
	agent := d.actor("agent@acme.example")
	_, err = d.routing().SaveSheet(t.Context(), owner, agent.Person(), routed.Sheet{Capacity: 4, Zone: "UTC", Away: []routed.Absence{{From: d.now().UTC().Format(time.DateOnly), To: d.now().UTC().AddDate(0, 0, 2).Format(time.DateOnly)}}}, 0)
	must(t, err)
	must(t, d.foresight().Work(t.Context(), m.workspace.ID))
	b.get("/wallboard").want(http.StatusOK, "The whole desk · The next hours", "0 of 4", "Away", "No promise is likely to be broken", "is a guess").holds(false, "No forecast yet")
	b.post("/wallboard", "version", "0", "warn", "yes", "percent", "120").want(http.StatusUnprocessableEntity, "from 5 to 95 percent").holds(true, `value="120"`)
	b.post("/wallboard", "version", "0", "percent", "30").want(http.StatusSeeOther)
	b.get("/wallboard").want(http.StatusOK).holds(true, `value="30"`)
	b.post("/wallboard", "version", "0", "percent", "40").want(http.StatusUnprocessableEntity, "Somebody saved another version")
	a := d.as("agent@acme.example")
	a.get("/wallboard").want(http.StatusOK, "Waiting for an answer").holds(false, "When leads are told")
	a.post("/wallboard", "version", "1", "percent", "40").want(http.StatusForbidden)
	d.as("hidden@acme.example").get("/wallboard").want(http.StatusOK, "No forecast yet")
}

// What happens at one node shows on a wallboard that hangs at another one.
func TestWallboardOfAnotherNode(t *testing.T) {
	address := storetest.Database(t)
	a, b := newDoorAt(t, address, 1), newDoorAt(t, address, 2)
	ctx, stop := context.WithCancel(t.Context())
	var relays sync.WaitGroup
	for i, d := range []*door{a, b} {
		r := event.NewRelay(d.bus, d.store.Wire(), int64(i+1), slog.New(slog.DiscardHandler))
		relays.Go(func() { r.Run(ctx) })
	}
	t.Cleanup(func() { stop(); relays.Wait() })
	m := a.found("acme")
	reader := b.as("agent@acme.example")
	reader.get("/wallboard").want(http.StatusOK).holds(true, `data-live="/live"`).holds(true, `id="wall-figures" data-live-part`)
	told, hush := reader.listen(t)
	defer hush()
	until(t, told, "retry")
	tk := a.mail(m, "anna@client.example", "Where is it?", "Where is it?")
	until(t, told, fmt.Sprintf(`"number":%d`, tk.Number))
	reader.get("/wallboard").want(http.StatusOK).holds(true, `href="/t/`+id64(tk.Number)+`"`)
	_, err := a.tickets.SetStatus(ctx, m.owner, tk.ID, ticket.Solved, "")
	must(t, err)
	until(t, told, fmt.Sprintf(`"number":%d`, tk.Number))
	reader.get("/wallboard").want(http.StatusOK).holds(false, `href="/t/`+id64(tk.Number)+`"`)
}
