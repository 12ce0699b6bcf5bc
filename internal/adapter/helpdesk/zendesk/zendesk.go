package zendesk

import (
	"encoding/json"
	"regexp"
	"strings"

	"godwit.dev/godwit/internal/adapter/helpdesk/dump"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/migrate"
)

// Name is the system's name, as keys of imported messages contain it.
const Name = "zendesk"

// Read returns a reader of an export at a path.
func Read(path string) migrate.Reader {
	return dump.Read(path, dump.System{
		Shape: dump.Shape{Marks: []string{"id"}, Lists: []string{"tickets", "users", "organizations", "comments", "results"}, Wraps: []string{"ticket", "user", "comment"}},
		Kind:  kindOf, Person: person, TicketOf: ticketOf, Ticket: convert,
	})
}

func kindOf(r dump.Record, has func(...string) bool) dump.Kind {
	switch {
	case r.List == "organizations":
	case r.List == "comments" || has("author_id") && !has("requester_id") && !has("status"):
		return dump.Message
	case r.List == "users" || has("role") && !has("status"):
		return dump.Person
	case r.List == "tickets" || has("status") || has("requester_id"):
		return dump.Ticket
	}
	return dump.Other
}

type user struct {
	ID     dump.Text `json:"id"`
	Name   dump.Text `json:"name"`
	Email  dump.Text `json:"email"`
	Phone  dump.Text `json:"phone"`
	Locale dump.Text `json:"locale"`
	Role   dump.Text `json:"role"`
	Notes  dump.Text `json:"notes"`
}

func (u user) person() migrate.Person {
	return migrate.Person{
		ID: u.ID.String(), Name: u.Name.String(), Email: u.Email.String(), Phone: u.Phone.String(), Language: u.Locale.String(), Note: u.Notes.String(),
		Staff: u.Role == "agent" || u.Role == "admin",
	}
}

func person(r dump.Record) (migrate.Person, error) {
	var u user
	err := json.Unmarshal(r.Raw, &u)
	return u.person(), err
}

var inName = regexp.MustCompile(`\d+`)

// ticketOf returns the id of a ticket, or of the ticket of a comment.
func ticketOf(r dump.Record) string {
	var x struct {
		ID      dump.Text `json:"id"`
		Ticket  dump.Text `json:"ticket_id"`
		Request dump.Text `json:"requester_id"`
		Status  dump.Text `json:"status"`
	}
	if json.Unmarshal(r.Raw, &x) != nil {
		return ""
	}
	if x.Status != "" || x.Request != "" || r.List == "tickets" {
		return x.ID.String()
	}
	if x.Ticket != "" {
		return x.Ticket.String()
	}
	if all := inName.FindAllString(r.Place.File, -1); len(all) > 0 {
		return all[len(all)-1]
	}
	return ""
}

type comment struct {
	ID          dump.Text             `json:"id"`
	Author      dump.Text             `json:"author_id"`
	Body        dump.Text             `json:"body"`
	Plain       dump.Text             `json:"plain_body"`
	HTML        dump.Text             `json:"html_body"`
	Public      *dump.Bool            `json:"public"` // missing: public
	Created     dump.Time             `json:"created_at"`
	Attachments dump.List[attachment] `json:"attachments"`
	Via         via                   `json:"via"`
}

type attachment struct {
	Name dump.Text   `json:"file_name"`
	URL  dump.Text   `json:"content_url"`
	Type dump.Text   `json:"content_type"`
	Size dump.Number `json:"size"`
}

type via struct {
	Channel dump.Text `json:"channel"`
}

type record struct {
	ID          dump.Text            `json:"id"`
	URL         dump.Text            `json:"url"`
	Subject     dump.Text            `json:"subject"`
	RawSubject  dump.Text            `json:"raw_subject"`
	Description dump.Text            `json:"description"`
	Status      dump.Text            `json:"status"`
	Priority    dump.Text            `json:"priority"`
	Type        dump.Text            `json:"type"`
	Created     dump.Time            `json:"created_at"`
	Updated     dump.Time            `json:"updated_at"`
	Requester   dump.Text            `json:"requester_id"`
	Submitter   dump.Text            `json:"submitter_id"`
	Assignee    dump.Text            `json:"assignee_id"`
	Org         dump.Text            `json:"organization_id"`
	Tags        dump.List[dump.Text] `json:"tags"`
	Followers   dump.List[dump.Text] `json:"collaborator_ids"`
	Comments    dump.List[comment]   `json:"comments"`
	Via         via                  `json:"via"`
	Custom      dump.List[struct {
		ID    dump.Text       `json:"id"`
		Value json.RawMessage `json:"value"`
	}] `json:"custom_fields"`
	Rating struct {
		Score dump.Text `json:"score"`
	} `json:"satisfaction_rating"`
	// The JSON export of an account spells people out.
	RequesterUser user `json:"requester"`
	AssigneeUser  user `json:"assignee"`
	SubmitterUser user `json:"submitter"`
}

