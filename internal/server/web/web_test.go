package web

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
)

// deskOf makes a door with one merchant, one agent at it, and one ticket.
func deskOf(t *testing.T) (*door, *merchant, *browser, ticket.Ticket) {
	t.Helper()
	d := newDoor(t)
	m := d.found("acme")
	tk := d.mail(m, "anna@client.example", "Where is DE-10482?", "Hello, my tent has not come yet. Order DE-10482.")
	return d, m, d.as("agent@acme.example"), tk
}

func path(tk ticket.Ticket, rest string) string { return fmt.Sprintf("/t/%d%s", tk.Number, rest) }

func reload(t *testing.T, d *door, m *merchant, tk ticket.Ticket) ticket.Ticket {
	t.Helper()
	got, err := d.tickets.Get(context.Background(), m.owner, tk.ID)
	must(t, err)
	return got
}

func TestListAndTicket(t *testing.T) {
	d, _, b, tk := deskOf(t)
	if to := b.get("/").to(); to != "/inbox/mine" {
		t.Fatalf("/ leads to %s", to)
	}
	b.get("/inbox/mine").want(200).lacks("Where is DE-10482?")
	a := b.get("/inbox/unassigned").want(200, "Where is DE-10482?", "Anna Kowalska", "my tent has not come")
	if a.header.Get("Cache-Control") != "no-store" || a.header.Get("X-Content-Type-Options") != "nosniff" || a.header.Get("Content-Security-Policy") == "" {
		t.Fatalf("headers: %v", a.header)
	}
	b.get("/inbox/unassigned/rows", "HX-Request", "true").want(200, "Where is DE-10482?").lacks("Orders")
	b.get("/inbox/open?status=solved").want(200).lacks("Where is DE-10482?")
	b.get("/inbox/open?assignee=nonsense").want(200).lacks("Where is DE-10482?")
	b.get("/inbox/open?q=DE-10482&shop=12").want(200).lacks("Anna Kowalska")
	b.get("/inbox/late").want(404)
	b.get("/inbox/12345").want(404)
	b.get("/inbox/open?after=xx").want(422)
	b.get(path(tk, "?view=unassigned")).want(200, "Where is DE-10482?", "Hello, my tent has not come yet.", "DE-10482", "Tent", "€54.90", "anna@client.example")
	b.get(path(tk, "/parts"), "HX-Request", "true").want(200, "Hello, my tent")
	b.get("/t/999").want(404)
	b.get("/nowhere").want(404)
	if got, err := d.tickets.Get(context.Background(), d.actor("agent@acme.example"), tk.ID); err != nil || got.Unread {
		t.Fatalf("opened ticket unread=%v, %v", got.Unread, err)
	}
	b.post(path(tk, "/read"), "on", "0").to()
}

