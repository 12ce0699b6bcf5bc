package store_test

import (
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/domain/triage"
	"godwit.dev/godwit/internal/platform/action"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/store/storetest"
)

// TestTicketsHoldTogether lets random people do random things to a handful of
// tickets and checks after every step that the records agree with each other.
func TestTicketsHoldTogether(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		s := storetest.SQLite(t)
		few(t, 60, func(r *rapid.T) { play(t, r, func() (*house, *post) { return newHouse(t, s) }) })
	})
	t.Run("postgres", func(t *testing.T) {
		s := storetest.Postgres(t)
		few(t, 15, func(r *rapid.T) { play(t, r, func() (*house, *post) { return newHouse(t, s) }) })
	})
}

// few checks a property n times, unless -rapid.checks says otherwise.
func few(t *testing.T, n int, property func(*rapid.T)) {
	f := flag.Lookup("rapid.checks")
	if was := f.Value.String(); was == f.DefValue {
		must(t, f.Value.Set(fmt.Sprint(n)))
		defer func() { _ = f.Value.Set(was) }()
	}
	rapid.Check(t, property)
}

func play(t *testing.T, r *rapid.T, found func() (*house, *post)) {
	h, p := found()
	m := &model{house: h, post: p, r: r, undoable: map[event.ID]memory{}}
	for _, name := range []string{"now", "later"} {
		high := ticket.High
		mac, err := h.tickets.SaveMacro(context.Background(), h.owner, ticket.Macro{Name: name, Bodies: map[string]string{"": name}, Actions: ticket.MacroActions{
			AddTags: []string{"m-" + name}, Self: true, Priority: &high, Status: ticket.Solved,
		}})
		must(t, err)
		m.macros = append(m.macros, mac.ID)
	}
	m.last = m.look()
	m.step("a first mail", func() error { _, err := h.mail("anna@client.example", ticket.Inbound{}); return err })
	r.Repeat(m.verbs())
}

// model is a house with what a random walk through it remembers.
type model struct {
	*house
	post     *post
	r        *rapid.T
	macros   []ticket.MacroID
	undoable map[event.ID]memory
	last     state
	steps    int
}

// memory is how tickets were before an event that can be taken back.
type memory struct {
	kind   string
	before state
	after  state
	about  []ticket.ID
}

// state is everything about the tickets of the workspace that anybody can see.
type state struct {
	tickets map[ticket.ID]sight
	events  map[event.ID]ticket.ID // what each is about
}

type sight struct {
	ticket.Ticket
	Rows   []string // its messages
	People []ticket.Participant
}

// same compares what a ticket is, not how often it was written.
func (s sight) same(o sight) bool {
	s.Version, o.Version = 0, 0
	return reflect.DeepEqual(s, o)
}

func (m *model) ok(err error) {
	m.r.Helper()
	if err != nil {
		m.r.Fatal(err)
	}
}

// look reads the workspace past the service and its lists.
func (m *model) look() state {
	m.r.Helper()
	ctx := context.Background()
	out := state{tickets: map[ticket.ID]sight{}, events: map[event.ID]ticket.ID{}}
	_, read := m.Pools()
	rows, err := read.Query(fmt.Sprintf(`SELECT id FROM ticket WHERE workspace_id=%d ORDER BY id`, m.w))
	m.ok(err)
	var ids []ticket.ID
	for rows.Next() {
		var id ticket.ID
		m.ok(rows.Scan(&id))
		ids = append(ids, id)
	}
	m.ok(rows.Err())
	m.ok(rows.Close())
	list, err := m.TicketsByID(ctx, m.w, ids)
	m.ok(err)
	for _, t := range list {
		s := sight{Ticket: t}
		messages, err := m.Messages(ctx, m.w, t.ID, 0, 1000)
		m.ok(err)
		for _, x := range messages {
			s.Rows = append(s.Rows, fmt.Sprint(x.ID, " ", x.Kind, " ", x.Delivery))
		}
		s.People, err = m.Participants(ctx, m.w, t.ID)
		m.ok(err)
		slices.SortFunc(s.People, func(a, b ticket.Participant) int { return strings.Compare(a.Address, b.Address) })
		out.tickets[t.ID] = s
	}
	events, err := m.EventsAfter(ctx, m.w, 0, 10_000)
	m.ok(err)
	for _, e := range events {
		out.events[e.ID] = ticket.ID(e.TicketID)
	}
	return out
}

