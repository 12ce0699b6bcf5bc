package migrate

import (
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
)

var house = House{
	System: "old", Workspace: 1, Mailbox: ticket.Mailbox{ID: 2, Address: "help@acme.example"}, Now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
	People: map[string]auth.Person{"lena@acme.example": {ID: 7, Name: "Lena", Status: auth.Active}, "gone@acme.example": {ID: 8, Name: "Gone", Status: auth.Disabled}},
}

func build(t *testing.T, in Ticket) (Built, map[Reason]int) {
	t.Helper()
	r := NewReport("old", true)
	b, ok := house.Build(in, r.Find)
	if !ok {
		t.Fatalf("left out: %+v", r.Findings)
	}
	return b, r.Reasons
}

// Nobody speaks as somebody else: neither a stranger as the customer, nor a
// customer as the house.
func TestAuthors(t *testing.T) {
	customer := Person{ID: "1", Name: "Anna", Email: "Anna@client.example"}
	b, reasons := build(t, Ticket{ID: "9", Customer: customer, CreatedAt: house.Now, Messages: []Message{
		{ID: "1", Kind: ticket.KindInbound, Author: Person{ID: "1"}, Text: "by id", At: house.Now},
		{ID: "2", Kind: ticket.KindInbound, Author: Person{Email: "ANNA@client.example"}, Text: "by address", At: house.Now},
		{ID: "3", Kind: ticket.KindInbound, Author: Person{ID: "99"}, Text: "by nobody", At: house.Now},
		{ID: "4", Kind: ticket.KindInbound, Author: Person{ID: "5", Email: "eve@evil.example"}, Text: "by a stranger", At: house.Now},
		{ID: "5", Kind: ticket.KindOutbound, Author: Person{Email: "Lena@acme.example"}, Text: "by a colleague", At: house.Now},
		{ID: "6", Kind: ticket.KindNote, Author: Person{}, Text: "by whom?", At: house.Now},
	}})
	want := []struct {
		kind     auth.Kind
		id       int64
		name     string
		address  string
		verified bool
	}{
		{auth.System, 0, "Godwit", "", true}, {auth.Customer, 0, "Anna", "anna@client.example", true}, {auth.Customer, 0, "Anna", "anna@client.example", true},
		{auth.Customer, 0, "old 99", "", false}, {auth.Customer, 0, "eve@evil.example", "eve@evil.example", false}, {auth.Agent, 7, "Lena", "help@acme.example", true}, {auth.Agent, 0, "old", "", true},
	}
	for i, w := range want {
		m := b.Messages[i]
		if m.AuthorKind != w.kind || m.AuthorID != w.id || m.AuthorName != w.name || m.Address != w.address || m.Verified != w.verified {
			t.Errorf("%d: %s %d %q %q %v, want %+v", i, m.AuthorKind, m.AuthorID, m.AuthorName, m.Address, m.Verified, w)
		}
	}
	if reasons[NoAuthor] != 2 || len(b.Participants) != 2 || !b.Participants[0].Verified || b.Participants[1].Verified {
		t.Errorf("%v %+v", reasons, b.Participants)
	}
}

func TestTickets(t *testing.T) {
	at := func(s string) time.Time {
		v, err := time.Parse(time.DateOnly, s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	b, reasons := build(t, Ticket{
		ID: "A/ 7@x", Customer: Person{ID: "3"}, Subject: "Card 4111 1111 1111 1111", Status: ticket.Pending, Assignee: "gone@acme.example", Tags: []string{"B B", "a", "b-b", ""},
		CreatedAt: at("2030-01-01"), Snoozed: at("2027-01-01"), Channel: "chat", Left: []string{"rating"},
		Messages: []Message{
			{ID: "2", Kind: ticket.KindInbound, Author: Person{ID: "3"}, HTML: `<p onclick="x()">Hi</p><script>alert(1)</script>`, At: at("2025-01-02"), MessageID: "<a@b>"},
			{ID: "1", Kind: ticket.KindInbound, Author: Person{ID: "3"}, Text: strings.Repeat("ж", maxText), At: at("2025-01-01"), Files: []File{{Name: "x.pdf", URL: "https://old.example/x.pdf"}, {Size: maxFile + 1}}},
			{ID: "3", Kind: ticket.KindInbound, Text: " "},
			{ID: "4", Kind: ticket.KindInbound, Text: "no time"},
		},
	})
	tk := b.Ticket
	if tk.CreatedAt != house.Now || tk.Waiting != ticket.ForCustomer || tk.Assignee != 0 || strings.Join(tk.Tags, " ") != "a b-b" || strings.Contains(tk.Subject, "4111") || tk.SnoozedUntil.Year() != 2027 || tk.Messages != 4 {
		t.Errorf("%+v", tk)
	}
	if b.Customer.Identities[0].Kind != "old" || b.Messages[0].Key != "A/_7_x@old.import" || b.Messages[1].Key != "A/_7_x.1@old.import" || b.Messages[2].Key != "a@b" {
		t.Errorf("%+v %q %q %q", b.Customer.Identities, b.Messages[0].Key, b.Messages[1].Key, b.Messages[2].Key)
	}
	if h := b.Messages[2]; strings.Contains(h.HTML, "script") || strings.Contains(h.HTML, "onclick") || h.Body != "Hi" || len(b.Messages[1].Body) > maxText {
		t.Errorf("%q %q", h.HTML, h.Body)
	}
	if !strings.Contains(b.Messages[0].Body, "x.pdf https://old.example/x.pdf\nfile") {
		t.Errorf("%q", b.Messages[0].Body)
	}
	for why, n := range map[Reason]int{CardNumber: 1, NoAddress: 1, OtherChannel: 1, FieldLeft: 1, Assignee: 1, Cut: 1, FileAway: 1, FileLarge: 1, Empty: 1, NoTime: 1} {
		if reasons[why] != n {
			t.Errorf("%d × %s, want %d", reasons[why], why, n)
		}
	}
	for _, in := range []Ticket{{}, {ID: "1"}, {Customer: Person{Email: "a@b.example"}}} {
		if _, ok := house.Build(in, func(Finding) {}); ok {
			t.Errorf("%+v is taken over", in)
		}
	}
}
