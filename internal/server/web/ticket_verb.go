package web

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/domain/triage"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/server/web/ui"
)

// acted answers a verb on a ticket: its parts anew for the script, else the page
// it came from with the outcome on it. A nil toast says nothing, which is what a
// verb that changed nothing deserves. What a verb that empties the composer does
// to messages leaves the panel beside the thread as it is.
func (r *request) acted(w http.ResponseWriter, number int64, toast *ui.Toast, compose bool) error {
	if !r.htmx() {
		var f *ui.Flash
		if toast != nil {
			f = &ui.Flash{Tone: toast.Tone, Text: toast.Text, Undo: toast.Undo}
			if f.Tone == ui.ToneNone {
				f.Tone = ui.ToneGood
			}
		}
		return r.see(w, r.back("/t/"+id64(number)), f)
	}
	tk, err := r.s.Tickets.ByNumber(r.Context(), r.actor, number)
	if errs.Is(err, errs.NotFound) { // the verb took the ticket out of sight: to another team
		return r.see(w, "/", flashOf(toast))
	}
	if err != nil {
		return err
	}
	o, err := r.openTicket(tk)
	if err != nil {
		return err
	}
	t, err := r.partsOf(w, o, !compose)
	if err != nil {
		return err
	}
	st, err := r.seat()
	if err != nil {
		return err
	}
	rows, err := r.uiRows([]ticket.Ticket{tk}, map[customer.ID]customer.Customer{tk.Customer: o.customer})
	if err != nil {
		return err
	}
	return r.draw(w, http.StatusOK, ui.TicketActedPart(ui.TicketActed{Ticket: t, Views: r.uiViews(st), Row: &rows[0], Toast: toast, Compose: compose}))
}

func flashOf(t *ui.Toast) *ui.Flash {
	if t == nil {
		return nil
	}
	return &ui.Flash{Tone: ui.ToneGood, Text: t.Text, Undo: t.Undo}
}

// change runs a verb that makes at most one event and answers with what it did
// and how to take it back.
func (r *request) change(w http.ResponseWriter, said string, verb func(context.Context, ticket.Ticket) (event.ID, error), args ...any) error {
	tk, err := r.ticket()
	if err != nil {
		return err
	}
	id, err := verb(r.Context(), tk)
	if err != nil {
		return err
	}
	if id == 0 {
		return r.acted(w, tk.Number, nil, false)
	}
	return r.acted(w, tk.Number, &ui.Toast{Text: r.printer.T(said, args...), Undo: undoPath(tk.Number, int64(id))}, false)
}

func (s *server) setStatus(w http.ResponseWriter, r *request) error {
	to := ticket.Status(r.FormValue("status"))
	if !slices.Contains(ticket.Statuses(), to) {
		return errs.Field("status", "error.status")
	}
	return r.change(w, "said.status", func(ctx context.Context, t ticket.Ticket) (event.ID, error) {
		return s.Tickets.SetStatus(ctx, r.actor, t.ID, to, ticket.Waiting(r.FormValue("waiting")))
	}, "Status", r.printer.T("status."+string(to)))
}

// assignee reads a person: "me", an identifier, or "" for nobody. Text that is
// none of these names nobody who could take a ticket.
func (r *request) assignee(v string) (auth.PersonID, error) {
	switch v {
	case "me":
		return r.actor.Person(), nil
	case "", "none":
		return 0, nil
	}
	id, err := parseID(v)
	if err != nil {
		return 0, errs.Field("assignee", "error.assignee")
	}
	return auth.PersonID(id), nil
}

func (s *server) assign(w http.ResponseWriter, r *request) error {
	to, err := r.assignee(r.FormValue("assignee"))
	if err != nil {
		return err
	}
	said, name := "said.unassigned", ""
	if to != 0 {
		h, err := r.house()
		if err != nil {
			return err
		}
		said, name = "said.assigned", h.person[to].Name
	}
	return r.change(w, said, func(ctx context.Context, t ticket.Ticket) (event.ID, error) {
		return s.Tickets.Assign(ctx, r.actor, t.ID, to)
	}, "Name", name)
}

