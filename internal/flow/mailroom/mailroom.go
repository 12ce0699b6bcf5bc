package mailroom

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/job"
)

// ProcessJob is the kind of the job that processes accepted mail.
const ProcessJob = "mail.process"

// Queue is the queue of ProcessJob.
const Queue = "mail"

// Cursor is how far a folder of a mailbox was read (RFC 9051 section 2.3.1.1).
type Cursor struct {
	Folder      string
	UIDValidity uint32
	LastUID     uint32
}

// Envelope is what a mail server told us about a message.
type Envelope struct {
	MailFrom string   `json:"from,omitempty"`
	RcptTo   []string `json:"to,omitempty"`
	RemoteIP string   `json:"ip,omitempty"`
	Helo     string   `json:"helo,omitempty"`
	TLS      bool     `json:"tls,omitempty"`
	Imported bool     `json:"imported,omitempty"` // from an archive: it happened when the mail says
}

// Raw is a message as it came in.
type Raw struct {
	Source     string // where it came from; a repeat from there is the same message
	Body       []byte
	ReceivedAt time.Time
	Envelope   Envelope
}

// Intake is a message that was accepted.
type Intake struct {
	ID        ticket.IntakeID
	Workspace auth.WorkspaceID
	Mailbox   ticket.MailboxID
	Raw
}

// Import is how far the import of an archive came.
type Import struct {
	Position json.RawMessage
	Good     int64
	Finished bool
}

// Store is what the mailroom needs kept.
type Store interface {
	InTx(context.Context, func(context.Context) error) error
	AcceptMail(ctx context.Context, w auth.WorkspaceID, box ticket.MailboxID, batch []Raw, next *Cursor) (int, error)
	NewMail(ctx context.Context, w auth.WorkspaceID, limit int) ([]Intake, error)
	// TakeMail marks new mail as processed, or as failed for a cause; false means
	// that somebody else did.
	TakeMail(ctx context.Context, w auth.WorkspaceID, id ticket.IntakeID, cause string) (bool, error)
	Mailbox(context.Context, auth.WorkspaceID, ticket.MailboxID) (ticket.Mailbox, error)
	Mailboxes(context.Context, auth.WorkspaceID) ([]ticket.Mailbox, error)
	Message(context.Context, auth.WorkspaceID, ticket.MessageID) (ticket.Message, error)
	Messages(ctx context.Context, w auth.WorkspaceID, t ticket.ID, before ticket.MessageID, limit int) ([]ticket.Message, error)
	Blob(ctx context.Context, w auth.WorkspaceID, sha256 string) ([]byte, error)
	Workspace(context.Context, auth.WorkspaceID) (auth.Workspace, error)
}

// Reader turns raw mail into the portable form. It never fails: what it cannot
// read it leaves out with a warning.
type Reader interface {
	Read(ctx context.Context, box ticket.Mailbox, in Intake) ticket.Inbound
	// Clean removes card numbers from a raw message before it is kept.
	Clean(raw []byte) []byte
}

// Tickets is what the mailroom needs of tickets.
type Tickets interface {
	Receive(ctx context.Context, w auth.Workspace, batch []ticket.Inbound) ([]ticket.Received, error)
}

// Mailroom takes mail in.
type Mailroom struct {
	store   Store
	reader  Reader
	tickets Tickets
	log     *slog.Logger
	workers int

	accepted, processed, failed atomic.Int64
}

// Tally is how many messages a Mailroom dealt with since it was made.
type Tally struct {
	Accepted  int64 // durable; a repeat is not counted
	Processed int64 // in a ticket
	Failed    int64 // kept, and in no ticket
}

// Tally returns what was counted so far.
func (m *Mailroom) Tally() Tally {
	return Tally{Accepted: m.accepted.Load(), Processed: m.processed.Load(), Failed: m.failed.Load()}
}

// New returns a Mailroom that reads with a number of workers at once.
func New(s Store, r Reader, t Tickets, log *slog.Logger, workers int) *Mailroom {
	return &Mailroom{store: s, reader: r, tickets: t, log: log, workers: max(1, workers)}
}

