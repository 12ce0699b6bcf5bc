package migrate

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"godwit.dev/godwit/internal/base/redact"
	"godwit.dev/godwit/internal/base/safehtml"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
)

// Bounds of what is taken over.
const (
	maxText    = 512 << 10 // of a message, in bytes
	maxSubject = 300       // in characters
	maxTags    = 50
	maxFile    = 25 << 20 // of one attachment, in bytes
	maxFiles   = 50
	maxOthers  = 50
)

// House is what a source is brought into.
type House struct {
	System    string // the other system's name, as keys contain it
	Workspace auth.WorkspaceID
	Mailbox   ticket.Mailbox
	People    map[string]auth.Person // by folded address
	Now       time.Time
}

// Blob is the content of an attachment.
type Blob struct {
	SHA256 string
	Data   []byte
}

// Built is a ticket in our words. What is numbered at the time of writing is 0:
// identifiers, the ticket's number and its customer.
type Built struct {
	Ticket       ticket.Ticket
	Customer     customer.Customer
	Participants []ticket.Participant
	Messages     []ticket.Message // the note of origin first
	Blobs        []Blob
}

// Key returns what a record of the other system is known by here.
func (h House) Key(parts ...string) string {
	for i, p := range parts {
		parts[i] = strings.Map(func(r rune) rune {
			if r <= ' ' || r == '<' || r == '>' || r == '@' || r == '.' || r == utf8.RuneError {
				return '_'
			}
			return r
		}, p)
	}
	local := strings.Join(parts, ".")
	if len(local) > 200 {
		sum := sha256.Sum256([]byte(local))
		local = hex.EncodeToString(sum[:])
	}
	return local + "@" + h.System + ".import"
}

// Build brings a ticket into our words and tells what does not fit. It reports
// false for one that cannot be taken over at all.
func (h House) Build(t Ticket, find func(Finding)) (Built, bool) {
	b := builder{House: h, in: t, find: find}
	return b.build()
}

type builder struct {
	House
	in   Ticket
	find func(Finding)
	out  Built
	away []string // files that stay behind
}

func (b *builder) tell(r Reason, detail string) {
	b.find(Finding{Place: b.in.Place, Record: "ticket " + b.in.ID, Reason: r, Detail: detail})
}

func (b *builder) tellOf(m Message, r Reason, detail string) {
	b.find(Finding{Place: b.in.Place, Record: "ticket " + b.in.ID + ", message " + m.ID, Reason: r, Detail: detail})
}

func (b *builder) build() (Built, bool) {
	in := &b.in
	if in.ID == "" {
		b.find(Finding{Place: in.Place, Record: "ticket", Reason: NoID})
		return Built{}, false
	}
	who, ok := b.Person(in.Customer)
	if !ok {
		b.tell(NoCustomer, "")
		return Built{}, false
	}
	b.out.Customer = who
	if who.Email() == "" {
		b.tell(NoAddress, "")
	}
	if in.Channel != "" && in.Channel != string(ticket.Email) {
		b.tell(OtherChannel, in.Channel)
	}
	for _, f := range in.Left {
		b.tell(FieldLeft, f)
	}
	began := b.began()
	b.ticket(began)
	for _, m := range b.sorted() {
		b.message(m, began)
	}
	b.origin(began)
	b.count()
	return b.out, true
}

// Person returns a customer in our words. It reports false for one without
// anything to be known by.
func (h House) Person(p Person) (customer.Customer, bool) {
	c := customer.Customer{Workspace: h.Workspace, Name: clean(p.Name, 200), Language: clean(p.Language, 35), Note: clean(p.Note, 10_000)}
	for _, i := range []customer.Identity{{Kind: customer.Email, Value: p.Email}, {Kind: customer.Phone, Value: p.Phone}} {
		if i = i.Fold(); i.Value != "" {
			c.Identities = append(c.Identities, i)
		}
	}
	if len(c.Identities) == 0 {
		i := customer.Identity{Kind: h.System, Value: p.ID}.Fold()
		if p.ID == "" || i.Value == "" {
			return c, false
		}
		c.Identities = append(c.Identities, i)
	}
	return c, true
}

