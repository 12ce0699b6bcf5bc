package api

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/domain/triage"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

func ticketGroup() group {
	read, write := may(auth.ReadTickets), may(auth.WriteTickets)
	return group{"Tickets", "A ticket is a conversation with a customer that has a state and an owner.", []operation{
		{"ticketList", "GET", "/tickets", read, do((*server).ticketList), "List tickets",
			"Tickets by their last activity, newest first, narrowed by any of the filters together. Send `view` for what a view of the console shows."},
		{"ticketCount", "GET", "/tickets/count", read, do((*server).ticketCount), "Count tickets",
			"How many tickets the same filters as those of the list would give. Counting stops at 9,999 and then says so."},
		{"ticketSearch", "GET", "/tickets/search", read, do((*server).ticketSearch), "Search tickets",
			"Finds tickets by the words of their messages, in any language. Words, \"phrases\", -words and the fields from:, to:, order:, tag:, subject:, status:, is:, assignee:, has:file, before: and after: work as in the console."},
		{"ticketCreate", "POST", "/tickets", may(auth.WriteTickets, auth.SendMail), do((*server).ticketCreate).upTo(texts).created(), "Open a ticket",
			"Opens a ticket with a first message to a customer, who is made if the address is new. The message leaves after the time in which it can be cancelled."},
		{"ticketGet", "GET", "/tickets/{ticket}", read, do((*server).ticketGet), "Get a ticket",
			"One ticket. `include` saves round trips: messages, customer, order, sides, recipients and follow_ups come along."},
		{"ticketUpdate", "PATCH", "/tickets/{ticket}", write, do((*server).ticketUpdate), "Update a ticket",
			"Changes the properties that are sent and leaves the others. Either all of it is done or nothing. Each change is an event that can be undone; their identifiers come back."},
	}}
}

// Filters of tickets, as the list and the count take them.
type Filters struct {
	View      string        `query:"view" maxLength:"40" doc:"What a view shows: mine, unassigned, open, waiting, snoozed, mentions, done, all, spam, or the id of a saved view." example:"open"`
	Status    string        `query:"status" enum:"new,open,pending,solved,closed"`
	Bucket    string        `query:"bucket" enum:"open,waiting,snoozed,done,spam"`
	Assignee  string        `query:"assignee" maxLength:"40" doc:"The id of a person, me, or none." example:"me"`
	Team      Ref[aTeam]    `query:"team"`
	Tag       string        `query:"tag" maxLength:"60" example:"customs"`
	Channel   string        `query:"channel" enum:"email"`
	Shop      Ref[aShop]    `query:"shop"`
	Order     Ref[anOrder]  `query:"order"`
	Product   Ref[aProduct] `query:"product" doc:"Of the newest 10,000 order lines of this product; takes the right to see products."`
	Condition string        `query:"condition" maxLength:"8000" doc:"A condition as saved views have it, as JSON; see POST /views."`
}

// query returns what the filters list.
func (s *server) query(c *call, f Filters) (ticket.ListQuery, error) {
	var (
		q   ticket.ListQuery
		err error
	)
	if f.View != "" {
		if q, err = s.viewQuery(c, f.View); err != nil {
			return q, err
		}
	}
	if q.Sold, err = s.sold(c, f.Product); err != nil {
		return q, err
	}
	if f.Status != "" {
		q.Status = ticket.Status(f.Status)
	}
	if f.Bucket != "" {
		q.Bucket = ticket.Bucket(f.Bucket)
	}
	switch f.Assignee {
	case "":
	case "me":
		q.Assignee, q.Nobody = c.actor.Person(), false
	case "none":
		q.Assignee, q.Nobody = 0, true
	default:
		p, err := id.Parse(aPerson{}.prefix(), f.Assignee)
		if err != nil {
			return q, errs.Field("assignee", "error.assignee")
		}
		q.Assignee, q.Nobody = auth.PersonID(p), false
	}
	if f.Tag != "" {
		q.Tag = ticket.TagName(f.Tag)
	}
	if f.Channel != "" {
		q.Channel = ticket.Channel(f.Channel)
	}
	if f.Team != "" {
		q.Team = auth.TeamID(f.Team.num())
	}
	if f.Shop != "" {
		q.Shop = order.ShopID(f.Shop.num())
	}
	if f.Order != "" {
		q.Order = order.ID(f.Order.num())
	}
	if f.Condition == "" {
		return q, nil
	}
	var in Condition
	if err := json.Unmarshal([]byte(f.Condition), &in); err != nil {
		return q, errs.Field("condition", "problem.condition")
	}
	cond, err := in.kept()
	if err == nil {
		err = cond.Check()
	}
	if err != nil {
		return q, err
	}
	if q.Cond != nil {
		cond = ticket.Condition{Group: true, All: true, Children: []ticket.Condition{*q.Cond, cond}}
	}
	q.Cond = &cond
	return q, nil
}