// step does one thing and checks what came of it. What is refused must leave
// everything as it was.
func (m *model) step(name string, do func() error) (before state) {
	m.r.Helper()
	before = m.last
	err := do()
	now := m.look()
	m.last = now
	if err != nil {
		if k := errs.KindOf(err); k == errs.Internal || k == errs.Unavailable {
			m.r.Fatalf("%s: %v", name, err)
		}
		if !reflect.DeepEqual(before, now) {
			m.r.Fatalf("%s was refused (%v) and changed something:\n%+v\n%+v", name, err, before, now)
		}
		m.r.Logf("%s: %v", name, err)
		return before
	}
	told := map[ticket.ID]bool{}
	for id, about := range now.events {
		if _, old := before.events[id]; !old {
			told[about] = true
		}
	}
	for id, is := range now.tickets {
		was, ok := before.tickets[id]
		if is.Version < was.Version {
			m.r.Errorf("%s: the version of #%d fell", name, is.Number)
		}
		if ok && was.same(is) {
			continue
		}
		if !told[id] {
			m.r.Errorf("%s: #%d changed and the journal does not tell:\n%+v\n%+v", name, is.Number, was, is)
		}
		was.Rows, is.Rows, was.People, is.People = nil, nil, nil, nil
		was.DueAt = is.DueAt // the clocks' own, who overwrite nobody
		if ok && !was.same(is) && is.Version == was.Version {
			m.r.Errorf("%s: #%d changed and its version did not", name, is.Number)
		}
	}
	m.agree(name)
	if m.r.Failed() {
		m.r.FailNow()
	}
	return before
}

// agree checks what must hold at any time.
func (m *model) agree(name string) {
	m.r.Helper()
	ctx := context.Background()
	_, read := m.Pools()
	tags := map[ticket.ID][]string{}
	rows, err := read.Query(fmt.Sprintf(`SELECT ticket_id, tag FROM ticket_tag WHERE workspace_id=%d ORDER BY tag`, m.w))
	m.ok(err)
	for rows.Next() {
		var id ticket.ID
		var tag string
		m.ok(rows.Scan(&id, &tag))
		tags[id] = append(tags[id], tag)
	}
	m.ok(rows.Err())
	m.ok(rows.Close())
	listed := m.lists(name)
	for id, s := range m.last.tickets {
		var bucket ticket.Bucket
		m.ok(read.QueryRow(fmt.Sprintf(`SELECT bucket FROM ticket WHERE id=%d`, id)).Scan(&bucket))
		done := s.Status == ticket.Solved || s.Status == ticket.Closed
		switch {
		case bucket != s.Bucket():
			m.r.Errorf("%s: #%d is in %s, not %s", name, s.Number, bucket, s.Bucket())
		case s.Messages != int64(len(s.Rows)):
			m.r.Errorf("%s: #%d counts %d messages and has %d", name, s.Number, s.Messages, len(s.Rows))
		case !slices.Equal(tags[id], s.Tags) && len(tags[id])+len(s.Tags) > 0:
			m.r.Errorf("%s: #%d has the tags %v, and the index %v", name, s.Number, s.Tags, tags[id])
		case s.MergedInto != 0 && (len(s.Rows) > 0 || s.Status != ticket.Closed || s.Unread || len(listed[id]) > 0):
			m.r.Errorf("%s: #%d is merged away and still there: %+v, in %v", name, s.Number, s, listed[id])
		case s.MergedInto == 0 && !slices.Equal(listed[id], []ticket.Bucket{s.Bucket()}):
			m.r.Errorf("%s: #%d is in the lists %v, not in %s", name, s.Number, listed[id], s.Bucket())
		case (s.Status == ticket.Pending) != (s.Waiting != ""), done == s.SolvedAt.IsZero(), done && !s.SnoozedUntil.IsZero(), s.SnoozedUntil.IsZero() && s.WakeOnReply:
			m.r.Errorf("%s: #%d is in a state that is none: %+v", name, s.Number, s)
		}
	}
	actions := map[action.State]ticket.Delivery{action.Ready: ticket.Scheduled, action.Done: ticket.Sent, action.Cancelled: ticket.Cancelled}
	for _, s := range m.last.tickets {
		for _, row := range s.Rows {
			var id ticket.MessageID
			var kind ticket.Kind
			var delivery ticket.Delivery
			_, _ = fmt.Sscan(row, &id, &kind, &delivery)
			if kind != ticket.KindOutbound || delivery == ticket.Bounced {
				continue
			}
			a, err := m.ActionByKey(ctx, m.w, ticket.SendKey(id))
			m.ok(err)
			if actions[a.State] != delivery || (delivery == ticket.Sent) != (m.post.count(id) == 1) {
				m.r.Errorf("%s: message %d is %s, its action %s, and it was sent %d times", name, id, delivery, a.State, m.post.count(id))
			}
		}
	}
}

