package store_test

import (
	"bytes"
	"context"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// open adds a ticket to the desk's workspace.
func (d desk) open(t testing.TB, subject string, tags ...string) ticket.Ticket {
	t.Helper()
	ctx := context.Background()
	n, err := d.NextNumber(ctx, d.w)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now().UTC().Truncate(time.Millisecond)
	tk := ticket.Ticket{
		ID: ticket.ID(d.ids.Next()), Workspace: d.w, Number: n, Version: 1, Channel: ticket.Email, Customer: d.ensure(t, "c@example.com", "C").ID,
		Subject: subject, Status: ticket.New, Tags: tags, Fields: map[string]string{}, CreatedAt: now, LastAt: now,
	}
	if tk.Tags == nil {
		tk.Tags = []string{}
	}
	if err := d.AddTicket(ctx, tk); err != nil {
		t.Fatal(err)
	}
	return tk
}

// say adds a message to a ticket.
func (d desk) say(t testing.TB, tk ticket.ID, m ticket.Message) ticket.Message {
	t.Helper()
	m.ID, m.Workspace, m.Ticket = ticket.MessageID(d.ids.Next()), d.w, tk
	if m.Kind == "" {
		m.Kind = ticket.KindInbound
	}
	if m.At.IsZero() {
		m.At = time.Now().UTC().Truncate(time.Millisecond)
	}
	if err := d.AddMessage(context.Background(), m); err != nil {
		t.Fatal(err)
	}
	return m
}

func (d desk) person(t testing.TB, name string) auth.PersonID {
	t.Helper()
	p := auth.Person{ID: auth.PersonID(d.ids.Next()), Workspace: d.w, Email: name + "@example.com", Name: name, Role: auth.AgentRole, Status: auth.Active}
	if err := d.AddPerson(context.Background(), p); err != nil {
		t.Fatal(err)
	}
	return p.ID
}

func TestTicketComesBackAsItWasSaved(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, d := context.Background(), newDesk(t, s)
		tk := d.open(t, "Sub\x00ject", "a", "b")
		tk.Subject = "Subject"
		other := d.open(t, "Other")
		got, err := s.Ticket(ctx, d.w, tk.ID)
		if err != nil || !reflect.DeepEqual(got, tk) {
			t.Fatalf("got %+v, %v\nwant %+v", got, err, tk)
		}
		mia := d.person(t, "mia")
		at := tk.LastAt.Add(time.Hour)
		tk.Subject, tk.Preview, tk.Language, tk.Topic, tk.Status, tk.Waiting = "New", "Preview", "de", "late", ticket.Pending, ticket.ForCarrier
		tk.Spam, tk.Priority, tk.Assignee, tk.Tags, tk.Fields = true, ticket.Urgent, mia, []string{"b", "c"}, map[string]string{"size": "L"}
		tk.SnoozedUntil, tk.WakeOnReply, tk.MergedInto, tk.Messages, tk.Unread, tk.Reopened = at, true, other.ID, 3, true, 2
		tk.LastAt, tk.LastInboundAt, tk.LastOutboundAt, tk.SolvedAt = at, at.Add(1e9), at.Add(2e9), at.Add(3e9)
		stale := tk
		if err := s.SaveTicket(ctx, &tk); err != nil || tk.Version != 2 {
			t.Fatal(tk.Version, err)
		}
		if got, err = s.TicketByNumber(ctx, d.w, tk.Number); err != nil || !reflect.DeepEqual(got, tk) {
			t.Fatalf("got %+v, %v\nwant %+v", got, err, tk)
		}
		if err := s.SaveTicket(ctx, &stale); !errs.Is(err, errs.Conflict) {
			t.Errorf("a stale ticket was saved: %v", err)
		}
		for tag, want := range map[string]int{"a": 0, "b": 1, "c": 1} {
			if ids, err := s.TicketsWithTag(ctx, d.w, tag, 10); err != nil || len(ids) != want {
				t.Errorf("%d tickets with %s, %v", len(ids), tag, err)
			}
		}
		if _, err := s.Ticket(ctx, d.w+1, tk.ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("another workspace reads the ticket: %v", err)
		}
		foreign := tk
		foreign.Workspace++
		if err := s.SaveTicket(ctx, &foreign); !errs.Is(err, errs.NotFound) {
			t.Errorf("another workspace writes the ticket: %v", err)
		}
		if list, err := s.TicketsByID(ctx, d.w, []ticket.ID{tk.ID, other.ID, 1}); err != nil || len(list) != 2 {
			t.Errorf("%d tickets, %v", len(list), err)
		}
		if due, err := s.DueSnoozed(ctx, at, 10); err != nil || len(due) != 1 || due[0].ID != tk.ID {
			t.Errorf("due %v, %v", due, err)
		}
		if due, err := s.DueSnoozed(ctx, at.Add(-1e6), 10); err != nil || len(due) != 0 {
			t.Errorf("due too early: %v, %v", due, err)
		}
	})
}

