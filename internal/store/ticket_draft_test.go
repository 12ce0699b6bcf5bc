package store_test

import (
	"context"
	"reflect"
	"slices"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/event"
)

func olderDraftsYield(t *testing.T, h *house, _ *post) {
	ctx, tk := context.Background(), h.asked(t)
	save := func(body string, version int64) (ticket.Draft, error) {
		return h.tickets.SaveDraft(ctx, h.agent, tk.ID, ticket.KindOutbound, ticket.DraftData{Body: body, Version: version})
	}
	kept := func() ticket.DraftData {
		d, err := h.tickets.DraftOf(ctx, h.agent, tk.ID, ticket.KindOutbound)
		must(t, err)
		return d.Data
	}
	refused := func(what, body string, version int64, want ticket.DraftData) {
		t.Helper()
		got, err := save(body, version)
		if !errs.Is(err, errs.Conflict) || got.Data.Body != want.Body || got.Data.Version != want.Version {
			t.Errorf("%s: %+v, %v", what, got.Data, err)
		}
		if is := kept(); !reflect.DeepEqual(is, want) {
			t.Errorf("%s is kept: %+v", what, is)
		}
	}
	first, err := save("one", 0)
	must(t, err)
	second, err := save("one two", first.Data.Version)
	must(t, err)
	if second.Data.Version <= first.Data.Version {
		t.Fatalf("version %d after %d", second.Data.Version, first.Data.Version)
	}
	refused("what another tab wrote", "one other", first.Data.Version, second.Data)
	refused("a tab that saw no draft", "new", 0, second.Data)
	refused("a version that is not out yet", "new", second.Data.Version+1, second.Data)
	third, err := save("one two", first.Data.Version) // the same words do no harm
	must(t, err)
	if third.Data.Version <= second.Data.Version {
		t.Fatalf("version %d after %d", third.Data.Version, second.Data.Version)
	}
	// A colleague's draft, and a note, are others.
	other, err := h.tickets.SaveDraft(ctx, h.owner, tk.ID, ticket.KindOutbound, ticket.DraftData{Body: "mine"})
	must(t, err)
	_, err = h.tickets.SaveDraft(ctx, h.agent, tk.ID, ticket.KindNote, ticket.DraftData{Body: "a note"})
	must(t, err)
	if is := kept(); is.Body != "one two" || other.Person == h.agent.Person() {
		t.Fatalf("the drafts are mixed up: %+v", is)
	}
	// Emptied in one tab, it does not come back from the other; nor does an old
	// version count again for the draft that is begun anew.
	gone, err := save(" ", third.Data.Version)
	must(t, err)
	if gone.Data.Version != 0 {
		t.Errorf("an emptied draft has the version %d", gone.Data.Version)
	}
	refused("a draft that was emptied", "one two three", third.Data.Version, ticket.DraftData{})
	h.pass(time.Second)
	anew, err := save("anew", 0)
	must(t, err)
	for _, v := range []int64{first.Data.Version, second.Data.Version, third.Data.Version} {
		refused("a version from before", "old words", v, anew.Data)
	}
	// Nor does it come back once it is sent.
	_, err = h.tickets.Reply(ctx, h.agent, tk.ID, ticket.NewReply{Body: "anew"})
	must(t, err)
	refused("a draft that was sent", "anew", anew.Data.Version, ticket.DraftData{})
}

