package ticket

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/redact"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/action"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// SendKind is the kind of the action that sends one message by mail.
const SendKind = "mail.send"

// SendPayload is the payload of a SendKind action.
type SendPayload struct {
	Message MessageID `json:"message"`
}

// SendKey is the key of the action that sends a message; there is one for each.
func SendKey(m MessageID) string { return fmt.Sprintf("send:%d", m) }

// NewReply is an answer to the customer.
type NewReply struct {
	Body    string
	To      []Address // empty: whoever wrote last, at the address they want answers at
	CC      []Address
	Files   []InboundFile
	Keep    []File    // files that are in the blob store already, from the draft
	At      time.Time // zero: now, after the undo time
	Then    Status    // state afterwards; "" leaves it, but new becomes open
	Waiting Waiting
	Macro   MacroID // its actions are done with the reply, its state only if Then names none
	Key     string  // idempotency key of the request; "" for none
	// Signature is the writer's own; that of the mailbox follows it.
	Signature string
}

// maxBody bounds what an agent may send, in bytes.
const maxBody = 512 << 10

// Reply answers the customer. The message is saved as scheduled together with
// the action that will send it when the undo time is over. A repeat with the
// same Key returns the first message. It fails with errs.Conflict on a closed
// ticket and with errs.Invalid without text or recipient.
func (s *Service) Reply(ctx context.Context, actor auth.Actor, t ID, r NewReply) (Message, error) {
	var m Message
	_, err := s.update(ctx, actor, t, func(ctx context.Context, c *change) error {
		if r.Key != "" {
			old, err := s.Store.MessageOnce(ctx, actor.Workspace, t, replyOnce(actor, r.Key))
			if !errs.Is(err, errs.NotFound) {
				m = old
				return err
			}
		}
		if c.T.Status == Closed {
			return errs.New(errs.Conflict, "error.ticket_closed")
		}
		box, err := s.mailboxOf(ctx, c.T)
		if err != nil {
			return err
		}
		if m, err = s.compose(ctx, c, box, 0, r); err != nil {
			return err
		}
		return s.afterReply(ctx, c, m, r)
	})
	return m, err
}

func replyOnce(actor auth.Actor, key string) string {
	return fmt.Sprintf("once.%d.%s", actor.ID, key)
}

// mailboxOf returns the mailbox that a ticket's answers leave by.
func (s *Service) mailboxOf(ctx context.Context, t Ticket) (Mailbox, error) {
	if t.Mailbox != 0 {
		return s.Store.Mailbox(ctx, t.Workspace, t.Mailbox)
	}
	boxes, err := s.Store.Mailboxes(ctx, t.Workspace)
	if err != nil {
		return Mailbox{}, err
	}
	for _, b := range boxes {
		if !b.Disabled {
			return b, nil
		}
	}
	return Mailbox{}, errs.New(errs.Conflict, "error.no_mailbox")
}

// writeFrom returns the mailbox by which the actor begins a conversation: the
// given one or, for 0, the first that is open to them.
func (s *Service) writeFrom(ctx context.Context, actor auth.Actor, id MailboxID) (Mailbox, error) {
	if id != 0 {
		box, err := s.Store.Mailbox(ctx, actor.Workspace, id)
		if err == nil {
			err = auth.Can(actor, auth.SendMail, box.Resource())
		}
		return box, err
	}
	boxes, err := s.Store.Mailboxes(ctx, actor.Workspace)
	if err != nil {
		return Mailbox{}, err
	}
	for _, b := range boxes {
		if !b.Disabled && auth.Can(actor, auth.SendMail, b.Resource()) == nil {
			return b, nil
		}
	}
	return Mailbox{}, errs.New(errs.Conflict, "error.no_mailbox")
}

// Footing is a reply whose footer is asked for.
type Footing struct {
	Workspace  auth.WorkspaceID
	Order      order.ID
	Language   string
	Body       string
	Recipients Recipients
}