func TestReplyAndUndo(t *testing.T) {
	d, m, b, tk := deskOf(t)
	a := b.upload(path(tk, "/reply"), "files", "photo.txt", []byte("a file"), "to", "anna@client.example", "body", "It left yesterday.", "then", "pending")
	if to := a.to(); to != path(tk, "") {
		t.Fatalf("reply leads to %s", to)
	}
	page := b.get(path(tk, "")).want(200, "It left yesterday.", "photo.txt", "Reply is on its way", "Undo")
	b.get(path(tk, "")).lacks("Reply is on its way")
	got := reload(t, d, m, tk)
	if got.Status != ticket.Pending || got.Assignee == 0 {
		t.Fatalf("after the reply: %+v", got)
	}
	th, err := d.tickets.Thread(context.Background(), m.owner, tk.Number, 0)
	must(t, err)
	sent := th.Messages[len(th.Messages)-1]
	if to := sent.Recipients.To; len(to) != 1 || to[0].Name != "Anna Kowalska" {
		t.Fatalf("recipients %v", to)
	}
	file := ""
	for _, href := range page.attrs("href") {
		if strings.HasPrefix(href, "/f/") {
			file = href
		}
	}
	f := b.get(file).want(200, "a file")
	if got := f.header.Get("Content-Disposition"); got != `attachment; filename="photo.txt"` || f.header.Get("Content-Type") != "application/octet-stream" {
		t.Fatalf("file: %s %s", got, f.header.Get("Content-Type"))
	}
	// The same form twice sends once.
	b.upload(path(tk, "/reply"), "files", "photo.txt", []byte("a file"), "to", "anna@client.example", "body", "It left yesterday.", "then", "pending").to()
	th, err = d.tickets.Thread(context.Background(), m.owner, tk.Number, 0)
	must(t, err)
	if len(th.Messages) != 2 {
		t.Fatalf("%d messages after a double submit", len(th.Messages))
	}
	undo := fmt.Sprintf("/send/%d/undo", sent.ID)
	b.script(path(tk, undo)).want(200, "Taken back. Your text is in the draft.", "It left yesterday.")
	// Sent again after that, it is a reply of its own.
	b.post(path(tk, "/reply"), "to", "anna@client.example", "body", "It left yesterday.").to()
	th, err = d.tickets.Thread(context.Background(), m.owner, tk.Number, 0)
	must(t, err)
	if last := th.Messages[len(th.Messages)-1]; len(th.Messages) != 3 || last.Delivery != ticket.Scheduled || len(last.Files) != 1 {
		t.Fatalf("%d messages, the last %s with %d files", len(th.Messages), last.Delivery, len(last.Files))
	}
}

func TestRefusedReplyKeepsItsText(t *testing.T) {
	_, _, b, tk := deskOf(t)
	b.script(path(tk, "/reply"), "to", "nobody", "body", "Kept words").want(422, "nobody is not an email address.")
	if to := b.post(path(tk, "/reply"), "to", "nobody", "body", "Kept words").to(); to != path(tk, "?tab=reply") {
		t.Fatalf("refused reply leads to %s", to)
	}
	b.get(path(tk, "?tab=reply")).want(200, "Kept words", "nobody is not an email address.")
	b.script(path(tk, "/reply"), "body", "").want(422, "Write the reply first.")
	b.script(path(tk, "/reply"), "body", strings.Repeat("a", 600<<10)).want(422)
}

func TestNoteMentions(t *testing.T) {
	d, m, b, tk := deskOf(t)
	lead := d.as("lead@acme.example")
	lead.get("/inbox/mentions").want(200).lacks("Where is DE-10482?")
	b.script(path(tk, "/note"), "body", "@Lead acme please look").want(200, "Note added", "@Lead acme")
	time.Sleep(seatPace)
	lead.get("/inbox/mentions").want(200, "Where is DE-10482?")
	lead.post(path(tk, "/presence"), "state", "viewing").want(204)
	lead.get("/inbox/mentions").lacks("Where is DE-10482?")
	b.get(path(tk, "/presence"), "HX-Request", "true").want(200)
	lead.post(path(tk, "/presence"), "state", "typing").want(204)
	b.get(path(tk, "/presence"), "HX-Request", "true").want(200, "Lead acme")
	lead.post(path(tk, "/presence"), "state", "away").want(204)
	b.get(path(tk, "/presence"), "HX-Request", "true").want(200).lacks("Lead acme")
	_ = m
}