// viewQuery returns what a view lists.
func (s *server) viewQuery(c *call, name string) (ticket.ListQuery, error) {
	switch name {
	case "mine":
		return ticket.ListQuery{Assignee: c.actor.Person(), Bucket: ticket.InOpen}, nil
	case "unassigned":
		return ticket.ListQuery{Nobody: true, Bucket: ticket.InOpen}, nil
	case "open", "waiting", "snoozed", "done", "spam":
		return ticket.ListQuery{Bucket: ticket.Bucket(name)}, nil
	case "mentions":
		return ticket.ListQuery{Mentions: c.actor.Person()}, nil
	case "all":
		return ticket.ListQuery{Cond: &ticket.Condition{Field: "bucket", Op: "not", Value: string(ticket.InSpam)}}, nil
	}
	n, err := id.Parse(aView{}.prefix(), name)
	if err != nil {
		return ticket.ListQuery{}, errs.Field("view", "problem.view")
	}
	v, err := s.Tickets.View(c, c.actor, ticket.ViewID(n))
	if err != nil {
		return ticket.ListQuery{}, err
	}
	return ticket.ListQuery{Cond: &v.Condition, Oldest: v.Sort == sortOldest, Due: v.Sort == sortDue}, nil
}

// How lists are sorted.
const (
	sortNewest = "new"
	sortOldest = "old"
	sortDue    = "due"
)

func (s *server) ticketList(c *call, in *struct {
	Filters
	Sort string `query:"sort" enum:"newest,oldest,due" doc:"By the last activity, newest first unless the view says otherwise; or the promise that is due next first, tickets without one at the end."`
	Paging
	Picking
}) (*pageOut[Ticket], error) {
	q, err := s.query(c, in.Filters)
	if err != nil {
		return nil, err
	}
	if in.Sort != "" {
		q.Oldest, q.Due = in.Sort == "oldest", in.Sort == "due"
	}
	q.Limit = in.Limit
	var at, last int64
	if err := readCursor('t', in.Cursor, &at, &last); err != nil {
		return nil, err
	}
	var after ticket.Cursor
	if in.Cursor != "" {
		after.ID = ticket.ID(last)
		if at != 0 {
			after.At = time.UnixMilli(at).UTC()
		}
	}
	list, next, err := s.Tickets.List(c, c.actor, q, after)
	if err != nil {
		return nil, err
	}
	cursor := ""
	if next.ID != 0 {
		place := int64(0) // a ticket without a promise, in the list by what is due
		if !next.At.IsZero() {
			place = next.At.UnixMilli()
		}
		cursor = writeCursor('t', place, int64(next.ID))
	}
	return page(c, convert(list, ticketRecord), cursor), nil
}

// Count is how many records there are.
type Count struct {
	Count int64 `json:"count" example:"42"`
	More  bool  `json:"more" doc:"There are more than were counted."`
}

func (s *server) ticketCount(c *call, in *struct{ Filters }) (*recordOut[Count], error) {
	q, err := s.query(c, in.Filters)
	if err != nil {
		return nil, err
	}
	n, err := s.Tickets.Count(c, c.actor, q, ticket.CountLimit)
	if err != nil {
		return nil, err
	}
	return record(Count{Count: int64(min(n, ticket.CountLimit)), More: n > ticket.CountLimit}), nil
}

// Hit is a ticket that a search found.
type Hit struct {
	Ticket  Ticket  `json:"ticket"`
	Message Message `json:"message" doc:"The best or newest message that matches."`
	Matches int     `json:"matches" example:"2" doc:"How many of its messages match."`
}

