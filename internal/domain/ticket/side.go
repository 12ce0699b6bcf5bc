package ticket

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/redact"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/platform/auth"
)

// NewSide begins a conversation about a ticket with somebody else.
type NewSide struct {
	Kind    string // carrier, supplier, marketplace, other
	To      Address
	Subject string
	Body    string
	Enclose []MessageID // messages of the ticket to quote
}

var sideKinds = []string{"carrier", "supplier", "marketplace", "other"}

// OpenSide writes to a carrier, supplier or other party about a ticket. The
// customer sees nothing of it, and answers come back to the side.
func (s *Service) OpenSide(ctx context.Context, actor auth.Actor, t ID, n NewSide) (Side, error) {
	var side Side
	_, err := s.update(ctx, actor, t, func(ctx context.Context, c *change) error {
		to := customer.FoldEmail(n.To.Address)
		subject := cut(strings.Join(strings.Fields(n.Subject), " "), 300)
		switch {
		case !slices.Contains(sideKinds, n.Kind):
			return errs.Field("party", "error.side_kind")
		case !strings.Contains(to, "@"):
			return errs.Field("to", "error.address", "address", n.To.Address)
		case subject == "":
			return errs.Field("subject", "error.subject_empty")
		case strings.TrimSpace(n.Body) == "":
			return errs.Field("body", "error.reply_empty")
		}
		body := n.Body
		var files []File
		for _, id := range n.Enclose {
			m, err := s.messageOf(ctx, c.T, id)
			if err != nil {
				return err
			}
			body += "\n\n" + quote(m)
			files = append(files, m.Files...)
		}
		side = Side{ID: SideID(s.IDs.Next()), Workspace: actor.Workspace, Ticket: t, Kind: n.Kind, Address: to, Name: n.To.Name, Subject: subject, CreatedAt: c.now}
		if err := s.Store.AddSide(ctx, side); err != nil {
			return err
		}
		c.log("ticket.side_opened", map[string]any{"side": int64(side.ID), "party": n.Kind, "to": to, "number": c.T.Number})
		return s.sendSide(ctx, c, side, body, files)
	})
	return side, err
}

// ReplySide writes again in a side conversation.
func (s *Service) ReplySide(ctx context.Context, actor auth.Actor, t ID, id SideID, body string) error {
	_, err := s.update(ctx, actor, t, func(ctx context.Context, c *change) error {
		side, err := s.Store.Side(ctx, actor.Workspace, id)
		if err != nil {
			return err
		}
		if side.Ticket != t {
			return errs.New(errs.NotFound, "error.not_found")
		}
		return s.sendSide(ctx, c, side, body, nil)
	})
	return err
}

func (s *Service) sendSide(ctx context.Context, c *change, side Side, body string, files []File) error {
	box, err := s.mailboxOf(ctx, c.T)
	if err != nil {
		return err
	}
	m, err := s.compose(ctx, c, box, side.ID, NewReply{Body: body, To: []Address{{Name: side.Name, Address: side.Address}}, Keep: files})
	if err != nil {
		return err
	}
	m.Subject = side.Subject
	if err := s.Store.SaveMessage(ctx, m); err != nil {
		return err
	}
	c.T.Messages++
	c.log("ticket.side_replied", map[string]any{"side": int64(side.ID), "message": int64(m.ID), "number": c.T.Number})
	return nil
}

// quote renders a message for somebody who does not know the conversation.
func quote(m Message) string {
	lines := strings.Split(m.Body, "\n")
	for i, l := range lines {
		lines[i] = "> " + l
	}
	return fmt.Sprintf("%s, %s:\n%s", m.AuthorName, m.At.UTC().Format("2006-01-02 15:04 UTC"), strings.Join(lines, "\n"))
}

// NewTicket is a conversation that an agent begins.
type NewTicket struct {
	To      Address
	Subject string
	Body    string
	Mailbox MailboxID
	Key     string // idempotency key of the request; "" for none
}

