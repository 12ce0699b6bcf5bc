package automating

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/automation"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// PastStore reads what happened.
type PastStore interface {
	// CountPast returns how many tickets something happened to since an instant.
	CountPast(ctx context.Context, w auth.WorkspaceID, since time.Time) (int64, error)
	// PastSubjects returns a page of them as they are now, in the order of their numbers in the store, after one.
	PastSubjects(ctx context.Context, w auth.WorkspaceID, since time.Time, after ticket.ID, limit int) ([]Subject, error)
	// PastEvents returns the journal of tickets after one up to another, ticket by ticket, each from its beginning.
	PastEvents(ctx context.Context, w auth.WorkspaceID, after, to ticket.ID) ([]PastEvent, error)
}

// PastEvent is an event of a ticket.
type PastEvent struct {
	Ticket ticket.ID
	At     time.Time
	Kind   string
	By     auth.Kind
	Data   json.RawMessage
}

// Example is a time at which a rule would have acted.
type Example struct {
	Ticket ticket.ID
	Number int64
	Who    string // the customer
	At     time.Time
}

// Trial is what a rule would have done.
type Trial struct {
	Since    time.Time
	Until    time.Time
	Tickets  int64 // looked at
	Total    int64 // that there are
	Events   int64 // of the kind that the rule answers
	Acts     int64 // would have acted
	Over     int64 // would have acted, but for its quotas
	Examples []Example
	Today    []string // facts that the rule asks about and that were read as they are today
	Unlike   int64    // tickets whose journal does not tell how they stand now: their part is less sure
	Took     time.Duration
	Stopped  bool // the caller had enough
}

const (
	pastPage = 1000
	examples = 10
)

// Try says what a definition would have done since an instant: it folds the journal of every ticket from its beginning and
// asks about each event as the ticket was then. It writes nothing. tell is told how many of how many tickets are done; nil
// hears nothing. When ctx ends, Try returns what it has with Stopped and no error. A definition that Check refuses is
// refused, and so is one that answers events that are not about a ticket itself: what they were about is not told by
// any ticket's journal.
func (s *Service) Try(ctx context.Context, a auth.Actor, d automation.Definition, since time.Time, tell func(done, total int64)) (t Trial, err error) {
	if err := s.Check(ctx, a, d); err != nil {
		return t, err
	}
	if !strings.HasPrefix(d.When.Event, "ticket.") {
		return t, errs.Field("when.event", "error.rule_try")
	}
	cond, err := automation.Parse(d.If)
	if err != nil {
		return t, err
	}
	space, err := s.People.Workspace(ctx, a.Workspace)
	if err != nil {
		return t, err
	}
	names, err := s.Names(ctx, a)
	if err != nil {
		return t, err
	}
	begun, now := time.Now(), s.Now()
	t.Since, t.Until = since, now
	for _, f := range cond.Asks() {
		if f.Today {
			t.Today = append(t.Today, f.Name)
		}
	}
	if t.Total, err = s.Store.CountPast(ctx, a.Workspace, since); err != nil {
		return t, err
	}
	zone, err := time.LoadLocation(space.Zone)
	if err != nil {
		zone = time.UTC
	}
	try := trying{when: d.When, cond: cond, teams: names.Teams, since: since, now: now, zone: zone}
	pages := make(chan pastPart, 2)
	sums := make([]pastSum, runtime.GOMAXPROCS(0))
	var working sync.WaitGroup
	for i := range sums {
		working.Go(func() {
			for p := range pages {
				try.page(p, &sums[i])
			}
		})
	}
	err = s.readPast(ctx, a.Workspace, since, pages, func(done int64) {
		t.Tickets = done
		if tell != nil {
			tell(done, t.Total)
		}
	})
	close(pages)
	working.Wait()
	var acts []Example
	for _, x := range sums {
		t.Events += x.events
		t.Unlike += x.unlike
		acts = append(acts, x.acts...)
	}
	t.count(acts, d)
	t.Took = time.Since(begun)
	if err != nil && ctx.Err() != nil {
		t.Stopped, err = true, nil
	}
	return t, err
}