func (s *server) ticketSearch(c *call, in *struct {
	Q    string `query:"q" required:"true" minLength:"1" maxLength:"1000" example:"parcel tag:customs"`
	Sort string `query:"sort" enum:"newest,best" default:"newest" doc:"Newest first, or those that match best."`
	Zone string `query:"zone" maxLength:"60" default:"UTC" doc:"The time zone in which days are meant (IANA)." example:"Europe/Berlin"`
	Paging
}) (*pageOut[Hit], error) {
	zone, err := zoneNamed(in.Zone)
	if err != nil {
		return nil, err
	}
	q := ticket.ParseSearch(in.Q, zone)
	if len(q.Unknown) > 0 {
		return nil, errs.Field("q", "problem.search_field", "field", strings.Join(q.Unknown, " "))
	}
	q.Ranked, q.Limit = in.Sort == "best" && q.Text != "", min(in.Limit, 100)
	list := byte('s')
	if q.Ranked {
		list = 'r'
	}
	var place int64
	if err := readCursor(list, in.Cursor, &place); err != nil {
		return nil, err
	}
	if q.Ranked {
		q.Offset = int(min(max(place, 0), 100_000))
	} else {
		q.Cursor = ticket.MessageID(place)
	}
	found, err := s.Tickets.Search(c, c.actor, q)
	if err != nil {
		return nil, err
	}
	next := ""
	if found.More {
		if next = writeCursor(list, int64(found.Next)); q.Ranked {
			next = writeCursor(list, int64(found.Offset))
		}
	}
	return page(c, convert(found.Hits, func(h ticket.SearchHit) Hit {
		return Hit{ticketRecord(h.Ticket), messageRecord(h.Message), h.Matches}
	}), next), nil
}

// zoneNamed returns a time zone by its name in the IANA database.
func zoneNamed(name string) (*time.Location, error) {
	zone, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		return nil, errs.Field("zone", "error.zone")
	}
	return zone, nil
}

// TicketDraft is a ticket to be opened.
type TicketDraft struct {
	Customer  MailAddress    `json:"customer" doc:"To whom the first message goes."`
	Subject   string         `json:"subject" minLength:"1" maxLength:"300" example:"Your order DE-10482"`
	Body      string         `json:"body" minLength:"1" maxLength:"500000" example:"Hello Anna, your parcel left Berlin today." doc:"The first message, as plain text."`
	MailboxID *Ref[aMailbox] `json:"mailbox_id,omitempty" nullable:"true" doc:"The mailbox it is sent from; the workspace's first one by default."`
}

func (s *server) ticketCreate(c *call, in *struct{ Body TicketDraft }) (*recordOut[Ticket], error) {
	n := ticket.NewTicket{To: ticket.Address{Name: in.Body.Customer.Name, Address: in.Body.Customer.Address}, Subject: in.Body.Subject, Body: in.Body.Body}
	if in.Body.MailboxID != nil {
		n.Mailbox = ticket.MailboxID(in.Body.MailboxID.num())
	}
	t, err := s.Tickets.Create(c, c.actor, n)
	if errs.Is(err, errs.NotFound) && n.Mailbox != 0 {
		return nil, errs.Field("mailbox_id", "problem.unknown")
	}
	if err != nil {
		return nil, err
	}
	return ticketAnswer(t), nil
}

func ticketAnswer(t ticket.Ticket) *recordOut[Ticket] {
	return &recordOut[Ticket]{ETag: versionTag(t.Version), Body: ticketRecord(t)}
}

// TicketPath names a ticket.
type TicketPath struct {
	Ticket Ref[aTicket] `path:"ticket" doc:"The ticket's id."`
}

func (p TicketPath) id() ticket.ID { return ticket.ID(p.Ticket.num()) }

func (s *server) ticketGet(c *call, in *struct {
	TicketPath
	Include string `query:"include" maxLength:"200" doc:"What comes along, apart by commas: messages, customer, order, sides, recipients, follow_ups." example:"messages,customer"`
	Picking
}) (*recordOut[Ticket], error) {
	with, err := included(in.Include, "messages", "customer", "order", "sides", "recipients", "follow_ups")
	if err != nil {
		return nil, err
	}
	t, err := s.Tickets.Get(c, c.actor, in.id())
	if err != nil {
		return nil, err
	}
	out := ticketAnswer(t)
	if len(with) == 0 {
		return out, nil
	}
	return out, s.include(c, t, with, &out.Body)
}