// Create opens a ticket with a first message to a customer. A repeat with the
// same Key returns the first ticket.
func (s *Service) Create(ctx context.Context, actor auth.Actor, n NewTicket) (Ticket, error) {
	if err := actor.Can(auth.WriteTickets); err != nil {
		return Ticket{}, err
	}
	if err := actor.Can(auth.SendMail); err != nil {
		return Ticket{}, err
	}
	to := customer.FoldEmail(n.To.Address)
	subject, _ := redact.Cards(cut(strings.Join(strings.Fields(n.Subject), " "), 300))
	if !strings.Contains(to, "@") {
		return Ticket{}, errs.Field("customer", "error.address", "address", n.To.Address)
	}
	if subject == "" {
		return Ticket{}, errs.Field("subject", "error.subject_empty")
	}
	var out Ticket
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		cust, _, err := s.Customers.Ensure(ctx, actor.Workspace, customer.Identity{Kind: "email", Value: to}, n.To.Name, "")
		if err != nil {
			return err
		}
		number, err := s.Store.NextNumber(ctx, actor.Workspace) // one at a time in a workspace, until we commit
		if err != nil {
			return err
		}
		if out, err = s.created(ctx, actor, cust.ID, n.Key); err != nil || out.ID != 0 {
			return cmp.Or(err, error(errRepeated))
		}
		now := s.Now()
		c := &change{s: s, actor: actor, now: now, T: Ticket{
			ID: ID(s.IDs.Next()), Workspace: actor.Workspace, Number: number, Channel: Email, Customer: cust.ID,
			Subject: subject, Language: cust.Language, Status: Open, Assignee: actor.Person(), LastAt: now, CreatedAt: now, Fields: map[string]string{},
		}}
		box, err := s.writeFrom(ctx, actor, n.Mailbox)
		if err != nil {
			return err
		}
		c.T.Mailbox, c.T.Shop, c.T.Team = box.ID, box.Shop, box.Team
		if err := s.Store.AddTicket(ctx, c.T); err != nil {
			return err
		}
		if err := s.Store.AddParticipants(ctx, actor.Workspace, c.T.ID, []Participant{{Address: to, Name: n.To.Name, Verified: true}}); err != nil {
			return err
		}
		c.log("ticket.opened", map[string]any{"number": number, "channel": Email, "subject": subject})
		m, err := s.compose(ctx, c, box, 0, NewReply{Body: n.Body, To: []Address{{Name: n.To.Name, Address: to}}, Key: n.Key})
		if err != nil {
			return err
		}
		m.Subject = subject // a first message answers nothing
		if err := s.Store.SaveMessage(ctx, m); err != nil {
			return err
		}
		if err := s.afterReply(ctx, c, m, NewReply{Then: Pending, Waiting: ForCustomer}); err != nil {
			return err
		}
		return c.save(ctx, &out)
	})
	if errors.Is(err, errRepeated) {
		err = nil
	}
	return out, err
}

// errRepeated rolls a repeated request back.
var errRepeated = errors.New("repeated")

// created returns the ticket that the actor opened for a customer under a key;
// the zero Ticket if there is none among the newest.
func (s *Service) created(ctx context.Context, actor auth.Actor, cust customer.ID, key string) (Ticket, error) {
	if key == "" {
		return Ticket{}, nil
	}
	recent, err := s.Store.TicketsOfCustomer(ctx, auth.ForSystem(actor.Workspace).Scope(), cust, 20)
	if err != nil {
		return Ticket{}, err
	}
	for _, t := range recent {
		_, err := s.Store.MessageOnce(ctx, actor.Workspace, t.ID, replyOnce(actor, key))
		if err == nil {
			return t, nil
		}
		if !errs.Is(err, errs.NotFound) {
			return Ticket{}, err
		}
	}
	return Ticket{}, nil
}

// FollowUp opens a ticket that continues a closed one.
func (s *Service) FollowUp(ctx context.Context, actor auth.Actor, t ID) (Ticket, error) {
	if err := actor.Can(auth.WriteTickets); err != nil {
		return Ticket{}, err
	}
	var out Ticket
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		old, err := s.load(ctx, actor, auth.WriteTickets, t)
		if err != nil {
			return err
		}
		if old.MergedInto != 0 {
			return errs.New(errs.Conflict, "error.ticket_merged")
		}
		if old.Status != Closed {
			return errs.New(errs.Conflict, "error.follow_up_open")
		}
		number, err := s.Store.NextNumber(ctx, actor.Workspace)
		if err != nil {
			return err
		}
		people, err := s.Store.Participants(ctx, actor.Workspace, t)
		if err != nil {
			return err
		}
		now := s.Now()
		c := &change{s: s, actor: actor, now: now, saved: true, T: Ticket{
			ID: ID(s.IDs.Next()), Workspace: actor.Workspace, Number: number, Channel: old.Channel, Mailbox: old.Mailbox, Shop: old.Shop,
			Customer: old.Customer, Order: old.Order, Subject: old.Subject, Language: old.Language, Status: Open, Assignee: actor.Person(),
			Team: old.Team, FollowUpOf: t, LastAt: now, CreatedAt: now, Fields: map[string]string{},
		}}
		if err := s.Store.AddTicket(ctx, c.T); err != nil {
			return err
		}
		if err := s.Store.AddParticipants(ctx, actor.Workspace, c.T.ID, people); err != nil {
			return err
		}
		c.log("ticket.opened", map[string]any{"number": number, "channel": old.Channel, "subject": old.Subject, "follow_up_of": int64(t)})
		return c.save(ctx, &out)
	})
	return out, err
}