func TestNumbersRunOnWithoutGaps(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		d, other := newDesk(t, s), newDesk(t, s)
		numbers := make(chan int64, 40)
		var g errgroup.Group
		for range 8 {
			g.Go(func() error {
				for range 5 {
					n, err := s.NextNumber(context.Background(), d.w)
					if err != nil {
						return err
					}
					numbers <- n
				}
				return nil
			})
		}
		if err := g.Wait(); err != nil {
			t.Fatal(err)
		}
		close(numbers)
		var all []int64
		for n := range numbers {
			all = append(all, n)
		}
		slices.Sort(all)
		if len(all) != 40 || all[0] != 1 || all[39] != 40 || len(slices.Compact(all)) != 40 {
			t.Errorf("numbers %v", all)
		}
		if n, err := s.NextNumber(context.Background(), other.w); err != nil || n != 1 {
			t.Errorf("another workspace begins at %d, %v", n, err)
		}
	})
}

func TestMessagesOfATicket(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, d := context.Background(), newDesk(t, s)
		tk, other := d.open(t, "A"), d.open(t, "B")
		at := tk.LastAt
		full := d.say(t, tk.ID, ticket.Message{
			Form: ticket.Bounce, Channel: ticket.Email, AuthorKind: auth.Customer, AuthorID: 7, AuthorName: "Ann\x00a", Verified: true, Address: "a@example.com",
			Recipients: ticket.Recipients{To: []ticket.Address{{Name: "Ж", Address: "b@example.com"}}}, Subject: "S", Body: "bad \xff byte", Quoted: "> q", Signature: "sig",
			HTML: "<p>", Language: "de", Key: "k1@example.com", Digest: "d1", Delivery: ticket.Sent, DeliveryDetail: "250", Warnings: []string{"w"},
			Mentions: []auth.PersonID{1, 2}, Files: []ticket.File{{Name: "a.pdf"}}, SendAt: at, SentAt: at.Add(1e9),
		})
		full.AuthorName, full.Body = "Anna", "bad \uFFFD byte"
		got, err := s.Message(ctx, d.w, full.ID)
		if err != nil || !reflect.DeepEqual(got, full) {
			t.Fatalf("got %+v, %v\nwant %+v", got, err, full)
		}
		var ids []ticket.MessageID
		for i := range 5 {
			ids = append(ids, d.say(t, tk.ID, ticket.Message{Body: fmt.Sprint(i)}).ID)
		}
		note := d.say(t, tk.ID, ticket.Message{Kind: ticket.KindNote, Body: "note"})
		page, err := s.Messages(ctx, d.w, tk.ID, ids[4], 3)
		if err != nil || len(page) != 3 || page[0].ID != ids[1] || page[2].ID != ids[3] {
			t.Errorf("page %+v, %v", page, err)
		}
		if m, err := s.LastMessage(ctx, d.w, tk.ID); err != nil || m.ID != ids[4] {
			t.Errorf("last is %q, %v", m.Body, err)
		}
		if m, err := s.MessageOnce(ctx, d.w, tk.ID, "d1"); err != nil || m.ID != full.ID {
			t.Errorf("by digest: %d, %v", m.ID, err)
		}
		if list, err := s.MessagesByKey(ctx, d.w, []string{"none", "k1@example.com", ""}); err != nil || len(list) != 1 || list[0].ID != full.ID {
			t.Errorf("by key: %d, %v", len(list), err)
		}
		full.Delivery, full.DeliveryDetail, full.SentAt = ticket.Bounced, "550", at.Add(2e9)
		if err := s.SaveMessage(ctx, full); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Message(ctx, d.w, full.ID); err != nil || !reflect.DeepEqual(got, full) {
			t.Errorf("saved %+v, %v", got, err)
		}
		side := ticket.Side{ID: ticket.SideID(d.ids.Next()), Workspace: d.w, Ticket: tk.ID, Kind: "carrier", Address: "x@carrier.example", CreatedAt: at}
		if err := s.AddSide(ctx, side); err != nil {
			t.Fatal(err)
		}
		aside := d.say(t, tk.ID, ticket.Message{Side: side.ID, Body: "aside"})
		if err := s.MoveMessages(ctx, d.w, []ticket.MessageID{note.ID, aside.ID}, other.ID); err != nil {
			t.Fatal(err)
		}
		if sides, err := s.Sides(ctx, d.w, other.ID); err != nil || len(sides) != 1 || sides[0].ID != side.ID {
			t.Errorf("the side stayed behind: %v, %v", sides, err)
		}
		if list, err := s.MessageIDs(ctx, d.w, other.ID); err != nil || !slices.Equal(list, []ticket.MessageID{note.ID, aside.ID}) {
			t.Errorf("moved %v, %v", list, err)
		}
		if err := s.MoveMessages(ctx, d.w+1, []ticket.MessageID{full.ID}, other.ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("another workspace moves messages: %v", err)
		}
	})
}

