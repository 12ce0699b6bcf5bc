package chatwoot

import (
	"cmp"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"path"
	"slices"
	"strings"

	"godwit.dev/godwit/internal/adapter/helpdesk/dump"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/migrate"
)

// Name is the system's name, as keys of imported messages contain it.
const Name = "chatwoot"

// Read returns a reader of an export at a path.
func Read(from string) migrate.Reader {
	conversations := dump.Read(from, dump.System{
		Shape: dump.Shape{Marks: []string{"id"}, Lists: []string{"payload", "data", "messages", "contacts", "conversations", "agents"}, Wraps: []string{"data", "payload"}},
		Kind:  kindOf, Person: person, TicketOf: ticketOf, Ticket: convert,
	})
	return func(ctx context.Context, sink migrate.Sink) error {
		if err := conversations(ctx, sink); err != nil {
			return err
		}
		return contacts(ctx, from, sink)
	}
}

func kindOf(_ dump.Record, has func(...string) bool) dump.Kind {
	switch {
	case has("message_type"):
		return dump.Message
	case has("status") && (has("inbox_id") || has("messages")):
		return dump.Ticket
	case has("email") || has("phone_number"):
		return dump.Person
	}
	return dump.Other
}

type user struct {
	ID        dump.Text `json:"id"`
	Name      dump.Text `json:"name"`
	Available dump.Text `json:"available_name"`
	Email     dump.Text `json:"email"`
	Phone     dump.Text `json:"phone_number"`
	Type      dump.Text `json:"type"` // contact, user, agent_bot
	Role      dump.Text `json:"role"`
}

func (u user) person() migrate.Person {
	return migrate.Person{
		ID: u.ID.String(), Name: cmp.Or(u.Name, u.Available).String(), Email: u.Email.String(), Phone: u.Phone.String(),
		Staff: u.Role != "" || u.Type == "user" || u.Type == "agent_bot",
	}
}

// Contacts and agents are numbered apart from each other: agents are known under
// a mark.
const staffMark = "agent "

func person(r dump.Record) (migrate.Person, error) {
	var u user
	err := json.Unmarshal(r.Raw, &u)
	p := u.person()
	if p.Staff {
		p.ID = staffMark + p.ID
	}
	return p, err
}

func ticketOf(r dump.Record) string {
	var x struct {
		ID           dump.Text `json:"id"`
		Conversation dump.Text `json:"conversation_id"`
	}
	if json.Unmarshal(r.Raw, &x) != nil {
		return ""
	}
	return cmp.Or(x.Conversation, x.ID).String()
}

type message struct {
	ID          dump.Text `json:"id"`
	Content     dump.Text `json:"content"`
	Type        dump.Text `json:"message_type"` // 0 incoming, 1 outgoing, 2 activity, 3 template
	Private     dump.Bool `json:"private"`
	Status      dump.Text `json:"status"`
	SourceID    dump.Text `json:"source_id"`
	SenderType  dump.Text `json:"sender_type"`
	Sender      user      `json:"sender"`
	Created     dump.Time `json:"created_at"`
	Attachments dump.List[struct {
		URL  dump.Text   `json:"data_url"`
		Type dump.Text   `json:"file_type"`
		Size dump.Number `json:"file_size"`
	}] `json:"attachments"`
	Attributes struct {
		Deleted dump.Bool `json:"deleted"`
		Email   struct {
			From      dump.List[dump.Text] `json:"from"`
			To        dump.List[dump.Text] `json:"to"`
			CC        dump.List[dump.Text] `json:"cc"`
			Subject   dump.Text            `json:"subject"`
			MessageID dump.Text            `json:"message_id"`
			HTML      body                 `json:"html_content"`
			Text      body                 `json:"text_content"`
		} `json:"email"`
		To dump.List[dump.Text] `json:"to_emails"`
		CC dump.List[dump.Text] `json:"cc_emails"`
	} `json:"content_attributes"`
}

type body struct {
	Full   dump.Text `json:"full"`
	Reply  dump.Text `json:"reply"`
	Quoted dump.Text `json:"quoted"`
}

type record struct {
	ID       dump.Text            `json:"id"`
	Status   dump.Text            `json:"status"`
	Priority dump.Text            `json:"priority"`
	Channel  dump.Text            `json:"channel"`
	Labels   dump.List[dump.Text] `json:"labels"`
	Messages dump.List[message]   `json:"messages"`
	Created  dump.Time            `json:"created_at"`
	Updated  dump.Time            `json:"updated_at"`
	Last     dump.Time            `json:"last_activity_at"`
	Snoozed  dump.Time            `json:"snoozed_until"`
	Meta     struct {
		Sender   user      `json:"sender"`
		Channel  dump.Text `json:"channel"`
		Assignee user      `json:"assignee"`
	} `json:"meta"`
	Additional struct {
		Subject dump.Text `json:"mail_subject"`
	} `json:"additional_attributes"`
	Custom map[string]any `json:"custom_attributes"`
}

