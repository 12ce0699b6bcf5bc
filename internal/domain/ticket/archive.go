package ticket

import (
	"context"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/platform/auth"
)

// Mail from an archive is history: it happened when it says, what we wrote in it
// is outbound, and a conversation that has been silent for a while is over.

// importedOver is how long an imported conversation must have been silent to
// come in as solved and read.
const importedOver = 14 * 24 * time.Hour

// at is when an inbound message happened, as far as the ticket is concerned.
func (in *Inbound) at(now time.Time) time.Time {
	if in.Imported && in.SentAt.Unix() > 0 && in.SentAt.Before(now) {
		return in.SentAt
	}
	return now
}

// settle brings a ticket that got imported mail to rest.
func (in *Inbound) settle(c *change, now time.Time) {
	if !in.Imported || now.Sub(c.T.LastAt) < importedOver {
		return
	}
	if c.now.Before(c.T.LastAt) {
		return // older than what is here already
	}
	if c.T.Status != Closed {
		c.T.move(Solved, "", c.T.LastAt)
	}
	c.T.Unread = false
}

// receiveOurs adds an imported mail that the merchant's own mailbox wrote. Its
// author is the mailbox, never a person: anybody can write a From line.
func (s *Service) receiveOurs(ctx context.Context, w auth.Workspace, boxes []Mailbox, in *Inbound, digest string) (Received, error) {
	if len(in.Recipients.To) == 0 {
		return Received{Joined: "own"}, nil
	}
	to := in.Recipients.To[0]
	cust, _, err := s.Customers.Ensure(ctx, w.ID, customer.Identity{Kind: "email", Value: to.Address}, to.Name, in.Language)
	if errs.Is(err, errs.Invalid) {
		return Received{Joined: "own"}, nil
	}
	if err != nil {
		return Received{}, err
	}
	theirs := *in // threaded as if the customer had written it
	theirs.From = to
	p, err := s.place(ctx, w, &theirs, cust.ID)
	if err != nil {
		return Received{}, err
	}
	p.side = 0
	c := &change{s: s, now: in.at(s.Now()), actor: auth.Actor{Kind: auth.System, Name: displayName(in.From), Workspace: w.ID}}
	opened := p.ticket == 0
	if opened {
		if err := s.open(ctx, c, boxes, in, cust.ID, p); err != nil {
			return Received{}, err
		}
		c.T.Status, c.T.Waiting, c.T.Version = Pending, ForCustomer, 0
		if err := s.Store.AddTicket(ctx, c.T); err != nil {
			return Received{}, err
		}
	} else if c.T, err = s.Store.Ticket(ctx, w.ID, p.ticket); err != nil {
		return Received{}, err
	}
	if err := s.Store.AddParticipants(ctx, w.ID, c.T.ID, []Participant{{Address: to.Address, Name: to.Name, Verified: true}}); err != nil {
		return Received{}, err
	}
	m := Message{
		ID: MessageID(s.IDs.Next()), Workspace: w.ID, Ticket: c.T.ID, Intake: in.Intake, Kind: KindOutbound, Form: Plain, Channel: in.Channel,
		AuthorKind: auth.System, AuthorName: c.actor.Name, Verified: true, Address: in.From.Address, Recipients: in.Recipients,
		Subject: cut(in.Subject, 1000), Body: in.Body, Quoted: in.Quoted, Signature: in.Signature, HTML: in.HTML, Language: in.Language,
		Key: in.Key, Digest: digest, Delivery: Sent, Origin: in.Origin, Warnings: in.Warnings, SentAt: c.now, At: c.now,
	}
	for _, f := range in.Files {
		if err := s.Store.PutBlob(ctx, w.ID, f.SHA256, f.Data, c.now); err != nil {
			return Received{}, err
		}
		m.Files = append(m.Files, f.File)
	}
	if err := s.Store.AddMessage(ctx, m); err != nil {
		return Received{}, err
	}
	c.log("ticket.imported", map[string]any{"message": int64(m.ID), "number": c.T.Number})
	c.T.Messages++
	if !c.now.Before(c.T.LastAt) || opened {
		c.T.LastAt, c.T.LastOutboundAt, c.T.Preview = c.now, c.now, Preview(m.Body)
	}
	in.settle(c, s.Now())
	if err := s.Store.SaveTicket(ctx, &c.T); err != nil {
		return Received{}, err
	}
	if err := s.Journal.Append(ctx, c.events...); err != nil {
		return Received{}, err
	}
	return Received{Ticket: c.T.ID, Message: m.ID, Opened: opened, Joined: p.by}, c.clock(ctx)
}