func TestParticipantsDraftsAndMentions(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, d := context.Background(), newDesk(t, s)
		a, b, mia := d.open(t, "A"), d.open(t, "B"), d.person(t, "mia")
		add := func(tk ticket.ID, address string, verified bool) {
			t.Helper()
			if err := s.AddParticipants(ctx, d.w, tk, []ticket.Participant{{Address: address, Name: address, Verified: verified}}); err != nil {
				t.Fatal(err)
			}
		}
		add(a.ID, "x@example.com", false)
		add(a.ID, "y@example.com", true)
		add(a.ID, "x@example.com", false)
		add(b.ID, "x@example.com", true)
		moved, err := s.MoveParticipants(ctx, d.w, a.ID, b.ID)
		if err != nil || len(moved) != 1 || moved[0].Address != "y@example.com" {
			t.Errorf("moved %v, %v", moved, err)
		}
		list, err := s.Participants(ctx, d.w, b.ID)
		if err != nil || len(list) != 2 || !list[0].Verified || !list[1].Verified {
			t.Errorf("participants %+v, %v", list, err)
		}
		if err := s.RemoveParticipants(ctx, d.w, b.ID, []string{"x@example.com"}); err != nil {
			t.Fatal(err)
		}
		if list, _ := s.Participants(ctx, d.w, b.ID); len(list) != 1 {
			t.Errorf("%d participants are left", len(list))
		}

		draft := ticket.Draft{Ticket: a.ID, Person: mia, Workspace: d.w, Kind: ticket.KindOutbound, Data: ticket.DraftData{Body: "1"}, UpdatedAt: a.LastAt}
		for _, body := range []string{"1", "2"} {
			draft.Data.Body = body
			if err := s.PutDraft(ctx, draft); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := s.Draft(ctx, d.w, a.ID, mia, ticket.KindOutbound); err != nil || !reflect.DeepEqual(got, draft) {
			t.Errorf("draft %+v, %v", got, err)
		}
		if of, err := s.DraftsOf(ctx, d.w, mia, []ticket.ID{a.ID, b.ID, b.ID}); err != nil || !of[a.ID] || of[b.ID] {
			t.Errorf("drafts %v, %v", of, err)
		}
		for range 2 {
			if err := s.DeleteDraft(ctx, d.w, a.ID, mia, ticket.KindOutbound); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.Draft(ctx, d.w, a.ID, mia, ticket.KindOutbound); !errs.Is(err, errs.NotFound) {
			t.Errorf("a deleted draft: %v", err)
		}

		for range 2 {
			if err := s.AddMentions(ctx, d.w, a.ID, 5, []auth.PersonID{mia}); err != nil {
				t.Fatal(err)
			}
		}
		if in, err := s.MarksOn(ctx, d.w, mia, []ticket.ID{b.ID, a.ID}); err != nil || !in[a.ID].Mentioned || in[b.ID].Mentioned {
			t.Errorf("mentioned in %v, %v", in, err)
		}
		if err := s.DeleteMention(ctx, d.w, a.ID, mia); err != nil {
			t.Fatal(err)
		}
		if in, _ := s.MarksOn(ctx, d.w, mia, []ticket.ID{a.ID}); len(in) != 0 {
			t.Errorf("still mentioned in %v", in)
		}
	})
}