func TestVerbs(t *testing.T) {
	d, m, b, tk := deskOf(t)
	for _, c := range []struct {
		verb   string
		fields []string
		said   string
		check  func(ticket.Ticket) bool
	}{
		{"/assign", []string{"assignee", "me"}, "Given to Agent acme", func(x ticket.Ticket) bool { return x.Assignee != 0 }},
		{"/team", []string{"team", id64(m.team.ID)}, "Given to the team Returns", func(x ticket.Ticket) bool { return x.Team == m.team.ID }},
		{"/team", []string{"team", ""}, "Taken from its team", func(x ticket.Ticket) bool { return x.Team == 0 }},
		{"/priority", []string{"priority", "urgent"}, "Priority: Urgent", func(x ticket.Ticket) bool { return x.Priority == ticket.Urgent }},
		{"/language", []string{"language", "sr"}, "The customer writes Serbian", func(x ticket.Ticket) bool { return x.Language == "sr" }},
		{"/topic", []string{"topic", "customs_duty"}, "Topic: Customs and duty", func(x ticket.Ticket) bool { return x.Topic == "customs_duty" }},
		{"/tags", []string{"tags", "Customs, vip"}, "Tags changed", func(x ticket.Ticket) bool { return x.HasTag("customs") && x.HasTag("vip") }},
		{"/tags", []string{"remove", "vip"}, "Tags changed", func(x ticket.Ticket) bool { return !x.HasTag("vip") }},
		{"/subject", []string{"subject", "The tent"}, "Subject changed", func(x ticket.Ticket) bool { return x.Subject == "The tent" }},
		{"/snooze", []string{"until", "tomorrow", "wake", "1"}, "Put off until", func(x ticket.Ticket) bool { return !x.SnoozedUntil.IsZero() && x.WakeOnReply }},
		{"/snooze", []string{"until", "off"}, "Awake again", func(x ticket.Ticket) bool { return x.SnoozedUntil.IsZero() }},
		{"/spam", []string{"on", "1"}, "Moved to spam", func(x ticket.Ticket) bool { return x.Spam }},
		{"/spam", []string{"on", "0"}, "Not spam", func(x ticket.Ticket) bool { return !x.Spam }},
		{"/order", []string{"unlink", "1"}, "Order taken off", func(x ticket.Ticket) bool { return x.Order == 0 }},
		{"/order", []string{"order", "DE-10482"}, "Order DE-10482 linked", func(x ticket.Ticket) bool { return x.Order == m.order.ID }},
		{"/status", []string{"status", "pending", "waiting", "carrier"}, "Status: Waiting", func(x ticket.Ticket) bool { return x.Waiting == ticket.ForCarrier }},
		{"/status", []string{"status", "solved"}, "Status: Solved", func(x ticket.Ticket) bool { return x.Status == ticket.Solved }},
	} {
		a := b.script(path(tk, c.verb), c.fields...).want(200, c.said)
		before := reload(t, d, m, tk)
		if !c.check(before) {
			t.Fatalf("%s %v: %+v", c.verb, c.fields, before)
		}
		b.script(path(tk, c.verb), c.fields...)
		undo := a.action("/undo/")
		for _, v := range a.attrs("action") {
			if strings.Contains(v, "/undo/") {
				undo = v
			}
		}
		b.script(undo).want(200, "Undone")
		if c.check(reload(t, d, m, tk)) && c.verb != "/team" && c.verb != "/spam" && c.verb != "/snooze" && c.verb != "/tags" && c.verb != "/order" {
			t.Fatalf("%s %v was not undone", c.verb, c.fields)
		}
		b.script(undo).want(409)
		b.script(path(tk, c.verb), c.fields...)
	}
	b.script(path(tk, "/status"), "status", "bogus").want(422, "Choose one of the statuses.")
	b.script(path(tk, "/assign"), "assignee", "77").want(422)
	b.script(path(tk, "/snooze"), "at", "yesterday").want(422, "Write the day and the time.")
	b.script(path(tk, "/undo/1")).want(404)
}