func macrosWaitForTheReply(t *testing.T, h *house, _ *post) {
	ctx, tk := context.Background(), h.asked(t)
	urgent := ticket.Urgent
	mac, err := h.tickets.SaveMacro(ctx, h.owner, ticket.Macro{Name: "Refund", Bodies: map[string]string{"": "Sorry"}, Actions: ticket.MacroActions{
		AddTags: []string{"refund"}, Team: h.team, Self: true, Priority: &urgent, Status: ticket.Pending, Waiting: ticket.ForSupplier,
	}})
	must(t, err)
	uses := func() int64 {
		m, err := h.tickets.Macro(ctx, h.owner, mac.ID)
		must(t, err)
		return m.Uses
	}
	d, err := h.tickets.SaveDraft(ctx, h.agent, tk.ID, ticket.KindOutbound, ticket.DraftData{Body: "Sorry", Macro: mac.ID})
	must(t, err)
	kept, err := h.tickets.DraftOf(ctx, h.agent, tk.ID, ticket.KindOutbound)
	must(t, err)
	if got := h.get(t, tk.ID); kept.Data.Macro != mac.ID || got.HasTag("refund") {
		t.Fatalf("kept %+v", kept.Data)
	}
	// Without a word of its own it is a draft all the same.
	d, err = h.tickets.SaveDraft(ctx, h.agent, tk.ID, ticket.KindOutbound, ticket.DraftData{Macro: mac.ID, Version: d.Data.Version})
	must(t, err)
	if kept, err = h.tickets.DraftOf(ctx, h.agent, tk.ID, ticket.KindOutbound); err != nil || kept.Data.Macro != mac.ID {
		t.Fatalf("kept %+v, %v", kept.Data, err)
	}
	if _, err := h.tickets.SaveDraft(ctx, h.agent, tk.ID, ticket.KindOutbound, ticket.DraftData{Body: "x", Macro: mac.ID + 1, Version: d.Data.Version}); !errs.Is(err, errs.NotFound) {
		t.Errorf("a macro that does not exist: %v", err)
	}
	if n, err := h.tickets.SaveDraft(ctx, h.agent, tk.ID, ticket.KindNote, ticket.DraftData{Body: "x", Macro: mac.ID}); err != nil || n.Data.Macro != 0 {
		t.Errorf("a note has the macro %d, %v", n.Data.Macro, err)
	}
	// A reply that is refused does nothing of it.
	if _, err := h.tickets.Reply(ctx, h.agent, tk.ID, ticket.NewReply{Body: " ", Macro: mac.ID}); !errs.Is(err, errs.Invalid) {
		t.Fatal(err)
	}
	if got := h.get(t, tk.ID); got.HasTag("refund") || got.Version != tk.Version || uses() != 0 {
		t.Fatalf("a refused reply did %+v", got)
	}
	reply := ticket.NewReply{Body: "Sorry", Macro: mac.ID, Key: "once"}
	sent, err := h.tickets.Reply(ctx, h.agent, tk.ID, reply)
	must(t, err)
	again, err := h.tickets.Reply(ctx, h.agent, tk.ID, reply)
	must(t, err)
	got := h.get(t, tk.ID)
	if again.ID != sent.ID || uses() != 1 {
		t.Errorf("done %d times, messages %d and %d", uses(), sent.ID, again.ID)
	}
	if !got.HasTag("refund") || got.Team != h.team || got.Assignee != h.agent.Person() || got.Priority != urgent || got.Status != ticket.Pending || got.Waiting != ticket.ForSupplier {
		t.Errorf("after the reply: %+v", got)
	}
	if kept, err := h.tickets.DraftOf(ctx, h.agent, tk.ID, ticket.KindOutbound); err != nil || kept.Data.Macro != 0 {
		t.Errorf("the next reply has the macro %d, %v", kept.Data.Macro, err)
	}
	// Taken back, the reply's text is a draft again; what the macro did is done.
	must(t, h.tickets.Unsend(ctx, h.agent, tk.ID, sent.ID))
	if kept, err := h.tickets.DraftOf(ctx, h.agent, tk.ID, ticket.KindOutbound); err != nil || kept.Data.Body != "Sorry" || kept.Data.Macro != 0 {
		t.Errorf("after the unsending: %+v, %v", kept.Data, err)
	}
	// A choice of the agent's own wins over the macro's state.
	_, err = h.tickets.Reply(ctx, h.agent, tk.ID, ticket.NewReply{Body: "Sorry", Macro: mac.ID, Then: ticket.Solved})
	must(t, err)
	if got := h.get(t, tk.ID); got.Status != ticket.Solved {
		t.Errorf("the agent chose solved, and it is %s", got.Status)
	}
	// One that is gone holds nobody up.
	must(t, h.tickets.DeleteMacro(ctx, h.owner, mac.ID))
	if _, err := h.tickets.Reply(ctx, h.agent, tk.ID, ticket.NewReply{Body: "Sorry", Macro: mac.ID}); err != nil {
		t.Errorf("a deleted macro: %v", err)
	}
}