// compose saves an outbound message and proposes the action that sends it. Every
// letter of an actor passes here, so that here is asked whether it may leave.
func (s *Service) compose(ctx context.Context, c *change, box Mailbox, side SideID, r NewReply) (Message, error) {
	if err := c.actor.Can(auth.SendMail); err != nil {
		return Message{}, err
	}
	body, _ := redact.Cards(strings.TrimSpace(strings.ReplaceAll(r.Body, "\r\n", "\n")))
	switch {
	case body == "" && len(r.Files)+len(r.Keep) == 0:
		return Message{}, errs.Field("body", "error.reply_empty")
	case len(body) > maxBody:
		return Message{}, errs.Field("body", "error.reply_long")
	}
	to := r.To
	if len(to) == 0 {
		var err error
		if to, err = s.replyTo(ctx, c.T); err != nil {
			return Message{}, err
		}
	}
	if len(to)+len(r.CC) > 50 {
		return Message{}, errs.Field("to", "error.too_many_recipients")
	}
	w, err := s.People.Workspace(ctx, c.actor.Workspace)
	if err != nil {
		return Message{}, err
	}
	m := Message{
		ID: MessageID(s.IDs.Next()), Workspace: c.actor.Workspace, Ticket: c.T.ID, Side: side, Kind: KindOutbound,
		Form: Plain, Channel: Email, AuthorKind: c.actor.Kind, AuthorID: c.actor.ID, AuthorName: c.actor.Name,
		Verified: true, Address: box.Address, Recipients: Recipients{To: to, CC: r.CC}, Subject: "Re: " + c.T.Subject,
		Body: body, Signature: strings.TrimSpace(r.Signature + "\n" + box.Signature), Language: c.T.Language, Delivery: Scheduled, At: c.now,
		SendAt: c.now.Add(s.UndoSend), Files: slices.Clone(r.Keep),
	}
	if s.Footer != nil && side == 0 && c.T.Order != 0 {
		foot, err := s.Footer(ctx, Footing{Workspace: c.actor.Workspace, Order: c.T.Order, Language: m.Language, Body: body, Recipients: m.Recipients})
		if err != nil {
			return Message{}, err
		}
		m.Signature = strings.TrimSpace(m.Signature + "\n\n" + foot)
	}
	m.Key = MessageKey(w.Secret, c.T.ID, m.ID, box.Domain())
	if r.At.After(m.SendAt) {
		m.SendAt = r.At
	}
	if r.Key != "" {
		m.Digest = replyOnce(c.actor, r.Key)
	}
	for _, f := range r.Files {
		if err := s.Store.PutBlob(ctx, c.actor.Workspace, f.SHA256, f.Data, c.now); err != nil {
			return Message{}, err
		}
		m.Files = append(m.Files, f.File)
	}
	if err := s.Store.AddMessage(ctx, m); err != nil {
		return Message{}, err
	}
	_, err = s.Actions.Propose(ctx, c.actor, SendKind, SendKey(m.ID), int64(c.T.ID), SendPayload{m.ID}, m.SendAt)
	return m, err
}

// replyTo returns where the last verified words of the customer asked answers
// to go; a stranger's never count.
func (s *Service) replyTo(ctx context.Context, t Ticket) ([]Address, error) {
	last, err := s.Store.Messages(ctx, t.Workspace, t.ID, 0, 100)
	if err != nil {
		return nil, err
	}
	people, err := s.Store.Participants(ctx, t.Workspace, t.ID)
	if err != nil {
		return nil, err
	}
	if to := recipient(last, people); to != nil {
		return to, nil
	}
	return nil, errs.Field("to", "error.no_recipient")
}

// recipient chooses where an answer goes: to whoever wrote last, else to whom we
// wrote last, else to a participant; nil if nobody can be answered.
func recipient(messages []Message, people []Participant) []Address {
	for _, m := range slices.Backward(messages) {
		if m.Side != 0 || m.Kind != KindInbound || !m.Verified || !m.Form.fromPerson() {
			continue
		}
		if len(m.Recipients.ReplyTo) > 0 {
			return m.Recipients.ReplyTo[:1]
		}
		return []Address{{Name: m.AuthorName, Address: m.Address}}
	}
	for _, m := range slices.Backward(messages) {
		if m.Side == 0 && m.Kind == KindOutbound && len(m.Recipients.To) > 0 {
			return m.Recipients.To[:1]
		}
	}
	for _, p := range people {
		if p.Verified {
			return []Address{{Name: p.Name, Address: p.Address}}
		}
	}
	return nil
}

// ReplyTo returns to whom an answer goes unless the agent says otherwise.
func (s *Service) ReplyTo(ctx context.Context, actor auth.Actor, t Ticket) ([]Address, error) {
	if err := auth.Can(actor, auth.ReadTickets, t.Resource()); err != nil {
		return nil, err
	}
	return s.replyTo(ctx, t)
}

