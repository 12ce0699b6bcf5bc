package ticket

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/redact"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// NewNote is an internal remark; names written @Name in it are mentioned.
type NewNote struct {
	Body    string
	Files   []InboundFile
	Then    Status
	Waiting Waiting
}

// Note adds a remark that the customer never sees, and tells those it mentions.
func (s *Service) Note(ctx context.Context, actor auth.Actor, t ID, n NewNote) (Message, error) {
	var m Message
	_, err := s.update(ctx, actor, t, func(ctx context.Context, c *change) error {
		body, _ := redact.Cards(strings.TrimSpace(strings.ReplaceAll(n.Body, "\r\n", "\n")))
		if body == "" && len(n.Files) == 0 {
			return errs.Field("body", "error.note_empty")
		}
		if len(body) > maxBody {
			return errs.Field("body", "error.reply_long")
		}
		people, err := s.People.People(ctx, actor.Workspace)
		if err != nil {
			return err
		}
		m = Message{
			ID: MessageID(s.IDs.Next()), Workspace: actor.Workspace, Ticket: t, Kind: KindNote, Form: Plain, Channel: c.T.Channel,
			AuthorKind: actor.Kind, AuthorID: actor.ID, AuthorName: actor.Name, Verified: true, Body: body, At: c.now,
			Mentions: Mentioned(body, people),
		}
		for _, f := range n.Files {
			if err := s.Store.PutBlob(ctx, actor.Workspace, f.SHA256, f.Data, c.now); err != nil {
				return err
			}
			m.Files = append(m.Files, f.File)
		}
		if err := s.Store.AddMessage(ctx, m); err != nil {
			return err
		}
		if err := s.Store.AddMentions(ctx, actor.Workspace, t, m.ID, m.Mentions); err != nil {
			return err
		}
		c.T.Messages++
		c.logAbout(event.Subject{Kind: subjectMessage, ID: int64(m.ID)}, "ticket.noted",
			map[string]any{"message": int64(m.ID), "mentions": m.Mentions, "number": c.T.Number})
		if err := s.Store.DeleteDraft(ctx, actor.Workspace, t, actor.Person(), KindNote); err != nil {
			return err
		}
		return c.setStatus(ctx, n.Then, n.Waiting)
	})
	return m, err
}

// Mentioned returns the people whose names follow an @ in a text. The longest
// name wins; letter case does not count.
func Mentioned(body string, people []auth.Person) []auth.PersonID {
	low := strings.ToLower(body)
	byLength := slices.Clone(people)
	slices.SortFunc(byLength, func(a, b auth.Person) int { return len(b.Name) - len(a.Name) })
	var out []auth.PersonID
	for i := strings.IndexByte(low, '@'); i >= 0 && len(out) < 20; {
		rest := low[i+1:]
		for _, p := range byLength {
			if after, ok := strings.CutPrefix(rest, strings.ToLower(p.Name)); ok && p.Status == auth.Active && p.Name != "" && !goesOn(after) {
				if !slices.Contains(out, p.ID) {
					out = append(out, p.ID)
				}
				break
			}
		}
		next := strings.IndexByte(rest, '@')
		if next < 0 {
			break
		}
		i += 1 + next
	}
	return out
}

// goesOn reports whether a word goes on. Scripts without letter case, such as
// Chinese, write on without a space.
func goesOn(rest string) bool {
	r, _ := utf8.DecodeRuneInString(rest)
	return unicode.IsLower(r) || unicode.IsDigit(r)
}

// SetStatus moves a ticket to a state, if its state machine allows that. The
// state that it has already is left without an event.
func (s *Service) SetStatus(ctx context.Context, actor auth.Actor, t ID, to Status, waiting Waiting) (event.ID, error) {
	return s.one(ctx, actor, t, func(ctx context.Context, c *change) error { return c.setStatus(ctx, to, waiting) })
}

// one runs a verb that makes at most one undoable event and returns that.
func (s *Service) one(ctx context.Context, actor auth.Actor, t ID, fn func(context.Context, *change) error) (event.ID, error) {
	var id event.ID
	_, err := s.update(ctx, actor, t, func(ctx context.Context, c *change) error {
		if err := fn(ctx, c); err != nil {
			return err
		}
		if n := len(c.events); n > 0 {
			id = c.events[n-1].ID
		}
		return nil
	})
	return id, err
}