func TestMergeSplitSide(t *testing.T) {
	d, m, b, tk := deskOf(t)
	other := d.mail(m, "anna@client.example", "Another matter entirely", "Do you sell pegs?")
	if other.ID == tk.ID {
		t.Fatal("one ticket for two matters")
	}
	b.script(path(tk, "/merge"), "into", "777").want(422, "There is no ticket 777.")
	if to := b.post(path(other, "/merge"), "into", id64(tk.Number)).to(); to != path(tk, "") {
		t.Fatalf("merge leads to %s", to)
	}
	page := b.get(path(tk, "")).want(200, "Do you sell pegs?", "Ticket "+id64(other.Number)+" is now part of "+id64(tk.Number))
	b.script(path(other, "/status"), "status", "open").want(409)
	b.post(page.action("/undo/")).to()
	b.get(path(other, "")).want(200, "Do you sell pegs?")
	b.get(path(tk, "/parts")).lacks("Do you sell pegs?")

	b.script(path(tk, "/note"), "body", "to split").want(200)
	th, err := d.tickets.Thread(context.Background(), m.owner, tk.Number, 0)
	must(t, err)
	b.script(path(tk, "/split"), "messages", id64(th.Messages[1].ID), "subject", "Split off").want(200, "Messages moved to ticket")
	b.get(path(tk, "/parts")).lacks("to split")

	b.script(path(tk, "/side"), "to", "claims@dhl.example", "party", "carrier", "subject", "Lost?", "body", "Where is it?", "messages", id64(th.Messages[0].ID)).
		want(200, "Sent to claims@dhl.example", "Where is it?", "Lost?")
	th, err = d.tickets.Thread(context.Background(), m.owner, tk.Number, 0)
	must(t, err)
	b.script(path(tk, "/side/"+id64(th.Sides[0].ID)+"/reply"), "body", "Any news?").want(200, "Any news?")

	b.script(path(tk, "/status"), "status", "closed").want(200)
	b.script(path(tk, "/reply"), "body", "late").want(409)
	to := b.post(path(tk, "/follow-up")).to()
	b.get(to).want(200, "This ticket continues #"+id64(tk.Number))
}

func TestBulk(t *testing.T) {
	d, m, b, tk := deskOf(t)
	other := d.mail(m, "bo@client.example", "Another", "Hello")
	third := d.mail(m, "cy@client.example", "Third", "Hello")
	n := []string{"view", "open", "numbers", id64(tk.Number), "numbers", id64(other.Number), "numbers", "999"}
	a := b.script("/inbox/bulk", append(n, "do", "apply", "value", "tag:late")...).want(200, "2 tickets changed.", "1 could not be changed.")
	if !tagged(reload(t, d, m, tk), "late") || !tagged(reload(t, d, m, other), "late") {
		t.Fatal("not tagged")
	}
	b.script(a.action("/inbox/bulk/undo/")).want(200, "2 changes undone.")
	if tagged(reload(t, d, m, tk), "late") || tagged(reload(t, d, m, other), "late") {
		t.Fatal("still tagged")
	}
	for _, v := range []string{"assign:me", "status:pending", "priority:high", "snooze:monday", "team:" + id64(m.team.ID)} {
		b.post("/inbox/bulk", append(n, "do", "apply", "value", v, "back", "/inbox/open")...).to()
	}
	if got := reload(t, d, m, other); got.Status != ticket.Pending || got.Team != m.team.ID || got.Priority != ticket.High || got.SnoozedUntil.IsZero() {
		t.Fatalf("after all verbs: %+v", got)
	}
	a = b.script("/inbox/bulk", "view", "all", "do", "merge", "numbers", id64(third.Number), "numbers", id64(tk.Number), "numbers", id64(other.Number)).want(200, "2 tickets changed.")
	if reload(t, d, m, third).MergedInto != tk.ID || reload(t, d, m, other).MergedInto != tk.ID {
		t.Fatal("not merged into the oldest")
	}
	b.script(a.action("/inbox/bulk/undo/")).want(200, "2 changes undone.")
	if reload(t, d, m, third).MergedInto != 0 {
		t.Fatal("still merged")
	}
	b.script("/inbox/bulk", "do", "apply", "value", "tag:x").want(422)
	b.script("/inbox/bulk", append(n, "do", "apply", "value", "burn:all")...).want(422)
	b.script("/inbox/bulk/undo/@@").want(404)
}

func TestDraft(t *testing.T) {
	_, _, b, tk := deskOf(t)
	var saved struct {
		Version int64
		Body    string
	}
	must(t, json.Unmarshal([]byte(b.put(path(tk, "/draft"), "kind", "reply", "body", "one", "version", "0").want(200).body), &saved))
	first := saved.Version
	must(t, json.Unmarshal([]byte(b.put(path(tk, "/draft"), "kind", "reply", "body", "one two", "version", id64(saved.Version)).want(200).body), &saved))
	must(t, json.Unmarshal([]byte(b.put(path(tk, "/draft"), "kind", "reply", "body", "other window", "version", "1").want(409).body), &saved))
	if saved.Body != "one two" || saved.Version <= first {
		t.Fatalf("conflict says %+v", saved)
	}
	// Once it is sent, what another window still holds of it does not come back.
	b.post(path(tk, "/reply"), "to", "anna@client.example", "body", "one two three").to()
	must(t, json.Unmarshal([]byte(b.put(path(tk, "/draft"), "kind", "reply", "body", "one two", "version", id64(saved.Version)).want(409).body), &saved))
	if saved.Version != 0 || saved.Body != "" {
		t.Fatalf("after sending, the draft says %+v", saved)
	}
	b.get(path(tk, "")).want(200, "one two")
	b.get("/inbox/open").want(200)
}