// clean takes card numbers and control characters out of a short text, and cuts it.
func clean(s string, most int) string {
	s, _ = redact.Cards(strings.Join(strings.Fields(strings.ToValidUTF8(s, "\uFFFD")), " "))
	for i := range s {
		if most == 0 {
			return s[:i]
		}
		most--
	}
	return s
}

// began is when the ticket was opened.
func (b *builder) began() time.Time {
	if t := b.in.CreatedAt; !t.IsZero() {
		return b.bound(t)
	}
	b.tell(NoTime, "")
	for _, m := range b.in.Messages {
		if !m.At.IsZero() {
			return b.bound(m.At)
		}
	}
	return b.Now
}

// bound keeps a time within what lists can show: not before mail existed, and
// not in the future.
func (b *builder) bound(t time.Time) time.Time {
	oldest := time.Date(1971, 1, 1, 0, 0, 0, 0, time.UTC)
	switch {
	case t.IsZero():
		return t
	case t.Before(oldest):
		return oldest
	case t.After(b.Now):
		return b.Now.UTC()
	}
	return t.UTC()
}

func (b *builder) ticket(began time.Time) {
	in := &b.in
	t := ticket.Ticket{
		Workspace: b.Workspace, Version: 1, Channel: ticket.Email, Mailbox: b.Mailbox.ID, Shop: b.Mailbox.Shop, Team: b.Mailbox.Team, Subject: b.text(in.Subject, maxSubject),
		Language: clean(in.Language, 35), Status: cmp.Or(in.Status, ticket.Open), Priority: in.Priority, Spam: in.Spam, CreatedAt: began,
	}
	if t.Status == ticket.Pending {
		t.Waiting = cmp.Or(in.Waiting, ticket.ForCustomer)
	}
	if t.Status == ticket.Solved || t.Status == ticket.Closed {
		t.SolvedAt = b.bound(cmp.Or(in.SolvedAt, in.UpdatedAt, began))
	} else if in.Snoozed.After(b.Now) {
		t.SnoozedUntil, t.WakeOnReply = in.Snoozed.UTC(), true
	}
	if in.Assignee != "" {
		if p, ok := b.People[customer.FoldEmail(in.Assignee)]; ok && p.Status == auth.Active {
			t.Assignee = p.ID
		} else {
			b.tell(Assignee, in.Assignee)
		}
	}
	for _, tag := range in.Tags {
		if tag = ticket.TagName(clean(tag, 40)); tag != "" && !slices.Contains(t.Tags, tag) {
			t.Tags = append(t.Tags, tag)
		}
	}
	slices.Sort(t.Tags)
	if len(t.Tags) > maxTags {
		b.tell(Cut, "tags")
		t.Tags = t.Tags[:maxTags]
	}
	b.out.Ticket = t
	if a := b.out.Customer.Email(); a != "" {
		b.join(ticket.Address{Name: b.out.Customer.Name, Address: a}, true)
	}
	for _, a := range in.Others[:min(len(in.Others), maxOthers)] {
		b.join(a, false)
	}
}

// join adds somebody who takes part.
func (b *builder) join(a ticket.Address, verified bool) {
	a = fold(a)
	if a.Address == "" || slices.ContainsFunc(b.out.Participants, func(p ticket.Participant) bool { return p.Address == a.Address }) {
		return
	}
	b.out.Participants = append(b.out.Participants, ticket.Participant{Address: a.Address, Name: a.Name, Verified: verified})
}

func fold(a ticket.Address) ticket.Address {
	i := customer.Identity{Kind: customer.Email, Value: a.Address}.Fold()
	return ticket.Address{Name: clean(a.Name, 200), Address: i.Value}
}

func folded(list []ticket.Address) []ticket.Address {
	var out []ticket.Address
	for _, a := range list[:min(len(list), maxOthers)] {
		if a = fold(a); a.Address != "" {
			out = append(out, a)
		}
	}
	return out
}

