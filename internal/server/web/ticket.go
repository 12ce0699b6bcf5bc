package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/web/ui"
)

// opened is a ticket that is being shown.
type opened struct {
	thread   ticket.Thread
	customer customer.Customer
	want     ticket.Want
}

// ticketPage draws a ticket with the list it was opened from beside it; for the
// script, which has the list, the ticket alone. Opening marks it as read.
func (s *server) ticketPage(w http.ResponseWriter, r *request) error {
	o, err := r.open()
	if err != nil {
		return err
	}
	if t := o.thread.Ticket; t.Unread && t.MergedInto == 0 && r.actor.May(auth.WriteTickets) {
		if err := s.Tickets.MarkRead(r.Context(), r.actor, t.ID, true); err != nil {
			return err
		}
	}
	if r.htmx() && r.Header.Get("HX-Target") == "div#thread" {
		t, err := r.partsOf(w, o, true)
		if err != nil {
			return err
		}
		t.Title = ticketTitle(t)
		return r.draw(w, http.StatusOK, ui.ThreadPart(t))
	}
	view := cmp.Or(r.URL.Query().Get("view"), ui.ViewOpen)
	d, err := r.desk(w, view, o)
	if err != nil {
		return err
	}
	t, err := r.uiTicket(d.Page, o, true)
	if err != nil {
		return err
	}
	d.Title, d.Ticket = ticketTitle(t), &t
	return r.draw(w, http.StatusOK, ui.DeskPage(d))
}

func ticketTitle(t ui.Ticket) string { return "#" + id64(t.Number) + " " + t.Subject }

// ticketParts draws all of a ticket but the composer.
func (s *server) ticketParts(w http.ResponseWriter, r *request) error {
	t, err := r.wholeTicket(w)
	if err != nil {
		return err
	}
	return r.draw(w, http.StatusOK, ui.TicketParts(t))
}

// ticketPresence draws who else is in the ticket.
func (s *server) ticketPresence(w http.ResponseWriter, r *request) error {
	tk, err := r.ticket()
	if err != nil {
		return err
	}
	h, err := r.house()
	if err != nil {
		return err
	}
	p := ui.Page{Printer: r.printer, Now: r.now, Zone: r.zone}
	return r.draw(w, http.StatusOK, ui.PresencePart(ui.Ticket{Page: p, Number: tk.Number, Present: r.uiPresent(h, tk.Number)}))
}

// ticketMacros draws the macro picker, narrowed to a query.
func (s *server) ticketMacros(w http.ResponseWriter, r *request) error {
	tk, err := r.ticket()
	if err != nil {
		return err
	}
	h, err := r.house()
	if err != nil {
		return err
	}
	t := ui.Ticket{Page: ui.Page{Printer: r.printer, Now: r.now, Zone: r.zone, Allows: r.allows}, Number: tk.Number}
	q := strings.ToLower(r.URL.Query().Get("q"))
	want, err := r.s.Tickets.Wanted(r.Context(), r.actor, tk)
	if err != nil {
		return err
	}
	for _, m := range r.macroRefs(h, want) {
		if strings.Contains(strings.ToLower(m.Name+" "+m.Folder), q) {
			t.Composer.Macros = append(t.Composer.Macros, m)
		}
	}
	return r.draw(w, http.StatusOK, ui.MacroList(t))
}

// ticket returns the ticket that the path names.
func (r *request) ticket() (ticket.Ticket, error) {
	n, err := r.number("number")
	if err != nil {
		return ticket.Ticket{}, err
	}
	return r.s.Tickets.ByNumber(r.Context(), r.actor, n)
}

// open reads the ticket that the path names, with its thread around the message
// that the query names.
func (r *request) open() (*opened, error) {
	tk, err := r.ticket()
	if err != nil {
		return nil, err
	}
	return r.openTicket(tk)
}

func (r *request) openTicket(tk ticket.Ticket) (*opened, error) {
	before := ticket.MessageID(r.queryNumber("before"))
	if around := r.queryNumber("around"); around != 0 && before == 0 {
		before = ticket.MessageID(around)
		th, err := r.s.Tickets.Open(r.Context(), r.actor, tk, 0)
		if err != nil || th.Older == 0 || th.Older <= before {
			return &opened{thread: th}, err
		}
		before++ // the page that ends with the message itself
	}
	th, err := r.s.Tickets.Open(r.Context(), r.actor, tk, before)
	return &opened{thread: th}, err
}

// wholeTicket reads the ticket that the path names for its parts.
func (r *request) wholeTicket(w http.ResponseWriter) (ui.Ticket, error) {
	o, err := r.open()
	if err != nil {
		return ui.Ticket{}, err
	}
	return r.partsOf(w, o, true)
}