func (c *change) setStatus(ctx context.Context, to Status, waiting Waiting) error {
	if to == "" || to == c.T.Status && (to != Pending || waiting == c.T.Waiting || waiting == "") {
		return nil
	}
	if to == Pending && waiting != "" && !slices.Contains(Waits(), waiting) {
		return errs.Field("waiting", "error.waiting")
	}
	if to != c.T.Status && !CanMove(c.T.Status, to) {
		return errs.New(errs.Conflict, "error.status_move", "from", string(c.T.Status), "to", string(to))
	}
	if to == Solved || to == Closed {
		if err := c.required(ctx); err != nil {
			return err
		}
	}
	was := c.T.stance()
	c.T.move(to, waiting, c.now)
	c.log("ticket.status", map[string]any{"from": was.Status, "to": to, "waiting": c.T.Waiting, "was_waiting": was.Waiting, "was": was, "number": c.T.Number})
	return nil
}

// required refuses to end a ticket while a required field is empty.
func (c *change) required(ctx context.Context) error {
	fields, err := c.s.Store.Fields(ctx, c.T.Workspace)
	if err != nil {
		return err
	}
	for _, f := range fields {
		if f.Required && c.T.Fields[f.Key] == "" {
			return errs.Field("f."+f.Key, "error.field_required", "field", f.Label)
		}
	}
	return nil
}

// Assign gives a ticket to a person of the workspace, or to nobody with 0.
func (s *Service) Assign(ctx context.Context, actor auth.Actor, t ID, to auth.PersonID) (event.ID, error) {
	return s.one(ctx, actor, t, func(ctx context.Context, c *change) error { return c.assign(ctx, to) })
}

func (c *change) assign(ctx context.Context, to auth.PersonID) error {
	if to == c.T.Assignee {
		return nil
	}
	if to != 0 {
		people, err := c.s.People.People(ctx, c.T.Workspace)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(people, func(p auth.Person) bool { return p.ID == to && p.Status == auth.Active }) {
			return errs.Field("assignee", "error.assignee")
		}
	}
	from := c.T.Assignee
	c.T.Assignee = to
	c.log("ticket.assigned", map[string]any{"from": int64(from), "to": int64(to), "number": c.T.Number})
	return nil
}

// SetTeam gives a ticket to a team of the workspace, or to none with 0.
func (s *Service) SetTeam(ctx context.Context, actor auth.Actor, t ID, to auth.TeamID) (event.ID, error) {
	return s.one(ctx, actor, t, func(ctx context.Context, c *change) error { return c.setTeam(ctx, to) })
}

func (c *change) setTeam(ctx context.Context, to auth.TeamID) error {
	if to == c.T.Team {
		return nil
	}
	if to != 0 {
		teams, err := c.s.People.Teams(ctx, c.T.Workspace)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(teams, func(x auth.Team) bool { return x.ID == to }) {
			return errs.Field("team", "error.team")
		}
	}
	from := c.T.Team
	c.T.Team = to
	c.log("ticket.team", map[string]any{"from": int64(from), "to": int64(to), "number": c.T.Number})
	return nil
}

// SetPriority sets how urgent a ticket is.
func (s *Service) SetPriority(ctx context.Context, actor auth.Actor, t ID, p Priority) (event.ID, error) {
	return s.one(ctx, actor, t, func(_ context.Context, c *change) error { return c.setPriority(p) })
}

func (c *change) setPriority(p Priority) error {
	if _, ok := priorityNames[p]; !ok {
		return errs.Field("priority", "error.priority")
	}
	if p == c.T.Priority {
		return nil
	}
	from := c.T.Priority
	c.T.Priority = p
	c.log("ticket.priority", map[string]any{"from": from.String(), "to": p.String(), "number": c.T.Number})
	return nil
}

// TagName brings a tag into its kept form: one word, lower-case.
func TagName(s string) string {
	s = strings.ToLower(strings.Join(strings.Fields(s), "-"))
	return cut(strings.Trim(s, ",#"), 40)
}

