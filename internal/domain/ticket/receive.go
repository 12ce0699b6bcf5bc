package ticket

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/carrier"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// Received says what became of an inbound message.
type Received struct {
	Ticket  ID
	Message MessageID
	Opened  bool   // a new ticket
	Joined  string // why it joined: token, reference, order, subject, copy, bounce, own
}

// joinWindow is how far back order number and subject may tie a message to an
// existing ticket.
const joinWindow = 45 * 24 * time.Hour

// Receive puts inbound messages of one workspace into tickets, in order, within
// one transaction. A message that is here already (the same Message-ID, sender
// and content, in whichever mailbox) is not added again. Messages are never
// refused: what cannot be read well is kept as it can be, with warnings.
func (s *Service) Receive(ctx context.Context, w auth.Workspace, batch []Inbound) ([]Received, error) {
	out := make([]Received, 0, len(batch))
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		out = out[:0]
		boxes, err := s.Store.Mailboxes(ctx, w.ID)
		if err != nil {
			return err
		}
		for i := range batch {
			r, err := s.receive(ctx, w, boxes, &batch[i])
			if err != nil {
				return fmt.Errorf("receive %q: %w", batch[i].Key, err)
			}
			out = append(out, r)
		}
		return nil
	})
	return out, err
}

func (s *Service) receive(ctx context.Context, w auth.Workspace, boxes []Mailbox, in *Inbound) (Received, error) {
	in.ours = ours(boxes, in.From.Address)
	_, _, signed := ParseMessageKey(w.Secret, in.Key)
	in.OwnOutgoing = signed && in.ours // anybody can write our address into From; the signature is ours alone
	digest := in.digest()
	known, err := s.known(ctx, w.ID, in, digest)
	if err != nil || known.Message != 0 {
		return known, err
	}
	if in.OwnOutgoing && !in.Imported {
		return Received{Joined: "own"}, nil
	}
	if in.FromUs {
		return s.receiveOurs(ctx, w, boxes, in, digest)
	}
	if returned, err := s.letterOf(ctx, w, in); err != nil || returned {
		return Received{Joined: "bounce"}, err
	}
	cust, place, err := s.sender(ctx, w, in)
	if err != nil {
		return Received{}, err
	}
	c := &change{s: s, now: in.at(s.Now()), actor: auth.Actor{Kind: auth.Customer, ID: int64(cust), Name: displayName(in.From), Workspace: w.ID}}
	if cust == 0 {
		c.actor.Kind = auth.System
		cust = place.customer
	}
	opened := place.ticket == 0
	if opened {
		if err := s.open(ctx, c, boxes, in, cust, place); err != nil {
			return Received{}, err
		}
	} else if c.T, err = s.Store.Ticket(ctx, w.ID, place.ticket); err != nil {
		return Received{}, err
	}
	if err := s.trust(ctx, w.ID, boxes, in, place); err != nil {
		return Received{}, err
	}
	reading, err := s.read(ctx, w.ID, in, place, cmp.Or(c.T.Order, place.order))
	if err != nil {
		return Received{}, err
	}
	m := c.inbound(in, place, reading, digest)
	in.settle(c, s.Now())
	// A new ticket is written once, in the state that its first message gives it.
	if opened {
		err = s.Store.AddTicket(ctx, c.T)
	} else {
		err = s.Store.SaveTicket(ctx, &c.T)
	}
	if err != nil {
		return Received{}, err
	}
	if err := s.join(ctx, c, boxes, in, place, opened); err != nil {
		return Received{}, err
	}
	if err := s.keepInbound(ctx, c, in, m, place); err != nil {
		return Received{}, err
	}
	if err := c.doubt(ctx, m); err != nil {
		return Received{}, err
	}
	if err := s.Journal.Append(ctx, c.events...); err != nil {
		return Received{}, err
	}
	c.shift.Anew = place.bounced != 0
	if err := c.clock(ctx); err != nil {
		return Received{}, err
	}
	return Received{Ticket: c.T.ID, Message: m.ID, Opened: opened, Joined: place.by}, nil
}

// nobody stands for an author who names no address; .invalid never resolves
// (RFC 2606).
const nobody = "unknown@unknown.invalid"

