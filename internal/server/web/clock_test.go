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