// include puts what belongs to a ticket into its record.
func (s *server) include(c *call, t ticket.Ticket, with map[string]bool, out *Ticket) error {
	if with["messages"] || with["sides"] || with["recipients"] || with["follow_ups"] {
		th, err := s.Tickets.Thread(c, c.actor, t.Number, 0)
		if err != nil {
			return err
		}
		if with["messages"] {
			out.Messages = list(convert(th.Messages, messageRecord))
		}
		if with["sides"] {
			out.Sides = list(convert(th.Sides, sideRecord))
		}
		if with["recipients"] {
			out.Recipients = list(addressRecords(th.Recipient()))
		}
		if with["follow_ups"] {
			out.Following = list(convert(th.FollowUps, func(n int64) TicketReference { return TicketReference{n} }))
		}
	}
	if with["customer"] && t.Customer != 0 {
		cust, err := s.Customers.Get(c, c.actor, t.Customer)
		if err != nil {
			return err
		}
		r := customerRecord(cust)
		out.Customer = &r
	}
	if with["order"] && t.Order != 0 {
		o, err := s.Orders.Get(c, c.actor, t.Order)
		if errs.Is(err, errs.NotFound) { // of a shop that the actor may not see
			return nil
		}
		if err != nil {
			return err
		}
		r := orderRecord(o)
		out.Order = &r
	}
	return nil
}

func list[T any](l []T) *[]T { return &l }

// TicketUpdate changes a ticket; a property that is left out stays.
type TicketUpdate struct {
	Subject      *string             `json:"subject,omitempty" minLength:"1" maxLength:"300" example:"Parcel stuck at customs"`
	Status       *string             `json:"status,omitempty" enum:"new,open,pending,solved,closed"`
	Waiting      *string             `json:"waiting,omitempty" enum:"customer,carrier,supplier,marketplace,colleague" doc:"For whom a pending ticket waits; it makes the ticket pending."`
	Priority     *string             `json:"priority,omitempty" enum:"low,normal,high,urgent"`
	Language     Maybe[string]       `json:"language,omitzero" example:"sr" maxLength:"35" doc:"The language that the customer writes (BCP 47), whatever is read out of their messages; remembered for their other tickets. Null: as it is read."`
	Topic        Maybe[string]       `json:"topic,omitzero" example:"customs_duty" maxLength:"40" doc:"What it is about; null takes it away."`
	AssigneeID   Maybe[Ref[aPerson]] `json:"assignee_id,omitzero" doc:"Who owns it; null for nobody."`
	TeamID       Maybe[Ref[aTeam]]   `json:"team_id,omitzero" doc:"Whose it is; null for no team."`
	Tags         *[]string           `json:"tags,omitempty" nullable:"false" maxItems:"50" doc:"The whole new set; POST .../tags adds and removes single ones."`
	Fields       map[string]*string  `json:"fields,omitempty" doc:"Custom fields by their keys; null takes the value away, fields left out stay."`
	OrderNumber  Maybe[string]       `json:"order_number,omitzero" doc:"Links the order with this number; null takes the link away."`
	Spam         *bool               `json:"spam,omitempty"`
	Unread       *bool               `json:"unread,omitempty" doc:"false also reads the notes that mention you."`
	SnoozedUntil Maybe[time.Time]    `json:"snoozed_until,omitzero" doc:"Puts the ticket aside until then; null ends it."`
	WakeOnReply  *bool               `json:"wake_on_reply,omitempty" doc:"With snoozed_until: an answer of the customer ends it sooner. true by default."`
}

// TicketChange is what a verb did to a ticket.
type TicketChange struct {
	Ticket Ticket         `json:"ticket" doc:"The ticket as it is now."`
	Events []Ref[anEvent] `json:"events" nullable:"false" doc:"What happened; each can be undone with POST .../undo for a day. None if nothing changed."`
}

// changed answers a verb on a ticket that made some events.
func (s *server) changed(c *call, t ticket.ID, events ...event.ID) (*recordOut[TicketChange], error) {
	tk, err := s.Tickets.Get(c, c.actor, t)
	if err != nil {
		return nil, err
	}
	events = slices.DeleteFunc(events, func(e event.ID) bool { return e == 0 })
	return &recordOut[TicketChange]{ETag: versionTag(tk.Version), Body: TicketChange{ticketRecord(tk), refs[anEvent](events)}}, nil
}