func convert(j *dump.Join, r dump.Record, apart [][]byte) (migrate.Ticket, error) {
	var x record
	if err := json.Unmarshal(r.Raw, &x); err != nil {
		return migrate.Ticket{}, err
	}
	name := "ticket " + x.ID.String()
	t := migrate.Ticket{
		ID: x.ID.String(), Subject: x.Additional.Subject.String(), Channel: channel(cmp.Or(x.Meta.Channel, x.Channel)), Priority: dump.Priorities(x.Priority.String()),
		Customer: known(j, x.Meta.Sender, ""), Assignee: known(j, x.Meta.Assignee, staffMark).Email, CreatedAt: x.Created.Time, UpdatedAt: x.Updated.Time, Snoozed: x.Snoozed.Time,
	}
	if t.UpdatedAt.IsZero() {
		t.UpdatedAt = x.Last.Time
	}
	switch x.Status {
	case "open", "":
		t.Status = ticket.Open
	case "resolved":
		t.Status, t.SolvedAt = ticket.Solved, x.Last.Time
	case "snoozed":
		t.Status = ticket.Open
	default: // pending is with a bot there, and with nobody here
		t.Status = ticket.Open
		j.Find(r, name, migrate.StatusMapped, x.Status.String()+": open")
	}
	for _, l := range x.Labels {
		t.Tags = append(t.Tags, l.String())
	}
	for k := range x.Custom {
		t.Left = append(t.Left, "custom attribute "+k)
	}
	slices.Sort(t.Left)
	for _, raw := range apart {
		var m message
		if json.Unmarshal(raw, &m) == nil {
			x.Messages = append(x.Messages, m)
		}
	}
	seen, logged := map[dump.Text]bool{}, 0
	for _, m := range x.Messages {
		switch {
		case m.ID != "" && seen[m.ID] || bool(m.Attributes.Deleted):
			continue
		case m.Type == "2" || m.Type == "activity":
			logged++
			continue
		}
		seen[m.ID] = true
		out := convertMessage(j, m)
		if a := x.Meta.Assignee; out.Author.Staff && out.Author.ID == a.ID.String() { // messages do not tell addresses of agents
			out.Author.Email = cmp.Or(out.Author.Email, a.Email.String())
		}
		t.Messages = append(t.Messages, out)
		t.Subject = cmp.Or(t.Subject, m.Attributes.Email.Subject.String())
	}
	if logged > 0 {
		j.Find(r, name, migrate.Activity, "")
	}
	if t.Subject == "" && len(t.Messages) > 0 {
		t.Subject = ticket.Preview(t.Messages[0].Text)
	}
	return t, nil
}

// channel turns Channel::WebWidget into webwidget.
func channel(c dump.Text) string {
	return cmp.Or(strings.ToLower(strings.TrimPrefix(c.String(), "Channel::")), string(ticket.Email))
}

// known returns somebody as spelled out, with what the export says elsewhere.
func known(j *dump.Join, u user, mark string) migrate.Person {
	p := u.person()
	if p.ID == "" {
		return p
	}
	k := j.Who(mark + p.ID)
	p.Name, p.Email, p.Phone, p.Staff = cmp.Or(p.Name, k.Name), cmp.Or(p.Email, k.Email), cmp.Or(p.Phone, k.Phone), p.Staff || mark != ""
	return p
}

func convertMessage(j *dump.Join, x message) migrate.Message {
	mail := x.Attributes.Email
	m := migrate.Message{
		ID: x.ID.String(), Subject: mail.Subject.String(), Text: x.Content.String(), HTML: mail.HTML.Full.String(), Quoted: cmp.Or(mail.Text.Quoted, mail.HTML.Quoted).String(),
		MessageID: mail.MessageID.String(), Failed: x.Status == "failed", At: x.Created.Time, To: dump.Addresses(slices.Concat(mail.To, x.Attributes.To)), CC: dump.Addresses(slices.Concat(mail.CC, x.Attributes.CC)),
	}
	if m.MessageID == "" && strings.Contains(x.SourceID.String(), "@") {
		m.MessageID = x.SourceID.String()
	}
	if reply := mail.Text.Reply.String(); reply != "" {
		m.Text = reply
	}
	incoming := x.Type == "0" || x.Type == "incoming"
	mark := staffMark
	if incoming {
		mark = ""
	}
	m.Author = known(j, x.Sender, mark)
	switch {
	case bool(x.Private):
		m.Kind = ticket.KindNote
	case incoming:
		m.Kind = ticket.KindInbound
	default:
		m.Kind = ticket.KindOutbound
	}
	if from := dump.Addresses(mail.From); incoming && m.Author.Email == "" && len(from) > 0 {
		m.Author.Email = from[0].Address
	}
	for _, a := range x.Attachments {
		name, _, _ := strings.Cut(path.Base(a.URL.String()), "?")
		m.Files = append(m.Files, migrate.File{Name: name, URL: a.URL.String(), Size: int64(a.Size)})
	}
	return m
}

// contacts reads the CSV files of a contacts export; its columns are named by the
// properties of a contact.
func contacts(ctx context.Context, from string, sink migrate.Sink) (err error) {
	src, err := dump.Open(from)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	return src.Each(ctx, []string{".csv"}, nil, func(name string, r io.Reader, _ int64) error {
		rows := csv.NewReader(r)
		rows.FieldsPerRecord, rows.LazyQuotes, rows.ReuseRecord = -1, true, false
		var header []string
		for {
			row, err := rows.Read()
			if errors.Is(err, io.EOF) {
				return nil
			}
			var broken *csv.ParseError
			if errors.As(err, &broken) {
				sink.Find(migrate.Finding{Place: migrate.Place{File: name, Line: broken.StartLine}, Reason: migrate.Unreadable, Detail: broken.Err.Error()})
				continue
			}
			if err != nil {
				return err
			}
			line, _ := rows.FieldPos(0)
			place := migrate.Place{File: name, Line: line}
			if header == nil {
				header = row
				continue
			}
			get := func(column string) string {
				if i := slices.Index(header, column); i >= 0 && i < len(row) {
					return row[i]
				}
				return ""
			}
			p := migrate.Person{ID: get("id"), Name: get("name"), Email: get("email"), Phone: get("phone_number")}
			if err := sink.Customer(ctx, place, p); err != nil {
				return err
			}
		}
	})
}