// text redacts and cuts a short text.
func (b *builder) text(s string, most int) string {
	if _, cards := redact.Cards(s); len(cards) > 0 {
		b.tell(CardNumber, "subject")
	}
	return clean(s, most)
}

// sorted returns the messages in the order of their times.
func (b *builder) sorted() []Message {
	list := slices.Clone(b.in.Messages)
	slices.SortStableFunc(list, func(x, y Message) int {
		if x.At.IsZero() || y.At.IsZero() {
			return 0
		}
		return x.At.Compare(y.At)
	})
	return list
}

func (b *builder) message(in Message, began time.Time) {
	html := ""
	if in.HTML != "" {
		html = safehtml.Mail(b.bounded(in, in.HTML), safehtml.Options{RemoteImages: true}).HTML
	}
	text := in.Text
	if strings.TrimSpace(text) == "" {
		text = safehtml.Text(html)
	}
	text, cards := redact.Cards(b.bounded(in, strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))))
	html, more := redact.Cards(html)
	quoted, _ := redact.Cards(b.bounded(in, in.Quoted))
	if len(cards)+len(more) > 0 {
		b.tellOf(in, CardNumber, "")
	}
	m := ticket.Message{
		Workspace: b.Workspace, Kind: cmp.Or(in.Kind, ticket.KindNote), Form: ticket.Plain, Channel: ticket.Email, Subject: clean(in.Subject, maxSubject),
		Body: text, Quoted: quoted, HTML: html, Language: b.out.Ticket.Language, Key: b.messageKey(in), At: b.bound(in.At),
		Recipients: ticket.Recipients{To: folded(in.To), CC: folded(in.CC)},
	}
	b.author(in, &m)
	b.files(in, &m)
	if m.Body == "" && len(m.Files) == 0 && len(in.Files) == 0 {
		b.tellOf(in, Empty, "")
		return
	}
	if m.At.IsZero() {
		b.tellOf(in, NoTime, "")
		m.At = began
	}
	if m.Kind == ticket.KindOutbound {
		m.Delivery, m.SentAt, m.Address = ticket.Sent, m.At, b.Mailbox.Address
		if in.Failed {
			m.Delivery, m.SentAt = ticket.Failed, time.Time{}
		}
		if len(m.Recipients.To) == 0 && len(b.out.Participants) > 0 {
			p := b.out.Participants[0]
			m.Recipients.To = []ticket.Address{{Name: p.Name, Address: p.Address}}
		}
	}
	b.out.Messages = append(b.out.Messages, m)
}

// bounded cuts a text that no message here may hold.
func (b *builder) bounded(m Message, s string) string {
	s = strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "\uFFFD")
	if len(s) <= maxText {
		return s
	}
	b.tellOf(m, Cut, "")
	end := maxText
	for !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end]
}

// messageKey is the mail's own Message-ID, so that later answers find it, else
// one made of the other system's identifiers.
func (b *builder) messageKey(m Message) string {
	id := strings.Trim(strings.TrimSpace(m.MessageID), "<>")
	if at := strings.IndexByte(id, '@'); at > 0 && at < len(id)-1 && len(id) < 500 && !strings.ContainsAny(id, " \t\r\n<>") {
		return id
	}
	return b.Key(b.in.ID, m.ID)
}

func (b *builder) author(in Message, m *ticket.Message) {
	p := in.Author
	m.AuthorName = clean(p.Name, 200)
	address := fold(ticket.Address{Address: p.Email}).Address
	self := p.ID != "" && p.ID == b.in.Customer.ID || address != "" && address == b.out.Customer.Email() || p.ID == "" && address == "" && m.Kind == ticket.KindInbound
	if p.Email == "" && p.Name == "" && (!self || p.ID == "") {
		b.tellOf(in, NoAuthor, p.ID)
	}
	if m.Kind == ticket.KindInbound {
		m.AuthorKind, m.Address, m.Verified = auth.Customer, address, self
		switch {
		case self:
			m.Address = cmp.Or(address, b.out.Customer.Email())
			m.AuthorName = cmp.Or(m.AuthorName, b.out.Customer.Name, m.Address)
		case address != "":
			m.AuthorName = cmp.Or(m.AuthorName, address)
			b.join(ticket.Address{Name: m.AuthorName, Address: address}, false)
		default: // somebody whom the source does not know is not taken for the customer
			m.AuthorName = cmp.Or(m.AuthorName, b.System+" "+clean(p.ID, 100))
		}
		return
	}
	m.AuthorKind, m.Verified = auth.Agent, true
	if colleague, ok := b.People[address]; ok && address != "" {
		m.AuthorID, m.AuthorName = int64(colleague.ID), cmp.Or(colleague.Name, m.AuthorName)
	}
	m.AuthorName = cmp.Or(m.AuthorName, address, b.System)
}