func unsendingKeepsDrafts(t *testing.T, h *house, _ *post) {
	ctx, tk := context.Background(), h.asked(t)
	file := func(name string) ticket.File { return ticket.File{Name: name, ContentType: "text/plain", SHA256: name} }
	sent, err := h.tickets.Reply(ctx, h.agent, tk.ID, ticket.NewReply{Body: "First", Keep: []ticket.File{file("a")}})
	must(t, err)
	begun, err := h.tickets.SaveDraft(ctx, h.agent, tk.ID, ticket.KindOutbound, ticket.DraftData{Body: "Second", Files: []ticket.File{file("b")}})
	must(t, err)
	must(t, h.tickets.Unsend(ctx, h.agent, tk.ID, sent.ID))
	d, err := h.tickets.DraftOf(ctx, h.agent, tk.ID, ticket.KindOutbound)
	must(t, err)
	if d.Data.Body != "First\n\nSecond" || len(d.Data.Files) != 2 || d.Data.Version <= begun.Data.Version {
		t.Errorf("the draft is %+v", d.Data)
	}
}

// undoLeavesWhatCameLater takes events back after which something else happened.
func undoLeavesWhatCameLater(t *testing.T, h *house, _ *post) {
	ctx := context.Background()
	set := func(tk ticket.Ticket, to ticket.Status) event.ID {
		t.Helper()
		id, err := h.tickets.SetStatus(ctx, h.agent, tk.ID, to, "")
		must(t, err)
		return id
	}
	// A later snooze is not the status's to end.
	tk := h.asked(t)
	waiting := set(tk, ticket.Pending)
	until := h.time().Add(time.Hour)
	_, err := h.tickets.Snooze(ctx, h.agent, tk.ID, until, true)
	must(t, err)
	must(t, h.tickets.Undo(ctx, h.agent, tk.ID, waiting))
	if got := h.get(t, tk.ID); got.Status != ticket.New || !got.SnoozedUntil.Equal(until) || !got.WakeOnReply {
		t.Errorf("the undo took the snooze along: %+v", got)
	}
	// What the customer wrote since must not vanish among the done ones.
	tk = h.asked(t)
	set(tk, ticket.Solved)
	reopened := set(tk, ticket.Open)
	h.pass(time.Second)
	_, err = h.mail("anna@client.example", ticket.Inbound{Delivered: []string{ticket.ReplyAddress(h.ws.Secret, h.box.Address, tk.ID, 0)}})
	must(t, err)
	if err := h.tickets.Undo(ctx, h.agent, tk.ID, reopened); !errs.Is(err, errs.Conflict) {
		t.Errorf("undo after a mail: %v", err)
	}
	if got := h.get(t, tk.ID); got.Status != ticket.Open || !got.Unread {
		t.Errorf("after the refusal: %+v", got)
	}
	// Added and removed at once is removed, and its undo leaves no tag behind.
	tk = h.asked(t)
	if id, err := h.tickets.ChangeTags(ctx, h.agent, tk.ID, []string{"a", "b"}, []string{"B", "c"}); err != nil || id == 0 {
		t.Fatal(id, err)
	} else if got := h.get(t, tk.ID); !slices.Equal(got.Tags, []string{"a"}) {
		t.Errorf("tags %v", got.Tags)
	} else {
		must(t, h.tickets.Undo(ctx, h.agent, tk.ID, id))
		if got := h.get(t, tk.ID); len(got.Tags) != 0 {
			t.Errorf("after the undo, tags %v", got.Tags)
		}
	}
	// A ticket that was merged away is in no list, not even that of spam, and
	// nothing follows it up.
	spam, heir := h.asked(t), h.asked(t)
	_, err = h.tickets.SetSpam(ctx, h.agent, spam.ID, true)
	must(t, err)
	_, err = h.tickets.Merge(ctx, h.agent, spam.ID, heir.ID)
	must(t, err)
	if n, err := h.tickets.Count(ctx, h.agent, ticket.ListQuery{Bucket: ticket.InSpam}, 10); err != nil || n != 0 {
		t.Errorf("%d tickets among the spam, %v", n, err)
	}
	if _, err := h.tickets.FollowUp(ctx, h.agent, spam.ID); !errs.Is(err, errs.Conflict) {
		t.Errorf("a follow-up of a merged ticket: %v", err)
	}
}
