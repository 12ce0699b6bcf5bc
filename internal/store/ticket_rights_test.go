package store_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"reflect"
	"slices"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/domain/triage"
	"godwit.dev/godwit/internal/flow/mailroom"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/store/storetest"
)

// reach is what a verb works on, which decides what becomes of somebody to whom
// that does not exist.
type reach int

const (
	aTicket reach = iota // it is not found by those who may not see it
	aList                // it is left out
	aRecord              // of the workspace: it is not found from another one
	own                  // whatever the actor's own workspace has
)

// right says who may use a verb.
type right struct {
	least auth.Role // "": no person, the system alone
	on    reach
	call  func(auth.Actor, scene) (any, error)
}

// scene is something for every verb to work on. All its tickets are of a team.
type scene struct {
	*house
	tk, other, closed ticket.Ticket
	in, out, failed   ticket.MessageID
	side              ticket.SideID
	event             event.ID
	macro             ticket.Macro
	field             ticket.Field
	view              ticket.View
	spare             ticket.Mailbox // no message came to it
}

var anna = ticket.Address{Name: "Anna", Address: "anna@client.example"}

// dot is the smallest picture.
func dot(t *testing.T) ticket.InboundFile {
	t.Helper()
	var b bytes.Buffer
	must(t, png.Encode(&b, image.NewGray(image.Rect(0, 0, 1, 1))))
	return ticket.InboundFile{File: ticket.File{Name: "a.png", ContentType: "image/png", SHA256: "bb", Size: int64(b.Len())}, Data: b.Bytes()}
}

func newScene(t *testing.T, h *house, p *post) scene {
	t.Helper()
	ctx, v := context.Background(), scene{house: h}
	raw := fmt.Sprint(h.ids.Next())
	_, err := h.AcceptMail(ctx, h.w, h.box.ID, []mailroom.Raw{{Source: raw, Body: []byte("Subject: x\r\n\r\nx")}}, nil)
	must(t, err)
	accepted, err := h.NewMail(ctx, h.w, 1000)
	must(t, err)
	for _, tk := range []*ticket.Ticket{&v.tk, &v.other, &v.closed} {
		r, err := h.mail(anna.Address, ticket.Inbound{Intake: accepted[len(accepted)-1].ID, Files: []ticket.InboundFile{{File: ticket.File{Name: "a.txt", ContentType: "text/plain", SHA256: "aa", Size: 1}, Data: []byte("a")}, dot(t)}})
		must(t, err)
		*tk = h.get(t, r.Ticket)
		if v.in == 0 {
			v.in = r.Message
		}
	}
	send := func() ticket.MessageID {
		m, err := h.tickets.Reply(ctx, h.owner, v.tk.ID, ticket.NewReply{Body: "An answer"})
		must(t, err)
		return m.ID
	}
	v.failed = send()
	p.closed = true
	must(t, h.send(v.failed))
	p.closed = false
	v.out = send()
	side, err := h.tickets.OpenSide(ctx, h.owner, v.tk.ID, ticket.NewSide{Kind: "carrier", To: ticket.Address{Address: "c@carrier.example"}, Subject: "Lost", Body: "Where?"})
	must(t, err)
	v.side = side.ID
	_, err = h.tickets.SetStatus(ctx, h.owner, v.closed.ID, ticket.Closed, "")
	must(t, err)
	v.event, err = h.tickets.SetPriority(ctx, h.owner, v.tk.ID, ticket.High)
	must(t, err)
	for _, tk := range []*ticket.Ticket{&v.tk, &v.other, &v.closed} {
		_, err := h.tickets.SetTeam(ctx, h.owner, tk.ID, h.team)
		must(t, err)
		_, err = h.tickets.Assign(ctx, h.owner, tk.ID, h.owner.Person())
		must(t, err)
		*tk = h.get(t, tk.ID)
	}
	unique := fmt.Sprint(h.ids.Next())
	v.macro, err = h.tickets.SaveMacro(ctx, h.owner, ticket.Macro{Name: "m" + unique, Bodies: map[string]string{"": "Hello"}})
	must(t, err)
	v.field, err = h.tickets.SaveField(ctx, h.owner, ticket.Field{Key: "f" + unique, Label: "Colour", Type: ticket.TextField})
	must(t, err)
	v.view, err = h.tickets.SaveView(ctx, h.owner, ticket.View{Name: "All", Condition: ticket.Condition{Group: true}})
	must(t, err)
	v.spare, err = h.tickets.SaveMailbox(ctx, h.owner, ticket.Mailbox{Address: "s" + unique + "@shop.example", Settings: ticket.MailSettings{InKind: "lmtp", OutKind: "off"}})
	must(t, err)
	return v
}