// team reads a team: an identifier, or "" for none.
func (r *request) team(v string) (auth.TeamID, error) {
	if v == "" || v == "none" {
		return 0, nil
	}
	id, err := parseID(v)
	if err != nil {
		return 0, errs.Field("team", "error.team")
	}
	return auth.TeamID(id), nil
}

func (s *server) setTeam(w http.ResponseWriter, r *request) error {
	to, err := r.team(r.FormValue("team"))
	if err != nil {
		return err
	}
	h, err := r.house()
	if err != nil {
		return err
	}
	said := "said.team"
	if to == 0 {
		said = "said.no_team"
	}
	return r.change(w, said, func(ctx context.Context, t ticket.Ticket) (event.ID, error) {
		return s.Tickets.SetTeam(ctx, r.actor, t.ID, to)
	}, "Team", h.team[to])
}

func (s *server) setPriority(w http.ResponseWriter, r *request) error {
	p, ok := ticket.ParsePriority(r.FormValue("priority"))
	if !ok {
		return errs.Field("priority", "error.priority")
	}
	return r.change(w, "said.priority", func(ctx context.Context, t ticket.Ticket) (event.ID, error) {
		return s.Tickets.SetPriority(ctx, r.actor, t.ID, p)
	}, "Priority", r.printer.T("priority."+p.String()))
}

func (s *server) setTopic(w http.ResponseWriter, r *request) error {
	topic := triage.Topic(r.FormValue("topic"))
	if topic == "" {
		return r.change(w, "said.no_topic", func(ctx context.Context, t ticket.Ticket) (event.ID, error) {
			return s.Tickets.SetTopic(ctx, r.actor, t.ID, "")
		})
	}
	if !topic.Valid() {
		return errs.Field("topic", "error.topic")
	}
	return r.change(w, "said.topic", func(ctx context.Context, t ticket.Ticket) (event.ID, error) {
		return s.Tickets.SetTopic(ctx, r.actor, t.ID, topic)
	}, "Topic", r.printer.T("topic."+string(topic)))
}

// topicOptions lists the topics that a ticket may have.
func (r *request) topicOptions(now string) []ui.Option {
	var out []ui.Option
	for _, t := range triage.Topics() {
		out = append(out, ui.Option{Value: string(t), Label: r.printer.T("topic." + string(t)), Selected: string(t) == now})
	}
	return out
}

// uiRead words what a message was read as.
func (r *request) uiRead(m *ticket.Reading) *ui.Read {
	if m == nil {
		return nil
	}
	u := &ui.Read{Model: m.Model != "", Words: m.Why, Mood: string(m.Mood), Signs: m.Because}
	for _, t := range m.About() {
		u.Topics = append(u.Topics, r.printer.T("topic."+string(t)))
	}
	for _, a := range m.Alarms {
		u.Alarms = append(u.Alarms, r.printer.T("reason."+string(alarmReason(a))))
	}
	return u
}

// setTags takes the full new set in tags, or single ones in add and remove.
func (s *server) setTags(w http.ResponseWriter, r *request) error {
	return r.change(w, "said.tags", func(ctx context.Context, t ticket.Ticket) (event.ID, error) {
		add, remove := r.Form["add"], r.Form["remove"]
		if r.Form.Has("tags") {
			add, remove = nil, nil
			for _, name := range strings.FieldsFunc(r.FormValue("tags"), func(c rune) bool { return strings.ContainsRune(",，、;\n", c) }) {
				if name = ticket.TagName(name); name != "" {
					add = append(add, name)
				}
			}
			for _, name := range t.Tags {
				if !slices.Contains(add, name) {
					remove = append(remove, name)
				}
			}
		}
		return s.Tickets.ChangeTags(ctx, r.actor, t.ID, add, remove)
	})
}