func TestMacro(t *testing.T) {
	d, m, b, tk := deskOf(t)
	mac, err := d.tickets.SaveMacro(context.Background(), m.owner, ticket.Macro{
		Name: "On its way", Bodies: map[string]string{"": "Dear {{customer.first_name}}, {{order.number}} ({{order.total}}) travels as {{order.tracking}}. {{agent.name}}, {{shop.name}} {{order.link}}"},
		Actions: ticket.MacroActions{AddTags: []string{"sent"}, Self: true},
	})
	must(t, err)
	a := b.do("POST", path(tk, "/macro/"+id64(mac.ID)), nil, "Accept", "application/json").want(200)
	var got struct{ Body, Note string }
	must(t, json.Unmarshal([]byte(a.body), &got))
	if want := "Dear Anna, DE-10482 (€54.90) travels as 00340434. Agent acme, Berlin {{order.link}}"; got.Body != want || !strings.Contains(got.Note, "sent") {
		t.Fatalf("macro gives %q, note %q", got.Body, got.Note)
	}
	b.post(path(tk, "/macro/"+id64(mac.ID))).to()
	b.get(path(tk, "")).want(200, "Dear Anna", "On its way")
	b.get(path(tk, "/macros?q=nope"), "HX-Request", "true").want(200).lacks("On its way")
}

func TestSearchAndPalette(t *testing.T) {
	_, _, b, tk := deskOf(t)
	b.get("/search").want(200)
	b.get("/search?q=tent").want(200, "Where is DE-10482?", "my tent has not come")
	b.get("/search?q=tent&sort=new").want(200, "Where is DE-10482?")
	b.get("/search?q=order:DE-10482+bogus:1").want(200, "Where is DE-10482?", "bogus:1")
	b.get("/search?q=tent&after=x").want(422)
	b.get("/search?q=elephant").want(200).lacks("Where is DE-10482?")
	for q, want := range map[string]string{
		"": "Take the tour", id64(tk.Number): "Where is DE-10482?", "anna": "Anna Kowalska", "DE-10482": "€54.90", "keyb": "Keyboard shortcuts", "unass": "Unassigned",
	} {
		b.get("/palette?q="+q).want(200, want).lacks("People")
	}
	b.get("/keys").want(200, "Keyboard shortcuts")
	b.do("POST", "/tour", strings.NewReader("step=3&done=1"), "Content-Type", "application/x-www-form-urlencoded").want(204)
	b.get("/inbox/open").lacks("Where work waits")
	b.get("/tour").to()
	b.get("/inbox/open").want(200, "Where work waits")
}