// rights says, verb by verb, from which role on it is allowed.
func rights() map[string]right {
	ctx := context.Background()
	return map[string]right{
		"Get":         {auth.AgentRole, aTicket, func(a auth.Actor, v scene) (any, error) { return v.tickets.Get(ctx, a, v.tk.ID) }},
		"ByNumber":    {auth.AgentRole, aTicket, func(a auth.Actor, v scene) (any, error) { return v.tickets.ByNumber(ctx, a, v.tk.Number) }},
		"ByIDs":       {auth.AgentRole, aList, func(a auth.Actor, v scene) (any, error) { return v.tickets.ByIDs(ctx, a, []ticket.ID{v.tk.ID}) }},
		"Open":        {auth.AgentRole, aTicket, func(a auth.Actor, v scene) (any, error) { return v.tickets.Open(ctx, a, v.tk, 0) }},
		"Thread":      {auth.AgentRole, aTicket, func(a auth.Actor, v scene) (any, error) { return v.tickets.Thread(ctx, a, v.tk.Number, 0) }},
		"TicketOf":    {auth.AgentRole, aTicket, func(a auth.Actor, v scene) (any, error) { return v.tickets.TicketOf(ctx, a, v.event) }},
		"MessageIn":   {auth.AgentRole, aTicket, func(a auth.Actor, v scene) (any, error) { return v.tickets.MessageIn(ctx, a, v.tk.Number, v.in) }},
		"Original":    {auth.AgentRole, aTicket, func(a auth.Actor, v scene) (any, error) { return v.tickets.Original(ctx, a, v.tk.Number, v.in) }},
		"DraftOf":     {auth.AgentRole, aTicket, func(a auth.Actor, v scene) (any, error) { return v.tickets.DraftOf(ctx, a, v.tk.ID, ticket.KindNote) }},
		"ReplyTo":     {auth.AgentRole, aTicket, func(a auth.Actor, v scene) (any, error) { return v.tickets.ReplyTo(ctx, a, v.tk) }},
		"ReplyAnchor": {auth.AgentRole, aTicket, func(a auth.Actor, v scene) (any, error) { return v.tickets.ReplyAnchor(ctx, a, v.tk, "words") }},
		"MarksOn":     {auth.AgentRole, aList, func(a auth.Actor, v scene) (any, error) { return v.tickets.MarksOn(ctx, a, []ticket.ID{v.tk.ID}) }},
		"OfCustomer":  {auth.AgentRole, aList, func(a auth.Actor, v scene) (any, error) { return v.tickets.OfCustomer(ctx, a, v.tk.Customer, 9) }},
		"Count": {auth.AgentRole, aList, func(a auth.Actor, v scene) (any, error) {
			return v.tickets.Count(ctx, a, ticket.ListQuery{Team: v.team}, 9)
		}},
		"Search": {auth.AgentRole, aList, func(a auth.Actor, v scene) (any, error) {
			return hits(v.tickets.Search(ctx, a, ticket.SearchQuery{Text: "words"}))
		}},
		"Picture": {auth.AgentRole, aTicket, func(a auth.Actor, v scene) (any, error) { return v.tickets.Picture(ctx, a, v.in, "a.png") }},
		"Attachment": {auth.AgentRole, aTicket, func(a auth.Actor, v scene) (any, error) {
			_, data, err := v.tickets.Attachment(ctx, a, v.in, "a.txt")
			return data, err
		}},
		"Counts": {auth.AgentRole, aList, func(a auth.Actor, v scene) (any, error) {
			n, err := v.tickets.Counts(ctx, a, []ticket.ListQuery{{Team: v.team}}, 9)
			return slices.DeleteFunc(n, func(n int) bool { return n == 0 }), err
		}},
		"List": {auth.AgentRole, aList, func(a auth.Actor, v scene) (any, error) {
			list, _, err := v.tickets.List(ctx, a, ticket.ListQuery{Team: v.team}, ticket.Cursor{})
			return list, err
		}},

		"Reply": {auth.AgentRole, aTicket, func(a auth.Actor, v scene) (any, error) {
			return v.tickets.Reply(ctx, a, v.tk.ID, ticket.NewReply{Body: "x"})
		}},
		"Note": {auth.AgentRole, aTicket, func(a auth.Actor, v scene) (any, error) {
			return v.tickets.Note(ctx, a, v.tk.ID, ticket.NewNote{Body: "x"})
		}},
		"Unsend":  {auth.AgentRole, aTicket, func(a auth.Actor, v scene) (any, error) { return nil, v.tickets.Unsend(ctx, a, v.tk.ID, v.out) }},
		"SendNow": {auth.AgentRole, aTicket, func(a auth.Actor, v scene) (any, error) { return nil, v.tickets.SendNow(ctx, a, v.tk.ID, v.out) }},
		"Resend":  {auth.AgentRole, aTicket, func(a auth.Actor, v scene) (any, error) { return nil, v.tickets.Resend(ctx, a, v.tk.ID, v.failed) }},
		"ReplySide": {auth.AgentRole, aTicket, func(a auth.Actor, v scene) (any, error) {
			return nil, v.tickets.ReplySide(ctx, a, v.tk.ID, v.side, "x")
		}},
		"OpenSide": {auth.AgentRole, aTicket, func(a auth.Actor, v scene) (any, error) {
			return v.tickets.OpenSide(ctx, a, v.tk.ID, ticket.NewSide{Kind: "other", To: anna, Subject: "s", Body: "b"})
		}},
		"SaveDraft": {auth.AgentRole, aTicket, func(a auth.Actor, v scene) (any, error) {
			return v.tickets.SaveDraft(ctx, a, v.tk.ID, ticket.KindNote, ticket.DraftData{Body: "x"})
		}},
		"SetStatus": {auth.AgentRole, aTicket, func(a auth.Actor, v scene) (any, error) {
			return v.tickets.SetStatus(ctx, a, v.tk.ID, ticket.Solved, "")
		}},
		"Assign":      {auth.AgentRole, aTicket, func(a auth.Actor, v scene) (any, error) { return v.tickets.Assign(ctx, a, v.tk.ID, 0) }},
		"SetTeam":     {auth.AgentRole, aTicket, func(a auth.Actor, v scene) (any, error) { return v.tickets.SetTeam(ctx, a, v.tk.ID, v.team) }},
		"SetPriority": {auth.AgentRole, aTicket, func(a auth.Actor, v scene) (any, error) { return v.tickets.SetPriority(ctx, a, v.tk.ID, ticket.Low) }},
		"SetLanguage": {auth.AgentRole, aTicket, func(a auth.Actor, v scene) (any, error) { return v.tickets.SetLanguage(ctx, a, v.tk.ID, "sr") }},
		"SetTopic":    {auth.AgentRole, aTicket, func(a auth.Actor, v scene) (any, error) { return v.tickets.SetTopic(ctx, a, v.tk.ID, triage.Damaged) }},
		"ChangeTags": {auth.AgentRole, aTicket, func(a auth.Actor, v scene) (any, error) {
			return v.tickets.ChangeTags(ctx, a, v.tk.ID, []string{"t"}, nil)
		}},
		"SetFields": {auth.AgentRole, aTicket, func(a auth.Actor, v scene) (any, error) {
			return v.tickets.SetFields(ctx, a, v.tk.ID, map[string]string{v.field.Key: "red"})
		}},
		"SetSubject": {auth.AgentRole, aTicket, func(a auth.Actor, v scene) (any, error) { return v.tickets.SetSubject(ctx, a, v.tk.ID, "x") }},
		"SetSpam":    {auth.AgentRole, aTicket, func(a auth.Actor, v scene) (any, error) { return v.tickets.SetSpam(ctx, a, v.tk.ID, true) }},
		"SetOrder":   {auth.AgentRole, aTicket, func(a auth.Actor, v scene) (any, error) { return v.tickets.SetOrder(ctx, a, v.tk.ID, "") }},
		"MarkRead":   {auth.AgentRole, aTicket, func(a auth.Actor, v scene) (any, error) { return nil, v.tickets.MarkRead(ctx, a, v.tk.ID, false) }},
		"Snooze": {auth.AgentRole, aTicket, func(a auth.Actor, v scene) (any, error) {
			return v.tickets.Snooze(ctx, a, v.tk.ID, v.time().Add(time.Hour), false)
		}},
		"ApplyMacro": {auth.AgentRole, aTicket, func(a auth.Actor, v scene) (any, error) { return v.tickets.ApplyMacro(ctx, a, v.tk.ID, v.macro.ID) }},
		"Merge":      {auth.AgentRole, aTicket, func(a auth.Actor, v scene) (any, error) { return v.tickets.Merge(ctx, a, v.tk.ID, v.other.ID) }},
		"Split": {auth.AgentRole, aTicket, func(a auth.Actor, v scene) (any, error) {
			off, _, err := v.tickets.Split(ctx, a, v.tk.ID, []ticket.MessageID{v.in}, "")
			return off, err
		}},
		"FollowUp": {auth.AgentRole, aTicket, func(a auth.Actor, v scene) (any, error) { return v.tickets.FollowUp(ctx, a, v.closed.ID) }},
		"Undo":     {auth.AgentRole, aTicket, func(a auth.Actor, v scene) (any, error) { return nil, v.tickets.Undo(ctx, a, v.tk.ID, v.event) }},
		"Create": {auth.AgentRole, aRecord, func(a auth.Actor, v scene) (any, error) {
			return v.tickets.Create(ctx, a, ticket.NewTicket{To: ticket.Address{Address: "new@client.example"}, Subject: "s", Body: "b", Mailbox: v.box.ID})
		}},
		"Bulk": {auth.AgentRole, aList, func(a auth.Actor, v scene) (any, error) {
			done, _, err := v.tickets.Bulk(ctx, a, []int64{v.tk.Number}, func(ctx context.Context, t ticket.ID) (event.ID, error) {
				return v.tickets.SetSpam(ctx, a, t, true)
			})
			return done, err
		}},

		"Raise": {"", own, func(a auth.Actor, v scene) (any, error) { return v.tickets.Raise(ctx, a, ticket.Case{Key: "case"}) }},

		"Macros":     {auth.AgentRole, own, func(a auth.Actor, v scene) (any, error) { return v.tickets.Macros(ctx, a) }},
		"Macro":      {auth.AgentRole, aRecord, func(a auth.Actor, v scene) (any, error) { return v.tickets.Macro(ctx, a, v.macro.ID) }},
		"Wanted":     {auth.AgentRole, aTicket, func(a auth.Actor, v scene) (any, error) { return v.tickets.Wanted(ctx, a, v.tk) }},
		"MacroTable": {auth.AgentRole, own, func(a auth.Actor, v scene) (any, error) { return v.tickets.MacroTable(ctx, a) }},
		"SaveMacroText": {auth.Lead, aRecord, func(a auth.Actor, v scene) (any, error) {
			return v.tickets.SaveMacroText(ctx, a, v.macro.ID, "de", "Hallo", false)
		}},
		"SaveMacro":   {auth.Lead, aRecord, func(a auth.Actor, v scene) (any, error) { return v.tickets.SaveMacro(ctx, a, v.macro) }},
		"DeleteMacro": {auth.Lead, aRecord, func(a auth.Actor, v scene) (any, error) { return nil, v.tickets.DeleteMacro(ctx, a, v.macro.ID) }},
		"Tags": {auth.AgentRole, own, func(a auth.Actor, v scene) (any, error) {
			tags, _, err := v.tickets.Tags(ctx, a)
			return tags, err
		}},
		"TagList":     {auth.AgentRole, own, func(a auth.Actor, v scene) (any, error) { return v.tickets.TagList(ctx, a) }},
		"SaveTag":     {auth.Lead, own, func(a auth.Actor, v scene) (any, error) { return nil, v.tickets.SaveTag(ctx, a, ticket.Tag{Name: "t"}) }},
		"ReplaceTag":  {auth.Lead, own, func(a auth.Actor, v scene) (any, error) { return nil, replaced(v.tickets.ReplaceTag(ctx, a, "t", "u")) }},
		"Fields":      {auth.AgentRole, own, func(a auth.Actor, v scene) (any, error) { return v.tickets.Fields(ctx, a) }},
		"SaveField":   {auth.Lead, aRecord, func(a auth.Actor, v scene) (any, error) { return v.tickets.SaveField(ctx, a, v.field) }},
		"DeleteField": {auth.Lead, aRecord, func(a auth.Actor, v scene) (any, error) { return nil, v.tickets.DeleteField(ctx, a, v.field.ID) }},
		"FieldUse":    {auth.Lead, own, func(a auth.Actor, v scene) (any, error) { return v.tickets.FieldUse(ctx, a, []ticket.Field{v.field}) }},
		"Views":       {auth.AgentRole, own, func(a auth.Actor, v scene) (any, error) { return v.tickets.Views(ctx, a) }},
		"View":        {auth.AgentRole, aRecord, func(a auth.Actor, v scene) (any, error) { return v.tickets.View(ctx, a, v.view.ID) }},
		"SaveView":    {auth.Lead, aRecord, func(a auth.Actor, v scene) (any, error) { return v.tickets.SaveView(ctx, a, v.view) }},
		"DeleteView":  {auth.Lead, aRecord, func(a auth.Actor, v scene) (any, error) { return nil, v.tickets.DeleteView(ctx, a, v.view.ID) }},
		"Report":      {auth.Lead, own, func(a auth.Actor, v scene) (any, error) { return v.tickets.Report(ctx, a, time.UTC, 7) }},
		"Mailboxes":   {auth.AgentRole, own, func(a auth.Actor, v scene) (any, error) { return v.tickets.Mailboxes(ctx, a) }},
		"Mailbox":     {auth.Owner, aRecord, func(a auth.Actor, v scene) (any, error) { return v.tickets.Mailbox(ctx, a, v.box.ID) }},
		"SaveMailbox": {auth.Owner, aRecord, func(a auth.Actor, v scene) (any, error) { return v.tickets.SaveMailbox(ctx, a, v.spare) }},
		"DeleteMailbox": {auth.Owner, aRecord, func(a auth.Actor, v scene) (any, error) {
			return nil, v.tickets.DeleteMailbox(ctx, a, v.spare.ID)
		}},
		"MailTraffic": {auth.Owner, own, func(a auth.Actor, v scene) (any, error) { return v.tickets.MailTraffic(ctx, a) }},
	}
}

