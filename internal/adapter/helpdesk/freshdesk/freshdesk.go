package freshdesk

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"godwit.dev/godwit/internal/adapter/helpdesk/dump"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/migrate"
)

// Name is the system's name, as keys of imported messages contain it.
const Name = "freshdesk"

// Read returns a reader of an export at a path.
func Read(path string) migrate.Reader {
	return dump.Read(path, dump.System{
		Shape: dump.Shape{Marks: []string{"id", "display_id"}, Lists: []string{"tickets", "results", "contacts", "users", "agents", "conversations"}, Wraps: []string{"helpdesk_ticket", "ticket", "user", "contact", "agent"}},
		Kind:  kindOf, Person: person, TicketOf: ticketOf, Ticket: convert,
	})
}

func kindOf(r dump.Record, has func(...string) bool) dump.Kind {
	switch {
	case r.List == "helpdesk_ticket" || has("requester_id") && !has("ticket_id"):
		return dump.Ticket
	case has("ticket_id") && has("incoming"):
		return dump.Message
	case r.List == "user" || r.List == "contact" || r.List == "agent" || has("contact") || has("email") && has("name"):
		return dump.Person
	}
	return dump.Other
}

type user struct {
	ID       dump.Text `json:"id"`
	Name     dump.Text `json:"name"`
	Email    dump.Text `json:"email"`
	Phone    dump.Text `json:"phone"`
	Mobile   dump.Text `json:"mobile"`
	Language dump.Text `json:"language"`
	Notes    dump.Text `json:"description"`
	Agent    dump.Bool `json:"helpdesk_agent"`
	Contact  *user     `json:"contact"` // of an agent
}

func (u user) person() migrate.Person {
	p := migrate.Person{
		ID: u.ID.String(), Name: u.Name.String(), Email: u.Email.String(), Phone: cmp.Or(u.Phone, u.Mobile).String(), Language: u.Language.String(), Note: u.Notes.String(),
		Staff: bool(u.Agent),
	}
	if u.Contact != nil {
		c := u.Contact.person()
		c.ID, c.Staff = p.ID, true
		return c
	}
	return p
}

func person(r dump.Record) (migrate.Person, error) {
	var u user
	err := json.Unmarshal(r.Raw, &u)
	p := u.person()
	p.Staff = p.Staff || r.List == "agent" || r.List == "agents"
	return p, err
}

func ticketOf(r dump.Record) string {
	var x struct {
		ID      dump.Text `json:"id"`
		Display dump.Text `json:"display_id"`
		Ticket  dump.Text `json:"ticket_id"`
	}
	if json.Unmarshal(r.Raw, &x) != nil {
		return ""
	}
	return cmp.Or(x.Ticket, x.Display, x.ID).String()
}

type attachment struct {
	Name  dump.Text   `json:"name"`
	Old   dump.Text   `json:"content_file_name"`
	URL   dump.Text   `json:"attachment_url"`
	Type  dump.Text   `json:"content_type"`
	Size  dump.Number `json:"size"`
	Bytes dump.Number `json:"content_file_size"`
}

type conversation struct {
	ID          dump.Text             `json:"id"`
	Text        dump.Text             `json:"body_text"`
	Body        dump.Text             `json:"body"` // HTML in version 2, text in version 1
	HTML        dump.Text             `json:"body_html"`
	Incoming    dump.Bool             `json:"incoming"`
	Private     dump.Bool             `json:"private"`
	Deleted     dump.Bool             `json:"deleted"`
	User        dump.Text             `json:"user_id"`
	From        dump.Text             `json:"from_email"`
	To          dump.List[dump.Text]  `json:"to_emails"`
	CC          dump.List[dump.Text]  `json:"cc_emails"`
	Created     dump.Time             `json:"created_at"`
	Attachments dump.List[attachment] `json:"attachments"`
}

// wrapped is a note of version 1, which stands in an object of its own.
type wrapped struct {
	Note     *conversation `json:"note"`
	Helpdesk *conversation `json:"helpdesk_note"`
}

