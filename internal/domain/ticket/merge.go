package ticket

import (
	"context"
	"fmt"
	"slices"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// merged is the data of a ticket.merged event: all that undoing it needs.
type merged struct {
	From         ID            `json:"from"`
	FromNumber   int64         `json:"from_number"`
	Number       int64         `json:"number"`
	Messages     []MessageID   `json:"messages"`
	Participants []Participant `json:"participants"`     // those that the heir did not have
	Raised       []Participant `json:"raised,omitempty"` // those that the heir held for strangers
	Was          stance        `json:"was"`
	AddedTags    []string      `json:"added_tags,omitempty"`
	TookOrder    bool          `json:"took_order,omitempty"`
	HeirHad      int64         `json:"heir_had"`             // messages
	WasUnread    bool          `json:"was_unread,omitempty"` // the heir
	WasLast      int64         `json:"was_last,omitempty"`   // if the heir took over what is newest
	WasPreview   string        `json:"was_preview,omitempty"`
}

// Merge moves all messages and participants of one ticket into another, which
// lives on; the first is closed and leads to its heir. It can be undone exactly.
func (s *Service) Merge(ctx context.Context, actor auth.Actor, from, into ID) (event.ID, error) {
	if from == into {
		return 0, errs.Field("into", "error.merge_self")
	}
	return s.one(ctx, actor, into, func(ctx context.Context, c *change) error {
		if c.T.Status == Closed {
			return errs.New(errs.Conflict, "error.ticket_closed")
		}
		src, err := s.load(ctx, actor, auth.WriteTickets, from)
		if err != nil {
			return err
		}
		if src.MergedInto != 0 {
			return errs.New(errs.Conflict, "error.ticket_merged")
		}
		ids, err := s.Store.MessageIDs(ctx, actor.Workspace, from)
		if err != nil {
			return err
		}
		data := merged{From: from, FromNumber: src.Number, Number: c.T.Number, Messages: ids, Was: src.stance(), HeirHad: c.T.Messages, WasUnread: c.T.Unread}
		if err := s.Store.MoveMessages(ctx, actor.Workspace, ids, into); err != nil {
			return err
		}
		if data.Raised, err = s.raise(ctx, actor.Workspace, from, into); err != nil {
			return err
		}
		if data.Participants, err = s.Store.MoveParticipants(ctx, actor.Workspace, from, into); err != nil {
			return err
		}
		for _, tag := range src.Tags {
			if c.T.addTag(tag) {
				data.AddedTags = append(data.AddedTags, tag)
			}
		}
		if c.T.Order == 0 && src.Order != 0 {
			c.T.Order, data.TookOrder = src.Order, true
		}
		c.T.Messages += src.Messages
		c.T.Unread = c.T.Unread || src.Unread
		if src.LastAt.After(c.T.LastAt) {
			data.WasLast, data.WasPreview = unixMilli(c.T.LastAt), c.T.Preview
			c.T.LastAt, c.T.Preview = src.LastAt, src.Preview
		}
		gone := &change{s: s, actor: actor, now: c.now, T: src}
		gone.T.move(Closed, "", c.now)
		gone.T.MergedInto, gone.T.Messages, gone.T.Unread = into, 0, false
		gone.log("ticket.merged_away", map[string]any{"into": int64(into), "into_number": c.T.Number, "number": src.Number})
		if err := gone.save(ctx, &src); err != nil {
			return err
		}
		c.shift.Joined = from
		c.log("ticket.merged", data)
		return nil
	})
}

// raise makes those participants of a ticket verified whom another one has
// verified, and returns them.
func (s *Service) raise(ctx context.Context, w auth.WorkspaceID, from, into ID) ([]Participant, error) {
	src, err := s.Store.Participants(ctx, w, from)
	if err != nil {
		return nil, err
	}
	dst, err := s.Store.Participants(ctx, w, into)
	if err != nil {
		return nil, err
	}
	var raised []Participant
	for _, p := range src {
		if p.Verified && slices.ContainsFunc(dst, func(x Participant) bool { return x.Address == p.Address && !x.Verified }) {
			raised = append(raised, p)
		}
	}
	return raised, s.Store.AddParticipants(ctx, w, into, raised)
}

// split is the data of a ticket.split event.
type split struct {
	To       ID          `json:"to"`
	ToNumber int64       `json:"to_number"`
	Number   int64       `json:"number"`
	Messages []MessageID `json:"messages"`
}

// Split moves chosen messages to a new ticket of the same customer and leaves a
// link. It can be undone until the new ticket gets messages of its own.
func (s *Service) Split(ctx context.Context, actor auth.Actor, t ID, messages []MessageID, subject string) (Ticket, event.ID, error) {
	var out Ticket
	ev, err := s.one(ctx, actor, t, func(ctx context.Context, c *change) error {
		all, err := s.Store.MessageIDs(ctx, actor.Workspace, t)
		if err != nil {
			return err
		}
		if len(messages) == 0 || len(messages) >= len(all) {
			return errs.Field("messages", "error.split_choice")
		}
		for _, m := range messages {
			if !slices.Contains(all, m) {
				return errs.Field("messages", "error.not_found")
			}
		}
		if messages, err = s.withSides(ctx, c.T, messages); err != nil {
			return err
		}
		if len(messages) >= len(all) {
			return errs.Field("messages", "error.split_choice")
		}
		n, err := s.Store.NextNumber(ctx, actor.Workspace)
		if err != nil {
			return err
		}
		if subject == "" {
			subject = c.T.Subject
		}
		people, err := s.Store.Participants(ctx, actor.Workspace, t)
		if err != nil {
			return err
		}
		last, err := s.Store.Message(ctx, actor.Workspace, slices.Max(messages))
		if err != nil {
			return err
		}
		out = Ticket{
			ID: ID(s.IDs.Next()), Workspace: actor.Workspace, Number: n, Channel: c.T.Channel, Mailbox: c.T.Mailbox, Shop: c.T.Shop,
			Customer: c.T.Customer, Subject: cut(subject, 300), Language: c.T.Language, Status: Open, Assignee: c.T.Assignee, Team: c.T.Team,
			Messages: int64(len(messages)), Preview: Preview(last.Body), LastAt: last.At, LastInboundAt: last.At, CreatedAt: c.now, Fields: map[string]string{},
		}
		if err := s.Store.AddTicket(ctx, out); err != nil {
			return err
		}
		if err := s.Store.AddParticipants(ctx, actor.Workspace, out.ID, people); err != nil {
			return err
		}
		if err := s.Store.MoveMessages(ctx, actor.Workspace, messages, out.ID); err != nil {
			return err
		}
		opened := &change{s: s, actor: actor, now: c.now, T: out, shift: Shift{From: t}}
		opened.log("ticket.split_off", map[string]any{"from": int64(t), "from_number": c.T.Number, "number": n})
		if err := opened.save(ctx, &out); err != nil {
			return err
		}
		c.T.Messages -= int64(len(messages))
		c.shift.Moved = true
		c.log("ticket.split", split{To: out.ID, ToNumber: n, Number: c.T.Number, Messages: messages})
		return nil
	})
	return out, ev, err
}

// allMessages is more messages than any ticket has.
const allMessages = 1 << 30

// withSides adds to some messages of a ticket the rest of the sides that they
// belong to: a side lies in one ticket. The result is in order, each once.
func (s *Service) withSides(ctx context.Context, t Ticket, some []MessageID) ([]MessageID, error) {
	all, err := s.Store.Messages(ctx, t.Workspace, t.ID, 0, allMessages)
	if err != nil {
		return nil, err
	}
	sides := map[SideID]bool{}
	for _, m := range all {
		if m.Side != 0 && slices.Contains(some, m.ID) {
			sides[m.Side] = true
		}
	}
	var out []MessageID
	for _, m := range all {
		if sides[m.Side] || slices.Contains(some, m.ID) {
			out = append(out, m.ID)
		}
	}
	return out, nil
}

// UndoWindow is how long most verbs can be taken back.
const UndoWindow = 24 * time.Hour

// Undoable reports whether Undo knows how to take an event back.
func Undoable(kind string) bool {
	return undoer(kind) != nil
}

// undoer returns what takes an event of a kind back, or nil. It fails with
// errs.Conflict when the ticket has moved on so far that the undo would destroy
// somebody's work.
func undoer(kind string) func(context.Context, *Service, *change, event.Event) error {
	switch kind {
	case "ticket.merged":
		return undoMerge
	case "ticket.split":
		return undoSplit
	case "ticket.status":
		return undoStatus
	case "ticket.assigned":
		return undoAssigned
	case "ticket.team":
		return undoTeam
	case "ticket.priority":
		return undoPriority
	case "ticket.topic":
		return undoTopic
	case "ticket.language":
		return undoLanguage
	case "ticket.tags":
		return undoTags
	case "ticket.snoozed":
		return undoSnoozed
	case "ticket.spam":
		return undoSpam
	case "ticket.subject":
		return undoSubject
	case "ticket.order":
		return undoOrder
	case "ticket.fields":
		return undoFields
	}
	return nil
}

// Undo takes one event of a ticket back. A repeat fails with errs.Conflict.
func (s *Service) Undo(ctx context.Context, actor auth.Actor, t ID, id event.ID) error {
	_, err := s.update(ctx, actor, t, func(ctx context.Context, c *change) error {
		e, err := s.Store.Event(ctx, actor.Workspace, id)
		if err != nil {
			return err
		}
		undo := undoer(e.Kind)
		if undo == nil || e.TicketID != int64(t) {
			return errs.New(errs.NotFound, "error.not_found")
		}
		if c.now.Sub(e.At) > UndoWindow {
			return errs.New(errs.Conflict, "error.undo_late")
		}
		done, err := s.Store.Undone(ctx, actor.Workspace, t, id)
		if err != nil {
			return err
		}
		if done {
			return errs.New(errs.Conflict, "error.undo_done")
		}
		if err := undo(ctx, s, c, e); err != nil {
			return err
		}
		c.events = nil // an undo is one event, not the change and its mirror
		c.log("ticket.undone", map[string]any{"event": int64(id), "kind": e.Kind, "number": c.T.Number})
		return nil
	})
	return err
}

func movedOn() error { return errs.New(errs.Conflict, "error.undo_moved_on") }

func undoMerge(ctx context.Context, s *Service, c *change, e event.Event) error {
	var d merged
	if err := e.Decode(&d); err != nil {
		return fmt.Errorf("undo merge: %w", err)
	}
	src, err := s.load(ctx, c.actor, auth.WriteTickets, d.From)
	if err != nil {
		return err
	}
	if src.MergedInto != c.T.ID {
		return movedOn()
	}
	here, err := s.Store.MessageIDs(ctx, c.T.Workspace, c.T.ID)
	if err != nil {
		return err
	}
	for _, m := range d.Messages {
		if !slices.Contains(here, m) {
			return movedOn() // it was split off since
		}
	}
	back, err := s.withSides(ctx, c.T, d.Messages) // what came to its sides since goes along
	if err != nil {
		return err
	}
	if err := s.Store.MoveMessages(ctx, c.T.Workspace, back, d.From); err != nil {
		return err
	}
	addresses := make([]string, len(d.Participants))
	for i, p := range d.Participants {
		addresses[i] = p.Address
	}
	if err := s.Store.RemoveParticipants(ctx, c.T.Workspace, c.T.ID, addresses); err != nil {
		return err
	}
	if err := s.lower(ctx, c.T, d.Raised); err != nil {
		return err
	}
	for _, tag := range d.AddedTags {
		c.T.removeTag(tag)
	}
	if d.TookOrder && c.T.Order == src.Order {
		c.T.Order = 0
	}
	if len(here) == len(back)+int(d.HeirHad) { // nothing came to the heir since
		if d.WasLast != 0 {
			c.T.LastAt, c.T.Preview = time.UnixMilli(d.WasLast).UTC(), d.WasPreview
		}
		c.T.Unread = c.T.Unread && d.WasUnread
	}
	c.T.Messages -= int64(len(back))
	c.shift.Parted = d.From
	old := &change{s: s, actor: c.actor, now: c.now, T: src}
	old.T.MergedInto, old.T.Messages = 0, int64(len(back))
	old.T.take(d.Was)
	old.log("ticket.unmerged", map[string]any{"number": src.Number, "from": int64(c.T.ID)})
	return old.save(ctx, &src)
}

// lower makes participants unverified again.
func (s *Service) lower(ctx context.Context, t Ticket, people []Participant) error {
	addresses := make([]string, len(people))
	for i := range people {
		addresses[i] = people[i].Address
		people[i].Verified = false
	}
	if err := s.Store.RemoveParticipants(ctx, t.Workspace, t.ID, addresses); err != nil {
		return err
	}
	return s.Store.AddParticipants(ctx, t.Workspace, t.ID, people)
}

func undoSplit(ctx context.Context, s *Service, c *change, e event.Event) error {
	var d split
	if err := e.Decode(&d); err != nil {
		return fmt.Errorf("undo split: %w", err)
	}
	off, err := s.Store.Ticket(ctx, c.T.Workspace, d.To)
	if err != nil {
		return err
	}
	ids, err := s.Store.MessageIDs(ctx, c.T.Workspace, d.To)
	if err != nil {
		return err
	}
	slices.Sort(d.Messages)
	if !slices.Equal(ids, d.Messages) || off.MergedInto != 0 {
		return movedOn()
	}
	if err := s.Store.MoveMessages(ctx, c.T.Workspace, ids, c.T.ID); err != nil {
		return err
	}
	c.T.Messages += int64(len(ids))
	c.shift.Moved = true
	gone := &change{s: s, actor: c.actor, now: c.now, T: off}
	gone.T.move(Closed, "", c.now)
	gone.T.MergedInto, gone.T.Messages = c.T.ID, 0
	gone.log("ticket.merged_away", map[string]any{"into": int64(c.T.ID), "into_number": c.T.Number, "number": off.Number})
	return gone.save(ctx, &off)
}

func undoStatus(ctx context.Context, _ *Service, c *change, e event.Event) error {
	var d struct {
		To      Status  `json:"to"`
		Waiting Waiting `json:"waiting"`
		Was     stance  `json:"was"`
	}
	if err := e.Decode(&d); err != nil {
		return fmt.Errorf("undo status: %w", err)
	}
	was, done := d.Was, func(s Status) bool { return s == Solved || s == Closed }
	switch {
	case c.T.Status != d.To || c.T.Waiting != d.Waiting || was.Status == "":
		return movedOn()
	case was.Status != New && was.Status != Open && c.T.LastInboundAt.After(e.At):
		return movedOn() // the customer has written since, and would wait unseen
	case done(was.Status) && !c.T.SnoozedUntil.IsZero():
		return movedOn()
	}
	if !done(d.To) { // the move left the snooze alone, so what became of that is another event's
		was.Snoozed, was.Wake = unixMilli(c.T.SnoozedUntil), c.T.WakeOnReply
	}
	was.Unread = was.Unread || c.T.Unread
	c.T.take(was)
	c.shift.Undone = e.At
	return nil
}

type fromTo struct {
	From int64 `json:"from"`
	To   int64 `json:"to"`
}

func undoAssigned(ctx context.Context, _ *Service, c *change, e event.Event) error {
	var d fromTo
	if err := e.Decode(&d); err != nil {
		return fmt.Errorf("undo assignment: %w", err)
	}
	if c.T.Assignee != auth.PersonID(d.To) {
		return movedOn()
	}
	return c.assign(ctx, auth.PersonID(d.From))
}

func undoTeam(ctx context.Context, _ *Service, c *change, e event.Event) error {
	var d fromTo
	if err := e.Decode(&d); err != nil {
		return fmt.Errorf("undo team: %w", err)
	}
	if c.T.Team != auth.TeamID(d.To) {
		return movedOn()
	}
	return c.setTeam(ctx, auth.TeamID(d.From))
}

func undoOrder(_ context.Context, _ *Service, c *change, e event.Event) error {
	var d ordered
	if err := e.Decode(&d); err != nil {
		return fmt.Errorf("undo order: %w", err)
	}
	if c.T.Order != d.To {
		return movedOn()
	}
	c.T.Order = d.From
	if d.Shop != 0 && c.T.Shop == d.Shop {
		c.T.Shop = 0
	}
	c.log("ticket.order", ordered{From: d.To, To: d.From, Number: c.T.Number})
	return nil
}

func undoPriority(_ context.Context, _ *Service, c *change, e event.Event) error {
	var d struct{ From, To string }
	if err := e.Decode(&d); err != nil {
		return fmt.Errorf("undo priority: %w", err)
	}
	from, _ := ParsePriority(d.From)
	if c.T.Priority.String() != d.To {
		return movedOn()
	}
	return c.setPriority(from)
}

func undoTags(ctx context.Context, _ *Service, c *change, e event.Event) error {
	var d struct{ Added, Removed []string }
	if err := e.Decode(&d); err != nil {
		return fmt.Errorf("undo tags: %w", err)
	}
	return c.changeTags(ctx, d.Removed, d.Added)
}

func undoSnoozed(_ context.Context, _ *Service, c *change, e event.Event) error {
	var d struct {
		From, Until int64
		WasWake     bool `json:"was_wake"`
	}
	if err := e.Decode(&d); err != nil {
		return fmt.Errorf("undo snooze: %w", err)
	}
	if unixMilli(c.T.SnoozedUntil) != d.Until || c.T.Status == Solved || c.T.Status == Closed {
		return movedOn()
	}
	c.T.SnoozedUntil, c.T.WakeOnReply = fromMilli(d.From), d.WasWake
	return nil
}

func undoSpam(_ context.Context, _ *Service, c *change, e event.Event) error {
	var d struct{ On bool }
	if err := e.Decode(&d); err != nil {
		return fmt.Errorf("undo spam: %w", err)
	}
	if c.T.Spam != d.On {
		return movedOn()
	}
	c.T.Spam = !d.On
	return nil
}

func undoSubject(_ context.Context, _ *Service, c *change, e event.Event) error {
	var d struct{ From, To string }
	if err := e.Decode(&d); err != nil {
		return fmt.Errorf("undo subject: %w", err)
	}
	if c.T.Subject != d.To {
		return movedOn()
	}
	c.T.Subject = d.From
	return nil
}

func undoFields(_ context.Context, _ *Service, c *change, e event.Event) error {
	var d struct{ From, To map[string]string }
	if err := e.Decode(&d); err != nil {
		return fmt.Errorf("undo fields: %w", err)
	}
	kept := make(map[string]string, len(c.T.Fields))
	for k, v := range c.T.Fields {
		kept[k] = v
	}
	for k, v := range d.To {
		if kept[k] != v {
			return movedOn()
		}
		if kept[k] = d.From[k]; kept[k] == "" {
			delete(kept, k)
		}
	}
	c.T.Fields = kept
	return nil
}