// sender finds who wrote and where it belongs. A notice of a mail server about
// a mail of ours has no customer behind it.
func (s *Service) sender(ctx context.Context, w auth.Workspace, in *Inbound) (customer.ID, placement, error) {
	if in.Form == Bounce || in.Form == Report {
		p, err := s.place(ctx, w, in, 0)
		if err != nil || p.ticket != 0 || p.follows != 0 {
			return 0, p, err
		}
	}
	who := customer.Identity{Kind: "email", Value: in.From.Address, Verified: in.Origin.DMARC == "pass"}
	cust, _, err := s.Customers.Ensure(ctx, w.ID, who, in.From.Name, in.Language)
	if errs.Is(err, errs.Invalid) { // no address, but a message all the same
		in.From.Name, in.From.Address = cut(strings.TrimSpace(in.From.Name+" "+in.From.Address), 200), nobody
		in.Warnings = append(slices.Clone(in.Warnings), "author_unknown")
		cust, _, err = s.Customers.Ensure(ctx, w.ID, customer.Identity{Kind: "email", Value: nobody}, "", "")
	}
	if err != nil {
		return 0, placement{}, err
	}
	p, err := s.place(ctx, w, in, cust.ID)
	if cust.Said {
		p.spoken = cust.Language
	}
	return cust.ID, p, err
}

// known finds the copy of a message that came in before.
func (s *Service) known(ctx context.Context, w auth.WorkspaceID, in *Inbound, digest string) (Received, error) {
	if in.Key == "" {
		return Received{}, nil
	}
	old, err := s.Store.MessagesByKey(ctx, w, []string{in.Key})
	if err != nil {
		return Received{}, err
	}
	for _, m := range old {
		if m.Digest == digest {
			return Received{Ticket: m.Ticket, Message: m.ID, Joined: "copy"}, nil
		}
		if in.OwnOutgoing && m.Kind == KindOutbound {
			return Received{Ticket: m.Ticket, Message: m.ID, Joined: "own"}, nil
		}
	}
	return Received{}, nil
}

// placement is where an inbound message belongs and why.
type placement struct {
	ticket   ID
	side     SideID
	by       string
	bounced  MessageID // the outbound message that came back
	follows  ID        // the closed ticket that a new one follows up
	customer customer.ID
	subject  string
	order    order.ID
	shop     order.ShopID // of that order
	verified bool
	spoken   string // the language that the customer writes, if a person said so
}

// place finds the ticket of a message; see the package comment for the order of
// proofs. It returns no ticket if a new one must be opened.
func (s *Service) place(ctx context.Context, w auth.Workspace, in *Inbound, cust customer.ID) (placement, error) {
	p, err := s.byToken(ctx, w, in, cust)
	if err == nil && p.ticket == 0 {
		p, err = s.byReference(ctx, w, in, cust)
	}
	if err != nil {
		return p, err
	}
	if p.ticket == 0 {
		if p, err = s.byContent(ctx, w, in, cust); err != nil {
			return p, err
		}
		p.verified = true // the sender's own conversation
	}
	p.verified = p.verified && in.Origin.DMARC != "fail" && (!in.ours || in.FromUs)
	if p.ticket == 0 {
		return p, nil
	}
	t, err := s.heir(ctx, w.ID, p.ticket)
	if errs.Is(err, errs.NotFound) {
		return placement{verified: p.verified}, nil
	}
	if err != nil {
		return p, err
	}
	p.ticket = t.ID
	if t.Status != Closed || p.side != 0 || !in.Form.fromPerson() && in.Form != Bounce {
		return p, nil
	}
	if in.Form != Bounce && !p.verified { // a stranger follows up nothing
		return placement{verified: in.Origin.DMARC != "fail" && !in.ours}, nil
	}
	return placement{follows: t.ID, customer: t.Customer, subject: t.Subject, order: t.Order, bounced: p.bounced, verified: p.verified, by: "follow_up"}, nil
}

// heir follows merges to the ticket that is alive.
func (s *Service) heir(ctx context.Context, w auth.WorkspaceID, t ID) (Ticket, error) {
	for range 20 {
		tk, err := s.Store.Ticket(ctx, w, t)
		if err != nil || tk.MergedInto == 0 {
			return tk, err
		}
		t = tk.MergedInto
	}
	return Ticket{}, errs.New(errs.NotFound, "error.not_found")
}