// looks are the verbs that change nothing, which share one scene.
var looks = []string{
	"Get", "ByNumber", "ByIDs", "Open", "Thread", "TicketOf", "MessageIn", "Original", "DraftOf", "ReplyTo", "ReplyAnchor", "MarksOn", "OfCustomer", "Count", "Search",
	"Attachment", "Picture", "Counts", "List", "Macros", "Macro", "MacroTable", "Wanted", "Tags", "TagList", "Fields", "FieldUse", "Views", "View", "Report", "Mailboxes", "Mailbox", "MailTraffic",
}

func hits(p ticket.SearchPage, err error) (any, error) { return p.Hits, err }

// replaced lets a tag be replaced that nobody uses.
func replaced(err error) error {
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	return err
}

func TestEveryVerbAsksWhoActs(t *testing.T) {
	table := rights()
	service, actorType := reflect.TypeFor[*ticket.Service](), reflect.TypeFor[auth.Actor]()
	for i := range service.NumMethod() {
		m := service.Method(i)
		takes := m.Type.NumIn() > 2 && m.Type.In(2) == actorType
		if _, ok := table[m.Name]; ok != takes {
			t.Errorf("ticket.Service.%s takes an actor: %v; it is in the table of rights: %v", m.Name, takes, ok)
		}
	}
	s := storetest.SQLite(t)
	h, p := newHouse(t, s)
	rival, _ := newHouse(t, s)
	shared := newScene(t, h, p)
	order := []auth.Role{auth.AgentRole, auth.Lead, auth.Owner}
	for name, r := range table {
		for _, tc := range []struct {
			who   string
			actor auth.Actor
		}{
			{"nobody", auth.Actor{}}, {"customer", auth.Actor{Kind: auth.Customer, ID: int64(shared.tk.Customer), Workspace: h.w}}, {"bot", auth.Actor{Kind: auth.Bot, ID: 1, Workspace: h.w}},
			{"agent", h.agent}, {"lead", h.lead}, {"owner", h.owner}, {"restricted agent", h.hidden}, {"rival's owner", rival.owner},
		} {
			role := slices.Index(order, tc.actor.Role)
			allowed := tc.actor.Kind == auth.Agent && r.least != "" && role >= slices.Index(order, r.least)
			foreign, unseen := tc.actor.Workspace == rival.w, tc.actor.Restricted
			v := shared
			if allowed && !foreign && !unseen && !slices.Contains(looks, name) {
				v = newScene(t, h, p)
			}
			saw, err := r.call(tc.actor, v)
			switch {
			case !allowed:
				if !errs.Is(err, errs.Denied) {
					t.Errorf("%s by %s: %v, want it denied", name, tc.who, err)
				}
			case r.on == aTicket && (foreign || unseen), r.on == aRecord && foreign:
				if !errs.Is(err, errs.NotFound) {
					t.Errorf("%s by %s: %v, want it not found", name, tc.who, err)
				}
			case r.on == aList && (foreign || unseen):
				if err != nil || saw != nil && !empty(saw) {
					t.Errorf("%s by %s shows %v, %v", name, tc.who, saw, err)
				}
			case err != nil:
				t.Errorf("%s by %s: %v", name, tc.who, err)
			}
		}
	}
	// Who was turned away has changed nothing.
	ctx := context.Background()
	if got := h.get(t, shared.tk.ID); !reflect.DeepEqual(got, shared.tk) {
		t.Errorf("the ticket was touched:\n%+v\n%+v", shared.tk, got)
	}
	if ids, err := h.MessageIDs(ctx, h.w, shared.tk.ID); err != nil || len(ids) != int(shared.tk.Messages) {
		t.Errorf("%d messages, %v", len(ids), err)
	}
	if _, err := h.tickets.Macro(ctx, h.owner, shared.macro.ID); err != nil {
		t.Errorf("the macro: %v", err)
	}
	if _, err := h.tickets.View(ctx, h.owner, shared.view.ID); err != nil {
		t.Errorf("the view: %v", err)
	}
	if _, err := h.tickets.Mailbox(ctx, h.owner, shared.spare.ID); err != nil {
		t.Errorf("the mailbox: %v", err)
	}
}

func TestOnlyWhoManagesMailSeesItsSecrets(t *testing.T) {
	h, _ := newHouse(t, storetest.SQLite(t))
	ctx := context.Background()
	box := h.box
	box.Secrets.InPassword = "hunter2"
	_, err := h.tickets.SaveMailbox(ctx, h.owner, box)
	must(t, err)
	for _, a := range []auth.Actor{h.owner, h.lead, h.agent} {
		list, err := h.tickets.Mailboxes(ctx, a)
		must(t, err)
		if shown := list[0].Secrets != (ticket.MailSecrets{}); shown != (a.Role == auth.Owner) {
			t.Errorf("%s is shown the secrets: %v", a.Role, shown)
		}
	}
}

func empty(v any) bool {
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.Slice, reflect.Map:
		return r.Len() == 0
	default:
		return r.IsZero()
	}
}