// ChangeTags adds and removes tags. A tag that nobody used before is made; one
// that is to be added and removed is removed.
func (s *Service) ChangeTags(ctx context.Context, actor auth.Actor, t ID, add, remove []string) (event.ID, error) {
	return s.one(ctx, actor, t, func(ctx context.Context, c *change) error { return c.changeTags(ctx, add, remove) })
}

func (c *change) changeTags(ctx context.Context, add, remove []string) error {
	var added, removed []string
	gone := func(name string) bool {
		return slices.ContainsFunc(remove, func(x string) bool { return TagName(x) == name })
	}
	for _, name := range add {
		if name = TagName(name); name != "" && !gone(name) && c.T.addTag(name) {
			added = append(added, name)
			if err := c.s.Store.PutTag(ctx, c.T.Workspace, Tag{Name: name}); err != nil {
				return err
			}
		}
	}
	for _, name := range remove {
		if name = TagName(name); c.T.removeTag(name) {
			removed = append(removed, name)
		}
	}
	if len(c.T.Tags) > 50 {
		return errs.Field("tags", "error.too_many_tags")
	}
	if len(added)+len(removed) > 0 {
		c.log("ticket.tags", map[string]any{"added": added, "removed": removed, "number": c.T.Number})
	}
	return nil
}

// SetFields writes custom fields; a field that the workspace does not have is
// refused.
func (s *Service) SetFields(ctx context.Context, actor auth.Actor, t ID, values map[string]string) (event.ID, error) {
	return s.one(ctx, actor, t, func(ctx context.Context, c *change) error {
		fields, err := s.Store.Fields(ctx, actor.Workspace)
		if err != nil {
			return err
		}
		from, to := map[string]string{}, map[string]string{}
		kept := make(map[string]string, len(c.T.Fields))
		for k, v := range c.T.Fields {
			kept[k] = v
		}
		for key, raw := range values {
			i := slices.IndexFunc(fields, func(f Field) bool { return f.Key == key })
			if i < 0 {
				return errs.Field("f."+key, "error.field_unknown", "field", key)
			}
			v, err := fields[i].Check(raw)
			if err != nil {
				return err
			}
			v, _ = redact.Cards(v)
			if v != kept[key] {
				from[key], to[key] = kept[key], v
				if kept[key] = v; v == "" {
					delete(kept, key)
				}
			}
		}
		if len(to) == 0 {
			return nil
		}
		c.T.Fields = kept
		c.log("ticket.fields", map[string]any{"from": from, "to": to, "number": c.T.Number})
		return nil
	})
}

// SetSubject renames a ticket.
func (s *Service) SetSubject(ctx context.Context, actor auth.Actor, t ID, subject string) (event.ID, error) {
	return s.one(ctx, actor, t, func(_ context.Context, c *change) error {
		subject, _ = redact.Cards(cut(strings.Join(strings.Fields(subject), " "), 300))
		if subject == "" {
			return errs.Field("subject", "error.subject_empty")
		}
		if subject == c.T.Subject {
			return nil
		}
		from := c.T.Subject
		c.T.Subject = subject
		c.log("ticket.subject", map[string]any{"from": from, "to": subject, "number": c.T.Number})
		return nil
	})
}

// Snooze hides a ticket from the open lists until a time, or sooner if the
// customer writes and wake is set; the zero time ends it.
func (s *Service) Snooze(ctx context.Context, actor auth.Actor, t ID, until time.Time, wake bool) (event.ID, error) {
	return s.one(ctx, actor, t, func(_ context.Context, c *change) error {
		if until.IsZero() && c.T.SnoozedUntil.IsZero() {
			return nil
		}
		if !until.IsZero() && !until.After(c.now) {
			return errs.Field("until", "error.snooze_past")
		}
		if !until.IsZero() && (c.T.Status == Solved || c.T.Status == Closed) {
			return errs.New(errs.Conflict, "error.snooze_done")
		}
		from, wasWake := c.T.SnoozedUntil, c.T.WakeOnReply
		c.T.SnoozedUntil, c.T.WakeOnReply = until, wake && !until.IsZero()
		c.log("ticket.snoozed", map[string]any{"from": unixMilli(from), "until": unixMilli(until), "wake": c.T.WakeOnReply, "was_wake": wasWake, "number": c.T.Number})
		return nil
	})
}