// files takes over what the source holds, and names what it does not.
func (b *builder) files(in Message, m *ticket.Message) {
	for i, f := range in.Files {
		name := cmp.Or(clean(f.Name, 200), "file")
		data, ok := []byte(nil), false
		switch {
		case i >= maxFiles || f.Size > maxFile:
			b.tellOf(in, FileLarge, name)
		case f.Open == nil:
			b.tellOf(in, FileAway, name)
		default:
			var err error
			if data, err = read(f); err != nil {
				b.tellOf(in, FileAway, name)
			} else if len(data) > maxFile {
				b.tellOf(in, FileLarge, name)
			} else {
				ok = true
			}
		}
		if !ok {
			b.away = append(b.away, strings.TrimSpace(name+" "+clean(f.URL, 2000)))
			continue
		}
		sum := sha256.Sum256(data)
		hash := hex.EncodeToString(sum[:])
		m.Files = append(m.Files, ticket.File{Name: name, ContentType: cmp.Or(clean(f.Type, 200), "application/octet-stream"), Size: int64(len(data)), SHA256: hash})
		b.out.Blobs = append(b.out.Blobs, Blob{hash, data})
	}
}

func read(f File) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	return io.ReadAll(io.LimitReader(r, maxFile+1))
}

// origin puts the note in front that says where the ticket came from.
func (b *builder) origin(began time.Time) {
	in := &b.in
	var s strings.Builder
	fmt.Fprintf(&s, "Imported from %s: ticket %s", b.System, clean(in.ID, 100))
	if in.Channel != "" {
		fmt.Fprintf(&s, ", channel %s", clean(in.Channel, 60))
	}
	if in.URL != "" {
		fmt.Fprintf(&s, "\n%s", clean(in.URL, 2000))
	}
	if len(b.away) > 0 {
		s.WriteString("\n\nFiles that stayed there:")
		for _, f := range b.away[:min(len(b.away), 200)] {
			s.WriteString("\n" + f)
		}
	}
	note := ticket.Message{
		Workspace: b.Workspace, Kind: ticket.KindNote, Form: ticket.Plain, Channel: ticket.Email, AuthorKind: auth.System, AuthorName: "Godwit", Verified: true,
		Body: s.String(), Key: b.Key(in.ID), At: began,
	}
	b.out.Messages = slices.Insert(b.out.Messages, 0, note)
}

// count brings the ticket in line with its messages.
func (b *builder) count() {
	Settle(&b.out.Ticket, b.out.Messages, b.out.Ticket.CreatedAt)
}

// Settle brings a ticket in line with messages that were added to it.
func Settle(t *ticket.Ticket, added []ticket.Message, began time.Time) {
	t.LastAt = cmp.Or(t.LastAt, began)
	for _, m := range added {
		t.Messages++
		if m.Kind == ticket.KindNote {
			continue
		}
		if !m.At.Before(t.LastAt) {
			t.LastAt, t.Preview = m.At, ticket.Preview(m.Body)
		}
		if m.Kind == ticket.KindInbound && m.At.After(t.LastInboundAt) {
			t.LastInboundAt = m.At
		}
		if m.Kind == ticket.KindOutbound && m.At.After(t.LastOutboundAt) {
			t.LastOutboundAt = m.At
		}
	}
}
