package store_test

import (
	"context"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/domain/triage"
)

// whatIsWrittenIsRead: language, topic, mood and alarms of customers' messages, what follows for their tickets, and that
// people know better.
func whatIsWrittenIsRead(t *testing.T, h *house, _ *post) {
	ctx := context.Background()
	write := func(in ticket.Inbound) (ticket.Ticket, *ticket.Reading) {
		t.Helper()
		h.pass(time.Minute)
		r, err := h.mail("anna@client.example", in)
		must(t, err)
		m, err := h.Message(ctx, h.w, r.Message)
		must(t, err)
		return h.get(t, r.Ticket), m.Reading
	}

	tk, read := write(ticket.Inbound{Subject: "Bestellung", Body: "Guten Tag, wo bleibt mein Paket? Ich warte seit zwei Wochen auf die Lieferung."})
	if read == nil || read.Language != "de" || tk.Language != "de" || len(read.Why) == 0 {
		t.Fatalf("language %q, read as %+v", tk.Language, read)
	}
	if topic := triage.Topic(tk.Topic); topic != triage.WhereIsMyOrder && topic != triage.DeliveryDelayed || topic != read.Topic() {
		t.Fatalf("topic %q, read as %+v", tk.Topic, read)
	}
	if tk.Priority != ticket.Normal || tk.Alarm != "" {
		t.Fatalf("priority %s, alarm %q", tk.Priority, tk.Alarm)
	}

	// The next message of the ticket raises it, and its topic stays.
	topic := tk.Topic
	same := []string{ticket.ReplyAddress(h.ws.Secret, h.box.Address, tk.ID, 0)}
	tk, read = write(ticket.Inbound{Delivered: same, Subject: "Re: Bestellung", Body: "Wenn ich mein Geld nicht zurückbekomme, gehe ich zum Anwalt und vor Gericht!"})
	if tk.Topic != topic || tk.Alarm != triage.Legal || tk.Priority != ticket.High || !slices.Contains(read.Alarms, triage.Legal) || len(read.Because) == 0 {
		t.Fatalf("topic %q, alarm %q, priority %s, read as %+v", tk.Topic, tk.Alarm, tk.Priority, read)
	}
	events, err := h.Timeline(ctx, h.w, tk.ID, time.Time{}, time.Time{}, 100)
	must(t, err)
	sorted := 0
	for _, e := range events {
		if e.Kind != "ticket.sorted" {
			continue
		}
		sorted++
		var d struct {
			Alarm, From, To string
			Words           []string
		}
		must(t, json.Unmarshal(e.Data, &d))
		if sorted == 2 && (d.Alarm != "legal" || d.From != "normal" || d.To != "high" || len(d.Words) == 0) {
			t.Errorf("sorted %s", e.Data)
		}
	}
	if sorted != 2 {
		t.Errorf("%d events tell what was read, want 2", sorted)
	}

	// A person knows better; what comes later does not overrule them, and they can take it back.
	done, err := h.tickets.SetTopic(ctx, h.agent, tk.ID, triage.RefundStatus)
	must(t, err)
	if tk, _ = write(ticket.Inbound{Delivered: same, Body: "Wo ist mein Paket?"}); tk.Topic != string(triage.RefundStatus) || tk.Alarm != "" || tk.Priority != ticket.High {
		t.Errorf("topic %q, alarm %q, priority %s", tk.Topic, tk.Alarm, tk.Priority)
	}
	must(t, h.tickets.Undo(ctx, h.agent, tk.ID, done))
	if is := h.get(t, tk.ID).Topic; is != topic {
		t.Errorf("topic %q after the undo, want %q", is, topic)
	}
	if _, err := h.tickets.SetTopic(ctx, h.agent, tk.ID, "weather"); err == nil {
		t.Error("an unknown topic was taken")
	}

	// What nobody wrote is not read.
	if _, read := write(ticket.Inbound{Form: ticket.AutoReply, Subject: "Out of office", Body: "My lawyer will answer you."}); read != nil {
		t.Errorf("an automatic answer was read as %+v", read)
	}
	// What says nothing is of no topic until something does.
	tk, _ = write(ticket.Inbound{Subject: "ok", Body: "👍"})
	if tk.Topic != string(triage.Other) || tk.Language != "" {
		t.Errorf("topic %q, language %q of a thumb", tk.Topic, tk.Language)
	}
	tk, _ = write(ticket.Inbound{Delivered: []string{ticket.ReplyAddress(h.ws.Secret, h.box.Address, tk.ID, 0)}, Body: "The lamp arrived broken, the glass is cracked."})
	if tk.Topic != string(triage.Damaged) || tk.Language != "en" {
		t.Errorf("topic %q, language %q of a broken lamp", tk.Topic, tk.Language)
	}
}