type record struct {
	ID              dump.Text               `json:"id"`
	Display         dump.Text               `json:"display_id"`
	Subject         dump.Text               `json:"subject"`
	Description     dump.Text               `json:"description"` // HTML in version 2, text in version 1
	DescriptionText dump.Text               `json:"description_text"`
	DescriptionHTML dump.Text               `json:"description_html"`
	Status          dump.Number             `json:"status"`
	StatusName      dump.Text               `json:"status_name"`
	Priority        dump.Number             `json:"priority"`
	Source          dump.Number             `json:"source"`
	Type            dump.Text               `json:"type"`
	OldType         dump.Text               `json:"ticket_type"`
	Requester       dump.Text               `json:"requester_id"`
	RequesterUser   user                    `json:"requester"`
	RequesterName   dump.Text               `json:"requester_name"`
	Email           dump.Text               `json:"email"`
	Responder       dump.Text               `json:"responder_id"`
	ResponderName   dump.Text               `json:"responder_name"`
	Company         dump.Text               `json:"company_id"`
	CC              dump.List[dump.Text]    `json:"cc_emails"`
	To              dump.List[dump.Text]    `json:"to_emails"`
	Tags            dump.List[tag]          `json:"tags"`
	Spam            dump.Bool               `json:"spam"`
	Deleted         dump.Bool               `json:"deleted"`
	Custom          map[string]any          `json:"custom_fields"`
	OldCustom       map[string]any          `json:"custom_field"`
	Created         dump.Time               `json:"created_at"`
	Updated         dump.Time               `json:"updated_at"`
	Attachments     dump.List[attachment]   `json:"attachments"`
	Conversations   dump.List[conversation] `json:"conversations"`
	Notes           dump.List[wrapped]      `json:"notes"`
	Stats           struct {
		Resolved dump.Time `json:"resolved_at"`
		Closed   dump.Time `json:"closed_at"`
	} `json:"stats"`
}

// tag is a word in version 2 and an object with a name in version 1.
type tag string

// UnmarshalJSON reads both.
func (t *tag) UnmarshalJSON(b []byte) error {
	var o struct {
		Name dump.Text `json:"name"`
	}
	if json.Unmarshal(b, &o) == nil {
		*t = tag(o.Name)
		return nil
	}
	var s dump.Text
	err := s.UnmarshalJSON(b)
	*t = tag(s)
	return err
}

func convert(j *dump.Join, r dump.Record, apart [][]byte) (migrate.Ticket, error) {
	var x record
	if err := json.Unmarshal(r.Raw, &x); err != nil {
		return migrate.Ticket{}, err
	}
	id := cmp.Or(x.Display, x.ID).String()
	name := "ticket " + id
	if x.Deleted {
		j.Find(r, name, migrate.Deleted, "")
		return migrate.Ticket{}, nil
	}
	t := migrate.Ticket{
		ID: id, Subject: x.Subject.String(), Channel: channel(x.Source), Priority: priority(x.Priority), Spam: bool(x.Spam), Customer: j.Who(x.Requester.String()),
		Others: dump.Addresses(x.CC), CreatedAt: x.Created.Time, UpdatedAt: x.Updated.Time, SolvedAt: x.Stats.Resolved.Time,
	}
	if t.SolvedAt.IsZero() {
		t.SolvedAt = x.Stats.Closed.Time
	}
	if x.RequesterUser.Email != "" || x.RequesterUser.Phone != "" {
		t.Customer = x.RequesterUser.person()
	}
	t.Customer.Email = cmp.Or(t.Customer.Email, x.Email.String())
	t.Customer.Name = cmp.Or(t.Customer.Name, x.RequesterName.String())
	if x.Responder != "" {
		t.Assignee = cmp.Or(j.Who(x.Responder.String()).Email, x.ResponderName.String(), "person "+x.Responder.String())
	}
	t.Status, t.Waiting = status(j, r, name, x)
	for _, g := range x.Tags {
		t.Tags = append(t.Tags, string(g))
	}
	t.Left = left(x)
	t.Messages = append(t.Messages, first(x, t))
	for _, n := range x.Notes {
		for _, c := range []*conversation{n.Note, n.Helpdesk} {
			if c != nil {
				x.Conversations = append(x.Conversations, *c)
			}
		}
	}
	for _, raw := range apart {
		var c conversation
		if json.Unmarshal(raw, &c) == nil {
			x.Conversations = append(x.Conversations, c)
		}
	}
	seen := map[dump.Text]bool{}
	for _, c := range x.Conversations {
		if bool(c.Deleted) || c.ID != "" && seen[c.ID] {
			continue
		}
		seen[c.ID] = true
		t.Messages = append(t.Messages, message(j, c))
	}
	return t, nil
}