// lists reads every list for everybody, compares it with its counts, and returns
// the buckets in which the owner finds each ticket.
func (m *model) lists(name string) map[ticket.ID][]ticket.Bucket {
	m.r.Helper()
	ctx := context.Background()
	queries := []ticket.ListQuery{
		{}, {Bucket: ticket.InOpen}, {Bucket: ticket.InWaiting}, {Bucket: ticket.InSnoozed}, {Bucket: ticket.InDone}, {Bucket: ticket.InSpam},
		{Status: ticket.Closed}, {Nobody: true, Bucket: ticket.InOpen}, {Assignee: m.agent.Person()}, {Team: m.team}, {Tag: "a"},
		{Cond: &ticket.Condition{Field: "tag", Op: "lacks", Value: "a"}},
	}
	out := map[ticket.ID][]ticket.Bucket{}
	actors := []auth.Actor{m.owner, m.hidden}
	if m.steps++; m.steps%4 > 0 {
		actors, queries = actors[:1], queries[:6]
	}
	for _, actor := range actors {
		counts, err := m.tickets.Counts(ctx, actor, queries, ticket.CountLimit)
		m.ok(err)
		for i, q := range queries {
			page, _, err := m.tickets.List(ctx, actor, q, ticket.Cursor{})
			m.ok(err)
			if len(page) != counts[i] {
				m.r.Errorf("%s: %s lists %d of %+v and counts %d", name, actor.Name, len(page), q, counts[i])
			}
			for _, t := range page {
				if hidden := actor.Restricted && t.Team != 0 && t.Assignee != actor.Person(); hidden || t.MergedInto != 0 {
					m.r.Errorf("%s: %s sees #%d in %+v", name, actor.Name, t.Number, q)
				}
				if q.Bucket != "" && !q.Nobody && actor.ID == m.owner.ID {
					out[t.ID] = append(out[t.ID], q.Bucket)
				}
			}
		}
		n, err := m.tickets.Count(ctx, actor, queries[0], ticket.CountLimit)
		m.ok(err)
		if n != counts[0] {
			m.r.Errorf("%s: one count says %d, the other %d", name, n, counts[0])
		}
	}
	return out
}

