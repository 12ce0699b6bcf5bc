package web

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/web/ui"
)

// reply sends an answer to the customer, after the time in which it can be
// taken back.
func (s *server) reply(w http.ResponseWriter, r *request) error {
	tk, err := r.ticket()
	if err != nil {
		return err
	}
	n, err := r.newReply(tk)
	if err != nil {
		return r.keepText(w, tk, ticket.KindOutbound, err)
	}
	m, err := s.Tickets.Reply(r.Context(), r.actor, tk.ID, n)
	if err != nil {
		return r.keepText(w, tk, ticket.KindOutbound, err)
	}
	if then := string(n.Then); then != "" && then != r.person.Settings.SendAnd && !r.macroSays(n) {
		_, err := s.Auth.SaveProfile(r.Context(), r.actor, auth.Profile{Settings: func(x *auth.Settings) { x.SendAnd = then }})
		if err != nil {
			return err
		}
		r.person.Settings.SendAnd = then
	}
	toast := &ui.Toast{
		Text: r.printer.T("said.sent"), Undo: "/t/" + id64(tk.Number) + "/send/" + id64(m.ID) + "/undo", Seconds: s.Tickets.UndoSend.Round(time.Second),
	}
	if m.SendAt.Sub(m.At) > s.Tickets.UndoSend+time.Second {
		toast.Text = r.printer.T("said.scheduled", "Time", r.printer.DateTime(m.SendAt, r.zone, i18n.Brief))
	}
	return r.acted(w, tk.Number, toast, true)
}

// macroSays reports whether the state after a reply is what its macro proposed,
// rather than a choice to remember.
func (r *request) macroSays(n ticket.NewReply) bool {
	if n.Macro == 0 {
		return false
	}
	m, err := r.s.Tickets.Macro(r.Context(), r.actor, n.Macro)
	return err == nil && m.Actions.Status == n.Then
}

// newReply reads the reply form.
func (r *request) newReply(tk ticket.Ticket) (ticket.NewReply, error) {
	n := ticket.NewReply{
		Body: r.FormValue("body"), Then: ticket.Status(r.FormValue("then")), Waiting: ticket.Waiting(r.FormValue("waiting")),
		Macro: ticket.MacroID(r.formNumber("macro")), Signature: r.person.Settings.Signature,
	}
	var err error
	if n.To, err = addresses("to", r.FormValue("to")); err != nil {
		return n, err
	}
	if n.CC, err = addresses("cc", r.FormValue("cc")); err != nil {
		return n, err
	}
	if err := r.nameRecipients(tk, n.To); err != nil {
		return n, err
	}
	if n.At, err = r.moment("at", r.FormValue("at")); err != nil {
		return n, err
	}
	if n.Files, err = r.uploads("files"); err != nil {
		return n, err
	}
	if n.Keep, err = r.keptFiles(tk, ticket.KindOutbound); err != nil {
		return n, err
	}
	n.Key, err = r.once(tk, n)
	return n, err
}

// nameRecipients puts the customer's name to their addresses.
func (r *request) nameRecipients(tk ticket.Ticket, to []ticket.Address) error {
	if !slices.ContainsFunc(to, func(a ticket.Address) bool { return a.Name == "" }) {
		return nil
	}
	c, err := r.customer(tk)
	if err != nil {
		return err
	}
	for i, a := range to {
		if a.Name == "" && slices.ContainsFunc(c.Identities, func(x customer.Identity) bool { return x.Kind == customer.Email && x.Value == a.Address }) {
			to[i].Name = c.Name
		}
	}
	return nil
}

// onceWindow is within which the same words after the same message are the same
// reply, sent twice by an impatient finger.
const onceWindow = 10 * time.Minute

// once returns the key by which a reply that is submitted twice is sent once:
// the form's own, else one made of what it says and of what it answers.
func (r *request) once(tk ticket.Ticket, n ticket.NewReply) (string, error) {
	if key := r.FormValue("key"); key != "" && len(key) <= 64 {
		return key, nil
	}
	anchor, err := r.s.Tickets.ReplyAnchor(r.Context(), r.actor, tk, n.Body)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	fmt.Fprintln(h, anchor, r.now.UnixMilli()/onceWindow.Milliseconds(), n.At.UnixMilli(), n.To, n.CC, n.Then)
	h.Write([]byte(strings.TrimSpace(n.Body)))
	for _, f := range n.Files {
		fmt.Fprintln(h, f.SHA256)
	}
	for _, f := range n.Keep {
		fmt.Fprintln(h, f.SHA256)
	}
	return hex.EncodeToString(h.Sum(nil)[:16]), nil
}

