package postman

import (
	"context"

	"godwit.dev/godwit/internal/adapter/channel/email"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/mailroom"
	"godwit.dev/godwit/internal/platform/auth"
)

// Store is what a Sink and a Resolver need of mailboxes.
type Store interface {
	Cursors(ctx context.Context, box ticket.MailboxID) ([]mailroom.Cursor, error)
	MailboxesByAddress(ctx context.Context, address string) ([]ticket.Mailbox, error)
	MailboxWorkspace(ctx context.Context, box ticket.MailboxID) (auth.WorkspaceID, error)
	WorkspaceSecret(ctx context.Context, w auth.WorkspaceID) ([]byte, error)
}

// Sink takes fetched mail to the mailroom.
type Sink struct {
	Store Store
	Room  *mailroom.Mailroom
}

var _ email.Sink = Sink{}

// Accept keeps a batch and its cursor durably.
func (s Sink) Accept(ctx context.Context, mailboxID int64, batch []email.Raw, next *email.Cursor) error {
	w, err := s.Store.MailboxWorkspace(ctx, ticket.MailboxID(mailboxID))
	if err != nil {
		return err
	}
	raws := make([]mailroom.Raw, len(batch))
	for i, r := range batch {
		raws[i] = mailroom.Raw{Source: r.Source, Body: r.Body, ReceivedAt: r.ReceivedAt}
		if e := r.Envelope; e != nil {
			raws[i].Envelope = mailroom.Envelope{MailFrom: e.MailFrom, RcptTo: e.RcptTo, RemoteIP: e.RemoteIP, Helo: e.Helo, TLS: e.TLS}
		}
		if r.Mark == email.Unreadable {
			raws[i].Body = []byte("Subject: (unreadable message)\r\n\r\nThe mail server lists this message but does not hand it out: " + r.Source + "\r\n")
		}
	}
	var c *mailroom.Cursor
	if next != nil {
		c = &mailroom.Cursor{Folder: next.Folder, UIDValidity: next.UIDValidity, LastUID: next.LastUID}
	}
	_, err = s.Room.Accept(ctx, w, ticket.MailboxID(mailboxID), raws, c)
	return err
}

// Cursors returns how far the folders of a mailbox were read.
func (s Sink) Cursors(ctx context.Context, mailboxID int64) ([]email.Cursor, error) {
	kept, err := s.Store.Cursors(ctx, ticket.MailboxID(mailboxID))
	out := make([]email.Cursor, len(kept))
	for i, c := range kept {
		out[i] = email.Cursor{Folder: c.Folder, UIDValidity: c.UIDValidity, LastUID: c.LastUID}
	}
	return out, err
}

// Resolver finds the mailbox of an address for the mail listener.
type Resolver struct{ Store Store }

var _ email.Resolver = Resolver{}

// Mailbox returns the mailbox that an address, or a reply address made from
// one, belongs to.
func (r Resolver) Mailbox(ctx context.Context, rcpt string) (int64, bool, error) {
	address := customer.FoldEmail(rcpt)
	for _, candidate := range []string{address, plain(address)} {
		boxes, err := r.Store.MailboxesByAddress(ctx, candidate)
		if err != nil {
			return 0, false, err
		}
		for _, b := range boxes {
			if candidate == address {
				return int64(b.ID), true, nil
			}
			secret, err := r.Store.WorkspaceSecret(ctx, b.Workspace)
			if err != nil {
				return 0, false, err
			}
			if _, _, _, ok := ticket.ParseReplyAddress(secret, address); ok {
				return int64(b.ID), true, nil
			}
		}
	}
	return 0, false, nil
}

// plain drops the detail of a subaddress (RFC 5233).
func plain(address string) string {
	for i := range address {
		switch address[i] {
		case '+':
			for j := i; j < len(address); j++ {
				if address[j] == '@' {
					return address[:i] + address[j:]
				}
			}
		case '@':
			return address
		}
	}
	return address
}