func (s *Service) byToken(ctx context.Context, w auth.Workspace, in *Inbound, cust customer.ID) (placement, error) {
	var p placement
	for _, a := range in.Delivered {
		_, t, id, ok := ParseReplyAddress(w.Secret, a)
		if !ok {
			continue
		}
		p = placement{ticket: t, side: id, by: "token"}
		if id != 0 {
			side, err := s.Store.Side(ctx, w.ID, id)
			if err != nil && !errs.Is(err, errs.NotFound) {
				return p, err
			}
			if err == nil {
				p.ticket = side.Ticket // it may have been split off since
			}
		}
		break
	}
	refs := in.References
	if in.Bounced != nil && in.Bounced.Original != "" {
		refs = append(slices.Clone(refs), in.Bounced.Original)
	}
	for _, ref := range slices.Backward(refs) {
		t, m, ok := ParseMessageKey(w.Secret, ref)
		if !ok {
			continue
		}
		sent, err := s.Store.Message(ctx, w.ID, m)
		if errs.Is(err, errs.NotFound) {
			continue
		}
		if err != nil {
			return p, err
		}
		if p.ticket == 0 {
			p = placement{ticket: t, side: sent.Side, by: "token"}
			p.ticket = sent.Ticket // it may have been split off since
		}
		if in.Form == Bounce && in.Bounced != nil {
			p.bounced, p.by = sent.ID, "bounce"
		}
		break
	}
	if p.ticket == 0 {
		return p, nil
	}
	var err error
	p.verified, err = s.takesPart(ctx, w.ID, p, in.From.Address, cust)
	return p, err
}

// takesPart reports whether an address is a verified participant of a ticket or
// another one of its customer's, or the partner of one of its sides.
func (s *Service) takesPart(ctx context.Context, w auth.WorkspaceID, p placement, address string, cust customer.ID) (bool, error) {
	if p.side != 0 {
		side, err := s.Store.Side(ctx, w, p.side)
		if err != nil && !errs.Is(err, errs.NotFound) {
			return false, err
		}
		return err == nil && side.Address == address, nil
	}
	people, err := s.Store.Participants(ctx, w, p.ticket)
	if err != nil {
		return false, err
	}
	if slices.ContainsFunc(people, func(x Participant) bool { return x.Verified && x.Address == address }) {
		return true, nil
	}
	if cust == 0 {
		return false, nil
	}
	t, err := s.heir(ctx, w, p.ticket)
	if errs.Is(err, errs.NotFound) {
		return false, nil
	}
	return err == nil && t.Customer == cust, err
}

// byReference follows References that we did not sign, such as the customer's
// own earlier mail. They can be known to anybody who saw the thread, so they
// count only for those who take part.
func (s *Service) byReference(ctx context.Context, w auth.Workspace, in *Inbound, cust customer.ID) (placement, error) {
	if len(in.References) == 0 {
		return placement{}, nil
	}
	found, err := s.Store.MessagesByKey(ctx, w.ID, in.References)
	if err != nil {
		return placement{}, err
	}
	for _, ref := range slices.Backward(in.References) {
		for _, m := range found {
			if m.Key != ref {
				continue
			}
			p := placement{ticket: m.Ticket, side: m.Side, by: "reference"}
			ok, err := s.takesPart(ctx, w.ID, p, in.From.Address, cust)
			if err != nil {
				return placement{}, err
			}
			if ok {
				p.verified = true
				return p, nil
			}
		}
	}
	return placement{}, nil
}

// numbersIn returns the keys of what may be numbers of orders or of parcels in a
// text, the most likely of each kind first. Whose they are, the caller looks up.
func numbersIn(text string) []string {
	keys := order.Numbers(text, 8)
	for _, found := range carrier.Find(text, carrier.Hints{}) {
		if key := order.Key(found.Number); !slices.Contains(keys, key) && len(keys) < 16 {
			keys = append(keys, key)
		}
	}
	return keys
}

// byContent ties a message without references to the sender's own open ticket
// about the same order, or with the same subject.
func (s *Service) byContent(ctx context.Context, w auth.Workspace, in *Inbound, cust customer.ID) (placement, error) {
	var p placement
	p.order, p.shop = in.Order, in.Shop
	keys := numbersIn(in.Subject + "\n" + in.Body)
	if len(keys) > 0 && in.Order == 0 {
		orders, err := s.Orders.Find(ctx, auth.ForSystem(w.ID), keys)
		if err != nil {
			return p, err
		}
		for _, o := range orders {
			if o.Customer == cust && cust != 0 || o.Email == in.From.Address {
				p.order, p.shop = o.ID, o.Shop
				break
			}
		}
	}
	if !in.Form.fromPerson() || in.Origin.DMARC == "fail" || in.ours && !in.FromUs {
		return p, nil
	}
	open, err := s.Store.OpenTicketFor(ctx, w.ID, cust, s.Now().Add(-joinWindow), 10)
	if err != nil {
		return p, err
	}
	subject, answer := BaseSubject(in.Subject)
	for _, t := range open {
		switch {
		case p.order != 0 && t.Order == p.order:
			p.by = "order"
		case answer && subject != "" && strings.EqualFold(t.Subject, subject):
			p.by = "subject"
		default:
			continue
		}
		same, err := s.sameWriter(ctx, w.ID, t.ID, in)
		if err != nil {
			return p, err
		}
		if same {
			p.ticket = t.ID
			return p, nil
		}
		p.by = ""
	}
	return p, nil
}

