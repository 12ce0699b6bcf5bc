package mailroom

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/action"
	"godwit.dev/godwit/internal/platform/auth"
)

// Letter is an outgoing mail, ready to be composed.
type Letter struct {
	From        ticket.Address
	ReplyTo     ticket.Address // zero: From
	To, CC      []ticket.Address
	Subject     string
	Key         string // Message-ID without brackets
	References  []string
	Text        string
	Signature   string
	Quote       string // what the letter answers, for those whose program shows no thread
	QuoteIntro  string
	Language    string
	Files       []LetterFile
	Date        time.Time
	EnvelopeCC  string // a further recipient that no header names: ourselves, as proof
	AutoReplied bool   // written by no person, because somebody asked for it (RFC 3834)
	Generated   bool   // written by no person, of our own accord (RFC 3834)
	Unsubscribe string // the address that ends such letters with one request (RFC 8058), or ""
}

// LetterFile is an attachment with its content.
type LetterFile struct {
	ticket.File
	Data []byte
}

// Verdict is what a mail server made of a letter.
type Verdict uint8

// The verdicts.
const (
	Accepted Verdict = iota
	RefusedNow
	RefusedForGood
	Uncertain
)

// Answer is a server's answer to a letter.
type Answer struct {
	Verdict Verdict
	Detail  string
}

// Post hands letters to mail servers.
type Post interface {
	// Send sends a letter. It calls mark when only the final dot is missing,
	// and gives up if mark fails.
	Send(ctx context.Context, box ticket.Mailbox, l Letter, mark func() error) Answer
	// Find looks for a Message-ID among what the mailbox received and sent. It
	// fails with errs.Unsupported if the message is not there and that proves
	// nothing, because the mailbox would not show every message that left.
	Find(ctx context.Context, box ticket.Mailbox, key string) (bool, error)
}

// Deliveries is what the sender needs of tickets.
type Deliveries interface {
	SetDelivery(ctx context.Context, w auth.WorkspaceID, id ticket.MessageID, state action.State, detail string) error
}

// Courier sends letters so that each leaves once, whoever wrote it.
type Courier struct {
	Post Post
	Now  func() time.Time
	// Grace is how long a server may take to show a message that it has
	// accepted; only after it does absence prove that it did not.
	Grace time.Duration
}

// Send sends a letter by a mailbox. It calls mark right before the server may take it.
func (c Courier) Send(ctx context.Context, box ticket.Mailbox, l Letter, mark func(context.Context) error) action.Outcome {
	if box.Disabled { // a paused mailbox goes on where it stopped: nothing is tried, and nothing given up
		return action.Outcome{Verdict: action.Held, Detail: "mailbox is paused", After: pausedFor}
	}
	if box.Settings.OutKind != "smtp" {
		return action.Outcome{Verdict: action.Refused, Detail: "mailbox is switched off"}
	}
	ans := c.Post.Send(ctx, box, l, func() error { return mark(ctx) })
	switch ans.Verdict {
	case Accepted:
		return action.Outcome{Verdict: action.Happened, Detail: ans.Detail}
	case RefusedForGood:
		return action.Outcome{Verdict: action.Refused, Detail: ans.Detail}
	case Uncertain:
		return action.Outcome{Verdict: action.Unclear, Detail: ans.Detail, After: c.Grace / 4}
	}
	return action.Outcome{Verdict: action.NotYet, Detail: ans.Detail}
}

// Resolve finds out whether a letter went out whose answer was lost at a time: its
// Message-ID, without brackets, is looked for in the mailbox.
func (c Courier) Resolve(ctx context.Context, box ticket.Mailbox, key string, since time.Time) action.Outcome {
	there, err := c.Post.Find(ctx, box, key)
	age := c.Now().Sub(since)
	switch {
	case err == nil && there:
		return action.Outcome{Verdict: action.Happened, Detail: "found in the mailbox"}
	case err == nil && age > c.Grace:
		return action.Outcome{Verdict: action.NotYet, Detail: "not in the mailbox", After: time.Millisecond}
	case errs.Is(err, errs.Unsupported) && age > c.Grace, age > c.Grace+24*time.Hour:
		return action.Outcome{Verdict: action.Unknowable, Detail: "the connection broke while the server took the message"}
	}
	detail := "looking for it in the mailbox"
	if err != nil && !errs.Is(err, errs.Unsupported) {
		detail = err.Error()
	}
	return action.Outcome{Verdict: action.Unclear, Detail: detail, After: max(c.Grace/4, 50*time.Millisecond)}
}

// Sender is the action runner for ticket.SendKind.
type Sender struct {
	courier Courier
	store   Store
	tickets Deliveries
	log     *slog.Logger
}

// NewSender returns a Sender.
func NewSender(s Store, p Post, t Deliveries, now func() time.Time, grace time.Duration, log *slog.Logger) *Sender {
	return &Sender{courier: Courier{Post: p, Now: now, Grace: grace}, store: s, tickets: t, log: log}
}

// pausedFor is how long a message waits before its paused mailbox is asked again.
const pausedFor = time.Minute

// Run sends one message.
func (s *Sender) Run(ctx context.Context, a action.Action, mark func(context.Context) error) action.Outcome {
	m, box, err := s.load(ctx, a)
	if err != nil {
		return failed(err)
	}
	if m.Delivery == ticket.Cancelled {
		return action.Outcome{Verdict: action.Refused, Detail: "cancelled"}
	}
	l, err := s.letter(ctx, m, box)
	if err != nil {
		return failed(err)
	}
	return s.courier.Send(ctx, box, l, mark)
}

