package api

import (
	"crypto/sha256"
	"encoding/hex"
	"mime"
	"net/http"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

func verbGroup() group {
	write, send := may(auth.WriteTickets), may(auth.WriteTickets, auth.SendMail)
	return group{"Ticket verbs", "What agents do with a ticket besides setting its properties.", []operation{
		{"ticketReply", "POST", "/tickets/{ticket}/reply", send, do((*server).ticketReply).upTo(upload).created(), "Reply to the customer",
			"Answers the customer. The message is `scheduled` until the time in which it can be cancelled is over, or until `send_at`, and then leaves by the ticket's mailbox. A ticket without an owner becomes yours."},
		{"ticketNote", "POST", "/tickets/{ticket}/notes", write, do((*server).ticketNote).upTo(upload).created(), "Add a note",
			"Adds a remark that the customer never sees. Names written @Name call those people."},
		{"ticketTags", "POST", "/tickets/{ticket}/tags", write, do((*server).ticketTags), "Add and remove tags",
			"Adds some tags to a ticket and removes others. A tag that nobody used before is made."},
		{"ticketMerge", "POST", "/tickets/{ticket}/merge", write, do((*server).ticketMerge), "Merge into another ticket",
			"Moves all messages and participants into another ticket, which lives on and comes back. This one is closed and leads to its heir. It can be undone exactly, on the heir."},
		{"ticketSplit", "POST", "/tickets/{ticket}/split", write, do((*server).ticketSplit).created(), "Split messages off",
			"Moves chosen messages to a new ticket of the same customer, which comes back. It can be undone, on this ticket, until the new one gets messages of its own."},
		{"ticketFollowUp", "POST", "/tickets/{ticket}/follow-up", write, do((*server).ticketFollowUp).created(), "Continue a closed ticket",
			"Opens a ticket that continues a closed one."},
		{"ticketUndo", "POST", "/tickets/{ticket}/undo", write, do((*server).ticketUndo), "Undo an event",
			"Takes one event of a ticket back, within a day. It is refused when the ticket has moved on, rather than overwrite somebody's work."},
		{"ticketMacro", "POST", "/tickets/{ticket}/macro", write, do((*server).ticketMacro), "Apply a macro's actions",
			"Does at once what a macro does besides its text. To reply with its text, read it with GET .../macros/{macro} and send it with `macro_id`."},
		{"ticketMacroSuggest", "GET", "/tickets/{ticket}/macros", may(auth.ReadTickets), do((*server).ticketMacroSuggest), "Suggest macros for a ticket",
			"The macros that answer what the customer wrote last, best first and at most three, each with what of the message says so: an alarm, a topic or the mood."},
		{"ticketMacroText", "GET", "/tickets/{ticket}/macros/{macro}", may(auth.ReadTickets), do((*server).ticketMacroText), "Read a macro for a ticket",
			"A macro's text in the customer's language, addressed as their market is used to, with its variables filled in from the ticket. Variables without a value stay as they are and are listed."},
		{"draftGet", "GET", "/tickets/{ticket}/drafts/{draft}", may(auth.ReadTickets), do((*server).draftGet), "Get a draft",
			"What you are writing in a ticket: `reply` or `note`. It is yours alone, and the console shows it in the composer."},
		{"draftPut", "PUT", "/tickets/{ticket}/drafts/{draft}", write, do((*server).draftPut).upTo(texts), "Save a draft",
			"Keeps what you are writing. Send the version that you read last; if another window saved in between it is refused, so that no word is lost."},
		{"draftDelete", "DELETE", "/tickets/{ticket}/drafts/{draft}", write, do((*server).draftDelete), "Delete a draft",
			"Forgets what you were writing. A draft that is not there stays so."},
		{"presenceGet", "GET", "/tickets/{ticket}/presence", may(auth.ReadTickets), do((*server).presenceGet), "See who is in a ticket",
			"Who else has the ticket open right now."},
		{"presencePut", "PUT", "/tickets/{ticket}/presence", may(auth.ReadTickets), do((*server).presencePut), "Say that you are in a ticket",
			"Shows colleagues that you look at a ticket or write in it. It lapses after 40 seconds: repeat it every 20."},
	}}
}

// NewFile is a file to be sent along.
type NewFile struct {
	Name        string `json:"name" minLength:"1" maxLength:"200" example:"label.txt"`
	ContentType string `json:"content_type,omitempty" maxLength:"200" example:"text/plain" doc:"application/octet-stream by default. A picture must be one by its content."`
	Content     []byte `json:"content" doc:"The file in base 64 (RFC 4648 section 4)."`
}

// Bounds of what one message takes along.
const (
	maxFiles  = 25
	maxUpload = 25 << 20
)

// inbound names files by their content. What is said of a picture is believed
// only if its first bytes agree.
func inbound(list []NewFile) ([]ticket.InboundFile, error) {
	var out []ticket.InboundFile
	total := 0
	for _, f := range list {
		if total += len(f.Content); total > maxUpload || len(out) == maxFiles {
			return nil, errs.Field("files", "error.uploads", "files", maxFiles, "size", "25 MB")
		}
		kind, _, err := mime.ParseMediaType(f.ContentType)
		if err != nil || strings.HasPrefix(kind, "image/") && !strings.HasPrefix(http.DetectContentType(f.Content), "image/") {
			kind = "application/octet-stream"
		}
		sum := sha256.Sum256(f.Content)
		name := strings.ToValidUTF8(f.Name[strings.LastIndexAny(f.Name, `/\`)+1:], "_")
		out = append(out, ticket.InboundFile{Data: f.Content, File: ticket.File{Name: name, ContentType: kind, Size: int64(len(f.Content)), SHA256: hex.EncodeToString(sum[:])}})
	}
	return out, nil
}

// addresses reads mail addresses, folded.
func addresses(list []MailAddress) []ticket.Address {
	return convert(list, func(a MailAddress) ticket.Address {
		return ticket.Address{Name: strings.TrimSpace(a.Name), Address: customer.FoldEmail(a.Address)}
	})
}

// plausible refuses texts that are no address.
func plausible(field string, list []ticket.Address) error {
	for _, a := range list {
		if at := strings.LastIndexByte(a.Address, '@'); at < 1 || at == len(a.Address)-1 || strings.ContainsAny(a.Address, " \t\r\n,;<>") {
			return errs.Field(field, "error.address", "address", a.Address)
		}
	}
	return nil
}

// ReplyDraft is an answer to be sent.
type ReplyDraft struct {
	Body      string        `json:"body" maxLength:"500000" example:"Hello Anna, your parcel left customs this morning." doc:"The answer as plain text. Signatures are added below it."`
	To        []MailAddress `json:"to,omitempty" nullable:"false" maxItems:"50" doc:"To whom; by default whoever wrote last, at the address they want answers at."`
	CC        []MailAddress `json:"cc,omitempty" nullable:"false" maxItems:"50"`
	Files     []NewFile     `json:"files,omitempty" nullable:"false" maxItems:"25" doc:"Up to 25 files of together 25 MB."`
	SendAt    *time.Time    `json:"send_at,omitempty" doc:"When it leaves; now, after the time to cancel, by default."`
	Status    *string       `json:"status,omitempty" enum:"open,pending,solved,closed" doc:"The ticket's state afterwards."`
	Waiting   *string       `json:"waiting,omitempty" enum:"customer,carrier,supplier,marketplace,colleague" doc:"With status pending: for whom."`
	MacroID   *Ref[aMacro]  `json:"macro_id,omitempty" doc:"Does what this macro does besides its text."`
	Signature *bool         `json:"signature,omitempty" doc:"Adds your own signature; true by default."`
}

func text[T ~string](s *string) T {
	if s == nil {
		return ""
	}
	return T(*s)
}

func (s *server) ticketReply(c *call, in *struct {
	TicketPath
	Body ReplyDraft
}) (*recordOut[Message], error) {
	n := ticket.NewReply{Body: in.Body.Body, To: addresses(in.Body.To), CC: addresses(in.Body.CC), Then: text[ticket.Status](in.Body.Status), Waiting: text[ticket.Waiting](in.Body.Waiting)}
	if err := plausible("to", n.To); err != nil {
		return nil, err
	}
	if err := plausible("cc", n.CC); err != nil {
		return nil, err
	}
	if in.Body.MacroID != nil {
		n.Macro = ticket.MacroID(in.Body.MacroID.num())
		if _, err := s.Tickets.Macro(c, c.actor, n.Macro); errs.Is(err, errs.NotFound) {
			return nil, errs.Field("macro_id", "problem.unknown")
		} else if err != nil {
			return nil, err
		}
	}
	if in.Body.SendAt != nil {
		n.At = in.Body.SendAt.UTC()
	}
	var err error
	if n.Files, err = inbound(in.Body.Files); err != nil {
		return nil, err
	}
	if in.Body.Signature == nil || *in.Body.Signature {
		if n.Signature, err = s.signature(c); err != nil {
			return nil, err
		}
	}
	m, err := s.Tickets.Reply(c, c.actor, in.id(), n)
	if err != nil {
		return nil, err
	}
	return record(messageRecord(m)), nil
}

// signature is what stands under the actor's replies.
func (s *server) signature(c *call) (string, error) {
	p, err := s.me(c)
	return p.Settings.Signature, err
}

// NoteDraft is a remark to be added.
type NoteDraft struct {
	Body    string    `json:"body" maxLength:"500000" example:"@Lena the carrier confirmed the loss, can you file the claim?"`
	Files   []NewFile `json:"files,omitempty" nullable:"false" maxItems:"25"`
	Status  *string   `json:"status,omitempty" enum:"open,pending,solved,closed" doc:"The ticket's state afterwards."`
	Waiting *string   `json:"waiting,omitempty" enum:"customer,carrier,supplier,marketplace,colleague"`
}

func (s *server) ticketNote(c *call, in *struct {
	TicketPath
	Body NoteDraft
}) (*recordOut[Message], error) {
	files, err := inbound(in.Body.Files)
	if err != nil {
		return nil, err
	}
	m, err := s.Tickets.Note(c, c.actor, in.id(), ticket.NewNote{Body: in.Body.Body, Files: files, Then: text[ticket.Status](in.Body.Status), Waiting: text[ticket.Waiting](in.Body.Waiting)})
	if err != nil {
		return nil, err
	}
	return record(messageRecord(m)), nil
}

// TagChange adds and removes tags.
type TagChange struct {
	Add    []string `json:"add,omitempty" nullable:"false" maxItems:"50" example:"customs"`
	Remove []string `json:"remove,omitempty" nullable:"false" maxItems:"50"`
}

func (s *server) ticketTags(c *call, in *struct {
	TicketPath
	Body TagChange
}) (*recordOut[TicketChange], error) {
	e, err := s.Tickets.ChangeTags(c, c.actor, in.id(), in.Body.Add, in.Body.Remove)
	if err != nil {
		return nil, err
	}
	return s.changed(c, in.id(), e)
}

// MergeTarget names the ticket that takes over.
type MergeTarget struct {
	IntoID Ref[aTicket] `json:"into_id" doc:"The ticket that lives on."`
}

func (s *server) ticketMerge(c *call, in *struct {
	TicketPath
	Body MergeTarget
}) (*recordOut[TicketChange], error) {
	if _, err := s.Tickets.Get(c, c.actor, in.id()); err != nil {
		return nil, err
	}
	into := ticket.ID(in.Body.IntoID.num())
	if _, err := s.Tickets.Get(c, c.actor, into); errs.Is(err, errs.NotFound) {
		return nil, errs.Field("into_id", "problem.unknown")
	}
	e, err := s.Tickets.Merge(c, c.actor, in.id(), into)
	if err != nil {
		return nil, err
	}
	return s.changed(c, into, e)
}

// SplitChoice names the messages that get a ticket of their own.
type SplitChoice struct {
	MessageIDs []Ref[aMessage] `json:"message_ids" nullable:"false" minItems:"1" maxItems:"500"`
	Subject    string          `json:"subject,omitempty" maxLength:"300" doc:"The new ticket's subject; by default that of its first message." example:"Second parcel"`
}

func (s *server) ticketSplit(c *call, in *struct {
	TicketPath
	Body SplitChoice
}) (*recordOut[TicketChange], error) {
	off, e, err := s.Tickets.Split(c, c.actor, in.id(), nums[ticket.MessageID](in.Body.MessageIDs), strings.TrimSpace(in.Body.Subject))
	if err != nil {
		return nil, err
	}
	return s.changed(c, off.ID, e)
}

func (s *server) ticketFollowUp(c *call, in *struct{ TicketPath }) (*recordOut[Ticket], error) {
	t, err := s.Tickets.FollowUp(c, c.actor, in.id())
	if err != nil {
		return nil, err
	}
	return ticketAnswer(t), nil
}

// EventChoice names an event.
type EventChoice struct {
	EventID Ref[anEvent] `json:"event_id"`
}

func (s *server) ticketUndo(c *call, in *struct {
	TicketPath
	Body EventChoice
}) (*recordOut[Ticket], error) {
	if err := s.Tickets.Undo(c, c.actor, in.id(), event.ID(in.Body.EventID.num())); err != nil {
		return nil, err
	}
	t, err := s.Tickets.Get(c, c.actor, in.id())
	if err != nil {
		return nil, err
	}
	return ticketAnswer(t), nil
}

// MacroChoice names a macro.
type MacroChoice struct {
	MacroID Ref[aMacro] `json:"macro_id"`
}

func (s *server) ticketMacro(c *call, in *struct {
	TicketPath
	Body MacroChoice
}) (*recordOut[TicketChange], error) {
	e, err := s.Tickets.ApplyMacro(c, c.actor, in.id(), ticket.MacroID(in.Body.MacroID.num()))
	if err != nil {
		return nil, err
	}
	return s.changed(c, in.id(), e)
}

// MacroText is a macro as it reads in a ticket.
type MacroText struct {
	MacroID  Ref[aMacro]  `json:"macro_id"`
	Language string       `json:"language" example:"de+formal" doc:"The text that was chosen for the customer; default for the one for all languages."`
	Body     string       `json:"body" example:"Hello Anna, thank you for your patience."`
	Missing  []string     `json:"missing" nullable:"false" doc:"Variables that have no value here."`
	Actions  MacroActions `json:"actions"`
}

func (s *server) ticketMacroText(c *call, in *struct {
	TicketPath
	Macro Ref[aMacro] `path:"macro" doc:"The macro's id."`
}) (*recordOut[MacroText], error) {
	t, err := s.Tickets.Get(c, c.actor, in.id())
	if err != nil {
		return nil, err
	}
	m, err := s.Tickets.Macro(c, c.actor, ticket.MacroID(in.Macro.num()))
	if err != nil {
		return nil, err
	}
	values, err := s.variables(c, t)
	if err != nil {
		return nil, err
	}
	want, err := s.Tickets.Wanted(c, c.actor, t)
	if err != nil {
		return nil, err
	}
	chosen := m.Choose(want)
	body, missing := ticket.Expand(chosen.Body, values)
	return record(MacroText{refTo[aMacro](m.ID), languageOf(chosen.Key), body, append([]string{}, missing...), macroActionsRecord(m.Actions)}), nil
}