// setFields writes the custom fields of the form. A checkbox that is not ticked
// is not sent, so its absence counts as no.
func (s *server) setFields(w http.ResponseWriter, r *request) error {
	h, err := r.house()
	if err != nil {
		return err
	}
	values := map[string]string{}
	for _, f := range h.fields {
		name := "f." + f.Key
		if r.Form.Has(name) || f.Type == ticket.CheckField {
			values[f.Key] = r.FormValue(name)
		}
	}
	return r.change(w, "said.fields", func(ctx context.Context, t ticket.Ticket) (event.ID, error) {
		return s.Tickets.SetFields(ctx, r.actor, t.ID, values)
	})
}

func (s *server) setSubject(w http.ResponseWriter, r *request) error {
	return r.change(w, "said.subject", func(ctx context.Context, t ticket.Ticket) (event.ID, error) {
		return s.Tickets.SetSubject(ctx, r.actor, t.ID, r.FormValue("subject"))
	})
}

func (s *server) snooze(w http.ResponseWriter, r *request) error {
	until, err := r.until(r.FormValue("until"), r.FormValue("at"))
	if err != nil {
		return err
	}
	said := "said.snoozed"
	if until.IsZero() {
		said = "said.woken"
	}
	return r.change(w, said, func(ctx context.Context, t ticket.Ticket) (event.ID, error) {
		return s.Tickets.Snooze(ctx, r.actor, t.ID, until, r.FormValue("wake") != "")
	}, "Time", r.printer.DateTime(until, r.zone, i18n.Brief))
}

// until reads when a snooze ends: a word, or a time in the reader's zone. "off"
// is the zero time.
func (r *request) until(word, at string) (time.Time, error) {
	now := r.now.In(r.zone)
	nine := func(days int) time.Time {
		return time.Date(now.Year(), now.Month(), now.Day()+days, 9, 0, 0, 0, r.zone).UTC()
	}
	switch word {
	case "off":
		return time.Time{}, nil
	case "later":
		return r.now.Add(3 * time.Hour), nil
	case "tomorrow":
		return nine(1), nil
	case "monday":
		return nine((int(time.Monday)-int(now.Weekday())+6)%7 + 1), nil
	case "week":
		return nine(7), nil
	case "", "at":
		t, err := r.moment("at", at)
		if err == nil && t.IsZero() {
			err = errs.Field("at", "error.time")
		}
		return t, err
	}
	return time.Time{}, errs.Field("until", "error.time")
}

// moment reads a time as a browser's input writes it, in the reader's zone, or
// with its own (RFC 3339). "" is the zero time.
func (r *request) moment(field, v string) (time.Time, error) {
	if v == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.RFC3339, v); err == nil {
		return t.UTC(), nil
	}
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05"} {
		if t, err := time.ParseInLocation(layout, v, r.zone); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, errs.Field(field, "error.time")
}

// merge moves the ticket into another and goes there.
func (s *server) merge(w http.ResponseWriter, r *request) error {
	tk, err := r.ticket()
	if err != nil {
		return err
	}
	into, err := s.Tickets.ByNumber(r.Context(), r.actor, r.formNumber("into"))
	if errs.Is(err, errs.NotFound) {
		return errs.Field("into", "error.ticket_unknown", "number", r.FormValue("into"))
	}
	if err != nil {
		return err
	}
	id, err := s.Tickets.Merge(r.Context(), r.actor, tk.ID, into.ID)
	if err != nil {
		return err
	}
	text := r.printer.T("said.merged", "From", id64(tk.Number), "Into", id64(into.Number))
	return r.see(w, "/t/"+id64(into.Number), &ui.Flash{Tone: ui.ToneGood, Text: text, Undo: undoPath(into.Number, int64(id))})
}

// split moves the chosen messages to a ticket of their own.
func (s *server) split(w http.ResponseWriter, r *request) error {
	tk, err := r.ticket()
	if err != nil {
		return err
	}
	chosen, err := r.messages()
	if err != nil {
		return err
	}
	off, id, err := s.Tickets.Split(r.Context(), r.actor, tk.ID, chosen, strings.TrimSpace(r.FormValue("subject")))
	if err != nil {
		return err
	}
	return r.acted(w, tk.Number, &ui.Toast{
		Text: r.printer.T("said.split", "Number", id64(off.Number)), Undo: undoPath(tk.Number, int64(id)), Href: "/t/" + id64(off.Number),
	}, false)
}