// partsOf draws an open ticket without a list.
func (r *request) partsOf(w http.ResponseWriter, o *opened, panel bool) (ui.Ticket, error) {
	var err error
	if o.customer, err = r.customer(o.thread.Ticket); err != nil {
		return ui.Ticket{}, err
	}
	p, err := r.page(w, "", ui.SectionInbox)
	if err != nil {
		return ui.Ticket{}, err
	}
	return r.uiTicket(p, o, panel)
}

// uiTicket draws an open ticket, with the panel beside it or without.
func (r *request) uiTicket(p ui.Page, o *opened, panel bool) (ui.Ticket, error) {
	h, err := r.house()
	if err != nil {
		return ui.Ticket{}, err
	}
	if o.want, err = r.s.Tickets.Wanted(r.Context(), r.actor, o.thread.Ticket); err != nil {
		return ui.Ticket{}, err
	}
	tk := o.thread.Ticket
	t := ui.Ticket{
		Page: p, Number: tk.Number, Subject: tk.Subject, Lang: tk.Language, Status: ui.Status(tk.Status), Waiting: ui.Waiting(tk.Waiting),
		Priority: ui.Priority(tk.Priority.String()), Topic: tk.Topic, Topics: r.topicOptions(tk.Topic), Spoken: r.spokenOptions(tk.Language), Assignee: h.uiPerson(tk.Assignee), Team: h.team[tk.Team], TeamID: int64(tk.Team),
		Channel: ui.Channel(tk.Channel), Shop: h.shop[tk.Shop].Name, Market: h.shop[tk.Shop].Market, Tags: h.uiTags(tk.Tags),
		Snoozed: tk.SnoozedUntil, Spam: tk.Spam, OpenedAt: tk.CreatedAt, FollowUps: o.thread.FollowUps, BackQuery: r.backQuery(),
		People: r.peopleOptions(h, tk.Assignee), Teams: teamOptions(h, tk.Team), Present: r.uiPresent(h, tk.Number),
	}
	for _, tag := range h.tags {
		t.AllTags = append(t.AllTags, ui.Option{Value: tag.Name, Label: tag.Name, Selected: tk.HasTag(tag.Name)})
	}
	t.Reasons = reasons(tk, o.customer, false)
	for _, b := range h.boxes {
		if b.ID == tk.Mailbox {
			t.Mailbox = b.Address
		}
	}
	if t.MergedIn, t.FollowsUp, err = r.relatives(tk); err != nil {
		return t, err
	}
	near, err := r.s.Tickets.OfCustomer(r.Context(), r.actor, tk.Customer, nearTickets+1)
	if err != nil {
		return t, err
	}
	near = slices.DeleteFunc(near, func(x ticket.Ticket) bool { return x.ID == tk.ID })
	for _, x := range near {
		if x.Status != ticket.Closed && x.MergedInto == 0 {
			t.Near = append(t.Near, ticketRef(x))
		}
	}
	t.Items = r.items(h, o)
	if o.thread.Older != 0 {
		t.Older = id64(o.thread.Older)
	}
	if err := r.speech(o, &t); err != nil {
		return t, err
	}
	t.Composer = r.composer(h, o)
	chips, clocks, err := r.clocks(tk)
	if err != nil {
		return t, err
	}
	t.Due = chips
	if panel {
		if t.Context, err = r.context(h, o, near); err != nil {
			return t, err
		}
		t.Context.Clocks = clocks
		t.Context.Where, err = r.whereabouts(tk)
	}
	return t, err
}

// nearTickets is how many of a customer's other tickets stand beside one.
const nearTickets = 12