// sameWriter reports whether a message comes from somebody of the ticket, as far
// as its addresses tell. A relay, such as a marketplace's, writes for many
// people from one address: those are told apart by where they want answers.
func (s *Service) sameWriter(ctx context.Context, w auth.WorkspaceID, t ID, in *Inbound) (bool, error) {
	if len(in.Recipients.ReplyTo) == 0 || domainOf(in.Recipients.ReplyTo[0].Address) == domainOf(in.From.Address) && !relay(in) {
		return true, nil
	}
	people, err := s.Store.Participants(ctx, w, t)
	return slices.ContainsFunc(people, func(x Participant) bool { return x.Verified && x.Address == in.Recipients.ReplyTo[0].Address }), err
}

// open begins a new ticket for a message; the caller writes it.
func (s *Service) open(ctx context.Context, c *change, boxes []Mailbox, in *Inbound, cust customer.ID, p placement) error {
	n, err := s.Store.NextNumber(ctx, c.actor.Workspace)
	if err != nil {
		return err
	}
	subject, _ := BaseSubject(in.Subject)
	if in.Form == Bounce && p.follows != 0 {
		subject = p.subject
	}
	c.T = Ticket{
		ID: ID(s.IDs.Next()), Workspace: c.actor.Workspace, Number: n, Channel: in.Channel, Mailbox: in.Mailbox,
		Customer: cust, Order: p.order, Subject: cut(subject, 300), Topic: in.Topic, Language: cmp.Or(p.spoken, in.Language), Status: New, Version: 1,
		FollowUpOf: p.follows, LastAt: c.now, CreatedAt: c.now, Fields: map[string]string{},
	}
	for _, b := range boxes {
		if b.ID == in.Mailbox {
			c.T.Shop, c.T.Team = b.Shop, b.Team
		}
	}
	c.T.Shop = cmp.Or(c.T.Shop, p.shop) // a mailbox of no shop: the order tells
	if in.Form == AutoReply || in.Form == Report {
		c.T.Priority = Low
	}
	c.log("ticket.opened", map[string]any{"number": n, "channel": in.Channel, "subject": c.T.Subject, "follow_up_of": int64(p.follows)})
	return nil
}

// join adds the sender, and whom a verified sender named, to the participants.
// Whom somebody names who may only have guessed order or subject stays unverified.
func (s *Service) join(ctx context.Context, c *change, boxes []Mailbox, in *Inbound, p placement, opened bool) error {
	if p.side != 0 || !in.Form.fromPerson() && !opened {
		return nil
	}
	if opened && p.follows != 0 && in.Form == Bounce { // the mail server takes no part
		people, err := s.Store.Participants(ctx, c.actor.Workspace, p.follows)
		if err != nil {
			return err
		}
		return s.Store.AddParticipants(ctx, c.actor.Workspace, c.T.ID, people)
	}
	people := []Participant{{Address: in.From.Address, Name: in.From.Name, Verified: opened && !in.ours || p.verified}}
	add := func(list []Address, verified bool) {
		for _, a := range list {
			if a.Address != "" && len(people) < 20 && !slices.Contains(in.Delivered, a.Address) && !ours(boxes, a.Address) {
				people = append(people, Participant{Address: a.Address, Name: a.Name, Verified: verified})
			}
		}
	}
	if p.verified {
		add(in.Recipients.ReplyTo, true)
		add(in.Recipients.CC, opened || in.Origin.DMARC == "pass" || p.by != "order" && p.by != "subject")
	}
	return s.Store.AddParticipants(ctx, c.actor.Workspace, c.T.ID, people)
}

// trust drops a Reply-To that counts for nothing. Where answers are to go may be
// said by whoever begins a conversation; later it takes a proof of origin or
// somebody who takes part, because anybody can write a From line.
func (s *Service) trust(ctx context.Context, w auth.WorkspaceID, boxes []Mailbox, in *Inbound, p placement) error {
	if len(in.Recipients.ReplyTo) == 0 {
		return nil
	}
	var known []Participant
	if p.ticket != 0 {
		var err error
		if known, err = s.Store.Participants(ctx, w, p.ticket); err != nil {
			return err
		}
	}
	free := p.verified && (p.ticket == 0 || in.Origin.DMARC == "pass")
	kept := slices.DeleteFunc(slices.Clone(in.Recipients.ReplyTo), func(a Address) bool {
		part := a.Address == in.From.Address || slices.ContainsFunc(known, func(x Participant) bool { return x.Verified && x.Address == a.Address })
		return ours(boxes, a.Address) || !free && !part
	})
	if len(kept) < len(in.Recipients.ReplyTo) {
		in.Recipients.ReplyTo, in.Warnings = kept, append(slices.Clone(in.Warnings), "reply_to_ignored")
	}
	return nil
}