// Accept keeps a batch of raw mail with the cursor behind it. When it returns
// without error, the mail is durable. A repeat is harmless.
func (m *Mailroom) Accept(ctx context.Context, w auth.WorkspaceID, box ticket.MailboxID, batch []Raw, next *Cursor) (int, error) {
	for i := range batch {
		batch[i].Body = m.reader.Clean(batch[i].Body)
	}
	n, err := m.store.AcceptMail(ctx, w, box, batch, next)
	if err == nil {
		m.accepted.Add(int64(n))
	}
	return n, err
}

const processBatch = 64

// Process is the handler of ProcessJob.
func (m *Mailroom) Process(ctx context.Context, j job.Job) error {
	w, err := m.store.Workspace(ctx, j.Workspace)
	if err != nil {
		return err
	}
	for {
		n, err := m.step(ctx, w)
		if err != nil || n == 0 {
			return err
		}
	}
}

// step processes the oldest new mail and returns how many messages it dealt with.
func (m *Mailroom) step(ctx context.Context, w auth.Workspace) (int, error) {
	batch, err := m.store.NewMail(ctx, w.ID, processBatch)
	if err != nil || len(batch) == 0 {
		return 0, err
	}
	inbound, err := m.read(ctx, batch)
	if err == nil {
		err = m.commit(ctx, w, batch, inbound)
	}
	if err == nil {
		m.processed.Add(int64(len(batch)))
		return len(batch), nil
	}
	if k := errs.KindOf(err); k == errs.Unavailable || ctx.Err() != nil {
		return 0, err
	}
	m.log.Warn("mail batch failed, going one by one", "error", err)
	for i := range batch {
		err := m.alone(ctx, w, batch[i:i+1])
		if err == nil {
			m.processed.Add(1)
			continue
		}
		if k := errs.KindOf(err); k == errs.Unavailable || ctx.Err() != nil {
			return 0, err
		}
		m.log.Error("mail cannot be processed", "intake", int64(batch[i].ID), "error", err)
		if _, err := m.store.TakeMail(ctx, w.ID, batch[i].ID, err.Error()); err != nil {
			return 0, err
		}
		m.failed.Add(1)
	}
	return len(batch), nil
}

// patience is how often a message may lose a race for its ticket.
const patience = 5

// alone puts one message into its ticket. A conflict means that somebody changed
// the ticket meanwhile, which says nothing against the message.
func (m *Mailroom) alone(ctx context.Context, w auth.Workspace, in []Intake) error {
	inbound, err := m.read(ctx, in)
	if err != nil {
		return err
	}
	for range patience {
		if err = m.commit(ctx, w, in, inbound); !errs.Is(err, errs.Conflict) {
			break
		}
	}
	return err
}

// read turns a batch into portable messages, several at once.
func (m *Mailroom) read(ctx context.Context, batch []Intake) ([]ticket.Inbound, error) {
	boxes := map[ticket.MailboxID]ticket.Mailbox{}
	for _, in := range batch {
		if _, ok := boxes[in.Mailbox]; ok {
			continue
		}
		b, err := m.store.Mailbox(ctx, in.Workspace, in.Mailbox)
		if err != nil {
			return nil, err
		}
		boxes[in.Mailbox] = b
	}
	out := make([]ticket.Inbound, len(batch))
	var g errgroup.Group
	g.SetLimit(m.workers)
	for i := range batch {
		g.Go(func() error {
			return guarded(func() error {
				out[i] = m.reader.Read(ctx, boxes[batch[i].Mailbox], batch[i])
				return nil
			})
		})
	}
	return out, errors.Join(g.Wait(), ctx.Err())
}

// guarded turns a panic into an error, so that one message that we cannot bear
// holds up no other.
func guarded(fn func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return fn()
}

// commit takes a batch and puts it into tickets, in one transaction.
func (m *Mailroom) commit(ctx context.Context, w auth.Workspace, batch []Intake, inbound []ticket.Inbound) error {
	return m.store.InTx(ctx, func(ctx context.Context) error {
		mine := make([]ticket.Inbound, 0, len(batch))
		for i, in := range batch {
			ok, err := m.store.TakeMail(ctx, w.ID, in.ID, "")
			if err != nil {
				return err
			}
			if ok {
				mine = append(mine, inbound[i])
			}
		}
		return guarded(func() error {
			_, err := m.tickets.Receive(ctx, w, mine)
			return err
		})
	})
}
