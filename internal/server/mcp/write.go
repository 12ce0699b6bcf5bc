package mcp

import (
	"errors"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
)

// DraftReply is the input of draft_reply.
type DraftReply struct {
	Ticket  string `json:"ticket" jsonschema:"Its id (tkt_...) or its number."`
	Body    string `json:"body" jsonschema:"The answer as plain text, in the customer's language. A signature is added when it is sent."`
	Version int64  `json:"version,omitempty" jsonschema:"The version of the draft that this replaces, as get_ticket or draft_reply gave it; missing if there was none."`
}

// Drafted is the output of draft_reply.
type Drafted struct {
	Ticket  string `json:"ticket_id"`
	Version int64  `json:"version"`
	Sent    bool   `json:"sent" jsonschema:"Always false: a person decides."`
}

func (s *Server) draftReply(c *call, in DraftReply) (out Drafted, err error) {
	t, err := s.ticketOf(c, in.Ticket)
	if err != nil {
		return out, err
	}
	if strings.TrimSpace(in.Body) == "" {
		return out, errs.Field("body", "error.reply_empty")
	}
	kept, err := s.Tickets.DraftOf(c, c.actor, t.ID, ticket.KindOutbound)
	if err != nil {
		return out, err
	}
	d := kept.Data
	d.Body, d.Version = in.Body, in.Version
	saved, err := s.Tickets.SaveDraft(c, c.actor, t.ID, ticket.KindOutbound, d)
	var e *errs.Error
	if errors.As(err, &e) && e.Key == "error.draft_newer" {
		return out, errs.New(errs.Conflict, "problem.draft_kept", "version", saved.Data.Version)
	}
	return Drafted{Ticket: ref(ticketMark, t.ID), Version: saved.Data.Version}, err
}

// AddNote is the input of add_note.
type AddNote struct {
	Ticket string `json:"ticket" jsonschema:"Its id (tkt_...) or its number."`
	Body   string `json:"body" jsonschema:"The remark as plain text."`
	Key    string `json:"idempotency_key" jsonschema:"A random text of your own; the same one again when you repeat this call."`
}

// Written is the output of add_note and send_reply.
type Written struct {
	Ticket  string     `json:"ticket_id"`
	Message string     `json:"message_id"`
	SendAt  *time.Time `json:"send_at,omitempty" jsonschema:"When it leaves; until then a person can take it back."`
}

func (s *Server) addNote(c *call, in AddNote) (Written, error) {
	return keyed(s, c, in.Key, in, func(c *call, in AddNote) (Written, error) {
		t, err := s.ticketOf(c, in.Ticket)
		if err != nil {
			return Written{}, err
		}
		m, err := s.Tickets.Note(c, c.actor, t.ID, ticket.NewNote{Body: in.Body})
		return Written{Ticket: ref(ticketMark, t.ID), Message: ref(messageMark, m.ID)}, err
	})
}

// SendReply is the input of send_reply.
type SendReply struct {
	Ticket string `json:"ticket" jsonschema:"Its id (tkt_...) or its number."`
	Body   string `json:"body" jsonschema:"The answer as plain text, in the customer's language. The signature is added."`
	Key    string `json:"idempotency_key" jsonschema:"A random text of your own; the same one again when you repeat this call."`
	Status string `json:"status,omitempty" jsonschema:"The ticket's state afterwards: open, pending, solved or closed."`
}

// sendReply answers whoever is to be answered by the ticket's own rule: an agent
// that was talked into it cannot send to somebody else.
func (s *Server) sendReply(c *call, in SendReply) (Written, error) {
	return keyed(s, c, in.Key, in, func(c *call, in SendReply) (Written, error) {
		t, err := s.ticketOf(c, in.Ticket)
		if err != nil {
			return Written{}, err
		}
		me, err := s.Auth.Self(c, c.actor)
		if err != nil {
			return Written{}, err
		}
		m, err := s.Tickets.Reply(c, c.actor, t.ID, ticket.NewReply{Body: in.Body, Then: ticket.Status(in.Status), Signature: me.Settings.Signature})
		return Written{Ticket: ref(ticketMark, t.ID), Message: ref(messageMark, m.ID), SendAt: moment(m.SendAt)}, err
	})
}