func TestTimelineAndJournal(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, d := context.Background(), newDesk(t, s)
		tk := d.open(t, "A")
		var ids []event.ID
		for i := range 5 {
			e := event.New(fmt.Sprintf("ticket.%d", i), d.owner, event.Subject{Kind: "ticket", ID: int64(tk.ID)}, int64(tk.ID), map[string]any{"i": i})
			e.At = tk.LastAt.Add(time.Duration(i) * time.Minute)
			e.ID = event.ID(d.ids.Next())
			ids = append(ids, e.ID)
			if err := s.Append(ctx, e); err != nil {
				t.Fatal(err)
			}
		}
		list, err := s.Timeline(ctx, d.w, tk.ID, tk.LastAt.Add(time.Minute), tk.LastAt.Add(4*time.Minute), 2)
		if err != nil || len(list) != 2 || list[0].ID != ids[2] || list[1].ID != ids[3] {
			t.Errorf("timeline %+v, %v", list, err)
		}
		if undone, err := s.Undone(ctx, d.w, tk.ID, ids[0]); err != nil || undone {
			t.Error("undone before it was", err)
		}
		undo := event.New("ticket.undone", d.owner, event.Subject{Kind: "ticket", ID: int64(tk.ID)}, int64(tk.ID), map[string]any{"event": ids[0]})
		undo.ID = event.ID(d.ids.Next()) // of the same source: within a millisecond two sources have no order
		if err := s.Append(ctx, undo); err != nil {
			t.Fatal(err)
		}
		if undone, err := s.Undone(ctx, d.w, tk.ID, ids[0]); err != nil || !undone {
			t.Error("not undone", err)
		}
		if _, err := s.Event(ctx, d.w+1, ids[0]); !errs.Is(err, errs.NotFound) {
			t.Errorf("another workspace reads the journal: %v", err)
		}
		after, err := s.EventsAfter(ctx, d.w, ids[3], 10)
		after = slices.DeleteFunc(after, func(e event.Event) bool { return e.Subject.Kind != "ticket" }) // that of the customer has its ID from another source
		if err != nil || len(after) != 2 || after[0].ID != ids[4] || after[1].ID != undo.ID {
			t.Errorf("after: %+v, %v", after, err)
		}
		if err := s.InTx(ctx, func(ctx context.Context) error {
			if err := s.Append(ctx, event.New("ticket.never", d.owner, event.Subject{}, 0, nil)); err != nil {
				return err
			}
			return errs.New(errs.Denied, "error.denied")
		}); !errs.Is(err, errs.Denied) {
			t.Fatal(err)
		}
		if slices.Contains(d.kinds(t), "ticket.never") {
			t.Error("an event outlived its transaction")
		}
	})
}

func TestBlobsAreKeptOnce(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, d := context.Background(), newDesk(t, s)
		for _, data := range [][]byte{nil, []byte("x"), bytes.Repeat([]byte("pack me "), 1<<17), {0, 1, 2, 0xff}} {
			name := fmt.Sprint(len(data))
			for _, again := range [][]byte{data, []byte("never written")} {
				if err := s.PutBlob(ctx, d.w, name, again, time.Now()); err != nil {
					t.Fatal(err)
				}
			}
			if got, err := s.Blob(ctx, d.w, name); err != nil || !bytes.Equal(got, data) {
				t.Errorf("%d bytes came back as %d, %v", len(data), len(got), err)
			}
		}
		if _, err := s.Blob(ctx, d.w+1, "1"); !errs.Is(err, errs.NotFound) {
			t.Errorf("another workspace reads a blob: %v", err)
		}
	})
}
