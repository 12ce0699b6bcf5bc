package email

import (
	"context"
	"fmt"
	"time"
)

// Cursor says how far one folder has been read: every message of this
// UIDVALIDITY up to and including LastUID has been accepted by the Sink.
type Cursor struct {
	Folder      string
	UIDValidity uint32
	LastUID     uint32
}

// Mark says whether a Raw carries all of its message.
type Mark uint8

const (
	// Whole means that Body is the message.
	Whole Mark = iota
	// Truncated means that Body holds the first bytes of a message above the size
	// limit; Size tells how long it is at its origin.
	Truncated
	// Unreadable means that the server lists the message but, asked three ways,
	// does not hand it out. Body is empty.
	Unreadable
)

// Raw is one message as it came.
type Raw struct {
	// Source names the message for ever and is the key on which a Sink drops
	// repeats: "imap:<folder>:<uidvalidity>:<uid>", "smtp:<id>", "lmtp:<id>", or
	// "file:<digest>" from an archive.
	Source string
	Body   []byte
	// Mark and Size tell a cut message from a whole one; Size counts octets at the
	// origin and is 0 when the server did not say.
	Mark Mark
	Size int64
	// ReceivedAt is when the server got it (IMAP INTERNALDATE), in UTC; the time
	// of fetching where a server does not say.
	ReceivedAt time.Time
	// Envelope is set for mail that came over SMTP or LMTP.
	Envelope *Envelope
}

// Envelope is what the SMTP dialogue said about a message, apart from its text.
type Envelope struct {
	MailFrom string   // empty for bounces (RFC 5321 section 4.5.5)
	RcptTo   []string // those of this mailbox only
	RemoteIP string
	Helo     string
	TLS      bool
}

// Sink takes messages in. Accept returns nil only when the whole batch is
// durable, and saves the cursor (if not nil) in the same transaction. It is
// idempotent on Raw.Source: the same message may be offered any number of times.
// A batch may be empty when only the cursor moves.
type Sink interface {
	Accept(ctx context.Context, mailboxID int64, batch []Raw, next *Cursor) error
	// Cursors returns the saved cursor of each folder of the mailbox.
	Cursors(ctx context.Context, mailboxID int64) ([]Cursor, error)
}

func imapSource(folder string, validity, uid uint32) string {
	return fmt.Sprintf("imap:%s:%d:%d", folder, validity, uid)
}