// SetStatus is the input of set_status.
type SetStatus struct {
	Ticket  string `json:"ticket" jsonschema:"Its id (tkt_...) or its number."`
	Status  string `json:"status" jsonschema:"open, pending, solved or closed"`
	Waiting string `json:"waiting,omitempty" jsonschema:"With pending: customer, carrier, supplier, marketplace or colleague."`
}

// Changed is the output of tools that change a ticket.
type Changed struct {
	Ticket  Ticket `json:"ticket" jsonschema:"As it is now."`
	Changed bool   `json:"changed" jsonschema:"false if it was so already"`
}

// changed runs a verb on a ticket and answers with how it is now.
func (s *Server) changed(c *call, name string, verb func(ticket.ID) (bool, error)) (out Changed, err error) {
	t, err := s.ticketOf(c, name)
	if err != nil {
		return out, err
	}
	if out.Changed, err = verb(t.ID); err != nil {
		return out, err
	}
	if t, err = s.Tickets.Get(c, c.actor, t.ID); errs.Is(err, errs.NotFound) { // given away, to where the actor does not see
		return out, nil
	} else if err != nil {
		return out, err
	}
	names, err := s.names(c)
	out.Ticket = ticketRecord(t, names)
	return out, err
}

func (s *Server) setStatus(c *call, in SetStatus) (Changed, error) {
	if !slices.Contains(ticket.Statuses(), ticket.Status(in.Status)) {
		return Changed{}, errs.Field("status", "error.status")
	}
	return s.changed(c, in.Ticket, func(t ticket.ID) (bool, error) {
		e, err := s.Tickets.SetStatus(c, c.actor, t, ticket.Status(in.Status), ticket.Waiting(in.Waiting))
		return e != 0, err
	})
}

// Assign is the input of assign.
type Assign struct {
	Ticket string `json:"ticket" jsonschema:"Its id (tkt_...) or its number."`
	Person string `json:"person" jsonschema:"me, none, a mail address of a colleague, or an id (per_...)."`
}

func (s *Server) assign(c *call, in Assign) (Changed, error) {
	return s.changed(c, in.Ticket, func(t ticket.ID) (bool, error) {
		who, err := s.person(c, strings.TrimSpace(in.Person))
		if err != nil {
			return false, err
		}
		e, err := s.Tickets.Assign(c, c.actor, t, who)
		return e != 0, err
	})
}

// person returns the colleague that a caller names.
func (s *Server) person(c *call, name string) (auth.PersonID, error) {
	switch name {
	case "me":
		return c.actor.Person(), nil
	case "none":
		return 0, nil
	}
	if n, err := id.Parse(personMark, name); err == nil && n != 0 {
		return auth.PersonID(n), nil
	}
	people, err := s.Auth.People(c, c.actor)
	if err != nil {
		return 0, err
	}
	for _, p := range people {
		if strings.EqualFold(p.Email, name) && name != "" {
			return p.ID, nil
		}
	}
	return 0, errs.Field("person", "error.assignee")
}

// Tags is the input of tag.
type Tags struct {
	Ticket string   `json:"ticket" jsonschema:"Its id (tkt_...) or its number."`
	Add    []string `json:"add,omitempty"`
	Remove []string `json:"remove,omitempty"`
}

func (s *Server) tag(c *call, in Tags) (Changed, error) {
	if len(in.Add)+len(in.Remove) > 50 {
		return Changed{}, errs.Field("add", "error.too_many_tags")
	}
	return s.changed(c, in.Ticket, func(t ticket.ID) (bool, error) {
		e, err := s.Tickets.ChangeTags(c, c.actor, t, in.Add, in.Remove)
		return e != 0, err
	})
}