// afterReply moves the ticket on after an answer to the customer.
func (s *Service) afterReply(ctx context.Context, c *change, m Message, r NewReply) error {
	c.T.Messages++
	c.T.LastAt, c.T.LastOutboundAt = c.now, c.now
	c.T.Preview, c.T.Unread = Preview(m.Body), false
	if c.T.Assignee == 0 && c.actor.Person() != 0 {
		c.T.Assignee = c.actor.Person()
		c.log("ticket.assigned", map[string]any{"to": int64(c.T.Assignee), "by": "reply", "number": c.T.Number})
	}
	people := []Participant{}
	for _, a := range slices.Concat(m.Recipients.To, m.Recipients.CC) {
		people = append(people, Participant{Address: a.Address, Name: a.Name, Verified: true})
	}
	if err := s.Store.AddParticipants(ctx, c.actor.Workspace, c.T.ID, people); err != nil {
		return err
	}
	c.logAbout(event.Subject{Kind: subjectMessage, ID: int64(m.ID)}, "ticket.replied",
		map[string]any{"message": int64(m.ID), "send_at": m.SendAt.UnixMilli(), "number": c.T.Number})
	if err := s.Store.DeleteDraft(ctx, c.actor.Workspace, c.T.ID, c.actor.Person(), KindOutbound); err != nil {
		return err
	}
	to, waiting := r.Then, r.Waiting
	if r.Macro != 0 {
		done, err := s.macroActions(ctx, c, r.Macro)
		if err != nil && !errs.Is(err, errs.NotFound) { // deleted since it was chosen: an answer must not fail for it
			return err
		}
		if to == "" && CanMove(c.T.Status, done.Status) {
			to = done.Status
		}
		if to == done.Status && waiting == "" {
			waiting = done.Waiting
		}
	}
	if to == "" && c.T.Status == New {
		to = Open
	}
	return c.setStatus(ctx, to, waiting)
}

// Unsend takes a reply back before it leaves; its text returns to the draft, and
// a ticket that it was to settle is open again: an answer that never left has
// settled nothing. It
// fails with errs.Conflict once sending has begun. A repeat does nothing.
func (s *Service) Unsend(ctx context.Context, actor auth.Actor, t ID, id MessageID) error {
	_, err := s.update(ctx, actor, t, func(ctx context.Context, c *change) error {
		m, err := s.messageOf(ctx, c.T, id)
		if err != nil {
			return err
		}
		if m.Delivery == Cancelled {
			return nil
		}
		if m.Kind != KindOutbound || m.Delivery != Scheduled {
			return errs.New(errs.Conflict, "error.send_begun")
		}
		if err := s.Actions.Cancel(ctx, actor.Workspace, SendKey(id)); err != nil {
			return err
		}
		c.shift.Anew = true
		c.logAbout(event.Subject{Kind: subjectMessage, ID: int64(id)}, "ticket.unsent", map[string]any{"message": int64(id), "number": c.T.Number})
		if m.Side != 0 {
			return nil
		}
		if from := c.T.Status; from != New && from != Open {
			c.T.move(Open, "", c.now)
			c.log("ticket.reopened", map[string]any{"number": c.T.Number, "from": from, "by": "unsent"})
		}
		kept, err := s.Store.Draft(ctx, actor.Workspace, t, actor.Person(), KindOutbound)
		if err != nil && !errs.Is(err, errs.NotFound) {
			return err
		}
		body := m.Body
		if kept.Data.Body != "" {
			body += "\n\n" + kept.Data.Body
		}
		return s.Store.PutDraft(ctx, Draft{
			Ticket: t, Person: actor.Person(), Workspace: actor.Workspace, Kind: KindOutbound, UpdatedAt: c.now,
			Data: DraftData{
				Body: body, To: joinAddresses(m.Recipients.To), CC: joinAddresses(m.Recipients.CC), Files: slices.Concat(m.Files, kept.Data.Files),
				Macro: kept.Data.Macro, Version: kept.Data.next(c.now), // what the sent one did stays done
			},
		})
	})
	return err
}

// Resend sends a failed, returned or unclear message again, by a person's decision.
func (s *Service) Resend(ctx context.Context, actor auth.Actor, t ID, id MessageID) error {
	if err := actor.Can(auth.SendMail); err != nil {
		return err
	}
	_, err := s.update(ctx, actor, t, func(ctx context.Context, c *change) error {
		m, err := s.messageOf(ctx, c.T, id)
		if err != nil {
			return err
		}
		switch m.Delivery {
		case Failed, Unknown:
		case Bounced: // what follows is a new delivery, which can bounce again
			m.Delivery, m.DeliveryDetail = Scheduled, ""
			c.saved, c.shift.Anew = true, true
			if err := s.Store.SaveMessage(ctx, m); err != nil {
				return err
			}
		default:
			return errs.New(errs.Conflict, "error.send_begun")
		}
		c.logAbout(event.Subject{Kind: subjectMessage, ID: int64(id)}, "ticket.resent", map[string]any{"message": int64(id), "number": c.T.Number})
		return s.Actions.Again(ctx, actor, SendKey(id))
	})
	return err
}