// relatives returns the numbers of the ticket's heir and of its forerunner.
func (r *request) relatives(tk ticket.Ticket) (heir, forerunner int64, err error) {
	var ids []ticket.ID
	for _, id := range []ticket.ID{tk.MergedInto, tk.FollowUpOf} {
		if id != 0 {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return 0, 0, nil
	}
	list, err := r.s.Tickets.ByIDs(r.Context(), r.actor, ids)
	for _, x := range list {
		switch x.ID {
		case tk.MergedInto:
			heir = x.Number
		case tk.FollowUpOf:
			forerunner = x.Number
		}
	}
	return heir, forerunner, err
}

// backQuery returns the list's view and filter for the links of a ticket. Verbs
// do not carry it; their Referer, which is of this site, does.
func (r *request) backQuery() string {
	q := r.URL.Query()
	if q.Get("view") == "" {
		if u, err := url.Parse(r.Referer()); err == nil && u.Host == r.Host {
			q = u.Query()
		}
	}
	out := url.Values{}
	for _, name := range []string{"view", "status", "assignee", "team", "tag", "channel", "shop", "sort", "q"} {
		if v := q.Get(name); v != "" {
			out.Set(name, v)
		}
	}
	if out.Get("view") == "" {
		return ""
	}
	return out.Encode()
}

func (r *request) queryNumber(name string) int64 {
	q := &request{Request: &http.Request{Form: r.URL.Query()}}
	return q.formNumber(name)
}

func ticketRef(t ticket.Ticket) ui.TicketRef {
	return ui.TicketRef{Number: t.Number, Subject: t.Subject, Status: ui.Status(t.Status), At: t.LastAt}
}

func (r *request) uiPresent(h *house, number int64) []ui.Presence {
	var out []ui.Presence
	for _, p := range r.s.Presence.others(r.actor.Workspace, number, r.actor.Person()) {
		if who := h.uiPerson(p.person); who != nil {
			out = append(out, ui.Presence{Person: *who, Typing: p.typing})
		}
	}
	return out
}

// composer fills the reply and note forms from the reader's drafts.
func (r *request) composer(h *house, o *opened) ui.Composer {
	tk := o.thread.Ticket
	reply, note := o.thread.Drafts[ticket.KindOutbound], o.thread.Drafts[ticket.KindNote]
	c := ui.Composer{
		DraftOnly: !r.actor.May(auth.SendMail),
		Closed:    tk.Status == ticket.Closed, Reply: r.uiDraft(reply), Note: r.uiDraft(note), Tab: "reply",
		To: reply.Data.To, Cc: reply.Data.CC, Then: ui.Status(r.person.Settings.SendAnd), Macros: r.macroRefs(h, o.want), MaxUpload: r.printer.Bytes(maxUpload),
	}
	if c.Reply.Body == "" {
		c.Suggested = r.suggested(h, o.thread.Messages, o.want)
	}
	if i := slices.IndexFunc(h.macros, func(m ticket.Macro) bool { return m.ID == reply.Data.Macro }); i >= 0 {
		p := r.macroPending(h, h.macros[i])
		c.Macro = &p
	}
	if r.URL.Query().Get("tab") == "note" || note.Data.Body != "" && reply.Data.Body == "" {
		c.Tab = "note"
	}
	to := o.thread.Recipient()
	if c.To == "" {
		addresses := make([]string, len(to))
		for i, a := range to {
			addresses[i] = a.Address
		}
		c.To = strings.Join(addresses, ", ")
	}
	c.Placeholder = who(r, o.customer)
	if len(to) > 0 {
		c.Placeholder = cmp.Or(to[0].Name, to[0].Address)
	}
	for _, p := range h.people {
		if p.Status == auth.Active {
			c.People = append(c.People, p.Name)
		}
	}
	box := h.boxOf(tk)
	switch {
	case box.ID == 0:
		c.Undelivered = r.printer.T("error.no_mailbox")
	case box.Disabled || box.Settings.OutKind == "off" || box.Settings.OutKind == "":
		c.From, c.Undelivered = box.Address, r.printer.T("composer_off.mailbox", "Address", box.Address)
	default:
		c.From = box.Address
	}
	c.Signature = strings.TrimSpace(r.person.Settings.Signature + "\n" + box.Signature)
	return c
}

// boxOf returns the mailbox that a ticket's answers leave by; the zero Mailbox
// if there is none.
func (h *house) boxOf(t ticket.Ticket) ticket.Mailbox {
	for _, b := range h.boxes {
		if b.ID == t.Mailbox || t.Mailbox == 0 && !b.Disabled {
			return b
		}
	}
	return ticket.Mailbox{}
}

func (r *request) uiDraft(d ticket.Draft) ui.Draft {
	out := ui.Draft{Body: d.Data.Body, Version: d.Data.Version, SavedAt: d.UpdatedAt}
	for i, f := range d.Data.Files {
		out.Files = append(out.Files, ui.File{ID: int64(i + 1), Name: f.Name, Size: r.printer.Bytes(f.Size), Type: f.ContentType})
	}
	return out
}

// items interleaves messages, side conversations and changes by their time.
func (r *request) items(h *house, o *opened) []ui.Item {
	th := o.thread
	last := ticket.MessageID(0)
	if n := len(th.Messages); n > 0 {
		last = th.Messages[n-1].ID
	}
	lit := ticket.MessageID(r.queryNumber("around"))
	var out []ui.Item
	sides := map[ticket.SideID]*ui.Side{}
	events := th.Events
	early := func(until ticket.Message) {
		for len(events) > 0 && events[0].At.Before(until.At) {
			if line, ok := r.eventLine(h, th.Ticket, events[0]); ok {
				out = append(out, ui.Item{Event: &line})
			}
			events = events[1:]
		}
	}
	for _, m := range th.Messages {
		early(m)
		u := r.uiMessage(h, th, m, lit)
		if m.Side != 0 {
			side := sides[m.Side]
			if side == nil {
				side = uiSide(th.Sides, m.Side)
				sides[m.Side] = side
				out = append(out, ui.Item{Side: side})
			}
			side.Messages = append(side.Messages, u)
			side.Open = side.Open || m.ID == last || m.ID == lit
			continue
		}
		if m.Delivery == ticket.Cancelled {
			continue
		}
		out = append(out, ui.Item{Message: &u})
	}
	for _, e := range events {
		if line, ok := r.eventLine(h, th.Ticket, e); ok {
			out = append(out, ui.Item{Event: &line})
		}
	}
	return out
}

func uiSide(list []ticket.Side, id ticket.SideID) *ui.Side {
	out := &ui.Side{ID: int64(id), Party: "other"}
	for _, s := range list {
		if s.ID == id {
			out.Party, out.To, out.Subject = s.Kind, cmp.Or(s.Name, s.Address), s.Subject
		}
	}
	return out
}

// uiMessage draws one message.
func (r *request) uiMessage(h *house, th ticket.Thread, m ticket.Message, lit ticket.MessageID) ui.Message {
	u := ui.Message{
		ID: int64(m.ID), Kind: ui.MessageKind(m.Kind), Author: m.AuthorName, Address: m.Address, Agent: m.AuthorKind == auth.Agent,
		Verified: m.Verified, Stranger: m.Kind == ticket.KindInbound && !m.Verified && m.Side == 0, At: m.At, Channel: ui.Channel(m.Channel), Lang: m.Language,
		Text: m.Body, Quoted: m.Quoted, Mail: m.Intake != 0, Highlight: m.ID == lit, Auth: authResults(m.Origin), Delivery: r.uiDelivery(m), Files: r.uiFiles(m), Read: r.uiRead(m.Reading),
	}
	if m.Kind == ticket.KindOutbound || m.Kind == ticket.KindNote {
		if p, ok := h.person[auth.PersonID(m.AuthorID)]; ok && m.AuthorKind == auth.Agent {
			u.Author = p.Name
		}
		u.Verified = false
	}
	if m.Kind == ticket.KindNote {
		u.Address = ""
	}
	u.Author = cmp.Or(u.Author, m.Address, r.printer.T("customer.unknown"))
	switch m.Form {
	case ticket.Bounce:
		u.Auto = "bounce"
	case ticket.AutoReply:
		u.Auto = "reply"
	case ticket.List:
		u.Auto = "list"
	case ticket.Report:
		u.Auto = "notice"
	}
	if base, _ := ticket.BaseSubject(m.Subject); m.Kind != ticket.KindNote && m.Side == 0 && base != "" {
		if own, _ := ticket.BaseSubject(th.Ticket.Subject); base != own {
			u.Subject = m.Subject
		}
	}
	for _, a := range m.Recipients.To {
		u.To = append(u.To, a.String())
	}
	for _, a := range m.Recipients.CC {
		u.Cc = append(u.Cc, a.String())
	}
	for _, id := range m.Mentions {
		if p, ok := h.person[id]; ok {
			u.Mentions = append(u.Mentions, p.Name)
		}
	}
	for _, warning := range m.Warnings {
		if strings.HasPrefix(warning, "redacted") || warning == "card_number" {
			u.Redacted++
		}
	}
	u.HasHTML = m.HTML != ""
	u.Remote = remotePictures(m.HTML)
	return u
}

// remotePictures counts the pictures of a mail that would be fetched from afar.
// It is a guess for a hint: what is really held back is safehtml's to judge.
func remotePictures(html string) int {
	n := 0
	for {
		i := strings.Index(html, "<img")
		if j := strings.Index(html, "<IMG"); i < 0 || j >= 0 && j < i {
			i = j
		}
		if i < 0 {
			return n
		}
		tag, rest, _ := strings.Cut(html[i:], ">")
		if low := strings.ToLower(tag); strings.Contains(low, "http:") || strings.Contains(low, "https:") || strings.Contains(low, `="//`) {
			n++
		}
		html = rest
	}
}

// nativeName names a language for itself, "" if it is unknown.
func nativeName(tag string) string {
	if tag == "" {
		return ""
	}
	return i18n.NativeName(i18n.For(i18n.Lang(tag)).Lang())
}