// keptFiles returns the files that lie in the reader's draft, but for those that
// the form drops.
func (r *request) keptFiles(tk ticket.Ticket, k ticket.Kind) ([]ticket.File, error) {
	d, err := r.s.Tickets.DraftOf(r.Context(), r.actor, tk.ID, k)
	if err != nil {
		return nil, err
	}
	var out []ticket.File
	for i, f := range d.Data.Files {
		if !slices.Contains(r.Form["forget"], strconv.Itoa(i+1)) {
			out = append(out, f)
		}
	}
	return out, nil
}

// keepText keeps what somebody wrote when it was refused. The script keeps the
// form as it stands; without it, the text waits in the draft.
func (r *request) keepText(w http.ResponseWriter, tk ticket.Ticket, k ticket.Kind, refused error) error {
	switch errs.KindOf(refused) {
	case errs.Invalid, errs.Conflict:
	default:
		return refused
	}
	if r.htmx() || strings.TrimSpace(r.FormValue("body")) == "" {
		return refused
	}
	kept, err := r.s.Tickets.DraftOf(r.Context(), r.actor, tk.ID, k)
	if err != nil {
		return refused
	}
	_, err = r.s.Tickets.SaveDraft(r.Context(), r.actor, tk.ID, k, ticket.DraftData{
		Body: r.FormValue("body"), To: r.FormValue("to"), CC: r.FormValue("cc"), Version: kept.Data.Version, Macro: ticket.MacroID(r.formNumber("macro")),
	})
	if err != nil {
		return refused
	}
	tab := "reply"
	if k == ticket.KindNote {
		tab = "note"
	}
	text := cmp.Or(r.worded(refused), r.printer.T("error.invalid"))
	return r.see(w, "/t/"+id64(tk.Number)+"?tab="+tab, &ui.Flash{Tone: ui.ToneBad, Text: text})
}

// addresses reads a line of addresses, with or without names, apart by commas
// or semicolons.
func addresses(field, line string) ([]ticket.Address, error) {
	line = strings.TrimSpace(line)
	if line == "" {
		return nil, nil
	}
	if list, err := mail.ParseAddressList(line); err == nil {
		out := make([]ticket.Address, len(list))
		for i, a := range list {
			out[i] = ticket.Address{Name: a.Name, Address: customer.FoldEmail(a.Address)}
		}
		return out, nil
	}
	var out []ticket.Address
	for _, part := range strings.FieldsFunc(line, func(c rune) bool { return strings.ContainsRune(",;，；\n", c) }) {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		a, err := mail.ParseAddress(part)
		if err != nil {
			return nil, errs.Field(field, "error.address", "address", part)
		}
		out = append(out, ticket.Address{Name: a.Name, Address: customer.FoldEmail(a.Address)})
	}
	return out, nil
}

// note adds a remark that the customer never sees.
func (s *server) note(w http.ResponseWriter, r *request) error {
	tk, err := r.ticket()
	if err != nil {
		return err
	}
	n := ticket.NewNote{Body: r.FormValue("body"), Then: ticket.Status(r.FormValue("then")), Waiting: ticket.Waiting(r.FormValue("waiting"))}
	if n.Files, err = r.uploads("files"); err != nil {
		return r.keepText(w, tk, ticket.KindNote, err)
	}
	if _, err := s.Tickets.Note(r.Context(), r.actor, tk.ID, n); err != nil {
		return r.keepText(w, tk, ticket.KindNote, err)
	}
	return r.acted(w, tk.Number, &ui.Toast{Text: r.printer.T("said.noted")}, true)
}

// sendUndo takes a reply back before it leaves; its text returns to the form.
func (s *server) sendUndo(w http.ResponseWriter, r *request) error {
	return r.send1(w, "said.unsent", true, func(t ticket.ID, m ticket.MessageID) error { return s.Tickets.Unsend(r.Context(), r.actor, t, m) })
}

func (s *server) sendRetry(w http.ResponseWriter, r *request) error {
	return r.send1(w, "said.resent", false, func(t ticket.ID, m ticket.MessageID) error { return s.Tickets.Resend(r.Context(), r.actor, t, m) })
}

func (s *server) sendNow(w http.ResponseWriter, r *request) error {
	return r.send1(w, "said.sent_now", false, func(t ticket.ID, m ticket.MessageID) error { return s.Tickets.SendNow(r.Context(), r.actor, t, m) })
}

// send1 runs a verb on one outgoing message of the ticket.
func (r *request) send1(w http.ResponseWriter, said string, compose bool, verb func(ticket.ID, ticket.MessageID) error) error {
	n, id, err := r.messagePath()
	if err != nil {
		return err
	}
	tk, err := r.s.Tickets.ByNumber(r.Context(), r.actor, n)
	if err != nil {
		return err
	}
	if err := verb(tk.ID, id); err != nil {
		return err
	}
	return r.acted(w, n, &ui.Toast{Text: r.printer.T(said)}, compose)
}

