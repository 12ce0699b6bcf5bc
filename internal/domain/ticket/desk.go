package ticket

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/redact"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// DeskStore is what the pages of the desk read in one statement each.
type DeskStore interface {
	// CountLists counts several lists, each up to limit, in the order given.
	CountLists(ctx context.Context, lists []ListQuery, limit int) ([]int, error)
	// Drafts returns what somebody is writing in a ticket.
	Drafts(ctx context.Context, w auth.WorkspaceID, t ID, p auth.PersonID) ([]Draft, error)
	// MarksOn tells what concerns somebody in each of the tickets.
	MarksOn(ctx context.Context, w auth.WorkspaceID, p auth.PersonID, tickets []ID) (map[ID]Marks, error)
}

// Counts counts several lists at once, each up to limit+1.
func (s *Service) Counts(ctx context.Context, actor auth.Actor, lists []ListQuery, limit int) ([]int, error) {
	if err := actor.Can(auth.ReadTickets); err != nil {
		return nil, err
	}
	if len(lists) == 0 {
		return nil, nil
	}
	scoped := slices.Clone(lists)
	for i := range scoped {
		scoped[i].Scope = actor.Scope()
	}
	return s.Store.CountLists(ctx, scoped, limit+1)
}

// Open reads the page of a ticket as Thread does, in fewer statements. The
// participants are left out unless Recipient needs them.
func (s *Service) Open(ctx context.Context, actor auth.Actor, t Ticket, before MessageID) (Thread, error) {
	if err := auth.Can(actor, auth.ReadTickets, t.Resource()); err != nil {
		return Thread{}, err
	}
	out := Thread{Ticket: t, Drafts: map[Kind]Draft{}}
	var err error
	if out.Messages, err = s.Store.Messages(ctx, actor.Workspace, t.ID, before, threadPage+1); err != nil {
		return out, err
	}
	var from time.Time
	if len(out.Messages) > threadPage {
		out.Messages = out.Messages[1:]
		out.Older = out.Messages[0].ID
		from = out.Messages[0].At
	}
	if slices.ContainsFunc(out.Messages, func(m Message) bool { return m.Side != 0 }) {
		if out.Sides, err = s.Store.Sides(ctx, actor.Workspace, t.ID); err != nil {
			return out, err
		}
	}
	if len(out.Recipient()) == 0 { // nobody wrote in these messages: somebody may be named
		if out.Participants, err = s.Store.Participants(ctx, actor.Workspace, t.ID); err != nil {
			return out, err
		}
	}
	if out.Events, err = s.timeline(ctx, actor.Workspace, t.ID, from); err != nil {
		return out, err
	}
	if p := actor.Person(); p != 0 {
		drafts, err := s.Store.Drafts(ctx, actor.Workspace, t.ID, p)
		if err != nil {
			return out, err
		}
		for _, d := range drafts {
			out.Drafts[d.Kind] = d
		}
	}
	if t.Status == Closed {
		out.FollowUps, err = s.Store.FollowUps(ctx, actor.Workspace, t.ID)
	}
	return out, err
}

// Recipient returns to whom an answer to a thread goes unless the agent says
// otherwise, by the same rule as Reply; none if nobody can be answered.
func (t Thread) Recipient() []Address { return recipient(t.Messages, t.Participants) }

// MessageIn returns a message of the ticket with a number.
func (s *Service) MessageIn(ctx context.Context, actor auth.Actor, number int64, id MessageID) (Message, error) {
	t, err := s.ByNumber(ctx, actor, number)
	if err != nil {
		return Message{}, err
	}
	return s.messageOf(ctx, t, id)
}

// Original returns a message of the ticket with a number as it came in. A
// message that did not come in from outside has none: errs.NotFound.
func (s *Service) Original(ctx context.Context, actor auth.Actor, number int64, id MessageID) ([]byte, error) {
	m, err := s.MessageIn(ctx, actor, number, id)
	if err != nil {
		return nil, err
	}
	if m.Intake == 0 {
		return nil, errs.New(errs.NotFound, "error.not_found")
	}
	return s.Store.Raw(ctx, actor.Workspace, m.Intake)
}

// Attachment returns a file of a message by its name among FileNames.
func (s *Service) Attachment(ctx context.Context, actor auth.Actor, id MessageID, name string) (File, []byte, error) {
	f, err := s.fileOf(ctx, actor, id, name)
	if err != nil {
		return File{}, nil, err
	}
	data, err := s.Store.Blob(ctx, actor.Workspace, f.SHA256)
	return f, data, err
}