// any draws a ticket, the oldest first, so that a failure shrinks to few.
func (m *model) any(label string) sight {
	ids := make([]ticket.ID, 0, len(m.last.tickets))
	for id := range m.last.tickets {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return m.last.tickets[ids[rapid.IntRange(0, len(ids)-1).Draw(m.r, label)]]
}

// message draws a message of a ticket; 0 if it has none.
func (m *model) message(s sight, of string) ticket.MessageID {
	var ids []ticket.MessageID
	for _, row := range s.Rows {
		if strings.Contains(row, of) {
			var id ticket.MessageID
			_, _ = fmt.Sscan(row, &id)
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return 0
	}
	return ids[rapid.IntRange(0, len(ids)-1).Draw(m.r, "message")]
}

func (m *model) who() auth.Actor {
	return rapid.SampledFrom([]auth.Actor{m.owner, m.agent, m.hidden}).Draw(m.r, "actor")
}

// one does a verb that can be taken back, sees that the first ticket is as the
// verb promises, and remembers how things were.
func (m *model) one(name string, about []ticket.ID, promise func(sight) bool, verb func() (event.ID, error)) event.ID {
	m.r.Helper()
	var id event.ID
	var refused error
	before := m.step(name, func() error { id, refused = verb(); return refused })
	if is := m.last.tickets[about[0]]; refused == nil && !promise(is) {
		m.r.Fatalf("%s left #%d as it should not be:\n%+v", name, is.Number, is)
	}
	if id == 0 {
		return 0
	}
	e, err := m.Event(context.Background(), m.w, id)
	m.ok(err)
	if !ticket.Undoable(e.Kind) {
		m.r.Fatalf("%s returned %s, which cannot be undone", name, e.Kind)
	}
	m.undoable[id] = memory{kind: e.Kind, before: before, after: m.last, about: about}
	return id
}

func (m *model) verbs() map[string]func(*rapid.T) {
	ctx := context.Background()
	from := rapid.SampledFrom([]string{"anna@client.example", "ben@client.example"})
	statuses := rapid.SampledFrom(ticket.Statuses())
	waits := rapid.SampledFrom(append(ticket.Waits(), ""))
	people := rapid.SampledFrom([]auth.PersonID{0, m.owner.Person(), m.agent.Person(), m.hidden.Person()})
	names := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", "c", "d"}), 0, 3, rapid.ID[string])
	verbs := map[string]func(*rapid.T){
		"mail": func(r *rapid.T) {
			m.step("mail", func() error { _, err := m.mail(from.Draw(r, "from"), ticket.Inbound{}); return err })
		},
		"answer": func(r *rapid.T) {
			s := m.any("ticket")
			in := ticket.Inbound{
				Form:      rapid.SampledFrom([]ticket.Form{ticket.Plain, ticket.AutoReply, ticket.List, ticket.Bounce, ticket.Report}).Draw(r, "form"),
				Delivered: []string{ticket.ReplyAddress(m.ws.Secret, m.box.Address, s.ID, 0)},
			}
			m.step("answer", func() error { _, err := m.mail(from.Draw(r, "from"), in); return err })
		},
		"reply": func(r *rapid.T) {
			s, a := m.any("ticket"), m.who()
			n := ticket.NewReply{
				Body: "An answer", To: []ticket.Address{{Address: "anna@client.example"}}, Then: rapid.SampledFrom([]ticket.Status{"", ticket.Open, ticket.Pending, ticket.Solved}).Draw(r, "then"),
				Macro: rapid.SampledFrom(append(m.macros, 0)).Draw(r, "macro"),
			}
			if in := rapid.SampledFrom([]time.Duration{0, 0, 2 * time.Minute, time.Hour}).Draw(r, "in"); in > 0 {
				n.At = m.time().Add(in)
			}
			m.step("reply", func() error { _, err := m.tickets.Reply(ctx, a, s.ID, n); return err })
		},
		"note": func(r *rapid.T) {
			s, a := m.any("ticket"), m.who()
			m.step("note", func() error { _, err := m.tickets.Note(ctx, a, s.ID, ticket.NewNote{Body: "See @mia"}); return err })
		},
		"side": func(r *rapid.T) {
			s := m.any("ticket")
			m.step("side", func() error {
				_, err := m.tickets.OpenSide(ctx, m.owner, s.ID, ticket.NewSide{Kind: "carrier", To: ticket.Address{Address: "c@carrier.example"}, Subject: "Lost", Body: "Where?"})
				return err
			})
		},
		"carrier": func(r *rapid.T) {
			s := m.any("ticket")
			sides, err := m.Sides(ctx, m.w, s.ID)
			m.ok(err)
			if len(sides) == 0 {
				return
			}
			in := ticket.Inbound{Delivered: []string{ticket.ReplyAddress(m.ws.Secret, m.box.Address, s.ID, sides[0].ID)}}
			m.step("carrier", func() error { _, err := m.mail("c@carrier.example", in); return err })
		},
		"status": func(r *rapid.T) {
			s, a, to, w := m.any("ticket"), m.who(), statuses.Draw(r, "to"), waits.Draw(r, "waiting")
			m.one("status", []ticket.ID{s.ID}, func(is sight) bool { return is.Status == to && (w == "" || to != ticket.Pending || is.Waiting == w) }, func() (event.ID, error) { return m.tickets.SetStatus(ctx, a, s.ID, to, w) })
		},
		"assign": func(r *rapid.T) {
			s, a, to := m.any("ticket"), m.who(), people.Draw(r, "to")
			m.one("assign", []ticket.ID{s.ID}, func(is sight) bool { return is.Assignee == to }, func() (event.ID, error) { return m.tickets.Assign(ctx, a, s.ID, to) })
		},
		"team": func(r *rapid.T) {
			s, a, to := m.any("ticket"), m.who(), rapid.SampledFrom([]auth.TeamID{0, m.team}).Draw(r, "to")
			m.one("team", []ticket.ID{s.ID}, func(is sight) bool { return is.Team == to }, func() (event.ID, error) { return m.tickets.SetTeam(ctx, a, s.ID, to) })
		},
		"priority": func(r *rapid.T) {
			s, to := m.any("ticket"), rapid.SampledFrom([]ticket.Priority{ticket.Low, ticket.Normal, ticket.Urgent}).Draw(r, "to")
			m.one("priority", []ticket.ID{s.ID}, func(is sight) bool { return is.Priority == to }, func() (event.ID, error) { return m.tickets.SetPriority(ctx, m.agent, s.ID, to) })
		},
		"topic": func(r *rapid.T) {
			s, to := m.any("ticket"), rapid.SampledFrom([]triage.Topic{"", triage.Damaged, triage.Other}).Draw(r, "to")
			m.one("topic", []ticket.ID{s.ID}, func(is sight) bool { return is.Topic == string(to) }, func() (event.ID, error) { return m.tickets.SetTopic(ctx, m.agent, s.ID, to) })
		},
		"tags": func(r *rapid.T) {
			s, add, remove := m.any("ticket"), names.Draw(r, "add"), names.Draw(r, "remove")
			m.one("tags", []ticket.ID{s.ID}, func(is sight) bool {
				return !slices.ContainsFunc(add, func(x string) bool { return is.HasTag(x) == slices.Contains(remove, x) })
			}, func() (event.ID, error) { return m.tickets.ChangeTags(ctx, m.agent, s.ID, add, remove) })
		},
		"replace a tag": func(r *rapid.T) {
			f, into := rapid.SampledFrom([]string{"a", "b"}).Draw(r, "from"), rapid.SampledFrom([]string{"", "c"}).Draw(r, "into")
			m.step("replace a tag", func() error { return m.tickets.ReplaceTag(ctx, m.owner, f, into) })
		},
		"subject": func(r *rapid.T) {
			s, to := m.any("ticket"), rapid.SampledFrom([]string{"One", "Two"}).Draw(r, "to")
			m.one("subject", []ticket.ID{s.ID}, func(is sight) bool { return is.Subject == to }, func() (event.ID, error) { return m.tickets.SetSubject(ctx, m.agent, s.ID, to) })
		},
		"order": func(r *rapid.T) {
			s, to := m.any("ticket"), rapid.SampledFrom([]string{"", "GW-1042"}).Draw(r, "to")
			m.one("order", []ticket.ID{s.ID}, func(is sight) bool { return (is.Order == 0) == (to == "") }, func() (event.ID, error) { return m.tickets.SetOrder(ctx, m.agent, s.ID, to) })
		},
		"spam": func(r *rapid.T) {
			s, on := m.any("ticket"), rapid.Bool().Draw(r, "on")
			m.one("spam", []ticket.ID{s.ID}, func(is sight) bool { return is.Spam == on }, func() (event.ID, error) { return m.tickets.SetSpam(ctx, m.agent, s.ID, on) })
		},
		"snooze": func(r *rapid.T) {
			s, hours, wake := m.any("ticket"), rapid.IntRange(0, 3).Draw(r, "hours"), rapid.Bool().Draw(r, "wake")
			until := m.time().Add(time.Duration(hours) * time.Hour)
			if hours == 0 {
				until = time.Time{}
			}
			m.one("snooze", []ticket.ID{s.ID}, func(is sight) bool { return is.SnoozedUntil.Equal(until) }, func() (event.ID, error) { return m.tickets.Snooze(ctx, m.agent, s.ID, until, wake) })
		},
		"time": func(r *rapid.T) {
			m.pass(time.Duration(rapid.IntRange(1, 90).Draw(r, "minutes")) * time.Minute)
			m.step("wake", func() error { _, err := m.tickets.Wake(ctx); return err })
		},
		"read": func(r *rapid.T) {
			s, on := m.any("ticket"), rapid.Bool().Draw(r, "on")
			m.step("read", func() error { return m.tickets.MarkRead(ctx, m.agent, s.ID, on) })
		},
		"merge": func(r *rapid.T) {
			s, into := m.any("from"), m.any("into")
			m.one("merge", []ticket.ID{s.ID, into.ID}, func(is sight) bool { return is.MergedInto == into.ID }, func() (event.ID, error) { return m.tickets.Merge(ctx, m.owner, s.ID, into.ID) })
		},
		"split": func(r *rapid.T) {
			s := m.any("ticket")
			id := m.message(s, "")
			var off ticket.Ticket
			done := m.one("split", []ticket.ID{s.ID}, func(is sight) bool {
				return !slices.ContainsFunc(is.Rows, func(row string) bool { return strings.HasPrefix(row, fmt.Sprint(id, " ")) })
			}, func() (event.ID, error) {
				t, ev, err := m.tickets.Split(ctx, m.owner, s.ID, []ticket.MessageID{id}, "")
				off = t
				return ev, err
			})
			if was, ok := m.undoable[done]; ok { // what happens to the ticket that came of it matters, too
				was.about = append(was.about, off.ID)
				m.undoable[done] = was
			}
		},
		"follow up": func(r *rapid.T) {
			s := m.any("ticket")
			m.step("follow up", func() error { _, err := m.tickets.FollowUp(ctx, m.agent, s.ID); return err })
		},
		"unsend": func(r *rapid.T) {
			s := m.any("ticket")
			id := m.message(s, "outbound")
			m.step("unsend", func() error { return m.tickets.Unsend(ctx, m.owner, s.ID, id) })
		},
		"send now": func(r *rapid.T) {
			s := m.any("ticket")
			id := m.message(s, "outbound")
			m.step("send now", func() error { return m.tickets.SendNow(ctx, m.owner, s.ID, id) })
		},
		"send": func(r *rapid.T) {
			if id := m.message(m.any("ticket"), string(ticket.Scheduled)); id != 0 {
				m.step("send", func() error { return m.send(id) })
			}
		},
		"bulk macro": func(r *rapid.T) {
			s := m.any("ticket")
			m.step("macro", func() error { _, err := m.tickets.ApplyMacro(ctx, m.agent, s.ID, m.macros[0]); return err })
		},
		"undo": func(r *rapid.T) { m.undo() },
	}
	verbs["undo again"], verbs["undo once more"] = verbs["undo"], verbs["undo"]
	return verbs
}

// undo takes back some event of some ticket, and checks that what it changed is
// as it was; all else, too, if nothing else has happened to its tickets.
func (m *model) undo() {
	ctx := context.Background()
	s := m.any("ticket")
	events, err := m.Timeline(ctx, m.w, s.ID, time.Time{}, time.Time{}, 1000)
	m.ok(err)
	merged := slices.ContainsFunc(events, func(e event.Event) bool { return strings.Contains(e.Kind, "merged") })
	events = slices.DeleteFunc(events, func(e event.Event) bool { return !ticket.Undoable(e.Kind) })
	if len(events) == 0 {
		return
	}
	slices.Reverse(events)
	e := events[rapid.IntRange(0, len(events)-1).Draw(m.r, "event")]
	actor := m.who()
	var refused error
	before := m.step("undo "+e.Kind, func() error { refused = m.tickets.Undo(ctx, actor, s.ID, e.ID); return refused })
	if refused != nil {
		if k := errs.KindOf(refused); k != errs.Conflict && (k != errs.NotFound || actor.ID == m.owner.ID) {
			m.r.Fatalf("undo %s: %v", e.Kind, refused)
		}
		return
	}
	is := m.last.tickets[s.ID]
	if bad := undone(e, before.tickets[s.ID], is); bad != "" {
		m.r.Fatalf("undo %s %s: %s\n%+v\n%+v", e.Kind, e.Data, bad, before.tickets[s.ID], is)
	}
	was, ok := m.undoable[e.ID]
	if !ok {
		return
	}
	for _, id := range was.about {
		if !before.tickets[id].same(was.after.tickets[id]) {
			return // more has happened since
		}
	}
	for _, id := range was.about {
		old, ok := was.before.tickets[id]
		if merged && e.Kind == "ticket.split" { // its clocks are counted anew from its messages: promise.Record.Moved
			old.DueAt = m.last.tickets[id].DueAt
		}
		if ok && !m.last.tickets[id].same(old) {
			m.r.Fatalf("undo %s does not bring #%d back:\n%+v\n%+v", e.Kind, is.Number, was.before.tickets[id], m.last.tickets[id])
		}
	}
	if again := m.tickets.Undo(ctx, m.owner, s.ID, e.ID); !errs.Is(again, errs.Conflict) {
		m.r.Fatalf("undo %s a second time: %v", e.Kind, again)
	}
}

// undone says what of an event is still there; "" if nothing is.
func undone(e event.Event, before, is sight) string {
	var d struct {
		From, To, Until json.RawMessage
		Added, Removed  []string
		Was             struct{ Status ticket.Status }
		On              bool
	}
	if err := e.Decode(&d); err != nil {
		return err.Error()
	}
	says := func(v any) bool {
		raw, _ := json.Marshal(v)
		return string(raw) == cmp.Or(string(d.From), "0")
	}
	ok := true
	switch e.Kind {
	case "ticket.status":
		done := before.Status == ticket.Solved || before.Status == ticket.Closed // which ended the snooze
		ok = is.Status == d.Was.Status && (done || is.SnoozedUntil.Equal(before.SnoozedUntil)) && (is.Unread || !before.Unread || is.Status != ticket.Open)
	case "ticket.assigned":
		ok = says(is.Assignee)
	case "ticket.team":
		ok = says(is.Team)
	case "ticket.priority":
		ok = says(is.Priority.String())
	case "ticket.topic":
		ok = says(is.Topic)
	case "ticket.subject":
		ok = says(is.Subject)
	case "ticket.order":
		ok = says(is.Order)
	case "ticket.snoozed":
		ok = is.SnoozedUntil.IsZero() == says(0)
	case "ticket.spam":
		ok = is.Spam != d.On
	case "ticket.tags":
		for _, tag := range d.Added {
			ok = ok && !is.HasTag(tag)
		}
		for _, tag := range d.Removed {
			ok = ok && is.HasTag(tag)
		}
	}
	if !ok {
		return "it is still there"
	}
	return ""
}