func failed(err error) action.Outcome {
	if k := errs.KindOf(err); k == errs.NotFound || k == errs.Invalid {
		return action.Outcome{Verdict: action.Refused, Detail: err.Error()}
	}
	return action.Outcome{Verdict: action.NotYet, Detail: err.Error()}
}

// Resolve finds out whether a message whose answer was lost went out.
func (s *Sender) Resolve(ctx context.Context, a action.Action) action.Outcome {
	m, box, err := s.load(ctx, a)
	if err != nil {
		return action.Outcome{Verdict: action.Unclear, Detail: err.Error()}
	}
	return s.courier.Resolve(ctx, box, m.Key, a.UpdatedAt)
}

// Settled brings the message in line with its action.
func (s *Sender) Settled(ctx context.Context, a action.Action) error {
	var p ticket.SendPayload
	if err := a.Decode(&p); err != nil {
		return err
	}
	return s.tickets.SetDelivery(ctx, a.Workspace, p.Message, a.State, a.Detail)
}

func (s *Sender) load(ctx context.Context, a action.Action) (ticket.Message, ticket.Mailbox, error) {
	var p ticket.SendPayload
	if err := a.Decode(&p); err != nil {
		return ticket.Message{}, ticket.Mailbox{}, errs.Wrap(errs.Invalid, err, "error.job_args")
	}
	m, err := s.store.Message(ctx, a.Workspace, p.Message)
	if err != nil {
		return m, ticket.Mailbox{}, err
	}
	box, err := s.mailbox(ctx, m)
	return m, box, err
}

// mailbox returns the mailbox that a message leaves by: the one whose address
// it was written under.
func (s *Sender) mailbox(ctx context.Context, m ticket.Message) (ticket.Mailbox, error) {
	boxes, err := s.store.Mailboxes(ctx, m.Workspace)
	if err != nil {
		return ticket.Mailbox{}, err
	}
	for _, b := range boxes {
		if b.Address == m.Address {
			return b, nil
		}
	}
	return ticket.Mailbox{}, errs.New(errs.NotFound, "error.no_mailbox")
}

// maxReferences is how many earlier messages a letter names; the first is kept,
// because programs thread by it.
const maxReferences = 20

// left reports whether others can know a message: one that was taken back, or
// waits for its hour, never reached anybody.
func left(m ticket.Message) bool {
	switch m.Delivery {
	case ticket.Cancelled, ticket.Scheduled, ticket.Failed:
		return false
	}
	return true
}

// byHand reports whether somebody wrote a message; a list only passes it on.
func byHand(m ticket.Message) bool { return m.Form == ticket.Plain || m.Form == ticket.List }

// wroteIt reports whether a message came from one of the recipients: in a ticket
// with several people nobody is shown another one's words unasked.
func wroteIt(m ticket.Message, r ticket.Recipients) bool {
	for _, to := range slices.Concat(r.To, r.CC) {
		if to.Address == m.Address || slices.ContainsFunc(m.Recipients.ReplyTo, func(a ticket.Address) bool { return a.Address == to.Address }) {
			return true
		}
	}
	return false
}

// letter makes the letter of a message, the same every time.
func (s *Sender) letter(ctx context.Context, m ticket.Message, box ticket.Mailbox) (Letter, error) {
	w, err := s.store.Workspace(ctx, m.Workspace)
	if err != nil {
		return Letter{}, err
	}
	l := Letter{
		From: ticket.Address{Name: box.Name, Address: box.Address}, To: m.Recipients.To, CC: m.Recipients.CC,
		Subject: m.Subject, Key: m.Key, Text: m.Body, Signature: m.Signature, Language: m.Language, Date: m.At,
	}
	if m.AuthorKind == auth.Agent && m.AuthorName != "" && m.Side == 0 {
		l.From.Name = m.AuthorName
		if box.Name != "" {
			l.From.Name += " (" + box.Name + ")"
		}
	}
	if box.Settings.PlusAddress || box.Settings.InKind == "lmtp" { // our own door takes every address that we sign
		l.ReplyTo = ticket.Address{Name: box.Name, Address: ticket.ReplyAddress(w.Secret, box.Address, m.Ticket, m.Side)}
	}
	if box.Settings.Copy {
		l.EnvelopeCC = box.Address
	}
	earlier, err := s.store.Messages(ctx, m.Workspace, m.Ticket, m.ID, 100)
	if err != nil {
		return l, err
	}
	for _, e := range earlier {
		if e.Side == m.Side && e.Kind != ticket.KindNote && e.Key != "" && byHand(e) && left(e) {
			l.References = append(l.References, e.Key)
		}
	}
	if n := len(l.References); n > maxReferences {
		l.References = append(l.References[:1:1], l.References[n-maxReferences+1:]...)
	}
	for _, e := range slices.Backward(earlier) {
		if e.Side == m.Side && e.Kind == ticket.KindInbound && byHand(e) && e.Verified && wroteIt(e, m.Recipients) {
			l.Quote, l.QuoteIntro = e.Body, strings.TrimSpace(e.AuthorName)+", "+e.At.UTC().Format("2006-01-02 15:04")+" UTC:"
			break
		}
	}
	for _, f := range m.Files {
		data, err := s.store.Blob(ctx, m.Workspace, f.SHA256)
		if err != nil {
			return l, err
		}
		l.Files = append(l.Files, LetterFile{File: f, Data: data})
	}
	return l, nil
}