// draft keeps what somebody is writing, as they write.
func (s *server) draft(w http.ResponseWriter, r *request) error {
	tk, err := r.ticket()
	if err != nil {
		return err
	}
	kind := ticket.KindOutbound
	if r.FormValue("kind") == "note" {
		kind = ticket.KindNote
	}
	d, err := s.Tickets.SaveDraft(r.Context(), r.actor, tk.ID, kind, ticket.DraftData{
		Body: r.FormValue("body"), To: r.FormValue("to"), CC: r.FormValue("cc"), Version: r.formNumber("version"), Macro: ticket.MacroID(r.formNumber("macro")),
	})
	if errs.Is(err, errs.Conflict) {
		s.json(w, r, http.StatusConflict, map[string]any{"version": d.Data.Version, "body": d.Data.Body})
		return nil
	}
	if err != nil {
		return err
	}
	s.json(w, r, http.StatusOK, map[string]any{"version": d.Data.Version, "saved": r.now.UnixMilli()})
	return nil
}

// macro puts a macro's text into the reply: as data for the script, else into
// the draft, behind what stands in the form.
func (s *server) macro(w http.ResponseWriter, r *request) error {
	tk, err := r.ticket()
	if err != nil {
		return err
	}
	id, err := r.number("macro")
	if err != nil {
		return err
	}
	m, err := s.Tickets.Macro(r.Context(), r.actor, ticket.MacroID(id))
	if err != nil {
		return err
	}
	values, err := r.variables(tk)
	if err != nil {
		return err
	}
	h, err := r.house()
	if err != nil {
		return err
	}
	want, err := s.Tickets.Wanted(r.Context(), r.actor, tk)
	if err != nil {
		return err
	}
	body, _ := ticket.Expand(m.Choose(want).Body, values)
	if r.wantsJSON() {
		s.json(w, r, http.StatusOK, ui.MacroApplied{Body: body, MacroPending: r.macroPending(h, m)})
		return nil
	}
	kept, err := s.Tickets.DraftOf(r.Context(), r.actor, tk.ID, ticket.KindOutbound)
	if err != nil {
		return err
	}
	d := kept.Data
	if r.Form.Has("body") {
		d.Body, d.To, d.CC = r.FormValue("body"), r.FormValue("to"), r.FormValue("cc")
	}
	d.Body, d.Macro = strings.TrimSpace(d.Body+"\n\n"+body), m.ID
	if _, err := s.Tickets.SaveDraft(r.Context(), r.actor, tk.ID, ticket.KindOutbound, d); err != nil {
		return err
	}
	return r.acted(w, tk.Number, &ui.Toast{Text: r.printer.T("said.macro", "Name", r.macroName(m))}, true)
}

// macroDrop takes the macro off the reply that is being written: its text stays,
// its actions will not be done.
func (s *server) macroDrop(w http.ResponseWriter, r *request) error {
	tk, err := r.ticket()
	if err != nil {
		return err
	}
	kept, err := s.Tickets.DraftOf(r.Context(), r.actor, tk.ID, ticket.KindOutbound)
	if err != nil {
		return err
	}
	d := kept.Data
	d.Macro = 0
	if r.Form.Has("body") {
		d.Body, d.To, d.CC = r.FormValue("body"), r.FormValue("to"), r.FormValue("cc")
	}
	if _, err := s.Tickets.SaveDraft(r.Context(), r.actor, tk.ID, ticket.KindOutbound, d); err != nil {
		return err
	}
	return r.acted(w, tk.Number, nil, true)
}

// variables returns what macros can say of a ticket. A name without a value is
// left to the agent.
func (r *request) variables(tk ticket.Ticket) (map[string]string, error) {
	h, err := r.house()
	if err != nil {
		return nil, err
	}
	c, err := r.customer(tk)
	if err != nil {
		return nil, err
	}
	v := map[string]string{
		"customer.name": c.Name, "customer.first_name": firstName(c.Name), "agent.name": r.actor.Name,
		"ticket.number": id64(tk.Number), "shop.name": cmp.Or(h.shop[tk.Shop].Name, h.workspace.Name),
	}
	if tk.Order != 0 && r.actor.May(auth.ReadOrders) {
		o, err := r.s.Orders.Get(r.Context(), r.actor, tk.Order)
		if err != nil && !errs.Is(err, errs.NotFound) {
			return nil, err
		}
		if err == nil {
			v["order.number"] = o.Number
			if a, err := money.New(o.Total, o.Currency); err == nil {
				v["order.total"] = a.Format(cmp.Or(tk.Language, "en"))
			}
			for _, f := range o.Fulfillments {
				if f.Tracking != "" {
					v["order.tracking"] = f.Tracking
				}
			}
			if err := r.orderLink(o, v); err != nil {
				return nil, err
			}
		}
	}
	return v, nil
}