// SaveDraft keeps what somebody is writing, with the macro whose actions wait
// for the reply; without text, files and macro it forgets the draft. Version is
// the one the writer saw last, 0 for none: if another window saved, sent or
// emptied the draft in between it fails with errs.Conflict and returns what is
// kept, so that no word is lost and none comes back. Files that are nil stay as
// they are. A macro that does not exist is errs.NotFound.
func (s *Service) SaveDraft(ctx context.Context, actor auth.Actor, t ID, k Kind, d DraftData) (Draft, error) {
	if err := actor.Can(auth.WriteTickets); err != nil {
		return Draft{}, err
	}
	if len(d.Body) > maxBody {
		return Draft{}, errs.Field("body", "error.reply_long")
	}
	if k != KindNote {
		k = KindOutbound
	}
	var out Draft
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.load(ctx, actor, auth.WriteTickets, t); err != nil {
			return err
		}
		kept, err := s.Store.Draft(ctx, actor.Workspace, t, actor.Person(), k)
		if err != nil && !errs.Is(err, errs.NotFound) {
			return err
		}
		out = kept
		if d.Body, _ = redact.Cards(d.Body); kept.Data.Version != d.Version && kept.Data.Body != d.Body {
			return errs.New(errs.Conflict, "error.draft_newer")
		}
		if k == KindNote {
			d.Macro = 0
		}
		if d.Macro != 0 && d.Macro != kept.Data.Macro {
			m, err := s.macro(ctx, actor.Workspace, d.Macro)
			if err != nil {
				return err
			}
			d.Macro = m.ID
		}
		if d.Files == nil {
			d.Files = kept.Data.Files
		}
		if strings.TrimSpace(d.Body) == "" && len(d.Files) == 0 && d.Macro == 0 {
			out = Draft{}
			return s.Store.DeleteDraft(ctx, actor.Workspace, t, actor.Person(), k)
		}
		now := s.Now()
		d.Version = kept.Data.next(now)
		out = Draft{Ticket: t, Person: actor.Person(), Workspace: actor.Workspace, Kind: k, Data: d, UpdatedAt: now}
		return s.Store.PutDraft(ctx, out)
	})
	return out, err
}

// Thread is a ticket with what its page shows.
type Thread struct {
	Ticket       Ticket
	Messages     []Message // oldest first
	Older        MessageID // more messages lie before this one; 0 if none do
	Participants []Participant
	Sides        []Side
	Events       []TimelineEvent
	Drafts       map[Kind]Draft
	FollowUps    []int64
}

// threadPage is how many messages a ticket's page shows at first.
const threadPage = 60

// Thread reads the page of a ticket. Before limits it to older messages.
func (s *Service) Thread(ctx context.Context, actor auth.Actor, number int64, before MessageID) (Thread, error) {
	t, err := s.ByNumber(ctx, actor, number)
	if err != nil {
		return Thread{}, err
	}
	out := Thread{Ticket: t, Drafts: map[Kind]Draft{}}
	if out.Messages, err = s.Store.Messages(ctx, actor.Workspace, t.ID, before, threadPage+1); err != nil {
		return out, err
	}
	from := time.Time{}
	if len(out.Messages) > threadPage {
		out.Messages = out.Messages[1:]
		out.Older = out.Messages[0].ID
		from = out.Messages[0].At
	}
	if out.Participants, err = s.Store.Participants(ctx, actor.Workspace, t.ID); err != nil {
		return out, err
	}
	if out.Sides, err = s.Store.Sides(ctx, actor.Workspace, t.ID); err != nil {
		return out, err
	}
	if out.Events, err = s.timeline(ctx, actor.Workspace, t.ID, from); err != nil {
		return out, err
	}
	for _, k := range []Kind{KindOutbound, KindNote} {
		d, err := s.Store.Draft(ctx, actor.Workspace, t.ID, actor.Person(), k)
		if err == nil {
			out.Drafts[k] = d
		} else if !errs.Is(err, errs.NotFound) {
			return out, err
		}
	}
	if t.Status == Closed {
		out.FollowUps, err = s.Store.FollowUps(ctx, actor.Workspace, t.ID)
	}
	return out, err
}
