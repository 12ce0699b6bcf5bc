package store_test

import (
	"context"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/event"
)

// languagesAreSaid: what a person says of a customer's language holds for their next messages and tickets, whatever is
// read out of those, until it is taken back.
func languagesAreSaid(t *testing.T, h *house, _ *post) {
	ctx := context.Background()
	receive := func(in ticket.Inbound) ticket.ID {
		t.Helper()
		got, err := h.mail("jana@client.example", in)
		must(t, err)
		return got.Ticket
	}
	first := receive(ticket.Inbound{Key: "l1@client.example", Subject: "Gdje je moj paket", Body: "Gdje je moj paket?", Language: "hr"})
	_, err := h.tickets.SetLanguage(ctx, h.agent, first, "klingon!")
	refused(t, err, errs.Invalid, "no language")
	done, err := h.tickets.SetLanguage(ctx, h.agent, first, "sr")
	must(t, err)
	again, err := h.tickets.SetLanguage(ctx, h.agent, first, "sr")
	must(t, err)
	if h.get(t, first).Language != "sr" || done == 0 || again != 0 {
		t.Errorf("%q, events %d and %d", h.get(t, first).Language, done, again)
	}
	h.pass(time.Minute)
	second := receive(ticket.Inbound{Key: "l2@client.example", Subject: "Another thing", Body: "Jedno pitanje o povratu.", Language: "hr"})
	tk := h.get(t, second)
	if second == first || tk.Language != "sr" {
		t.Errorf("the next ticket is in %q", tk.Language)
	}
	c, err := h.customers.Get(ctx, h.agent, tk.Customer)
	must(t, err)
	if c.Language != "sr" || !c.Said {
		t.Errorf("remembered %q, %v", c.Language, c.Said)
	}
	must(t, h.tickets.Undo(ctx, h.agent, first, done))
	c, err = h.customers.Get(ctx, h.agent, tk.Customer)
	must(t, err)
	if h.get(t, first).Language != "hr" || c.Language != "hr" || c.Said {
		t.Errorf("taken back: %q, %q, %v", h.get(t, first).Language, c.Language, c.Said)
	}
	_, err = h.tickets.SetLanguage(ctx, h.agent, second, "bs")
	must(t, err)
	_, err = h.tickets.SetLanguage(ctx, h.agent, second, "")
	must(t, err)
	if is := h.get(t, second).Language; is != "hr" {
		t.Errorf("read again as %q", is)
	}
	h.pass(time.Minute)
	if third := receive(ticket.Inbound{Key: "l3@client.example", Subject: "Third", Body: "Where is it?", Language: "en"}); h.get(t, third).Language != "en" {
		t.Errorf("what nobody says is read: %q", h.get(t, third).Language)
	}
	events, err := h.EventsOf(ctx, h.w, "ticket.language", time.Time{}, 9)
	must(t, err)
	if len(events) != 3 { // an undo is told as such
		t.Errorf("%d events: %v", len(events), kinds(events))
	}
}

func kinds(list []event.Event) (out []string) {
	for _, e := range list {
		out = append(out, string(e.Data))
	}
	return out
}