// SendNow sends a scheduled message at once. One whose time has come is only tried without
// further delay: when it was to leave stays as it was, and with it what the message answers.
// It fails with errs.Conflict once sending has begun.
func (s *Service) SendNow(ctx context.Context, actor auth.Actor, t ID, id MessageID) error {
	if err := actor.Can(auth.SendMail); err != nil {
		return err
	}
	_, err := s.update(ctx, actor, t, func(ctx context.Context, c *change) error {
		m, err := s.messageOf(ctx, c.T, id)
		if err != nil {
			return err
		}
		if m.Delivery != Scheduled {
			return errs.New(errs.Conflict, "error.send_begun")
		}
		if m.SendAt.After(c.now) {
			m.SendAt = c.now
			c.saved, c.shift.Anew = true, true // it answers earlier than it was to
			if err := s.Store.SaveMessage(ctx, m); err != nil {
				return err
			}
			c.logAbout(event.Subject{Kind: subjectMessage, ID: int64(id)}, "ticket.hurried", map[string]any{"message": int64(id), "number": c.T.Number})
		}
		return s.Actions.Hurry(ctx, actor.Workspace, SendKey(id))
	})
	return err
}

// messageOf reads a message and makes sure that it belongs to the ticket.
func (s *Service) messageOf(ctx context.Context, t Ticket, id MessageID) (Message, error) {
	m, err := s.Store.Message(ctx, t.Workspace, id)
	if err == nil && m.Ticket != t.ID {
		err = errs.New(errs.NotFound, "error.not_found")
	}
	return m, err
}

// SetDelivery brings a message in line with the action that sends it. It joins
// the transaction that ends the action.
func (s *Service) SetDelivery(ctx context.Context, w auth.WorkspaceID, id MessageID, state action.State, detail string) error {
	m, tk, err := s.heldMessage(ctx, w, id)
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	to := map[action.State]Delivery{
		action.Ready: Scheduled, action.Committing: Sending, action.Done: Sent, action.Failed: Failed,
		action.Unknown: Unknown, action.Cancelled: Cancelled,
	}[state]
	if to == "" || m.Delivery == to || m.Delivery == Bounced {
		return nil
	}
	counts := m.Delivery.answers() != to.answers() || m.waits()
	m.Delivery, m.DeliveryDetail = to, detail
	now := s.Now()
	if to == Sent {
		m.SentAt = now
	}
	if err := s.Store.SaveMessage(ctx, m); err != nil {
		return err
	}
	c := &change{s: s, now: now, actor: auth.ForSystem(w), T: tk, shift: Shift{Anew: counts}}
	c.logAbout(event.Subject{Kind: subjectMessage, ID: int64(id)}, "ticket.delivery",
		map[string]any{"message": int64(id), "state": to, "detail": cut(detail, 300), "number": tk.Number})
	if to != Failed && to != Unknown {
		if err := s.Journal.Append(ctx, c.events...); err != nil || !counts {
			return err // the ticket itself is as it was
		}
		return c.clock(ctx)
	}
	c.T.Unread = true
	if c.T.Status == Solved || c.T.Status == Pending {
		c.T.move(Open, "", now)
	}
	return c.save(ctx, &tk)
}

// heldMessage reads a message together with its ticket, whose lock is what all
// who change a message hold.
func (s *Service) heldMessage(ctx context.Context, w auth.WorkspaceID, id MessageID) (Message, Ticket, error) {
	m, err := s.Store.Message(ctx, w, id)
	for err == nil {
		var t Ticket
		if t, err = s.Store.Ticket(ctx, w, m.Ticket); err != nil {
			break
		}
		if m, err = s.Store.Message(ctx, w, id); err == nil && m.Ticket == t.ID { // else it was moved meanwhile
			return m, t, nil
		}
	}
	return Message{}, Ticket{}, err
}

func joinAddresses(list []Address) string {
	out := make([]string, len(list))
	for i, a := range list {
		out[i] = a.Address
	}
	return strings.Join(out, ", ")
}