func unixMilli(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func fromMilli(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// Wake ends the snooze of tickets whose time has come and returns how many.
func (s *Service) Wake(ctx context.Context) (int, error) {
	due, err := s.Store.DueSnoozed(ctx, s.Now(), 200)
	if err != nil {
		return 0, err
	}
	for _, t := range due {
		_, err := s.update(ctx, auth.ForSystem(t.Workspace), t.ID, func(_ context.Context, c *change) error {
			if c.T.SnoozedUntil.IsZero() || c.T.SnoozedUntil.After(c.now) {
				return nil
			}
			c.T.SnoozedUntil, c.T.WakeOnReply, c.T.Unread = time.Time{}, false, true
			c.log("ticket.woke", map[string]any{"number": c.T.Number})
			return nil
		})
		if err != nil && !errs.Is(err, errs.Conflict) {
			return 0, err
		}
	}
	return len(due), nil
}

// SetSpam moves a ticket to or from the spam bucket.
func (s *Service) SetSpam(ctx context.Context, actor auth.Actor, t ID, spam bool) (event.ID, error) {
	return s.one(ctx, actor, t, func(_ context.Context, c *change) error {
		if spam == c.T.Spam {
			return nil
		}
		c.T.Spam = spam
		c.log("ticket.spam", map[string]any{"on": spam, "number": c.T.Number})
		return nil
	})
}

// SetOrder links a ticket to the order with a number, or to none with "". An
// order that the actor may not see is unknown. A ticket of no shop becomes one of
// the order's.
func (s *Service) SetOrder(ctx context.Context, actor auth.Actor, t ID, number string) (event.ID, error) {
	return s.one(ctx, actor, t, func(ctx context.Context, c *change) error {
		var to order.Order
		if number != "" {
			found, err := s.Orders.Find(ctx, actor, []string{order.Key(number)})
			if err != nil {
				return err
			}
			if len(found) == 0 {
				return errs.Field("order", "error.order_unknown", "number", number)
			}
			to = found[0]
		}
		if to.ID == c.T.Order {
			return nil
		}
		d := ordered{From: c.T.Order, To: to.ID, Number: c.T.Number}
		if c.T.Shop == 0 {
			d.Shop = to.Shop
			c.T.Shop = to.Shop
		}
		c.T.Order = to.ID
		c.log("ticket.order", d)
		return nil
	})
}

// ordered is the data of ticket.order.
type ordered struct {
	From   order.ID     `json:"from"`
	To     order.ID     `json:"to"`
	Shop   order.ShopID `json:"shop,omitempty"` // which the ticket took from the order
	Number int64        `json:"number"`
}

// MarkRead records that an agent has seen what the customer wrote.
func (s *Service) MarkRead(ctx context.Context, actor auth.Actor, t ID, read bool) error {
	_, err := s.update(ctx, actor, t, func(ctx context.Context, c *change) error {
		if err := s.Store.DeleteMention(ctx, actor.Workspace, t, actor.Person()); err != nil {
			return err
		}
		if c.T.Unread == !read {
			return nil
		}
		c.T.Unread = !read
		c.log("ticket.read", map[string]any{"on": read, "number": c.T.Number})
		return nil
	})
	return err
}

// Bulk runs a verb on up to 200 tickets, each in its own transaction, and
// returns the undoable events and how many tickets refused.
func (s *Service) Bulk(ctx context.Context, actor auth.Actor, numbers []int64, verb func(ctx context.Context, t ID) (event.ID, error)) (done map[int64]event.ID, refused map[int64]error, err error) {
	if err := actor.Can(auth.BulkTickets); err != nil {
		return nil, nil, err
	}
	if len(numbers) > 200 {
		return nil, nil, errs.Field("numbers", "error.bulk_size", "max", 200)
	}
	done, refused = map[int64]event.ID{}, map[int64]error{}
	for _, n := range numbers {
		t, err := s.ByNumber(ctx, actor, n)
		if err == nil {
			var id event.ID
			if id, err = verb(ctx, t.ID); err == nil {
				done[n] = id
				continue
			}
		}
		if k := errs.KindOf(err); k == errs.Internal || k == errs.Unavailable {
			return done, refused, fmt.Errorf("bulk: %w", err)
		}
		refused[n] = err
	}
	return done, refused, nil
}
