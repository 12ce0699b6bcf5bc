package web

import (
	"context"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"godwit.dev/godwit/internal/domain/ticket"
)

// chosen saves a macro and returns it with the path by which it is chosen.
func chosen(t *testing.T, d *door, m *merchant, tk ticket.Ticket, a ticket.MacroActions) (ticket.Macro, string) {
	t.Helper()
	mac, err := d.tickets.SaveMacro(context.Background(), m.owner, ticket.Macro{Name: "On its way", Bodies: map[string]string{"": "It travels."}, Actions: a})
	must(t, err)
	return mac, path(tk, "/macro/"+id64(mac.ID))
}

// form reads a form of a page as a browser without script would submit it.
func (a answer) form(action string) []string {
	doc, err := html.Parse(strings.NewReader(a.body))
	must(a.t, err)
	var fields []string
	walk(doc, func(n *html.Node) {
		if n.Data != "form" || attrOf(n, "action") != action {
			return
		}
		walk(n, func(n *html.Node) {
			switch {
			case n.Data == "textarea" && n.FirstChild != nil:
				fields = append(fields, attrOf(n, "name"), n.FirstChild.Data)
			case n.Data == "input" && attrOf(n, "type") != "checkbox" && attrOf(n, "type") != "file":
				fields = append(fields, attrOf(n, "name"), attrOf(n, "value"))
			case n.Data == "button" && n.Parent != nil && hasAttr(n, "data-send"):
				fields = append(fields, attrOf(n, "name"), attrOf(n, "value"))
			}
		})
	})
	if len(fields) == 0 {
		a.t.Fatalf("no form for %s", action)
	}
	return fields
}

func hasAttr(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

func attrOf(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func TestMacroActionsWaitForTheReply(t *testing.T) {
	d, m, b, tk := deskOf(t)
	high := ticket.High
	mac, choose := chosen(t, d, m, tk, ticket.MacroActions{AddTags: []string{"sent"}, Priority: &high, Status: ticket.Solved})
	uses := func() int64 {
		got, err := d.tickets.Macro(context.Background(), m.owner, mac.ID)
		must(t, err)
		return got.Uses
	}
	b.post(choose).to()
	if got := reload(t, d, m, tk); got.HasTag("sent") || got.Priority == high || uses() != 0 {
		t.Fatalf("choosing acted: %+v", got)
	}
	page := b.get(path(tk, "")).want(200, "It travels.", "On its way", "Sending will also")
	fields := page.form(path(tk, "/reply"))
	if v := values(fields); v.Get("macro") != id64(mac.ID) || v.Get("then") != "solved" || v.Get("body") != "It travels." {
		t.Fatalf("after a reload the form holds %v", v)
	}
	// A refusal keeps the macro with the text.
	bad := slices.Clone(fields)
	bad[slices.Index(bad, "to")+1] = "nobody"
	b.post(path(tk, "/reply"), bad...).to()
	fields = b.get(path(tk, "")).form(path(tk, "/reply"))
	fields[slices.Index(fields, "to")+1] = "anna@client.example"
	b.post(path(tk, "/reply"), fields...).to()
	b.post(path(tk, "/reply"), fields...).to() // an impatient finger
	got := reload(t, d, m, tk)
	if !got.HasTag("sent") || got.Priority != high || got.Status != ticket.Solved || got.Messages != 2 || uses() != 1 {
		t.Fatalf("after the reply: %+v, used %d times", got, uses())
	}
	if p, err := d.store.Person(context.Background(), m.workspace.ID, got.Assignee); err != nil || p.Settings.SendAnd == "solved" {
		t.Errorf("the macro's state was taken for a habit: %q, %v", p.Settings.SendAnd, err)
	}
	if v := values(b.get(path(tk, "")).form(path(tk, "/reply"))); v.Get("macro") != "" || v.Get("body") != "" {
		t.Fatalf("the next reply begins with %v", v)
	}
}

func TestMacroIsTakenOff(t *testing.T) {
	d, m, b, tk := deskOf(t)
	mac, choose := chosen(t, d, m, tk, ticket.MacroActions{AddTags: []string{"sent"}})
	b.post(choose).to()
	page := b.get(path(tk, ""))
	off := path(tk, "/macro/none")
	if !slices.Contains(page.attrs("formaction"), off) {
		t.Fatal("the macro cannot be taken off")
	}
	fields := page.form(path(tk, "/reply"))
	fields[slices.Index(fields, "body")+1] = "My own words."
	b.post(off, fields...).to()
	fields = b.get(path(tk, "")).form(path(tk, "/reply"))
	if v := values(fields); v.Get("macro") != "" || v.Get("body") != "My own words." {
		t.Fatalf("after taking it off the form holds %v", v)
	}
	b.post(path(tk, "/reply"), fields...).to()
	if got := reload(t, d, m, tk); got.HasTag("sent") || got.Messages != 2 {
		t.Fatalf("its actions were done: %+v", got)
	}
	// With script the draft carries it, and a reload shows it.
	b.put(path(tk, "/draft"), "kind", "reply", "body", "It travels.", "version", "0", "macro", id64(mac.ID)).want(200)
	if v := values(b.get(path(tk, "")).form(path(tk, "/reply"))); v.Get("macro") != id64(mac.ID) {
		t.Fatalf("the saved draft lost its macro: %v", v)
	}
	b.put(path(tk, "/draft"), "kind", "reply", "body", "Anything", "version", "0", "macro", "77").want(409)
	// One that is deleted since does not stand in the way of the answer.
	must(t, d.tickets.DeleteMacro(context.Background(), m.owner, mac.ID))
	b.post(path(tk, "/reply"), "to", "anna@client.example", "body", "It travels.", "macro", id64(mac.ID), "then", "pending").to()
	if got := reload(t, d, m, tk); got.Messages != 3 || got.Status != ticket.Pending {
		t.Fatalf("a deleted macro held the answer up: %+v", got)
	}
}

// TestMacroKeepsWhatIsBeingWritten chooses a macro as a browser without script
// does: its button sends the reply's form along.
func TestMacroKeepsWhatIsBeingWritten(t *testing.T) {
	d, m, b, tk := deskOf(t)
	_, choose := chosen(t, d, m, tk, ticket.MacroActions{})
	page := b.get(path(tk, ""))
	for _, part := range []string{`form="reply-form"`, `formaction="` + choose + `"`, `id="reply-form"`} {
		if !strings.Contains(page.body, part) {
			t.Fatalf("the page holds no %s", part)
		}
	}
	fields := page.form(path(tk, "/reply"))
	v := values(fields)
	b.post(choose, "body", "Dear Ana,", "to", v.Get("to"), "cc", "boss@example.com", "macro", v.Get("macro")).to()
	after := values(b.get(path(tk, "")).want(200).form(path(tk, "/reply")))
	if after.Get("body") != "Dear Ana,\n\nIt travels." || after.Get("cc") != "boss@example.com" || after.Get("to") != v.Get("to") {
		t.Fatalf("the form holds %v", after)
	}
}