func convert(j *dump.Join, r dump.Record, apart [][]byte) (migrate.Ticket, error) {
	var x record
	if err := json.Unmarshal(r.Raw, &x); err != nil {
		return migrate.Ticket{}, err
	}
	name := "ticket " + x.ID.String()
	if x.Status == "deleted" {
		j.Find(r, name, migrate.Deleted, "")
		return migrate.Ticket{}, nil
	}
	who := func(id dump.Text, spelled user) migrate.Person {
		if spelled.ID != "" && (spelled.Email != "" || spelled.Name != "") {
			return spelled.person()
		}
		if id == "" {
			id = spelled.ID
		}
		return j.Who(id.String())
	}
	t := migrate.Ticket{
		ID: x.ID.String(), URL: x.URL.String(), Subject: x.Subject.String(), Channel: channel(x.Via.Channel), Priority: dump.Priorities(x.Priority.String()),
		Customer: who(x.Requester, x.RequesterUser), Assignee: who(x.Assignee, x.AssigneeUser).Email, CreatedAt: x.Created.Time, UpdatedAt: x.Updated.Time,
	}
	if t.Subject == "" {
		t.Subject = x.RawSubject.String()
	}
	if t.Assignee == "" && x.Assignee != "" {
		t.Assignee = "person " + x.Assignee.String()
	}
	t.Language = t.Customer.Language
	t.Status, t.Waiting = status(j, r, name, x.Status)
	for _, tag := range x.Tags {
		t.Tags = append(t.Tags, tag.String())
	}
	for _, f := range x.Followers {
		if p := j.Who(f.String()); p.Email != "" && !p.Staff {
			t.Others = append(t.Others, ticket.Address{Name: p.Name, Address: p.Email})
		}
	}
	t.Left = left(x)
	for _, raw := range apart {
		var c comment
		if err := json.Unmarshal(raw, &c); err == nil {
			x.Comments = append(x.Comments, c)
		}
	}
	spelled := map[string]migrate.Person{}
	for _, u := range []user{x.RequesterUser, x.AssigneeUser, x.SubmitterUser} {
		if u.ID != "" {
			spelled[u.ID.String()] = u.person()
		}
	}
	seen := map[dump.Text]bool{}
	for _, c := range x.Comments {
		if c.ID != "" && seen[c.ID] { // in the ticket and on a page of its own
			continue
		}
		seen[c.ID] = true
		author, ok := spelled[c.Author.String()]
		if !ok {
			author = j.Who(c.Author.String())
		}
		t.Messages = append(t.Messages, message(c, author, t))
	}
	if len(t.Messages) == 0 && x.Description != "" {
		t.Messages = append(t.Messages, migrate.Message{ID: "description", Kind: ticket.KindInbound, Author: t.Customer, Text: x.Description.String(), At: x.Created.Time})
	}
	return t, nil
}

func channel(c dump.Text) string {
	if c == "email" || c == "" {
		return string(ticket.Email)
	}
	return c.String()
}

// status maps the states. On hold is what waits for somebody outside.
func status(j *dump.Join, r dump.Record, name string, s dump.Text) (ticket.Status, ticket.Waiting) {
	switch strings.ToLower(s.String()) {
	case "new":
		return ticket.New, ""
	case "open":
		return ticket.Open, ""
	case "pending":
		return ticket.Pending, ticket.ForCustomer
	case "hold":
		j.Find(r, name, migrate.StatusMapped, "hold: pending, waiting for a supplier")
		return ticket.Pending, ticket.ForSupplier
	case "solved":
		return ticket.Solved, ""
	case "closed":
		return ticket.Closed, ""
	}
	j.Find(r, name, migrate.StatusMapped, s.String()+": open")
	return ticket.Open, ""
}

// left names what a ticket here has no place for.
func left(x record) []string {
	var out []string
	for _, f := range x.Custom {
		if v := string(f.Value); v != "" && v != "null" && v != `""` && v != "[]" && v != "false" {
			out = append(out, "custom field "+f.ID.String())
		}
	}
	if x.Org != "" {
		out = append(out, "organization")
	}
	if x.Type != "" {
		out = append(out, "type "+x.Type.String())
	}
	if s := x.Rating.Score; s != "" && s != "unoffered" && s != "offered" {
		out = append(out, "satisfaction rating")
	}
	return out
}

func message(c comment, author migrate.Person, t migrate.Ticket) migrate.Message {
	m := migrate.Message{ID: c.ID.String(), Author: author, Text: c.Plain.String(), HTML: c.HTML.String(), At: c.Created.Time}
	if m.Text == "" {
		m.Text = c.Body.String()
	}
	if m.HTML != "" {
		m.Text = "" // body is a Markdown of sorts; the layout says what was written
	}
	switch { // who is nobody that the export knows is taken for a customer: the house is not made to say it
	case c.Public != nil && !bool(*c.Public):
		m.Kind = ticket.KindNote
	case author.Staff && author.ID != t.Customer.ID:
		m.Kind = ticket.KindOutbound
	default:
		m.Kind = ticket.KindInbound
	}
	for _, a := range c.Attachments {
		m.Files = append(m.Files, migrate.File{Name: a.Name.String(), Type: a.Type.String(), URL: a.URL.String(), Size: int64(a.Size)})
	}
	return m
}
