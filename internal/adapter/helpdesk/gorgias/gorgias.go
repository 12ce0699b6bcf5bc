package gorgias

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
const Name = "gorgias"

// Read returns a reader of an export at a path.
func Read(path string) migrate.Reader {
	return dump.Read(path, dump.System{
		Shape: dump.Shape{Marks: []string{"id"}, Lists: []string{"data", "tickets", "messages", "customers", "users"}},
		Kind:  kindOf, Person: person, TicketOf: ticketOf, Ticket: convert,
	})
}

func kindOf(r dump.Record, has func(...string) bool) dump.Kind {
	switch {
	case has("ticket_id") && (has("from_agent") || has("source")):
		return dump.Message
	case has("channel") && has("status"):
		return dump.Ticket
	case has("email") || has("firstname") || has("channels"):
		return dump.Person
	}
	return dump.Other
}

type user struct {
	ID       dump.Text       `json:"id"`
	Name     dump.Text       `json:"name"`
	First    dump.Text       `json:"firstname"`
	Last     dump.Text       `json:"lastname"`
	Email    dump.Text       `json:"email"`
	Language dump.Text       `json:"language"`
	Note     dump.Text       `json:"note"`
	Role     json.RawMessage `json:"role"` // users have one, customers none
	Channels dump.List[struct {
		Type    dump.Text `json:"type"`
		Address dump.Text `json:"address"`
	}] `json:"channels"`
}

func (u user) person() migrate.Person {
	p := migrate.Person{
		ID: u.ID.String(), Name: cmp.Or(u.Name.String(), strings.TrimSpace(u.First.String()+" "+u.Last.String())), Email: u.Email.String(), Language: u.Language.String(),
		Note: u.Note.String(), Staff: len(u.Role) > 0 && string(u.Role) != "null",
	}
	for _, c := range u.Channels {
		switch {
		case c.Type == "email":
			p.Email = cmp.Or(p.Email, c.Address.String())
		case c.Type == "phone":
			p.Phone = cmp.Or(p.Phone, c.Address.String())
		}
	}
	return p
}

// Customers and users are numbered apart from each other: the people of the
// house are known under a mark.
const staffMark = "user "

func person(r dump.Record) (migrate.Person, error) {
	var u user
	err := json.Unmarshal(r.Raw, &u)
	p := u.person()
	if p.Staff = p.Staff || r.List == "users"; p.Staff {
		p.ID = staffMark + p.ID
	}
	return p, err
}

func ticketOf(r dump.Record) string {
	var x struct {
		ID     dump.Text `json:"id"`
		Ticket dump.Text `json:"ticket_id"`
	}
	if json.Unmarshal(r.Raw, &x) != nil {
		return ""
	}
	return cmp.Or(x.Ticket, x.ID).String()
}

type end struct {
	ID      dump.Text `json:"id"`
	Name    dump.Text `json:"name"`
	Address dump.Text `json:"address"`
}

type message struct {
	ID          dump.Text  `json:"id"`
	Channel     dump.Text  `json:"channel"`
	Public      *dump.Bool `json:"public"` // missing: public
	FromAgent   dump.Bool  `json:"from_agent"`
	Sender      user       `json:"sender"`
	Subject     dump.Text  `json:"subject"`
	Text        dump.Text  `json:"body_text"`
	HTML        dump.Text  `json:"body_html"`
	Stripped    dump.Text  `json:"stripped_text"`
	MessageID   dump.Text  `json:"message_id"`
	Created     dump.Time  `json:"created_datetime"`
	Sent        dump.Time  `json:"sent_datetime"`
	Failed      dump.Time  `json:"failed_datetime"`
	Deleted     dump.Time  `json:"deleted_datetime"`
	Attachments dump.List[struct {
		Name dump.Text   `json:"name"`
		URL  dump.Text   `json:"url"`
		Type dump.Text   `json:"content_type"`
		Size dump.Number `json:"size"`
	}] `json:"attachments"`
	Source struct {
		Type dump.Text      `json:"type"`
		From end            `json:"from"`
		To   dump.List[end] `json:"to"`
		CC   dump.List[end] `json:"cc"`
	} `json:"source"`
}

type record struct {
	ID       dump.Text          `json:"id"`
	URI      dump.Text          `json:"uri"`
	External dump.Text          `json:"external_id"`
	Status   dump.Text          `json:"status"`
	Priority dump.Text          `json:"priority"`
	Channel  dump.Text          `json:"channel"`
	Subject  dump.Text          `json:"subject"`
	Language dump.Text          `json:"language"`
	Spam     dump.Bool          `json:"spam"`
	Customer user               `json:"customer"`
	Assignee user               `json:"assignee_user"`
	Messages dump.List[message] `json:"messages"`
	Tags     dump.List[struct {
		Name dump.Text `json:"name"`
	}] `json:"tags"`
	Fields  map[string]json.RawMessage `json:"custom_fields"`
	Survey  json.RawMessage            `json:"satisfaction_survey"`
	Created dump.Time                  `json:"created_datetime"`
	Updated dump.Time                  `json:"updated_datetime"`
	Closed  dump.Time                  `json:"closed_datetime"`
	Snooze  dump.Time                  `json:"snooze_datetime"`
	Trashed dump.Time                  `json:"trashed_datetime"`
}