// orderLink adds the address of an order's page for its customer.
func (r *request) orderLink(o order.Order, v map[string]string) error {
	if r.s.OrderLink == nil {
		return nil
	}
	link, err := r.s.OrderLink(r.Context(), o)
	if link != "" {
		v["order.link"] = link
	}
	return err
}

// firstName returns by what a customer is addressed. Names without spaces, as
// most in Chinese and Japanese, are kept whole.
func firstName(name string) string {
	if given, family, ok := strings.Cut(name, ","); ok && !strings.ContainsAny(family, ",@") {
		if words := strings.Fields(family); len(words) > 0 && given != "" {
			return words[0]
		}
	}
	words := strings.Fields(name)
	if len(words) == 0 {
		return ""
	}
	return words[0]
}

// macroPending draws a macro whose actions wait for the reply.
func (r *request) macroPending(h *house, m ticket.Macro) ui.MacroPending {
	return ui.MacroPending{ID: id64(m.ID), Name: r.macroName(m), Then: ui.Status(m.Actions.Status), Note: r.macroNote(h, m.Actions)}
}

// macroNote words what sending a reply made of a macro will also do.
func (r *request) macroNote(h *house, a ticket.MacroActions) string {
	var does []string
	if len(a.AddTags) > 0 {
		does = append(does, r.printer.T("macro_does.tags", "Tags", r.printer.List(a.AddTags)))
	}
	switch p, ok := h.person[a.Assignee]; {
	case a.Self:
		does = append(does, r.printer.T("macro_does.self"))
	case ok:
		does = append(does, r.printer.T("macro_does.assign", "Name", p.Name))
	}
	if name := h.team[a.Team]; name != "" {
		does = append(does, r.printer.T("macro_does.team", "Team", name))
	}
	if a.Priority != nil {
		does = append(does, r.printer.T("macro_does.priority", "Priority", r.printer.T("priority."+a.Priority.String())))
	}
	if len(does) == 0 {
		return ""
	}
	return r.printer.T("macro_does.all", "What", r.printer.List(does))
}

// sideOpen writes to a carrier, supplier or other party about the ticket.
func (s *server) sideOpen(w http.ResponseWriter, r *request) error {
	tk, err := r.ticket()
	if err != nil {
		return err
	}
	to, err := addresses("to", r.FormValue("to"))
	if err != nil {
		return err
	}
	if len(to) != 1 {
		return errs.Field("to", "error.address", "address", r.FormValue("to"))
	}
	enclose, err := r.messages()
	if err != nil {
		return err
	}
	side, err := s.Tickets.OpenSide(r.Context(), r.actor, tk.ID, ticket.NewSide{
		Kind: r.FormValue("party"), To: to[0], Subject: r.FormValue("subject"), Body: r.FormValue("body"), Enclose: enclose,
	})
	if err != nil {
		return err
	}
	return r.acted(w, tk.Number, &ui.Toast{Text: r.printer.T("said.side", "To", cmp.Or(side.Name, side.Address))}, false)
}

func (s *server) sideReply(w http.ResponseWriter, r *request) error {
	tk, err := r.ticket()
	if err != nil {
		return err
	}
	id, err := r.number("side")
	if err != nil {
		return err
	}
	if err := s.Tickets.ReplySide(r.Context(), r.actor, tk.ID, ticket.SideID(id), r.FormValue("body")); err != nil {
		return err
	}
	return r.acted(w, tk.Number, &ui.Toast{Text: r.printer.T("said.side_replied")}, false)
}

// ticketCreate opens a ticket with a first message to a customer.
func (s *server) ticketCreate(w http.ResponseWriter, r *request) error {
	to, err := addresses("customer", r.FormValue("customer"))
	if err != nil {
		return err
	}
	if len(to) != 1 {
		return errs.Field("customer", "error.address", "address", r.FormValue("customer"))
	}
	to[0].Name = cmp.Or(strings.TrimSpace(r.FormValue("name")), to[0].Name)
	t, err := s.Tickets.Create(r.Context(), r.actor, ticket.NewTicket{
		To: to[0], Subject: r.FormValue("subject"), Body: r.FormValue("body"), Mailbox: ticket.MailboxID(r.formNumber("mailbox")), Key: r.FormValue("key"),
	})
	if err != nil {
		return err
	}
	return r.see(w, "/t/"+id64(t.Number), &ui.Flash{Tone: ui.ToneGood, Text: r.printer.T("said.created", "Number", id64(t.Number))})
}

// parseID reads an identifier from a form.
func parseID(v string) (int64, error) {
	id, err := strconv.ParseInt(strings.TrimSpace(v), 10, 64)
	if err == nil && id <= 0 {
		err = strconv.ErrRange
	}
	return id, err
}