// count goes through what a rule would have done in turn, and keeps its quotas.
func (t *Trial) count(acts []Example, d automation.Definition) {
	slices.SortFunc(acts, func(a, b Example) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		return int(a.Number - b.Number)
	})
	var hour []time.Time
	day := map[ticket.ID][]time.Time{}
	for _, x := range acts {
		for len(hour) > 0 && !hour[0].After(x.At.Add(-time.Hour)) {
			hour = hour[1:]
		}
		mine := slices.DeleteFunc(day[x.Ticket], func(at time.Time) bool { return !at.After(x.At.AddDate(0, 0, -1)) })
		if !d.Allowed(len(hour), len(mine)) {
			t.Over++
			day[x.Ticket] = mine
			continue
		}
		hour, day[x.Ticket] = append(hour, x.At), append(mine, x.At)
		t.Acts++
		if t.Examples = append(t.Examples, x); len(t.Examples) > examples {
			t.Examples = t.Examples[1:]
		}
	}
	slices.Reverse(t.Examples) // the newest first
}

// pastPart is a page of tickets with their journals.
type pastPart struct {
	subjects []Subject
	events   []PastEvent
}

func (s *Service) readPast(ctx context.Context, w auth.WorkspaceID, since time.Time, pages chan<- pastPart, tell func(int64)) error {
	var after ticket.ID
	done := int64(0)
	for {
		list, err := s.Store.PastSubjects(ctx, w, since, after, pastPage)
		if err != nil {
			return fmt.Errorf("read tickets: %w", err)
		}
		if len(list) == 0 {
			return nil
		}
		last := list[len(list)-1].Ticket
		events, err := s.Store.PastEvents(ctx, w, after, last)
		if err != nil {
			return fmt.Errorf("read the journal: %w", err)
		}
		select {
		case pages <- pastPart{list, events}:
		case <-ctx.Done():
			return ctx.Err()
		}
		done, after = done+int64(len(list)), last
		tell(done)
	}
}

type pastSum struct {
	events, unlike int64
	acts           []Example
}

// trying asks a rule about the past.
type trying struct {
	when  automation.When
	cond  automation.Expr
	teams map[auth.TeamID]string
	since time.Time
	now   time.Time
	zone  *time.Location
}

func (y *trying) page(p pastPart, sum *pastSum) {
	events := p.events
	for _, x := range p.subjects {
		for len(events) > 0 && events[0].Ticket < x.Ticket {
			events = events[1:]
		}
		n := 0
		for n < len(events) && events[n].Ticket == x.Ticket {
			n++
		}
		y.ticket(x, events[:n], sum)
		events = events[n:]
	}
}

// later is an event that is answered some time after it.
type later struct {
	at    time.Time
	event automation.EventFacts
}

// ticket folds the journal of a ticket and asks about each event of the kind.
func (y *trying) ticket(x Subject, events []PastEvent, sum *pastSum) {
	today := x.Facts.Ticket
	f := x.Facts
	f.Ticket = automation.TicketFacts{
		Status: string(ticket.New), Created: today.Created, Channel: today.Channel, Language: today.Language, Subject: today.Subject, Shop: today.Shop, Market: today.Market,
	}
	if len(events) > 0 && events[0].Kind != "ticket.opened" { // its beginning is older than its journal
		f.Ticket = today
	}
	var waiting []later
	ask := func(at time.Time, e automation.EventFacts) {
		if f.Now, f.Event = at.In(y.zone), e; y.cond.Holds(&f) {
			sum.acts = append(sum.acts, Example{x.Ticket, x.Number, x.Customer, at})
		}
	}
	until := func(t time.Time) {
		for len(waiting) > 0 && waiting[0].at.Before(t) {
			ask(waiting[0].at, waiting[0].event)
			waiting = waiting[1:]
		}
	}
	for _, e := range events {
		until(e.At)
		y.fold(&f.Ticket, e)
		if e.Kind != y.when.Event || e.At.Before(y.since) {
			continue
		}
		sum.events++
		facts := eventFacts(event.Event{Kind: e.Kind, ActorKind: e.By, Data: e.Data})
		if at := y.when.ActsAt(e.At); y.when.After > 0 {
			waiting = append(waiting, later{at, facts})
		} else {
			ask(at, facts)
		}
	}
	until(y.now.Add(time.Millisecond))
	if t := &f.Ticket; t.Status != today.Status || t.Priority != today.Priority || t.Topic != today.Topic || t.Assigned != today.Assigned || !slices.Equal(t.Tags, today.Tags) {
		sum.unlike++
	}
}