func convert(j *dump.Join, r dump.Record, apart [][]byte) (migrate.Ticket, error) {
	var x record
	if err := json.Unmarshal(r.Raw, &x); err != nil {
		return migrate.Ticket{}, err
	}
	name := "ticket " + x.ID.String()
	if !x.Trashed.IsZero() {
		j.Find(r, name, migrate.Deleted, "")
		return migrate.Ticket{}, nil
	}
	t := migrate.Ticket{
		ID: x.ID.String(), Subject: x.Subject.String(), Channel: channel(x.Channel), Priority: dump.Priorities(x.Priority.String()), Spam: bool(x.Spam),
		Language: x.Language.String(), Customer: known(j, x.Customer, ""), Assignee: known(j, x.Assignee, staffMark).Email,
		CreatedAt: x.Created.Time, UpdatedAt: x.Updated.Time, SolvedAt: x.Closed.Time, Snoozed: x.Snooze.Time,
	}
	switch x.Status {
	case "closed": // it opens again when the customer writes, which a closed one here does not
		t.Status = ticket.Solved
	case "open", "":
		t.Status = ticket.Open
	default:
		t.Status = ticket.Open
		j.Find(r, name, migrate.StatusMapped, x.Status.String()+": open")
	}
	for _, g := range x.Tags {
		t.Tags = append(t.Tags, g.Name.String())
	}
	for k := range x.Fields {
		t.Left = append(t.Left, "custom field "+k)
	}
	slices.Sort(t.Left)
	if s := string(x.Survey); s != "" && s != "null" {
		t.Left = append(t.Left, "satisfaction survey")
	}
	for _, raw := range apart {
		var m message
		if json.Unmarshal(raw, &m) == nil {
			x.Messages = append(x.Messages, m)
		}
	}
	seen := map[dump.Text]bool{}
	for _, m := range x.Messages {
		if !m.Deleted.IsZero() || m.ID != "" && seen[m.ID] {
			continue
		}
		seen[m.ID] = true
		t.Messages = append(t.Messages, convertMessage(j, m))
	}
	return t, nil
}

func channel(c dump.Text) string {
	return cmp.Or(c.String(), string(ticket.Email))
}

// known returns somebody as spelled out, with what the export says elsewhere.
func known(j *dump.Join, u user, mark string) migrate.Person {
	p := u.person()
	if p.ID == "" {
		return p
	}
	k := j.Who(mark + p.ID)
	return migrate.Person{
		ID: p.ID, Name: cmp.Or(p.Name, k.Name), Email: cmp.Or(p.Email, k.Email), Phone: cmp.Or(p.Phone, k.Phone), Language: cmp.Or(p.Language, k.Language), Note: cmp.Or(p.Note, k.Note), Staff: k.Staff,
	}
}

func convertMessage(j *dump.Join, x message) migrate.Message {
	m := migrate.Message{
		ID: x.ID.String(), Subject: x.Subject.String(), Text: x.Text.String(), HTML: x.HTML.String(), MessageID: x.MessageID.String(), Failed: !x.Failed.IsZero(),
		At: x.Sent.Time, To: ends(x.Source.To), CC: ends(x.Source.CC),
	}
	if m.At.IsZero() {
		m.At = x.Created.Time
	}
	if s := strings.TrimSpace(x.Stripped.String()); s != "" {
		m.Quoted = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(m.Text), s))
		m.Text = s
	}
	mark := ""
	if x.FromAgent {
		mark = staffMark
	}
	m.Author = known(j, x.Sender, mark)
	m.Author.Email, m.Author.Name = cmp.Or(m.Author.Email, x.Source.From.Address.String()), cmp.Or(m.Author.Name, x.Source.From.Name.String())
	switch {
	case x.Source.Type == "internal-note" || x.Channel == "internal-note" || x.Public != nil && !bool(*x.Public):
		m.Kind = ticket.KindNote
	case bool(x.FromAgent):
		m.Kind = ticket.KindOutbound
	default:
		m.Kind = ticket.KindInbound
	}
	for _, a := range x.Attachments {
		m.Files = append(m.Files, migrate.File{Name: a.Name.String(), Type: a.Type.String(), URL: a.URL.String(), Size: int64(a.Size)})
	}
	return m
}

func ends(list []end) []ticket.Address {
	var out []ticket.Address
	for _, e := range list {
		if strings.Contains(e.Address.String(), "@") {
			out = append(out, ticket.Address{Name: e.Name.String(), Address: e.Address.String()})
		}
	}
	return out
}