func TestMailIsFramedSafely(t *testing.T) {
	d, m, b, tk := deskOf(t)
	th, err := d.tickets.Thread(context.Background(), m.owner, tk.Number, 0)
	must(t, err)
	msg := "/m/" + id64(th.Messages[0].ID)
	a := b.get(path(tk, msg+"/html")).want(200)
	if strings.Contains(a.body, "<script") || strings.Contains(a.body, "track.example") || !strings.Contains(a.header.Get("Content-Security-Policy"), "sandbox") {
		t.Fatalf("%s\n%s", a.header.Get("Content-Security-Policy"), a.body)
	}
	if a := b.get(path(tk, msg+"/html?images=1")).want(200); !strings.Contains(a.body, "track.example") {
		t.Fatalf("no image in %s", a.body)
	}
	b.get(path(tk, msg+"/raw")).want(404) // it did not come by mail here
	png := []byte("\x89PNG\r\n\x1a\n0000")
	in := inboundFile("../日本 \"q\".png", "image/png", png)
	tk2 := d.mail(m, "bo@client.example", "Broken", "see picture", in, inboundFile("x.html", "text/html", []byte("<script>alert(1)</script>")))
	th, err = d.tickets.Thread(context.Background(), m.owner, tk2.Number, 0)
	must(t, err)
	base := "/f/" + id64(th.Messages[0].ID) + "/"
	names := ticket.FileNames(th.Messages[0].Files)
	pic := b.get(base + strings.NewReplacer("\"", "%22", " ", "%20").Replace(names[0]) + "?inline=1").want(200)
	if pic.header.Get("Content-Type") != "image/png" || !strings.HasPrefix(pic.header.Get("Content-Disposition"), "attachment; filename=") || !strings.Contains(pic.header.Get("Content-Disposition"), "filename*=UTF-8''%E6%97%A5") {
		t.Fatalf("picture: %v", pic.header)
	}
	page := b.get(base + "x.html?inline=1").want(200)
	if page.header.Get("Content-Type") != "application/octet-stream" || !strings.HasPrefix(page.header.Get("Content-Disposition"), "attachment") || !strings.Contains(page.header.Get("Content-Security-Policy"), "sandbox") {
		t.Fatalf("html file: %v", page.header)
	}
	b.get(base + "other.txt").want(404)
}

// listen opens a live stream and returns its lines.
func (b *browser) listen(t *testing.T, header ...string) (lines <-chan string, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	req, err := http.NewRequestWithContext(ctx, "GET", b.d.server.URL+"/live", nil)
	must(t, err)
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := b.client.Do(req)
	must(t, err)
	if res.StatusCode != 200 || res.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("live: %d %v", res.StatusCode, res.Header)
	}
	c := make(chan string, 256)
	go func() {
		defer close(c)
		for s := bufio.NewScanner(res.Body); s.Scan(); {
			c <- s.Text()
		}
	}()
	return c, func() { cancel(); _ = res.Body.Close() }
}

// until waits for a line with a text.
func until(t *testing.T, c <-chan string, text string) {
	t.Helper()
	late := time.After(5 * time.Second)
	for {
		select {
		case l, ok := <-c:
			if !ok {
				t.Fatalf("the stream ended before %q", text)
			}
			if strings.Contains(l, text) {
				return
			}
		case <-late:
			t.Fatalf("no %q", text)
		}
	}
}

func TestLive(t *testing.T) {
	d, m, b, tk := deskOf(t)
	c, stop := b.listen(t, "Last-Event-ID", "12")
	defer stop()
	until(t, c, `"kind":"behind"`)
	h, stopHidden := d.as("hidden@acme.example").listen(t)
	defer stopHidden()
	until(t, h, "retry")
	owner := d.as("owner@acme.example")
	agent := m.people[auth.AgentRole]
	owner.post(path(tk, "/assign"), "assignee", fmt.Sprint(agent.ID)).to()
	until(t, c, "event: ticket")
	until(t, c, fmt.Sprintf(`"number":%d`, tk.Number))
	until(t, c, "Owner acme gave you ticket")
	until(t, h, fmt.Sprintf(`"number":%d`, tk.Number))
	until(t, c, "event: counts")
	owner.post(path(tk, "/team"), "team", id64(m.team.ID)).to()
	other := d.mail(m, "zed@client.example", "Visible to all", "Hello")
	for {
		l := <-h
		if strings.Contains(l, fmt.Sprintf(`"number":%d`, tk.Number)) {
			t.Fatalf("a hidden ticket is told of: %s", l)
		}
		if strings.Contains(l, fmt.Sprintf(`"number":%d`, other.Number)) {
			break
		}
	}
	owner.post(path(tk, "/presence"), "state", "typing").want(204)
	until(t, c, "event: presence")
	close(d.done)
	for range c { // ends
	}
}

func tagged(t ticket.Ticket, name string) bool { return t.HasTag(name) }