func (s *server) ticketUpdate(c *call, in *struct {
	TicketPath
	Matching
	Body TicketUpdate
}) (out *recordOut[TicketChange], err error) {
	err = s.inTx(c, func(c *call) error {
		t, err := s.Tickets.Get(c, c.actor, in.id()) // locked until the end
		if err != nil {
			return err
		}
		if err := c.match(in.Matching, versionTag(t.Version)); err != nil {
			return err
		}
		var events []event.ID
		for _, step := range s.steps(c, t, in.Body) {
			e, err := step()
			if err != nil {
				return err
			}
			events = append(events, e)
		}
		if out, err = s.changed(c, t.ID, events...); errs.Is(err, errs.NotFound) {
			// The update took the ticket out of the actor's sight: what it is now is no
			// longer theirs to read.
			out, err = &recordOut[TicketChange]{ETag: versionTag(t.Version + 1), Body: TicketChange{ticketRecord(t), refs[anEvent](events)}}, nil
		}
		return err
	})
	return out, err
}

// steps are the verbs of an update, in the order in which they are done: what
// may take the ticket out of sight comes last.
func (s *server) steps(c *call, t ticket.Ticket, u TicketUpdate) []func() (event.ID, error) {
	var out []func() (event.ID, error)
	add := func(asked bool, verb func() (event.ID, error)) {
		if asked {
			out = append(out, verb)
		}
	}
	add(u.Subject != nil, func() (event.ID, error) { return s.Tickets.SetSubject(c, c.actor, t.ID, *u.Subject) })
	add(u.Fields != nil, func() (event.ID, error) {
		values := make(map[string]string, len(u.Fields))
		for k, v := range u.Fields {
			if values[k] = ""; v != nil {
				values[k] = *v
			}
		}
		return s.Tickets.SetFields(c, c.actor, t.ID, values)
	})
	add(u.Tags != nil, func() (event.ID, error) {
		add, remove := retagged(t.Tags, *u.Tags)
		return s.Tickets.ChangeTags(c, c.actor, t.ID, add, remove)
	})
	add(u.Priority != nil, func() (event.ID, error) {
		p, _ := ticket.ParsePriority(*u.Priority) // the schema has judged it
		return s.Tickets.SetPriority(c, c.actor, t.ID, p)
	})
	add(u.Language.Sent, func() (event.ID, error) { return s.Tickets.SetLanguage(c, c.actor, t.ID, u.Language.orZero()) })
	add(u.Topic.Sent, func() (event.ID, error) {
		return s.Tickets.SetTopic(c, c.actor, t.ID, triage.Topic(u.Topic.orZero()))
	})
	add(u.OrderNumber.Sent, func() (event.ID, error) {
		return s.Tickets.SetOrder(c, c.actor, t.ID, strings.TrimSpace(u.OrderNumber.orZero()))
	})
	add(u.Spam != nil, func() (event.ID, error) { return s.Tickets.SetSpam(c, c.actor, t.ID, *u.Spam) })
	add(u.Unread != nil, func() (event.ID, error) { return 0, s.Tickets.MarkRead(c, c.actor, t.ID, !*u.Unread) })
	add(u.Status != nil || u.Waiting != nil, func() (event.ID, error) {
		to, waiting := ticket.Pending, ticket.Waiting("")
		if u.Status != nil {
			to = ticket.Status(*u.Status)
		}
		if u.Waiting != nil {
			waiting = ticket.Waiting(*u.Waiting)
		}
		return s.Tickets.SetStatus(c, c.actor, t.ID, to, waiting)
	})
	add(u.SnoozedUntil.Sent, func() (event.ID, error) {
		return s.Tickets.Snooze(c, c.actor, t.ID, u.SnoozedUntil.orZero().UTC(), u.WakeOnReply == nil || *u.WakeOnReply)
	})
	add(u.AssigneeID.Sent, func() (event.ID, error) {
		return s.Tickets.Assign(c, c.actor, t.ID, auth.PersonID(u.AssigneeID.orZero().num()))
	})
	add(u.TeamID.Sent, func() (event.ID, error) {
		return s.Tickets.SetTeam(c, c.actor, t.ID, auth.TeamID(u.TeamID.orZero().num()))
	})
	return out
}

// retagged tells what to add to and remove from a set of tags to get another.
func retagged(from, to []string) (add, remove []string) {
	for _, name := range to {
		if name = ticket.TagName(name); name != "" {
			add = append(add, name)
		}
	}
	for _, name := range from {
		if !slices.Contains(add, name) {
			remove = append(remove, name)
		}
	}
	return add, remove
}

// inTx runs fn in a transaction, in which the call that it is given goes on.
func (s *server) inTx(c *call, fn func(*call) error) error {
	return s.Store.InTx(c.Context, func(ctx context.Context) error { return fn(c.under(ctx)) })
}