// change is what the events of tickets say that changes them.
type change struct {
	From    any      `json:"from"`
	To      any      `json:"to"`
	Subject string   `json:"subject"`
	Channel string   `json:"channel"`
	Form    string   `json:"form"`
	Waiting string   `json:"waiting"`
	Topic   string   `json:"topic"`
	Mood    string   `json:"mood"`
	Alarm   string   `json:"alarm"`
	Added   []string `json:"added"`
	Removed []string `json:"removed"`
	Until   int64    `json:"until"`
	On      bool     `json:"on"`
}

func (c change) to() string { s, _ := c.To.(string); return s }

// id is what the event says that something became, 0 for nothing.
func (c change) id() bool { n, _ := c.To.(float64); return n != 0 }

// fold does to a ticket what an event says.
func (y *trying) fold(t *automation.TicketFacts, e PastEvent) {
	var c change
	_ = json.Unmarshal(e.Data, &c) // what is no object of these changes nothing
	move := func(to, wait string) {
		if t.Status, t.Waiting = to, wait; to == string(ticket.Pending) && wait == "" {
			t.Waiting = string(ticket.ForCustomer)
		}
		switch done := to == string(ticket.Solved) || to == string(ticket.Closed); {
		case !done:
			t.Solve = time.Time{}
		case t.Solve.IsZero():
			t.Solve = e.At
		}
		if !t.Solve.IsZero() {
			t.Snoozed = false
		}
	}
	switch e.Kind {
	case "ticket.opened":
		t.Subject, t.Channel, t.Created, t.Last = c.Subject, c.Channel, e.At, e.At
		if e.By == auth.Agent {
			t.Status = string(ticket.Open)
		}
	case "ticket.received":
		t.Messages++
		t.Last, t.Inbound = e.At, e.At
		if c.Form != string(ticket.AutoReply) && c.Form != string(ticket.Report) {
			t.Unread = true
			if t.Status == string(ticket.Pending) {
				move(string(ticket.Open), "")
			}
		}
	case "ticket.reopened":
		if c.From == nil { // by the customer; a reply that was taken back is no such thing
			t.Reopened++
		}
		move(string(ticket.Open), "")
	case "ticket.replied":
		t.Messages++
		t.Last, t.Outbound, t.Unread = e.At, e.At, false
	case "ticket.noted", "ticket.imported":
		t.Messages++
	case "ticket.status":
		move(c.to(), c.Waiting)
	case "ticket.merged_away":
		move(string(ticket.Closed), "")
	case "ticket.assigned":
		t.Assigned = c.id()
	case "ticket.team":
		n, _ := c.To.(float64)
		t.Team = y.teams[auth.TeamID(n)]
	case "ticket.priority", "ticket.sorted":
		if p, ok := ticket.ParsePriority(c.to()); ok {
			t.Priority = int(p)
		}
		if e.Kind == "ticket.sorted" {
			t.Topic, t.Mood, t.Alarm = c.Topic, c.Mood, c.Alarm
		}
	case "ticket.topic":
		t.Topic = c.to()
	case "ticket.subject":
		t.Subject = c.to()
	case "ticket.tags":
		t.Tags = append(slices.DeleteFunc(slices.Clone(t.Tags), func(s string) bool { return slices.Contains(c.Removed, s) }), c.Added...)
		slices.Sort(t.Tags)
	case "ticket.snoozed":
		t.Snoozed = c.Until != 0
	case "ticket.woke":
		t.Snoozed, t.Unread = false, true
	case "ticket.spam":
		t.Spam = c.On
	case "ticket.read":
		t.Unread = !c.On
	}
}
