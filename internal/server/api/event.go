package api

import (
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/webhook"
)

func eventGroup() group {
	return group{"Events", "The journal: one immutable record for each thing that happened.", []operation{
		{"eventList", "GET", "/events", may(auth.ReadTickets), do((*server).eventList), "Read the journal",
			"Everything that happened in the workspace, oldest first, to be followed without a gap: `next_cursor` is always there, and leads on when there is more to read. " +
				"An event appears a few seconds after it happened, when none can come before it any more. Events about people, tokens and settings need the scope workspace.manage; " +
				"a person who sees only some tickets cannot read the journal."},
		{"ticketEvents", "GET", "/tickets/{ticket}/events", may(auth.ReadTickets), do((*server).ticketEvents), "List a ticket's events",
			"What happened to a ticket, oldest first, without delay. `undoable` ones can be taken back with POST .../undo."},
		listenOperation(),
	}}
}

// Event is one thing that happened.
type Event struct {
	ID          Ref[anEvent]   `json:"id"`
	Kind        string         `json:"kind" example:"ticket.assigned" doc:"subject.verb, in the past tense."`
	At          time.Time      `json:"at"`
	ActorKind   string         `json:"actor_kind" enum:"customer,agent,bot,system,rule"`
	ActorName   string         `json:"actor_name" example:"Lena Fischer"`
	PersonID    *Ref[aPerson]  `json:"person_id" nullable:"true" doc:"The person of the workspace who did it."`
	SubjectKind string         `json:"subject_kind" example:"ticket" doc:"What it is about."`
	SubjectID   string         `json:"subject_id,omitempty" example:"tkt_01h8xk3m5q0vg"`
	TicketID    *Ref[aTicket]  `json:"ticket_id" nullable:"true" doc:"The ticket in whose history it stands."`
	Undoable    bool           `json:"undoable"`
	Data        map[string]any `json:"data" doc:"What changed: the details that a webhook of this kind carries."`
}

// subjects gives the kinds of subject their identifiers.
func subjects() map[string]kind {
	return map[string]kind{
		"ticket": aTicket{}, "message": aMessage{}, "customer": aCustomer{}, "order": anOrder{}, "shipment": aShipment{}, "trace": aTrace{}, "rule": aRule{}, "recovery": aRecovery{}, "agreement": anAgreement{}, "shop": aShop{}, "person": aPerson{}, "team": aTeam{},
		"mailbox": aMailbox{}, "macro": aMacro{}, "field": aField{}, "workspace": aWorkspace{}, "token": aToken{}, "webhook": aWebhook{}, "hook": aHook{},
	}
}

func eventRecord(e event.Event) Event {
	out := Event{
		ID: refTo[anEvent](e.ID), Kind: e.Kind, At: at(e.At), ActorKind: string(e.ActorKind), ActorName: e.ActorName, SubjectKind: e.Subject.Kind,
		TicketID: optRef[aTicket](e.TicketID), Data: map[string]any{},
	}
	if k := subjects()[e.Subject.Kind]; k != nil {
		out.SubjectID = id.Format(k.prefix(), e.Subject.ID)
	}
	if e.ActorKind == auth.Agent {
		out.PersonID = optRef[aPerson](e.ActorID)
	}
	if m, err := webhook.Payload(e); err == nil && m.Data.Details != nil { // kinds that are not sent tell no details here either
		out.Data = m.Data.Details
	}
	return out
}

// settled is how long an event waits before the journal shows it: events of
// several nodes are not committed in the order of their identifiers.
const settled = 5 * time.Second

func (s *server) eventList(c *call, in *struct {
	Kind string `query:"kind" maxLength:"300" doc:"Only events of these kinds, apart by commas; ticket.* stands for all that begin so." example:"ticket.*,order.updated"`
	Paging
	Picking
}) (*pageOut[Event], error) {
	if sc := c.actor.Scope(); !sc.All || c.actor.Limits.Any() {
		return nil, c.newProblem("denied", "problem.journal")
	}
	var after int64
	if err := readCursor('e', in.Cursor, &after); err != nil {
		return nil, err
	}
	before := event.ID(id.Floor(s.Now().Add(-settled)))
	all, err := s.Store.EventsBetween(c, c.actor.Workspace, 0, event.ID(after), before, in.Limit)
	if err != nil {
		return nil, err
	}
	next := after
	if len(all) > 0 {
		next = int64(all[len(all)-1].ID)
	}
	kinds := strings.FieldsFunc(in.Kind, func(r rune) bool { return r == ',' || r == ' ' })
	shown := slices.DeleteFunc(all, func(e event.Event) bool { return !s.mayRead(c, e) || !ofKind(kinds, e.Kind) })
	return page(c, convert(shown, eventRecord), writeCursor('e', next)), nil
}

// mayRead reports whether a token may read an event of the journal.
func (s *server) mayRead(c *call, e event.Event) bool {
	switch subject, _, _ := strings.Cut(e.Kind, "."); subject {
	case "ticket", "macro", "field":
		return true
	case "customer":
		return c.actor.May(auth.ReadCustomers)
	case "order", "shop":
		return c.actor.May(auth.ReadOrders)
	case "product":
		return c.actor.May(auth.ReadProducts)
	case "rates", "plan":
		return c.actor.May(auth.Quote)
	case "recovery":
		return c.actor.May(auth.ReadCases)
	case "shipment", "trace":
		return c.actor.May(auth.ReadShipments)
	}
	return c.actor.May(auth.Manage)
}

// ofKind reports whether a kind is among those asked for.
func ofKind(kinds []string, k string) bool {
	return len(kinds) == 0 || slices.ContainsFunc(kinds, func(want string) bool {
		begin, all := strings.CutSuffix(want, "*")
		return want == k || all && strings.HasPrefix(k, begin)
	})
}

func (s *server) ticketEvents(c *call, in *struct {
	TicketPath
	Paging
	Picking
}) (*pageOut[Event], error) {
	t, err := s.Tickets.Get(c, c.actor, in.id())
	if err != nil {
		return nil, err
	}
	var after int64
	if err := readCursor('h', in.Cursor, &after); err != nil {
		return nil, err
	}
	found, err := s.Store.EventsBetween(c, c.actor.Workspace, t.ID, event.ID(after), 1<<62, in.Limit+1)
	if err != nil {
		return nil, err
	}
	next := ""
	if len(found) > in.Limit {
		found = found[:in.Limit]
		next = writeCursor('h', int64(found[in.Limit-1].ID))
	}
	now := s.Now()
	return page(c, convert(found, func(e event.Event) Event {
		r := eventRecord(e)
		r.Undoable = ticket.Undoable(e.Kind) && now.Sub(e.At) < ticket.UndoWindow && t.MergedInto == 0
		return r
	}), next), nil
}