// fileOf finds a file of a message that the actor may read.
func (s *Service) fileOf(ctx context.Context, actor auth.Actor, id MessageID, name string) (File, error) {
	if err := actor.Can(auth.ReadTickets); err != nil {
		return File{}, err
	}
	m, err := s.Store.Message(ctx, actor.Workspace, id)
	if err != nil {
		return File{}, err
	}
	if _, err := s.load(ctx, actor, auth.ReadTickets, m.Ticket); err != nil {
		return File{}, err
	}
	i := slices.Index(FileNames(m.Files), name)
	if i < 0 {
		return File{}, errs.New(errs.NotFound, "error.not_found")
	}
	f := m.Files[i]
	f.Name = name
	return f, nil
}

// FileNames gives the files of a message names that are fit for a path and
// differ from each other: the second "a.png" becomes "a (2).png".
func FileNames(files []File) []string {
	out := make([]string, len(files))
	for i, f := range files {
		name := strings.Map(func(r rune) rune {
			if r < ' ' || r == 0x7f || r == '/' || r == '\\' {
				return '_'
			}
			return r
		}, strings.TrimSpace(f.Name))
		if name == "" || strings.Trim(name, ".") == "" {
			name = "file"
		}
		base, ext := name, ""
		if dot := strings.LastIndexByte(name, '.'); dot > 0 {
			base, ext = name[:dot], name[dot:]
		}
		for n := 2; slices.Contains(out[:i], name); n++ {
			name = base + " (" + strconv.Itoa(n) + ")" + ext
		}
		out[i] = name
	}
	return out
}

// Marks is what concerns one person in a ticket.
type Marks struct {
	Draft     bool // they have a draft in it
	Mentioned bool // a note calls them and they have not read it
}

// MarksOn tells what concerns the actor in each of the tickets.
func (s *Service) MarksOn(ctx context.Context, actor auth.Actor, tickets []ID) (map[ID]Marks, error) {
	if err := actor.Can(auth.ReadTickets); err != nil {
		return nil, err
	}
	return s.Store.MarksOn(ctx, actor.Workspace, actor.Person(), tickets)
}

// DraftOf returns what the actor is writing in a ticket; a draft that does not
// exist is the zero Draft.
func (s *Service) DraftOf(ctx context.Context, actor auth.Actor, t ID, k Kind) (Draft, error) {
	if _, err := s.Get(ctx, actor, t); err != nil {
		return Draft{}, err
	}
	d, err := s.Store.Draft(ctx, actor.Workspace, t, actor.Person(), k)
	if errs.Is(err, errs.NotFound) {
		return Draft{}, nil
	}
	return d, err
}

// OfCustomer returns the newest tickets of a customer that the actor may see.
func (s *Service) OfCustomer(ctx context.Context, actor auth.Actor, c customer.ID, limit int) ([]Ticket, error) {
	if err := actor.Can(auth.ReadTickets); err != nil {
		return nil, err
	}
	return s.Store.TicketsOfCustomer(ctx, actor.Scope(), c, limit)
}

// ByIDs returns those of the tickets that the actor may see.
func (s *Service) ByIDs(ctx context.Context, actor auth.Actor, ids []ID) ([]Ticket, error) {
	if err := actor.Can(auth.ReadTickets); err != nil {
		return nil, err
	}
	list, err := s.Store.TicketsByID(ctx, actor.Workspace, ids)
	scope := actor.Scope()
	return slices.DeleteFunc(list, func(t Ticket) bool { return !scope.Sees(t.Resource()) }), err
}

// TicketOf returns the ticket of an event that can be undone, if the actor may
// see it. An event of another workspace does not exist.
func (s *Service) TicketOf(ctx context.Context, actor auth.Actor, id event.ID) (Ticket, error) {
	if err := actor.Can(auth.ReadTickets); err != nil { // before anything is read
		return Ticket{}, err
	}
	e, err := s.Store.Event(ctx, actor.Workspace, id)
	if err != nil {
		return Ticket{}, err
	}
	if e.TicketID == 0 {
		return Ticket{}, errs.New(errs.NotFound, "error.not_found")
	}
	return s.Get(ctx, actor, ID(e.TicketID))
}

// ReplyAnchor returns the message that a reply with this text would follow: the
// newest one that is not that very reply. Two submissions of one form have the
// same anchor, also after the first was saved; a reply that was taken back and is
// sent again has another.
func (s *Service) ReplyAnchor(ctx context.Context, actor auth.Actor, t Ticket, body string) (MessageID, error) {
	if err := auth.Can(actor, auth.WriteTickets, t.Resource()); err != nil {
		return 0, err
	}
	last, err := s.Store.Messages(ctx, t.Workspace, t.ID, 0, 10)
	if err != nil {
		return 0, err
	}
	body, _ = redact.Cards(strings.TrimSpace(strings.ReplaceAll(body, "\r\n", "\n")))
	for _, m := range slices.Backward(last) {
		same := m.Kind == KindOutbound && m.AuthorID == actor.ID && m.Body == body && m.Delivery != Cancelled
		if !same {
			return m.ID, nil
		}
	}
	return 0, nil
}