// channel names the sources of API version 2.
func channel(n dump.Number) string {
	switch n {
	case 0, 1, 10:
		return string(ticket.Email)
	case 2:
		return "portal"
	case 3:
		return "phone"
	case 7:
		return "chat"
	case 9:
		return "feedback widget"
	}
	return "other"
}

func priority(n dump.Number) ticket.Priority {
	switch n {
	case 1:
		return ticket.Low
	case 3:
		return ticket.High
	case 4:
		return ticket.Urgent
	}
	return ticket.Normal
}

// status maps the states of API version 2; 6 and 7 come with every account, those
// beyond are the account's own.
func status(j *dump.Join, r dump.Record, name string, x record) (ticket.Status, ticket.Waiting) {
	switch x.Status {
	case 2:
		return ticket.Open, ""
	case 3, 6:
		return ticket.Pending, ticket.ForCustomer
	case 4:
		return ticket.Solved, ""
	case 5:
		return ticket.Closed, ""
	case 7:
		return ticket.Pending, ticket.ForSupplier
	}
	j.Find(r, name, migrate.StatusMapped, strings.TrimSpace(cmp.Or(x.StatusName.String(), "own state")+": open"))
	return ticket.Open, ""
}

func left(x record) []string {
	var out []string
	for _, fields := range []map[string]any{x.Custom, x.OldCustom} {
		for k, v := range fields {
			if v != nil && v != "" && v != false {
				out = append(out, "custom field "+k)
			}
		}
	}
	slices.Sort(out)
	if x.Company != "" {
		out = append(out, "company")
	}
	if kind := cmp.Or(x.Type, x.OldType); kind != "" {
		out = append(out, "type "+kind.String())
	}
	return out
}

// first is the message that a ticket began with: its description.
func first(x record, t migrate.Ticket) migrate.Message {
	m := migrate.Message{ID: "description", Kind: ticket.KindInbound, Author: t.Customer, Text: x.DescriptionText.String(), HTML: x.DescriptionHTML.String(), At: x.Created.Time, Files: files(x.Attachments)}
	switch {
	case m.HTML != "":
		m.Text = cmp.Or(m.Text, x.Description.String())
	case x.DescriptionText != "":
		m.HTML = x.Description.String()
	case strings.Contains(x.Description.String(), "</"):
		m.HTML = x.Description.String()
	default:
		m.Text = x.Description.String()
	}
	if x.Source == 10 { // a mail that the house began with
		m.Kind, m.Author, m.To = ticket.KindOutbound, migrate.Person{Name: x.ResponderName.String(), Email: t.Assignee}, []ticket.Address{{Name: t.Customer.Name, Address: t.Customer.Email}}
	}
	return m
}

func message(j *dump.Join, c conversation) migrate.Message {
	m := migrate.Message{ID: c.ID.String(), Author: j.Who(c.User.String()), Text: c.Text.String(), HTML: c.HTML.String(), To: dump.Addresses(c.To), CC: dump.Addresses(c.CC), At: c.Created.Time, Files: files(c.Attachments)}
	switch {
	case m.HTML != "":
		m.Text = cmp.Or(m.Text, c.Body.String())
	case c.Text != "" || strings.Contains(c.Body.String(), "</"):
		m.HTML = c.Body.String()
	default:
		m.Text = c.Body.String()
	}
	switch {
	case bool(c.Private):
		m.Kind = ticket.KindNote
	case bool(c.Incoming):
		m.Kind = ticket.KindInbound
	default:
		m.Kind = ticket.KindOutbound
	}
	if from := dump.Addresses([]dump.Text{c.From}); len(from) > 0 && m.Author.Email == "" && m.Kind == ticket.KindInbound {
		m.Author.Email, m.Author.Name = from[0].Address, cmp.Or(m.Author.Name, from[0].Name)
	}
	return m
}

func files(list []attachment) []migrate.File {
	var out []migrate.File
	for _, a := range list {
		out = append(out, migrate.File{Name: cmp.Or(a.Name, a.Old).String(), Type: a.Type.String(), URL: a.URL.String(), Size: int64(max(a.Size, a.Bytes))})
	}
	return out
}