// inbound makes the message of an inbound one and moves the ticket on.
func (c *change) inbound(in *Inbound, p placement, read *Reading, digest string) Message {
	m := Message{
		ID: MessageID(c.s.IDs.Next()), Workspace: c.actor.Workspace, Ticket: c.T.ID, Side: p.side, Intake: in.Intake,
		Kind: KindInbound, Form: in.Form, Channel: in.Channel, AuthorKind: c.actor.Kind, AuthorID: c.actor.ID,
		AuthorName: c.actor.Name, Verified: p.verified, Address: in.From.Address, Recipients: in.Recipients,
		Subject: cut(in.Subject, 1000), Body: in.Body, Quoted: in.Quoted, Signature: in.Signature, HTML: in.HTML,
		Language: in.Language, Reading: read, Key: in.Key, Digest: digest, Origin: in.Origin, Warnings: in.Warnings,
		SentAt: in.SentAt, At: c.now,
	}
	for _, f := range in.Files {
		m.Files = append(m.Files, f.File)
	}
	about := event.Subject{Kind: subjectMessage, ID: int64(m.ID)}
	c.logAbout(about, "ticket.received", map[string]any{"message": int64(m.ID), "form": in.Form, "by": p.by, "verified": m.Verified, "number": c.T.Number})
	first := c.T.Messages == 0
	c.T.Messages++
	newest := first || !c.now.Before(c.T.LastAt) // mail from an archive may be older than what is here
	if newest && (first || in.Form.wakes()) {
		c.T.LastAt = c.now
		if p.side == 0 {
			c.T.LastInboundAt, c.T.Preview = c.now, cmp.Or(Preview(m.Body), Preview(m.Subject))
		}
	}
	if p.side == 0 && in.Language != "" && in.Form.fromPerson() && (first || newest && m.Verified) {
		c.T.Language = cmp.Or(p.spoken, in.Language)
	}
	if c.T.Order == 0 && p.order != 0 {
		c.T.Order, c.T.Shop = p.order, cmp.Or(c.T.Shop, p.shop)
	}
	c.T.Topic = cmp.Or(c.T.Topic, in.Topic)
	if newest && (first || m.Verified) {
		c.sort(read, m.ID)
	}
	if newest && c.T.received(in.Form, c.now) {
		c.log("ticket.reopened", map[string]any{"number": c.T.Number})
	}
	return m
}

// keepInbound writes a message with its files to a ticket that is written.
func (s *Service) keepInbound(ctx context.Context, c *change, in *Inbound, m Message, p placement) error {
	for _, f := range in.Files {
		if err := s.Store.PutBlob(ctx, c.actor.Workspace, f.SHA256, f.Data, c.now); err != nil {
			return err
		}
	}
	if err := s.Store.AddMessage(ctx, m); err != nil || p.bounced == 0 {
		return err
	}
	return s.bounced(ctx, c, in, p.bounced)
}

// bounced marks the outbound message that came back.
func (s *Service) bounced(ctx context.Context, c *change, in *Inbound, sent MessageID) error {
	out, err := s.Store.Message(ctx, c.actor.Workspace, sent)
	if err != nil {
		return err
	}
	out.Delivery = Bounced
	out.DeliveryDetail = strings.TrimSpace(in.Bounced.Recipient + ": " + in.Bounced.Status + " " + in.Bounced.Detail)
	if err := s.Store.SaveMessage(ctx, out); err != nil {
		return err
	}
	c.logAbout(event.Subject{Kind: subjectMessage, ID: int64(sent)}, "ticket.bounced",
		map[string]any{"message": int64(sent), "recipient": in.Bounced.Recipient, "status": in.Bounced.Status, "number": c.T.Number})
	return nil
}

func domainOf(address string) string {
	_, d, _ := strings.Cut(address, "@")
	return d
}

// relay reports whether a message was written by a machine for somebody else.
func relay(in *Inbound) bool {
	return in.Recipients.ReplyTo[0].Address != in.From.Address && !in.MayReply
}

func displayName(a Address) string {
	if a.Name != "" {
		return cut(a.Name, 200)
	}
	return a.Address
}

// cut shortens s to at most n characters.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}