// messages reads the messages chosen in a form.
func (r *request) messages() ([]ticket.MessageID, error) {
	var out []ticket.MessageID
	for _, v := range r.Form["messages"] {
		id, err := parseID(v)
		if err != nil {
			return nil, errs.Field("messages", "error.id", "id", v)
		}
		out = append(out, ticket.MessageID(id))
	}
	return out, nil
}

func (s *server) spam(w http.ResponseWriter, r *request) error {
	on := r.FormValue("on") != "0"
	said := "said.spam"
	if !on {
		said = "said.not_spam"
	}
	return r.change(w, said, func(ctx context.Context, t ticket.Ticket) (event.ID, error) {
		return s.Tickets.SetSpam(ctx, r.actor, t.ID, on)
	})
}

func (s *server) setOrder(w http.ResponseWriter, r *request) error {
	number, said := strings.TrimSpace(r.FormValue("order")), "said.order"
	if r.Form.Has("unlink") {
		number, said = "", "said.no_order"
	} else if number == "" {
		return errs.Field("order", "error.required")
	}
	return r.change(w, said, func(ctx context.Context, t ticket.Ticket) (event.ID, error) {
		return s.Tickets.SetOrder(ctx, r.actor, t.ID, number)
	}, "Number", number)
}

// followUp opens a ticket that continues a closed one and goes there.
func (s *server) followUp(w http.ResponseWriter, r *request) error {
	tk, err := r.ticket()
	if err != nil {
		return err
	}
	next, err := s.Tickets.FollowUp(r.Context(), r.actor, tk.ID)
	if err != nil {
		return err
	}
	return r.see(w, "/t/"+id64(next.Number), &ui.Flash{Tone: ui.ToneGood, Text: r.printer.T("said.follow_up", "Number", id64(tk.Number))})
}

func (s *server) undo(w http.ResponseWriter, r *request) error {
	tk, err := r.ticket()
	if err != nil {
		return err
	}
	id, err := r.number("event")
	if err != nil {
		return err
	}
	if err := s.Tickets.Undo(r.Context(), r.actor, tk.ID, event.ID(id)); err != nil {
		return err
	}
	return r.acted(w, tk.Number, &ui.Toast{Text: r.printer.T("said.undone")}, false)
}

// markRead marks a ticket as read, or unread with on=0, upon which the reader
// goes back to the list.
func (s *server) markRead(w http.ResponseWriter, r *request) error {
	tk, err := r.ticket()
	if err != nil {
		return err
	}
	read := r.FormValue("on") != "0"
	if err := s.Tickets.MarkRead(r.Context(), r.actor, tk.ID, read); err != nil {
		return err
	}
	if read {
		return r.acted(w, tk.Number, nil, false)
	}
	if !r.htmx() { // to show the ticket would mark it as read again
		return r.see(w, r.back("/inbox/"+ui.ViewMine), &ui.Flash{Tone: ui.ToneGood, Text: r.printer.T("said.unread")})
	}
	return r.acted(w, tk.Number, &ui.Toast{Text: r.printer.T("said.unread")}, false)
}

// setPresence notes that the reader has a ticket open. Whoever comes has read
// it and the note that mentions them.
func (s *server) setPresence(w http.ResponseWriter, r *request) error {
	tk, err := r.ticket()
	if err != nil {
		return err
	}
	switch r.FormValue("state") {
	case "away":
		s.Presence.left(r.actor.Workspace, tk.Number, r.actor.Person())
	case "viewing", "typing":
		came := s.Presence.seen(r.actor.Workspace, tk.Number, r.actor.Person(), r.FormValue("state") == "typing")
		if came && tk.MergedInto == 0 && r.actor.May(auth.WriteTickets) {
			if err := s.Tickets.MarkRead(r.Context(), r.actor, tk.ID, true); err != nil && !errs.Is(err, errs.Conflict) {
				return err
			}
		}
	default:
		return errs.Field("state", "error.invalid")
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
